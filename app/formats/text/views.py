"""Joined views: many small texts examined as one, with the way back to raw characters of the file.

A view is a row of segments, each of which knows its *origin*: what was decoded to get its text. Origins
are nested (a percent-encoded value inside a JSON string inside a JSON string) and lead a span outwards,
step by step, to raw code points.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from app.formats.text.binary_text import Packed
from app.formats.text.body import Body
from app.formats.text.codec import harmless
from app.model import TextUnit
from app.places import Form, Location, TextSpan
from detectors.model import BOUNDARY, Named, Relation, Sample

VIEW_SIZE: Final = 4 << 20
"""Code points after which a view is handed over and a new one begun."""

SHORTEST_NAMED: Final = 4
"""Code points; what is shorter is a flag, a count or a mode."""

LONGEST_NAMED: Final = 16_384
"""Code points; what is longer is a document of its own, for which its key says nothing."""

SEPARATOR: Final = BOUNDARY + "\n"


class Raw(NamedTuple):
    """Raw code points, half-open, and how the value is written there; see ``app.model.TextSpan``."""

    start: int
    end: int
    form: Form = Form.PLAIN
    margins: tuple[int, int] = (0, 0)


class Origin(Protocol):
    """What a text was decoded from."""

    def raw(self, start: int, end: int) -> Raw:
        """The fewest raw code points that hold code points ``start`` to ``end`` of the text."""


@dataclass(slots=True)
class Slice:
    """The text stands in the outer text as it is, from ``start`` on; without outer text, in the file."""

    outer: Origin | None
    start: int

    def raw(self, start: int, end: int) -> Raw:
        if self.outer is None:
            return Raw(self.start + start, self.start + end)
        return self.outer.raw(self.start + start, self.start + end)


class Steps:
    """Where the single decoded characters of a text with escape sequences come from.

    Between escape sequences, texts run in step; so one entry for each sequence is enough.
    """

    __slots__ = ("_ends", "_shifts", "_starts")

    def __init__(self, sequences: Iterable[tuple[int, int, int]]) -> None:
        """``sequences`` are raw spans, in order, and how many characters each means: one or none."""
        self._starts: list[int] = []  # decoded offset of what it means
        self._ends: list[int] = []  # decoded offset behind it
        self._shifts: list[int] = []  # how far raw is ahead of decoded behind it
        shift = 0
        for start, end, length in sequences:
            self._starts.append(start - shift)
            self._ends.append(start - shift + length)
            shift += end - start - length
            self._shifts.append(shift)

    def start(self, offset: int) -> int:
        """Raw offset at which decoded character ``offset`` begins."""
        before = bisect_right(self._ends, offset)
        return offset + (self._shifts[before - 1] if before else 0)

    def end(self, offset: int) -> int:
        """Raw offset at which the decoded character before ``offset`` ends."""
        before = bisect_right(self._starts, offset - 1)
        return offset + (self._shifts[before - 1] if before else 0)


@dataclass(slots=True)
class Rewritten:
    """The text is what an escaped text means, which stands in the outer text from ``start`` on."""

    outer: Origin | None
    start: int
    steps: Callable[[], Steps]  # made when needed: few texts hold a finding

    def raw(self, start: int, end: int) -> Raw:
        steps = self.steps()
        return Slice(self.outer, self.start).raw(steps.start(start), steps.end(end))


@dataclass(slots=True)
class Unpacked:
    """The text is what a base64 or hexadecimal value in the outer text means.

    Attributes:
        written: the value as it stands in the outer text.
    """

    outer: Origin | None
    value: Packed
    written: str = field(repr=False)

    def raw(self, start: int, end: int) -> Raw:
        """Whole groups of characters; everything where the text was compressed."""
        first, last, margins = self.value.characters(self.written, start, end)
        place = Slice(self.outer, self.value.start).raw(first, last)
        return Raw(*place[:2], self.value.form, margins) if place.form is Form.PLAIN else place


@dataclass(frozen=True, slots=True)
class View:
    """The way back from one handed-over view; see ``ViewBuilder``."""

    body: Body = field(repr=False)
    starts: list[int] = field(repr=False)
    ends: list[int] = field(repr=False)
    origins: list[Origin] = field(repr=False)
    nodes: list[int] = field(repr=False)
    pointer: Callable[[int], str | None] = field(repr=False)

    def locate(self, start: int, end: int) -> tuple[Location, ...]:
        places: list[TextSpan] = []
        index = max(0, bisect_right(self.starts, start) - 1)
        while index < len(self.starts) and self.starts[index] < end:
            first, last = max(start, self.starts[index]), min(end, self.ends[index])
            if first < last:
                offset = self.starts[index]
                raw = self.origins[index].raw(first - offset, last - offset)
                pointer = self.pointer(self.nodes[index])
                places.append(self.body.span(raw.start, raw.end, pointer, raw.form, raw.margins))
            index += 1
        return tuple(places)


class ViewBuilder:
    """Collects segments and hands over a unit whenever enough have come together."""

    def __init__(
        self,
        body: Body,
        pointer: Callable[[int], str | None],
        take: Callable[[TextUnit], None],
        title: str = "text",
    ) -> None:
        self._body = body
        self._pointer = pointer
        self._take = take
        self._title = title
        self._clear()

    def _clear(self) -> None:
        self._parts: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._origins: list[Origin] = []
        self._nodes: list[int] = []
        self._named: list[Named] = []
        self._size = 0

    def add(
        self,
        text: str,
        origin: Origin,
        node: int,
        names: Sequence[tuple[str, Relation]] = (),
        *,
        joined: bool = False,
        glued: bool = False,
    ) -> None:
        """Appends a segment.

        Args:
            joined: it goes on where the one before ended, as its next line; with ``glued`` in its line.
        """
        if not text:
            return
        if self._parts:
            if glued:
                separator = ""
            elif joined:
                separator = "" if self._parts[-1].endswith("\n") else "\n"
            else:
                if self._size >= VIEW_SIZE:
                    self.flush()
                separator = SEPARATOR if self._parts else ""
            self._parts.append(separator)
            self._size += len(separator)
        start = self._size
        self._size = end = start + len(text)
        self._parts.append(text)
        self._starts.append(start)
        self._ends.append(end)
        self._origins.append(origin)
        self._nodes.append(node)
        if SHORTEST_NAMED <= len(text) <= LONGEST_NAMED:
            for name, relation in names:
                self._named.append(Named(name, start, end, relation))

    def name(self, name: str, start: int, end: int, relation: Relation) -> None:
        """Offers a name for a part of the segment added last; offsets count its code points."""
        offset = self._starts[-1]
        self._named.append(Named(name, offset + start, offset + end, relation))

    def flush(self) -> None:
        """Hands over what has come together."""
        if self._parts:
            text = harmless("".join(self._parts))
            places = View(self._body, self._starts, self._ends, self._origins, self._nodes, self._pointer)
            self._take(TextUnit(Sample(text, tuple(self._named)), places, self._title))
            self._clear()
