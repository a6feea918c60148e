"""XML whose every element, attribute and text knows its place in the raw text, to be edited there.

Well-formedness is expat's business; here only a document that passed it is taken apart again.
"""

from __future__ import annotations

import codecs
import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from xml.parsers import expat

from app.errors import TooLarge, Unreadable, Unsupported
from app.formats.office.namespaces import NAMESPACES
from app.formats.text.body import Body
from app.formats.text.codec import Codec
from app.formats.text.escapes import Notation

DEEPEST: Final = 400
"""Elements inside one another; Office files have a few dozen."""

# The group is not possessive: Python before 3.11.5 mistakes such groups when one of their branches fails.
_TOKEN = re.compile(
    r"<!--.*?-->|<!\[CDATA\[(?P<plain>.*?)\]\]>|<\?.*?\?>"
    r"|<(?P<close>/)?(?P<name>[^\s/>]+)(?P<attributes>(?:[^<>\"'/]++|\"[^\"]*+\"|'[^']*+'|/(?!>))*)(?P<empty>/)?>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"\s+([^\s=]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_REFERENCE = re.compile(r"&(?:#[0-9]+|#x[0-9a-fA-F]+|amp|lt|gt|quot|apos);")
_NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ENCODING = re.compile(r"^<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.-]{1,40})[\"']")
_ENCODINGS: Final = frozenset(("utf-8", "utf8", "utf-16", "us-ascii", "ascii"))
_MOST_PREFIXES: Final = 500
_MARKS: Final = (
    (codecs.BOM_UTF8, Codec("utf-8", codecs.BOM_UTF8)),
    (codecs.BOM_UTF16_LE, Codec("utf-16-le", codecs.BOM_UTF16_LE, 2)),
    (codecs.BOM_UTF16_BE, Codec("utf-16-be", codecs.BOM_UTF16_BE, 2)),
)


def _meaning(found: re.Match[str]) -> tuple[tuple[str, int]]:
    body = found[0][1:-1]
    if body[0] != "#":
        return ((_NAMED[body], len(found[0])),)
    digits = body[1:].lstrip("x").lstrip("0")[:8] or "0"
    number = int(digits, 16 if body[1] == "x" else 10)
    return ((chr(number) if 0 < number < 0x110000 else "", len(found[0])),)


REFERENCES: Final = Notation(_REFERENCE, _meaning, _REFERENCE)
"""Character references of XML 1.0, section 4.1, with any number of leading zeros; no other entities exist."""


class Attribute(NamedTuple):
    """An attribute: its short name, where it and the white space before it begin, where its value is."""

    name: str
    start: int
    first: int
    last: int
    end: int


@dataclass(slots=True)
class Markup:
    """The elements of a document in the order in which they begin, and its stretches of text.

    Attributes:
        names: short namespace and local name, ``w:p``; of unknown namespaces ``?:name``.
        starts, opens, closes, ends: raw code points at which an element begins, its content begins and ends,
            and it ends.
        parents: index of the element around it, -1 at the root.
        texts: stretches of text: where they begin and end, the element around them.
        plain: indices of stretches that are CDATA.
        asides: comments and processing instructions.
    """

    text: str = field(repr=False)
    names: list[str] = field(default_factory=list)
    starts: array[int] = field(default_factory=lambda: array("q"))
    opens: array[int] = field(default_factory=lambda: array("q"))
    closes: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q"))
    parents: array[int] = field(default_factory=lambda: array("q"))
    text_starts: array[int] = field(default_factory=lambda: array("q"))
    text_ends: array[int] = field(default_factory=lambda: array("q"))
    text_parents: array[int] = field(default_factory=lambda: array("q"))
    plain: set[int] = field(default_factory=set)
    asides: list[tuple[int, int]] = field(default_factory=list)
    scopes: list[dict[str, str]] = field(default_factory=list)
    scope_of: array[int] = field(default_factory=lambda: array("q"))

    def attributes(self, element: int) -> Iterator[Attribute]:
        scope = self.scopes[self.scope_of[element]]
        end = self.opens[element]
        start = self.starts[element] + 1
        if self.text.find("=", start, end) < 0:
            return
        for found in _ATTRIBUTE.finditer(self.text, start, end):
            first, last = found.span(2 if found[2] is not None else 3)
            yield Attribute(_short(found[1], scope, own=True), found.start(), first, last, found.end())

    def value(self, element: int, name: str) -> str | None:
        """What the attribute of this short name says."""
        local = name.rpartition(":")[2]
        if self.text.find(local, self.starts[element], self.opens[element]) < 0:
            return None
        for attribute in self.attributes(element):
            if attribute.name == name:
                return REFERENCES.decoded(self.text[attribute.first : attribute.last])
        return None

    def children(self, element: int) -> Iterator[int]:
        child = element + 1
        while child < len(self.names) and self.starts[child] < self.closes[element]:
            if self.parents[child] == element:
                yield child
            child = self.after(child)

    def after(self, element: int) -> int:
        """The first element that begins behind the end of this one."""
        return bisect_right(self.starts, self.ends[element] - 1, lo=element)

    def ancestors(self, element: int) -> Iterator[int]:
        while (element := self.parents[element]) >= 0:
            yield element

    def content(self, element: int) -> str:
        """The text inside an element, without its tags."""
        first = bisect_right(self.text_ends, self.opens[element])
        parts = []
        for index in range(first, len(self.text_starts)):
            if self.text_starts[index] >= self.closes[element]:
                break
            parts.append(self.meaning(index))
        return "".join(parts)

    def meaning(self, index: int) -> str:
        """What a stretch of text says."""
        raw = self.text[self.text_starts[index] : self.text_ends[index]]
        return raw if index in self.plain or "&" not in raw else REFERENCES.decoded(raw)


def body_of(data: bytes) -> Body:
    """The text of an XML file.

    Raises:
        Unreadable: it is not well-formed.
        Unsupported: it has a document type, or an encoding that is not Unicode's.
    """
    codec = next((codec for mark, codec in _MARKS if data.startswith(mark)), Codec("utf-8"))
    _check(data)
    body = Body(data, codec)
    declared = _ENCODING.match(body.slice(0, 300))
    unmarked = codec.width == 1 and b"\0" in data  # UTF-16 without mark, which expat reads all the same
    if unmarked or (declared and declared[1].lower() not in _ENCODINGS):
        raise Unsupported(
            "A part of the document has an unusual encoding.", "Save the document again in its program."
        )
    return body


def parse(body: Body) -> Markup:
    """Takes a document apart that ``body_of`` accepted.

    Raises:
        TooLarge: its elements are nested too deep.
    """
    text = body.whole()
    found = Markup(text)
    scope: dict[str, str] = {"xml": "xml"}
    scopes, current = [scope], 0
    open_elements: list[tuple[int, int]] = []  # element, scope outside it
    parent, end = -1, 0
    for token in _TOKEN.finditer(text):
        start = token.start()
        if end < start and parent >= 0:
            found.text_starts.append(end)
            found.text_ends.append(start)
            found.text_parents.append(parent)
        end = token.end()
        name = token["name"]
        if name is None:
            if token["plain"] is None:
                found.asides.append(token.span())
            elif token["plain"]:
                found.plain.add(len(found.text_starts))
                found.text_starts.append(token.start("plain"))
                found.text_ends.append(token.end("plain"))
                found.text_parents.append(parent)
            continue
        if token["close"]:
            element, outside = open_elements.pop()
            found.closes[element], found.ends[element] = start, end
            parent, current = found.parents[element], outside
            continue
        element, outside = len(found.names), current
        if "xmlns" in token["attributes"]:
            scopes.append(_declared(token["attributes"], scopes[current]))
            current = len(scopes) - 1
        found.names.append(_short(name, scopes[current]))
        found.starts.append(start)
        found.opens.append(end)
        found.closes.append(end)
        found.ends.append(end)
        found.parents.append(parent)
        found.scope_of.append(current)
        if token["empty"]:
            current = outside
        else:
            open_elements.append((element, outside))
            parent = element
            if len(open_elements) > DEEPEST:
                raise TooLarge(
                    "A part of the document is nested too deep.", "Save the document again in its program."
                )
    found.scopes = scopes
    return found


def _declared(attributes: str, around: dict[str, str]) -> dict[str, str]:
    """The short names of prefixes inside an element that declares some; the empty prefix is the default."""
    scope = dict(around)
    for found in _ATTRIBUTE.finditer(attributes):
        if found[1] == "xmlns" or found[1].startswith("xmlns:"):
            address = REFERENCES.decoded(found[2] if found[2] is not None else found[3])
            scope[found[1][6:]] = NAMESPACES.get(address, "?" if address else "")
    if len(scope) > _MOST_PREFIXES:
        raise TooLarge(
            "A part of the document declares too many names.", "Save the document again in its program."
        )
    return scope


def _short(name: str, scope: dict[str, str], *, own: bool = False) -> str:
    """The short name of an element or, with ``own``, of an attribute, which has no default namespace."""
    prefix, colon, local = name.partition(":")
    if not colon:
        return name if own or not scope.get("") else f"{scope['']}:{name}"
    if prefix == "xmlns":
        return name
    return f"{scope.get(prefix, '?')}:{local}"


def _check(data: bytes) -> None:
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise Unsupported(
            "A part of the document has a document type, which Office files never have.",
            "Save the document again in its program.",
        )

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        raise Unreadable(
            "A part of the document is damaged.", "Open it in its program and save it again."
        ) from None
