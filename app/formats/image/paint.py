"""Covers boxes so that nothing outside tells what was inside.

What is painted depends on the boxes and on pixels outside all of them, never on pixels inside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

import numpy as np

from app.formats.covers import Cover, Place, paint, widened
from app.formats.faint_ink import FAINT, remove_faint
from app.formats.image.container import Mask, Pixels
from app.formats.image.grid import Grid, Rect, clipped, enlarged, turned
from app.formats.image.read import Opened, Page
from app.formats.image.tone import NEARBY, Tones
from app.formats.image.traces import Traces, compressed
from app.model import CoverStyle
from ocr.model import Box

MARGIN: Final = 2
"""Pixels added around a box for the faint end of soft edges; none on flat ground with neighbours in reach."""

SOFT_EDGE: Final = 1
"""Pixels added where a neighbour's ink begins right beside the box, in which its own edges may end."""

RING_SEARCH: Final = 0.4
"""How far, in heights of the box, a rim without ink is looked for on every side."""

LOSSY_MARGIN: Final = 18
"""Pixels around a box that lossy compression may have touched: one coding unit and its smoothing."""

SOFT_MARGIN: Final = 6
"""Pixels around a box that smooth rescaling may have touched."""


@dataclass(frozen=True, slots=True)
class Painted:
    """A page with its places covered, margins included, and with ink that nobody sees removed.

    Attributes:
        pixels: height × width × 3, 8-bit RGB.
        covered: what was painted over.
    """

    pixels: Pixels = field(repr=False)
    covered: Mask = field(repr=False)


def painted(opened: Opened, page: Page, places: Iterable[Place], style: CoverStyle) -> Painted:
    """A page with its places covered."""
    pixels = page.pixels.copy()
    lossy = opened.container.lossy
    covers, closed = _covers(opened, page, places, pixels)
    if style.hide_length:
        covers = [widened(cover, pixels, closed, lossy=lossy) for cover in covers]
    covered = np.zeros_like(closed)
    _fill(covered, (cover.rect for cover in covers))
    remove_faint(pixels, covered)
    paint(pixels, covers, covered, closed | covered, style, lossy=lossy)
    return Painted(pixels, covered)


def _covers(opened: Opened, page: Page, places: Iterable[Place], pixels: Pixels) -> tuple[list[Cover], Mask]:
    """What each place becomes, margins included, and all pixels that depend on what is covered.

    The colours of a JPEG around the covers become those of the ground, in place.
    """
    height, width = pixels.shape[:2]
    wanted = [
        Cover(rect, rect, place.label, place.guessable)
        for place in places
        for rect in clipped([_whole(place.box)], width, height)
    ]
    rects = [cover.rect for cover in wanted]
    closed = np.zeros((height, width), dtype=np.bool_)
    if opened.container.coding is not None:
        grid = Grid(*opened.container.sizes[page.number - 1], opened.container.coding, opened.turn)
        rects = [turned(grid.covers(rect), grid.width, grid.height, grid.turn) for rect in rects]
        reaches = clipped((grid.reach(cover.rect) for cover in wanted), grid.width, grid.height)
        _fill(grid.stored(closed), reaches)
        if grid.coding.light is not None and wanted:
            _tone(grid.stored(pixels), Tones(opened), reaches)
    elif opened.container.lossy:
        rects = [enlarged(rect, LOSSY_MARGIN) for rect in rects]
    else:
        _fill(closed, rects)
        traces = Traces(pixels, closed)
        rects = [_with_rim(rect, pixels, closed, traces) for rect in rects]
    rects = [clipped([rect], width, height)[0] for rect in rects]
    _fill(closed, rects)
    return [replace(cover, rect=rect) for rect, cover in zip(rects, wanted, strict=True)], closed


def _tone(pixels: Pixels, tones: Tones, rects: list[Rect]) -> None:
    """Gives every rectangle the colour of its surroundings outside all of them, in place."""
    height, width = pixels.shape[:2]
    closed = np.zeros((height, width), dtype=np.bool_)
    _fill(closed, rects)
    done = np.zeros_like(closed)
    for rect in rects:
        around = clipped([enlarged(rect, NEARBY)], width, height)[0]
        colour = tones.colour(around, ~closed[_at(around)])
        left = ~done[_at(rect)]
        pixels[_at(rect)][left] = tones.shown(rect, colour)[left]
        done[_at(rect)] = True


def _whole(box: Box) -> Rect:
    out = box.snap_out()
    return int(out.left), int(out.top), int(out.right), int(out.bottom)


def _at(rect: Rect) -> tuple[slice, slice]:
    return np.s_[rect[1] : rect[3], rect[0] : rect[2]]


def _fill(mask: Mask, rects: Iterable[Rect]) -> None:
    for left, top, right, bottom in rects:
        mask[top:bottom, left:right] = True


def _with_rim(rect: Rect, pixels: Pixels, covered: Mask, traces: Traces) -> Rect:
    """The rectangle grown on every side until the rim is free of ink; 18 pixels where it was a JPEG once."""
    left, top, right, bottom = rect
    height, width = covered.shape
    around = _at(clipped([enlarged(rect, LOSSY_MARGIN)], width, height)[0])
    soft = compressed(pixels[around], covered[around])
    if soft and not traces.rescaled((left + right) // 2, (top + bottom) // 2):
        return enlarged(rect, LOSSY_MARGIN)
    far = SOFT_MARGIN if soft else max(2 * MARGIN, min(LOSSY_MARGIN, round(RING_SEARCH * (bottom - top))))
    extent = _soft_extent if soft else _extent
    columns, rows = np.s_[max(0, left - 1) : right + 1], np.s_[max(0, top - 1) : bottom + 1]
    # Lines parallel to each side, the nearest first.
    above = np.s_[max(0, top - far) : top]
    below = np.s_[bottom : bottom + far]
    before = np.s_[max(0, left - far) : left]
    after = np.s_[right : right + far]
    return (
        left - extent(pixels[rows, before].swapaxes(0, 1)[::-1], covered[rows, before].T[::-1]),
        top - extent(pixels[above, columns][::-1], covered[above, columns][::-1]),
        right + extent(pixels[rows, after].swapaxes(0, 1), covered[rows, after].T),
        bottom + extent(pixels[below, columns], covered[below, columns]),
    )


def _extent(lines: Pixels, covered: Mask) -> int:
    """How many of the lines beside a box to cover: up to the first flat one, and a margin if all others are.

    Ink that goes on as far as these lines do is no glyph of the box that sticks out of it, but a neighbour
    that stands close: it loses a soft edge.
    """
    clear = [_uniform(line[~hidden], FAINT) for line, hidden in zip(lines, covered, strict=True)]
    if True not in clear:
        return SOFT_EDGE
    extent = clear.index(True)
    last = min(len(clear), extent + MARGIN)
    if all(clear[extent:]):
        return last
    while extent < last and clear[extent] and not _uniform(lines[extent][~covered[extent]], 0):
        extent += 1
    return extent


def _soft_extent(lines: Pixels, covered: Mask) -> int:
    """How many of the lines beside a box to cover where ink fades out: up to two flat ones, or all."""
    flat = [_uniform(line[~hidden], 0) for line, hidden in zip(lines, covered, strict=True)]
    return next((at for at, pair in enumerate(pairwise(flat)) if all(pair)), len(flat))


def _uniform(line: Pixels, tolerance: int) -> bool:
    return not line.size or bool((line.max(axis=0) - line.min(axis=0)).max() <= tolerance)
