"""Covers boxes with plain black so that nothing outside tells what was inside.

What is painted depends on the boxes and on pixels outside all of them, never on pixels inside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.formats.faint_ink import FAINT, remove_faint
from app.formats.image.container import Frame, Mask, Pixels
from app.formats.image.read import TURNS, Opened, Page
from ocr.model import Box

MARGIN: Final = 2
"""Pixels added around a box for the soft edges of glyphs, as far as no neighbour begins there."""

RING_SEARCH: Final = 0.4
"""How far, in heights of the box, a rim without ink is looked for on every side."""

LOSSY_MARGIN: Final = 18
"""Pixels around a box that lossy compression may have touched: one coding unit and its smoothing."""

SLIGHT_STEP: Final = 36
"""Largest step between neighbours, of 765 over all channels, that compression leaves on its own."""

NOISY: Final = 0.1
"""Share of places uneven in both directions that go up and down slightly from which a place was compressed.

Measured within 18 pixels of a token: up to 0.05 in screenshots as taken (text, frames, shadows, gradients,
sub-pixel smoothing), from 0.2 after JPEG of quality 60 to 98, 0.2 to 0.3 after smooth rescaling.
"""

Rect = tuple[int, int, int, int]
"""Left, top, right, bottom in whole pixels, half-open."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The coding units of a JPEG, which lie in the stored picture, before it was turned upright."""

    width: int
    height: int
    mcu: tuple[int, int]
    turn: int

    def around(self, rect: Rect) -> Rect:
        """The whole coding units that a rectangle of the upright picture touches, and two pixels more."""
        left, top, right, bottom = turned_back(rect, self.width, self.height, self.turn)
        across, down = self.mcu
        stored = (
            left // across * across - MARGIN,
            top // down * down - MARGIN,
            -(-right // across) * across + MARGIN,
            -(-bottom // down) * down + MARGIN,
        )
        return turned(stored, self.width, self.height, self.turn)


def turned(rect: Rect, width: int, height: int, turn: int) -> Rect:
    """A rectangle of a stored ``width`` × ``height`` picture in the upright one."""
    left, top, right, bottom = rect
    swap, mirror, flip = TURNS[turn]
    if swap:
        left, top, right, bottom = top, left, bottom, right
        width, height = height, width
    if mirror:
        left, right = width - right, width - left
    if flip:
        top, bottom = height - bottom, height - top
    return left, top, right, bottom


def turned_back(rect: Rect, width: int, height: int, turn: int) -> Rect:
    """A rectangle of the upright picture in the stored one, which is ``width`` × ``height``."""
    left, top, right, bottom = rect
    swap, mirror, flip = TURNS[turn]
    shown_width, shown_height = (height, width) if swap else (width, height)
    if mirror:
        left, right = shown_width - right, shown_width - left
    if flip:
        top, bottom = shown_height - bottom, shown_height - top
    return (top, left, bottom, right) if swap else (left, top, right, bottom)


def painted(opened: Opened, page: Page, boxes: Iterable[Box]) -> Frame:
    """A page with its boxes covered, margins included, and with ink that nobody sees removed."""
    pixels = page.pixels.copy()
    height, width = pixels.shape[:2]
    rects = _clipped([_whole(box) for box in boxes], width, height)
    covered = np.zeros((height, width), dtype=np.bool_)
    _fill(covered, rects)
    if opened.container.mcu is not None:
        stored = opened.container.sizes[page.number - 1]
        grid = Grid(*stored, opened.container.mcu, opened.turn)
        grown = [grid.around(rect) for rect in rects]
    elif opened.container.lossy:
        grown = [_grown(rect, LOSSY_MARGIN) for rect in rects]
    else:
        grown = [_with_rim(rect, pixels, covered) for rect in rects]
    _fill(covered, _clipped(grown, width, height))
    pixels[covered] = 0
    remove_faint(pixels, covered)
    return Frame(pixels, page.duration)


def _whole(box: Box) -> Rect:
    out = box.snap_out()
    return int(out.left), int(out.top), int(out.right), int(out.bottom)


def _grown(rect: Rect, by: int) -> Rect:
    return rect[0] - by, rect[1] - by, rect[2] + by, rect[3] + by


def _clipped(rects: Iterable[Rect], width: int, height: int) -> list[Rect]:
    inside = [(max(0, a), max(0, b), min(width, c), min(height, d)) for a, b, c, d in rects]
    return [rect for rect in inside if rect[0] < rect[2] and rect[1] < rect[3]]


def _fill(mask: Mask, rects: Iterable[Rect]) -> None:
    for left, top, right, bottom in rects:
        mask[top:bottom, left:right] = True


def _with_rim(rect: Rect, pixels: Pixels, covered: Mask) -> Rect:
    """The rectangle grown on every side until the rim is free of ink; 18 pixels where it was compressed."""
    left, top, right, bottom = rect
    height, width = covered.shape
    around = _clipped([_grown(rect, LOSSY_MARGIN)], width, height)[0]
    view = np.s_[around[1] : around[3], around[0] : around[2]]
    if _compressed(pixels[view], covered[view]):
        return _grown(rect, LOSSY_MARGIN)
    far = max(2 * MARGIN, min(LOSSY_MARGIN, round(RING_SEARCH * (bottom - top))))
    columns, rows = np.s_[max(0, left - 1) : right + 1], np.s_[max(0, top - 1) : bottom + 1]
    # Lines parallel to each side, the nearest first.
    above = np.s_[max(0, top - far) : top]
    below = np.s_[bottom : bottom + far]
    before = np.s_[max(0, left - far) : left]
    after = np.s_[right : right + far]
    return (
        left - _extent(pixels[rows, before].swapaxes(0, 1)[::-1], covered[rows, before].T[::-1]),
        top - _extent(pixels[above, columns][::-1], covered[above, columns][::-1]),
        right + _extent(pixels[rows, after].swapaxes(0, 1), covered[rows, after].T),
        bottom + _extent(pixels[below, columns], covered[below, columns]),
    )


def _extent(lines: Pixels, covered: Mask) -> int:
    """How many of the lines beside a box to cover: up to the first without ink, and a margin without ink."""
    clear = [_uniform(line[~hidden]) for line, hidden in zip(lines, covered, strict=True)]
    if True not in clear:
        return MARGIN
    first = clear.index(True)
    extent = first
    while extent < len(clear) and extent < first + MARGIN and clear[extent]:
        extent += 1
    return extent


def _uniform(line: Pixels) -> bool:
    return not line.size or bool((line.max(axis=0) - line.min(axis=0)).max() <= FAINT)


def _compressed(pixels: Pixels, covered: Mask) -> bool:
    """Whether lossy compression went over a place before, judged by what it leaves around ink.

    It leaves slight ups and downs in turn, and others in the next row; drawn lines, shadows and gradients
    go one way or repeat from row to row. Where nothing is drawn, any slight unevenness counts: a wide
    margin hides nothing there.
    """
    grey = pixels.astype(np.int16).sum(axis=2, dtype=np.int16)
    uneven = turning = 0
    drawn = False
    for values, hidden in ((grey, covered), (grey.T, covered.T)):
        steps = np.diff(values, axis=1)
        shut = hidden[:, :-1] | hidden[:, 1:]
        drawn |= bool((np.abs(steps)[~shut] > SLIGHT_STEP).any())
        before, after = steps[:-1, :-1], steps[:-1, 1:]
        seen = ~(shut[:-1, :-1] | shut[:-1, 1:] | shut[1:, :-1] | shut[1:, 1:])
        uneven += int(np.count_nonzero(seen & (before != steps[1:, :-1])))
        slight = (np.abs(before) <= SLIGHT_STEP) & (np.abs(after) <= SLIGHT_STEP)
        other_row = (before != steps[1:, :-1]) | (after != steps[1:, 1:])
        turning += int(np.count_nonzero(seen & slight & other_row & (np.sign(before) * np.sign(after) < 0)))
    return uneven > 0 and (not drawn or turning > NOISY * uneven / 2)
