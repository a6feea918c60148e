"""Ink is found in either polarity, and the rows of a line without its neighbours'."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.ink import band, ink_mask, is_pattern, runs, strokes
from ocr.model import Box
from tests.ocr.drawing import Sheet, token


@given(st.lists(st.booleans()))
def test_runs_are_the_stretches_of_true(flags: list[bool]) -> None:
    found = runs(flags)
    rebuilt = np.zeros(len(flags), dtype=bool)
    for start, end in found:
        assert start < end
        rebuilt[start:end] = True
    assert rebuilt.tolist() == flags
    assert all(a[1] < b[0] for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("ground", "ink"),
    [("white", "black"), ("black", "white"), ("#fafafa", "#9aa3ad"), ("#cc0000", "#0000cc")],
)
def test_ink_is_what_differs_from_the_ground(ground: str, ink: str) -> None:
    sheet = Sheet.blank(200, 40, ground)
    box = sheet.write(10, 8, "Settings", 18, ink)
    mask = ink_mask(sheet.pixels)
    rows, columns = np.nonzero(mask)
    found = Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert found.overlap(box.grow(1)) == 1.0
    assert box.overlap(found) > 0.8
    assert 0.02 < mask.mean() < 0.4


def test_a_flat_cut_out_has_no_ink() -> None:
    assert not ink_mask(Sheet.blank(20, 20, "#456789").pixels).any()


def test_the_band_of_a_line_leaves_out_what_its_neighbours_show() -> None:
    sheet = Sheet.blank(200, 80)
    sheet.write(10, 5, "gjpqy gjpqy", 16)
    line = sheet.write(10, 25, "Ki ab:ij", 16)
    sheet.write(10, 45, "TTT TTT", 16)
    top = int(line.top) - 4
    cut = ink_mask(sheet.pixels)[top : int(line.bottom) + 4]
    first, last = band(cut)
    assert abs(top + first - line.top) <= 1
    assert abs(top + last - line.bottom) <= 1


def test_the_band_keeps_the_dot_of_an_i() -> None:
    sheet = Sheet.blank(40, 40)
    line = sheet.write(10, 8, "i", 24)
    first, last = band(ink_mask(sheet.pixels))
    assert (first, last) == (pytest.approx(line.top, abs=1), pytest.approx(line.bottom, abs=1))


def test_the_band_is_never_empty() -> None:
    assert band(np.zeros((5, 5), dtype=bool)) == (0, 5)
    assert band(np.ones((5, 5), dtype=bool)) == (0, 5)


def test_strokes_grow_with_the_text_and_a_bar_has_one() -> None:
    sheet = Sheet.blank(300, 40)
    sheet.write(10, 8, "nnnnnnnnnn", 18)
    assert 16 <= strokes(sheet.pixels) <= 24
    bar = Sheet.blank(300, 40)
    bar.panel((20, 15, 280, 25), "black")
    assert strokes(bar.pixels) <= 1


@pytest.mark.parametrize("size", [10, 14, 30])
@pytest.mark.parametrize("text", ["*" * 12, "." * 20, "_ " * 8])
def test_a_masked_value_is_a_pattern(text: str, size: int) -> None:
    sheet = Sheet.blank(500, 60, "#11151c")
    sheet.write(10, 10, text, size, "white")
    assert is_pattern(sheet.pixels)


@pytest.mark.parametrize("size", [10, 14, 30])
def test_text_is_no_pattern(size: int, random: Random) -> None:
    for text in (token(random, 24), "nununununmnu", "lI1lI1lI1lIl", "****" + token(random, 4)):
        sheet = Sheet.blank(600, 60)
        sheet.write(10, 10, text, size)
        assert not is_pattern(sheet.pixels)
    assert not is_pattern(Sheet.blank(60, 20).pixels)
