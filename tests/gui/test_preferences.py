"""The options table becomes a dialog; stored values survive a restart, bad ones do not."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.gui.files_edit import FilesEdit
from app.gui.preferences import PreferencesDialog, keep, load
from app.options import Settings

CHANGED = replace(
    Settings(),
    min_confidence="low",
    jobs=5,
    second_reader=False,
    rules=("/a/rules; 1.toml", "/b/gitleaks.toml"),
    baseline="/c/base.json",
)


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
    store.setValue("options/rules", "not a list")
    store.setValue("options/words", "[1]")
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


@pytest.mark.parametrize(("several", "expected"), [(True, ("old.toml", "/new.toml")), (False, "/new.toml")])
def test_files_are_chosen(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, several: bool, expected: object
) -> None:
    edit = FilesEdit(several=several)
    qtbot.addWidget(edit)
    assert not edit.value()
    edit.show_names(("old.toml", " "))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([], ""))
    edit._choose()
    assert edit.value() == (("old.toml",) if several else "old.toml")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: (["/new.toml"], ""))
    edit._choose()
    assert edit.value() == expected
