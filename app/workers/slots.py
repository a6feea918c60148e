"""The worker processes of a pool: started, ended with all that they started, and their folders removed."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.messages import RedactTask
from app.model import RunKey
from app.options import Settings
from app.workers.process import Start, kill_tree, main
from app.workers.queue import Job
from ocr import private_folder

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

LAST_BREATH: Final = 10.0
"""Seconds to wait for the system to remove a killed process."""


@dataclass(slots=True)
class Slot:
    """One worker process and what it is doing; touched by the dispatcher thread only.

    Attributes:
        deadline: when a cancelled job is given up waiting for.
    """

    number: int
    process: SpawnProcess
    pipe: Connection
    folder: str
    listening: bool = False
    job: Job | None = None
    begun: float = 0.0
    deadline: float | None = None


class Slots:
    """All of them.

    Args:
        runner: see ``Pool``.
    """

    def __init__(self, settings: Settings, key: RunKey, runner: str) -> None:
        self._settings = settings
        self._key = key
        self._runner = runner
        self._context = multiprocessing.get_context("spawn")
        self._all: list[Slot] = []
        self._started = 0
        self._folder: Path | None = None

    def __iter__(self) -> Iterator[Slot]:
        return iter(list(self._all))

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, slot: object) -> bool:
        return slot in self._all

    def idle(self) -> list[Slot]:
        return [slot for slot in self._all if slot.job is None]

    def busy(self) -> list[tuple[Slot, Job]]:
        return [(slot, slot.job) for slot in self._all if slot.job is not None]

    def examining(self) -> int:
        """How many of them examine a file."""
        return sum(job.examines for _, job in self.busy())

    def lack_verifier(self) -> bool:
        """Whether the only one writes a copy: who is to verify it can start up meanwhile."""
        return len(self._all) == 1 and any(isinstance(job.task, RedactTask) for _, job in self.busy())

    def start(self) -> Slot:
        """Starts another worker.

        Raises:
            OSError: the system refuses.
        """
        if self._folder is None:
            private_folder.sweep()  # what a parent that was killed could not remove
            prefix = f"{private_folder.PREFIX}{os.getpid()}-"
            self._folder = Path(tempfile.mkdtemp(prefix=prefix, dir=private_folder.root()))
        folder = tempfile.mkdtemp(dir=self._folder)
        ours, theirs = self._context.Pipe()
        start = Start(self._settings, self._key, self._runner, folder)
        process = self._context.Process(target=main, args=(theirs, start), daemon=True)
        try:
            process.start()
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        self._started += 1
        slot = Slot(self._started, process, ours, folder)
        self._all.append(slot)
        return slot

    def end(self, slot: Slot) -> None:
        """Ends a worker with all it started and left in its folder."""
        self._all.remove(slot)
        kill_tree(slot.process.pid or 0)
        slot.pipe.close()
        slot.process.join(LAST_BREATH)
        if not slot.process.is_alive():
            slot.process.close()
        shutil.rmtree(slot.folder, ignore_errors=True)

    def close(self) -> None:
        """Removes what is left when all have ended."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
