"""Everything that the bytes of a file can mean, found without its structure and without our own code."""

from __future__ import annotations

import base64
import binascii
import html
import quopri
import re
import struct
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final
from urllib.parse import unquote_to_bytes

DEEPEST: Final = 6
MOST: Final = 4_000_000
"""Bytes that one part may unfold to."""

LONGEST_TEXT: Final = 400_000
SPELLINGS: Final = frozenset({"unescaped", "joined", "ASCII85"})

_PRINTABLE: Final = re.compile(rb"(?:[ -~]\0?){6,}")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{12,}(?:\s{1,3}[A-Za-z0-9+/_-]{4,})*={0,2}")
_HEXADECIMAL: Final = re.compile(rb"(?:[0-9A-Fa-f]{2}\s?){8,}")
_ZLIB: Final = re.compile(
    b"|".join(
        re.escape(bytes([method << 4 | 8])) + b"[" + b"".join(map(re.escape, sorted(flags))) + b"]"
        for method in range(8)
        if (
            flags := [
                bytes([low]) for low in range(256) if (method << 12 | 8 << 8 | low) % 31 == 0 and not low & 32
            ]
        )
    )
)
_ASCII85: Final = re.compile(rb"(?:<~|stream\r?\n)([!-uz\s]{10,})~>")
_ESCAPES: Final = (
    (re.compile(rb"\\([0-7]{1,3})"), 8),
    (re.compile(rb"#([0-9A-Fa-f]{2})"), 16),
    (re.compile(rb"\\x([0-9A-Fa-f]{2})"), 16),
    (re.compile(rb"\\u00([0-9A-Fa-f]{2})"), 16),
)


def layers(data: bytes, seen: set[int]) -> Iterator[tuple[str, bytes]]:
    """The file and everything unfolded from it, however deep: a name of the way there, and the bytes.

    Args:
        seen: marks of what was handed over before; added to.
    """
    waiting: deque[tuple[tuple[str, ...], bytes]] = deque([((), data)])
    while waiting:
        way, content = waiting.popleft()
        if (mark := hash(content)) in seen:
            continue
        seen.add(mark)
        long = bool(way) and len(content) > LONGEST_TEXT
        if long:  # pixels, mostly
            content = b"\n".join(_PRINTABLE.findall(content))
        yield " > ".join(("bytes", *way)), content
        if len(way) == DEEPEST or long:
            continue
        for step, unfold in UNFOLDINGS.items():
            # Other spellings of the same bytes: once on a way.
            if step not in SPELLINGS or step not in way:
                waiting += [((*way, step), part) for part in unfold(content) if len(part) >= 8]


def _inflated(data: bytes) -> Iterator[bytes]:
    """zlib streams at any byte, and the raw deflate data of gzip."""
    for match in _ZLIB.finditer(data):
        yield from _deflated(data, match.start(), zlib.MAX_WBITS)
    for match in re.finditer(rb"\x1f\x8b\x08", data):
        yield from _deflated(data, match.start(), zlib.MAX_WBITS + 16)


def _deflated(data: bytes, start: int, bits: int) -> Iterator[bytes]:
    """What can be inflated from ``start`` on, also when the stream breaks off."""
    engine = zlib.decompressobj(bits)
    view = memoryview(data)[start:]
    made, at = bytearray(), 0
    try:
        for at in range(0, len(view), 4096):
            made += engine.decompress(view[at : at + 4096], MOST)
            if engine.eof or len(made) > MOST:
                break
    except zlib.error:  # once more, byte by byte at the end: what came before the error counts
        engine = zlib.decompressobj(bits)
        made = bytearray(engine.decompress(view[:at], MOST)) if at else bytearray()
        with suppress(zlib.error):
            for near in range(at, min(len(view), at + 4096)):
                made += engine.decompress(view[near : near + 1], MOST)
    if made:
        yield bytes(made)


def _members(data: bytes) -> Iterator[bytes]:
    """Members of ZIP files by their local headers alone, whether or not a directory names them."""
    for match in re.finditer(rb"PK\x03\x04", data):
        header = data[match.start() : match.start() + 30]
        if len(header) < 30:
            continue
        method, size, name, extra = struct.unpack("<8xH8xI4xHH", header)
        begin = match.start() + 30 + name + extra
        if method == 8:
            yield from _deflated(data, begin, -zlib.MAX_WBITS)
        elif method == 0 and size:
            yield data[begin : begin + size]


def _from_base64(data: bytes) -> Iterator[bytes]:
    for match in _BASE64.finditer(data):
        written = re.sub(rb"[\s=]", b"", match.group()).translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4) if len(written) < 20_000 else (0,):
            part = written[start:]
            part = part[:-1] if len(part) % 4 == 1 else part
            yield base64.b64decode(part + b"=" * (-len(part) % 4))


def _from_hexadecimal(data: bytes) -> Iterator[bytes]:
    for match in _HEXADECIMAL.finditer(data):
        digits = b"".join(match.group().split())
        for start in (0, 1):
            part = digits[start:]
            yield binascii.unhexlify(part[: len(part) // 2 * 2])


def _from_ascii85(data: bytes) -> Iterator[bytes]:
    for match in _ASCII85.finditer(data):
        try:
            yield base64.a85decode(match.group(1))
        except ValueError:
            continue


def _unescaped(data: bytes) -> Iterator[bytes]:
    for pattern, base in _ESCAPES:
        if pattern.search(data):
            yield pattern.sub(lambda found, base=base: bytes([int(found.group(1), base) & 255]), data)
    if b"%" in data:
        yield unquote_to_bytes(data)
    if b"&" in data:
        yield html.unescape(data.decode("latin-1")).encode("latin-1", "replace")
    if b"=" in data:
        yield quopri.decodestring(data)


def _joined(data: bytes) -> Iterator[bytes]:
    """Without what can stand between the letters of one word."""
    yield bytes(data.translate(None, b"\0"))
    yield bytes(data.translate(None, b" \t\r\n"))
    if b"(" in data:
        yield re.sub(rb"\)[\s\d.\-]*\(", b"", data)
        yield re.sub(rb"\\[\r\n]+", b"", data)
    if b"<" in data:
        yield re.sub(rb"<[^<>]{0,400}>", b"", data)
        yield re.sub(rb">[\s\d.\-]*<", b"", data)


UNFOLDINGS: Final[dict[str, Callable[[bytes], Iterator[bytes]]]] = {
    "inflated": _inflated,
    "member": _members,
    "base64": _from_base64,
    "hexadecimal": _from_hexadecimal,
    "ASCII85": _from_ascii85,
    "unescaped": _unescaped,
    "joined": _joined,
}
