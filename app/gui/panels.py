"""The panels left and right of the page: the queue, and the findings with what to do about them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.gui.actions import Actions
from app.gui.controls import CheckBox, button, label
from app.gui.details_view import DetailsView
from app.gui.documents import Handling, Stage
from app.gui.findings_view import FindingsView
from app.gui.queue_view import QueueView
from app.gui.selection import Selection
from app.gui.session import Session
from app.gui.theme import Theme
from app.gui.wording import about, count_of, summary


def _named(name: str) -> QWidget:
    widget = QWidget()
    widget.setObjectName(name)
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return widget


def _bound(action: QAction, text: str, *, primary: bool = False) -> QPushButton:
    """A button that does what an action does and is enabled when the action is."""
    made = button(text, action.toolTip(), primary=primary)
    made.clicked.connect(action.trigger)
    made.setEnabled(action.isEnabled())
    action.enabledChanged.connect(made.setEnabled)
    return made


class QueuePanel(QWidget):
    """The files and where each stands."""

    def __init__(
        self,
        session: Session,
        selection: Selection,
        theme: Theme,
        actions: Actions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.view = QueueView(session, selection, theme)
        for name in ("save", "copy", "retry", "cancel", "cancel_all", "remove", "remove_all"):
            self.view.addAction(actions[name])
        self._count = label(heading=True)
        head = _named("strip")
        row = QHBoxLayout(head)
        row.setContentsMargins(14, 8, 8, 8)
        row.addWidget(self._count, 1)
        footer = _named("footer")
        buttons = QHBoxLayout(footer)
        buttons.setContentsMargins(12, 10, 12, 10)
        self._cancel = _bound(actions["cancel_all"], "Cancel all")
        buttons.addWidget(self._cancel)
        buttons.addWidget(_bound(actions["save_all"], "Save all…"), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.view, 1)
        column.addWidget(footer)
        for signal in (session.added, session.removed, session.stage_changed):
            signal.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        documents = self._session.documents
        open_ones = sum(document.stage in {Stage.WAITING, Stage.READING} for document in documents)
        text = count_of(len(documents), "file")
        if open_ones:
            text += f" · {open_ones:,} to read"
        self._count.setText(text)
        self._cancel.setVisible(any(document.busy for document in documents))


class FindingsPanel(QWidget):
    """What was found, the decisions about it, and the buttons that write the copy."""

    def __init__(
        self,
        session: Session,
        selection: Selection,
        theme: Theme,
        actions: Actions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._selection = session, selection
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.view = FindingsView(session, selection, theme)
        self.details = DetailsView(session, selection, theme)
        self._about = label(heading=True)
        self._summary = label(muted=True, wrap=True)
        self._all = CheckBox("Cover all", theme)
        self._all.setToolTip("Cover every finding, or leave every one readable")
        self._all.clicked.connect(self._choose_all)
        self._nothing = label(muted=True, wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setContentsMargins(28, 28, 28, 28)
        head = _named("strip")
        top = QHBoxLayout(head)
        top.setContentsMargins(14, 8, 12, 8)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self._about)
        words.addWidget(self._summary)
        top.addLayout(words, 1)
        top.addWidget(self._all)
        footer = _named("footer")
        buttons = QHBoxLayout(footer)
        buttons.setContentsMargins(12, 10, 12, 10)
        buttons.addWidget(_bound(actions["copy"], "Copy redacted"))
        buttons.addWidget(_bound(actions["save"], "Save copy…", primary=True), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self._nothing, 1)
        column.addWidget(self.view, 1)
        column.addWidget(self.details)
        column.addWidget(footer)
        selection.document_changed.connect(self.refresh)
        for signal in (session.stage_changed, session.findings_changed, session.decisions_changed):
            signal.connect(self._touched)
        self.refresh()

    def _touched(self, number: int) -> None:
        if number == self._selection.document:
            self.refresh()

    def refresh(self) -> None:
        document = self._session.documents.get(self._selection.document)
        if document is None:
            return
        has_rows = bool(document.findings or document.not_read or document.decisions.marks)
        self.view.setVisible(has_rows)
        self._nothing.setVisible(not has_rows)
        self._about.setText(about(document) or document.name)
        self._summary.setText(summary(document) if document.examined else "Reading…" if document.busy else "")
        if document.stage in {Stage.FAILED, Stage.CANCELLED}:
            self._nothing.setText("Not examined, so nothing is known about this file.")
        elif document.examined:
            self._nothing.setText(
                "Nothing found, and every part could be read.\n\n"
                "Look at the page yourself before you share it: you can cover areas of your own."
            )
        else:
            self._nothing.setText("Findings appear here while the file is being read.")
        choosable = [finding for finding in document.findings if document.can_choose(finding)]
        covered = sum(document.handling(finding) is Handling.COVERED for finding in choosable)
        self._all.setVisible(len(choosable) > 1)
        partly = 0 < covered < len(choosable)
        self._all.setTristate(partly)
        state = Qt.CheckState.Checked if covered else Qt.CheckState.Unchecked
        self._all.setCheckState(Qt.CheckState.PartiallyChecked if partly else state)

    def _choose_all(self) -> None:
        document = self._session.documents.get(self._selection.document)
        if document is None:
            return
        choosable = [finding for finding in document.findings if document.can_choose(finding)]
        cover = any(document.handling(finding) is Handling.LEFT for finding in choosable)
        self._session.decide(document.number, lambda changed: changed.choose(choosable, cover))
