"""From places and cuts to edits of an XML part: text and attribute values change, tags only go as a whole."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from app.errors import NotWritten
from app.formats.office.xml_read import Reading
from app.formats.text.body import Edit
from app.formats.text.edits import Cover, edit_of
from app.model import RedactionPlan
from app.places import Form, InMember, MetadataKey, PageArea, TextSpan


@dataclass(frozen=True, slots=True)
class Cut:
    """Raw code points that a copy must not have, half-open, and what stands there instead."""

    start: int
    end: int
    instead: str = ""


@dataclass(slots=True)
class Cuts:
    """Cuts in order, none inside another."""

    cuts: list[Cut] = field(default_factory=list)

    @classmethod
    def of(cls, wanted: Iterable[Cut]) -> Cuts:
        outermost: list[Cut] = []
        for cut in sorted(wanted, key=lambda cut: (cut.start, -cut.end)):
            if outermost and cut.end <= outermost[-1].end:
                continue
            if outermost and cut.start < outermost[-1].end:
                before = outermost.pop()
                outermost.append(Cut(before.start, cut.end, before.instead + cut.instead))
                continue
            outermost.append(cut)
        return cls(outermost)

    def hold(self, start: int, end: int) -> bool:
        """Whether a raw stretch goes with one of the cuts."""
        before = bisect_right(self.cuts, start, key=lambda cut: cut.start)
        return before > 0 and end <= self.cuts[before - 1].end


def edits_of(reading: Reading, plan: RedactionPlan, cuts: Cuts) -> list[Edit]:
    """Everything that changes in a part, in order.

    A value that is split over several runs leaves its placeholder in the first of them that stays.

    Raises:
        NotWritten: the plan names a place that the part does not have.
    """
    pieces: list[_Piece] = []
    for item in plan.items:
        for place in item.where:
            match place:
                case TextSpan() if 0 <= place.start <= place.end <= len(reading.markup.text):
                    pieces += _pieces(reading, place, item.placeholder, cuts)
                case TextSpan() | PageArea() | InMember():
                    raise NotWritten(
                        "The plan names places that this document does not have.",
                        "Examine the file again and choose what to cover.",
                    )
                case MetadataKey():
                    pass
    text = reading.markup.text
    edits = [_edit(group, text) for group in _overlapping(pieces)]
    edits += [Edit(cut.start, cut.end, cut.instead) for cut in cuts.cuts]
    return sorted(edits, key=lambda edit: (edit.start, edit.end))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a covered value in one text or attribute.

    Attributes:
        placeholder: what names it; empty in all pieces but the first.
        number: it stands where only a number may stand.
    """

    start: int
    end: int
    placeholder: str
    form: Form = Form.PLAIN
    margins: tuple[int, int] = (0, 0)
    number: bool = False


def _pieces(reading: Reading, place: TextSpan, placeholder: str, cuts: Cuts) -> Iterator[_Piece]:
    form, margins, name = place.form, place.margins, placeholder
    found = [
        (start, end, number) for start, end, number in _nodes(reading, place) if not cuts.hold(start, end)
    ]
    if len(found) > 1:
        form, margins = Form.PLAIN, (0, 0)
    for start, end, number in found:
        yield _Piece(start, end, name, form, margins, number)
        name = ""


def _nodes(reading: Reading, place: TextSpan) -> Iterator[tuple[int, int, bool]]:
    """What of a raw stretch can be covered, and whether it is a number."""
    markup, grammar = reading.markup, reading.grammar
    index = bisect_right(markup.text_ends, place.start)
    inside = index < len(markup.text_starts) and markup.text_starts[index] <= place.start
    if not inside and (attribute := _attribute(reading, place)) is not None:
        yield attribute
        return
    flow = None
    while index < len(markup.text_starts) and markup.text_starts[index] < place.end:
        if flow is None:
            flow = reading.flow_of[index]
        if reading.flow_of[index] == flow:
            start, end = markup.text_starts[index], markup.text_ends[index]
            if markup.names[markup.text_parents[index]] in grammar.numbers:
                yield start, end, True
            elif max(start, place.start) < min(end, place.end):
                yield max(start, place.start), min(end, place.end), False
            if flow < 0:
                return
        index += 1


def _attribute(reading: Reading, place: TextSpan) -> tuple[int, int, bool] | None:
    """The part of an attribute's value at a place inside a tag."""
    markup = reading.markup
    element = bisect_right(markup.starts, place.start) - 1
    if element < 0 or place.start >= markup.opens[element]:
        return None
    for attribute in markup.attributes(element):
        if attribute.first <= place.start < attribute.last:
            if attribute.name in reading.grammar.figures:
                return attribute.first, attribute.last, True
            return place.start, min(place.end, attribute.last), False
    return None


def _overlapping(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    group: list[_Piece] = []
    end = -1
    for piece in sorted(pieces, key=lambda piece: (piece.start, piece.end)):
        if group and piece.start >= end:
            yield group
            group = []
        group.append(piece)
        end = max(end, piece.end) if len(group) > 1 else piece.end
    if group:
        yield group


def _edit(group: Sequence[_Piece], text: str) -> Edit:
    start, end = group[0].start, max(piece.end for piece in group)
    if any(piece.number for piece in group):
        return Edit(start, end, "0")
    first = max(group, key=lambda piece: (bool(piece.placeholder), piece.end - piece.start))
    if not first.placeholder:
        return Edit(start, end, "")
    form, margins = (first.form, first.margins) if len({p.form for p in group}) == 1 else (Form.PLAIN, (0, 0))
    if (first.start, first.end) != (start, end):
        margins = (0, 0)
    return edit_of(Cover(start, end, form, first.placeholder, margins), lambda a, b: text[a:b])


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text with edits made, which are in order and do not overlap."""
    parts: list[str] = []
    done = 0
    for edit in edits:
        parts += (text[done : edit.start], edit.replacement)
        done = edit.end
    return "".join([*parts, text[done:]])
