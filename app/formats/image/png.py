"""PNG and APNG: chunks in, fresh chunks out. Source: https://www.w3.org/TR/png-3/"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import BinaryIO, Final

from PIL import Image

from app.formats.image import signatures
from app.formats.image.container import (
    Codec,
    Container,
    Damaged,
    Part,
    Pixels,
    Sequence,
    bounded,
    changed_area,
    picture_parts,
)

_DECODING: Final = frozenset({"IHDR", "PLTE", "tRNS", "IDAT", "IEND", "acTL", "fcTL", "fdAT"})
_ANIMATION: Final = frozenset({"acTL", "fcTL", "fdAT"})
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES: Final = (
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)
)  # fmt: skip
"""First column and row of each Adam7 pass and the distances between its columns and rows."""

_PIECE: Final = 1 << 20
_MISSING: Final = "some of its pixels are missing"
_LONGEST_LOOP: Final = 0x7FFFFFFF


def parse(data: bytes) -> Container:
    """The chunks of a PNG; checksums are the decoder's business."""
    parts = [Part("signature", 0, 8, 0, 8, picture=True)]
    at = 8
    while True:
        bounded(parts)
        if at + 12 > len(data):
            raise Damaged("it ends before the picture is complete")
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise Damaged("it ends before the picture is complete")
        name = kind.decode("latin-1")
        part = Part(name, at, end, at + 8, end - 4, picture=name in _DECODING)
        parts.append(part)
        at = end
        if name == "IEND":
            return _container(data, parts, at)


def _container(data: bytes, parts: list[Part], end: int) -> Container:
    names = [part.name for part in parts]
    if names[1] != "IHDR" or names.count("IHDR") != 1 or "IDAT" not in names:
        raise Damaged("chunks that every PNG has are missing or repeated")
    header = data[parts[1].body : parts[1].stop]
    if len(header) != 13:
        raise Damaged("its header has the wrong length")
    width, height = struct.unpack(">II", header[:8])
    frames, spare, loop = 1, False, None
    if _ANIMATION & set(names):
        first_data = names.index("IDAT")
        if names.count("acTL") != 1 or names.index("acTL") > first_data:
            raise Damaged("its animation has no valid header")
        controls = [i for i, name in enumerate(names) if name == "fcTL"]
        header = data[parts[names.index("acTL")].body :][:8]
        if not controls or int.from_bytes(header[:4], "big") != len(controls):
            raise Damaged("its animation states another number of frames than it has")
        loop = int.from_bytes(header[4:], "big")
        spare = controls[0] > first_data
        frames = len(controls) + spare
        for i in controls:
            control = parts[i]
            if control.stop - control.body != 26:
                raise Damaged("a frame has no valid header")
            w, h, x, y = struct.unpack_from(">IIII", data, control.body + 4)
            if x + w > width or y + h > height or not w or not h:
                raise Damaged("a frame reaches over the edge of the picture")
    return Container(((width, height),) * frames, tuple(parts), end, spare_default=spare, loop=loop)


def complete(data: bytes, container: Container) -> None:
    """Whether the pixels of every frame are there: the decoder takes missing rows for black ones."""
    header = container.parts[1]
    width, height, bits, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, header.body)
    depth = bits * _CHANNELS.get(colour, 1)
    needed = _raw_length(width, height, depth, interlaced)
    unpacker = zlib.decompressobj()
    begun = False
    for part in container.parts:
        if part.name == "fcTL":
            if begun:
                _all_there(needed)
            w, h = struct.unpack_from(">II", data, part.body + 4)
            needed, unpacker, begun = _raw_length(w, h, depth, interlaced), zlib.decompressobj(), False
        elif part.name in {"IDAT", "fdAT"}:
            begun = True
            packed = data[part.body + 4 * (part.name == "fdAT") : part.stop]
            while packed and needed > 0:
                try:
                    needed -= len(unpacker.decompress(packed, _PIECE))
                except zlib.error:
                    raise Damaged(_MISSING) from None
                packed = unpacker.unconsumed_tail
    _all_there(needed)


def _all_there(needed: int) -> None:
    if needed > 0:
        raise Damaged(_MISSING)


def _raw_length(width: int, height: int, depth: int, interlaced: int) -> int:
    """Bytes of the filtered rows of a frame, ``depth`` bits a pixel."""

    def rows(w: int, h: int) -> int:
        return h * (1 + (w * depth + 7) // 8) if w > 0 and h > 0 else 0

    if not interlaced:
        return rows(width, height)
    return sum(rows((width - x + dx - 1) // dx, (height - y + dy - 1) // dy) for x, y, dx, dy in _PASSES)


def write(out: BinaryIO, sequence: Sequence) -> None:
    """A PNG of one page or an APNG: 8-bit RGB, no palette, no other chunk than the pixels need."""
    animated = sequence.count > 1
    out.write(signatures.PNG)
    out.write(_chunk(b"IHDR", struct.pack(">IIBBBBB", sequence.width, sequence.height, 8, 2, 0, 0, 0)))
    if animated:
        shown = sequence.count - sequence.spare_default
        out.write(_chunk(b"acTL", struct.pack(">II", shown, min(sequence.loop or 0, _LONGEST_LOOP))))
    number = 0
    before: Pixels | None = None
    for index, frame in enumerate(sequence.frames):
        spare = sequence.spare_default and index == 0
        # The frame after a spare default image starts the animation on an empty canvas.
        left, top, right, bottom = changed_area(before, frame.pixels)
        before = None if spare else frame.pixels
        if animated and not spare:
            duration = min(frame.duration, 0xFFFF)
            place = (right - left, bottom - top, left, top)
            # dispose: leave as it is; blend: replace
            out.write(_chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, *place, duration, 1000, 0, 0)))
            number += 1
        compressed = _compressed(frame.pixels[top:bottom, left:right])
        if index == 0:
            out.write(_chunk(b"IDAT", compressed))
        else:
            out.write(_chunk(b"fdAT", struct.pack(">I", number) + compressed))
            number += 1
    out.write(_chunk(b"IEND", b""))


def _compressed(pixels: Pixels) -> bytes:
    """The zlib stream of a still PNG that Pillow makes of the pixels."""
    still = BytesIO()
    Image.fromarray(pixels).save(still, "PNG", compress_level=6)
    data = still.getvalue()
    return b"".join(data[part.body : part.stop] for part in parse(data).named("IDAT"))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


CODEC: Final = Codec(
    kind="png",
    pillow="PNG",
    parse=parse,
    core=picture_parts,
    complete=complete,
    write=write,
    copy_parts=frozenset({"signature", "IHDR", "IDAT", "IEND", "acTL", "fcTL", "fdAT"}),
)
