"""Puts the window together: panels, actions, tool bar, menus and status line. It decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import (
    QLabel,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.gui import preferences
from app.gui.actions import Actions, HoldToPeek
from app.gui.backend import Backend
from app.gui.banner import Banner
from app.gui.commands import Commands, may_save
from app.gui.controls import label
from app.gui.dialogs import Dialogs
from app.gui.document_view import DocumentView
from app.gui.empty_view import EmptyView
from app.gui.incoming import Pasteboard
from app.gui.panels import FindingsPanel, QueuePanel
from app.gui.saving import Saving
from app.gui.selection import Selection
from app.gui.session import Session
from app.gui.theme import Theme
from app.gui.tool_bar import ToolBar
from app.gui.wording import count_of

FIRST_SIZE = QSize(1280, 800)
MENUS = {
    "&File": ("open", "open_folder", "paste", "", "save", "save_all", "copy", "", "preferences", "quit"),
    "&Edit": (
        "undo",
        "redo",
        "",
        "toggle",
        "draw",
        "cover_text",
        "delete_mark",
        "",
        "next_finding",
        "previous_finding",
    ),
    "&View": ("after", "", "zoom_in", "zoom_out", "zoom_fit", "zoom_life", "", "next_page", "previous_page"),
    "&Queue": ("retry", "cancel", "cancel_all", "", "remove", "remove_all"),
    "&Help": ("limits", "about"),
}


class MainWindow(QMainWindow):
    """One window with one session."""

    def __init__(
        self, backend: Backend, theme: Theme, store: QSettings, dialogs: Dialogs | None = None
    ) -> None:
        super().__init__()
        self.setWindowTitle("Sharesafe")
        self.setAcceptDrops(True)
        self._store = store
        self.theme = theme
        self.session = Session(backend, preferences.load(store), self)
        self.selection = Selection(self)
        self.saving = Saving(self.session, self)
        self.actions_ = Actions(theme, self)
        self.empty = EmptyView(theme)
        self.view = DocumentView(self.session, self.selection, theme, self.actions_["after"])
        self.banner = Banner(theme)
        self.commands = Commands(
            self.session,
            self.saving,
            self.selection,
            self.view,
            self.banner,
            dialogs or Dialogs(self),
            store,
            self,
        )
        self.queue = QueuePanel(self.session, self.selection, theme, self.actions_)
        self.findings = FindingsPanel(self.session, self.selection, theme, self.actions_)
        self._peek = HoldToPeek(self.actions_["after"], Qt.Key.Key_P, self)
        self.bar = ToolBar(self.actions_, self.view)
        self.addToolBar(self.bar)
        self._lay_out()
        self._fill_menus()
        self._fill_status()
        self._connect()
        self._restore()
        self._refresh()
        self.empty.setFocus()

    def add_paths(self, paths: Sequence[Path]) -> None:
        if paths:
            self.session.add_paths(paths)

    # --- construction ---

    def _lay_out(self) -> None:
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self.view, 1)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        for widget, stretch in ((self.queue, 0), (centre, 1), (self.findings, 0)):
            self._splitter.addWidget(widget)
            self._splitter.setStretchFactor(self._splitter.count() - 1, stretch)
            self._splitter.setCollapsible(self._splitter.count() - 1, False)
        self.queue.setMinimumWidth(180)
        self.findings.setMinimumWidth(280)
        centre.setMinimumWidth(320)
        self._splitter.setSizes([250, 650, 380])
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._splitter)
        self.setCentralWidget(self._stack)

    def _fill_menus(self) -> None:
        for title, names in MENUS.items():
            menu = self.menuBar().addMenu(title)
            for name in names:
                if name:
                    menu.addAction(self.actions_[name])
                else:
                    menu.addSeparator()

    def _fill_status(self) -> None:
        self._busy = QLabel()
        offline = label("Works offline: nothing leaves this computer", muted=True)
        offline.setContentsMargins(8, 0, 8, 0)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(offline)
        self.statusBar().addPermanentWidget(self._busy)

    def _connect(self) -> None:
        acts, commands = self.actions_, self.commands
        plain = (
            "open open_folder paste save save_all copy retry cancel_all remove_all undo redo delete_mark "
            "preferences limits about"
        )
        for name in plain.split():
            acts[name].triggered.connect(getattr(commands, name))
        acts["quit"].triggered.connect(self.close)
        acts["cancel"].triggered.connect(lambda: commands.cancel(self.queue.view.selected()))
        acts["remove"].triggered.connect(lambda: commands.remove(self.queue.view.selected()))
        acts["toggle"].triggered.connect(self.findings.view.toggle_current)
        acts["cover_text"].triggered.connect(self.view.cover_selected_text)
        acts["draw"].toggled.connect(self.view.picture.set_drawing)
        acts["after"].toggled.connect(self.view.set_after)
        acts["next_finding"].triggered.connect(lambda: self.findings.view.step(1))
        acts["previous_finding"].triggered.connect(lambda: self.findings.view.step(-1))
        acts["next_page"].triggered.connect(lambda: self.view.go_to(self.view.page + 1))
        acts["previous_page"].triggered.connect(lambda: self.view.go_to(self.view.page - 1))
        acts["zoom_in"].triggered.connect(lambda: self.view.zoom_by(1))
        acts["zoom_out"].triggered.connect(lambda: self.view.zoom_by(-1))
        acts["zoom_fit"].triggered.connect(self.view.zoom_to_fit)
        acts["zoom_life"].triggered.connect(self.view.zoom_to_life)
        acts["escape"].triggered.connect(self._escape)
        for widget in (self.view, self.findings):
            widget.addAction(acts["delete_mark"])
        self.view.addAction(acts["toggle"])
        self.empty.open_wanted.connect(commands.open)
        self.empty.paste_wanted.connect(commands.paste)
        self.empty.limits_wanted.connect(commands.limits)
        self.view.retry_wanted.connect(commands.retry)
        self.view.password_wanted.connect(commands.password)
        self.view.text_selected.connect(lambda _: self._refresh())
        self.findings.view.area_wanted.connect(self.view.show_area)
        self.session.added.connect(self._begin)
        session = self.session
        for signal in (session.added, session.removed, session.stage_changed, session.decisions_changed):
            signal.connect(self._refresh)
        self.selection.document_changed.connect(self._refresh)
        self.selection.target_changed.connect(self._refresh)

    def _begin(self) -> None:
        """With the first file the keyboard goes to the list."""
        self._refresh()
        if self.focusWidget() is None or not self._splitter.isAncestorOf(self.focusWidget()):
            self.queue.view.setFocus()

    # --- what is possible now ---

    def _refresh(self) -> None:
        documents, acts = self.session.documents, self.actions_
        document = documents.get(self.selection.document)
        self._stack.setCurrentIndex(1 if len(documents) else 0)
        self.bar.setVisible(bool(len(documents)))
        self.statusBar().setVisible(bool(len(documents)))
        examined = document is not None and document.examined
        text = document is not None and document.is_text
        possible = {
            "save": may_save(document),
            "copy": may_save(document),
            "save_all": any(may_save(each) for each in documents),
            "retry": document is not None and not document.busy,
            "cancel": document is not None and document.busy,
            "cancel_all": any(each.busy for each in documents),
            "remove": bool(len(documents)),
            "remove_all": bool(len(documents)),
            "undo": document is not None and document.can_undo,
            "redo": document is not None and document.can_redo,
            "delete_mark": isinstance(self.selection.target, int),
            "draw": examined and not text,
            "cover_text": examined and text and self.view.text.textCursor().hasSelection(),
            "after": examined,
        }
        for name, enabled in possible.items():
            acts[name].setEnabled(bool(enabled))
        acts["draw"].setVisible(not text)
        acts["cover_text"].setVisible(bool(text))
        reading = sum(each.busy for each in documents)
        self._busy.setText(f"{count_of(reading, 'file')} in work" if reading else "")

    def _escape(self) -> None:
        if self.view.picture.stop_drawing():
            return
        if self.actions_["draw"].isChecked():
            self.actions_["draw"].setChecked(False)
        elif self.actions_["after"].isChecked():
            self.actions_["after"].setChecked(False)
        else:
            self.selection.pick(None)

    # --- drops ---

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if Pasteboard.accepts(event.mimeData()):
            self.empty.set_over(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.empty.set_over(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.empty.set_over(False)
        event.acceptProposedAction()
        self.commands.drop(event.mimeData())

    # --- coming and going ---

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.windowHandle().installEventFilter(self._peek)

    def _restore(self) -> None:
        geometry = self._store.value("window/geometry")
        if not isinstance(geometry, QByteArray) or not self.restoreGeometry(geometry):
            self.resize(FIRST_SIZE)
        sizes = self._store.value("window/splitter")
        if isinstance(sizes, QByteArray):
            self._splitter.restoreState(sizes)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._store.setValue("window/geometry", self.saveGeometry())
        self._store.setValue("window/splitter", self._splitter.saveState())
        self.hide()  # stopping the workers takes a moment
        self.session.close()
        self.saving.close()
        event.accept()
