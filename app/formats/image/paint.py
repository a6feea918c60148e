"""Covers boxes with plain black so that nothing outside tells what was inside.

What is painted depends on the boxes and on pixels outside all of them, never on pixels inside.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Final

import numpy as np

from app.formats.faint_ink import FAINT, remove_faint
from app.formats.image.container import Frame, Mask, Pixels
from app.formats.image.grid import Grid, Rect, clipped, enlarged
from app.formats.image.read import Opened, Page
from app.formats.image.tone import NEARBY, Tones
from app.formats.image.traces import Traces, compressed
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


def painted(opened: Opened, page: Page, boxes: Iterable[Box]) -> Frame:
    """A page with its boxes covered, margins included, and with ink that nobody sees removed."""
    pixels = page.pixels.copy()
    height, width = pixels.shape[:2]
    rects = clipped([_whole(box) for box in boxes], width, height)
    covered = np.zeros((height, width), dtype=np.bool_)
    _fill(covered, rects)
    if opened.container.coding is not None:
        grid = Grid(*opened.container.sizes[page.number - 1], opened.container.coding, opened.turn)
        _fill(grid.stored(covered), clipped(map(grid.covers, rects), grid.width, grid.height))
        if grid.coding.light is not None and rects:
            _tone(grid.stored(pixels), Tones(opened), map(grid.reach, rects))
    elif opened.container.lossy:
        _fill(covered, clipped([enlarged(rect, LOSSY_MARGIN) for rect in rects], width, height))
    else:
        traces = Traces(pixels, covered)
        _fill(covered, clipped([_with_rim(rect, pixels, covered, traces) for rect in rects], width, height))
    pixels[covered] = 0
    remove_faint(pixels, covered)
    return Frame(pixels, page.duration)


def _tone(pixels: Pixels, tones: Tones, reaches: Iterable[Rect]) -> None:
    """Gives every rectangle the colour of its surroundings outside all of them, in place."""
    height, width = pixels.shape[:2]
    rects = clipped(reaches, width, height)
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
