"""Boxes never uncover a pixel, words refuse what the map between text and places cannot hold."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.model import Box, Code, Word, union_all

coordinates = st.floats(-1e6, 1e6)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, top = draw(coordinates), draw(coordinates)
    return Box(left, top, left + draw(st.floats(0.1, 1e4)), top + draw(st.floats(0.1, 1e4)))


@given(boxes())
def test_rounding_outwards_holds_the_box(box: Box) -> None:
    snapped = box.snap_out()
    assert snapped.left <= box.left
    assert snapped.top <= box.top
    assert snapped.right >= box.right
    assert snapped.bottom >= box.bottom
    assert snapped.width < box.width + 2


@given(boxes(), boxes())
def test_a_union_holds_both(one: Box, other: Box) -> None:
    both = one.union(other)
    assert one.overlap(both) == pytest.approx(1)
    assert other.overlap(both) == pytest.approx(1)
    assert union_all([one, other]) == both


@given(boxes(), boxes())
def test_an_intersection_lies_in_both(one: Box, other: Box) -> None:
    common = one.intersection(other)
    if common is None:
        assert one.overlap(other) == 0
    else:
        assert common.overlap(one) == pytest.approx(1)
        assert common.overlap(other) == pytest.approx(1)


@pytest.mark.parametrize(
    "corners", [(0, 0, 0, 5), (0, 0, 5, 0), (5, 0, 0, 5), (math.nan, 0, 1, 1), (0, 0, math.inf, 1)]
)
def test_boxes_without_an_inside_are_refused(corners: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="box"):
        Box(*corners)


def test_no_boxes_have_no_union() -> None:
    with pytest.raises(ValueError, match="no boxes"):
        union_all([])


def test_clipping_outside_the_page_leaves_nothing() -> None:
    assert Box(-5, -5, -1, -1).clipped(10, 10) is None
    assert Box(-5, -5, 3, 3).clipped(10, 10) == Box(0, 0, 3, 3)


@pytest.mark.parametrize("text", ["", "two words", " lead", "tail\n"])
def test_words_hold_no_white_space(text: str) -> None:
    with pytest.raises(ValueError, match="white space"):
        Word(text, Box(0, 0, 1, 1), 0, 1.0)


def test_words_have_one_edge_more_than_characters() -> None:
    with pytest.raises(ValueError, match="edge"):
        Word("ab", Box(0, 0, 1, 1), 0, 1.0, (0.0, 1.0))


def test_what_was_read_stays_out_of_repr() -> None:
    assert "visible" not in repr(Word("visible", Box(0, 0, 1, 1), 0, 1.0))
    assert "visible" not in repr(Code("QR Code", "visible", Box(0, 0, 1, 1)))
