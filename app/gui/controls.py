"""Small building blocks that several parts of the window share."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QSizePolicy, QWidget

from app.gui.theme import Theme
from app.gui.wording import plain_hint


def label(text: str = "", *, muted: bool = False, heading: bool = False, wrap: bool = False) -> QLabel:
    """A label in one of the window's three text styles. Its text is never taken for markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("muted", muted)
    made.setProperty("heading", heading)
    made.setWordWrap(wrap)
    return made


def button(text: str, hint: str, *, primary: bool = False, link: bool = False) -> QPushButton:
    """A push button with a tooltip that is read out as its description too."""
    made = QPushButton(text)
    made.setToolTip(hint)
    made.setAccessibleDescription(hint)
    made.setProperty("primary", primary)
    made.setProperty("link", link)
    if link:
        made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def restyle(widget: QWidget) -> None:
    """Applies the style sheet again after a property that it asks for has changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def paint_check(painter: QPainter, box: QRect, state: Qt.CheckState, theme: Theme) -> None:
    """A check box in the window's style, so that list and panel look alike."""
    colours = theme.colours
    filled = state is not Qt.CheckState.Unchecked
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colours.accent if filled else colours.muted), 1.4))
    painter.setBrush(QColor(colours.accent) if filled else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 4, 4)
    if state is Qt.CheckState.Checked:
        theme.icon("check", colours.on_accent, 16).paint(painter, box.adjusted(2, 2, -2, -2))
    elif state is Qt.CheckState.PartiallyChecked:
        painter.fillRect(box.adjusted(5, 8, -5, -8), QColor(colours.on_accent))


class CheckBox(QCheckBox):
    """A check box painted like those of the list."""

    BOX = 18

    def __init__(self, text: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme = theme
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = self.BOX + 10 + metrics.horizontalAdvance(self.text())
        return QSize(width, max(self.BOX, metrics.height()) + 6)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = QRect(1, (self.height() - self.BOX) // 2, self.BOX, self.BOX)
        paint_check(painter, box, self.checkState(), self._theme)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 4, 4)
        painter.setPen(QColor(self._theme.colours.text))
        text = self.rect().adjusted(self.BOX + 8, 0, 0, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        painter.end()


class ElidedLabel(QLabel):
    """One line that gives way: what does not fit is left out in the middle; the tooltip has it all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full = ""
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        self.setFont(bold)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def set_text(self, text: str) -> None:
        self._full = text
        self.setAccessibleName(text)
        self.setToolTip(plain_hint(text))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        shown = QFontMetrics(self.font()).elidedText(self._full, Qt.TextElideMode.ElideMiddle, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.end()
