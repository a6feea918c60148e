"""What DOCX, XLSX, PPTX and OpenDocument share: XML parts, pictures, copies made of known parts only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from app.errors import Cancelled, EngineMissing, SharesafeError
from app.formats.base import Context, Covers, Sink
from app.formats.image.signatures import signature_of
from app.formats.office.pictures import BLANK, is_picture, picture_copy, suffix_of
from app.formats.office.xml_part import DECLARATION, XmlPart
from app.formats.office.xml_read import Grammar
from app.formats.office.xml_tree import Markup
from app.formats.package.document import Package
from app.formats.package.part import PackedFile, Part
from app.formats.package.zip_read import Archive, Entry
from app.formats.package.zip_write import File
from app.model import Check, Notice, RedactionPlan, Remark
from app.places import InMember, Location, MetadataKey
from detectors.model import RuleInfo

NOT_COPIED: Final = MetadataKey("not in the copy")
_PLAIN_STEP: Final = re.compile(r"(?:[A-Za-z][A-Za-z_]{0,23}|Object|Pictures)[ -]?[0-9]{0,6}")
_LARGEST_XML: Final = 256 << 20


@dataclass(slots=True)
class Kept:
    """What a copy is made of, found by following what parts say about one another.

    Attributes:
        xml: parts that are written as XML, by label; pictures: those that are painted.
        told: what is a finding of its own, with how many there are and where.
        remarks: what a person should know about the copy.
    """

    xml: dict[str, XmlPart] = field(default_factory=dict)
    pictures: dict[str, PackedFile] = field(default_factory=dict)
    told: dict[tuple[RuleInfo, str], int] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def tell(self, rule: RuleInfo, where: str, count: int = 1) -> None:
        self.told[rule, where] = self.told.get((rule, where), 0) + count

    def tell_all(self, found: Mapping[RuleInfo, int], where: str) -> None:
        for rule, count in found.items():
            self.tell(rule, where, count)

    def __contains__(self, label: object) -> bool:
        return label in self.xml or label in self.pictures


class OfficeDocument(Package):
    """A document of several parts; see ``Package``.

    Attributes:
        kept: what copies are made of.
        generated: labels of parts that copies have in a form of their own.
    """

    grammar: Grammar
    generated: Collection[str] = ()

    def __init__(self, archive: Archive, context: Context) -> None:
        self.xml: dict[str, XmlPart] = {}
        self.packed: dict[str, PackedFile] = {}
        super().__init__(archive, context)
        self.kept = self.followed()

    # --- for the single kinds of documents -----------------------------------------------------

    def is_xml(self, name: str) -> bool:
        """Whether a part of this name is XML of the document itself."""
        raise NotImplementedError

    def prepare(self, markup: Markup) -> None:
        """Gives elements more telling names where these depend on their surroundings."""

    def followed(self) -> Kept:
        """What copies are made of, with everything cut out that they must not have.

        Raises:
            Unreadable: a part without which there is no document is missing or damaged.
        """
        raise NotImplementedError

    def files(self, plan: RedactionPlan, copies: Mapping[str, bytes]) -> Iterator[File]:
        """The files of the copy in order, made of the copies of what is kept."""
        raise NotImplementedError

    # --- reading -------------------------------------------------------------------------------

    def part(self, label: str, entry: Entry) -> Part:
        content = partial(self.archive.content, entry)
        if entry.listed and self.is_xml(label) and entry.size <= _LARGEST_XML:
            xml = XmlPart(label, content, self.grammar, self.prepare)
            try:
                xml.open()
            except (Cancelled, EngineMissing):
                raise
            except SharesafeError:
                pass  # examined as a file of its own, whose problems are told
            else:
                self.xml[label] = xml
                return xml
        packed = PackedFile(label, content, self.context, self._opened)
        self.packed[label] = packed
        return packed

    def dropped(self, entry: Entry, part: Part) -> Location | None:
        hidden = super().dropped(entry, part)
        if hidden is not None or part.label in self.generated:
            return hidden
        if part.label in self.kept.xml:
            return None
        packed = self.kept.pictures.get(part.label)
        return None if packed is not None and is_picture(packed) else InMember(part.label, NOT_COPIED)

    def examine(self, sink: Sink, *, covers: Covers | None = None) -> None:
        for (rule, where), count in self.kept.told.items():
            sink.notice(Notice(rule, InMember(where, NOT_COPIED), f"{count} found there"))
        super().examine(sink, covers=covers)

    # --- writing -------------------------------------------------------------------------------

    def composed(self, plan: RedactionPlan) -> tuple[list[File], list[Remark]]:
        copies, remarks = {}, list(self.kept.remarks)
        for label, part in self.kept.xml.items():
            copies[label] = part.written(plan)
        for label, picture in self.kept.pictures.items():
            copies[label], told = picture_copy(picture, plan)
            remarks += told
        return list(self.files(plan, copies)), remarks

    def new_names(self, plan: RedactionPlan, copies: Mapping[str, bytes]) -> dict[str, str]:
        """What the parts are called in the copy: as before where their names say nothing."""
        values = [item.value.reveal() for item in plan.items if item.value is not None]
        names: dict[str, str] = {}
        taken: set[str] = set()
        for label, data in copies.items():
            stem, _, suffix = label.rpartition(".")
            if label in self.kept.pictures:
                wanted = suffix_of(data)
                suffix = suffix if wanted == "jpeg" and suffix == "jpg" else wanted
            plain = all(_PLAIN_STEP.fullmatch(step) for step in stem.split("/"))
            if not plain or any(value in label for value in values):
                stem = f"{stem.rpartition('/')[0].split('/')[0] if plain else 'parts'}/part{len(names) + 1}"
            name = f"{stem}.{suffix}"
            while name.casefold() in taken:
                stem += "x"
                name = f"{stem}.{suffix}"
            taken.add(name.casefold())
            names[label] = name
        return names

    # --- checking ------------------------------------------------------------------------------

    def check_files(self, files: Sequence[File], plan: RedactionPlan) -> list[Check]:
        copies: dict[str, bytes] = {label: part.written(plan) for label, part in self.kept.xml.items()}
        names = [file.name for file in files]
        by_name = {file.name: file.data for file in files}
        compared = blank = 0
        shown = [file.data for file in files if signature_of(file.data) is not None]
        if len(shown) != len(self.kept.pictures):
            return [Check("Parts kept", passed=False, detail="the copy has more or fewer pictures")]
        copies.update(zip(self.kept.pictures, shown, strict=True))
        expected = list(self.files(plan, copies))
        if [file.name for file in expected] != names:
            return [Check("Parts kept", passed=False, detail="the copy has other parts than planned")]
        renamed = self.new_names(plan, copies)
        for label, picture in self.kept.pictures.items():
            data = by_name[renamed[label]]
            if data == BLANK:
                blank += 1
                continue
            for check in picture.check(data, plan):
                if not check.passed:
                    return [Check(f"{check.name} (in a picture)", passed=False, detail=check.detail)]
                compared += 1
        pictures = {renamed[label] for label in self.kept.pictures}
        different = [
            one.name for one in expected if one.name not in pictures and one.data != by_name[one.name]
        ]
        if different:
            return [Check("Nothing else changed", passed=False, detail=f"{len(different)} parts differ")]
        return [
            Check("Parts kept", passed=True, detail=f"{len(names)} parts, {blank} of them blank pictures"),
            Check(
                "Nothing else changed",
                passed=True,
                detail=f"{len(expected) - len(pictures)} XML parts compared with the original and its edits",
            ),
            Check("Pictures checked", passed=True, detail=f"{compared} checks on {len(pictures)} pictures"),
            self._nothing_to_clean(files),
        ]

    def _nothing_to_clean(self, files: Sequence[File]) -> Check:
        """The copy, looked at as an original: there must be nothing that a copy of it would not have."""
        name = "Nothing hidden left"
        again = self.reopened(files)
        kept = again.kept
        extra = [
            part.label
            for _, part in again.parts
            if part.label not in kept and part.label not in again.generated
        ]
        cuts = sum(
            1
            for part in kept.xml.values()
            for cut in part.cuts.cuts
            if not part.markup.text.startswith("<?xml ", cut.start)
        )
        passed = not extra and not cuts and not kept.told
        detail = f"{len(kept.xml)} parts looked at for comments, changes, hidden text and references"
        if not passed:
            detail = f"{len(extra)} parts and {cuts} elements should not be there"
        return Check(name, passed, detail)

    def reopened(self, files: Sequence[File]) -> OfficeDocument:
        """A copy's files as a document."""
        raise NotImplementedError


def declared(text: str) -> bytes:
    """A part that was written anew."""
    return (DECLARATION + text).encode("utf-8")
