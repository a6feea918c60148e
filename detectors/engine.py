"""The one way into the detectors: a sample in, matches out."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache

from detectors.candidates import Candidate, resolve
from detectors.keywords import KeywordIndex, keyword_index
from detectors.labels import label_candidates, named_candidates, triggers
from detectors.lexicon import lexicon
from detectors.model import RuleInfo, Sample, ScanResult
from detectors.rule_files import Rule, load_rules
from detectors.rule_match import RuleMatcher, Text, context_word

_BARE_BEFORE, _BARE_AFTER = 100, 200


class Detector:
    """Finds secrets in texts with a set of rules and the label detectors.

    Safe to share between threads: a scan keeps its state to itself.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        matchers = [RuleMatcher(rule) for rule in rules]
        self._exact: dict[str, list[RuleMatcher]] = {}
        self._folded: dict[str, list[RuleMatcher]] = {}
        self._bare: dict[str, list[RuleMatcher]] = {}
        for matcher in matchers:
            rule = matcher.rule
            for keyword in rule.keywords:
                table = self._folded if rule.ignore_case else self._exact
                table.setdefault(keyword.lower() if rule.ignore_case else keyword, []).append(matcher)
            if not rule.keywords:
                for word in rule.context:
                    self._bare.setdefault(word, []).append(matcher)
        self._exact_index = _index(self._exact)
        self._folded_index = _index([*self._folded, *self._bare])
        self._label_index = keyword_index(triggers())

    def scan(self, sample: Sample) -> ScanResult:
        """Every secret in ``sample``, in order, none overlapping; dismissals beside them."""
        text = Text.of(sample)
        matches, suppressed = resolve(self._candidates(text))
        return ScanResult(matches, suppressed)

    def _candidates(self, text: Text) -> Iterator[Candidate]:
        names = _Names(text.sample)
        yield from self._prefixed(text, names, self._exact_index, self._exact, text.text)
        yield from self._prefixed(text, names, self._folded_index, self._folded, text.lower)
        yield from named_candidates(text)
        yield from label_candidates(text, self._label_index.hits(text.lower))

    def _prefixed(
        self,
        text: Text,
        names: _Names,
        index: KeywordIndex | None,
        table: dict[str, list[RuleMatcher]],
        haystack: str,
    ) -> Iterator[Candidate]:
        if index is None:
            return
        done: dict[str, int] = {}  # rule id to the end of its last match: no second look inside it
        for end, keyword in index.hits(haystack):
            start = end - len(keyword)
            for matcher in table.get(keyword, ()):
                if done.get(matcher.rule.id, 0) >= end:
                    continue
                found = matcher.match_at(text, start, end, keyword)
                if found:
                    done[matcher.rule.id] = found.end()
                    yield from self._judged(matcher, text, found, names)
            if table is self._folded:
                for matcher in self._bare.get(keyword, ()):
                    yield from self._around(matcher, text, start, end, names, done)

    def _around(
        self, matcher: RuleMatcher, text: Text, start: int, end: int, names: _Names, done: dict[str, int]
    ) -> Iterator[Candidate]:
        """Bare formats near a context word."""
        first = max(text.floor(start, _BARE_BEFORE), done.get(matcher.rule.id, 0))
        last = text.ceiling(end, _BARE_AFTER)
        for found in matcher.matches_between(text, first, last):
            done[matcher.rule.id] = found.end()
            yield from self._judged(matcher, text, found, names)

    def _judged(
        self, matcher: RuleMatcher, text: Text, found: re.Match[str], names: _Names
    ) -> Iterator[Candidate]:
        context = None
        span = found.span()
        if matcher.rule.context:
            context = context_word(matcher.rule, text, *span, names.around(*span))
            if context is None:
                return
        yield matcher.candidate(text, found, context)


def _index(keywords: Iterable[str]) -> KeywordIndex | None:
    words = list(keywords)
    return keyword_index(words) if words else None


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


@lru_cache(maxsize=1)
def default_detector() -> Detector:
    """The detector with every rule that ships; built on first use."""
    return Detector(load_rules())


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, RuleInfo]:
    found = {rule.id: rule.info for rule in load_rules()}
    found.update(lexicon().kinds)
    return dict(sorted(found.items()))


def rules() -> list[RuleInfo]:
    """Everything that can be found, ordered by id."""
    return list(_catalogue().values())


def rule(rule_id: str) -> RuleInfo:
    """One rule; KeyError when there is none of that id."""
    return _catalogue()[rule_id]
