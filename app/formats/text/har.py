"""HAR: recorded browser traffic (http://www.softwareishard.com/blog/har-12-spec/)."""

from __future__ import annotations

import re
from typing import Final

from app.formats.base import Context
from app.formats.text.body import Edit
from app.formats.text.codec import first_character, sniff
from app.formats.text.document import TextDocument, body_of
from app.formats.text.json_document import DamagedJson, JsonDocument
from app.formats.text.json_tree import JsonError, Shape, Tree, parse
from app.model import Check, Source

_HEAD: Final = 1 << 16
_LOG: Final = re.compile(rb"\"\0?l\0?o\0?g\0?\"[\s\0]*:[\s\0]*\{")
_ENTRIES: Final = re.compile(rb"\"\0?e\0?n\0?t\0?r\0?i\0?e\0?s\0?\"[\s\0]*:[\s\0]*\[")


class HarDocument(JsonDocument):
    """Every header, cookie, parameter, address and body of request and response, treated alike."""

    format = "har"

    def check_structure(self, copy: Tree, edits: list[Edit]) -> Check:
        check = super().check_structure(copy, edits)
        before, after = entries(self.tree), entries(copy)
        kept = check.passed and before is not None and before == after
        return Check(check.name, kept, f"{check.detail}; {after} entries in the log")


def entries(tree: Tree) -> int | None:
    """How many requests were recorded; None when it is no HAR."""
    found = None
    for node, shape in enumerate(tree.shapes):
        if shape == Shape.ARRAY and tree.keys[node] == "entries" and tree.pointer(node) == "/log/entries":
            found = node
            break
    if found is None:
        return None
    return tree.parents.count(found)


class HarFormat:
    name = "HAR"
    order = 400

    def recognises(self, source: Source) -> bool:
        head = source.data[:_HEAD]
        return (
            first_character(source.data) == "{"
            and _LOG.search(head) is not None
            and _ENTRIES.search(source.data) is not None
            and sniff(source.data) is not None
        )

    def open(self, source: Source, context: Context) -> TextDocument:
        """A damaged recording is opened as text; other JSON with a log is opened as such."""
        body = body_of(source)
        try:
            tree = parse(body.whole())
        except JsonError:
            return DamagedJson(body, context)
        kind = JsonDocument if entries(tree) is None else HarDocument
        return kind(body, tree, context)

    def suffix(self, source: Source) -> str:
        return source.path.suffix


FORMAT = HarFormat()
