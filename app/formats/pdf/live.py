"""The objects of an open PDF as values of our own, and the ways through them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from app.errors import Unreadable
from app.formats.pdf.engine import guarded
from app.formats.pdf.syntax import Malformed, Name, ObjectReader, Ref, Text, Value, text_of

DROPPED: Final = "Share the redacted copy; it does not hold this part."

TRAILER: Final = -1
"""The number under which MuPDF gives the trailer."""

MOST_QUOTED: Final = 3
"""How often an address may be quoted in another."""

LONG_NAME: Final = 16
"""Names of the PDF language are shorter; longer ones were chosen by whoever made the file."""


@dataclass(frozen=True, slots=True)
class LiveObject:
    """An object that the cross-reference table leads to.

    Attributes:
        value: None when it is not valid syntax.
    """

    number: int
    value: Value
    has_stream: bool

    @property
    def entries(self) -> dict[str, Value]:
        return self.value if isinstance(self.value, dict) else {}

    def names(self, key: str) -> str:
        """The entry ``key`` when it is a name, else nothing."""
        entry = self.entries.get(key)
        return entry.text if isinstance(entry, Name) else ""

    @property
    def is_picture(self) -> bool:
        return self.has_stream and self.names("Subtype") == "Image"


def live_objects(document: Any) -> Iterator[LiveObject]:
    """The trailer and all objects of an open document, in the order of their numbers."""
    with guarded("The PDF"):
        count = document.xref_length()
    for number in (TRAILER, *range(1, count)):
        try:
            with guarded("An object"):
                source = document.xref_object(number, compressed=True).encode("latin-1", "replace")
                has_stream = number > 0 and bool(document.xref_is_stream(number))
        except Unreadable:
            continue
        if source == b"null":
            continue
        try:
            value = ObjectReader(source).value()
        except Malformed:
            value = Text(source)
        yield LiveObject(number, value, has_stream)


def role(item: LiveObject) -> str:
    """What an object is for, in words for people."""
    entries = item.entries
    subtype = item.names("Subtype")
    rules: tuple[tuple[str, bool], ...] = (
        ("form field", "FT" in entries or ("T" in entries and ("V" in entries or "Kids" in entries))),
        ("link", subtype == "Link" or item.names("S") == "URI"),
        ("note", item.names("Type") == "Annot" or ("Rect" in entries and "Subtype" in entries)),
        ("script", "JS" in entries),
        ("attachment", item.names("Type") in ("Filespec", "EmbeddedFile") or "EF" in entries),
        ("layer", item.names("Type") in ("OCG", "OCMD")),
        ("bookmark", "Title" in entries and ("Parent" in entries or "Dest" in entries)),
        ("page", item.names("Type") == "Page"),
        ("properties", bool(entries.keys() & {"Producer", "Creator", "CreationDate", "Author", "Title"})),
        ("metadata", item.names("Type") == "Metadata"),
        ("structure", "StructParent" in entries or item.names("Type") == "StructElem"),
    )
    return next((name for name, fits in rules if fits), "object")


def leaves(value: Value, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """The strings and unusual names inside an object, with the keys that lead to them."""
    match value:
        case Text(raw=raw) if raw:
            yield path, text_of(raw)
        case Name(text=text) if len(text) >= LONG_NAME:
            yield path, text
        case list():
            for item in value:
                yield from leaves(item, path)
        case dict():
            for key, item in value.items():
                if len(key) >= LONG_NAME:
                    yield path, key
                yield from leaves(item, (*path, key))


def reached(value: Value, known: Mapping[int, LiveObject], most: int) -> Iterator[LiveObject]:
    """The objects that a value leads to, each once, at most ``most``; streams lead no further."""
    seen: set[int] = set()
    left = [value]
    while left and len(seen) < most:
        entry = left.pop()
        if isinstance(entry, Ref):
            if entry.number in known and entry.number not in seen:
                seen.add(entry.number)
                item = known[entry.number]
                yield item
                if not item.has_stream:
                    left.append(item.value)
        elif isinstance(entry, dict):
            left += entry.values()
        elif isinstance(entry, list):
            left += entry


def unquoted(text: str) -> Iterator[str]:
    """An address without its percent signs, which may hide letters; one quoted in another, too."""
    for _ in range(MOST_QUOTED):
        plain = unquote(text)
        if plain == text:
            return
        text = plain
        yield plain


def dictionaries(value: Value) -> Iterator[dict[str, Value]]:
    """The dictionaries inside an object, from the outside in."""
    if isinstance(value, dict):
        yield value
    for entry in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from dictionaries(entry)


def references(objects: Iterable[LiveObject], keys: tuple[str, ...], inside: str = "") -> Iterator[int]:
    """Numbers of the objects that stand under one of ``keys``, in a dictionary called ``inside`` if given."""
    for item in objects:
        yield from _under(item.value, keys, inside, parent="")


def _under(value: Value, keys: tuple[str, ...], inside: str, parent: str) -> Iterator[int]:
    if isinstance(value, list):
        for entry in value:
            yield from _under(entry, keys, inside, parent)
    elif isinstance(value, dict):
        for key, entry in value.items():
            if isinstance(entry, Ref) and key in keys and parent == inside:
                yield entry.number
            yield from _under(entry, keys, inside, key if inside else parent)
