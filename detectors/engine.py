"""The one way into the detectors: a sample in, matches out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from detectors.blocks import PEM_TRIGGERS, pem_candidates, random_strings
from detectors.candidates import GENERIC, Candidate, resolve
from detectors.keywords import keyword_index
from detectors.labels import LabelScan, named_candidates
from detectors.lexicon import lexicon
from detectors.login_pairs import login_names, login_pair
from detectors.model import RuleInfo, Sample, ScanResult
from detectors.regions import is_wordy, unwrapped, whole_word
from detectors.rule_files import Rule, RuleFileError, load_rules
from detectors.rule_match import RuleMatcher
from detectors.rule_scan import RuleScan
from detectors.skeleton import Skeleton, repaired
from detectors.text import Text

_MAX_NAMES_KEPT = 4096


@dataclass(slots=True)
class _Interest:
    """Who wants to know about a keyword (lower case): rules that need its exact case, rules that do
    not, rules for bare formats near it, and the detectors of labels, logins and key blocks."""

    exact: dict[str, list[RuleMatcher]] = field(default_factory=lambda: defaultdict(list))
    any_case: list[RuleMatcher] = field(default_factory=list)
    bare: list[RuleMatcher] = field(default_factory=list)
    label: bool = False
    login: bool = False
    key_block: bool = False

    @property
    def exact_only(self) -> bool:
        return not (self.any_case or self.bare or self.label or self.login or self.key_block)


class Detector:
    """Finds secrets in texts with a set of rules and the label detectors.

    Safe to share between threads: a scan keeps its state to itself, but for what names mean to the rules.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        matchers = [RuleMatcher(rule) for rule in rules]
        interests: dict[str, _Interest] = defaultdict(_Interest)
        for matcher in matchers:
            for keyword in matcher.rule.keywords:
                interest = interests[keyword.lower()]
                if matcher.rule.ignore_case:
                    interest.any_case.append(matcher)
                else:
                    interest.exact[keyword].append(matcher)
            if not matcher.rule.keywords:
                for word in matcher.rule.context:
                    interests[word].bare.append(matcher)
        for word in lexicon().triggers:
            interests[word].label = True
        for word in lexicon().logins:
            interests[word].login = True
        for word in PEM_TRIGGERS:
            interests[word].key_block = True
        self._interests = dict(interests)
        # Many keywords count in one spelling only; most of their hits are ordinary words in small letters.
        self._spelt = {word: tuple(one.exact) for word, one in interests.items() if one.exact_only}
        self._index = keyword_index(interests)
        self._skeleton = Skeleton(matcher.rule for matcher in matchers)
        self._bare_by_name: dict[str, tuple[RuleMatcher, ...]] = {}

    def scan(self, sample: Sample) -> ScanResult:
        """Every secret in ``sample``, in order, none overlapping; dismissals beside them."""
        text = Text.of(sample, repaired(sample.text) if sample.noisy else sample.text)
        candidates = list(self._candidates(text))
        candidates += login_names(text, candidates)
        candidates += self._wrapped(text, candidates)
        if sample.noisy:
            candidates += self._skeleton.candidates(text)
            candidates = [_whole(candidate, text) for candidate in candidates]
        matches, suppressed = resolve(candidates)
        return ScanResult(matches, suppressed)

    def _candidates(self, text: Text) -> Iterator[Candidate]:
        yield from named_candidates(text)
        rules, labels = RuleScan(text, self._skeleton), LabelScan(text)
        for named in text.sample.named:
            yield from rules.named(self._bare_for(named.name), named)
        raw, interests = text.text, self._interests
        for end, keyword in self._index.hits(text.lower):
            start = end - len(keyword)
            spelt = self._spelt.get(keyword)
            if spelt is not None and not raw.startswith(spelt, start):
                continue
            interest = interests[keyword]
            if interest.label and labels.wants(end):
                yield from labels.at(end, keyword)
            for exact, matchers in interest.exact.items():
                if raw.startswith(exact, start):
                    yield from rules.keyed(matchers, end, exact)
            if interest.any_case:
                yield from rules.keyed(interest.any_case, end, keyword)
            if interest.bare:
                yield from rules.bare(interest.bare, start, end)
            if interest.login:
                yield from login_pair(text, end)
            if interest.key_block:
                yield from pem_candidates(text, start, end)
        yield from random_strings(text)

    def _bare_for(self, name: str) -> tuple[RuleMatcher, ...]:
        """Rules without a literal for whose values ``name`` is context enough."""
        known = self._bare_by_name.get(name)
        if known is None:
            hits = (self._interests[word].bare for _, word in self._index.hits(name.lower()))
            known = tuple(dict.fromkeys(matcher for bare in hits for matcher in bare))
            if len(self._bare_by_name) < _MAX_NAMES_KEPT:
                self._bare_by_name[name] = known
        return known

    def _wrapped(self, text: Text, known: list[Candidate]) -> Iterator[Candidate]:
        """What is found only once soft line breaks are taken out: in it, or before it on its line, is one."""
        joined = unwrapped(text.text, text.sample.soft_breaks)
        if joined is None:
            return
        flat, origin = joined
        whole = {(c.rule_id, c.start) for c in known if c.rank >= GENERIC and c.complete}
        seen = {(c.rule_id, c.start, c.end) for c in known}
        sample = Sample(flat, noisy=text.sample.noisy)
        for candidate in self._candidates(Text.of(sample, repaired(flat) if sample.noisy else flat)):
            start, end = origin[candidate.start], origin[candidate.end - 1] + 1
            line = flat.rfind("\n", 0, candidate.start) + 1
            broken = end - origin[line] > candidate.end - line
            if not broken or (candidate.rule_id, start) in whole or (candidate.rule_id, start, end) in seen:
                continue
            rest = text.text[text.text.rfind("\n", start, end) + 1 : end]
            if candidate.rank >= GENERIC or not is_wordy(rest):
                yield replace(candidate, start=start, end=end)


def _whole(candidate: Candidate, text: Text) -> Candidate:
    start, end = whole_word(text.text, candidate.start, candidate.end)
    return replace(candidate, start=start, end=end)


@lru_cache(maxsize=1)
def default_detector() -> Detector:
    """The detector with every rule that ships; built on first use."""
    return Detector(shipped_rules())


@lru_cache(maxsize=1)
def shipped_rules() -> tuple[Rule, ...]:
    """See ``detectors.rule_files.load_rules``; read on first use."""
    return load_rules()


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, RuleInfo]:
    found = {rule.id: rule.info for rule in shipped_rules()}
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
