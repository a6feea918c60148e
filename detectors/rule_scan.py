"""One pass of all rules over one text, with what has been looked at so far."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from detectors.candidates import Candidate, dismissed
from detectors.model import Named, Sample
from detectors.regions import run_end
from detectors.rule_match import RuleMatcher, context_word, ruling_out
from detectors.skeleton import Skeleton
from detectors.text import Text

_BARE_BEFORE, _BARE_AFTER = 100, 200


class RuleScan:
    """Rules in one text; fed with the places of their keywords, in order."""

    def __init__(self, text: Text, skeleton: Skeleton) -> None:
        self._text = text
        self._skeleton = skeleton
        self._tolerant = not text.sample.noisy
        self._names = _Names(text.sample)
        self._named = bool(text.sample.named)
        self._matched: dict[str, int] = {}  # rule id to where its next match may begin
        self._broken: dict[str, int] = {}  # rule id to the end of the run last searched for a broken token

    def keyed(self, matchers: Iterable[RuleMatcher], end: int, keyword: str) -> list[Candidate]:
        """Candidates of rules whose ``keyword`` ends at ``end``."""
        start = end - len(keyword)
        candidates: list[Candidate] = []
        for matcher in matchers:
            rule_id = matcher.id
            tried = self._matched.get(rule_id, 0)
            if tried >= end:
                continue
            found = matcher.match_at(self._text, start, end, keyword, tried)
            if found:
                self._matched[rule_id] = found.end()
                if candidate := self._judged(matcher, found):
                    candidates.append(candidate)
                continue
            if matcher.searches:
                self._matched[rule_id] = start + 1
            tolerant = self._tolerant and start >= self._broken.get(rule_id, 0)
            if tolerant and self._skeleton.beginnings(matcher.rule):
                self._broken[rule_id] = run_end(self._text.text, start)
                candidates += self._skeleton.broken(self._text, matcher.rule, start, keyword)
        return candidates

    def bare(self, matchers: Iterable[RuleMatcher], start: int, end: int) -> Iterator[Candidate]:
        """Candidates in formats without a literal, around their context word at ``start`` to ``end``."""
        last = min(len(self._text.text), end + _BARE_AFTER)
        for matcher in matchers:
            rule_id = matcher.id
            first = max(0, start - _BARE_BEFORE, self._matched.get(rule_id, 0))
            for found in matcher.matches_between(self._text, first, last):
                self._matched[rule_id] = found.end()
                if candidate := self._judged(matcher, found):
                    yield candidate

    def named(self, matchers: Iterable[RuleMatcher], named: Named) -> Iterator[Candidate]:
        """Candidates in formats without a literal whose context word is the name offered for the span."""
        for matcher in matchers:
            for found in matcher.matches_between(self._text, named.start, named.end):
                if candidate := self._judged(matcher, found):
                    yield candidate

    def _judged(self, matcher: RuleMatcher, found: re.Match[str]) -> Candidate | None:
        rule, span = matcher.rule, found.span()
        names = self._names.around(*span) if self._named and (rule.context or rule.unless) else ()
        context = context_word(rule, self._text, *span, names) if rule.context else None
        if rule.context and context is None:
            return None
        candidate = matcher.candidate(self._text, found, context)
        word = ruling_out(rule, self._text, candidate.start, names) if rule.unless else None
        return dismissed(candidate, f"behind the word “{word}”") if word else candidate


class _Names:
    """The names offered for a place."""

    def __init__(self, sample: Sample) -> None:
        self._named = sorted(sample.named, key=lambda named: named.start)
        self._starts = [named.start for named in self._named]
        self._longest = max((named.end - named.start for named in self._named), default=0)

    def around(self, start: int, end: int) -> tuple[str, ...]:
        last = bisect_right(self._starts, start)
        first = bisect_right(self._starts, start - self._longest - 1)
        return tuple(named.name for named in self._named[first:last] if named.end >= end)
