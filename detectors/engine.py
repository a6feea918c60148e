"""The one way into the detectors: a sample in, matches out."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from detectors.blocks import PEM_TRIGGERS, pem_candidates, random_strings
from detectors.candidates import GENERIC, Candidate, resolve
from detectors.keywords import keyword_index
from detectors.labels import LabelScan, named_candidates
from detectors.lexicon import lexicon
from detectors.login_pairs import login_pair
from detectors.model import RuleInfo, Sample, ScanResult
from detectors.regions import is_wordy, run_end, unwrapped, whole_word
from detectors.rule_files import Rule, RuleFileError, load_rules
from detectors.rule_match import RuleMatcher, context_word
from detectors.skeleton import Skeleton, repaired
from detectors.text import Text

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
        self._triggers = lexicon().triggers
        self._logins = lexicon().logins
        self._skeleton = Skeleton(matcher.rule for matcher in matchers)
        self._exact_index = keyword_index(self._exact) if self._exact else None
        self._folded_index = keyword_index(
            [*self._folded, *self._bare, *self._triggers, *self._logins, *PEM_TRIGGERS]
        )

    def scan(self, sample: Sample) -> ScanResult:
        """Every secret in ``sample``, in order, none overlapping; dismissals beside them."""
        text = Text.of(sample, repaired(sample.text) if sample.noisy else sample.text)
        candidates = list(self._candidates(text))
        candidates += self._wrapped(text, candidates)
        if sample.noisy:
            candidates += self._skeleton.candidates(text)
            candidates = [_whole(candidate, text) for candidate in candidates]
        matches, suppressed = resolve(candidates)
        return ScanResult(matches, suppressed)

    def _candidates(self, text: Text) -> Iterator[Candidate]:
        names = _Names(text.sample)
        yield from named_candidates(text)
        done = _Progress()
        if self._exact_index is not None:
            for end, keyword in self._exact_index.hits(text.text):
                yield from self._keyed(self._exact[keyword], text, end, keyword, names, done)
        labels = LabelScan(text)
        for end, keyword in self._folded_index.hits(text.lower):
            if keyword in self._triggers:
                yield from labels.at(end, keyword)
            if keyword in self._folded:
                yield from self._keyed(self._folded[keyword], text, end, keyword, names, done)
            if keyword in self._logins:
                yield from login_pair(text, end)
            if keyword in PEM_TRIGGERS:
                yield from pem_candidates(text, end - len(keyword), end)
            for matcher in self._bare.get(keyword, ()):
                yield from self._around(matcher, text, end - len(keyword), end, names, done)
        yield from random_strings(text)

    def _keyed(
        self,
        matchers: list[RuleMatcher],
        text: Text,
        end: int,
        keyword: str,
        names: _Names,
        done: _Progress,
    ) -> Iterator[Candidate]:
        """Rules whose keyword ends at ``end``."""
        start = end - len(keyword)
        for matcher in matchers:
            rule_id = matcher.rule.id
            tried = done.matched.get(rule_id, 0)
            if tried >= end:
                continue
            found = matcher.match_at(text, start, end, keyword, tried)
            if found:
                done.matched[rule_id] = found.end()
                yield from self._judged(matcher, text, found, names)
            else:
                if matcher.searches:
                    done.matched[rule_id] = start + 1
                if not text.sample.noisy and start >= done.broken.get(rule_id, 0):
                    done.broken[rule_id] = run_end(text.text, start)
                    yield from self._skeleton.broken(text, matcher.rule, start, keyword)

    def _around(
        self, matcher: RuleMatcher, text: Text, start: int, end: int, names: _Names, done: _Progress
    ) -> Iterator[Candidate]:
        """Bare formats near a context word."""
        first = max(text.floor(start, _BARE_BEFORE), done.matched.get(matcher.rule.id, 0))
        last = text.ceiling(end, _BARE_AFTER)
        for found in matcher.matches_between(text, first, last):
            done.matched[matcher.rule.id] = found.end()
            yield from self._judged(matcher, text, found, names)

    def _judged(
        self, matcher: RuleMatcher, text: Text, found: re.Match[str], names: _Names
    ) -> Iterator[Candidate]:
        context = None
        if matcher.rule.context:
            context = context_word(matcher.rule, text, *found.span(), names.around(*found.span()))
            if context is None:
                return
        yield matcher.candidate(text, found, context)

    def _wrapped(self, text: Text, known: list[Candidate]) -> Iterator[Candidate]:
        """What is found once soft line breaks are taken out, as far as it crosses one."""
        joined = unwrapped(text.text, text.sample.soft_breaks)
        if joined is None:
            return
        flat, origin = joined
        whole = {(c.rule_id, c.start) for c in known if c.rank >= GENERIC and c.complete}
        sample = Sample(flat, noisy=text.sample.noisy)
        for candidate in self._candidates(Text.of(sample, repaired(flat) if sample.noisy else flat)):
            start, end = origin[candidate.start], origin[candidate.end - 1] + 1
            if end - start == candidate.end - candidate.start or (candidate.rule_id, start) in whole:
                continue
            rest = text.text[text.text.rfind("\n", start, end) + 1 : end]
            if candidate.rank >= GENERIC or not is_wordy(rest):
                yield replace(candidate, start=start, end=end)


def _whole(candidate: Candidate, text: Text) -> Candidate:
    start, end = whole_word(text.text, candidate.start, candidate.end)
    return replace(candidate, start=start, end=end)


@dataclass(slots=True)
class _Progress:
    """How far each rule (by id) has come in one text, so that nothing is looked at twice.

    Attributes:
        matched: where the rule's next match may begin.
        broken: end of the run of characters last searched for an imperfect token.
    """

    matched: dict[str, int] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)


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
    kinds = lexicon().kinds
    if shared := found.keys() & kinds.keys():
        raise RuleFileError(f"ids of rules and of labelled values coincide: {', '.join(sorted(shared))}")
    return dict(sorted({**found, **kinds}.items()))


def rules() -> list[RuleInfo]:
    """Everything that can be found, ordered by id."""
    return list(_catalogue().values())


def rule(rule_id: str) -> RuleInfo:
    """One rule; KeyError when there is none of that id."""
    return _catalogue()[rule_id]
