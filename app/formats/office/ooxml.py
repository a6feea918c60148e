"""DOCX, XLSX and PPTX: the parts that known relationships lead to, cleaned, covered, and packed anew."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Final

from app.errors import SharesafeError, Unreadable, Unsupported
from app.formats.base import Context
from app.formats.office import ooxml_rules as rules
from app.formats.office.clean import Rules, referring
from app.formats.office.document import Kept, OfficeDocument, declared
from app.formats.office.pictures import CONTENT_TYPES, suffix_of
from app.formats.office.relations import (
    CONTENT,
    MAIN,
    WITH_MACROS,
    Relation,
    content_types_xml,
    relations,
    relations_of,
    relations_xml,
    without_macros,
)
from app.formats.office.workbook import Workbook, name_cells
from app.formats.office.xml_edit import Cut, Cuts
from app.formats.office.xml_tree import Markup, body_of, parse
from app.formats.package.zip_read import Archive, read_archive
from app.formats.package.zip_write import File, write_zip
from app.model import RedactionPlan, Remark
from app.notices import (
    ACTIVE_CONTENT,
    ATTACHMENT,
    COMMENTS,
    EARLIER_VERSION,
    HIDDEN_LAYER,
    HIDDEN_TEXT,
    PREVIEW_PICTURE,
    PRIVATE_DATA,
)
from detectors.model import RuleInfo

TYPES: Final = "[Content_Types].xml"
_ROOT_RELATIONS: Final = "_rels/.rels"
_RULES: Final = {"docx": rules.WORD, "xlsx": rules.EXCEL, "pptx": rules.POWERPOINT}

_REFERENCES: Final = frozenset(
    (*(f"r:{name}" for name in ("id", "embed", "link", "pict", "dm", "lo", "qs", "cs", "blip")), "o:relid")
)
_BARE: Final = frozenset(
    ("a:blip", "w:hyperlink", "x:pageSetup", "x:hyperlink", "v:imagedata", "v:fill", "w:background", "a:snd")
)

_TOLD: Final = {
    "comments": (COMMENTS, "comments"),
    "commentsExtended": (COMMENTS, ""),
    "threadedComment": (COMMENTS, "comments"),
    "notesSlide": (COMMENTS, "speaker notes"),
    "vbaProject": (ACTIVE_CONTENT, "macros"),
    "control": (ACTIVE_CONTENT, "active controls"),
    "ctrlProp": (ACTIVE_CONTENT, "controls"),
    "xlMacrosheet": (ACTIVE_CONTENT, "a macro sheet"),
    "ui": (ACTIVE_CONTENT, ""),
    "extensibility": (ACTIVE_CONTENT, ""),
    "attachedTemplate": (PRIVATE_DATA, ""),
    "oleObject": (ATTACHMENT, "embedded objects"),
    "package": (ATTACHMENT, "embedded files"),
    "aFChunk": (ATTACHMENT, "an inserted file"),
    "subDocument": (ATTACHMENT, "a subdocument"),
    "video": (ATTACHMENT, "films"),
    "audio": (ATTACHMENT, "sound"),
    "media": (ATTACHMENT, ""),
    "font": (PRIVATE_DATA, "embedded fonts"),
    "externalLink": (PRIVATE_DATA, "values of other workbooks"),
    "connections": (PRIVATE_DATA, "connections to data"),
    "queryTable": (PRIVATE_DATA, "queries"),
    "pivotCacheDefinition": (PRIVATE_DATA, "pivot tables, whose values stay"),
    "pivotTable": (PRIVATE_DATA, ""),
    "printerSettings": (PRIVATE_DATA, ""),
    "revisionHeaders": (EARLIER_VERSION, "the log of changes"),
    "thumbnail": (PREVIEW_PICTURE, ""),
    "glossaryDocument": (HIDDEN_TEXT, "building blocks"),
    "custom-properties": (PRIVATE_DATA, ""),
}
"""Relationships that copies do not have: what they are told as, and what a remark calls them."""

_SHOWN: Final = frozenset(
    (
        *("image", "hyperlink", "chart", "drawing", "header", "footer", "table", "worksheet", "chartsheet"),
        *("diagramData", "diagramLayout", "diagramQuickStyle", "diagramColors", "chartUserShapes"),
    )
)
"""Relationships whose parts are seen only where something refers to them by their id."""

_REMARKED_ONLY: Final = frozenset(("printerSettings", "custom-properties"))


class OoxmlDocument(OfficeDocument):
    """One opened DOCX, XLSX or PPTX file, or one of their templates and macro-enabled variants.

    Attributes:
        main: name of the main part.
    """

    grammar = rules.GRAMMAR

    def __init__(self, archive: Archive, context: Context, content_type: str, main: str) -> None:
        self.content_type = without_macros(content_type)
        self.format = MAIN[self.content_type][0]
        self.main = main
        self._had_macros = content_type in WITH_MACROS
        self._types: dict[str, str] = {}
        self._relations: dict[str, list[tuple[int, Relation]]] = {}
        self._own_cuts: dict[str, list[Cut]] = {}
        super().__init__(archive, context)
        self.generated = frozenset(label for label in self.xml if label == TYPES or label.endswith(".rels"))

    def is_xml(self, name: str) -> bool:
        return name.endswith((".xml", ".rels"))

    def prepare(self, markup: Markup) -> None:
        rules.name_cached_numbers(markup)
        name_cells(markup)

    # --- what copies are made of ---------------------------------------------------------------

    def followed(self) -> Kept:
        kept = Kept()
        gone: dict[str, set[str]] = {}
        self._labels = {label.casefold(): label for label in (*self.xml, *self.packed)}
        if self.main not in self.xml:
            raise Unreadable(
                "The main part of the document is missing or damaged.",
                "Open it in its program and save it again.",
            )
        self._content = CONTENT[self.format]
        for relation in self._relations_of(""):
            if relation.kind != "officeDocument":
                self._tell(kept, relation)
        self._styles = frozenset[str]()
        if self.format == "docx":
            for part in self.xml.values():
                if part.markup.names and part.markup.names[0] == "w:styles":
                    self._styles |= rules.hidden_styles(part.markup)
        self._keep(self.main, self.content_type, kept)
        self._walk(kept, gone)
        self._cut(kept, gone)
        if self._had_macros:
            kept.remarks.append(Remark("document", "The copy is a document without macros."))
        return kept

    def _keep(self, label: str, content_type: str, kept: Kept) -> None:
        kept.xml[label] = self.xml[label]
        self._types[label] = content_type

    def _relations_of(self, label: str) -> list[Relation]:
        part = self.xml.get(self._labels.get(relations_of(label).casefold(), ""))
        return list(relations(part.markup, label)) if part is not None else []

    def _walk(self, kept: Kept, gone: dict[str, set[str]]) -> None:
        """Follows the relationships of every part that is kept; ``gone`` gets the ids of the others."""
        todo = [self.main]
        while todo:
            label = todo.pop(0)
            if label in gone:
                continue
            gone[label] = set()
            staying = []
            self._own_cuts[label] = cuts = self._cuts_by_rules(label, kept)
            used = _referred(self.xml[label].markup, Cuts.of(cuts))
            for index, relation in enumerate(self._relations_of(label)):
                shown = relation.id in used or relation.kind not in _SHOWN
                if shown and self._follow(label, relation, kept, todo):
                    staying.append((index, relation))
                else:
                    gone[label].add(relation.id)
            self._relations[label] = staying

    def _follow(self, source: str, relation: Relation, kept: Kept, todo: list[str]) -> bool:
        """Whether copies keep a relationship; the part that it leads to is kept then, too."""
        if relation.external:
            if relation.kind != "hyperlink":
                self._tell(kept, relation)
            return relation.kind == "hyperlink"
        target = self._labels.get(relation.target.casefold(), "")
        if relation.kind == "image" and target in self.packed:
            kept.pictures[target] = self.packed[target]
            return True
        if (
            relation.kind in self._content
            and target in self.xml
            and not self._hidden(source, relation, target, kept)
        ):
            if target not in kept.xml:
                self._keep(target, self._content[relation.kind], kept)
                todo.append(target)
            return True
        if relation.kind == "slide" and target == self.main:
            return False
        self._tell(kept, relation)
        return False

    def _hidden(self, source: str, relation: Relation, target: str, kept: Kept) -> bool:
        """Whether a slide or a sheet is not shown."""
        markup = self.xml[target].markup
        if relation.kind == "slide" and markup.value(0, "show") in ("0", "false"):
            if source == self.main:
                kept.tell(HIDDEN_LAYER, target)
                kept.remarks.append(Remark("document", "Left out: a slide that is not shown."))
            return True
        sheet = source == self.main and relation.kind in ("worksheet", "chartsheet")
        if sheet and relation.id in Workbook.hidden_ids(self.xml[self.main].markup):
            kept.tell(HIDDEN_LAYER, target)
            kept.remarks.append(Remark("document", "Left out: a sheet that is not shown."))
            return True
        return False

    def _tell(self, kept: Kept, relation: Relation) -> None:
        known: tuple[RuleInfo, str] | None = _TOLD.get(relation.kind)
        if known is None:
            return
        rule, what = known
        if relation.kind not in _REMARKED_ONLY:
            where = relation.target if not relation.external else "relationships"
            kept.tell(rule, self._labels.get(where.casefold(), "document"))
        remark = Remark("document", f"Left out: {what}.")
        if what and remark not in kept.remarks:
            kept.remarks.append(remark)

    # --- what is cut out of them ---------------------------------------------------------------

    def _cuts_by_rules(self, label: str, kept: Kept) -> list[Cut]:
        """What a part loses whatever else there is in the package."""
        own: Rules = _RULES[self.format]
        markup = self.xml[label].markup
        kept.tell_all(own.seen(markup), label)
        cuts = list(own.cuts(markup))
        if self.format == "docx":
            cuts += self._cut_word(markup, self._styles, label, kept)
        elif self.format == "pptx":
            running = list(rules.running_links(markup))
            if running:
                kept.tell(ACTIVE_CONTENT, label, len(running))
            cuts += running
        return cuts

    def _cut(self, kept: Kept, gone: dict[str, set[str]]) -> None:
        workbook = None
        if self.format == "xlsx":
            wanted = self._content["sharedStrings"]
            strings = next((label for label in kept.xml if self._types[label] == wanted), "")
            workbook = Workbook.of(self.main, strings, kept)
        for label, part in kept.xml.items():
            referring_cuts = referring(part.markup, gone[label], _REFERENCES, _BARE)
            cuts = [*self._own_cuts[label], *referring_cuts]
            part.cut(cuts + workbook.cuts(label, part) if workbook is not None else cuts)
        for label in self.xml:
            if label not in kept.xml:
                self.xml[label].cut([Cut(*span) for span in self.xml[label].markup.asides])

    def _cut_word(self, markup: Markup, styles: frozenset[str], label: str, kept: Kept) -> list[Cut]:
        hidden = list(rules.hidden_runs(markup, styles))
        shown_nothing = [cut for cut in hidden if any(True for _ in _texts_in(markup, cut))]
        if shown_nothing:
            kept.tell(HIDDEN_TEXT, label, len(shown_nothing))
        pulling = list(rules.pulling_fields(markup))
        if pulling:
            kept.tell(ACTIVE_CONTENT, label, len(pulling))
        return [*hidden, *pulling, *rules.deleted_rows(markup)]

    # --- writing -------------------------------------------------------------------------------

    def files(self, plan: RedactionPlan, copies: Mapping[str, bytes]) -> Iterator[File]:
        names = self.new_names(plan, copies)
        types = {names[label]: self._types[label] for label in self.kept.xml}
        suffixes = {
            names[label].rpartition(".")[2]: CONTENT_TYPES[suffix_of(copies[label])]
            for label in self.kept.pictures
        }
        yield File(TYPES, declared(content_types_xml(types, suffixes)))
        yield File(_ROOT_RELATIONS, declared(relations_xml([self._root(names[self.main])])))
        for label in self.kept.xml:
            yield File(names[label], copies[label])
            if self._relations.get(label):
                kept = list(self._kept_relations(label, names, plan))
                yield File(relations_of(names[label]), declared(relations_xml(kept)))
        for label in self.kept.pictures:
            yield File(names[label], copies[label])

    def _root(self, main: str) -> Relation:
        original = next((one for one in self._relations_of("") if one.kind == "officeDocument"), None)
        usual = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
        return Relation("rId1", "officeDocument", original.type if original else usual, main, external=False)

    def _kept_relations(
        self, label: str, names: Mapping[str, str], plan: RedactionPlan
    ) -> Iterator[Relation]:
        """The relationships of a part as its copy has them: covered in their ids and addresses, too."""
        part = self.xml[self._labels[relations_of(label).casefold()]]
        covered = list(relations(parse(body_of(part.written(plan))), label))
        for index, original in self._relations[label]:
            if original.external:
                yield replace(covered[index], type=original.type)
            else:
                target = names[self._labels[original.target.casefold()]]
                yield replace(original, id=covered[index].id, target=target)

    def reopened(self, files: Sequence[File]) -> OfficeDocument:
        out = BytesIO()
        write_zip(files, out)
        data = out.getvalue()
        return open_ooxml(read_archive(data, len(data) * 2000), self.context)


def _referred(markup: Markup, cuts: Cuts) -> set[str]:
    """The ids of relationships that something refers to which stays."""
    return {
        markup.text[attribute.first : attribute.last]
        for element in range(len(markup.names))
        if markup.text.find(":", markup.starts[element], markup.opens[element]) > 0  # they all have a prefix
        for attribute in markup.attributes(element)
        if attribute.name in _REFERENCES and not cuts.hold(attribute.start, attribute.end)
    }


def _texts_in(markup: Markup, cut: Cut) -> Iterator[int]:
    index = bisect_left(markup.text_starts, cut.start)
    while index < len(markup.text_starts) and markup.text_starts[index] < cut.end:
        if not markup.text[markup.text_starts[index] : markup.text_ends[index]].isspace():
            yield index
        index += 1


def open_ooxml(archive: Archive, context: Context) -> OoxmlDocument:
    """Opens what ``main_part`` knows.

    Raises:
        Unreadable, Unsupported: a part that is needed is missing, damaged or of an unknown kind.
    """
    found = main_part(archive)
    if found is None:
        raise Unreadable("This is no complete Office file.", "Open it in its program and save it again.")
    content_type, main = found
    if content_type not in MAIN and content_type not in WITH_MACROS:
        raise Unsupported(
            "This Office file is stored in a binary form that is not read.",
            "Save it as .docx, .xlsx or .pptx and check that file.",
        )
    return OoxmlDocument(archive, context, content_type, main)


def main_part(archive: Archive) -> tuple[str, str] | None:
    """Content type and name of the part that an Office file is about; None when it is no Office file.

    The type tells of programs that this module does not know as well.
    """
    by_name = {entry.name.casefold(): entry for entry in archive.entries}
    types, roots = by_name.get(TYPES.casefold()), by_name.get(_ROOT_RELATIONS)
    if types is None or roots is None or max(types.size, roots.size) > 4 << 20:
        return None
    try:
        listed = parse(body_of(archive.content(types)))
        related = list(relations(parse(body_of(archive.content(roots))), ""))
    except SharesafeError:
        return None
    main = next((one.target for one in related if one.kind == "officeDocument"), "")
    default = ""
    for element, name in enumerate(listed.names):
        content_type = listed.value(element, "ContentType") or ""
        if (
            name == "ct:Override"
            and (listed.value(element, "PartName") or "").lstrip("/").casefold() == main.casefold()
        ):
            entry = by_name.get(main.casefold())
            return (content_type, entry.name) if entry is not None else None
        if name == "ct:Default" and main.endswith("." + (listed.value(element, "Extension") or "")):
            default = content_type
    entry = by_name.get(main.casefold())
    return (default, entry.name) if entry is not None and default and main else None
