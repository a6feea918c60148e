"""Office files as formats; recognised by what their package says of itself, not by their suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.errors import SharesafeError, Unsupported
from app.formats.base import Context
from app.formats.package.zip_read import LOCAL, Archive, read_archive
from app.model import Source

if TYPE_CHECKING:
    from app.formats.base import Document
    from app.formats.office.odf import OdfDocument
    from app.formats.office.ooxml import OoxmlDocument

_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")


def _archive_of(data: bytes, marker: bytes) -> Archive | None:
    """The archive in ``data``, if it names ``marker`` and its directory can be read."""
    if not data.startswith(LOCAL) or marker not in data:
        return None
    try:
        return read_archive(data, len(data) * 2000)
    except SharesafeError:
        return None


class OoxmlFormat:
    """See ``Format``."""

    name = "DOCX, XLSX and PPTX files"
    order = 30

    def recognises(self, source: Source) -> bool:
        archive = _archive_of(source.data, b"[Content_Types].xml")
        if archive is None:
            return False
        from app.formats.office.ooxml import main_part
        from app.formats.office.relations import MAIN, WITH_MACROS

        found = main_part(archive)
        return found is not None and (found[0] in MAIN or found[0] in WITH_MACROS or "ms-excel" in found[0])

    def open(self, source: Source, context: Context) -> OoxmlDocument:
        from app.formats.office.ooxml import open_ooxml
        from app.formats.package.document import open_archive

        return open_ooxml(open_archive(source, context), context)

    def suffix(self, source: Source) -> str:
        """The suffix of the same document without macros."""
        from app.formats.office.ooxml import main_part
        from app.formats.office.relations import MAIN, without_macros

        archive = _archive_of(source.data, b"[Content_Types].xml")
        found = main_part(archive) if archive is not None else None
        known = MAIN.get(without_macros(found[0])) if found is not None else None
        return known[1] if known is not None else source.path.suffix


class OdfFormat:
    """See ``Format``."""

    name = "OpenDocument files"
    order = 31

    def recognises(self, source: Source) -> bool:
        archive = _archive_of(source.data, b"mimetype")
        if archive is None:
            return False
        from app.formats.office.odf import mimetype_of

        return mimetype_of(archive) is not None

    def open(self, source: Source, context: Context) -> OdfDocument:
        from app.formats.office.odf import open_odf
        from app.formats.package.document import open_archive

        return open_odf(open_archive(source, context), context)

    def suffix(self, source: Source) -> str:
        from app.formats.office.odf import KINDS, mimetype_of

        archive = _archive_of(source.data, b"mimetype")
        kind = mimetype_of(archive) if archive is not None else None
        return KINDS[kind][1] if kind is not None else source.path.suffix


class CompoundFormat:
    """Office files of before 2007 and encrypted ones; recognised so that the message can say what to do."""

    name = "older Office files"
    order = 35

    def recognises(self, source: Source) -> bool:
        return source.data.startswith(_COMPOUND)

    def open(self, source: Source, context: Context) -> Document:  # noqa: ARG002 - never opened
        if _ENCRYPTED in source.data:
            raise Unsupported(
                "This Office file is protected by a password.",
                "Open it in its program, remove the password, and check that file.",
            )
        raise Unsupported(
            "This is an Office file or a mail in an older form, which is not examined.",
            "Save it as .docx, .xlsx, .pptx or .eml and check that file.",
        )

    def suffix(self, source: Source) -> str:
        return source.path.suffix


OOXML: Final = OoxmlFormat()
ODF: Final = OdfFormat()
COMPOUND: Final = CompoundFormat()
