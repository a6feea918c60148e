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
from PIL import Image

from app.formats.covers import Place
from app.formats.image import gif
from app.formats.image.container import Coding, Frame, Sequence
from app.formats.image.format import FORMAT
from app.formats.image.grid import Grid, turned, turned_back
from app.formats.image.paint import painted
from app.formats.image.read import TURNS, Page, opened, upright
from app.options import Settings
from app.places import PageArea
from ocr.model import Box
from tests.support.documents import context_of, plan_of, source_of
from tests.support.pictures import NARROW, PLACE, SIZE, canvas, drawn, encoded, profile, with_segment

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
    "jpeg of greys": lambda picture: encoded(picture.convert("L"), "JPEG", quality=80),
    "jpeg for print": lambda picture: encoded(picture.convert("CMYK"), "JPEG", quality=90),
    "jpeg with a profile": lambda picture: encoded(picture, "JPEG", quality=80, icc_profile=profile("")),
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
    half = Coding((16, 16), 2, (8, 8))
    grid = Grid(100, 60, half, 1)
    assert grid.reach((17, 1, 31, 15)) == (14, -2, 34, 18)
    assert grid.covers((17, 1, 31, 15)) == (16, 0, 32, 16)
    assert grid.reach((16, 16, 32, 32)) == (14, 14, 34, 34)
    assert grid.covers((17, 9, 23, 15)) == (16, 8, 24, 16)
    # Mirrored: columns count from the right edge of the upright picture.
    assert Grid(100, 60, half, 2).reach((69, 1, 83, 15)) == (14, -2, 34, 18)
    # On its side: rows of the stored picture are columns of the upright one.
    assert Grid(100, 60, half, 5).covers((1, 17, 7, 31)) == (16, 0, 32, 8)
    # Nothing is known of the brightness: all that may change is covered.
    assert Grid(100, 60, Coding((32, 8), 2), 1).covers((1, 1, 2, 2)) == (-2, -2, 34, 10)
    assert set(TURNS) == set(range(1, 9))


@pytest.mark.parametrize("turn", TURNS)
def test_the_stored_view_of_an_upright_picture(turn: int) -> None:
    stored = np.arange(24, dtype=np.uint8).reshape(4, 6, 1)
    grid = Grid(6, 4, Coding((8, 8), 0), turn)
    assert np.array_equal(grid.stored(upright(stored, turn)), stored)


@pytest.mark.parametrize(
    ("mode", "options", "coding"),
    [
        ("RGB", {"subsampling": 2}, Coding((16, 16), 2, (8, 8))),
        ("RGB", {"subsampling": 1}, Coding((16, 8), 2, (8, 8))),
        ("RGB", {"subsampling": 0}, Coding((8, 8), 0)),
        ("L", {}, Coding((8, 8), 0)),
        ("CMYK", {"subsampling": 0}, Coding((8, 8), 0)),
        ("CMYK", {"subsampling": 2}, Coding((16, 16), 2)),
        ("RGB", {"subsampling": 2, "progressive": True}, Coding((16, 16), 2)),
        ("RGB", {"subsampling": 0, "progressive": True}, Coding((16, 16), 2)),
    ],
)
def test_brightness_counts_apart_only_where_it_is_decoded_apart(
    mode: str, options: dict[str, object], coding: Coding
) -> None:
    data = encoded(canvas().convert(mode), "JPEG", **options)
    assert opened(data, Settings()).container.coding == coding


def test_without_a_word_on_the_colours_their_names_tell() -> None:
    """The decoder takes Adobe's word, then the components' numbers; anything else may be no brightness."""
    jfif = encoded(canvas(), "JPEG", subsampling=2)
    bare = jfif[:2] + jfif[20:]
    adobe = b"Adobe\0\x64\0\0\0\0"
    light = Coding((16, 16), 2, (8, 8))
    assert opened(bare, Settings()).container.coding == light
    assert opened(with_segment(bare, 0xEE, adobe + b"\1"), Settings()).container.coding == light
    assert opened(with_segment(bare, 0xEE, adobe + b"\0"), Settings()).container.coding == Coding((16, 16), 2)
    at = bare.index(b"\xff\xc0") + 10
    renamed = bare[:at] + b"R" + bare[at + 1 :]
    assert opened(renamed, Settings()).container.coding == Coding((16, 16), 2)


# --- faint ink ------------------------------------------------------------------------------------


def painted_whole(picture: Image.Image) -> np.ndarray:
    source = opened(encoded(picture, "PNG"), Settings())
    return painted(source, next(source.pages()), [], NARROW).pixels


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
        results.append(painted(source, Page(1, pixels), [Place(Box(20, 40, 220, 120))], NARROW).pixels)
    assert np.array_equal(*results)


# --- palettes -------------------------------------------------------------------------------------


def test_a_gif_of_256_colours_and_a_cover_loses_at_most_two_of_them(tmp_path: Path) -> None:
    ramp = np.zeros((128, 240, 3), dtype=np.uint8)
    ramp[..., 0] = 30 + np.arange(240) % 200
    ramp[..., 1] = (np.arange(128) // 4 * 5 + 20)[:, None]
    stored = Image.fromarray(ramp).quantize(256)
    source = source_of(encoded(stored, "GIF"))
    document = FORMAT.open(source, context_of())
    plan = plan_of(source, ("", [PageArea(1, (PLACE,))]))
    document.write(plan, tmp_path / "copy")
    copy = source_of((tmp_path / "copy").read_bytes())
    checks = document.check(copy, plan)
    assert all(check.passed for check in checks)
    before = np.asarray(stored.convert("RGB")).astype(int)
    after = np.asarray(Image.open(BytesIO(copy.data)).convert("RGB"))
    assert (after[48:64, 32:208] == 0).all()
    differs = np.abs(before - after).max(axis=2)
    differs[28:84, 12:228] = 0
    assert float((differs > 0).mean()) < 0.05
    assert differs.max() <= 12


def test_frames_with_palettes_of_their_own_stay_exact(tmp_path: Path, random: Random) -> None:
    """Every frame brings 200 new colours in one part, so that all that is shown has far more than 256."""
    frames = []
    shown = Image.new("RGB", SIZE, "white")
    for number in range(4):
        part = np.array([[random.randrange(256) for _ in range(3)] for _ in range(200)], dtype=np.uint8)
        shown = shown.copy()
        shown.paste(Image.fromarray(part.reshape(10, 20, 3)).resize((60, 40), 0), (number * 60, 40))
        for corner in ((0, 0), (239, 127)):  # what changed reaches over everything
            shown.putpixel(corner, (number, number, number))
        frames.append(shown)
    out = BytesIO()
    made = (Frame(np.asarray(frame), 70) for frame in frames)
    gif.write(out, Sequence(made, 4, *SIZE, loop=0))
    result = Image.open(out)
    for number, frame in enumerate(frames):
        result.seek(number)
        assert np.array_equal(np.asarray(result.convert("RGB")), np.asarray(frame)), number


def test_a_photograph_as_gif_stays_recognisable(tmp_path: Path) -> None:
    across, down = np.meshgrid(np.arange(240), np.arange(128))
    photo = np.stack([across, down * 2, (across + down) % 256], axis=2).astype(np.uint8)
    indexes, palette = gif.indexed_pixels(photo, np.zeros(photo.shape[:2], dtype=np.bool_))
    after = np.frombuffer(palette, dtype=np.uint8).reshape(-1, 3)[indexes].astype(int)
    assert np.abs(after - photo).mean() < 8
    assert (after[photo.max(axis=2) == 0] == 0).all()
