"""What comes into the window, and reading it, under real events."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import (
    QLineEdit,
    QWidget,
)

from app.gui.documents import Stage
from app.messages import Found, PageShown, Progress, ScanTask
from app.model import ErrorInfo
from app.options import Settings
from tests.gui.conftest import Stand
from tests.gui.events import SCRIPTS, TWO, drop, files, rows
from tests.support.gui import Script, picture, random_value

Make = Callable[..., Stand]


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
