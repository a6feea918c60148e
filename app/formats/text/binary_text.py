"""Texts and files written as base64 (RFC 4648, both alphabets, wrapped or not) or as hexadecimal digits."""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from app.places import Form

SHORTEST: Final = 16
"""Characters; shorter runs are words as often as not."""

SMALLEST_GAP: Final = 2048
"""Characters of base64; a smaller file that cannot be read is not worth a warning."""

SMALLEST_FILE: Final = 130
"""Characters of base64; a smaller file is a dot."""

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_CLASSES = bytes(97 if byte in _ALPHABET else 32 for byte in range(256))
_STANDARD = bytes.maketrans(b"-_", b"+/")
_DIGITS = b"0123456789abcdefABCDEF"
_NO_FIRST = b"ABghjklmnopqrstuv+-_"  # no text and no known file begins with their bits
_SHORTEST_RUN = b"a" * SHORTEST
_HEAD: Final = 64
_QUICK: Final = 16
_SHORTEST_ROW: Final = 40
_ROW = re.compile(
    r"[ \t]{0,60}\r?\n[ \t>]{0,60}(?!--)([A-Za-z0-9+/_-]{1,1000})(={0,2})"
    r"(?=[ \t]{0,60}(?:[\r\n\"'`<),\]}]|\Z))"
)
_LONGEST_KEY: Final = 100
_KEY = re.compile(
    r"([\w.\-]{1,80})(?:\\{0,3}[\"'`]?[ \t]{0,4}[:=][ \t]{0,4}(?:!!binary[ \t]{1,4})?"
    r"(?:[|>][+-]?[ \t]{0,4}\r?\n[ \t]{0,40})?\\{0,3}[\"'`]?|(?<!/)>\s{0,40})\Z"
)
_HEXADECIMAL = re.compile(r"(?:0[9aAdD]|[2-7][0-9a-fA-F]){12,}")
_HEXADECIMAL_HEAD = re.compile(rb"(?:0[9aAdDxX]|[2-7][0-9a-fA-F]){8}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd]")
_RUN = re.compile(r"[A-Za-z0-9+/_-]+")
_SPACE = re.compile(r"[\s>]+")
_GZIP: Final = b"\x1f\x8b\x08"
_MOST_UNPACKED: Final = 1 << 22
_MOST_PER_BYTE: Final = 32
_FREE: Final = 4096

_BINARY = (
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"RIFF", "picture"),
    (b"BM", "picture"),
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "archive"),
    (b"\x1f\x8b", "archive"),
)


_LOOSE: Final = b"BM"  # stands at the beginning of other things too
_MAGICS = tuple(magic for magic, _ in _BINARY)


@dataclass(frozen=True, slots=True)
class Packed:
    """Bytes written as characters ``start`` to ``end`` of a text, and their text or what else they are.

    Attributes:
        name: the key that stands before it, or "".
        form: base64 or hexadecimal.
        text: None when it is not text.
        codec: in which the bytes are that text; None when they hold it compressed.
        binary: kind of a binary file in it that can show readable text, or None.
        telling: whether that file is large enough to be told of where it cannot be read.
    """

    start: int
    end: int
    name: str = field(repr=False)
    form: Form
    text: str | None = field(repr=False)
    codec: str | None = "utf-8"
    binary: str | None = None
    telling: bool = True

    def characters(self, written: str, start: int, end: int) -> tuple[int, int, tuple[int, int]]:
        """The characters of the value that hold code points ``start`` to ``end`` of its text.

        Args:
            written: the value as it stands in its text.

        Returns:
            Offsets into ``written``, half-open, on the borders of groups, and how many bytes at the start
            and the end of these groups do not belong to the part.
        """
        if self.text is None or self.codec is None:
            return 0, len(written), (0, 0)
        first = len(self.text[:start].encode(self.codec))
        last = first + len(self.text[start:end].encode(self.codec))
        total = last + len(self.text[end:].encode(self.codec))
        return groups(written, self.form, first, last, total)


def packed_values(text: str) -> Iterator[Packed]:
    """Every value in ``text`` that is base64 or hexadecimal for a text, or base64 for a known binary file."""
    if len(text) < SHORTEST:
        return
    raw = text.encode("latin-1", "replace")
    find = raw.translate(_CLASSES).find
    end = 0
    while (start := find(_SHORTEST_RUN, end)) >= 0:
        end = find(b" ", start)
        if end < 0:
            end = len(text)
        if raw[start] in _NO_FIRST and not _after_escape(raw, start):
            continue
        if not _worth_a_look(raw[start : start + _QUICK]):
            continue
        if (value := _value_at(text, start, end)) is not None:
            yield value
            end = max(end, value.end)


def _after_escape(raw: bytes, start: int) -> bool:
    return raw[start] in b"nrt" and raw[start - 1 : start] == b"\\"


def _worth_a_look(head: bytes) -> bool:
    """Whether a run that begins so may hold text or a known file; says no to nearly all that does not."""
    if head[0] in _NO_FIRST or _HEXADECIMAL_HEAD.match(head):
        return True
    if not head.translate(None, _DIGITS):
        return False  # a number, a hash or an id
    data = binascii.a2b_base64(head.translate(_STANDARD))
    if data.isascii() or data.startswith(_MAGICS):
        return True
    try:
        data[:-3].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(data) - 7
    return True


def _value_at(text: str, start: int, end: int) -> Packed | None:
    if start and text[start - 1] == "\\" and text[start] in "nrt":
        start += 1
    if text.startswith("0x", start):
        start += 2
    head = _decoded(text[start : start + _QUICK])
    if head is None or end - start < SHORTEST:
        return None
    if _text_in(head, partial=True) is None and _binary_kind(head) is None:
        return _hexadecimal(text, start, end)
    stop, full = _last_row(text, start, end)
    characters = text[start:stop]
    if stop > end:
        characters = _SPACE.sub("", characters)
    data = _decoded(characters[:_HEAD])
    if data is None:
        return None
    if _text_in(data, partial=True) is None:
        return _binary(text, start, stop, data, characters)
    whole = _decoded(characters) or b""
    if (found_text := _text_in(whole, partial=False)) is None and full < stop:
        # The last, shorter row may be a word of the text around.
        shorter = _decoded(_SPACE.sub("", text[start:full])) or b""
        if (found_text := _text_in(shorter, partial=False)) is not None:
            stop = full
    if found_text is None:  # text at its beginning only
        found_text = _UNPRINTABLE.sub(" ", whole.decode("latin-1")), "latin-1"
    return Packed(start, stop, _name_before(text, start), Form.BASE64, *found_text)


def _hexadecimal(text: str, start: int, end: int) -> Packed | None:
    found = _HEXADECIMAL.fullmatch(text, start, end - (end - start) % 2)
    if found is None:
        return None
    plain = bytes.fromhex(found[0]).decode("latin-1")
    return Packed(start, found.end(), _name_before(text, start), Form.HEXADECIMAL, plain, "latin-1")


def _binary(text: str, start: int, stop: int, head: bytes, characters: str) -> Packed | None:
    kind = _binary_kind(head)
    too_much = False
    if head.startswith(_GZIP):
        unpacked, too_much = _unpacked(_decoded(characters) or b"")
        if unpacked is not None:
            return Packed(start, stop, _name_before(text, start), Form.BASE64, unpacked, None)
    if kind is None:
        return None
    telling = stop - start >= SMALLEST_GAP or too_much
    if not telling and (stop - start < SMALLEST_FILE or head.startswith(_LOOSE)):
        return None
    return Packed(start, stop, "", Form.BASE64, None, binary=kind, telling=telling)


def _last_row(text: str, start: int, end: int) -> tuple[int, int]:
    """Where a base64 value with a first row from ``start`` to ``end`` ends, and where its last full row."""
    width = end - start
    while text.startswith("=", end) and end - start - width < 2:
        end += 1
    full = end
    if width < _SHORTEST_ROW or end - start > width:
        return end, full
    while (row := _ROW.match(text, end)) is not None and len(row[1]) + len(row[2]) <= width:
        end = row.end()
        if len(row[1]) < width:
            break
        full = end
    return end, full


def _name_before(text: str, start: int) -> str:
    """The key or element that a value at ``start`` belongs to; "" without one."""
    before = text[max(0, start - _LONGEST_KEY) : start]
    found = _KEY.search(before)
    return found[1] if found else ""


def groups(written: str, form: Form, first: int, last: int, total: int) -> tuple[int, int, tuple[int, int]]:
    """The same as ``Packed.characters`` for bytes ``first`` to ``last`` of ``total``."""
    size, width = (3, 4) if form is Form.BASE64 else (1, 2)
    before, behind = first // size, -(-last // size)
    margins = (first - before * size, min(behind * size, total) - last)
    begin = _place(written, before * width)
    stop = len(written) if behind * size >= total else _place(written, behind * width - 1) + 1
    return begin, stop, margins


def _place(written: str, number: int) -> int:
    """Where the character of that number stands when line breaks do not count."""
    passed = 0
    for row in _RUN.finditer(written):
        length = row.end() - row.start()
        if number < passed + length:
            return row.start() + number - passed
        passed += length
    return len(written)


def _decoded(characters: str) -> bytes | None:
    """The bytes of base64 characters in either alphabet, padding optional; None when they are not base64.

    A last character too many is left out.
    """
    bare = characters.rstrip("=")
    bare = bare[: len(bare) - (len(bare) % 4 == 1)]
    if "-" in bare or "_" in bare:
        bare = bare.replace("-", "+").replace("_", "/")
    try:
        return binascii.a2b_base64(bare + "=" * (-len(bare) % 4), strict_mode=True)
    except (binascii.Error, ValueError):
        return None


def _binary_kind(data: bytes) -> str | None:
    if not data.startswith(_MAGICS):
        return None
    return next(kind for magic, kind in _BINARY if data.startswith(magic))


def _text_in(data: bytes, *, partial: bool) -> tuple[str, str] | None:
    """The text of bytes that are printable UTF-8 or UTF-16, and its codec; else None."""
    codec = "utf-8"
    if data[1:8:2] == b"\0\0\0\0" and data[0]:
        codec = "utf-16-le"
        text = data[: len(data) // 2 * 2].decode(codec, "replace")
    else:
        try:
            text = data.decode(codec)
        except UnicodeDecodeError as error:
            if not (partial and error.start > len(data) - 4):
                return None
            text = data[: error.start].decode(codec)
    return None if _UNPRINTABLE.search(text) else (text, codec)


def _unpacked(data: bytes) -> tuple[str | None, bool]:
    """The text that gzip packed into ``data``, None when it is none; and whether it is too much to tell."""
    limit = min(_MOST_UNPACKED, _MOST_PER_BYTE * len(data) + _FREE)
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(data, limit)
    except zlib.error:
        return None, False
    if not unpacker.eof:
        return None, len(plain) >= limit
    found = _text_in(plain, partial=False)
    return (found[0] if found else None), False
