"""What a page draws, in order: shapes, letters and places that only a picture can show again.

Coordinates are points of the displayed page, y down.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ocr.model import Box

Point = tuple[float, float]
Colour = tuple[float, float, float]
Matrix = tuple[float, float, float, float, float, float]

THINNEST: Final = 1e-3
"""Points; boxes of lines without width are made so wide, because a box is never empty."""


@dataclass(frozen=True, slots=True)
class Subpath:
    """One connected line.

    Attributes:
        points: where it starts, then one point for every straight segment and three for every curve.
        kinds: its segments in order, ``l`` or ``c``.
        closed: it ends where it starts.
    """

    points: tuple[Point, ...]
    kinds: str
    closed: bool

    def bounds(self) -> Box | None:
        """The box around all points, control points too; None when one is no number."""
        xs, ys = zip(*self.points, strict=True)
        return box_of(min(xs), min(ys), max(xs), max(ys))


def box_of(left: float, top: float, right: float, bottom: float) -> Box | None:
    """A box that is never empty, or None when a side is no number."""
    if not math.isfinite(left + top + right + bottom):
        return None
    return Box(left, top, max(right, left + THINNEST), max(bottom, top + THINNEST))


def around(boxes: Iterable[Box | None]) -> Box | None:
    """The box around those of ``boxes`` that are known."""
    result: Box | None = None
    for box in boxes:
        if box is not None:
            result = box if result is None else result.union(box)
    return result


@dataclass(frozen=True, slots=True)
class Clip:
    """Everything drawn under it shows inside ``path`` only; ``box`` lies around it."""

    path: tuple[Subpath, ...]
    even_odd: bool
    box: Box


@dataclass(frozen=True, slots=True)
class Pen:
    """How a line is drawn: width and dashes in points, the rest as in ISO 32000-1, 8.4.3."""

    width: float
    cap: int
    join: int
    miter: float
    dashes: tuple[float, ...]
    phase: float


@dataclass(frozen=True, slots=True)
class Paint:
    """A colour, how opaque it is (0..1), and the clips it is seen through."""

    colour: Colour
    alpha: float
    clips: tuple[Clip, ...]

    def bounds(self, box: Box) -> Box | None:
        """The part of ``box`` that lies inside every clip's box."""
        return within(box, self.clips)


def within(box: Box | None, clips: Sequence[Clip]) -> Box | None:
    """The part of ``box`` that lies inside every clip's box."""
    for clip in clips:
        if box is None:
            break
        box = box.intersection(clip.box)
    return box


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled path, or a drawn one where ``pen`` says how."""

    path: tuple[Subpath, ...]
    even_odd: bool
    pen: Pen | None
    paint: Paint


@dataclass(frozen=True, slots=True)
class Letter:
    """One glyph.

    Attributes:
        font, glyph: number of the font in the trace, and of the glyph in it.
        text: the characters it stands for; empty when it says none.
        matrix: from the em square, y up, to the page.
        advance: width in ems.
    """

    font: int
    glyph: int
    text: str = field(repr=False)
    matrix: Matrix
    advance: float
    paint: Paint


@dataclass(frozen=True, slots=True)
class Region:
    """A place that is shown by a picture of what the page shows there.

    Attributes:
        density: pixels a point of the finest picture in it; 0 where it holds none.
    """

    box: Box
    density: float


Item = Shape | Letter | Region


@dataclass(frozen=True, slots=True)
class Outline:
    """A glyph's shape in its em square, y up; None where it has none that could be drawn again."""

    path: tuple[Subpath, ...]
