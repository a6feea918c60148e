"""ZIP archives as a format, and the archives of other kinds that are told apart from unknown files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.errors import Unsupported
from app.formats.base import Context
from app.formats.package.zip_read import looks_like_zip
from app.model import Source

if TYPE_CHECKING:
    from app.formats.package.document import ZipDocument

_FOREIGN: Final = (
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
)


class ZipFormat:
    """See ``Format``. Asked after the formats that are packed as ZIP files and are more than that."""

    name = "ZIP archives"
    order = 40

    def recognises(self, source: Source) -> bool:
        return looks_like_zip(source.data)

    def open(self, source: Source, context: Context) -> ZipDocument:
        from app.formats.package.document import ZipDocument, open_archive

        return ZipDocument(open_archive(source, context), context)

    def suffix(self, source: Source) -> str:
        return source.path.suffix if source.data.startswith(b"PK") and source.path.suffix else ".zip"


class ForeignArchive:
    """Archives that are not read; recognised so that the message can say what to do."""

    name = "other archives"
    order = 41

    def recognises(self, source: Source) -> bool:
        return source.data.startswith(tuple(start for start, _ in _FOREIGN))

    def open(self, source: Source, context: Context) -> ZipDocument:  # noqa: ARG002 - never opened
        kind = next(kind for start, kind in _FOREIGN if source.data.startswith(start))
        raise Unsupported(
            f"This is a {kind} archive, which is not examined.",
            "Unpack it and check the folder, or pack it as a ZIP file.",
        )

    def suffix(self, source: Source) -> str:
        return source.path.suffix


FORMAT: Final = ZipFormat()
FOREIGN: Final = ForeignArchive()
