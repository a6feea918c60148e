"""A page of a copy as one picture with an unseen text layer, in the fewest kinds of PDF objects.

Nothing of the original's objects is used: the picture is made of painted pixels, the text layer of vetted
words in fonts without shapes, the links of vetted addresses.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from app.formats.pdf.cover_objects import cover_operators, label_entries, label_pictures
from app.formats.pdf.engine import guarded
from app.formats.pdf.new_objects import add_picture, link_entry, number, stream
from app.formats.pdf.pages import PageSize
from app.formats.pdf.paint import Covers
from app.formats.pdf.text import ASCENT
from app.formats.pdf.words import KeptLink, KeptWord
from ocr.ink import Pixels

PER_FONT: Final = 254
"""Characters one font holds, codes 2 to 255; code 1 is its space."""

ADVANCE: Final = 500
"""Width of every glyph in thousandths of the font size; words are stretched to their true width."""

_GLYPH: Final = f"{ADVANCE} 0 d0".encode()


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
        return "".join(f"/F{index} {xref} 0 R" for index, xref in enumerate(self._numbers))

    def finish(self) -> None:
        """Writes the fonts, after all pages."""
        if not self._numbers:
            return
        glyph = stream(self._document, "", _GLYPH)
        for index, xref in enumerate(self._numbers):
            held = {code: char for char, (font, code) in self._codes.items() if font == index}
            held[1] = " "
            last = max(held)
            names = " ".join(f"/g{code}" for code in range(1, last + 1))
            procedures = " ".join(f"/g{code} {glyph} 0 R" for code in range(1, last + 1))
            widths = " ".join([str(ADVANCE)] * last)
            unicode_map = stream(self._document, "", _to_unicode(held))
            self._document.update_object(
                xref,
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
    shown: tuple[Pixels, float],
    covered: Covers,
    words: Iterable[KeptWord],
    links: Iterable[KeptLink],
    fonts: GlyphlessFonts,
) -> None:
    """Adds a page of ``size`` before page ``at`` (0-based) of ``document``.

    Args:
        shown: the whole page, painted already, and its pixels a point.
        covered: what was painted; painted once more as shapes, so that edges are sharp at every scale.
    """
    with guarded("The copy"):
        page = document.new_page(pno=at, width=size.width, height=size.height)
        image = add_picture(document, shown[0])
        operators = [f"q {number(size.width)} 0 0 {number(size.height)} 0 0 cm /P Do Q"]
        labels = label_pictures(covered, *shown)
        operators += [*cover_operators(covered, labels, size.height), *word_operators(words, size, fonts)]
        contents = stream(document, "", "\n".join(operators).encode())
        document.xref_set_key(page.xref, "Contents", f"{contents} 0 R")
        resources = f"<</XObject<</P {image} 0 R{label_entries(document, labels)}>>"
        if operators[-1] == "ET":
            resources += f"/Font<<{fonts.resources()}>>"
        document.xref_set_key(page.xref, "Resources", resources + ">>")
        add_links(document, page, links, size)


def word_operators(words: Iterable[KeptWord], size: PageSize, fonts: GlyphlessFonts) -> list[str]:
    """The lines of a content that hold ``words``, not to be seen."""
    shown = [_word(word, size.height, fonts) for word in words]
    return ["BT 3 Tr", *shown, "ET"] if shown else []


def add_links(document: Any, page: Any, links: Iterable[KeptLink], size: PageSize) -> None:
    """Gives a page its links."""
    annotations = [link_entry(link, size.height) for link in links]
    if annotations:
        document.xref_set_key(page.xref, "Annots", f"[{''.join(annotations)}]")


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
            parts.append(f"/F{font} {number(size)} Tf")
            current, codes = font, ""
        codes += f"{code:02X}"
    parts.append(f"<{codes}01> Tj")
    return f"{stretch} Tz {' '.join(number(value) for value in matrix)} Tm {' '.join(parts)}"
