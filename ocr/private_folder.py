"""A place for temporary files that only this user can open and that does not outlive the work.

The folder lies in memory where the system has a place for that. It is removed when the work ends; when
the process was killed in between, ``sweep`` finds it by its name and removes it later.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PREFIX: Final = "sharesafe-"

CLOCK_STEP: Final = 60.0
"""Seconds by which the system's clock may be set while we work."""


def root() -> Path:
    """A folder kept in memory that this user may write to, or the system's folder for temporary files."""
    for candidate in (os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm"):  # noqa: S108 - a private folder is made inside
        if candidate and Path(candidate).is_dir() and os.access(candidate, os.W_OK | os.X_OK):
            return Path(candidate)
    return Path(tempfile.gettempdir())


@contextmanager
def private_folder() -> Iterator[Path]:
    """While it lasts, temporary files of this process go into a new folder only this user can open."""
    before = tempfile.tempdir
    place = root()
    sweep(place)
    folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=place)  # made with mode 0700
    tempfile.tempdir = folder
    try:
        yield Path(folder)
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)


def sweep(place: Path | None = None) -> int:
    """Removes the private folders of processes that are gone; how many there were.

    Whoever kills a worker calls this afterwards.
    """
    removed = 0
    for folder in (place or root()).glob(f"{PREFIX}*-*"):
        owner = folder.name[len(PREFIX) :].partition("-")[0]
        if owner.isdecimal() and _mine(folder) and not _maker_lives(int(owner), folder):
            shutil.rmtree(folder, ignore_errors=True)
            removed += 1
    return removed


def _maker_lives(process: int, folder: Path) -> bool:
    """Whether that process made the folder, and not an earlier one that had the same number."""
    import psutil

    try:
        return psutil.Process(process).create_time() <= folder.lstat().st_ctime + CLOCK_STEP
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, OSError):
        return True


def _mine(folder: Path) -> bool:
    try:
        info = folder.lstat()
    except OSError:
        return False
    return folder.is_dir() and not folder.is_symlink() and (os.name == "nt" or info.st_uid == os.getuid())
