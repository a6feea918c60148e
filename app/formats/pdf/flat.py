"""A page of a copy as one picture with an unseen text layer, in the fewest kinds of PDF objects.

Nothing of the original's objects is used: the picture is made of painted pixels, the text layer of vetted
words in fonts without shapes, the links of vetted addresses.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

from app.formats.pdf.engine import guarded, mupdf
from app.formats.pdf.pages import PageSize
from app.formats.pdf.text import ASCENT
from app.formats.pdf.words import KeptLink, KeptWord
from ocr.ink import Pixels
from ocr.model import Box

PER_FONT: Final = 254
"""Characters one font holds, codes 2 to 255; code 1 is its space."""

ADVANCE: Final = 500
"""Width of every glyph in thousandths of the font size; words are stretched to their true width."""

PHOTOGRAPHIC: Final = 0.2
"""A picture that deflate leaves at more than this share of its size is stored as JPEG."""

JPEG_QUALITY: Final = 88
DEFLATE_LEVEL: Final = 6

_GLYPH: Final = f"{ADVANCE} 0 d0".encode()


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


class GlyphlessFonts:
    """Type 3 fonts (ISO 32000-1, 9.6.5) whose glyphs draw nothing, filled with characters as they come.

    The characters of kept words decide alone what they hold.
    """

    def __init__(self, document: Any) -> None:
        self._document = document
        self._codes: dict[str, tuple[int, int]] = {}
        self._numbers: list[int] = []

    def code(self, char: str) -> tuple[int, int]:
        """Index of the font that holds ``char``, and its code in it."""
        if char not in self._codes:
            count = len(self._codes)
            if count % PER_FONT == 0:
                self._numbers.append(self._document.get_new_xref())
            self._codes[char] = (count // PER_FONT, count % PER_FONT + 2)
        return self._codes[char]

    def resources(self) -> str:
        """The font entries of a page's resources."""
        return "".join(f"/F{index} {number} 0 R" for index, number in enumerate(self._numbers))

    def finish(self) -> None:
        """Writes the fonts, after all pages."""
        if not self._numbers:
            return
        glyph = _stream(self._document, "", _GLYPH)
        for index, number in enumerate(self._numbers):
            held = {code: char for char, (font, code) in self._codes.items() if font == index}
            held[1] = " "
            last = max(held)
            names = " ".join(f"/g{code}" for code in range(1, last + 1))
            procedures = " ".join(f"/g{code} {glyph} 0 R" for code in range(1, last + 1))
            widths = " ".join([str(ADVANCE)] * last)
            unicode_map = _stream(self._document, "", _to_unicode(held))
            self._document.update_object(
                number,
                "<</Type/Font/Subtype/Type3/FontBBox[0 -200 500 800]/FontMatrix[.001 0 0 .001 0 0]"
                f"/FirstChar 1/LastChar {last}/Widths[{widths}]"
                f"/Encoding<</Type/Encoding/Differences[1 {names}]>>/CharProcs<<{procedures}>>"
                f"/Resources<<>>/ToUnicode {unicode_map} 0 R>>",
            )


def _to_unicode(held: dict[int, str]) -> bytes:
    """A ToUnicode CMap (ISO 32000-1, 9.10.3) in blocks of at most 100 codes."""
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CMapName /Words def /CMapType 2 def",
        "1 begincodespacerange <00> <FF> endcodespacerange",
    ]
    codes = sorted(held)
    for first in range(0, len(codes), 100):
        block = codes[first : first + 100]
        lines.append(f"{len(block)} beginbfchar")
        lines += [f"<{code:02X}> <{held[code].encode('utf-16-be').hex().upper()}>" for code in block]
        lines.append("endbfchar")
    lines.append("endcmap end end")
    return "\n".join(lines).encode()


def add_flat_page(
    document: Any,
    at: int,
    size: PageSize,
    picture: Pixels,
    boxes: Sequence[Box],
    words: Iterable[KeptWord],
    links: Iterable[KeptLink],
    fonts: GlyphlessFonts,
) -> None:
    """Adds a page of ``size`` before page ``at`` (0-based) of ``document``.

    Args:
        picture: the whole page, painted already.
        boxes: what was painted, in points; painted once more as shapes, so that they are black at every
            scale.
    """
    with guarded("The copy"):
        page = document.new_page(pno=at, width=size.width, height=size.height)
        image = _image(document, page, picture)
        operators = [f"q {_number(size.width)} 0 0 {_number(size.height)} 0 0 cm /P Do Q"]
        if boxes:
            operators += ["0 g", *(_rectangle(box, size.height) for box in boxes), "f"]
        shown = [_word(word, size.height, fonts) for word in words]
        if shown:
            operators += ["BT 3 Tr", *shown, "ET"]
        contents = _stream(document, "", "\n".join(operators).encode())
        number = page.xref
        document.xref_set_key(number, "Contents", f"{contents} 0 R")
        resources = f"<</XObject<</P {image} 0 R>>"
        if shown:
            resources += f"/Font<<{fonts.resources()}>>"
        document.xref_set_key(number, "Resources", resources + ">>")
        annotations = [_link(link, size.height) for link in links]
        if annotations:
            document.xref_set_key(number, "Annots", f"[{''.join(annotations)}]")


def _image(document: Any, page: Any, picture: Pixels) -> int:
    jpeg = _jpeg(picture)
    if jpeg is not None:
        number = int(page.insert_image(page.rect, stream=jpeg))
        document.xref_set_key(number, "ColorSpace", "/DeviceRGB")
        return number
    height, width = picture.shape[:2]
    colours = "DeviceGray" if _grey(picture) else "DeviceRGB"
    entries = f"/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 8/ColorSpace/{colours}"
    return _stream(document, f"/Type/XObject{entries}", _samples(picture))


def _grey(picture: Pixels) -> bool:
    red, green, blue = picture[:, :, 0], picture[:, :, 1], picture[:, :, 2]
    return bool((red == green).all() and (green == blue).all())


def _samples(picture: Pixels) -> bytes:
    """The samples as they are stored: one a pixel when the picture has no colour."""
    return picture[:, :, 0].tobytes() if _grey(picture) else picture.tobytes()


def _stream(document: Any, entries: str, content: bytes) -> int:
    """A new object with a deflated stream; its number."""
    library = mupdf().mupdf
    number = int(document.get_new_xref())
    document.update_object(number, f"<<{entries}/Filter/FlateDecode>>")
    # MuPDF's own compression takes five times as long for pictures of text
    packed = library.fz_new_buffer_from_copied_data(zlib.compress(content, DEFLATE_LEVEL))
    file = library.pdf_document_from_fz_document(document)
    library.pdf_update_stream(file, library.pdf_new_indirect(file, number, 0), packed, 1)
    return number


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _rectangle(box: Box, page_height: float) -> str:
    sides = (box.left, page_height - box.bottom, box.width, box.height)
    return f"{' '.join(map(_number, sides))} re"


def _word(word: KeptWord, page_height: float, fonts: GlyphlessFonts) -> str:
    """One word in points rounded to whole ones, with a space after it, in the direction it is written."""
    size, frame = word.size, word.frame
    x, y = frame.leave(word.box.left, word.box.top + ASCENT * word.box.height / 0.9)
    stretch = max(1, round(100_000 * word.box.width / (len(word.text) * ADVANCE * size)))
    matrix = (frame.cos, -frame.sin, frame.sin, frame.cos, round(x), round(page_height - y))
    parts: list[str] = []
    current, codes = -1, ""
    for char in word.text:
        font, code = fonts.code(char)
        if font != current:
            if codes:
                parts.append(f"<{codes}> Tj")
            parts.append(f"/F{font} {_number(size)} Tf")
            current, codes = font, ""
        codes += f"{code:02X}"
    parts.append(f"<{codes}01> Tj")
    return f"{stretch} Tz {' '.join(_number(value) for value in matrix)} Tm {' '.join(parts)}"


def _link(link: KeptLink, page_height: float) -> str:
    box = link.box
    corners = (box.left, page_height - box.bottom, box.right, page_height - box.top)
    place = " ".join(map(_number, corners))
    address = link.address.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"<</Type/Annot/Subtype/Link/Rect[{place}]/Border[0 0 0]/A<</Type/Action/S/URI/URI({address})>>>>"
