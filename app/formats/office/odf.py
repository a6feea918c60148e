"""OpenDocument texts, sheets, presentations: content, styles, pictures and objects, packed anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
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
from app.formats.office.xml_edit import Cut
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
_PARTS: Final = ("content.xml", "styles.xml", "settings.xml")
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
    *("layout-cache", "manifest.rdf", "settings.xml"),
)


class OdfDocument(OfficeDocument):
    """One opened OpenDocument file."""

    grammar = rules.GRAMMAR

    def __init__(self, archive: Archive, context: Context, mimetype: str) -> None:
        self.mimetype = mimetype
        self.format = KINDS[mimetype][0]
        self._objects: dict[str, tuple[str, str]] = {"": ("", mimetype)}  # folder -> new folder, type
        self._pictures: dict[str, str] = {}  # label -> new name
        self.generated = frozenset((MIMETYPE, _MANIFEST, _META))
        super().__init__(archive, context)

    def is_xml(self, name: str) -> bool:
        return name in (_MANIFEST, _META) or name.rpartition("/")[2] in _PARTS

    # --- what copies are made of ---------------------------------------------------------------

    def followed(self) -> Kept:
        kept = Kept()
        if "content.xml" not in self.xml:
            raise Unreadable(
                "The content of the document is missing or damaged.",
                "Open it in its program and save it again.",
            )
        manifest = self.xml.get(_MANIFEST)
        types = self._declared_types(manifest.markup) if manifest is not None else {}
        self._follow("", types, kept)
        styles = rules.HiddenStyles()
        for part in kept.xml.values():
            styles.read(part.markup)
        gone = self._hidden_sheets(kept, styles)
        for label, part in kept.xml.items():
            part.cut(list(self._cuts(label, part.markup, styles, gone, kept)))
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
        labels = [f"{folder}{name}" for name in _PARTS if f"{folder}{name}" in self.xml]
        for label in labels:
            kept.xml[label] = self.xml[label]
        for label in labels:
            markup = self.xml[label].markup
            for element in range(len(markup.names)):
                self._follow_link(folder, markup, element, types, kept)

    def _follow_link(
        self, folder: str, markup: Markup, element: int, types: Mapping[str, str], kept: Kept
    ) -> None:
        target = self._target(folder, markup, element)
        if target in self.packed and target not in self._pictures:
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

    def _hidden_sheets(self, kept: Kept, styles: rules.HiddenStyles) -> list[str]:
        markup = kept.xml["content.xml"].markup
        return [
            markup.value(element, "table:name") or ""
            for element, _ in rules.hidden(markup, styles)
            if markup.names[element] == "table:table"
        ]

    # --- what is cut out of them ---------------------------------------------------------------

    def _cuts(
        self, label: str, markup: Markup, styles: rules.HiddenStyles, gone: Sequence[str], kept: Kept
    ) -> Iterator[Cut]:
        yield from rules.RULES.cuts(markup)
        kept.tell_all(rules.RULES.seen(markup), label)
        if label.endswith("settings.xml"):
            yield from rules.settings_cuts(markup)
            return
        for element, kind in rules.hidden(markup, styles):
            yield whole(markup, element)
            if kind == "layer" or markup.content(element).strip():
                kept.tell(HIDDEN_LAYER if kind == "layer" else HIDDEN_TEXT, label)
        for cell in rules.hidden_cells(markup):
            yield from rules.emptied(markup, cell)
            kept.tell(HIDDEN_LAYER, label)
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
                    yield whole(markup, element) if name == "draw:object" else without(attribute)
                elif target in self._pictures and self._better_shown(folder, markup, element, target):
                    yield whole(markup, element)
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
            if other != image and beside in self._pictures and is_picture(self.packed[beside]):
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
            elif label.startswith(_USUAL):
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
        title = self._title(plan)
        entries = {"/": self.mimetype}
        entries |= {new: kind for new, kind in self._objects.values() if new}
        entries |= {names[label]: "text/xml" for label in self.kept.xml}
        entries |= {
            names[label]: CONTENT_TYPES[names[label].rpartition(".")[2]] for label in self.kept.pictures
        }
        if title:
            entries[_META] = "text/xml"
        for label in (*self.kept.xml, *self.kept.pictures):
            yield File(names[label], copies[label])
        if title:
            yield File(_META, declared(title))
        yield File(_MANIFEST, declared(_manifest_xml(entries)))

    def _title(self, plan: RedactionPlan) -> str:
        """Metadata with the title alone; empty when there is none or something in it is covered."""
        part = self.xml.get(_META)
        if part is None or part.touched(plan):
            return ""
        markup = part.markup
        titles = (markup.content(e) for e, name in enumerate(markup.names) if name == "dc:title")
        title = next(titles, "").strip()
        if not title or len(title) > 300:
            return ""
        office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
        return (
            f'<office:document-meta xmlns:office="{office}" xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'office:version="1.3"><office:meta>'
            f"<dc:title>{escape(title, quote=False)}</dc:title>"
            "</office:meta></office:document-meta>"
        )

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
