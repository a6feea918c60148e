"""GIF: blocks in, fresh blocks out. Source: https://www.w3.org/Graphics/GIF/spec-gif89a.txt"""

from __future__ import annotations

import struct
from io import BytesIO
from typing import BinaryIO, Final

import numpy as np
from PIL import Image

from app.formats.image_container import (
    Codec,
    Container,
    Damaged,
    Frame,
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
    """A GIF in which every frame has its own palette, made of the painted pixels it shows."""
    out.write(b"GIF89a" + struct.pack("<HHBBB", sequence.width, sequence.height, 0x70, 0, 0))
    if sequence.loop is not None:
        times = struct.pack("<H", min(sequence.loop, 0xFFFF))
        out.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + times + b"\0")
    before: Pixels | None = None
    for frame in sequence.frames:
        left, top, right, bottom = changed_area(before, frame.pixels)
        before = frame.pixels
        if sequence.count > 1:
            hundredths = min(frame.duration // 10, 0xFFFF)
            out.write(b"\x21\xf9\x04" + struct.pack("<BHB", 0x04, hundredths, 0) + b"\0")
        out.write(_encoded(frame, left, top, right, bottom))
    out.write(b";")


def _encoded(frame: Frame, left: int, top: int, right: int, bottom: int) -> bytes:
    """Descriptor, palette and compressed pixels of a part of a frame."""
    indexed = indexed_picture(frame.pixels[top:bottom, left:right], frame.covered[top:bottom, left:right])
    still = BytesIO()
    indexed.save(still, "GIF", optimize=False)
    data = still.getvalue()
    flags = data[10]
    palette = data[13 : 13 + _table_length(flags)]
    image = parse(data).named("image")[0]
    place = struct.pack("<HHHHB", left, top, right - left, bottom - top, 0x80 | (flags & 7))
    interlaced = data[image.start + 9] & 0x40
    return b"\x2c" + place[:-1] + bytes([place[-1] | interlaced]) + palette + data[image.body - 1 : image.end]


def indexed_picture(pixels: Pixels, covered: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Image.Image:
    """The same pixels with a palette: exact up to 256 colours, else the nearest of 255 and plain black."""
    packed = (pixels.astype(np.uint32) * np.array([65536, 256, 1], dtype=np.uint32)).sum(axis=2)
    colours, indexes = np.unique(packed, return_inverse=True)
    if colours.size <= _COLOURS:
        picture = Image.fromarray(indexes.reshape(packed.shape).astype(np.uint8))
        table = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.uint8)
        picture.putpalette(table.tobytes())
        return picture
    coarse = Image.fromarray(pixels).quantize(_COLOURS - 1, dither=Image.Dither.NONE)
    indexes = np.asarray(coarse).copy()
    indexes[covered] = _COLOURS - 1
    palette = (coarse.getpalette() or [])[: 3 * (_COLOURS - 1)]
    picture = Image.fromarray(indexes)
    picture.putpalette(bytes(palette).ljust(3 * _COLOURS, b"\0"))
    return picture


CODEC: Final = Codec(
    kind="gif",
    pillow="GIF",
    suffixes=(".gif",),
    recognises=lambda data: data[:6] in {b"GIF87a", b"GIF89a"},
    parse=parse,
    core=picture_parts,
    complete=taken_on_trust,
    write=write,
    copy_parts=frozenset({"screen", "loop", "graphic control", "image", "trailer"}),
)
