"""The syntax of PDF objects (ISO 32000-1, 7.2 and 7.3), read without any PDF library.

Used to look into bytes that no library shows (earlier revisions, unused objects, comments) and to prove
what a written copy is made of. Every function is linear in its input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

DEEPEST: Final = 64
"""Nesting of arrays and dictionaries beyond which an object is refused."""

_TOKEN: Final = re.compile(
    rb"(?P<space>[\x00\t\n\x0c\r ]+)"
    rb"|(?P<comment>%[^\r\n]*)"
    rb"|(?P<name>/[^\x00\t\n\x0c\r ()<>\[\]{}/%]*)"
    rb"|(?P<mark><<|>>|[\[\]{}])"
    rb"|(?P<hex><[0-9A-Fa-f\x00\t\n\x0c\r ]*>)"
    rb"|(?P<open>\()"
    rb"|(?P<word>[^\x00\t\n\x0c\r ()<>\[\]{}/%]+)"
    rb"|(?P<stray>[<>)])"
)
_PARENTHESIS: Final = re.compile(rb"[()\\]")
_ESCAPE: Final = re.compile(rb"\\(\r\n|[0-7]{1,3}|.)", re.DOTALL)
_NAME_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_NUMBER: Final = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)\Z")
_REFERENCE: Final = re.compile(
    rb"[\x00\t\n\x0c\r ]+\d{1,5}[\x00\t\n\x0c\r ]+R(?![^\x00\t\n\x0c\r ()<>\[\]{}/%])"
)
_SPACE: Final = re.compile(rb"[\x00\t\n\x0c\r ]+")
_ESCAPED: Final = {
    b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\x0c",
    b"\n": b"", b"\r": b"", b"\r\n": b"",
}  # fmt: skip


class Malformed(ValueError):
    """The bytes are not the object they should be; the message names what was expected, nothing read."""


class TokenKind(StrEnum):
    """What a token is; ``word`` is a number, a keyword or an operator."""

    COMMENT = "comment"
    NAME = "name"
    MARK = "mark"
    STRING = "string"
    WORD = "word"
    STRAY = "stray"


@dataclass(frozen=True, slots=True)
class Token:
    """One token; ``value`` is decoded (escapes resolved), ``start`` and ``end`` are byte offsets."""

    kind: TokenKind
    value: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Name:
    """A name object without its slash."""

    text: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to an indirect object."""

    number: int


@dataclass(frozen=True, slots=True)
class Text:
    """A string object, undecoded."""

    raw: bytes


Value = Name | Ref | Text | int | float | bool | None | list["Value"] | dict[str, "Value"]


def tokens(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """All tokens of ``data[start:end]`` but white space; a string that does not end takes all the rest."""
    at, stop = start, len(data) if end is None else end
    while at < stop:
        match = _TOKEN.match(data, at, stop)
        if match is None:
            raise Malformed("a token")
        kind = match.lastgroup
        if kind == "open":
            raw, after = _literal(data, at + 1, stop)
            yield Token(TokenKind.STRING, raw, at, after)
            at = after
            continue
        found = match.group()
        after = match.end()
        if kind == "name":
            decoded = _NAME_ESCAPE.sub(lambda m: bytes.fromhex(m.group(1).decode()), found[1:])
            yield Token(TokenKind.NAME, decoded, at, after)
        elif kind == "hex":
            yield Token(TokenKind.STRING, _hexadecimal(found[1:-1]), at, after)
        elif kind != "space":
            yield Token(TokenKind(str(kind)), found, at, after)
        at = after


def _literal(data: bytes, start: int, stop: int) -> tuple[bytes, int]:
    depth, at = 1, start
    while (match := _PARENTHESIS.search(data, at, stop)) is not None:
        mark = match.group()
        at = match.end()
        if mark == b"\\":
            at += 1
        else:
            depth += 1 if mark == b"(" else -1
            if depth == 0:
                return _ESCAPE.sub(_unescaped, data[start : at - 1]), at
    return _ESCAPE.sub(_unescaped, data[start:stop]), stop


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match.group(1)
    if code[0:1].isdigit() and code not in (b"8", b"9"):
        return bytes([int(code, 8) & 0xFF])
    return _ESCAPED.get(code, code)


def _hexadecimal(digits: bytes) -> bytes:
    clean = _SPACE.sub(b"", digits)
    return bytes.fromhex((clean + b"0" * (len(clean) % 2)).decode())


def text_of(raw: bytes) -> str:
    """A text string as characters: UTF-16 and UTF-8 by their marks, else one character a byte."""
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace")
    if raw.startswith(b"\xff\xfe"):
        return raw[2:].decode("utf-16-le", "replace")
    if raw.startswith(b"\xef\xbb\xbf"):
        return raw[3:].decode("utf-8", "replace")
    return raw.decode("latin-1")


class ObjectReader:
    """Reads objects one after another from ``data``, strictly: a comment is refused, too.

    Attributes:
        at: byte offset after what was read last.
    """

    def __init__(self, data: bytes, start: int = 0) -> None:
        self._data = data
        self.at = start

    def value(self, depth: int = 0) -> Value:
        """The next object.

        Raises:
            Malformed: there is none, or it is nested too deeply.
        """
        if depth > DEEPEST:
            raise Malformed("less nesting")
        token = self._next()
        match token.kind:
            case TokenKind.NAME:
                return Name(token.value.decode("latin-1"))
            case TokenKind.STRING:
                return Text(token.value)
            case TokenKind.WORD:
                return self._word(token)
            case TokenKind.MARK if token.value == b"<<":
                return self._dictionary(depth)
            case TokenKind.MARK if token.value == b"[":
                return self._array(depth)
        raise Malformed("an object")

    def keyword(self, expected: bytes) -> None:
        """Reads the word ``expected`` or raises ``Malformed``."""
        token = self._next()
        if token.kind is not TokenKind.WORD or token.value != expected:
            raise Malformed(f"the word {expected.decode()}")

    def integer(self) -> int:
        token = self._next()
        if token.kind is not TokenKind.WORD or not token.value.isdigit():
            raise Malformed("a whole number")
        return int(token.value[:20])

    def _next(self) -> Token:
        token = next(tokens(self._data, self.at), None)
        if token is None:
            raise Malformed("more bytes")
        self.at = token.end
        return token

    def _word(self, token: Token) -> Value:
        if token.value in _CONSTANTS:
            return _CONSTANTS[token.value]
        if not _NUMBER.match(token.value):
            raise Malformed("a number")
        if not token.value.isdigit():
            return float(token.value) if b"." in token.value else int(token.value[:20])
        reference = _REFERENCE.match(self._data, self.at)
        if reference is None:
            return int(token.value[:20])
        self.at = reference.end()
        return Ref(int(token.value[:20]))

    def _array(self, depth: int) -> list[Value]:
        items: list[Value] = []
        while not self._closed(b"]"):
            items.append(self.value(depth + 1))
        return items

    def _dictionary(self, depth: int) -> dict[str, Value]:
        entries: dict[str, Value] = {}
        while not self._closed(b">>"):
            key = self.value(depth + 1)
            if not isinstance(key, Name) or key.text in entries:
                raise Malformed("a new name as key")
            entries[key.text] = self.value(depth + 1)
        return entries

    def _closed(self, mark: bytes) -> bool:
        """Whether the collection ends here; reads its closing mark when it does."""
        before = self.at
        token = self._next()
        if token.kind is TokenKind.MARK and token.value == mark:
            return True
        self.at = before
        return False


_CONSTANTS: Final[dict[bytes, bool | None]] = {b"true": True, b"false": False, b"null": None}
