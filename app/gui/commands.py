"""What the window's commands do: they ask what is missing and hand over to session and saving."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QSettings
from PySide6.QtGui import QGuiApplication

from app.gui import naming, preferences, receipts
from app.gui.banner import Banner, Message, Tone
from app.gui.dialogs import Dialogs
from app.gui.document_view import DocumentView
from app.gui.documents import Document, Stage
from app.gui.incoming import Incoming, Pasteboard
from app.gui.page_view import image_of
from app.gui.saving import Batch, Saving
from app.gui.selection import Selection
from app.gui.session import Notice, Session
from app.gui.wording import complete
from app.model import Picture, PlainText, Preview


class Commands(QObject):
    """One method per command of the table."""

    def __init__(
        self,
        session: Session,
        saving: Saving,
        selection: Selection,
        view: DocumentView,
        banner: Banner,
        dialogs: Dialogs,
        store: QSettings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self.saving, self.selection = session, saving, selection
        self._view, self._banner, self._dialogs, self._store = view, banner, dialogs, store
        self._pasteboard = Pasteboard()
        saving.saved.connect(self._saved)
        saving.batch_done.connect(self._batch_done)
        saving.copied.connect(self._copied)
        selection.document_changed.connect(self.show_receipt)
        session.decisions_changed.connect(self._decided)
        session.noticed.connect(self._noticed)

    @property
    def document(self) -> Document | None:
        return self.session.documents.get(self.selection.document)

    # --- what comes in ---

    def open(self) -> None:
        self._add(self._dialogs.files())

    def open_folder(self) -> None:
        folder = self._dialogs.folder("Examine every file in a folder")
        self._add([folder] if folder else [])

    def _add(self, paths: list[Path]) -> None:
        if paths:
            self.session.add_paths(paths)

    def paste(self) -> None:
        mime: QMimeData | None = QGuiApplication.clipboard().mimeData()  # None when it is empty
        incoming = self._pasteboard.read(mime) if mime is not None else Incoming()
        if incoming:
            self._take(incoming)
        else:
            self._say("Nothing to paste", "Copy a picture, text or files first.")

    def drop(self, mime: QMimeData) -> None:
        self._take(self._pasteboard.read(mime))

    def _take(self, incoming: Incoming) -> None:
        if incoming.foreign:
            where = ", ".join(sorted(set(incoming.foreign)))
            self._say("Only files on this computer", f"Save the file from {where} first, then add it.")
        self._add(list(incoming.paths))
        before = len(self.session.documents)
        self.session.add_inputs(incoming.inputs)
        if incoming.inputs and len(self.session.documents) > before:
            self.selection.show(list(self.session.documents)[-1].number)

    # --- copies ---

    def save(self) -> None:
        document = self.document
        if (
            document is None
            or not document.examined
            or document.busy
            or not self._unread_accepted([document])
        ):
            return
        target = self._dialogs.target(naming.beside(document, self.session.labels))
        if target is None:
            return
        if target.path == document.input.path:
            self._say("The original is never replaced", "Choose another name for the copy.")
            return
        self.saving.save(document.number, target.path, target.replace)

    def save_all(self) -> None:
        ready = [d for d in self.session.documents if d.examined and not d.busy]
        if not ready or not self._unread_accepted(ready):
            return
        folder = self._dialogs.folder("Save copies of all files to a folder")
        if folder is None:
            return
        targets = naming.below(folder, ready, self.session.labels)
        existing = {number for number, target in targets.items() if target.exists()}
        replace = self._dialogs.replace_existing(len(existing)) if existing else False
        if replace is None:
            return
        if not replace:
            targets = {number: target for number, target in targets.items() if number not in existing}
        if targets:
            self.saving.save_all(targets, folder, replace)

    def copy(self) -> None:
        document = self.document
        if document is not None and document.examined and not document.busy:
            self.saving.copy(document.number, 1 if document.is_text else self._view.page)

    def _unread_accepted(self, documents: list[Document]) -> bool:
        open_gaps = [document for document in documents if not document.fully_acknowledged]
        return not open_gaps or self._dialogs.unread(open_gaps)

    def _copied(self, number: int, preview: Preview) -> None:
        clipboard = QGuiApplication.clipboard()
        match preview:
            case Picture():
                clipboard.setImage(image_of(preview))
            case PlainText(text=text):
                clipboard.setText(text)
        self._banner.tell(receipts.copied(self.session.documents[number]))

    # --- what came of it ---

    def _offer(self) -> receipts.Next:
        return receipts.Next(self._dialogs.show_folder, self.save, self.retry)

    def show_receipt(self) -> None:
        document = self.document
        self._banner.tell(receipts.receipt(document, self._offer()) if document else None)

    def _saved(self, number: int) -> None:
        if number == self.selection.document:
            self.show_receipt()

    def _decided(self, number: int) -> None:
        document = self.document
        if document is not None and number == document.number and document.outcome is not None:
            self.show_receipt()

    def _batch_done(self, done: Batch) -> None:
        documents = self.session.documents
        incomplete = sum(not complete(documents[number]) for number in done.written)
        names = {document.number: document.name for document in documents}
        self._banner.tell(
            receipts.batch(done, lambda number: names.get(number, ""), incomplete, self._offer())
        )

    def _noticed(self, notice: Notice) -> None:
        self._say(notice.title, notice.detail)

    def _say(self, title: str, text: str) -> None:
        """Tells on the banner when a document is on show, else in a dialog."""
        if len(self.session.documents):
            self._banner.tell(Message(Tone.WARN, title, text))
        else:
            self._dialogs.tell(title, text)

    # --- the queue ---

    def retry(self) -> None:
        if (document := self.document) is not None:
            self._retry(document, None)

    def password(self) -> None:
        document = self.document
        if document is not None and (password := self._dialogs.password(document.name)) is not None:
            self._retry(document, password)

    def _retry(self, document: Document, password: str | None) -> None:
        self.session.retry(document.number, password)
        self.show_receipt()

    def cancel(self, numbers: list[int]) -> None:
        for number in numbers:
            self.session.cancel(number)
            self.saving.cancel(number)

    def cancel_all(self) -> None:
        self.session.cancel_all()
        self.saving.cancel_all()

    def remove(self, numbers: list[int]) -> None:
        for number in numbers:
            self.session.remove(number)

    def remove_all(self) -> None:
        numbers = [document.number for document in self.session.documents]
        if numbers and self._dialogs.remove_all(len(numbers)):
            self.remove(numbers)

    # --- decisions ---

    def undo(self) -> None:
        self._decide(Document.undo)

    def redo(self) -> None:
        self._decide(Document.redo)

    def delete_mark(self) -> None:
        target = self.selection.target
        if isinstance(target, int):
            self.selection.pick(None)
            self._decide(lambda document: document.remove_mark(target))

    def _decide(self, change: Callable[[Document], object]) -> None:
        if (document := self.document) is not None:
            self.session.decide(document.number, change)

    # --- the rest ---

    def preferences(self) -> None:
        settings = self._dialogs.preferences(self.session.settings)
        if settings is not None:
            preferences.keep(self._store, settings)
            self.session.use(settings)

    def limits(self) -> None:
        self._dialogs.show_limits()

    def about(self) -> None:
        self._dialogs.show_about()


def may_save(document: Document | None) -> bool:
    """Whether a copy can be written now."""
    return document is not None and document.examined and document.stage is not Stage.SAVING
