"""Rules whose pattern is searched for, as other scanners have them, beside our own that are anchored.

A pattern is run only around the literals that each of its matches holds; where it has none, over the
whole text. Both in bounded pieces, so that time grows with the text and not faster.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from detectors.candidates import RULE, Candidate, dismissed
from detectors.keywords import keyword_index
from detectors.model import BOUNDARY, Confidence, RuleInfo, Sample
from detectors.shape import UNLIMITED
from detectors.text import Text

_PIECE = 4096
_LONGEST_LINE = 2048
_LONGEST_VALUE = 16_384


class Target(StrEnum):
    """What the expressions of an exception are tried on."""

    SECRET = "secret"
    MATCH = "match"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Exemption:
    """An exception from a rule: any of its conditions suffices, or all that it states are needed.

    Attributes:
        never: it also needs something that no document has (a commit), and needs ``every`` condition.
        applies: a condition about the path was tried and met; None while it was not.
    """

    reason: str
    patterns: tuple[re.Pattern[str], ...] = ()
    target: Target = Target.SECRET
    stopwords: tuple[str, ...] = ()
    paths: tuple[re.Pattern[str], ...] = ()
    every: bool = False
    never: bool = False
    applies: bool | None = None

    def at(self, path: str) -> Exemption:
        """The exception with its paths compared."""
        if not self.paths:
            return self
        return replace(self, applies=any(one.search(path) for one in self.paths))

    def covers(self, secret: str, whole: str, line: str) -> bool:
        if self.never:
            return False
        tried = {Target.SECRET: secret, Target.MATCH: whole, Target.LINE: line}[self.target]
        met = [self.applies] if self.paths else []
        if self.patterns:
            met.append(any(one.search(tried) for one in self.patterns))
        if self.stopwords:
            lower = secret.lower()
            met.append(any(word in lower for word in self.stopwords))
        return bool(met) and (all(met) if self.every else any(met))


@dataclass(frozen=True, slots=True)
class SearchRule:
    """One such rule.

    Attributes:
        group: number of the group to cover; 0 means the first one that took part, else the whole match.
        literals: lower-case; every match holds one of them. Empty when there are none.
        keywords: lower-case; one of them has to stand anywhere in the text.
        entropy: bits a character that the value has to exceed.
        path: the documents it is for; None for all.
        longest: of a match, in code points.
        file: where it comes from, for people.
    """

    info: RuleInfo
    pattern: re.Pattern[str] = field(repr=False)
    file: str
    group: int = 0
    literals: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    entropy: float = 0.0
    path: re.Pattern[str] | None = None
    exemptions: tuple[Exemption, ...] = ()
    longest: int = UNLIMITED

    @property
    def id(self) -> str:
        return self.info.id

    @property
    def by_path(self) -> bool:
        """Whether a document's path changes what it does."""
        return self.path is not None or any(one.paths for one in self.exemptions)

    def at(self, path: str) -> SearchRule | None:
        """The rule as it is for one document; None when it is not meant for it."""
        if self.path is not None and not self.path.search(path):
            return None
        return replace(self, path=None, exemptions=tuple(one.at(path) for one in self.exemptions))


class RuleSearch:
    """Runs such rules over texts."""

    def __init__(self, rules: Iterable[SearchRule]) -> None:
        self._rules = tuple(rules)
        self._by_literal: dict[str, list[SearchRule]] = {}
        for rule in self._rules:
            for literal in rule.literals:
                self._by_literal.setdefault(literal, []).append(rule)
        self._index = keyword_index(self._by_literal) if self._by_literal else None

    def candidates(self, text: Text) -> Iterator[Candidate]:
        """What the rules find in the text and in its named values, which they see as ``name": "value``."""
        yield from self._in_text(text)
        yield from self._named(text)

    def _named(self, text: Text) -> Iterator[Candidate]:
        pieces: list[str] = []
        starts: list[tuple[int, int]] = []  # offset in the joined text, offset in the text
        length = 0
        for named in text.sample.named:
            if named.end - named.start > _LONGEST_VALUE:
                continue
            before = f'"{named.name}": "'
            piece = f'{before}{text.text[named.start : named.end]}"{BOUNDARY}\n'
            starts.append((length + len(before), named.start))
            pieces.append(piece)
            length += len(piece)
        if not pieces:
            return
        joined = "".join(pieces)
        number = 0
        for found in sorted(self._in_text(Text.of(Sample(joined), joined)), key=lambda c: c.start):
            while number + 1 < len(starts) and starts[number + 1][0] <= found.start:
                number += 1
            at, origin = starts[number]
            if found.start >= at:  # a match in the name is one of the text itself
                shift = origin - at
                yield replace(found, start=found.start + shift, end=found.end + shift)

    def _in_text(self, text: Text) -> Iterator[Candidate]:
        awake: dict[str, bool] = {}  # rules whose keywords were looked for, which few texts need
        pending: dict[str, tuple[int, int]] = {}
        for end, literal in self._index.hits(text.lower) if self._index else ():
            for rule in self._by_literal[literal]:
                if rule.id not in awake:
                    awake[rule.id] = _has_keyword(rule, text, literal)
                if not awake[rule.id]:
                    continue
                low = text.floor(end - len(literal), rule.longest)
                high = text.ceiling(end, rule.longest)
                before = pending.get(rule.id)
                if before is not None and low < before[1]:
                    low = before[0]
                elif before is not None:
                    yield from _found(rule, text, *before)
                pending[rule.id] = low, high
        for rule in self._rules:
            if rule.id in pending:
                yield from _found(rule, text, *pending[rule.id])
            elif not rule.literals and _has_keyword(rule, text):
                for low, high in _values(text.text):
                    yield from _found(rule, text, low, high)


def _has_keyword(rule: SearchRule, text: Text, literal: str = "") -> bool:
    """Whether a keyword of the rule, if it has any, stands in the text; ``literal`` is known to do so."""
    keywords = rule.keywords
    return (
        not keywords
        or any(word in literal for word in keywords)
        or any(word in text.lower for word in keywords)
    )


def _values(text: str) -> Iterator[tuple[int, int]]:
    """The spans between two boundaries."""
    start = 0
    while start < len(text):
        end = text.find(BOUNDARY, start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def _found(rule: SearchRule, text: Text, low: int, high: int) -> Iterator[Candidate]:
    """The matches that begin at ``low`` or later and end at ``high`` or sooner, none overlapping."""
    at = low
    while at < high:
        last = at
        for found in rule.pattern.finditer(text.text, at, min(high, at + _PIECE + rule.longest)):
            if found.start() >= at + _PIECE:
                break
            last = found.end()
            if found.end() > found.start():
                yield _candidate(rule, text, found)
        at = max(at + _PIECE, last)


def _candidate(rule: SearchRule, text: Text, found: re.Match[str]) -> Candidate:
    group = rule.group or next((n for n in range(1, found.re.groups + 1) if found[n]), 0)
    start, end = found.span(group) if found[group] else found.span()
    secret = text.text[start:end]
    candidate = Candidate(
        rule.id,
        start,
        end,
        Confidence.HIGH,
        RULE,
        (f"your rule in {rule.file}", f"{end - start} characters"),
        read=found.end() - found.start(),
    )
    if rule.entropy and entropy(secret) <= rule.entropy:
        return dismissed(candidate, f"not more than {rule.entropy:g} bits a character, as its rule asks")
    line = text.text[_line_start(text.text, found.start()) : _line_end(text.text, found.end())]
    for exemption in rule.exemptions:
        if exemption.covers(secret, found[0], line):
            return dismissed(candidate, exemption.reason)
    return candidate


def _line_start(text: str, at: int) -> int:
    low = max(0, at - _LONGEST_LINE)
    return text.rfind("\n", low, at) + 1 or low


def _line_end(text: str, at: int) -> int:
    high = min(len(text), at + _LONGEST_LINE)
    end = text.find("\n", at, high)
    return end if end >= 0 else high


def entropy(value: str) -> float:
    """Shannon's entropy of the characters of ``value``, in bits a character."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts) if value else 0.0
