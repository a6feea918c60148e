"""BMP: the header in, a fresh file out. Source: BITMAPFILEHEADER and BITMAPINFOHEADER in the Windows API."""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

from PIL import Image

from app.formats.image.container import Codec, Container, Damaged, Part, Sequence, taken_on_trust

_CORE: Final = 12
_RUN_LENGTH: Final = frozenset({1, 2})
_MASKS: Final = {3: 12, 6: 16}
_PLAIN_HEADER: Final = 54


def parse(data: bytes) -> Container:
    """Header, palette and pixel data of a BMP; the length that its header states for the file is ignored."""
    if len(data) < 14 + _CORE:
        raise Damaged("it ends before the picture is complete")
    offset, header = struct.unpack_from("<II", data, 10)
    if 14 + header > len(data):
        raise Damaged("it ends before the picture is complete")
    compression = size = colours = 0
    if header == _CORE:
        width, height, _, bits = struct.unpack_from("<HHHH", data, 18)
    else:
        width, height, _, bits, compression, size = struct.unpack_from("<iiHHII", data, 18)
        colours = int.from_bytes(data[46:50], "little")
    if bits not in {1, 2, 4, 8, 16, 24, 32} or width <= 0 or not height:
        raise Damaged("its header makes no sense")
    head = 14 + header + (_MASKS.get(compression, 0) if header == 40 else 0)
    if bits <= 8:
        head += (3 if header == _CORE else 4) * min(colours or 1 << bits, 1 << bits)
    if compression not in _RUN_LENGTH:
        size = (width * bits + 31) // 32 * 4 * abs(height)
    end = offset + size if size else len(data)
    if offset < 14 + header or end > len(data):
        raise Damaged("it ends before the picture is complete")
    head = min(head, offset)
    plain = head == offset == _PLAIN_HEADER and (compression, bits, colours) == (0, 24, 0)
    parts = (
        Part("header" if plain else "header with more", 0, head, 14, head, picture=True),
        Part("pixels", offset, end, offset, end, picture=True),
    )
    return Container(((width, abs(height)),), parts, end)


def write(out: BinaryIO, sequence: Sequence) -> None:
    """A BMP of 24 bits a pixel."""
    for frame in sequence.frames:
        Image.fromarray(frame.pixels).save(out, "BMP")


CODEC: Final = Codec(
    kind="bmp",
    pillow="BMP",
    parse=parse,
    core=lambda data, container: data[: container.end],
    complete=taken_on_trust,
    write=write,
    copy_parts=frozenset({"header", "pixels"}),
)
