"""What became of a picture before it was saved without loss, judged by what it left around the ink."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from app.formats.image.container import Mask, Pixels

SLIGHT_STEP: Final = 36
"""Largest step between neighbours, of 765 over all channels, that compression leaves on its own."""

NOISY: Final = 0.1
"""Share of places uneven in both directions that go up and down slightly from which a place was compressed.

Measured within 18 pixels of a token: up to 0.05 in screenshots as taken (text, frames, shadows, gradients,
sub-pixel smoothing), from 0.2 after JPEG of quality 60 to 98, 0.2 to 0.3 after smooth rescaling.
"""

SOFT_REACH: Final = 5
"""Pixels around ink that smooth rescaling, to half or to twice the size, may change. JPEG: up to 15."""

HARD_REACH: Final = 8
"""Pixels around ink within which a JPEG, be it of greys only, ripples somewhere."""

ENOUGH: Final = 2000
"""So many pixels between the two reaches tell one from the other."""

RIPPLING: Final = 0.0003
"""Share of them that ripples from which it was a JPEG.

Measured on whole screens: up to 0.0002 after rescaling to 0.5 to 1.5 of the size, where faint lines meet;
from 0.0002, mostly 0.005 to 0.1, after JPEG of quality 60 to 98.
"""

BLOCK: Final = 8
ON_GRID: Final = 0.35
"""Share of the edges of flat ground on one of eight columns, and of eight rows, from which it was a JPEG.

Measured on whole screens: up to 0.31 after rescaling; after JPEG from 0.34, up to quality 90. The two shares
complement each other: the fewer ripples a JPEG shows, the plainer its blocks.
"""

ENOUGH_EDGES: Final = 300

TILE: Final = 200
"""A place is judged by the square of this many pixels that it lies in and by the eight around that."""

BAND: Final = 1024
"""Rows judged at once; a multiple of ``BLOCK``."""

Steps = npt.NDArray[np.int16]


def compressed(pixels: Pixels, covered: Mask) -> bool:
    """Whether lossy compression or smooth rescaling went over a place before.

    Both leave slight ups and downs in turn, and others in the next row; drawn lines, shadows and gradients
    go one way or repeat from row to row. Where nothing is drawn, any slight unevenness counts: a wide
    margin hides nothing there.
    """
    grey = _grey(pixels)
    uneven = turning = 0
    drawn = False
    for values, hidden in ((grey, covered), (grey.T, covered.T)):
        steps = np.diff(values, axis=1)
        shut = hidden[:, :-1] | hidden[:, 1:]
        drawn |= bool((np.abs(steps)[~shut] > SLIGHT_STEP).any())
        seen = ~(shut[:-1, :-1] | shut[:-1, 1:] | shut[1:, :-1] | shut[1:, 1:])
        uneven += int(np.count_nonzero(seen & (steps[:-1, :-1] != steps[1:, :-1])))
        turning += int(np.count_nonzero(seen & _turning(steps)))
    return uneven > 0 and (not drawn or turning > NOISY * uneven / 2)


class Traces:
    """Tells, for places of a page that are ``compressed``, which of them were rescaled and never a JPEG.

    Rescaled, the ground is flat as soon as no ink is near. A JPEG ripples up to the end of its blocks, which
    begin at every eighth pixel. Where too little is seen around a place, all of the page decides.
    """

    def __init__(self, pixels: Pixels, covered: Mask) -> None:
        self._pixels = pixels
        self._covered = covered
        self._known: dict[tuple[int, int] | None, bool | None] = {}

    def rescaled(self, x: int, y: int) -> bool:
        """Whether the surroundings of a pixel were; False where even the whole page leaves it open."""
        tile = x // TILE, y // TILE
        if tile not in self._known:
            left, top = ((at - 1) * TILE for at in tile)
            self._known[tile] = self._judged(left, top, left + 3 * TILE, top + 3 * TILE)
        verdict = self._known[tile]
        if verdict is None:
            if None not in self._known:
                height, width = self._covered.shape
                self._known[None] = self._judged(0, 0, width, height)
            verdict = self._known[None]
        return verdict is True

    def _judged(self, left: int, top: int, right: int, bottom: int) -> bool | None:
        """The verdict on a rectangle that may reach over the page; None where too little is seen."""
        left, top, bottom = max(0, left), max(0, top), min(bottom, self._covered.shape[0])
        places = rippling = 0
        edges = np.zeros((2, BLOCK), dtype=np.intp)
        for row in range(top, bottom, BAND):
            part = np.s_[max(0, row - HARD_REACH) : min(bottom, row + BAND) + HARD_REACH, left:right]
            seen = _evidence(self._pixels[part], self._covered[part])
            places, rippling, edges = places + seen[0], rippling + seen[1], edges + seen[2]
        if places < ENOUGH or edges.sum() < ENOUGH_EDGES:
            return None
        on_grid = float((edges.max(axis=1) / np.maximum(1, edges.sum(axis=1))).min())
        return rippling <= RIPPLING * places and on_grid < ON_GRID


def _evidence(pixels: Pixels, covered: Mask) -> tuple[int, int, npt.NDArray[np.intp]]:
    """Pixels between the two reaches, those of them that ripple, and edges of flat ground along both axes."""
    grey = _grey(pixels)
    ink, ripples = covered.copy(), np.zeros_like(covered)
    edges = []
    for values, inked, rippling, hidden in (
        (grey, ink, ripples, covered),
        (grey.T, ink.T, ripples.T, covered.T),
    ):
        steps = np.diff(values, axis=1)
        strong = np.abs(steps) > SLIGHT_STEP
        inked[:, :-1] |= strong
        inked[:, 1:] |= strong
        rippling[:-1, 1:-1] |= _turning(steps)
        edges.append(_edges_of_flat_ground(steps, hidden))
    between = _grown(ink, HARD_REACH) & ~_grown(ink, SOFT_REACH)
    inner = np.s_[HARD_REACH:-HARD_REACH, HARD_REACH:-HARD_REACH]  # ink beyond the edges is not seen
    places, rippling_places = between[inner], (between & ripples)[inner]
    return int(np.count_nonzero(places)), int(np.count_nonzero(rippling_places)), np.stack(edges)


def _grey(pixels: Pixels) -> Steps:
    return np.asarray(pixels.astype(np.int16).sum(axis=2, dtype=np.int16))


def _turning(steps: Steps) -> Mask:
    """Where values go slightly up and then down, or down and then up, and otherwise than in the next row."""
    before, after = steps[:-1, :-1], steps[:-1, 1:]
    slight = (np.abs(before) <= SLIGHT_STEP) & (np.abs(after) <= SLIGHT_STEP)
    other_row = (before != steps[1:, :-1]) | (after != steps[1:, 1:])
    return np.asarray(slight & other_row & (np.sign(before) * np.sign(after) < 0))


def _edges_of_flat_ground(steps: Steps, covered: Mask) -> npt.NDArray[np.intp]:
    """How many slight steps at the end of three pixels without any there are, by column modulo eight."""
    flat, slight = steps == 0, np.abs(steps) <= SLIGHT_STEP
    open_ = ~(covered[:, :-1] | covered[:, 1:])
    middle = flat[:, 1:-2] & flat[:, 2:-1] & open_[:, 1:-2] & open_[:, 2:-1]
    ends = middle & flat[:, :-3] & ~flat[:, 3:] & slight[:, 3:] & open_[:, 3:] & open_[:, :-3]
    begins = middle & flat[:, 3:] & ~flat[:, :-3] & slight[:, :-3] & open_[:, :-3] & open_[:, 3:]
    columns = np.concatenate((np.nonzero(ends)[1] + 3, np.nonzero(begins)[1]))
    return np.bincount(columns % BLOCK, minlength=BLOCK)


def _grown(mask: Mask, by: int) -> Mask:
    """True within ``by`` pixels of what is true, along both axes."""
    for _ in range(2):
        wide = np.pad(mask, ((0, 0), (by + 1, by))).cumsum(axis=1, dtype=np.int32)
        mask = (wide[:, 2 * by + 1 :] > wide[:, : -2 * by - 1]).T
    return mask
