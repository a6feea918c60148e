"""XML and HTML: elements, attributes, neighbours such as ``<name>…</name><value>…</value>``, table cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from app.formats.text.json_names import NAME_KEYS, VALUE_KEYS
from app.formats.text.structure.offers import bare, offer
from detectors.model import Named, Relation

_TAG = re.compile(
    r"<(?P<close>/)?(?P<name>[A-Za-z_][\w.:-]{0,99})"
    r"(?P<attributes>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>"
)
_ATTRIBUTE = re.compile(r"([\w.:-]{1,80})\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)')")
_CDATA = re.compile(r"\s*<!\[CDATA\[(.*)\]\]>\s*", re.DOTALL)
_VALUES = VALUE_KEYS | {"string", "stringvalue", "literal", "data", "integer", "expression"}
_TABLE = frozenset({"tr", "td", "th", "dt", "dd", "table"})
_VOID = frozenset(
    {"br", "img", "input", "meta", "link", "hr", "wbr", "col", "area", "base", "source", "param"}
)
_LONGEST_CONTENT: Final = 20_000
_LONGEST_NAME: Final = 80
_DEEPEST: Final = 256
_MOST_CELLS: Final = 200


@dataclass(slots=True)
class _Element:
    """An open element.

    Attributes:
        name: without its prefix, in small letters.
        given: what its ``name`` or ``key`` attribute says.
        told: what a child such as ``<name>`` says.
        waiting: spans of values that came before the name.
    """

    name: str
    shown: str
    given: str = ""
    told: str = ""
    waiting: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    """Where in a table the reading is."""

    headings: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    inside: bool = False
    heading: bool = True


def markup_names(text: str) -> Iterator[Named]:
    """Names for the contents of elements and for attributes that a neighbour names."""
    stack: list[_Element] = [_Element("", "")]
    row = _Row()
    end = 0
    for tag in _TAG.finditer(text):
        start, stop = end, tag.start()
        if start < stop and stop - start <= _LONGEST_CONTENT:
            start, stop = _content(text, start, stop)
            if not text[start:stop].isspace():
                yield from _read(text, start, stop, stack, row)
        end = tag.end()
        name = tag["name"].rpartition(":")[2].lower()
        if tag["close"]:
            _closed(name, stack, row)
            continue
        element = _Element(name, tag["name"].rpartition(":")[2])
        if "=" in tag["attributes"]:
            yield from _attributes(text, tag, element)
        if name in _TABLE:
            _opened(name, row)
        if not tag["attributes"].endswith("/") and name not in _VOID and len(stack) < _DEEPEST:
            stack.append(element)


def _content(text: str, start: int, stop: int) -> tuple[int, int]:
    found = _CDATA.fullmatch(text, start, stop) if "<![CDATA[" in text[start:stop] else None
    return found.span(1) if found else (start, stop)


def _attributes(text: str, tag: re.Match[str], element: _Element) -> Iterator[Named]:
    """``<add key="…" value="…"/>`` in any order; keeps the name for the element's content."""
    value: tuple[int, int] | None = None
    for found in _ATTRIBUTE.finditer(text, tag.start("attributes"), tag.end("attributes")):
        group = 2 if found[2] is not None else 3
        key = found[1].rpartition(":")[2].lower()
        if key in NAME_KEYS and len(found[group]) <= _LONGEST_NAME:
            element.given = found[group]
        elif key in VALUE_KEYS:
            value = found.span(group)
    if element.given and value:
        yield from offer(element.given, text, *value, Relation.SIBLING)


def _read(text: str, start: int, stop: int, stack: list[_Element], row: _Row) -> Iterator[Named]:
    """Names for the text between two tags."""
    here, parent = stack[-1], stack[-2] if len(stack) > 1 else stack[-1]
    if row.inside:
        yield from _cell(text, start, stop, row)
    if here.name in NAME_KEYS and stop - start <= _LONGEST_NAME:
        parent.told = bare(text[start:stop])
        for span in parent.waiting:
            yield from offer(parent.told, text, *span, Relation.SIBLING)
        parent.waiting.clear()
    if here.given:
        yield from offer(here.given, text, start, stop, Relation.SIBLING)
    if here.name not in _VALUES:
        yield from offer(here.shown, text, start, stop, Relation.KEY)
        return
    above = [element for element in stack[-4:-1] if element.name]
    named = next((e.told or e.given for e in reversed(above) if e.told or e.given), "")
    if named:
        yield from offer(named, text, start, stop, Relation.SIBLING)
        parent.told = "" if here.name == "string" else parent.told  # a property list names each one anew
        return
    parent.waiting.append((start, stop))
    if above and above[-1].name not in _VALUES:
        yield from offer(above[-1].shown, text, start, stop, Relation.KEY)


def _opened(name: str, row: _Row) -> None:
    if name in ("td", "th", "dt", "dd"):
        row.inside = True
        row.heading &= name == "th"
        if len(row.cells) < _MOST_CELLS:
            row.cells.append("")
        if name == "dt":
            row.cells = [""]
    else:
        row.cells, row.heading = [], True
        if name == "table":
            row.headings = []


def _closed(name: str, stack: list[_Element], row: _Row) -> None:
    if name in _TABLE:
        if name in ("td", "th", "dt", "dd"):
            row.inside = False
        elif name == "tr" and row.heading and len(row.cells) > 1:
            row.headings = row.cells
    for depth in range(len(stack) - 1, max(0, len(stack) - 9), -1):
        if stack[depth].name == name:
            del stack[depth:]
            return


def _cell(text: str, start: int, stop: int, row: _Row) -> Iterator[Named]:
    number = len(row.cells) - 1
    content = text[start:stop].strip()
    if number < 0 or not content:
        return
    if number and not row.heading:
        yield from offer(row.cells[number - 1], text, start, stop, Relation.RIGHT)
    if number < len(row.headings) and not row.heading:
        yield from offer(row.headings[number], text, start, stop, Relation.COLUMN)
    if len(content) <= _LONGEST_NAME and not row.cells[number]:
        row.cells[number] = bare(content)
