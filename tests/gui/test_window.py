"""The window under real events: what comes in, what is decided, what the keys do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QHelpEvent, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QLabel,
    QLineEdit,
    QToolTip,
    QWidget,
)

from app.gui.documents import Handling, Stage
from app.gui.findings_model import ROW, FindingRow, Heading, MarkRow, UnreadRow
from app.gui.findings_view import FindingsDelegate
from app.messages import Finished, Found, PageShown, PreviewTask, Progress, ScanTask
from app.model import ErrorInfo, NotRead, PlainText, Scan, TextSpan, Unit
from app.options import Settings
from detectors.model import Confidence, Severity
from tests.gui.conftest import Stand
from tests.support.gui import Script, area, finding, picture, random_value, report

Make = Callable[..., Stand]
TWO = (
    finding(1, area(1, 40, 40), title="First key"),
    finding(2, area(1, 40, 200), title="Second key", severity=Severity.LOW),
)
SCRIPTS = {
    "shot.png": Script(TWO, pages=(picture(),)),
    "clean.png": Script(pages=(picture(),)),
    "book.pdf": Script(
        (finding(1, area(3, 40, 40)),),
        pages=(replace(picture(), scale=2.0),) * 3,
        format="pdf",
    ),
}


def drop(stand: Stand, mime: QMimeData) -> None:
    window = stand.window
    where = QPointF(window.rect().center())
    enter = QDragEnterEvent(
        where.toPoint(),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    event = QDropEvent(
        where,
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, event)


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def on_page(stand: Stand, x: float, y: float) -> QPoint:
    return stand.window.view.picture.mapFromScene(QPointF(x, y))


def drag(stand: Stand, start: QPoint, end: QPoint, *modifiers: Qt.KeyboardModifier) -> None:
    port = stand.window.view.picture.viewport()
    modifier = modifiers[0] if modifiers else Qt.KeyboardModifier.NoModifier
    stand.qtbot.mousePress(port, Qt.MouseButton.LeftButton, modifier, start)
    stand.qtbot.mouseMove(port, end)
    stand.qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, modifier, end)


def shade(stand: Stand, x: int, y: int) -> int:
    """Red value of a pixel of the page on show."""
    page = stand.window.view.picture._page
    assert page is not None
    return page._levels[0].pixelColor(x, y).red()


def rows(stand: Stand) -> list[object]:
    model = stand.window.findings.view.model()
    return [model.index(n, 0).data(ROW) for n in range(model.rowCount())]


# --- what comes in ---


def test_the_empty_window_says_how_to_begin(stand: Make) -> None:
    made = stand()
    assert made.window.empty.isVisible()
    assert not made.window.bar.isVisible()
    assert not made.window.actions_["save"].isEnabled()
    assert made.fake.pools == [], "no worker starts before there is work"


def test_dropped_files_and_folders_are_examined(stand: Make, tmp_path: Path) -> None:
    folder = tmp_path / "tickets"
    (folder / "old").mkdir(parents=True)
    for name in ("shot.png", "old/clean.png"):
        (folder / name).write_bytes(b"x")
    made = stand(SCRIPTS)
    drop(made, files(folder))
    made.qtbot.waitUntil(lambda: len(made.window.session.documents) == 2)
    made.settle()
    stages = {d.input.relative.as_posix(): d.stage for d in made.window.session.documents}
    assert stages == {"shot.png": Stage.FINDINGS, "old/clean.png": Stage.CLEAN}
    assert not made.window.empty.isVisible()


def test_the_window_takes_drops_wherever_they_fall(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    takers = [widget for widget in made.window.findChildren(QWidget) if widget.acceptDrops()]
    assert [widget for widget in takers if not isinstance(widget, QLineEdit)] == []


def test_the_same_file_is_added_once(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    made.add("shot.png")
    assert len(made.window.session.documents) == 1


def test_a_folder_without_files_is_told(stand: Make, tmp_path: Path) -> None:
    made = stand()
    drop(made, files(tmp_path))
    made.qtbot.waitUntil(lambda: made.answers.told == ["Nothing was added"])


def test_what_is_not_on_this_computer_is_refused_by_name(stand: Make) -> None:
    made = stand()
    mime = QMimeData()
    mime.setUrls([QUrl("https://tracker.example/shot.png")])
    drop(made, mime)
    assert made.answers.told == ["Only files on this computer"]
    assert len(made.window.session.documents) == 0


def test_unsupported_files_stay_in_the_list_with_their_reason(stand: Make) -> None:
    error = ErrorInfo("unsupported", "This kind of file is not supported.", "Export it as PDF.", 3)
    made = stand({"draft.psd": Script(error=error)})
    made.add("draft.psd")
    assert made.document.stage is Stage.FAILED
    index = made.window.queue.view.model().index(0, 0)
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "draft.psd, This kind of file is not supported."
    assert not made.window.actions_["save"].isEnabled()


def test_a_pasted_picture_is_examined_and_shown(stand: Make) -> None:
    made = stand({"Pasted picture 1.png": SCRIPTS["shot.png"]})
    image = QImage(30, 20, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    QGuiApplication.clipboard().setImage(image)
    made.qtbot.keyClick(made.window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    made.settle()
    assert made.document.name == "Pasted picture 1.png"
    assert made.document.input.data is not None
    assert made.document.stage is Stage.FINDINGS


def test_pasting_nothing_is_told(stand: Make) -> None:
    made = stand()
    QGuiApplication.clipboard().clear()
    made.window.actions_["paste"].trigger()
    assert made.answers.told == ["Nothing to paste"]


def test_a_newly_pasted_thing_comes_to_the_front(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    QGuiApplication.clipboard().setText("token")
    made.window.actions_["paste"].trigger()
    made.settle()
    assert made.document.name == "Pasted text 1.txt"


# --- reading ---


def test_page_and_findings_show_while_reading_goes_on(stand: Make) -> None:
    made = stand(SCRIPTS, hold=True)
    made.add("shot.png")
    made.fake.pool.emit(PageShown(1, 1, picture()), Found(1, TWO[:1]), Progress(1, 0.4, "Reading page 1"))
    made.qtbot.waitUntil(lambda: len(rows(made)) == 2)
    assert made.window.view.picture.isVisible()
    assert made.document.stage is Stage.READING
    assert len(made.window.view.picture._regions) == 1
    assert not made.window.actions_["save"].isEnabled(), "nothing is saved before reading ended"


def test_only_as_many_files_as_jobs_are_with_the_pool(stand: Make) -> None:
    made = stand(SCRIPTS, hold=True)
    made.add(*(f"{n}.png" for n in range(6)))
    assert len(made.fake.pool.tasks) == Settings().jobs
    made.fake.pool.release(1)
    made.qtbot.waitUntil(lambda: len(made.fake.pool.tasks) == Settings().jobs + 1)


def test_cancelling_one_and_all(stand: Make) -> None:
    made = stand(SCRIPTS, hold=True)
    made.add("a.png", "b.png", "c.png", "d.png")
    made.window.actions_["cancel"].trigger()
    stages = [d.stage for d in made.window.session.documents]
    assert stages == [Stage.CANCELLED, Stage.READING, Stage.READING, Stage.WAITING]
    made.window.actions_["cancel_all"].trigger()
    assert {d.stage for d in made.window.session.documents} == {Stage.CANCELLED}
    assert sorted(made.fake.pool.cancelled) == [1, 2, 3]
    made.qtbot.wait(80)  # late answers of the pool change nothing
    assert {d.stage for d in made.window.session.documents} == {Stage.CANCELLED}


def test_removing_with_the_keyboard(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png", "clean.png")
    view = made.window.queue.view
    view.setFocus()
    made.qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert [d.name for d in made.window.session.documents] == ["clean.png"]
    assert made.document.name == "clean.png"
    made.qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert made.window.empty.isVisible()


def test_a_failed_file_can_be_examined_again(stand: Make) -> None:
    made = stand({"shot.png": Script(error=ErrorInfo("unreadable", "Damaged.", "Again.", 3))})
    made.add("shot.png")
    made.fake.scripts["shot.png"] = SCRIPTS["shot.png"]
    made.window.view.retry_wanted.emit()
    made.settle()
    assert made.document.stage is Stage.FINDINGS
    assert made.window.view.picture.isVisible()


def test_a_password_is_asked_for_and_passed_on(stand: Make) -> None:
    locked = ErrorInfo("password-needed", "The document is encrypted.", "Enter its password.", 3)
    made = stand({"book.pdf": Script(error=locked)})
    made.answers.secret = random_value(12)
    made.add("book.pdf")
    made.window.view.password_wanted.emit()
    made.settle()
    task = made.fake.pool.tasks[2]
    assert isinstance(task, ScanTask)
    assert task.input.password == made.answers.secret
    assert made.answers.secret not in repr(made.document)


# --- decisions ---


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


# --- text ---


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


# --- pages and zoom ---


def test_pages_are_turned_by_keys_spin_box_and_selection(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("book.pdf")
    assert made.window.view.pages == 3
    made.qtbot.keyClick(made.window, Qt.Key.Key_PageDown)
    assert (made.window.view.page, made.window.bar.page.value()) == (2, 2)
    made.window.bar.page.setValue(1)
    assert made.window.view.page == 1
    assert not made.window.actions_["previous_page"].isEnabled()
    made.qtbot.keyClick(made.window, Qt.Key.Key_J)
    assert made.window.view.page == 3
    assert len(made.window.view.picture._regions) == 1


def test_a_page_that_is_not_at_hand_is_fetched(stand: Make) -> None:
    script = SCRIPTS["book.pdf"]
    made = stand({"book.pdf": replace(script, pages=script.pages[:1])})
    made.add("book.pdf")
    document = made.document
    assert document.scan is not None
    document.scan = replace(document.scan, report=replace(document.scan.report, pages=3))
    made.window.view.go_to(3)
    made.qtbot.waitUntil(lambda: made.window.view.picture._size == (64, 48))
    task = made.fake.pool.tasks[2]
    assert isinstance(task, PreviewTask)
    assert (task.page, task.plan) == (3, None)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [("+", 1.25), ("-", 0.8), ("+0", 1.0), ("++1", 1.0)],
)
def test_zoom_keys(stand: Make, keys: str, expected: float) -> None:
    made = stand({"shot.png": Script(pages=(picture(300, 200),))})
    made.add("shot.png")
    for key in keys:
        made.qtbot.keyClicks(made.window, key)
    assert made.window.view.picture.zoom == pytest.approx(expected)


def test_typing_a_page_number_does_not_zoom(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("book.pdf")
    zoom = made.window.view.picture.zoom
    made.window.bar.page.setFocus()
    made.window.bar.page.selectAll()
    made.qtbot.keyClicks(made.window.bar.page, "3")
    made.qtbot.keyClick(made.window.bar.page, Qt.Key.Key_Return)
    assert made.window.view.page == 3
    assert made.window.view.picture.zoom == pytest.approx(zoom)


# --- before and after ---


def test_after_shows_what_the_plan_makes_of_the_page(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    made.window.selection.pick("f2")
    made.window.findings.view.toggle_current()
    made.qtbot.keyClick(made.window, Qt.Key.Key_P)
    made.qtbot.waitUntil(lambda: len(made.fake.pool.tasks) == 2)
    task = made.fake.pool.tasks[2]
    assert isinstance(task, PreviewTask)
    assert task.plan is not None
    assert [item.finding_id for item in task.plan.items] == ["f1"]
    made.qtbot.waitUntil(lambda: shade(made, 60, 50) == 0)
    assert shade(made, 60, 210) > 200, "what is left readable stays"
    page = made.window.view.picture
    assert page._regions == [], "the page is shown exactly as it will be"
    made.qtbot.keyClick(made.window, Qt.Key.Key_Escape)
    assert not made.window.view.after
    assert len(page._regions) == 2


def test_holding_the_key_is_a_quick_look(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    handle = made.window.windowHandle()
    made.window.queue.view.setFocus()
    made.qtbot.keyPress(handle, Qt.Key.Key_P)
    assert made.window.view.after
    made.qtbot.wait(450)
    made.qtbot.keyRelease(handle, Qt.Key.Key_P)
    assert not made.window.view.after
    made.qtbot.keyClick(handle, Qt.Key.Key_P)
    assert made.window.view.after, "a tap keeps it"


def test_a_page_that_cannot_be_shown_says_so(stand: Make) -> None:
    made = stand(SCRIPTS, hold=True)
    made.add("shot.png")
    made.fake.pool.release(1)
    made.settle()
    made.window.actions_["after"].trigger()
    error = ErrorInfo("source-changed", "The file changed.", "Examine it again.", 3)
    made.fake.pool.emit(Finished(2, Scan(report(made.document.input, error=error), {})))
    made.qtbot.waitUntil(lambda: "cannot be shown" in made.window.view._strip._note.text())


# --- parts that were not examined ---

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


# --- access ---


def test_every_control_has_a_name_and_every_command_a_hint(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    made.window.selection.pick("f1")
    for kind in (QAbstractButton, QAbstractSpinBox):
        for control in made.window.findChildren(kind):
            if control.isVisible() and not control.objectName().startswith("qt_"):
                assert control.accessibleName() or getattr(control, "text", str)(), control
                assert control.toolTip(), control
    window = made.window
    for view in (window.queue.view, window.findings.view, window.view.picture, window.view.text):
        assert view.accessibleName()


def test_shortcuts_stand_in_the_hints(stand: Make) -> None:
    actions = stand().window.actions_
    for name, keys in {"open": "Ctrl+O", "paste": "Ctrl+V", "save": "Ctrl+S", "copy": "Ctrl+Shift+C"}.items():
        assert f"({keys})" in actions[name].toolTip()


def test_the_keyboard_goes_from_queue_to_page_to_findings(stand: Make) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    window = made.window
    window.queue.view.setFocus()
    order = []
    for _ in range(40):
        made.qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        for name, widget in (("page", window.view.picture), ("findings", window.findings.view)):
            if focus is widget and name not in order:
                order.append(name)
    assert order == ["page", "findings"]


# --- settings ---


def test_a_lower_threshold_covers_more_at_once(stand: Make) -> None:
    unsure = finding(1, confidence=Confidence.LOW)
    made = stand({"shot.png": Script((unsure,), pages=(picture(),))})
    made.add("shot.png")
    assert made.document.cover.leave == {"f1"}
    made.answers.settings = replace(Settings(), min_confidence="low")
    made.window.actions_["preferences"].trigger()
    assert made.document.cover.leave == frozenset()


def test_only_geometry_and_options_are_remembered(stand: Make, tmp_path: Path) -> None:
    made = stand(SCRIPTS)
    made.add("shot.png")
    made.window.close()
    made.window._store.sync()
    keys = set(made.window._store.allKeys())
    assert keys == {"window/geometry", "window/splitter"}
    assert made.fake.pool.closed
