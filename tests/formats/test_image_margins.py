"""Margins of covers: as far as ink and compression reach, and no farther."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from app.formats.covers import Place
from app.formats.faint_ink import FAINT
from app.formats.image import jpeg
from app.formats.image.format import FORMAT
from app.formats.image.paint import LOSSY_MARGIN, MARGIN, SOFT_EDGE, SOFT_MARGIN, painted
from app.formats.image.read import opened
from app.options import Settings
from app.places import PageArea
from ocr.model import Box
from tests.support.documents import context_of, plan_of, source_of
from tests.support.pictures import NARROW, encoded


def copy_of(data: bytes, box: Box, folder: Path) -> bytes:
    source = source_of(data)
    document = FORMAT.open(source, context_of())
    document.write(plan_of(source, ("", [PageArea(1, (box,))])), folder / "copy")
    return (folder / "copy").read_bytes()


def covered_by(picture: Image.Image, box: Box, kind: str = "PNG", **options: object) -> Box:
    """The black rectangle around a box, side by side: lines as long as the box that are black throughout."""
    source = opened(encoded(picture, kind, **options), Settings())
    black = painted(source, next(source.pages()), [Place(box)], NARROW).pixels.max(axis=2) == 0
    inner = box.snap_out()
    left, top, right, bottom = (int(edge) for edge in (inner.left, inner.top, inner.right, inner.bottom))
    assert black[top:bottom, left:right].all()
    rows, columns = black[:, left:right].all(axis=1), black[top:bottom].all(axis=0)
    while left > 0 and columns[left - 1]:
        left -= 1
    while right < columns.size and columns[right]:
        right += 1
    while top > 0 and rows[top - 1]:
        top -= 1
    while bottom < rows.size and rows[bottom]:
        bottom += 1
    return Box(left, top, right, bottom)


def test_clear_ground_gets_the_margin() -> None:
    picture = Image.new("RGB", (200, 100), "white")
    assert covered_by(picture, Box(50, 40, 120, 60)) == Box(50, 40, 120, 60).grow(MARGIN)
    assert covered_by(picture, Box(49.5, 40.2, 119.1, 59.9)) == Box(49, 40, 120, 60).grow(MARGIN)


def test_ink_that_sticks_out_is_covered_as_well() -> None:
    picture = Image.new("RGB", (200, 100), "white")
    ImageDraw.Draw(picture).line((60, 50, 60, 64), fill="black", width=2)  # a descender below the box
    assert covered_by(picture, Box(50, 40, 120, 60)) == Box(48, 38, 122, 67)


def test_a_neighbour_behind_a_gap_stays_readable() -> None:
    picture = Image.new("RGB", (200, 100), "white")
    ImageDraw.Draw(picture).text((50, 61), "the next line, one pixel below", fill="black", font_size=10)
    covered = covered_by(picture, Box(50, 40, 120, 60))
    assert covered.bottom <= 63
    assert covered.top == 38


def test_a_frame_line_along_a_side_is_no_ink() -> None:
    picture = Image.new("RGB", (200, 100), "white")
    ImageDraw.Draw(picture).rectangle((46, 36, 124, 64), outline="gray")
    assert covered_by(picture, Box(50, 40, 120, 60)) == Box(48, 38, 122, 62)


def test_a_neighbour_that_stands_beside_the_box_loses_its_edge_only() -> None:
    picture = Image.new("RGB", (200, 100), "white")
    for x in range(0, 200, 4):
        ImageDraw.Draw(picture).line((x, 0, x, 99), fill="black", width=2)
    assert covered_by(picture, Box(48, 40, 120, 60)).height == 20 + 2 * SOFT_EDGE


@pytest.mark.parametrize("quality", [60, 75, 90, 95])
@pytest.mark.parametrize(("ground", "ink"), [("white", "black"), ("#1e1e2e", "#cdd6f4")])
def test_a_screenshot_that_was_a_jpeg_once_tells_nothing_either(
    quality: int, ground: str, ink: str, random: Random
) -> None:
    """Two secrets, the same lines above and below, compressed and saved as PNG."""
    frames = []
    for _ in range(2):
        secret = "".join(random.choices("abcdefghjkABCDEFGH0123456789", k=18))
        picture = Image.new("RGB", (420, 110), ground)
        for y, text in ((23, "the line above"), (40, secret), (57, "and the line below")):
            ImageDraw.Draw(picture).text((50, y), text, fill=ink, font_size=14)
        lossy = Image.open(BytesIO(encoded(picture, "JPEG", quality=quality)))
        source = opened(encoded(lossy, "PNG"), Settings())
        frames.append(painted(source, next(source.pages()), [Place(Box(49, 40, 230, 57))], NARROW))
        assert covered_by(picture, Box(49, 40, 230, 57)).height < 24, "lossless: the neighbours stay"
    assert np.array_equal(frames[0].pixels, frames[1].pixels)


COLOURS = ("#c678dd", "#98c379", "#d1d2d3", "#e06c75")


def lines_around(secret: str, pitch: int, size: int = 12, rows: int = 9) -> Image.Image:
    """Coloured lines of text on a dark ground, the middle one of which is the secret."""
    picture = Image.new("RGB", (300, 10 + pitch * rows), "#1a1d21")
    for row in range(rows):
        text = secret if row == rows // 2 else f"{row} gypsy (jumps) over, quickly: {row}"
        ImageDraw.Draw(picture).text(
            (20, 6 + row * pitch), text, fill=COLOURS[row % len(COLOURS)], font_size=size
        )
    return picture


def secrets_and_their_ink(random: Random, pitch: int, size: int = 12, rows: int = 9) -> tuple[list[str], Box]:
    """Values of equal length, and the box that holds all ink of every one of them, soft edges included."""
    secrets = ["".join(random.choices("abcdefghjkpqyABCDEFGH0123456789", k=20)) for _ in range(6)]
    empty = np.asarray(lines_around("", pitch, size, rows)).astype(int)
    boxes = []
    for secret in secrets:
        ink = np.abs(np.asarray(lines_around(secret, pitch, size, rows)) - empty).any(axis=2)
        down, across = ink.any(axis=1).nonzero()[0], ink.any(axis=0).nonzero()[0]
        boxes.append((across[0], down[0], across[-1] + 1, down[-1] + 1))
    edges = np.array(boxes)
    low, high = edges.min(axis=0), edges.max(axis=0)
    return secrets, Box(float(low[0]), float(low[1]), float(high[2]), float(high[3]))


@pytest.mark.parametrize(("quality", "subsampling"), [(75, 2), (90, 2), (90, 1), (95, 0)])
def test_secrets_of_one_box_give_one_jpeg_and_neighbours_keep_their_brightness(
    quality: int, subsampling: int, random: Random, tmp_path: Path
) -> None:
    secrets, box = secrets_and_their_ink(random, 19)
    stored = [
        encoded(lines_around(secret, 19), "JPEG", quality=quality, subsampling=subsampling)
        for secret in secrets
    ]
    assert len({copy_of(data, box, tmp_path) for data in stored}) == 1
    source = opened(stored[0], Settings())
    after = painted(source, next(source.pages()), [Place(box)], NARROW).pixels
    light = np.asarray(Image.fromarray(after).convert("L")).astype(int)
    before = np.asarray(Image.open(BytesIO(stored[0])).convert("L")).astype(int)
    black = after.max(axis=2) == 0
    blocks = (
        int(box.left) // 8 * 8,
        int(box.top) // 8 * 8,
        -int(-box.right // 8) * 8,
        -int(-box.bottom // 8) * 8,
    )
    inside = np.zeros_like(black)
    inside[blocks[1] : blocks[3], blocks[0] : blocks[2]] = True
    assert black[inside].all()
    assert not black[~inside].any()
    assert np.abs(light - before)[~inside].max() <= FAINT


@pytest.mark.parametrize("pitch", [12, 13, 14, 15])
def test_rows_that_stand_close_stay_and_nothing_of_the_secret_does(pitch: int, random: Random) -> None:
    secrets, box = secrets_and_their_ink(random, pitch, 11)
    results = []
    for secret in secrets:
        source = opened(encoded(lines_around(secret, pitch, 11), "PNG"), Settings())
        results.append(painted(source, next(source.pages()), [Place(box)], NARROW).pixels)
    assert all(np.array_equal(results[0], other) for other in results)
    rows = (results[0].max(axis=2) == 0)[:, int(box.left) : int(box.right)].all(axis=1).nonzero()[0]
    assert rows[0] >= box.top - MARGIN
    assert rows[-1] < box.bottom + MARGIN


def resized(picture: Image.Image, factor: float, kind: Image.Resampling) -> Image.Image:
    return picture.resize((round(picture.width * factor), round(picture.height * factor)), kind)


@pytest.mark.parametrize("kind", [Image.Resampling.LANCZOS, Image.Resampling.BICUBIC])
@pytest.mark.parametrize("factor", [0.5, 0.8, 0.9])
@pytest.mark.parametrize("quality", [None, 60, 95])
def test_a_rescaled_screenshot_is_told_from_one_that_was_a_jpeg(
    kind: Image.Resampling, factor: float, quality: int | None, random: Random
) -> None:
    secrets, box = secrets_and_their_ink(random, 60, 24, 17)
    box = box.scaled(factor).snap_out()
    results = []
    for secret in secrets[:2]:
        picture = lines_around(secret, 60, 24, 17)
        if quality is not None:
            picture = Image.open(BytesIO(encoded(picture, "JPEG", quality=quality)))
        source = opened(encoded(resized(picture, factor, kind), "PNG"), Settings())
        results.append(painted(source, next(source.pages()), [Place(box)], NARROW).pixels)
    black = (results[0].max(axis=2) == 0)[:, int(box.left) + 4 : int(box.right) - 4].all(axis=1)
    grown = int(black.sum()) - int(box.height)
    if quality is None:
        assert grown <= 2 * SOFT_MARGIN
    hidden = np.any([other.max(axis=2) == 0 for other in results], axis=0)
    for other in results[1:]:
        assert np.array_equal(results[0][~hidden], other[~hidden])


def test_lossy_webp_and_jpeg_in_tiff_get_the_wide_margin() -> None:
    box = Box(50, 40, 120, 60)
    picture = Image.new("RGB", (200, 100), "white")
    assert covered_by(picture, box, "WEBP", quality=80) == box.grow(LOSSY_MARGIN)
    assert covered_by(picture, box, "TIFF", compression="jpeg") == box.grow(LOSSY_MARGIN)


def without_last_scans(data: bytes, kept: int) -> bytes:
    """A progressive JPEG that ends, properly, after its first scans."""
    parts = jpeg.parse(data)
    scans = parts.named("SOS")
    return data[: scans[kept - 1].end] + b"\xff\xd9"


@pytest.mark.parametrize("kept", [1, 2, 4, 9])
def test_smoothing_over_missing_scans_carries_nothing_out_of_a_cover(kept: int, random: Random) -> None:
    """The decoder makes up fine detail from blocks far around, unless all scans are there."""
    secrets, box = secrets_and_their_ink(random, 40, 16)
    copies, stored = [], []
    for secret in secrets[:3]:
        picture = lines_around(secret, 40, 16)
        whole = encoded(picture, "JPEG", quality=85, subsampling=2, progressive=True)
        stored.append(without_last_scans(whole, kept))
        source = opened(stored[-1], Settings())
        assert source.container.coding is not None
        assert source.container.coding.bleed == 48
        copies.append(painted(source, next(source.pages()), [Place(box)], NARROW).pixels)
    assert len(set(stored)) == 3
    assert np.array_equal(copies[0], copies[1])
    assert np.array_equal(copies[0], copies[2])
