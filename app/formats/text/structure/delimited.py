"""Comma-, semicolon- and tab-separated values: the first row names the columns (RFC 4180)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.formats.text.structure.offers import bare, means_something, offer
from detectors.model import Named, Relation

_DELIMITERS: Final = ",;\t|"
_HEAD: Final = 8192
_SAMPLE_ROWS: Final = 5
_LONGEST_HEADING: Final = 60
_BEFORE = re.compile(r"(?:sep=.\r?\n|#[^\n]{0,400}\n|\s{1,20}\n){0,20}")
_HEADING = re.compile(r"[^\W\d][^\n\"]*|[0-9]{0,3}[ _-]?[^\W\d][^\n\"]*")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table that are worth looking at, by number, with their headings."""

    delimiter: str
    width: int
    wanted: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, text: str) -> Columns | None:
        """Those of the table that ``text`` begins with; None when it begins with none, or has none of use."""
        before = _BEFORE.match(text)
        head = text[before.end() if before else 0 :][:_HEAD]
        line = head.partition("\n")[0]
        delimiter = max(_DELIMITERS, key=line.count)
        if not line.count(delimiter):
            return None
        rows = list(_records(head, delimiter, _SAMPLE_ROWS))
        headings = [bare(head[start:end]) for start, end in rows[0]] if rows else []
        if not all(not h or (len(h) <= _LONGEST_HEADING and _HEADING.fullmatch(h)) for h in headings):
            return None
        wanted = tuple((number, h) for number, h in enumerate(headings) if h and means_something(h))
        same = len(rows) > 1 and all(len(row) == len(headings) for row in rows[1:])
        return cls(delimiter, len(headings), wanted) if wanted and same else None

    def names(self, text: str) -> Iterator[Named]:
        for row in _records(text, self.delimiter):
            if len(row) != self.width:
                continue
            for number, heading in self.wanted:
                yield from offer(heading, text, *row[number], Relation.COLUMN)


def _records(text: str, delimiter: str, most: int | None = None) -> Iterator[list[tuple[int, int]]]:
    """The cells of each record, as spans of their content without quotes."""
    cell = _cell(delimiter)
    at, number, length = 0, 0, len(text)
    row: list[tuple[int, int]] = []
    while at < length and (most is None or number < most):
        found = cell.match(text, at)
        assert found
        row.append(found.span("quoted") if found["quoted"] is not None else found.span("bare"))
        at = found.end()
        if found["end"] != delimiter:
            if at >= length and not found["end"] and most is not None and number and len(text) >= _HEAD:
                return  # cut off
            yield row
            row, number = [], number + 1


def _cell(delimiter: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    return re.compile(
        rf'[ ]{{0,8}}(?:"(?P<quoted>(?:[^"]|"")*+)"[ \t]{{0,8}}(?={mark}|\r?\n|\Z)|(?P<bare>[^{mark}\r\n]*+))'
        rf"(?P<end>{mark}|\r?\n|\r|\Z)"
    )
