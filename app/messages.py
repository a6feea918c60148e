"""What goes to a worker (tasks) and what comes back (events); all of it picklable."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.copies import CopyPlaces
from app.model import Finding, Picture, PlainText, RedactionPlan, Remark, Scan, ScanReport
from app.policy import NO_POLICY, Policy

RUNNER: Final = "app.pipeline:run_step"
"""``module:function`` that does a task in a worker."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file, or pasted bytes under a made-up name.

    Attributes:
        relative: path below the folder the user named; decides where the copy goes.
        data: the content, when it does not come from disk.
    """

    path: Path
    relative: Path
    data: bytes | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ScanTask:
    """Examine a document; with ``previews`` every page is sent for display as well."""

    input: Input
    previews: bool = False
    policy: Policy = NO_POLICY


def _token() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class RedactTask:
    """Write a verified copy to ``target``.

    Attributes:
        target: where the copy shall stand; its suffix is changed when the copy has another format.
        plan: what to cover; None examines the document first and covers every finding at or above
            the confidence threshold.
        replace: whether an existing file at ``target`` may be replaced.
        preview: whether a picture of the first redacted page is wanted with the result.
        copies: where the copies of the run stand, for links to them.
        examined: what a first look found in the same bytes; another one is spared where it would find no
            more.
        token: hexadecimal digits that tell its partial file from all others.
    """

    input: Input
    target: Path
    plan: RedactionPlan | None = None
    replace: bool = False
    preview: bool = False
    policy: Policy = NO_POLICY
    copies: CopyPlaces | None = field(default=None, repr=False)
    examined: Scan | None = field(default=None, repr=False)
    token: str = field(default_factory=_token, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class WriteTask:
    """Write a copy again, with what its verification found added to the plan.

    Attributes:
        order: what was asked for.
        found: what is known about the document.
        rounds: how often it may be written, this time included.
    """

    order: RedactTask
    plan: RedactionPlan
    found: Scan
    rounds: int

    @property
    def input(self) -> Input:
        return self.order.input

    @property
    def policy(self) -> Policy:
        return self.order.policy


@dataclass(frozen=True, slots=True)
class VerifyTask:
    """Verify the copy that another process has written, and give it its name.

    Attributes:
        order, plan, found, rounds: as of ``WriteTask``.
        written: the partial file.
        sha256: of its content when it was written.
        remarks: what there is to know about it.
    """

    order: RedactTask
    plan: RedactionPlan
    found: Scan
    rounds: int
    written: Path
    sha256: str
    remarks: tuple[Remark, ...]

    @property
    def input(self) -> Input:
        return self.order.input

    @property
    def policy(self) -> Policy:
        return self.order.policy


@dataclass(frozen=True, slots=True)
class PreviewTask:
    """Show one page (1-based), redacted when a plan is given."""

    input: Input
    page: int
    plan: RedactionPlan | None = None


@dataclass(frozen=True, slots=True)
class VerifyAgainTask:
    """Repeat on a copy what can be repeated without its original.

    Attributes:
        input: the copy.
        left: rule and mask of each finding that was left readable on purpose.
    """

    input: Input
    left: tuple[tuple[str, str], ...] = ()
    policy: Policy = NO_POLICY


Order = ScanTask | RedactTask | PreviewTask | VerifyAgainTask
"""What can be asked for."""

Continuation = WriteTask | VerifyTask
"""What is left to do of an order, by another process."""

Task = Order | Continuation


def report_so_far(task: Task) -> ScanReport:
    """What is known about a document before a task is begun."""
    if isinstance(task, Continuation):
        return task.found.report
    return ScanReport(task.input.path, task.input.relative, "", "unknown", None, 0)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work on a document is (0..1) and what is being done."""

    job: int
    fraction: float
    note: str


@dataclass(frozen=True, slots=True)
class Found:
    """The findings known so far, while reading goes on; replaces what was told before."""

    job: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class PageShown:
    """One page, ready for display; ``redacted`` tells whether a plan was painted."""

    job: int
    page: int
    preview: Picture | PlainText = field(repr=False)
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event of a job; ``scan.report.error`` tells a failure."""

    job: int
    scan: Scan


Event = Progress | Found | PageShown | Finished
