"""What a user adds to the rules that ship: rules of their own, and words to hide."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from detectors.candidates import RULE, Candidate, outside, resolve
from detectors.engine import Detector, default_detector, rule, shipped_rules
from detectors.engine import rules as known_rules
from detectors.gitleaks_file import GITLEAKS_TABLES, search_rules
from detectors.model import RuleInfo, Sample, ScanResult
from detectors.own_words import OWN_WORD, OwnWords
from detectors.regex_cost import CostlyPatternError, check_cost
from detectors.regions import unwrapped, whole_word
from detectors.rule_files import Rule, RuleFileError, parse_rules
from detectors.search_rules import RuleSearch, SearchRule
from detectors.text import Text


@dataclass(frozen=True, slots=True)
class OwnRules:
    """Rules of a user's own.

    Attributes:
        anchored: in the format of the rules that ship.
        searched: in gitleaks' format.
    """

    anchored: tuple[Rule, ...] = ()
    searched: tuple[SearchRule, ...] = ()

    def __add__(self, other: OwnRules) -> OwnRules:
        return OwnRules(self.anchored + other.anchored, self.searched + other.searched)

    def __bool__(self) -> bool:
        return bool(self.anchored or self.searched)

    def at(self, path: str) -> OwnRules:
        """The rules that hold for the document at ``path``."""
        if not any(one.by_path for one in self.searched):
            return self
        return replace(
            self, searched=tuple(found for one in self.searched if (found := one.at(path)) is not None)
        )


def parse_own_rules(text: str, file: str) -> OwnRules:
    """The rules in a file of our own format (``[[rule]]``) or of gitleaks' (``[[rules]]``).

    Args:
        file: only for messages.

    Raises:
        RuleFileError: with file, rule, field, and what is wrong; also when a pattern may take too long.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleFileError(f"{file}: not valid TOML: {error}") from None
    except RecursionError:
        raise RuleFileError(f"{file}: nested too deeply") from None
    if data.keys() & GITLEAKS_TABLES:
        return OwnRules(searched=search_rules(data, file))
    try:
        rules = parse_rules(text, file)
    except (RecursionError, OverflowError):
        raise RuleFileError(f"{file}: a pattern is too large or nested too deeply") from None
    for one, table in zip(rules, data["rule"], strict=True):  # what is written: the rest of a pattern is ours
        try:
            check_cost(table.get("pattern", ""), one.pattern.flags)
        except CostlyPatternError as error:
            raise RuleFileError(f"{file}, rule {one.id!r}, field 'pattern': {error}") from None
    return OwnRules(anchored=rules)


def distinct(rules: OwnRules) -> OwnRules:
    """The rules with ids that no other rule has.

    Rules in gitleaks' format get ``own-`` before an id that is taken: their files are often not one's own.

    Raises:
        RuleFileError: two rules share an id that cannot be changed here.
    """
    shipped = {one.id for one in known_rules()} | {OWN_WORD.id}
    taken: set[str] = set()
    for one in rules.anchored:
        if one.id in shipped | taken:
            raise RuleFileError(f"the id {one.id!r} is the name of another rule; choose a new one")
        taken.add(one.id)
    searched = []
    for found in rules.searched:
        info = found.info
        if info.id in shipped:
            info = replace(info, id=f"own-{info.id}")
        if info.id in taken:
            raise RuleFileError(f"the id {found.id!r} is given to two rules; rename one")
        taken.add(info.id)
        searched.append(replace(found, info=info))
    return replace(rules, searched=tuple(searched))


@dataclass(slots=True)
class OwnDetector:
    """The detectors that ship, with rules and words added; a scan keeps its state to itself."""

    rules: OwnRules = field(default_factory=OwnRules)
    words: OwnWords | None = None
    _shipped: Detector = field(init=False, repr=False)
    _search: RuleSearch | None = field(init=False, repr=False, default=None)
    _infos: dict[str, RuleInfo] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        anchored = self.rules.anchored
        self._shipped = _with_rules(anchored) if anchored else default_detector()
        self._search = RuleSearch(self.rules.searched) if self.rules.searched else None
        infos = [OWN_WORD, *(one.info for one in anchored), *(one.info for one in self.rules.searched)]
        self._infos = {info.id: info for info in infos}

    def rule(self, rule_id: str) -> RuleInfo:
        """One rule; KeyError when there is none of that id."""
        return self._infos.get(rule_id) or rule(rule_id)

    def scan(self, sample: Sample) -> ScanResult:
        """As ``Detector.scan``."""
        result = self._shipped.scan(sample)
        if self._search is None and self.words is None:
            return result
        own = list(self._candidates(sample))
        if not own:
            return result
        shipped = (
            Candidate(m.rule_id, m.start, m.end, m.confidence, RULE, (m.evidence,), read=m.end - m.start)
            for m in result.matches
        )
        matches, suppressed = resolve((*shipped, *own))
        return ScanResult(matches, outside((*result.suppressed, *suppressed), matches))

    def words_in(self, sample: Sample) -> ScanResult:
        """The words alone, for texts in which nothing else is to be looked for."""
        text = Text.of(sample, sample.text)
        matches, _ = resolve(self.words.candidates(text) if self.words is not None else ())
        return ScanResult(matches)

    def _candidates(self, sample: Sample) -> Iterator[Candidate]:
        text = Text.of(sample, sample.text)
        found = self._found(text)
        if sample.noisy:
            found = (_whole(one, sample.text) if one.rule_id != OWN_WORD.id else one for one in found)
        yield from found
        joined = unwrapped(sample.text, sample.soft_breaks)
        if joined is not None:
            flat, origin = joined
            for one in self._found(Text.of(Sample(flat, noisy=sample.noisy), flat)):
                start, end = origin[one.start], origin[one.end - 1] + 1
                if end - start > one.end - one.start:
                    yield replace(one, start=start, end=end)

    def _found(self, text: Text) -> Iterable[Candidate]:
        if self._search is not None:
            yield from self._search.candidates(text)
        if self.words is not None:
            yield from self.words.candidates(text)


@lru_cache(maxsize=2)
def _with_rules(anchored: tuple[Rule, ...]) -> Detector:
    return Detector((*shipped_rules(), *anchored))


def _whole(candidate: Candidate, text: str) -> Candidate:
    start, end = whole_word(text, candidate.start, candidate.end)
    return replace(candidate, start=start, end=end)
