"""Texts inside texts: what a string means once its escape sequences, percent signs or base64 are undone."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import unquote_to_bytes

from app.formats.text.views import Steps

SHORTEST_BASE64 = 16
"""Characters; shorter runs are words as often as not."""

_JSON_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL
)
_PERCENT_RUN = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_BASE64 = re.compile(
    r"(?![0-9a-fA-F]*+\Z)\s*(?:data:[\w.+/;=-]{0,100};base64,)?([A-Za-z0-9+/\r\n]{16,}={0,2}|[A-Za-z0-9_-]{16,}={0,2})\s*"
)
_WITHIN = re.compile(
    r"[:=,][ \t]{0,4}[\"']?(?![0-9a-fA-F]*+(?:[\s\"',;]|\Z))"
    r"([A-Za-z0-9+/]{16,}+={0,2})(?=[\s\"',;)<>\\]|\Z)"
)
_KEY_BEFORE = re.compile(r"[\w.\-]{1,80}(?=[\"']?[ \t]{0,4}\Z)")
_LONGEST_KEY = 100
_BASE64_HEAD = 64
_LINE_ENDS = str.maketrans("", "", "\r\n")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd]")

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
SMALLEST_GAP = 2048
"""Characters of base64; a smaller picture shows no readable text."""


def json_steps(raw: str) -> Steps:
    """The way back from the meaning of a JSON string to its inside ``raw``."""
    return Steps(found.span() for found in _JSON_ESCAPE.finditer(raw))


def percent_decoded(text: str) -> str:
    """What a percent-encoded value of a query or form means; bytes that are no UTF-8 are read as Latin-1."""
    spaced = text.replace("+", " ")
    return _PERCENT_RUN.sub(lambda run: "".join(char for char, _ in _characters(run[0])), spaced)


def percent_steps(text: str) -> Steps:
    """The way back from ``percent_decoded(text)`` to ``text``."""
    return Steps(_percent_spans(text))


def _percent_spans(text: str) -> Iterator[tuple[int, int]]:
    for run in _PERCENT_RUN.finditer(text):
        at = run.start()
        for _, length in _characters(run[0]):
            yield at, at + length
            at += length


def _characters(run: str) -> Iterator[tuple[str, int]]:
    """The characters of a run of ``%XX`` and how many raw characters each takes."""
    data = unquote_to_bytes(run)
    try:
        for char in data.decode("utf-8"):
            yield char, 3 * len(char.encode("utf-8"))
    except UnicodeDecodeError:
        for char in data.decode("latin-1"):
            yield char, 3


@dataclass(frozen=True, slots=True)
class Base64:
    """A base64 value: which characters it takes, and either its text or what else it is.

    Attributes:
        text: None when it is not text.
        binary: kind of a binary file in it that can show readable text, or None.
    """

    start: int
    end: int
    text: str | None = field(repr=False)
    binary: str | None = None


def base64_value(text: str) -> Base64 | None:
    """Reads ``text``, which must be base64 from end to end (or a base64 ``data:`` address); None if not."""
    if len(text) < SHORTEST_BASE64:
        return None
    found = _BASE64.fullmatch(text)
    if found is None:
        return None
    start, end = found.span(1)
    head = _decoded(found[1][: 2 * _BASE64_HEAD].translate(_LINE_ENDS)[:_BASE64_HEAD])
    if head is None:
        return None
    if (as_text := _text_in(head, partial=True)) is None:
        for magic, kind in _BINARY:
            if head.startswith(magic) and end - start >= SMALLEST_GAP:
                return Base64(start, end, None, kind)
        return None
    whole = _decoded(found[1].translate(_LINE_ENDS))
    as_text = None if whole is None else _text_in(whole, partial=False)
    return None if as_text is None else Base64(start, end, as_text)


def encoded_values(text: str) -> Iterator[tuple[str, Base64]]:
    """Base64 values after a key or a comma (``data:`` addresses) within a longer text; with the key or ""."""
    for found in _WITHIN.finditer(text):
        value = base64_value(found[1])
        if value is not None:
            key = _KEY_BEFORE.search(text[max(0, found.start() - _LONGEST_KEY) : found.start()])
            name = key[0] if key and text[found.start()] != "," else ""
            start = found.start(1)
            yield name, replace(value, start=start + value.start, end=start + value.end)


def _decoded(characters: str) -> bytes | None:
    """The bytes of base64 characters in either alphabet, padding optional; None when they are not base64."""
    bare = characters.rstrip("=")
    if len(bare) % 4 == 1:
        return None
    try:
        return base64.b64decode(
            bare.replace("-", "+").replace("_", "/") + "=" * (-len(bare) % 4), validate=True
        )
    except (binascii.Error, ValueError):
        return None


def _text_in(data: bytes, *, partial: bool) -> str | None:
    """The text of bytes that are printable UTF-8 or UTF-16, else None."""
    if data[1:8:2] == b"\0\0\0\0" and data[0]:
        text = data[: len(data) // 2 * 2].decode("utf-16-le", "replace")
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            if not (partial and error.start > len(data) - 4):
                return None
            text = data[: error.start].decode("utf-8")
    return None if _UNPRINTABLE.search(text) else text
