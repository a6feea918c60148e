"""What the window shows before anything was added: how to begin, and what to expect."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.gui.controls import button, label, restyle
from app.gui.theme import Theme


class EmptyView(QWidget):
    """A drop area with the three ways in."""

    open_wanted = Signal()
    paste_wanted = Signal()
    limits_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = label("Drop screenshots, PDFs, exports or logs here")
        big = QFont(self.font())
        big.setPointSizeF(self.font().pointSizeF() * 1.7)
        big.setWeight(QFont.Weight.DemiBold)
        title.setFont(big)
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title.setWordWrap(True)
        subtitle = label(
            "Sharesafe looks for keys, passwords and tokens, shows you each one, and writes a copy "
            "in which they are covered. Your original is never changed.",
            muted=True,
            wrap=True,
        )
        subtitle.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._open = button("Open files…", "Choose files to examine (Ctrl+O)", primary=True)
        self._open.clicked.connect(self.open_wanted)
        self._paste = button("Paste", "Paste a picture, text or files (Ctrl+V)")
        self._paste.clicked.connect(self.paste_wanted)
        limits = button("What it can and cannot find", "Read what to expect, on one page", link=True)
        limits.clicked.connect(self.limits_wanted)
        self._offline_icon = QLabel()
        self._frame = QFrame()
        self._frame.setObjectName("drop")
        inner = QVBoxLayout(self._frame)
        inner.setContentsMargins(48, 40, 48, 32)
        inner.setSpacing(14)
        inner.addStretch(1)
        inner.addWidget(self._picture)
        inner.addWidget(title)
        inner.addWidget(subtitle)
        inner.addLayout(_centred(self._open, self._paste, spacing=10))
        inner.addStretch(1)
        offline = label("Works offline: nothing leaves this computer.", muted=True)
        inner.addLayout(_centred(self._offline_icon, offline, limits, spacing=8))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(32, 32, 32, 32)
        outer.addWidget(self._frame)
        theme.changed.connect(self._repaint)
        self._repaint()

    def set_over(self, over: bool) -> None:
        """Shows that a drop would be taken."""
        self._frame.setProperty("over", over)
        restyle(self._frame)

    def _repaint(self) -> None:
        ratio = self.devicePixelRatioF()
        picture = self._theme.icon("scan-eye", self._theme.colours.accent, 72)
        self._picture.setPixmap(picture.pixmap(QSize(72, 72), ratio))
        lock = self._theme.icon("wifi-off", self._theme.colours.muted, 16)
        self._offline_icon.setPixmap(lock.pixmap(QSize(16, 16), ratio))


def _centred(*widgets: QWidget, spacing: int) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(spacing)
    row.addStretch(1)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row
