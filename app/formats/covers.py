"""What covers look like: their width, their colour, what is written on them; for pictures and PDFs alike.

Everything here is a function of places, style and labels, and of pixels that no cover has anything to do
with: two documents that differ under their covers only have the same covers.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.formats.cover_labels import label_of, shorter
from app.formats.faint_ink import FAINT
from app.model import CoverStyle, RedactionPlan
from app.places import PageArea
from ocr.ink import Mask, Pixels
from ocr.model import Box

Rect = tuple[int, int, int, int]
"""Left, top, right, bottom in whole pixels, half-open."""

Colour = tuple[int, int, int]

BLACK: Final[Colour] = (0, 0, 0)
WHITE: Final[Colour] = (255, 255, 255)

STEP: Final = 16
"""Pixels, at the scale of ordinary text: widths of covers are multiples of it where the ground is free."""

WIDE_STEPS: Final = 8
"""The same in steps for values whose length would tell much: about sixteen letters."""

GAP: Final = 2
"""Pixels that stay free between a widened cover and the ink beside it."""

NOISE: Final = 14
"""Differences (of 255) that lossy compression leaves on an even ground."""

RING: Final = 0.25
"""Width, in heights of a cover, of the ring around it that tells the colour of the ground."""

EVEN: Final = 0.6
"""Share of the ring that must have one colour; what is written around a cover has others."""

SMALLEST_LETTERS: Final = 8
"""Pixels; smaller letters cannot be read."""

LARGEST_LETTERS: Final = 40
LETTERS: Final = 0.62
"""Size of a label's letters in heights of its place."""

MOST_OF_HEIGHT: Final = 0.8
SIMILAR: Final = 1.4
"""Letters of labels that differ by no more than this factor get one size."""

BAND: Final = 64
"""Rows in which labels are looked for together."""

FRAME: Final = 110
"""Strength (of 255) of the frame around a label on a cover that looks like the ground."""


@dataclass(frozen=True, slots=True)
class Place:
    """One box that the plan wants covered, in the unit of its page.

    Attributes:
        label: what may be written on it; empty where nothing is.
        guessable: how wide it is would tell much about the value.
    """

    box: Box
    label: str = ""
    guessable: bool = False


@dataclass(frozen=True, slots=True)
class Cover:
    """What a place became on a raster.

    Attributes:
        rect: pixels that are covered, margins included.
        core: the place itself; its rows are where the label stands.
    """

    rect: Rect
    core: Rect
    label: str = ""
    guessable: bool = False


def places(plan: RedactionPlan, page: int) -> list[Place]:
    """Every box to cover on a page (1-based); a value in several rows has its label on the widest."""
    found: list[Place] = []
    for item in plan.items:
        for area in item.where:
            if isinstance(area, PageArea) and area.page == page and area.boxes:
                widest = max(area.boxes, key=lambda box: box.width)
                label = label_of(item.placeholder) if plan.style.labels else ""
                found += [Place(box, label if box is widest else "", item.guessable) for box in area.boxes]
    return found


# --- widths ---------------------------------------------------------------------------------------


def widened(cover: Cover, pixels: Pixels, closed: Mask, *, lossy: bool = False, least: int = 0) -> Cover:
    """The cover with its right side moved over even, empty ground, so that its width tells little.

    Nothing but ground is covered: the first ink, or the border of a field, ends it.

    Args:
        pixels: height × width × 3.
        closed: pixels that depend on what is covered; they are not looked at.
        lossy: the ground has the noise of lossy compression.
        least: column that it shall end at when that lies farther to the right than the place does.
    """
    left, top, right, bottom = cover.rect
    step = STEP * max(1, round((bottom - top) / STEP)) * (WIDE_STEPS if cover.guessable else 1)
    end = least if least > right else left + math.ceil((right - left) / step) * step
    wanted = min(end, pixels.shape[1])
    if wanted <= right:
        return cover
    ahead = np.s_[top:bottom, right : wanted + GAP]
    free = right + _free_columns(pixels[ahead], ~closed[ahead], NOISE if lossy else FAINT)
    end = wanted if free >= min(wanted + GAP, pixels.shape[1]) else min(wanted, free - GAP)
    return replace(cover, rect=(left, top, max(right, end), bottom))


def _free_columns(pixels: Pixels, seen: Mask, tolerance: int) -> int:
    """How many columns from the left are even ground of one colour, or belong to the cover before them."""
    ground: Pixels | None = None
    for column in range(pixels.shape[1]):
        shown = pixels[:, column][seen[:, column]].astype(np.int16)
        if not shown.size:
            if ground is not None:
                return column
            continue
        ground = np.median(shown, axis=0) if ground is None else ground
        if np.abs(shown - ground).max() > tolerance:
            return column
    return int(pixels.shape[1])


# --- colours and labels ---------------------------------------------------------------------------


def paint(
    pixels: Pixels,
    covers: Sequence[Cover],
    covered: Mask,
    closed: Mask,
    style: CoverStyle,
    *,
    lossy: bool = False,
) -> None:
    """Fills what is ``covered`` and writes the labels, in place.

    Args:
        covers: what ``covered`` consists of.
        closed: as for ``widened``; holds all that is covered.
    """
    pixels[covered] = 0
    fills = fill_colours(pixels, covers, closed, style, lossy=lossy)
    for cover, fill in zip(covers, fills, strict=True):
        left, top, right, bottom = cover.rect
        pixels[top:bottom, left:right] = fill
    write_labels(pixels, [(cover, fill) for cover, fill in zip(covers, fills, strict=True) if cover.label])


def fill_colours(
    pixels: Pixels, covers: Sequence[Cover], closed: Mask, style: CoverStyle, *, lossy: bool = False
) -> list[Colour]:
    """The colour of each cover: black, or that of the ground around it where it is even."""
    if style.colour != "background":
        return [BLACK] * len(covers)
    return [_ground(pixels, cover.rect, closed, NOISE if lossy else FAINT) for cover in covers]


def _ground(pixels: Pixels, rect: Rect, closed: Mask, tolerance: int) -> Colour:
    left, top, right, bottom = rect
    reach = max(3, round(RING * (bottom - top)))
    shown = _around(pixels, rect, closed, reach)
    if len(shown) < right - left:  # what lossy compression spoiled around a cover is wider than the ring
        shown = _around(pixels, rect, closed, 3 * reach)
    if not len(shown):
        return BLACK
    middle = np.median(shown, axis=0)
    near = np.abs(shown.astype(np.int16) - middle).max(axis=1) <= tolerance
    if near.mean() < EVEN:
        return BLACK
    red, green, blue = (int(value) for value in np.median(shown[near], axis=0))
    return red, green, blue


def _around(pixels: Pixels, rect: Rect, closed: Mask, by: int) -> Pixels:
    around = np.s_[max(0, rect[1] - by) : rect[3] + by, max(0, rect[0] - by) : rect[2] + by]
    return pixels[around][~closed[around]]


def ink_on(fill: Colour) -> Colour:
    """A colour in which letters are easily read on ``fill`` (contrast of at least 6 to 1)."""
    red, green, blue = ((value / 255) ** 2.2 for value in fill)
    return WHITE if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.25 else (24, 24, 24)


def _common(one: Rect, other: Rect) -> bool:
    """Whether a third of the smaller one lies in the other."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    smaller = min((rect[2] - rect[0]) * (rect[3] - rect[1]) for rect in (one, other))
    return width > 0 and height > 0 and 3 * width * height >= smaller


def write_labels(pixels: Pixels, covers: Sequence[tuple[Cover, Colour]]) -> None:
    """Writes the labels; of places that lie over each other, as two readings do, only the first has one."""
    taken: dict[int, list[Rect]] = {}  # by bands of rows
    wanted = [round(LETTERS * (cover.core[3] - cover.core[1])) for cover, _ in covers]
    ordered = sorted(wanted)
    for (cover, fill), own in zip(covers, wanted, strict=True):
        _, top, _, bottom = cover.core
        bands = range(top // BAND, bottom // BAND + 1)
        if any(_common(cover.core, other) for band in bands for other in taken.get(band, ())):
            continue
        for band in bands:
            taken.setdefault(band, []).append(cover.core)
        # Rows of one text have one size of letters, however high their boxes came out.
        first, last = bisect_left(ordered, own / SIMILAR), bisect_right(ordered, own * SIMILAR)
        size = min(ordered[(first + last) // 2], round(MOST_OF_HEIGHT * (bottom - top)))
        _write_one(pixels, cover, fill, min(size, LARGEST_LETTERS))


def _write_one(pixels: Pixels, cover: Cover, fill: Colour, size: int) -> None:
    """Writes as much of a label as fits, from the left, with half a letter of room on both sides."""
    from PIL import Image, ImageDraw, ImageFont

    left, _, right, _ = cover.rect
    _, top, _, bottom = cover.core
    for text, letters in ((text, size - less) for text in shorter(cover.label) for less in (0, size // 5)):
        if letters < SMALLEST_LETTERS:
            continue
        font = ImageFont.load_default(letters)
        room = max(2, letters // 2)
        if font.getlength(text) + 2 * room > right - left:
            continue
        _, above, _, below = font.getbbox("H")
        strength = Image.new("L", (right - left, bottom - top), 0)
        draw = ImageDraw.Draw(strength)
        draw.text((room, (bottom - top - below - above) / 2), text, 255, font)
        if fill != BLACK:  # or it would be taken for what stands there
            draw.rectangle((0, 0, right - left - 1, bottom - top - 1), outline=FRAME)
        share = np.asarray(strength).astype(np.float32)[:, :, None] / 255
        ground = pixels[top:bottom, left:right]
        mixed = ground + (np.array(ink_on(fill), dtype=np.float32) - ground) * share
        pixels[top:bottom, left:right] = np.rint(mixed).astype(np.uint8)
        return
