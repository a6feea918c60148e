"""Pictures as a format: recognised without the libraries that decode them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.errors import Unsupported
from app.formats.base import Context
from app.formats.image.signatures import foreign, signature_of
from app.model import Source

if TYPE_CHECKING:
    from app.formats.image.document import PictureDocument


class PictureFormat:
    """Recognises pictures by their first bytes, never by their suffix."""

    name = "PNG, JPEG, WebP, GIF, BMP, TIFF, HEIC and AVIF pictures"
    order = 10

    def recognises(self, source: Source) -> bool:
        return signature_of(source.data) is not None or foreign(source.data) is not None

    def open(self, source: Source, context: Context) -> PictureDocument:
        other = foreign(source.data) if signature_of(source.data) is None else None
        if other is not None:
            raise Unsupported(
                f"This is a picture in {other} format, which is not supported.",
                "Open it, save or export what you see as PNG, and check that file.",
            )
        from app.formats.image.document import PictureDocument
        from app.formats.image.read import opened

        return PictureDocument(opened(source.data, context.settings), context)

    def suffix(self, source: Source) -> str:
        own = source.path.suffix
        known = signature_of(source.data)
        if known is None or (not known.copies and own.lower() in known.suffixes):
            return own
        return known.copies or known.suffixes[0]


FORMAT: Final = PictureFormat()
