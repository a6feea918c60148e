"""Every command of the window in one table: its words, icon, keys and hint."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from app.gui.theme import Theme


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the table.

    Attributes:
        keys: shortcuts in Qt's portable notation; the first is shown.
        local: the keys work only where the action was added, because they mean something else elsewhere.
    """

    name: str
    text: str
    hint: str
    icon: str = ""
    keys: tuple[str, ...] = ()
    checkable: bool = False
    local: bool = False


TABLE: Final = (
    Command("open", "&Open files…", "Choose files to examine", "file-plus", ("Ctrl+O",)),
    Command(
        "open_folder", "Open &folder…", "Examine every file in a folder", "folder-open", ("Ctrl+Shift+O",)
    ),
    Command("paste", "&Paste", "Paste a picture, text or files", "clipboard-paste", ("Ctrl+V",)),
    Command("save", "&Save copy…", "Write a verified redacted copy", "save", ("Ctrl+S",)),
    Command(
        "save_all",
        "Save &all…",
        "Write verified copies of all files to a folder",
        "save-all",
        ("Ctrl+Shift+S",),
    ),
    Command(
        "copy",
        "&Copy redacted",
        "Verify the redacted page and put it on the clipboard",
        "copy-check",
        ("Ctrl+Shift+C",),
    ),
    Command("retry", "Examine a&gain", "Read the file once more", "refresh-cw", ("F5",)),
    Command("cancel", "&Cancel", "Stop working on the selected files", "ban"),
    Command("cancel_all", "Cancel a&ll", "Stop working on all files", "ban"),
    Command(
        "remove",
        "&Remove from list",
        "Take the file off the list; the file itself stays",
        "x",
        ("Del",),
        local=True,
    ),
    Command("remove_all", "Remove all", "Empty the list; the files themselves stay", "trash-2"),
    Command("quit", "&Quit", "Close Sharesafe", "", ("Ctrl+Q",)),
    Command("undo", "&Undo", "Take back the last decision", "undo-2", ("Ctrl+Z",)),
    Command("redo", "&Redo", "Decide again what was taken back", "redo-2", ("Ctrl+Shift+Z", "Ctrl+Y")),
    Command(
        "toggle",
        "Cover or &leave",
        "Cover the selected finding, or leave it readable",
        "",
        ("Space",),
        local=True,
    ),
    Command(
        "delete_mark", "&Delete area", "Remove the selected area of your own", "trash-2", ("Del",), local=True
    ),
    Command("cover_text", "Cover selected &text", "Cover the text you selected", "square-dashed", ("C",)),
    Command(
        "draw",
        "Cover an &area",
        "Draw an area to cover; without this tool, hold Shift while dragging",
        "square-dashed-mouse-pointer",
        ("D",),
        checkable=True,
    ),
    Command(
        "after",
        "&After",
        "Show the page as the copy will have it; hold the key for a quick look",
        "eye",
        ("P",),
        checkable=True,
    ),
    Command("next_finding", "&Next finding", "Go to the next finding", "", ("J",)),
    Command("previous_finding", "Pre&vious finding", "Go to the previous finding", "", ("K",)),
    Command("next_page", "Next pa&ge", "Go to the next page", "chevron-right", ("PgDown",)),
    Command("previous_page", "Previous page", "Go to the previous page", "chevron-left", ("PgUp",)),
    Command("zoom_in", "Zoom &in", "Make the page larger", "zoom-in", ("+", "=", "Ctrl++", "Ctrl+=")),
    Command("zoom_out", "Zoom &out", "Make the page smaller", "zoom-out", ("-", "Ctrl+-")),
    Command("zoom_fit", "&Fit", "Show the whole page", "maximize", ("0", "Ctrl+0")),
    Command(
        "zoom_life", "&Actual size", "One pixel of the picture on one of the screen", "", ("1", "Ctrl+1")
    ),
    Command("escape", "Leave", "Leave the tool or the selection", "", ("Esc",)),
    Command("preferences", "&Preferences…", "Change how files are examined", "settings-2", ("Ctrl+,",)),
    Command(
        "limits",
        "&What it can and cannot find",
        "Read what to expect, on one page",
        "circle-question-mark",
        ("F1",),
    ),
    Command("about", "&About Sharesafe", "Version and licences", "info"),
)


class Actions(QObject):
    """The table's commands as actions, by name."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._actions: dict[str, QAction] = {}
        for command in TABLE:
            action = QAction(command.text, window)
            action.setShortcuts([QKeySequence(key) for key in command.keys])
            action.setCheckable(command.checkable)
            action.setAutoRepeat(command.name not in {"after", "draw", "save", "save_all", "copy"})
            shown = (
                QKeySequence(command.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
                if command.keys
                else ""
            )
            action.setToolTip(f"{command.hint} ({shown})" if shown else command.hint)
            action.setStatusTip("")
            if command.local:
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            else:
                window.addAction(action)
            self._actions[command.name] = action
        theme.changed.connect(self._draw_icons)
        self._draw_icons()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def _draw_icons(self) -> None:
        for command in TABLE:
            if command.icon:
                self._actions[command.name].setIcon(self._theme.icon(command.icon))


class HoldToPeek(QObject):
    """Unchecks an action when its key was held rather than tapped: press to look, let go to return."""

    HELD_S: Final = 0.35

    def __init__(self, action: QAction, key: Qt.Key, window: QWidget) -> None:
        super().__init__(window)
        self._action = action
        self._key = key
        self._since = 0.0
        action.toggled.connect(self._toggled)

    def _toggled(self, checked: bool) -> None:
        self._since = time.monotonic() if checked else 0.0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if (
            event.type() is QEvent.Type.KeyRelease
            and isinstance(event, QKeyEvent)
            and event.key() == self._key
            and not event.isAutoRepeat()
            and self._since
            and time.monotonic() - self._since > self.HELD_S
        ):
            self._action.setChecked(False)
        return False
