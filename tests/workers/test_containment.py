"""Whatever a document does to its worker, nothing of it gets out and nothing is left behind."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.messages import Finished, Input, PageShown, Progress, RedactTask
from app.model import State
from app.workers import process as worker_process
from tests.workers import runners
from tests.workers.observing import POSIX, RUNNER, Log, gone, pool, task


@pytest.mark.parametrize(("deed", "word"), [("abort", "ended unexpectedly"), ("exit", "code 7")])
def test_a_crash_ends_one_job_only(deed: str, word: str) -> None:
    log = Log()
    with pool(log, jobs=2) as opened:
        jobs = [opened.submit(task(f"fine-{n}.txt")) for n in range(3)]
        crash = opened.submit(task(f"{deed}.txt"))
        jobs += [opened.submit(task(f"fine-{n}.txt")) for n in range(3, 6)]
        assert opened.wait(30)
    assert [log.code(job) for job in jobs] == [None] * 6
    report = log.finished(crash).scan.report
    assert report.state is State.FAILED
    assert report.error is not None
    assert report.error.code == "worker-died"
    assert word in report.error.message
    assert report.error.next_step


def test_findings_told_before_a_crash_are_kept() -> None:
    log = Log()
    with pool(log) as opened:
        job = opened.submit(task("abort.txt"))
        assert opened.wait(20)
    assert log.finished(job).scan.report.findings == (runners.finding(),)


def test_a_hanging_worker_is_stopped_with_its_helpers_and_files(tmp_path: Path) -> None:
    log = Log()
    with pool(log, timeout=5) as opened:
        begun = time.monotonic()
        wanted = Input(Path("hang.txt"), Path("hang.txt"), b"x")
        job = opened.submit(RedactTask(wanted, tmp_path / "copy.txt"))
        after = opened.submit(task("fine.txt"))
        progress = log.until(lambda event: isinstance(event, Progress) and event.job == job)
        assert isinstance(progress, Progress)
        worker, helper = map(int, progress.note.split())
        assert list(tmp_path.iterdir())
        assert opened.wait(30)
        assert 5 <= time.monotonic() - begun < 9
        assert gone(worker)
        assert gone(helper)
    assert log.code(job) == "timed-out"
    assert "5 seconds" in log.finished(job).scan.report.error.message  # type: ignore[union-attr]
    assert log.finished(job).scan.report.findings
    assert log.code(after) is None
    assert not list(tmp_path.iterdir())


def test_cancelling_a_hanging_worker_kills_it_within_a_second() -> None:
    log = Log()
    with pool(log) as opened:
        job, after = opened.submit(task("hang.txt", "x")), opened.submit(task("fine.txt"))
        progress = log.until(lambda event: isinstance(event, Progress))
        begun = time.monotonic()
        opened.cancel(job)
        log.until(lambda event: isinstance(event, Finished) and event.job == job)
        assert time.monotonic() - begun < 1.5
        assert opened.wait(20)
        assert all(gone(int(pid)) for pid in progress.note.split())  # type: ignore[union-attr]
    assert log.code(job) == "cancelled"
    assert log.code(after) is None


def test_too_much_memory_ends_one_job_only() -> None:
    log = Log()
    with pool(log) as opened:
        greedy, after = opened.submit(task("greedy.txt", "x")), opened.submit(task("fine.txt"))
        assert opened.wait(30)
    error = log.finished(greedy).scan.report.error
    assert error is not None
    assert "1024 MiB" in error.message
    assert "--memory" in error.next_step
    assert log.code(after) is None


@pytest.mark.skipif(sys.platform != "linux", reason="the hard limit exists on Linux only")
def test_memory_claimed_in_one_go_is_refused_by_the_system() -> None:
    log = Log()
    with pool(log) as opened:
        job = opened.submit(task("flood.txt"))
        assert opened.wait(30)
    assert "1024 MiB" in log.finished(job).scan.report.error.message  # type: ignore[union-attr]


def test_an_unexpected_exception_is_told_without_its_message() -> None:
    canary = secrets.token_hex(16)
    log = Log()
    with pool(log) as opened:
        job, after = opened.submit(task("raise.txt", canary)), opened.submit(task("fine.txt"))
        assert opened.wait(20)
    error = log.finished(job).scan.report.error
    assert error is not None
    assert error.code == "worker-died"
    assert "ValueError" in error.message
    assert canary not in repr(log.events)
    assert log.code(after) is None


def test_nothing_that_a_worker_prints_arrives_anywhere(capfd: pytest.CaptureFixture[str]) -> None:
    canary = secrets.token_hex(16)
    log = Log()
    with pool(log) as opened:
        job = opened.submit(task("print.txt", canary))
        crash = opened.submit(task("abort.txt", canary))
        assert opened.wait(20)
    assert log.code(job) is None
    assert log.code(crash) == "worker-died"
    assert capfd.readouterr() == ("", "")


def test_a_worker_has_one_thread_and_a_private_folder_that_is_emptied() -> None:
    log = Log()
    with pool(log) as opened:
        opened.submit(task("environment.txt", "x"))
        assert opened.wait(20)
        shown = log.until(lambda event: isinstance(event, PageShown))
        folder, for_engines, *threads = shown.preview.text.split("\n")  # type: ignore[union-attr]
        assert for_engines == folder
        assert threads == ["1", "1"]
        assert Path(folder).stat().st_mode & 0o077 == 0 or os.name == "nt"
        assert not list(Path(folder).iterdir())


PARENT = """
import sys, time
from pathlib import Path
from app.messages import Input, Progress, RedactTask
from app.options import Settings
from app.workers.pool import Pool

def tell(event):
    if isinstance(event, Progress):
        print(event.note, flush=True)

if __name__ == "__main__":
    pool = Pool(Settings(jobs=1), tell, runner=sys.argv[1])
    pool.submit(RedactTask(Input(Path("hang.txt"), Path("hang.txt"), b"x"), Path(sys.argv[2], "copy.txt")))
    time.sleep(600)
"""


@POSIX
def test_workers_end_and_clean_up_when_their_parent_is_killed(tmp_path: Path) -> None:
    script, target = tmp_path / "parent.py", tmp_path / "out"
    target.mkdir()
    script.write_text(PARENT)
    parent = subprocess.Popen(
        [sys.executable, str(script), RUNNER, str(target)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert parent.stdout is not None
    try:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 2
        assert list(target.iterdir())
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        parent.stdout.close()
    assert all(gone(pid) for pid in pids)
    assert not list(target.iterdir())


def test_memory_counts_helpers() -> None:
    script = "import time; hoard = b'x' * (80 << 20); print(flush=True); time.sleep(60)"
    outer = (
        "import subprocess, sys;"
        f"print(subprocess.Popen([sys.executable, '-c', {script!r}], stdout=sys.stdout).wait())"
    )
    process = subprocess.Popen([sys.executable, "-c", outer], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        assert worker_process.memory_of([process.pid])[process.pid] > 80 << 20
    finally:
        worker_process.kill_tree(process.pid)
        process.communicate()
