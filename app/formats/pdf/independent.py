"""A PDF as PDFium reads it, the engine of Chrome, which takes no part in writing copies."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import islice
from typing import Any, Final

from app.errors import Unreadable

LONGEST: Final = 4_000_000
"""Characters of a page, and bytes of a string, that are read at most."""

MOST_PARTS: Final = 20_000
"""Annotations of a page, bookmarks and attached files that are read at most."""

DEEPEST: Final = 32
"""Bookmarks within bookmarks."""

END_OF_ROW: Final = "\x02"
"""What PDFium gives for a hyphen at the end of a row."""

_KEYS: Final = (
    b"Contents", b"T", b"Subj", b"RC", b"NM", b"V", b"DV", b"TU", b"TM", b"OverlayText", b"CA", b"AS",
)  # fmt: skip
"""Entries of annotations and fields that hold text (ISO 32000-1, 12.5 and 12.7)."""


def texts(data: bytes) -> Iterator[str]:
    """Every text that PDFium finds: what pages show or hide, notes, fields, links, bookmarks, properties.

    Raises:
        Unreadable: PDFium does not open it, or there is more than any copy holds.
    """
    import pypdfium2

    try:
        with closing(pypdfium2.PdfDocument(data)) as document:
            yield from _properties(document)
            for index in range(len(document)):
                with closing(document[index]) as page:
                    yield from _page_text(page)
                    yield from _annotations(document, page)
    except pypdfium2.PdfiumError:
        raise Unreadable("Another reader of PDFs does not open it.", "Please report this.") from None


def _properties(document: Any) -> Iterator[str]:
    yield from document.get_metadata_dict(skip_empty=True).values()
    for bookmark in islice(document.get_toc(max_depth=DEEPEST), MOST_PARTS):
        yield bookmark.get_title()
    for number in range(min(document.count_attachments(), MOST_PARTS)):
        yield document.get_attachment(number).get_name()
    yield from filter(None, map(document.get_page_label, range(len(document))))


def _page_text(page: Any) -> Iterator[str]:
    """All characters of a page, in the order of the file, with the spaces and ends of rows PDFium sees."""
    from pypdfium2 import raw

    with closing(page.get_textpage()) as text:
        count = text.count_chars()
        if count > LONGEST:
            raise Unreadable("A page holds more text than any page does.", "Please report this.")
        codes = (raw.FPDFText_GetUnicode(text, at) for at in range(count))
        yield "".join(chr(code) for code in codes if code).replace(END_OF_ROW, "-")


def _annotations(document: Any, page: Any) -> Iterator[str]:
    from pypdfium2 import raw

    for at in range(min(raw.FPDFPage_GetAnnotCount(page), MOST_PARTS)):
        annotation = raw.FPDFPage_GetAnnot(page, at)
        if not annotation:
            continue
        try:
            for key in _KEYS:
                found = _read(partial(raw.FPDFAnnot_GetStringValue, annotation, key), ctypes.c_ushort)
                yield found.decode("utf-16-le", "replace").rstrip("\0")
            action = raw.FPDFLink_GetAction(raw.FPDFAnnot_GetLink(annotation))
            if action:
                found = _read(partial(raw.FPDFAction_GetURIPath, document, action), ctypes.c_char)
                yield found.decode("latin-1").rstrip("\0")
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


def _read(call: Callable[[Any, int], int], unit: Any) -> bytes:
    """What a function of PDFium writes that tells, without a buffer, how many bytes it needs."""
    size = min(call(None, 0), LONGEST)
    if not size:
        return b""
    buffer = (unit * (size // ctypes.sizeof(unit) + 1))()
    call(buffer, size)
    return bytes(buffer)[:size]
