"""Whatever a document does to its worker, the others finish, and nothing is left behind."""

from __future__ import annotations

import multiprocessing.context
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from app import workers
from app.messages import Event, Finished, Found, Input, PageShown, PreviewTask, Progress, RedactTask, ScanTask
from app.model import PlainText, State
from app.options import Settings
from app.workers import Pool
from tests.workers import runners

RUNNER = f"{runners.__name__}:run"
POSIX = pytest.mark.skipif(os.name == "nt", reason="uses POSIX signals")


class Log:
    """Records events and lets a test wait for one."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def until(self, wanted: Callable[[Event], bool], seconds: float = 20) -> Event:
        with self._changed:
            assert self._changed.wait_for(lambda: any(map(wanted, self.events)), seconds), self.events
            return next(event for event in self.events if wanted(event))

    def of(self, job: int) -> list[Event]:
        return [event for event in self.events if event.job == job]

    def finished(self, job: int) -> Finished:
        last = self.of(job)[-1]
        assert isinstance(last, Finished)
        assert sum(isinstance(event, Finished) for event in self.of(job)) == 1
        return last

    def code(self, job: int) -> str | None:
        error = self.finished(job).scan.report.error
        return error.code if error else None


@contextmanager
def pool(log: Callable[[Event], None], **options: int) -> Iterator[Pool]:
    settings = Settings(**{"jobs": 1, "memory": 512, **options})  # type: ignore[arg-type]
    with Pool(settings, log, runner=RUNNER) as opened:
        yield opened


def task(name: str, data: str | None = None) -> ScanTask:
    return ScanTask(Input(Path(name), Path(name), data.encode() if data is not None else None))


def descendants() -> set[int]:
    """Our child processes, but for multiprocessing's own housekeeper."""
    return {
        child.pid
        for child in psutil.Process().children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE and "resource_tracker" not in " ".join(child.cmdline())
    }


def gone(pid: int) -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(autouse=True)
def _nothing_left_behind(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    memory = tmp_path_factory.mktemp("memory")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(memory))
    children, threads = descendants(), threading.active_count()
    yield
    assert descendants() <= children
    assert not list(memory.iterdir())
    assert threading.active_count() == threads


def test_a_job_tells_its_progress_findings_and_end_in_order() -> None:
    log = Log()
    with pool(log) as opened:
        job = opened.submit(task("fine.txt", "x"))
        assert opened.wait(20)
    assert [type(event) for event in log.of(job)] == [Progress, Found, Finished]
    assert log.finished(job).scan.report.state is State.FINDINGS
    assert log.finished(job).scan.values["f1"].reveal() == "x"


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


def test_a_worker_that_stops_by_itself_when_cancelled_lives_on() -> None:
    log = Log()
    with pool(log) as opened:
        job = opened.submit(task("polite.txt"))
        progress = log.until(lambda event: isinstance(event, Progress))
        opened.cancel(job)
        after = opened.submit(task("fine.txt"))
        assert opened.wait(20)
    assert log.code(job) == "cancelled"
    assert [event.note for event in log.of(after) if isinstance(event, Progress)] == [progress.note]  # type: ignore[union-attr]


def test_cancelling_a_waiting_job_ends_it_without_running_it() -> None:
    log = Log()
    with pool(log) as opened:
        first, second = opened.submit(task("slow.txt")), opened.submit(task("abort.txt"))
        opened.cancel(second)
        opened.cancel(second)
        opened.cancel(999)
        assert opened.wait(20)
    assert (log.code(first), log.code(second)) == (None, "cancelled")


def test_cancel_all() -> None:
    log = Log()
    with pool(log, jobs=2) as opened:
        jobs = [opened.submit(task(name)) for name in ("polite.txt", "hang.txt", "fine.txt", "abort.txt")]
        log.until(lambda event: isinstance(event, Progress))
        opened.cancel_all()
        assert opened.wait(20)
    assert [log.code(job) for job in jobs] == ["cancelled"] * 4


def test_too_much_memory_ends_one_job_only() -> None:
    log = Log()
    with pool(log) as opened:
        greedy, after = opened.submit(task("greedy.txt", "x")), opened.submit(task("fine.txt"))
        assert opened.wait(30)
    error = log.finished(greedy).scan.report.error
    assert error is not None
    assert "512 MiB" in error.message
    assert "--memory" in error.next_step
    assert log.code(after) is None


@pytest.mark.skipif(sys.platform != "linux", reason="the hard limit exists on Linux only")
def test_memory_claimed_in_one_go_is_refused_by_the_system() -> None:
    log = Log()
    with pool(log) as opened:
        job = opened.submit(task("flood.txt"))
        assert opened.wait(30)
    assert "512 MiB" in log.finished(job).scan.report.error.message  # type: ignore[union-attr]


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


def test_one_value_has_one_placeholder_in_all_workers() -> None:
    log = Log()
    with pool(log, jobs=2) as opened:
        same = [opened.submit(task("label.txt", "same")) for _ in range(6)]
        other = opened.submit(task("label.txt", "other"))
        assert opened.wait(20)
        mine = opened.placeholder("API_KEY", opened.key.fingerprint("same"))
    shown = {event.job: event.preview for event in log.events if isinstance(event, PageShown)}
    assert {shown[job] for job in same} == {PlainText(mine)}
    assert {mine, shown[other].text} == {"REDACTED_API_KEY_1", "REDACTED_API_KEY_2"}  # type: ignore[union-attr]


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


def test_previews_go_first() -> None:
    log = Log()
    with pool(log) as opened:
        opened.submit(task("slow.txt"))
        scan = opened.submit(task("fine.txt"))
        wanted = Input(Path("fine.txt"), Path("fine.txt"))
        preview = opened.submit(PreviewTask(wanted, 1))
        assert opened.wait(20)
    order = [event.job for event in log.events if isinstance(event, Finished)]
    assert order.index(preview) < order.index(scan)


def test_five_hundred_jobs_and_large_previews() -> None:
    log = Log()
    with pool(log, jobs=2) as opened:
        jobs = [opened.submit(task("fine.txt")) for _ in range(500)]
        jobs += [opened.submit(task("big.txt")) for _ in range(2)]
        assert opened.wait(60)
    assert {log.code(job) for job in jobs} == {None}
    notes = {event.note for event in log.events if isinstance(event, Progress)}
    assert len(notes) <= 2  # two workers did it all


def test_large_pasted_input() -> None:
    log = Log()
    with pool(log) as opened:
        opened.submit(task("fine.txt", "y" * (30 << 20)))
        assert opened.wait(30)
    assert isinstance(log.events[-1], Finished)


def test_events_may_lead_to_more_jobs() -> None:
    jobs: list[int] = []
    log = Log()

    def again(event: Event) -> None:
        log(event)
        if isinstance(event, Finished) and len(jobs) < 3:
            jobs.append(opened.submit(task("fine.txt")))

    with pool(again) as opened:
        jobs.append(opened.submit(task("fine.txt")))
        assert opened.wait(20)
        assert len(jobs) == 3
        assert {log.code(job) for job in jobs} == {None}


def test_what_the_listener_raises_reaches_who_waits() -> None:
    def broken(event: Event) -> None:
        raise LookupError("bug")

    with pool(broken) as opened:
        opened.submit(task("fine.txt"))
        opened.submit(task("hang.txt"))
        with pytest.raises(LookupError, match="bug"):
            opened.wait(20)


def test_wait_gives_up() -> None:
    log = Log()
    with pool(log) as opened:
        opened.submit(task("hang.txt"))
        assert not opened.wait(0.3)
    assert isinstance(log.events[-1], Finished)


def test_close_ends_everything_as_cancelled() -> None:
    log = Log()
    with pool(log) as opened:
        jobs = [opened.submit(task("hang.txt", "x")), opened.submit(task("fine.txt"))]
        log.until(lambda event: isinstance(event, Progress))
    assert [log.code(job) for job in jobs] == ["cancelled"] * 2
    opened.cancel(jobs[0])
    opened.close()
    with pytest.raises(RuntimeError, match="closed"):
        opened.submit(task("fine.txt"))


def test_a_worker_that_cannot_start_fails_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    log = Log()
    with pool(log) as opened:
        monkeypatch.setattr(multiprocessing.context.SpawnProcess, "start", refuse)
        job = opened.submit(task("fine.txt"))
        assert opened.wait(20)
    assert log.code(job) == "worker-died"
    assert "could be started" in log.finished(job).scan.report.error.message  # type: ignore[union-attr]


def test_nobody_waits_for_ever_when_the_pool_itself_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down() -> None:
        raise LookupError("bug")

    with pool(Log()) as opened:
        monkeypatch.setattr(opened, "_start", break_down)
        opened.submit(task("fine.txt"))
        with pytest.raises(LookupError, match="bug"):
            opened.wait(20)


def test_a_missing_runner_is_a_failure_not_a_hang() -> None:
    log = Log()
    with Pool(Settings(jobs=1), log, runner="app.errors:nothing") as opened:
        job = opened.submit(task("fine.txt"))
        assert opened.wait(20)
    assert log.code(job) == "worker-died"


PARENT = """
import sys, time
from pathlib import Path
from app.messages import Input, Progress, RedactTask
from app.options import Settings
from app.workers import Pool

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
        assert workers.memory_of([process.pid])[process.pid] > 80 << 20
    finally:
        workers.kill_tree(process.pid)
        process.communicate()
