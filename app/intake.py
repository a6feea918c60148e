"""The front door: which files a call means, and their bytes, taken once and within bounds."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from app.errors import SharesafeError, TooLarge, Unreadable, Unsupported
from app.messages import Input
from app.model import Source
from app.options import Settings

VERSION_CONTROL = frozenset({".git", ".hg", ".svn"})
"""Folders whose packed history cannot be examined; each is named once instead of failing file by file."""


def collect(paths: Sequence[Path]) -> Iterator[Input]:
    """Every file that ``paths`` mean, folders walked in name order, links inside folders not followed.

    A folder that cannot be listed, or that is version-control history, is yielded itself:
    taking it fails with the reason, so that nothing is passed over silently.
    """
    for path in paths:
        if _is_folder(path):
            yield from _walk(path)
        else:
            yield Input(path, Path(path.name))


def _is_folder(path: Path) -> bool:
    """Like ``Path.is_dir``, but False instead of an error where rights are missing on the way."""
    return os.path.isdir(path)  # noqa: PTH112


def _walk(root: Path) -> Iterator[Input]:
    refused: list[Path] = []

    def refuse(error: OSError) -> None:
        refused.append(Path(error.filename or root))

    for folder, folders, names in os.walk(root, onerror=refuse):
        here = Path(folder)
        history = sorted(VERSION_CONTROL.intersection(folders))
        refused.extend(here / name for name in history)
        folders[:] = sorted(name for name in folders if name not in VERSION_CONTROL)
        for name in sorted(names):
            path = here / name
            if not path.is_symlink():
                yield Input(path, path.relative_to(root))
    for path in refused:
        yield Input(path, path.relative_to(root) if path != root else Path(root.name))


def take(wanted: Input, settings: Settings) -> Source:
    """The bytes of an input, read once.

    Raises:
        Unreadable: missing, empty, not a regular file, or not permitted.
        TooLarge: above ``settings.max_file``; nothing was read.
        Unsupported: version-control history.
    """
    limit = settings.max_file * 1024 * 1024
    data = wanted.data if wanted.data is not None else _read(wanted.path, limit)
    if len(data) > limit:
        raise _too_large(settings.max_file)
    if not data:
        raise Unreadable("The file is empty.", "Check that it was saved or downloaded completely.")
    return Source(wanted.path, wanted.relative, data, sha256(data).hexdigest(), wanted.data is None)


def unchanged(source: Source) -> bool:
    """Whether the file on disk still holds the bytes that were taken."""
    if not source.from_disk:
        return True
    try:
        with source.path.open("rb") as stream:
            digest = sha256()
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError:
        return False
    return digest.hexdigest() == source.sha256


def _read(path: Path, limit: int) -> bytes:
    if path.name in VERSION_CONTROL and path.is_dir():
        raise Unsupported(
            "This folder holds version-control history, which is not examined.",
            "Share an export of the current files instead of the repository.",
        )
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as stream:
            facts = os.fstat(stream.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise Unreadable("This is not a regular file.", "Name a file or a folder of files.")
            if facts.st_size > limit:
                raise _too_large(limit // (1024 * 1024))
            return stream.read(limit + 1)
    except FileNotFoundError:
        raise Unreadable("The file does not exist.", "Check the name and the folder.") from None
    except PermissionError:
        what = "folder may not be opened" if _is_folder(path) else "file may not be read"
        raise Unreadable(
            f"This {what}.", "Ask its owner for access, or copy it to your own folder."
        ) from None
    except IsADirectoryError:
        raise Unreadable("This folder may not be listed.", "Ask its owner for access.") from None
    except SharesafeError:
        raise
    except OSError as error:
        reason = error.strerror or "input/output error"
        raise Unreadable(
            f"The file could not be read: {reason}.", "Copy it to another disk and try again."
        ) from None


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"The file is larger than the limit of {limit} MiB.",
        "Raise the limit with --max-file, or share only the part that is needed.",
    )
