"""The document on show: its page or text with highlights, before or after, and page turning."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from app.gui import highlights
from app.gui.document_strip import Strip
from app.gui.documents import Document, Stage
from app.gui.page_view import PageView
from app.gui.previews import PageKey
from app.gui.selection import Selection
from app.gui.session import Session
from app.gui.status_page import StatusPage
from app.gui.text_view import TextView
from app.gui.theme import Theme
from app.model import ErrorInfo, Picture, PlainText
from app.places import PageArea, TextSpan, Unit
from ocr.model import Box


class DocumentView(QFrame):
    """Shows the selected document's current page and reports what the user does on it."""

    page_changed = Signal()
    zoomed = Signal(float)
    retry_wanted = Signal()
    password_wanted = Signal()
    text_selected = Signal(bool)

    def __init__(
        self,
        session: Session,
        selection: Selection,
        theme: Theme,
        after: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._selection = session, selection
        self._page = 1
        self._scale = 1.0
        self._after = False
        self.picture = PageView()
        self.text = TextView(theme)
        self._status = StatusPage(theme)
        self._stack = QStackedWidget()
        for widget in (self._status, self.picture, self.text):
            self._stack.addWidget(widget)
        self._strip = Strip(after)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._strip)
        column.addWidget(self._stack, 1)
        self._connect(theme)

    def _connect(self, theme: Theme) -> None:
        self.picture.picked.connect(self._selection.pick)
        self.picture.drawn.connect(self._drawn)
        self.picture.zoomed.connect(self.zoomed)
        self.text.picked.connect(self._selection.pick)
        self.text.selection_made.connect(self.text_selected)
        self.text.part_changed.connect(self.page_changed)
        self.text.zoomed.connect(self.zoomed)
        self._status.retry.clicked.connect(self.retry_wanted)
        self._status.password.clicked.connect(self.password_wanted)
        self._selection.document_changed.connect(self._new_document)
        self._selection.target_changed.connect(self._reveal)
        self._session.page_arrived.connect(self._arrived)
        self._session.page_failed.connect(self._failed)
        self._session.stage_changed.connect(self._touched)
        self._session.findings_changed.connect(self._marked)
        self._session.decisions_changed.connect(self._decided)
        theme.changed.connect(self.show_page)

    # --- pages ---

    @property
    def document(self) -> Document | None:
        return self._session.documents.get(self._selection.document)

    @property
    def pages(self) -> int:
        """Pages of a picture or PDF, parts of a long text."""
        document = self.document
        if document is None:
            return 0
        return self.text.parts if document.is_text else document.pages

    @property
    def page(self) -> int:
        document = self.document
        return self.text.part if document is not None and document.is_text else self._page

    def go_to(self, page: int) -> None:
        page = min(max(page, 1), max(self.pages, 1))
        document = self.document
        if document is None or page == self.page:
            return
        if document.is_text:
            self.text.go_to_part(page)
            return
        self._page = page
        self.show_page()

    def show_area(self, area: PageArea) -> None:
        """Turns to a place on a page, for parts that were not examined."""
        self.go_to(area.page)
        if area.page == self._page:
            self.picture.reveal(-1, [box.scaled(self._scale) for box in area.boxes])

    @property
    def after(self) -> bool:
        return self._after

    def set_after(self, after: bool) -> None:
        """Shows the page as the copy will have it, or as it is."""
        self._after = after
        self.show_page()

    def _new_document(self) -> None:
        self._page = 1
        self.picture.clear()
        self.text.clear_text()
        self.show_page()

    def _key(self, document: Document) -> PageKey:
        after = document.cover if self._after and document.examined else None
        page = 1 if document.is_text else self._page
        return PageKey(document.number, page, after)

    def show_page(self) -> None:
        """Shows what is known of the current page; asks for it when it is not at hand."""
        document = self.document
        if document is None:
            return
        key = self._key(document)
        preview = self._session.page(key) if document.stage not in _NO_PAGE else None
        self._tell(document, key, ready=preview is not None)
        match preview:
            case Picture():
                self._scale = preview.scale
                self.picture.show_picture(preview)
                self._stack.setCurrentWidget(self.picture)
                self.zoomed.emit(self.picture.zoom)
            case PlainText(text=text):
                self.text.show_text(text)
                self._stack.setCurrentWidget(self.text)
                self.zoomed.emit(self.text.zoom)
            case None:
                self._show_status(document)
        self._highlight()
        self.page_changed.emit()

    def _show_status(self, document: Document) -> None:
        """Keeps the page before while its other version is on the way; else tells the state."""
        if document.stage in _NO_PAGE or self._stack.currentWidget() is self._status or not document.examined:
            self._status.tell(document)
            self._stack.setCurrentWidget(self._status)

    def _tell(self, document: Document, key: PageKey, *, ready: bool) -> None:
        if key.after is not None:
            note = "Exactly what the copy will hold" if ready else "Making the page of the copy…"
        elif document.findings:
            note = "Highlights show what the copy covers"
        else:
            note = ""
        self._strip.tell(document.name, note, after=key.after is not None)

    def _arrived(self, key: PageKey) -> None:
        document = self.document
        if document is not None and key == self._key(document):
            self.show_page()
        elif document is not None and key.document == document.number:
            self.page_changed.emit()

    def _failed(self, key: PageKey, error: ErrorInfo) -> None:
        document = self.document
        if document is not None and key == self._key(document):
            note = f"This page cannot be shown. {error.message} {error.next_step}"
            self._strip.tell(document.name, note, after=key.after is not None)

    def _touched(self, number: int) -> None:
        document = self.document
        if document is None or number != document.number:
            return
        if self._stack.currentWidget() is self._status or document.stage in _NO_PAGE:
            self.show_page()
        self.picture.allow_drawing(document.examined and not self._after)

    def _decided(self, number: int) -> None:
        document = self.document
        if document is None or number != document.number:
            return
        if self._after:
            self.show_page()
        else:
            self._highlight()

    def _marked(self, number: int) -> None:
        document = self.document
        if document is not None and number == document.number:
            key = self._key(document)
            if key.after is None and self._stack.currentWidget() is not self._status:
                self._tell(document, key, ready=True)
            self._highlight()

    # --- highlights ---

    def _highlight(self) -> None:
        document = self.document
        if document is None:
            return
        plain = self._after and document.examined
        self.picture.allow_drawing(document.examined and not plain)
        target = self._selection.target
        if document.is_text:
            self.text.set_highlights([] if plain else list(highlights.spans(document)), target)
        else:
            regions = [] if plain else list(highlights.regions(document, self._page, self._scale))
            self.picture.set_regions(regions, target)

    def _reveal(self) -> None:
        document, target = self.document, self._selection.target
        if document is None:
            return
        places = highlights.places(document, target)
        if not places or target is None:
            self.picture.select(target)
            self.text.set_highlights([] if self._after else list(highlights.spans(document)), target)
            return
        place = places[min(self._selection.place, len(places) - 1)]
        match place:
            case PageArea(page=page, boxes=boxes):
                self.go_to(page)
                self.picture.reveal(target, [box.scaled(self._scale) for box in boxes])
            case TextSpan(start=start):
                self.text.reveal(target, start)
            case _:
                self.picture.select(target)

    # --- own areas ---

    def _drawn(self, box: Box) -> None:
        document = self.document
        if document is None or document.scan is None:
            return
        pdf = document.scan.report.format == "pdf"
        area = PageArea(self._page, (box.scaled(1 / self._scale),), Unit.POINT if pdf else Unit.PIXEL)
        self._cover(document, area)

    def cover_selected_text(self) -> None:
        """Covers the text that the user selected."""
        document, span = self.document, self.text.selected_span()
        if document is not None and document.examined and document.is_text and span is not None:
            self._cover(document, span)

    def _cover(self, document: Document, place: PageArea | TextSpan) -> None:
        self._session.decide(document.number, lambda changed: changed.add_mark(place))
        self._selection.pick(document.decisions.marks[-1].number)

    # --- zoom ---

    def _zoomed_view(self) -> PageView | TextView:
        return self.text if self._stack.currentWidget() is self.text else self.picture

    def zoom_by(self, steps: int) -> None:
        self._zoomed_view().zoom_by(steps)

    def zoom_to_fit(self) -> None:
        self._zoomed_view().fit()

    def zoom_to_life(self) -> None:
        self._zoomed_view().set_zoom(1.0)


_NO_PAGE = {Stage.FAILED, Stage.CANCELLED}
