"""What a page break divides: the end of one page and the beginning of the next as one piece of text.

A private key, a wrapped token, a label and its value may stand on two pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import ceil
from typing import Final

from app.formats.page_units import text_unit
from app.model import TextUnit
from app.places import Location, PageArea, Unit
from ocr.layout import WRAPPED_ROWS
from ocr.model import Word
from ocr.page_text import PageText

RUNNING: Final = 3
"""So many rows at an edge of a page are looked at for a running head or foot."""

_NUMBER: Final = re.compile(r"\d+")

_Row = list[Word]


@dataclass(frozen=True, slots=True)
class _SeamPlaces:
    """Spans of the joined text -> areas on the page that each row came from.

    Attributes:
        seam: between the rows of the first page and those of the second, in points of the joined text.
        shift: how far down the second page's rows were moved.
    """

    text: PageText = field(repr=False)
    page: int
    seam: float
    shift: float

    def locate(self, start: int, end: int) -> tuple[Location, ...]:
        upper, lower = [], []
        for box in self.text.boxes(start, end):
            if (box.top + box.bottom) / 2 < self.seam:
                upper.append(box)
            else:
                lower.append(box.moved(0, -self.shift))
        parts = ((self.page, upper), (self.page + 1, lower))
        return tuple(PageArea(page, tuple(boxes), Unit.POINT) for page, boxes in parts if boxes)


def seam_unit(page: int, before: PageText, after: PageText) -> TextUnit | None:
    """The last rows of page ``page`` (1-based) and the first of the next, running heads and feet left out.

    None when one of them has no rows of its own.
    """
    upper, lower = _rows(before), _rows(after)
    feet = _running(upper[::-1], lower[::-1])
    heads = _running(upper, lower)
    tail = upper[heads : len(upper) - feet][-WRAPPED_ROWS:]
    head = lower[heads : len(lower) - feet][:WRAPPED_ROWS]
    if not tail or not head:
        return None
    first = head[0]
    bottom = max(word.box.bottom for word in tail[-1])
    # in whole points, because boxes are rounded to them
    shift = float(ceil(bottom + _gap(tail) - min(word.box.top for word in first)))
    words = [
        replace(word, box=word.box.moved(0, down), line=number)
        for number, (row, down) in enumerate([*((row, 0.0) for row in tail), *((row, shift) for row in head)])
        for word in row
    ]
    text = PageText.from_words(words, exact=True)
    seam = bottom + (min(word.box.top for word in first) + shift - bottom) / 2
    places = _SeamPlaces(text, page, seam, shift)
    return text_unit(text, places, f"pages {page} and {page + 1}", noisy=False)


def _rows(text: PageText) -> list[_Row]:
    return [list(row) for _, row in groupby(text.words, key=lambda word: word.line)]


def _running(one: Sequence[_Row], other: Sequence[_Row]) -> int:
    """How many of the first rows of two pages say the same at the same height, numbers apart."""
    count = 0
    for a, b in zip(one[:RUNNING], other[:RUNNING], strict=False):
        if _plain(a) != _plain(b) or abs(a[0].box.top - b[0].box.top) > _height(a):
            break
        count += 1
    return count


def _plain(row: _Row) -> str:
    return _NUMBER.sub("0", " ".join(word.text for word in row))


def _height(row: _Row) -> float:
    return max(word.box.height for word in row)


def _gap(rows: Sequence[_Row]) -> float:
    """The room between the last two rows, at most half a row."""
    most = _height(rows[-1]) / 2
    if len(rows) < 2:
        return most
    above = max(word.box.bottom for word in rows[-2])
    return min(max(min(word.box.top for word in rows[-1]) - above, 0.0), most)
