"""A text document: line numbers, highlighted spans, and covering a selection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QToolTip, QWidget

from app.gui.regions import DRAWN, LOOKS
from app.gui.selection import Target
from app.gui.text_layout import TextPart, lay_out, split
from app.gui.theme import Theme, fixed_font
from app.places import TextSpan
from detectors.model import Severity

POINTS: Final = 10.0
"""Size of the letters at a zoom of 1."""


@dataclass(frozen=True, slots=True)
class Highlight:
    """A span (code points of the whole text) to highlight; ``severity`` is None for own spans."""

    target: Target
    start: int
    end: int
    severity: Severity | None
    covered: bool
    hint: str


_UNDERLINE = {
    Severity.HIGH: QTextCharFormat.UnderlineStyle.SingleUnderline,
    Severity.MEDIUM: QTextCharFormat.UnderlineStyle.DashUnderline,
    Severity.LOW: QTextCharFormat.UnderlineStyle.DotLine,
    None: QTextCharFormat.UnderlineStyle.DashDotLine,
}


class _LineNumbers(QWidget):
    """The margin with line numbers."""

    def __init__(self, view: TextView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self) -> QSize:
        return QSize(self._view.margin_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._view.paint_margin(self, event.rect())


class TextView(QPlainTextEdit):
    """Shows one part of a text; parts are numbered from 1 like pages."""

    picked = Signal(object)  # Target, or None
    part_changed = Signal()
    selection_made = Signal(bool)
    zoomed = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self._extents = split("")
        self._number = 1
        self._part: TextPart = lay_out("", self._extents[0])
        self._highlights: Sequence[Highlight] = ()
        self._selected: Target | None = None
        self._points = POINTS
        self._margin = _LineNumbers(self)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)  # files are dropped on the window
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFont(fixed_font(self._points))
        self.setAccessibleName("Text")
        self.setAccessibleDescription("The text with highlighted findings")
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._scroll_margin)
        self.copyAvailable.connect(self.selection_made)
        theme.changed.connect(self._paint_highlights)

    # --- what is shown ---

    @property
    def parts(self) -> int:
        return len(self._extents)

    @property
    def part(self) -> int:
        return self._number

    def show_text(self, text: str) -> None:
        """Shows a text; position and part stay when it is the one shown already."""
        if text == self._text:
            return
        self._text = text
        self._extents = split(text)
        self._lay_out(min(self._number, self.parts))

    def go_to_part(self, number: int) -> None:
        if number != self._number and 1 <= number <= self.parts:
            self._lay_out(number)

    def _lay_out(self, number: int) -> None:
        self._number = number
        self._part = lay_out(self._text, self._extents[number - 1])
        self.setPlainText(self._part.shown)
        self._make_room()
        self._paint_highlights()
        self.part_changed.emit()

    def clear_text(self) -> None:
        self._number = 1
        self.show_text("")

    def set_highlights(self, highlights: Sequence[Highlight], selected: Target | None = None) -> None:
        self._highlights, self._selected = highlights, selected
        self._paint_highlights()

    def reveal(self, target: Target, start: int) -> None:
        """Selects a target and scrolls to the code point ``start``."""
        self._selected = target
        number = next((n for n, e in enumerate(self._extents, 1) if start < e.end), self.parts)
        self.go_to_part(number)
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._part.position(start))
        self.setTextCursor(cursor)
        self.centerCursor()
        self._paint_highlights()

    def selected_span(self) -> TextSpan | None:
        """The code points that the user selected."""
        cursor = self.textCursor()
        if not cursor.hasSelection():
            return None
        start = self._part.offset(cursor.selectionStart())
        end = self._part.offset(cursor.selectionEnd())
        if start >= end:
            return None
        line_start = self._text.rfind("\n", 0, start) + 1
        return TextSpan(start, end, self._text.count("\n", 0, start) + 1, start - line_start + 1)

    @property
    def zoom(self) -> float:
        return self._points / POINTS

    def zoom_by(self, steps: float) -> None:
        self.set_zoom((self._points + steps) / POINTS)

    def fit(self) -> None:
        self.set_zoom(1.0)

    def set_zoom(self, zoom: float) -> None:
        """Sets the size of the letters; 1 is ordinary."""
        self._points = min(max(zoom * POINTS, 6.0), 40.0)
        self.setFont(fixed_font(self._points))
        self._make_room()
        self.zoomed.emit(self.zoom)

    # --- highlights ---

    def _paint_highlights(self) -> None:
        extent = self._part.extent
        self.setExtraSelections(
            [
                self._selection(highlight)
                for highlight in self._highlights
                if highlight.start < extent.end and highlight.end > extent.start
            ]
        )

    def _selection(self, highlight: Highlight) -> QTextEdit.ExtraSelection:
        severity = highlight.severity
        colour = QColor(DRAWN.colour) if severity is None else QColor(LOOKS[severity].colour)
        ink = colour.lighter(150) if self._theme.dark else colour
        form = QTextCharFormat()
        form.setUnderlineStyle(_UNDERLINE[severity])
        form.setUnderlineColor(ink)
        if highlight.target == self._selected:
            form.setBackground(QBrush(colour))
            form.setForeground(QBrush(QColor("#ffffff")))
        elif highlight.covered:
            colour.setAlpha(110 if self._theme.dark else 56)
            form.setBackground(QBrush(colour))
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._part.position(highlight.start))
        cursor.setPosition(self._part.position(highlight.end), QTextCursor.MoveMode.KeepAnchor)
        selection = QTextEdit.ExtraSelection()
        selection.cursor, selection.format = cursor, form
        return selection

    def _highlight_at(self, point: QPoint) -> Highlight | None:
        cursor = self.cursorForPosition(point)
        where = self.cursorRect(cursor)
        if abs(where.center().x() - point.x()) > 2 * self.fontMetrics().averageCharWidth():
            return None  # beyond the end of the row
        offset = self._part.offset(cursor.position())
        hits = [h for h in self._highlights if h.start <= offset < h.end or h.start < offset <= h.end]
        return min(hits, key=lambda h: h.end - h.start, default=None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            hit = self._highlight_at(event.position().toPoint())
            self.picked.emit(hit.target if hit else None)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            hit = self._highlight_at(event.pos())
            QToolTip.showText(event.globalPos(), hit.hint if hit else "", self)
            return True
        return super().viewportEvent(event)

    # --- line numbers ---

    def margin_width(self) -> int:
        last = self._part.extent.first_line + len(self._part.rows)
        return self.fontMetrics().horizontalAdvance("9") * max(3, len(str(last))) + 24

    def _make_room(self) -> None:
        self.setViewportMargins(self.margin_width(), 0, 0, 0)
        self._place_margin()

    def _place_margin(self) -> None:
        area = self.contentsRect()
        self._margin.setGeometry(QRect(area.left(), area.top(), self.margin_width(), area.height()))

    def _scroll_margin(self, rect: QRect, dy: int) -> None:
        if dy:
            self._margin.scroll(0, dy)
        else:
            self._margin.update(0, rect.y(), self._margin.width(), rect.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_margin()

    def paint_margin(self, margin: QWidget, exposed: QRect) -> None:
        """Draws the numbers of the rows in ``exposed``; continued rows have none."""
        painter = QPainter(margin)
        painter.fillRect(exposed, QColor(self._theme.colours.window))
        painter.setPen(QColor(self._theme.colours.muted))
        painter.setFont(self.font())
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= exposed.bottom():
            height = self.blockBoundingRect(block).height()
            row = block.blockNumber()
            number = self._part.rows[row] if row < len(self._part.rows) else None
            if number is not None and top + height >= exposed.top():
                box = QRect(0, round(top), margin.width() - 12, round(height))
                painter.drawText(
                    box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(number)
                )
            block = block.next()
            top += height
        painter.end()
