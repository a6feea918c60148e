"""Stand-ins for ``app.pipeline.run_step`` that behave as their input's file name says."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

from app import partial_files
from app.errors import Cancelled
from app.messages import Continuation, RedactTask, Task, VerifyTask, WriteTask
from app.model import ErrorInfo, Finding, Hidden, Labels, PlainText, RedactionPlan, RunKey, Scan, ScanReport
from app.options import Settings
from app.workers.process import Listener
from detectors.model import Confidence, Kind, Severity
from ocr import private_folder


def finding(number: int = 1, fingerprint: str = "00ff") -> Finding:
    return Finding(
        f"f{number}", "some-rule", "Some secret", Kind.SECRET, Severity.HIGH, Confidence.HIGH, "…(12)",
        fingerprint, "label", (), "API_KEY", "Rotate it.", None,
    )  # fmt: skip


def report(task: Task, **changes: object) -> ScanReport:
    return ScanReport(
        task.input.path, task.input.relative, "0" * 64, "text", None, 1, **changes  # type: ignore[arg-type]
    )  # fmt: skip


def write(task: Task, listener: Listener) -> Scan | Continuation:
    """Writes, verifies and writes again as the second word of the input's name says."""
    after = task.input.path.stem.split("-")[1]
    listener.progress(0.5, f"{type(task).__name__} {os.getpid()}")
    match task:
        case RedactTask() | WriteTask():
            order = task if isinstance(task, RedactTask) else task.order
            written = partial_files.partial_path(order.target.parent, order.token)
            partial_files.create(written)
            found = Scan(report(task, findings=(finding(),)), {})
            rounds = task.rounds if isinstance(task, WriteTask) else 2
            return VerifyTask(order, RedactionPlan("0" * 64, ()), found, rounds, written, "0" * 64, ())
        case VerifyTask(order, plan, found, rounds, written):
            match after:
                case "abort":
                    os.abort()
                case "hang":
                    time.sleep(600)
                case "again" if rounds > 1:
                    return WriteTask(order, plan, found, rounds - 1)
            written.rename(order.target)
            return found
    raise AssertionError(task)


def run(  # noqa: PLR0912
    task: Task, settings: Settings, key: RunKey, labels: Labels, listener: Listener
) -> Scan | Continuation:
    """Does what the stem of the input's name says; the data, if any, is the secret to be careful with."""
    secret = (task.input.data or b"").decode()
    deed = task.input.path.stem.partition("-")[0]
    match deed:
        case "abort":
            listener.found((finding(),))
            os.abort()
        case "exit":
            os._exit(7)
        case "hang":
            listener.found((finding(),))
            if isinstance(task, RedactTask):
                partial_files.partial_path(task.target.parent, task.token).write_text(secret)
            Path(tempfile.mkdtemp()).joinpath("left").write_text(secret)
            helper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            listener.progress(0.5, f"{os.getpid()} {helper.pid}")
            time.sleep(600)
        case "polite":
            try:
                while True:
                    listener.progress(0.5, f"{os.getpid()}")
                    time.sleep(0.02)
            except Cancelled as error:
                return Scan(report(task, error=ErrorInfo.of(error)), {})
        case "greedy":
            hoard = []
            while True:
                hoard.append(bytes(16 << 20) + secret.encode())
                hoard[-1].count(b"\x01")
                time.sleep(0.005)
        case "flood":
            listener.progress(0.1, "claiming")
            len(b"\x01" * (64 << 30))
        case "raise":
            raise ValueError(f"it went wrong at {secret}")
        case "print":
            sys.stdout.write(secret)
            sys.stderr.write(secret)
            warnings.warn(secret, stacklevel=1)
            os.write(1, secret.encode())
            os.write(2, secret.encode())
            subprocess.run([sys.executable, "-c", f"print({secret!r})"], check=True)
        case "label":
            text = labels.placeholder("API_KEY", key.fingerprint(secret))
            listener.page(1, PlainText(text), redacted=True)
        case "environment":
            temporary = tempfile.gettempdir()
            Path(tempfile.mkstemp()[1]).write_text(secret)
            for_engines = str(private_folder.root())
            text = "\n".join(
                [temporary, for_engines, os.environ["OMP_THREAD_LIMIT"], os.environ["OMP_NUM_THREADS"]]
            )
            listener.page(1, PlainText(text), redacted=False)
        case "write":
            return write(task, listener)
        case "slow":
            time.sleep(0.3)
        case "big":
            listener.page(1, PlainText("x" * (20 << 20)), redacted=False)
    listener.progress(1.0, f"{os.getpid()}")
    listener.found((finding(),))
    return Scan(report(task, findings=(finding(),)), {"f1": Hidden(secret)})
