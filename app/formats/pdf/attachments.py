"""Files inside a PDF: attached to it, to a page or to a note, gathered in a portfolio, or left behind.

Each is opened like a file on disk. No copy has any of them, so all of their places are one: the file.
Their names are chosen by people and may hold anything, so that only their suffixes are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Final

from app import notices
from app.errors import SharesafeError, TooLarge
from app.formats.base import Context, Covers, Sink
from app.formats.members import examine_member
from app.formats.pdf.engine import guarded
from app.formats.pdf.live import DROPPED, LiveObject, dictionaries, reached
from app.formats.pdf.streams import Budget, RawStream, spend
from app.formats.pdf.syntax import Name, Text, Value, text_of
from app.model import Notice, NotRead
from app.places import MetadataKey

MOST_FILES: Final = 256
MOST_BYTES: Final = 256 * 1024 * 1024
"""Files inside one document that are opened, and bytes that they may hold together."""

MOST_STEPS: Final = 10_000
"""Objects between a file's description and its bytes; ISO 32000-1, 7.11.4 needs two."""

_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")
_FILES: Final = (
    b"%PDF-", b"PK\x03\x04", b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*",
    b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0", b"7z\xbc\xaf", b"Rar!", b"{\\rtf",
)  # fmt: skip
"""How files begin that hold documents or pictures."""


def looks_like_file(content: bytes) -> bool:
    """Whether a stream holds a file of its own, by its first bytes."""
    return content.startswith(_FILES)


@dataclass(slots=True)
class FilesInside:
    """Opens files that a document holds, within bounds that all of them share.

    Attributes:
        covers: as for ``Document.examine``.
    """

    context: Context
    sink: Sink
    covers: Covers | None = None
    _budget: Budget = field(default_factory=lambda: Budget(MOST_BYTES))
    _count: int = 0
    _refused: int = 0

    def examine(self, content: bytes, what: str, suffix: str = "") -> str | None:
        """Opens one file; what cannot be opened becomes a gap.

        Returns:
            The name that it goes by, or None when there were too many before it.
        """
        self._count += 1
        try:
            self._budget.take(len(content))
        except TooLarge:
            self._refused += 1
            return None
        if self._count > MOST_FILES:
            self._refused += 1
            return None
        name = f"{what} {self._count}{suffix}"
        place = MetadataKey(f"pdf:{name}")
        if content:
            examine_member(name, content, self.context, self.sink, covers=self.covers, dropped=place)
        return name

    def finish(self) -> None:
        """Says how many files were not opened."""
        if self._refused:
            why = f"{self._refused} more of them than are opened"
            self.sink.not_read(NotRead("files inside the document", why, DROPPED))


def examine_attachments(document: Any, objects: Iterable[LiveObject], files: FilesInside) -> frozenset[int]:
    """Opens every attached file, and tells of each.

    Returns:
        Numbers of the objects that hold the files.
    """
    known = {item.number: item for item in objects}
    found = _attached(known)
    budget = Budget(MOST_BYTES)
    for number, suffix in found.items():
        try:
            content = _content(document, number, budget)
        except SharesafeError as error:
            files.sink.not_read(NotRead(f"attached file (object {number})", error.message, DROPPED))
            continue
        name = files.examine(content, "attached file", suffix)
        place = MetadataKey(f"pdf:{name or 'attached files'}")
        files.sink.notice(Notice(notices.ATTACHMENT, place, f"a file of {len(content):,} bytes"))
    return frozenset(found)


def _content(document: Any, number: int, budget: Budget) -> bytes:
    """What a stream holds, counted before it is kept.

    Raises:
        TooLarge: beyond the budget.
        Unreadable: it is damaged.
    """
    with guarded("An attached file"):
        head = document.xref_object(number, compressed=True).encode("latin-1", "replace")
        spend(RawStream(number, head, document.xref_stream_raw(number) or b"", 0), budget)
        content: bytes = document.xref_stream(number) or b""
    return content


def _attached(known: dict[int, LiveObject]) -> dict[int, str]:
    """Number of every stream that is an attached file, and the suffix of the file's name."""
    found: dict[int, str] = {}
    for item in known.values():
        for entries in dictionaries(item.value):
            for key in ("EF", "RF"):
                for number in _streams(entries.get(key), known):
                    found.setdefault(number, _suffix(entries))
    for item in known.values():
        if item.has_stream and item.names("Type") == "EmbeddedFile":
            found.setdefault(item.number, "")
    return found


def _streams(value: Value, known: dict[int, LiveObject]) -> Iterator[int]:
    """Numbers of the streams that a value leads to, each once."""
    for item in reached(value, known, MOST_STEPS):
        if item.has_stream:
            yield item.number


def _suffix(entries: dict[str, Value]) -> str:
    """The suffix of a file's name as its description has it, when it is a usual one."""
    for key in ("UF", "F", "Unix", "DOS", "Mac"):
        entry = entries.get(key)
        if isinstance(entry, Text | Name):
            name = text_of(entry.raw) if isinstance(entry, Text) else entry.text
            suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
            return suffix if _SUFFIX.match(suffix) else ""
    return ""
