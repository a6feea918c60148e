"""Pictures of any size are mapped without a gap, and lines of any slope come out of the map."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from ocr.errors import ReadingCancelled
from ocr.line_finder import OVERLAP, TILE, LineFinder


@dataclass
class Echo:
    """A network that takes every dark pixel for the core of a line."""

    shapes: list[tuple[int, ...]] = field(default_factory=list)

    def get_inputs(self) -> list[Any]:
        return [type("Input", (), {"name": "x"})]

    def run(self, _: None, feed: dict[str, npt.NDArray[np.float32]]) -> list[npt.NDArray[np.float32]]:
        blob = feed["x"]
        self.shapes.append(blob.shape)
        return [(blob[:, :1] < 0).astype(np.float32)]


def picture(width: int, height: int) -> npt.NDArray[np.uint8]:
    return np.full((height, width, 3), 255, dtype=np.uint8)


@pytest.mark.parametrize("height", [400, TILE, TILE + 1, 2 * TILE - OVERLAP, 4000])
def test_every_line_of_a_tall_picture_is_found_once(height: int) -> None:
    pixels = picture(500, height)
    tops = list(range(7, height - 20, 37))
    for top in tops:
        pixels[top : top + 8, 40:440] = 0
    lines, too_many = LineFinder(Echo()).find(pixels)
    assert not too_many
    found = sorted(float(line.corners[:, 1].mean()) for line in lines)
    assert found == pytest.approx([top + 4 for top in tops], abs=1)
    assert all(line.upright for line in lines)


def test_a_line_across_all_tiles_of_a_wide_picture_is_one_line() -> None:
    pixels = picture(3 * TILE, 200)
    pixels[90:100, 10 : 3 * TILE - 10] = 0
    lines, _ = LineFinder(Echo()).find(pixels)
    assert len(lines) == 1
    assert lines[0].corners[:, 0].min() <= 10
    assert lines[0].corners[:, 0].max() >= 3 * TILE - 10


def test_tiles_are_bounded_and_empty_ground_costs_nothing() -> None:
    echo = Echo()
    pixels = picture(3000, 3000)
    pixels[1500:1510, 100:400] = 0
    LineFinder(echo).find(pixels)
    assert len(echo.shapes) == 1
    assert echo.shapes[0][2] * echo.shapes[0][3] < 400 * 200
    busy = Echo()
    noise = np.random.default_rng(1).integers(0, 255, (2000, 3000, 3), dtype=np.uint8)
    LineFinder(busy).find(noise)
    assert all(max(shape) <= TILE for shape in busy.shapes)


def test_a_flat_picture_has_no_lines() -> None:
    echo = Echo()
    assert LineFinder(echo).find(picture(300, 300)) == ([], False)
    assert echo.shapes == []


@pytest.mark.parametrize("angle", [-20, -5, 5, 20])
def test_a_sloping_line_keeps_its_slope(angle: int) -> None:
    pixels = picture(600, 600)
    corners = cv2.boxPoints(((300.0, 300.0), (300.0, 14.0), float(angle)))
    cv2.fillPoly(pixels, [corners.astype(np.int32)], (0, 0, 0))
    lines, _ = LineFinder(Echo()).find(pixels)
    assert len(lines) == 1
    assert not lines[0].upright
    top_left, top_right = lines[0].corners[:2]
    slope = np.degrees(np.arctan2(top_right[1] - top_left[1], top_right[0] - top_left[0]))
    assert slope == pytest.approx(angle, abs=1.5)


def test_cancelling_stops_before_the_next_tile() -> None:
    echo = Echo()
    pixels = picture(500, 4000)
    pixels[::40, 40:440] = 0
    with pytest.raises(ReadingCancelled):
        LineFinder(echo).find(pixels, cancelled=lambda: len(echo.shapes) >= 1)
    assert len(echo.shapes) == 1
