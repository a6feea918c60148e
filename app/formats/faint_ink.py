"""Ink that nobody sees is made ground, so that a copy never holds a text that only software reads."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from ocr.ink import Mask, Pixels

FAINT: Final = 6
"""Differences (of 255) that nobody sees; ink that faint is made ground."""

BIG_COLOUR: Final = 0.02
"""A colour of at least this share of the picture is a ground or a fill."""

FLAT: Final = 0.5
"""A picture whose big colours make up at least this share is drawn, not photographed."""

STROKE: Final = 4
"""Pixels: what has its colour so far on all four sides lies in an area, not in a stroke."""

AREA: Final = 0.25
"""Share of a colour's pixels that do, from which it fills areas."""

_MOST_COLOURS: Final = 32
_SAMPLE: Final = 1 << 18
_BAND: Final = 1 << 20


def remove_faint(pixels: Pixels, covered: Mask) -> None:
    """Makes ink within ``FAINT`` of a big colour that colour, in place; photographs stay as they are.

    Args:
        pixels: height × width × 3 RGB, 8 bits.
        covered: what was painted already; it neither counts nor changes.
    """
    colours = _big_colours(pixels, covered)
    if colours is None:
        return
    near, exact = np.zeros((3, 256), dtype=np.uint32), np.zeros((3, 256), dtype=np.uint32)
    for bit, colour in enumerate(colours):
        for channel, value in enumerate(map(int, colour)):
            near[channel, max(0, value - FAINT) : value + FAINT + 1] |= np.uint32(1 << bit)
            exact[channel, value] |= np.uint32(1 << bit)
    height, width = covered.shape
    step = max(1, _BAND // width)
    for top in range(0, height, step):
        band = pixels[top : top + step]
        red, green, blue = band[:, :, 0], band[:, :, 1], band[:, :, 2]
        close = near[0][red] & near[1][green] & near[2][blue]
        same = exact[0][red] & exact[1][green] & exact[2][blue]
        faint = (close != 0) & (same == 0) & ~covered[top : top + step]
        bits = close[faint]
        lowest = bits & (~bits + np.uint32(1))
        band[faint] = colours[np.log2(lowest).astype(np.intp)]


def _big_colours(pixels: Pixels, covered: Mask) -> Pixels | None:
    """Colours of at least ``BIG_COLOUR`` of the open part, commonest first; None for photographs."""
    step = math.ceil(math.sqrt(covered.size / _SAMPLE))
    seen = pixels[::step, ::step][~covered[::step, ::step]].astype(np.uint32)
    if not seen.size:
        return None
    packed = seen[:, 0] << 16 | seen[:, 1] << 8 | seen[:, 2]
    values, counts = np.unique(packed, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    big = [int(i) for i in order[:_MOST_COLOURS] if counts[i] >= BIG_COLOUR * packed.size]
    if counts[big].sum() < FLAT * packed.size:
        return None
    chosen = values[big]
    colours = np.stack([chosen >> 16, chosen >> 8 & 255, chosen & 255], axis=1).astype(np.uint8)
    kept = [
        at
        for at, colour in enumerate(colours)
        if not _close(colours[:at], colour) or _is_area(pixels, covered, colour, step)
    ]
    return np.asarray(colours[kept])


def _close(commoner: Pixels, colour: Pixels) -> bool:
    """Whether a colour that is more common looks the same."""
    differences = np.abs(commoner.astype(np.int16) - colour.astype(np.int16))
    return bool((differences.max(axis=1, initial=0) <= FAINT).any()) if len(commoner) else False


def _is_area(pixels: Pixels, covered: Mask, colour: Pixels, step: int) -> bool:
    """Whether a colour fills areas; letters in it are too thin for that, however many they are."""
    height, width = covered.shape
    if min(height, width) <= 2 * STROKE:
        return True
    whole = filled = 0
    for top in range(STROKE, height - STROKE, step):
        rows = [np.s_[at : at + 1, :] for at in (top, top - STROKE, top + STROKE)]
        same, above, below = ((pixels[row] == colour).all(axis=2)[0] & ~covered[row][0] for row in rows)
        middle = same[STROKE:-STROKE]
        around = above[STROKE:-STROKE] & below[STROKE:-STROKE] & same[: -2 * STROKE] & same[2 * STROKE :]
        whole += int(np.count_nonzero(middle))
        filled += int(np.count_nonzero(middle & around))
    return filled >= AREA * whole
