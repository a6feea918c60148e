"""Decisions about findings, own areas and unread parts, under real events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QToolTip,
)

from app.gui.documents import Handling, Stage
from app.gui.findings_model import ROW, FindingRow, Heading, MarkRow, UnreadRow
from app.gui.findings_view import FindingsDelegate
from app.messages import PageShown
from app.model import NotRead
from app.places import TextSpan, Unit
from tests.gui.conftest import Stand
from tests.gui.events import SCRIPTS, drag, on_page, rows
from tests.support.gui import area, picture

Make = Callable[..., Stand]


def test_region_and_row_are_selected_together(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    port = made.window.view.picture.viewport()
    made.qtbot.mouseClick(port, Qt.MouseButton.LeftButton, pos=on_page(made, 60, 210))
    assert made.window.selection.target == "f2"
    current = made.window.findings.view.currentIndex().data(ROW)
    assert isinstance(current, FindingRow)
    assert current.finding.id == "f2"
    made.window.findings.view.step(-1)
    assert made.window.selection.target == "f1"
    assert [i.region.target for i in made.window.view.picture._regions if i.selected] == ["f1"]
    made.qtbot.mouseClick(port, Qt.MouseButton.LeftButton, pos=on_page(made, 600, 390))
    assert made.window.selection.target is None


def test_space_leaves_a_finding_readable_and_covers_it_again(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    view = made.window.findings.view
    made.qtbot.keyClick(made.window, Qt.Key.Key_J)
    view.setFocus()
    made.qtbot.keyClick(view, Qt.Key.Key_Space)
    first = made.document.findings[0]
    assert made.document.handling(first) is Handling.LEFT
    assert [i.region.covered for i in made.window.view.picture._regions] == [False, True]
    made.qtbot.keyClick(view, Qt.Key.Key_Space)
    assert made.document.handling(first) is Handling.COVERED


def test_space_works_on_the_page_too(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    made.window.selection.pick("f1")
    made.window.view.picture.setFocus()
    made.qtbot.keyClick(made.window.view.picture, Qt.Key.Key_Space)
    assert made.document.cover.leave == {"f1"}


def test_a_click_on_the_check_box_decides(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    view = made.window.findings.view
    index = view.model().index(1, 0)
    delegate = view.itemDelegate()
    assert isinstance(delegate, FindingsDelegate)
    box = delegate.check_box(view.visualRect(index))
    made.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert made.document.cover.leave == {"f1"}


def test_undo_and_redo(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    made.window.findings._all.click()
    assert made.document.cover.leave == {"f1", "f2"}
    made.qtbot.keyClick(made.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert made.document.cover.leave == frozenset()
    made.qtbot.keyClick(made.window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert made.document.cover.leave == {"f1", "f2"}


def test_an_area_is_drawn_with_the_mouse_and_deleted_with_del(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    made.qtbot.keyClick(made.window, Qt.Key.Key_D)
    drag(made, on_page(made, 300, 100), on_page(made, 420, 160))
    (mark,) = made.document.decisions.marks
    (box,) = mark.place.boxes  # type: ignore[union-attr]
    expected = (300, 100, 420, 160)
    actual = (box.left, box.top, box.right, box.bottom)
    assert all(abs(a - b) <= 3 for a, b in zip(actual, expected, strict=True)), actual
    assert any(isinstance(row, MarkRow) for row in rows(made))
    page = made.window.view.picture
    page.setFocus()
    made.qtbot.keyClick(page, Qt.Key.Key_Delete)
    assert made.document.decisions.marks == ()


def test_shift_draws_without_the_tool_and_a_plain_drag_moves_the_page(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    drag(made, on_page(made, 300, 100), on_page(made, 420, 160))
    assert made.document.decisions.marks == ()
    shift = Qt.KeyboardModifier.ShiftModifier
    drag(made, on_page(made, 300, 100), on_page(made, 420, 160), shift)
    assert len(made.document.decisions.marks) == 1


def test_areas_on_pdf_pages_are_in_points(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("book.pdf")
    made.window.view.go_to(2)
    shift = Qt.KeyboardModifier.ShiftModifier
    drag(made, on_page(made, 300, 100), on_page(made, 420, 160), shift)
    place = made.document.decisions.marks[0].place
    assert not isinstance(place, TextSpan)
    assert (place.page, place.unit) == (2, Unit.POINT)
    assert abs(place.boxes[0].left - 150) <= 2


def test_escape_gives_up_drawing_then_the_tool_then_the_selection(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    made.window.selection.pick("f1")
    made.window.actions_["draw"].trigger()
    port = made.window.view.picture.viewport()
    made.qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=on_page(made, 300, 100))
    made.qtbot.mouseMove(port, on_page(made, 400, 150))
    made.qtbot.keyClick(made.window, Qt.Key.Key_Escape)
    made.qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=on_page(made, 400, 150))
    assert made.document.decisions.marks == ()
    assert made.window.actions_["draw"].isChecked()
    made.qtbot.keyClick(made.window, Qt.Key.Key_Escape)
    assert not made.window.actions_["draw"].isChecked()
    assert made.window.selection.target == "f1"
    made.qtbot.keyClick(made.window, Qt.Key.Key_Escape)
    assert made.window.selection.target is None


def test_nothing_can_be_drawn_before_reading_ended(stand: Make) -> None:
    made = stand(SCRIPTS, hold=True)
    made.add("shot.png")
    made.fake.pool.emit(PageShown(1, 1, picture()))
    made.qtbot.waitUntil(made.window.view.picture.isVisible)
    shift = Qt.KeyboardModifier.ShiftModifier
    drag(made, on_page(made, 300, 100), on_page(made, 420, 160), shift)
    assert made.document.decisions.marks == ()


def test_the_tooltip_tells_the_reason_and_never_the_value(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    view = made.window.view.picture
    where = on_page(made, 60, 50)
    event = QHelpEvent(QEvent.Type.ToolTip, where, view.viewport().mapToGlobal(where))
    QApplication.sendEvent(view.viewport(), event)
    text = QToolTip.text()
    assert "First key" in text
    assert "prefix key_" in text
    scan = made.document.scan
    assert scan is not None
    assert all(value.reveal() not in text for value in scan.values.values())


def test_values_are_nowhere_in_the_lists(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    made.window.selection.pick("f1")
    scan = made.document.scan
    assert scan is not None
    model = made.window.findings.view.model()
    said = [
        str(model.index(row, 0).data(role))
        for row in range(model.rowCount())
        for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, ROW)
    ]
    said += [label.text() for label in made.window.findings.details.findChildren(QLabel)]
    for value in scan.values.values():
        assert not any(value.reveal() in text for text in said)


GAPS = (
    NotRead("Page 1, bottom", "Too blurred.", "Look at it yourself.", area(1, 20, 300, 600, 80)),
    NotRead("Frame 2", "Only the first frame is examined.", "Export it on its own."),
)


def test_unread_parts_stand_first_and_are_ticked_by_a_person(stand: Make) -> None:
    made = stand({"shot.png": replace(SCRIPTS["shot.png"], not_read=GAPS)})
    made.add("shot.png")
    kinds = [type(row) for row in rows(made)]
    assert kinds == [Heading, UnreadRow, UnreadRow, Heading, FindingRow, FindingRow]
    assert made.document.stage is Stage.INCOMPLETE
    view = made.window.findings.view
    view.setFocus()
    for _ in range(2):
        made.qtbot.keyClick(made.window, Qt.Key.Key_J)
        made.qtbot.keyClick(view, Qt.Key.Key_Space)
    assert made.document.fully_acknowledged
    regions = [item.region for item in made.window.view.picture._regions]
    assert sum(region.target is None for region in regions) == 1
