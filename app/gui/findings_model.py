"""Rows of the list of findings: what was not examined first, then findings by severity, then own areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer

from app.gui.documents import Document, Handling, Mark
from app.gui.selection import Selection, Target
from app.gui.session import Session
from app.gui.wording import count_of, handling_text, place_text, places_text, rank_text
from app.model import Finding, NotRead
from app.places import PageArea

Index = QModelIndex | QPersistentModelIndex
ROW: Final = Qt.ItemDataRole.UserRole
GATHER_MS: Final = 80
"""While reading goes on, the list is built anew at most this often."""


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class UnreadRow:
    index: int
    gap: NotRead
    seen: bool


@dataclass(frozen=True, slots=True)
class FindingRow:
    finding: Finding
    handling: Handling


@dataclass(frozen=True, slots=True)
class MarkRow:
    mark: Mark


Row = Heading | UnreadRow | FindingRow | MarkRow


def rows_of(document: Document) -> list[Row]:
    """The rows of a document, with a heading above each group that has members."""
    rows: list[Row] = []
    gaps = document.not_read
    if gaps:
        rows.append(Heading(f"Not examined – look at {'this' if len(gaps) == 1 else 'these'} yourself"))
        rows += [UnreadRow(i, gap, i in document.acknowledged) for i, gap in enumerate(gaps)]
    if document.findings:
        rows.append(Heading(count_of(len(document.findings), "finding")))
        ordered = sorted(document.findings, key=_order)
        rows += [FindingRow(finding, document.handling(finding)) for finding in ordered]
    marks = document.decisions.marks
    if marks:
        rows.append(Heading(count_of(len(marks), "area", "areas") + " of your own"))
        rows += [MarkRow(mark) for mark in marks]
    return rows


def _order(finding: Finding) -> tuple[int, int, int, float]:
    where = finding.where[0] if finding.where else None
    if isinstance(where, PageArea):
        return -finding.severity, -finding.confidence, where.page, where.boxes[0].top if where.boxes else 0.0
    return -finding.severity, -finding.confidence, 0, float(getattr(where, "start", 0))


def target_of(row: Row | None) -> Target | None:
    match row:
        case FindingRow(finding=finding):
            return finding.id
        case MarkRow(mark=mark):
            return mark.number
        case _:
            return None


class FindingsModel(QAbstractListModel):
    """The current document's rows; check boxes cover or leave, and note what a person looked at."""

    def __init__(self, session: Session, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._selection = selection
        self._rows: list[Row] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(GATHER_MS)
        self._timer.timeout.connect(self.rebuild)
        selection.document_changed.connect(self.rebuild)
        session.findings_changed.connect(self._touch)
        session.decisions_changed.connect(self._decided)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def row(self, index: Index) -> Row | None:
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def index_of(self, target: Target | None) -> QModelIndex:
        for number, row in enumerate(self._rows):
            if target is not None and target_of(row) == target:
                return self.index(number)
        return QModelIndex()

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        match self.row(index):
            case Heading() | None:
                return Qt.ItemFlag.ItemIsEnabled
            case FindingRow(handling=Handling.DROPPED | Handling.ADVICE):
                return flags
            case _:
                return flags | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index)
        if row is None:
            return None
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return _title(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _spoken(row)
        if role == Qt.ItemDataRole.CheckStateRole:
            return _checked(row)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row, number = self.row(index), self._selection.document
        if row is None or number is None or role != Qt.ItemDataRole.CheckStateRole:
            return False
        checked = Qt.CheckState(value) is Qt.CheckState.Checked
        match row:
            case FindingRow(finding=finding):
                self._session.decide(number, lambda document: document.choose([finding], checked))
            case UnreadRow(index=gap):
                self._session.decide(number, lambda document: document.acknowledge(gap, checked))
            case MarkRow(mark=mark):
                self._session.decide(number, lambda document: document.remove_mark(mark.number))
            case Heading():
                return False
        return True

    def rebuild(self) -> None:
        """Takes the rows anew; the view's current row is restored by its target."""
        self._timer.stop()
        document = self._session.documents.get(self._selection.document)
        rows = rows_of(document) if document else []
        if len(rows) == len(self._rows) and [_same(a) for a in rows] == [_same(a) for a in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _touch(self, number: int) -> None:
        if number == self._selection.document and not self._timer.isActive():
            self._timer.start()

    def _decided(self, number: int) -> None:
        if number == self._selection.document:
            self.rebuild()


def _same(row: Row) -> object:
    """What stays when only decisions change."""
    match row:
        case UnreadRow(index=index):
            return ("unread", index)
        case FindingRow(finding=finding):
            return finding
        case _:
            return row


def _title(row: Row) -> str:
    match row:
        case Heading(text=text):
            return text
        case UnreadRow(gap=gap):
            return gap.where
        case FindingRow(finding=finding):
            return finding.title
        case MarkRow(mark=mark):
            return f"Area you marked · {place_text(mark.place)}"


def _spoken(row: Row) -> str:
    match row:
        case UnreadRow(gap=gap, seen=seen):
            return f"Not examined: {gap.where}. {gap.why} {'You looked at it.' if seen else gap.next_step}"
        case FindingRow(finding=finding, handling=handling):
            where = places_text(finding)
            told = ", ".join(filter(None, (finding.title, finding.masked, where, rank_text(finding))))
            return f"{told}. {handling_text(handling)}"
        case _:
            return _title(row)


def _checked(row: Row) -> Qt.CheckState | None:
    match row:
        case FindingRow(handling=Handling.COVERED) | MarkRow() | UnreadRow(seen=True):
            return Qt.CheckState.Checked
        case FindingRow(handling=Handling.LEFT) | UnreadRow(seen=False):
            return Qt.CheckState.Unchecked
        case _:
            return None
