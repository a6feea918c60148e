"""Which pages keep their text: those that were written on their own, looked at, and found to be right."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Final

from app.errors import Unreadable
from app.formats.pdf.engine import guarded, mupdf
from app.formats.pdf.flat import GlyphlessFonts
from app.formats.pdf.new_objects import saved
from app.formats.pdf.pages import Pages
from app.formats.pdf.paint import Covers
from app.formats.pdf.vector.content import Unwritable
from app.formats.pdf.vector.gate import (
    looks_alike,
    looks_alike_elsewhere,
    mupdf_text,
    pdfium_text,
    reads_alike,
)
from app.formats.pdf.vector.layout import Look
from app.formats.pdf.vector.page import VectorPage, add_vector_page, vector_page
from app.formats.pdf.vector.typeface import Typeface
from app.formats.pdf.words import KeptWord

DAMAGED: Final = "part of it is damaged"
DIFFERENT: Final = "it would not look the same"
ELSEWHERE: Final = "it would not look the same in every viewer"
MISREAD: Final = "its text could not be proven to be what it shows"
GLYPHS: Final = "its font cannot be written anew"


def accepted(
    pages: Pages, index: int, covered: Covers, words: Sequence[KeptWord], look: Look
) -> VectorPage | str:
    """Page ``index`` (0-based) as it is written with its text, or why it stays a picture.

    The reason is empty where the page was a picture before.
    """
    try:
        page = vector_page(pages, index, covered, words, look)
        return page if isinstance(page, str) else _proven(page, words, look)
    except Unreadable:
        return DAMAGED
    except Unwritable:
        return GLYPHS


def _proven(page: VectorPage, words: Sequence[KeptWord], look: Look) -> VectorPage | str:
    """The page, if it is right in a document of its own."""
    data = _alone(page)
    texts = [word.text for word in words]
    with guarded("A page"), closing(mupdf().open(stream=data, filetype="pdf")) as document:
        shown = document[0]
        if not reads_alike(texts, [mupdf_text(shown), pdfium_text(data, 0)]):
            return MISREAD
        if not looks_alike(look.pixels, shown, look.scale, [patch.box for patch in page.layout.patches]):
            return DIFFERENT
    return page if looks_alike_elsewhere(look.pixels, data, 0, look.scale) else ELSEWHERE


def _alone(page: VectorPage) -> bytes:
    with guarded("A page"), closing(mupdf().open()) as document:
        face, fonts = Typeface(), GlyphlessFonts(document)
        number = document.get_new_xref()
        add_vector_page(document, 0, page, (), face, number, fonts)
        face.add_to(document, number)
        fonts.finish()
        return saved(document)
