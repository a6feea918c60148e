"""Workbooks: which cell says what, which labels stand beside it, and what of a workbook is not shown.

Sheets, rows and columns that are hidden leave the copy; formulas that need them leave their last result.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from app.formats.office.clean import inside, whole
from app.formats.office.xml_edit import Cut
from app.formats.office.xml_tree import Markup
from app.formats.text.json_names import Names
from app.model import Remark
from app.notices import HIDDEN_LAYER, HIDDEN_TEXT
from detectors.model import Relation

if TYPE_CHECKING:
    from app.formats.office.document import Kept
    from app.formats.office.xml_part import XmlPart

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_OUTSIDE: Final = re.compile(r"\[[0-9]+\]|^\s*[\w.]+\||\bWEBSERVICE\s*\(|\bRTD\s*\(", re.IGNORECASE)
_LONGEST_LABEL: Final = 80
_TEXTUAL: Final = frozenset(("str", "e", "d", "b"))
_TRUE: Final = frozenset(("1", "true"))


def name_cells(markup: Markup) -> None:
    """Tells values of cells apart: numbers, texts, and indices of strings that stand elsewhere."""
    if not markup.names or markup.names[0] != "x:worksheet":
        return
    for element, name in enumerate(markup.names):
        if name == "x:v":
            kind = markup.value(markup.parents[element], "t") or "n"
            if kind == "s":
                markup.names[element] = "x:v of strings"
            elif kind in _TEXTUAL:
                markup.names[element] = "x:v of text"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; rows and columns are counted from 1."""

    element: int
    row: int
    column: int
    hidden: bool


def cells(markup: Markup) -> Iterator[Cell]:
    """The cells of a sheet in their order."""
    hidden_columns = list(_hidden_columns(markup))
    row = column = 0
    row_hidden = False
    for element, name in enumerate(markup.names):
        if name == "x:row":
            given = markup.value(element, "r") or ""
            row, column = int(given) if given.isdigit() and len(given) < 8 else row + 1, 0
            row_hidden = markup.value(element, "hidden") in _TRUE
        elif name == "x:c":
            found = _REFERENCE.fullmatch(markup.value(element, "r") or "")
            column = _column(found[1]) if found else column + 1
            hidden = row_hidden or any(first <= column <= last for first, last in hidden_columns)
            yield Cell(element, row, column, hidden)


def _hidden_columns(markup: Markup) -> Iterator[tuple[int, int]]:
    for element, name in enumerate(markup.names):
        if name == "x:col" and markup.value(element, "hidden") in _TRUE:
            first, last = markup.value(element, "min") or "", markup.value(element, "max") or ""
            if first.isdigit() and last.isdigit():
                yield int(first), int(last)
        elif name == "x:sheetData":
            return


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


@dataclass(slots=True)
class Workbook:
    """What the parts of a workbook tell about one another."""

    kept: Kept
    main: XmlPart
    strings: XmlPart | None
    gone_sheets: dict[int, str] = field(default_factory=dict)  # position -> name
    gone_names: set[str] = field(default_factory=set)
    used: set[int] = field(default_factory=set)
    _sheet_cuts: dict[str, list[Cut]] = field(default_factory=dict)

    @classmethod
    def of(cls, main: str, strings: str, kept: Kept) -> Workbook:
        """Reads all that is kept of a workbook and gives its parts the names of their values.

        Args:
            main, strings: labels of the workbook's part and of its shared strings; the latter may be empty.
        """
        book = cls(kept, kept.xml[main], kept.xml.get(strings))
        book._find_gone()
        book._read_sheets()
        return book

    @staticmethod
    def hidden_ids(markup: Markup) -> set[str]:
        """Relationship ids of the sheets that are not shown."""
        return {
            markup.value(element, "r:id") or ""
            for element, name in enumerate(markup.names)
            if name == "x:sheet" and markup.value(element, "state") in ("hidden", "veryHidden")
        }

    def cuts(self, label: str, part: XmlPart) -> list[Cut]:
        """What a part loses beside what the rules say."""
        if part is self.main:
            return list(self._workbook_cuts())
        if part is self.strings:
            return list(self._string_cuts(part.markup))
        return self._sheet_cuts.get(label, [])

    # --- the workbook's own part ---------------------------------------------------------------

    def _find_gone(self) -> None:
        markup = self.main.markup
        hidden = self.hidden_ids(markup)
        sheets = [element for element, name in enumerate(markup.names) if name == "x:sheet"]
        self.gone_sheets = {
            position: markup.value(element, "name") or ""
            for position, element in enumerate(sheets)
            if (markup.value(element, "r:id") or "") in hidden
        }
        for element in self._defined_names():
            if self._needs_gone(markup.content(element)) or self._position(element) in self.gone_sheets:
                self.gone_names.add((markup.value(element, "name") or "").casefold())

    def _defined_names(self) -> list[int]:
        return [element for element, name in enumerate(self.main.markup.names) if name == "x:definedName"]

    def _position(self, element: int) -> int:
        given = self.main.markup.value(element, "localSheetId") or ""
        return int(given) if given.isdigit() else -1

    def _workbook_cuts(self) -> Iterator[Cut]:
        markup = self.main.markup
        sheets = [element for element, name in enumerate(markup.names) if name == "x:sheet"]
        yield from (whole(markup, sheets[position]) for position in self.gone_sheets)
        names = self._defined_names()
        gone = [
            element
            for element in names
            if (markup.value(element, "name") or "").casefold() in self.gone_names
        ]
        yield from (whole(markup, element) for element in gone)
        if names and len(gone) == len(names):
            yield whole(markup, markup.parents[names[0]])
        for element in set(names) - set(gone):
            position = self._position(element)
            before = sum(1 for other in self.gone_sheets if other < position)
            for attribute in markup.attributes(element) if before else ():
                if attribute.name == "localSheetId":
                    yield Cut(attribute.first, attribute.last, str(position - before))
        for element, name in enumerate(markup.names):
            if name == "x:bookViews" and self.gone_sheets:
                yield whole(markup, element)

    def _needs_gone(self, formula: str) -> bool:
        """Whether a formula needs what the copy does not have, or fetches something."""
        if _OUTSIDE.search(formula):
            return True
        for name in self.gone_sheets.values():
            doubled = name.replace("'", "''")
            if f"{name}!" in formula or f"{doubled}'!" in formula or f"{name}:" in formula:
                return True
        return bool(self.gone_names) and any(
            word.casefold() in self.gone_names for word in re.findall(r"[^\W\d][\w.]*", formula)
        )

    # --- sheets --------------------------------------------------------------------------------

    def _read_sheets(self) -> None:
        items = self._items()
        offered: dict[int, list[tuple[str, Relation]]] = {}
        for label, part in self.kept.xml.items():
            if not part.markup.names or part.markup.names[0] != "x:worksheet":
                continue
            cuts, by_element = self._read_sheet(label, part.markup, items, offered)
            self._sheet_cuts[label] = cuts
            part.names_of = _NamesOfCells(part.markup, by_element)
        if self.strings is not None:
            markup = self.strings.markup
            numbers = {element: number for number, element in enumerate(self._string_elements(markup))}
            self.strings.names_of = _NamesOfStrings(markup, numbers, offered)

    def _items(self) -> list[str]:
        """What the shared strings say."""
        if self.strings is None:
            return []
        markup = self.strings.markup
        return [markup.content(element) for element in self._string_elements(markup)]

    @staticmethod
    def _string_elements(markup: Markup) -> list[int]:
        return [element for element, name in enumerate(markup.names) if name == "x:si"]

    def _read_sheet(
        self,
        label: str,
        markup: Markup,
        items: list[str],
        offered: dict[int, list[tuple[str, Relation]]],
    ) -> tuple[list[Cut], dict[int, Names]]:
        cuts: list[Cut] = []
        names: dict[int, Names] = {}
        headings: dict[int, str] = {}
        above: dict[int, str] = {}
        first_row = last_row = -1
        left, left_column, hidden = "", -1, 0
        for cell in cells(markup):
            text, index = self._said(markup, cell.element, items)
            if cell.hidden:
                cuts.append(whole(markup, cell.element))
                hidden += bool(text)
            elif index is not None:
                self.used.add(index)
            if cell.row != last_row:
                first_row = cell.row if first_row < 0 else first_row
                left, left_column, last_row = "", -1, cell.row
            given: list[tuple[str, Relation]] = []
            if left and left_column == cell.column - 1:
                given.append((left, Relation.RIGHT))
            if cell.row != first_row and cell.column in headings:
                given.append((headings[cell.column], Relation.COLUMN))
            if above.get(cell.column):
                given.append((above[cell.column], Relation.BELOW))
            if index is not None:
                offered.setdefault(index, []).extend(given)
            elif text:
                names[cell.element] = tuple(given)
            label_text = text.strip()[:_LONGEST_LABEL] if len(text) <= _LONGEST_LABEL else ""
            if text:
                left, left_column, above[cell.column] = label_text, cell.column, label_text
            if cell.row == first_row and label_text:
                headings[cell.column] = label_text
        if hidden:
            self.kept.tell(HIDDEN_LAYER, label, hidden)
            self._remark("Left out: the content of hidden rows and columns.")
        cuts += self._formula_cuts(markup, cuts)
        return cuts, names

    @staticmethod
    def _said(markup: Markup, cell: int, items: list[str]) -> tuple[str, int | None]:
        """What a cell says, and which shared string says it."""
        for child in markup.children(cell):
            name = markup.names[child]
            if name == "x:v of strings":
                written = markup.content(child).strip()
                index = int(written) if written.isdigit() and len(written) < 9 else -1
                return (items[index], index) if 0 <= index < len(items) else ("", None)
            if name in ("x:v", "x:v of text", "x:is"):
                return markup.content(child), None
        return "", None

    def _formula_cuts(self, markup: Markup, hidden: Collection[Cut]) -> list[Cut]:
        """Formulas that need what the copy does not have, and all that share one with them."""
        gone = {cut.start for cut in hidden}
        shared: set[str] = set()
        cut: list[int] = []
        formulas = [element for element, name in enumerate(markup.names) if name == "x:f"]
        for element in formulas:
            lost = markup.starts[markup.parents[element]] in gone
            if lost or self._needs_gone(markup.content(element)):
                shared.add(markup.value(element, "si") or "")
                if not lost:
                    cut.append(element)
        shared.discard("")
        cut += [element for element in formulas if markup.value(element, "si") in shared]
        cuts = [whole(markup, element) for element in dict.fromkeys(cut)]
        if cuts:
            self._remark("Formulas that need other files or hidden sheets became their last results.")
        return [*cuts, *self._rule_cuts(markup)]

    def _rule_cuts(self, markup: Markup) -> Iterator[Cut]:
        """Validations and conditional formats that need what the copy does not have."""
        holders: dict[int, list[bool]] = {}
        for element, name in enumerate(markup.names):
            if name not in ("x:dataValidation", "x:conditionalFormatting"):
                continue
            content = " ".join(markup.content(child) for child in range(element + 1, markup.after(element)))
            lost = self._needs_gone(content)
            holders.setdefault(markup.parents[element], []).append(lost)
            if lost:
                yield whole(markup, element)
        for holder, lost_ones in holders.items():
            if markup.names[holder] == "x:dataValidations" and all(lost_ones):
                yield whole(markup, holder)

    def _remark(self, text: str) -> None:
        remark = Remark("document", text)
        if remark not in self.kept.remarks:
            self.kept.remarks.append(remark)

    def _string_cuts(self, markup: Markup) -> Iterator[Cut]:
        """Strings that no cell of the copy shows: left over, or of hidden cells."""
        unused = 0
        for number, element in enumerate(self._string_elements(markup)):
            if number not in self.used:
                found = list(inside(markup, element))
                unused += bool(found and markup.content(element).strip())
                yield from found
        if unused:
            self.kept.tell(HIDDEN_TEXT, self.strings.label if self.strings else "", unused)


@dataclass(frozen=True, slots=True)
class _NamesOfCells:
    """Names for the values of a sheet's own cells, by the element of the cell."""

    markup: Markup = field(repr=False)
    by_element: dict[int, Names] = field(repr=False)

    def __call__(self, element: int) -> Names | None:
        for near in (element, *self.markup.ancestors(element)):
            if self.markup.names[near] == "x:c":
                return self.by_element.get(near, ())
        return None


@dataclass(frozen=True, slots=True)
class _NamesOfStrings:
    """Names for shared strings, from all the cells that show them."""

    markup: Markup = field(repr=False)
    numbers: dict[int, int] = field(repr=False)
    offered: dict[int, list[tuple[str, Relation]]] = field(repr=False)

    def __call__(self, element: int) -> Names | None:
        for near in (element, *self.markup.ancestors(element)):
            if near in self.numbers:
                return tuple(dict.fromkeys(self.offered.get(self.numbers[near], ())))[:_MOST_NAMES]
        return None


_MOST_NAMES: Final = 40
