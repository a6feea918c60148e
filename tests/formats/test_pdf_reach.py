"""Covers over values that could be guessed tell nothing of their length, and cover no other column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from app.formats.pdf.pages import Pages
from app.formats.pdf.paint import Covers, covers
from app.formats.pdf.words import Vetting, kept_words
from app.formats.pdf.write import write
from app.model import CoverStyle, Hidden, PlanItem, RedactionPlan
from app.options import Settings
from app.places import PageArea, Unit
from ocr.model import Box
from tests.support.pdfs import saved

NAMES = ("Ann Li", "Maria Ortega", "Jo", "Featherstonehaugh", "J. R. Wolfeschlegelstein", "Iill Ilif")
SIZE = 11.0


def page_with(build: Callable[[Any], object]) -> Pages:
    made = pymupdf.open()
    build(made.new_page(width=420, height=300))
    return Pages(saved(made), None, Settings())


def box_of(pages: Pages, value: str) -> Box:
    """Where a value stands, as its letters tell."""
    for column in pages.layer(0).columns:
        at = column.text.text.find(value)
        if at >= 0:
            boxes = [column.frame.on_page(box) for box in column.text.boxes(at, at + len(value))]
            whole = boxes[0]
            for box in boxes[1:]:
                whole = whole.union(box)
            return whole
    raise AssertionError("the value is not on the page")


def item_of(pages: Pages, value: str, label: str = "NAME_1", *, guessable: bool = True) -> PlanItem:
    area = PageArea(1, (box_of(pages, value),), Unit.POINT)
    return PlanItem(f"REDACTED_{label}", (area,), Hidden(value), guessable=guessable)


def covered(pages: Pages, *items: PlanItem, hide_length: bool = True) -> tuple[Covers, set[tuple[str, int]]]:
    """The covers, and the words that are kept with their places in whole points."""
    plan = RedactionPlan("", items, style=CoverStyle(hide_length=hide_length))
    found = covers(pages, 0, plan)
    kept = kept_words(pages, 0, found, Vetting.of(plan))
    return found, {(word.text, round(word.on_page.left), round(word.on_page.top)) for word in kept}


def sentence(value: str) -> Pages:
    def build(page: Any) -> None:
        page.insert_text((40, 100), f"Our customer {value} called us on Monday", fontsize=SIZE)
        page.insert_text((40, 114), "and asked for the second invoice of this year again", fontsize=SIZE)

    return page_with(build)


def table(value: str) -> Pages:
    def build(page: Any) -> None:
        for row, texts in enumerate([("Name", "City"), (value, "Lisbon"), ("Somebody", "Turin")]):
            for left, text in zip((40, 250), texts, strict=True):
                page.insert_text((left, 100 + 20 * row), text, fontsize=SIZE)

    return page_with(build)


def alone(value: str) -> Pages:
    return page_with(lambda page: page.insert_text((40, 100), f"Customer: {value}", fontsize=SIZE))


def turned(value: str) -> Pages:
    def build(page: Any) -> None:
        page.insert_text((100, 280), f"Our customer {value} called on Monday", fontsize=SIZE, rotate=90)
        page.insert_text((40, 100), "nothing", fontsize=SIZE)

    return page_with(build)


def lines_at(place: Callable[[float], float]) -> Callable[[str], Pages]:
    def make(value: str) -> Pages:
        def build(page: Any) -> None:
            for row, text in enumerate(["Certificate of attendance", f"awarded to {value}", "in Lisbon"]):
                width = pymupdf.get_text_length(text, fontsize=SIZE)
                page.insert_text((place(width), 100 + 16 * row), text, fontsize=SIZE)

        return page_with(build)

    return make


centred = lines_at(lambda width: 210 - width / 2)
right_aligned = lines_at(lambda width: 380 - width)


@pytest.mark.parametrize("make", [sentence, table, alone, turned, centred, right_aligned])
def test_kept_words_tell_nothing_of_the_width(make: Callable[[str], Pages]) -> None:
    kept = [covered(pages, item_of(pages, name))[1] for name, pages in ((n, make(n)) for n in NAMES)]
    assert all(words == kept[0] for words in kept)
    assert kept[0]


def test_without_the_option_the_words_behind_tell_the_width() -> None:
    kept = []
    for name in NAMES:
        pages = sentence(name)
        kept.append(covered(pages, item_of(pages, name), hide_length=False)[1])
    assert len({frozenset(words) for words in kept}) == len(NAMES)


@pytest.mark.parametrize("make", [sentence, table, alone, centred, right_aligned])
def test_covers_of_many_names_have_few_widths(make: Callable[[str], Pages]) -> None:
    edges = set()
    for name in NAMES:
        pages = make(name)
        found, _ = covered(pages, item_of(pages, name))
        (box,) = found.painted
        edges.add((round(box.left / 4), round(box.right / 4)))
    assert len(edges) <= 3


def test_the_next_column_stays() -> None:
    pages = table(NAMES[1])
    found, kept = covered(pages, item_of(pages, NAMES[1]))
    assert {text for text, _, _ in kept} == {"Name", "City", "Lisbon", "Somebody", "Turin"}
    assert found.painted[0].right < 250


def test_a_line_between_columns_ends_a_cover() -> None:
    def build(page: Any) -> None:
        page.insert_text((40, 100), "Ann Li", fontsize=SIZE)
        end = 40 + pymupdf.get_text_length("Ann Li", fontsize=SIZE)
        page.draw_line((end + 4, 80), (end + 4, 120))
        page.insert_text((end + 8, 100), "Lisbon", fontsize=SIZE)

    pages = page_with(build)
    found, kept = covered(pages, item_of(pages, "Ann Li"))
    assert "Lisbon" in {text for text, _, _ in kept}
    assert found.painted[0].right < box_of(pages, "Lisbon").left


def test_the_border_of_a_field_is_not_covered() -> None:
    def build(page: Any) -> None:
        page.insert_text((40, 100), "Ann Li", fontsize=SIZE)
        page.draw_rect(pymupdf.Rect(35, 85, 95, 108))

    pages = page_with(build)
    found, _ = covered(pages, item_of(pages, "Ann Li"))
    assert 85 < found.painted[0].right < 95


def test_a_paragraph_is_covered_up_to_its_margin() -> None:
    pages = sentence("Ann Li")
    found, kept = covered(pages, item_of(pages, "Ann Li"))
    assert found.painted[0].right >= box_of(pages, "again").right - 3
    assert "again" in {text for text, _, _ in kept}
    assert "Monday" not in {text for text, _, _ in kept}


def test_punctuation_and_letters_behind_a_value_are_covered() -> None:
    pages = page_with(lambda page: page.insert_text((40, 100), "user=Ann, role=admin", fontsize=SIZE))
    found, kept = covered(pages, item_of(pages, "Ann"))
    assert not kept
    assert found.painted[0].right >= box_of(pages, "admin").right


def test_long_random_values_cover_no_other_words() -> None:
    pages = sentence("k7" * 12)
    found, kept = covered(pages, item_of(pages, "k7" * 12, "KEY_1", guessable=False))
    assert {"called", "Monday", "customer"} <= {text for text, _, _ in kept}
    assert found.painted[0].right <= box_of(pages, "called").left + 2


def test_a_place_drawn_by_hand_stays_as_it_is() -> None:
    pages = sentence("Ann Li")
    box = Box(100, 80, 130, 120)
    plan = RedactionPlan("", (PlanItem("REDACTED_REGION_1", (PageArea(1, (box,), Unit.POINT),)),))
    assert covers(pages, 0, plan).painted == (box.grow(2.0),)


def test_covers_depend_on_places_only() -> None:
    """Two values of one width, one place: the covers are the same."""
    found = []
    for name in ("Ann Li", "nAn iL"):
        pages = sentence(name)
        item = item_of(pages, name)
        same = replace(item, where=(PageArea(1, (Box(110, 90, 140, 102),), Unit.POINT),))
        found.append(covered(pages, same)[0])
    assert found[0] == found[1]


def test_values_of_one_kind_have_covers_of_one_height() -> None:
    def build(page: Any) -> None:
        page.insert_text((40, 100), "Ann", fontsize=SIZE)
        page.insert_text((40, 140), "(Ångström)", fontsize=SIZE)

    pages = page_with(build)
    items = [item_of(pages, "Ann", "NAME_1"), item_of(pages, "(Ångström)", "NAME_2")]
    assert len({round(item.where[0].boxes[0].height, 2) for item in items}) == 2  # type: ignore[union-attr]
    found, _ = covered(pages, *items)
    assert len({round(box.height, 2) for box in found.painted}) == 1


@pytest.mark.parametrize("pages_as", ["text", "picture"])
@pytest.mark.parametrize("make", [sentence, table, alone])
def test_copies_for_names_of_different_widths_are_the_same_bytes(
    make: Callable[[str], Pages], pages_as: str, tmp_path: Path
) -> None:
    copies = set()
    for number, name in enumerate(("Ann Li", "Maria Ortega", "Jill Illing", "Tom Wum", "Peter Gygax")):
        pages = make(name)
        plan = RedactionPlan("", (item_of(pages, name),), style=CoverStyle(pdf_pages=pages_as))
        write(pages, plan, tmp_path / f"{number}.pdf")
        copies.add((tmp_path / f"{number}.pdf").read_bytes())
    assert len(copies) == 1
