"""The raw text of a file: read in pieces, counted in code points, edited in place.

Only the bytes of an edit change; everything else, also what is no valid text, is copied as it is.
Nothing here keeps the decoded text of a large file in memory.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from app.formats.text.codec import Codec
from app.places import Form, TextSpan

CHUNK_BYTES: Final = 4 << 20
_LONGEST_LINE: Final = 16 << 20
_LOOK_BACK: Final = 1 << 16

_LINE_END = re.compile("\n")


@dataclass(frozen=True, slots=True)
class Edit:
    """Raw code points to replace, half-open, and what comes instead (ASCII)."""

    start: int
    end: int
    replacement: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the file that is decoded and examined at once.

    Attributes:
        first, last: bytes, half-open.
        start, end: code points, half-open.
        line: 1-based number of the line on which it begins.
        line_start: code point at which that line begins.
    """

    first: int
    last: int
    start: int
    end: int
    line: int
    line_start: int


@dataclass(slots=True)
class _Loaded:
    """The chunk that was decoded last."""

    chunk: Chunk
    text: str = field(repr=False)
    line_ends: array[int]


class Body:
    """The content of a text file without its byte order mark.

    The file is cut into pieces of about ``chunk_bytes`` at blank lines where possible, otherwise at line
    ends, and not inside a PEM block. Lines longer than 16 MiB are cut at a space, comma or quote;
    a value across such a cut is not seen as one.

    Attributes:
        text_end: offset in bytes behind the last whole code unit; what follows is copied as it is.
    """

    def __init__(self, data: bytes, codec: Codec, chunk_bytes: int = CHUNK_BYTES) -> None:
        self.data = data
        self.codec = codec
        units = (len(data) - len(codec.bom)) // codec.width
        self.text_end = len(codec.bom) + units * codec.width
        self._newline = codec.encode("\n")
        self.chunks = tuple(self._cut(chunk_bytes))
        self._starts = [chunk.start for chunk in self.chunks]
        self._firsts = [chunk.first for chunk in self.chunks]
        self._loaded: _Loaded | None = None

    @property
    def length(self) -> int:
        """Code points in the text."""
        return self.chunks[-1].end

    @property
    def lines(self) -> int:
        """How many line ends the text has."""
        return self.chunks[-1].line - 1 + self.text(self.chunks[-1]).count("\n")

    def whole(self) -> str:
        return self.codec.decode(memoryview(self.data)[len(self.codec.bom) : self.text_end])

    def text(self, chunk: Chunk) -> str:
        return self._load(chunk).text

    def span(
        self,
        start: int,
        end: int,
        pointer: str | None = None,
        form: Form = Form.PLAIN,
        margins: tuple[int, int] = (0, 0),
    ) -> TextSpan:
        """The place of raw code points ``start`` to ``end``, with its line and column."""
        loaded = self._load(self._chunk_at(start))
        local = start - loaded.chunk.start
        before = bisect_left(loaded.line_ends, local)
        line_start = (
            loaded.chunk.start + loaded.line_ends[before - 1] + 1 if before else loaded.chunk.line_start
        )
        line, column = loaded.chunk.line + before, start - line_start + 1
        return TextSpan(start, end, line, column, pointer, form, margins)

    def slice(self, start: int, end: int) -> str:
        """Raw code points ``start`` to ``end``."""
        parts = []
        for chunk in self.chunks[max(0, bisect_right(self._starts, start) - 1) :]:
            if chunk.start >= end:
                break
            text = self.text(chunk)
            parts.append(text[max(0, start - chunk.start) : end - chunk.start])
        return "".join(parts)

    def find(self, wanted: str) -> Iterator[int]:
        """Code point offsets at which ``wanted`` stands, overlapping ones left out."""
        try:
            needle = self.codec.encode(wanted)
        except UnicodeEncodeError:
            return  # a character that this encoding does not have
        at = self.data.find(needle, len(self.codec.bom))
        while at >= 0:
            if (at - len(self.codec.bom)) % self.codec.width:
                at = self.data.find(needle, at + 1)
            else:
                yield self._character(at)
                at = self.data.find(needle, at + len(needle))

    # --- writing and comparing -----------------------------------------------------------------

    def edited(self, edits: Sequence[Edit]) -> Iterator[bytes | memoryview]:
        """The bytes of the copy. ``edits`` are ordered and do not overlap."""
        data = memoryview(self.data)
        done = 0
        for first, last, replacement in self._in_bytes(edits):
            yield data[done:first]
            yield replacement
            done = last
        yield data[done:]

    def first_difference(self, copy: bytes, edits: Sequence[Edit]) -> int | None:
        """Offset in ``copy`` where it is not the original with ``edits`` made; None when it is."""
        original, other = memoryview(self.data), memoryview(copy)
        done = at = 0
        for first, last, replacement in self._in_bytes(edits):
            kept = first - done
            if other[at : at + kept] != original[done:first]:
                return at
            at += kept
            if other[at : at + len(replacement)] != replacement:
                return at
            at += len(replacement)
            done = last
        return None if other[at:] == original[done:] else at

    def _in_bytes(self, edits: Sequence[Edit]) -> Iterator[tuple[int, int, bytes]]:
        if any(edit.end > following.start for edit, following in pairwise(edits)):
            raise ValueError("edits overlap or are not in order")
        for edit in edits:
            yield self._byte(edit.start), self._byte(edit.end), self.codec.encode(edit.replacement)

    def _byte(self, offset: int) -> int:
        chunk = self._chunk_at(offset)
        if chunk.end - chunk.start == chunk.last - chunk.first:
            return chunk.first + offset - chunk.start
        return chunk.first + len(self.codec.encode(self.text(chunk)[: offset - chunk.start]))

    def _character(self, byte: int) -> int:
        """The code point that begins at ``byte``."""
        chunk = self.chunks[max(0, bisect_right(self._firsts, byte) - 1)]
        if chunk.end - chunk.start == chunk.last - chunk.first:
            return chunk.start + byte - chunk.first
        return chunk.start + len(self.codec.decode(memoryview(self.data)[chunk.first : byte]))

    # --- pieces --------------------------------------------------------------------------------

    def _chunk_at(self, offset: int) -> Chunk:
        if not 0 <= offset <= self.length:
            raise ValueError("offset outside the text")
        return self.chunks[max(0, bisect_right(self._starts, offset) - 1)]

    def _load(self, chunk: Chunk) -> _Loaded:
        if self._loaded is None or self._loaded.chunk is not chunk:
            text = self.codec.decode(memoryview(self.data)[chunk.first : chunk.last])
            ends = array("q", (found.start() for found in _LINE_END.finditer(text)))
            self._loaded = _Loaded(chunk, text, ends)
        return self._loaded

    def _cut(self, size: int) -> Iterator[Chunk]:
        first, start, line, line_start = len(self.codec.bom), 0, 1, 0
        last = -1
        while last < self.text_end:
            last = self._cut_after(first, size)
            piece = self.data[first:last]
            if self.codec.width == 1 and piece.isascii():
                length, newline = len(piece), piece.rfind(b"\n")
                lines = piece.count(b"\n")
            else:
                text = self.codec.decode(piece)
                length, newline, lines = len(text), text.rfind("\n"), text.count("\n")
            yield Chunk(first, last, start, start + length, line, line_start)
            if newline >= 0:
                line_start = start + newline + 1
            first, start, line = last, start + length, line + lines

    def _cut_after(self, first: int, size: int) -> int:
        """Where the chunk from byte ``first`` ends."""
        target = first + size // self.codec.width * self.codec.width
        if target >= self.text_end:
            return self.text_end
        floor = max(first, target - _LOOK_BACK)
        cut = (
            self._last(self._newline * 2, floor, target)
            or self._last(self.codec.encode("\r\n\r\n"), floor, target)
            or self._last(self._newline, floor, target)
            or self._next(self._newline, target, min(first + _LONGEST_LINE, self.text_end))
            or (self.text_end if self.text_end <= first + _LONGEST_LINE else None)
            or self._last(self.codec.encode(" "), floor, target)
            or self._last(self.codec.encode(","), floor, target)
            or self._last(self.codec.encode('"'), floor, target)
            or self._character_end(target)
        )
        begin = self._last(self.codec.encode("-----BEGIN "), floor, cut)
        if begin and begin > (self._last(self.codec.encode("-----END "), floor, cut) or 0):
            before = self._last(self._newline, first, begin)
            if before:
                return before
        return cut

    def _last(self, wanted: bytes, floor: int, ceiling: int) -> int | None:
        """Byte behind the last ``wanted`` between two bytes, on the grid of code units."""
        at = self.data.rfind(wanted, floor, ceiling)
        while at >= 0 and (at - len(self.codec.bom)) % self.codec.width:
            at = self.data.rfind(wanted, floor, at + len(wanted) - 1)
        return at + len(wanted) if at >= 0 and at + len(wanted) > floor else None

    def _next(self, wanted: bytes, floor: int, ceiling: int) -> int | None:
        at = self.data.find(wanted, floor, ceiling)
        while at >= 0 and (at - len(self.codec.bom)) % self.codec.width:
            at = self.data.find(wanted, at + 1, ceiling)
        return at + len(wanted) if at >= 0 else None

    def _character_end(self, at: int) -> int:
        """The nearest byte at or before ``at`` that no character spans."""
        if self.codec.name == "utf-8":
            for back in range(4):
                if self.data[at - back] & 0xC0 != 0x80:
                    return at - back
        elif self.codec.width == 2:
            high = at + (1 if self.codec.name.endswith("le") else 0)
            if 0xDC <= self.data[high] <= 0xDF:
                return at - 2
        return at
