"""TIFF, and the EXIF blocks that have its form: directories in, a fresh file out. Source: TIFF 6.0."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from PIL import ExifTags

from app.formats.image.container import (
    Codec,
    Container,
    Damaged,
    Part,
    Pixels,
    Sequence,
    bounded,
    taken_on_trust,
)

_CUT: Final = "it ends before the picture is complete"
_WIDTHS: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_LONG_WIDTHS: Final = {16: 8, 17: 8, 18: 8}
_NUMBERS: Final = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_BELOW: Final = {330: "SubIFD", 34665: "Exif", 34853: "GPS", 40965: "Interop"}
_DATA: Final = ((273, 279), (324, 325), (513, 514))
_LOSSY: Final = frozenset({6, 7, 33003, 33004, 33005, 34712, 34892, 50001, 52546})
_NUMERIC: Final = frozenset(
    {254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284}
    | {286, 287, 290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 330, 332}
    | {334, 336, 338, 339, 340, 341, 342, 347, 512, 513, 514, 515, 519, 520, 521, 529, 530, 531, 532}
)
"""Tags that say how pixels are stored; every other one is metadata."""

_PRIVATE: Final = 65000
"""From here on, everybody may use a tag for what he likes."""

_DEEPEST: Final = 8
_STRIP: Final = 1 << 18
_LARGEST: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Entry:
    """One directory entry; ``start`` and ``stop`` bound its payload in the file."""

    tag: int
    kind: int
    count: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Directory:
    """One image file directory.

    Attributes:
        path: ``page 1`` … for the main chain, ``Exif``, ``GPS``, ``SubIFD`` … below it.
        offset, end: its own bytes.
    """

    path: str
    offset: int
    end: int
    entries: tuple[Entry, ...]

    def entry(self, tag: int) -> Entry | None:
        return next((entry for entry in self.entries if entry.tag == tag), None)


class Tree:
    """All directories of a TIFF or EXIF block, loops and overlong chains refused."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.order = "<" if data[:2] == b"II" else ">"
        version = self._number("H", 2)
        if version not in {42, 43}:
            raise Damaged("its header makes no sense")
        self.big = version == 43
        self.header = 16 if self.big else 8
        self._seen: set[int] = set()
        self._entries = 0
        self.directories = tuple(self._chain(self._offset(8 if self.big else 4), "page"))

    def _number(self, code: str, at: int) -> int:
        if at < 0 or at + struct.calcsize(code) > len(self.data):
            raise Damaged(_CUT)
        (number,) = struct.unpack_from(self.order + code, self.data, at)
        return int(number)

    def _offset(self, at: int) -> int:
        return self._number("Q" if self.big else "I", at)

    def _chain(self, offset: int, name: str, depth: int = 0) -> Iterator[Directory]:
        if depth > _DEEPEST:
            raise Damaged("its directories are nested too deeply")
        number = 0
        while offset:
            number += 1
            directory, following = self._directory(offset, f"{name} {number}" if name == "page" else name)
            yield directory
            for tag, below in _BELOW.items():
                entry = directory.entry(tag)
                if entry is not None:
                    for inner in self.numbers(entry, 64):
                        if inner and inner not in self._seen:
                            yield from self._chain(inner, below, depth + 1)
            offset = following

    def _directory(self, offset: int, path: str) -> tuple[Directory, int]:
        if offset in self._seen:
            raise Damaged("its directories form a loop")
        self._seen.add(offset)
        count = self._number("Q" if self.big else "H", offset)
        at = offset + (8 if self.big else 2)
        width = 20 if self.big else 12
        end = at + count * width + (8 if self.big else 4)
        if end > len(self.data):
            raise Damaged(_CUT)
        self._entries += count
        if self._entries > 100_000:
            raise Damaged("it consists of too many parts")
        entries = tuple(self._entry(at + i * width) for i in range(count))
        return Directory(path, offset, end, entries), self._offset(end - (8 if self.big else 4))

    def _entry(self, at: int) -> Entry:
        tag, kind = self._number("H", at), self._number("H", at + 2)
        count = self._offset(at + 4)
        width = _WIDTHS.get(kind) or (_LONG_WIDTHS.get(kind) if self.big else None) or 1
        inline, value = (8, at + 12) if self.big else (4, at + 8)
        start = value if count * width <= inline else self._offset(value)
        if start + count * width > len(self.data):
            raise Damaged(_CUT)
        return Entry(tag, kind, count, start, start + count * width)

    def numbers(self, entry: Entry, most: int) -> tuple[int, ...]:
        """Up to ``most`` whole numbers of an entry; empty for other kinds."""
        code = _NUMBERS.get(entry.kind)
        if code is None:
            return ()
        return struct.unpack_from(f"{self.order}{min(entry.count, most)}{code}", self.data, entry.start)

    def number(self, directory: Directory, tag: int, default: int) -> int:
        entry = directory.entry(tag)
        return next(iter(self.numbers(entry, 1)), default) if entry else default

    def stored(self, directory: Directory) -> list[tuple[int, int]]:
        """Ranges of the file that hold the directory's pixels: strips, tiles, or an embedded JPEG."""
        found: list[tuple[int, int]] = []
        for offsets, lengths in _DATA:
            a, b = directory.entry(offsets), directory.entry(lengths)
            if a is not None and b is not None:
                most = len(self.data)
                pairs = zip(self.numbers(a, most), self.numbers(b, most), strict=False)
                found += [(start, start + length) for start, length in pairs if length]
        return found


def tag_name(directory: Directory, tag: int) -> str:
    """A tag's name in the EXIF or TIFF standard, or its number."""
    if directory.path == "GPS":
        return ExifTags.GPSTAGS.get(tag, f"GPS tag {tag}")
    return f"tag {tag}" if tag >= _PRIVATE else ExifTags.TAGS.get(tag, f"tag {tag}")


def is_metadata(entry: Entry) -> bool:
    return entry.tag not in _NUMERIC


def parse(data: bytes) -> Container:
    """Directories, values and strips of a TIFF; every main directory is a page."""
    tree = Tree(data)
    parts = [Part("header", 0, tree.header, 0, tree.header, picture=True)]
    sizes: list[tuple[int, int]] = []
    lossy = False
    end = tree.header
    for directory in tree.directories:
        page = directory.path.startswith("page")
        name = "directory" if page else f"{directory.path} directory"
        parts.append(
            Part(name, directory.offset, directory.end, directory.offset, directory.end, picture=page)
        )
        if page:
            size = tree.number(directory, 256, 0), tree.number(directory, 257, 0)
            if min(size) <= 0:
                raise Damaged("a page has no size")
            sizes.append(size)
            lossy |= tree.number(directory, 259, 1) in _LOSSY
        for start, stop in tree.stored(directory):
            if stop > len(data):
                raise Damaged(_CUT)
            parts.append(Part("pixels" if page else "inner pixels", start, stop, start, stop, picture=page))
        for entry in directory.entries:
            own = page and not is_metadata(entry)
            label = f"tag {entry.tag}" if page else f"{directory.path} {entry.tag}"
            parts.append(Part(label, entry.start, entry.stop, entry.start, entry.stop, picture=own))
        bounded(parts)
    if not sizes:
        raise Damaged("it holds no picture")
    end = max(part.end for part in parts)
    return Container(tuple(sizes), tuple(parts), end, lossy=lossy)


def with_first_directory(data: bytes, offset: int) -> bytes:
    """The same TIFF with another directory in front, so that a decoder shows a hidden picture."""
    order = "little" if data[:2] == b"II" else "big"
    if data[2:4] in {b"+\0", b"\0+"}:
        return data[:8] + offset.to_bytes(8, order) + data[16:]  # type: ignore[arg-type]
    return data[:4] + offset.to_bytes(4, order) + data[8:]  # type: ignore[arg-type]


def write(out: BinaryIO, sequence: Sequence) -> None:
    """A TIFF of deflated RGB strips with horizontal prediction, one directory a page.

    Raises:
        OverflowError: more than 4 GiB.
    """
    out.write(b"II*\0" + struct.pack("<I", 0))
    at, link = 8, 4
    for frame in sequence.frames:
        height, width = frame.pixels.shape[:2]
        rows = max(1, min(height, _STRIP // (3 * width)))
        lengths: list[int] = []
        offsets: list[int] = []
        for top in range(0, height, rows):
            strip = zlib.compress(_predicted(frame.pixels[top : top + rows]), 6)
            offsets.append(at)
            lengths.append(len(strip))
            out.write(strip)
            at += len(strip)
        block, directory = _directory(at, width, height, rows, offsets, lengths)
        if at + len(block) > _LARGEST:
            raise OverflowError("a TIFF holds at most 4 GiB")
        out.write(block)
        out.seek(link)
        out.write(struct.pack("<I", directory))
        at += len(block)
        link = at - 4
        out.seek(at)


def _predicted(pixels: Pixels) -> bytes:
    """Rows of differences from the pixel to the left, modulo 256 (predictor 2)."""
    differences = pixels.copy()
    differences[:, 1:] = pixels[:, 1:] - pixels[:, :-1]
    return differences.tobytes()


def _directory(
    at: int, width: int, height: int, rows: int, offsets: list[int], lengths: list[int]
) -> tuple[bytes, int]:
    """Long values and the directory of a page to stand at ``at``, and where the directory begins."""
    long = bytearray()
    if at & 1:
        long += b"\0"

    def longs(numbers: list[int]) -> int:
        if len(numbers) == 1:
            return numbers[0]
        start = at + len(long)
        long.extend(struct.pack(f"<{len(numbers)}I", *numbers))
        return start

    bits = at + len(long)
    long.extend(struct.pack("<3H", 8, 8, 8))
    count = len(offsets)
    entries = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 3, bits),
        (259, 3, 1, 8),  # deflate
        (262, 3, 1, 2),  # RGB
        (273, 4, count, longs(offsets)),
        (277, 3, 1, 3),
        (278, 4, 1, rows),
        (279, 4, count, longs(lengths)),
        (284, 3, 1, 1),
        (317, 3, 1, 2),
    ]
    directory = at + len(long)
    body = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return bytes(long) + struct.pack("<H", len(entries)) + body + struct.pack("<I", 0), directory


CODEC: Final = Codec(
    kind="tiff",
    pillow="TIFF",
    parse=parse,
    core=lambda data, container: data[: container.end],
    complete=taken_on_trust,
    write=write,
    copy_parts=frozenset(
        {"header", "directory", "pixels"}
        | {f"tag {tag}" for tag in (256, 257, 258, 259, 262, 273, 277, 278, 279, 284, 317)}
    ),
)
