"""Where threads meet Qt, and the only place: one signal carries everything into the window's thread."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.errors import SharesafeError
from app.gui.backend import Backend, Pool
from app.messages import Event, Finished, Found, Input, Order, Progress
from app.options import Settings

DRAIN_MS: Final = 25
"""How long events gather before the window takes them: 40 times a second is smooth enough."""

SLICE_S: Final = 0.012
"""How long the window works on events before it looks after the user again."""

COLLECT_BATCH: Final = 64


@dataclass(frozen=True, slots=True)
class Collected:
    """Files that dropped or chosen paths mean; ``done`` marks the last batch of a search."""

    inputs: tuple[Input, ...]
    done: bool = False


@dataclass(frozen=True, slots=True)
class CollectFailed:
    """A path that could not be looked into, and what to do about it."""

    path: Path
    message: str
    next_step: str


Message = Event | Collected | CollectFailed
Handler = Callable[[Event], None]


class Inbox:
    """Messages between the threads, in order; progress and finding lists keep only the newest per job."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Message] = deque()
        self._newest: dict[tuple[type, int], Progress | Found] = {}
        self._awake = False
        self._closed = False

    def put(self, message: Message) -> bool:
        """Adds a message; True when the reader has to be woken."""
        with self._lock:
            if self._closed:
                return False
            if isinstance(message, Progress | Found):
                key = (type(message), message.job)
                if key not in self._newest:
                    self._waiting.append(message)
                self._newest[key] = message
            else:
                self._waiting.append(message)
            wake, self._awake = not self._awake, True
            return wake

    def take(self) -> Message | None:
        """The oldest message, or None; after None the next ``put`` wakes the reader again."""
        with self._lock:
            if not self._waiting:
                self._awake = False
                return None
            message = self._waiting.popleft()
            if isinstance(message, Progress | Found):
                return self._newest.pop((type(message), message.job))
            return message

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._waiting.clear()
            self._newest.clear()


class Jobs(QObject):
    """Hands tasks to the pool and its events to whoever asked, in the window's thread.

    The pool starts with the first task, so that the window shows at once.
    """

    _crossed = Signal(object)

    def __init__(self, backend: Backend, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._backend = backend
        self._settings = settings
        self._pool: Pool | None = None
        self._handlers: dict[int, Handler] = {}
        self._on_collected: Callable[[Collected | CollectFailed], None] = lambda _: None
        self._inbox = Inbox()
        self._stop = threading.Event()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._drain)
        self._crossed.connect(self._gather, Qt.ConnectionType.QueuedConnection)

    # --- work ---

    def submit(self, task: Order, handler: Handler) -> int:
        """Starts a task; ``handler`` receives its events, the last of which is ``Finished``."""
        if self._pool is None:
            self._pool = self._backend.pool(self._settings, self._post)
        job = self._pool.submit(task)
        self._handlers[job] = handler
        return job

    def prepare(self) -> None:
        """Loads what the first task will need, beside the window's own work."""
        threading.Thread(target=self._backend.prepare, name="prepare", daemon=True).start()

    def cancel(self, job: int) -> None:
        """Stops a job; its handler still hears ``Finished``."""
        if self._pool is not None and job in self._handlers:
            self._pool.cancel(job)

    def forget(self, job: int) -> None:
        """Stops a job whose result nobody wants any more."""
        if self._pool is not None and self._handlers.pop(job, None) is not None:
            self._pool.cancel(job)

    @property
    def idle(self) -> bool:
        return not self._handlers

    def use(self, settings: Settings) -> None:
        """Works with other settings from the next task on; call it only while idle."""
        self._settings = settings
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def collect(self, paths: Sequence[Path], receive: Callable[[Collected | CollectFailed], None]) -> None:
        """Looks for files below ``paths`` without holding up the window."""
        self._on_collected = receive
        threading.Thread(target=self._collect, args=(tuple(paths),), name="collect", daemon=True).start()

    def close(self) -> None:
        """Stops everything; no handler is called afterwards."""
        self._stop.set()
        self._inbox.close()
        self._timer.stop()
        self._handlers.clear()
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    # --- other threads ---

    def _post(self, message: Message) -> None:
        if self._inbox.put(message):
            self._crossed.emit(None)

    def _collect(self, paths: Sequence[Path]) -> None:
        batch: list[Input] = []
        for path in paths:
            try:
                for found in self._backend.collect([path]):
                    batch.append(found)
                    if self._stop.is_set():
                        return
                    if len(batch) >= COLLECT_BATCH:
                        self._post(Collected(tuple(batch)))
                        batch.clear()
            except SharesafeError as error:
                self._post(CollectFailed(path, error.message, error.next_step))
            except OSError as error:
                reason = error.strerror or "input/output error"
                self._post(
                    CollectFailed(path, f"It could not be opened: {reason}.", "Check its permissions.")
                )
        self._post(Collected(tuple(batch), done=True))

    # --- the window's thread ---

    def _gather(self, _: object) -> None:
        self._timer.start(DRAIN_MS)

    def _drain(self) -> None:
        end = time.monotonic() + SLICE_S
        while (message := self._inbox.take()) is not None:
            self._hand_over(message)
            if time.monotonic() > end:
                self._timer.start(0)
                return

    def _hand_over(self, message: Message) -> None:
        if isinstance(message, Collected | CollectFailed):
            self._on_collected(message)
            return
        handler = self._handlers.get(message.job)
        if isinstance(message, Finished):
            self._handlers.pop(message.job, None)
        if handler is not None:
            handler(message)
