"""Pages, zoom, and the page before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app.messages import Finished, PreviewTask
from app.model import ErrorInfo, Scan
from app.options import Settings
from tests.gui.conftest import Stand
from tests.gui.events import SCRIPTS, shade
from tests.support.gui import Script, finding, picture, report

Make = Callable[..., Stand]


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


def test_another_style_of_covers_is_shown_at_once(stand: Make) -> None:
    made = stand({"shot.png": Script((finding(1),), pages=(picture(),))})
    made.add("shot.png")
    made.window.view.set_after(True)
    made.settle()
    made.window.session.use(Settings(cover="background", cover_labels=True))
    made.settle()
    plans = [task.plan for task in made.fake.pool.tasks.values() if isinstance(task, PreviewTask)]
    styles = [(plan.style.colour, plan.style.labels) for plan in plans if plan is not None]
    assert styles == [("black", False), ("background", True)]


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
