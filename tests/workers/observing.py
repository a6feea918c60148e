"""What the tests of the workers watch them with."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from app.messages import Event, Finished, Input, ScanTask
from app.options import Settings
from app.workers.pool import Pool
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


def soon(true: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether something becomes true within some time."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def pool(log: Callable[[Event], None], **options: int) -> Iterator[Pool]:
    settings = Settings(**{"jobs": 1, "memory": 1024, **options})  # type: ignore[arg-type]
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
