"""GIF: blocks in, fresh blocks out. Source: https://www.w3.org/Graphics/GIF/spec-gif89a.txt"""

from __future__ import annotations

import struct
from io import BytesIO
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from app.formats.image.container import (
    Codec,
    Container,
    Damaged,
    Mask,
    Part,
    Pixels,
    Sequence,
    bounded,
    changed_area,
    picture_parts,
    taken_on_trust,
)

_CUT: Final = "it ends before the picture is complete"
_COLOURS: Final = 256
_CLEAR: Final = _COLOURS - 1
"""Index of the colour that lets the frame before show through."""

_MANY: Final = 4096
"""Above this many colours a frame is a photograph, whose palette is an average."""


def parse(data: bytes) -> Container:
    """The blocks of a GIF; frames must lie inside the stated screen."""
    if len(data) < 13:
        raise Damaged(_CUT)
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + _table_length(flags)
    parts = [Part("screen" if at == 13 else "screen with colours", 0, at, 6, at, picture=True)]
    frames = 0
    while True:
        bounded(parts)
        if at >= len(data):
            raise Damaged(_CUT)
        kind = data[at]
        if kind == 0x3B:
            parts.append(Part("trailer", at, at + 1, at + 1, at + 1, picture=True))
            if not frames:
                raise Damaged("it holds no picture")
            loops = [data[part.body + 2 : part.stop] for part in parts if part.name == "loop"]
            loop = int.from_bytes(loops[0], "little") if loops else None
            return Container(((width, height),) * frames, tuple(parts), at + 1, loop=loop)
        if kind == 0x2C:
            part = _image(data, at, width, height)
            frames += 1
        elif kind == 0x21:
            part = _extension(data, at)
        else:
            raise Damaged("there is something else where a block should begin")
        parts.append(part)
        at = part.end


def _table_length(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _image(data: bytes, at: int, width: int, height: int) -> Part:
    if at + 11 > len(data):
        raise Damaged(_CUT)
    left, top, w, h, flags = struct.unpack_from("<HHHHB", data, at + 1)
    if left + w > width or top + h > height or not w or not h:
        raise Damaged("a frame reaches over the edge of the picture")
    start = at + 10 + _table_length(flags) + 1
    end = _sub_blocks(data, start)
    if end == start + 1:
        raise Damaged("a frame holds no pixels")
    return Part("image", at, end, start, end, picture=True)


def _extension(data: bytes, at: int) -> Part:
    end = _sub_blocks(data, at + 2)
    label = data[at + 1]
    if label == 0xF9 and end == at + 8:
        return Part("graphic control", at, end, at + 3, end - 1, picture=True)
    if label == 0xFF and data[at + 3 : at + 14] == b"NETSCAPE2.0" and end == at + 19:
        return Part("loop", at, end, at + 14, end - 1, picture=True)
    name = {0xFE: "comment", 0x01: "plain text", 0xFF: "application"}.get(label, f"extension {label:02X}")
    return Part(name, at, end, at + 2, end, picture=False)


def _sub_blocks(data: bytes, at: int) -> int:
    """Where a chain of length-prefixed blocks ends, its terminator included."""
    while True:
        if at >= len(data):
            raise Damaged(_CUT)
        length = data[at]
        at += 1 + length
        if not length:
            return at


def joined(data: bytes, start: int, stop: int) -> bytes:
    """The content of a chain of sub-blocks without the length bytes."""
    blocks: list[bytes] = []
    at = start
    while at < stop and data[at]:
        blocks.append(data[at + 1 : at + 1 + data[at]])
        at += 1 + data[at]
    return b"".join(blocks)


def write(out: BinaryIO, sequence: Sequence) -> None:
    """A GIF in which every frame holds only what changed and has a palette of its own, of painted pixels."""
    out.write(b"GIF89a" + struct.pack("<HHBBB", sequence.width, sequence.height, 0x70, 0, 0))
    if sequence.loop is not None:
        times = struct.pack("<H", min(sequence.loop, 0xFFFF))
        out.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + times + b"\0")
    before: Pixels | None = None
    for frame in sequence.frames:
        left, top, right, bottom = changed_area(before, frame.pixels)
        area = np.s_[top:bottom, left:right]
        as_before = np.zeros((bottom - top, right - left), dtype=np.bool_)
        if before is not None:
            as_before = (before[area] == frame.pixels[area]).all(axis=2)
        indexed, palette = indexed_pixels(frame.pixels[area], as_before)
        if sequence.count > 1:
            hundredths = min(frame.duration // 10, 0xFFFF)
            # disposal: leave as it is; the last colour of the palette lets the frame before show through
            out.write(b"\x21\xf9\x04" + struct.pack("<BHBB", 0x05, hundredths, _CLEAR, 0))
        out.write(_image_block(indexed, palette, left, top))
        before = frame.pixels
    out.write(b";")


def _image_block(indexed: Pixels, palette: bytes, left: int, top: int) -> bytes:
    """Descriptor, palette and compressed pixels; the compression is Pillow's."""
    picture = Image.fromarray(indexed)
    picture.putpalette(palette)
    still = BytesIO()
    picture.save(still, "GIF", optimize=False, interlace=False)
    data = still.getvalue()
    block = parse(data).named("image")[0]
    height, width = indexed.shape
    descriptor = struct.pack("<BHHHHB", 0x2C, left, top, width, height, 0x87)  # own palette of 256
    return descriptor + palette + data[block.body - 1 : block.end]


def indexed_pixels(pixels: Pixels, as_before: Mask) -> tuple[Pixels, bytes]:
    """Pixels as indexes into 256 colours, exact up to 255 colours; the last index is kept for ``as_before``.

    Of more colours the commonest stay and the others become the nearest of these; black stays black.
    """
    packed = pixels[:, :, 0].astype(np.int32) << 16 | pixels[:, :, 1].astype(np.int32) << 8 | pixels[:, :, 2]
    colours, inverse, counts = np.unique(packed[~as_before], return_inverse=True, return_counts=True)
    if colours.size > _CLEAR:
        counts = np.where(colours == 0, counts.sum(), counts)
        kept = np.sort(np.argsort(-counts, kind="stable")[:_CLEAR])
        if colours.size > _MANY:
            coarse = Image.fromarray(pixels).quantize(_CLEAR - 1, dither=Image.Dither.NONE)
            table = np.array(coarse.getpalette()).reshape(-1, 3)[: _CLEAR - 1]
            table = np.concatenate([[[0, 0, 0]], table])
        else:
            table = _channels(colours[kept])
        nearest = np.empty(colours.size, dtype=np.intp)
        for start in range(0, colours.size, _MANY):
            wanted = _channels(colours[start : start + _MANY])
            distance = ((wanted[:, None] - table[None]) ** 2).sum(axis=2)
            nearest[start : start + _MANY] = distance.argmin(axis=1)
        inverse = nearest[inverse]
    else:
        table = _channels(colours)
    indexes = np.full(packed.shape, _CLEAR, dtype=np.uint8)
    indexes[~as_before] = inverse.reshape(-1)
    return indexes, table.astype(np.uint8).tobytes().ljust(3 * _COLOURS, b"\0")


def _channels(packed: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    return np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1)


CODEC: Final = Codec(
    kind="gif",
    pillow="GIF",
    parse=parse,
    core=picture_parts,
    complete=taken_on_trust,
    write=write,
    copy_parts=frozenset({"screen", "loop", "graphic control", "image", "trailer"}),
)
