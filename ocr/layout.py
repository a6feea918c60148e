"""Geometry -> which cell may be the name of which other cell. It knows no words, only places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Literal

from ocr.page_text import Cell, PageText

BELOW: Final = 2.5
"""A value stands at most this many line heights under its label."""

HEADER_REACH: Final = 40
"""Number of rows under a table header that are offered as its values."""

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
    edge is aligned or whose width overlaps; below a table header, every row of its column is one.
    """
    rows = [list(group) for _, group in groupby(page.cells, key=lambda cell: cell.row)]
    found: list[Pair] = []
    for number, row in enumerate(rows):
        for i, cell in enumerate(row):
            label = _text(page, cell)
            if i + 1 < len(row):
                found += _pairs(page, label, row[i + 1], rows, "right")
            for value in _below(rows, number, cell):
                found += _pairs(page, label, value, rows, "below")
    return tuple(found)


def _text(page: PageText, cell: Cell) -> str:
    return page.text[page.starts[cell.first] : _end(page, cell)]


def _end(page: PageText, cell: Cell) -> int:
    return page.starts[cell.last - 1] + len(page.words[cell.last - 1].text)


def _pairs(
    page: PageText,
    label: str,
    value: Cell,
    rows: Sequence[Sequence[Cell]],
    relation: Literal["right", "below"],
) -> list[Pair]:
    """The cell as a value and, when it may wrap, the value with the rows that follow it in the text."""
    start, end = page.starts[value.first], _end(page, value)
    found = [Pair(label, start, end, relation)]
    last = value
    while end in page.soft_breaks and last.row + 1 < len(rows):
        following = rows[last.row + 1][0]
        if abs(following.box.left - value.box.left) > ALIGNED * value.char_width:
            break
        last, end = following, _end(page, following)
    if last is not value:
        found.append(Pair(label, start, end, relation))
    return found


def _below(rows: Sequence[Sequence[Cell]], number: int, label: Cell) -> list[Cell]:
    """The nearest cell under a label and, when the label is one of several in a header, its whole column."""
    found: list[Cell] = []
    last = label
    header = len(rows[number]) > 1
    for row in rows[number + 1 : number + 1 + HEADER_REACH]:
        height = max(last.box.height, 0.6 * label.box.height)
        if min(cell.box.top for cell in row) - last.box.bottom > BELOW * height:
            break
        best = max(row, key=lambda cell: _column_fit(label, cell))
        if _column_fit(label, best) > 0:
            found.append(best)
            last = best
            if not header:
                break
    return found


def _column_fit(label: Cell, cell: Cell) -> float:
    """How well a cell stands in the column of a label: 2 aligned, else the share of the overlap, else 0."""
    if abs(label.box.left - cell.box.left) <= ALIGNED * min(label.char_width, cell.char_width):
        return 2.0
    common = min(label.box.right, cell.box.right) - max(label.box.left, cell.box.left)
    return max(0.0, common / min(label.box.width, cell.box.width))
