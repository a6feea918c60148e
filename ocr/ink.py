"""Where the ink is: pixels that differ from the background of their surroundings.

Everything here takes ``height x width x 3`` arrays of 8-bit RGB and works for dark text on light
ground as well as for light text on dark ground.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from ocr.model import Box

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

FAINT: Final = 5
"""Differences (of 255) up to this are noise of compression, not ink."""

FAINTEST_STROKE: Final = 4.0
STROKE_SHARE: Final = 0.08
"""A stroke stands out by this many grey levels and this share of the strongest one."""

BACKGROUND_BIN: Final = 16

FEWEST_SHAPES: Final = 5
UNLIKE: Final = 0.2
ALIKE: Final = 0.9
"""Of so many shapes the share ``ALIKE`` differs from the usual one by at most ``UNLIKE`` of its ink."""

VALLEY: Final = 0.15
"""Between lines that touch, the row with less than this share of the fullest row's ink divides them."""


def background(pixels: Pixels) -> npt.NDArray[np.int16]:
    """The commonest colour, as three numbers: the median of the fullest bin of brightness.

    Text covers less than half of its own box, so the fullest bin is the ground it stands on.
    """
    flat = pixels.reshape(-1, 3)
    luma = flat.max(axis=1).astype(np.int16) + flat.min(axis=1)
    bins = np.bincount(luma // (2 * BACKGROUND_BIN), minlength=512 // (2 * BACKGROUND_BIN))
    fullest = int(bins.argmax())
    chosen = flat[luma // (2 * BACKGROUND_BIN) == fullest]
    return np.asarray(np.median(chosen, axis=0), dtype=np.int16)


def difference(pixels: Pixels, ground: Pixels | None = None) -> Pixels:
    """How far every pixel is from the background, 0..255, in its farthest channel.

    The background is that of ``ground``, when given, instead of that of the pixels themselves.
    """
    delta = np.abs(pixels.astype(np.int16) - background(pixels if ground is None else ground))
    return np.asarray(delta.max(axis=2), dtype=np.uint8)


def ink_mask(pixels: Pixels, share: float = 0.3, ground: Pixels | None = None) -> Mask:
    """True where the difference exceeds ``share`` of the strongest contrast, and is not mere noise.

    Background and contrast are those of ``ground``, when given: the part that is known to be text.
    """
    if pixels.size == 0:
        return np.zeros(pixels.shape[:2], dtype=np.bool_)
    delta = difference(pixels, ground)
    strongest = float(np.percentile(delta if ground is None else difference(ground), 99.5))
    return np.asarray(delta > max(FAINT, share * strongest), dtype=np.bool_)


def cut_out(pixels: Pixels, box: Box) -> tuple[Pixels, int, int]:
    """The pixels under ``box`` rounded outwards and clipped, with the position of their top left corner."""
    height, width = pixels.shape[:2]
    inside = box.snap_out().clipped(width, height)
    if inside is None:
        return pixels[:0, :0], 0, 0
    left, top = int(inside.left), int(inside.top)
    return pixels[top : int(inside.bottom), left : int(inside.right)], left, top


def inked_columns(mask: Mask) -> npt.NDArray[np.bool_]:
    """True for every column with ink."""
    return np.asarray(mask.any(axis=0), dtype=np.bool_)


def runs(flags: npt.ArrayLike) -> list[tuple[int, int]]:
    """The half-open stretches of True in a row of flags."""
    padded = np.concatenate(([False], np.asarray(flags, dtype=np.bool_), [False])).astype(np.int8)
    steps = np.flatnonzero(np.diff(padded))
    return [(int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=True)]


def strokes(pixels: Pixels) -> int:
    """About how many upright strokes one line of text has: two for most letters and digits.

    Counts the peaks of ink along the line that stand out from the valleys on both sides, in blurred
    type, too, where no column is free of ink.
    """
    top, bottom = band(ink_mask(pixels))
    profile = difference(pixels)[top:bottom].mean(axis=0)
    least = max(FAINTEST_STROKE, float(profile.max()) * STROKE_SHARE)
    count, rising = 0, True
    low = high = float(profile[0])
    for value in profile.tolist():
        if rising:
            high = max(high, value)
            if value < high - least:
                count, rising, low = count + 1, False, value
        else:
            low = min(low, value)
            if value > low + least:
                rising, high = True, value
    return count + (1 if rising and high - low > least else 0)


def is_pattern(pixels: Pixels) -> bool:
    """Whether a line is one shape again and again: the dots of a masked value, a ruler, a row of bars."""
    mask = ink_mask(pixels)
    top, bottom = band(mask)
    mask = mask[top:bottom]
    places = runs(inked_columns(mask))
    width = min((end - start for start, end in places), default=0)
    if len(places) < FEWEST_SHAPES or any(end - start > width + 2 for start, end in places):
        return False
    middles = [(start + end - width) // 2 for start, end in places]
    shapes = np.stack([mask[:, at : at + width] for at in middles])
    usual = shapes.mean(axis=0) > 0.5
    unlike = (shapes != usual).sum(axis=(1, 2))
    return bool((unlike <= UNLIKE * max(1, int(usual.sum()))).mean() >= ALIKE)


def band(mask: Mask) -> tuple[int, int]:
    """The rows of one text line inside ``mask``, half-open.

    Text detectors leave room above and below a line, in which the neighbours' ascenders and descenders
    show. What the edge of the cut-out cuts off does not belong to the line; dots and accents do.
    """
    weight = mask.sum(axis=1)
    high = len(weight)
    stretches = runs(weight > 0)
    if not stretches:
        return 0, high
    chosen = max(range(len(stretches)), key=lambda i: int(weight[slice(*stretches[i])].sum()))
    top, bottom = stretches[chosen]
    near = (bottom - top) / 4
    for a, b in reversed(stretches[:chosen]):
        if a == 0 or top - b > near:
            break
        top = a
    for a, b in stretches[chosen + 1 :]:
        if b == high or a - bottom > near:
            break
        bottom = b
    outer = high * 3 // 10
    if top == 0 and outer:
        thinnest = int(weight[:outer].argmin())
        top = thinnest if weight[thinnest] < VALLEY * weight.max() else top
    if bottom == high and outer:
        thinnest = int(weight[high - outer :][::-1].argmin())
        bottom = high - thinnest if weight[high - 1 - thinnest] < VALLEY * weight.max() else bottom
    return (top, bottom) if top < bottom else (0, high)
