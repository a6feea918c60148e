"""The list of findings, painted as cards with a check box that covers or leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from app.gui.controls import paint_check
from app.gui.documents import Handling
from app.gui.findings_model import (
    ROW,
    FindingRow,
    FindingsModel,
    Heading,
    Index,
    MarkRow,
    Row,
    UnreadRow,
    target_of,
)
from app.gui.selection import Selection, Target
from app.gui.session import Session
from app.gui.theme import SEVERITY_ICON, Theme, fixed_font
from app.gui.wording import hint, place_text, places_text, plain_hint

BOX: Final = 18
PAD: Final = 12


class FindingsDelegate(QStyledItemDelegate):
    """Three lines per finding: title and place, masked value and confidence, evidence."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = QFontMetrics(option.font).height()
        match index.data(ROW):
            case Heading():
                return QSize(200, line + 20)
            case FindingRow() | UnreadRow():
                return QSize(200, 3 * line + 26)
            case _:
                return QSize(200, 2 * line + 20)

    def check_box(self, row: QRect) -> QRect:
        return QRect(row.left() + PAD, row.top() + 11, BOX, BOX)

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        if (
            isinstance(event, QMouseEvent)
            and event.type() is QEvent.Type.MouseButtonRelease
            and event.button() is Qt.MouseButton.LeftButton
            and self.check_box(option.rect).adjusted(-8, -8, 8, 8).contains(event.position().toPoint())
        ):
            return toggle(model, index)
        return False

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        row = index.data(ROW)
        if isinstance(row, FindingRow):
            QToolTip.showText(event.globalPos(), hint(row.finding, row.handling), view)
            return True
        if isinstance(row, UnreadRow):
            QToolTip.showText(event.globalPos(), plain_hint(row.gap.why, row.gap.next_step), view)
            return True
        return super().helpEvent(event, view, option, index)

    # --- painting ---

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: Row | None = index.data(ROW)
        colours = self._theme.colours
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, Heading):
            bold = QFont(option.font)
            bold.setWeight(QFont.Weight.DemiBold)
            painter.setFont(bold)
            painter.setPen(QColor(colours.muted))
            area = option.rect.adjusted(PAD, 8, -PAD, 0)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, row.text)
            painter.restore()
            return
        self._paint_back(painter, option)
        state = index.data(Qt.ItemDataRole.CheckStateRole)
        if state is not None:
            paint_check(painter, self.check_box(option.rect), state, self._theme)
        text = option.rect.adjusted(PAD + BOX + 10, 9, -PAD, -8)
        match row:
            case FindingRow():
                self._paint_finding(painter, option, text, row)
            case UnreadRow():
                icon = ("triangle-alert", colours.warn)
                lines = (row.gap.why, "Looked at by you" if row.seen else row.gap.next_step)
                self._paint_plain(painter, option, text, icon, row.gap.where, lines)
            case MarkRow(mark=mark):
                icon = ("square-dashed", "#8a63e0" if self._theme.dark else "#6a3fd0")
                self._paint_plain(painter, option, text, icon, "Area you marked", (place_text(mark.place),))
            case None:
                pass
        painter.restore()

    def _paint_back(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        colours = self._theme.colours
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colours.selected))
            bar = QRect(option.rect.left(), option.rect.top(), 3, option.rect.height())
            painter.fillRect(bar, QColor(colours.accent))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, QColor(colours.window))
        line = QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1)
        painter.fillRect(line, QColor(colours.border))

    def _paint_finding(
        self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, row: FindingRow
    ) -> None:
        finding, colours = row.finding, self._theme.colours
        line = QFontMetrics(option.font).height()
        left_readable = row.handling is Handling.LEFT
        colour = self._theme.severity(finding.severity)
        icon = self._theme.icon(SEVERITY_ICON[finding.severity], colour.name(), 18)
        icon.paint(painter, QRect(area.left(), area.top() + (line - 18) // 2 + 1, 18, 18))
        top = QRect(area.left() + 25, area.top(), area.width() - 25, line)
        place = places_text(finding)
        self._text(painter, top, place, option.font, colours.muted, right=True)
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        room = top.adjusted(0, 0, -QFontMetrics(option.font).horizontalAdvance(place) - 10, 0)
        self._text(painter, room, finding.title, bold, colours.muted if left_readable else colours.text)
        middle = top.translated(0, line + 4)
        words = "Left readable" if left_readable else f"{finding.confidence.word.capitalize()} confidence"
        if row.handling in {Handling.DROPPED, Handling.ADVICE}:
            words = "Always removed" if row.handling is Handling.DROPPED else "Advice"
        self._text(painter, middle, words, option.font, colours.muted, right=True)
        room = middle.adjusted(0, 0, -QFontMetrics(option.font).horizontalAdvance(words) - 10, 0)
        self._text(painter, room, finding.masked or "–", fixed_font(option.font.pointSizeF()), colours.text)
        self._text(painter, top.translated(0, 2 * line + 8), finding.evidence, option.font, colours.muted)

    def _paint_plain(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        area: QRect,
        icon: tuple[str, str],
        title: str,
        lines: Sequence[str],
    ) -> None:
        height = QFontMetrics(option.font).height()
        self._theme.icon(icon[0], icon[1], 18).paint(
            painter, QRect(area.left(), area.top() + (height - 18) // 2 + 1, 18, 18)
        )
        top = QRect(area.left() + 25, area.top(), area.width() - 25, height)
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        self._text(painter, top, title, bold, self._theme.colours.text)
        for number, line in enumerate(lines, 1):
            below = top.translated(0, number * (height + 4))
            self._text(painter, below, line, option.font, self._theme.colours.muted)

    @staticmethod
    def _text(
        painter: QPainter, area: QRect, text: str, font: QFont, colour: str, *, right: bool = False
    ) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, shown)


def toggle(model: QAbstractItemModel, index: Index) -> bool:
    """Covers what was left and leaves what was covered; False for rows without a choice."""
    if not model.flags(index) & Qt.ItemFlag.ItemIsUserCheckable:
        return False
    checked = index.data(Qt.ItemDataRole.CheckStateRole) is Qt.CheckState.Checked
    wanted = Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked
    return model.setData(index, wanted, Qt.ItemDataRole.CheckStateRole)


class FindingsView(QListView):
    """Cards of the current document; the selected card and the region on the page go together."""

    area_wanted = Signal(object)  # PageArea of a part that was not examined

    def __init__(
        self, session: Session, selection: Selection, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._selection = selection
        self._rows = FindingsModel(session, selection, self)
        self.setModel(self._rows)
        self.setItemDelegate(FindingsDelegate(theme, self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setAccessibleName("Findings")
        theme.changed.connect(self.viewport().update)
        selection.target_changed.connect(self._follow)
        self._rows.modelReset.connect(self._follow)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        row = self._rows.row(current)
        if isinstance(row, UnreadRow) and row.gap.area is not None:
            self.area_wanted.emit(row.gap.area)
        target = target_of(row)
        if target is not None and target != self._selection.target:
            self._selection.pick(target)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            toggle(self._rows, self.currentIndex())
            return
        super().keyPressEvent(event)

    def step(self, by: int) -> None:
        """Selects the next (or previous) card that can be selected."""
        row = self.currentIndex().row() + by
        while 0 <= row < self._rows.rowCount():
            index = self._rows.index(row)
            if index.flags() & Qt.ItemFlag.ItemIsSelectable:
                self.setCurrentIndex(index)
                return
            row += by

    def toggle_current(self) -> None:
        toggle(self._rows, self.currentIndex())

    def _follow(self) -> None:
        target: Target | None = self._selection.target
        index = self._rows.index_of(target)
        if index == self.currentIndex():
            return
        if not index.isValid() and not isinstance(self._rows.row(self.currentIndex()), FindingRow | MarkRow):
            return  # an unread part stays selected: it has no target of its own
        self.selectionModel().setCurrentIndex(
            index if index.isValid() else QModelIndex(), QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
