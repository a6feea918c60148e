"""A page as pixels with its covered places painted: one code for the preview, the copy and its check."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from app.formats.cover_labels import label_of
from app.formats.covers import BLACK, Colour, Cover, Rect, fill_colours, write_labels
from app.formats.faint_ink import remove_faint
from app.formats.pdf.engine import POINTS_PER_INCH, guarded, rendered
from app.formats.pdf.pages import Pages
from app.formats.pdf.pictures import bounded, pictures
from app.formats.pdf.reach import reaching
from app.model import CoverStyle, PlanItem, RedactionPlan
from app.places import PageArea
from ocr.ink import Mask, Pixels
from ocr.model import Box

PREVIEW: Final = 144 / POINTS_PER_INCH
COPY: Final = 200 / POINTS_PER_INCH
"""Pixels a point of previews and of pictures in copies."""

MARGIN: Final = 2.0
"""Points added around every covered place: glyphs reach a little over their boxes, pixels over edges."""

LOSSY_MARGIN: Final = 18
"""Pixels of a lossy picture added around a place in it: one block of 16, plus two that smoothing spreads
over. Further in, the noise of the compression tells what stood under the cover."""

_LOSSLESS: Final = frozenset(
    {"FlateDecode", "LZWDecode", "RunLengthDecode", "CCITTFaxDecode", "ASCII85Decode", "ASCIIHexDecode"}
)
_NAMES: Final = re.compile(r"/(\w+)")


@dataclass(frozen=True, slots=True)
class Label:
    """What is written on one place, in points.

    Attributes:
        box: the part of the cover that it takes, on whole pixels of copies.
        core: the place itself; its rows are where the letters stand.
    """

    box: Box
    core: Box
    text: str
    fill: Colour


@dataclass(frozen=True, slots=True)
class Covers:
    """What is covered on one page, in points of the displayed page.

    Attributes:
        painted: the boxes as they are painted, margins included, in order.
        closed: no word that reaches into one of these is kept as text.
        fills: the colour of each of the painted boxes.
        labels: what is written on them.
    """

    painted: tuple[Box, ...] = ()
    closed: tuple[Box, ...] = ()
    fills: tuple[Colour, ...] = ()
    labels: tuple[Label, ...] = ()

    def by_fill(self) -> list[tuple[Colour, list[Box]]]:
        """The painted boxes in the order in which they are painted: one colour after the other."""
        groups: dict[Colour, list[Box]] = {}
        for box, fill in zip(self.painted, self.fills, strict=True):
            groups.setdefault(fill, []).append(box)
        return sorted(groups.items())


def covers(pages: Pages, index: int, plan: RedactionPlan) -> Covers:
    """What to cover on page ``index`` (0-based), clipped to it."""
    areas = [
        (box, item, box == max(place.boxes, key=lambda other: other.width))
        for item in plan.items
        for place in item.where
        if isinstance(place, PageArea) and place.page == index + 1
        for box in place.boxes
    ]
    wanted = [(box, item) for box, item, _ in areas]
    if not wanted:
        return Covers()
    page = pages.page(index)
    lossy = _lossy_pictures(page)

    def with_margins(box: Box) -> list[Box]:
        base = box.grow(MARGIN)
        parts = [(base.intersection(area), margin) for area, margin in lossy]
        return [base, *(inside.grow(margin) for inside, margin in parts if inside is not None)]

    if plan.style.hide_length:
        boxes = reaching(pages, index, wanted, with_margins)
        wanted = [(box, item) for box, (_, item) in zip(boxes, wanted, strict=True)]
    closed = tuple(_closed(box, item) for box, item in wanted)
    places = []
    for (box, item), (_, _, widest) in zip(wanted, areas, strict=True):
        clipped = (part.clipped(page.rect.width, page.rect.height) for part in with_margins(box))
        parts = tuple(part for part in clipped if part is not None)
        if parts:
            places.append(_Place(parts, box, label_of(item.placeholder) if widest else ""))
    fills = _fills(pages, index, places, plan.style, lossy=bool(lossy))
    colours: dict[Box, Colour] = {}
    for place, fill in zip(places, fills, strict=True):
        for part in place.parts:
            colours.setdefault(part, fill)
    painted_boxes = tuple(sorted(colours))
    labels = tuple(_labels(pages, index, places, fills)) if plan.style.labels else ()
    return Covers(painted_boxes, closed, tuple(colours[box] for box in painted_boxes), labels)


@dataclass(frozen=True, slots=True)
class _Place:
    """One box of the plan: what is painted for it, and what may be written there."""

    parts: tuple[Box, ...]
    core: Box
    label: str


def _fills(
    pages: Pages, index: int, places: Sequence[_Place], style: CoverStyle, *, lossy: bool
) -> list[Colour]:
    """The colour of each place."""
    if style.colour == "black":
        return [BLACK] * len(places)
    pixels, scale = as_shown(pages, index, COPY)
    closed = np.zeros(pixels.shape[:2], dtype=np.bool_)
    for place in places:
        for part in place.parts:
            _cover(closed, part, scale)
    remove_faint(pixels, closed)
    rects = [pixels_of(place.parts[0], scale) for place in places]
    return fill_colours(pixels, [Cover(rect, rect) for rect in rects], closed, style, lossy=lossy)


def _labels(pages: Pages, index: int, places: Sequence[_Place], fills: Sequence[Colour]) -> Iterable[Label]:
    size = pages.size(index)
    scale = bounded(size.width, size.height, COPY)
    for place, fill in zip(places, fills, strict=True):
        left, top, right, bottom = _inner_pixels(place.parts[0], scale)
        if place.label and left < right and top < bottom:
            yield Label(Box(left, top, right, bottom).scaled(1 / scale), place.core, place.label, fill)


def pixels_of(box: Box, scale: float) -> Rect:
    """The pixels that lie closest to a box."""
    at = box.scaled(scale)
    return round(at.left), round(at.top), round(at.right), round(at.bottom)


def _inner_pixels(box: Box, scale: float) -> Rect:
    """The pixels that lie wholly in a box; an empty rectangle where there are none."""
    at = box.scaled(scale)
    return math.ceil(at.left), math.ceil(at.top), math.floor(at.right), math.floor(at.bottom)


def _cover(mask: Mask, box: Box, scale: float) -> None:
    inside = box.scaled(scale).snap_out().clipped(mask.shape[1], mask.shape[0])
    if inside is not None:
        mask[int(inside.top) : int(inside.bottom), int(inside.left) : int(inside.right)] = True


def _closed(box: Box, item: PlanItem) -> Box:
    """The box, less the margin it was given when the very value is known and can be looked for in words."""
    if item.value is None or not item.exact or min(box.width, box.height) <= 2 * MARGIN:
        return box
    return box.grow(-MARGIN)


def _lossy_pictures(page: Any) -> list[tuple[Box, float]]:
    """Where a page shows pictures that may be stored with loss, and the margin they need in points."""
    lossless: set[tuple[int, int]] = set()
    lossy: set[tuple[int, int]] = set()
    with guarded("A page"):
        for number, _, width, height, *_ in page.get_images(full=True):
            names = _NAMES.findall(page.parent.xref_get_key(number, "Filter")[1])
            (lossless if _LOSSLESS.issuperset(names) else lossy).add((width, height))
    return [
        (shown.box, LOSSY_MARGIN / shown.coarse)
        for shown in pictures(page)
        if (shown.columns, shown.rows) not in lossless - lossy
    ]


def as_shown(pages: Pages, index: int, scale: float) -> tuple[Pixels, float]:
    """Page ``index`` as a viewer shows it, and the scale used, within bounds."""
    page = pages.page(index)
    scale = bounded(page.rect.width, page.rect.height, scale)
    return rendered(page, scale), scale


def painted(pages: Pages, index: int, scale: float, covered: Covers) -> tuple[Pixels, float]:
    """Page ``index`` with its covers painted, and the scale used, within bounds.

    Ink so faint that nobody sees it is made ground.
    """
    pixels, scale = as_shown(pages, index, scale)
    paint_over(pixels, covered, scale)
    labels = [
        (Cover(pixels_of(label.box, scale), pixels_of(label.core, scale), label.text), label.fill)
        for label in covered.labels
    ]
    write_labels(pixels, labels)
    return pixels, scale


def paint_over(pixels: Pixels, covered: Covers, scale: float, origin: tuple[float, float] = (0, 0)) -> None:
    """Fills the covers on a raster whose left top corner is ``origin`` (points), and removes faint ink."""
    hidden = np.zeros(pixels.shape[:2], dtype=np.bool_)
    for fill, boxes in covered.by_fill():
        mask = np.zeros_like(hidden)
        for box in boxes:
            _cover(mask, box.moved(-origin[0], -origin[1]), scale)
        pixels[mask] = fill
        hidden |= mask
    remove_faint(pixels, hidden)
