"""The options table as a dialog, and what the window remembers between runs: nothing about documents."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.gui.controls import label
from app.gui.files_edit import FilesEdit
from app.options import Option, Settings

GROUP = "options"


def load(store: QSettings) -> Settings:
    """The stored options; a value that is no longer allowed falls back to its default."""
    values: dict[str, Any] = {}
    for row in fields(Settings):
        default = getattr(Settings(), row.name)
        stored = store.value(f"{GROUP}/{row.name}")
        if stored is None:
            continue
        try:
            value: Any = _typed(stored, default)
            Settings(**{row.name: value})
        except ValueError:
            continue
        values[row.name] = value
    return Settings(**values)


def keep(store: QSettings, settings: Settings) -> None:
    """Stores the options that differ from their defaults."""
    defaults = Settings()
    for row in fields(Settings):
        value = getattr(settings, row.name)
        if value == getattr(defaults, row.name):
            store.remove(f"{GROUP}/{row.name}")
        else:
            stored = json.dumps(value) if isinstance(value, tuple) else str(value)
            store.setValue(f"{GROUP}/{row.name}", stored)


def _typed(stored: object, default: object) -> object:
    text = str(stored)
    if isinstance(default, bool):
        return text == "True"
    if isinstance(default, tuple):
        names = json.loads(text)
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ValueError("not a list of files")
        return tuple(names)
    return int(text) if isinstance(default, int) else text


class PreferencesDialog(QDialog):
    """One line per option, made from the table; ``settings`` holds the result."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self._editors: dict[str, QWidget] = {}
        content = QWidget()
        form = QFormLayout(content)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.setVerticalSpacing(6)
        for row in fields(Settings):
            option: Option = row.metadata["option"]
            value = getattr(settings, row.name)
            editor = _editor(option, value)
            editor.setAccessibleName(_caption(option))
            editor.setAccessibleDescription(option.help)
            self._editors[row.name] = editor
            form.addRow(label(_caption(option), heading=True), editor)
            form.addRow(label(option.help, muted=True, wrap=True))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(content)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok
            | QDialogButtonBox.StandardButton.Cancel
            | QDialogButtonBox.StandardButton.RestoreDefaults
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults).clicked.connect(self._restore)
        column = QVBoxLayout(self)
        column.addWidget(scroll)
        column.addWidget(buttons)
        self.resize(460, 560)

    @property
    def settings(self) -> Settings:
        values: dict[str, Any] = {name: _value(editor) for name, editor in self._editors.items()}
        return Settings(**values)

    def _restore(self) -> None:
        for name, editor in self._editors.items():
            _set(editor, getattr(Settings(), name))


def _caption(option: Option) -> str:
    return option.flag.removeprefix("--").replace("-", " ").capitalize()


def _editor(option: Option, value: object) -> QWidget:
    editor: QWidget
    if isinstance(value, bool):
        editor = QCheckBox("On")
    elif isinstance(value, int):
        editor = spin = QSpinBox()
        spin.setRange(option.minimum or 0, option.maximum or 2**31 - 1)
    elif isinstance(value, tuple):
        editor = FilesEdit(several=True)
    elif option.choices:
        editor = combo = QComboBox()
        combo.addItems(list(option.choices))
    else:
        editor = FilesEdit(several=False)
    _set(editor, value)
    return editor


def _set(editor: QWidget, value: object) -> None:
    if isinstance(editor, QCheckBox):
        editor.setChecked(bool(value))
    elif isinstance(editor, QSpinBox) and isinstance(value, int):
        editor.setValue(value)
    elif isinstance(editor, QComboBox):
        editor.setCurrentText(str(value))
    elif isinstance(editor, FilesEdit):
        editor.show_names(value if isinstance(value, tuple) else (str(value),))


def _value(editor: QWidget) -> object:
    if isinstance(editor, QCheckBox):
        return editor.isChecked()
    if isinstance(editor, QSpinBox):
        return editor.value()
    if isinstance(editor, FilesEdit):
        return editor.value()
    return editor.currentText() if isinstance(editor, QComboBox) else None
