"""PDF documents: what they show, what they carry, and copies that hold nothing but covered pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.errors import UsageError
from app.formats.base import Context, Covers, Sink
from app.formats.pdf.check import check, decoded_parts
from app.formats.pdf.independent import texts
from app.formats.pdf.pages import Pages
from app.formats.pdf.paint import PREVIEW, as_shown, covers, painted
from app.formats.pdf.read import examine, occurrences
from app.formats.pdf.remarks import lost
from app.formats.pdf.write import write
from app.model import Check, Picture, RedactionPlan, Remark, Source, TextUnit
from app.places import Location


class PdfDocument:
    """One opened PDF; see ``Document``."""

    format = "pdf"
    platform: str | None = None

    def __init__(self, source: Source, context: Context) -> None:
        self._context = context
        self._pages = Pages(source.data, context.password, context.settings)
        self.pages = self._pages.count
        self._remarks: tuple[Remark, ...] = ()

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
            covered = covers(self._pages, page - 1, plan)
            pixels, scale = painted(self._pages, page - 1, PREVIEW, covered)
        return Picture(pixels.shape[1], pixels.shape[0], pixels.tobytes(), scale)

    def write(self, plan: RedactionPlan, target: Path) -> None:
        self._remarks = write(self._pages, plan, target) + lost(self._pages)

    def check(self, copy: Source, plan: RedactionPlan) -> list[Check]:
        return check(self._pages, plan, copy.data, self._context.settings)

    def remarks(self) -> tuple[Remark, ...]:
        return self._remarks

    def read_independently(self) -> Iterator[str]:
        return texts(self._pages.data)

    def decoded(self) -> list[bytes]:
        return decoded_parts(self._pages)

    def occurrences(self, value: str) -> tuple[Location, ...]:
        return occurrences(self._pages, value)

    def close(self) -> None:
        self._pages.close()
