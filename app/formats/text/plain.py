"""Plain text of any kind; asked last, because most content reads as text."""

from __future__ import annotations

from app.formats.base import Context
from app.formats.text.codec import sniff
from app.formats.text.document import TextDocument, body_of
from app.model import Source


class TextFormat:
    name = "text files"
    order = 900

    def recognises(self, source: Source) -> bool:
        return sniff(source.data) is not None

    def open(self, source: Source, context: Context) -> TextDocument:
        return TextDocument(body_of(source), context)

    def suffix(self, source: Source) -> str:
        return source.path.suffix


FORMAT = TextFormat()
