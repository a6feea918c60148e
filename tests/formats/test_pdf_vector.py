"""Pages of PDF copies that keep their text: what is written, what is left out, when they become pictures."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pymupdf
import pytest

from app.formats.pdf.format import FORMAT
from app.formats.pdf.structure import FlatPage, Proof, prove
from app.formats.pdf.vector.proof import TextPage
from app.model import RedactionPlan, Source
from app.places import PageArea, Unit
from ocr.model import Box
from tests.formats.format_contract import canary
from tests.support.documents import context_of, plan_of, source_of
from tests.support.pdfs import (
    AT,
    HIDINGS,
    PICTURE,
    add_content,
    as_pictures,
    document,
    picture_of,
    saved,
)

PLACE = PageArea(1, (Box(38, 88, 300, 104),), Unit.POINT)


def copied(source: Source, plan: RedactionPlan, folder: Path) -> tuple[bytes, Proof, list[tuple[str, str]]]:
    """The copy with its checks passed, its proof and the remarks about it."""
    opened = FORMAT.open(source, context_of())
    opened.write(plan, folder / "copy.pdf")
    data = (folder / "copy.pdf").read_bytes()
    assert [check for check in opened.check(source_of(data), plan) if not check.passed] == []
    return data, prove(data), [(remark.where, remark.text) for remark in opened.remarks()]


def page_of(made: Any, folder: Path, *items: tuple[str, list[PageArea]]) -> tuple[bytes, TextPage]:
    """The copy of a document of one page that keeps its text, and the page."""
    source = source_of(saved(made))
    data, proof, _ = copied(source, plan_of(source, *items), folder)
    (page,) = proof.pages
    assert isinstance(page, TextPage)
    return data, page


def test_a_page_of_text_stays_text(tmp_path: Path) -> None:
    value = canary()
    made = document()
    made[0].insert_text(AT, f"Token: {value} expires", fontsize=11)
    made[0].draw_rect(pymupdf.Rect(30, 120, 390, 200), color=(0, 0, 1), fill=(0.9, 0.9, 1))
    found = made[0].search_for(value)[0]
    place = PageArea(1, (Box(found.x0, found.y0, found.x1, found.y1),), Unit.POINT)
    data, page = page_of(made, tmp_path, (value, [place]))
    assert {"Settings", "Token:", "expires"} <= set(page.words)
    assert value not in page.words
    assert not page.pictures
    assert len(page.covers.boxes) == 1
    with pymupdf.open(stream=data, filetype="pdf") as copy:
        assert [word[4] for word in copy[0].get_text("words")][:4] == ["Settings", "of", "the", "service"]
        assert copy[0].search_for("Save all changes")


def test_glyphs_that_only_the_value_used_are_in_no_font(tmp_path: Path) -> None:
    made = document()
    made[0].insert_text(AT, "QXZ98765", fontsize=11)
    data, _ = page_of(made, tmp_path, ("QXZ98765", [PLACE]))
    with pikepdf.open(BytesIO(data)) as copy:
        font = copy.pages[0].Resources.Font["/T"]
        cmap = font.ToUnicode.read_bytes().decode()
        meanings = re.findall(r"\n<[0-9A-F]{4}> <([0-9A-F]{4})>", cmap)
        used = set("SettingsoftheserviceSaveallchanges")
        assert {chr(int(code, 16)) for code in meanings} == used | {" "}
        assert len(font.DescendantFonts[0].W[1]) == 2 + len(used), "no shape and no width of another glyph"


def test_a_page_may_be_kept_as_a_picture(tmp_path: Path) -> None:
    source = source_of(HIDINGS["text"].build(canary()))
    _, proof, remarks = copied(source, as_pictures(plan_of(source)), tmp_path)
    assert isinstance(proof.pages[0], FlatPage)
    assert remarks == []


def test_a_scan_stays_the_picture_it_was_without_a_remark(tmp_path: Path) -> None:
    made = pymupdf.open()
    page = made.new_page(width=420, height=300)
    page.insert_image(page.rect, stream=picture_of("anything"), keep_proportion=False)
    source = source_of(saved(made))
    _, proof, remarks = copied(source, plan_of(source), tmp_path)
    assert isinstance(proof.pages[0], FlatPage)
    assert remarks == []


def test_pages_that_became_pictures_are_told_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.formats.pdf.vector import trace

    monkeypatch.setattr(trace, "MOST_SEGMENTS", 2500)
    made = document()
    for at in range(3):
        page = made.new_page()
        page.insert_text((40, 50), "words")
        if at < 2:
            page.draw_polyline([(10 + i % 400, 100 + i // 8) for i in range(3000)])
    source = source_of(saved(made))
    _, proof, remarks = copied(source, plan_of(source), tmp_path)
    assert [isinstance(page, FlatPage) for page in proof.pages] == [False, True, True, False]
    assert [where for where, _ in remarks if where.startswith("page")] == ["pages 2–3"]


def test_pictures_show_what_the_page_shows(tmp_path: Path) -> None:
    value = canary()
    made = document()
    made[0].insert_image(PICTURE, stream=picture_of(value), keep_proportion=False)
    place = PageArea(1, (Box(42, 150, 378, 190),), Unit.POINT)
    data, page = page_of(made, tmp_path, ("", [place]))
    ((stored, box),) = page.pictures
    assert abs(box.left - PICTURE.x0) < 1
    assert abs(box.bottom - PICTURE.y1) < 1
    with pikepdf.open(BytesIO(data)) as copy:
        picture = copy.pages[0].Resources.XObject["/P0"]
        samples = picture.read_bytes()
    row = len(samples) // stored.height
    middle = samples[row * (stored.height // 2) : row * (stored.height // 2 + 1)]
    assert set(middle[row // 20 : -row // 20]) == {0}


@pytest.mark.parametrize("name", ["text", "wrapped", "form object", "picture", "invisible text", "note"])
def test_what_lies_under_the_covers_does_not_change_a_byte(name: str, tmp_path: Path) -> None:
    value = canary()
    boxes = (Box(36, 84, 400, 130), Box(PICTURE.x0 + 4, 150, PICTURE.x1 - 4, 190))
    copies = []
    for secret in (value, value[::-1], "".join(sorted(value))):
        source = source_of(HIDINGS[name].build(secret))
        plan = plan_of(source, (secret, [PageArea(1, boxes, Unit.POINT)]))
        data, proof, _ = copied(source, plan, tmp_path)
        assert isinstance(proof.pages[0], TextPage)
        copies.append(data)
    assert copies[0] == copies[1] == copies[2]


def test_shapes_under_a_cover_leave_nothing(tmp_path: Path) -> None:
    """A signature drawn in lines: within the cover, into it, and through it."""
    copies = []
    for wave in (4, -4):
        made = document()
        shape = made[0].new_shape()
        shape.draw_polyline([(100 + 3 * i, 180 + wave * (i % 3)) for i in range(30)])
        shape.draw_line((20, 180), (120, 180 + wave))
        shape.draw_line((60, 120), (60, 240))
        shape.finish(color=(0, 0, 0), width=1.5)
        shape.draw_bezier((110, 175), (130, 160 + wave), (150, 200 - wave), (180, 175))
        shape.finish(color=None, fill=(0.5, 0, 0))
        shape.commit()
        place = PageArea(1, (Box(50, 150, 250, 210),), Unit.POINT)
        data, page = page_of(made, tmp_path, ("", [place]))
        assert not any(49 < x < 251 and 149 < y < 211 for x, y in page.points)
        copies.append((data, page))
    assert any(abs(x - 60) < 0.1 and y < 125 for x, y in copies[0][1].points), "the line through it is kept"


@pytest.mark.parametrize(
    "hidden",
    [
        b"1 1 1 rg 50 100 m 60 130 l 70 100 l 75 125 l 90 95 l f",
        b"0 0 0 rg 50 100 m 60 130 l 70 100 l f 1 1 1 rg 30 80 200 80 re f",
        b"0 0 0 rg q 10 10 5 5 re W n 50 100 m 60 130 l 70 100 l f Q",
        b"0 0 0 rg -500 100 m -440 130 l -470 100 l f",
        b"q BT 1 1 1 rg /helv 20 Tf 50 120 Td (QQQQ) Tj ET Q",
    ],
)
def test_shapes_that_nobody_sees_are_left_out(hidden: bytes, tmp_path: Path) -> None:
    made = document()
    add_content(made, hidden)
    _, page = page_of(made, tmp_path)
    assert "QQQQ" not in page.words
    assert len(page.points) <= 4, "at most the white rectangle"


def test_ligatures_and_other_scripts_are_read_as_they_were(tmp_path: Path) -> None:
    made = document()
    made[0].insert_htmlbox(pymupdf.Rect(40, 130, 380, 200), "<p>Größe Привет 你好 office ﬁnal</p>")
    data, page = page_of(made, tmp_path)
    with pymupdf.open(stream=data, filetype="pdf") as copy:
        text = copy[0].get_text(flags=0)
    for word in ("Größe", "Привет", "你好", "office"):
        assert word in text
    assert "Settings" in page.words


def test_text_without_meaning_is_drawn_as_shapes(tmp_path: Path) -> None:
    made = document()
    add_content(made, b"BT /helv 30 Tf 1 0 0 1 40 200 Tm (\\001\\002) Tj ET")
    source = source_of(saved(made))
    _, proof, _ = copied(source, plan_of(source), tmp_path)
    assert all("\x01" not in word for word in proof.pages[0].words)


def test_highlights_and_opacity_are_kept(tmp_path: Path) -> None:
    made = document()
    made[0].draw_rect(pymupdf.Rect(40, 120, 200, 160), fill=(1, 0, 0), color=None, fill_opacity=0.5)
    data, _ = page_of(made, tmp_path)
    with pymupdf.open(stream=data, filetype="pdf") as copy:
        pixel = copy[0].get_pixmap().pixel(100, 140)
    assert pixel[0] == 255
    assert 120 < pixel[1] < 136


def test_turned_and_slanted_text_stays_text(tmp_path: Path) -> None:
    made = document()
    made[0].insert_text((350, 250), "sideways", fontsize=11, rotate=90)
    turn = pymupdf.Matrix(30)
    made[0].insert_text((100, 150), "slanted", fontsize=14, morph=(pymupdf.Point(100, 150), turn))
    made[0].set_rotation(90)
    data, page = page_of(made, tmp_path)
    assert {"sideways", "slanted", "Settings"} <= set(page.words)
    with pymupdf.open(stream=data, filetype="pdf") as copy:
        assert {"sideways", "slanted"} <= {word[4] for word in copy[0].get_text("words")}


def test_pages_of_both_kinds_stand_in_one_copy(tmp_path: Path) -> None:
    made = document()
    page = made.new_page(width=420, height=300)
    page.insert_image(page.rect, stream=picture_of("anything"), keep_proportion=False)
    made.new_page(width=300, height=200).insert_text((20, 50), "third page")
    source = source_of(saved(made))
    _, proof, _ = copied(source, plan_of(source), tmp_path)
    assert [type(page) for page in proof.pages] == [TextPage, FlatPage, TextPage]


def test_covers_of_the_ground_with_labels_stand_on_text_pages(tmp_path: Path) -> None:
    value = canary()
    source = source_of(HIDINGS["text"].build(value))
    plan = plan_of(source, (value, [PLACE]))
    plan = replace(plan, style=replace(plan.style, colour="background", labels=True))
    _, proof, _ = copied(source, plan, tmp_path)
    (page,) = proof.pages
    assert isinstance(page, TextPage)
    assert len(page.covers.labels) == 1
