"""The way of a file, one direction: take, recognise, examine, plan, write, verify, publish.

Runs inside a worker process (or in place, in tests): one document at a time, everything closed at
the end, every failure contained in the document's report.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import psutil

from app import intake
from app.copies import Neighbourhood
from app.errors import (
    NotWritten,
    SharesafeError,
    SourceChanged,
)
from app.findings import FindingCollector
from app.formats import Context, Document, recognise
from app.messages import PreviewTask, RedactTask, ScanTask, Task
from app.model import (
    Allowed,
    Check,
    CoverStyle,
    Dismissed,
    ErrorInfo,
    Finding,
    Labels,
    Notice,
    NotRead,
    Preview,
    RedactionPlan,
    RunKey,
    Scan,
    ScanReport,
    Source,
    TextUnit,
)
from app.options import Settings
from app.partial_files import already_there
from app.planning import extended, plan_for
from app.policy import NO_POLICY, Policy
from app.second_reading import Missed, SecretsLeft
from app.verify import publish, verify

if TYPE_CHECKING:
    from detectors.model import RuleInfo
    from detectors.own import OwnDetector
    from ocr.reader import Reader

ROUNDS: Final = 3
"""How often a copy is written again when its verification reads a secret that the first look missed."""

FIRST_PAGES: Final = 20
"""Pages that are sent for display without being asked for."""

PARTIAL_PREFIX: Final = ".sharesafe-"
PARTIAL_SUFFIX: Final = ".part"


class Listener(Protocol):
    """Hears how a task goes on. ``progress`` raises ``Cancelled`` when the user stopped it."""

    def progress(self, fraction: float, note: str) -> None: ...

    def found(self, findings: tuple[Finding, ...]) -> None: ...

    def page(self, page: int, preview: Preview, *, redacted: bool) -> None: ...


def run_task(task: Task, settings: Settings, key: RunKey, labels: Labels, listener: Listener) -> Scan:
    """Carries out one task. Expected failures end up in ``scan.report.error``, never as exceptions."""
    empty = ScanReport(task.input.path, task.input.relative, "", "unknown", None, 0)
    try:
        source = intake.take(task.input, settings)
    except SharesafeError as error:
        return Scan(replace(empty, error=ErrorInfo.of(error)), {})
    reader = partial(page_reader, second=settings.second_reader, megapixels=settings.max_pixels)
    policy = NO_POLICY if isinstance(task, PreviewTask) else task.policy
    if policy.problem is not None:
        return Scan(replace(empty, sha256=source.sha256, error=policy.problem), {})
    context = Context(settings, reader, task.input.password)
    session = _Session(source, context, key, labels, listener, policy)
    session.report = replace(empty, sha256=source.sha256)
    try:
        with closing(session):
            match task:
                case ScanTask(previews=previews):
                    session.open()
                    session.examine(previews=previews)
                case RedactTask():
                    session.open()
                    session.redact(task)
                case PreviewTask(page=page, plan=plan):
                    session.open()
                    session.show(page, plan)
    except SharesafeError as error:
        session.report = replace(session.report, error=ErrorInfo.of(error))
    except MemoryError:
        session.report = replace(
            session.report,
            error=ErrorInfo(
                "too-large",
                "There was not enough memory to examine this file.",
                "Close other programs, raise --memory, or share a smaller part.",
                3,
            ),
        )
    return session.result()


def _as_dismissed(allowed: Allowed) -> Dismissed:
    found = allowed.finding
    reason = allowed.reason or "no reason given"
    return Dismissed(found.rule_id, found.title, found.masked, allowed.by, reason, found.where)


@cache
def page_reader(*, second: bool, megapixels: int) -> Reader:
    """The process's page reader, with all installed engines or the first only; they load on first use.

    Raises:
        ocr.errors.EngineMissing: no text recognition engine can run.
    """
    from ocr.reader import Reader

    reader = Reader.from_installed(most_pixels=megapixels * 1_000_000)
    return reader if second else reader.first_only()


def discard_partial(folder: Path, pid: int) -> None:
    """Removes what worker ``pid`` left half-written in ``folder`` when it was killed."""
    with contextlib.suppress(OSError):
        (folder / f"{PARTIAL_PREFIX}{pid}{PARTIAL_SUFFIX}").unlink(missing_ok=True)


def _discard_orphans(folder: Path) -> None:
    """Removes half-written copies of processes that are gone (power cut, killed parent)."""
    for path in folder.glob(f"{PARTIAL_PREFIX}*{PARTIAL_SUFFIX}"):
        owner = path.name.removeprefix(PARTIAL_PREFIX).removesuffix(PARTIAL_SUFFIX)
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            with contextlib.suppress(OSError):
                path.unlink()


@contextlib.contextmanager
def _partial_file(folder: Path) -> Iterator[Path]:
    """A new, private, empty file in ``folder``; gone at the end unless it was moved away."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _discard_orphans(folder)
        path = folder / f"{PARTIAL_PREFIX}{os.getpid()}{PARTIAL_SUFFIX}"
        path.unlink(missing_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise _cannot_write(error) from None
    try:
        yield path
    except OSError as error:
        raise _cannot_write(error) from None
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _cannot_write(error: OSError) -> NotWritten:
    return NotWritten(
        f"The copy could not be written: {error.strerror or 'input/output error'}.",
        "Check free space and permissions of the target folder.",
    )


class _Session:
    """One document from opening to closing; also the sink of its own examination."""

    def __init__(
        self,
        source: Source,
        context: Context,
        key: RunKey,
        labels: Labels,
        listener: Listener,
        policy: Policy,
    ) -> None:
        self.source = source
        self.context = context
        self.key = key
        self.labels = labels
        self.listener = listener
        self.policy = policy
        self.collector = FindingCollector(key)
        self.late: tuple[Finding, ...] = ()  # seen in the second reading only
        self.gaps: list[NotRead] = []
        self.document: Document | None = None
        self.suffix: str | None = None
        self.report: ScanReport

    @cached_property
    def detector(self) -> OwnDetector:
        """Made when something is examined: a preview needs none."""
        return self.policy.detector(self.source.path)

    def _rule(self, rule_id: str) -> RuleInfo:
        return self.detector.rule(rule_id)

    # --- the sink -----------------------------------------------------------------------------

    def unit(self, unit: TextUnit) -> None:
        news = self.collector.add(unit, self.detector.scan(unit.sample))
        if self.collector.add_known(unit, self.policy.known_in(unit.sample)) or news:
            self.listener.found(self._judged()[0])

    def not_read(self, gap: NotRead) -> None:
        self.gaps.append(gap)

    def notice(self, notice: Notice) -> None:
        if self.collector.notice(notice):
            self.listener.found(self._judged()[0])

    def progress(self, fraction: float, note: str) -> None:
        self.listener.progress(fraction, note)

    # --- the verbs ----------------------------------------------------------------------------

    def open(self) -> None:
        kind = recognise(self.source)
        document = kind.open(self.source, self.context)
        self.document, self.suffix = document, kind.suffix(self.source)
        settings = self.context.settings
        self.collector = FindingCollector(
            self.key,
            settings.private_confidence(document.platform),
            self._rule,
            explain=settings.explain,
        )
        self.report = replace(
            self.report, format=document.format, platform=document.platform, pages=document.pages
        )

    def examine(self, *, previews: bool = False) -> None:
        document = self._opened()
        if previews:
            for page in range(1, min(document.pages, FIRST_PAGES) + 1):
                self.listener.page(page, document.preview(page), redacted=False)
        document.examine(self)
        for unit in document.names() if self.policy.words else ():
            self.collector.add(unit, self.detector.words_in(unit.sample))
        values, exact = self.collector.values(), self.collector.exact_ids()
        for finding in self._judged()[0]:
            if finding.id in exact and finding.confidence >= self.context.settings.threshold:
                places = document.occurrences(values[finding.id].reveal())
                self.collector.add_places(finding.id, places)
        self._settle()

    def show(self, page: int, plan: RedactionPlan | None) -> None:
        self._same_source(plan)
        self.listener.page(page, self._opened().preview(page, plan), redacted=plan is not None)

    def redact(self, task: RedactTask) -> None:
        target = task.target.with_suffix(recognise(self.source).suffix(self.source))
        # Permission to replace was given for the name that was asked for, not for another suffix.
        replaceable = task.replace and target == task.target
        if target.exists() and (not replaceable or self._is_original(target)):
            raise already_there(target)
        plan = task.plan
        if plan is None:
            self.examine()
            settings = self.context.settings
            plan = plan_for(self.result(), self.labels, settings.threshold, style=CoverStyle.of(settings))
        self._same_source(plan)
        if task.copies is not None:
            around = Neighbourhood.of(task.input.path, task.input.relative, target, task.copies)
            plan = replace(plan, around=around)
        with _partial_file(target.parent) as partial:
            plan, checks = self._secured(plan, partial, ROUNDS if task.plan is None else 1)
            if task.preview:
                self.listener.page(1, self._opened().preview(1, plan), redacted=True)
            remarks = self._opened().remarks()
            copy = publish(partial, target, checks, remarks, replace=replaceable)
        self.report = replace(self.report, redacted=copy)

    def _is_original(self, target: Path) -> bool:
        return self.source.from_disk and self.source.path.exists() and target.samefile(self.source.path)

    def _secured(
        self, plan: RedactionPlan, partial: Path, rounds: int
    ) -> tuple[RedactionPlan, tuple[Check, ...]]:
        """Writes until the second reading finds nothing more, at most ``rounds`` times.

        A plan made by a person is tried once: what else turns up is shown, not covered unasked.
        """
        try:
            return plan, self._written_and_checked(plan, partial)
        except SecretsLeft as left:
            self._remember(left.missed)
            wider = extended(plan, left.missed.findings, left.missed.values, self.labels)
            if rounds <= 1 or wider == plan:
                raise
        return self._secured(wider, partial, rounds - 1)

    def _written_and_checked(self, plan: RedactionPlan, partial: Path) -> tuple[Check, ...]:
        document = self._opened()
        self.progress(0.0, "Writing the copy")
        document.write(plan, partial)
        with partial.open("rb") as stream:
            os.fsync(stream.fileno())
        tell = self.listener.progress
        return verify(
            self.source, document, plan, partial, self.context, self.key, policy=self.policy, progress=tell
        )

    def _remember(self, missed: Missed) -> None:
        """Adds what only the second reading saw to the report."""
        known = len(self.collector.findings()) + len(self.late)
        self.late += tuple(
            replace(
                finding,
                id=f"f{known + number}",
                evidence=f"{finding.evidence}; seen in the second reading only",
            )
            for number, finding in enumerate(missed.findings, 1)
        )
        self._settle()

    # --- results ------------------------------------------------------------------------------

    def result(self) -> Scan:
        return Scan(self.report, self.collector.values(), self.collector.exact_ids(), self.suffix)

    def close(self) -> None:
        if self.document is not None:
            self._settle()
            self.document.close()
            self.document = None

    def _settle(self) -> None:
        """Moves what was collected into the report, and what a second reading added."""
        found, allowed = self._judged()
        told: tuple[Dismissed, ...] = ()
        if self.context.settings.explain:
            told = (*map(_as_dismissed, allowed), *self.collector.dismissed())
        self.report = replace(
            self.report,
            findings=found + self.late,
            not_read=tuple(self.gaps),
            allowed=allowed,
            dismissed=told,
        )

    def _judged(self) -> tuple[tuple[Finding, ...], tuple[Allowed, ...]]:
        """The findings so far, and those that the user's allow-list lets stand."""
        found = self.collector.findings()
        return self.policy.judged(found, self.source.path, self.collector.values)

    def _opened(self) -> Document:
        if self.document is None:
            raise RuntimeError("the document is not open")
        return self.document

    def _same_source(self, plan: RedactionPlan | None) -> None:
        if plan is not None and plan.source_sha256 != self.source.sha256:
            raise SourceChanged(
                "The file is no longer the one that was examined.", "Examine it again before saving a copy."
            )
