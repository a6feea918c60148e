"""One window's work: documents on their way through the pool, their pages, and the decisions about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.errors import SharesafeError
from app.gui.backend import Backend
from app.gui.documents import Document, Documents, Outcome, Stage
from app.gui.jobs import Collected, CollectFailed, Jobs
from app.gui.previews import PageCache, PageKey
from app.messages import Event, Finished, Found, Input, PageShown, PreviewTask, Progress, ScanTask
from app.model import CoverStyle, ErrorInfo, Finding, PlainText, Preview, RedactionPlan, RunLabels
from app.options import Settings
from app.own_files import policy_or_problem
from detectors.model import Confidence


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know that belongs to no document in the queue."""

    title: str
    detail: str


class Session(QObject):
    """Examines documents, keeps what came back, and tells the views what changed.

    At most ``settings.jobs`` documents are with the pool at a time: the pool works in order, and a
    page somebody waits for must not stand behind a whole folder.
    """

    added = Signal(object)  # tuple[int, ...]
    removed = Signal(int)
    stage_changed = Signal(int)
    findings_changed = Signal(int)
    decisions_changed = Signal(int)
    page_arrived = Signal(object)  # PageKey
    page_failed = Signal(object, object)  # PageKey, ErrorInfo
    noticed = Signal(object)  # Notice
    searching_changed = Signal(bool)

    def __init__(self, backend: Backend, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.documents = Documents(settings.threshold, CoverStyle.of(settings))
        self.labels = RunLabels()
        self.jobs = Jobs(backend, settings, self)
        self._backend = backend
        self._pages = PageCache()
        self._scans: dict[int, int] = {}  # document -> job
        self._wanted: dict[PageKey, int] = {}  # page -> job
        self._new_settings: Settings | None = None
        self._searches = 0
        self._found_any = False

    # --- what comes in ---

    def add_paths(self, paths: Sequence[Path]) -> None:
        """Adds files, and every file in folders."""
        self._searches += 1
        if self._searches == 1:
            self._found_any = False
            self.searching_changed.emit(True)
        self.jobs.collect(paths, self._collected)

    def add_inputs(self, inputs: Iterable[Input]) -> None:
        known = {document.input.path for document in self.documents if document.input.data is None}
        numbers: list[int] = []
        for wanted in inputs:
            if wanted.data is not None or wanted.path not in known:
                numbers.append(self.documents.add(wanted).number)
                known.add(wanted.path)
        if numbers:
            self.added.emit(tuple(numbers))
            self._start_waiting()

    def _collected(self, message: Collected | CollectFailed) -> None:
        if isinstance(message, CollectFailed):
            self._found_any = True
            self.noticed.emit(
                Notice(f"{message.path.name} was not added", f"{message.message} {message.next_step}")
            )
            return
        self._found_any = self._found_any or bool(message.inputs)
        self.add_inputs(message.inputs)
        if message.done:
            self._searches -= 1
            if not self._searches:
                self.searching_changed.emit(False)
                if not self._found_any:
                    self.noticed.emit(Notice("Nothing was added", "The folder holds no files."))

    # --- examining ---

    def _start_waiting(self) -> None:
        for document in self.documents:
            if len(self._scans) >= self.settings.jobs:
                return
            if document.stage is Stage.WAITING:
                self._start(document)

    def _start(self, document: Document) -> None:
        document.stage, document.note = Stage.READING, "Starting"
        number = document.number
        task = ScanTask(document.input, previews=True, policy=policy_or_problem(self.settings))
        self._scans[number] = self.jobs.submit(task, lambda event: self._scan_event(number, event))
        self.stage_changed.emit(number)

    def _scan_event(self, number: int, event: Event) -> None:
        document = self.documents[number]
        match event:
            case Progress(fraction=fraction, note=note):
                document.fraction, document.note = fraction, note
                self.stage_changed.emit(number)
            case Found(findings=findings):
                document.findings = findings
                self.findings_changed.emit(number)
            case PageShown(page=page, preview=preview):
                self._keep(PageKey(number, page), preview)
            case Finished(scan=scan):
                del self._scans[number]
                document.finish(scan)
                self.stage_changed.emit(number)
                self.findings_changed.emit(number)
                self._settle()

    def _keep(self, key: PageKey, preview: Preview) -> None:
        document = self.documents[key.document]
        document.pages_seen = max(document.pages_seen, key.page)
        document.is_text = isinstance(preview, PlainText)
        self._pages.put(key, preview)
        self.page_arrived.emit(key)

    def _settle(self) -> None:
        """After a job: the next document, or the settings that waited for a quiet moment."""
        if self._new_settings is not None and self.jobs.idle:
            self.jobs.use(self._new_settings)
            self.settings, self._new_settings = self._new_settings, None
        if self._new_settings is None:
            self._start_waiting()

    def use(self, settings: Settings) -> None:
        """Takes over changed settings: threshold and cover style at once, the rest as soon as no job runs."""
        self._new_settings = settings
        self.documents.follow(settings.threshold, CoverStyle.of(settings))
        for document in self.documents:
            self.decisions_changed.emit(document.number)
            self.stage_changed.emit(document.number)
        self._settle()

    # --- commands on documents ---

    def cancel(self, number: int) -> None:
        """Stops examining a document; what is being saved is stopped by ``Saving``."""
        document = self.documents[number]
        if document.stage not in {Stage.WAITING, Stage.READING}:
            return
        job = self._scans.pop(number, None)
        if job is not None:
            self.jobs.forget(job)
        document.stage, document.findings = Stage.CANCELLED, ()
        self.stage_changed.emit(number)
        self.findings_changed.emit(number)
        self._settle()

    def cancel_all(self) -> None:
        waiting = [document for document in self.documents if document.stage is Stage.WAITING]
        for document in waiting:
            document.stage = Stage.CANCELLED
            self.stage_changed.emit(document.number)
        for number in tuple(self._scans):
            self.cancel(number)

    def remove(self, number: int) -> None:
        """Takes a document out of the queue; one that is being saved stays until that is done."""
        document = self.documents.get(number)
        if document is None or document.stage is Stage.SAVING:
            return
        self.cancel(number)
        for key in [key for key in self._wanted if key.document == number]:
            self.jobs.forget(self._wanted.pop(key))
        self._pages.drop(number)
        self.documents.remove(number)
        self.removed.emit(number)
        self._settle()

    def retry(self, number: int, password: str | None = None) -> None:
        """Examines a document again from the start."""
        document = self.documents[number]
        if document.busy:
            return
        source = document.input
        document.begin_again(replace(source, password=password) if password is not None else source)
        self._pages.drop(number)
        self.stage_changed.emit(number)
        self.findings_changed.emit(number)
        self._start_waiting()

    def decide(self, number: int, change: Callable[[Document], object]) -> None:
        """Applies one decision and tells everybody."""
        change(self.documents[number])
        self.decisions_changed.emit(number)
        self.stage_changed.emit(number)

    def add_late(self, number: int, findings: Iterable[Finding]) -> int:
        """Adds what only the check of a copy read; returns how many."""
        count = self.documents[number].add_late(findings)
        self.findings_changed.emit(number)
        return count

    def settle(self, number: int, outcome: Outcome | None) -> None:
        """Ends saving: notes what came of it (None: cancelled)."""
        document = self.documents[number]
        document.outcome = outcome
        document.stage = document.settled_stage()
        self.stage_changed.emit(number)
        self._settle()

    # --- pages ---

    def page(self, key: PageKey) -> Preview | None:
        """The page if it is at hand; otherwise it is fetched and ``page_arrived`` tells."""
        preview = self._pages.get(key)
        document = self.documents[key.document]
        reading_first_pages = key.after is None and document.scan is None
        if preview is None and key not in self._wanted and not reading_first_pages:
            self._fetch(document, key)
        return preview

    def _fetch(self, document: Document, key: PageKey) -> None:
        try:
            plan = self.plan(document) if key.after is not None else None
        except SharesafeError as error:
            self.page_failed.emit(key, ErrorInfo.of(error))
            return
        if key.after is not None:
            outdated = [old for old in self._wanted if old.after is not None]
            for old in outdated:
                self.jobs.forget(self._wanted.pop(old))
        task = PreviewTask(document.input, key.page, plan)
        self._wanted[key] = self.jobs.submit(task, lambda event: self._page_event(key, event))

    def _page_event(self, key: PageKey, event: Event) -> None:
        match event:
            case PageShown(preview=preview):
                self._keep(key, preview)
            case Finished(scan=scan):
                del self._wanted[key]
                error = scan.report.error
                if error is not None:
                    self.page_failed.emit(key, error)
                self._settle()
            case _:
                pass

    def plan(self, document: Document) -> RedactionPlan:
        """What the copy of an examined document covers, as decided so far."""
        if document.scan is None:
            raise RuntimeError("only examined documents have a plan")
        cover = document.cover
        plan = self._backend.plan_for(document.scan, self.labels, Confidence.LOW, cover.leave, cover.drawn)
        return replace(plan, style=cover.style)

    def close(self) -> None:
        self.jobs.close()
