"""The characters that a PDF page draws, each with its place, in the frame of its writing direction."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.formats.pdf.engine import guarded, mupdf
from ocr.model import Box

SLANTED_WIDTH: Final = 1.2
SLANTED_HEIGHT: Final = 1.0
"""Widest glyph, and height over the baseline, of text at an angle, in font sizes; half of it below."""

ASKEW: Final = 4
"""Degrees by which a direction may be off and still counts as straight."""

IGNORED: Final = frozenset("\u200b\u200c\u200d\u2060\ufeff")
"""Invisible characters that would cut a value in two."""

HYPHENS: Final = dict.fromkeys(map(ord, "\u00ad\u2010\u2011"), "-")
"""Characters that fonts give for the hyphen they draw."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character in the frame of its writing direction, in points: x along the row, y across."""

    char: str = field(repr=False)
    box: Box
    baseline: float
    size: float
    space: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """A writing direction as seen on the displayed page: the unit vector (``cos``, ``sin``), y down."""

    cos: float
    sin: float

    @property
    def upright(self) -> bool:
        return self.sin == 0.0 and self.cos > 0

    @property
    def straight(self) -> bool:
        """Whether rows run along a side of the page."""
        return self.cos == 0.0 or self.sin == 0.0

    def enter(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page in coordinates of this frame."""
        return x * self.cos + y * self.sin, y * self.cos - x * self.sin

    def leave(self, x: float, y: float) -> tuple[float, float]:
        """A point of this frame in coordinates of the page."""
        return x * self.cos - y * self.sin, x * self.sin + y * self.cos

    def on_page(self, box: Box) -> Box:
        """The upright box on the page around a box of this frame."""
        if self.upright:
            return box
        corners = [self.leave(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]
        return _around(corners)


def drawn_lines(page: Any) -> Iterator[tuple[Frame, list[Glyph]]]:
    """The lines of a MuPDF page as they are drawn, on the page or off it, in the order of the file.

    Raises:
        Unreadable: the page's content is damaged.
    """
    pymupdf = mupdf()
    flags = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_IGNORE_ACTUALTEXT | pymupdf.TEXT_INHIBIT_SPACES
    with guarded("A page"):
        clip = pymupdf.INFINITE_RECT()
        drawn = page.get_text("rawdict", flags=flags, clip=clip)
        # PyMuPDF leaves out some characters without ink here, so it only serves to look ink up
        inked = page.get_text("rawdict", flags=flags | pymupdf.TEXT_ACCURATE_BBOXES, clip=clip)
        turn = tuple(page.rotation_matrix)
    ink = {(char["c"], char["origin"]): char["bbox"] for line in _lines(inked) for char in _chars(line)}
    for line in _lines(drawn):
        yield _glyphs(line, turn, ink)


def plain_lines(page: Any) -> tuple[str, ...]:
    """The lines of a page as a viewer would copy them, replacement text included, off-page text too.

    Raises:
        Unreadable: the page's content is damaged.
    """
    pymupdf = mupdf()
    with guarded("A page"):
        text: str = page.get_text(
            "text", flags=pymupdf.TEXT_PRESERVE_WHITESPACE, clip=pymupdf.INFINITE_RECT()
        )
    return tuple(line for line in text.splitlines() if line.strip())


def _lines(page_dict: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for block in page_dict["blocks"]:
        yield from block.get("lines", ())


def _chars(line: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for span in line["spans"]:
        yield from span["chars"]


def _glyphs(
    line: dict[str, Any],
    turn: Sequence[float],
    ink: Mapping[tuple[str, tuple[float, float]], Sequence[float]],
) -> tuple[Frame, list[Glyph]]:
    """The glyphs of one of MuPDF's lines: as wide as their advance, as high as their ink."""
    a, b, c, d, e, f = turn
    dx, dy = line["dir"]
    frame = _frame(a * dx + c * dy, b * dx + d * dy)

    def enter(x: float, y: float) -> tuple[float, float]:
        return frame.enter(a * x + c * y + e, b * x + d * y + f)

    if not frame.straight:
        return frame, _slanted(line, enter)
    glyphs: list[Glyph] = []
    for span in line["spans"]:
        size = float(span["size"]) or 1.0
        for char in span["chars"]:
            text = char["c"].translate(HYPHENS)
            advance = char["bbox"]
            seen = ink.get((char["c"], char["origin"]), advance)
            x0, _ = enter(advance[0], advance[1])
            x1, _ = enter(advance[2], advance[3])
            _, y0 = enter(seen[0], seen[1])
            _, y1 = enter(seen[2], seen[3])
            _, baseline = enter(*char["origin"])
            if text not in IGNORED and math.isfinite(x0 + x1 + y0 + y1 + baseline):
                box = _around([(x0, y0), (x1, y1)])
                glyphs.append(Glyph(text, box, baseline, size, text.isspace()))
    return frame, glyphs


def _slanted(line: dict[str, Any], enter: Callable[[float, float], tuple[float, float]]) -> list[Glyph]:
    """Glyphs of text at an angle: upright boxes say too little, but each ends where the next begins."""
    found = [
        (char["c"].translate(HYPHENS), *enter(*char["origin"]), float(span["size"]) or 1.0)
        for span in line["spans"]
        for char in span["chars"]
        if char["c"] not in IGNORED
    ]
    glyphs: list[Glyph] = []
    for at, (text, x, y, size) in enumerate(found):
        following = found[at + 1][1] if at + 1 < len(found) else math.inf
        width = following - x if 0 < following - x < SLANTED_WIDTH * size else SLANTED_WIDTH * size / 2
        if math.isfinite(x) and math.isfinite(y):
            box = Box(x, y - SLANTED_HEIGHT * size, x + max(0.01, width), y + SLANTED_HEIGHT * size / 2)
            glyphs.append(Glyph(text, box, y, size, text.isspace()))
    return glyphs


def _frame(cos: float, sin: float) -> Frame:
    """The writing direction in whole degrees; scans a little askew count as straight."""
    degrees = round(math.degrees(math.atan2(sin, cos))) % 360
    quarter = round(degrees / 90)
    if abs(degrees - 90 * quarter) <= ASKEW:
        return Frame(*((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[quarter % 4])
    return Frame(math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))


def _around(points: Iterable[tuple[float, float]]) -> Box:
    """The smallest box around points, never empty."""
    xs, ys = zip(*points, strict=True)
    left, top = min(xs), min(ys)
    return Box(left, top, max(left + 0.01, *xs), max(top + 0.01, *ys))


def unknown(char: str) -> bool:
    """Whether a character says nothing about its glyph: replacement, private use, control."""
    return not char.isspace() and (char == "\ufffd" or unicodedata.category(char) in ("Co", "Cn", "Cc", "Cs"))
