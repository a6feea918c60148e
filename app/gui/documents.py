"""The queue as the window sees it: documents, what is known about them, and what a person decided.

Knows nothing of widgets, threads or workers. Decisions are immutable values kept in a history, so
that every one can be undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from app.messages import Input
from app.model import PLAIN_COVERS, CoverStyle, ErrorInfo, Finding, NotRead, RedactedCopy, Scan, State
from app.places import MetadataKey, PageArea, TextSpan, innermost
from app.reports.words import HIDDEN_CONTENT
from detectors.model import Confidence, Kind

Place = PageArea | TextSpan


class Stage(StrEnum):
    """Where a document stands in the queue."""

    WAITING = "waiting"
    READING = "reading"
    CLEAN = "clean"
    FINDINGS = "findings"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SAVING = "saving"
    SAVED = "saved"


_STAGE_OF_STATE = {
    State.CLEAN: Stage.CLEAN,
    State.FINDINGS: Stage.FINDINGS,
    State.INCOMPLETE: Stage.INCOMPLETE,
    State.FAILED: Stage.FAILED,
}


class Handling(StrEnum):
    """What the copy does about a finding."""

    COVERED = "covered"
    LEFT = "left readable"
    DROPPED = "not in the copy"
    ADVICE = "nothing to cover"


@dataclass(frozen=True, slots=True)
class Mark:
    """A place that a person wants covered; ``number`` is unique within its document."""

    number: int
    place: Place


@dataclass(frozen=True, slots=True)
class Decisions:
    """Everything a person decided about what the copy covers.

    Attributes:
        covered, left: ids of findings with a choice of their own; all others follow the threshold.
    """

    covered: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Cover:
    """What decisions and options come to: ids of findings to leave as they are, drawn places, their look."""

    leave: frozenset[str]
    drawn: tuple[Place, ...]
    style: CoverStyle = PLAIN_COVERS


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of saving a document: a verified copy, or the reason why nothing was written.

    Attributes:
        cover: what the copy was made from; it is outdated once that changes.
        unread: parts that could not be examined.
        acknowledged: whether a person said to have looked at all of them.
        late: findings that only the check of the copy read; they are in the list since.
        receipt: the file beside the copy, when one was wanted.
    """

    cover: Cover
    copy: RedactedCopy | None
    error: ErrorInfo | None
    unread: int
    acknowledged: bool
    late: int = 0
    receipt: Path | None = None


@dataclass(slots=True)
class Document:
    """One input on its way through the queue.

    Attributes:
        number: names the document in this window; never reused.
        fraction: how far reading or saving is, 0..1.
        findings: what is known so far; final once ``scan`` is there.
        pages_seen: the highest page that arrived for display.
    """

    number: int
    input: Input
    threshold: Confidence
    style: CoverStyle = PLAIN_COVERS
    stage: Stage = Stage.WAITING
    fraction: float = 0.0
    note: str = ""
    findings: tuple[Finding, ...] = ()
    scan: Scan | None = field(default=None, repr=False)
    error: ErrorInfo | None = None
    pages_seen: int = 0
    is_text: bool = False
    outcome: Outcome | None = None
    acknowledged: frozenset[int] = frozenset()
    decisions: Decisions = Decisions()
    _undo: list[Decisions] = field(default_factory=list, repr=False)
    _redo: list[Decisions] = field(default_factory=list, repr=False)
    _next_mark: int = 1

    # --- what happened to it ---

    @property
    def name(self) -> str:
        return self.input.path.name

    @property
    def pages(self) -> int:
        """Pages known so far; 0 before the first arrived."""
        return max(self.scan.report.pages if self.scan else 0, self.pages_seen)

    @property
    def not_read(self) -> tuple[NotRead, ...]:
        return self.scan.report.not_read if self.scan else ()

    @property
    def examined(self) -> bool:
        """Whether reading came to an end with a result that a copy can be made from."""
        return self.scan is not None and self.error is None

    @property
    def busy(self) -> bool:
        return self.stage in {Stage.WAITING, Stage.READING, Stage.SAVING}

    def finish(self, scan: Scan) -> None:
        """Takes the result of reading."""
        report = scan.report
        self.error = report.error
        if report.error is not None:
            self.scan = None
            cancelled = report.error.code == "cancelled"
            self.stage = Stage.CANCELLED if cancelled else Stage.FAILED
            return
        self.scan = scan
        self.findings = report.findings
        self.stage = self.settled_stage()

    def begin_again(self, source: Input) -> None:
        """Forgets the result and the decisions: the file may hold something else by now."""
        self.input = source
        self.stage, self.fraction, self.note = Stage.WAITING, 0.0, ""
        self.findings, self.scan, self.error, self.outcome = (), None, None, None
        self.acknowledged, self.pages_seen = frozenset(), 0
        self.decisions = Decisions()
        self._undo.clear()
        self._redo.clear()

    def settled_stage(self) -> Stage:
        """The stage of a document nobody works on: saved only while the copy is up to date."""
        if self.scan is None:
            return self.stage
        outcome = self.outcome
        if outcome is not None and outcome.copy is not None and outcome.cover == self.cover:
            return Stage.SAVED
        return _STAGE_OF_STATE[self.scan.report.state]

    def add_late(self, findings: Iterable[Finding]) -> int:
        """Adds what only the check of a copy read; returns how many.

        Such findings carry ids of their own run and places of the copy; page areas are the same in
        the original, text places are not and are left out.
        """
        if self.scan is None:
            return 0
        known = self.scan.report.findings
        late: list[Finding] = []
        for finding in findings:
            areas = tuple(place for place in finding.where if isinstance(place, PageArea))
            if areas:
                late.append(replace(finding, id=f"f{len(known) + len(late) + 1}", where=areas))
        self.findings = (*known, *late)
        self.scan = replace(self.scan, report=replace(self.scan.report, findings=self.findings))
        return len(late)

    # --- parts that could not be examined ---

    def acknowledge(self, index: int, seen: bool) -> None:
        """Notes that a person looked (or did not look) at the unread part ``index`` (0-based)."""
        self.acknowledged = self.acknowledged | {index} if seen else self.acknowledged - {index}

    @property
    def fully_acknowledged(self) -> bool:
        return len(self.acknowledged) == len(self.not_read)

    # --- decisions ---

    def handling(self, finding: Finding) -> Handling:
        if finding.rule_id in HIDDEN_CONTENT:
            return Handling.DROPPED
        if finding.kind is Kind.POSTURE:
            return Handling.ADVICE
        if all(isinstance(innermost(place)[1], MetadataKey) for place in finding.where):
            return Handling.DROPPED
        if finding.id in self.decisions.covered:
            return Handling.COVERED
        if finding.id in self.decisions.left or finding.confidence < self.threshold:
            return Handling.LEFT
        return Handling.COVERED

    def can_choose(self, finding: Finding) -> bool:
        return self.handling(finding) in {Handling.COVERED, Handling.LEFT}

    def choose(self, findings: Iterable[Finding], cover: bool) -> None:
        """Covers the findings, or leaves them readable, as one step of the history."""
        ids = frozenset(finding.id for finding in findings if self.can_choose(finding))
        covered, left = self.decisions.covered - ids, self.decisions.left - ids
        if cover:
            covered |= ids
        else:
            left |= ids
        self._decide(replace(self.decisions, covered=covered, left=left))

    def add_mark(self, place: Place) -> Mark:
        """Covers a place that a person pointed at."""
        mark = Mark(self._next_mark, place)
        self._next_mark += 1
        self._decide(replace(self.decisions, marks=(*self.decisions.marks, mark)))
        return mark

    def remove_mark(self, number: int) -> None:
        """Takes back a drawn place; unknown numbers change nothing."""
        marks = tuple(mark for mark in self.decisions.marks if mark.number != number)
        self._decide(replace(self.decisions, marks=marks))

    def _decide(self, decisions: Decisions) -> None:
        if decisions == self.decisions:
            return
        self._undo.append(self.decisions)
        self._redo.clear()
        self._take(decisions)

    def _take(self, decisions: Decisions) -> None:
        self.decisions = decisions
        if not self.busy:
            self.stage = self.settled_stage()

    @property
    def can_undo(self) -> bool:
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        return bool(self._redo)

    def undo(self) -> None:
        if self._undo:
            self._redo.append(self.decisions)
            self._take(self._undo.pop())

    def redo(self) -> None:
        if self._redo:
            self._undo.append(self.decisions)
            self._take(self._redo.pop())

    # --- what the plan needs ---

    @property
    def cover(self) -> Cover:
        left = {Handling.LEFT, Handling.ADVICE}
        leave = frozenset(finding.id for finding in self.findings if self.handling(finding) in left)
        return Cover(leave, tuple(mark.place for mark in self.decisions.marks), self.style)

    def count(self, handling: Handling) -> int:
        return sum(self.handling(finding) is handling for finding in self.findings)


class Documents:
    """The queue, in the order in which documents were added."""

    def __init__(self, threshold: Confidence, style: CoverStyle = PLAIN_COVERS) -> None:
        self._threshold = threshold
        self._style = style
        self._items: dict[int, Document] = {}
        self._next = 1

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Document]:
        return iter(self._items.values())

    def __getitem__(self, number: int) -> Document:
        return self._items[number]

    def get(self, number: int | None) -> Document | None:
        return None if number is None else self._items.get(number)

    def add(self, source: Input) -> Document:
        document = Document(self._next, source, self._threshold, self._style)
        self._next += 1
        self._items[document.number] = document
        return document

    def remove(self, number: int) -> None:
        del self._items[number]

    def follow(self, threshold: Confidence, style: CoverStyle) -> None:
        """Findings without a choice of their own follow the new threshold, all covers the new style."""
        self._threshold, self._style = threshold, style
        for document in self:
            document.threshold, document.style = threshold, style
            if not document.busy:
                document.stage = document.settled_stage()
