"""The copies of one run: how they are named, and where those of other files stand, for links between them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from posixpath import relpath
from typing import Final

_MARK: Final = ".redacted"


def stem_and_suffix(path: Path) -> tuple[str, str]:
    """What the name of a copy is made of.

    A name without suffix gets ``.txt``: whoever writes the copy changes the suffix to the one of its
    format, and must not take ``.redacted`` for it.
    """
    return (path.stem, path.suffix) if path.suffix else (path.name, ".txt")


def marked(stem: str, suffix: str) -> str:
    """The name of a copy."""
    return f"{stem}{_MARK}{suffix}"


def _absolute(path: Path) -> str:
    return os.path.abspath(path).replace(os.sep, "/")  # noqa: PTH100 - links in the path stay as they are


@dataclass(frozen=True)
class CopyPlaces:
    """Where the copies of a run stand.

    Attributes:
        by_original: absolute path of each original, with ``/``; its copy's, or None where there is none.
    """

    by_original: Mapping[str, str | None] = field(repr=False)

    @classmethod
    def of(cls, copies: Mapping[Path, Path | None]) -> CopyPlaces:
        return cls(
            {
                _absolute(original): None if copy is None else _absolute(copy)
                for original, copy in copies.items()
            }
        )

    def original(self, path: str) -> str | None:
        """The original that an absolute path means, also in other case where that is one file only."""
        if path in self.by_original:
            return path
        return self._folded.get(path.casefold())

    @cached_property
    def _folded(self) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for original in self.by_original:
            key = original.casefold()
            found[key] = None if key in found else original
        return found


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A file of the run that a document names.

    Attributes:
        original: its absolute path.
        copy: how the copy of the document calls its copy: the name alone where the way to it is the same;
            None without a copy.
        same_way: whether only the name differs.
    """

    original: str
    copy: str | None
    same_way: bool


@dataclass(frozen=True)
class Neighbourhood:
    """The files around one document, and what its copy has to call them.

    Attributes:
        document, copy: absolute paths of the document and its copy, with ``/``.
        root, copy_root: the folders that addresses beginning with ``/`` start from.
    """

    document: str
    copy: str
    root: str
    copy_root: str
    places: CopyPlaces = field(repr=False)

    @classmethod
    def of(cls, path: Path, relative: Path, target: Path, places: CopyPlaces) -> Neighbourhood:
        """The surroundings of the document at ``path``, whose copy goes to ``target``.

        Args:
            relative: the path below the folder that was named, which is the root.
        """
        document, copy = _absolute(path), _absolute(target)
        depth = len(relative.parts)
        return cls(document, copy, _above(document, depth), _above(copy, depth), places)

    def reversed(self) -> Neighbourhood:
        """The same seen from the copy: which of its links lead to copies."""
        back = {copy: original for original, copy in self.places.by_original.items() if copy is not None}
        return Neighbourhood(self.copy, self.document, self.copy_root, self.root, CopyPlaces(back))

    def named(self, path: str) -> Neighbour | None:
        """The file that a decoded address without query means; None when it is none of the run."""
        start = self.root if path.startswith("/") else self.document.rpartition("/")[0]
        original = self.places.original(_normal(f"{start}/{path}"))
        if original is None:
            return None
        copy = self.places.by_original[original]
        if copy is None:
            return Neighbour(original, None, same_way=False)
        way = relpath(_folder(original), _folder(self.document))
        if relpath(_folder(copy), _folder(self.copy)) == way:
            return Neighbour(original, copy.rpartition("/")[2], same_way=True)
        return Neighbour(original, relpath(copy, _folder(self.copy)), same_way=False)


def _above(path: str, depth: int) -> str:
    return path.rsplit("/", max(1, depth))[0] or "/"


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _normal(path: str) -> str:
    return os.path.normpath(path).replace(os.sep, "/")
