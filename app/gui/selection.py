"""What the user looks at, shared by queue, page and list of findings."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

Target = str | int
"""A finding (by id) or a drawn place (by number)."""


class Selection(QObject):
    """The current document and what is selected in it.

    Attributes:
        place: which of a finding's places is shown, 0-based.
    """

    document_changed = Signal()
    target_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document: int | None = None
        self.target: Target | None = None
        self.place = 0

    def show(self, document: int | None) -> None:
        if document != self.document:
            self.document, self.target, self.place = document, None, 0
            self.document_changed.emit()
            self.target_changed.emit()

    def pick(self, target: Target | None, place: int = 0) -> None:
        if (target, place) != (self.target, self.place):
            self.target, self.place = target, place
            self.target_changed.emit()
