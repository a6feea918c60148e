"""The one font in which a copy's visible text is written, made of the outlines of kept glyphs only."""

from __future__ import annotations

from typing import Any, Final

from app.formats.pdf.new_objects import stream
from app.formats.pdf.vector.cff import GlyphProgram, font_program, glyph_program
from app.formats.pdf.vector.items import Outline

SPACE: Final = 1
"""The code of the space; code 0 is no character."""

SPACE_WIDTH: Final = 250
MOST_GLYPHS: Final = 30_000

NAME: Final = "AAAAAA+Text"
"""The font's name; the six letters say that it is not whole (ISO 32000-1, 9.6.4)."""


class Typeface:
    """Glyphs get their codes in the order in which kept words use them."""

    def __init__(self) -> None:
        notdef = glyph_program((), 0.5)
        space = glyph_program((), SPACE_WIDTH / 1000)
        assert notdef is not None
        assert space is not None
        self.glyphs: list[GlyphProgram] = [notdef, space]
        self.texts: list[str] = ["", " "]
        self._codes: dict[tuple[bytes, str], int] = {}

    def code(self, outline: Outline, advance: float, text: str) -> int | None:
        """The code of a glyph with this outline and meaning; None when the font cannot hold it."""
        made = glyph_program(outline.path, advance)
        if made is None or not text:
            return None
        key = (made.program, text)
        if key not in self._codes:
            if len(self.glyphs) >= MOST_GLYPHS:
                return None
            self._codes[key] = len(self.glyphs)
            self.glyphs.append(made)
            self.texts.append(text)
        return self._codes[key]

    def width(self, code: int) -> int:
        """Thousandths of an em."""
        return self.glyphs[code].width

    def mark(self) -> int:
        """A state to return to."""
        return len(self.glyphs)

    def back_to(self, mark: int) -> None:
        """Forgets the glyphs that came after a mark."""
        del self.glyphs[mark:], self.texts[mark:]
        self._codes = {key: code for key, code in self._codes.items() if code < mark}

    def add_to(self, document: Any, number: int) -> None:
        """Writes the font as object ``number``: a composite font whose codes are its glyphs' numbers."""
        program = font_program([glyph.program for glyph in self.glyphs])
        file = stream(document, "/Subtype/CIDFontType0C", program)
        unicode_map = stream(document, "", to_unicode(self.texts))
        widths = " ".join(str(glyph.width) for glyph in self.glyphs)
        descriptor = document.get_new_xref()
        document.update_object(
            descriptor,
            f"<</Type/FontDescriptor/FontName/{NAME}/Flags 4/FontBBox[0 -200 1000 800]/ItalicAngle 0"
            f"/Ascent 800/Descent -200/CapHeight 700/StemV 80/FontFile3 {file} 0 R>>",
        )
        descendant = document.get_new_xref()
        document.update_object(
            descendant,
            f"<</Type/Font/Subtype/CIDFontType0/BaseFont/{NAME}"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/FontDescriptor {descriptor} 0 R/W[0[{widths}]]>>",
        )
        document.update_object(
            number,
            f"<</Type/Font/Subtype/Type0/BaseFont/{NAME}/Encoding/Identity-H"
            f"/DescendantFonts[{descendant} 0 R]/ToUnicode {unicode_map} 0 R>>",
        )


def to_unicode(texts: list[str]) -> bytes:
    """A ToUnicode CMap (ISO 32000-1, 9.10.3) of two-byte codes, in blocks of at most 100."""
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CMapName /Text def /CMapType 2 def",
        "1 begincodespacerange <0000> <FFFF> endcodespacerange",
    ]
    for first in range(1, len(texts), 100):
        block = range(first, min(first + 100, len(texts)))
        lines.append(f"{len(block)} beginbfchar")
        lines += [f"<{code:04X}> <{texts[code].encode('utf-16-be').hex().upper()}>" for code in block]
        lines.append("endbfchar")
    lines.append("endcmap end end")
    return "\n".join(lines).encode()
