"""Picture -> the lines of text on it, by the text detection network that RapidOCR ships (PP-OCR, "DB").

The network turns a picture into a map of how likely each pixel belongs to the core of a text line;
the lines are the connected areas of that map, grown back to the size of the text (Liao et al.,
"Real-time Scene Text Detection with Differentiable Binarization", 2019).

A large picture is mapped in overlapping tiles, and of each tile only the part nearer to it than to its
neighbours enters the one map. The lines are found on the whole map, so that no tile edge
splits, loses or doubles one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from ocr.errors import ReadingCancelled
from ocr.ink import Pixels, runs

TILE: Final = 640
"""Longest side of what the network sees at once, in pixels of the map; bounds its memory to some 80 MB."""

OVERLAP: Final = 128
"""How much two tiles share: more than the network looks around a line of text."""

STRIDE: Final = 32
"""The network wants sides that are multiples of this."""

FLAT: Final = 6
"""Squares of ``STRIDE`` pixels in which no channel varies by more than this hold no text."""

CORE: Final = 0.3
"""Probability from which a pixel belongs to the core of a line (PP-OCR's default)."""

SURE: Final = 0.3
"""Mean probability from which an area is looked at; PP-OCR's default of 0.5 misses faint and tiny lines."""

THINNEST: Final = 2
"""Cores of lines are at least this many pixels high."""

GROW: Final = 1.6
"""Area over perimeter times this is what the core lost on each side (PP-OCR's default)."""

MOST_LINES: Final = 6000
"""A page has fewer lines than this; what lies beyond is reported as unread by the caller."""

UPRIGHT: Final = 0.2
"""Lines that slope by less than this share of their height are cut out without turning them."""

COMPACT: Final = 2.0
"""The slope of areas less than this many times longer than high says nothing."""


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One line of text.

    Attributes:
        corners: 4 x 2 float32, pixels of the picture: top left, top right, bottom right, bottom left.
        score: mean probability (0..1) that this is text.
        upright: the corners are those of an axis-parallel box.
    """

    corners: npt.NDArray[np.float32]
    score: float
    upright: bool


class LineFinder:
    """Runs the detection network.

    Args:
        session: an ``onnxruntime.InferenceSession`` of a PP-OCR text detection model.
    """

    def __init__(self, session: Any) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name

    def find(
        self, pixels: Pixels, scale: float = 1.0, cancelled: Callable[[], bool] | None = None
    ) -> tuple[list[FoundLine], bool]:
        """The lines of text on an RGB picture, and whether there were too many to list them all.

        ``scale`` is the enlargement under which the network sees the picture.
        """
        height, width = pixels.shape[:2]
        wide, high = max(1, round(width * scale)), max(1, round(height * scale))
        seen = pixels
        if (wide, high) != (width, height):
            how = cv2.INTER_LINEAR if scale > 1 else cv2.INTER_AREA
            seen = np.asarray(cv2.resize(pixels, (wide, high), interpolation=how), dtype=np.uint8)
        chances = np.zeros((high, wide), dtype=np.uint8)
        for y0, y1, x0, x1 in _busy_areas(seen):
            for (top, bottom), (core_top, core_bottom) in _tiles(y0, y1):
                for (left, right), (core_left, core_right) in _tiles(x0, x1):
                    if cancelled is not None and cancelled():
                        raise ReadingCancelled
                    part = self._chances(seen[top:bottom, left:right])
                    chances[core_top:core_bottom, core_left:core_right] = part[
                        core_top - top : core_bottom - top, core_left - left : core_right - left
                    ]
        return _lines(chances, width / wide, height / high)

    def _chances(self, tile: Pixels) -> Pixels:
        """Probability times 255 for every pixel of a tile."""
        height, width = tile.shape[:2]
        padded = cv2.copyMakeBorder(tile, 0, -height % STRIDE, 0, -width % STRIDE, cv2.BORDER_REPLICATE)
        # The network was trained on blue-green-red pictures scaled to -1..1.
        blob = padded[:, :, ::-1].astype(np.float32).transpose(2, 0, 1)[np.newaxis]
        blob = np.ascontiguousarray(blob / np.float32(127.5) - np.float32(1))
        result = self._session.run(None, {self._input: blob})[0]
        return np.asarray(result[0, 0, :height, :width] * 255).astype(np.uint8)


def _busy_areas(seen: Pixels) -> list[tuple[int, int, int, int]]:
    """Bands of the picture that are not empty: top, bottom, left, right, each with empty room around."""
    height, width = seen.shape[:2]
    padded = cv2.copyMakeBorder(seen, 0, -height % STRIDE, 0, -width % STRIDE, cv2.BORDER_REPLICATE)
    cells = padded.reshape(padded.shape[0] // STRIDE, STRIDE, padded.shape[1] // STRIDE, STRIDE, 3)
    spread = cells.max(axis=(1, 3)).astype(np.int16) - cells.min(axis=(1, 3))
    busy = (spread.max(axis=2) > FLAT).astype(np.uint8)
    busy = np.asarray(cv2.dilate(busy, np.ones((3, 3), dtype=np.uint8)), dtype=np.uint8)
    areas: list[tuple[int, int, int, int]] = []
    for top, bottom in runs(busy.any(axis=1)):
        columns = np.flatnonzero(busy[top:bottom].any(axis=0))
        left, right = int(columns[0]) * STRIDE, (int(columns[-1]) + 1) * STRIDE
        areas.append((top * STRIDE, min(height, bottom * STRIDE), left, min(width, right)))
    return areas


def _tiles(start: int, end: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Along one axis: what each tile sees, and the part of it that counts; the parts tile the axis."""
    length = end - start
    if length <= TILE:
        yield (start, end), (start, end)
        return
    count = math.ceil((length - OVERLAP) / (TILE - OVERLAP))
    firsts = [start + round(i * (length - TILE) / (count - 1)) for i in range(count)]
    seams = [start, *((a + TILE + b) // 2 for a, b in pairwise(firsts)), end]
    for i, first in enumerate(firsts):
        yield (first, first + TILE), (seams[i], seams[i + 1])


def _lines(chances: Pixels, fx: float, fy: float) -> tuple[list[FoundLine], bool]:
    mask = (chances > CORE * 255).astype(np.uint8)
    mask = np.asarray(cv2.dilate(mask, np.ones((2, 2), dtype=np.uint8)), dtype=np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found: list[FoundLine] = []
    for contour in contours:
        if len(found) >= MOST_LINES:
            return found, True
        line = _line(np.asarray(contour), chances, fx, fy)
        if line is not None:
            found.append(line)
    return found, False


def _line(contour: npt.NDArray[np.int32], chances: Pixels, fx: float, fy: float) -> FoundLine | None:
    (cx, cy), (w, h), angle = cv2.minAreaRect(contour)
    if abs(angle) > 45:  # versions of OpenCV differ in which side they call the width
        w, h, angle = h, w, angle - math.copysign(90, angle)
    x, y, box_w, box_h = cv2.boundingRect(contour)
    long, short = max(w, h), min(w, h)
    slope = long * math.sin(math.radians(abs(angle)))
    upright = long < COMPACT * short or slope < UPRIGHT * short * (1 + GROW)
    if upright:
        cx, cy, w, h, angle = x + (box_w - 1) / 2, y + (box_h - 1) / 2, float(box_w), float(box_h), 0.0
    if min(w, h) < THINNEST:
        return None
    score = _score(contour, chances, (x, y, box_w, box_h))
    if score < SURE:
        return None
    grow = w * h * GROW / (2 * (w + h))
    corners = cv2.boxPoints(((cx, cy), (w + 2 * grow, h + 2 * grow), angle))
    # OpenCV lists bottom left, top left, top right, bottom right for angles around 0.
    ordered = np.asarray(corners, dtype=np.float32)[[1, 2, 3, 0]]
    ordered += np.float32(0.5)  # pixel centres -> edges
    ordered *= np.array([fx, fy], dtype=np.float32)
    return FoundLine(ordered, score, upright)


def _score(contour: npt.NDArray[np.int32], chances: Pixels, bounds: tuple[int, int, int, int]) -> float:
    x, y, w, h = bounds
    inside = np.zeros((h, w), dtype=np.uint8)
    cv2.fillPoly(inside, [contour.reshape(-1, 1, 2) - np.array([x, y], dtype=np.int32)], (1,))
    return float(cv2.mean(chances[y : y + h, x : x + w], inside)[0]) / 255
