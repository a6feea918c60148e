"""Writes the redacted copy of a PDF: a new document, page by page, from an allow-list."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from app.errors import NotWritten, Unreadable
from app.formats.pdf.engine import guarded, mupdf
from app.formats.pdf.flat import GlyphlessFonts, add_flat_page
from app.formats.pdf.new_objects import saved
from app.formats.pdf.pages import Pages
from app.formats.pdf.paint import COPY, covers, painted
from app.formats.pdf.vector.accept import accepted
from app.formats.pdf.vector.layout import Look
from app.formats.pdf.vector.page import add_vector_page
from app.formats.pdf.vector.typeface import Typeface
from app.formats.pdf.words import Vetting, kept_links, kept_words
from app.model import RedactionPlan, Remark


@dataclass(frozen=True, slots=True)
class _Pictured:
    """A page (1-based) that became a picture, and why."""

    page: int
    reason: str


def write(pages: Pages, plan: RedactionPlan, target: Path) -> tuple[Remark, ...]:
    """Writes the copy to ``target``; see ``Document.write``. Tells what ``Document.remarks`` shall.

    Raises:
        NotWritten: a page cannot be rendered.
    """
    try:
        data, pictured = _copy(pages, plan)
    except Unreadable as error:
        raise NotWritten(f"No copy can be made: {error.message}", error.next_step) from None
    target.write_bytes(data)
    return _remarks(pictured)


def _copy(pages: Pages, plan: RedactionPlan) -> tuple[bytes, list[_Pictured]]:
    vetting = Vetting.of(plan)
    pictured: list[_Pictured] = []
    with guarded("The copy"):
        document = mupdf().open()
    try:
        fonts, face = GlyphlessFonts(document), Typeface()
        with guarded("The copy"):
            face_number = int(document.get_new_xref())
        for index in range(pages.count):
            covered = covers(pages, index, plan)
            shown = painted(pages, index, COPY, covered)
            words = kept_words(pages, index, covered, vetting)
            links = kept_links(pages.page(index), covered.painted, vetting)
            if plan.style.pdf_pages == "text":
                page = accepted(pages, index, covered, words, Look(*shown))
                if not isinstance(page, str):
                    add_vector_page(document, index, page, links, face, face_number, fonts)
                    continue
                if page:
                    pictured.append(_Pictured(index + 1, page))
            size = pages.size(index)
            add_flat_page(document, index, size, shown, covered, words, links, fonts)
        fonts.finish()
        with guarded("The copy"):
            face.add_to(document, face_number)
            return saved(document), pictured
    finally:
        document.close()


def _remarks(pictured: list[_Pictured]) -> tuple[Remark, ...]:
    """One remark for pages that follow each other and became pictures for the same reason."""
    remarks: list[Remark] = []
    for (_, reason), group in groupby(
        enumerate(pictured), key=lambda pair: (pair[1].page - pair[0], pair[1].reason)
    ):
        found = [page for _, page in group]
        first, last = found[0].page, found[-1].page
        where = f"page {first}" if first == last else f"pages {first}–{last}"
        remarks.append(Remark(where, f"became a picture, its words can still be searched: {reason}"))
    return tuple(remarks)
