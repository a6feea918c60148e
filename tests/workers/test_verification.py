"""A copy is verified by a process that did not write it, and is whole or not there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from app.messages import Finished, Input, PreviewTask, Progress, RedactTask, Task, VerifyTask, WriteTask
from app.model import RedactionPlan, Scan, ScanReport, State
from app.options import Settings
from app.workers import queue as job_queue
from app.workers.queue import MOST_UNVERIFIED, PATIENCE, Job, JobQueue
from tests.support.batch import redact_all
from tests.workers.observing import Log, pool, task


def order(folder: Path, name: str) -> RedactTask:
    return RedactTask(Input(Path(name), Path(name), b"x"), folder / name)


def steps(log: Log, job: int) -> list[tuple[str, int]]:
    """What was done for a job, and in which process."""
    notes = [event.note.split() for event in log.of(job) if isinstance(event, Progress)]
    return [(step, int(process)) for step, process in notes]


@pytest.mark.parametrize("jobs", [1, 2])
def test_nobody_verifies_what_they_have_written(tmp_path: Path, jobs: int) -> None:
    log = Log()
    with pool(log, jobs=jobs) as opened:
        numbers = [opened.submit(order(tmp_path, f"write-fine-{n}.txt")) for n in range(5)]
        assert opened.wait(30)
    for job in numbers:
        (first, writer), (second, verifier) = steps(log, job)
        assert (first, second) == ("RedactTask", "VerifyTask")
        assert writer != verifier
        assert log.finished(job).scan.report.state is State.FINDINGS
    assert len({process for job in numbers for _, process in steps(log, job)}) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"write-fine-{n}.txt" for n in range(5)]


def test_a_copy_that_is_written_again_is_verified_again(tmp_path: Path) -> None:
    log = Log()
    with pool(log) as opened:
        job = opened.submit(order(tmp_path, "write-again.txt"))
        assert opened.wait(30)
    done = steps(log, job)
    assert [step for step, _ in done] == ["RedactTask", "VerifyTask", "WriteTask", "VerifyTask"]
    assert done[0][1] != done[1][1]
    assert done[2][1] != done[3][1]
    assert (tmp_path / "write-again.txt").exists()


def test_a_crash_in_the_verification_leaves_no_copy_and_keeps_what_was_found(tmp_path: Path) -> None:
    log = Log()
    with pool(log) as opened:
        job, after = (opened.submit(order(tmp_path, f"write-{deed}.txt")) for deed in ("abort", "fine"))
        assert opened.wait(30)
    assert log.code(job) == "worker-died"
    assert log.finished(job).scan.report.findings
    assert log.finished(job).scan.report.sha256
    assert log.code(after) is None
    assert [path.name for path in tmp_path.iterdir()] == ["write-fine.txt"]


def test_a_verification_that_takes_too_long_leaves_no_copy(tmp_path: Path) -> None:
    log = Log()
    with pool(log, timeout=5) as opened:
        job = opened.submit(order(tmp_path, "write-hang.txt"))
        assert opened.wait(30)
    assert log.code(job) == "timed-out"
    assert not list(tmp_path.iterdir())


def test_what_waits_to_be_verified_is_removed_when_all_is_cancelled(tmp_path: Path) -> None:
    log = Log()
    with pool(log) as opened:
        first = opened.submit(order(tmp_path, "write-hang.txt"))
        log.until(lambda event: isinstance(event, Progress) and event.note.startswith("VerifyTask"))
        second = opened.submit(order(tmp_path, "write-fine.txt"))
        log.until(lambda event: isinstance(event, Progress) and event.job == second)
        end = time.monotonic() + 5
        while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < end:
            time.sleep(0.02)
        assert len(list(tmp_path.iterdir())) == 2
        opened.cancel_all()
        assert opened.wait(20)
    assert [log.code(job) for job in (first, second)] == ["cancelled"] * 2
    assert not list(tmp_path.iterdir())


def test_files_of_the_real_pipeline_come_out_verified(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / "in" / f"{number}.txt").write_text(f"nothing to see in file {number}\n")
    reports = redact_all([tmp_path / "in"], tmp_path / "out", Settings(jobs=1))
    assert [report.error for report in reports.values()] == [None] * 3
    assert all(report.redacted is not None for report in reports.values())
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_a_second_worker_that_cannot_start_fails_the_copy_and_hangs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log()
    with pool(log) as opened:
        fine = opened.submit(task("fine.txt"))
        log.until(lambda event: isinstance(event, Finished))
        monkeypatch.setattr("multiprocessing.context.SpawnProcess.start", refuse)
        job = opened.submit(order(tmp_path, "write-fine.txt"))
        assert opened.wait(20)
    assert log.code(fine) is None
    assert log.code(job) == "worker-died"
    assert not list(tmp_path.iterdir())


def refuse(_: object) -> None:
    raise OSError(11, "Resource temporarily unavailable")


# --- who does what next ---------------------------------------------------------------------------

NUMBERS: Iterator[int] = count(1)
FOUND = Scan(ScanReport(Path("a"), Path("a"), "", "text", None, 1), {})
PLAN = RedactionPlan("", ())
INPUT = Input(Path("a"), Path("a"))
ORDER = RedactTask(INPUT, Path("b"))
WRITTEN = VerifyTask(ORDER, PLAN, FOUND, 3, Path("c"), "", ())
AGAIN = WriteTask(ORDER, PLAN, FOUND, 2)


def queue_of(*tasks: Task, jobs: int = 2, writer: int = 1) -> JobQueue:
    queue = JobQueue(jobs)
    for one in tasks:
        queue.add(Job(next(NUMBERS), one, writer=writer if isinstance(one, VerifyTask) else None))
    return queue


def taken(queue: JobQueue, worker: int, examining: int = 0) -> Task | None:
    job = queue.take(worker, examining)
    return job.task if job is not None else None


def test_pages_come_first_then_verifications_then_second_tries_then_documents() -> None:
    page = PreviewTask(INPUT, 1)
    queue = queue_of(ORDER, AGAIN, WRITTEN, page)
    assert [taken(queue, 2) for _ in range(5)] == [page, WRITTEN, AGAIN, ORDER, None]


def test_the_writer_of_a_copy_does_something_else() -> None:
    queue = queue_of(WRITTEN, ORDER)
    assert taken(queue, 1) is ORDER
    assert taken(queue, 1) is None
    assert taken(queue, 2) is WRITTEN


def test_no_more_files_are_examined_at_a_time_than_wanted() -> None:
    queue = queue_of(ORDER, WRITTEN, jobs=1)
    assert taken(queue, 2, examining=1) is WRITTEN
    assert taken(queue, 2, examining=1) is None
    assert taken(queue, 2, examining=0) is ORDER


def test_unverified_copies_do_not_pile_up() -> None:
    queue = queue_of(*[WRITTEN] * MOST_UNVERIFIED, ORDER)
    assert taken(queue, 1) is None
    assert taken(queue, 2) is WRITTEN
    assert taken(queue, 1) is ORDER


def test_another_worker_is_started_where_only_the_writer_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = queue_of(WRITTEN, jobs=1)
    assert alone.wants_worker(1, 0)
    assert not alone.wants_worker(2, 0)
    busy = queue_of(WRITTEN, jobs=2)
    assert not busy.wants_worker(2, 1)
    now = time.monotonic()
    monkeypatch.setattr(job_queue.time, "monotonic", lambda: now + PATIENCE + 1)
    assert busy.wants_worker(2, 1)
    assert not busy.wants_worker(3, 1)
