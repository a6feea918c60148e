"""The objects of a file of our own, read from its first byte to its last without any PDF library."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import Final

from app.formats.pdf.syntax import Malformed, Name, ObjectReader, Value

_HEADER: Final = re.compile(rb"%PDF-1\.\d\n%\xc2\xb5\xc2\xb6\n% Written by MuPDF [\d.]{1,12}\n\n")
_OBJECT: Final = re.compile(rb"(\d{1,9}) 0 obj\n")
_STREAM: Final = re.compile(rb"\nstream\n")
_STREAM_END: Final = re.compile(rb"\nendstream\nendobj\n\n")
_OBJECT_END: Final = re.compile(rb"\nendobj\n\n")
_TABLE: Final = re.compile(rb"xref\n0 (\d{1,9})\n")
_ROW: Final = re.compile(rb"(\d{10}) (\d{5}) ([nf]) \n")
_TRAILER: Final = re.compile(rb"\ntrailer\n")
_END: Final = re.compile(rb"\nstartxref\n(\d{1,12})\n%%EOF\n\Z")


@dataclass(frozen=True, slots=True)
class Stored:
    """One object as it stands in the file; ``raw`` is its stream as stored, or None."""

    value: Value
    raw: bytes | None = field(repr=False)

    def inflated(self, limit: int) -> bytes:
        """The stream's content.

        Raises:
            Malformed: it is not one deflate stream, or longer than ``limit`` bytes.
        """
        engine = zlib.decompressobj()
        try:
            content = engine.decompress(self.raw or b"", limit + 1)
        except zlib.error:
            raise Malformed("deflate data") from None
        if not engine.eof or engine.unused_data or len(content) > limit:
            raise Malformed("one complete stream of the stated size")
        return content


def stored_objects(data: bytes) -> tuple[dict[int, Stored], dict[str, Value]]:
    """All objects and the trailer of a file that holds one revision and nothing else.

    Raises:
        Malformed: a byte is out of place; the message says what was expected.
    """
    at = expect(_HEADER, data, 0, "the header").end()
    objects: dict[int, Stored] = {}
    offsets: dict[int, int] = {}
    while (match := _OBJECT.match(data, at)) is not None:
        number = int(match.group(1))
        if number in objects:
            raise Malformed("each object once")
        offsets[number] = at
        reader = ObjectReader(data, match.end())
        value = reader.value()
        at, raw = reader.at, None
        if (opening := _STREAM.match(data, at)) is not None:
            length = value.get("Length") if isinstance(value, dict) else None
            if not isinstance(length, int):
                raise Malformed("the length of a stream")
            at = opening.end() + length
            raw = data[opening.end() : at]
        at = expect(_OBJECT_END if raw is None else _STREAM_END, data, at, "the end of an object").end()
        objects[number] = Stored(value, raw)
    return objects, _trailer(data, at, offsets)


def _trailer(data: bytes, start: int, offsets: dict[int, int]) -> dict[str, Value]:
    table = expect(_TABLE, data, start, "the table of objects")
    at = table.end()
    for number in range(int(table.group(1))):
        row = expect(_ROW, data, at, "a row of the table of objects")
        used = row.group(3) == b"n"
        if used != (number in offsets) or (used and int(row.group(1)) != offsets[number]):
            raise Malformed("the place of every object")
        at = row.end()
    if len(offsets) and max(offsets) >= int(table.group(1)):
        raise Malformed("a table of all objects")
    reader = ObjectReader(data, expect(_TRAILER, data, at, "the trailer").end())
    trailer = reader.value()
    end = expect(_END, data, reader.at, "the end of the file")
    if int(end.group(1)) != start or not isinstance(trailer, dict):
        raise Malformed("the place of the table")
    return trailer


def expect(pattern: re.Pattern[bytes], data: bytes, at: int, what: str) -> re.Match[bytes]:
    """A match of ``pattern`` there, or ``Malformed``."""
    match = pattern.match(data, at)
    if match is None:
        raise Malformed(what)
    return match


def entries_of(value: Value, required: set[str], allowed: set[str]) -> dict[str, Value]:
    """A dictionary that has the ``required`` entries and of others the ``allowed`` ones only."""
    if not isinstance(value, dict):
        raise Malformed("a dictionary")
    if not required <= value.keys() or not value.keys() <= required | allowed:
        raise Malformed("only known entries in a dictionary")
    return value


def is_name(value: Value, name: str) -> None:
    """Raises ``Malformed`` unless ``value`` is this name."""
    if value != Name(name):
        raise Malformed(f"the name {name}")
