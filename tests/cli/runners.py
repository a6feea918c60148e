"""A stand-in for ``app.pipeline.run_step``: the first word of the input says what comes out of it."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from app import partial_files
from app.errors import (
    EngineMissing,
    NotWritten,
    PasswordNeeded,
    SharesafeError,
    Unreadable,
    VerificationFailed,
)
from app.messages import PreviewTask, RedactTask, Task, VerifyAgainTask
from app.model import (
    Check,
    ErrorInfo,
    Finding,
    Hidden,
    Labels,
    NotRead,
    Picture,
    RedactedCopy,
    RunKey,
    Scan,
    ScanReport,
)
from app.notices import TRAILING_BYTES
from app.options import Settings
from app.places import MetadataKey, PageArea, TextSpan
from app.workers.process import Listener
from detectors.model import Confidence, Kind, Severity
from ocr.model import Box

ERRORS: Final[dict[str, SharesafeError]] = {
    "unreadable": Unreadable("The file is damaged.", "Save it again."),
    "locked": PasswordNeeded("The document is encrypted.", "Save it without a password."),
    "engine": EngineMissing("No engine can run.", "Install one."),
    "unverified": VerificationFailed("The check “residue” failed.", "Report it."),
    "unwritten": NotWritten("The disk is full.", "Make room."),
}
GAP = NotRead("page 2", "It could not be recognised.", "Look at it yourself.")
BLACK, WHITE = b"\x00\x00\x00", b"\xff\xff\xff"


def run(task: Task, settings: Settings, key: RunKey, labels: Labels, listener: Listener) -> Scan:
    """``word secret``: the secret appears where a document may put it, and must not come out anywhere."""
    data = task.input.data if task.input.data is not None else task.input.path.read_bytes()
    word, _, secret = data.decode().partition(" ")
    report = ScanReport(task.input.path, task.input.relative, "ab" * 32, "text", None, 1)
    listener.progress(0.5, "reading")
    if isinstance(task, PreviewTask):
        covered = task.plan is not None and any(item.where for item in task.plan.items)
        listener.page(task.page, Picture(2, 1, BLACK + (BLACK if covered else WHITE)), redacted=covered)
        return Scan(report, {})
    match word:
        case "hang":
            if isinstance(task, RedactTask):
                task.target.parent.mkdir(parents=True, exist_ok=True)
                partial_files.partial_path(task.target.parent, task.token).write_text("half")
            Path(os.environ["SHARESAFE_TEST_STARTED"]).write_text(str(os.getpid()))
            time.sleep(600)
        case "abort":
            os.abort()
        case "bug":
            raise RuntimeError(secret)
        case "unsure" | "secret" | "picture":
            found = finding(secret, key, Confidence.LOW if word == "unsure" else Confidence.HIGH, word)
            report = replace(report, findings=(found,))
        case "notice":
            report = replace(report, findings=(notice(),))
        case "gap":
            report = replace(report, not_read=(GAP,))
        case _ if word in ERRORS:
            return Scan(replace(report, error=ErrorInfo.of(ERRORS[word])), {})
    if isinstance(task, RedactTask):
        report = replace(report, redacted=written(task))
    if isinstance(task, VerifyAgainTask):
        return Scan(again(task, data, settings, key, report), {})
    return Scan(report, {"f1": Hidden(secret)} if report.findings else {})


def again(
    task: VerifyAgainTask, data: bytes, settings: Settings, key: RunKey, report: ScanReport
) -> ScanReport:
    """``leaky secret``: still there; ``redacted fails-at LEVEL``: found from that threshold on."""
    word, _, rest = data.decode().partition(" ")
    report = replace(report, sha256=sha256(data).hexdigest())
    if word == "leaky":
        found = finding(rest, key, Confidence.HIGH, word)
        report = replace(report, findings=(found,))
        if (found.rule_id, found.masked) not in task.left:
            return replace(report, error=ErrorInfo.of(ERRORS["unverified"]))
    if rest.startswith("fails-at") and rest.endswith(settings.min_confidence):
        return replace(report, error=ErrorInfo.of(ERRORS["unverified"]))
    checks = (Check("Second reading finds nothing", True),)
    return replace(report, redacted=RedactedCopy(task.input.path, report.sha256, checks))


def finding(secret: str, key: RunKey, confidence: Confidence, word: str) -> Finding:
    pointer = f"/{secret}"
    where = PageArea(1, (Box(1, 2, 3, 4),)) if word == "picture" else TextSpan(7, 9, 1, 8, pointer)
    return Finding(
        "f1", "some-secret-key", "Some secret key", Kind.SECRET, Severity.HIGH, confidence,
        f"…({len(secret)})", key.fingerprint(secret), f"beside {secret}", (where,), "API_KEY", "Roll it.",
        None,
    )  # fmt: skip


def notice() -> Finding:
    """Something about the file that has no value."""
    info = TRAILING_BYTES
    return Finding(
        "f1", info.id, info.title, info.kind, info.severity, Confidence.MEDIUM, "", "00" * 8, "812 bytes",
        (MetadataKey("after the end"),), info.label, info.advice, None,
    )  # fmt: skip


def written(task: RedactTask) -> RedactedCopy:
    if task.target.exists() and not task.replace:
        raise AssertionError("the pipeline refuses this")
    task.target.parent.mkdir(parents=True, exist_ok=True)
    target = task.target.with_suffix(".png") if task.target.suffix == ".jpg" else task.target
    content = f"redacted {task.input.path.name}".encode()
    target.write_bytes(content)
    return RedactedCopy(target, sha256(content).hexdigest(), (Check("No covered value left", True),))
