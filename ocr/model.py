"""What a reading of a page is made of: boxes, words, codes and regions that stayed unread.

Every coordinate is in pixels of the upright page raster (PDF text layers use points of
the displayed page instead, consistently within one page), origin at the top left, x to
the right, y down. Boxes are half-open: ``right`` and ``bottom`` lie just outside.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

MOST_PIXELS: Final = 200_000_000
"""Largest picture that is read unless the caller says otherwise; three bytes each, in several copies."""


@dataclass(frozen=True, slots=True, order=True)
class Box:
    """A half-open rectangle with origin top left.

    Raises:
        ValueError: a coordinate is not finite, or the box is inverted or empty.
    """

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.left, self.top, self.right, self.bottom))):
            raise ValueError("box coordinates must be finite")
        if self.left >= self.right or self.top >= self.bottom:
            raise ValueError("box must have a positive width and height")

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def area(self) -> float:
        return self.width * self.height

    def snap_out(self) -> Box:
        """The smallest whole-number box that holds this one: rounding never uncovers a pixel."""
        return Box(math.floor(self.left), math.floor(self.top), math.ceil(self.right), math.ceil(self.bottom))

    def grow(self, x: float, y: float | None = None) -> Box:
        """This box with ``x`` added left and right and ``y`` (default ``x``) above and below."""
        dy = x if y is None else y
        return Box(self.left - x, self.top - dy, self.right + x, self.bottom + dy)

    def scaled(self, factor: float) -> Box:
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)

    def moved(self, dx: float, dy: float) -> Box:
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def clipped(self, width: float, height: float) -> Box | None:
        """The part inside a ``width`` by ``height`` page, or None when nothing is inside."""
        left, top = max(0.0, self.left), max(0.0, self.top)
        right, bottom = min(float(width), self.right), min(float(height), self.bottom)
        return Box(left, top, right, bottom) if left < right and top < bottom else None

    def intersection(self, other: Box) -> Box | None:
        left, top = max(self.left, other.left), max(self.top, other.top)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Box(left, top, right, bottom) if left < right and top < bottom else None

    def overlap(self, other: Box) -> float:
        """Share (0..1) of this box that lies inside ``other``."""
        common = self.intersection(other)
        return common.area / self.area if common else 0.0

    def union(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def union_all(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of ``boxes``; ValueError when there is none."""
    items = list(boxes)
    if not items:
        raise ValueError("no boxes")
    result = items[0]
    for box in items[1:]:
        result = result.union(box)
    return result


@dataclass(frozen=True, slots=True)
class Word:
    """One run of characters without white space, as one engine read it.

    Attributes:
        text: the characters; hidden from ``repr`` because they may be a secret.
        box: where the word's ink stands.
        line: number of the visual row within its reading, 0-based, top to bottom.
        confidence: 0..1, as the engine states it.
        edges: x of every character boundary, ``len(text) + 1`` ascending values from the left
            of the first to the right of the last character; empty where the engine knows none.
    """

    text: str = field(repr=False)
    box: Box
    line: int
    confidence: float
    edges: tuple[float, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not self.text or self.text.split() != [self.text]:
            raise ValueError("a word holds at least one character and no white space")
        if self.edges and len(self.edges) != len(self.text) + 1:
            raise ValueError("a word has one edge more than characters")


@dataclass(frozen=True, slots=True)
class Unread:
    """A region that looks like text but was not read; the page is then not fully examined."""

    box: Box
    why: str


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code or barcode with its decoded content (hidden from ``repr``)."""

    symbology: str
    text: str = field(repr=False)
    box: Box


@dataclass(frozen=True, slots=True)
class Reading:
    """What one engine read on one page.

    Attributes:
        engine: name of the engine.
        words: in reading order: row by row, or column by column.
        by_column: the words are those of the reading before, in the order of side-by-side blocks, so
            that a value which wraps inside its column stands together.
    """

    engine: str
    words: tuple[Word, ...]
    by_column: bool = False


@dataclass(frozen=True, slots=True)
class PageReading:
    """Everything read on one page: one or two ``Reading`` per engine, codes, and what stayed unread."""

    width: int
    height: int
    readings: tuple[Reading, ...]
    codes: tuple[Code, ...] = ()
    unread: tuple[Unread, ...] = ()
