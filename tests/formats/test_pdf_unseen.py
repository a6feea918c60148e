"""Text under false covers and text without ink is told; what ordinary documents do is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from app import notices
from app.formats.pdf.format import FORMAT
from app.model import Notice
from app.places import PageArea
from detectors.model import Confidence
from ocr.model import Box
from tests.formats.format_contract import canary
from tests.support.documents import context_of, examined, plan_of, source_of
from tests.support.pdf_residue import residue
from tests.support.pdfs import AT, document, picture_of, saved

OVER = pymupdf.Rect(30, 80, 400, 110)
Build = Callable[[Any, str], object]


def told(build: Build, value: str) -> list[Notice]:
    made = document()
    build(made[0], value)
    return examined(FORMAT.open(source_of(saved(made)), context_of())).notices


def written(page: Any, value: str, **options: Any) -> None:
    page.insert_text(AT, value, fontsize=11, **options)


def under_box(page: Any, value: str, **options: Any) -> None:
    written(page, value)
    page.draw_rect(OVER, **{"fill": (0, 0, 0), "color": (0, 0, 0), **options})


def under_annotation(add: str, colour: str) -> Build:
    def build(page: Any, value: str) -> None:
        written(page, value)
        annotation = getattr(page, add)(OVER)
        annotation.set_colors({colour: (0, 0, 0)})
        annotation.update()

    return build


def under_picture(page: Any, value: str) -> None:
    written(page, value)
    page.insert_image(OVER, stream=picture_of(""), keep_proportion=False)


def under_many_boxes(page: Any, value: str) -> None:
    written(page, value)
    for left in range(36, 300, 4):
        page.draw_rect(pymupdf.Rect(left, 85, left + 5, 108), fill=(0, 0, 0), color=None)


def under_seams(page: Any, value: str) -> None:
    """Boxes that touch each other: viewers leave hair lines between them."""
    written(page, value)
    for left in range(36, 300, 3):
        page.draw_rect(pymupdf.Rect(left, 85, left + 3, 108), fill=(0, 0, 0), color=None)


def black_on_black(page: Any, value: str) -> None:
    page.draw_rect(OVER, fill=(0, 0, 0))
    written(page, value)


def in_part(page: Any, value: str) -> None:
    """One word of which only the end is covered."""
    written(page, f"password:{value}")
    left = 40 + pymupdf.get_text_length("password:", fontsize=11)
    page.draw_rect(pymupdf.Rect(left, 85, 400, 108), fill=(0, 0, 0), color=None)


def in_scan(page: Any, value: str) -> None:
    """A scan with a black box in it, over which the text that was read before still lies."""
    pixmap = page.get_pixmap()
    pixmap.set_rect(pymupdf.IRect(OVER), (0, 0, 0))
    page.insert_image(page.rect, pixmap=pixmap)
    written(page, value, render_mode=3)


COVERED: dict[str, Build] = {
    "box": under_box,
    "square": under_annotation("add_rect_annot", "fill"),
    "highlight": under_annotation("add_highlight_annot", "stroke"),
    "box of the paper's colour": lambda page, value: under_box(page, value, fill=(1, 1, 1)),
    "picture": under_picture,
    "many boxes": under_many_boxes,
    "black on black": black_on_black,
    "part of a word": in_part,
    "scan": in_scan,
    "mark": lambda page, value: (written(page, value), page.add_redact_annot(OVER)),
}


@pytest.mark.parametrize("turn", [0, 90])
@pytest.mark.parametrize("name", COVERED)
def test_a_false_cover_is_told_with_its_place(name: str, turn: int) -> None:
    def build(page: Any, value: str) -> None:
        COVERED[name](page, value)
        page.set_rotation(turn)

    value = canary()
    (notice,) = told(build, value)
    assert notice.rule is notices.FALSE_COVER
    assert value not in repr(notice)
    assert isinstance(notice.where, PageArea)
    (box,) = notice.where.boxes
    over = Box(*OVER) if turn == 0 else Box(300 - OVER.y1, OVER.x0, 300 - OVER.y0, OVER.x1)
    assert box.overlap(over) > 0.8
    assert box.area > 500


@pytest.mark.parametrize("name", [name for name in COVERED if name != "mark"])
def test_what_is_under_a_false_cover_is_found_and_in_no_copy(name: str, tmp_path: Path) -> None:
    """No detector needs to know the value: nobody sees it, so the copy does not have it."""
    value = canary()
    made = document()
    COVERED[name](made[0], value)
    source = source_of(saved(made))
    opened = FORMAT.open(source, context_of())
    assert value in examined(opened).text
    opened.write(plan_of(source), tmp_path / "copy.pdf")
    assert not residue((tmp_path / "copy.pdf").read_bytes(), value)


def test_hair_lines_between_covers_show_no_text(tmp_path: Path) -> None:
    value = canary()
    made = document()
    under_seams(made[0], value)
    source = source_of(saved(made))
    FORMAT.open(source, context_of()).write(plan_of(source), tmp_path / "copy.pdf")
    assert not residue((tmp_path / "copy.pdf").read_bytes(), value)


def no_ink(page: Any, value: str) -> None:
    written(page, value, render_mode=3)


def white(page: Any, value: str) -> None:
    written(page, value, color=(1, 1, 1))


def tiny(page: Any, value: str) -> None:
    page.insert_text(AT, value, fontsize=0.8)


def cut_away(page: Any, value: str) -> None:
    written(page, value)
    number = page.get_contents()[-1]
    page.parent.update_stream(number, b"q 0 0 1 1 re W n " + page.parent.xref_stream(number) + b" Q")


@pytest.mark.parametrize("build", [no_ink, white, tiny, cut_away])
def test_text_without_ink_is_told(build: Build) -> None:
    (notice,) = told(build, canary())
    assert notice.rule is notices.HIDDEN_TEXT


def searchable_scan(page: Any, value: str) -> None:
    """The words of a scan, some beside their ink."""
    picture = pymupdf.open()
    picture.new_page(width=420, height=300)
    for row in range(10):
        picture[0].insert_text((40, 30 + 20 * row), f"a row of the scan {value}", fontsize=11)
        page.insert_text((40, 30 + 20 * row + (10 if row == 3 else 0)), f"a row of the scan {value}",
                         fontsize=11, render_mode=3)  # fmt: skip
    page.insert_image(page.rect, pixmap=picture[0].get_pixmap(dpi=150))


def dialog(page: Any, value: str) -> None:
    """A window opened over a page and hides a word of it."""
    written(page, "Web client 1")
    page.draw_rect(pymupdf.Rect(20, 70, 400, 200), fill=(0, 0, 0))
    page.insert_text((60, 150), value, fontsize=11, color=(1, 1, 1))


def light_on_dark(page: Any, value: str) -> None:
    page.draw_rect(OVER, fill=(0, 0, 0))
    written(page, value, color=(1, 1, 1))


def marked(page: Any, value: str) -> None:
    written(page, value)
    page.add_highlight_annot(OVER)


def framed(page: Any, value: str) -> None:
    written(page, value)
    page.draw_rect(OVER)


def pale(page: Any, value: str) -> None:
    written(page, value, color=(0.85, 0.85, 0.85))


def struck_out(page: Any, value: str) -> None:
    written(page, value)
    page.draw_line((40, 96), (300, 96))


def separated(page: Any, value: str) -> None:
    """A rule made of characters, and symbols without ink."""
    page.insert_text((40, 100), "_" * 40 + " - . : i l", fontsize=11)
    page.insert_text((40, 130), f"{value}\u00a0\u00a0", fontsize=11)


@pytest.mark.parametrize(
    "build", [searchable_scan, dialog, light_on_dark, marked, framed, pale, struck_out, separated]
)
def test_ordinary_pages_have_nothing_to_tell(build: Build) -> None:
    assert [(n.rule.id, n.evidence) for n in told(build, canary()) if n.rule is not notices.COMMENTS] == []


def test_sure_covers_are_told_apart_from_likely_ones() -> None:
    assert told(under_box, canary())[0].confidence is Confidence.HIGH
    assert told(in_scan, canary())[0].confidence is Confidence.MEDIUM


def test_thousands_of_hidden_words_take_no_time() -> None:
    made = pymupdf.open()
    page = made.new_page(width=2000, height=2000)
    for row in range(150):
        page.insert_text((10, 12 + 12 * row), "hidden word " * 25, fontsize=8, color=(1, 1, 1))
    page.draw_rect(pymupdf.Rect(0, 0, 10, 10), fill=(0, 0, 0))
    (notice,) = examined(FORMAT.open(source_of(saved(made)), context_of())).notices
    assert notice.rule is notices.HIDDEN_TEXT
