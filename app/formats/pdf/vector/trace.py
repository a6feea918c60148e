"""Runs a page through a MuPDF device and notes what it draws; whatever has no simple form becomes a region.

MuPDF decides what is drawn: annotations, fields and layers as a viewer shows them, hidden ones not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from app.formats.pdf.engine import guarded, mupdf
from app.formats.pdf.vector.items import (
    Clip,
    Colour,
    Item,
    Letter,
    Outline,
    Paint,
    Pen,
    Point,
    Region,
    Shape,
    Subpath,
    around,
    box_of,
    within,
)
from app.formats.pdf.vector.values import farthest_of, moved, pen_of, product_of, rect_box, rgb_of
from ocr.model import Box

MOST_SEGMENTS: Final = 60_000
MOST_LETTERS: Final = 30_000
"""Lines and glyphs of one page; a page with more is a map or a drawing and stays a picture."""

DEEPEST: Final = 64
"""Clips and groups inside each other."""

_NORMAL: Final = 0
"""The number of the blend mode Normal."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What one page draws, in order, and the outlines of the glyphs in it by font and glyph."""

    items: tuple[Item, ...]
    outlines: dict[tuple[int, int], Outline]


def trace(page: Any) -> Trace | None:
    """What a MuPDF page draws; None when it is too much.

    Raises:
        Unreadable: the page's content is damaged.
    """
    library = mupdf().mupdf
    size = page.rect
    device = _device()(Box(0, 0, max(1e-3, size.width), max(1e-3, size.height)))
    with guarded("A page"):
        library.fz_run_page(page.this, device, library.FzMatrix(), library.FzCookie())
        library.fz_close_device(device)
    notes = device.notes
    if notes.full:
        return None
    return Trace(tuple(notes.items), notes.outlines)


@dataclass(frozen=True, slots=True)
class _Level:
    """What lies between a beginning and its end: a clip, a factor of opacity, or what only a picture shows.

    Attributes:
        silent: nothing inside is drawn by itself, such as the content of a mask.
    """

    clip: Clip | None = None
    alpha: float = 1.0
    pictured: bool = False
    silent: bool = False


class _Notes:
    """The items noted so far, and what they are inside of."""

    def __init__(self, page: Box) -> None:
        self.page = page
        self.items: list[Item] = []
        self.outlines: dict[tuple[int, int], Outline] = {}
        self.levels: list[_Level] = []
        self.segments = 0
        self.letters = 0
        self.full = False
        self._fonts: dict[int, tuple[int, Any]] = {}

    def push(self, level: _Level) -> None:
        self.levels.append(level)
        self.full = self.full or len(self.levels) > DEEPEST

    def pop(self) -> None:
        if self.levels:
            self.levels.pop()

    @property
    def pictured(self) -> bool:
        return any(level.pictured for level in self.levels)

    @property
    def silent(self) -> bool:
        return self.full or any(level.silent for level in self.levels)

    def paint(self, colour: Colour, alpha: float) -> Paint:
        for level in self.levels:
            alpha *= level.alpha
        return Paint(colour, alpha, tuple(level.clip for level in self.levels if level.clip is not None))

    def region(self, box: Box | None, density: float = 0.0) -> None:
        """Notes a place to be shown by a picture, as far as clips leave of it."""
        if self.silent:
            return
        box = within(box, [level.clip for level in self.levels if level.clip is not None])
        inside = None if box is None else box.intersection(self.page)
        if inside is not None:
            self.items.append(Region(inside, density))

    def shape(self, path: tuple[Subpath, ...], even_odd: bool, pen: Pen | None, paint: Paint) -> None:
        if self.silent or not path or paint.alpha <= 0:
            return
        if self.pictured:
            box = around(part.bounds() for part in path)
            self.region(box if box is None or pen is None else box.grow(pen.width * max(1.0, pen.miter) / 2))
        else:
            self.items.append(Shape(path, even_odd, pen, paint))

    def font(self, font: Any) -> int:
        """The number of a font; it is kept, so that its address stays its own."""
        address = int(font.m_internal.this)
        if address not in self._fonts:
            self._fonts[address] = (len(self._fonts), font)
        return self._fonts[address][0]


@cache
def _device() -> type:
    """The device's class, which needs the library for its base."""
    library = mupdf().mupdf

    class Walker(library.FzPathWalker2):  # type: ignore[misc, name-defined]
        """Collects the lines of a path, moved by a matrix."""

        def __init__(self, notes: _Notes) -> None:
            super().__init__()
            self.use_virtual_moveto()
            self.use_virtual_lineto()
            self.use_virtual_curveto()
            self.use_virtual_closepath()
            self.notes = notes

        def walked(self, path: Any, matrix: Any) -> tuple[Subpath, ...]:
            self.matrix = (matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f)
            self.done: list[Subpath] = []
            self.points: list[Point] = []
            self.kinds: list[str] = []
            library.fz_walk_path(path, self, self.m_internal)
            self._end(closed=False)
            return tuple(self.done)

        def _to(self, x: float, y: float) -> None:
            a, b, c, d, e, f = self.matrix
            self.points.append((a * x + c * y + e, b * x + d * y + f))

        def _end(self, *, closed: bool) -> None:
            if self.kinds or (closed and self.points):
                self.done.append(Subpath(tuple(self.points), "".join(self.kinds), closed))
            self.points = self.points[:1] if closed else []
            self.kinds = []

        def _segment(self, kind: str) -> bool:
            self.notes.segments += 1
            self.notes.full = self.notes.full or self.notes.segments > MOST_SEGMENTS
            self.kinds.append(kind)
            return not self.notes.full

        def moveto(self, _context: Any, x: float, y: float) -> None:
            self._end(closed=False)
            self._to(x, y)

        def lineto(self, _context: Any, x: float, y: float) -> None:
            if self._segment("l"):
                self._to(x, y)

        def curveto(self, _context: Any, *at: float) -> None:
            if self._segment("c"):
                self._to(at[0], at[1])
                self._to(at[2], at[3])
                self._to(at[4], at[5])

        def closepath(self, _context: Any) -> None:
            self._end(closed=True)

    class Device(library.FzDevice2):  # type: ignore[misc, name-defined]
        """Notes every call; see MuPDF's ``fitz/device.h`` for their meaning."""

        def __init__(self, page: Box) -> None:
            super().__init__()
            for name in _CALLS:
                getattr(self, f"use_virtual_{name}")()
            self.notes = _Notes(page)
            self.walker = Walker(self.notes)

        def _path(self, path: Any, matrix: Any) -> tuple[Subpath, ...]:
            if self.notes.full:
                return ()
            return self.walker.walked(library.FzPath(library.ll_fz_keep_path(path)), matrix)

        def _paint(self, colours: Any, colour: Any, alpha: float) -> Paint:
            return self.notes.paint(rgb_of(library, colours, colour), alpha)

        # --- paths

        def fill_path(
            self,
            _c: Any,
            path: Any,
            even_odd: int,
            ctm: Any,
            colours: Any,
            colour: Any,
            alpha: float,
            _p: Any,
        ) -> None:
            self.notes.shape(self._path(path, ctm), bool(even_odd), None, self._paint(colours, colour, alpha))

        def stroke_path(
            self, _c: Any, path: Any, stroke: Any, ctm: Any, colours: Any, colour: Any, alpha: float, _p: Any
        ) -> None:
            pen = pen_of(library, stroke, ctm)
            drawn = self._path(path, ctm)
            if pen is None:
                box = around(part.bounds() for part in drawn)
                reach = stroke.linewidth * max(1.0, stroke.miterlimit) * farthest_of(ctm)
                self.notes.region(None if box is None else box.grow(reach))
            else:
                self.notes.shape(drawn, even_odd=False, pen=pen, paint=self._paint(colours, colour, alpha))

        def clip_path(self, _c: Any, path: Any, even_odd: int, ctm: Any, _scissor: Any) -> None:
            drawn = self._path(path, ctm)
            box = around(part.bounds() for part in drawn)
            if box is None:  # nothing is inside an empty path
                self.notes.push(_Level(silent=True))
            else:
                self.notes.push(_Level(Clip(drawn, bool(even_odd), box)))

        def clip_stroke_path(self, *_: Any) -> None:
            self.notes.push(_Level(pictured=True))

        def pop_clip(self, _c: Any) -> None:
            self.notes.pop()

        # --- text

        def fill_text(
            self, _c: Any, text: Any, ctm: Any, colours: Any, colour: Any, alpha: float, _p: Any
        ) -> None:
            self._letters(text, ctm, self._paint(colours, colour, alpha))

        def stroke_text(
            self,
            _c: Any,
            text: Any,
            stroke: Any,
            ctm: Any,
            colours: Any,
            colour: Any,
            alpha: float,
            _p: Any,
        ) -> None:
            paint, pen = self._paint(colours, colour, alpha), pen_of(library, stroke, ctm)
            for letter in self._spelled(text, ctm, paint):
                outline = self.notes.outlines[letter.font, letter.glyph]
                if pen is not None:
                    self.notes.shape(moved(outline.path, letter.matrix), False, pen, paint)

        def clip_text(self, *_: Any) -> None:
            self.notes.push(_Level(pictured=True))

        def clip_stroke_text(self, *_: Any) -> None:
            self.notes.push(_Level(pictured=True))

        def _letters(self, text: Any, ctm: Any, paint: Paint) -> None:
            if self.notes.silent or paint.alpha <= 0:
                return
            for letter in self._spelled(text, ctm, paint):
                self.notes.items.append(letter)

        def _spelled(self, text: Any, ctm: Any, paint: Paint) -> list[Letter]:
            found: list[Letter] = []
            span = text.head
            while span and not self.notes.full:
                held = library.FzTextSpan(span)
                font = held.font()
                if library.ll_fz_font_t3_procs(font.m_internal):
                    self._type3(held, ctm)
                else:
                    found += self._span(held, font, ctm, paint)
                span = span.next
            return found

        def _span(self, span: Any, font: Any, ctm: Any, paint: Paint) -> list[Letter]:
            number = self.notes.font(font)
            trm, inner = span.m_internal.trm, span.m_internal
            em = product_of((trm.a, trm.b, trm.c, trm.d, 0.0, 0.0), (ctm.a, ctm.b, ctm.c, ctm.d, 0.0, 0.0))
            found: list[Letter] = []
            for at in range(inner.len):
                item = span.items(at)
                glyph, code = item.gid, item.ucs
                char = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
                if glyph < 0:  # one more character of the glyph before
                    if found and char:
                        last = found[-1]
                        found[-1] = Letter(
                            last.font, last.glyph, last.text + char, last.matrix, last.advance, last.paint
                        )
                    continue
                self.notes.letters += 1
                self.notes.full = self.notes.full or self.notes.letters > MOST_LETTERS
                x = ctm.a * item.x + ctm.c * item.y + ctm.e
                y = ctm.b * item.x + ctm.d * item.y + ctm.f
                if not math.isfinite(x + y) or self.notes.full:
                    continue
                if (number, glyph) not in self.notes.outlines:
                    self.notes.outlines[number, glyph] = self._outline(font, glyph)
                advance = library.fz_advance_glyph(font, glyph, inner.wmode)
                found.append(Letter(number, glyph, char, (*em[:4], x, y), advance, paint))
            return found

        def _outline(self, font: Any, glyph: int) -> Outline:
            path = library.fz_outline_glyph(font, glyph, library.FzMatrix())
            if path.m_internal is None:
                return Outline(())
            return Outline(self.walker.walked(path, library.FzMatrix()))

        def _type3(self, span: Any, ctm: Any) -> None:
            """Glyphs that are drawings of their own are shown by a picture."""
            inner = span.m_internal
            for at in range(inner.len):
                item = span.items(at)
                if item.gid >= 0:
                    trm = library.FzMatrix(inner.trm.a, inner.trm.b, inner.trm.c, inner.trm.d, item.x, item.y)
                    matrix = library.fz_concat(trm, library.FzMatrix(ctm))
                    rect = library.fz_bound_glyph(span.font(), item.gid, matrix)
                    self.notes.region(rect_box(rect))

        # --- pictures, shadings, patterns

        def fill_shade(self, _c: Any, shade: Any, ctm: Any, _alpha: float, _p: Any) -> None:
            rect = library.ll_fz_bound_shade(shade, library.FzMatrix(ctm).internal())
            self.notes.region(rect_box(rect) or self.notes.page)

        def fill_image(self, _c: Any, image: Any, ctm: Any, _alpha: float, _p: Any) -> None:
            self._picture(image, ctm)

        def fill_image_mask(self, _c: Any, image: Any, ctm: Any, *_: Any) -> None:
            self._picture(image, ctm)

        def _picture(self, image: Any, ctm: Any) -> None:
            corners = [
                (x * ctm.a + y * ctm.c + ctm.e, x * ctm.b + y * ctm.d + ctm.f) for x in (0, 1) for y in (0, 1)
            ]
            xs, ys = zip(*corners, strict=True)
            across, down = math.hypot(ctm.a, ctm.b), math.hypot(ctm.c, ctm.d)
            density = max(image.w / across, image.h / down) if across > 0 and down > 0 else 0.0
            self.notes.region(box_of(min(xs), min(ys), max(xs), max(ys)), density)

        def clip_image_mask(self, *_: Any) -> None:
            self.notes.push(_Level(pictured=True))

        def begin_mask(self, *_: Any) -> None:
            self.notes.push(_Level(silent=True))

        def end_mask(self, *_: Any) -> None:
            self.notes.pop()
            self.notes.push(_Level(pictured=True))

        def begin_tile(self, _c: Any, _area: Any, view: Any, _x: float, _y: float, ctm: Any, *_: Any) -> int:
            rect = library.fz_transform_rect(library.FzRect(view), library.FzMatrix(ctm))
            self.notes.region(rect_box(rect) or self.notes.page)
            self.notes.push(_Level(silent=True))
            return 0

        def end_tile(self, *_: Any) -> None:
            self.notes.pop()

        # --- groups

        def begin_group(
            self, _c: Any, _area: Any, _cs: Any, _isolated: int, _knockout: int, blend: int, alpha: float
        ) -> None:
            self.notes.push(_Level(alpha=alpha, pictured=blend != _NORMAL))

        def end_group(self, *_: Any) -> None:
            self.notes.pop()

    return Device


_CALLS: Final = (
    "fill_path", "stroke_path", "clip_path", "clip_stroke_path", "pop_clip",
    "fill_text", "stroke_text", "clip_text", "clip_stroke_text",
    "fill_shade", "fill_image", "fill_image_mask", "clip_image_mask",
    "begin_mask", "end_mask", "begin_group", "end_group", "begin_tile", "end_tile",
)  # fmt: skip
