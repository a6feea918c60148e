"""JSON and JSON lines, among them the exports of most workflow tools."""

from __future__ import annotations

from app.formats.base import Context
from app.formats.text.codec import first_character, sniff
from app.formats.text.document import TextDocument, body_of
from app.formats.text.json_document import DamagedJson, JsonDocument
from app.formats.text.json_tree import JsonError, parse
from app.model import Source


class JsonFormat:
    name = "JSON"
    order = 500

    def recognises(self, source: Source) -> bool:
        return first_character(source.data) in ("{", "[") and sniff(source.data) is not None

    def open(self, source: Source, context: Context) -> TextDocument:
        """What begins like JSON and is none (damaged, with comments, a log) is opened as text, too."""
        body = body_of(source)
        try:
            return JsonDocument(body, parse(body.whole()), context)
        except JsonError:
            return DamagedJson(body, context)

    def suffix(self, source: Source) -> str:
        return source.path.suffix


FORMAT = JsonFormat()
