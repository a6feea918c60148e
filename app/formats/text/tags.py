"""Words that something invisible cuts in pieces: tags in highlighted code (``<b>first</b><i>half</i>``), the
colours of a terminal, a backslash at the end of a line.

Read without it; each piece keeps its place, so that what stands around covered pieces stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import merge
from typing import Final

_TAG = (
    r"<(?:/?(?:span|tspan|[biuqas]|em|strong|code|mark|font|ins|del|tt|kbd|var|samp|small|big|sub|sup"
    r"|abbr|bdi|bdo|cite|dfn|data|time|nobr)(?:\s[^<>]{0,400})?|wbr\s{0,9}/?)>"
)
_COLOUR = r"\x1b(?:\[[0-9;:?]{0,60}[A-Za-z]|\]8;[^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\))"
_CONTINUED = r"\\\r?\n[ \t]{0,200}"
_TAGS = re.compile(rf"{_TAG}(?:{_TAG})*", re.IGNORECASE)
_COLOURS = re.compile(rf"{_COLOUR}(?:{_COLOUR})*")
_CONTINUATIONS = re.compile(_CONTINUED)
_CUT = re.compile(rf"(?:{_TAG}|{_COLOUR}|{_CONTINUED})+", re.IGNORECASE)
_MARKS: Final = frozenset("-./+=:@~")
_BORDERS: Final = frozenset("<>_")
_REACH: Final = 4096
"""Code points of a line on either side of a cut word that are read with it."""


def may_cut(text: str) -> bool:
    """Whether it is worth looking for cut words; says no to most texts without looking closely."""
    return "</" in text or "<wbr" in text or "\x1b" in text or "\\\n" in text or "\\\r\n" in text


def cut_words(text: str) -> Iterator[list[tuple[int, int]]]:
    """The lines of ``text`` that hold a cut word, each as the spans between what cuts."""
    inside = (
        (found.span() for found in pattern.finditer(text) if _inside_a_word(text, *found.span()))
        for pattern in (_TAGS, _CONTINUATIONS)
    )
    # The last letter of a colour looks like the first one of the word behind it.
    colours = (
        found.span() for found in _COLOURS.finditer(text) if _goes_on(text[found.end() : found.end() + 2])
    )
    end = 0
    for first, last in merge(*inside, colours):
        if first >= end:
            start = max(end, _line_start(text, first))
            end = _line_end(text, last)
            if pieces := list(_pieces(text, start, end)):
                yield pieces


def _inside_a_word(text: str, start: int, end: int) -> bool:
    return _goes_on(text[max(0, start - 2) : start][::-1]) and _goes_on(text[end : end + 2])


def _goes_on(beside: str) -> bool:
    """Whether a word goes on with the two characters beside a tag, nearest first."""
    if beside[:1].isalnum() or beside[:1] in ("_", "&", ";"):
        return True
    return beside[:1] in _MARKS and (beside[1:].isalnum() or beside[1:] in _BORDERS)


def _line_start(text: str, at: int) -> int:
    floor = max(0, at - _REACH)
    newline = text.rfind("\n", floor, at) + 1
    if newline or not floor:
        return newline
    return text.find(">", floor, at) + 1 or floor


def _line_end(text: str, at: int) -> int:
    ceiling = min(len(text), at + _REACH)
    newline = text.find("\n", at, ceiling)
    if newline >= 0 or ceiling == len(text):
        return newline if newline >= 0 else ceiling
    border = max(text.rfind("<", at, ceiling), text.rfind(" ", at, ceiling))
    return border if border > at else ceiling


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for found in _CUT.finditer(text, start, end):
        if found.start() > start:
            yield start, found.start()
        start = found.end()
    if start < end:
        yield start, end
