"""Looks at a written copy as a stranger would: structure, sizes, covered places, everything else.

It decodes the copy anew and knows the plan's boxes. What the covers look like it learns from a page on
which nothing stands inside the boxes: a cover that depended on what it hides would be another one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from app.errors import SharesafeError
from app.formats.covers import Place, places
from app.formats.faint_ink import FAINT
from app.formats.image.container import Mask, Pixels
from app.formats.image.grid import Grid, Rect, clipped, enlarged
from app.formats.image.paint import LOSSY_MARGIN, painted
from app.formats.image.read import Opened, Page, opened
from app.formats.image.tone import NEARBY, Tones
from app.model import Check, CoverStyle, RedactionPlan
from app.places import PageArea, Unit

_BAND: Final = 1 << 20
"""Pixels compared at once."""

_ALIGNMENT: Final = 3
"""Zero bytes between two parts that only align the second."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What the copy's own compression may change, in steps of 255.

    Attributes:
        inside: largest difference from what a cover shall look like.
        mean: mean difference outside, over pixels and channels.
        most: largest difference outside; None where only the mean tells anything.
    """

    inside: int
    mean: float
    most: int | None


_EXACT: Final = Tolerance(0, FAINT, FAINT)
_TOLERANCES: Final = {"jpeg": Tolerance(48, 12.0, 64), "gif": Tolerance(0, 6.0, None)}
_COLOURED_GIF: Final = Tolerance(48, 6.0, None)
"""A GIF has 256 colours, of which black is always one."""

_NOTHING: Final = 90
"""Stands inside the boxes of a page that the covers are made for once more; no cover has this colour."""


def _tolerance(kind: str, style: CoverStyle) -> Tolerance:
    if kind == "gif" and (style.labels or style.colour != "black"):
        return _COLOURED_GIF
    return _TOLERANCES.get(kind, _EXACT)


def places_on(plan: RedactionPlan, page: int) -> list[Place]:
    """Every place that the plan wants covered on a page.

    Raises:
        ValueError: a place is given in points, which pictures do not have.
    """
    areas = (place for item in plan.items for place in item.where if isinstance(place, PageArea))
    if any(area.unit is not Unit.PIXEL for area in areas if area.page == page):
        raise ValueError("boxes on a picture are in pixels")
    return places(plan, page)


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
    return Check("Only pixels in the file", not problems, "; ".join(problems) or good, alone=True)


def _pages(original: Opened, copy: Opened, plan: RedactionPlan) -> Iterable[Check]:
    if (copy.count, copy.codec.kind) != (original.count, original.codec.written):
        yield Check(
            "Same format, pages and sizes",
            False,
            f"{original.codec.kind}, {original.count} pages became {copy.codec.kind}, {copy.count} pages",
        )
        return
    tally = _Tally(_tolerance(copy.codec.kind, plan.style))
    for before, after in zip(original.pages(), copy.pages(), strict=True):
        if before.pixels.shape != after.pixels.shape or after.hidden:
            yield Check("Same format, pages and sizes", False, f"page {before.number} has another size")
            return
        on_page = places_on(plan, before.number)
        tally.add(_wanted(original, before, on_page, plan.style), after.pixels)
    yield Check("Same format, pages and sizes", True, f"{copy.codec.kind}, {copy.count} of {original.count}")
    yield tally.covered()
    yield tally.unchanged()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What one page of a copy has to be.

    Attributes:
        areas: how many places of the plan lie on it.
        inside: must be covered.
        near: may be covered.
        covers: what is to be seen where something is covered.
        pixels: what is to be seen everywhere else.
    """

    areas: int
    inside: Mask = field(repr=False)
    near: Mask = field(repr=False)
    covers: Pixels = field(repr=False)
    pixels: Pixels = field(repr=False)


def _wanted(original: Opened, page: Page, on_page: list[Place], style: CoverStyle) -> _Wanted:
    height, width = page.pixels.shape[:2]
    boxes = [at for place in on_page if (at := place.box.snap_out().clipped(width, height)) is not None]
    rects = [(int(at.left), int(at.top), int(at.right), int(at.bottom)) for at in boxes]
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
    emptied = page.pixels.copy()
    emptied[inside] = _NOTHING
    shown = painted(original, replace(page, pixels=emptied), on_page, style)
    return _Wanted(len(boxes), inside, near | shown.covered, shown.pixels, pixels)


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
        self._areas = self._worst = 0
        self._compared = self._differing = self._largest = 0
        self._sum = 0.0
        self._stray = 0

    def add(self, wanted: _Wanted, after: Pixels) -> None:
        self._areas += wanted.areas
        band = max(1, _BAND // after.shape[1])
        for top in range(0, after.shape[0], band):
            rows = np.s_[top : top + band]
            self._add_rows(wanted, rows, after[rows])

    def _add_rows(self, wanted: _Wanted, rows: slice, after: Pixels) -> None:
        inside, near = wanted.inside[rows], wanted.near[rows]
        uncovered = _difference(wanted.covers[rows], after)
        if inside.any():
            self._worst = max(self._worst, int(uncovered[inside].max()))
        difference = _difference(wanted.pixels[rows], after)
        outside = difference[~near]
        if outside.size:
            self._compared += outside.size
            self._differing += int(np.count_nonzero(outside))
            self._largest = max(self._largest, int(outside.max()))
            self._sum += float(outside.sum(dtype=np.int64))
        if self._tolerance.most is not None:
            rim = near & ~inside
            covered = uncovered <= self._tolerance.inside
            self._stray += int(np.count_nonzero(rim & ~covered & (difference > self._tolerance.most)))

    def covered(self) -> Check:
        passed = self._worst <= self._tolerance.inside
        detail = f"{self._areas} areas, largest difference from plain covers {self._worst} of 255"
        return Check("Covers hide what is under them", passed, detail)

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
            detail += f"; {self._stray} pixels beside covered areas are neither covered nor as they should be"
        return Check("Everything else is unchanged", passed, detail)


def _union(rects: Iterable[Rect], by: int, width: int, height: int) -> Mask:
    mask = np.zeros((height, width), dtype=np.bool_)
    for left, top, right, bottom in clipped([enlarged(rect, by) for rect in rects], width, height):
        mask[top:bottom, left:right] = True
    return mask


def _difference(a: Pixels, b: Pixels) -> Pixels:
    return np.asarray((np.maximum(a, b) - np.minimum(a, b)).max(axis=2))
