"""The line above the page: whose page it is, and whether it is shown before or after redaction."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.gui.controls import ElidedLabel, label, restyle


class Strip(QWidget):
    """Two buttons that switch the ``after`` action, beside the name of the file."""

    def __init__(self, after: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("strip")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._name = ElidedLabel()
        self._note = label(muted=True)
        self._before = self._segment("Before", "The page as it is, with highlights", "left")
        self._after = self._segment("After", after.toolTip(), "right")
        self._before.clicked.connect(lambda: after.setChecked(False))
        self._after.clicked.connect(lambda: after.setChecked(True))
        after.toggled.connect(self._show)
        after.enabledChanged.connect(self._after.setEnabled)
        self._after.setEnabled(after.isEnabled())
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 10, 6)
        row.setSpacing(0)
        row.addWidget(self._name, 1)
        row.addSpacing(12)
        row.addWidget(self._note)
        row.addSpacing(12)
        row.addWidget(self._before)
        row.addWidget(self._after)
        self._show(after.isChecked())

    def tell(self, name: str, note: str, *, after: bool) -> None:
        """Names the file and says what is on show."""
        self._name.set_text(name)
        self._note.setText(note)
        if self.property("after") != after:
            self.setProperty("after", after)
            restyle(self)

    def _show(self, after: bool) -> None:
        self._before.setChecked(not after)
        self._after.setChecked(after)

    @staticmethod
    def _segment(text: str, hint: str, side: str) -> QPushButton:
        made = QPushButton(text)
        made.setCheckable(True)
        made.setToolTip(hint)
        made.setAccessibleDescription(hint)
        made.setProperty("segment", side)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return made
