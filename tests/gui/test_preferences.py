"""The options table becomes a dialog; stored values survive a restart, bad ones do not."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from app.gui.preferences import PreferencesDialog, keep, load
from app.options import Settings

CHANGED = replace(Settings(), min_confidence="low", jobs=5, second_reader=False)


def test_options_survive_a_restart(tmp_path: Path) -> None:
    file = str(tmp_path / "settings.ini")
    store = QSettings(file, QSettings.Format.IniFormat)
    keep(store, CHANGED)
    store.sync()
    assert load(QSettings(file, QSettings.Format.IniFormat)) == CHANGED


def test_defaults_are_not_stored(store: QSettings) -> None:
    keep(store, CHANGED)
    keep(store, Settings())
    assert store.allKeys() == []


def test_values_that_are_no_longer_allowed_fall_back(store: QSettings) -> None:
    store.setValue("options/jobs", "900000")
    store.setValue("options/min_confidence", "utter")
    store.setValue("options/timeout", "not a number")
    store.setValue("options/max_pages", "50")
    assert load(store) == replace(Settings(), max_pages=50)


def test_the_dialog_shows_every_option_with_its_help(qtbot: QtBot) -> None:
    dialog = PreferencesDialog(CHANGED)
    qtbot.addWidget(dialog)
    assert dialog.settings == CHANGED
    assert set(dialog._editors) == {row.name for row in fields(Settings)}
    for row in fields(Settings):
        assert dialog._editors[row.name].accessibleDescription() == row.metadata["option"].help


def test_defaults_can_be_restored(qtbot: QtBot) -> None:
    dialog = PreferencesDialog(CHANGED)
    qtbot.addWidget(dialog)
    dialog._restore()
    assert dialog.settings == Settings()
