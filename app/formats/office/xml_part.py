"""One XML file of an Office document: read as text, cleaned and covered in place, checked as written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final
from xml.parsers import expat

from app.errors import SharesafeError
from app.formats.base import Covers, Sink
from app.formats.members import InMemberPlaces, MemberSink
from app.formats.office.xml_edit import Cut, Cuts, applied, edits_of
from app.formats.office.xml_read import Grammar, Reading
from app.formats.office.xml_tree import Markup, body_of, parse
from app.formats.text.body import Body, Edit
from app.formats.text.document import tell_of
from app.formats.text.json_names import Names
from app.formats.text.json_view import JsonView
from app.formats.text.unwrapping import Undecoded
from app.formats.text.views import SEPARATOR, ViewBuilder
from app.model import Check, RedactionPlan, Remark, TextUnit
from app.places import InMember, Location
from app.platforms import GENERIC
from app.residue.search import base64_forms, distinctive, text_forms

DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_LINE_ENDS: Final = frozenset(
    (
        "p",
        "h",
        "si",
        "is",
        "c",
        "v",
        "f",
        "tc",
        "tr",
        "row",
        "table-cell",
        "pt",
        "property",
        "docVar",
        "definedName",
    )
)


class XmlPart:
    """See ``Part``.

    Attributes:
        label: its name in the package.
        cuts: what copies must not have; set by the document, which knows the other parts.
        names_of: see ``Reading.texts``.
    """

    def __init__(
        self,
        label: str,
        content: Callable[[], bytes],
        grammar: Grammar,
        prepare: Callable[[Markup], None] = lambda _: None,
    ) -> None:
        """``prepare`` gives elements more telling names where these depend on their surroundings."""
        self.label = label
        self.cuts = Cuts()
        self.names_of: Callable[[int], Names | None] = lambda _: None
        self._content = content
        self._grammar = grammar
        self._prepare = prepare
        self._data: bytes | None = None
        self._body: Body | None = None
        self._markup: Markup | None = None
        self._reading: Reading | None = None
        self._units: list[TextUnit] | None = None

    @property
    def data(self) -> bytes:
        if self._data is None:
            self._data = self._content()
        return self._data

    @property
    def body(self) -> Body:
        if self._body is None:
            self._body = body_of(self.data)
        return self._body

    @property
    def markup(self) -> Markup:
        """Raises ``SharesafeError`` when it is not what XML parts of Office files are."""
        if self._markup is None:
            self._markup = parse(self.body)
            self._prepare(self._markup)
        return self._markup

    @property
    def reading(self) -> Reading:
        if self._reading is None:
            self._reading = Reading.of(self.markup, self._grammar)
        return self._reading

    def open(self) -> None:
        """Takes the part apart; raises as ``body_of`` and ``parse`` do, and as its content does."""
        self._markup = self.markup

    def cut(self, wanted: Sequence[Cut]) -> None:
        """Says what copies must not have."""
        self.cuts = Cuts.of(wanted)

    # --- reading -------------------------------------------------------------------------------

    def examine(self, sink: Sink, covers: Covers | None, dropped: Location | None = None) -> None:  # noqa: ARG002
        undecoded = Undecoded()
        into = MemberSink(self.label, sink, dropped)
        self._read(into.unit, undecoded)
        tell_of(undecoded, into)

    def _read(self, take: Callable[[TextUnit], None], undecoded: Undecoded) -> None:
        builder = ViewBuilder(self.body, lambda _: None, take, "text")
        view = JsonView(GENERIC, builder, undecoded)
        for text, origin, names in self.reading.texts(self.names_of):
            view.unwrapper.text(text, origin, -1, names, 0)
        builder.flush()

    def units(self) -> list[TextUnit]:
        if self._units is None:
            self._units = []
            self._read(self._units.append, Undecoded())
        return self._units

    def names(self) -> tuple[TextUnit, ...]:
        """Everything that is read: words to hide may stand in it."""
        return tuple(
            TextUnit(unit.sample, InMemberPlaces(self.label, unit.places), self.label)
            for unit in self.units()
        )

    def occurrences(self, value: str) -> tuple[Location, ...]:
        if not distinctive(value):
            return ()
        found: list[Location] = []
        for form in sorted(text_forms(value) | base64_forms(value)):
            wanted = re.compile(rf"(?<!\d){form}(?!\d)" if form.isdigit() else re.escape(form))
            for unit in self.units():
                for hit in wanted.finditer(unit.sample.text):
                    found += unit.places.locate(*hit.span())
        return tuple(InMember(self.label, place) for place in dict.fromkeys(found))

    def decoded(self) -> list[bytes]:
        found = [self.data]
        try:
            found += [unit.sample.text.encode("utf-8", "surrogatepass") for unit in self.units()]
        except SharesafeError:
            return found
        return found

    def read_independently(self) -> Iterator[str]:
        """All text without its tags, once as it stands and once with the values of attributes, by expat."""
        yield text_of(self.data)

    def remarks(self) -> tuple[Remark, ...]:
        return ()

    def shown(self, plan: RedactionPlan | None) -> str:
        reading = self.reading
        if plan is not None:
            copy = XmlPart(self.label, lambda: self.written(plan), self._grammar, self._prepare)
            reading = copy.reading
        flows = (flow.text for flow in reading.flows)
        alone = (reading.markup.meaning(index) for index in reading.alone)
        return "\n".join(text for text in (*flows, *alone) if text.strip())

    # --- writing -------------------------------------------------------------------------------

    def edits(self, plan: RedactionPlan) -> list[Edit]:
        """``plan`` is the package's."""
        inside = plan.inside(self.label, "")
        return edits_of(self.reading, inside, self.cuts)

    def text(self, plan: RedactionPlan) -> str:
        """The text of the copy, without declaration, comments and processing instructions."""
        return applied(self.markup.text, self.edits(plan)).strip()

    def written(self, plan: RedactionPlan) -> bytes:
        return (DECLARATION + self.text(plan)).encode("utf-8", "surrogatepass")

    def check(self, copy: bytes, plan: RedactionPlan) -> list[Check]:
        expected = self.written(plan)
        same = copy == expected
        try:
            parse(body_of(copy))
        except SharesafeError:
            return [Check("XML is well-formed", passed=False, detail="a part of the copy cannot be read")]
        detail = (
            "every other character compared" if same else "a part differs from the original and its edits"
        )
        return [Check("Nothing else changed", same, detail)]


def text_of(data: bytes) -> str:
    """The text of an XML file without tags, then what its attributes say, as expat reads them.

    Lines end where paragraphs and cells end.
    """
    texts: list[str] = []
    values: list[str] = []

    def start(_: str, attributes: list[str]) -> None:
        values.extend(attributes[1::2])

    def end(name: str) -> None:
        if name.rpartition(":")[2] in _LINE_ENDS:
            texts.append("\n")

    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = texts.append
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        return ""
    return SEPARATOR.join(("".join(texts), *dict.fromkeys(values)))
