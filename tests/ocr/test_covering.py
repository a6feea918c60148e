"""Boxes leave no pixel of the value and, where a gap is seen, none of their own on the rest."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from ocr.page_text import PageText
from tests.ocr.drawing import Sheet, ink_left, token

WHITE = (255, 255, 255)


@pytest.mark.parametrize("size", [11, 14, 22])
@pytest.mark.parametrize("separator", ["=", ":", "/", '"', "@"])
def test_a_word_is_cut_at_a_separator(size: int, separator: str, random: Random) -> None:
    sheet = Sheet.blank(600, 60)
    secret = token(random)
    sheet.write(10, 12, f"name{separator}{secret}", size)
    kept = Sheet.blank(600, 60)
    kept.write(10, 12, "name", size)
    page = PageText.from_words(sheet.words)
    boxes = page.boxes(5, len(page.text), sheet.pixels)
    assert len(boxes) == 1
    name_end = kept.words[0].box.right
    assert boxes[0].left >= name_end - 1, "the name stays readable"
    left = ink_left(sheet.pixels, boxes, WHITE)
    separator_alone = Sheet.blank(600, 60)
    separator_alone.write(10, 12, f"name{separator}", size)
    assert left <= ink_left(separator_alone.pixels, (), WHITE), "nothing of the value is left"


def test_the_rest_behind_a_value_stays(random: Random) -> None:
    sheet = Sheet.blank(600, 60)
    secret = token(random)
    sheet.write(10, 12, f"{secret}&next", 16)
    page = PageText.from_words(sheet.words)
    box = page.boxes(0, len(secret), sheet.pixels)[0]
    assert box.right <= sheet.words[0].edges[len(secret) + 1]
    assert box.right >= sheet.words[0].edges[len(secret)] - 1


def test_a_word_without_a_separator_is_covered_whole(random: Random) -> None:
    sheet = Sheet.blank(600, 60)
    sheet.write(10, 12, f"name{token(random)}", 16)
    page = PageText.from_words(sheet.words)
    box = page.boxes(4, len(page.text), sheet.pixels)[0]
    assert box.left <= 11


def test_without_pixels_an_estimated_edge_is_no_place_to_cut(random: Random) -> None:
    sheet = Sheet.blank(600, 60)
    sheet.write(10, 12, f"name={token(random)}", 16)
    page = PageText.from_words(sheet.words)
    assert page.boxes(5, len(page.text))[0].left <= 10


def test_without_a_gap_in_the_pixels_the_whole_word_goes(random: Random) -> None:
    sheet = Sheet.blank(600, 60)
    box = sheet.write(10, 12, f"name={token(random)}", 16)
    sheet.panel((10, int(box.top) + 5, int(box.right), int(box.top) + 7), "black")
    page = PageText.from_words(sheet.words)
    assert page.boxes(5, len(page.text), sheet.pixels)[0].left <= 10


def test_a_word_that_stands_on_its_side_is_not_cut(random: Random) -> None:
    sheet = Sheet.blank(600, 60)
    sheet.write(10, 12, f"name={token(random)}", 16)
    turned = [replace(item, edges=()) for item in sheet.words]
    page = PageText.from_words(turned)
    assert page.boxes(5, len(page.text), sheet.pixels)[0].left <= 10


@pytest.mark.parametrize("shrink", [1, 2])
@pytest.mark.parametrize(("ground", "ink"), [("white", "black"), ("#101820", "#d0d8e0")])
def test_a_box_that_is_too_small_grows_to_the_end_of_the_ink(
    shrink: int, ground: str, ink: str, random: Random
) -> None:
    sheet = Sheet.blank(400, 60, ground)
    sheet.write(20, 15, "gj" + token(random, 12) + "Qy", 18, ink)
    exact = sheet.words[0]
    short = replace(exact, box=exact.box.grow(-shrink), edges=())
    page = PageText.from_words([short])
    boxes = page.boxes(0, len(page.text), sheet.pixels)
    colour = tuple(int(value) for value in sheet.pixels[0, 0])
    assert len(colour) == 3
    assert ink_left(sheet.pixels, boxes, (colour[0], colour[1], colour[2])) == 0


def test_growing_ends_at_a_border_that_touches(random: Random) -> None:
    sheet = Sheet.blank(400, 80)
    box = sheet.write(20, 25, token(random), 18)
    sheet.panel((0, int(box.bottom), 400, 80), "black")
    page = PageText.from_words(sheet.words)
    grown = page.boxes(0, len(page.text), sheet.pixels)[0]
    assert grown.bottom <= box.bottom + 10
