"""What a PDF file still holds of earlier times: revisions, unused objects, comments, bytes behind its end.

Saving "incrementally" appends changes and leaves everything before them in place, so a deleted line is one
truncation away. Nothing of this reaches a copy; it is examined because the original may have been shared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from app import notices
from app.errors import SharesafeError
from app.formats.base import Sink
from app.formats.pdf.attachments import FilesInside, looks_like_file
from app.formats.pdf.carriers import Gathered, Known, stream_digest, stream_text
from app.formats.pdf.engine import guarded, opened
from app.formats.pdf.glyphs import plain_lines
from app.formats.pdf.live import DROPPED, live_objects
from app.formats.pdf.streams import Budget, RawStream, decoded, looks_like_text, raw_streams, strings_in
from app.model import Notice, NotRead
from app.places import MetadataKey

MOST_REVISIONS: Final = 8
"""Earlier revisions that are opened, the latest first; more are reported as not examined."""

_END_OF_FILE: Final = re.compile(rb"%%EOF[ \t]*\r?\n?")


def revision_ends(data: bytes) -> list[int]:
    """Offsets behind each end-of-file mark but the last; a linearized file's first mark is none."""
    ends = [match.end() for match in _END_OF_FILE.finditer(data)]
    first = 1 if b"/Linearized" in data[:1024] else 0
    return ends[first:-1]


def examine_revisions(
    data: bytes, password: str | None, known: Known, digests: frozenset[bytes], sink: Sink
) -> tuple[list[tuple[Any, int]], frozenset[bytes]]:
    """Hands over the text of pages of earlier revisions that the current one does not show.

    Returns:
        Pictures that only an earlier revision has, as (open document, object number), and the digests
        of their stored bytes. The caller closes the documents.
    """
    ends = revision_ends(data)
    if len(ends) > MOST_REVISIONS:
        why = f"only the latest {MOST_REVISIONS} of {len(ends)} were examined"
        sink.not_read(NotRead("earlier versions", why, DROPPED))
    pictures: list[tuple[Any, int]] = []
    seen: set[bytes] = set()
    for number, end in list(enumerate(ends, 1))[-MOST_REVISIONS:]:
        try:
            document = opened(data[:end], password)
        except SharesafeError:
            continue  # its objects and streams are examined one by one
        gathered = Gathered(f"earlier version {number}")
        for text in _lines(document):
            if not known.on_page(text):
                gathered.add(text, f"pdf:earlier version {number}")
        told = gathered.tell(sink)
        for item in live_objects(document):
            if item.is_picture:
                with guarded("A picture"):
                    digest = stream_digest(document.xref_stream_raw(item.number) or b"")
                if digest not in digests and digest not in seen:
                    pictures.append((document, item.number))
                    seen.add(digest)
                    told = True
        if told:
            place = MetadataKey(f"pdf:earlier version {number}")
            sink.notice(Notice(notices.EARLIER_VERSION, place, "content that the latest one does not show"))
        if not any(found is document for found, _ in pictures):
            document.close()
    return pictures, frozenset(seen)


def _lines(document: Any) -> Iterator[str]:
    """One text a page, so that a value wrapped over lines stays in one piece."""
    with guarded("An earlier version"):
        count = document.page_count
    for index in range(count):
        try:
            with guarded("A page"):
                page = document[index]
            lines = plain_lines(page)
        except SharesafeError:
            continue
        yield "\n".join(lines)


def examine_leftovers(
    data: bytes, seen: frozenset[bytes], known: Known, files: FilesInside, *, encrypted: bool
) -> None:
    """Hands over what stands in the bytes and in no object in use.

    Args:
        seen: digests of the stored bytes of streams that were examined already.
        files: opens the streams that hold files.
        encrypted: strings and streams are then unreadable this way, and said to be.
    """
    if encrypted:
        if len(revision_ends(data)) > 0:
            files.sink.not_read(NotRead("earlier versions", "they are encrypted", DROPPED))
        return
    sink = files.sink
    budget = Budget()
    gathered = Gathered("unused parts of the file")
    spans: list[tuple[int, int]] = []
    unreadable = pictures = 0
    for stream in raw_streams(data):
        spans.append((stream.start, stream.start + len(stream.raw)))
        if stream_digest(stream.raw) in seen or b"/XRef" in stream.head:
            continue
        if stream.is_picture:
            pictures += 1
            continue
        unreadable += not _took(stream, budget, known, gathered, files)
    if gathered or pictures:
        place = MetadataKey("pdf:unused parts")
        sink.notice(Notice(notices.EARLIER_VERSION, place, "content that nothing in the document uses"))
    for text in strings_outside(data, spans):
        if not known.string(text):
            gathered.add(text, "pdf:unused bytes")
    gathered.tell(sink)
    if pictures:
        sink.not_read(
            NotRead("unused parts of the file", f"{pictures} picture(s) that no page shows", DROPPED)
        )
    if unreadable:
        why = f"{unreadable} stream(s) that could not be unpacked"
        sink.not_read(NotRead("unused parts of the file", why, DROPPED))


def _took(stream: RawStream, budget: Budget, known: Known, gathered: Gathered, files: FilesInside) -> bool:
    """Takes the text of a stream, or opens the file in it; whether it could be unpacked."""
    content = decoded(stream, budget)
    place = f"pdf:unused stream {stream.number}" if stream.number else "pdf:unused stream"
    if content is None:
        return False
    if b"/ObjStm" in stream.head:
        texts = [text for text in strings_in(content) if not known.string(text)]
        gathered.add("\n".join(texts), place)
    elif looks_like_file(content):
        files.examine(content, "file in an unused stream, number")
    elif looks_like_text(content) and not known.on_page(text := stream_text(content)):
        gathered.add(text, place)
    return True


def strings_outside(data: bytes, spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Strings, comments and unusual words of everything outside ``spans``, the places of the streams."""
    at = 0
    for start, end in spans:
        yield from strings_in(data, at, start)
        at = end
    yield from strings_in(data, at)
