"""A pool of worker processes: one document each at a time, killable, replaced when dead.

A hostile file can crash, hang or bloat a worker; that ends one job with an error and nothing else.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import secrets
import shutil
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path
from threading import Condition, Thread, current_thread
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from app.errors import Cancelled, SharesafeError
from app.messages import RUNNER, Event, Finished, Found, PageShown, PreviewTask, Progress, Task
from app.model import ErrorInfo, Finding, RunKey, RunLabels, Scan, ScanReport
from app.options import Settings
from app.worker_errors import broken, could_not_start, died, out_of_memory, out_of_time
from app.worker_process import (
    Assignment,
    Broken,
    CancelJob,
    PlaceholderGiven,
    PlaceholderWanted,
    Ready,
    Start,
    clean_up,
    empty,
    kill_tree,
    main,
    memory_of,
)
from ocr import private_folder

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

LOOK_INTERVAL: Final = 0.25
"""Seconds between two looks at the time and memory of busy workers."""

GRACE: Final = 0.5
"""Seconds a cancelled worker has to stop by itself, which spares loading the engines again."""

LAST_BREATH: Final = 10.0
"""Seconds to wait for the system to remove a killed process."""


@dataclass(slots=True)
class _Slot:
    """One worker process and what it is doing; touched by the dispatcher thread only."""

    process: SpawnProcess
    pipe: Connection
    folder: str
    listening: bool = False
    job: int | None = None
    task: Task | None = None
    begun: float = 0.0
    deadline: float | None = None  # when a cancelled job is given up waiting for
    findings: tuple[Finding, ...] = ()


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
        self._runner = runner
        self._context = multiprocessing.get_context("spawn")
        self._hear_wake, self._wake = self._context.Pipe(duplex=False)
        # Shared between threads, guarded by the condition:
        self._changed = Condition()
        self._orders: deque[Callable[[], None]] = deque()
        self._labels = RunLabels()
        self._jobs = 0
        self._unfinished = 0
        self._closed = False
        self._failure: Exception | None = None
        # The dispatcher thread's own:
        self._urgent: dict[int, Task] = {}
        self._waiting: dict[int, Task] = {}
        self._slots: list[_Slot] = []
        self._folder: Path | None = None
        self._next_look = 0.0
        self._thread = Thread(target=self._dispatch, name="worker pool", daemon=True)
        self._thread.start()

    # --- for other threads --------------------------------------------------------------------

    def submit(self, task: Task) -> int:
        """Queues a task and returns its job number. Previews go before everything else."""
        with self._changed:
            if self._closed:
                raise RuntimeError("the pool is closed")
            self._jobs += 1
            self._unfinished += 1
            job = self._jobs
            self._order(lambda: self._enqueue(job, task))
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
        pause = max(0.0, self._next_look - time.monotonic()) if self._busy() else None
        ends = [slot.process.sentinel for slot in self._slots]
        ready = connection.wait([self._hear_wake, *(slot.pipe for slot in self._slots), *ends], pause)
        if self._hear_wake in ready:
            self._hear_wake.recv_bytes()
            self._obey()
        for slot in list(self._slots):
            if slot.pipe in ready or slot.process.sentinel in ready:
                self._hear(slot)

    def _obey(self) -> None:
        with self._changed:
            orders = list(self._orders)
            self._orders.clear()
        for order in orders:
            order()

    def _busy(self) -> list[_Slot]:
        return [slot for slot in self._slots if slot.job is not None]

    def _enqueue(self, job: int, task: Task) -> None:
        (self._urgent if isinstance(task, PreviewTask) else self._waiting)[job] = task

    def _assign(self) -> None:
        """Gives waiting jobs to idle workers, or to new ones while there may be more."""
        while queue := self._urgent or self._waiting:
            slot = next((slot for slot in self._slots if slot.job is None), None)
            if slot is None and len(self._slots) >= self._settings.jobs:
                return
            job = next(iter(queue))
            task = queue.pop(job)
            try:
                slot = slot or self._start()
            except OSError as error:
                self._finish(job, task, (), could_not_start(error.strerror))
                continue
            slot.job, slot.task, slot.findings, slot.deadline = job, task, (), None
            slot.begun = time.monotonic()
            if slot.listening:
                self._send(slot, Assignment(job, task))

    def _start(self) -> _Slot:
        if self._folder is None:
            private_folder.sweep()  # what a parent that was killed could not remove
            prefix = f"{private_folder.PREFIX}{os.getpid()}-"
            self._folder = Path(tempfile.mkdtemp(prefix=prefix, dir=private_folder.root()))
        folder = tempfile.mkdtemp(dir=self._folder)
        ours, theirs = self._context.Pipe()
        start = Start(self._settings, self.key, self._runner, folder)
        process = self._context.Process(target=main, args=(theirs, start), daemon=True)
        try:
            process.start()
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        slot = _Slot(process, ours, folder)
        self._slots.append(slot)
        return slot

    def _hear(self, slot: _Slot) -> None:
        try:
            message = slot.pipe.recv() if slot.pipe.poll() else None
        except (EOFError, OSError, pickle.UnpicklingError):
            message = None
        match message:
            case None:  # it ended, and everything it said was heard
                self._retire_dead(slot)
            case Ready():
                slot.listening = True
                if slot.job is not None and slot.task is not None:
                    self._send(slot, Assignment(slot.job, slot.task))
            case PlaceholderWanted(label, fingerprint):
                self._send(slot, PlaceholderGiven(self.placeholder(label, fingerprint)))
            case Broken(memory=True):
                self._retire(slot, out_of_memory(self._settings.memory))
            case Broken(_, kind, place):
                self._retire(slot, broken(kind, place))
            case Found(_, findings):
                slot.findings = findings
                self._tell(message)
            case Progress() | PageShown():
                self._tell(message)
            case Finished(job, scan):
                slot.job = slot.task = None
                empty(slot.folder)
                self._finished(Finished(job, scan))

    def _send(self, slot: _Slot, message: Assignment | CancelJob | PlaceholderGiven) -> None:
        try:
            slot.pipe.send(message)
        except OSError:
            self._retire_dead(slot)

    def _cancel(self, job: int) -> None:
        for queue in (self._urgent, self._waiting):
            if (task := queue.pop(job, None)) is not None:
                self._finish(job, task, (), Cancelled())
        for slot in self._busy():
            if slot.job == job and slot.deadline is None:
                slot.deadline = time.monotonic() + GRACE
                if slot.listening:
                    self._send(slot, CancelJob(job))

    def _cancel_all(self) -> None:
        running = [slot.job for slot in self._busy()]
        for job in [*self._urgent, *self._waiting, *running]:
            if job is not None:
                self._cancel(job)

    def _look(self) -> None:
        """Stops workers that are out of grace, time or memory."""
        busy = self._busy()
        used = memory_of([slot.process.pid or 0 for slot in busy]) if busy else {}
        now = time.monotonic()
        for slot in busy:
            if slot.deadline is not None and now >= slot.deadline:
                self._retire(slot, Cancelled())
            elif now - slot.begun > self._settings.timeout:
                self._retire(slot, out_of_time(self._settings.timeout))
            elif used.get(slot.process.pid or 0, 0) > self._settings.memory * 1024 * 1024:
                self._retire(slot, out_of_memory(self._settings.memory))

    def _retire(self, slot: _Slot, error: SharesafeError) -> None:
        """Ends a worker with all it started and left behind, and its job with ``error``."""
        if slot not in self._slots:
            return
        self._slots.remove(slot)
        pid = slot.process.pid or 0
        kill_tree(pid)
        slot.pipe.close()
        slot.process.join(LAST_BREATH)
        if not slot.process.is_alive():
            slot.process.close()
        clean_up(pid, slot.folder, slot.task)
        if slot.job is not None and slot.task is not None:
            if slot.deadline is not None:
                error = Cancelled()
            self._finish(slot.job, slot.task, slot.findings, error)

    def _retire_dead(self, slot: _Slot) -> None:
        slot.process.join(GRACE)
        self._retire(slot, died(slot.process.exitcode))

    def _finish(self, job: int, task: Task, findings: tuple[Finding, ...], error: SharesafeError) -> None:
        """Ends a job whose worker cannot do it any more."""
        report = ScanReport(
            task.input.path,
            task.input.relative,
            sha256="",
            format="unknown",
            platform=None,
            pages=0,
            findings=findings,
            error=ErrorInfo.of(error),
        )
        self._finished(Finished(job, Scan(report, {})))

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
        for slot in list(self._slots):
            self._retire(slot, Cancelled())
        self._cancel_all()
        self._hear_wake.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
