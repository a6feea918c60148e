"""Every question the window asks; tests answer them in place of a person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QInputDialog,
    QLineEdit,
    QMessageBox,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

import resources
from app.gui.documents import Document
from app.gui.preferences import PreferencesDialog
from app.gui.wording import count_of
from app.options import Settings

SHOWN_GAPS = 5


@dataclass(frozen=True, slots=True)
class Target:
    """Where to write, and whether the user agreed to replace what is there."""

    path: Path
    replace: bool


class Dialogs:
    """Asks the user; None or False means that nothing shall happen."""

    def __init__(self, parent: QWidget) -> None:
        self._parent = parent

    def files(self) -> list[Path]:
        names, _ = QFileDialog.getOpenFileNames(self._parent, "Open files to examine")
        return [Path(name) for name in names]

    def folder(self, title: str) -> Path | None:
        name = QFileDialog.getExistingDirectory(self._parent, title)
        return Path(name) if name else None

    def target(self, proposal: Path) -> Target | None:
        """The file dialog itself asks before replacing."""
        name, _ = QFileDialog.getSaveFileName(self._parent, "Save redacted copy", str(proposal))
        return Target(Path(name), Path(name).exists()) if name else None

    def replace_existing(self, existing: int) -> bool | None:
        """True replaces, False leaves those files out, None stops."""
        box = self._box(
            QMessageBox.Icon.Question,
            f"{count_of(existing, 'copy', 'copies')} of that name already there",
            "Replace what is there, or leave these files out?",
        )
        replace = box.addButton("Replace", QMessageBox.ButtonRole.DestructiveRole)
        skip = box.addButton("Leave out", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        if box.clickedButton() is replace:
            return True
        return False if box.clickedButton() is skip else None

    def unread(self, documents: list[Document]) -> bool:
        """Whether to go on although parts could not be examined."""
        gaps = [(document, gap) for document in documents for gap in document.not_read]
        lines = [f"• {document.name}, {gap.where}: {gap.why}" for document, gap in gaps[:SHOWN_GAPS]]
        if len(gaps) > SHOWN_GAPS:
            lines.append(f"… and {len(gaps) - SHOWN_GAPS:,} more")
        box = self._box(
            QMessageBox.Icon.Warning,
            "Not fully examined",
            "These parts could not be read, so secrets in them are neither found nor covered:\n\n"
            + "\n".join(lines)
            + "\n\nTick them in the list once you have looked at them yourself.",
        )
        save = box.addButton("Save as not fully examined", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        return box.clickedButton() is save

    def remove_all(self, count: int) -> bool:
        box = self._box(
            QMessageBox.Icon.Question,
            f"Remove {count_of(count, 'file')} from the list?",
            "The files themselves stay where they are. Decisions that were not saved are lost.",
        )
        remove = box.addButton("Remove", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return box.clickedButton() is remove

    def password(self, name: str) -> str | None:
        text, accepted = QInputDialog.getText(
            self._parent,
            "Password needed",
            f"Password of {name} (kept in memory only):",
            QLineEdit.EchoMode.Password,
        )
        return text if accepted else None

    def preferences(self, settings: Settings) -> Settings | None:
        dialog = PreferencesDialog(settings, self._parent)
        return dialog.settings if dialog.exec() == QDialog.DialogCode.Accepted else None

    def show_limits(self) -> None:
        self._show_text("What it can and cannot find", resources.read_text("help/limits.md"))

    def show_about(self) -> None:
        self._show_text("About Sharesafe", resources.read_text("help/about.md"))

    def show_folder(self, path: Path) -> None:
        folder = path if path.is_dir() else path.parent
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def tell(self, title: str, text: str) -> None:
        box = self._box(QMessageBox.Icon.Information, title, text)
        box.exec()

    def _box(self, icon: QMessageBox.Icon, title: str, text: str) -> QMessageBox:
        box = QMessageBox(self._parent)
        box.setIcon(icon)
        box.setWindowTitle(title)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(title)
        box.setInformativeText(text)
        return box

    def _show_text(self, title: str, markdown: str) -> None:
        dialog = QDialog(self._parent)
        dialog.setWindowTitle(title)
        browser = QTextBrowser()
        browser.setOpenLinks(False)
        browser.setMarkdown(markdown)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(dialog.reject)
        column = QVBoxLayout(dialog)
        column.addWidget(browser)
        column.addWidget(buttons)
        dialog.resize(600, 560)
        dialog.exec()
        dialog.deleteLater()
