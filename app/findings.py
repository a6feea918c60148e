"""From matches to findings: one value, every place it stands at, the best of several readings."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import accumulate

from app.formats.base import MemberBoxes
from app.model import Dismissed, Finding, Hidden, Notice, RunKey, TextUnit
from app.places import Form, Location, PageArea, TextSpan, innermost
from detectors.engine import rule
from detectors.model import Confidence, Match, RuleInfo, ScanResult, Suppression
from detectors.own_words import OWN_WORD
from ocr.model import Box

SAME_PLACE = 0.5
"""Two page areas that share this part of the smaller one are two readings of one value."""


MOST_DISMISSED = 2_000
"""Dismissals of a document, and places of one, that are told; a log can hold millions."""

BY_FILTER = "a filter of the detectors"


@dataclass(slots=True)
class _Entry:
    """A finding in the making."""

    info: RuleInfo
    match: Match
    value: str = field(repr=False)
    exact: bool
    where: dict[Location, None]  # in the order in which they were found
    known: bool = False  # from another file, whatever can be read here

    def rank(self) -> tuple[int, bool, int]:
        return self.match.confidence, self.exact, self.info.severity

    def explains(self, other: _Entry) -> bool:
        """Whether ``other`` is the mere look of the encoded text in which this value was found."""
        return other.match.confidence is Confidence.LOW < self.match.confidence and any(
            isinstance(place, TextSpan) and place.form is not Form.PLAIN for place in self.where
        )

    def absorb(self, other: _Entry) -> None:
        """Takes over another reading of the same value: all places, and the better reading's words."""
        if other.rank() > self.rank():
            self.info, self.match, self.value, self.exact = other.info, other.match, other.value, other.exact
        elif other.known and not self.exact:  # one value is one value, however a picture of it was read
            self.value, self.exact = other.value, other.exact
        self.where |= other.where


class FindingCollector:
    """Collects the matches of one document, in any order, and merges what belongs together.

    Values at the same place are one finding (two engines read one line; a nested view repeats its
    host). Equal values at different places are one finding with several places.

    Args:
        private: the least confidence of private hosts, None to leave them out
            (``Settings.private_confidence``).
        rule_of: tells about the rules whose matches come.
        explain: whether dismissals are collected as well.
    """

    def __init__(
        self,
        key: RunKey,
        private: Confidence | None = Confidence.LOW,
        rule_of: Callable[[str], RuleInfo] = rule,
        *,
        explain: bool = False,
    ) -> None:
        self._key = key
        self._rule_of = rule_of
        self._explain = explain
        self._dismissed: dict[tuple[str, str, str], dict[Location, None]] = {}  # rule, reason, mask -> where
        self._private = private
        self._entries: list[_Entry] = []
        self._by_value: dict[str, _Entry] = {}
        self._areas: dict[tuple[tuple[str, ...], int], list[tuple[Box, _Entry]]] = {}  # by member and page
        self._spans: dict[tuple[str, ...], _Owned] = {}  # by member

    def add(self, unit: TextUnit, result: ScanResult) -> bool:
        """Takes the matches of one unit; tells whether anything was new."""
        news = False
        for found in result.matches:
            info = self._rule_of(found.rule_id)
            match = self._private_match(found) if info.private_host else found
            where = unit.places.locate(found.start, found.end) if match else ()
            if match and where:
                value = unit.sample.text[match.start : match.end]
                self._merge(_Entry(info, match, value, not unit.sample.noisy, dict.fromkeys(where)))
                news = True
        if self._explain:
            for dismissal in result.suppressed:
                self._dismiss(unit, dismissal)
        return news

    def add_known(self, unit: TextUnit, known: Iterable[tuple[Match, str]]) -> bool:
        """Takes places at which values stand that are known exactly; tells whether there were any."""
        news = False
        for match, value in known:
            where = unit.places.locate(match.start, match.end)
            if where:
                info = self._rule_of(match.rule_id)
                places = dict.fromkeys(where)
                self._merge(_Entry(info, match, value, exact=True, where=places, known=True))
                news = True
        return news

    def _dismiss(self, unit: TextUnit, dismissal: Suppression) -> None:
        value = unit.sample.text[dismissal.start : dismissal.end]
        shown = masked(value, self._rule_of(dismissal.rule_id))
        key = dismissal.rule_id, dismissal.reason, shown
        if key in self._dismissed or len(self._dismissed) < MOST_DISMISSED:
            known = self._dismissed.setdefault(key, {})
            if len(known) < MOST_DISMISSED:
                known |= dict.fromkeys(unit.places.locate(dismissal.start, dismissal.end))

    def _private_match(self, match: Match) -> Match | None:
        """``match`` with the confidence that private hosts have here; None to leave it out."""
        if self._private is None or self._private <= match.confidence:
            return match if self._private else None
        return replace(match, confidence=self._private)

    def notice(self, notice: Notice) -> bool:
        """Takes something that is a finding without being a value; tells whether it was new."""
        match = Match(notice.rule.id, 0, 0, notice.confidence, notice.evidence)
        for entry in self._entries:
            if entry.info is notice.rule and entry.match == match:
                known = notice.where in entry.where
                entry.where[notice.where] = None
                return not known
        self._entries.append(_Entry(notice.rule, match, "", exact=False, where={notice.where: None}))
        return True

    def add_places(self, finding_id: str, places: Iterable[Location]) -> None:
        """Adds further places of a finding whose value was searched for elsewhere in the document."""
        entry = self._entries[int(finding_id[1:]) - 1]
        known = _Spans(place for place in entry.where if isinstance(place, TextSpan))
        entry.where |= {
            place: None for place in places if not (isinstance(place, TextSpan) and known.hold(place))
        }

    def findings(self) -> tuple[Finding, ...]:
        """The findings so far; ids stay the same while collecting goes on."""
        return tuple(self._finding(number, entry) for number, entry in enumerate(self._entries, 1))

    def dismissed(self) -> tuple[Dismissed, ...]:
        """What filters dropped and no finding stands at, when an explanation is wanted."""
        standing = {place for entry in self._entries for place in entry.where}
        found = []
        for (rule_id, reason, shown), where in self._dismissed.items():
            if places := tuple(place for place in where if place not in standing):
                title = self._rule_of(rule_id).title
                found.append(Dismissed(rule_id, title, shown, BY_FILTER, reason, places))
        return tuple(found)

    def values(self) -> dict[str, Hidden]:
        """Finding id to plaintext, as the best reading has it."""
        return {f"f{number}": Hidden(entry.value) for number, entry in enumerate(self._entries, 1)}

    def exact_ids(self) -> frozenset[str]:
        """Ids of the findings whose value did not come from OCR."""
        return frozenset(f"f{number}" for number, entry in enumerate(self._entries, 1) if entry.exact)

    def _finding(self, number: int, entry: _Entry) -> Finding:
        info = entry.info
        return Finding(
            id=f"f{number}",
            rule_id=info.id,
            title=info.title,
            kind=info.kind,
            severity=info.severity,
            confidence=entry.match.confidence,
            masked=masked(entry.value, info) if entry.value else "",
            fingerprint=self._key.fingerprint(_identity(entry)),
            evidence=entry.match.evidence,
            where=tuple(entry.where),
            label=info.label,
            advice=info.advice,
            rotate_url=info.rotate_url,
        )

    def _merge(self, new: _Entry) -> None:
        known = self._at_same_place(new)
        if known is not None and known.explains(new):
            return
        known = known or self._by_value.get(new.value)
        if known is None:
            self._entries.append(new)
            known = new
        else:
            known.absorb(new)
        self._by_value.setdefault(new.value, known)
        for members, place in map(innermost, new.where):
            if isinstance(place, PageArea):
                areas = self._areas.setdefault((members, place.page), [])
                areas.extend((box, known) for box in place.boxes)
            elif isinstance(place, TextSpan):
                self._spans.setdefault(members, _Owned()).add(place, known)

    def _at_same_place(self, new: _Entry) -> _Entry | None:
        for members, place in map(innermost, new.where):
            if isinstance(place, PageArea):
                for box in place.boxes:
                    for other, entry in self._areas.get((members, place.page), ()):
                        if max(box.overlap(other), other.overlap(box)) >= SAME_PLACE:
                            return entry
            elif isinstance(place, TextSpan) and members in self._spans:
                owner = self._spans[members].owner_of(place)
                if owner is not None:
                    return owner
        return None


class _Owned:
    """Spans of one raw text, each with the entry that stands there."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int, int]] = []  # start, end, index into _owners
        self._owners: list[_Entry] = []

    def add(self, span: TextSpan, owner: _Entry) -> None:
        insort(self._spans, (span.start, span.end, len(self._owners)))
        self._owners.append(owner)

    def owner_of(self, span: TextSpan) -> _Entry | None:
        """The entry with a span that overlaps this one, if any."""
        at = bisect_left(self._spans, (span.start,))
        for start, end, owner in self._spans[max(0, at - 1) : at + 2]:
            if start < span.end and span.start < end:
                return self._owners[owner]
        return None


class _Spans:
    """Spans of raw text, for asking whether one of them holds another."""

    def __init__(self, spans: Iterable[TextSpan]) -> None:
        ordered = sorted((span.start, span.end) for span in spans)
        self._starts = [start for start, _ in ordered]
        self._furthest = list(accumulate((end for _, end in ordered), max))

    def hold(self, span: TextSpan) -> bool:
        before = bisect_right(self._starts, span.start)
        return before > 0 and self._furthest[before - 1] >= span.end


def _identity(entry: _Entry) -> str:
    """What makes two values one: a word of the user's own is the same in any case and spacing.

    A notice has no value: what it says stands for one.
    """
    if not entry.value:
        return f"{entry.info.id}: {entry.match.evidence}"
    return " ".join(entry.value.casefold().split()) if entry.info is OWN_WORD else entry.value


def masked(value: str, info: RuleInfo) -> str:
    """What may be shown of a value: its rule's public prefix and its length in code points."""
    prefix = max(
        (p for p in info.prefixes if value.startswith(p) and len(p) < len(value)), key=len, default=""
    )
    return f"{prefix}…({len(value)})"


def at_least(findings: Iterable[Finding], threshold: Confidence) -> list[Finding]:
    return [finding for finding in findings if finding.confidence >= threshold]


def page_boxes(places: Iterable[Location]) -> MemberBoxes:
    """The boxes of page areas by page number, in members as well; other places are left out."""
    boxes = MemberBoxes()
    for members, place in map(innermost, places):
        if isinstance(place, PageArea):
            boxes.within(members).setdefault(place.page, []).extend(place.boxes)
    return boxes
