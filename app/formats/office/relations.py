"""Relationships between the parts of a DOCX, XLSX or PPTX file: which exist, and which copies keep.

Copies are made of what is reached over relationships of known types only, under content types from this
table; both lists are written anew (ECMA-376, part 2, clauses 8 and 9).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import normpath
from typing import Final
from urllib.parse import unquote
from xml.sax.saxutils import quoteattr

from app.formats.office.xml_tree import Markup

_TYPE: Final = re.compile(
    r"http://(?:schemas\.openxmlformats\.org/officeDocument/2006/relationships"
    r"|schemas\.openxmlformats\.org/package/2006/relationships/metadata"
    r"|purl\.oclc\.org/ooxml/officeDocument/relationships"
    r"|schemas\.microsoft\.com/office/20\d\d(?:/\d\d)?/relationships)(?:/metadata)?/([A-Za-z-]{1,40})"
)

_OOXML: Final = "application/vnd.openxmlformats-officedocument."
_WORD: Final = (
    *("styles", "numbering", "settings", "fontTable", "header", "footer", "footnotes", "endnotes"),
)
_EXCEL: Final = ("worksheet", "chartsheet", "sharedStrings", "styles", "table")
_SLIDES: Final = ("slide", "slideLayout", "slideMaster", "notesMaster", "presProps", "tableStyles")
_DRAWING: Final = {
    "chart": "chart",
    "chartUserShapes": "chartshapes",
    "diagramData": "diagramData",
    "diagramLayout": "diagramLayout",
    "diagramQuickStyle": "diagramStyle",
    "diagramColors": "diagramColors",
}
_SHARED: Final = {
    "theme": _OOXML + "theme+xml",
    "themeOverride": _OOXML + "themeOverride+xml",
    "drawing": _OOXML + "drawing+xml",
    **{name: f"{_OOXML}drawingml.{content}+xml" for name, content in _DRAWING.items()},
    "diagramDrawing": "application/vnd.ms-office.drawingml.diagramDrawing+xml",
    "chartStyle": "application/vnd.ms-office.chartstyle+xml",
    "chartColorStyle": "application/vnd.ms-office.chartcolorstyle+xml",
}

CONTENT: Final = {
    "docx": {**_SHARED, **{name: f"{_OOXML}wordprocessingml.{name}+xml" for name in _WORD}},
    "xlsx": {**_SHARED, **{name: f"{_OOXML}spreadsheetml.{name}+xml" for name in _EXCEL}},
    "pptx": {**_SHARED, **{name: f"{_OOXML}presentationml.{name}+xml" for name in _SLIDES}},
}
"""Content types of the parts that copies may have, by the type of the relationship that leads to them."""

MAIN: Final = {
    _OOXML + "wordprocessingml.document.main+xml": ("docx", ".docx"),
    _OOXML + "wordprocessingml.template.main+xml": ("docx", ".dotx"),
    _OOXML + "spreadsheetml.sheet.main+xml": ("xlsx", ".xlsx"),
    _OOXML + "spreadsheetml.template.main+xml": ("xlsx", ".xltx"),
    _OOXML + "presentationml.presentation.main+xml": ("pptx", ".pptx"),
    _OOXML + "presentationml.template.main+xml": ("pptx", ".potx"),
    _OOXML + "presentationml.slideshow.main+xml": ("pptx", ".ppsx"),
}
"""Content types of main parts: what the document is, and the suffix of its files."""

WITH_MACROS: Final = {
    "application/vnd.ms-word.document.macroEnabled.main+xml": "wordprocessingml.document",
    "application/vnd.ms-word.template.macroEnabledTemplate.main+xml": "wordprocessingml.template",
    "application/vnd.ms-excel.sheet.macroEnabled.main+xml": "spreadsheetml.sheet",
    "application/vnd.ms-excel.template.macroEnabled.main+xml": "spreadsheetml.template",
    "application/vnd.ms-excel.addin.macroEnabled.main+xml": "spreadsheetml.sheet",
    "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml": "presentationml.presentation",
    "application/vnd.ms-powerpoint.template.macroEnabled.main+xml": "presentationml.template",
    "application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml": "presentationml.slideshow",
    "application/vnd.ms-powerpoint.addin.macroEnabled.main+xml": "presentationml.presentation",
}


def without_macros(content_type: str) -> str:
    """The content type of a main part whose document has no macros any more."""
    plain = WITH_MACROS.get(content_type)
    return f"{_OOXML}{plain}.main+xml" if plain else content_type


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship.

    Attributes:
        kind: the last word of its type; empty where the type is unknown.
        type: its whole type.
        target: name of the part, or an address outside.
    """

    id: str = field(repr=False)
    kind: str
    type: str = field(repr=False)
    target: str = field(repr=False)
    external: bool


def relations(markup: Markup, source: str) -> Iterator[Relation]:
    """The relationships of part ``source``, which is empty for those of the package."""
    folder = source.rpartition("/")[0]
    for element, name in enumerate(markup.names):
        if name != "rel:Relationship":
            continue
        said = {
            attribute.name: markup.value(element, attribute.name) or ""
            for attribute in markup.attributes(element)
        }
        target, external = said.get("Target", ""), said.get("TargetMode") == "External"
        if not external:
            target = resolved(folder, target)
        known = _TYPE.fullmatch(said.get("Type", ""))
        kind = known[1] if known else ""
        yield Relation(said.get("Id", ""), kind, said.get("Type", ""), target, external)


def resolved(folder: str, target: str) -> str:
    """The name of the part that ``target`` means in ``folder``."""
    path = unquote(target.partition("#")[0])
    whole = path if path.startswith("/") else f"{folder}/{path}"
    return normpath(f"/{whole}").lstrip("/")


def relations_of(part: str) -> str:
    """The name of the part that holds the relationships of ``part``."""
    folder, slash, name = part.rpartition("/")
    return f"{folder}{slash}_rels/{name}.rels"


def relations_xml(kept: list[Relation]) -> str:
    """A relationships part; targets that are parts are written from the root."""
    outside = ' TargetMode="External"'
    lines = [
        f"<Relationship Id={quoteattr(one.id)} Type={quoteattr(one.type)} "
        f"Target={quoteattr(one.target if one.external else '/' + one.target)}{outside * one.external}/>"
        for one in kept
    ]
    address = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{address}">{"".join(lines)}</Relationships>'


def content_types_xml(parts: dict[str, str], suffixes: dict[str, str]) -> str:
    """The list of content types: by name for ``parts``, by suffix for pictures."""
    lines = [
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    ]
    lines += ['<Default Extension="xml" ContentType="application/xml"/>']
    lines += [
        f'<Default Extension="{suffix}" ContentType="{content}"/>'
        for suffix, content in sorted(suffixes.items())
    ]
    lines += [
        f'<Override PartName={quoteattr("/" + name)} ContentType="{content}"/>'
        for name, content in sorted(parts.items())
    ]
    address = "http://schemas.openxmlformats.org/package/2006/content-types"
    return f'<Types xmlns="{address}">{"".join(lines)}</Types>'
