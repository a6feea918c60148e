"""Instead of a page: what is going on with a document that has nothing to show."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from app.gui.controls import button, label
from app.gui.documents import Document
from app.gui.theme import STAGE_ICON, Theme
from app.gui.wording import stage_text


class StatusPage(QWidget):
    """Instead of a page: reading, failed or cancelled, and what to do."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title = label(heading=True, wrap=True)
        self._body = label(muted=True, wrap=True)
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(240)
        self._bar.setAccessibleName("Progress")
        self.retry = button("Examine again", "Read the file once more")
        self.password = button("Enter password…", "Open the file with its password", primary=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 48, 48, 48)
        column.setSpacing(12)
        column.addStretch(1)
        for widget in (self._icon, self._title, self._body):
            column.addWidget(widget)
            if isinstance(widget, QLabel):
                widget.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for control in (self._bar, self.password, self.retry):
            column.addWidget(control, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def tell(self, document: Document) -> None:
        error = document.error
        stage = document.stage
        colour = self._theme.stage(stage).name()
        icon = self._theme.icon(STAGE_ICON[stage], colour, 48)
        self._icon.setPixmap(icon.pixmap(QSize(48, 48), self.devicePixelRatioF()))
        self._title.setText(stage_text(document) if not document.busy else f"{document.note or 'Waiting'}")
        self._body.setText(error.next_step if error else "")
        self._body.setVisible(error is not None)
        self._bar.setVisible(document.busy)
        self._bar.setValue(round(1000 * document.fraction))
        needs_password = error is not None and error.code == "password-needed"
        self.password.setVisible(needs_password)
        self.retry.setVisible(not document.busy and not needs_password)
