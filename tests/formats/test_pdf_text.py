"""Glyphs become words by where they stand."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pymupdf
import pytest

from app.formats.pdf.glyphs import Frame
from app.formats.pdf.text import TextLayer, text_layer
from ocr.model import Box
from tests.support.pdfs import add_content, document


def layer_of(operators: bytes, angle: int = 0):
    made = document()
    add_content(made, operators)
    made[0].set_rotation(angle)
    return text_layer(made[0])


def lines(layer) -> list[str]:
    return [line for column in layer.columns for line in column.text.text.splitlines()]


@pytest.mark.parametrize("spacing", [b"0", b"0.5", b"1.5", b"3", b"8"])
def test_spaced_out_words_stay_whole(spacing: bytes) -> None:
    layer = layer_of(b"BT /helv 10 Tf %s Tc 1 0 0 1 40 200 Tm (abcdefgh 12) Tj ET" % spacing)
    assert lines(layer)[1].split()[0] == "abcdefgh"


def test_words_set_apart_by_gaps_alone_stay_apart() -> None:
    layer = layer_of(b"BT /helv 10 Tf 1 0 0 1 40 200 Tm [(one) -280 (two) 20 (three)] TJ ET")
    assert lines(layer)[1] == "one twothree"


@pytest.mark.parametrize("order", ["in turn", "odd ones first", "backwards", "anyhow"])
@pytest.mark.parametrize("step", [7, 8, 9])
def test_letters_placed_one_by_one_are_one_word(order: str, step: int) -> None:
    """Wide letters reach over the next one at narrow steps, and stand apart at wide ones."""
    word = "WiMmlW8QjtGwOiMWfQ"
    places = [b"1 0 0 1 %d 200 Tm (%c) Tj" % (40 + step * at, char) for at, char in enumerate(word.encode())]
    orders = {
        "in turn": places,
        "odd ones first": places[1::2] + places[::2],
        "backwards": places[::-1],
        "anyhow": Random(1).sample(places, len(places)),
    }
    assert lines(layer_of(b"BT /helv 11 Tf " + b" ".join(orders[order]) + b" ET"))[1:-1] == [word]


def test_columns_are_read_row_by_row() -> None:
    parts = [(40, 200, "Name"), (40, 180, "Key"), (200, 200, "Value"), (200, 180, "abc")]
    drawn = b" ".join(b"1 0 0 1 %d %d Tm (%s) Tj" % (x, y, t.encode()) for x, y, t in parts)
    layer = layer_of(b"BT /helv 10 Tf %s ET" % drawn)
    assert lines(layer)[1:3] == ["Name\tValue", "Key\tabc"]


def test_bold_print_by_drawing_twice_is_one_word() -> None:
    once = b"1 0 0 1 %s 200 Tm (doubled word) Tj "
    layer = layer_of(b"BT /helv 10 Tf %s%sET" % (once % b"40", once % b"40.3"))
    assert lines(layer)[1:-1] == ["doubled word"]


class DrawnPage:
    """A page that draws the given characters in one line, each 6 points wide but those without width."""

    rotation_matrix = pymupdf.Matrix(1, 0, 0, 1, 0, 0)
    rect = pymupdf.Rect(0, 0, 400, 300)

    def __init__(self, text: str) -> None:
        self._chars = []
        at = 40
        for char in text:
            width = 0 if char in "\u200b\u2060" else 6
            self._chars.append({"c": char, "origin": (at, 100), "bbox": (at, 92, at + width, 102)})
            at += width

    def get_text(self, *_: object, **__: object) -> dict[str, object]:
        return {"blocks": [{"lines": [{"dir": (1, 0), "spans": [{"size": 10, "chars": self._chars}]}]}]}


def test_invisible_characters_do_not_cut_a_word() -> None:
    layer = text_layer(DrawnPage("abc\u200bd\u2060ef"))
    assert lines(layer) == ["abcdef"]
    assert layer.unmapped == ()


@pytest.mark.parametrize("hyphen", ["\u00ad", "\u2010", "\u2011", "-"])
def test_a_drawn_hyphen_is_a_hyphen(hyphen: str) -> None:
    assert lines(text_layer(DrawnPage(f"ab{hyphen}cd"))) == ["ab-cd"]


def test_characters_that_say_nothing_are_told() -> None:
    layer = text_layer(DrawnPage("ab\ufffd\ue000"))
    assert len(layer.unmapped) == 2


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
@pytest.mark.parametrize("turn", [0, 90, 180, 270, 30])
def test_boxes_lie_where_the_page_shows_them(angle: int, turn: int) -> None:
    made = document()
    page = made[0]
    matrix = pymupdf.Matrix(turn)
    page.insert_text((200, 150), "turned", fontsize=12, morph=(pymupdf.Point(200, 150), matrix))
    page.set_rotation(angle)
    layer = text_layer(page)
    box = next(
        column.frame.on_page(word.box)
        for column in layer.columns
        for word in column.text.words
        if word.text == "turned"
    )
    found = next(pymupdf.Rect(w[:4]) for w in page.get_text("words") if w[4].startswith("tur"))
    expected = found * page.rotation_matrix
    shared = box.intersection(Box(*expected))
    assert shared is not None
    assert shared.area > 0.6 * min(box.area, expected.get_area())


@pytest.mark.parametrize("degrees", [0, 30, 90, 137, 270])
def test_a_frame_leads_there_and_back(degrees: int) -> None:
    import math

    frame = Frame(math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))
    x, y = frame.leave(*frame.enter(123.0, 45.0))
    assert (x, y) == pytest.approx((123.0, 45.0))


def test_edges_stand_between_the_characters() -> None:
    layer = layer_of(b"BT /helv 20 Tf 1 0 0 1 40 200 Tm (key=value) Tj ET")
    word = next(word for word in layer.columns[0].text.words if word.text == "key=value")
    assert len(word.edges) == len(word.text) + 1
    assert all(a < b for a, b in pairwise(word.edges))
    assert word.edges[0] == pytest.approx(40, abs=0.1)
    assert word.edges[4] == pytest.approx(40 + pymupdf.get_text_length("key=", "helv", 20), abs=0.1)


def test_a_scan_a_little_askew_has_one_column() -> None:
    rows = b" ".join(
        b"1 0.0%d -0.0%d 1 40 %d Tm (row number %d) Tj" % (n % 3, n % 3, 220 - 14 * n, n) for n in range(6)
    )
    layer = layer_of(b"BT /helv 10 Tf %s ET" % rows)
    assert len(layer.columns) == 1


def test_lines_off_the_page_are_told_apart() -> None:
    layer = layer_of(b"BT /helv 10 Tf 1 0 0 1 40 900 Tm (above) Tj 1 0 0 1 -500 100 Tm (left) Tj ET")
    assert sorted(layer.outside) == ["above", "left"]
    assert "above" not in layer.compact()


def test_words_that_no_text_has_are_doubted_and_ordinary_ones_are_not() -> None:
    def layer(text: str) -> TextLayer:
        document = pymupdf.open()
        document.new_page(width=900).insert_text((30, 60), text, fontname="helv")
        return text_layer(document[0])

    assert layer("Settings XY\\SGUDFYVZ^QTZCDLAHEPO[BM_]P`RFWK[").doubtful()
    for plain in (
        "GET https://api.example.com/v1/items?limit=20&after=eyJpZCI6MX0 HTTP/1.1",
        "aws s3 cp s3://bucket/a_file-2026.tar.gz ~/Downloads/[old] {x|y} <b>",
        "Größenänderungsverfügung für Überlandstraßenbauämter, naïve façade, 42 €",
    ):
        assert not layer(plain).doubtful()
