"""Tesseract's output is taken apart without trusting it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ocr.hocr import parse_hocr

PAGE = """<div class='ocr_page'><span class='ocr_line' title="bbox 0 0 9 9">
<span class='ocrx_word' title='bbox 1 2 30 12; x_wconf 91'>
<span class='ocrx_cinfo' title='x_bboxes 1 2 9 12; x_conf 99'>a</span>
<span class='ocrx_cinfo' title='x_bboxes 10 2 19 12; x_conf 99'>&amp;</span></span>
<span class='ocrx_word' title='bbox 40 2 50 12; x_wconf 12'>
<span class='ocrx_cinfo' title='x_bboxes 40 2 50 12; x_conf 99'>&lt;</span></span></span>
<span class='ocr_caption'><span class='ocrx_word' title='x_wconf 50'>
<span class='ocrx_cinfo' title='x_bboxes 5 30 9 40'>z</span></span></span></div>"""


def test_lines_words_and_characters() -> None:
    first, second = parse_hocr(PAGE)
    assert [(c.text, c.left, c.right, c.starts_word) for c in first] == [
        ("a", 1, 9, True),
        ("&", 10, 19, False),
        ("<", 40, 50, True),
    ]
    assert [c.confidence for c in first] == [0.91, 0.91, 0.12]
    assert [c.text for c in second] == ["z"]


def test_damaged_entries_are_left_out() -> None:
    damaged = PAGE.replace("x_bboxes 10 2 19 12", "x_bboxes 10 2 nine 12").replace("40 2 50 12; x_conf", "")
    assert [c.text for line in parse_hocr(damaged) for c in line] == ["a", "z"]


@given(st.text(alphabet="<>/spanocrx_word='\"; 0123456789\n", max_size=300))
def test_any_text_can_be_parsed(markup: str) -> None:
    for line in parse_hocr(markup):
        assert line


def test_what_was_read_stays_out_of_repr() -> None:
    assert "'a'" not in repr(parse_hocr(PAGE))
