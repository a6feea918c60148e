"""Threads meet Qt here: order, coalescing, cancelling, and a window that stays responsive."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.errors import UsageError
from app.gui.jobs import Collected, CollectFailed, Inbox, Jobs
from app.messages import Event, Finished, Found, Input, PageShown, Progress, ScanTask
from app.model import Scan
from app.options import Settings
from tests.support.gui import FakeBackend, Script, finding, picture, report

SOURCE = Input(Path("/files/shot.png"), Path("shot.png"))


def finished(job: int) -> Finished:
    return Finished(job, Scan(report(SOURCE), {}))


def drained(inbox: Inbox) -> list[object]:
    taken: list[object] = []
    while (message := inbox.take()) is not None:
        taken.append(message)
    return taken


def test_only_the_newest_progress_of_a_job_waits() -> None:
    inbox = Inbox()
    for number in range(1000):
        inbox.put(Progress(1, number / 1000, "reading"))
    inbox.put(Progress(2, 0.5, "reading"))
    inbox.put(Found(1, ()))
    inbox.put(Found(1, (finding(1),)))
    inbox.put(finished(1))
    taken = drained(inbox)
    assert [type(message) for message in taken] == [Progress, Progress, Found, Finished]
    assert taken[0] == Progress(1, 0.999, "reading")
    assert isinstance(taken[2], Found)
    assert len(taken[2].findings) == 1


def test_progress_before_the_end_never_arrives_after_it() -> None:
    inbox = Inbox()
    inbox.put(Progress(1, 0.1, "reading"))
    inbox.put(finished(1))
    assert [type(message) for message in drained(inbox)] == [Progress, Finished]


def test_the_reader_is_woken_once_until_it_has_taken_everything() -> None:
    inbox = Inbox()
    assert inbox.put(finished(1))
    assert not inbox.put(finished(2))
    inbox.take()
    assert not inbox.put(finished(3))
    drained(inbox)
    assert inbox.put(finished(4))


def test_nothing_is_taken_in_after_closing() -> None:
    inbox = Inbox()
    inbox.put(finished(1))
    inbox.close()
    assert not inbox.put(finished(2))
    assert inbox.take() is None


@pytest.fixture
def fake() -> FakeBackend:
    return FakeBackend({"shot.png": Script((finding(1),), pages=(picture(8, 8),))})


@pytest.fixture
def jobs(fake: FakeBackend, qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs(fake.backend, Settings())
    yield made
    made.close()


def test_events_arrive_in_order_in_the_window_thread(jobs: Jobs, qtbot: QtBot) -> None:
    heard: list[Event] = []
    threads: set[int] = set()

    def hear(event: Event) -> None:
        heard.append(event)
        threads.add(threading.get_ident())

    jobs.submit(ScanTask(SOURCE, previews=True), hear)
    qtbot.waitUntil(lambda: bool(heard) and isinstance(heard[-1], Finished))
    assert [type(event) for event in heard] == [Progress, PageShown, Found, Finished]
    assert threads == {threading.get_ident()}
    assert jobs.idle


def test_the_pool_starts_with_the_first_task_only(jobs: Jobs, fake: FakeBackend) -> None:
    assert fake.pools == []
    jobs.submit(ScanTask(SOURCE), lambda _: None)
    assert len(fake.pools) == 1


def test_preparing_happens_beside_the_window(fake: FakeBackend, qtbot: QtBot) -> None:
    threads: list[int] = []
    backend = replace(fake.backend, prepare=lambda: threads.append(threading.get_ident()))
    jobs = Jobs(backend, Settings())
    jobs.prepare()
    qtbot.waitUntil(lambda: len(threads) == 1)
    assert threads != [threading.get_ident()]


def test_a_forgotten_job_is_cancelled_and_not_heard(jobs: Jobs, fake: FakeBackend, qtbot: QtBot) -> None:
    fake.hold = True
    heard: list[Event] = []
    job = jobs.submit(ScanTask(SOURCE), heard.append)
    jobs.forget(job)
    qtbot.wait(120)
    assert fake.pool.cancelled == [job]
    assert heard == []
    assert jobs.idle


def test_other_settings_mean_another_pool(jobs: Jobs, fake: FakeBackend, qtbot: QtBot) -> None:
    jobs.submit(ScanTask(SOURCE), lambda _: None)
    qtbot.waitUntil(lambda: jobs.idle)
    changed = replace(Settings(), jobs=7)
    jobs.use(changed)
    assert fake.pools[0].closed
    jobs.submit(ScanTask(SOURCE), lambda _: None)
    assert fake.settings[-1] == changed


def test_closing_closes_the_pool_and_silences_it(jobs: Jobs, fake: FakeBackend, qtbot: QtBot) -> None:
    fake.hold = True
    heard: list[Event] = []
    job = jobs.submit(ScanTask(SOURCE), heard.append)
    jobs.close()
    fake.pool.emit(finished(job))
    qtbot.wait(100)
    assert fake.pool.closed
    assert heard == []


def test_a_path_that_fails_is_named_and_the_others_are_collected(qtbot: QtBot, tmp_path: Path) -> None:
    good = tmp_path / "good.txt"
    good.write_text("x")
    bad, denied = Path("/bad"), Path("/denied")

    def collect(paths: Sequence[Path]) -> Iterator[Input]:
        for path in paths:
            if path == bad:
                raise UsageError("There is no such file.", "Check the name.")
            if path == denied:
                raise PermissionError(13, "Permission denied")
            yield Input(path, Path(path.name))

    jobs = Jobs(replace(FakeBackend().backend, collect=collect), Settings())
    heard: list[Collected | CollectFailed] = []
    jobs.collect([bad, denied, good], heard.append)
    qtbot.waitUntil(lambda: bool(heard) and isinstance(heard[-1], Collected))
    failures = {each.path: each.message for each in heard if isinstance(each, CollectFailed)}
    assert failures == {
        bad: "There is no such file.",
        denied: "It could not be opened: Permission denied.",
    }
    assert heard[-1] == Collected((Input(good, Path("good.txt")),), done=True)
    jobs.close()


def test_a_flood_of_events_leaves_the_window_responsive(jobs: Jobs, fake: FakeBackend, qtbot: QtBot) -> None:
    fake.hold = True
    heard: list[Event] = []
    numbers = [jobs.submit(ScanTask(SOURCE), heard.append) for _ in range(40)]
    gaps: list[float] = []  # work of this thread between two ticks, not of the machine
    last = time.thread_time()

    def tick() -> None:
        nonlocal last
        now = time.thread_time()
        gaps.append(now - last)
        last = now

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(5)
    many = tuple(finding(n) for n in range(50))
    for job in numbers:
        flood: list[Event] = [Progress(job, n / 500, f"step {n}") for n in range(500)]
        flood += [Found(job, many[:n]) for n in range(50)]
        fake.pool.emit(*flood, finished(job))
    qtbot.waitUntil(lambda: jobs.idle, timeout=20_000)
    timer.stop()
    assert sum(isinstance(event, Finished) for event in heard) == 40
    assert len(heard) < 40 * 550 / 2, "progress is coalesced"
    assert max(gaps) < 0.7, f"the event loop stood still for {max(gaps):.2f} s"
