"""What a ZIP file holds: the files its directory names, the ones it does not, and every byte beside them.

Format: PKWARE APPNOTE.TXT 6.3.10. Read by hand because libraries pass over what no directory names.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from app.errors import TooLarge, Unreadable, Unsupported

LOCAL: Final = b"PK\x03\x04"
CENTRAL: Final = b"PK\x01\x02"
END: Final = b"PK\x05\x06"
_END_64: Final = b"PK\x06\x06"
_LOCATOR_64: Final = b"PK\x06\x07"
_DESCRIPTOR: Final = b"PK\x07\x08"

_LOCAL_FIELDS: Final = struct.Struct("<4s5H3I2H")
_CENTRAL_FIELDS: Final = struct.Struct("<4s6H3I5H2I")
_END_FIELDS: Final = struct.Struct("<4s4H2IH")
_END_64_FIELDS: Final = struct.Struct("<4sQ2H2I4Q")

STORED: Final = 0
DEFLATED: Final = 8

MOST_ENTRIES: Final = 20_000
"""Files in one archive; more are refused."""

_MOST_RATIO: Final = 250
_RATIO_FROM: Final = 128 << 20
_LONGEST_COMMENT: Final = 0xFFFF
_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF
_ZIP_64: Final = 0x0001
_HARMLESS_EXTRAS: Final = frozenset((_ZIP_64, 0x000A, 0x5455, 0x5855, 0x7855, 0x7875, 0xCAFE, 0xA220))
_UTF_8: Final = 1 << 11
_WITH_DESCRIPTOR: Final = 1 << 3
_ENCRYPTED: Final = 1 << 0
_UNIX: Final = 3
_LINK, _KIND = 0o120000, 0o170000


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in an archive.

    Attributes:
        start, end: bytes of the archive that it takes, header and descriptor among them.
        first: where its packed content begins.
        packed, size: bytes of its content, packed and unpacked, as stated.
        listed: the directory names it.
        remarks: what its headers say beside that: comment, private extra fields.
        differs: its own header says something else than the directory does.
    """

    name: str = field(repr=False)
    start: int
    end: int
    first: int
    packed: int
    size: int
    crc: int
    method: int
    flags: int
    listed: bool = True
    link: bool = False
    remarks: bytes = field(default=b"", repr=False)
    differs: bool = False

    @property
    def folder(self) -> bool:
        return self.name.endswith("/") and self.size == 0

    @property
    def encrypted(self) -> bool:
        return bool(self.flags & _ENCRYPTED)


@dataclass(frozen=True, slots=True)
class Archive:
    """A ZIP file taken apart.

    Attributes:
        entries: what the directory names, in its order.
        orphans: files that only their own headers name.
        comment: of the whole archive.
        gaps: bytes, half-open, that belong to nothing.
    """

    data: bytes = field(repr=False)
    entries: tuple[Entry, ...]
    orphans: tuple[Entry, ...]
    comment: bytes = field(repr=False)
    gaps: tuple[tuple[int, int], ...]

    def content(self, entry: Entry) -> bytes:
        """The unpacked content of a file, never more than it states.

        Raises:
            Unreadable, Unsupported: it is damaged, encrypted, or packed in an unusual way.
        """
        if entry.encrypted:
            raise Unsupported(
                "This file in the archive is encrypted.",
                "Unpack it with its password and check what comes out.",
            )
        packed = memoryview(self.data)[entry.first : entry.first + entry.packed]
        if entry.method == STORED:
            content = bytes(packed)
        elif entry.method == DEFLATED:
            content, _ = inflated(packed, entry.size)
        else:
            raise Unsupported(
                "This file in the archive is packed in an unusual way.",
                "Unpack it and check what comes out.",
            )
        if len(content) != entry.size or zlib.crc32(content) != entry.crc:
            raise _damaged()
        return content

    def slack(self, entry: Entry) -> bytes:
        """Bytes behind the end of a file's packed content that count as its own all the same."""
        if entry.encrypted or entry.method != DEFLATED:
            return b""
        packed = memoryview(self.data)[entry.first : entry.first + entry.packed]
        try:
            return inflated(packed, entry.size)[1]
        except Unreadable:
            return b""


def inflated(packed: bytes | memoryview, size: int) -> tuple[bytes, bytes]:
    """What a deflate stream unpacks to, at most ``size`` bytes and one, and what stands behind its end.

    Raises:
        Unreadable: it is none, or goes on behind ``size``.
    """
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = engine.decompress(packed, size + 1)
    except zlib.error:
        raise _damaged() from None
    if not engine.eof:
        raise _damaged()
    return content, engine.unused_data


def looks_like_zip(data: bytes) -> bool:
    """Whether ``data`` begins with a ZIP file, or ends with the directory of one."""
    if data.startswith((LOCAL, END)):
        return True
    floor = max(0, len(data) - _END_FIELDS.size - _LONGEST_COMMENT)
    found = _end_record(data, floor)
    if found is None:
        return False
    fields = _END_FIELDS.unpack_from(data, found)
    start = found - fields[5]
    return fields[4] > 0 and start > 0 and data.startswith(CENTRAL, start)


def read_archive(data: bytes, most: int) -> Archive:
    """Takes an archive apart without unpacking anything.

    Args:
        most: bytes that all files together may unpack to, as they state.

    Raises:
        Unreadable: truncated or damaged, or its files overlap.
        TooLarge: more files or bytes than are examined.
    """
    end = _end_record(data)
    if end is None:
        raise Unreadable(
            "The archive has no directory; its end is missing.", "Download or copy it again, completely."
        )
    count, size, offset, before = _directory(data, end)
    comment_length = _END_FIELDS.unpack_from(data, end)[7]
    behind = end + _END_FIELDS.size + comment_length
    start = before - size
    if count > MOST_ENTRIES:
        raise TooLarge(
            f"The archive holds more than {MOST_ENTRIES} files.", "Unpack it and check the folder instead."
        )
    if start < 0 or offset > start:
        raise _damaged()
    entries = tuple(_entries(data, start, before, count, start - offset))
    _check_sizes(entries, most)
    taken = sorted((entry.start, entry.end) for entry in entries)
    if any(one[1] > other[0] for one, other in pairwise(taken)) or (taken and taken[-1][1] > start):
        raise Unreadable("Files in the archive overlap.", "Pack the files again with a usual program.")
    orphans, gaps = _between([*taken, (start, before), (end, behind)], data, most)
    comment = data[end + _END_FIELDS.size : behind]
    return Archive(data, entries, orphans, comment, gaps)


def _damaged() -> Unreadable:
    return Unreadable("The archive is damaged.", "Download or copy it again, completely.")


def _end_record(data: bytes, floor: int = 0) -> int | None:
    """Where the end record begins, from ``floor`` on: the last one whose comment fits into the file."""
    at = data.rfind(END, floor)
    while at >= 0:
        if at + _END_FIELDS.size <= len(data):
            length = _END_FIELDS.unpack_from(data, at)[7]
            if at + _END_FIELDS.size + length <= len(data):
                return at
        at = data.rfind(END, floor, at)
    return None


def _directory(data: bytes, end: int) -> tuple[int, int, int, int]:
    """How many files, how long the directory is, where it is said to begin, and where it really ends."""
    fields = _END_FIELDS.unpack_from(data, end)
    count, size, offset = fields[4], fields[5], fields[6]
    locator = end - 20
    if locator >= 0 and data.startswith(_LOCATOR_64, locator):
        record = data.rfind(_END_64, max(0, locator - _END_64_FIELDS.size - _LONGEST_COMMENT), locator)
        if record < 0 or record + _END_64_FIELDS.size > locator:
            raise _damaged()
        large = _END_64_FIELDS.unpack_from(data, record)
        return large[7], large[8], large[9], record
    if count == _FULL_16 or _FULL_32 in (size, offset):
        raise _damaged()
    return count, size, offset, end


def _entries(data: bytes, start: int, before: int, count: int, shift: int) -> Iterator[Entry]:
    at = start
    for _ in range(count):
        if at + _CENTRAL_FIELDS.size > before or not data.startswith(CENTRAL, at):
            raise _damaged()
        fields = _CENTRAL_FIELDS.unpack_from(data, at)
        made_by, flags, method, crc = fields[1], fields[3], fields[4], fields[7]
        packed, size, header = fields[8], fields[9], fields[16]
        name_length, extra_length, comment_length, attributes = *fields[10:13], fields[15]
        at += _CENTRAL_FIELDS.size
        name, extra = data[at : at + name_length], data[at + name_length : at + name_length + extra_length]
        at += name_length + extra_length
        comment = data[at : at + comment_length]
        at += comment_length
        if at > before:
            raise _damaged()
        size, packed, header = _large(extra, size, packed, header)
        link = made_by >> 8 == _UNIX and (attributes >> 16) & _KIND == _LINK
        entry = Entry(_text(name, flags), 0, 0, 0, packed, size, crc, method, flags, link=link)
        yield _placed(data, entry, name, header + shift, comment + _private(extra))
    if at != before:
        raise _damaged()


def _placed(data: bytes, entry: Entry, name: bytes, start: int, remarks: bytes) -> Entry:
    """The entry with what its own header says."""
    if start < 0 or not data.startswith(LOCAL, start) or start + _LOCAL_FIELDS.size > len(data):
        raise _damaged()
    fields = _LOCAL_FIELDS.unpack_from(data, start)
    own_name = data[start + _LOCAL_FIELDS.size :][: fields[9]]
    first = start + _LOCAL_FIELDS.size + fields[9] + fields[10]
    extra = data[first - fields[10] : first]
    end = first + entry.packed
    if end > len(data):
        raise _damaged()
    same = own_name == name and fields[3] == entry.method
    if not same and own_name != name:
        remarks += b"\n" + own_name
    if entry.flags & _WITH_DESCRIPTOR:
        end += _descriptor(data, end, entry.crc)
    else:
        same = same and fields[6] == entry.crc and fields[8] in (entry.size, _FULL_32)
    return replace(
        entry, start=start, end=end, first=first, remarks=remarks + _private(extra), differs=not same
    )


def _descriptor(data: bytes, at: int, crc: int) -> int:
    """How many bytes behind a file repeat its sizes, because they were not known before."""
    check = struct.pack("<I", crc)
    if data.startswith(_DESCRIPTOR + check, at):
        following = data[at + 16 : at + 20]
        return 24 if data[at + 24 : at + 26] == b"PK" and not following.startswith(b"PK") else 16
    return 12 if data.startswith(check, at) else 0


def _large(extra: bytes, size: int, packed: int, header: int) -> tuple[int, int, int]:
    """Sizes and place with those of the 64-bit field where the short ones are full."""
    for kind, content in _extras(extra):
        if kind != _ZIP_64:
            continue
        values = [int.from_bytes(content[at : at + 8], "little") for at in range(0, len(content) - 7, 8)]
        size = values.pop(0) if size == _FULL_32 and values else size
        packed = values.pop(0) if packed == _FULL_32 and values else packed
        header = values.pop(0) if header == _FULL_32 and values else header
    return size, packed, header


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length
    if at < len(extra):
        yield -1, extra[at:]


def _private(extra: bytes) -> bytes:
    """What extra fields hold beside times, owners and sizes."""
    return b"".join(
        b"\n" + content
        for kind, content in _extras(extra)
        if kind not in _HARMLESS_EXTRAS and content.strip(b"\0")
    )


def _text(name: bytes, flags: int) -> str:
    return name.decode("utf-8" if flags & _UTF_8 or _is_utf_8(name) else "cp437", "replace")


def _is_utf_8(name: bytes) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _check_sizes(entries: tuple[Entry, ...], most: int) -> None:
    size, packed = sum(entry.size for entry in entries), sum(entry.packed for entry in entries)
    if size > most or (size > _RATIO_FROM and size > _MOST_RATIO * max(1, packed)):
        raise TooLarge(
            f"The archive would unpack to {size >> 20} MiB.",
            "Raise the limit with --max-file, or unpack it and check what is needed.",
        )


def _between(
    taken: list[tuple[int, int]], data: bytes, most: int
) -> tuple[tuple[Entry, ...], tuple[tuple[int, int], ...]]:
    """The files that no directory names, and the bytes that belong to nothing."""
    orphans: list[Entry] = []
    gaps: list[tuple[int, int]] = []
    end = 0
    for first, last in [*sorted(taken), (len(data), len(data))]:
        while end < first:
            at = data.find(LOCAL, end, first)
            found = _orphan(data, at, first, most) if at >= 0 and len(orphans) < MOST_ENTRIES else None
            stop = found.start if found else first
            if end < stop:
                gaps.append((end, stop))
            if found:
                orphans.append(found)
                most -= found.size
            end = found.end if found else first
        end = max(end, last)
    return tuple(orphans), tuple(gaps)


def _orphan(data: bytes, start: int, stop: int, most: int) -> Entry | None:
    """The file whose own header begins at ``start``, if it is whole."""
    if start + _LOCAL_FIELDS.size > stop:
        return None
    fields = _LOCAL_FIELDS.unpack_from(data, start)
    flags, method, crc, packed, size = fields[2], fields[3], *fields[6:9]
    name_end = start + _LOCAL_FIELDS.size + fields[9]
    first = name_end + fields[10]
    if first > stop:
        return None
    if method == DEFLATED and not flags & _ENCRYPTED:
        engine = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = engine.decompress(memoryview(data)[first:stop], max(1, most))
        except zlib.error:
            return None
        if not engine.eof:
            return None
        packed, size, crc = stop - first - len(engine.unused_data), len(content), zlib.crc32(content)
    elif first + packed > stop or (method == STORED and (size != packed or size > most)):
        return None
    end = first + packed
    if flags & _WITH_DESCRIPTOR:
        end = min(stop, end + _descriptor(data, end, crc))
    name = _text(data[start + _LOCAL_FIELDS.size : name_end], flags)
    return Entry(name, start, end, first, packed, size, crc, method, flags, listed=False)
