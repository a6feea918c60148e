"""The objects of which every page of a copy is made: streams, pictures, rectangles, links, numbers."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

from app.formats.pdf.engine import mupdf
from app.formats.pdf.words import KeptLink
from ocr.ink import Pixels
from ocr.model import Box

PHOTOGRAPHIC: Final = 0.2
"""A picture that deflate leaves at more than this share of its size is stored as JPEG."""

JPEG_QUALITY: Final = 88
DEFLATE_LEVEL: Final = 6


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture as a copy holds it: deflated samples, or a JPEG of pixels that were painted before."""

    width: int
    height: int
    filter: str
    colours: str
    digest: bytes

    @classmethod
    def of(cls, picture: Pixels) -> StoredPicture:
        """What ``add_flat_page`` makes of a picture."""
        height, width = picture.shape[:2]
        jpeg = _jpeg(picture)
        if jpeg is not None:
            return cls(width, height, "DCTDecode", "DeviceRGB", sha256(jpeg).digest())
        colours = "DeviceGray" if _grey(picture) else "DeviceRGB"
        return cls(width, height, "FlateDecode", colours, sha256(_samples(picture)).digest())


def _jpeg(picture: Pixels) -> bytes | None:
    """The picture as JPEG, without any metadata, when it is a photograph or a scan; else None."""
    from PIL import Image

    rows = picture[::16].tobytes()
    if len(zlib.compress(rows, 1)) <= PHOTOGRAPHIC * len(rows):
        return None
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()


def saved(document: Any) -> bytes:
    """The bytes of a document of ours: one revision, no properties, nothing unused."""
    pymupdf = mupdf()
    document.del_xml_metadata()
    document.xref_set_key(document.pdf_catalog(), "Info", "null")
    data: bytes = document.tobytes(
        garbage=4,
        deflate=True,
        deflate_images=True,
        deflate_fonts=True,
        clean=False,
        encryption=pymupdf.PDF_ENCRYPT_NONE,
        no_new_id=True,
    )
    return data


def number(value: float) -> str:
    """A number with at most four decimals."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def rectangle(box: Box, page_height: float) -> str:
    """The operator that adds a box of the displayed page to the path."""
    sides = (box.left, page_height - box.bottom, box.width, box.height)
    return f"{' '.join(map(number, sides))} re"


def stream(document: Any, entries: str, content: bytes) -> int:
    """A new object with a deflated stream; its number."""
    # MuPDF's own compression takes five times as long for pictures of text
    return _stored(document, f"{entries}/Filter/FlateDecode", zlib.compress(content, DEFLATE_LEVEL))


def _stored(document: Any, entries: str, raw: bytes) -> int:
    library = mupdf().mupdf
    created = int(document.get_new_xref())
    document.update_object(created, f"<<{entries}>>")
    packed = library.fz_new_buffer_from_copied_data(raw)
    file = library.pdf_document_from_fz_document(document)
    library.pdf_update_stream(file, library.pdf_new_indirect(file, created, 0), packed, 1)
    return created


def link_entry(link: KeptLink, page_height: float) -> str:
    """A link annotation, in full."""
    box = link.box
    corners = (box.left, page_height - box.bottom, box.right, page_height - box.top)
    place = " ".join(map(number, corners))
    address = link.address.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"<</Type/Annot/Subtype/Link/Rect[{place}]/Border[0 0 0]/A<</Type/Action/S/URI/URI({address})>>>>"


def add_picture(document: Any, picture: Pixels) -> int:
    """Writes a picture as an object of its own; its number."""
    height, width = picture.shape[:2]
    size = f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 8"
    jpeg = _jpeg(picture)
    if jpeg is not None:
        return _stored(document, f"{size}/ColorSpace/DeviceRGB/Filter/DCTDecode", jpeg)
    colours = "DeviceGray" if _grey(picture) else "DeviceRGB"
    return stream(document, f"{size}/ColorSpace/{colours}", _samples(picture))


def _grey(picture: Pixels) -> bool:
    red, green, blue = picture[:, :, 0], picture[:, :, 1], picture[:, :, 2]
    return bool((red == green).all() and (green == blue).all())


def _samples(picture: Pixels) -> bytes:
    """The samples as they are stored: one a pixel when the picture has no colour."""
    return picture[:, :, 0].tobytes() if _grey(picture) else picture.tobytes()
