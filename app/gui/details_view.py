"""What is known about the selected finding: evidence, every place, and what to do about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.gui.controls import button, label
from app.gui.documents import Handling
from app.gui.selection import Selection
from app.gui.session import Session
from app.gui.theme import SEVERITY_ICON, Theme, fixed_font
from app.gui.wording import handling_text, place_text, rank_text
from app.model import Finding


class DetailsView(QWidget):
    """Hidden while nothing is selected."""

    def __init__(
        self, session: Session, selection: Selection, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._selection, self._theme = session, selection, theme
        self._url = ""
        self.setObjectName("details")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._icon = QLabel()
        self._title = label(heading=True, wrap=True)
        self._rank = label(muted=True, wrap=True)
        self._masked = label()
        self._masked.setFont(fixed_font(self.font().pointSizeF()))
        self._evidence = label(wrap=True)
        self._advice = label(wrap=True)
        self._place = label(muted=True, wrap=True)
        self._previous = self._arrow("chevron-left", "Previous place of this value", -1)
        self._next = self._arrow("chevron-right", "Next place of this value", 1)
        self._rotate = button("Where to replace it", "", link=True)
        self._rotate.clicked.connect(self._open_url)
        self._lay_out()
        selection.target_changed.connect(self.refresh)
        session.decisions_changed.connect(self.refresh)
        session.findings_changed.connect(self.refresh)
        theme.changed.connect(self.refresh)
        self.refresh()

    def _arrow(self, icon: str, hint: str, by: int) -> QToolButton:
        made = QToolButton()
        made.setAutoRaise(True)
        made.setIcon(self._theme.icon(icon))
        made.setToolTip(hint)
        made.setAccessibleName(hint)
        made.clicked.connect(lambda: self._go(by))
        return made

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._title, 1)
        places = QHBoxLayout()
        places.addWidget(self._place, 1)
        places.addWidget(self._previous)
        places.addWidget(self._next)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 12, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._masked)
        column.addWidget(self._rank)
        column.addLayout(places)
        column.addWidget(self._evidence)
        column.addWidget(self._advice)
        column.addWidget(self._rotate, 0, Qt.AlignmentFlag.AlignLeft)

    def refresh(self) -> None:
        document = self._session.documents.get(self._selection.document)
        target = self._selection.target
        found = [f for f in document.findings if f.id == target] if document else []
        self.setVisible(bool(found))
        if document is not None and found:
            self._show(found[0], document.handling(found[0]))

    def _show(self, finding: Finding, handling: Handling) -> None:
        colour = self._theme.severity(finding.severity).name()
        self._icon.setPixmap(self._theme.icon(SEVERITY_ICON[finding.severity], colour).pixmap(20, 20))
        self._title.setText(finding.title)
        self._masked.setText(finding.masked)
        self._masked.setVisible(bool(finding.masked))
        self._rank.setText(f"{rank_text(finding)} · {handling_text(handling).lower()}")
        self._evidence.setText(f"Why: {finding.evidence}")
        self._advice.setText(finding.advice)
        self._advice.setVisible(bool(finding.advice))
        self._url = finding.rotate_url or ""
        self._rotate.setVisible(self._url.startswith("https://"))
        self._rotate.setToolTip(f"Opens your browser: {self._url}")
        several = len(finding.where) > 1
        place = min(self._selection.place, len(finding.where) - 1)
        text = place_text(finding.where[place]) if finding.where else ""
        self._place.setText(f"{text} – place {place + 1} of {len(finding.where)}" if several else text)
        self._previous.setVisible(several)
        self._next.setVisible(several)
        for arrow, name in ((self._previous, "chevron-left"), (self._next, "chevron-right")):
            arrow.setIcon(self._theme.icon(name))

    def _go(self, by: int) -> None:
        document = self._session.documents.get(self._selection.document)
        for finding in document.findings if document else ():
            if finding.id == self._selection.target:
                self._selection.pick(finding.id, (self._selection.place + by) % len(finding.where))

    def _open_url(self) -> None:
        QDesktopServices.openUrl(QUrl(self._url))
