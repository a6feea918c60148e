"""The way of a file, one direction: take, recognise, examine, plan, write, verify, publish.

Runs inside a worker process (or in place, in tests): one document at a time, everything closed at
the end, every failure contained in the document's report.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from app import intake, partial_files
from app.copies import Neighbourhood
from app.errors import SharesafeError, SourceChanged, VerificationFailed
from app.findings import FindingCollector
from app.formats import Context, Document, recognise
from app.known import is_enough, knowing
from app.messages import (
    Continuation,
    PreviewTask,
    RedactTask,
    ScanTask,
    Task,
    VerifyAgainTask,
    VerifyTask,
    WriteTask,
    report_so_far,
)
from app.model import (
    Allowed,
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
from app.planning import extended, plan_for
from app.policy import NO_POLICY, Policy
from app.second_reading import Missed, SecretsLeft
from app.verify import DO_NOT_SHARE, Written, publish, verify, verify_again

if TYPE_CHECKING:
    from detectors.model import RuleInfo
    from detectors.own import OwnDetector
    from ocr.reader import Reader

ROUNDS: Final = 3
"""How often a copy is written again when its verification reads a secret that the first look missed."""

FIRST_PAGES: Final = 20
"""Pages that are sent for display without being asked for."""


class Listener(Protocol):
    """Hears how a task goes on. ``progress`` raises ``Cancelled`` when the user stopped it."""

    def progress(self, fraction: float, note: str) -> None: ...

    def found(self, findings: tuple[Finding, ...]) -> None: ...

    def page(self, page: int, preview: Preview, *, redacted: bool) -> None: ...


def run_task(task: Task, settings: Settings, key: RunKey, labels: Labels, listener: Listener) -> Scan:
    """Carries out a task with all its steps in this process; for places without a pool."""
    done: Scan | Continuation = run_step(task, settings, key, labels, listener)
    while not isinstance(done, Scan):
        done = run_step(done, settings, key, labels, listener)
    return done


def run_step(
    task: Task, settings: Settings, key: RunKey, labels: Labels, listener: Listener
) -> Scan | Continuation:
    """Carries out a task, up to where another process has to go on with what is returned.

    Expected failures end up in ``scan.report.error``, never as exceptions.
    """
    report = report_so_far(task)
    policy = NO_POLICY if isinstance(task, PreviewTask) else task.policy
    if policy.problem is not None:
        return Scan(replace(report, error=policy.problem), {})
    session = None
    try:
        source = intake.take(task.input, settings)
        reader = partial(page_reader, second=settings.second_reader, megapixels=settings.max_pixels)
        context = Context(settings, reader, task.input.password)
        session = _Session(source, context, key, labels, listener, policy, report)
        with closing(session):
            return session.carry_out(task) or session.result()
    except SharesafeError as error:
        problem = ErrorInfo.of(error)
    except MemoryError:
        problem = ErrorInfo(
            "too-large",
            "There was not enough memory to examine this file.",
            "Close other programs, raise --memory, or share a smaller part.",
            3,
        )
    finally:
        if isinstance(task, VerifyTask):
            partial_files.discard(task.written)  # unless it has its final name by now
    scan = session.result() if session is not None else Scan(report, {})
    return replace(scan, report=replace(scan.report, error=problem))


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
        report: ScanReport,
    ) -> None:
        self.source = source
        self.context = context
        self.key = key
        self.labels = labels
        self.listener = listener
        self.policy = policy
        self.collector = FindingCollector(key)
        self.found: Scan | None = None  # by who began with this document, in another process
        self.gaps: list[NotRead] = []
        self.pictured: list[TextUnit] = []  # what was read from pictures
        self.document: Document | None = None
        self.suffix: str | None = None
        self.report = replace(report, sha256=source.sha256)

    @cached_property
    def detector(self) -> OwnDetector:
        """Made when something is examined: a preview needs none."""
        return self.policy.detector(self.source.path)

    def _rule(self, rule_id: str) -> RuleInfo:
        return self.detector.rule(rule_id)

    # --- the sink -----------------------------------------------------------------------------

    def unit(self, unit: TextUnit) -> None:
        if unit.sample.noisy:
            self.pictured.append(unit)
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

    def carry_out(self, task: Task) -> Continuation | None:
        """Does the task; what is left for another process to do, if anything."""
        if isinstance(task, Continuation):
            self.found, self.report = task.found, task.found.report
        self.open()
        match task:
            case ScanTask(previews=previews):
                self.examine(previews=previews)
            case PreviewTask(page=page, plan=plan):
                self.show(page, plan)
            case VerifyAgainTask(left=left):
                self.verify_again(left)
            case RedactTask():
                return self.redact(task)
            case WriteTask(order, plan, _, rounds):
                return self.write(order, plan, rounds)
            case VerifyTask():
                return self.verify(task)
        return None

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
        try:
            document.examine(self)
        finally:
            self._settle()  # what was found until it broke off is reported as well
        for unit in document.names() if self.policy.words else ():
            self.collector.add(unit, self.detector.words_in(unit.sample))
        threshold = self.context.settings.threshold
        own = knowing(self.policy, self.result(), threshold) if self.pictured else self.policy
        for unit in self.pictured:
            self.collector.add_known(unit, own.known_in(unit.sample))
        values = self.collector.values()  # also from pictures: found in a text, they were read well
        for finding in self._judged()[0]:
            if finding.confidence >= threshold and values[finding.id].reveal():
                places = document.occurrences(values[finding.id].reveal())
                self.collector.add_places(finding.id, places)
        self._settle()

    def show(self, page: int, plan: RedactionPlan | None) -> None:
        self._same_source(plan)
        self.listener.page(page, self._opened().preview(page, plan), redacted=plan is not None)

    def redact(self, order: RedactTask) -> VerifyTask:
        """A plan made by a person is tried once: what else turns up is shown, not covered unasked."""
        self._place(order)
        if order.plan is not None:
            return self.write(order, order.plan, 1)
        settings, threshold = self.context.settings, self.context.settings.threshold
        look = (
            order.examined if order.examined and order.examined.report.sha256 == self.source.sha256 else None
        )
        if look is not None and is_enough(self._opened(), look, self.policy, threshold, self.progress):
            self.found, self.report = look, look.report
        else:
            self.examine()
        plan = plan_for(self.result(), self.labels, threshold, style=CoverStyle.of(settings))
        policy = knowing(self.policy, self.result(), threshold)
        return self.write(replace(order, examined=None, policy=policy), plan, ROUNDS)

    def write(self, order: RedactTask, plan: RedactionPlan, rounds: int) -> VerifyTask:
        """Writes a private partial file beside the target; another process reads it with its own eyes."""
        target, _ = self._place(order)
        document = self._opened()
        self._same_source(plan)
        if order.copies is not None:
            around = Neighbourhood.of(order.input.path, order.input.relative, target, order.copies)
            plan = replace(plan, around=around)
        self.progress(0.0, "Writing the copy")
        written = partial_files.partial_path(target.parent, order.token)
        try:
            with partial_files.told_as_not_written():
                partial_files.create(written)
                document.write(plan, written)
                digest = partial_files.secured(written)
        except BaseException:
            partial_files.discard(written)
            raise
        found = self.result()
        return VerifyTask(order, plan, found, rounds, written, digest, document.remarks())

    def verify(self, task: VerifyTask) -> WriteTask | None:
        self._same_source(task.plan)
        written = Written(task.written, task.sha256)
        try:
            checks = verify(
                self.source,
                self._opened(),
                task.plan,
                written,
                self.context,
                self.key,
                policy=self.policy,
                progress=self.progress,
            )
        except SecretsLeft as left:
            self._remember(left.missed)
            wider = extended(task.plan, left.missed.findings, left.missed.values, self.labels)
            if task.rounds <= 1 or wider == task.plan:
                raise
            return WriteTask(task.order, wider, self.result(), task.rounds - 1)
        if task.order.preview:
            self.listener.page(1, self._opened().preview(1, task.plan), redacted=True)
        target, replaceable = self._place(task.order)
        copy = publish(written, target, checks, task.remarks, replace=replaceable)
        self.report = replace(self.report, redacted=copy)
        return None

    def verify_again(self, left: Collection[tuple[str, str]]) -> None:
        try:
            copy, standing = verify_again(
                self.source,
                self._opened(),
                self.context,
                self.key,
                left=left,
                policy=self.policy,
                progress=self.progress,
            )
        except SecretsLeft as found:
            self._remember(found.missed)
            told = f"Reading the copy again found {len(found.missed.findings)} secret(s) in it."
            raise VerificationFailed(told, DO_NOT_SHARE) from None
        self.report = replace(self.report, findings=standing, redacted=copy)

    def _place(self, order: RedactTask) -> tuple[Path, bool]:
        """Where the copy shall stand, and whether something there may be replaced.

        Raises:
            NotWritten: something stands there that may not be replaced.
        """
        target = order.target.with_suffix(recognise(self.source).suffix(self.source))
        # Permission to replace was given for the name that was asked for, not for another suffix.
        replaceable = order.replace and target == order.target
        if target.exists() and (not replaceable or self._is_original(target)):
            raise partial_files.already_there(target)
        return target, replaceable

    def _is_original(self, target: Path) -> bool:
        return self.source.from_disk and self.source.path.exists() and target.samefile(self.source.path)

    def _remember(self, missed: Missed) -> None:
        """Adds what only the second reading saw to the report."""
        reported = (*self.report.findings, *(allowed.finding for allowed in self.report.allowed))
        known = max((int(finding.id[1:]) for finding in reported), default=0)
        late = tuple(
            replace(
                finding,
                id=f"f{known + number}",
                evidence=f"{finding.evidence}; seen in the second reading only",
            )
            for number, finding in enumerate(missed.findings, 1)
        )
        self.report = replace(self.report, findings=self.report.findings + late)

    # --- results ------------------------------------------------------------------------------

    def result(self) -> Scan:
        if self.found is not None:
            return replace(self.found, report=self.report)
        return Scan(self.report, self.collector.values(), self.collector.exact_ids(), self.suffix)

    def close(self) -> None:
        if self.document is not None:
            self.document.close()
            self.document = None

    def _settle(self) -> None:
        """Moves what was collected into the report."""
        found, allowed = self._judged()
        told: tuple[Dismissed, ...] = ()
        if self.context.settings.explain:
            told = (*map(_as_dismissed, allowed), *self.collector.dismissed())
        self.report = replace(
            self.report,
            findings=found,
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
