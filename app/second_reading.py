"""Reads a written copy again, with other eyes: the detectors over it, and over what another library reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from app.errors import VerificationFailed
from app.findings import FindingCollector, at_least, page_boxes
from app.formats import Context, Document
from app.formats.base import MemberBoxes
from app.formats.cover_labels import COVERED, label_spans
from app.model import Check, Finding, Hidden, Notice, NotRead, RedactionPlan, RunKey, Source, TextUnit
from app.places import Location, MetadataKey, PageArea, innermost
from app.planning import REGION
from app.policy import Policy
from app.residue.search import base64_forms
from detectors.engine import rules
from detectors.model import Kind, Sample
from detectors.own import OwnDetector
from detectors.own_words import OWN_WORD

INSIDE_COVER: Final = 0.8
"""A region that lies to this part under covers is the covers' own pattern, not text."""

SECOND_READING: Final = "Second reading finds nothing"

LEFT_THERE: Final = 0.5
"""A region that lies to this part where something was left readable is that same thing, read anew."""

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Missed:
    """What a second, independent reading of the copy still found."""

    findings: tuple[Finding, ...]
    values: dict[str, Hidden] = field(repr=False)
    exact: frozenset[str] = frozenset()


class SecretsLeft(VerificationFailed):
    """The rescan of the copy found secrets that the plan does not cover; they may be added to it."""

    def __init__(self, missed: Missed, reader: str = "Reading the copy again") -> None:
        super().__init__(
            f"{reader} found {len(missed.findings)} more secret(s); the copy was deleted.",
            "Look at the new findings, cover them, and save again.",
        )
        self.missed = missed


@dataclass(frozen=True, slots=True)
class Expected:
    """What a reading of the copy may find: placeholders, the covers' own pattern, what was left on purpose.

    Attributes:
        masks: rule and masked value of findings that were left readable when the copy was made, where
            their fingerprints are not known any more.
        again: the copy was made some time before; its real plan is not known.
    """

    plan: RedactionPlan
    masks: Collection[tuple[str, str]] = ()
    again: bool = False

    def harmless(self) -> set[str]:
        """The placeholders, as they stand in copies."""
        return {
            written
            for item in self.plan.items
            for written in (item.placeholder, *base64_forms(item.placeholder))
        }

    def knows(self, finding: Finding) -> bool:
        """Whether it looks like one that was left readable when the copy was made."""
        return (finding.rule_id, finding.masked) in self.masks

    def filtered(self, findings: Iterable[Finding], values: dict[str, Hidden]) -> Iterator[Finding]:
        """The findings that should not be there."""
        covers = page_boxes(place for item in self.plan.items for place in item.where)
        kept = page_boxes(place for finding in self.plan.kept for place in finding.where)
        left = {finding.fingerprint for finding in self.plan.kept}  # by a person, or by the threshold
        placeholders = self.harmless()
        for finding in findings:
            if (
                finding.kind is not Kind.POSTURE
                and not any(placeholder in values[finding.id].reveal() for placeholder in placeholders)
                and finding.fingerprint not in left
                and not _inside(finding, kept, LEFT_THERE)
                and not _inside(finding, covers, INSIDE_COVER)
            ):
                yield finding

    def labels(self) -> frozenset[str]:
        """What covers may say; whatever any could say, where the plan is not known."""
        if self.again:
            return frozenset(info.label for info in rules()) | {OWN_WORD.label, REGION}
        if not self.plan.style.labels:
            return frozenset()
        placeholders = (item.placeholder.removeprefix("REDACTED_") for item in self.plan.items)
        return frozenset(placeholder.rpartition("_")[0] for placeholder in placeholders)


class SecondReading:
    """The detectors over the copy, read by us and by another library.

    Args:
        source: names the document whose rules and allow-list count.
    """

    def __init__(
        self, source: Source, context: Context, key: RunKey, policy: Policy, expected: Expected
    ) -> None:
        self._source = source
        self._context = context
        self._key = key
        self._policy = policy
        self._expected = expected
        self._detector = policy.detector(source.path)
        self.let_stand: tuple[Finding, ...] = ()  # for nothing but its mask
        self._texts: list[str] = []

    def check(self, copy: Document, progress: Progress, *, remember: bool) -> Check:
        """The copy is examined as its original was, in another way where it is a picture.

        Args:
            remember: keeps the texts for ``check_other``.

        Raises:
            SecretsLeft: something is neither covered nor deliberately left.
        """
        collector = self._collector(copy)
        texts = self._texts if remember else None
        sink = _Rereader(collector, self._detector, self._policy, self._expected.labels(), texts, progress)
        covers = page_boxes(place for item in self._expected.plan.items for place in item.where)
        copy.examine(sink, covers=covers)
        for unit in copy.names() if self._policy.words else ():
            collector.add(unit, self._detector.words_in(unit.sample))
        suspects = tuple(self._expected.filtered(*self._counting(collector)))
        self.let_stand = tuple(one for one in suspects if self._expected.knows(one))
        self._refuse(collector, tuple(one for one in suspects if not self._expected.knows(one)))
        left = len(self._expected.plan.kept) or len(self._expected.masks)
        return Check(SECOND_READING, True, f"{left} findings were left readable on purpose")

    def check_other(self, copy: Document, texts: Iterable[str]) -> None:
        """What another library read; what ours read as well was judged there, with more around it.

        Raises:
            SecretsLeft: something is neither covered nor deliberately left, and was never seen by us.
        """
        collector = self._collector(copy)
        for number, text in enumerate(texts, 1):
            unit = TextUnit(Sample(text), _Anywhere(MetadataKey(f"text {number} of another reader")), "text")
            collector.add(unit, self._detector.scan(unit.sample))
        findings, values = self._counting(collector)
        suspects = [one for one in self._expected.filtered(findings, values) if not self._expected.knows(one)]
        if suspects:
            seen = "\0".join("".join(text.split()) for text in self._texts)
            unseen = (one for one in suspects if "".join(values[one.id].reveal().split()) not in seen)
            self._refuse(collector, tuple(unseen), "Another reader")

    def _collector(self, copy: Document) -> FindingCollector:
        private = self._context.settings.private_confidence(copy.platform)
        return FindingCollector(self._key, private, self._detector.rule)

    def _counting(self, collector: FindingCollector) -> tuple[list[Finding], dict[str, Hidden]]:
        counting, _ = self._policy.judged(collector.findings(), self._source.path, collector.values)
        return at_least(counting, self._context.settings.threshold), collector.values()

    @staticmethod
    def _refuse(
        collector: FindingCollector, missed: tuple[Finding, ...], reader: str = "Reading the copy again"
    ) -> None:
        if missed:
            values = collector.values()
            shown = {finding.id: values[finding.id] for finding in missed}
            raise SecretsLeft(Missed(missed, shown, collector.exact_ids()), reader)


@dataclass(slots=True)
class _Rereader:
    """Collects what the detectors still see in the copy."""

    collector: FindingCollector
    detector: OwnDetector
    policy: Policy
    labels: frozenset[str]
    texts: list[str] | None
    tell: Progress

    def unit(self, unit: TextUnit) -> None:
        if unit.sample.noisy and self.labels:
            unit = replace(unit, sample=_without_labels(unit.sample, self.labels))
        if self.texts is not None:
            self.texts.append(unit.sample.text)
        self.collector.add(unit, self.detector.scan(unit.sample))
        self.collector.add_known(unit, self.policy.known_in(unit.sample))

    def not_read(self, gap: NotRead) -> None:
        """What could not be read in the original cannot be read here; its report says so."""

    def notice(self, notice: Notice) -> None:
        self.collector.notice(notice)

    def progress(self, fraction: float, note: str) -> None:  # noqa: ARG002 - its words are about reading
        self.tell(fraction, "Reading the copy again")


def _without_labels(sample: Sample, labels: frozenset[str]) -> Sample:
    """What was read from a picture with the words on covers made what is read where covers say nothing."""
    text = sample.text
    spans = tuple(label_spans(text, labels))
    for start, end in spans:
        text = f"{text[:start]}{COVERED * (end - start)}{text[end:]}"
    named = tuple(
        one
        for one in sample.named
        if not tuple(label_spans(one.name, labels)) and COVERED not in text[one.start : one.end]
    )
    return replace(sample, text=text, named=named)


@dataclass(frozen=True, slots=True)
class _Anywhere:
    place: Location

    def locate(self, start: int, end: int) -> tuple[Location, ...]:  # noqa: ARG002
        return (self.place,)


def _inside(finding: Finding, regions: MemberBoxes, share: float) -> bool:
    """Whether every area of the finding lies to ``share`` inside the regions; False when it has none."""
    areas = [
        (regions.within(members).get(place.page, ()), place.boxes)
        for members, place in map(innermost, finding.where)
        if isinstance(place, PageArea)
    ]
    return bool(areas) and all(
        sum(box.overlap(region) for region in covered) >= share for covered, boxes in areas for box in boxes
    )
