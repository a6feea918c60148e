"""PNG and APNG: chunks in, fresh chunks out. Source: https://www.w3.org/TR/png-3/"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import BinaryIO, Final

from PIL import Image

from app.formats.image_container import (
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

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_DECODING: Final = frozenset({"IHDR", "PLTE", "tRNS", "IDAT", "IEND", "acTL", "fcTL", "fdAT"})
_ANIMATION: Final = frozenset({"acTL", "fcTL", "fdAT"})
_LONGEST_LOOP: Final = 0x7FFFFFFF


def parse(data: bytes) -> Container:
    """The chunks of a PNG, checksums verified for those that carry the picture."""
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
        if part.picture and zlib.crc32(data[at + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            raise Damaged("a checksum does not match")
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
    frames, spare = 1, False
    if _ANIMATION & set(names):
        first_data = names.index("IDAT")
        if names.count("acTL") != 1 or names.index("acTL") > first_data:
            raise Damaged("its animation has no valid header")
        controls = [i for i, name in enumerate(names) if name == "fcTL"]
        stated = int.from_bytes(data[parts[names.index("acTL")].body :][:4], "big")
        if not controls or stated != len(controls):
            raise Damaged("its animation states another number of frames than it has")
        spare = controls[0] > first_data
        frames = len(controls) + spare
        for i in controls:
            control = parts[i]
            if control.stop - control.body != 26:
                raise Damaged("a frame has no valid header")
            w, h, x, y = struct.unpack_from(">IIII", data, control.body + 4)
            if x + w > width or y + h > height:
                raise Damaged("a frame reaches over the edge of the picture")
    return Container(((width, height),) * frames, tuple(parts), end, spare_default=spare)


def write(out: BinaryIO, sequence: Sequence) -> None:
    """A PNG of one page or an APNG: 8-bit RGB, no palette, no other chunk than the pixels need."""
    animated = sequence.count > 1
    out.write(SIGNATURE)
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
    suffixes=(".png", ".apng"),
    recognises=lambda data: data.startswith(SIGNATURE),
    parse=parse,
    core=picture_parts,
    write=write,
    copy_parts=frozenset({"signature", "IHDR", "IDAT", "IEND", "acTL", "fcTL", "fdAT"}),
)
