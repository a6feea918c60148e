"""Looks at a written copy as a stranger would: structure, sizes, covered places, everything else.

It decodes the copy anew and knows the plan's boxes, but not what the painting code made of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from app.errors import SharesafeError
from app.formats.faint_ink import FAINT
from app.formats.image.container import Mask, Pixels
from app.formats.image.grid import Grid, Rect, clipped, enlarged
from app.formats.image.paint import LOSSY_MARGIN
from app.formats.image.read import Opened, Page, opened
from app.formats.image.tone import NEARBY, Tones
from app.model import Check, PageArea, RedactionPlan, Unit
from ocr.model import Box

_BAND: Final = 1 << 20
"""Pixels compared at once."""

_ALIGNMENT: Final = 3
"""Zero bytes between two parts that only align the second."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What the copy's own compression may change, in steps of 255.

    Attributes:
        inside: brightest value allowed in a covered area.
        mean: mean difference outside, over pixels and channels.
        most: largest difference outside; None where only the mean tells anything.
    """

    inside: int
    mean: float
    most: int | None


_EXACT: Final = Tolerance(0, FAINT, FAINT)
_TOLERANCES: Final = {"jpeg": Tolerance(48, 12.0, 64), "gif": Tolerance(0, 6.0, None)}


def boxes_on(plan: RedactionPlan, page: int) -> list[Box]:
    """Every box that the plan wants covered on a page.

    Raises:
        ValueError: a place is given in points, which pictures do not have.
    """
    areas = [
        place
        for item in plan.items
        for place in item.where
        if isinstance(place, PageArea) and place.page == page
    ]
    if any(area.unit is not Unit.PIXEL for area in areas):
        raise ValueError("boxes on a picture are in pixels")
    return [box for area in areas for box in area.boxes]


def checked(original: Opened, data: bytes, plan: RedactionPlan) -> list[Check]:
    """All checks of a copy against the input it was made from."""
    try:
        copy = opened(data, original.settings)
        return [_structure(copy), *_pages(original, copy, plan)]
    except SharesafeError as error:
        return [Check("The copy opens as a picture", False, error.message)]


def _structure(copy: Opened) -> Check:
    container = copy.container
    foreign = sorted({part.name for part in container.parts} - copy.codec.copy_parts)
    problems = [f"holds {name}" for name in foreign]
    problems += [
        f"{stop - start} unused bytes"
        for start, stop in container.gaps()
        if stop - start > _ALIGNMENT or any(copy.data[start:stop])
    ]
    if len(copy.data) > container.end:
        problems.append(f"{len(copy.data) - container.end} bytes after the end")
    kinds = len({part.name for part in container.parts})
    good = f"{len(container.parts)} parts of {kinds} allowed kinds, nothing after the end"
    return Check("Only pixels in the file", not problems, "; ".join(problems) or good)


def _pages(original: Opened, copy: Opened, plan: RedactionPlan) -> Iterable[Check]:
    if (copy.count, copy.codec.kind) != (original.count, original.codec.kind):
        yield Check(
            "Same format, pages and sizes",
            False,
            f"{original.codec.kind}, {original.count} pages became {copy.codec.kind}, {copy.count} pages",
        )
        return
    tally = _Tally(_TOLERANCES.get(copy.codec.kind, _EXACT))
    for before, after in zip(original.pages(), copy.pages(), strict=True):
        if before.pixels.shape != after.pixels.shape or after.hidden:
            yield Check("Same format, pages and sizes", False, f"page {before.number} has another size")
            return
        tally.add(_wanted(original, before, boxes_on(plan, before.number)), after.pixels)
    yield Check("Same format, pages and sizes", True, f"{copy.codec.kind}, {copy.count} of {original.count}")
    yield tally.covered()
    yield tally.unchanged()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What one page of a copy has to be.

    Attributes:
        areas: how many places of the plan lie on it.
        inside: must be black.
        near: may be black.
        pixels: what is to be seen everywhere else.
    """

    areas: int
    inside: Mask = field(repr=False)
    near: Mask = field(repr=False)
    pixels: Pixels = field(repr=False)


def _wanted(original: Opened, page: Page, boxes: list[Box]) -> _Wanted:
    height, width = page.pixels.shape[:2]
    places = [place for box in boxes if (place := box.snap_out().clipped(width, height)) is not None]
    rects = [(int(at.left), int(at.top), int(at.right), int(at.bottom)) for at in places]
    coding = original.container.coding
    inside, near, pixels = (
        _union(rects, 0, width, height),
        _union(rects, LOSSY_MARGIN, width, height),
        page.pixels,
    )
    if coding is not None:
        grid = Grid(*original.container.sizes[page.number - 1], coding, original.turn)
        stored = grid.width, grid.height
        grid.stored(inside)[_union(map(grid.covers, rects), 0, *stored)] = True
        near = inside.copy()
        grid.stored(near)[_union(map(grid.reach, rects), 0, *stored)] = True
        if coding.light is not None and rects:
            pixels = pixels.copy()
            _tone(grid, clipped(map(grid.reach, rects), *stored), Tones(original), grid.stored(pixels))
    return _Wanted(len(places), inside, near, pixels)


def _tone(grid: Grid, reaches: list[Rect], tones: Tones, pixels: Pixels) -> None:
    """Leaves no colour of their own to the places that a cover has an influence on, only their brightness."""
    outside = ~_union(reaches, 0, grid.width, grid.height)
    # Where places overlap, the one that comes first in the plan counts.
    for left, top, right, bottom in reversed(reaches):
        ((a, b, c, d),) = clipped([enlarged((left, top, right, bottom), NEARBY)], grid.width, grid.height)
        colour = tones.colour((a, b, c, d), outside[b:d, a:c])
        pixels[top:bottom, left:right] = tones.shown((left, top, right, bottom), colour)


class _Tally:
    """Adds up, over all pages, what was compared."""

    def __init__(self, tolerance: Tolerance) -> None:
        self._tolerance = tolerance
        self._areas = self._brightest = 0
        self._compared = self._differing = self._largest = 0
        self._sum = 0.0
        self._stray = 0

    def add(self, wanted: _Wanted, after: Pixels) -> None:
        self._areas += wanted.areas
        band = max(1, _BAND // after.shape[1])
        for top in range(0, after.shape[0], band):
            rows = np.s_[top : top + band]
            self._add_rows(wanted.pixels[rows], after[rows], wanted.inside[rows], wanted.near[rows])

    def _add_rows(self, wanted: Pixels, after: Pixels, inside: Mask, near: Mask) -> None:
        if inside.any():
            self._brightest = max(self._brightest, int(after[inside].max()))
        difference = _difference(wanted, after)
        outside = difference[~near]
        if outside.size:
            self._compared += outside.size
            self._differing += int(np.count_nonzero(outside))
            self._largest = max(self._largest, int(outside.max()))
            self._sum += float(outside.sum(dtype=np.int64))
        if self._tolerance.most is not None:
            rim = near & ~inside
            black = after.max(axis=2) <= self._tolerance.inside
            self._stray += int(np.count_nonzero(rim & ~black & (difference > self._tolerance.most)))

    def covered(self) -> Check:
        passed = self._brightest <= self._tolerance.inside
        detail = f"{self._areas} areas, brightest value inside {self._brightest} of 255"
        return Check("Covered areas are plain black", passed, detail)

    def unchanged(self) -> Check:
        mean = self._sum / max(1, self._compared)
        limit = self._tolerance
        passed = (
            mean <= limit.mean and (limit.most is None or self._largest <= limit.most) and not self._stray
        )
        detail = (
            f"{self._compared} pixels compared, {self._differing} differ, "
            f"mean {mean:.2f}, largest {self._largest} of 255"
        )
        if self._stray:
            detail += f"; {self._stray} pixels beside covered areas are neither black nor as they should be"
        return Check("Everything else is unchanged", passed, detail)


def _union(rects: Iterable[Rect], by: int, width: int, height: int) -> Mask:
    mask = np.zeros((height, width), dtype=np.bool_)
    for left, top, right, bottom in clipped([enlarged(rect, by) for rect in rects], width, height):
        mask[top:bottom, left:right] = True
    return mask


def _difference(a: Pixels, b: Pixels) -> Pixels:
    return np.asarray((np.maximum(a, b) - np.minimum(a, b)).max(axis=2))
