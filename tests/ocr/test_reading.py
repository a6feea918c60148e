"""Whole pages, read by the engines that are installed."""

from __future__ import annotations

import subprocess
import sys
from difflib import SequenceMatcher
from io import BytesIO
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image, ImageOps

from ocr.layout import pairs
from ocr.model import Box, PageReading, union_all
from ocr.page_text import PageText
from ocr.reader import Reader
from tests.ocr.drawing import Sheet, ink_left, token

pytestmark = pytest.mark.ocr


@pytest.fixture(scope="module")
def embedded() -> Reader:
    return Reader.from_installed(["rapidocr"])


@pytest.fixture(scope="module")
def both() -> Reader:
    reader = Reader.from_installed()
    if len(reader.engines) < 2:
        pytest.skip("needs Tesseract")
    return reader


def text_of(page: PageReading, engine: str = "rapidocr") -> str:
    reading = next(r for r in page.readings if r.engine == engine and not r.by_column)
    return PageText.from_words(reading.words).text


def distance(one: Box, other: Box) -> float:
    """How far apart the farthest sides of two boxes are."""
    return max(
        abs(one.left - other.left),
        abs(one.top - other.top),
        abs(one.right - other.right),
        abs(one.bottom - other.bottom),
    )


def covered(page: PageReading, sheet: Sheet, secret: str) -> bool:
    """Whether a search in the text of the readings covers the secret's ink to the last pixel."""
    boxes: tuple[Box, ...] = ()
    for reading in page.readings:
        text = PageText.from_words(reading.words)
        start = text.text.find(secret)
        if start >= 0:
            boxes += text.boxes(start, start + len(secret), sheet.pixels)
    before = sheet.image.copy()
    for box in boxes:
        before.paste("white", (int(box.left), int(box.top), int(box.right), int(box.bottom)))
    blank = np.asarray(Image.new("RGB", sheet.image.size, "white"))
    return bool(boxes) and not (np.asarray(before) != blank).any()


@pytest.mark.parametrize("size", [11, 13, 16, 28])
def test_a_value_is_read_and_covered_to_its_last_pixel(embedded: Reader, size: int, random: Random) -> None:
    sheet = Sheet.blank(900, 120)
    secret = token(random, 20)
    sheet.write(30, 40, secret, size)
    assert covered(embedded.read(sheet.image), sheet, secret)


@pytest.mark.parametrize("ground", ["#f4f5f7", "#11151c"])
def test_ten_pixel_text_with_jpeg_artefacts_is_found_and_nearly_read(
    embedded: Reader, ground: str, random: Random
) -> None:
    sheet = Sheet.blank(500, 90, ground)
    secret = token(random, 24)
    place = sheet.write(30, 40, secret, 10, "#6a737d")
    packed = BytesIO()
    sheet.image.save(packed, "JPEG", quality=75)
    page = embedded.read(Image.open(packed))
    assert page.unread == ()
    assert SequenceMatcher(None, text_of(page), secret).ratio() > 0.8
    assert distance(union_all(word.box for word in page.readings[0].words), place) <= 4


def test_every_polarity_on_one_page(both: Reader, random: Random) -> None:
    sheet = Sheet.blank(900, 420, "#f4f5f7")
    grounds = [("#11151c", "#d6deeb"), ("#00bb55", "white"), ("#fdf6e3", "#657b83"), ("#002b36", "#93a1a1")]
    places: list[Box] = []
    sheet.write(30, 20, "Settings of the page", 18)
    for i, (ground, ink) in enumerate(grounds):
        sheet.panel((20, 60 + 80 * i, 880, 120 + 80 * i), ground)
        places.append(sheet.write(40, 80 + 80 * i, token(random), 16, ink))
    page = both.read(sheet.image)
    for reading in page.readings:
        for place in places:
            found = [word.box for word in reading.words if place.overlap(word.box) > 0.05]
            assert distance(union_all(found), place) <= 3, reading.engine
    assert page.unread == ()


def test_reading_again_at_another_scale_sees_the_same(embedded: Reader, random: Random) -> None:
    sheet = Sheet.blank(700, 120)
    secret = token(random)
    sheet.write(30, 40, secret, 14)
    first, again = embedded.read(sheet.image), embedded.read_independently(sheet.image)
    assert text_of(first) == text_of(again) == secret
    assert distance(first.readings[0].words[0].box, again.readings[0].words[0].box) <= 2


def test_labels_stand_beside_and_above_their_values(embedded: Reader, random: Random) -> None:
    sheet = Sheet.blank(900, 300)
    right, below, long = token(random), token(random), token(random)
    rows = [("Host", "example"), ("API key", right), ("Client password", long)]
    for i, (label, value) in enumerate(rows):
        sheet.write(30, 20 + 40 * i, label, 16, "#656d76")
        sheet.write(172, 20 + 40 * i, value, 16)
    sheet.write(30, 190, "Signing secret", 16, "#656d76")
    sheet.write(30, 215, below, 16)
    page = embedded.read(sheet.image)
    text = PageText.from_words(page.readings[0].words)
    offered = {(p.label.replace(" ", ""), text.text[p.start : p.end], p.relation) for p in pairs(text)}
    assert ("APIkey", right, "right") in offered
    assert ("Clientpassword", long, "right") in offered
    assert ("Signingsecret", below, "below") in offered


def test_a_value_that_wraps_stays_together(embedded: Reader, random: Random) -> None:
    sheet = Sheet.blank(700, 200)
    secret = token(random, 70)
    parts = [secret[:32], secret[32:64], secret[64:]]
    for i, part in enumerate(parts):
        sheet.write(30, 40 + 26 * i, part, 18)
    page = embedded.read(sheet.image)
    text = PageText.from_words(page.readings[0].words)
    assert text.text.replace("\n", "") == secret
    boxes = text.boxes(0, len(text.text), sheet.pixels)
    assert len(boxes) == 3
    assert ink_left(sheet.pixels, boxes, (255, 255, 255)) == 0


@pytest.mark.slow
def test_a_tall_capture_loses_and_doubles_no_line(embedded: Reader, random: Random) -> None:
    sheet = Sheet.blank(360, 4200)
    rows = [f"{i:03d} {token(random, 8)}" for i in range(4200 // 30)]
    for i, row in enumerate(rows):
        sheet.write(20, 8 + 30 * i, row, 15)
    page = embedded.read(sheet.image)
    lines = text_of(page).split("\n")
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert SequenceMatcher(None, line, row).ratio() > 0.7
    assert page.unread == ()


MEMORY = """
from pathlib import Path
from random import Random
from ocr.reader import Reader
from tests.ocr.drawing import Sheet, token
random, sheet = Random(1), Sheet.blank(940, 5_000)
for i in range(0, 5_000, 60):
    sheet.write(20, i, token(random, random.randrange(3, 9) * (1 + 7 * (i % 1200 == 0))), 16)
    sheet.panel((900, i, 902, i + 9), "black")
page = Reader.from_installed(["rapidocr"]).read(sheet.image)
assert page.unread == () and len(page.readings[0].words) >= 84
status = dict(row.split(":", 1) for row in Path("/proc/self/status").read_text().splitlines())
print(int(status["VmHWM"].split()[0]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory in other ways")
def test_a_tall_capture_of_many_line_lengths_needs_little_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEMORY], capture_output=True, text=True, cwd=Path.cwd(), check=True
    )
    assert int(done.stdout) < 400  # MiB; 250 were measured, and 580 with an arena for each network


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_is_read(embedded: Reader, turn: int, random: Random) -> None:
    sheet = Sheet.blank(700, 200)
    secret = token(random)
    sheet.write(30, 30, "The settings of this workspace", 16)
    box = sheet.write(30, 80, secret, 16)
    sheet.write(30, 130, "are kept by its administrators", 16)
    page = embedded.read(sheet.image.rotate(turn, expand=True))
    assert secret in text_of(page)
    word = next(word for word in page.readings[0].words if word.text == secret)
    want = {
        90: Box(box.top, 700 - box.right, box.bottom, 700 - box.left),
        180: Box(700 - box.right, 200 - box.bottom, 700 - box.left, 200 - box.top),
        270: Box(200 - box.bottom, box.left, 200 - box.top, box.right),
    }[turn]
    assert want.overlap(word.box.grow(2)) == 1.0
    assert word.edges == ()


@pytest.mark.parametrize("how", ["mirrored", "overprinted"])
def test_a_garbled_line_among_clear_ones_is_told(embedded: Reader, how: str, random: Random) -> None:
    sheet = Sheet.blank(700, 160)
    box = sheet.write(30, 60, token(random, 36), 16).grow(4)
    place = (int(box.left), int(box.top), int(box.right), int(box.bottom))
    if how == "mirrored":
        sheet.image.paste(ImageOps.mirror(sheet.image.crop(place)), place)
    else:
        sheet.write(33, 63, token(random, 36), 16)
        sheet.write(27, 57, token(random, 36), 16)
    sheet.write(30, 20, "The settings of this workspace", 16)
    sheet.write(30, 110, "are kept by its administrators", 16)
    unread = embedded.read(sheet.image).unread
    assert len(unread) == 1
    assert box.overlap(unread[0].box) > 0.5


def test_icons_and_rulers_are_no_unread_text(embedded: Reader, random: Random) -> None:
    sheet = Sheet.blank(700, 300)
    for i in range(8):
        noise = Image.effect_noise((24, 24), 80).convert("RGB")
        sheet.image.paste(noise, (20 + 60 * i, 20))
        sheet.panel((20, 80 + 12 * i, 680, 80 + 12 * i), "#888888")
    sheet.panel((20, 200, 600, 216), "#3366cc")
    for i in range(30):
        sheet.panel((30 + 12 * i, 240, 36 + 12 * i, 246), "black")  # a masked value
        sheet.panel((30 + 20 * i, 290 - random.randrange(4, 30), 40 + 20 * i, 290), "#cc3366")
    assert embedded.read(sheet.image).unread == ()
