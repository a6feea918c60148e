"""What stands in an XML part as people read it: runs joined to paragraphs, cells with their labels.

A value may be split over any number of runs. The way back is the raw stretch from its first to its last
character; what of that is text of the same flow is covered, tags are never touched.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from app.formats.office.xml_tree import REFERENCES, Markup
from app.formats.text.json_names import NAME_KEYS, VALUE_KEYS, Names
from app.formats.text.structure.offers import means_something
from app.formats.text.views import Origin, Raw, Rewritten, Slice
from detectors.model import Relation

_LONGEST_FLOW: Final = 1 << 18
_LONGEST_LABEL: Final = 80
_LONGEST_NAME: Final = 200
_BORING = re.compile(
    r"[-+.,:;%#/*\w ]{0,7}|[-+.,0-9 ptcminxe%]*|[A-Za-z]{1,40}"
    r"|\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?"
)
_PLAIN_TAG = re.compile(r"<[\w:.-]+(?:\s[\w:.-]+=\"(?:[^\"<&]{0,5}|[-+.0-9]{0,12})\")*\s?/?>")
_FIGURES = re.compile(r"[-+.0-9eE]*")
_SHORTEST_NUMBER: Final = 6


@dataclass(frozen=True, slots=True)
class Grammar:
    """What the elements of a kind of document mean to its reader.

    Attributes:
        blocks: paragraphs: text inside one is read as one.
        containers: what holds paragraphs that follow one another.
        leaves: the elements inside a paragraph whose text counts, and which of several texts it belongs to:
            the visible one, the instructions of fields, what was deleted; empty where all text counts.
        breaks: elements that stand for characters.
        rows, cells: of tables.
        repeated: attribute that tells how many columns a cell takes.
        figures: attributes with numbers that people see.
        numbers: elements whose text is a number.
        unread: elements whose text says nothing by itself, such as the index of a string.
    """

    blocks: frozenset[str]
    containers: frozenset[str]
    leaves: Mapping[str, int]
    breaks: Mapping[str, str]
    rows: frozenset[str]
    cells: frozenset[str]
    repeated: str = ""
    figures: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()


VISIBLE, INSTRUCTION, DELETED = range(3)


@dataclass(slots=True)
class Flow:
    """Paragraphs that follow one another, as one text; its pieces stand in the raw text in this order.

    Attributes:
        number: the flow's own, kept with each of its stretches.
        offsets, pieces: where in the text the stretches begin, and which they are.
    """

    number: int
    markup: Markup = field(repr=False)
    names: Names = ()
    offsets: list[int] = field(default_factory=list)
    pieces: list[int] = field(default_factory=list)
    parts: list[str] = field(default_factory=list, repr=False)
    size: int = 0
    block: int = -1

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def add(self, text: str, piece: int | None) -> None:
        if piece is not None:
            self.offsets.append(self.size)
            self.pieces.append(piece)
        self.parts.append(text)
        self.size += len(text)

    def raw(self, start: int, end: int) -> Raw:
        """From the first to the last raw character of a part of the text."""
        first = max(0, bisect_right(self.offsets, start) - 1)
        last = max(first, bisect_right(self.offsets, end - 1) - 1)
        begin = self._raw_start(first, start - self.offsets[first])
        return Raw(begin, max(begin, self._raw_end(last, end - self.offsets[last])))

    def _raw_start(self, index: int, offset: int) -> int:
        piece = self.pieces[index]
        start, end = self.markup.text_starts[piece], self.markup.text_ends[piece]
        raw = self.markup.text[start:end]
        if piece not in self.markup.plain and "&" in raw:
            offset = REFERENCES.steps(raw).start(offset)
        return min(start + offset, end)

    def _raw_end(self, index: int, offset: int) -> int:
        piece = self.pieces[index]
        start, end = self.markup.text_starts[piece], self.markup.text_ends[piece]
        raw = self.markup.text[start:end]
        if piece not in self.markup.plain and "&" in raw:
            offset = REFERENCES.steps(raw).end(offset)
        return min(start + offset, end)


@dataclass(slots=True)
class _Table:
    """Where in a table the reading is."""

    end: int
    first_row: bool = True
    headings: dict[int, str] = field(default_factory=dict)
    row_end: int = -1
    column: int = -1
    left: str = ""
    cell_end: int = -1
    cell: list[str] = field(default_factory=list)
    width: int = 1


@dataclass(slots=True)
class Reading:
    """The texts of a part, in the order in which they are read.

    Attributes:
        flow_of: for each stretch of text the number of its flow, -1 where it stands alone.
    """

    markup: Markup = field(repr=False)
    grammar: Grammar = field(repr=False)
    flows: list[Flow] = field(default_factory=list)
    flow_of: array[int] = field(default_factory=lambda: array("q"))
    alone: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, markup: Markup, grammar: Grammar) -> Reading:
        reading = cls(markup, grammar)
        reading.flow_of = array("q", [-1]) * len(markup.text_starts)
        _Walk(reading).run()
        return reading

    def texts(
        self, names_of: Callable[[int], Names | None] = lambda _: None
    ) -> Iterator[tuple[str, Origin, Names]]:
        """Every text with the way back and the names that its place offers.

        Args:
            names_of: names of the element around a lone text or a flow's first one; None for the usual ones.
        """
        markup = self.markup
        for flow in self.flows:
            text = flow.text
            if text.strip() and flow.pieces:
                given = names_of(markup.text_parents[flow.pieces[0]])
                yield text, flow, flow.names if given is None else given
        for index in self.alone:
            parent = markup.text_parents[index]
            text = markup.meaning(index)
            if text.isspace() or (parent >= 0 and markup.names[parent] in self.grammar.unread):
                continue
            given = names_of(parent)
            if given is None:
                given = self._around(parent)
            if not (_FIGURES.fullmatch(text) and len(text) < _SHORTEST_NUMBER):
                start, end = markup.text_starts[index], markup.text_ends[index]
                yield text, self._origin(start, end, plain=index in markup.plain), given
        yield from self._attribute_texts()
        for start, end in markup.asides:
            if not markup.text.startswith("<?xml ", start):
                yield markup.text[start:end], Slice(None, start), ()

    def _origin(self, start: int, end: int, *, plain: bool = False) -> Origin:
        raw = self.markup.text[start:end]
        if plain or "&" not in raw:
            return Slice(None, start)
        return Rewritten(None, start, partial(REFERENCES.steps, raw))

    def _around(self, element: int) -> Names:
        """Names from the element around a text and from the attributes of the ones around that."""
        markup = self.markup
        names: list[tuple[str, Relation]] = [(markup.names[element].rpartition(":")[2], Relation.KEY)]
        for depth, near in enumerate((element, *markup.ancestors(element))):
            if depth > 2:
                break
            for attribute in markup.attributes(near):
                if attribute.name.rpartition(":")[2].lower() in NAME_KEYS:
                    names.append(
                        (markup.text[attribute.first : attribute.last][:_LONGEST_NAME], Relation.SIBLING)
                    )
        return tuple(names)

    def _attribute_texts(self) -> Iterator[tuple[str, Origin, Names]]:
        """Attributes that may hold anything: long ones, named ones, and numbers that people see."""
        markup, figures = self.markup, self.grammar.figures
        telling: dict[str, bool] = {}
        for element in range(len(markup.names)):
            if _PLAIN_TAG.fullmatch(markup.text, markup.starts[element], markup.opens[element]):
                continue
            attributes = list(markup.attributes(element))
            given = ""
            for attribute in attributes:
                local = attribute.name.rpartition(":")[2].lower()
                if local in NAME_KEYS:
                    given = markup.text[attribute.first : attribute.last][:_LONGEST_NAME]
            for attribute in attributes:
                local = attribute.name.rpartition(":")[2]
                raw = markup.text[attribute.first : attribute.last]
                value = local.lower() in VALUE_KEYS
                if local not in telling:
                    telling[local] = means_something(local)
                if attribute.name in figures:
                    wanted = len(raw) >= _SHORTEST_NUMBER
                else:
                    wanted = bool(raw) and (
                        (value and bool(given)) or telling[local] or not _BORING.fullmatch(raw)
                    )
                if wanted and not (attribute.name.startswith("xmlns") and raw.startswith(_KNOWN)):
                    name = (given, Relation.SIBLING) if given and value else (local, Relation.KEY)
                    origin = self._origin(attribute.first, attribute.last)
                    yield REFERENCES.decoded(raw), origin, (name,)


_KNOWN: Final = (
    "http://schemas.",
    "http://purl.",
    "http://www.w3.org/",
    "urn:schemas-microsoft-com:",
    "urn:oasis:",
)


class _Walk:
    """One pass over a part, which makes the flows."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.markup, self.grammar = reading.markup, reading.grammar
        self.names = self.markup.names
        self.block_of = array("q")
        self.open: dict[tuple[int, int], Flow] = {}
        self.tables: list[_Table] = []

    def run(self) -> None:
        markup, grammar, reading = self.markup, self.grammar, self.reading
        stretch, total = 0, len(markup.text_starts)
        for element, name in enumerate(self.names):
            start = markup.starts[element]
            while stretch < total and markup.text_starts[stretch] < start:
                self._text(stretch)
                stretch += 1
            parent = markup.parents[element]
            self.block_of.append(
                element if name in grammar.blocks else self.block_of[parent] if parent >= 0 else -1
            )
            if self.tables or name in grammar.rows:
                self._table(element, name)
            if name in grammar.breaks and self.block_of[element] >= 0:
                flow = self._flow(self.block_of[element], VISIBLE)
                flow.add(grammar.breaks[name], None)
        for rest in range(stretch, total):
            self._text(rest)
        self._close_cells(len(markup.text))
        reading.flows.sort(key=lambda flow: flow.number)

    def _text(self, stretch: int) -> None:
        markup, grammar = self.markup, self.grammar
        parent = markup.text_parents[stretch]
        block = self.block_of[parent]
        kind = grammar.leaves.get(self.names[parent], -1) if grammar.leaves else VISIBLE
        if block < 0 or kind < 0:
            self.reading.alone.append(stretch)
            return
        text = markup.meaning(stretch)
        flow = self._flow(block, kind)
        flow.add(text, stretch)
        self.reading.flow_of[stretch] = flow.number
        if kind == VISIBLE:
            for table in self.tables:
                if (
                    markup.text_starts[stretch] < table.cell_end
                    and sum(map(len, table.cell)) < _LONGEST_LABEL
                ):
                    table.cell.append(text)

    def _flow(self, block: int, kind: int) -> Flow:
        """The flow that a paragraph goes on, begun when there is none."""
        key = self._container(block), kind
        flow = self.open.get(key)
        if flow is not None and flow.block != block and flow.size > _LONGEST_FLOW:
            flow = None
        if flow is None:
            flow = Flow(len(self.reading.flows), self.markup, self._cell_names())
            self.reading.flows.append(flow)
            self.open[key] = flow
        elif flow.block != block:
            flow.add("\n", None)
        flow.block = block
        return flow

    def _container(self, block: int) -> int:
        if self.names[block] in self.grammar.containers:
            return block
        for around in self.markup.ancestors(block):
            if self.names[around] in self.grammar.containers:
                return around
        return self.markup.parents[block]

    # --- tables --------------------------------------------------------------------------------

    def _table(self, element: int, name: str) -> None:
        self._close_cells(self.markup.starts[element])
        if name in self.grammar.rows:
            parent_end = self.markup.ends[self._table_of(element)]
            if not self.tables or self.tables[-1].end != parent_end:
                self.tables.append(_Table(parent_end))
            table = self.tables[-1]
            table.row_end, table.column, table.left = self.markup.ends[element], -1, ""
        elif name in self.grammar.cells and self.tables:
            table = self.tables[-1]
            table.column += table.width if table.column >= 0 else 1
            table.cell_end, table.cell = self.markup.ends[element], []
            repeated = self.markup.value(element, self.grammar.repeated) if self.grammar.repeated else None
            table.width = int(repeated) if repeated and repeated.isdigit() and len(repeated) < 6 else 1

    def _table_of(self, row: int) -> int:
        """What holds the rows of a table: the nearest element around that has a table's name."""
        for around in self.markup.ancestors(row):
            if self.names[around] in _TABLES:
                return around
        return max(0, self.markup.parents[row])

    def _close_cells(self, at: int) -> None:
        """Ends the cells, rows and tables that lie before ``at``."""
        while self.tables:
            table = self.tables[-1]
            if 0 <= table.cell_end <= at:
                table.left = content = "".join(table.cell).strip()[:_LONGEST_LABEL]
                if content and table.first_row:
                    table.headings[table.column] = content
                table.cell_end = -1
            if 0 <= table.row_end <= at:
                table.first_row = table.first_row and not table.headings
                table.row_end = -1
            if table.end > at:
                return
            self.tables.pop()

    def _cell_names(self) -> Names:
        if not self.tables or self.tables[-1].cell_end < 0:
            return ()
        table = self.tables[-1]
        names: list[tuple[str, Relation]] = []
        if table.left:
            names.append((table.left, Relation.RIGHT))
        if not table.first_row and table.column in table.headings:
            names.append((table.headings[table.column], Relation.COLUMN))
        return tuple(names)


_TABLES: Final = frozenset(("w:tbl", "a:tbl", "table:table"))
