"""Whether a picture still shows known letters, however faint: cross-correlation with their ink.

Normalised cross-correlation after J. P. Lewis, "Fast Normalized Cross-Correlation" (1995). It does not
change when contrast is stretched, so one level of difference is as good as black on white.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import cv2
import numpy as np

WHOLE: Final = 0.6
"""From this correlation on, all of the letters are there; other letters in their place reach about 0.4."""

PART: Final = 0.8
"""From this correlation on, a part of about eight letters is there."""

LETTERS: Final = 8
FAINTEST: Final = 0.2
"""Standard deviation of a place, in levels, below which it is taken for even."""

Plane = np.ndarray[Any, np.dtype[np.float64]]


def shown(planes: Iterator[tuple[str, Plane]], ink: Plane, count: int) -> list[str]:
    """Names of the planes on which the ink, or a part of it as wide as eight letters, is seen.

    Args:
        ink: grey levels of the letters on even ground, in the scale in which a plane may show them.
        count: how many letters there are.
    """
    cut = trimmed(ink)
    pieces = np.array_split(cut, max(1, count // LETTERS), axis=1)
    parts = [trimmed(piece) for piece in (pieces[0], pieces[len(pieces) // 2], pieces[-1])]
    found, seen = [], set()
    for name, plane in planes:
        if (mark := hash(plane.tobytes())) in seen or plane.std() == 0:
            continue
        seen.add(mark)
        if (best := correlation(plane, cut)) >= WHOLE:
            found.append(f"{name} shows it ({best:.2f})")
        elif (best := max(correlation(plane, part) for part in parts)) >= PART:
            found.append(f"{name} shows a part of it ({best:.2f})")
    return found


def trimmed(ink: Plane) -> Plane:
    """The ink without even margins."""
    ground = np.median(np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]]))
    there = np.abs(ink - ground) > 8
    rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
    if not len(rows):
        return ink
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def correlation(plane: Plane, ink: Plane) -> float:
    """The greatest absolute correlation of ``ink`` with any place of ``plane``; 0 where it does not fit."""
    height, width = ink.shape
    if plane.shape[0] < height or plane.shape[1] < width or plane.std() == 0 or ink.std() == 0:
        return 0.0
    centred = (plane - plane.mean()).astype(np.float32)
    template = (ink - ink.mean()).astype(np.float32)
    products = cv2.matchTemplate(centred, template, cv2.TM_CCORR)
    sums, squares = (_box_sums(total, height, width) for total in cv2.integral2(centred, sqdepth=cv2.CV_64F))
    spread = np.maximum(squares - sums**2 / ink.size, 0.0)
    uneven = spread > ink.size * FAINTEST**2
    if not uneven.any():
        return 0.0
    norm = np.sqrt(spread[uneven] * float((template**2).sum()))
    return float((np.abs(products[uneven]) / norm).max())


def _box_sums(total: Plane, height: int, width: int) -> Plane:
    return (
        total[height:, width:] - total[:-height, width:] - total[height:, :-width] + total[:-height, :-width]
    )
