"""Jobs, their events, and the way they are cancelled."""

from __future__ import annotations

import multiprocessing.context
from pathlib import Path

import pytest

from app.messages import Event, Finished, Found, Input, PageShown, PreviewTask, Progress
from app.model import PlainText, State
from app.options import Settings
from app.workers.pool import Pool
from app.workers.slots import Slots
from tests.workers.observing import Log, pool, task


def test_a_job_tells_its_progress_findings_and_end_in_order() -> None:
    log = Log()
    with pool(log) as opened:
        job = opened.submit(task("fine.txt", "x"))
        assert opened.wait(20)
    assert [type(event) for event in log.of(job)] == [Progress, Found, Finished]
    assert log.finished(job).scan.report.state is State.FINDINGS
    assert log.finished(job).scan.values["f1"].reveal() == "x"


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
    def break_down(_: Slots) -> None:
        raise LookupError("bug")

    with pool(Log()) as opened:
        monkeypatch.setattr(Slots, "start", break_down)
        opened.submit(task("fine.txt"))
        with pytest.raises(LookupError, match="bug"):
            opened.wait(20)


def test_a_missing_runner_is_a_failure_not_a_hang() -> None:
    log = Log()
    with Pool(Settings(jobs=1), log, runner="app.errors:nothing") as opened:
        job = opened.submit(task("fine.txt"))
        assert opened.wait(20)
    assert log.code(job) == "worker-died"
