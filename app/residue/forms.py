"""How a text may be written: every form that a person or a program turns back into it without a key.

All forms are byte strings in normal form: without white space, NUL and backslash bytes. That alone undoes
line wrapping, UTF-16 and UTF-32 of ASCII, spaced hexadecimal and escapes within escapes.
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import string
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from html import escape
from itertools import accumulate
from typing import Final, NamedTuple
from urllib.parse import quote, quote_plus

_DROPPED: Final = b" \t\n\v\f\r\0\\"
_LOWER: Final = bytes(range(256)).lower()
_VISIBLE: Final = re.compile(r"\S\s*+")
_URL_FREE: Final = frozenset(string.ascii_letters + string.digits + "_.-~")
_QP_FREE: Final = frozenset(map(chr, range(33, 127))) - {"="}
_NAME_FREE: Final = frozenset(map(chr, range(33, 127))) - set("#/()<>[]{}%")

_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")


def normal(data: bytes) -> bytes:
    """Bytes as the forms are written; soft line breaks of quoted-printable vanish with the white space."""
    if b"=\n" in data or b"=\r\n" in data:
        data = re.sub(rb"=\r?\n", b"", data)
    return data.translate(None, _DROPPED)


def lowered(data: bytes) -> bytes:
    """ASCII letters in lower case; every byte keeps its place."""
    return data.translate(_LOWER)


class Written(NamedTuple):
    """A piece of a value in one form.

    Attributes:
        data: in normal form.
        form: for messages.
        start, end: which visible characters of the value it stands for, half-open.
        any_case: letters in it may be written large or small without changing what it means.
    """

    data: bytes
    form: str
    start: int
    end: int
    any_case: bool


def _utf8(character: str) -> bytes:
    return character.encode("utf-8", "surrogatepass")


def _each(pattern: str) -> Callable[[str], str]:
    """Every byte of the UTF-8 form written with ``pattern``."""
    return lambda character: "".join(pattern.format(byte) for byte in _utf8(character))


def _code(pattern: str) -> Callable[[str], str]:
    """Every code point written with ``pattern``."""
    return lambda character: "".join(pattern.format(ord(one)) for one in character)


def _utf16_units(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _sparing(free: frozenset[str], pattern: str) -> Callable[[str], str]:
    """Characters outside ``free`` written with ``pattern``, byte by byte."""
    every = _each(pattern)
    return lambda token: "".join(one if one in free else every(one) for one in token)


_ESCAPES: Final[tuple[tuple[str, bool, Callable[[str], str]], ...]] = (
    ("plain", False, lambda token: token),
    ("JSON", False, lambda token: json.dumps(token)[1:-1]),
    ("JSON", True, _utf16_units),
    ("URL", False, lambda token: quote(token, safe="", errors="surrogatepass")),
    ("URL", False, lambda token: quote(token, errors="surrogatepass")),
    ("URL", False, lambda token: quote_plus(token, errors="surrogatepass")),
    ("URL", False, _sparing(_URL_FREE, "%{:02x}")),
    ("URL", True, _each("%{:02x}")),
    ("URL, twice", False, lambda token: quote(quote(token, safe="", errors="surrogatepass"))),
    ("URL, twice", True, _each("%25{:02x}")),
    ("XML", False, escape),
    ("XML", False, lambda token: escape(token, quote=False)),
    ("XML", False, lambda token: escape(token, quote=False).replace('"', "&quot;").replace("'", "&apos;")),
    ("XML", False, _code("&#{};")),
    ("XML", True, _code("&#x{:x};")),
    ("XML, twice", False, lambda token: escape(escape(token))),
    ("XML, twice", False, _code("&amp;#{};")),
    ("quoted-printable", False, _sparing(_QP_FREE, "={:02X}")),
    ("quoted-printable", True, _each("={:02x}")),
    ("name in a PDF", False, _sparing(_NAME_FREE, "#{:02X}")),
    ("name in a PDF", True, _each("#{:02x}")),
    ("octal", False, _each("{:03o}")),
    ("hexadecimal", True, _each("x{:02x}")),
)
_NUMBERS: Final = tuple(
    (between, pattern, _each(pattern + between))
    for between, pattern in (("", "{:02x}"), (":", "{:02x}"), ("-", "{:02x}"), (",", "0x{:02x}"), (",", "{}"))
)
"""Bytes as numbers: what stands between them, a byte, and how a character is written so."""


@lru_cache(maxsize=8192)
def _unit(write: Callable[[str], str], token: str) -> bytes:
    return normal(_utf8(write(token)))


def visible(value: str) -> list[str]:
    """The value's visible characters, each with the white space behind it."""
    return _VISIBLE.findall(value.strip())


def written_forms(tokens: list[str], spans: Sequence[tuple[int, int]]) -> Iterator[Written]:
    """The pieces of a value in every form.

    Args:
        tokens: its visible characters.
        spans: which of them are wanted together, half-open.
    """
    seen = set()
    for form, any_case, units, tail in _notations(tokens):
        ends = list(accumulate(map(len, units), initial=0))
        joined = b"".join(units)
        if (joined, any_case) in seen:
            continue
        seen.add((joined, any_case))
        for start, end in spans:
            yield Written(joined[ends[start] : ends[end] - tail], form, start, end, any_case)
        if form == "plain":
            characters = [token.strip() for token in tokens]
            for start, end in spans:
                piece = normal(_utf8("".join(reversed(characters[start:end]))))
                yield Written(piece, "reversed", start, end, any_case=False)
    yield from _in_base64(tokens, spans)


def _notations(tokens: list[str]) -> Iterator[tuple[str, bool, list[bytes], int]]:
    """Form, whether case is free, the written tokens in normal form, and bytes behind the last one."""
    for form, any_case, write in _ESCAPES:
        yield form, any_case, [_unit(write, token) for token in tokens], 0
    if not all(map(str.isascii, tokens)):
        for codec in ("utf-16-le", "utf-16-be", "cp1252"):
            with contextlib.suppress(UnicodeEncodeError):
                yield codec, False, [normal(token.encode(codec)) for token in tokens], 0
    for between, pattern, write in _NUMBERS:
        units = [_unit(write, token) for token in tokens]
        yield "hexadecimal" if "x" in pattern else "numbers", True, units, len(between)


def _in_base64(tokens: list[str], spans: Sequence[tuple[int, int]]) -> Iterator[Written]:
    """The characters of base64 that depend on a piece alone, whatever stands before and after it."""
    for codec, form in (("utf-8", "base64"), ("utf-16-le", "base64 of UTF-16")):
        units = [token.encode(codec, "surrogatepass") for token in tokens]
        ends = list(accumulate(map(len, units), initial=0))
        raw = b"".join(units)
        for alignment in range(3):
            encoded = base64.b64encode(bytes(alignment) + raw)
            for start, end in spans:
                begin, stop = ends[start] + alignment, ends[end] + alignment
                core = encoded[-(-begin * 8 // 6) : stop * 8 // 6]
                yield Written(core, form, start, end, any_case=False)
                if b"+" in core or b"/" in core:
                    safe = core.translate(_URL_SAFE)
                    yield Written(safe, form, start, end, any_case=False)
