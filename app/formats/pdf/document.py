"""PDF documents: what they show, what they carry, and copies that hold nothing but covered pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from app.errors import UsageError
from app.formats.base import Context, Covers, Sink
from app.formats.pdf.check import check, decoded_parts
from app.formats.pdf.pages import Pages
from app.formats.pdf.paint import PREVIEW, as_shown, covers, painted
from app.formats.pdf.read import examine, occurrences
from app.formats.pdf.write import write
from app.model import Check, Location, Picture, RedactionPlan, Source, TextUnit

HEADER_WITHIN: Final = 1024
"""Bytes in which the header may start; viewers accept rubbish in front of it (ISO 32000-1, annex H)."""


_OBJECT: Final = re.compile(rb"[\r\n]\s{0,8}\d{1,10} \d{1,5} obj\b")


class PdfDocument:
    """One opened PDF; see ``Document``."""

    format = "pdf"
    platform: str | None = None

    def __init__(self, source: Source, context: Context) -> None:
        self._context = context
        self._pages = Pages(source.data, context.password, context.settings)
        self.pages = self._pages.count

    def examine(self, sink: Sink, *, covers: Covers | None = None) -> None:
        examine(self._pages, self._context, sink, covers=covers)

    def names(self) -> tuple[TextUnit, ...]:
        return ()

    def preview(self, page: int, plan: RedactionPlan | None = None) -> Picture:
        if not 1 <= page <= self.pages:
            raise UsageError(f"There is no page {page}.", f"The document has {self.pages} pages.")
        if plan is None:
            pixels, scale = as_shown(self._pages, page - 1, PREVIEW)
        else:
            pixels, scale = painted(
                self._pages, page - 1, PREVIEW, covers(self._pages, page - 1, plan).painted
            )
        return Picture(pixels.shape[1], pixels.shape[0], pixels.tobytes(), scale)

    def write(self, plan: RedactionPlan, target: Path) -> None:
        write(self._pages, plan, target)

    def check(self, copy: Source, plan: RedactionPlan) -> list[Check]:
        return check(self._pages, plan, copy.data, self._context.settings)

    def decoded(self) -> list[bytes]:
        return decoded_parts(self._pages)

    def occurrences(self, value: str) -> tuple[Location, ...]:
        return occurrences(self._pages, value)

    def close(self) -> None:
        self._pages.close()


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
        return PdfDocument(source, context)

    def suffix(self, source: Source) -> str:  # noqa: ARG002
        return ".pdf"


FORMAT: Final = PdfFormat()
