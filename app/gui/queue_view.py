"""The queue: one row per document with its state as icon, word and progress."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from app.gui.documents import Document, Stage
from app.gui.selection import Selection
from app.gui.session import Session
from app.gui.theme import STAGE_ICON, Theme
from app.gui.wording import complete, plain_hint, stage_text

Index = QModelIndex | QPersistentModelIndex
NUMBER: Final = Qt.ItemDataRole.UserRole
REFRESH_MS: Final = 60
"""Progress is shown at most this often."""


class QueueModel(QAbstractListModel):
    """The session's documents as rows."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._numbers: list[int] = [document.number for document in session.documents]
        self._stale: set[int] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._refresh)
        session.added.connect(self._add)
        session.removed.connect(self._remove)
        session.stage_changed.connect(self._touch)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._numbers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        document = self.document(index)
        if document is None:
            return None
        if role == NUMBER:
            return document.number
        if role == Qt.ItemDataRole.DisplayRole:
            return document.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{document.name}, {stage_text(document)}"
        return None

    def document(self, index: Index) -> Document | None:
        return self._session.documents.get(self._numbers[index.row()]) if index.isValid() else None

    def row_of(self, number: int) -> QModelIndex:
        return self.index(self._numbers.index(number)) if number in self._numbers else QModelIndex()

    def _add(self, numbers: tuple[int, ...]) -> None:
        first = len(self._numbers)
        self.beginInsertRows(QModelIndex(), first, first + len(numbers) - 1)
        self._numbers.extend(numbers)
        self.endInsertRows()

    def _remove(self, number: int) -> None:
        row = self._numbers.index(number)
        self.beginRemoveRows(QModelIndex(), row, row)
        del self._numbers[row]
        self.endRemoveRows()

    def _touch(self, number: int) -> None:
        self._stale.add(number)
        if not self._timer.isActive():
            self._timer.start()

    def _refresh(self) -> None:
        for number in self._stale:
            index = self.row_of(number)
            if index.isValid():
                self.dataChanged.emit(index, index)
        self._stale.clear()


class QueueDelegate(QStyledItemDelegate):
    """Paints a row: file icon, name, state, and a thin bar while work goes on."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        line = QFontMetrics(option.font).height()
        return QSize(160, 2 * line + 26)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        document = model.document(index) if isinstance(model, QueueModel) else None
        if document is None:
            return
        colours = self._theme.colours
        row = option.rect
        painter.save()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(row, QColor(colours.selected))
            painter.fillRect(QRect(row.left(), row.top(), 3, row.height()), QColor(colours.accent))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(row, QColor(colours.window))
        if selected and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(colours.accent))
            painter.drawRect(row.adjusted(0, 0, -1, -1))
        inside = row.adjusted(14, 8, -12, -10)
        metrics = QFontMetrics(option.font)
        text_like = document.is_text or document.input.path.suffix.lower() == ".pdf"
        icon = self._theme.icon("file-text" if text_like else "file-image", colours.muted)
        icon.paint(painter, QRect(inside.left(), inside.top() + metrics.height() // 2, 20, 20))
        text = inside.adjusted(30, 0, 0, 0)
        painter.setPen(QColor(colours.text))
        painter.setFont(option.font)
        name = metrics.elidedText(document.name, Qt.TextElideMode.ElideMiddle, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, name)
        self._paint_state(painter, option, text, document)
        if document.stage in {Stage.READING, Stage.SAVING}:
            self._paint_bar(painter, row, document.fraction)
        painter.restore()

    def _paint_state(
        self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, document: Document
    ) -> None:
        stage = document.stage
        colour = self._theme.stage(stage)
        name = STAGE_ICON[stage]
        if stage is Stage.SAVED and not complete(document):
            colour, name = self._theme.stage(Stage.INCOMPLETE), STAGE_ICON[Stage.INCOMPLETE]
        small = QFont(option.font)
        small.setPointSizeF(option.font.pointSizeF() * 0.92)
        metrics = QFontMetrics(small)
        line = QRect(area.left(), area.bottom() - metrics.height(), area.width(), metrics.height())
        self._theme.icon(name, colour.name(), 16).paint(
            painter, QRect(line.left(), line.center().y() - 7, 15, 15)
        )
        words = line.adjusted(20, 0, 0, 0)
        painter.setFont(small)
        painter.setPen(colour)
        text = metrics.elidedText(stage_text(document), Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_bar(self, painter: QPainter, row: QRect, fraction: float) -> None:
        track = QRect(row.left() + 14, row.bottom() - 5, row.width() - 26, 3)
        painter.fillRect(track, QColor(self._theme.colours.border))
        done = QRect(track.left(), track.top(), round(track.width() * min(max(fraction, 0.02), 1)), 3)
        painter.fillRect(done, QColor(self._theme.colours.accent))

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        model = index.model()
        document = model.document(index) if isinstance(model, QueueModel) else None
        if document is None or event.type() is not QEvent.Type.ToolTip:
            return super().helpEvent(event, view, option, index)
        lines = [str(document.input.path), stage_text(document)]
        if document.error is not None:
            lines.append(document.error.next_step)
        QToolTip.showText(event.globalPos(), plain_hint(*lines), view)
        return True


class QueueView(QListView):
    """The list of documents; its current row is the document on show."""

    def __init__(
        self, session: Session, selection: Selection, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._selection = selection
        self._model = QueueModel(session, self)
        self.setModel(self._model)
        self.setItemDelegate(QueueDelegate(theme, self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName("Files")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        theme.changed.connect(self.viewport().update)
        selection.document_changed.connect(self._follow)
        self._model.rowsInserted.connect(self._show_first)
        self._model.rowsRemoved.connect(self._select_current)

    def selected(self) -> list[int]:
        """Numbers of the selected documents, from top to bottom."""
        rows = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        return [int(index.data(NUMBER)) for index in rows]

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        document = self._model.document(current)
        self._selection.show(document.number if document else None)

    def _show_first(self) -> None:
        if self._selection.document is None:
            self.setCurrentIndex(self._model.index(0))

    def _select_current(self) -> None:
        """After the selected rows went, the row that took their place is selected."""
        if not self.selectionModel().hasSelection() and self.currentIndex().isValid():
            self.selectionModel().select(self.currentIndex(), QItemSelectionModel.SelectionFlag.Select)

    def _follow(self) -> None:
        number = self._selection.document
        if number is None or self.currentIndex().data(NUMBER) == number:
            return
        self.selectionModel().setCurrentIndex(
            self._model.row_of(number), QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
