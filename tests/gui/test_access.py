"""Names, hints and keys for everybody, and what is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
)

from app.options import Settings
from detectors.model import Confidence
from tests.gui.conftest import Stand
from tests.gui.events import SCRIPTS
from tests.support.gui import Script, finding, picture

Make = Callable[..., Stand]


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
