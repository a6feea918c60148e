"""Rectangles of the upright picture on the coding units of the stored one, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from app.formats.image.container import Coding
from app.formats.image.read import TURNS

Rect = tuple[int, int, int, int]
"""Left, top, right, bottom in whole pixels, half-open."""


Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Grid:
    """The coding units of a JPEG, which lie in the stored picture, before it was turned upright."""

    width: int
    height: int
    coding: Coding
    turn: int

    def covers(self, rect: Rect) -> Rect:
        """The stored rectangle in which any brightness depends on a rectangle of the upright picture."""
        if self.coding.light is None:
            return self.reach(rect)
        return self._around(rect, self.coding.light, 0)

    def reach(self, rect: Rect) -> Rect:
        """The stored rectangle in which anything depends on a rectangle of the upright picture."""
        return self._around(rect, self.coding.unit, self.coding.bleed)

    def _around(self, rect: Rect, unit: tuple[int, int], margin: int) -> Rect:
        left, top, right, bottom = turned_back(rect, self.width, self.height, self.turn)
        across, down = unit
        return (
            left // across * across - margin,
            top // down * down - margin,
            -(-right // across) * across + margin,
            -(-bottom // down) * down + margin,
        )

    def stored(self, pixels: npt.NDArray[Scalar]) -> npt.NDArray[Scalar]:
        """A view of the upright picture's array that is turned as the stored picture is."""
        swap, mirror, flip = TURNS[self.turn]
        pixels = pixels[:: -1 if flip else 1, :: -1 if mirror else 1]
        return pixels.swapaxes(0, 1) if swap else pixels


def clipped(rects: Iterable[Rect], width: int, height: int) -> list[Rect]:
    """What of the rectangles lies on the picture."""
    inside = [(max(0, a), max(0, b), min(width, c), min(height, d)) for a, b, c, d in rects]
    return [rect for rect in inside if rect[0] < rect[2] and rect[1] < rect[3]]


def enlarged(rect: Rect, by: int) -> Rect:
    return rect[0] - by, rect[1] - by, rect[2] + by, rect[3] + by


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
