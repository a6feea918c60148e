"""Pictures of places on a page: what the page shows there, covers painted, and nothing else.

Whatever a stored picture holds besides is not in them: parts that are clipped, drawn over or off the page,
pixels under a mask, anything finer than the eye sees on the page.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from app.formats.pdf.engine import rendered
from app.formats.pdf.pages import Pages, PageSize
from app.formats.pdf.paint import COPY, Covers, paint_over
from app.formats.pdf.pictures import FINEST, bounded
from app.formats.pdf.vector.items import Region
from app.formats.pdf.words import difference
from ocr.ink import Mask, Pixels
from ocr.model import Box

SLACK: Final = 1e-6
"""Pixels by which the edge of a place may miss the edge of a pixel after calculation."""


def on_grid(region: Region, page: Box) -> tuple[Box, float]:
    """The box of a picture of a region, on whole pixels, and the pixels a point it has."""
    coarse, fine = scales(PageSize(page.width, page.height))
    scale = fine if region.density > coarse else coarse
    inside = region.box.scaled(scale)
    left, top = math.floor(inside.left + SLACK), math.floor(inside.top + SLACK)
    right, bottom = math.ceil(inside.right - SLACK), math.ceil(inside.bottom - SLACK)
    box = Box(left, top, max(right, left + 1), max(bottom, top + 1))
    return box.scaled(1 / scale), scale


def scales(size: PageSize) -> tuple[float, float]:
    """The pixels a point that pictures may have: of text and drawings, and of finer pictures."""
    return bounded(size.width, size.height, COPY), bounded(size.width, size.height, FINEST)


def pictured(
    pages: Pages, index: int, box: Box, scale: float, covered: Covers, *, bare: bool
) -> Pixels | None:
    """What page ``index`` shows in ``box``, which lies on whole pixels.

    Args:
        bare: without the page's text, as far as that was drawn over even ground; None when it cannot be
            taken away.
    """
    clip = (box.left, box.top, box.right, box.bottom)
    pixels = rendered(pages.page(index), scale, clip)
    if bare:
        backdrop = pages.backdrop(index)
        if backdrop is None:
            return None
        behind = rendered(backdrop, scale, clip)
        if behind.shape != pixels.shape:
            return None
        # only the smooth edges of letters show what is behind them: a blackened place stays black
        inner = _inner(difference(pixels, behind) > 0)
        pixels = np.where(inner[:, :, None], pixels, behind)
    paint_over(pixels, covered, scale, (box.left, box.top))
    return pixels


def _inner(mask: Mask) -> Mask:
    """Where a mask is set together with all its neighbours."""
    padded = np.pad(mask, 1, mode="edge")
    inner = np.ones_like(mask)
    for down in range(3):
        for across in range(3):
            inner &= padded[down : down + mask.shape[0], across : across + mask.shape[1]]
    return inner
