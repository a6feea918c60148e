"""A pool, a planner and documents made up at run time, for tests of the window."""

from __future__ import annotations

import secrets
import string
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.gui.backend import Backend
from app.messages import (
    Event,
    Finished,
    Found,
    Input,
    PageShown,
    PreviewTask,
    Progress,
    RedactTask,
    ScanTask,
    Task,
)
from app.model import (
    Check,
    ErrorInfo,
    Finding,
    Hidden,
    Labels,
    NotRead,
    Picture,
    PlainText,
    PlanItem,
    Preview,
    RedactedCopy,
    RedactionPlan,
    Remark,
    Scan,
    ScanReport,
)
from app.options import Settings
from app.places import Location, PageArea, TextSpan
from detectors.model import Confidence, Kind, Severity
from ocr.model import Box

CANCELLED = ErrorInfo("cancelled", "The work on this file was cancelled.", "Start it again.", 130)


def random_value(length: int = 24) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


def area(page: int, left: float, top: float, width: float = 200, height: float = 24) -> PageArea:
    return PageArea(page, (Box(left, top, left + width, top + height),))


def finding(number: int, *where: Location, **changes: object) -> Finding:
    """A finding with a made-up value behind it; ``changes`` replaces fields."""
    made = Finding(
        id=f"f{number}",
        rule_id="test-api-key",
        title="API key",
        kind=Kind.SECRET,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        masked="key_…(24)",
        fingerprint=secrets.token_hex(8),
        evidence="prefix key_, 24 characters, label “API key”",
        where=where or (area(1, 40, 40 * number),),
        label="API_KEY",
        advice="Replace the key at its provider.",
        rotate_url=None,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def report(source: Input, **changes: object) -> ScanReport:
    made = ScanReport(source.path, source.relative, "0" * 64, "png", None, 1)
    return replace(made, **changes)  # type: ignore[arg-type]


def picture(width: int = 640, height: int = 400, shade: int = 250) -> Picture:
    return Picture(width, height, bytes([shade]) * (3 * width * height))


@dataclass
class Script:
    """What the fake pool knows about a file name."""

    findings: tuple[Finding, ...] = ()
    not_read: tuple[NotRead, ...] = ()
    error: ErrorInfo | None = None
    pages: Sequence[Preview] = ()
    format: str = "png"
    platform: str | None = None
    save_error: ErrorInfo | None = None
    late: tuple[Finding, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass
class FakePool:
    """Answers from scripts, on a thread of its own like the real one. ``hold`` keeps jobs unanswered."""

    scripts: dict[str, Script]
    on_event: Callable[[Event], None]
    hold: bool = False
    tasks: dict[int, Task] = field(default_factory=dict)
    cancelled: list[int] = field(default_factory=list)
    closed: bool = False
    threads: list[threading.Thread] = field(default_factory=list)

    def submit(self, task: Task) -> int:
        job = len(self.tasks) + 1
        self.tasks[job] = task
        if not self.hold:
            self._run(lambda: self.answer(job))
        return job

    def cancel(self, job: int) -> None:
        self.cancelled.append(job)
        task = self.tasks[job]
        done = Finished(job, Scan(report(task.input, error=CANCELLED), {}))
        self._run(lambda: self.on_event(done))

    def cancel_all(self) -> None:
        for job in self.tasks:
            self.cancel(job)

    def close(self) -> None:
        self.closed = True
        for thread in self.threads:
            thread.join()

    def emit(self, *events: Event) -> None:
        """Sends events as the pool's thread would."""
        self._run(lambda: [self.on_event(event) for event in events])

    def release(self, job: int) -> None:
        """Answers a job that was held back."""
        self._run(lambda: self.answer(job))

    def _run(self, work: Callable[[], object]) -> None:
        thread = threading.Thread(target=work)
        self.threads.append(thread)
        thread.start()

    def answer(self, job: int) -> None:
        task = self.tasks[job]
        script = self.scripts.get(task.input.path.name, Script(pages=(picture(),)))
        match task:
            case ScanTask():
                self._scan(job, task, script)
            case RedactTask():
                self._redact(job, task, script)
            case PreviewTask(page=page, plan=plan):
                shown = script.pages[page - 1] if page <= len(script.pages) else picture(64, 48, 9)
                self.on_event(PageShown(job, page, redacted(shown, plan), plan is not None))
                self.on_event(Finished(job, Scan(report(task.input), {})))

    def _scan(self, job: int, task: ScanTask, script: Script) -> None:
        self.on_event(Progress(job, 0.1, "Reading page 1"))
        if script.error is None:
            for number, page in enumerate(script.pages, 1):
                self.on_event(PageShown(job, number, page))
            self.on_event(Found(job, script.findings[:1]))
        done = report(
            task.input,
            format=script.format,
            platform=script.platform,
            pages=max(len(script.pages), 1),
            findings=script.findings,
            not_read=script.not_read,
            error=script.error,
        )
        values = {each.id: Hidden(random_value()) for each in script.findings}
        self.on_event(Finished(job, Scan(done, values)))

    def _redact(self, job: int, task: RedactTask, script: Script) -> None:
        self.on_event(Progress(job, 0.5, "Reading the copy again"))
        if script.save_error is not None:
            failed = report(task.input, error=script.save_error, findings=script.late)
            self.on_event(Finished(job, Scan(failed, {})))
            return
        task.target.write_bytes(b"copy")
        checks = (
            Check("No covered value left", True, "searched in 12 forms"),
            Check("covers are opaque", True, "every covered area is one colour"),
            Check("Nothing else changed", True, "all other pixels are equal"),
            Check("rescan", True, "read at another scale, nothing found"),
        )
        copy = RedactedCopy(task.target, "1" * 64, checks, script.remarks)
        self.on_event(Finished(job, Scan(report(task.input, redacted=copy), {})))


def redacted(page: Preview, plan: RedactionPlan | None) -> Preview:
    """A page as the plan makes it: black boxes, or placeholders."""
    if plan is None:
        return page
    if isinstance(page, PlainText):
        return PlainText("redacted\n" * 3)
    raster = bytearray(page.rgb)
    for item in plan.items:
        for place in item.where:
            for box in place.boxes if isinstance(place, PageArea) else ():
                left, right = int(box.left * page.scale), int(box.right * page.scale)
                for row in range(int(box.top * page.scale), int(box.bottom * page.scale)):
                    start = 3 * (row * page.width + left)
                    raster[start : start + 3 * (right - left)] = bytes(3 * (right - left))
    return replace(page, rgb=bytes(raster))


def plan_for(
    scan: Scan,
    labels: Labels,
    threshold: Confidence,
    leave: Collection[str] = (),
    drawn: Sequence[PageArea | TextSpan] = (),
) -> RedactionPlan:
    """Like the product's, without its imports."""
    covered = [f for f in scan.report.findings if f.confidence >= threshold and f.id not in leave]
    kept = tuple(f for f in scan.report.findings if f.id in leave)
    items = [PlanItem(labels.placeholder(f.label, f.fingerprint), f.where, finding_id=f.id) for f in covered]
    items += [PlanItem(f"REDACTED_REGION_{n}", (place,)) for n, place in enumerate(drawn, 1)]
    return RedactionPlan(scan.report.sha256, tuple(items), kept)


def collect(paths: Sequence[Path]) -> Iterator[Input]:
    for path in paths:
        if path.is_dir():
            yield from (Input(p, p.relative_to(path)) for p in sorted(path.rglob("*")) if p.is_file())
        else:
            yield Input(path, Path(path.name))


class FakeBackend:
    """Makes a ``Backend`` whose pools stay at hand."""

    def __init__(self, scripts: dict[str, Script] | None = None, *, hold: bool = False) -> None:
        self.scripts = scripts or {}
        self.hold = hold
        self.pools: list[FakePool] = []
        self.settings: list[Settings] = []
        self.backend = Backend(self._pool, collect, plan_for, lambda: None)

    @property
    def pool(self) -> FakePool:
        return self.pools[-1]

    def _pool(self, settings: Settings, on_event: Callable[[Event], None]) -> FakePool:
        self.settings.append(settings)
        self.pools.append(FakePool(self.scripts, on_event, self.hold))
        return self.pools[-1]
