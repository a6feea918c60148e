"""OpenDocument texts, sheets, presentations: content, styles, pictures and objects, packed anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from posixpath import normpath
from typing import Final
from urllib.parse import unquote
from xml.sax.saxutils import quoteattr

from app.errors import SharesafeError, Unreadable, Unsupported
from app.formats.base import Context
from app.formats.office import odf_rules as rules
from app.formats.office.clean import whole, without
from app.formats.office.document import Kept, OfficeDocument, declared
from app.formats.office.pictures import CONTENT_TYPES, is_picture
from app.formats.office.xml_edit import Cut, Cuts
from app.formats.office.xml_tree import Markup
from app.formats.package.zip_read import Archive, read_archive
from app.formats.package.zip_write import File, write_zip
from app.model import RedactionPlan, Remark
from app.notices import (
    ACTIVE_CONTENT,
    ATTACHMENT,
    EARLIER_VERSION,
    HIDDEN_LAYER,
    HIDDEN_TEXT,
    PREVIEW_PICTURE,
)

_BASE: Final = "application/vnd.oasis.opendocument."
KINDS: Final = {
    _BASE + "text": ("odt", ".odt"),
    _BASE + "text-template": ("odt", ".ott"),
    _BASE + "text-master": ("odt", ".odm"),
    _BASE + "spreadsheet": ("ods", ".ods"),
    _BASE + "spreadsheet-template": ("ods", ".ots"),
    _BASE + "presentation": ("odp", ".odp"),
    _BASE + "presentation-template": ("odp", ".otp"),
    _BASE + "graphics": ("odg", ".odg"),
    _BASE + "graphics-template": ("odg", ".otg"),
}
"""What ``mimetype`` says: what the document is, and the suffix of its files."""

_OBJECTS: Final = frozenset((*KINDS, _BASE + "chart", _BASE + "formula"))
MIMETYPE: Final = "mimetype"
_MANIFEST: Final = "META-INF/manifest.xml"
_META: Final = "meta.xml"
_PARTS: Final = {
    "content.xml": "office:document-content",
    "styles.xml": "office:document-styles",
    "settings.xml": "office:document-settings",
}
"""The parts of a document or of an object in it, and their outermost elements."""

_LINKS: Final = frozenset(("text:a", "draw:a"))
_TOLD: Final = (
    ("Thumbnails/", PREVIEW_PICTURE, ""),
    ("Basic/", ACTIVE_CONTENT, "macros"),
    ("Scripts/", ACTIVE_CONTENT, "scripts"),
    ("Versions/", EARLIER_VERSION, "earlier versions"),
    ("Dialogs/", ACTIVE_CONTENT, "dialogs"),
)
_USUAL: Final = (
    *("Pictures/", "Configurations2/", "META-INF/", "ObjectReplacements/"),
    *("layout-cache", "manifest.rdf"),
)


class OdfDocument(OfficeDocument):
    """One opened OpenDocument file."""

    grammar = rules.GRAMMAR

    def __init__(self, archive: Archive, context: Context, mimetype: str) -> None:
        self.mimetype = mimetype
        self.format = KINDS[mimetype][0]
        self._objects: dict[str, tuple[str, str]] = {"": ("", mimetype)}  # folder -> new folder, type
        self._pictures: dict[str, str] = {}  # label -> new name
        self._own_cuts: dict[str, list[Cut]] = {}
        self.generated = frozenset((MIMETYPE, _MANIFEST))
        super().__init__(archive, context)

    def is_xml(self, name: str) -> bool:
        return name in (_MANIFEST, _META) or name.rpartition("/")[2] in _PARTS

    # --- what copies are made of ---------------------------------------------------------------

    def followed(self) -> Kept:
        kept = Kept()
        if not self._is_rooted("content.xml", _PARTS["content.xml"]):
            raise Unreadable(
                "The content of the document is missing or damaged.",
                "Open it in its program and save it again.",
            )
        manifest = self.xml.get(_MANIFEST)
        types = self._declared_types(manifest.markup) if manifest is not None else {}
        self._styles = rules.HiddenStyles()
        for part in self.xml.values():
            self._styles.read(part.markup)
        self._follow("", types, kept)
        gone = self._hidden_sheets(kept)
        for label, part in kept.xml.items():
            part.cut([*self._own_cuts[label], *self._late_cuts(label, part.markup, gone)])
        self._tell(kept)
        return kept

    def _declared_types(self, markup: Markup) -> dict[str, str]:
        types: dict[str, str] = {}
        for element, name in enumerate(markup.names):
            if name in ("manifest:encryption-data", "manifest:encrypted-key"):
                raise Unsupported(
                    "This document is protected by a password.",
                    "Open it in its program, save it without a password, and check that file.",
                )
            if name == "manifest:file-entry":
                path = markup.value(element, "manifest:full-path") or ""
                types[path.strip("/")] = markup.value(element, "manifest:media-type") or ""
        return types

    def _follow(self, folder: str, types: Mapping[str, str], kept: Kept) -> None:
        """Keeps the parts of a document or an object in it, and what they refer to."""
        labels = [
            f"{folder}{name}" for name, root in _PARTS.items() if self._is_rooted(f"{folder}{name}", root)
        ]
        for label in labels:
            kept.xml[label] = self.xml[label]
        for label in labels:
            markup = self.xml[label].markup
            self._own_cuts[label] = list(self._cuts(label, markup, kept))
            cuts = Cuts.of(self._own_cuts[label])
            for element in range(len(markup.names)):
                if not cuts.hold(markup.starts[element], markup.ends[element]):
                    self._follow_link(folder, markup, element, types, kept)

    def _is_rooted(self, label: str, root: str) -> bool:
        """Whether there is such a part and its outermost element is what it has to be."""
        formula = root == _PARTS["content.xml"] and "/" in label  # objects hold MathML, too
        return label in self.xml and (formula or self.xml[label].markup.names[0] == root)

    def _follow_link(
        self, folder: str, markup: Markup, element: int, types: Mapping[str, str], kept: Kept
    ) -> None:
        target = self._target(folder, markup, element)
        new = target in self.packed and target not in self._pictures
        if new and not self._better_shown(folder, markup, element, target):
            picture = self.packed[target]
            known = picture.document.format if picture.document is not None and is_picture(picture) else "png"
            suffix = known if known in CONTENT_TYPES else "png"
            self._pictures[target] = (
                f"{self._objects[folder][0]}Pictures/image{len(self._pictures) + 1}.{suffix}"
            )
            kept.pictures[target] = picture
        inner = f"{target}/"
        if target and f"{inner}content.xml" in self.xml and inner not in self._objects:
            kind = types.get(target, "")
            if kind in _OBJECTS:
                self._objects[inner] = f"{self._objects[folder][0]}Object {len(self._objects)}/", kind
                self._follow(inner, types, kept)

    def _target(self, folder: str, markup: Markup, element: int) -> str:
        """The file or folder in the package that an element refers to; empty when none."""
        if markup.names[element] in _LINKS:
            return ""
        address = markup.value(element, "xlink:href")
        if not address or address.startswith(("#", "/", "..")) or ":" in address.split("/", 1)[0]:
            return ""
        return normpath(f"{folder}{unquote(address)}")

    def _hidden_sheets(self, kept: Kept) -> list[str]:
        markup = kept.xml["content.xml"].markup
        return [
            markup.value(element, "table:name") or ""
            for element, _ in rules.hidden(markup, self._styles)
            if markup.names[element] == "table:table"
        ]

    # --- what is cut out of them ---------------------------------------------------------------

    def _cuts(self, label: str, markup: Markup, kept: Kept) -> Iterator[Cut]:
        """What a part loses whatever else there is in the package."""
        yield from rules.RULES.cuts(markup)
        kept.tell_all(rules.RULES.seen(markup), label)
        if label.endswith("settings.xml"):
            yield from rules.settings_cuts(markup)
            return
        for element, kind in rules.hidden(markup, self._styles):
            yield whole(markup, element)
            if kind == "layer" or markup.content(element).strip():
                kept.tell(HIDDEN_LAYER if kind == "layer" else HIDDEN_TEXT, label)
        for cell in rules.hidden_cells(markup):
            yield from rules.emptied(markup, cell)
            kept.tell(HIDDEN_LAYER, label)

    def _late_cuts(self, label: str, markup: Markup, gone: Sequence[str]) -> Iterator[Cut]:
        """What a part loses because other parts are not in the copy, or are called otherwise there."""
        if self.format == "ods":
            yield from rules.lost_formulas(markup, gone)
        yield from self._link_cuts(label.rpartition("/")[0] + "/" * ("/" in label), markup)

    def _link_cuts(self, folder: str, markup: Markup) -> Iterator[Cut]:
        """References to pictures and objects under their new names; without what copies do not have."""
        for element, name in enumerate(markup.names):
            if name in _LINKS:
                continue
            for attribute in markup.attributes(element):
                if attribute.name != "xlink:href" or attribute.first == attribute.last:
                    continue
                if markup.text.startswith("#", attribute.first):
                    continue
                target = self._target(folder, markup, element)
                new = self._new_address(folder, target)
                if new is None:
                    shown = target in self.packed and self._better_shown(folder, markup, element, target)
                    yield whole(markup, element) if shown or name == "draw:object" else without(attribute)
                elif markup.text[attribute.first : attribute.last] != new:
                    yield Cut(attribute.first, attribute.last, new)

    def _new_address(self, folder: str, target: str) -> str | None:
        here = self._objects[folder][0]
        if target in self._pictures:
            return self._pictures[target].removeprefix(here)
        if f"{target}/" in self._objects and target:
            return "./" + self._objects[f"{target}/"][0].removeprefix(here).rstrip("/")
        return None

    def _better_shown(self, folder: str, markup: Markup, image: int, target: str) -> bool:
        """Whether a frame shows the same in a form that can be redacted, and this one cannot."""
        if is_picture(self.packed[target]):
            return False
        for other in markup.children(markup.parents[image]):
            beside = self._target(folder, markup, other)
            if f"{beside}/" in self._objects and beside:
                return True
            if other != image and beside in self.packed and is_picture(self.packed[beside]):
                return True
        return False

    def _tell(self, kept: Kept) -> None:
        for label in (*self.xml, *self.packed):
            if label in kept or label in self.generated or label.endswith("/"):
                continue
            known = next((told for told in _TOLD if label.startswith(told[0])), None)
            if known is not None:
                kept.tell(known[1], label)
                what = known[2]
            elif label.startswith(_USUAL) or label.rpartition("/")[2] in (_META, "settings.xml"):
                continue
            else:
                kept.tell(ATTACHMENT, label)
                what = "files that the document does not show"
            remark = Remark("document", f"Left out: {what}.")
            if what and remark not in kept.remarks:
                kept.remarks.append(remark)

    # --- writing -------------------------------------------------------------------------------

    def new_names(self, plan: RedactionPlan, copies: Mapping[str, bytes]) -> dict[str, str]:  # noqa: ARG002
        names = dict(self._pictures)
        for label in self.kept.xml:
            folder, slash, name = label.rpartition("/")
            names[label] = self._objects[folder + slash][0] + name
        return names

    def files(self, plan: RedactionPlan, copies: Mapping[str, bytes]) -> Iterator[File]:
        names = self.new_names(plan, copies)
        yield File(MIMETYPE, self.mimetype.encode("ascii"), plain=True)
        entries = {"/": self.mimetype}
        entries |= {new: kind for new, kind in self._objects.values() if new}
        entries |= {names[label]: "text/xml" for label in self.kept.xml}
        entries |= {
            names[label]: CONTENT_TYPES[names[label].rpartition(".")[2]] for label in self.kept.pictures
        }
        for label in (*self.kept.xml, *self.kept.pictures):
            yield File(names[label], copies[label])
        yield File(_MANIFEST, declared(_manifest_xml(entries)))

    def reopened(self, files: Sequence[File]) -> OfficeDocument:
        out = BytesIO()
        write_zip(files, out)
        data = out.getvalue()
        return open_odf(read_archive(data, len(data) * 2000), self.context)


def _manifest_xml(entries: Mapping[str, str]) -> str:
    lines = [
        f'<manifest:file-entry manifest:full-path={quoteattr(path)} manifest:media-type="{kind}"/>'
        for path, kind in entries.items()
    ]
    address = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    files = "".join(lines)
    return f'<manifest:manifest xmlns:manifest="{address}" manifest:version="1.3">{files}</manifest:manifest>'


def mimetype_of(archive: Archive) -> str | None:
    """What kind of OpenDocument file an archive is; None when it is none that is read."""
    entry = next((entry for entry in archive.entries if entry.name == MIMETYPE), None)
    if entry is None or entry.size > 200:
        return None
    try:
        said = archive.content(entry).decode("ascii", "replace").strip()
    except SharesafeError:
        return None
    return said if said in KINDS and any(one.name == "content.xml" for one in archive.entries) else None


def open_odf(archive: Archive, context: Context) -> OdfDocument:
    """Opens what ``mimetype_of`` knows.

    Raises:
        Unreadable, Unsupported: a part that is needed is missing, damaged or encrypted.
    """
    mimetype = mimetype_of(archive)
    if mimetype is None:
        raise Unreadable(
            "This is no complete OpenDocument file.", "Open it in its program and save it again."
        )
    return OdfDocument(archive, context, mimetype)
