"""Notations that write characters as sequences: JSON and script escapes, percent codes, entities, mail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html.entities import html5
from typing import Final

from app.formats.text.views import Steps

_REACH: Final = 160
"""Code points on either side of a sequence that are read with it: a label before its value."""

_LONGEST_WORD: Final = 4096

Characters = Iterable[tuple[str, int]]
"""Characters, each with the raw code points that it takes; "" for a line break that means nothing."""


@dataclass(frozen=True, slots=True)
class Notation:
    """One way to write characters.

    Attributes:
        sequences: matches one sequence, or a run of them.
        meaning: what a match stands for.
        telling: finds the sequences that may hide something from a reader of the raw text.
    """

    sequences: re.Pattern[str]
    meaning: Callable[[re.Match[str]], Characters]
    telling: re.Pattern[str]

    def decoded(self, text: str) -> str:
        return self.sequences.sub(lambda found: "".join(char for char, _ in self.meaning(found)), text)

    def steps(self, text: str) -> Steps:
        """The way back from ``decoded(text)`` to ``text``."""
        return Steps(self._spans(text))

    def _spans(self, text: str) -> Iterator[tuple[int, int, int]]:
        for found in self.sequences.finditer(text):
            at = found.start()
            for char, length in self.meaning(found):
                yield at, at + length, len(char)
                at += length

    def stretches(self, text: str) -> Iterator[tuple[int, int]]:
        """The parts of lines that hold telling sequences, with what stands around them; none overlap."""
        start = end = -1
        for found in self.telling.finditer(text):
            if found.end() + _REACH <= end:
                continue
            first, last = _around(text, *found.span())
            if first > end:
                if end > 0:
                    yield start, end
                start = first
            end = last
        if end > 0:
            yield start, end


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """The words on the same line near a span, uncut unless they are very long."""
    near, far = max(0, start - _REACH), min(len(text), end + _REACH)
    first = text.rfind("\n", near, start) + 1
    if not first and near:
        floor = max(0, near - _LONGEST_WORD)
        first = max(text.rfind(" ", floor, near), text.rfind("\n", floor, near)) + 1 or floor
    last = text.find("\n", end, far)
    if last < 0:
        ceiling = min(len(text), far + _LONGEST_WORD)
        line_end = text.find("\n", far, ceiling)
        last = text.find(" ", far, ceiling if line_end < 0 else line_end)
        if last < 0:
            last = ceiling if line_end < 0 else line_end
    return first, last


def _characters_of(data: bytes, width: int) -> Characters:
    """The characters of bytes written with ``width`` raw characters each; as Latin-1 if they are no UTF-8."""
    try:
        for char in data.decode("utf-8"):
            yield char, width * len(char.encode("utf-8"))
    except UnicodeDecodeError:
        for char in data.decode("latin-1"):
            yield char, width


def _percent(found: re.Match[str]) -> Characters:
    return _characters_of(bytes.fromhex(found[0].replace("%", "")), 3)


def _plus_or_percent(found: re.Match[str]) -> Characters:
    return ((" ", 1),) if found[0] == "+" else _percent(found)


def _mail(found: re.Match[str]) -> Characters:
    if found[0][1:2] in "\r\n \t":
        return (("", len(found[0])),)
    return _characters_of(bytes.fromhex(found[0].replace("=", "")), 3)


def _entity(found: re.Match[str]) -> Characters:
    body, length = found[0][1:-1], len(found[0])
    if body[0] != "#":
        char = html5.get(f"{body};", "")
    else:
        number = int(body[2:], 16) if body[1] in "xX" else int(body[1:])
        char = chr(number) if 0 < number < 0x110000 else ""
    return ((char, length),) if len(char) == 1 else ((raw, 1) for raw in found[0])


_SHORT_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def _escape(found: re.Match[str]) -> Characters:
    raw = found[0]
    kind = raw[1]
    if kind in "ux" and len(raw) > 2:
        codes = [int(code, 16) for code in re.findall(r"[0-9a-fA-F]{2,}", raw)]
        pair = len(codes) == 2
        char = chr(0x10000 + ((codes[0] - 0xD800) << 10) + codes[1] - 0xDC00 if pair else codes[0])
    else:
        char = _SHORT_ESCAPES.get(kind, kind)
    return ((char, len(raw)),)


_PERCENT_RUN = r"(?:%[0-9a-fA-F]{2})+"
_TELLING_PERCENT = re.compile(r"%(?:2[1-9a-bA-BdfDF]|2[eE]|[3-7][0-9a-fA-F]|0[9aAdD])")

PERCENT: Final = Notation(re.compile(_PERCENT_RUN), _percent, _TELLING_PERCENT)
"""RFC 3986. A space and a comma alone hide nothing."""

FORM: Final = Notation(re.compile(rf"\+|{_PERCENT_RUN}"), _plus_or_percent, _TELLING_PERCENT)
"""Values of queries and forms, where ``+`` is a space."""

ENTITIES: Final = Notation(
    re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"),
    _entity,
    re.compile(
        r"&(?:#0{0,4}(?:3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-6]);|#[xX]0{0,4}[2-7][0-9a-fA-F];"
        r"|(?:amp|lt|gt|quot|apos|colon|equals|sol|bsol|lowbar|plus|commat|period|num|percnt|excl|dollar"
        r"|ast|semi|quest|lpar|rpar|lsqb|rsqb|lcub|rcub|verbar|grave|Hat|lbrack|rbrack|lbrace|rbrace);)"
    ),
)
"""XML and HTML character references (https://html.spec.whatwg.org/multipage/named-characters.html)."""

SCRIPT: Final = Notation(
    re.compile(
        r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}"
        r"|u\{0{0,4}[0-9a-fA-F]{2,5}\}|x[0-9a-fA-F]{2}|[nrtbfv0\"'`/\\])"
    ),
    _escape,
    re.compile(r"\\(?:u00[2-7][0-9a-fA-F]|u\{0{0,4}[2-7][0-9a-fA-F]\}|x[2-7][0-9a-fA-F]|/|\\[\"'/nu\\])"),
)
"""String escapes of JSON (RFC 8259), JavaScript, C, Python and YAML."""

QUOTED_PRINTABLE: Final = Notation(
    re.compile(r"(?:=[0-9A-Fa-f]{2})+|=[ \t]{0,8}\r?\n"),
    _mail,
    re.compile(r"=(?:[0-9A-Fa-f]{2}|[ \t]{0,8}\r?\n)"),
)
"""RFC 2045, section 6.7."""
