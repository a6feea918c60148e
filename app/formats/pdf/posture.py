"""What a PDF carries that its readers do not expect: notes, scripts, previews, data behind the end.

Only what has substance is told. Titles, authors, dates, links, bookmarks, tags and forms are what ordinary
documents have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from app import notices
from app.errors import SharesafeError
from app.formats.base import Sink
from app.formats.pdf.engine import guarded
from app.formats.pdf.live import TRAILER, LiveObject, dictionaries, leaves, reached
from app.formats.pdf.pages import Pages
from app.formats.pdf.syntax import Name, Ref, Text, Value, text_of
from app.model import Notice
from app.places import MetadataKey
from detectors.model import RuleInfo

MOST_PLACES: Final = 50
"""Places of one kind that are told."""

MOST_STEPS: Final = 200
"""Objects of private data that are looked at."""

SHORTEST: Final = 16
"""Characters from which private strings of a program are more than a name and a date."""

_NOTES: Final = frozenset(
    {
        "Text", "Line", "Square", "Circle", "Polygon", "PolyLine", "Highlight", "Underline", "Squiggly",
        "StrikeOut", "Stamp", "Caret", "Ink", "Popup", "Redact",
    }
)  # fmt: skip
"""Annotations whose text is shown only on demand (ISO 32000-1, 12.5.6); text boxes show theirs."""

_ACTIONS: Final = {
    "JavaScript": "a script",
    "Launch": "an action that starts a program or opens a file",
    "SubmitForm": "an action that sends the form's data",
    "ImportData": "an action that reads data from a file",
    "Rendition": "a film or sound",
    "Movie": "a film or sound",
    "Sound": "a film or sound",
    "RichMediaExecute": "a film, sound or model",
}
"""Actions (ISO 32000-1, 12.6.4) beyond those that lead to a place, a page or an address."""

_MEDIA: Final = frozenset({"Movie", "Sound", "Screen", "RichMedia", "3D"})

_USUAL: Final = frozenset(
    {
        "Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate", "Trapped",
        "Company", "Manager", "Category", "Comments", "SourceModified", "PTEX.Fullbanner", "PTEX.FullBanner",
        "GTS_PDFXVersion", "GTS_PDFXConformance", "AAPL:Keywords", "Type",
    }
)  # fmt: skip
"""Properties that programs write unasked."""

_END: Final = b"%%EOF"
_PREVIEW_IN_XMP: Final = b"xmpGImg:image"


def examine_posture(pages: Pages, objects: Iterable[LiveObject], sink: Sink) -> None:
    """Tells what else the document carries."""
    known = {item.number: item for item in objects}
    carried = [
        *_on_pages(pages, known),
        *_actions(known),
        *_private(known),
        *_properties(known),
        *_previews_in_metadata(pages, known),
        *_behind_the_end(pages.data),
    ]
    counts: dict[RuleInfo, int] = {}
    for rule, place, evidence in carried:
        counts[rule] = counts.get(rule, 0) + 1
        if counts[rule] <= MOST_PLACES:
            sink.notice(Notice(rule, MetadataKey(f"pdf:{place}"), evidence))


_Carried = Iterator[tuple[RuleInfo, str, str]]
"""What is told, where, and what was seen there."""


def _on_pages(pages: Pages, known: dict[int, LiveObject]) -> _Carried:
    for index in range(pages.count):
        with guarded(f"Page {index + 1}"):
            number = int(pages.document.page_xref(index))
        if number not in known:
            continue
        entries = known[number].entries
        if "Thumb" in entries:
            yield notices.PREVIEW_PICTURE, f"page {index + 1}, preview", "a preview of the page"
        notes = _resolved(entries.get("Annots"), known)
        shown = [_resolved(note, known) for note in notes] if isinstance(notes, list) else []
        if any(_is_note(note) for note in shown):
            yield notices.COMMENTS, f"page {index + 1}, notes", "notes with text on the page"
        if any(_name(note, "Subtype") in _MEDIA for note in shown):
            yield notices.ACTIVE_CONTENT, f"page {index + 1}, media", "a film, sound or model"


def _is_note(note: Value) -> bool:
    if not isinstance(note, dict) or _name(note, "Subtype") not in _NOTES:
        return False
    return any(
        isinstance(text := note.get(key), Text) and text_of(text.raw).strip() for key in ("Contents", "RC")
    )


def _actions(known: dict[int, LiveObject]) -> _Carried:
    for item in known.values():
        told = {
            _ACTIONS[action]
            for entries in dictionaries(item.value)
            if (action := _name(entries, "S")) in _ACTIONS
        }
        for evidence in sorted(told):
            yield notices.ACTIVE_CONTENT, f"action (object {item.number})", evidence


def _private(known: dict[int, LiveObject]) -> _Carried:
    for item in known.values():
        for entries in dictionaries(item.value):
            if entries.get("XFA") is not None:
                yield notices.PRIVATE_DATA, "form data", "a second form, in XFA, with data of its own"
            if _has_substance(entries.get("PieceInfo"), known):
                where = f"private data (object {item.number})"
                yield notices.PRIVATE_DATA, where, "data of the program that made the document"


def _has_substance(value: Value, known: dict[int, LiveObject]) -> bool:
    """Whether private data holds a stream, or more text than a name and a date."""
    reach = list(reached(value, known, MOST_STEPS))
    texts = [
        text
        for part in (value, *(item.value for item in reach))
        for path, text in leaves(part)
        if path[-1:] != ("LastModified",)
    ]
    return any(item.has_stream for item in reach) or sum(map(len, texts)) >= SHORTEST


def _properties(known: dict[int, LiveObject]) -> _Carried:
    info = _resolved(known[TRAILER].entries.get("Info"), known) if TRAILER in known else None
    if isinstance(info, dict):
        own = [
            key for key, value in info.items() if key not in _USUAL and isinstance(value, Text) and value.raw
        ]
        if own:
            yield notices.PRIVATE_DATA, "properties", "properties beside the usual ones"


def _previews_in_metadata(pages: Pages, known: dict[int, LiveObject]) -> _Carried:
    for item in known.values():
        if item.has_stream and item.names("Type") == "Metadata":
            try:
                with guarded("A stream"):
                    content = pages.document.xref_stream(item.number) or b""
            except SharesafeError:
                continue
            if _PREVIEW_IN_XMP in content:
                where = f"metadata (object {item.number})"
                yield notices.PREVIEW_PICTURE, where, "a preview in the metadata"


def _behind_the_end(data: bytes) -> _Carried:
    at = data.rfind(_END)
    rest = data[at + len(_END) :].strip(b"\0\t\n\x0c\r \x1a") if at >= 0 else b""
    if rest:
        yield notices.TRAILING_BYTES, "behind the end", f"{len(rest):,} bytes"


def _resolved(value: Value, known: dict[int, LiveObject]) -> Value:
    if isinstance(value, Ref):
        return known[value.number].value if value.number in known else None
    return value


def _name(value: Value, key: str) -> str:
    entry = value.get(key) if isinstance(value, dict) else None
    return entry.text if isinstance(entry, Name) else ""
