"""Text documents in the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from app.model import PlainText
from app.places import TextSpan
from tests.gui.conftest import Stand
from tests.support.gui import Script, finding

Make = Callable[..., Stand]


TEXT = "# \U0001f600 settings\r\nkey = abcdefgh\r\nother = 1\r\n"
SPAN = TextSpan(TEXT.index("abcdefgh"), TEXT.index("abcdefgh") + 8, 2, 7)
TEXT_SCRIPT = {"a.env": Script((finding(1, SPAN),), pages=(PlainText(TEXT),), format="text")}


def test_text_is_highlighted_at_the_right_characters(stand: Make) -> None:
    made = stand(TEXT_SCRIPT)
    made.add("a.env")
    view = made.window.view.text
    assert view.isVisible()
    (selection,) = view.extraSelections()
    assert selection.cursor.selectedText() == "abcdefgh"  # type: ignore[attr-defined]
    made.qtbot.mouseClick(
        view.viewport(),
        Qt.MouseButton.LeftButton,
        pos=view.cursorRect(selection.cursor).center(),  # type: ignore[attr-defined]
    )
    assert made.window.selection.target == "f1"


def test_selected_text_is_covered_as_code_points_of_the_file(stand: Make) -> None:
    made = stand(TEXT_SCRIPT)
    made.add("a.env")
    view = made.window.view.text
    cursor = view.textCursor()
    at = view.toPlainText().index("other")
    shift = len(view.toPlainText()[:at].encode("utf-16-le")) // 2
    cursor.setPosition(shift)
    cursor.setPosition(shift + 5, cursor.MoveMode.KeepAnchor)
    view.setTextCursor(cursor)
    assert made.window.actions_["cover_text"].isEnabled()
    made.qtbot.keyClick(made.window, Qt.Key.Key_C)
    place = made.document.decisions.marks[0].place
    assert isinstance(place, TextSpan)
    assert TEXT[place.start : place.end] == "other"
    assert (place.line, place.column) == (3, 1)


def test_a_long_text_is_shown_in_parts_and_findings_open_theirs(stand: Make) -> None:
    text = "filler line\n" * 50_000 + "key = abcdefgh\n"
    at = text.index("abcdefgh")
    script = Script((finding(1, TextSpan(at, at + 8, 50_001, 7)),), pages=(PlainText(text),), format="text")
    made = stand({"big.log": script})
    made.add("big.log")
    assert made.window.view.pages > 2
    assert made.window.view.page == 1
    made.qtbot.keyClick(made.window, Qt.Key.Key_J)
    assert made.window.view.page == made.window.view.pages
    assert made.window.view.text.textCursor().block().text() == "key = abcdefgh"
