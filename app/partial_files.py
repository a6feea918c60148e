"""Files in the making beside their targets: private, found when their maker was killed, moved in one step.

A partial file is called ``.sharesafe-<machine>-<process>-<start>-<token>.part``. The process is the one that
would still remove it: a worker's parent, or ours where there is none. Process numbers are used again, so the
time at which that process started is part of the name; folders are shared over networks, so its machine is.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import multiprocessing
import os
import platform
import re
import sys
import time
from collections.abc import Iterator
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Final

import psutil

from app.errors import NotWritten

PREFIX: Final = ".sharesafe-"
SUFFIX: Final = ".part"
_NAME: Final = re.compile(r"\.sharesafe-([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]+\.part")

FORGOTTEN: Final = 7 * 24 * 3600.0
"""Seconds after which a partial file of another machine is nobody's: longer than any time limit."""

SAME_START: Final = 60.0
"""Seconds by which a process's time of start may differ when it is read twice: clocks are adjusted."""

PATIENCE: Final = 5.0
"""Seconds for looking through a tree of folders."""


def partial_path(folder: Path, token: str) -> Path:
    """Where the partial file with this token (hexadecimal digits) stands while this process lives."""
    machine, process, start = _owner()
    return folder / f"{PREFIX}{machine}-{process}-{start}-{token}{SUFFIX}"


def create(path: Path) -> None:
    """Makes a new, empty file that only this user can open; what is left there of an earlier try goes.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def discard(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def discard_token(folder: Path, token: str) -> None:
    """Removes the partial file of a killed process of this run."""
    for path in folder.glob(f"{PREFIX}*-{token}{SUFFIX}"):
        discard(path)


def sweep(folder: Path) -> None:
    """Removes the partial files in a folder whose makers are gone (power cut, killed program)."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if (name := _NAME.fullmatch(entry.name)) and _orphaned(name, entry):
                discard(Path(entry.path))


def sweep_tree(root: Path) -> None:
    """Removes them in a folder and below, as far as ``PATIENCE`` goes; links are not followed."""
    end = time.monotonic() + PATIENCE
    for folder, _, names in os.walk(root):
        if any(map(_NAME.fullmatch, names)):
            sweep(Path(folder))
        if time.monotonic() > end:
            return


def _orphaned(name: re.Match[str], entry: os.DirEntry[str]) -> bool:
    machine, process, start = name.groups()
    if (machine, int(process), int(start)) == _owner():
        return False
    if machine != _machine():
        with contextlib.suppress(OSError):
            return time.time() - entry.stat(follow_symlinks=False).st_mtime > FORGOTTEN
        return False
    try:
        begun = psutil.Process(int(process)).create_time()
    except psutil.NoSuchProcess:
        return True
    except (psutil.Error, OSError, OverflowError):
        return False
    return abs(begun - int(start) / 1000) > SAME_START


@cache
def _owner() -> tuple[str, int, int]:
    """Machine, process number and time of start in milliseconds of whoever removes partial files of ours."""
    parent = multiprocessing.parent_process()
    process = psutil.Process(parent.pid if parent is not None and parent.pid is not None else os.getpid())
    return _machine(), process.pid, int(process.create_time() * 1000)


@cache
def _machine() -> str:
    """Tells apart what does not share its process numbers: machines, and containers on one."""
    room = ""
    with contextlib.suppress(OSError, AttributeError):
        room = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - it names no path
    return sha256(f"{platform.node()}\0{room}".encode()).hexdigest()[:8]


# --- to the disk, and to the name -----------------------------------------------------------------

_NO_SYNC: Final = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOTTY})
"""What file systems say that cannot do it; all else (no room, a lost server) is a failure to write."""


def secured(path: Path) -> str:
    """Makes a written file private and, as far as its file system can, lasting; its SHA-256.

    Raises:
        OSError: the content is not on the disk, and never will be.
    """
    with contextlib.suppress(OSError):  # some network folders have no such rights
        path.chmod(0o600)
    with path.open("r+b") as stream:
        digest = file_digest(stream, "sha256").hexdigest()
        try:
            os.fsync(stream.fileno())
        except OSError as error:
            if error.errno not in _NO_SYNC:
                raise
    return digest


def sync_folder(folder: Path) -> None:
    """Makes names given in a folder last; without it a power cut loses the copy, but no half of it."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def move(written: Path, target: Path, *, replace: bool) -> None:
    """Gives a file its final name in one step: whoever looks sees nothing, or all of it.

    Raises:
        FileExistsError: the name is taken, and ``replace`` is not set.
        OSError: the file system refuses.
    """
    if replace:
        os.replace(written, target)  # noqa: PTH105 - the name says that it is atomic
    elif sys.platform == "win32":
        os.rename(written, target)  # noqa: PTH104 - refuses a name that is taken
    else:
        _move_to_free_name(written, target)
    sync_folder(target.parent)


def _move_to_free_name(written: Path, target: Path) -> None:
    try:
        target.hardlink_to(written)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if not _rename_exclusively(written, target):
            if target.exists():
                raise FileExistsError(errno.EEXIST, "File exists", str(target)) from None
            os.replace(written, target)  # noqa: PTH105
    else:
        written.unlink()


def _rename_exclusively(written: Path, target: Path) -> bool:
    """Renames unless the name is taken, where Linux or macOS have a call for that; False where they do not.

    Sources: renameat2(2) with RENAME_NOREPLACE; renamex_np(2) with RENAME_EXCL.

    Raises:
        FileExistsError: the name is taken.
    """
    here = -100  # AT_FDCWD
    old, new = os.fsencode(written), os.fsencode(target)
    library = ctypes.CDLL(None, use_errno=True)
    try:
        if sys.platform == "darwin":
            failed = library.renamex_np(old, new, 4)
        else:
            failed = library.renameat2(here, old, here, new, 1)
    except AttributeError:
        return False
    if failed and ctypes.get_errno() == errno.EEXIST:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    return not failed


@contextlib.contextmanager
def told_as_not_written() -> Iterator[None]:
    """Turns what the file system refuses into an error with a next step."""
    try:
        yield
    except FileExistsError as error:
        raise already_there(Path(error.filename or "the copy")) from None
    except OSError as error:
        raise cannot_write(error) from None


def already_there(target: Path) -> NotWritten:
    """The error for a name that is taken."""
    return NotWritten(
        f"A file named {target.name} already exists.", "Choose another folder, or allow replacing it."
    )


def cannot_write(error: OSError) -> NotWritten:
    """The error for what a file system says."""
    full = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
    forbidden = {errno.EACCES, errno.EPERM, errno.EROFS}
    gone = {errno.ENOENT, errno.ENOTDIR, getattr(errno, "ESTALE", errno.ENOENT)}
    step = "Choose another folder, or check its disk."
    if error.errno in full:
        step = "Make room in the target folder, or choose another one."
    elif error.errno in forbidden:
        step = "Choose a folder that you may write to."
    elif error.errno in gone:
        step = "Check that the target folder is still there, then start again."
    return NotWritten(f"The copy could not be written: {error.strerror or 'input/output error'}.", step)
