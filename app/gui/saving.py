"""Writing verified copies: one, all, or one page to the clipboard."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from app.copies import CopyPlaces
from app.errors import NotWritten
from app.gui.documents import Document, Outcome, Stage
from app.gui.receipt_files import write_receipt
from app.gui.session import Notice, Session
from app.messages import Event, Finished, Input, PageShown, PreviewTask, Progress, RedactTask
from app.model import Preview, RedactionPlan, ScanReport
from app.own_files import policy_or_problem

VERIFICATION_FAILED: Final = "verification-failed"


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of saving several documents: numbers of written, refused and cancelled ones."""

    folder: Path
    written: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()
    cancelled: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        return len(self.written) + len(self.refused) + len(self.cancelled)


@dataclass(slots=True)
class _Running:
    """A copy in the making.

    Attributes:
        plan: what the copy covers.
        folder: the private folder of a copy that is only meant for the clipboard.
    """

    job: int
    plan: RedactionPlan = field(repr=False)
    folder: tempfile.TemporaryDirectory[str] | None = field(default=None, repr=False)

    def clean(self) -> None:
        if self.folder is not None:
            self.folder.cleanup()


class Saving(QObject):
    """Runs ``RedactTask``s and records what came of them in the documents."""

    saved = Signal(int)  # the document's outcome is new
    batch_done = Signal(object)  # Batch
    copied = Signal(int, object)  # document, Preview of the verified copy

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._running: dict[int, _Running] = {}
        self._batch: Batch | None = None
        self._batch_open: set[int] = set()

    def save(self, number: int, target: Path, replace: bool = False) -> None:
        """Writes one verified copy; the outcome is told by ``saved``."""
        self._save(number, target, replace, None)

    def save_all(self, targets: Mapping[int, Path], folder: Path, replace: bool = False) -> None:
        """Writes copies of several documents; the sum is told by ``batch_done``."""
        self._batch = Batch(folder)
        self._batch_open = set(targets)
        copies = self._places(targets)
        for number, target in targets.items():
            self._save(number, target, replace, copies)

    def _save(self, number: int, target: Path, replace: bool, copies: CopyPlaces | None) -> None:
        self._write(number, target, replace, None, lambda report: self._written(number, report), copies)

    def _places(self, targets: Mapping[int, Path]) -> CopyPlaces:
        """Where the copies will stand, for links between the files that are saved together."""
        places: dict[Path, Path | None] = {}
        for number, target in targets.items():
            document = self._session.documents[number]
            if document.input.data is None and document.scan is not None:
                suffix = document.scan.suffix
                places[document.input.path] = target if suffix is None else target.with_suffix(suffix)
        return CopyPlaces.of(places)

    def copy(self, number: int, page: int) -> None:
        """Makes a verified copy in a private folder and tells its page by ``copied``; the folder goes."""
        folder = tempfile.TemporaryDirectory(prefix="sharesafe-", ignore_cleanup_errors=True)
        source = self._session.documents[number].input
        target = Path(folder.name, f"copy{source.path.suffix or '.txt'}")

        def written(report: ScanReport) -> None:
            if report.redacted is None:
                self._written(number, report)
            else:
                self._show_copy(number, report.redacted.path, page)

        self._write(number, target, False, folder, written)

    def cancel(self, number: int) -> None:
        """Stops saving a document; nothing is written then."""
        running = self._running.get(number)
        if running is not None:
            self._session.jobs.cancel(running.job)

    def cancel_all(self) -> None:
        for number in tuple(self._running):
            self.cancel(number)

    def close(self) -> None:
        """Removes private folders of copies that were still in the making."""
        for running in self._running.values():
            running.clean()
        self._running.clear()

    # --- one copy ---

    def _write(
        self,
        number: int,
        target: Path,
        replace: bool,
        folder: tempfile.TemporaryDirectory[str] | None,
        done: Callable[[ScanReport], None],
        copies: CopyPlaces | None = None,
    ) -> None:
        document = self._session.documents[number]
        plan = self._session.plan(document)
        document.stage, document.fraction, document.note = Stage.SAVING, 0.0, "Writing"
        policy = policy_or_problem(self._session.settings)
        task = RedactTask(document.input, target, plan, replace, policy=policy, copies=copies)
        job = self._session.jobs.submit(task, lambda event: self._event(number, event, done))
        self._running[number] = _Running(job, plan, folder)
        self._session.stage_changed.emit(number)

    def _event(self, number: int, event: Event, done: Callable[[ScanReport], None]) -> None:
        document = self._session.documents[number]
        match event:
            case Progress(fraction=fraction, note=note):
                document.fraction, document.note = fraction, note
                self._session.stage_changed.emit(number)
            case Finished(scan=scan):
                done(scan.report)
            case _:
                pass

    def _written(self, number: int, report: ScanReport) -> None:
        document = self._session.documents[number]
        receipt = self._receipt(document, report)
        self._end(number)
        if report.error is not None and report.error.code == "cancelled":
            self._session.settle(number, None)
            self._count(number)
            return
        cover, late = document.cover, 0
        if report.error is not None and report.error.code == VERIFICATION_FAILED:
            late = self._session.add_late(number, report.findings)
        outcome = Outcome(
            cover,
            report.redacted,
            report.error,
            len(document.not_read),
            document.fully_acknowledged,
            late,
            receipt,
        )
        self._session.settle(number, outcome)
        self._count(number)
        self.saved.emit(number)

    def _receipt(self, document: Document, report: ScanReport) -> Path | None:
        """The receipt of a copy that was written, when one is wanted; a failure is told, the copy stays."""
        if report.redacted is None or not self._session.settings.receipts:
            return None
        plan = self._running[document.number].plan
        try:
            return write_receipt(document, plan, report.redacted, self._session.settings)
        except NotWritten as error:
            self._session.noticed.emit(Notice(error.message, error.next_step))
            return None

    def _end(self, number: int) -> None:
        self._running.pop(number).clean()

    # --- the clipboard ---

    def _show_copy(self, number: int, copy: Path, page: int) -> None:
        shown: list[Preview] = []

        def event(message: Event) -> None:
            match message:
                case PageShown(preview=preview):
                    shown.append(preview)
                case Finished(scan=scan):
                    self._shown(number, shown, scan.report)
                case _:
                    pass

        task = PreviewTask(Input(copy, Path(copy.name)), page)
        self._running[number].job = self._session.jobs.submit(task, event)

    def _shown(self, number: int, shown: list[Preview], report: ScanReport) -> None:
        if not shown:
            self._written(number, report)
            return
        document: Document = self._session.documents[number]
        self._end(number)
        self._session.settle(number, document.outcome)
        self.copied.emit(number, shown[0])

    # --- several copies ---

    def _count(self, number: int) -> None:
        batch = self._batch
        if batch is None or number not in self._batch_open:
            return
        self._batch_open.discard(number)
        outcome = self._session.documents[number].outcome
        written, refused, cancelled = batch.written, batch.refused, batch.cancelled
        if outcome is None:
            cancelled += (number,)
        elif outcome.copy is not None:
            written += (number,)
        else:
            refused += (number,)
        self._batch = Batch(batch.folder, written, refused, cancelled)
        if not self._batch_open:
            done, self._batch = self._batch, None
            self.batch_done.emit(done)
