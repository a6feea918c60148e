"""The content of a page of a copy that keeps its text: one operation a line, in a grammar of its own.

``app.formats.pdf.vector.proof`` reads it back, and refuses whatever is not written here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.formats.pdf.vector.items import Clip, Colour, Letter, Outline, Paint, Pen, Region, Subpath
from app.formats.pdf.vector.layout import Drawn, DrawnShape, DrawnWord, Layout
from app.formats.pdf.vector.letters import readable
from app.formats.pdf.vector.typeface import SPACE, Typeface

PLACES: Final = 2
"""Decimals of coordinates, in points."""

FARTHEST_GAP: Final = 2.0
"""Ems between glyphs written in one piece."""

OFF_LINE: Final = 0.004
"""Ems that a glyph may stand off the line of the one before it."""


@dataclass(frozen=True, slots=True)
class Content:
    """A page's content, and what it needs.

    Attributes:
        lines: the operations.
        alphas: opacities in the order of their names ``G0``, ``G1``, ….
        text: whether it uses the typeface.
    """

    lines: list[str] = field(repr=False)
    alphas: tuple[float, ...]
    text: bool


class Unwritable(Exception):
    """The typeface cannot hold the page's glyphs."""


def content(
    layout: Layout, outlines: Mapping[tuple[int, int], Outline], height: float, face: Typeface
) -> Content:
    """The operations that draw a layout, its pictures named ``P0``, ``P1``, ….

    Raises:
        Unwritable: a glyph is too large, or there are too many.
    """
    return _Writer(outlines, height, face).written(layout)


def short(value: float, places: int = PLACES) -> str:
    """A number as it is written."""
    text = f"{value:.{places}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


class _Writer:
    def __init__(self, outlines: Mapping[tuple[int, int], Outline], height: float, face: Typeface) -> None:
        self.outlines = outlines
        self.height = height
        self.face = face
        self.lines: list[str] = []
        self.alphas: dict[float, int] = {}
        self.clips: tuple[Clip, ...] = ()
        self.state: dict[str, str] = {}
        self.codes: dict[tuple[int, int, float, str], int] = {}
        self.text = False

    def written(self, layout: Layout) -> Content:
        self.lines.append("q")
        for item in layout.under:
            self._item(item)
        self._clip(())
        if layout.patches:
            self._alpha(1.0)
        for at, patch in enumerate(layout.patches):
            self.lines.append(self._patch(at, patch))
        for word in layout.over:
            self._item(word)
        self._clip(())
        self.lines.append("Q")
        return Content(self.lines, tuple(self.alphas), self.text)

    def _item(self, item: Drawn) -> None:
        if isinstance(item, DrawnShape):
            self._clip(item.paint.clips)
            self._shape(item)
        else:
            self._clip(item.clips)
            self._word(item)

    def _patch(self, at: int, patch: Region) -> str:
        box = patch.box
        sides = (box.width, 0, 0, box.height, box.left, self.height - box.bottom)
        return f"q {' '.join(short(side, 4) for side in sides)} cm /P{at} Do Q"

    # --- state

    def _clip(self, clips: tuple[Clip, ...]) -> None:
        if clips == self.clips:
            return
        if self.clips:
            self.lines.append("Q")
            self.state.clear()
        if clips:
            self.lines.append("q")
            for clip in clips:
                self.lines.append(f"{self._path(clip.path)} {'W*' if clip.even_odd else 'W'} n")
        self.clips = clips

    def _set(self, key: str, line: str) -> None:
        if self.state.get(key) != line:
            self.state[key] = line
            self.lines.append(line)

    def _paint(self, paint: Paint, *, stroke: bool) -> None:
        self._alpha(paint.alpha)
        self._set("stroke" if stroke else "fill", f"{_colour(paint.colour)} {'RG' if stroke else 'rg'}")

    def _alpha(self, alpha: float) -> None:
        name = self.alphas.setdefault(round(alpha, 3), len(self.alphas))
        self._set("alpha", f"/G{name} gs")

    # --- shapes

    def _shape(self, shape: DrawnShape) -> None:
        self._paint(shape.paint, stroke=shape.pen is not None)
        if shape.pen is None:
            self.lines.append(f"{self._path(shape.path)} {'f*' if shape.even_odd else 'f'}")
        else:
            self._set("pen", _pen(shape.pen))
            self.lines.append(f"{self._path(shape.path)} S")

    def _path(self, path: Sequence[Subpath]) -> str:
        return " ".join(token for part in path for token in self._subpath(part))

    def _subpath(self, part: Subpath) -> Iterator[str]:
        at = 1
        yield f"{self._point(part.points[0])} m"
        for kind in part.kinds:
            count = 1 if kind == "l" else 3
            yield f"{' '.join(map(self._point, part.points[at : at + count]))} {kind}"
            at += count
        if part.closed:
            yield "h"

    def _point(self, point: tuple[float, float]) -> str:
        return f"{short(point[0])} {short(self.height - point[1])}"

    # --- text

    def _word(self, word: DrawnWord) -> None:
        self.text = True
        runs = list(_runs(word.letters))
        for at, run in enumerate(runs):
            self._paint(run[0].paint, stroke=False)
            self.lines.append(self._run(run, space=at == len(runs) - 1))

    def _run(self, run: Sequence[Letter], *, space: bool) -> str:
        a, b, c, d, x, y = run[0].matrix
        size = round(max(math.hypot(c, d), 0.01), 2)
        turned = " ".join(short(value / size, 4) for value in (a, -b, c, -d))
        codes, pen = "", 0.0
        for letter in run:
            offset = _along(run[0], letter)
            shift = round((pen - offset) * 1000)
            if shift and codes:
                codes += f"> {shift} <"
                pen -= shift / 1000
            code = self._code(letter)
            codes += f"{code:04X}"
            pen += self.face.width(code) / 1000
        if space:
            codes += f"{SPACE:04X}"
        place = f"{short(x)} {short(self.height - y)}"
        return f"BT /T {short(size)} Tf {turned} {place} Tm [<{codes}>] TJ ET"

    def _code(self, letter: Letter) -> int:
        key = (letter.font, letter.glyph, letter.advance, letter.text)
        if key not in self.codes:
            outline = self.outlines[letter.font, letter.glyph]
            code = self.face.code(outline, letter.advance, readable(letter.text))
            if code is None:
                raise Unwritable
            self.codes[key] = code
        return self.codes[key]


def _runs(letters: Iterable[Letter]) -> Iterator[list[Letter]]:
    """Glyphs that can be written in one piece: of one size, colour and line, one behind the other."""
    run: list[Letter] = []
    for letter in letters:
        if run and not _continues(run, letter):
            yield run
            run = []
        run.append(letter)
    if run:
        yield run


def _continues(run: Sequence[Letter], letter: Letter) -> bool:
    first = run[0]
    same = all(abs(a - b) < 1e-4 for a, b in zip(first.matrix[:4], letter.matrix[:4], strict=True))
    if not same or first.paint.colour != letter.paint.colour or first.paint.alpha != letter.paint.alpha:
        return False
    gap = _along(run[-1], letter) - run[-1].advance
    return abs(_across(first, letter)) < OFF_LINE and abs(gap) < FARTHEST_GAP


def _along(first: Letter, letter: Letter) -> float:
    """How many ems a glyph stands behind another on its line."""
    a, b, c, d, x, y = first.matrix
    area = a * d - b * c
    return ((letter.matrix[4] - x) * d - (letter.matrix[5] - y) * c) / area if area else 0.0


def _across(first: Letter, letter: Letter) -> float:
    """How many ems a glyph stands above another's line."""
    a, b, c, d, x, y = first.matrix
    area = a * d - b * c
    return ((letter.matrix[5] - y) * a - (letter.matrix[4] - x) * b) / area if area else math.inf


def _colour(colour: Colour) -> str:
    return " ".join(short(part, 3) for part in colour)


def _pen(pen: Pen) -> str:
    dashes = " ".join(short(dash) for dash in pen.dashes)
    return (
        f"{short(max(0.0, pen.width))} w {pen.cap} J {pen.join} j {short(max(1.0, pen.miter))} M "
        f"[{dashes}] {short(pen.phase)} d"
    )
