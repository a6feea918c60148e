"""Streams found by searching the bytes of a PDF, whatever its cross-reference table says of them.

An earlier revision, an object that nothing refers to and a stream behind the end of the file are found like
any other. Everything inflated counts against one budget, so that a small file cannot fill the memory.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from app.errors import TooLarge
from app.formats.pdf.syntax import TokenKind, text_of, tokens

MOST_INFLATED: Final = 512 * 1024 * 1024
"""Bytes that all streams of a document together, pictures aside, may hold when they are inflated."""

DEFLATE: Final = frozenset({"FlateDecode", "Fl"})
"""Names of the filter, in streams and in inline pictures."""

LONGEST_HEAD: Final = 4096
"""Bytes in front of a stream in which its dictionary is looked for."""

_STREAM: Final = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_END: Final = re.compile(rb"endstream")
_OBJECT: Final = re.compile(rb"(\d{1,10})[\x00\t\n\x0c\r ]+\d{1,5}[\x00\t\n\x0c\r ]+obj\b")
_FILTERS: Final = re.compile(rb"/Filter[\x00\t\n\x0c\r ]*(\[[^\]]{0,300}\]|/[A-Za-z0-9]+)")
_NAMES: Final = re.compile(rb"/([A-Za-z0-9]+)")
_PICTURE: Final = re.compile(rb"/Subtype[\x00\t\n\x0c\r ]*/Image\b")
_BLOCK: Final = 1 << 20


@dataclass(slots=True)
class Budget:
    """How many bytes may still be inflated.

    Raises (from ``take``):
        TooLarge: there are more; nothing of them was kept.
    """

    left: int = MOST_INFLATED

    def take(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise TooLarge(
                "The PDF holds compressed data that grows beyond every reasonable size.",
                "Print the document to a new PDF and try that.",
            )


@dataclass(frozen=True, slots=True)
class RawStream:
    """A stream as it stands in the file.

    Attributes:
        number: of the object it belongs to, or None when no object starts in front of it.
        head: the bytes from there to the word ``stream``.
        raw: the stored, usually compressed bytes, line end before ``endstream`` included.
        start: offset of ``raw`` in the file.
    """

    number: int | None
    head: bytes = field(repr=False)
    raw: bytes = field(repr=False)
    start: int

    @property
    def filters(self) -> tuple[str, ...]:
        found = _FILTERS.search(self.head)
        return tuple(name.decode() for name in _NAMES.findall(found.group(1))) if found else ()

    @property
    def is_picture(self) -> bool:
        return _PICTURE.search(self.head) is not None


def raw_streams(data: bytes) -> Iterator[RawStream]:
    """Every stream in the order of the file; one ends where ``endstream`` or the next stream stands."""
    ends = [match.start() for match in _END.finditer(data)]
    starts = list(_STREAM.finditer(data))
    upcoming = 0
    floor = 0
    for number, match in enumerate(starts):
        while upcoming < len(ends) and ends[upcoming] < match.end():
            upcoming += 1
        following = starts[number + 1].start() if number + 1 < len(starts) else len(data)
        end = min(ends[upcoming] if upcoming < len(ends) else len(data), following)
        head_start = max(floor, match.start() - LONGEST_HEAD)
        objects = list(_OBJECT.finditer(data, head_start, match.start()))
        head = data[objects[-1].start() if objects else head_start : match.start()]
        yield RawStream(
            int(objects[-1].group(1)) if objects else None, head, data[match.end() : end], match.end()
        )
        floor = end


def inflate(raw: bytes, budget: Budget) -> bytes | None:
    """What deflate data holds, as far as it is intact; None when it is no deflate data.

    Raises:
        TooLarge: beyond the budget.
    """
    parts = list(_inflated([raw], budget))
    return b"".join(parts) if parts or _is_intact(raw) else None


def spend(stream: RawStream, budget: Budget) -> None:
    """Counts what a stream inflates to, at every level of its filters, keeping nothing.

    Raises:
        TooLarge: beyond the budget.
    """
    levels = sum(name in DEFLATE for name in stream.filters) or int(
        looks_deflated(stream.raw.lstrip(b"\r\n"))
    )
    blocks: Iterable[bytes] = [stream.raw.lstrip(b"\r\n")]
    for _ in range(levels):
        blocks = _inflated(blocks, budget)
    deque(blocks, maxlen=0)


def _inflated(blocks: Iterable[bytes], budget: Budget) -> Iterator[bytes]:
    """Deflate data piece by piece, up to its end or to where it is damaged."""
    engine = zlib.decompressobj()
    for block in blocks:
        pending = block
        while pending and not engine.eof:
            try:
                part = engine.decompress(pending, _BLOCK)
            except zlib.error:
                return
            budget.take(len(part))
            if part:
                yield part
            elif len(engine.unconsumed_tail) == len(pending):
                return
            pending = engine.unconsumed_tail


def _is_intact(raw: bytes) -> bool:
    """Whether data that inflates to nothing is deflate data all the same."""
    try:
        zlib.decompressobj().decompress(raw, 1)
    except zlib.error:
        return False
    return True


def decoded(stream: RawStream, budget: Budget) -> bytes | None:
    """The content of a stream after undoing its filters; None when one of them is not known here.

    Deflate, ASCII85 and ASCII hexadecimal are undone; a stream without a filter is its own content.

    Raises:
        TooLarge: beyond the budget.
    """
    content: bytes | None = stream.raw
    for name in stream.filters:
        if content is None:
            return None
        content = _undo(name, content, budget)
    if not stream.filters and looks_deflated(stream.raw):
        return inflate(stream.raw, budget) or stream.raw
    return content


def _undo(name: str, content: bytes, budget: Budget) -> bytes | None:
    try:
        match name:
            case name if name in DEFLATE:
                return inflate(content.lstrip(b"\r\n") if not looks_deflated(content) else content, budget)
            case "ASCII85Decode" | "A85":
                body = b"".join(content.split()).partition(b"~>")[0]
                return base64.a85decode(body.removeprefix(b"<~"))
            case "ASCIIHexDecode" | "AHx":
                body = b"".join(content.split()).partition(b">")[0]
                return binascii.unhexlify(body + b"0" * (len(body) % 2))
            case "Crypt":
                return content
    except ValueError:
        return None
    return None


def looks_deflated(raw: bytes) -> bool:
    """Whether data starts like a zlib stream (RFC 1950, 2.2)."""
    return len(raw) > 2 and raw[0] & 0x0F == 8 and (raw[0] << 8 | raw[1]) % 31 == 0


def looks_like_text(content: bytes) -> bool:
    """Whether at least nine tenths of the first 4,000 bytes are printable ASCII, UTF-8 or UTF-16."""
    head = content[:4000]
    if not head.strip(b"\x00\t\n\r "):
        return False
    if head.startswith((b"\xfe\xff", b"\xff\xfe")):
        return True
    try:
        text = head[: len(head) - 4].decode("utf-8") if len(content) > len(head) else head.decode("utf-8")
    except UnicodeDecodeError:
        text = head.decode("latin-1")
        return sum(32 <= ord(char) < 127 or char in "\t\n\r" for char in text) >= 0.9 * len(text)
    return sum(char.isprintable() or char in "\t\n\r" for char in text) >= 0.9 * len(text)


def strings_in(data: bytes, start: int = 0, end: int | None = None) -> Iterator[str]:
    """The strings, comments and long unusual words that stand in PDF syntax, as characters."""
    for token in tokens(data, start, end):
        match token.kind:
            case TokenKind.STRING if token.value:
                yield text_of(token.value)
            case TokenKind.COMMENT if len(token.value) > 8:
                yield token.value[1:].decode("latin-1")
            case TokenKind.WORD if len(token.value) > 10 and not token.value.isdigit():
                yield token.value.decode("latin-1")
            case TokenKind.NAME if len(token.value) > 15:
                yield token.value.decode("latin-1")


def shown_text(content: bytes) -> str:
    """What the text operators of a content stream show, as far as its codes are characters.

    The strings of one ``TJ`` array are one piece; pieces stand on lines of their own.
    """
    pieces: list[str] = []
    inside: list[str] | None = None
    for token in tokens(content):
        if token.kind is TokenKind.MARK and token.value == b"[":
            inside = []
        elif token.kind is TokenKind.MARK and token.value == b"]":
            pieces.append("".join(inside or []))
            inside = None
        elif token.kind is TokenKind.STRING:
            (pieces if inside is None else inside).append(text_of(token.value))
    if inside:
        pieces.append("".join(inside))
    return "\n".join(piece for piece in pieces if piece)
