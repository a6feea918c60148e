"""ZIP files as we write them, byte by byte, and the reading that accepts nothing else.

Every file is deflated, dated 1980-01-01, without comment, extra field or descriptor, in the order given.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_VERSION: Final = 20
_DATE: Final = 0x0021  # 1980-01-01
_UTF_8: Final = 1 << 11
_FOLDER: Final = 0x10
_STORED, _DEFLATED = 0, 8
_MOST: Final = 0xFFFF_FFFF


class Malformed(ValueError):
    """A file is not as we write it; the message says where, and quotes nothing."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to pack; the name of a folder ends with a slash.

    Attributes:
        plain: it is stored without packing, as the first file of OpenDocument wants to be.
    """

    name: str = field(repr=False)
    data: bytes = field(repr=False)
    plain: bool = False


@dataclass(frozen=True, slots=True)
class _Header:
    """What both headers of a file say about it."""

    name: bytes
    method: int
    crc: int
    packed: int
    size: int

    def fields(self) -> tuple[int, ...]:
        flags = 0 if self.name.isascii() else _UTF_8
        return _VERSION, flags, self.method, 0, _DATE, self.crc, self.packed, self.size, len(self.name), 0

    def local(self) -> bytes:
        return _LOCAL.pack(b"PK\x03\x04", *self.fields()) + self.name

    def central(self, at: int) -> bytes:
        attributes = _FOLDER if self.name.endswith(b"/") else 0
        return _CENTRAL.pack(b"PK\x01\x02", _VERSION, *self.fields(), 0, 0, 0, attributes, at) + self.name


def write_zip(files: Sequence[File], out: BinaryIO) -> None:
    """Packs ``files``.

    Raises:
        ValueError: they are too many or too large for a ZIP file without 64-bit fields.
    """
    at = 0
    central: list[bytes] = []
    for file in files:
        packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        plain = file.plain or not file.data
        packed = file.data if plain else packer.compress(file.data) + packer.flush()
        name = file.name.encode("utf-8")
        method = _STORED if plain else _DEFLATED
        header = _Header(name, method, zlib.crc32(file.data), len(packed), len(file.data))
        if at > _MOST - (64 << 20) or len(name) > 0xFFFF or len(central) >= 0xFFFE:
            raise ValueError("too large")
        out.write(header.local())
        out.write(packed)
        central.append(header.central(at))
        at += _LOCAL.size + len(name) + len(packed)
    directory = b"".join(central)
    out.write(directory + _end(len(central), len(directory), at))


def _end(count: int, size: int, at: int) -> bytes:
    return _END.pack(b"PK\x05\x06", 0, 0, count, count, size, at, 0)


def read_strictly(data: bytes) -> Iterator[File]:
    """The files of an archive that ``write_zip`` made, found by walking from one to the next.

    Raises:
        Malformed: any byte is another than it would have written.
    """
    at = 0
    central: list[bytes] = []
    while data.startswith(b"PK\x03\x04", at):
        if at + _LOCAL.size > len(data):
            raise Malformed(f"the header at byte {at} is cut off")
        fields = _LOCAL.unpack_from(data, at)
        method, crc, packed, size, length = fields[3], *fields[6:10]
        start = at + _LOCAL.size + length
        header = _Header(data[start - length : start], method, crc, packed, size)
        if data[at:start] != header.local() or start + packed > len(data):
            raise Malformed(f"the header at byte {at} has more or other fields than expected")
        content = _content(data[start : start + packed], method, size)
        if zlib.crc32(content) != crc or len(content) != size:
            raise Malformed(f"the content at byte {start} is not what its header says")
        central.append(header.central(at))
        yield File(header.name.decode("utf-8", "replace"), content, method == _STORED)
        at = start + packed
    directory = b"".join(central)
    if data[at:] != directory + _end(len(central), len(directory), at):
        raise Malformed(f"the directory at byte {at} has more or other entries than expected")


def _content(packed: bytes, method: int, size: int) -> bytes:
    if method == _STORED:
        return packed
    if method != _DEFLATED:
        raise Malformed("a file is packed in another way")
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = engine.decompress(packed, size + 1)
    except zlib.error:
        raise Malformed("a file cannot be unpacked") from None
    if not engine.eof or engine.unused_data:
        raise Malformed("bytes stand behind the end of a packed file")
    return content
