"""Covering: nothing inside a box has any influence, margins reach as far as ink and compression do."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from app.formats.image import FORMAT
from app.formats.image_paint import LOSSY_MARGIN, MARGIN, Grid, painted, turned, turned_back
from app.formats.image_read import TURNS, Page, opened, upright
from app.model import PageArea
from app.options import Settings
from ocr.model import Box
from tests.support.documents import context_of, plan_of, source_of
from tests.support.pictures import SIZE, canvas, drawn, encoded

Encoder = Callable[[Image.Image], bytes]

EXACT_ENCODERS: dict[str, Encoder] = {
    "png": lambda picture: encoded(picture, "PNG"),
    "bmp": lambda picture: encoded(picture, "BMP"),
    "tiff": lambda picture: encoded(picture, "TIFF", compression="tiff_lzw"),
    "gif": lambda picture: encoded(
        picture.quantize(64, dither=Image.Dither.NONE, palette=PALETTE), "GIF", optimize=False
    ),
    "webp": lambda picture: encoded(picture, "WEBP", lossless=True),
    "apng": lambda picture: encoded(
        canvas(), "PNG", save_all=True, append_images=[picture, canvas()], duration=50
    ),
    "jpeg 4:2:0": lambda picture: encoded(picture, "JPEG", quality=75, subsampling=2),
    "jpeg 4:2:2": lambda picture: encoded(picture, "JPEG", quality=90, subsampling=1),
    "jpeg 4:4:4": lambda picture: encoded(picture, "JPEG", quality=95, subsampling=0),
    "jpeg progressive": lambda picture: encoded(picture, "JPEG", quality=80, progressive=True),
    "jpeg turned": lambda picture: encoded(picture, "JPEG", quality=80, exif=turned_by(6)),
    "jpeg mirrored": lambda picture: encoded(picture, "JPEG", quality=80, exif=turned_by(7)),
}
PALETTE = canvas().quantize(64)
PALETTE.putpalette([value for grey in range(0, 256, 4) for value in (grey, grey, grey)])


def turned_by(turn: int) -> Image.Exif:
    tag = Image.Exif()
    tag[274] = turn
    return tag


def copy_of(data: bytes, boxes: tuple[Box, ...], page: int, folder: Path) -> bytes:
    source = source_of(data)
    document = FORMAT.open(source, context_of())
    document.write(plan_of(source, ("", [PageArea(page, boxes)])), folder / "copy")
    return (folder / "copy").read_bytes()


@pytest.mark.parametrize("name", EXACT_ENCODERS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_inputs_that_differ_inside_the_boxes_only_give_equal_copies(
    name: str, data: st.DataObject, tmp_path: Path
) -> None:
    """The stored pictures differ in pixels inside the boxes alone, wherever the boxes are."""
    turn = {"jpeg turned": 6, "jpeg mirrored": 7}.get(name, 1)
    width, height = SIZE
    number = data.draw(st.integers(1, 3))
    places = [
        (
            data.draw(st.integers(0, width - 20)),
            data.draw(st.integers(0, height - 10)),
            data.draw(st.integers(4, 90)),
            data.draw(st.integers(4, 30)),
        )
        for _ in range(number)
    ]
    stored = [(x, y, min(width, x + w), min(height, y + h)) for x, y, w, h in places]
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    first, second = np.array(canvas()), np.array(canvas())
    for picture in (first, second):
        for left, top, right, bottom in stored:
            shape = (bottom - top, right - left, 1)
            picture[top:bottom, left:right] = rng.integers(0, 256, shape) // 4 * 4
    boxes = tuple(Box(*turned(rect, width, height, turn)) for rect in stored)
    page = 2 if name == "apng" else 1
    encode = EXACT_ENCODERS[name]
    inputs = [encode(Image.fromarray(picture)) for picture in (first, second)]
    assert inputs[0] != inputs[1]
    copies = [copy_of(picture, boxes, page, tmp_path) for picture in inputs]
    assert copies[0] == copies[1]


def test_without_whole_coding_units_a_jpeg_would_tell(tmp_path: Path) -> None:
    """The same two inputs with a plain black box, to show that the test above can fail."""
    rng = np.random.default_rng(1)
    copies = []
    for _ in range(2):
        picture = np.array(canvas())
        picture[49:63, 41:150] = rng.integers(0, 256, (14, 109, 1))
        stored = Image.open(BytesIO(encoded(Image.fromarray(picture), "JPEG", quality=75)))
        plain = np.array(stored)
        plain[49:63, 41:150] = 0
        copies.append(plain)
    assert not np.array_equal(*copies)


# --- orientation ----------------------------------------------------------------------------------


@given(
    turn=st.integers(1, 8),
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    corners=st.lists(st.integers(0, 40), min_size=4, max_size=4),
)
def test_boxes_turn_as_pixels_do(turn: int, width: int, height: int, corners: list[int]) -> None:
    left, right = sorted((corners[0] % (width + 1), corners[1] % (width + 1)))
    top, bottom = sorted((corners[2] % (height + 1), corners[3] % (height + 1)))
    stored = np.zeros((height, width, 1), dtype=np.uint8)
    stored[top:bottom, left:right] = 1
    shown = turned((left, top, right, bottom), width, height, turn)
    array = upright(stored, turn)
    expected = np.zeros_like(array)
    expected[shown[1] : shown[3], shown[0] : shown[2]] = 1
    assert np.array_equal(array, expected)
    assert turned_back(shown, width, height, turn) == (left, top, right, bottom)


def test_coding_units_are_those_of_the_stored_picture() -> None:
    grid = Grid(100, 60, (16, 16), 1)
    assert grid.around((17, 1, 31, 15)) == (14, -2, 34, 18)
    assert grid.around((16, 16, 32, 32)) == (14, 14, 34, 34)
    # Mirrored: columns count from the right edge of the upright picture.
    assert Grid(100, 60, (16, 16), 2).around((69, 1, 83, 15)) == (66, -2, 86, 18)
    assert Grid(100, 60, (32, 8), 1).around((1, 1, 2, 2)) == (-2, -2, 34, 10)
    assert set(TURNS) == set(range(1, 9))


# --- margins --------------------------------------------------------------------------------------


def covered_by(picture: Image.Image, box: Box, kind: str = "PNG", **options: object) -> Box:
    """The rectangle that is black in the painted page."""
    source = opened(encoded(picture, kind, **options), Settings())
    frame = painted(source, next(source.pages()), [box])
    rows, columns = frame.covered.any(axis=1).nonzero()[0], frame.covered.any(axis=0).nonzero()[0]
    assert frame.pixels[frame.covered].max() == 0
    return Box(columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)


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


def test_a_busy_surrounding_keeps_the_margin() -> None:
    picture = Image.new("RGB", (200, 100), "white")
    for x in range(0, 200, 4):
        ImageDraw.Draw(picture).line((x, 0, x, 99), fill="black", width=2)
    assert covered_by(picture, Box(48, 40, 120, 60)).height == 20 + 2 * MARGIN


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
        frames.append(painted(source, next(source.pages()), [Box(49, 40, 230, 57)]))
        assert covered_by(picture, Box(49, 40, 230, 57)).height < 24, "lossless: the neighbours stay"
    assert np.array_equal(frames[0].pixels, frames[1].pixels)


def test_lossy_webp_and_jpeg_in_tiff_get_the_wide_margin() -> None:
    box = Box(50, 40, 120, 60)
    picture = Image.new("RGB", (200, 100), "white")
    assert covered_by(picture, box, "WEBP", quality=80) == box.grow(LOSSY_MARGIN)
    assert covered_by(picture, box, "TIFF", compression="jpeg") == box.grow(LOSSY_MARGIN)


# --- faint ink ------------------------------------------------------------------------------------


def painted_whole(picture: Image.Image) -> np.ndarray:
    source = opened(encoded(picture, "PNG"), Settings())
    return painted(source, next(source.pages()), []).pixels


def test_ink_nobody_sees_becomes_ground_and_visible_ink_stays() -> None:
    picture = drawn(canvas(colour=(40, 44, 52)), "faint", (44, 48, 56))
    picture = drawn(picture, "visible", (60, 64, 72), at=Box(32, 70, 208, 86))
    after = painted_whole(picture)
    assert (after[48:64, 32:208] == (40, 44, 52)).all()
    assert (after[70:86, 32:208] == (60, 64, 72)).all(axis=2).any()


def test_two_big_colours_close_to_each_other_both_stay() -> None:
    picture = Image.new("RGB", SIZE, (255, 255, 255))
    picture.paste((250, 250, 250), (0, 64, *SIZE))
    assert np.array_equal(painted_whole(picture), np.asarray(picture))


def test_photographs_stay_as_they_are() -> None:
    rng = np.random.default_rng(3)
    photo = Image.fromarray(rng.integers(100, 140, (100, 150, 3), dtype=np.uint8))
    assert np.array_equal(painted_whole(photo), np.asarray(photo))


def test_what_is_covered_has_no_say_in_what_is_ground() -> None:
    """A box full of one colour must not make that colour a ground for faint ink elsewhere."""
    source = opened(encoded(canvas(), "PNG"), Settings())
    results = []
    for inside in ((200, 30, 30), (20, 20, 20)):
        pixels = np.array(canvas())
        pixels[40:120, 20:220] = inside
        pixels[10:14, 100:110] = (198, 28, 28)
        results.append(painted(source, Page(1, pixels), [Box(20, 40, 220, 120)]).pixels)
    assert np.array_equal(*results)
