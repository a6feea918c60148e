"""Text for display: bounded parts, bounded rows, harmless characters – and the way back to code points.

A text widget counts UTF-16 units, drops the return of CR LF, and becomes unusable with rows of a
megabyte. Findings count code points of the decoded file. ``TextPart`` leads from one to the other.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

PART_LENGTH: Final = 200_000
ROW_LENGTH: Final = 1_000
"""Code points; longer lines continue on further rows without a line number."""

_REPLACED: Final = {
    **{code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)},
    0x7F: 0x2421,
    0x2028: 0x2424,
    0x2029: 0x2424,
    # Direction marks can make a line read differently from what it holds.
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD),
    **dict.fromkeys((0xFDD0, 0xFDD1, 0xFFFE, 0xFFFF), 0xFFFD),  # Qt gives these a meaning of its own
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
}
"""One character for one character, so that no offset moves."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a part begins and ends in the whole text (code points) and its first line (1-based)."""

    start: int
    end: int
    first_line: int


@dataclass(frozen=True, slots=True)
class TextPart:
    """One part, laid out.

    Attributes:
        shown: what the widget shows; rows end with a line feed.
        rows: line number of each row, None for the continuation of a long line.
    """

    extent: Extent
    shown: str = field(repr=False)
    rows: tuple[int | None, ...]
    _offsets: tuple[int, ...] = field(repr=False)  # where the distance between the two counts changes
    _positions: tuple[int, ...] = field(repr=False)

    def position(self, offset: int) -> int:
        """Position in the widget (UTF-16 units) of a code point of the whole text; clamped to the part."""
        return _across(offset, self._offsets, self._positions)

    def offset(self, position: int) -> int:
        """Code point of the whole text at a position in the widget."""
        return _across(position, self._positions, self._offsets)


def _across(value: int, here: Sequence[int], there: Sequence[int]) -> int:
    value = min(max(value, here[0]), here[-1])
    at = bisect_right(here, value) - 1
    if at + 1 >= len(there):
        return there[-1]
    return min(there[at] + value - here[at], there[at + 1])


def split(text: str) -> list[Extent]:
    """The parts of a text, cut after line ends where possible; one empty part for an empty text."""
    extents: list[Extent] = []
    start, line = 0, 1
    while True:
        end = _cut(text, start)
        extents.append(Extent(start, end, line))
        if end >= len(text):
            return extents
        line += text.count("\n", start, end)
        start = end


def _cut(text: str, start: int) -> int:
    wanted = start + PART_LENGTH
    if wanted >= len(text):
        return len(text)
    end = text.find("\n", wanted, wanted + PART_LENGTH // 4)
    if end >= 0:
        return end + 1
    return wanted + (text[wanted - 1] == "\r")


def lay_out(text: str, extent: Extent) -> TextPart:
    """Lays out one part of ``text``."""
    shown: list[str] = []
    rows: list[int | None] = []
    offsets: list[int] = []
    positions: list[int] = []
    offset, position, line = extent.start, 0, extent.first_line
    begun = extent.start > 0 and text[extent.start - 1] != "\n"
    while True:
        found = text.find("\n", offset, extent.end)
        end = extent.end if found < 0 else found
        visible_end = end - 1 if found > offset and text[end - 1] == "\r" else end
        first = True
        while first or offset < visible_end:
            row_end = min(offset + ROW_LENGTH, visible_end)
            row = text[offset:row_end]
            rows.append(None if begun or not first else line)
            shown.append(row.translate(_REPLACED))
            position = _note_row(row, offset, position, offsets, positions)
            offset, first = row_end, False
            if offset < visible_end:
                position += 1  # the line feed that ends a row within a line
        begun = False
        if found < 0:
            offsets.append(extent.end)
            positions.append(position)
            return TextPart(extent, "\n".join(shown), tuple(rows), tuple(offsets), tuple(positions))
        if visible_end < end:  # CR LF: both stand at the end of the row
            offsets.append(visible_end)
            positions.append(position)
        offset, position, line = end + 1, position + 1, line + 1


def _note_row(row: str, offset: int, position: int, offsets: list[int], positions: list[int]) -> int:
    """Notes where the counts part within a row; returns the position after it."""
    offsets.append(offset)
    positions.append(position)
    if row.isascii() or max(row) <= "\uffff":
        return position + len(row)
    for index, character in enumerate(row):
        position += 1
        if character > "\uffff":
            position += 1
            offsets.append(offset + index + 1)
            positions.append(position)
    return position
