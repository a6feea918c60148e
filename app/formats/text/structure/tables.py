"""Tables inside a text: Markdown tables and labels, and the columns of an SQL insert."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from app.formats.text.structure.offers import bare, literals, means_something, offer
from detectors.model import Named, Relation

_ROWS: Final = 2000
_LONGEST_ROW: Final = 4000
_RULE = re.compile(r"[ \t|]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*\r?")
_BOLD = re.compile(
    r"\*\*(?P<name>[^*\n:]{2,60})(?::\*\*|\*\*:)[ \t]{0,8}(?P<code>`?)(?P<value>[^\s`][^`\n]{3,400})"
)
_INSERT = re.compile(
    r"insert\s{1,9}into\s{1,9}[\w.\"'`\[\]]{1,120}\s{0,9}\((?P<columns>[^()]{1,2000})\)\s{0,9}values\s{0,9}",
    re.IGNORECASE,
)
_TUPLE = re.compile(
    r"\s{0,20},?\s{0,20}\((?P<cells>(?:[^()'\"]++|'(?:[^'\\]|\\.|'')*+'|\"(?:[^\"\\]|\\.)*+\"|\([^()]{0,200}\))*+)\)"
)
_SQL_CELL = re.compile(
    r"\s*+(?:[nN]?'(?P<single>(?:[^'\\]|\\.|'')*+)'|\"(?P<double>(?:[^\"\\]|\\.)*+)\""
    r"|(?P<bare>(?:[^,'\"()]++|\([^()]*\))*+))\s*+(?:,|\Z)"
)


def markdown_names(text: str) -> Iterator[Named]:
    """Columns under a heading, cells right of a label, and ``**Label:** value``."""
    end = 0
    for at in literals(text, "--"):
        if at >= end and (rule := _rule_end(text, at)) > at:
            named, end = _table(text, at, rule)
            yield from named
    for literal in (":**", "**:") if "**" in text else ():
        for at in literals(text, literal):
            opening = text.rfind("**", max(0, at - 64), at)
            found = _BOLD.match(text, opening) if opening >= 0 else None
            if found:
                yield from offer(found["name"], text, *found.span("value"), Relation.SAME_LINE)


def _rule_end(text: str, at: int) -> int:
    """End of the rule under a table's heading that holds ``at``; 0 when it is none."""
    line_start = text.rfind("\n", max(0, at - 200), at) + 1
    if not line_start or text[line_start:at].strip(" \t|:"):
        return 0
    found = _RULE.match(text, line_start)
    if found is None or "|" not in found[0] or text[found.end() : found.end() + 1] != "\n":
        return 0
    return found.end()


def _table(text: str, rule: int, end: int) -> tuple[list[Named], int]:
    """The names in the table whose heading ends at a rule, and where the table ends."""
    line_start = text.rfind("\n", max(0, rule - 200), rule) + 1
    heading_start = text.rfind("\n", max(0, line_start - _LONGEST_ROW), line_start - 1) + 1
    headings = [bare(text[start:stop]) for start, stop in _cells(text, heading_start, line_start - 1)]
    wanted = [(number, name) for number, name in enumerate(headings) if name and means_something(name)]
    named: list[Named] = []
    at = end + 1
    for _ in range(_ROWS):
        stop = text.find("\n", at, at + _LONGEST_ROW)
        stop = min(len(text), at + _LONGEST_ROW) if stop < 0 else stop
        if "|" not in text[at:stop] or _RULE.fullmatch(text, at, stop):
            break
        cells = _cells(text, at, stop)
        for number, name in wanted:
            if number < len(cells):
                named += offer(name, text, *_inner(text, *cells[number]), Relation.COLUMN)
        for left, right in pairwise(cells):
            named += offer(bare(text[slice(*left)]), text, *_inner(text, *right), Relation.RIGHT)
        at = stop + 1
    return named, at


def _cells(text: str, start: int, end: int) -> list[tuple[int, int]]:
    while start < end and text[start] in " \t|":
        start += 1
        if text[start - 1] == "|":
            break
    found = []
    while start < end:
        stop = text.find("|", start, end)
        while stop > 0 and text[stop - 1] == "\\":
            stop = text.find("|", stop + 1, end)
        stop = end if stop < 0 else stop
        found.append((start, stop))
        start = stop + 1
    return found


def _inner(text: str, start: int, end: int) -> tuple[int, int]:
    """A cell's content without the marks of code and bold letters."""
    while start < end and text[start] in " \t`":
        start += 1
    while end > start and text[end - 1] in " \t\r`":
        end -= 1
    if end - start > 4 and text.startswith("**", start) and text.startswith("**", end - 2):
        start, end = start + 2, end - 2
    return start, end


def insert_names(text: str) -> Iterator[Named]:
    """The values of ``INSERT INTO table (columns) VALUES (…), (…)``."""
    for literal in ("INSERT INTO", "insert into"):
        for at in literals(text, literal):
            statement = _INSERT.match(text, at)
            if statement is None:
                continue
            columns = [bare(column.strip("[] ")) for column in statement["columns"].split(",")]
            wanted = [(number, name) for number, name in enumerate(columns) if means_something(name)]
            if wanted:
                yield from _tuples(text, statement.end(), wanted, len(columns))


def _tuples(text: str, at: int, wanted: list[tuple[int, str]], width: int) -> Iterator[Named]:
    while (row := _TUPLE.match(text, at)) is not None:
        at = row.end()
        cells: list[tuple[int, int]] = []
        place, end = row.span("cells")
        while place < end and len(cells) <= width and (cell := _SQL_CELL.match(text, place, end)) is not None:
            group = next((group for group in ("single", "double", "bare") if cell[group] is not None), "bare")
            cells.append(cell.span(group))
            place = max(cell.end(), place + 1)
        if len(cells) == width:
            for number, name in wanted:
                yield from offer(name, text, *cells[number], Relation.COLUMN)
