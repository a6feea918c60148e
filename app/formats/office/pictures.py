"""Pictures inside Office files: each is replaced by its own redacted copy, or by a blank one."""

from __future__ import annotations

import struct
import zlib
from typing import Final

from app.errors import Cancelled, EngineMissing, SharesafeError
from app.formats.image.signatures import signature_of
from app.formats.package.part import PackedFile
from app.model import RedactionPlan, Remark

CONTENT_TYPES: Final = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "tiff": "image/tiff",
    "webp": "image/webp",
}


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


BLANK: Final = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">2I5B", 1, 1, 8, 2, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\xff\xff\xff"))
    + _chunk(b"IEND", b"")
)
"""One white pixel; stands where a picture could not be examined."""


def is_picture(part: PackedFile) -> bool:
    """Whether a file is a picture that can be painted on."""
    return part.document is not None and part.document.format in (*CONTENT_TYPES, "avif", "heic")


def picture_copy(part: PackedFile, plan: RedactionPlan) -> tuple[bytes, list[Remark]]:
    """The copy of a picture, blank where there can be none."""
    if is_picture(part):
        try:
            return part.written(plan), list(part.remarks())
        except (Cancelled, EngineMissing):
            raise
        except SharesafeError as error:
            return BLANK, [Remark(part.label, f"Replaced by a blank picture: {error.message}")]
    return BLANK, [
        Remark(part.label, "Replaced by a blank picture: this kind of picture cannot be redacted.")
    ]


def suffix_of(data: bytes) -> str:
    """The suffix that a picture's content asks for, without its dot."""
    known = signature_of(data)
    return known.kind if known is not None else "png"
