"""One call of ``scan`` or ``redact``: the tasks go to the pool, what comes back is gathered."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import file_digest
from threading import Lock, current_thread, main_thread
from types import FrameType
from typing import Final, Protocol

from app.errors import NotWritten
from app.guides import Guide
from app.messages import (
    RUNNER,
    Event,
    Finished,
    PageShown,
    PreviewTask,
    Progress,
    RedactTask,
    ScanTask,
    VerifyAgainTask,
)
from app.model import CoverStyle, ErrorInfo, Picture, RedactedCopy, Scan, ScanReport, State
from app.options import Settings
from app.places import PageArea
from app.planning import plan_for
from app.reports import Thumbnail
from app.reports.thumbnails import thumbnail
from app.workers.pool import Pool
from detectors.model import Confidence

MOST_PICTURES: Final = 6
"""Thumbnails per document; a report is read by people and sent by mail."""


class Watcher(Protocol):
    """Sees how the work goes on; called from a thread of the pool."""

    def progress(self, number: int, fraction: float, note: str) -> None: ...

    def finished(self, number: int) -> None: ...


@dataclass(slots=True)
class Outcome:
    """What came out, by the position of the task; documents that were not finished are missing."""

    scans: dict[int, Scan] = field(default_factory=dict)
    pictures: dict[int, list[Thumbnail]] = field(default_factory=dict)
    cancelled: bool = False


class Session:
    """Runs tasks and gathers their results.

    Args:
        pictures: whether thumbnails of redacted pages are wanted.
        runner: see ``Pool``.
    """

    def __init__(
        self, settings: Settings, watcher: Watcher, *, pictures: bool = False, runner: str = RUNNER
    ) -> None:
        self._settings = settings
        self._watcher = watcher
        self._pictures = pictures
        self._runner = runner
        self._lock = Lock()
        self._numbers: dict[int, int] = {}  # job -> position of its task
        self._tasks: Sequence[ScanTask | RedactTask | VerifyAgainTask] = ()
        self._pool: Pool
        self._guide: Guide
        self._outcome = Outcome()

    def run(self, tasks: Sequence[ScanTask | RedactTask | VerifyAgainTask]) -> Outcome:
        """Carries out all tasks; ends early, with all processes gone, on Ctrl+C."""
        self._tasks = tasks
        guide = self._guide = Guide(tasks, self._settings.threshold)
        with _termination_as_interrupt():
            pool = self._pool = Pool(self._settings, self._hear, runner=self._runner)
            try:
                for wave in guide.waves():
                    for number, task in wave:
                        with self._lock:  # its events must not be heard before its number is known
                            self._numbers[pool.submit(task)] = number
                    pool.wait()
                self._outcome.scans |= guide.told_of_lost()
            except KeyboardInterrupt:
                self._outcome.cancelled = True
            finally:
                with _uninterrupted():
                    pool.close()
        for pictures in self._outcome.pictures.values():  # pages arrive as workers finish them
            pictures.sort(key=lambda picture: picture.page)
        return self._outcome

    def _hear(self, event: Event) -> None:
        with self._lock:
            number = self._numbers[event.job]
            match event:
                case Progress(_, fraction, note):
                    self._watcher.progress(number, fraction, note)
                case PageShown(_, page, Picture() as picture, redacted=True):
                    self._outcome.pictures.setdefault(number, []).append(thumbnail(page, picture))
                case Finished(_, scan) if number not in self._outcome.scans and not self._outcome.cancelled:
                    if not self._guide.take(number, scan):
                        return
                    self._outcome.scans[number] = scan
                    self._watcher.finished(number)
                    if self._pictures:
                        self._ask_for_pictures(number, scan)
                case _:
                    pass

    def _ask_for_pictures(self, number: int, scan: Scan) -> None:
        """Orders the pages that have findings, with everything covered that was found or not read."""
        if not may_be_shown(scan.report):
            return
        unread = [gap.area for gap in scan.report.not_read if gap.area is not None]
        style = CoverStyle.of(self._settings)
        plan = plan_for(scan, self._pool, Confidence.LOW, drawn=unread, style=style)
        pages = {place.page for item in plan.items for place in item.where if isinstance(place, PageArea)}
        for page in sorted(pages)[:MOST_PICTURES]:
            task = PreviewTask(self._tasks[number].input, page, plan)
            self._numbers[self._pool.submit(task)] = number


def without_replaced_copies(scans: Mapping[int, Scan]) -> dict[int, Scan]:
    """The scans, with a failure for every copy that another one of the same run replaced.

    Happens only where copies may be replaced and two files differ in nothing but a wrong suffix.
    """
    claims = Counter(_key(scan.report.redacted) for scan in scans.values() if scan.report.redacted)
    lost = NotWritten(
        "Another file's copy has the same name and replaced this one.", "Rename one of the two."
    )
    return {
        number: replace(scan, report=replace(scan.report, redacted=None, error=ErrorInfo.of(lost)))
        if (copy := scan.report.redacted) and claims[_key(copy)] > 1 and not _holds(copy)
        else scan
        for number, scan in scans.items()
    }


def _key(copy: RedactedCopy) -> str:
    """Names that are one on some file systems are one."""
    return str(copy.path.absolute()).casefold()


def _holds(copy: RedactedCopy) -> bool:
    """Whether the file on disk is this copy."""
    try:
        with copy.path.open("rb") as stream:
            return file_digest(stream, "sha256").hexdigest() == copy.sha256
    except OSError:
        return False


def may_be_shown(report: ScanReport) -> bool:
    """Whether every place that may hold a secret is known, so that a picture can hide them all."""
    return report.state is not State.FAILED and all(gap.area is not None for gap in report.not_read)


def exit_code(reports: Sequence[ScanReport], settings: Settings, *, redacting: bool) -> int:
    """The result of a call as the contract has it; the highest of 3 to 6 wins."""
    codes = {report.error.exit_code for report in reports if report.error is not None}
    codes |= {6 for report in reports if report.not_read}
    if redacting:
        codes |= {
            NotWritten.exit_code for report in reports if report.redacted is None and report.error is None
        }
    if codes:
        return max(codes)
    threshold = Confidence[settings.fail_on.upper()]
    found = any(
        finding.confidence >= threshold and not finding.known
        for report in reports
        for finding in report.findings
    )
    return 1 if found and not redacting else 0


@contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """A polite request to end (SIGTERM) is treated as Ctrl+C, so that nothing is left behind."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """A second Ctrl+C does not stop the tidying up."""
    if current_thread() is not main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
