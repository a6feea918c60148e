"""A page as pixels with its covered places painted: one code for the preview, the copy and its check."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from app.formats.faint_ink import remove_faint
from app.formats.pdf.engine import POINTS_PER_INCH, guarded, rendered
from app.formats.pdf.pages import Pages
from app.formats.pdf.pictures import bounded, pictures
from app.formats.pdf.reach import reaching
from app.model import PageArea, PlanItem, RedactionPlan
from ocr.ink import Pixels
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
class Covers:
    """What is covered on one page, in points of the displayed page.

    Attributes:
        painted: the boxes as they are painted, margins included, in order.
        closed: no word that reaches into one of these is kept as text.
    """

    painted: tuple[Box, ...] = ()
    closed: tuple[Box, ...] = ()


def covers(pages: Pages, index: int, plan: RedactionPlan) -> Covers:
    """What to cover on page ``index`` (0-based), clipped to it."""
    wanted = [
        (box, item)
        for item in plan.items
        for place in item.where
        if isinstance(place, PageArea) and place.page == index + 1
        for box in place.boxes
    ]
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
    grown = [part for box, _ in wanted for part in with_margins(box)]
    clipped = (box.clipped(page.rect.width, page.rect.height) for box in grown)
    painted_boxes = tuple(sorted({box for box in clipped if box is not None}))
    return Covers(painted_boxes, tuple(_closed(box, item) for box, item in wanted))


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


def painted(pages: Pages, index: int, scale: float, boxes: Iterable[Box]) -> tuple[Pixels, float]:
    """Page ``index`` with ``boxes`` (points) filled with black, and the scale used, within bounds.

    Ink so faint that nobody sees it is made ground.
    """
    pixels, scale = as_shown(pages, index, scale)
    height, width = pixels.shape[:2]
    covered = np.zeros((height, width), dtype=np.bool_)
    for box in boxes:
        inside = box.scaled(scale).snap_out().clipped(width, height)
        if inside is not None:
            covered[int(inside.top) : int(inside.bottom), int(inside.left) : int(inside.right)] = True
    pixels[covered] = 0
    remove_faint(pixels, covered)
    return pixels, scale
