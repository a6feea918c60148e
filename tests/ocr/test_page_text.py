"""Offsets in a page's text and places on the page belong together exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.model import Box, Word
from ocr.page_text import PageText

HIGH = 12.0
WIDE = 8.0


def word(text: str, x: float, line: int, width: float = WIDE) -> Word:
    edges = tuple(x + width * k for k in range(len(text) + 1))
    return Word(text, Box(x, line * 20.0, edges[-1], line * 20.0 + HIGH), line, 1.0, edges)


def row(line: int, *parts: str, x: float = 10.0, gap: float = 1.2 * WIDE) -> list[Word]:
    words: list[Word] = []
    for part in parts:
        words.append(word(part, x, line))
        x = words[-1].box.right + gap
    return words


@st.composite
def pages(draw: st.DrawFn) -> PageText:
    texts = st.text(st.characters(exclude_categories=["Z", "C", "S"]), min_size=1, max_size=9)
    words: list[Word] = []
    for line in range(draw(st.integers(1, 5))):
        x = draw(st.floats(0, 200))
        for text in draw(st.lists(texts, min_size=1, max_size=5)):
            words.append(word(text, x, line))
            x = words[-1].box.right + draw(st.floats(0.5, 60))
    return PageText.from_words(words)


@given(pages())
def test_every_word_stands_in_the_text_at_its_start(page: PageText) -> None:
    assert len(page.starts) == len(page.words)
    for start, item in zip(page.starts, page.words, strict=True):
        assert page.text[start : start + len(item.text)] == item.text
    assert page.text.split() == [item.text for item in page.words]


@given(pages(), st.data())
def test_boxes_cover_every_word_that_the_span_touches(page: PageText, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(page.text) - 1))
    end = data.draw(st.integers(start + 1, len(page.text)))
    touched = [
        item
        for at, item in zip(page.starts, page.words, strict=True)
        if at < end and start < at + len(item.text)
    ]
    assert list(page.words_in(start, end)) == touched
    boxes = page.boxes(start, end)
    assert len(boxes) == len({item.line for item in touched})
    for item in touched:
        assert any(item.box.overlap(box) == pytest.approx(1.0) for box in boxes)
    for box in boxes:
        assert all(value == int(value) for value in (box.left, box.top, box.right, box.bottom))


@given(pages(), st.data())
def test_exact_edges_cut_no_covered_character(page: PageText, data: st.DataObject) -> None:
    exact = PageText.from_words(page.words, exact=True)
    start = data.draw(st.integers(0, len(page.text) - 1))
    end = data.draw(st.integers(start + 1, len(page.text)))
    boxes = exact.boxes(start, end)
    for at, item in zip(exact.starts, exact.words, strict=True):
        for k in range(max(0, start - at), min(len(item.text), end - at)):
            middle = Box(item.edges[k] + 0.01, item.box.top, item.edges[k + 1] - 0.01, item.box.bottom)
            assert any(middle.overlap(box) == pytest.approx(1.0) for box in boxes)


def test_exact_edges_are_cut_at_a_separator_and_nowhere_else() -> None:
    page = PageText.from_words([word("key=abcdef", 10, 0)], exact=True)
    assert page.boxes(4, 10)[0].left == 10 + 4 * WIDE
    assert page.boxes(6, 10)[0].left == 10 + 4 * WIDE, "at the nearest separator outside of the span"
    assert page.boxes(1, 2)[0] == page.boxes(0, 3)[0]
    assert PageText.from_words([word("abcdef", 10, 0)], exact=True).boxes(2, 6)[0].left < 10


@pytest.mark.parametrize("gap", [2.5 * WIDE, 5 * WIDE])
def test_justified_prose_is_one_cell(gap: float) -> None:
    words = row(0, "The", "password", "in", "the", "office", gap=gap)
    assert PageText.from_words(words).text == "The password in the office"
    apart = [*words, *row(0, "Copy", x=words[-1].box.right + 2 * gap)]
    assert PageText.from_words(apart).text.endswith("\tCopy")


def test_rows_of_a_table_do_not_wrap() -> None:
    table = [*row(0, "Login"), *row(0, "Password", x=150), *row(0, "Owner", x=300)]
    table += [*row(1, "mailer-01"), *row(1, "s3cretvalue", x=150), *row(1, "Jonas", x=300)]
    assert PageText.from_words(table).soft_breaks == frozenset()
    panel = [*row(0, "Login"), *row(0, "firsthalf", x=150), *row(1, "secondhalf")]
    assert PageText.from_words(panel).soft_breaks, "a row that goes on at the left edge may wrap"


def test_a_span_of_white_space_has_no_box() -> None:
    page = PageText.from_words(row(0, "a", "b"))
    assert page.boxes(1, 2) == ()
    assert page.words_in(1, 2) == ()


def test_an_empty_page() -> None:
    page = PageText.from_words(())
    assert page.text == ""
    assert page.boxes(0, 5) == ()


def test_wide_gaps_end_cells() -> None:
    words = [*row(0, "API", "key"), *row(0, "value", x=200), *row(1, "next")]
    page = PageText.from_words(words)
    assert page.text == "API key\tvalue\nnext"
    assert [cell.row for cell in page.cells] == [0, 0, 1]


def test_the_longest_label_of_a_table_ends_where_its_neighbours_values_start() -> None:
    words = [
        *row(0, "Host", x=10),
        *row(0, "value", x=128),
        *row(1, "Longest-label", x=10),
        *row(1, "value", x=128),
        *row(2, "Port", x=10),
        *row(2, "value", x=128),
    ]
    assert words[2].box.right + 1.9 * WIDE > 128
    assert PageText.from_words(words).text.split("\n")[1] == "Longest-label\tvalue"


def test_a_row_that_reaches_the_wrap_column_may_go_on() -> None:
    full, rest = "x" * 40, "x" * 12
    page = PageText.from_words([word(full, 10, 0), word(full, 10, 1), word(rest, 10, 2), word("y", 10, 9)])
    assert {page.text[:at].count("\n") for at in page.soft_breaks} == {0, 1}


def test_a_row_that_ends_before_the_wrap_column_is_finished() -> None:
    page = PageText.from_words([word("x" * 30, 10, 0), word("x" * 40, 10, 1), word("x" * 40, 10, 2)])
    assert {page.text[:at].count("\n") for at in page.soft_breaks} == {1}


def test_a_row_that_starts_elsewhere_continues_nothing() -> None:
    page = PageText.from_words([word("x" * 40, 10, 0), word("x" * 10, 100, 1)])
    assert page.soft_breaks == frozenset()


def test_rows_of_one_value_are_filled_to_common_edges() -> None:
    page = PageText.from_words([word("k=" + "x" * 38, 10, 0), word("x" * 39, 10, 1), word("x" * 5, 10, 2)])
    first, second, third = page.boxes(2, len(page.text))
    assert first.right == second.right
    assert second.left == third.left
    assert third.right < second.right


def test_text_stays_out_of_repr() -> None:
    page = PageText.from_words(row(0, "visible"))
    assert "visible" not in repr(page)
