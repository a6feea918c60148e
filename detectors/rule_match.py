"""Runs rules where their keywords stand: anchored at the hit, inside a bounded window."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from detectors.candidates import GENERIC, HOST, RULE, Candidate, dismissed, lowered, raised
from detectors.checks import CHECKS
from detectors.filters import Doubt, doubt_about, without_references
from detectors.lead import Lead, lead_of
from detectors.model import BOUNDARY, Confidence, Kind
from detectors.randomness import looks_random, price_per_character
from detectors.rule_files import Rule
from detectors.shape import UNLIMITED
from detectors.text import Text

_WINDOW = 512
_MOST_OFFSETS = 3
_UNLESS_BEFORE = 14
_CONTEXT_BEFORE, _CONTEXT_AFTER, _CONTEXT_LINES = 200, 100, 3
_TOKEN_CHARS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_JOINERS = frozenset("-+/=~.%")
# Escapes and percent codes end in letters or digits without being part of the token after them.
_AFTER_ESCAPE = r"(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u00[0-9a-fA-F]{2})|(?<=\\x[0-9a-fA-F]{2})"
_BLOB = 120
_SHOWN_PREFIX = 3
_SHORTEST_TAIL = 12
_WORDY_BITS = 4.4
_MARKS = re.compile(r"[^0-9A-Za-z]+")


class RuleMatcher:
    """One rule on its way through texts; what its pattern tells is worked out when its keyword is met."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.id = rule.id
        self._group = "secret" if rule.covers_part else 0
        self._rests: dict[str, re.Pattern[str]] = {}

    @property
    def searches(self) -> bool:
        """Whether some keyword does not tell where a match begins, so that places are tried in turn."""
        return bool(self._places.leads)

    @cached_property
    def _places(self) -> _Places:
        return _places_of(self.rule)

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        rule = self.rule
        if not rule.token_boundary:
            return rule.pattern
        excluded = _TOKEN_CHARS | (rule.shape.first & _JOINERS if rule.shape.open_class else frozenset())
        before = "".join(re.escape(char) for char in sorted(excluded))
        bounded = f"(?:(?<![{before}])|{_AFTER_ESCAPE})(?:{rule.expression})"
        return re.compile(bounded, rule.flags)

    def _rest(self, expression: str) -> re.Pattern[str]:
        found = self._rests.get(expression)
        if found is None:
            found = self._rests[expression] = re.compile(expression, self.rule.flags)
        return found

    def match_at(self, text: Text, start: int, end: int, keyword: str, tried: int) -> re.Match[str] | None:
        """The match that holds the keyword standing at ``start`` to ``end``, if any.

        Args:
            keyword: in lower case when the rule ignores case.
            tried: no match begins before this offset, an earlier call has found out.
        """
        known = self._places
        raw, ceiling = text.text, text.ceiling(end, known.longest)
        offsets = known.offsets[keyword]
        places: Iterable[int]
        if offsets is not None:
            places = [start - offset for offset in offsets if start - offset >= tried]
        else:
            searched = text.lower if self.rule.ignore_case else raw
            first, lead = known.first, known.leads[keyword]
            if lead.rest is not None and not self._rest(lead.rest).match(raw, start, ceiling):
                return None
            floor = start - lead.reach if lead.alphabet else text.floor(start, lead.reach)
            places = [at for at in lead.places(searched, max(floor, tried), start) if raw[at] in first]
        for place in places:
            found = self._regex.match(raw, place, ceiling)
            if found and found.end() >= end:
                return found
        return None

    def matches_between(self, text: Text, start: int, end: int) -> Iterator[re.Match[str]]:
        """Matches of a bare format inside the window; none reaches from one value into the next."""
        return (m for m in self._regex.finditer(text.text, start, end) if BOUNDARY not in m[0])

    def candidate(self, text: Text, found: re.Match[str], context: str | None) -> Candidate:
        """What the match is worth: its check, its neighbours and the filters considered."""
        rule = self.rule
        start, end = found.span(self._group)
        value = text.text[start:end]
        if rule.info.private_host:
            host = Candidate(rule.id, start, end, rule.confidence, HOST, (f"{end - start} characters",))
            reason = _stand_in(value)
            return dismissed(host, reason) if reason else host
        confidence = rule.confidence
        evidence = [self._describe(value)]
        if context:
            evidence.append(f"near the word “{context}”")
        public, lesser = rule.public, False
        if rule.check:
            check = CHECKS[rule.check]
            passed = check.test(value)
            evidence.append(f"{check.name} check {'passed' if passed else 'failed'}")
            if passed:
                confidence = raised(confidence)
            elif not text.sample.noisy:
                confidence = lowered(confidence)
            insight = check.inspect(value)
            evidence += insight.phrases
            public = public or insight.harmless
            if insight.lesser:
                lesser, confidence = True, min(confidence, Confidence.MEDIUM)
        complete = True
        if rule.token_boundary and end == found.end():
            tail = self._overhang(text, end)
            if tail:
                end, complete = end + tail, False
                confidence = Confidence.LOW if tail > _BLOB else lowered(confidence)
                evidence.append("longer than the format")
        if public:
            confidence = Confidence.LOW
            evidence.append("meant to be public")
        rank = GENERIC if rule.info.provider == "any" else RULE
        read = found.end() - found.start()
        candidate = Candidate(
            rule.id,
            start,
            end,
            confidence,
            rank,
            tuple(evidence),
            read=read,
            complete=complete,
            public=public or lesser,
        )
        return self._filtered(candidate, value)

    def _filtered(self, candidate: Candidate, value: str) -> Candidate:
        if self.rule.info.kind is not Kind.SECRET:  # names are words, and stand for nothing else
            template = without_references(value) != value
            return dismissed(candidate, "a template or variable") if template else candidate
        prefix = self._prefix_of(value)
        tail = value[len(prefix) :] or value
        doubt = doubt_about(tail, generated=True)
        if doubt is None and (prefix or candidate.rank == RULE) and _wordy(tail):
            # Nobody's words happen to fill a token of fixed length without a gap.
            exact = self.rule.shape.low == self.rule.shape.high and not _MARKS.search(tail)
            doubt = Doubt("reads like words", certain=False, slight=exact)
        if doubt is None:
            return candidate
        slight = doubt.slight and candidate.complete
        confidence = lowered(candidate.confidence) if slight else Confidence.LOW
        doubted = replace(candidate, confidence=confidence, evidence=(*candidate.evidence, doubt.reason))
        return dismissed(doubted, doubt.reason) if doubt.certain else doubted

    def _prefix_of(self, value: str) -> str:
        fold = str.lower if self.rule.ignore_case else str
        fitting = (p for p in self.rule.shape.prefixes if p and fold(value).startswith(fold(p)))
        return max(fitting, key=len, default="")

    def _describe(self, value: str) -> str:
        prefix = self._prefix_of(value)
        characters = f"{len(value)} characters"
        return f"prefix {prefix}, {characters}" if len(prefix) >= _SHOWN_PREFIX else characters

    def _overhang(self, text: Text, end: int) -> int:
        """How many more token characters follow the match without a break."""
        stop = end
        run = self.rule.shape.alphabet & _JOINERS | _TOKEN_CHARS
        ceiling = text.ceiling(end, UNLIMITED)
        if stop >= ceiling or text.text[stop] not in _TOKEN_CHARS:
            return 0
        while stop < ceiling and text.text[stop] in run:
            stop += 1
        return stop - end


@dataclass(frozen=True, slots=True)
class _Places:
    """Where matches of a rule may begin, seen from its keywords (in lower case when it ignores case).

    Attributes:
        longest: one code point more than the longest match.
        first: characters that a match may begin with.
        offsets: for each keyword, where it may stand in a match, the furthest first; None when only a
            search can tell.
        leads: for the keywords without offsets, how to search.
    """

    longest: int
    first: frozenset[str]
    offsets: dict[str, tuple[int, ...] | None]
    leads: dict[str, Lead]


def _places_of(rule: Rule) -> _Places:
    shape, fold = rule.shape, str.lower if rule.ignore_case else str
    reach = min(shape.high, _WINDOW) if shape.high < UNLIMITED else _WINDOW
    first = shape.first | {char.swapcase() for char in shape.first if rule.ignore_case}
    keywords = [fold(keyword) for keyword in rule.keywords]
    prefixes = [fold(prefix) for prefix in shape.prefixes]
    told = all(any(keyword in prefix for keyword in keywords) for prefix in prefixes)
    offsets = {keyword: _offsets(keyword, prefixes) if told else None for keyword in keywords}
    leads = {
        keyword: lead_of(rule.expression, shape, keyword, reach, any_case=rule.ignore_case)
        for keyword, found in offsets.items()
        if found is None
    }
    return _Places(shape.high + 1, first, offsets, leads)


def _offsets(keyword: str, prefixes: Iterable[str]) -> tuple[int, ...] | None:
    found = {prefix.find(keyword) for prefix in prefixes} - {-1}
    return tuple(sorted(found, reverse=True)) if 0 < len(found) <= _MOST_OFFSETS else None


def _wordy(tail: str) -> bool:
    """Whether a token's random part was written by a person: words instead of noise."""
    letters = sum(char.isalpha() for char in tail)
    if len(tail) < _SHORTEST_TAIL or letters <= len(tail) / 2 or price_per_character(tail) >= _WORDY_BITS:
        return False
    return not any(looks_random(part) for part in _MARKS.split(tail))


@lru_cache(maxsize=256)  # logs name the same machines over and over
def _stand_in(value: str) -> str | None:
    """Why a host or an address is nobody's; None when it may be somebody's."""
    doubt = doubt_about(value, generated=True) if any(map(str.isalpha, value)) else None
    return doubt.reason if doubt and doubt.certain else None


def context_word(rule: Rule, text: Text, start: int, end: int, names: tuple[str, ...] = ()) -> str | None:
    """The context word of ``rule`` near the span or in a name offered for it; None when there is none."""
    # Values of one document stand near each other although none is part of the next.
    floor, ceiling = max(0, start - _CONTEXT_BEFORE), end + _CONTEXT_AFTER
    before = "\n".join(text.lower[floor:start].rsplit("\n", _CONTEXT_LINES)[-_CONTEXT_LINES:])
    after = "\n".join(text.lower[end:ceiling].split("\n", _CONTEXT_LINES)[:_CONTEXT_LINES])
    near = (before, after, *(name.lower() for name in names))
    return next((word for word in rule.context if any(word in part for part in near)), None)


def ruling_out(rule: Rule, text: Text, start: int, names: tuple[str, ...] = ()) -> str | None:
    """The word right before ``start``, or in a name offered for it, that rules a match out; or None."""
    before = text.lower[max(0, start - _UNLESS_BEFORE) : start].rpartition("\n")[2]
    near = "\n".join((before, *names)).lower() if names else before
    for word in rule.unless:
        if word in near:
            return word
    return None
