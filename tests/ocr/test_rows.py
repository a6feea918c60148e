"""Segments become visual rows in reading order."""

from __future__ import annotations

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from ocr.model import Box, Word
from ocr.rows import arrange


def word(text: str, x: float, y: float, high: float = 12) -> Word:
    return Word(text, Box(x, y, x + 8 * len(text), y + high), 0, 1.0)


def texts(words: tuple[Word, ...]) -> list[list[str]]:
    return [[w.text for w in group] for _, group in groupby(words, key=lambda w: w.line)]


def test_cells_far_apart_share_a_row() -> None:
    right, left, under = [word("value", 500, 11)], [word("label", 10, 10)], [word("next", 10, 30)]
    assert texts(arrange([under, right, left])) == [["label", "value"], ["next"]]


def test_a_sloping_row_is_followed() -> None:
    pieces = [[word(f"w{i}", 100.0 * i, 10 + 3.0 * i)] for i in range(8)]
    assert texts(arrange(pieces)) == [[f"w{i}" for i in range(8)]]


def test_stacked_lines_stay_apart() -> None:
    assert texts(arrange([[word("above", 10, 10)], [word("below", 10, 20)]])) == [["above"], ["below"]]


@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1000)), max_size=30))
def test_no_word_is_lost_or_doubled(places: list[tuple[float, float]]) -> None:
    pieces = [[word(f"w{i}", x, y)] for i, (x, y) in enumerate(places)]
    arranged = arrange(pieces)
    assert sorted(w.text for w in arranged) == sorted(f"w{i}" for i in range(len(places)))
    lines = [w.line for w in arranged]
    assert lines == sorted(lines)
    assert set(lines) == set(range(len(set(lines))))
