"""Which encoding a text file has, so that every byte outside an edit can be written back as it was.

Decoding here is always reversible: ``codec.encode(codec.decode(data)) == data`` for any bytes that
``sniff`` accepted.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

HEAD = 4096
_BLOCK = 1 << 22
_SAMPLE = 1 << 16

_BOMS = (
    (codecs.BOM_UTF8, "utf-8", 1),
    (codecs.BOM_UTF32_LE, "utf-32-le", 4),
    (codecs.BOM_UTF32_BE, "utf-32-be", 4),
    (codecs.BOM_UTF16_LE, "utf-16-le", 2),
    (codecs.BOM_UTF16_BE, "utf-16-be", 2),
)

_BINARY_STARTS = (
    b"PK\x03\x04", b"PK\x05\x06", b"\x7fELF", b"MZ\x90", b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff",
    b"RIFF", b"SQLite format 3\x00", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!\x1a", b"\xd0\xcf\x11\xe0",
    b"\xca\xfe\xba\xbe", b"\xfd7zXZ", b"BZh", b"\x28\xb5\x2f\xfd", b"wOFF", b"wOF2", b"OggS", b"ID3",
)  # fmt: skip

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\v\b\x1b\x1e")) + b"\x7f"
_NUL_RUN = re.compile(rb"\x00{16,}")
_MANY_CONTROLS = 0.05
_MANY_CONTROLS_UNKNOWN = 0.02  # random bytes have 0.11


@dataclass(frozen=True, slots=True)
class Codec:
    """How the bytes of a text file are read and written.

    Attributes:
        name: Python's name of the encoding.
        bom: byte order mark at the start of the file, not part of the text.
        width: bytes of a code unit.
    """

    name: str
    bom: bytes = b""
    width: int = 1

    @property
    def _errors(self) -> str:
        # Bytes that are not UTF-8 and unpaired UTF-16 halves become surrogates and come back as they were.
        return "surrogateescape" if self.width == 1 else "surrogatepass"

    def decode(self, data: bytes | memoryview) -> str:
        return str(data, self.name, self._errors)

    def encode(self, text: str) -> bytes:
        return text.encode(self.name, self._errors)


LATIN_1 = Codec("latin-1")
UTF_8 = Codec("utf-8")


def sniff(data: bytes) -> Codec | None:
    """The encoding of a text, or None for binary data.

    UTF-8, UTF-16 and UTF-32 with or without byte order mark. What is not valid UTF-8 is
    read as UTF-8 with single damaged bytes where other characters prove it, and as Latin-1 otherwise;
    both are reversible.
    """
    for bom, name, width in _BOMS:
        if data.startswith(bom) and not (width > 1 and _eight_bit(data[len(bom) : HEAD])):
            codec = Codec(name, bom, width)
            return codec if _decodes(data, codec) else None
    if data.startswith(_BINARY_STARTS):
        return None
    if (wide := _wide_without_mark(data)) is not None:
        return wide if _decodes(data, wide) else None
    if _is_utf8(data):
        return UTF_8 if _controls(data) <= _MANY_CONTROLS else None
    if _controls(data) > _MANY_CONTROLS_UNKNOWN:
        return None
    return UTF_8 if _damaged_utf8(data) else LATIN_1


def _eight_bit(head: bytes) -> bool:
    """Whether text behind a wide byte order mark is plain ASCII: read as the mark says, it would be Chinese.

    Real UTF-16 has NUL bytes beside Latin letters, and bytes beyond ASCII beside most others.
    """
    return len(head) >= 8 and 0 not in head and sum(byte < 0x80 for byte in head) > 0.97 * len(head)


def first_character(data: bytes) -> str:
    """The first character that is not white space, without examining more than the head; "" if unsure."""
    head = data[:HEAD]
    for bom, name, width in _BOMS:
        if head.startswith(bom) and not (width > 1 and _eight_bit(head[len(bom) :])):
            return Codec(name, bom, width).decode(_whole_units(head[len(bom) :], width)).lstrip()[:1]
    wide = _wide_without_mark(head)
    text = wide.decode(_whole_units(head, wide.width)) if wide else head.decode("latin-1")
    return text.lstrip(" \t\r\n")[:1]


def harmless(text: str) -> str:
    """The text with unpaired surrogates replaced one by one, so that any consumer can encode it."""
    if text.isascii():
        return text
    return _SURROGATE.sub("\ufffd", text)


_SURROGATE = re.compile("[\ud800-\udfff]")


def _whole_units(data: bytes, width: int) -> bytes:
    return data[: len(data) // width * width]


def _wide_without_mark(data: bytes) -> Codec | None:
    """UTF-32 and UTF-16 without mark show by NUL bytes on one side of every, or of most, code units."""
    head = _whole_units(data[:HEAD], 4)
    if len(head) >= 16 and head.count(0) >= len(head) // 2:
        if not any(head[3::4]) and max(head[2::4]) <= 0x10 and any(head[::4]):
            return Codec("utf-32-le", b"", 4)
        if not any(head[::4]) and max(head[1::4]) <= 0x10 and any(head[3::4]):
            return Codec("utf-32-be", b"", 4)
    head = _whole_units(data[:HEAD], 2)
    if len(head) < 8:
        return None
    even, odd = head[::2].count(0) / (len(head) / 2), head[1::2].count(0) / (len(head) / 2)
    if odd > 0.3 and even < 0.05:
        return Codec("utf-16-le", b"", 2)
    if even > 0.3 and odd < 0.05:
        return Codec("utf-16-be", b"", 2)
    return None


def _decodes(data: bytes, codec: Codec) -> bool:
    end = len(codec.bom) + (len(data) - len(codec.bom)) // codec.width * codec.width
    view = memoryview(data)
    try:
        for start in range(len(codec.bom), end, _BLOCK):
            sample = codec.decode(view[start : min(start + _BLOCK, end)])
            if sum(map(sample.count, map(chr, _CONTROLS))) > _MANY_CONTROLS * len(sample):
                return False
    except UnicodeDecodeError:
        return codec.width == 1  # a byte order mark before damaged UTF-8; the rest survives as surrogates
    return True


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for start in range(0, len(data), _BLOCK):
            decoder.decode(view[start : start + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _damaged_utf8(data: bytes) -> bool:
    """Whether more characters above ASCII are valid UTF-8 than not, in the first block that has any."""
    view = memoryview(data)
    for start in range(0, len(data), _BLOCK):
        block = bytes(view[start : start + _BLOCK])
        if not block.isascii():
            high = sum(char > "\x7f" for char in block.decode("utf-8", "surrogateescape"))
            damaged = len(_SURROGATE.findall(block.decode("utf-8", "surrogateescape")))
            return damaged * 2 < high
    return False


def _controls(data: bytes) -> float:
    """The largest share of control characters in samples of the start, the middle and the end."""
    middle = max(0, len(data) // 2 - _SAMPLE // 2)
    worst = 0.0
    for start in {0, middle, max(0, len(data) - _SAMPLE)}:
        sample = _NUL_RUN.sub(b"", data[start : start + _SAMPLE])  # a crash leaves such runs in logs
        if sample:
            worst = max(worst, 1 - len(sample.translate(None, _CONTROLS)) / len(sample))
    return worst
