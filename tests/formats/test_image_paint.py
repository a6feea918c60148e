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

from app.formats.faint_ink import FAINT
from app.formats.image import gif
from app.formats.image.container import Coding, Frame, Sequence
from app.formats.image.document import FORMAT
from app.formats.image.grid import Grid, turned, turned_back
from app.formats.image.paint import LOSSY_MARGIN, MARGIN, SOFT_EDGE, SOFT_MARGIN, painted
from app.formats.image.read import TURNS, Page, opened, upright
from app.model import PageArea
from app.options import Settings
from ocr.model import Box
from tests.support.documents import context_of, plan_of, source_of
from tests.support.pictures import PLACE, SIZE, canvas, drawn, encoded, profile

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


# --- margins --------------------------------------------------------------------------------------


def covered_by(picture: Image.Image, box: Box, kind: str = "PNG", **options: object) -> Box:
    """The black rectangle around a box, side by side: lines as long as the box that are black throughout."""
    source = opened(encoded(picture, kind, **options), Settings())
    black = painted(source, next(source.pages()), [box]).pixels.max(axis=2) == 0
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
        frames.append(painted(source, next(source.pages()), [Box(49, 40, 230, 57)]))
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
    assert len({copy_of(data, (box,), 1, tmp_path) for data in stored}) == 1
    source = opened(stored[0], Settings())
    after = painted(source, next(source.pages()), [box]).pixels
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
        results.append(painted(source, next(source.pages()), [box]).pixels)
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
        results.append(painted(source, next(source.pages()), [box]).pixels)
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
