"""What the elements of OpenDocument mean to a reader, and what of them copies never have.

Names and meanings: OpenDocument 1.3, part 3 (OASIS standard); extensions as LibreOffice writes them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from app.formats.office.clean import Rules, inside, whole, without
from app.formats.office.xml_edit import Cut
from app.formats.office.xml_read import Grammar
from app.formats.office.xml_tree import Markup
from app.notices import ACTIVE_CONTENT, COMMENTS, PRIVATE_DATA, TRACKED_CHANGES

GRAMMAR: Final = Grammar(
    blocks=frozenset(("text:p", "text:h")),
    containers=frozenset(
        (
            *("office:text", "table:table-cell", "draw:text-box", "text:note-body", "office:annotation"),
            *("style:header", "style:footer", "presentation:notes", "text:deletion"),
        )
    ),
    leaves={},
    breaks={"text:tab": "\t", "text:line-break": "\n", "text:s": " "},
    rows=frozenset(("table:table-row",)),
    cells=frozenset(("table:table-cell", "table:covered-table-cell")),
    repeated="table:number-columns-repeated",
    figures=frozenset(("office:value",)),
)

RULES: Final = Rules(
    dropped=frozenset(
        (
            *("office:annotation", "office:annotation-end", "text:tracked-changes", "table:tracked-changes"),
            *(
                "text:change",
                "text:change-start",
                "text:change-end",
                "office:scripts",
                "office:event-listeners",
            ),
            *("script:event-listener", "presentation:event-listener", "presentation:sound", "text:script"),
            *("presentation:notes", "text:hidden-text", "text:hidden-paragraph"),
            *("office:dde-source", "text:dde-connection-decls", "table:dde-links", "table:table-source"),
            *("table:database-source-sql", "table:database-source-table", "table:database-source-query"),
            *("table:cell-range-source", "table:detective", "table:scenario", "form:connection-resource"),
            *("draw:plugin", "draw:applet", "draw:floating-frame", "draw:object-ole"),
        )
    ),
    unwrapped=frozenset(("text:meta", "text:execute-macro", "text:dde-connection")),
    attributes=frozenset(
        (
            *("?:rsid", "?:paragraph-rsid", "text:protection-key", "table:protection-key"),
            *("text:protection-key-digest-algorithm", "table:protection-key-digest-algorithm"),
        )
    ),
    told={
        **dict.fromkeys(("office:annotation", "presentation:notes"), COMMENTS),
        **dict.fromkeys(("text:tracked-changes", "table:tracked-changes"), TRACKED_CHANGES),
        **dict.fromkeys(
            ("script:event-listener", "presentation:event-listener", "text:script"), ACTIVE_CONTENT
        ),
        **dict.fromkeys(
            ("table:dde-links", "table:database-source-sql", "table:cell-range-source"), PRIVATE_DATA
        ),
    },
)

_OUTSIDE: Final = re.compile(r"'file:|\bDDE\s*\(|\bWEBSERVICE\s*\(|\bRTD\s*\(", re.IGNORECASE)
_FORMULA: Final = "table:formula"
_LEAVING: Final = ("office:", "table:formula", "calcext:value-type")
_HIDDEN: Final = frozenset(("collapse", "filter"))
_SWITCH: Final = re.compile(r"true|false|[-+]?[0-9]{1,10}(?:\.[0-9]{1,10})?")
_SETTINGS: Final = frozenset(
    (
        *("office:document-settings", "office:settings", "config:config-item-set"),
        *("config:config-item-map-indexed", "config:config-item-map-named", "config:config-item-map-entry"),
    )
)
_HARMLESS: Final = frozenset(("boolean", "short", "int", "long", "double"))


@dataclass(slots=True)
class HiddenStyles:
    """Names of the styles under which text, tables and pages are not shown."""

    texts: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    pages: set[str] = field(default_factory=set)
    layers: set[str] = field(default_factory=set)

    def read(self, markup: Markup) -> None:
        """Adds those of a part."""
        for element, name in enumerate(markup.names):
            if name == "draw:layer" and markup.value(element, "draw:display") == "none":
                self.layers.add(markup.value(element, "draw:name") or "")
                continue
            found = {
                "style:text-properties": (self.texts, "text:display", "none"),
                "style:table-properties": (self.tables, "table:display", "false"),
                "style:drawing-page-properties": (self.pages, "presentation:visibility", "hidden"),
            }.get(name)
            if found is not None and markup.value(element, found[1]) == found[2]:
                found[0].add(markup.value(markup.parents[element], "style:name") or "")
        for names in (self.texts, self.tables, self.pages, self.layers):
            names.discard("")


def hidden(markup: Markup, styles: HiddenStyles) -> Iterator[tuple[int, str]]:
    """Elements that are not shown, and what they are: "text", "layer"."""
    for element, name in enumerate(markup.names):
        match name:
            case "text:section" if markup.value(element, "text:display") in ("none", "condition"):
                yield element, "text"
            case "text:span" | "text:p" | "text:h" if styles.texts:
                if markup.value(element, "text:style-name") in styles.texts:
                    yield element, "text"
            case "table:table" if styles.tables:
                if markup.value(element, "table:style-name") in styles.tables:
                    yield element, "layer"
            case "draw:page" if styles.pages:
                if markup.value(element, "draw:style-name") in styles.pages:
                    yield element, "layer"
            case _ if styles.layers and name.startswith("draw:"):
                if markup.value(element, "draw:layer") in styles.layers:
                    yield element, "layer"


def hidden_cells(markup: Markup) -> Iterator[int]:
    """Cells of rows and columns that are not shown and have content."""
    columns: list[tuple[int, int]] = []
    at = cell_at = 0
    row_hidden = False
    for element, name in enumerate(markup.names):
        if name == "table:table":
            columns, at = [], 0
        elif name == "table:table-column":
            width = _repeated(markup, element, "table:number-columns-repeated")
            if markup.value(element, "table:visibility") in _HIDDEN:
                columns.append((at, at + width))
            at += width
        elif name == "table:table-row":
            row_hidden, cell_at = markup.value(element, "table:visibility") in _HIDDEN, 0
        elif name in GRAMMAR.cells:
            width = _repeated(markup, element, GRAMMAR.repeated)
            inside_hidden = any(first <= cell_at and cell_at + width <= last for first, last in columns)
            if (row_hidden or inside_hidden) and markup.opens[element] < markup.closes[element]:
                yield element
            cell_at += width


def _repeated(markup: Markup, element: int, attribute: str) -> int:
    given = markup.value(element, attribute) or ""
    return int(given) if given.isdigit() and len(given) < 8 else 1


def emptied(markup: Markup, cell: int) -> Iterator[Cut]:
    """A cell without what it says."""
    yield from inside(markup, cell)
    for attribute in markup.attributes(cell):
        if attribute.name.startswith(_LEAVING):
            yield without(attribute)


def lost_formulas(markup: Markup, gone: Collection[str]) -> Iterator[Cut]:
    """Formulas and names that need sheets which the copy does not have, or other files."""
    for element, name in enumerate(markup.names):
        if name in GRAMMAR.cells:
            for attribute in markup.attributes(element):
                formula = markup.value(element, "table:formula") or "" if attribute.name == _FORMULA else ""
                if formula and _needs(formula, gone):
                    yield without(attribute)
        elif name in ("table:named-range", "table:named-expression"):
            said = (markup.value(element, a) or "" for a in ("table:cell-range-address", "table:expression"))
            if any(_needs(text, gone) for text in said):
                yield whole(markup, element)


def _needs(formula: str, gone: Collection[str]) -> bool:
    if _OUTSIDE.search(formula):
        return True
    return any(f"{name}." in formula or f"{name.replace(chr(39), chr(39) * 2)}'." in formula for name in gone)


def settings_cuts(markup: Markup) -> Iterator[Cut]:
    """All settings but switches and numbers: printers, paths, positions of windows, what is no setting."""
    for element, name in enumerate(markup.names):
        if name == "config:config-item":
            goes = markup.value(element, "config:type") not in _HARMLESS
            goes = goes or _SWITCH.fullmatch(markup.content(element)) is None
        elif name == "config:config-item-set" and markup.names[markup.parents[element]] == "office:settings":
            goes = markup.value(element, "config:name") != "ooo:configuration-settings"
        else:
            goes = name not in _SETTINGS
        if goes:
            yield whole(markup, element)
    for index, parent in enumerate(markup.text_parents):
        if markup.names[parent] != "config:config-item":
            yield Cut(markup.text_starts[index], markup.text_ends[index])
