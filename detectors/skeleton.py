"""Tolerance for text read from pictures, as a layer of its own: prefixes compared after folding.

A folded text has one character for all those that OCR mistakes for each other, and keeps the way back
to the original offsets. Prefixes of rules are folded the same way; where one is found, the token is
measured in the original text. Folding never decides about the value: only length, alphabet and
randomness of the original characters do, each with some slack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from detectors.candidates import RULE, Candidate, dismissed, lowered
from detectors.checks import CHECKS
from detectors.filters import doubt_about
from detectors.keywords import KeywordIndex, keyword_index
from detectors.lexicon import lexicon
from detectors.model import Confidence
from detectors.randomness import ENOUGH, looks_random
from detectors.regions import Region, region_of
from detectors.rule_files import Rule
from detectors.shape import UNLIMITED, shape_of
from detectors.text import Text

_SAME = {
    **dict.fromkeys("0oOQ°", "o"),
    **dict.fromkeys("1lIi|!", "l"),
    **dict.fromkeys("5sS$§", "s"),
    **dict.fromkeys("2zZ", "z"),
    **dict.fromkeys("8bB", "b"),
    **dict.fromkeys("9gq", "g"),
    **dict.fromkeys("_-‐‑‒–—―−~. \xa0", "-"),
    "m": "rn",
    "w": "vv",
    "M": "rn",
    "W": "vv",
    "\n": "\n",
}
_MIN_PREFIX = 3
_JOINABLE = 5
_SHORT_PREFIX = 4
_PLAIN_PREFIX, _MARKED_PREFIX = 6, 4  # in clean text: letters alone occur by chance
_NEARLY, _SHORT = 0.85, 0.5
_TELLING_PREFIX, _TELLING_TAIL = 6, 12
_MIN_TAIL = 10
_FITTING = 0.85
_WORD = re.compile(r"[^\W_]{3,24}")
_HOST_AND_PATH = re.compile(r"(?:\w+://)?[\w-]+\.[\w.-]+/")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; ``origin[i]`` is the offset in the original of folded character ``i``."""

    text: str
    origin: list[int]


def fold(text: str) -> Folded:
    """``text`` with characters that OCR confuses made equal and runs of separators made one."""
    out: list[str] = []
    origin: list[int] = []
    for at, char in enumerate(text):
        for one in _SAME.get(char) or char.lower()[:1]:
            if one == "-" and out and out[-1] == "-":
                continue
            out.append(one)
            origin.append(at)
    return Folded("".join(out), origin)


@dataclass(frozen=True, slots=True)
class _Prefix:
    rule: Rule
    literal: str

    @property
    def marked(self) -> bool:
        """Whether a mark ends the prefix; where OCR lost it, the value follows at once."""
        return not self.literal[-1].isalnum()


class Skeleton:
    """The rules whose values begin with literals, findable in noisy and in broken text."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._exact: dict[str, tuple[str, ...]] = {}

    @cached_property
    def _folded(self) -> dict[str, list[_Prefix]]:
        """Folded beginnings; only pictures need them, so most processes never do."""
        found: dict[str, list[_Prefix]] = {}
        for rule in self._rules:
            for literal in _beginnings(rule):
                alnum = sum(char.isalnum() for char in literal)
                prefix = _Prefix(rule, literal)
                folded = fold(literal).text
                if alnum >= 2 and len(folded) >= _MIN_PREFIX:
                    found.setdefault(folded, []).append(prefix)
                if alnum >= _JOINABLE and "-" in folded:
                    found.setdefault(folded.replace("-", ""), []).append(prefix)
        return found

    @cached_property
    def _index(self) -> KeywordIndex | None:
        return keyword_index(self._folded) if self._folded else None

    def candidates(self, text: Text) -> Iterator[Candidate]:
        """Imperfect tokens anywhere in a noisy text, by folded prefixes."""
        if self._index is None:
            return
        folded = fold(text.text)
        for end, word in self._index.hits(folded.text):
            start = folded.origin[end - len(word)]
            if start and _goes_on(text.text[start - 1]):
                continue
            is_host = text.text.endswith("//", 0, start)
            after = folded.origin[end] if end < len(folded.origin) else len(text.text)
            for prefix in self._folded[word]:
                if is_host and "/" not in prefix.literal:
                    continue
                if word[-1] == "-" or not prefix.marked or text.text[after : after + 1].isalnum():
                    yield from _judged(text, prefix, start, after)

    def beginnings(self, rule: Rule) -> tuple[str, ...]:
        """The literals by which ``broken`` knows a token of ``rule`` in clean text."""
        found = self._exact.get(rule.id)
        if found is None:
            found = self._exact[rule.id] = tuple(filter(_tells_in_clean_text, _beginnings(rule)))
        return found

    def broken(self, text: Text, rule: Rule, start: int, keyword: str) -> Iterator[Candidate]:
        """The token of ``rule`` around the keyword at ``start`` whose exact format did not match."""
        for literal in self.beginnings(rule):
            at = start - literal.find(keyword)
            if at > start or not text.text.startswith(literal, at):
                continue
            if at and _goes_on(text.text[at - 1]):
                continue
            yield from _judged(text, _Prefix(rule, literal), at, at + len(literal))


def _beginnings(rule: Rule) -> tuple[str, ...]:
    """The literals that values of ``rule`` begin with; of an address, those in front of its secret part."""
    if not rule.token_boundary:
        return ()
    if not rule.covers_part:
        return rule.shape.prefixes
    head = rule.expression.partition("(?P<secret>")[0]
    try:
        return tuple(literal for literal in shape_of(head).prefixes if _HOST_AND_PATH.match(literal))
    except re.error:  # the secret stands in one of several branches
        return ()


def _tells_in_clean_text(literal: str) -> bool:
    return len(literal) >= (_PLAIN_PREFIX if literal.isalnum() else _MARKED_PREFIX)


def _goes_on(before: str) -> bool:
    """Whether a token's beginning behind ``before`` is really the middle of another one."""
    return before.isalnum() or before in "_-+"


def _judged(text: Text, prefix: _Prefix, start: int, after: int) -> Iterator[Candidate]:
    rule, shape, noisy = prefix.rule, prefix.rule.shape, text.sample.noisy
    region = region_of(text.text, start, after, shape, text.sample.soft_breaks, free_breaks=noisy)
    if region is None or region.end > text.ceiling(start, 2 * UNLIMITED):
        return
    value = "".join(text.text[start : region.end].split())
    tail = "".join(text.text[after : region.end].split())
    confidence = _worth(rule, prefix, region, tail, noisy=noisy)
    if confidence is None:
        return
    evidence = [f"prefix {prefix.literal}", f"{region.length} characters"]
    if region.pieces > 1:
        evidence.append(f"in {region.pieces} pieces")
    if region.cut:
        evidence.append("cut short")
    if rule.check and CHECKS[rule.check].test(value):
        confidence = rule.confidence
        evidence.append(f"{rule.check} check passed")
    if rule.public:
        confidence = Confidence.LOW
    if rule.covers_part:
        start = after
    elif "://" in prefix.literal:  # the host of an address stays readable
        start = after - len(prefix.literal) + prefix.literal.rfind("/") + 1
    candidate = Candidate(
        rule.id,
        start,
        region.end,
        confidence,
        RULE,
        tuple(evidence),
        read=region.length,
        complete=False,
    )
    doubt = doubt_about(tail, generated=True)
    if doubt:
        doubted = replace(candidate, confidence=Confidence.LOW)
        candidate = dismissed(candidate, doubt.reason) if doubt.certain else doubted
    yield candidate


def _worth(rule: Rule, prefix: _Prefix, region: Region, tail: str, *, noisy: bool) -> Confidence | None:
    """Confidence in an imperfect token; None when it is none of this rule's."""
    shape = rule.shape
    if len(tail) < _MIN_TAIL or not _random_tail(tail):
        return None
    seen = tail[:ENOUGH]
    if sum(bool(_alternatives(char) & shape.alphabet) for char in seen) / len(seen) < _FITTING:
        return None
    share = region.length / shape.low
    short_prefix = sum(char.isalnum() for char in prefix.literal) < _SHORT_PREFIX
    if share >= _NEARLY:
        if not noisy:
            return Confidence.MEDIUM if region.pieces > 1 or region.cut else Confidence.LOW
        return rule.confidence if not short_prefix else lowered(rule.confidence)
    if short_prefix and not region.cut:
        return None
    telling = prefix.marked and len(prefix.literal) >= _TELLING_PREFIX and len(tail) >= _TELLING_TAIL
    if region.cut or (noisy and (share >= _SHORT or telling)):
        return Confidence.MEDIUM  # the edge of a field cuts tokens without a sign
    return Confidence.LOW


def _random_tail(tail: str) -> bool:
    seen = tail[:ENOUGH]
    return looks_random(tail) or sum(char.isdigit() for char in seen) >= max(4, len(seen) * 0.3)


@lru_cache(maxsize=512)
def _alternatives(char: str) -> frozenset[str]:
    """The characters that OCR may have turned into ``char``."""
    same = _SAME.get(char, char.lower())
    return frozenset(
        {char, char.lower(), char.upper(), *(c for c, folded in _SAME.items() if folded == same)}
    )


def repaired(text: str) -> str:
    """``text``, same length, with words of the lexicon that OCR misspelt put right ("APl key")."""
    vocabulary = _vocabulary()

    def repair(found: re.Match[str]) -> str:
        word = found[0]
        right = vocabulary.get("".join(_SAME.get(char, char.lower()[:1]) for char in word))
        return right if right and len(right) == len(word) else word

    return _WORD.sub(repair, text)


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, str]:
    known = lexicon()
    words = {word for noun in known.nouns for word in noun.split()} | known.not_after | known.copulas
    plain = {word for word in words if word.isalpha() and len(word) >= _MIN_PREFIX}
    return {"".join(_SAME.get(char, char) for char in word): word for word in sorted(plain)}
