"""Where a second engine looks: the places that the first one doubts, cut out and put on one sheet.

A page is mostly read well by the first engine, and a second pass over all of it finds next to nothing
more. What is doubtful is little; on a sheet of its own it costs the second engine a fraction of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from statistics import fmean
from typing import TYPE_CHECKING, Final

from ocr.engines import Seen
from ocr.model import Box, Word, union_all

if TYPE_CHECKING:
    from PIL import Image

UNSURE: Final = 0.95
"""Lines whose characters are less sure than this on average are looked at again."""

LONG: Final = 2.0
"""Places less than this many times longer than high are icons; they have no room for a secret."""

MARGIN: Final = 0.25
"""Room taken above and below a place, in its heights."""

BESIDE: Final = 1.0
"""Room taken left and right of it, in its heights: an end that was cut off shall be seen."""

APART: Final = 24
"""Pixels between two places on a sheet."""

MOST: Final = 0.5
"""A sheet larger than this share of the page is not worth making: the whole page is looked at."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the page (whole pixels) and where its top left corner lies on the sheet."""

    place: Box
    cut: Box
    top: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The doubtful places of a page one below the other.

    Attributes:
        image: RGB; every piece on a band of its own ground.
        pieces: from top to bottom.
    """

    image: Image.Image = field(repr=False)
    pieces: tuple[Piece, ...]

    def to_page(self, seen: Seen) -> Seen:
        """What an engine saw on the sheet, in pixels of the page; what stands beside a place is left out."""
        words: list[Word] = []
        for word in seen.words:
            move = self._move(word.box)
            if move is not None:
                edges = tuple(edge + move[0] for edge in word.edges)
                words.append(replace(word, box=word.box.moved(*move), edges=edges))
        doubtful = [(box, self._move(box)) for box in seen.doubtful]
        return Seen(tuple(words), tuple(box.moved(*move) for box, move in doubtful if move is not None))

    def _move(self, box: Box) -> tuple[float, float] | None:
        """How far a box on the sheet is moved to lie on the page."""
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        for piece in self.pieces:
            dx, dy = piece.cut.left, piece.cut.top - piece.top
            if (
                piece.place.top <= y + dy < piece.place.bottom
                and piece.top <= y < piece.top + piece.cut.height
            ):
                return (dx, dy) if piece.cut.left <= x + dx < piece.cut.right else None
        return None


def doubtful_places(seen: Seen) -> list[Box]:
    """Places with text that an engine did not read, or not surely; each once."""
    lines = [list(group) for _, group in groupby(seen.words, key=lambda word: word.line)]
    unsure = [
        box for line in lines if (box := _box(line)).width >= LONG * box.height and _sureness(line) < UNSURE
    ]
    places: list[Box] = []
    for box in sorted({*seen.doubtful, *unsure}, key=lambda box: -box.area):
        if all(box.overlap(other) < 0.5 for other in places):
            places.append(box)
    return sorted(places, key=lambda box: (box.top, box.left))


def sheet_of(image: Image.Image, places: Iterable[Box]) -> Sheet | None:
    """The sheet of these places of an RGB picture; None when the picture itself is hardly larger."""
    import numpy as np
    from PIL import Image as PillowImage

    from ocr.ink import background

    pieces: list[Piece] = []
    top = APART
    for place in places:
        thickness = min(place.width, place.height)
        cut = place.grow(BESIDE * thickness, MARGIN * thickness).snap_out().clipped(*image.size)
        if cut is not None:
            pieces.append(Piece(place, cut, top))
            top += int(cut.height) + APART
    width = max((int(piece.cut.width) for piece in pieces), default=0)
    if not pieces or width * top > MOST * image.width * image.height:
        return None
    sheet = PillowImage.new("RGB", (width, top), "white")
    for piece in pieces:
        cut = piece.cut
        part = image.crop((int(cut.left), int(cut.top), int(cut.right), int(cut.bottom)))
        ground = tuple(int(value) for value in background(np.asarray(part, dtype=np.uint8)))
        sheet.paste(ground, (0, piece.top - APART // 2, width, piece.top + part.height + APART // 2))
        sheet.paste(part, (0, piece.top))
    return Sheet(sheet, tuple(pieces))


def merged(first: Sequence[Word], places: Sequence[Box], second: Iterable[Word]) -> tuple[Word, ...]:
    """The first reading with what a second one saw at the places in their stead; lines stay apart."""
    kept = [word for word in first if not any(word.box.overlap(place) > 0.5 for place in places)]
    after = 1 + max((word.line for word in kept), default=0)
    return (*kept, *(replace(word, line=after + word.line) for word in second))


def _box(line: Sequence[Word]) -> Box:
    return union_all(word.box for word in line)


def _sureness(line: Sequence[Word]) -> float:
    return fmean(word.confidence for word in line for _ in word.text)
