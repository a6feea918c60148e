"""Everything in a file that was compressed, found by looking at the bytes and at no index.

A stream is found by how it begins (RFC 1950, RFC 1952, the local headers of ZIP, bzip2, xz), at any offset,
and inside others. What a damaged one still gives is taken.
"""

from __future__ import annotations

import base64
import bz2
import contextlib
import lzma
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

DEEPEST: Final = 4
"""How many compressed streams one may lie in."""

MOST: Final = 4 << 30
"""Bytes that may come out of one file."""

PIECE: Final = 64 << 20
"""Bytes that are handed out at a time; a stream inside another one is found if it lies in one piece."""

_LEAST: Final = 48  # bytes; what looks like a stream by chance breaks off earlier
_PROBE: Final = 32  # bytes of input: what breaks off in them is no stream
_OUTPUT: Final = 1 << 20
_XZ_MEMORY: Final = 256 << 20
_STEP: Final = 4096  # bytes of input at a time, so that little is lost where a stream breaks off


class TooMuch(Exception):
    """More came out of a file than may be searched."""


@dataclass(slots=True)
class Budget:
    """How many bytes may still come out of one file."""

    left: int = MOST

    def take(self, amount: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise TooMuch


def _is_zlib(word: int) -> bool:
    """Whether two bytes, the first in the low half, begin a zlib stream that needs no preset dictionary."""
    method, flags = word & 0xFF, word >> 8
    return method & 0x0F == 8 and method >> 4 <= 7 and not flags & 0x20 and (method << 8 | flags) % 31 == 0


_SIGNATURES: Final = (b"\x1f\x8b\x08", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\x00")
_IN_BASE64: Final = re.compile(
    rb"(?<![A-Za-z0-9+/_-])(?:H4sI|UEsD|Qlpo|/Td6|eA[E-H]|eF[4-7]|eJ[w-z]|eN[o-r])[A-Za-z0-9+/_\-\s]{60}"
)
"""How base64 of gzip, ZIP, bzip2, xz and zlib begins; white space in it is line wrapping."""
_BASE64_RUN: Final = re.compile(rb"[A-Za-z0-9+/_\-\s]*+")


def _beginning_pairs() -> np.ndarray:
    """For every two bytes, the first in the low half: whether a stream may begin with them."""
    pairs = np.array([_is_zlib(word) for word in range(1 << 16)], dtype=np.bool_)
    written = (b"H4", b"UE", b"Ql", b"/T", b"eA", b"eF", b"eJ", b"eN")
    for signature in (*_SIGNATURES, *written):
        pairs[int.from_bytes(signature[:2], "little")] = True
    return pairs


_BEGINNINGS: Final = _beginning_pairs()
_BLOCK: Final = 1 << 18  # bytes; the work on one stays in the processor's cache


def inflated(data: bytes, budget: Budget, depth: int = 1) -> Iterator[bytes]:
    """Pieces of every stream in ``data`` that can be decompressed, and of those inside them.

    Raises:
        TooMuch: the budget is used up; nothing can be said about the rest.
    """
    end = 0
    for start in _beginnings(data):
        if start < end:
            continue  # inside a stream that was read to its end, checksum included
        if (
            depth < DEEPEST
            and _IN_BASE64.match(data, start)
            and _begins(_decoded(data[start : start + 60]), 0)
        ):
            run = _BASE64_RUN.match(data, start)
            packed = _decoded(run[0]) if run else b""
            end = start + len(packed)
            budget.take(len(packed))
            yield from inflated(packed, budget, depth + 1)
        if not _begins(data, start):
            continue
        for piece, stop in _stream(data, start, budget):
            end = stop or end
            yield piece
            if depth < DEEPEST:
                yield from inflated(piece, budget, depth + 1)


def _begins(data: bytes, at: int) -> bool:
    """Whether a stream may begin at ``at``, judged by its first bytes."""
    if data.startswith(_SIGNATURES, at):
        return True
    if not _is_zlib(int.from_bytes(data[at : at + 2], "little")) or len(data) < at + 7:
        return False
    kind = data[at + 2] >> 1 & 3  # of the first block, RFC 1951
    if kind:
        return kind < 3
    length, inverse = (int.from_bytes(data[place : place + 2], "little") for place in (at + 3, at + 5))
    return length ^ inverse == 0xFFFF


def _decoded(written: bytes) -> bytes:
    bare = b"".join(written.split()).translate(bytes.maketrans(b"-_", b"+/"))
    return base64.b64decode(bare[: len(bare) // 4 * 4])


def _beginnings(data: bytes) -> Iterator[int]:
    """Offsets at which a stream may begin, ascending."""
    for begin in range(0, len(data), _BLOCK):
        block = data[begin : begin + _BLOCK + 1]
        found: list[int] = []
        for offset in range(2):
            words = np.frombuffer(block, dtype="<u2", offset=offset, count=(len(block) - offset) // 2)
            found += (np.flatnonzero(_BEGINNINGS.take(words)) * 2 + (begin + offset)).tolist()
        yield from sorted(set(found))


def _stream(data: bytes, start: int, budget: Budget) -> Iterator[tuple[bytes, int]]:
    """What the stream at ``start`` gives, with the offset behind it once it is known to be whole (else 0)."""
    match data[start : start + 2]:
        case b"\x1f\x8b":
            outputs = _deflated(data, start, 31)
        case b"PK":
            name, extra = (int.from_bytes(data[at : at + 2], "little") for at in (start + 26, start + 28))
            if data[start + 8 : start + 10] != b"\x08\x00":
                return
            outputs = _deflated(data, start + 30 + name + extra, -15)
        case b"BZ":
            outputs = _buffered(data, start, bz2.BZ2Decompressor())
        case b"\xfd7":
            outputs = _buffered(data, start, lzma.LZMADecompressor(memlimit=_XZ_MEMORY))
        case _:
            outputs = _deflated(data, start, 15)
    gathered: list[bytes] = []
    size = stop = 0
    for output, stop in outputs:  # noqa: B007 - the last one is what counts
        budget.take(len(output))
        gathered.append(output)
        size += len(output)
        if size >= PIECE:
            yield b"".join(gathered), 0
            gathered, size = [], 0
    if size >= _LEAST or stop:
        yield b"".join(gathered), stop


def _deflated(data: bytes, at: int, wbits: int) -> Iterator[tuple[bytes, int]]:
    """Outputs of a zlib stream of any kind; the last one with the offset behind it if it is whole."""
    inflater = zlib.decompressobj(wbits)
    step = _PROBE
    while chunk := data[at : at + step]:
        before = inflater.copy()
        try:
            output = inflater.decompress(chunk)
        except zlib.error:
            if step > _PROBE:
                yield b"".join(_bytewise(before, chunk)), 0
            return
        at += len(chunk) - len(inflater.unused_data)
        if inflater.eof:
            yield output, at
            return
        yield output, 0
        step = _STEP


def _bytewise(inflater: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
    """What a stream still gives before the byte at which it breaks off."""
    with contextlib.suppress(zlib.error):
        for at in range(len(chunk)):
            yield inflater.decompress(chunk[at : at + 1])


def _buffered(
    data: bytes, at: int, decompressor: bz2.BZ2Decompressor | lzma.LZMADecompressor
) -> Iterator[tuple[bytes, int]]:
    """Outputs of a bzip2 or xz stream; a few bytes of either can stand for gigabytes."""
    with contextlib.suppress(OSError, EOFError, lzma.LZMAError):
        while True:
            chunk = data[at : at + _STEP] if decompressor.needs_input else b""
            if decompressor.needs_input and not chunk:
                return
            at += len(chunk)
            output = decompressor.decompress(chunk, _OUTPUT)
            if decompressor.eof:
                yield output, at - len(decompressor.unused_data)
                return
            yield output, 0
