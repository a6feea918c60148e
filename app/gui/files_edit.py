"""A field for names of files: one name, or one a line, typed or chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPlainTextEdit, QWidget

from app.gui.controls import button

LINES_SHOWN = 3


class FilesEdit(QWidget):
    """Holds names of files; ``several`` tells whether more than one is of use."""

    def __init__(self, *, several: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._several = several
        self._edit = QPlainTextEdit()
        self._edit.setTabChangesFocus(True)
        self._edit.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._edit.setPlaceholderText("No file")
        lines = LINES_SHOWN if several else 1
        self._edit.setFixedHeight(self._edit.fontMetrics().lineSpacing() * lines + 24)
        self.setFocusProxy(self._edit)
        choose = button("Add…" if several else "Choose…", "Choose a file")
        choose.clicked.connect(self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._edit)
        row.addWidget(choose, alignment=Qt.AlignmentFlag.AlignTop)

    def show_names(self, names: tuple[str, ...]) -> None:
        self._edit.setPlainText("\n".join(names))

    def value(self) -> tuple[str, ...] | str:
        """The names; a single one, or nothing, where only one is of use."""
        lines = (line.strip() for line in self._edit.toPlainText().splitlines())
        names = tuple(line for line in lines if line)
        return names if self._several else next(iter(names), "")

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self._edit.setAccessibleName(name)

    def setAccessibleDescription(self, text: str) -> None:
        super().setAccessibleDescription(text)
        self._edit.setAccessibleDescription(text)

    def _choose(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self, "Choose files")
        if chosen:
            before = self.value() if self._several else ()
            self.show_names((*before, *chosen))
