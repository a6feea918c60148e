"""What a picture file is made of: named byte ranges, so that nothing in it goes unaccounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

MOST_PARTS: Final = 300_000
"""More parts than this in one file are taken for an attack on memory."""


class Damaged(Exception):
    """The structure contradicts itself or ends early; the message is a plain clause without file content."""


@dataclass(frozen=True, slots=True)
class Part:
    """A half-open range of bytes.

    Attributes:
        name: chunk, segment, block or tag name.
        start, end: the whole part with its header and checksum.
        body, stop: its payload.
        picture: needed to decode the pixels; everything else is metadata and never reaches a copy.
    """

    name: str
    start: int
    end: int
    body: int
    stop: int
    picture: bool


@dataclass(frozen=True, slots=True)
class Coding:
    """How far a pixel of a JPEG makes itself felt, in the stored picture, before it was turned upright.

    Attributes:
        unit: width and height of the blocks that it can change.
        bleed: pixels around them that the smoothing of coarser colours reaches.
        light: width and height of the blocks in which it can change the brightness, where that is stored
            apart from the colours and finer than they are.
    """

    unit: tuple[int, int]
    bleed: int
    light: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """The structure of a picture file, read without decoding a pixel.

    Attributes:
        sizes: stated width and height of every page or frame, as stored (before orientation).
        end: where the picture ends according to the format; what follows does not belong to it.
        lossy: whether pixels influence their neighbours in the stored form.
        coding: how a JPEG's pixels influence their neighbours.
        spare_default: the first page of an APNG is shown only where animation is unsupported.
        loop: how often an animation repeats, 0 for ever, None where nothing is stated.
        turn: EXIF orientation where the format has a word of its own for it; the decoder did not apply it.
        crop: left, top, right and bottom of what viewers show, where the decoder gives more.
        others: sizes that are stated for anything else which a decoder could unpack.
    """

    sizes: tuple[tuple[int, int], ...]
    parts: tuple[Part, ...]
    end: int
    lossy: bool = False
    coding: Coding | None = None
    spare_default: bool = False
    loop: int | None = None
    turn: int | None = None
    crop: tuple[int, int, int, int] | None = None
    others: tuple[tuple[int, int], ...] = ()

    def gaps(self) -> tuple[tuple[int, int], ...]:
        """Ranges before ``end`` that no part accounts for."""
        found: list[tuple[int, int]] = []
        at = 0
        for part in sorted(self.parts, key=lambda part: part.start):
            if part.start > at:
                found.append((at, part.start))
            at = max(at, part.end)
        if at < self.end:
            found.append((at, self.end))
        return tuple(found)

    def named(self, *names: str) -> list[Part]:
        return [part for part in self.parts if part.name in names]


@dataclass(frozen=True, slots=True)
class Frame:
    """One finished page on its way into a file.

    Attributes:
        pixels: height × width × 3, 8-bit RGB, already painted.
        duration: milliseconds; 0 for pages that are no animation.
    """

    pixels: Pixels = field(repr=False)
    duration: int = 0


@dataclass(frozen=True, slots=True)
class Sequence:
    """The pages to write, made one at a time, with what must be known before the first.

    ``loop`` and ``spare_default`` are as in ``Container``.
    """

    frames: Iterable[Frame]
    count: int
    width: int
    height: int
    loop: int | None = None
    spare_default: bool = False


@dataclass(frozen=True, slots=True)
class Codec:
    """One picture format: how to take its file apart and how to write a fresh one.

    Attributes:
        kind: as in ``signatures``.
        pillow: name of Pillow's plugin; no other is tried.
        parse: raises ``Damaged``; never allocates more than the file's own size.
        core: a file of the picture parts alone, for the decoder.
        complete: raises ``Damaged`` where the structure is whole but pixels are missing that the decoder
            would make up in silence.
        write: writes a file that holds the given pixels and nothing else.
        copy_parts: names of the only parts such a file may consist of.
        copy_kind: kind of what ``write`` writes, where it is another.
        prepare: makes the plugin known to Pillow, where Pillow does not bring it.
    """

    kind: str
    pillow: str
    parse: Callable[[bytes], Container]
    core: Callable[[bytes, Container], bytes]
    complete: Callable[[bytes, Container], None]
    write: Callable[[BinaryIO, Sequence], None]
    copy_parts: frozenset[str]
    copy_kind: str = ""
    prepare: Callable[[], None] = lambda: None

    @property
    def written(self) -> str:
        """Kind of the copies."""
        return self.copy_kind or self.kind


def picture_parts(data: bytes, container: Container) -> bytes:
    """The picture parts one after the other: a valid file in formats without offsets."""
    return b"".join(data[part.start : part.end] for part in container.parts if part.picture)


def taken_on_trust(data: bytes, container: Container) -> None:
    """The check of formats whose decoder itself refuses a picture with missing pixels."""


def bounded(parts: list[Part]) -> None:
    if len(parts) > MOST_PARTS:
        raise Damaged("it consists of too many parts")


def changed_area(before: Pixels | None, after: Pixels, *, even: bool = False) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what differs from the frame before; one pixel when nothing does.

    ``even`` rounds left and top down to even numbers, as WebP wants them.
    """
    height, width = after.shape[:2]
    if before is None:
        return 0, 0, width, height
    differs = (before != after).any(axis=2)
    rows, columns = differs.any(axis=1).nonzero()[0], differs.any(axis=0).nonzero()[0]
    if not rows.size:
        return 0, 0, 1, 1
    left, top = int(columns[0]), int(rows[0])
    if even:
        left, top = left & ~1, top & ~1
    return left, top, int(columns[-1]) + 1, int(rows[-1]) + 1
