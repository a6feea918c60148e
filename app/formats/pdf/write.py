"""Writes the redacted copy of a PDF: a new document, page by page, from an allow-list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.errors import NotWritten, Unreadable
from app.formats.pdf.engine import guarded, mupdf
from app.formats.pdf.flat import GlyphlessFonts, add_flat_page
from app.formats.pdf.pages import Pages
from app.formats.pdf.paint import COPY, covers, painted
from app.formats.pdf.words import Vetting, kept_links, kept_words
from app.model import RedactionPlan


def write(pages: Pages, plan: RedactionPlan, target: Path) -> None:
    """Writes the copy to ``target``; see ``Document.write``.

    Raises:
        NotWritten: a page cannot be rendered.
    """
    try:
        data = _copy(pages, plan)
    except Unreadable as error:
        raise NotWritten(f"No copy can be made: {error.message}", error.next_step) from None
    target.write_bytes(data)


def _copy(pages: Pages, plan: RedactionPlan) -> bytes:
    vetting = Vetting.of(plan)
    with guarded("The copy"):
        document = mupdf().open()
    try:
        fonts = GlyphlessFonts(document)
        for index in range(pages.count):
            covered = covers(pages, index, plan)
            picture, _ = painted(pages, index, COPY, covered.painted)
            words = kept_words(pages, index, covered, vetting)
            links = kept_links(pages.page(index), covered.painted, vetting)
            size = pages.size(index)
            add_flat_page(document, index, size, picture, covered.painted, words, links, fonts)
        fonts.finish()
        return _saved(document)
    finally:
        document.close()


def _saved(document: Any) -> bytes:
    with guarded("The copy"):
        pymupdf = mupdf()
        document.del_xml_metadata()
        document.xref_set_key(document.pdf_catalog(), "Info", "null")
        data: bytes = document.tobytes(
            garbage=4,
            deflate=True,
            deflate_images=True,
            deflate_fonts=True,
            clean=False,
            encryption=pymupdf.PDF_ENCRYPT_NONE,
            no_new_id=True,
        )
        return data
