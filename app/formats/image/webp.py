"""WebP: RIFF chunks in, fresh lossless chunks out. Source: RFC 9649."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import BinaryIO, Final

from PIL import Image

from app.formats.image.container import (
    Codec,
    Container,
    Damaged,
    Part,
    Pixels,
    Sequence,
    bounded,
    changed_area,
    taken_on_trust,
)

_CUT: Final = "it ends before the picture is complete"
_DECODING: Final = frozenset({"VP8 ", "VP8L", "VP8X", "ANIM", "ALPH"})
_ANIMATION_FLAG: Final = 0x02
_ALPHA_FLAG: Final = 0x10


def parse(data: bytes) -> Container:
    """The chunks of a WebP, those inside animation frames included."""
    if len(data) < 20:
        raise Damaged(_CUT)
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data) or end < 20:
        raise Damaged(_CUT)
    parts = [Part("RIFF", 0, 12, 8, 12, picture=True)]
    _chunks(data, 12, end, parts)
    names = [part.name for part in parts]
    lossy = "VP8 " in names
    frames = names.count("ANMF")
    first = parts[1]
    if first.name == "VP8X" and first.stop - first.body == 10:
        width = 1 + int.from_bytes(data[first.body + 4 : first.body + 7], "little")
        height = 1 + int.from_bytes(data[first.body + 7 : first.body + 10], "little")
        if bool(data[first.body] & _ANIMATION_FLAG) != bool(frames):
            raise Damaged("its header and its frames contradict each other")
    elif first.name in {"VP8 ", "VP8L"}:
        width, height = _size(data, first)
        if frames or names.count(first.name) != 1:
            raise Damaged("its header and its frames contradict each other")
    else:
        raise Damaged("it holds no picture")
    for part in parts:
        if part.name in {"VP8 ", "VP8L"}:
            w, h = _size(data, part)
            if w > width or h > height:
                raise Damaged("a frame reaches over the edge of the picture")
    if not any(name in {"VP8 ", "VP8L"} for name in names):
        raise Damaged("it holds no picture")
    loops = [data[part.body + 4 : part.body + 6] for part in parts if part.name == "ANIM"]
    loop = int.from_bytes(loops[0], "little") if loops else None
    return Container(((width, height),) * max(1, frames), tuple(parts), end, lossy=lossy, loop=loop)


def _chunks(data: bytes, at: int, end: int, parts: list[Part], *, inside: bool = False) -> None:
    while at < end:
        bounded(parts)
        if at + 8 > end:
            raise Damaged(_CUT)
        name = data[at : at + 4].decode("latin-1")
        stop = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        after = stop + (stop & 1)
        if stop > end:
            raise Damaged(_CUT)
        after = min(after, end)
        if name == "ANMF" and not inside:
            if stop - at < 24:
                raise Damaged(_CUT)
            parts.append(Part(name, at, at + 24, at + 8, at + 24, picture=True))
            _chunks(data, at + 24, stop, parts, inside=True)
        else:
            parts.append(Part(name, at, after, at + 8, stop, picture=name in _DECODING))
        at = after


def _size(data: bytes, part: Part) -> tuple[int, int]:
    body = data[part.body : part.body + 10]
    if part.name == "VP8 " and len(body) == 10 and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    if part.name == "VP8L" and len(body) >= 5 and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    raise Damaged("a frame has no valid header")


def core(data: bytes, container: Container) -> bytes:
    """The picture chunks in a RIFF of their own; frames keep only theirs, too."""
    chunks: list[bytes] = []
    frame: list[bytes] | None = None
    inner_end = 0
    frames_end = {part.start: _frame_end(data, part) for part in container.named("ANMF")}

    def close() -> None:
        nonlocal frame
        if frame is not None:
            body = b"".join(frame)
            chunks.append(b"ANMF" + struct.pack("<I", len(body)) + body)
            frame = None

    for part in container.parts[1:]:
        if frame is not None and part.start >= inner_end:
            close()
        if part.name == "ANMF":
            frame, inner_end = [data[part.body : part.stop]], frames_end[part.start]
        elif part.picture:
            body = data[part.body : part.stop]
            if part.name == "VP8X":
                body = bytes([body[0] & (_ANIMATION_FLAG | _ALPHA_FLAG)]) + body[1:]
            chunk = (
                part.name.encode("latin-1") + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)
            )
            (chunks if frame is None else frame).append(chunk)
    close()
    whole = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def _frame_end(data: bytes, part: Part) -> int:
    return part.start + 8 + int.from_bytes(data[part.start + 4 : part.start + 8], "little")


def write(out: BinaryIO, sequence: Sequence) -> None:
    """A lossless WebP, each frame of an animation being a still of what changed."""
    if sequence.count == 1:
        for frame in sequence.frames:
            chunk = _lossless(frame.pixels)
            out.write(b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk)
        return
    chunks = [
        _chunk(
            b"VP8X", bytes([_ANIMATION_FLAG, 0, 0, 0]) + _u24(sequence.width - 1) + _u24(sequence.height - 1)
        ),
        _chunk(b"ANIM", b"\xff\xff\xff\xff" + struct.pack("<H", min(sequence.loop or 0, 0xFFFF))),
    ]
    before: Pixels | None = None
    for frame in sequence.frames:
        left, top, right, bottom = changed_area(before, frame.pixels, even=True)
        before = frame.pixels
        place = (left // 2, top // 2, right - left - 1, bottom - top - 1, min(frame.duration, 0xFFFFFF))
        header = b"".join(map(_u24, place)) + b"\x02"  # no blending, no disposal
        chunks.append(_chunk(b"ANMF", header + _lossless(frame.pixels[top:bottom, left:right])))
    whole = b"WEBP" + b"".join(chunks)
    out.write(b"RIFF" + struct.pack("<I", len(whole)) + whole)


def _lossless(pixels: Pixels) -> bytes:
    """The one chunk of the lossless still that Pillow makes of the pixels."""
    still = BytesIO()
    Image.fromarray(pixels).save(still, "WEBP", lossless=True, quality=50, method=3)
    data = still.getvalue()
    part = parse(data).named("VP8L")[0]
    return data[part.start : part.end]


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def _u24(number: int) -> bytes:
    return number.to_bytes(3, "little")


CODEC: Final = Codec(
    kind="webp",
    pillow="WEBP",
    parse=parse,
    core=core,
    complete=taken_on_trust,
    write=write,
    copy_parts=frozenset({"RIFF", "VP8X", "ANIM", "ANMF", "VP8L"}),
)
