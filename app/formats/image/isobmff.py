"""Boxes and items of HEIC and AVIF files, read within bounds and without a decoder.

Sources: ISO/IEC 14496-12 (boxes, tracks) and ISO/IEC 23008-12 (items and their properties).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.formats.image.container import MOST_PARTS, Damaged

CUT: Final = "it ends before the picture is complete"
_NONSENSE: Final = "its index makes no sense"

MOST_ITEMS: Final = 10_000
"""A picture of 100 megapixels in tiles of 512 × 512 has some 400."""

_LONG_KIND: Final = 16


@dataclass(frozen=True, slots=True)
class Box:
    """A half-open range of bytes with a kind of four characters; ``body`` is where its payload begins."""

    kind: str
    start: int
    body: int
    end: int


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a file holds: a picture, a tile of one, or metadata.

    Attributes:
        entry: its entry in the index.
        named: where its name stands in the file.
        extents: the ranges of the file that hold it.
        properties: in the order in which they apply.
    """

    number: int
    kind: str
    hidden: bool
    entry: Box
    named: tuple[int, int]
    mime: str
    extents: tuple[tuple[int, int], ...]
    properties: tuple[Box, ...]

    def property(self, kind: str) -> Box | None:
        return next((box for box in self.properties if box.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Reference:
    """One item pointing to others: by ``dimg`` to its parts, by ``thmb`` and ``auxl`` to its picture."""

    box: Box
    source: int
    targets: tuple[int, ...]


class Numbers:
    """Reads numbers of one range of a file, one after the other."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self._data = data
        self.at = start
        self.end = end

    def take(self, size: int) -> int:
        """The next ``size`` bytes as an unsigned number; 0 for none."""
        if self.at + size > self.end:
            raise Damaged(CUT)
        self.at += size
        return int.from_bytes(self._data[self.at - size : self.at], "big")

    def text(self) -> str:
        """The next characters up to a zero byte or the end."""
        stop = self._data.find(b"\0", self.at, self.end)
        stop = self.end if stop < 0 else stop
        text = self._data[self.at : stop].decode("utf-8", "replace")
        self.at = min(stop + 1, self.end)
        return text

    def version(self) -> tuple[int, int]:
        """Version and flags, with which full boxes begin."""
        word = self.take(4)
        return word >> 24, word & 0xFFFFFF


def boxes(data: bytes, start: int, end: int) -> list[Box]:
    """The boxes that fill a range.

    Raises:
        Damaged: something else is there.
    """
    found: list[Box] = []
    at = start
    while at < end:
        box = box_at(data, at, end)
        if box is None or len(found) > MOST_PARTS:
            raise Damaged(_NONSENSE)
        found.append(box)
        at = box.end
    return found


def box_at(data: bytes, at: int, end: int) -> Box | None:
    """The box that begins at a place, None where none can."""
    if at + 8 > end:
        return None
    size, body = int.from_bytes(data[at : at + 4], "big"), at + 8
    if size == 1 and at + 16 <= end:
        size, body = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
    elif size == 0:
        size = end - at
    raw = data[at + 4 : at + 8]
    if size < body - at or at + size > end or not all(0x20 <= byte < 0x7F or byte == 0xA9 for byte in raw):
        return None
    kind = raw.decode("latin-1")
    if kind == "uuid" and body + _LONG_KIND <= at + size:
        body += _LONG_KIND
    return Box(kind, at, body, at + size)


class Index:
    """The items of a file and what belongs to what.

    Attributes:
        meta: the box that holds all this.
        children: the boxes in it.
        properties: all of them, whether any item has them or not.
        primary: number of the item that viewers show.
        primary_at: where that number stands, and how many bytes it has.
    """

    def __init__(self, data: bytes, meta: Box, end: int) -> None:
        self.data = data
        self.meta = meta
        self.children = boxes(data, meta.body + 4, meta.end)
        numbers = self._numbers("pitm")
        version, _ = numbers.version()
        self.primary_at = numbers.at, 4 if version else 2
        self.primary = numbers.take(self.primary_at[1])
        holder = self._child("iprp")
        inner = boxes(data, holder.body, holder.end) if holder else []
        self.properties = [
            box for one in inner if one.kind == "ipco" for box in boxes(data, one.body, one.end)
        ]
        assigned = self._assigned([one for one in inner if one.kind == "ipma"])
        places = self._places(end)
        self.items: dict[int, Item] = {}
        for entry in self._entries():
            item = self._item(entry, places, assigned)
            if item is not None:
                self.items[item.number] = item
        if self.primary not in self.items:
            raise Damaged("it holds no picture")
        self.references = self._references()
        self._targets: dict[tuple[int, str], list[int]] = {}
        for one in self.references:
            self._targets.setdefault((one.source, one.box.kind), []).extend(one.targets)

    def _child(self, kind: str) -> Box | None:
        return next((box for box in self.children if box.kind == kind), None)

    def _numbers(self, kind: str) -> Numbers:
        box = self._child(kind)
        if box is None:
            raise Damaged("it holds no picture")
        return Numbers(self.data, box.body, box.end)

    def _entries(self) -> list[Box]:
        numbers = self._numbers("iinf")
        version, _ = numbers.version()
        numbers.take(4 if version else 2)
        entries = boxes(self.data, numbers.at, numbers.end)
        if len(entries) > MOST_ITEMS:
            raise Damaged("it consists of too many parts")
        return [entry for entry in entries if entry.kind == "infe"]

    def _item(
        self,
        entry: Box,
        places: dict[int, tuple[tuple[int, int], ...]],
        assigned: dict[int, list[int]],
    ) -> Item | None:
        numbers = Numbers(self.data, entry.body, entry.end)
        version, flags = numbers.version()
        if version < 2:
            return None
        number = numbers.take(2 if version == 2 else 4)
        numbers.take(2)
        kind = numbers.take(4).to_bytes(4, "big").decode("latin-1")
        begin = numbers.at
        numbers.text()
        named = begin, numbers.at
        mime = numbers.text() if kind == "mime" else ""
        properties = tuple(
            self.properties[at - 1] for at in assigned.get(number, []) if 0 < at <= len(self.properties)
        )
        return Item(number, kind, bool(flags & 1), entry, named, mime, places.get(number, ()), properties)

    def _assigned(self, maps: list[Box]) -> dict[int, list[int]]:
        """Item number to the numbers of its properties, from 1."""
        found: dict[int, list[int]] = {}
        for box in maps:
            numbers = Numbers(self.data, box.body, box.end)
            version, flags = numbers.version()
            width = 2 if flags & 1 else 1
            for _ in range(_bounded(numbers.take(4))):
                mine = found.setdefault(numbers.take(4 if version else 2), [])
                mine += [numbers.take(width) & ((1 << 8 * width - 1) - 1) for _ in range(numbers.take(1))]
        return found

    def _places(self, end: int) -> dict[int, tuple[tuple[int, int], ...]]:
        """Item number to the ranges of the file that hold it."""
        numbers = self._numbers("iloc")
        version, _ = numbers.version()
        widths = numbers.take(2)
        offset, length, base, index = (widths >> shift & 15 for shift in (12, 8, 4, 0))
        own = self._child("idat")
        found: dict[int, tuple[tuple[int, int], ...]] = {}
        total = 0
        for _ in range(_bounded(numbers.take(4 if version == 2 else 2))):
            number = numbers.take(4 if version == 2 else 2)
            method = numbers.take(2) & 15 if version else 0
            elsewhere = numbers.take(2)
            if elsewhere or method > 1 or (method and own is None):
                raise Damaged("parts of it are stored in a way that is not known")
            start, stop = (own.body, own.end) if method and own else (0, end)
            start += numbers.take(base)
            ranges: list[tuple[int, int]] = []
            for _ in range(numbers.take(2)):
                if version:
                    numbers.take(index)
                at = start + numbers.take(offset)
                size = numbers.take(length) or stop - at
                if size < 0 or at + size > stop:
                    raise Damaged(CUT)
                ranges.append((at, at + size))
            total += len(ranges)
            _bounded(total, MOST_PARTS)
            found[number] = tuple(ranges)
        return found

    def _references(self) -> tuple[Reference, ...]:
        holder = self._child("iref")
        if holder is None:
            return ()
        found: list[Reference] = []
        version, _ = Numbers(self.data, holder.body, holder.end).version()
        width = 4 if version else 2
        for box in boxes(self.data, holder.body + 4, holder.end):
            numbers = Numbers(self.data, box.body, box.end)
            source = numbers.take(width)
            targets = tuple(numbers.take(width) for _ in range(numbers.take(2)))
            found.append(Reference(box, source, targets))
        return tuple(found)

    def made_of(self, number: int) -> set[int]:
        """An item and all that it is put together from."""
        found: set[int] = set()
        left = [number]
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                left += self.targets(one, "dimg")
        return found

    def targets(self, number: int, kind: str) -> list[int]:
        return self._targets.get((number, kind), [])


def _bounded(count: int, most: int = MOST_ITEMS) -> int:
    if count > most:
        raise Damaged("it consists of too many parts")
    return count
