"""Words that tags inside a line cut in pieces, as highlighted code has them: ``<b>first</b><i>half</i>``.

Read without these tags; each piece keeps its place, so that the tags around covered pieces stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_TAGS = re.compile(
    r"(?:<(?:/?(?:span|tspan|b|i|em|strong|code|a|mark|font|u|s|ins|del|tt|kbd|var|samp|small|big|sub|sup"
    r"|abbr|bdi|bdo|cite|dfn|q|data|time|nobr)(?:\s[^<>]{0,400})?|wbr\s{0,9}/?)>)+",
    re.IGNORECASE,
)
_MARKS: Final = frozenset("-./+=:@~")
_BORDERS: Final = frozenset("<>_")
_REACH: Final = 4096
"""Code points of a line on either side of a cut word that are read with it."""


def cut_words(text: str) -> Iterator[list[tuple[int, int]]]:
    """The lines of ``text`` that hold a cut word, each as the spans between such tags."""
    end = 0
    for found in _TAGS.finditer(text):
        if found.start() < end or not _inside_a_word(text, *found.span()):
            continue
        start = max(end, _line_start(text, found.start()))
        end = _line_end(text, found.end())
        yield list(_pieces(text, start, end))


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
    return max(at, text.rfind("<", at, ceiling)) or ceiling


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for found in _TAGS.finditer(text, start, end):
        if found.start() > start:
            yield start, found.start()
        start = found.end()
    if start < end:
        yield start, end
