"""Which places another engine looks at, and that what it sees on their sheet leads back to the page."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from PIL import Image

from ocr.engines import Seen
from ocr.engines.tesseract import TesseractEngine
from ocr.model import Box, Word
from ocr.second_look import doubtful_places, merged, sheet_of
from tests.ocr.drawing import Sheet, token

UPPER, LOWER = Box(20, 20, 120, 40), Box(60, 100, 190, 120)


def noise(width: int = 400, height: int = 300) -> Image.Image:
    return Image.effect_noise((width, height), 80).convert("RGB")


def test_unsure_lines_and_unread_places_are_doubtful_each_once() -> None:
    words = (
        Word("unsure", UPPER, 0, 0.8),
        Word("unread", LOWER, 1, 0.3),
        Word("clear", Box(20, 200, 120, 220), 2, 0.99),
        Word("x", Box(20, 250, 40, 270), 3, 0.3),  # an icon
    )
    assert doubtful_places(Seen(words, (LOWER.grow(2),))) == [UPPER, LOWER.grow(2)]


def test_one_unsure_character_among_many_sure_ones_is_no_doubt() -> None:
    words = (Word("a" * 40, UPPER, 0, 0.99), Word("b", Box(125, 20, 130, 40), 0, 0.5))
    assert doubtful_places(Seen(words)) == []


def test_what_stands_on_the_sheet_is_the_page() -> None:
    page = noise()
    sheet = sheet_of(page, [UPPER, LOWER])
    assert sheet is not None
    on_page, on_sheet = np.asarray(page), np.asarray(sheet.image)
    for piece in sheet.pieces:
        cut = piece.cut
        part = on_page[int(cut.top) : int(cut.bottom), int(cut.left) : int(cut.right)]
        assert (on_sheet[piece.top : piece.top + part.shape[0], : part.shape[1]] == part).all()
        assert piece.place.overlap(cut) == 1.0


def test_the_way_back_from_the_sheet() -> None:
    sheet = sheet_of(noise(), [UPPER, LOWER])
    assert sheet is not None
    first, second = sheet.pieces
    dx, dy = second.cut.left, second.cut.top - second.top
    word = Word("ab", LOWER.moved(-dx, -dy), 0, 0.9, (10.0, 20.0, 30.0))
    above = Word("no", Box(30, first.top + 1, 50, first.top + 3), 1, 0.9)  # the line above that was cut
    between = Word("no", Box(30, second.top - 9, 50, second.top - 5), 2, 0.9)
    seen = sheet.to_page(Seen((word, above, between), (LOWER.moved(-dx, -dy),)))
    assert [(w.text, w.box) for w in seen.words] == [("ab", LOWER)]
    assert seen.words[0].edges == (10 + dx, 20 + dx, 30 + dx)
    assert seen.doubtful == (LOWER,)


def test_a_page_that_is_doubtful_all_over_gets_no_sheet() -> None:
    assert sheet_of(noise(), [Box(0, 0, 400, 200)]) is None
    assert sheet_of(noise(), []) is None


def test_the_second_look_replaces_the_doubtful_places_only() -> None:
    first = (Word("kept", LOWER, 0, 0.99), Word("wrong", UPPER, 1, 0.5))
    words = merged(first, [UPPER], [Word("right", UPPER, 0, 0.9)])
    assert [(word.text, word.box) for word in words] == [("kept", LOWER), ("right", UPPER)]
    assert words[0].line != words[1].line


@pytest.mark.ocr
def test_tesseract_places_the_words_of_a_sheet_where_they_stand_on_the_page(random: Random) -> None:
    engine = TesseractEngine()
    if engine.available() is not None:
        pytest.skip("needs Tesseract")
    page = Sheet.blank(900, 300)
    page.panel((0, 150, 900, 300), "#11151c")
    page.write(30, 30, "The settings of this workspace", 16)
    light = page.write(30, 60, token(random), 16)
    dark = page.write(200, 220, token(random), 16, "#d6deeb")
    sheet = sheet_of(page.image, [light.grow(4), dark.grow(4)])
    assert sheet is not None
    boxes = [word.box for word in sheet.to_page(engine.read(sheet.image)).words]
    for place, inside in ((light, boxes[:1]), (dark, boxes[1:])):
        assert place.overlap(inside[0].grow(2)) == 1.0
        assert inside[0].overlap(place.grow(2)) == 1.0
