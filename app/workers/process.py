"""The inside of a worker process: one document at a time, nothing printed, nothing left behind.

The process lives in its own session so that it and its helpers (a running ``tesseract``) can be
killed together. It ends, and takes its temporary folder along, when the parent is gone.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import deque
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Final, Protocol, cast

import psutil

from app import partial_files
from app.errors import Cancelled
from app.messages import Continuation, Event, Finished, Found, PageShown, Progress, RedactTask, Task
from app.model import Finding, Labels, Preview, RunKey, Scan
from app.options import Settings

OWN_PACKAGES: Final = ("app", "ocr", "detectors", "resources")

PROGRESS_INTERVAL: Final = 0.05
"""Seconds; progress is told no more often than a person can follow."""

MOST_HANDED_OVER: Final = 64
"""Tasks that a worker remembers to have handed over, for removing their files when everything ends."""

HEADROOM: Final = 2048
"""MiB a worker may map beyond its memory limit: engines reserve more than they touch."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a worker is born with.

    Attributes:
        runner: ``module:function`` with the signature of ``app.pipeline.run_step``.
        folder: the worker's own, private, empty folder for temporary files.
    """

    settings: Settings
    key: RunKey
    runner: str
    folder: str


# --- messages between the pool and a worker, besides the events -----------------------------------


@dataclass(frozen=True, slots=True)
class Assignment:
    """Parent to worker: the next job."""

    job: int
    task: Task


@dataclass(frozen=True, slots=True)
class CancelJob:
    """Parent to worker: stop at the next step."""

    job: int


@dataclass(frozen=True, slots=True)
class PlaceholderGiven:
    """Parent to worker: the answer to ``PlaceholderWanted``."""

    text: str


@dataclass(frozen=True, slots=True)
class Ready:
    """Worker to parent: started, listening."""


@dataclass(frozen=True, slots=True)
class PlaceholderWanted:
    """Worker to parent: which placeholder does this value have in this run?"""

    label: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Worker to parent: this is done; what is left another worker has to do."""

    job: int
    task: Continuation


@dataclass(frozen=True, slots=True)
class Broken:
    """Worker to parent: an unexpected exception ended the job; the worker ends too.

    Attributes:
        kind: name of the exception's class, never its message, which may quote the document.
        place: ``module:line`` in our own code.
        memory: whether it was a lack of memory.
    """

    job: int
    kind: str
    place: str
    memory: bool


class Runner(Protocol):
    def __call__(
        self, task: Task, settings: Settings, key: RunKey, labels: Labels, listener: Listener
    ) -> Scan | Continuation: ...


def main(connection: Connection, start: Start) -> None:
    """Serves jobs until the parent hangs up; the target of ``multiprocessing.Process``."""
    contain(start)
    link = _Link(connection, start.folder)
    threading.Thread(target=link.listen, name="parent", daemon=True).start()
    link.send(Ready())
    while _served(link.assignments.get(), link, start):
        pass


def _served(assignment: Assignment, link: _Link, start: Start) -> bool:
    """Does one job; False when this process cannot be trusted with another one."""
    link.task = assignment.task
    try:
        done = runner(start.runner)(
            assignment.task, start.settings, start.key, link, Listener(link, assignment.job)
        )
    except Exception as error:  # noqa: BLE001 - whatever a hostile file provokes is contained here
        memory = isinstance(error, MemoryError)
        link.send(Broken(assignment.job, type(error).__name__, own_place(error), memory))
        return False
    if isinstance(done, Scan):
        link.send(Finished(assignment.job, done))
    else:
        link.handed_over.append(done)
        link.send(HandedOver(assignment.job, done))
    return True


def runner(path: str) -> Runner:
    """The function at ``module:function``."""
    module, _, name = path.partition(":")
    return cast("Runner", getattr(importlib.import_module(module), name))


def own_place(error: BaseException) -> str:
    """``module:line`` of the last frame in our own code; names and numbers only, no values."""
    places = [
        f"{name}:{line}"
        for frame, line in traceback.walk_tb(error.__traceback__)
        if (name := str(frame.f_globals.get("__name__", ""))).partition(".")[0] in OWN_PACKAGES
    ]
    return places[-1] if places else "unknown place"


class Listener:
    """Tells the parent how a job goes on; see ``app.pipeline.Listener``."""

    def __init__(self, link: _Link, job: int) -> None:
        self._link = link
        self._job = job
        self._note = ""
        self._told = 0.0

    def progress(self, fraction: float, note: str) -> None:
        if self._link.cancelled == self._job:
            raise Cancelled
        now = time.monotonic()
        if note != self._note or now - self._told >= PROGRESS_INTERVAL:
            self._note, self._told = note, now
            self._link.send(Progress(self._job, fraction, note))

    def found(self, findings: tuple[Finding, ...]) -> None:
        self._link.send(Found(self._job, findings))

    def page(self, page: int, preview: Preview, *, redacted: bool) -> None:
        self._link.send(PageShown(self._job, page, preview, redacted))


@dataclass(slots=True)
class _Link:
    """The worker's end of the pipe; also the ``Labels`` of its documents."""

    connection: Connection
    folder: str
    assignments: SimpleQueue[Assignment] = field(default_factory=SimpleQueue)
    placeholders: SimpleQueue[str] = field(default_factory=SimpleQueue)
    cancelled: int | None = None
    task: Task | None = None
    handed_over: deque[Continuation] = field(default_factory=lambda: deque(maxlen=MOST_HANDED_OVER))

    def listen(self) -> None:
        """Sorts what the parent says; runs in a thread of its own so that cancelling is heard at once."""
        try:
            while True:
                match self.connection.recv():
                    case Assignment() as assignment:
                        self.assignments.put(assignment)
                    case PlaceholderGiven(text):
                        self.placeholders.put(text)
                    case CancelJob(job):
                        self.cancelled = job
        except (EOFError, OSError):
            self.vanish()

    def send(self, message: Event | Ready | PlaceholderWanted | HandedOver | Broken) -> None:
        try:
            self.connection.send(message)
        except OSError:
            self.vanish()

    def placeholder(self, label: str, fingerprint: str) -> str:
        self.send(PlaceholderWanted(label, fingerprint))
        return self.placeholders.get()

    def vanish(self) -> None:
        """The parent is gone: ends this process and its helpers, unfinished files first."""
        clean_up(self.folder, self.task)
        for task in list(self.handed_over):
            discard_partial(task)
        with contextlib.suppress(OSError):
            Path(self.folder).parent.rmdir()
        kill_tree(os.getpid())


# --- containment ----------------------------------------------------------------------------------


def contain(start: Start) -> None:
    """Makes this process killable as a whole, silent, single-threaded in its libraries, and bounded.

    Must run before any engine is imported: their thread pools read the environment once.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    _mute()
    os.environ.update(OMP_NUM_THREADS="1", OMP_THREAD_LIMIT="1")
    # XDG_RUNTIME_DIR as well: it is the first place that ocr.private_folder looks at.
    os.environ.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP", "XDG_RUNTIME_DIR"), start.folder))
    tempfile.tempdir = None
    if sys.platform != "win32":
        import resource

        os.setsid()
        # A core dump holds the document. On Linux a limit of 1, unlike 0, also stops dumps that are
        # piped to a collector (fs/coredump.c); it is less than any core file needs.
        core = 1 if sys.platform == "linux" else 0
        resource.setrlimit(resource.RLIMIT_CORE, (core, core))
        if sys.platform == "linux":
            # Between two looks of the parent a file could claim all memory. RLIMIT_AS would count
            # mapped models and libraries; RLIMIT_DATA counts what is private and writable.
            limit = (start.settings.memory + HEADROOM) * 1024 * 1024
            _, allowed = resource.getrlimit(resource.RLIMIT_DATA)
            limit = limit if allowed == resource.RLIM_INFINITY else min(limit, allowed)
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _mute() -> None:
    """Sends everything that this process, its libraries and helpers print to nowhere."""
    faulthandler.disable()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        with contextlib.suppress(OSError):  # a windowed program has none
            os.dup2(nowhere, descriptor)
    os.close(nowhere)
    sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - open as long as the process lives
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def clean_up(folder: str, task: Task | None) -> None:
    """Removes what a worker leaves behind when it is stopped in the middle of ``task``."""
    shutil.rmtree(folder, ignore_errors=True)
    discard_partial(task)


def discard_partial(task: Task | None) -> None:
    """Removes the file in the making of a task that nobody will go on with."""
    if isinstance(task, Continuation):
        task = task.order
    if isinstance(task, RedactTask):
        partial_files.discard_token(task.target.parent, task.token)


def empty(folder: str) -> None:
    """Removes everything in a worker's temporary folder, but not the folder."""
    for path in Path(folder).iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink()


def kill_tree(pid: int) -> None:
    """Kills a process and everything it started, without giving it a chance to object."""
    with contextlib.suppress(psutil.Error):
        for helper in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                helper.kill()
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(psutil.Error):  # also where it has no group of its own yet
        psutil.Process(pid).kill()


def memory_of(pids: list[int]) -> dict[int, int]:
    """Bytes of resident memory of each of our worker processes together with all it started."""
    used = dict.fromkeys(pids, 0)
    parents: dict[int, int] = {}
    sizes: dict[int, int] = {}
    for process in psutil.Process().children(recursive=True):
        try:
            parents[process.pid] = process.ppid()
            sizes[process.pid] = process.memory_info().rss
        except psutil.Error:
            continue
    for pid, size in sizes.items():
        owner: int | None = pid
        while owner is not None and owner not in used:
            owner = parents.get(owner)
        if owner is not None:
            used[owner] += size
    return used
