"""A pool of worker processes: one document each at a time, killable, replaced when dead.

A hostile file can crash, hang or bloat a worker; that ends one job with an error and nothing else.
"""

from __future__ import annotations

import pickle
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import connection
from threading import Condition, Thread, current_thread
from types import TracebackType
from typing import Final, Self

from app.errors import Cancelled, SharesafeError
from app.messages import (
    RUNNER,
    Continuation,
    Event,
    Finished,
    Found,
    Order,
    PageShown,
    Progress,
    report_so_far,
)
from app.model import ErrorInfo, RunKey, RunLabels, Scan
from app.options import Settings
from app.workers.errors import broken, could_not_start, died, out_of_memory, out_of_time
from app.workers.process import (
    Assignment,
    Broken,
    CancelJob,
    HandedOver,
    PlaceholderGiven,
    PlaceholderWanted,
    Ready,
    discard_partial,
    empty,
    memory_of,
)
from app.workers.queue import Job, JobQueue
from app.workers.slots import Slot, Slots

LOOK_INTERVAL: Final = 0.25
"""Seconds between two looks at the time and memory of busy workers."""

GRACE: Final = 0.5
"""Seconds a cancelled worker has to stop by itself, which spares loading the engines again."""


class Pool:
    """Runs tasks in worker processes and tells how they go on.

    ``on_event`` is called from one thread of the pool, in order for each job; ``Finished`` is a
    job's last event, always comes, and comes once. Findings told before a worker died are in it.
    The pool hands out the placeholders of the run (it is its ``Labels``) and holds its ``key``.

    Args:
        runner: ``module:function`` that does a task; tests pass their own.
    """

    def __init__(
        self,
        settings: Settings,
        on_event: Callable[[Event], None],
        *,
        runner: str = RUNNER,
    ) -> None:
        self.key = RunKey(secrets.token_bytes(32))
        self._settings = settings
        self._on_event = on_event
        self._hear_wake, self._wake = connection.Pipe(duplex=False)
        # Shared between threads, guarded by the condition:
        self._changed = Condition()
        self._orders: deque[Callable[[], None]] = deque()
        self._labels = RunLabels()
        self._jobs = 0
        self._unfinished = 0
        self._closed = False
        self._failure: Exception | None = None
        # The dispatcher thread's own:
        self._queue = JobQueue(settings.jobs)
        self._slots = Slots(settings, self.key, runner)
        self._next_look = 0.0
        self._thread = Thread(target=self._dispatch, name="worker pool", daemon=True)
        self._thread.start()

    # --- for other threads --------------------------------------------------------------------

    def submit(self, task: Order) -> int:
        """Queues a task and returns its job number. Previews go before everything else."""
        with self._changed:
            if self._closed:
                raise RuntimeError("the pool is closed")
            self._jobs += 1
            self._unfinished += 1
            job = self._jobs
            self._order(lambda: self._queue.add(Job(job, task)))
        return job

    def cancel(self, job: int) -> None:
        """Ends a job as soon as possible; does nothing when it is over."""
        with self._changed:
            self._order(lambda: self._cancel(job))

    def cancel_all(self) -> None:
        with self._changed:
            self._order(self._cancel_all)

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until every job is over; False when ``timeout`` seconds passed before.

        Raises:
            Exception: what ``on_event`` raised; every job was cancelled then.
        """
        end = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while self._unfinished and self._thread.is_alive():
                left = LOOK_INTERVAL if end is None else min(LOOK_INTERVAL, end - time.monotonic())
                if left <= 0:
                    return False
                self._changed.wait(left)  # in short pieces: on Windows, Ctrl+C does not end a wait
            if self._failure is not None:
                raise self._failure
        return True

    def close(self) -> None:
        """Kills all workers, ends what is unfinished as cancelled, removes temporary files."""
        with self._changed:
            self._order(lambda: None)
            self._closed = True
        if current_thread() is not self._thread:
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def placeholder(self, label: str, fingerprint: str) -> str:
        """See ``app.model.Labels``."""
        with self._changed:
            return self._labels.placeholder(label, fingerprint)

    def _order(self, order: Callable[[], None]) -> None:
        """Hands work to the dispatcher; one wake-up is enough for all that piles up."""
        if self._closed:
            return
        if not self._orders:
            self._wake.send_bytes(b"!")
        self._orders.append(order)

    # --- the dispatcher thread ----------------------------------------------------------------

    def _dispatch(self) -> None:
        try:
            while not self._closed:
                self._assign()
                self._listen()
                if time.monotonic() >= self._next_look:
                    self._next_look = time.monotonic() + LOOK_INTERVAL
                    self._look()
        except Exception as error:  # noqa: BLE001 - wait() raises it; nobody shall wait for ever
            self._failure = error
        finally:
            self._shut_down()

    def _listen(self) -> None:
        """Waits for something to happen and takes one message from everyone who has one."""
        pause = max(0.0, self._next_look - time.monotonic()) if self._slots.busy() else None
        ends = [slot.process.sentinel for slot in self._slots]
        ready = connection.wait([self._hear_wake, *(slot.pipe for slot in self._slots), *ends], pause)
        if self._hear_wake in ready:
            self._hear_wake.recv_bytes()
            self._obey()
        for slot in self._slots:
            if slot.pipe in ready or slot.process.sentinel in ready:
                self._hear(slot)

    def _obey(self) -> None:
        with self._changed:
            orders = list(self._orders)
            self._orders.clear()
        for order in orders:
            order()

    def _assign(self) -> None:
        """Gives waiting jobs to idle workers, or to new ones while there may be more."""
        slots, queue = self._slots, self._queue
        for slot in slots.idle():
            self._give(slot)
        while queue.wants_worker(len(slots), slots.examining()) or slots.lack_verifier():
            try:
                self._give(slots.start())
            except OSError as error:
                if not slots.busy():  # nobody is left who could do it later
                    self._fail_all(could_not_start(error.strerror))
                return

    def _give(self, slot: Slot) -> None:
        """Gives an idle worker the next job that it may do, if any."""
        job = self._queue.take(slot.number, self._slots.examining())
        if job is not None:
            slot.job, slot.deadline = job, None
            slot.begun = time.monotonic() - job.spent
            if slot.listening:
                self._send(slot, Assignment(job.number, job.task))

    def _fail_all(self, error: SharesafeError) -> None:
        for number in self._queue:
            if (job := self._queue.remove(number)) is not None:
                self._finish(job, error)

    def _hear(self, slot: Slot) -> None:
        try:
            message = slot.pipe.recv() if slot.pipe.poll() else None
        except (EOFError, OSError, pickle.UnpicklingError):
            message = None
        match message:
            case None:  # it ended, and everything it said was heard
                self._retire_dead(slot)
            case Ready():
                slot.listening = True
                if slot.job is not None:
                    self._send(slot, Assignment(slot.job.number, slot.job.task))
            case PlaceholderWanted(label, fingerprint):
                self._send(slot, PlaceholderGiven(self.placeholder(label, fingerprint)))
            case Broken(memory=True):
                self._retire(slot, out_of_memory(self._settings.memory))
            case Broken(_, kind, place):
                self._retire(slot, broken(kind, place))
            case Found(_, findings):
                if slot.job is not None:
                    slot.job.findings = findings
                self._tell(message)
            case Progress() | PageShown():
                self._tell(message)
            case HandedOver(_, task):
                self._hand_over(slot, task)
            case Finished(job, scan):
                slot.job = None
                empty(slot.folder)
                self._finished(Finished(job, scan))

    def _hand_over(self, slot: Slot, task: Continuation) -> None:
        job = slot.job
        if job is None:
            return
        slot.job = None
        empty(slot.folder)
        job.task, job.spent, job.writer = task, time.monotonic() - slot.begun, slot.number
        if slot.deadline is not None:
            self._finish(job, Cancelled())
        else:
            self._queue.add(job)

    def _send(self, slot: Slot, message: Assignment | CancelJob | PlaceholderGiven) -> None:
        try:
            slot.pipe.send(message)
        except OSError:
            self._retire_dead(slot)

    def _cancel(self, number: int) -> None:
        if (job := self._queue.remove(number)) is not None:
            self._finish(job, Cancelled())
        for slot, busy in self._slots.busy():
            if busy.number == number and slot.deadline is None:
                slot.deadline = time.monotonic() + GRACE
                if slot.listening:
                    self._send(slot, CancelJob(number))

    def _cancel_all(self) -> None:
        for number in [*self._queue, *(job.number for _, job in self._slots.busy())]:
            self._cancel(number)

    def _look(self) -> None:
        """Stops workers that are out of grace, time or memory."""
        busy = [slot for slot, _ in self._slots.busy()]
        used = memory_of([slot.process.pid or 0 for slot in busy]) if busy else {}
        now = time.monotonic()
        for slot in busy:
            if slot.deadline is not None and now >= slot.deadline:
                self._retire(slot, Cancelled())
            elif now - slot.begun > self._settings.timeout:
                self._retire(slot, out_of_time(self._settings.timeout))
            elif used.get(slot.process.pid or 0, 0) > self._settings.memory * 1024 * 1024:
                self._retire(slot, out_of_memory(self._settings.memory))

    def _retire(self, slot: Slot, error: SharesafeError) -> None:
        """Ends a worker with all it started and left behind, and its job with ``error``."""
        if slot not in self._slots:
            return
        self._slots.end(slot)
        if slot.job is not None:
            self._finish(slot.job, error if slot.deadline is None else Cancelled())

    def _retire_dead(self, slot: Slot) -> None:
        slot.process.join(GRACE)
        self._retire(slot, died(slot.process.exitcode))

    def _finish(self, job: Job, error: SharesafeError) -> None:
        """Ends a job that no worker does any more, and removes its file in the making."""
        discard_partial(job.task)
        known = report_so_far(job.task)
        report = replace(known, findings=job.findings or known.findings, error=ErrorInfo.of(error))
        scan = (
            replace(job.task.found, report=report) if isinstance(job.task, Continuation) else Scan(report, {})
        )
        self._finished(Finished(job.number, scan))

    def _finished(self, event: Finished) -> None:
        self._tell(event)
        with self._changed:
            self._unfinished -= 1
            self._changed.notify_all()

    def _tell(self, event: Event) -> None:
        if self._failure is not None:
            return
        try:
            self._on_event(event)
        except Exception as error:  # noqa: BLE001 - wait() raises it
            with self._changed:
                self._failure = error
            self.cancel_all()

    def _shut_down(self) -> None:
        with self._changed:
            self._closed = True
        self._obey()
        for slot in self._slots:
            self._retire(slot, Cancelled())
        self._cancel_all()
        self._hear_wake.close()
        self._slots.close()
