"""What of a page's items a copy draws: only what is seen, nothing under covers, text in vetted words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from app.formats.pdf.paint import Covers
from app.formats.pdf.vector.geometry import (
    drawn_outside,
    filled_outside,
    holds,
    rectangle,
    rectangle_path,
)
from app.formats.pdf.vector.items import (
    Clip,
    Letter,
    Paint,
    Pen,
    Region,
    Shape,
    Subpath,
    around,
    box_of,
    within,
)
from app.formats.pdf.vector.letters import SpelledWord, spelling
from app.formats.pdf.vector.trace import Trace
from app.formats.pdf.vector.values import moved
from app.formats.pdf.words import KeptWord
from ocr.ink import Pixels
from ocr.model import Box

EVEN: Final = 6
"""Differences (of 255) that nobody sees."""

LARGE: Final = 20.0
"""Points; a rectangle of its ground's colour is kept from this size on, for others may stand on it."""

SAMPLE: Final = 6_000
"""Values by which a place is looked at before it is looked at as a whole."""

MOST_PATCHES: Final = 40
MOST_RECTANGLES: Final = 64

OVER_THE_EDGE: Final = 1.0
"""Points around the page that shapes may reach into: what ends at its very edge looks cut off."""


@dataclass(frozen=True, slots=True)
class DrawnShape:
    """A shape as it is written: nothing of it is unseen, covered or off the page."""

    path: tuple[Subpath, ...]
    even_odd: bool
    pen: Pen | None
    paint: Paint


@dataclass(frozen=True, slots=True)
class DrawnWord:
    """A word written as text, and the clips it is seen through."""

    letters: tuple[Letter, ...] = field(repr=False)
    clips: tuple[Clip, ...]


Drawn = DrawnShape | DrawnWord


@dataclass(frozen=True, slots=True)
class Layout:
    """A page as it is written, in this order.

    Attributes:
        under: shapes and words in the order of the page.
        patches: places shown by pictures, in points, each with the pixels a point it needs.
        over: words that stand on those pictures.
        unseen: words that are put in unseen, because pictures or shapes show them.
    """

    under: tuple[Drawn, ...]
    patches: tuple[Region, ...]
    over: tuple[DrawnWord, ...]
    unseen: tuple[KeptWord, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Look:
    """The page as the copy shall look.

    Attributes:
        pixels: height × width × 3, covers painted.
        scale: pixels a point.
    """

    pixels: Pixels = field(repr=False)
    scale: float

    def even(self, box: Box) -> Pixels | None:
        """The colour of everything in and close around a box, or None when it is not one."""
        height, width = self.pixels.shape[:2]
        inside = box.scaled(self.scale).snap_out().grow(1).clipped(width, height)
        if inside is None:
            return None
        cut = self.pixels[int(inside.top) : int(inside.bottom), int(inside.left) : int(inside.right)]
        for step in (max(1, round(math.sqrt(cut.size / SAMPLE))), 1):  # most places show at a glance that not
            seen = cut[::step, ::step].reshape(-1, 3)
            if bool((seen.max(axis=0).astype(int) - seen.min(axis=0) > EVEN).any()):
                return None
        return np.asarray(cut[cut.shape[0] // 2, cut.shape[1] // 2], dtype=np.uint8)


def laid_out(
    trace: Trace, words: Sequence[KeptWord], covered: Covers, page: Box, look: Look
) -> Layout | None:
    """The layout of a traced page, or None when it holds too many pictures.

    Args:
        page: the displayed page in points.
        look: the page as it shall look.
    """
    return _Layouter(trace, words, covered, page, look).made()


class _Layouter:
    """Goes through the items of one page."""

    def __init__(
        self, trace: Trace, words: Sequence[KeptWord], covered: Covers, page: Box, look: Look
    ) -> None:
        self.trace = trace
        self.page = page.grow(OVER_THE_EDGE)
        self.look = look
        self.covers = covered.painted
        self.closed = covered.closed
        self.words = words
        self.patches = merged(item for item in trace.items if isinstance(item, Region))
        self.clips: dict[int, Clip | None] = {}
        self.inks: dict[tuple[int, int], Box | None] = {}
        self.opaque: list[tuple[int, Box]] = []

    def made(self) -> Layout | None:
        spelled = spelling((item for item in self.trace.items if isinstance(item, Letter)), self.words)
        unseen = list(spelled.unspelled)
        heads: dict[int, SpelledWord] = {}
        for word in spelled.spelled:
            if self._writable(word):
                heads[id(word.letters[-1])] = word
            else:
                unseen.append(word.word)
        written = {id(letter) for word in heads.values() for letter in word.letters}
        self.opaque = self._opaque()
        under: list[Drawn] = []
        over: list[DrawnWord] = []
        for at, item in enumerate(self.trace.items):
            if isinstance(item, Region):
                continue
            if isinstance(item, Shape):
                under += self._shape(at, item)
            elif id(item) in heads:
                drawn, covered = self._word(heads[id(item)])
                (over if covered else under).append(drawn)
            elif id(item) not in written:
                under += self._shape(at, self._outlined(item))
        # patches that no cover hides altogether
        patches = tuple(
            patch for patch in self.patches if not any(holds(cover, patch.box) for cover in self.covers)
        )
        if len(patches) > MOST_PATCHES:
            return None
        return Layout(tuple(under), patches, tuple(over), tuple(unseen))

    # --- text

    def _writable(self, word: SpelledWord) -> bool:
        """Whether a word's glyphs have shapes and keep away from what is covered, and its clips are few."""
        clips = {id(clip) for letter in word.letters for clip in letter.paint.clips}
        if len(clips) > 2 * len(word.letters[0].paint.clips):
            return False
        for letter in word.letters:
            box = self._ink(letter)
            if box is None or any(box.intersection(closed) for closed in self.closed):
                return False
        return True

    def _ink(self, letter: Letter) -> Box | None:
        """The upright box around a glyph's shape; None when it has none."""
        key = (letter.font, letter.glyph)
        if key not in self.inks:
            self.inks[key] = around(part.bounds() for part in self.trace.outlines[key].path)
        box = self.inks[key]
        if box is None:
            return None
        a, b, c, d, e, f = letter.matrix
        xs = [a * x + c * y + e for x in (box.left, box.right) for y in (box.top, box.bottom)]
        ys = [b * x + d * y + f for x in (box.left, box.right) for y in (box.top, box.bottom)]
        return box_of(min(xs), min(ys), max(xs), max(ys))

    def _word(self, word: SpelledWord) -> tuple[DrawnWord, bool]:
        """A word to write, and whether it stands on a patch."""
        box = around(self._ink(letter) for letter in word.letters)
        assert box is not None
        clips = self._needed(word.letters[0].paint.clips, box)
        on_patch = any(box.intersection(patch.box) for patch in self.patches)
        return DrawnWord(word.letters, clips or ()), on_patch

    def _outlined(self, letter: Letter) -> Shape:
        outline = self.trace.outlines[letter.font, letter.glyph]
        return Shape(moved(outline.path, letter.matrix), False, None, letter.paint)

    # --- shapes

    def _shape(self, at: int, shape: Shape) -> list[DrawnShape]:
        """The shape as far as it is seen: none or one."""
        pen, paint = shape.pen, shape.paint
        reach = 0.0 if pen is None else max(pen.width / 2, 0.1)
        filled = rectangle(shape.path) if pen is None else None
        path = shape.path
        if filled is not None:
            # what clips leave of an upright rectangle is one again
            inside: Box | None = filled
            rest: list[Clip] = []
            for clip in paint.clips:
                hole = rectangle(clip.path)
                if hole is None:
                    rest.append(clip)
                elif inside is not None:
                    inside = inside.intersection(hole)
            if inside is None:
                return []
            paint = Paint(paint.colour, paint.alpha, tuple(rest))
            path = rectangle_path(inside)
        cut = False
        if pen is None:
            path = filled_outside(path, self.page, self.covers)
        else:
            path, cut = drawn_outside(path, self.page, self.covers, reach)
            if cut and pen.dashes:
                pen = Pen(pen.width, pen.cap, pen.join, pen.miter, (), 0.0)
        visible = tuple(part for part in path if self._seen(at, part, reach, paint, filled is not None))
        box = around(part.bounds() for part in visible)
        if box is None:
            return []
        clips = self._needed(paint.clips, box.grow(reach) if reach else box)
        if clips is None:
            return []
        return [DrawnShape(visible, shape.even_odd, pen, Paint(paint.colour, paint.alpha, clips))]

    def _seen(self, at: int, part: Subpath, reach: float, paint: Paint, upright: bool) -> bool:
        """Whether a subpath changes the page's look, as far as that can be told from its place."""
        box = part.bounds()
        box = None if box is None else within(box.grow(reach) if reach else box, paint.clips)
        inside = None if box is None else box.intersection(self.page)
        if inside is None:
            return False
        if any(holds(patch.box, inside) for patch in self.patches):
            return False
        if any(later > at and holds(other, inside) for later, other in self.opaque):
            return False
        even = self.look.even(inside)
        if even is None:
            return True
        if not upright or min(inside.width, inside.height) < LARGE:
            return False
        wanted = np.array([round(255 * value) for value in paint.colour])
        return paint.alpha < 1 or bool((np.abs(even.astype(int) - wanted) <= EVEN).all())

    def _opaque(self) -> list[tuple[int, Box]]:
        """The largest rectangles that hide what was drawn before them, with their places in the order."""
        found: list[tuple[int, Box]] = []
        for at, item in enumerate(self.trace.items):
            if not isinstance(item, Shape) or item.pen is not None or item.paint.alpha < 1:
                continue
            box = rectangle(item.path)
            if box is None or any(rectangle(clip.path) is None for clip in item.paint.clips):
                continue
            box = within(box, item.paint.clips)
            if box is not None:
                found.append((at, box))
        found.sort(key=lambda pair: -pair[1].area)
        return found[:MOST_RECTANGLES]

    # --- clips

    def _needed(self, clips: Iterable[Clip], box: Box) -> tuple[Clip, ...] | None:
        """The clips that cut something off a box, cut themselves; None when one leaves nothing."""
        kept: list[Clip] = []
        for clip in clips:
            hole = rectangle(clip.path)
            if hole is not None and holds(hole, box):
                continue
            made = self._clip(clip)
            if made is None:
                return None
            kept.append(made)
        return tuple(kept)

    def _clip(self, clip: Clip) -> Clip | None:
        if id(clip) not in self.clips:
            path = filled_outside(clip.path, self.page, self.covers)
            box = around(part.bounds() for part in path)
            self.clips[id(clip)] = None if box is None else Clip(path, clip.even_odd, box)
        return self.clips[id(clip)]


def merged(regions: Iterable[Region]) -> tuple[Region, ...]:
    """Regions, those that overlap made one."""
    result: list[Region] = []
    for region in regions:
        grown = Region(region.box, region.density)
        while (
            near := next((other for other in result if other.box.intersection(grown.box)), None)
        ) is not None:
            result.remove(near)
            grown = Region(near.box.union(grown.box), max(near.density, grown.density))
        result.append(grown)
    return tuple(result)
