"""Which cell may name which other cell."""

from __future__ import annotations

from ocr.columns import column_order
from ocr.layout import pairs
from ocr.model import Box, Word
from ocr.page_text import PageText

WIDE = 8.0


def cell(text: str, x: float, y: float, line: int) -> list[Word]:
    words: list[Word] = []
    for part in text.split():
        right = x + WIDE * len(part)
        words.append(Word(part, Box(x, y, right, y + 12), line, 1.0))
        x = right + WIDE
    return words


def page(*rows: tuple[float, list[tuple[str, float]]]) -> PageText:
    words = [
        word for line, (y, cells) in enumerate(rows) for text, x in cells for word in cell(text, x, y, line)
    ]
    return PageText.from_words(words)


def named(text: PageText, relation: str) -> set[tuple[str, str]]:
    return {(p.label, text.text[p.start : p.end]) for p in pairs(text) if p.relation == relation}


def test_the_cell_to_the_right() -> None:
    text = page((0, [("SMTP password", 10), ("hunter", 200)]), (20, [("API key", 10), ("abc", 200)]))
    assert {("SMTP password", "hunter"), ("API key", "abc")} <= named(text, "right")


def test_the_cell_below() -> None:
    text = page((0, [("Signing secret", 10)]), (20, [("abcdef", 10)]))
    assert named(text, "below") == {("Signing secret", "abcdef")}


def test_a_cell_far_below_is_not_named() -> None:
    text = page((0, [("Signing secret", 10)]), (80, [("abcdef", 10)]))
    assert named(text, "below") == set()


def test_a_cell_beside_is_not_below() -> None:
    text = page((0, [("Secret", 10)]), (20, [("abcdef", 300)]))
    assert named(text, "below") == set()


def test_every_row_under_a_table_header() -> None:
    text = page(
        (0, [("Name", 10), ("Token", 200)]),
        (20, [("first", 10), ("aaa", 200)]),
        (40, [("second", 10), ("bbb", 200)]),
        (60, [("third", 10), ("ccc", 200)]),
    )
    below = named(text, "below")
    assert {("Token", "aaa"), ("Token", "bbb"), ("Token", "ccc")} <= below
    assert ("Name", "aaa") not in below


def test_what_wraps_in_another_column_ends_no_column() -> None:
    text = page(
        (0, [("Name", 10), ("Secret key", 150), ("Created", 400)]),
        (14, [("2026-", 400)]),
        (28, [("Live", 10), ("abcdef", 150)]),
        (42, [("01-16", 400)]),
        (56, [("2026-", 400)]),
        (70, [("Staging", 10), ("ghijkl", 150)]),
    )
    assert {("Secret key", "abcdef"), ("Secret key", "ghijkl")} <= named(text, "below")


def test_a_line_of_text_under_a_table_ends_its_columns() -> None:
    text = page(
        (0, [("Name", 10), ("Secret key", 150)]),
        (20, [("Live", 10), ("abcdef", 150)]),
        (40, [("Keys are shown only once to their owner", 10)]),
        (60, [("Build", 10), ("ghijkl", 150)]),
    )
    assert ("Secret key", "ghijkl") not in named(text, "below")


def test_a_title_over_a_table_does_not_hide_its_header() -> None:
    text = page(
        (0, [("Keys of this workspace", 10)]),
        (20, [("Token", 10), ("Created", 200)]),
        (40, [("aaa", 10), ("one", 200)]),
        (60, [("bbb", 10), ("two", 200)]),
    )
    assert {("Token", "aaa"), ("Token", "bbb"), ("Created", "two")} <= named(text, "below")


def test_a_large_table_offers_few_pairs_per_cell() -> None:
    columns, rows = 12, 60
    text = page(*((20.0 * i, [(f"c{k}", 100.0 * k) for k in range(columns)]) for i in range(rows)))
    assert len(pairs(text)) < 5 * columns * rows


def test_a_value_that_wraps_is_offered_whole_and_by_its_first_row() -> None:
    text = page((0, [("Secret", 10)]), (16, [("x" * 40, 10)]), (32, [("x" * 10, 10)]))
    values = {value for label, value in named(text, "below") if label == "Secret"}
    assert {"x" * 40, "x" * 40 + "\n" + "x" * 10} <= values


def test_wrapped_values_between_other_columns_stand_together_column_by_column() -> None:
    text = page(
        (0, [("Nodes", 10), ("Token", 200), ("Output", 700)]),
        (16, [("First", 10), ("x" * 40, 200), ("one", 700)]),
        (32, [("Second", 10), ("y" * 40, 200), ("two", 700)]),
        (48, [("Third", 10), ("z" * 7, 200), ("three", 700)]),
    )
    assert ("x" * 40 + "\n" + "y" * 40) not in text.text
    words = column_order(text.words)
    assert words is not None
    by_column = PageText.from_words(words)
    value = "x" * 40 + "\n" + "y" * 40 + "\n" + "z" * 7
    start = by_column.text.index(value)
    breaks = [start + k for k, char in enumerate(value) if char == "\n"]
    assert by_column.soft_breaks.issuperset(breaks)
    assert sorted(word.text for word in words) == sorted(word.text for word in text.words)


def test_a_page_of_one_column_has_no_second_order() -> None:
    text = page((0, [("x" * 40, 10)]), (16, [("y" * 40, 10)]))
    assert column_order(text.words) is None


def test_labels_stay_out_of_repr() -> None:
    text = page((0, [("Secretlabel", 10)]), (20, [("abcdef", 10)]))
    assert "Secretlabel" not in repr(pairs(text))


def test_a_heading_reaches_over_a_drawn_line() -> None:
    text = page(
        (0, [("select name, token, owner from integrations", 10)]),
        (20, [("name", 30), ("token", 220), ("owner", 420)]),
        (40, [("+-", 30)]),
        (60, [("crm", 30), ("abcdefgh", 200), ("lena", 420)]),
        (80, [("mailer", 30), ("ijklmnop", 200), ("jonas", 420)]),
    )
    assert {("token", "abcdefgh"), ("token", "ijklmnop")} <= named(text, "below")


def test_lines_of_a_terminal_are_no_table() -> None:
    text = page(
        (0, [("env", 10), ("grep key", 120)]), (20, [("first line", 10)]), (40, [("second line", 120)])
    )
    assert ("grep key", "second line") not in named(text, "below")
