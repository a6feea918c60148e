"""What the text widget shows leads back to the right code points of the file."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor, QTextDocument

from app.gui import text_layout
from app.gui.text_layout import Extent, lay_out, split

AWKWARD = "ab\t\r\n\x00\x1e\x7f\u2028\u2029\u202e\u2066\ufdd0\ufffe\ud800\u00e9\U0001f600"


def shown_as(character: str) -> str:
    part = lay_out(character, Extent(0, 1, 1))
    return part.shown


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet=st.sampled_from(AWKWARD), max_size=120))
def test_offsets_and_positions_agree_with_the_widget(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_layout, "PART_LENGTH", 40)
        patch.setattr(text_layout, "ROW_LENGTH", 7)
        extents = split(text)
        assert (extents[0].start, extents[-1].end) == (0, len(text))
        assert all(a.end == b.start for a, b in pairwise(extents))
        for extent in extents:
            part = lay_out(text, extent)
            document = QTextDocument()
            document.setPlainText(part.shown)
            assert document.toPlainText() == part.shown
            assert document.blockCount() == len(part.rows)
            for offset in range(extent.start, extent.end):
                if text[offset] in "\r\n":
                    continue
                start, end = part.position(offset), part.position(offset + 1)
                cursor = QTextCursor(document)
                cursor.setPosition(start)
                cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
                assert cursor.selectedText().replace("\u2029", "") == shown_as(text[offset])
                assert part.offset(start) == offset


def test_lines_are_numbered_once_however_often_they_wrap() -> None:
    text = "one\r\n" + "x" * (2 * text_layout.ROW_LENGTH + 5) + "\nthree"
    part = lay_out(text, split(text)[0])
    assert part.rows == (1, 2, None, None, 3)


def test_numbers_go_on_in_the_next_part() -> None:
    text = "line\n" * 100_000
    extents = split(text)
    assert len(extents) > 1
    last = lay_out(text, extents[-1])
    assert last.rows[0] == text.count("\n", 0, extents[-1].start) + 1


def test_a_line_of_megabytes_makes_short_rows_and_several_parts() -> None:
    text = "{" + '"k":1,' * 400_000
    extents = split(text)
    assert max(e.end - e.start for e in extents) <= text_layout.PART_LENGTH * 1.25 + 1
    part = lay_out(text, extents[1])
    assert max(map(len, part.shown.split("\n"))) <= text_layout.ROW_LENGTH
    assert set(part.rows) == {None}


def test_places_beyond_the_part_are_clamped() -> None:
    part = lay_out("abc", Extent(0, 3, 1))
    assert part.position(99) == 3
    assert part.offset(99) == 3


def test_nothing_shown_can_turn_the_reading_direction() -> None:
    assert shown_as("\u202e") == "\ufffd"
