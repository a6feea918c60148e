"""A page's words -> units with places, in pixels and in points."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from app.formats.page_units import FixedPlaces, TextPlaces, on_page, read_raster, text_unit, with_covers
from app.places import MetadataKey, PageArea, Unit
from detectors.engine import default_detector
from detectors.model import Relation
from detectors.samples import generate
from ocr.model import Box, Unread, Word
from ocr.page_text import PageText
from tests.support.documents import CollectingSink, FakeReader
from tests.support.pictures import PLACE, SIZE, canvas, drawn


def words(*rows: tuple[str, float, float, int]) -> list[Word]:
    return [Word(text, Box(x, y, x + 7 * len(text), y + 10), line, 0.9) for text, x, y, line in rows]


def test_layout_offers_names_to_the_right_and_below() -> None:
    page = PageText.from_words(
        words(
            ("Token", 10, 10, 0), ("value-one", 120, 10, 0), ("Password", 10, 60, 1), ("value-two", 10, 75, 2)
        )
    )
    unit = text_unit(page, TextPlaces(page, on_page(3)), "page 3", noisy=False)
    named = {(n.name, unit.sample.text[n.start : n.end], n.relation) for n in unit.sample.named}
    assert ("Token", "value-one", Relation.RIGHT) in named
    assert ("Password", "value-two", Relation.BELOW) in named
    assert unit.sample.soft_breaks == page.soft_breaks
    assert "value" not in repr(unit)


def test_places_are_boxes_in_the_units_of_the_page() -> None:
    page = PageText.from_words(words(("alpha", 20, 40, 0), ("omega", 80, 40, 0)))
    start = page.text.index("omega")
    (pixels,) = TextPlaces(page, on_page(2)).locate(start, start + 5)
    assert isinstance(pixels, PageArea)
    assert (pixels.page, pixels.unit) == (2, Unit.PIXEL)
    assert pixels.boxes[0].left <= 80
    assert pixels.boxes[0].right >= 115
    (points,) = TextPlaces(page, on_page(2, unit=Unit.POINT, scale=2.0)).locate(start, start + 5)
    assert points == PageArea(2, tuple(box.scaled(0.5) for box in pixels.boxes), Unit.POINT)


def test_a_span_without_a_word_has_no_place() -> None:
    page = PageText.from_words(words(("alpha", 20, 40, 0)))
    assert TextPlaces(page, on_page(1)).locate(99, 120) == ()
    assert FixedPlaces((MetadataKey("x"),)).locate(99, 120) == (MetadataKey("x"),)


def test_gaps_are_told_once_per_reason_or_not_at_all() -> None:
    pixels = np.asarray(drawn(canvas(), "letters"))
    unread = (Unread(Box(0, 0, 5, 5), "small"), Unread(Box(9, 9, 12, 12), "small"), Unread(PLACE, "faint"))
    sink, silent = CollectingSink(), CollectingSink()
    reader = FakeReader((("letters", PLACE),), unread=unread)
    place = on_page(4, unit=Unit.POINT, scale=4.0)
    read_raster(pixels, lambda: reader, sink, place, title="page 4", fraction=0.5)  # type: ignore[arg-type,return-value]
    read_raster(pixels, lambda: reader, silent, place, title="page 4", gaps=False)  # type: ignore[arg-type,return-value]
    assert [(gap.where, gap.why) for gap in sink.gaps] == [("page 4", "small"), ("page 4", "faint")]
    assert sink.gaps[0].area == PageArea(4, (Box(0, 0, 1.25, 1.25), Box(2.25, 2.25, 3, 3)), Unit.POINT)
    assert sink.told == [0.5]
    assert silent.gaps == []
    assert len(silent.units) == 1
    assert reader.sizes == [SIZE, SIZE]


def test_a_label_whose_value_is_covered_takes_no_other(random: Random) -> None:
    value = generate("[A-Z][a-z]{5}[0-9]{3}[!#%][A-Za-z]{6}", random)
    page_words = words(("Password", 10, 0, 0), (value, 10, 20, 1), (value[::-1], 10, 40, 2))

    def found(seen: Sequence[Word]) -> list[str]:
        page = PageText.from_words(seen)
        unit = text_unit(page, TextPlaces(page, on_page(1)), "page 1", noisy=True)
        return [page.text[m.start : m.end] for m in default_detector().scan(unit.sample).matches]

    label, first, second = page_words
    assert [text[: len(value)] for text in found(page_words)] == [value]
    assert found([label, second]) == [value[::-1]], "this is what a covered page looks like"
    assert found(with_covers([label, second], [first.box])) == []
