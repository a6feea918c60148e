"""A value whose name stands in a neighbouring line: YAML, HCL, script objects, JSON with comments, logs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.formats.text.json_names import NAME_KEYS, VALUE_KEYS
from app.formats.text.structure.offers import literals, means_something, offer
from detectors.model import Named, Relation

_KEY_REACH: Final = 16
_SCOPE: Final = 1500
_LINES: Final = 16
_ROWS: Final = 200
_LONGEST: Final = 4000
_MARK = re.compile(r"\\{0,3}[\"']?[ \t]{0,20}(?::|=>?)[ \t]{0,20}")
_LIST_ITEM = re.compile(r"\"([^\"\n]{4,4000})\"|'([^'\n]{4,4000})'|([^\s\"'\[\],]{4,4000})")
_QUOTE = re.compile(r"\\{0,3}([\"'])")
_BARE = re.compile(r"[^\s\"'{}\[\],#&*!|>%@`][^\n,}\]]{0,511}")
_BRACKET = re.compile(r"[\[\](){}]")
_BLOCK_SCALAR = re.compile(r"[^\s\"'{}\[\],#&*!|>%@`][^\n]{0,4000}")
_COMMENT = re.compile(r"[ \t]#.*\Z")
_LINE_KEY = re.compile(
    r"(?P<indent>[ \t]{0,80}(?:- {1,4}){0,4})[\"']?(?P<key>[\w.$-]{1,80})[\"']?[ \t]{0,20}[:=](?!\S=)"
)
_NAME_IN = re.compile(
    r"(?:[{,;(\[\s]|\A)\\{0,3}[\"']?([A-Za-z]{2,20})\\{0,3}[\"']?\s{0,9}(?::|=>?)\s{0,9}"
    r"\\{0,3}[\"']?([^\s\"'\\,;}{\]]{1,80})"
)
_PARENT = re.compile(r"[\"']?([\w.$-]{1,80})\\{0,3}[\"']?[ \t]{0,20}(?:[:=]>?)?[ \t]{0,20}[{\[(]?\s{0,20}\Z")
_ROW = re.compile(
    r"[ \t]{0,80}- {1,4}(?!-)(?P<quote>[\"']?)(?P<value>[^\s\"'#:][^\s\"'#]{3,4000})(?P=quote)"
    r"[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)"
)
_LIST_KEY = re.compile(r"(?:\A|[\s,{])(?:- )?[\"']?([\w.$-]{1,80})[\"']?\Z")
_DECORATED = re.compile(r":[ \t]{1,8}(?:[&!][^\s]{1,80}[ \t]{1,8}){1,3}([^\n]{4,4000})")


def pair_names(text: str) -> Iterator[Named]:
    """Values of keys such as ``value`` and ``default``: named beside them, or by what encloses them."""
    braces = _Braces(text)
    for literal in ("alue", "efault", "val"):
        for at in literals(text, literal):
            start, end = at, at + len(literal)
            floor = max(0, start - _KEY_REACH)
            while start > floor and (text[start - 1].isalpha() or text[start - 1] == "_"):
                start -= 1
            if text[end : end + 5] == "Value":
                end += 5
            if text[start:end].lower() not in VALUE_KEYS:
                continue
            mark = _MARK.match(text, end)
            if mark is not None:
                yield from _pair(text, start, mark.end(), braces)


def _pair(text: str, key: int, at: int, braces: _Braces) -> Iterator[Named]:
    line_start = text.rfind("\n", max(0, key - _SCOPE), key) + 1
    flow = bool(text[line_start:key].strip(" \t-\"'")) or (not line_start and key > _SCOPE)
    span = _scalar(text, at, flow=flow)
    if span is None:
        return
    name = braces.name(key, span[1]) if flow else _block_name(text, line_start, key, span[1])
    if name:
        yield from offer(name, text, *span, Relation.SIBLING)


def _scalar(text: str, at: int, *, flow: bool = True) -> tuple[int, int] | None:
    """The value at ``at``: quoted, up to the next comma or bracket, or, in block notation, to a comment."""
    quote = _QUOTE.match(text, at)
    if quote is not None:
        closing = text.find(quote[0], quote.end(), quote.end() + _LONGEST)
        if closing < 0 or text.find("\n", quote.end(), closing) >= 0:
            return None
        return quote.end(), closing
    found = (_BARE if flow else _BLOCK_SCALAR).match(text, at)
    if found is None:
        return None
    comment = _COMMENT.search(text, found.start(), found.end())
    return found.start(), comment.start() if comment else found.end()


class _Braces:
    """Names in braces on one line; each pair of braces is read once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._opener = -1
        self._name = ""

    def name(self, key: int, last: int) -> str:
        """The name in the braces around ``key``, or the key before them."""
        text = self._text
        opener = self._enclosing(key)
        if opener is None:
            return ""
        if opener != self._opener:
            closer = text.find("}", last, last + _SCOPE)
            inside = text[opener + 1 : closer if closer >= 0 else min(len(text), last + _SCOPE)]
            found = _PARENT.search(text[max(0, opener - 120) : opener])
            self._opener, self._name = opener, _name_in(inside) or (found[1] if found else "")
        return self._name

    def _enclosing(self, at: int) -> int | None:
        """The bracket that is open at ``at``."""
        depth = 0
        floor = max(0, at - _SCOPE)
        for bracket in reversed(list(_BRACKET.finditer(self._text, floor, at))):
            depth += 1 if bracket[0] in "}])" else -1
            if depth < 0:
                return bracket.start()
        return None


def _name_in(inside: str) -> str | None:
    for found in _NAME_IN.finditer(inside):
        if found[1].lower() in NAME_KEYS:
            return found[2]
    return None


def _block_name(text: str, line_start: int, key: int, last: int) -> str:
    """The name on another line of the same block, or the key of the line that the block hangs from."""
    column = _column(text[line_start:key])
    parent = ""
    if "-" not in text[line_start:key]:
        at = line_start
        for _ in range(_LINES):
            previous = text.rfind("\n", max(0, at - _SCOPE), max(0, at - 1)) + 1
            if not at or at - previous > _SCOPE:
                break
            line, at = text[previous : at - 1], previous
            if not line.strip():
                continue
            name, depth, item = _line_name(line)
            if depth == column and name:
                return name
            if depth < column:
                found = _PARENT.search(line.rstrip())
                parent = found[1] if found and not line.lstrip().startswith("#") else ""
                break
            if item and depth == column:
                break
    at = text.find("\n", last, last + _SCOPE) + 1
    for _ in range(_LINES if at else 0):
        following = text.find("\n", at, at + _SCOPE)
        line = text[at : following if following >= 0 else at + _SCOPE]
        name, depth, item = _line_name(line)
        if line.strip() and (depth < column or item):
            break
        if name and depth == column:
            return name
        if following < 0:
            break
        at = following + 1
    return "" if parent.lower() in VALUE_KEYS else parent


def _line_name(line: str) -> tuple[str, int, bool]:
    """What a line names, if anything, the column of its key, and whether it begins an item."""
    lead = line[: len(line) - len(line.lstrip(" \t-\"'{"))]
    found = _NAME_IN.match(line.lstrip(" \t-{"))
    name = found[2] if found and found[1].lower() in NAME_KEYS else ""
    return name, _column(lead), "-" in lead


def _column(lead: str) -> int:
    return len(lead.rstrip("\"'"))


def list_names(text: str) -> Iterator[Named]:
    """Items of a list under a key that names them: YAML rows, and brackets of any notation."""
    for at in literals(text, ":\n"):
        if (name := _key_before(text, at)) is None:
            continue
        row_start = at + 2
        for _ in range(_ROWS):
            row = _ROW.match(text, row_start)
            if row is None:
                break
            yield from offer(name, text, *row.span("value"), Relation.KEY)
            row_start = row.end()
    for space in literals(text, " ["):
        at = space - 1
        if text[at] not in "=:" or (name := _key_before(text, at)) is None:
            continue
        end = text.find("]", at, at + 4000)
        for item in _LIST_ITEM.finditer(text, at + 3, max(end, at + 3)):
            yield from offer(name, text, *item.span(item.lastindex or 0), Relation.KEY)


def _key_before(text: str, at: int) -> str | None:
    """The key that ends at ``at``, if it means something."""
    found = _LIST_KEY.search(text[max(0, at - 90) : at].rstrip(" \t"))
    return found[1] if found and means_something(found[1]) else None


def scalar_names(text: str) -> Iterator[Named]:
    """YAML values behind an anchor or a tag; bold labels."""
    for literal in (": &", ": !"):
        for at in literals(text, literal):
            found = _DECORATED.match(text, at)
            if found and (name := _key_before(text, at)) is not None:
                yield from offer(name, text, *found.span(1), Relation.KEY)
