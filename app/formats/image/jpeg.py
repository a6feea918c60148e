"""JPEG: segments in, fresh segments out. Source: ITU-T T.81 annex B."""

from __future__ import annotations

import re
from io import BytesIO
from typing import BinaryIO, Final

from PIL import Image, ImageChops

from app.formats.image.container import (
    Codec,
    Coding,
    Container,
    Damaged,
    Part,
    Sequence,
    bounded,
    picture_parts,
)

QUALITY: Final = 92
BLOCK: Final = 8
"""Samples a side of what is transformed at once."""

MCU: Final = 16
"""Side of the coding units assumed at least, where they are not known: that of 4:2:0, the commonest."""

BLEED: Final = 2
"""Pixels beyond a coding unit that a decoder blends with its colours when it makes coarse ones finer."""

_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SMOOTHED: Final = 3
"""Blocks on every side of one that may feel it where a decoder smooths what missing scans left rough.

Two are looked at; one more for the colours, which are smoothed once again when they are made finer.
"""

_PROGRESSIVE: Final = frozenset({"SOF2", "SOF6", "SOF10", "SOF14"})
_SEQUENTIAL: Final = frozenset({"SOF0", "SOF1"})
_TABLES: Final = {0xC4: "DHT", 0xCC: "DAC", 0xDB: "DQT", 0xDC: "DNL", 0xDD: "DRI", 0xDA: "SOS"}
_ARITHMETIC: Final = frozenset({"SOF9", "SOF10", "SOF11", "DAC"})
_FILLER: Final = bytes(range(1, 255, 3))
_AFTER_SCAN: Final = re.compile(rb"\xff(?![\x00\xd0-\xd7\xff])")
"""The first marker after entropy-coded data: stuffed zeros, restarts and fill bytes belong to the scan."""


def parse(data: bytes) -> Container:
    """The segments of a JPEG up to its end marker."""
    parts = [Part("SOI", 0, 2, 2, 2, picture=True)]
    frame: Part | None = None
    at = 2
    while True:
        bounded(parts)
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if at + 2 > len(data):
            raise Damaged("it ends before the picture is complete")
        if data[at] != 0xFF:
            raise Damaged("there is something else where a segment should begin")
        marker = data[at + 1]
        if marker == 0xD9:
            parts.append(Part("EOI", at, at + 2, at + 2, at + 2, picture=True))
            return _container(data, parts, frame, at + 2)
        if marker in {0x00, 0x01, *range(0xD0, 0xD9)}:
            raise Damaged("there is something else where a segment should begin")
        stop = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if stop < at + 4 or stop > len(data):
            raise Damaged("it ends before the picture is complete")
        part = _segment(data, marker, at, stop)
        if marker in _FRAMES:
            if frame is not None:
                raise Damaged("it has two frame headers")
            frame = part
        parts.append(part)
        at = part.end


def _segment(data: bytes, marker: int, at: int, stop: int) -> Part:
    end = stop
    if marker == 0xDA:
        following = _AFTER_SCAN.search(data, stop)
        if following is None:
            raise Damaged("it ends before the picture is complete")
        end = following.start()
    picture = marker in _TABLES or marker in _FRAMES
    if marker in _TABLES:
        name = _TABLES[marker]
    elif marker in _FRAMES:
        name = f"SOF{marker - 0xC0}"
    elif marker == 0xFE:
        name = "COM"
    elif 0xE0 <= marker <= 0xEF:
        name = f"APP{marker - 0xE0}"
        body = data[at + 4 : stop]
        if name == "APP0" and body.startswith(b"JFIF\0") and len(body) == 14:
            name, picture = "JFIF", True
        elif name == "APP14" and body.startswith(b"Adobe") and len(body) == 12:
            name, picture = "Adobe", True  # says how the colours are stored
    else:
        name = f"segment {marker:02X}"
    return Part(name, at, end, at + 4, stop, picture=picture)


def _container(data: bytes, parts: list[Part], frame: Part | None, end: int) -> Container:
    if frame is None or all(part.name != "SOS" for part in parts):
        raise Damaged("it holds no picture")
    body = data[frame.body : frame.stop]
    if len(body) < 6 or len(body) != 6 + 3 * body[5] or not body[5]:
        raise Damaged("its frame header has the wrong length")
    height, width = int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big")
    coding = _coding(data, parts, body)
    return Container(((width, height),), tuple(parts), end, lossy=True, coding=coding)


def _coding(data: bytes, parts: list[Part], header: bytes) -> Coding:
    """Sequential pictures are decoded block by block; where progressive ones lack scans, decoders smooth."""
    samplings = [(value >> 4, value & 15) for value in header[7::3]]
    across, down = max(x for x, _ in samplings), max(y for _, y in samplings)
    if not _every_scan(data, parts, header):
        return Coding(
            (max(MCU, BLOCK * across), max(MCU, BLOCK * down)), SMOOTHED * BLOCK * max(across, down, 2)
        )
    known = all(x and y and not across % x and not down % y for x, y in samplings)
    if not known or not any(part.name in _SEQUENTIAL for part in parts):
        return Coding((max(MCU, BLOCK * across), max(MCU, BLOCK * down)), BLEED)
    coarse = min(x for x, _ in samplings), min(y for _, y in samplings)
    unit = BLOCK * across // coarse[0], BLOCK * down // coarse[1]
    if unit == (BLOCK, BLOCK):
        return Coding(unit, 0)
    apart = samplings[0] == (across, down) and _brightness_first(data, parts, header[6::3])
    return Coding(unit, BLEED, (BLOCK, BLOCK) if apart else None)


def _every_scan(data: bytes, parts: list[Part], header: bytes) -> bool:
    """Whether a progressive picture has every bit of every coefficient; decoders smooth over gaps."""
    if not any(part.name in _PROGRESSIVE for part in parts):
        return True
    left = {(component, at) for component in header[6::3] for at in range(BLOCK * BLOCK)}
    for part in parts:
        if part.name == "SOS":
            body = data[part.body : part.stop]
            count = body[0] if body else 0
            if len(body) < 4 + 2 * count:
                return False
            first, last, accuracy = body[1 + 2 * count : 4 + 2 * count]
            if not accuracy & 15:
                left -= {(one, at) for one in body[1 : 1 + 2 * count : 2] for at in range(first, last + 1)}
    return not left


def _brightness_first(data: bytes, parts: list[Part], components: bytes) -> bool:
    """Whether the decoder takes the first of three components for the brightness, told as it tells it."""
    heads = parts[: [part.name for part in parts].index("SOS")]
    if len(components) != 3:
        return False
    if any(part.name == "JFIF" for part in heads):
        return True
    transforms = {data[part.stop - 1] for part in heads if part.name == "Adobe"}
    return transforms == {1} or (not transforms and components == b"\x01\x02\x03")


def planes(data: bytes, container: Container) -> Image.Image:
    """Brightness exactly as it is stored, and the two colours made as fine, in mode YCbCr.

    Raises:
        Damaged: the picture is not stored that way.
    """
    image = Image.open(BytesIO(picture_parts(data, container)), formats=("JPEG",))
    image.draft("YCbCr", None)
    image.load()
    if image.mode != "YCbCr" or image.size != container.sizes[0]:
        raise Damaged("it is stored in another way than it states")
    return image


def complete(data: bytes, container: Container) -> None:
    """Whether every scan reaches the last pixel: the decoder fills what is missing with grey in silence.

    Bytes put behind a scan change nothing in a complete picture; in a cut one they become pixels.
    """
    if any(part.name in _ARITHMETIC for part in container.parts):
        return  # there, trailing zero bytes may be left out
    core = picture_parts(data, container)
    longer = b"".join(
        data[part.start : part.end] + (_FILLER if part.name == "SOS" else b"")
        for part in container.parts
        if part.picture
    )
    with (
        Image.open(BytesIO(core), formats=("JPEG",)) as once,
        Image.open(BytesIO(longer), formats=("JPEG",)) as again,
    ):
        if ImageChops.difference(once, again).getbbox() is not None:
            raise Damaged("some of its pixels are missing")


def write(out: BinaryIO, sequence: Sequence) -> None:
    """A JPEG without chroma subsampling and without any segment that the pixels do not need."""
    for frame in sequence.frames:
        Image.fromarray(frame.pixels).save(out, "JPEG", quality=QUALITY, subsampling=0)


CODEC: Final = Codec(
    kind="jpeg",
    pillow="JPEG",
    parse=parse,
    core=picture_parts,
    complete=complete,
    write=write,
    copy_parts=frozenset({"SOI", "JFIF", "DQT", "SOF0", "DHT", "SOS", "EOI"}),
)
