"""Ctrl+C and a polite request to end: 130, no process, no half-written file left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

SCRIPT = """
import sys
from app.cli import main
main.runner = "tests.cli.runners:run"
if __name__ == "__main__":
    sys.exit(main.run(sys.argv[1:]))
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="uses POSIX signals")


def test_a_reader_that_leaves_early_is_no_crash(tmp_path: Path) -> None:
    script = tmp_path / "sharesafe"
    script.write_text(SCRIPT)
    (tmp_path / "a.txt").write_text("secret x")
    process = subprocess.Popen(
        [sys.executable, str(script), "scan", "a.txt"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    assert process.wait(20) == 130
    assert "Traceback" not in told
    assert "BrokenPipe" not in told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_redact(tmp_path: Path, number: signal.Signals) -> None:
    work, memory, started = tmp_path / "work", tmp_path / "memory", tmp_path / "started"
    work.mkdir()
    memory.mkdir()
    script = tmp_path / "sharesafe"  # as an installed script: no suffix, imported again by every worker
    script.write_text(SCRIPT)
    (work / "a.png").write_text("clean")
    (work / "b.png").write_text("hang")
    (work / "c.png").write_text("hang")
    command = [
        sys.executable,
        str(script),
        "redact",
        ".",
        "--out",
        "out",
        "--jobs",
        "1",
        "--json",
        "report.json",
    ]
    environment = {
        "PYTHONPATH": str(Path.cwd()),
        "SHARESAFE_TEST_STARTED": str(started),
        "XDG_RUNTIME_DIR": str(memory),
        "HOME": str(tmp_path),
    }
    process = subprocess.Popen(
        command,
        cwd=work,
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts what runs in the background deaf to Ctrl+C, and so would be the tests' children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    end = time.monotonic() + 30
    while not (started.is_file() and started.read_text()) and time.monotonic() < end:
        time.sleep(0.02)
    worker = int(started.read_text())
    assert any(path.name.startswith(".sharesafe-") for path in (work / "out").iterdir())
    process.send_signal(number)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Cancelled: 1 of 3 files had been examined; no report was written." in told
    assert "Already written and verified: out/a.redacted.png" in told
    assert [path.name for path in (work / "out").iterdir()] == ["a.redacted.png"]
    assert not (work / "report.json").exists()
    assert list(memory.iterdir()) == []
    assert not psutil.pid_exists(worker)
