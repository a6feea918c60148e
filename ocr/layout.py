"""Geometry -> which cell may be the name of which other cell. It knows no words, only places."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Literal

from ocr.page_text import Cell, PageText

BELOW: Final = 2.5
"""A value stands at most this many line heights under its label."""

HEADER_REACH: Final = 40
"""Number of rows under a table header that are offered as its values."""

LOW: Final = 1.6
"""A row is at most this many times as high as the ink of a label of the same size."""

RULES: Final = 1
"""Between a label and the values under it one row may stand elsewhere: the remains of a drawn line."""

BETWEEN_ROWS: Final = 2
"""Between two rows of a table so many may hold what wraps in another column: the rests of two cells."""

WRAPPED_ROWS: Final = 64
"""A value wraps over at most this many rows; a private key has fewer."""

ALIGNED: Final = 1.5
"""Left edges within this many character widths are aligned."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A cell whose text may name the value in another.

    Attributes:
        label: text of the naming cell (hidden from ``repr``).
        start, end: the value as a half-open range of ``PageText.text``; rows that wrap belong to it.
    """

    label: str = field(repr=False)
    start: int
    end: int
    relation: Literal["right", "below"]


def pairs(page: PageText) -> tuple[Pair, ...]:
    """All candidates for label and value on a page, nearest first per label.

    A value stands in the next cell to the right on the same row, or in the next cell below whose left
    edge is aligned or whose width overlaps. A cell at the top of its column may be a table header, and
    every row of the column its value.
    """
    rows = [_Row.of(group) for _, group in groupby(page.cells, key=lambda cell: cell.row)]
    found: list[Pair] = []
    stacked: set[int] = set()  # cells, by their first word, that stand under another
    second: set[int] = set()  # those of them that are second in their column: a title may stand over a header
    for number, row in enumerate(rows):
        for i, cell in enumerate(row.cells):
            label = _text(page, cell)
            if i + 1 < len(row.cells):
                found += _pairs(page, label, row.cells[i + 1], rows, "right")
            on_top = cell.first not in stacked
            widens = number > 0 and len(rows[number - 1].cells) < len(row.cells)  # a table begins
            header = len(row.cells) > 1 and (on_top or widens or cell.first in second)
            below = _below(rows, number, cell, HEADER_REACH if header else 1)
            if on_top and below:
                second.add(below[0].first)
            stacked.update(value.first for value in below)
            for value in below:
                found += _pairs(page, label, value, rows, "below")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Row:
    """The cells of a row from left to right, their left edges, and how far up and down they reach."""

    cells: tuple[Cell, ...]
    lefts: tuple[float, ...]
    top: float
    bottom: float

    @classmethod
    def of(cls, group: Iterable[Cell]) -> _Row:
        cells = tuple(sorted(group, key=lambda cell: cell.box.left))
        top, bottom = min(cell.box.top for cell in cells), max(cell.box.bottom for cell in cells)
        return cls(cells, tuple(cell.box.left for cell in cells), top, bottom)

    def under(self, label: Cell) -> Cell | None:
        """The cell that stands best in the column of a label: aligned, else overlapping most."""
        best: Cell | None = None
        most = 0.0
        slack = ALIGNED * label.char_width
        start = max(0, bisect_left(self.lefts, label.box.left - slack) - 1)
        for cell in self.cells[start:]:
            if cell.box.left > label.box.right + slack:
                break
            fit = _column_fit(label, cell)
            if fit > most:
                best, most = cell, fit
        return best


def _text(page: PageText, cell: Cell) -> str:
    return page.text[page.starts[cell.first] : _end(page, cell)]


def _end(page: PageText, cell: Cell) -> int:
    return page.starts[cell.last - 1] + len(page.words[cell.last - 1].text)


def _pairs(
    page: PageText,
    label: str,
    value: Cell,
    rows: Sequence[_Row],
    relation: Literal["right", "below"],
) -> list[Pair]:
    """The cell as a value and, when it may wrap, the value with the rows that follow it in the text."""
    start, end = page.starts[value.first], _end(page, value)
    found = [Pair(label, start, end, relation)]
    last = value
    while end in page.soft_breaks and last.row + 1 < min(len(rows), value.row + WRAPPED_ROWS):
        following = rows[last.row + 1].cells[0]
        if abs(following.box.left - value.box.left) > ALIGNED * value.char_width:
            break
        last, end = following, _end(page, following)
    if last is not value:
        found.append(Pair(label, start, end, relation))
    return found


def _below(rows: Sequence[_Row], number: int, label: Cell, most: int) -> list[Cell]:
    """Up to ``most`` cells under a label, from the nearest on, as long as no gap divides them."""
    found: list[Cell] = []
    last, bottom, rules = label, label.box.bottom, 0
    for row in rows[number + 1 : number + 1 + HEADER_REACH]:
        # Letters like "crown" are lower than the line they stand in; the next row tells its height.
        height = max(last.box.height, min(row.bottom - row.top, LOW * label.box.height))
        best = row.under(label)
        alone = best is not None and len(row.cells) == 1
        if row.top - bottom > BELOW * height or (alone and (found or rules)):
            break
        if best is None and rules < (RULES if most == 1 else BETWEEN_ROWS):
            bottom, rules = max(bottom, row.bottom), rules + 1
        elif best is not None:
            found.append(best)
            last, bottom, rules = best, best.box.bottom, 0
            if len(found) == most:
                break
    return found


def _column_fit(label: Cell, cell: Cell) -> float:
    """How well a cell stands in the column of a label: 2 aligned, else the share of the overlap, else 0."""
    if abs(label.box.left - cell.box.left) <= ALIGNED * min(label.char_width, cell.char_width):
        return 2.0
    common = min(label.box.right, cell.box.right) - max(label.box.left, cell.box.left)
    return max(0.0, common / min(label.box.width, cell.box.width))
