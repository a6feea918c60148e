"""Words -> one text, and spans of that text -> boxes on the page: the one map between the two.

It works for words read from pixels and for the words of a PDF text layer alike. Text and boxes are joined
by offsets only, never by searching for a string.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median
from typing import TYPE_CHECKING, Final

from ocr.model import Box, Word, union_all

if TYPE_CHECKING:
    from ocr.ink import Pixels

WIDE_GAP: Final = 1.9
"""A gap between two words of one row is wide, and ends a cell, from this many character widths on.

One space leaves up to 1.7 widths between the ink of neighbours in fixed-pitch type (thin characters such
as ``:`` stand in the middle of their cell) and about 0.6 in proportional type; two spaces leave more than 2.
"""

ALIGNED_GAP: Final = 1.1
"""A gap of this many character widths is wide, too, when the word after it starts exactly where a
cell of a neighbouring row starts: the longest label of a table stands close to its value."""

WRAP_REACH: Final = 1.5
"""A row reaches the wrap column when it ends within this many character widths of it."""

ROWS_APART: Final = 1.2
"""Rows further apart than this many line heights do not belong to one block."""

JUSTIFIED: Final = 4
EVEN: Final = 0.1
"""So many gaps or more that differ by at most ``EVEN`` character widths are those of justified prose."""

ALIGNED_ROWS: Final = 0.35
"""Cells of two rows within this many character widths start at the same place."""

BLOCK_ROWS: Final = 40
"""How many rows up and down a block is followed; bounds the work on a hostile page."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A run of words of one row without a wide gap.

    Attributes:
        first, last: indexes of its words, half-open.
        row: position of its row on the page, 0-based.
    """

    first: int
    last: int
    row: int
    box: Box
    char_width: float


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of one page with the place of every character.

    Attributes:
        text: words of one cell joined by ``" "``, cells of one row by ``"\\t"``, rows by ``"\\n"``
            (hidden from ``repr``).
        words: in the order of the text.
        starts: offset of each word in ``text``.
        cells: the cells in the order of the text.
        soft_breaks: offsets of those ``"\\n"`` that may be mere wrapping: the cell before reaches the
            right edge of its block and the next row starts at the block's left edge.
        exact: the words' ``edges`` are exact (a PDF text layer), not estimates of a reader.
    """

    text: str = field(repr=False)
    words: tuple[Word, ...]
    starts: tuple[int, ...]
    cells: tuple[Cell, ...]
    soft_breaks: frozenset[int]
    exact: bool = False

    @classmethod
    def from_words(cls, words: Iterable[Word], *, exact: bool = False) -> PageText:
        """The text of words given in reading order: equal ``line`` means one row (see ``rows.arrange``)."""
        items = tuple(words)
        cells = _cells(items)
        parts: list[str] = []
        starts: list[int] = []
        length = 0
        line_ends: dict[int, int] = {}
        for i, cell in enumerate(cells):
            if i:
                same_row = cells[i - 1].row == cell.row
                if not same_row:
                    line_ends[i] = length
                parts.append("\t" if same_row else "\n")
                length += 1
            for k in range(cell.first, cell.last):
                if k > cell.first:
                    parts.append(" ")
                    length += 1
                starts.append(length)
                parts.append(items[k].text)
                length += len(items[k].text)
        soft = frozenset(line_ends[i] for i in _wrapped(cells) if i in line_ends)
        return cls("".join(parts), items, tuple(starts), cells, soft, exact)

    def words_in(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that hold at least one character of ``text[start:end]``."""
        first, last = self._range(start, end)
        return self.words[first:last]

    def _range(self, start: int, end: int) -> tuple[int, int]:
        """Indexes, half-open, of the words that share a character with the span."""
        first = max(0, bisect_right(self.starts, start) - 1)
        while first < len(self.words) and self.starts[first] + len(self.words[first].text) <= start:
            first += 1
        last = first
        while last < len(self.words) and self.starts[last] < end:
            last += 1
        return first, last

    def boxes(self, start: int, end: int, pixels: Pixels | None = None) -> tuple[Box, ...]:
        """Boxes that cover ``text[start:end]`` to its last character: one per row, rounded outwards.

        A word that the span holds only in part is cut only at a separator character whose gap is seen in
        ``pixels`` (``height x width x 3`` RGB of the page the words were read on) or known from ``exact``
        edges; otherwise the whole word is covered. Of a value on several rows, every row is filled to
        the common edges. Empty when the span holds no character of a word.
        """
        from ocr.covering import cover_span

        first, last = self._range(start, end)
        if first >= last:
            return ()
        spans = [
            (
                self.words[i],
                max(0, start - self.starts[i]),
                min(len(self.words[i].text), end - self.starts[i]),
            )
            for i in range(first, last)
        ]
        return cover_span(spans, pixels, exact=self.exact)


def char_width(words: Sequence[Word]) -> float:
    """Mean width of a character over some words."""
    return sum(word.box.width for word in words) / sum(len(word.text) for word in words)


def _cells(words: Sequence[Word]) -> tuple[Cell, ...]:
    rows: list[list[int]] = [
        [i for i, _ in group] for _, group in groupby(enumerate(words), key=lambda item: item[1].line)
    ]
    breaks = [_breaks(words, row) for row in rows]
    starts = [
        [words[row[0]].box.left, *(words[k].box.left for k in found)]
        for row, found in zip(rows, breaks, strict=True)
    ]
    cells: list[Cell] = []
    for number, row in enumerate(rows):
        around = [
            x
            for other in range(max(0, number - 2), min(len(rows), number + 3))
            if other != number
            for x in starts[other][1:]
        ]
        found = breaks[number] | _breaks(words, row, around)
        first = row[0]
        for k in [*row[1:], row[-1] + 1]:
            if k == row[-1] + 1 or k in found:
                inside = words[first:k]
                cells.append(
                    Cell(first, k, number, union_all(word.box for word in inside), char_width(inside))
                )
                first = k
    return tuple(cells)


def _breaks(words: Sequence[Word], row: Sequence[int], aligned: Sequence[float] = ()) -> set[int]:
    """Indexes of the words of a row before which a wide gap stands."""
    width = char_width([words[i] for i in row])
    found: set[int] = set()
    gaps = [words[b].box.left - words[a].box.right for a, b in pairwise(row)]
    if len(gaps) >= JUSTIFIED and max(gaps) - min(gaps) <= EVEN * width:
        return found
    for a, b in pairwise(row):
        gap = words[b].box.left - words[a].box.right
        unit = min(width, char_width([words[a], words[b]])) if aligned else width
        if gap > WIDE_GAP * width or (
            gap > ALIGNED_GAP * unit
            and any(abs(words[b].box.left - x) < ALIGNED_ROWS * unit for x in aligned)
        ):
            found.add(b)
    return found


def _wrapped(cells: Sequence[Cell]) -> set[int]:
    """Indexes of the cells that begin a row and may continue the last cell of the row before."""
    found: set[int] = set()
    rows = [list(group) for _, group in groupby(cells, key=lambda cell: cell.row)]
    first = 0
    for number in range(len(rows) - 1):
        first += len(rows[number])
        before, after = rows[number][-1], rows[number + 1][0]
        unit = median([before.char_width, after.char_width])
        heights = sorted((before.box.height, after.box.height))
        apart = after.box.top - before.box.bottom
        if not -heights[0] / 2 <= apart <= ROWS_APART * heights[1] or heights[1] > 2 * heights[0]:
            continue
        reach = WRAP_REACH * unit
        above, below = _stack(rows, number, -1), _stack(rows, number, 1)
        column = max(cell.box.right for cell in (*above, before, *below))
        lefts = [cell.box.left for cell in (*above, *rows[number])]
        aligned = any(abs(after.box.left - x) <= reach for x in lefts)
        indented = len(rows[number]) == 1 and after.box.left < before.box.left < after.box.right
        starts_block = (aligned or indented) and not _same_columns(rows[number], rows[number + 1])
        if before.box.right >= column - reach and starts_block:
            found.add(first)
    return found


def _same_columns(upper: Sequence[Cell], lower: Sequence[Cell]) -> bool:
    """Whether two rows are rows of one table: a cell right of the first one starts at the same place."""
    return any(
        abs(a.box.left - b.box.left) <= ALIGNED_ROWS * min(a.char_width, b.char_width)
        for a in upper[1:]
        for b in lower[1:]
    )


def _stack(rows: Sequence[Sequence[Cell]], number: int, way: int) -> list[Cell]:
    """The cells stacked over (``way`` -1) or under (1) the last cell of a row without a large gap."""
    start = last = rows[number][-1]
    stack: list[Cell] = []
    for k in range(1, BLOCK_ROWS):
        if not 0 <= number + way * k < len(rows):
            break
        near = max(
            rows[number + way * k],
            key=lambda cell: min(cell.box.right, start.box.right) - max(cell.box.left, start.box.left),
        )
        upper, lower = (last, near) if way > 0 else (near, last)
        if lower.box.top - upper.box.bottom > ROWS_APART * last.box.height:
            break
        if near.box.left < start.box.right and near.box.right > start.box.left:
            stack.append(near)
            last = near
    return stack
