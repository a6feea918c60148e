"""What is to be done next, and by which worker: nobody verifies what they have written.

Pages that somebody waits for come first, then verifications, so that few unverified copies lie about, then
copies that have to be written again, then the next document.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from app.messages import PreviewTask, Task, VerifyTask, WriteTask
from app.model import Finding

MOST_UNVERIFIED: Final = 8
"""Written copies that may wait for their verification before no further document is begun."""

PATIENCE: Final = 30.0
"""Seconds a written copy waits for one of the workers before another one is started for it."""


@dataclass(slots=True)
class Job:
    """One order on its way through the workers.

    Attributes:
        task: what is to be done next.
        findings: what a worker has told so far.
        writer: the worker that wrote the copy to be verified.
        spent: seconds that workers have worked on it.
        since: when it began to wait.
    """

    number: int
    task: Task
    findings: tuple[Finding, ...] = ()
    writer: int | None = None
    spent: float = 0.0
    since: float = field(default_factory=time.monotonic)

    @property
    def examines(self) -> bool:
        """Whether it counts as a file that is being examined."""
        return not isinstance(self.task, PreviewTask | VerifyTask)


class JobQueue:
    """Waiting jobs.

    Args:
        jobs: how many files may be examined at the same time.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._previews: dict[int, Job] = {}
        self._written: dict[int, Job] = {}
        self._again: dict[int, Job] = {}
        self._orders: dict[int, Job] = {}
        self._lanes = (self._previews, self._written, self._again, self._orders)

    def __iter__(self) -> Iterator[int]:
        return iter([number for lane in self._lanes for number in lane])

    def add(self, job: Job) -> None:
        match job.task:
            case PreviewTask():
                lane = self._previews
            case VerifyTask():
                lane = self._written
            case WriteTask():
                lane = self._again
            case _:
                lane = self._orders
        job.since = time.monotonic()
        lane[job.number] = job

    def remove(self, number: int) -> Job | None:
        for lane in self._lanes:
            if number in lane:
                return lane.pop(number)
        return None

    def take(self, worker: int, examining: int) -> Job | None:
        """The next job for an idle worker.

        Args:
            examining: how many others examine a file right now.
        """
        job = next(iter(self._previews.values()), None)
        job = job or next((one for one in self._written.values() if one.writer != worker), None)
        if job is None and examining < self._jobs:
            job = next(iter(self._again.values()), None)
            if job is None and len(self._written) < MOST_UNVERIFIED:
                job = next(iter(self._orders.values()), None)
        if job is not None:
            self.remove(job.number)
        return job

    def wants_worker(self, workers: int, examining: int) -> bool:
        """Whether another worker should be started for what the idle ones could not take.

        Verifying takes one more than examining where all others would verify their own copies.
        """
        if self._previews or self._written:
            waiting = min((job.since for job in self._written.values()), default=time.monotonic())
            patient = time.monotonic() - waiting < PATIENCE
            return workers < self._jobs or (workers <= self._jobs and (workers == 1 or not patient))
        return bool(self._again or self._orders) and workers < self._jobs and examining < self._jobs
