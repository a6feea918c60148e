"""PDF as a format: recognised without the libraries that read it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from app.formats.base import Context
from app.model import Source

if TYPE_CHECKING:
    from app.formats.pdf.document import PdfDocument

HEADER_WITHIN: Final = 1024
"""Bytes in which the header may start; viewers accept rubbish in front of it (ISO 32000-1, annex H)."""

_OBJECT: Final = re.compile(rb"[\r\n]\s{0,8}\d{1,10} \d{1,5} obj\b")


class PdfFormat:
    """See ``Format``."""

    name = "PDF documents"
    order = 20

    def recognises(self, source: Source) -> bool:
        data = source.data
        start = data.find(b"%PDF-", 0, HEADER_WITHIN)
        if start <= 0:
            return start == 0
        # Behind other bytes the header counts only where objects follow: text may speak of PDF files, too.
        return _OBJECT.search(data, start) is not None

    def open(self, source: Source, context: Context) -> PdfDocument:
        from app.formats.pdf.document import PdfDocument

        return PdfDocument(source, context)

    def suffix(self, source: Source) -> str:  # noqa: ARG002
        return ".pdf"


FORMAT: Final = PdfFormat()
