"""Columns of a table whose heading is a credential: every row below holds one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from detectors.candidates import Candidate
from detectors.label_values import Label, judged
from detectors.names import is_label, meaning_of
from detectors.randomness import looks_random
from detectors.text import Text
from detectors.value_text import Extent, stripped
from detectors.values import Syntax

_DELIMITERS, _TIGHT = "|\t;,", ";,"  # cells drawn with bars may be set apart by tabs, too
_MAX_ROWS, _MAX_ROW_LENGTH, _MAX_TABLE = 200, 2000, 40_000
_NAME = re.compile(r"[\"'*]{0,2}[^\W\d][\w ./()#'’-]{0,40}[\"'*]{0,2}")
_RULE = re.compile(r"[\s|:+=-]+\Z")


class TableScan:
    """Tables in one text; fed with labels, in order."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._end = 0  # end of the rows already read
        self._heading = -1

    def below(self, label: Label) -> Iterator[Candidate]:
        """Candidates in the column that ``label`` heads, if it is a heading."""
        text, raw = self._text, self._text.text
        floor = text.floor(label.start, _MAX_ROW_LENGTH)
        line_start = max(raw.rfind("\n", floor, label.start) + 1, floor)
        if line_start < self._end and line_start != self._heading:
            return
        line_end = raw.find("\n", label.end, text.ceiling(label.end, _MAX_ROW_LENGTH))
        if line_end < 0:
            return
        heading = raw[line_start:line_end]
        delimiter = next((mark for mark in _DELIMITERS if mark in heading), None)
        if delimiter is None or (delimiter in _TIGHT and f"{delimiter} " in heading):
            return  # a list of arguments or of words
        cells = heading.split(delimiter)
        column = raw[line_start : label.start].count(delimiter)
        if not _is_heading(cells, column, raw[label.start : label.end]):
            return
        self._heading = line_start
        yield from self._rows(label, line_end + 1, delimiter, column, len(cells))

    def _rows(self, label: Label, at: int, delimiter: str, column: int, width: int) -> Iterator[Candidate]:
        raw, ceiling = self._text.text, self._text.ceiling(at, _MAX_TABLE)
        for _ in range(_MAX_ROWS):
            line_end = raw.find("\n", at, ceiling)
            line_end = ceiling if line_end < 0 else line_end
            cells = raw[at:line_end].split(delimiter)
            if not _RULE.match(raw, at, line_end):
                narrow = len(cells) < (width if delimiter in _TIGHT else column + 1)
                if narrow or line_end - at > _MAX_ROW_LENGTH or _is_next_heading(cells):
                    break
                # In a form, the cell on the left names what stands right of it.
                if not (column and delimiter == "\t" and is_label(cells[column - 1])):
                    yield from self._cell(label, at, cells, column)
            self._end = max(self._end, line_end)
            if line_end >= ceiling:
                break
            at = line_end + 1

    def _cell(self, label: Label, at: int, cells: list[str], column: int) -> Iterator[Candidate]:
        raw = self._text.text
        start = at + sum(len(cell) + 1 for cell in cells[:column])
        first, last = stripped(raw, start, start + len(cells[column]))
        if last - first >= 2 and raw[first] == raw[last - 1] and raw[first] in "\"'":
            first, last = first + 1, last - 1
        if first < last:
            yield from judged(label, Extent(first, last, quoted=True), Syntax.CELL)


def _is_next_heading(cells: list[str]) -> bool:
    """Whether a row under a heading is one itself: forms show labels and values in turn."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not all(_NAME.fullmatch(cell) and not looks_random(cell) for cell in filled):
        return False
    return any(meaning_of(cell) for cell in filled)


def _is_heading(cells: list[str], column: int, name: str) -> bool:
    """Whether a row of cells is a heading, and the label the whole of its cell."""
    own = cells[column].strip(" \t\"'*")
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) < 2 or len(own) > len(name) + 2:
        return False
    return all(_NAME.fullmatch(cell) and (own in cell or not looks_random(cell)) for cell in filled)
