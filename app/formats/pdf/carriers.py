"""Everything a PDF carries besides what its pages show: notes, fields, links, scripts, files, properties.

It needs no list of hiding places. Every string of every object is examined, whatever the object is for, and
so is every stream that is neither a page's content nor a picture nor a font.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape
from typing import Any, Final

from app.errors import Unreadable
from app.formats.base import Sink
from app.formats.pdf.attachments import FilesInside, looks_like_file
from app.formats.pdf.engine import guarded
from app.formats.pdf.live import DROPPED, LiveObject, leaves, references, role, unquoted
from app.formats.pdf.streams import looks_like_text, shown_text, strings_in
from app.formats.pdf.syntax import Ref, Text, text_of
from app.formats.pdf.text import squeezed
from app.model import NotRead, TextUnit
from app.places import MetadataKey
from detectors.model import BOUNDARY, Named, Relation, Sample

READABLE: Final = 0.85
"""Share of printable characters from which a string is text; of others only the readable runs are taken."""

_RUN: Final = re.compile(r"[!-~][ -~]{4,}[!-~]")
PROFILE: Final = b"acsp"
"""The signature of colour profiles, from byte 36 on (ICC.1, 7.2.11)."""

_TEXT: Final = re.compile(rb"[ -~]{6,}")
_WIDE_TEXT: Final = re.compile(rb"(?:\0[ -~]){6,}")
_FONT_PROGRAMS: Final = ("FontFile", "FontFile2", "FontFile3", "CIDToGIDMap", "CIDSet")
_CONTAINERS: Final = ("ObjStm", "XRef")
_SHOWS_TEXT: Final = (b" Tj", b"]TJ", b"] TJ", b")Tj", b">Tj", b"BT\n", b"BT ")


@dataclass(frozen=True, slots=True)
class NamedPlaces:
    """Spans of a joined text -> the named place each part came from."""

    starts: tuple[int, ...]
    names: tuple[str, ...]

    def locate(self, start: int, end: int) -> tuple[MetadataKey, ...]:
        first = max(0, bisect_right(self.starts, start) - 1)
        last = bisect_right(self.starts, max(start, end - 1))
        return tuple(MetadataKey(name) for name in dict.fromkeys(self.names[first:last]))


@dataclass(slots=True)
class Gathered:
    """Texts that stand next to each other in one unit, each with its place and the names it goes by."""

    title: str
    _parts: list[str] = field(default_factory=list, repr=False)
    _starts: list[int] = field(default_factory=list)
    _names: list[str] = field(default_factory=list)
    _named: list[Named] = field(default_factory=list, repr=False)
    _length: int = 0

    def add(
        self, text: str, place: str, called: Iterable[str] = (), relation: Relation = Relation.KEY
    ) -> None:
        if sum(map(str.isprintable, text)) + text.count("\n") < READABLE * len(text):
            text = "\n".join(_RUN.findall(text))
        if not text:
            return
        self._starts.append(self._length)
        self._names.append(place)
        self._parts.append(text)
        end = self._length + len(text)
        self._named += [Named(name, self._length, end, relation) for name in called if name]
        self._length = end + len(BOUNDARY)

    def __bool__(self) -> bool:
        return bool(self._parts)

    def tell(self, sink: Sink) -> bool:
        """Hands everything over as one unit; whether there was anything."""
        if self._parts:
            sample = Sample(BOUNDARY.join(self._parts), named=tuple(self._named))
            places = NamedPlaces(tuple(self._starts), tuple(self._names))
            sink.unit(TextUnit(sample, places, self.title))
        return bool(self)


@dataclass(slots=True)
class Known:
    """What was examined already, so that it is not told again under the name of the object it came from."""

    _strings: set[str] = field(default_factory=set, repr=False)
    _pages: dict[int, str] = field(default_factory=dict, repr=False)

    def add_page(self, index: int, *texts: str) -> None:
        """Takes the text of page ``index`` (0-based) in one or several orders, white space removed."""
        self._pages[index] = "\n".join(texts)

    def add_strings(self, objects: Iterable[LiveObject]) -> None:
        self._strings.update(squeezed(text) for item in objects for _, text in leaves(item.value))

    def string(self, text: str) -> bool:
        """Whether an object in use has this very string."""
        return squeezed(text) in self._strings

    def on_page(self, text: str, index: int | None = None) -> bool:
        """Whether the text stands on page ``index`` (0-based), or on any page."""
        wanted = squeezed(text)
        if index is not None:
            return wanted in self._pages.get(index, "")
        return any(wanted in page for page in self._pages.values())


def examine_objects(objects: Iterable[LiveObject], sink: Sink) -> None:
    """Hands over every string and every unusual name of ``objects``."""
    known = {item.number: item for item in objects}
    gathered = Gathered("properties, notes, fields and links")
    for item in known.values():
        place = f"pdf:{role(item)} (object {item.number})"
        called = _field_names(item, known)
        for path, text in leaves(item.value):
            key = path[-1] if path else ""
            if key in ("V", "DV", "Opt", "RV") and called:
                gathered.add(text, place, called, Relation.FORM)
            else:
                gathered.add(text, place, (key,) if len(key) > 2 else ())
                for plain in unquoted(text):
                    gathered.add(plain, place)
    gathered.tell(sink)


def _field_names(item: LiveObject, known: dict[int, LiveObject]) -> tuple[str, ...]:
    """The names of a form field and of those above it."""
    found: list[str] = []
    seen: set[int] = set()
    while item.number not in seen and len(seen) < 16:
        seen.add(item.number)
        found += [
            text_of(entry.raw)
            for key in ("T", "TU", "TM")
            if isinstance(entry := item.entries.get(key), Text)
        ]
        parent = item.entries.get("Parent")
        if not isinstance(parent, Ref) or parent.number not in known:
            break
        item = known[parent.number]
    return tuple(found)


# --- streams --------------------------------------------------------------------------------------


def examine_streams(
    document: Any,
    objects: Sequence[LiveObject],
    examined: frozenset[int],
    known: Known,
    files: FilesInside,
) -> frozenset[bytes]:
    """Hands over the text of every stream that is no picture, no font and not ``examined`` already.

    Streams that hold files are opened like ``files``.

    Returns:
        Digests of the stored bytes of all streams seen, so that what else the file holds can be told.
    """
    items = [item for item in objects if item.has_stream and item.names("Type") not in _CONTAINERS]
    programs = frozenset(references(objects, _FONT_PROGRAMS))
    gathered = Gathered("scripts, metadata and other streams")
    digests: set[bytes] = set()
    for item in items:
        try:
            with guarded("A stream"):
                digests.add(stream_digest(document.xref_stream_raw(item.number) or b""))
                if item.is_picture or item.number in examined or item.number in programs:
                    continue
                content = document.xref_stream(item.number) or b""
        except Unreadable:
            files.sink.not_read(NotRead(f"object {item.number}", "its stream is damaged", DROPPED))
            continue
        if looks_like_file(content):
            files.examine(content, f"file in object {item.number}, number")
        elif looks_like_text(content):
            text = stream_text(content)
            if not known.on_page(text):
                gathered.add(text, f"pdf:{role(item)} (object {item.number})")
        elif content[36:40] == PROFILE:
            gathered.add(_profile_text(content), f"pdf:colour profile (object {item.number})")
    gathered.tell(files.sink)
    return frozenset(digests)


def stream_digest(raw: bytes) -> bytes:
    """Identifies a stream's stored bytes; line ends around them do not count."""
    return sha256(raw.strip(b"\r\n")).digest()


def _meant(text: str) -> str:
    """A string of a character map: what a code means is UTF-16 without a mark (ISO 32000-1, 9.10.3)."""
    raw = text.encode("latin-1", "replace")
    return raw.decode("utf-16-be", "replace") if raw[:1] == b"\0" and len(raw) % 2 == 0 else text


def _profile_text(content: bytes) -> str:
    """The texts in a colour profile, which has one byte or two for a character (ICC.1, 10.15 and 10.24)."""
    texts = [found.decode("ascii") for found in _TEXT.findall(content)]
    return "\n".join([*texts, *(found.decode("utf-16-be") for found in _WIDE_TEXT.findall(content))])


def stream_text(content: bytes) -> str:
    """The text in a stream: what its text operators show, or its own characters."""
    if b"begincmap" in content[:4000]:
        return "\n".join(text for text in map(_meant, strings_in(content)) if len(text) > 4)
    if any(mark in content for mark in _SHOWS_TEXT):
        return shown_text(content)
    if content.startswith((b"\xfe\xff", b"\xff\xfe")):
        return text_of(content)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return unescape(text) if text.lstrip().startswith("<") else text
