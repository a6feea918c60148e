"""Values that a PDF shows: they have to be covered, and nothing may be left under or beside the cover."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pymupdf

from ocr.model import Box
from tests.safe_copies.place import LINE, SHOWN_AREA, Place, drawn_ink, ink_of, letters, seen, with_object
from tests.safe_copies.raw_pdf import BASELINE, RawPdf, hexadecimal, line


def _content(make: Callable[[str], str], **parts: str) -> Place:
    return Place(lambda value: RawPdf(content=make(value), **parts).data(), shown=True)


def _wrapped(value: str) -> str:
    half = len(value) // 2
    return line(value[:half], font="F2", at=(40, 90)) + line(value[half:], font="F2", at=(40, 77))


def _scrambled(value: str) -> str:
    places = [f"1 0 0 1 {40 + 7 * at} 90 Tm ({char}) Tj" for at, char in enumerate(value)]
    return "BT /F1 11 Tf " + " ".join(places[1::2] + places[::2]) + " ET"


def _kerned(value: str) -> str:
    shown = " ".join(f"({char}) {(-1) ** at * 20}" for at, char in enumerate(value))
    return f"BT /F1 11 Tf 40 90 Td [{shown}] TJ ET"


def _letters_apart(value: str) -> str:
    return " ".join(line(char, at=(40 + 8 * at, BASELINE)) for at, char in enumerate(value))


def _turned(angle: int) -> Place:
    return Place(lambda value: RawPdf(content=line(value), page=f"/Rotate {angle}").data(), shown=True)


def _runs(value: str) -> list[tuple[int, int, int]]:
    """Rows of the letters as runs of ink: row, first column, width."""
    ink = ink_of(value) < 128
    found = []
    for row in np.flatnonzero(ink.any(axis=1)):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], ink[row].astype(int), [0]])))
        found += [(int(row), int(a), int(b - a)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return found


def _outlined(value: str) -> str:
    boxes = " ".join(f"{40 + left / 2} {99.5 - row / 2} {wide / 2} .5 re" for row, left, wide in _runs(value))
    return f"{boxes} f"


def _strokes(value: str) -> str:
    lines = " ".join(
        f"{40 + left / 2} {99.75 - row / 2} m {40 + (left + wide) / 2} {99.75 - row / 2} l"
        for row, left, wide in _runs(value)
    )
    return f".5 w {lines} S"


def _type3(names: bool, operator: str = "d0") -> Callable[[str], bytes]:
    """A font whose glyphs are drawn by content; with names that tell the letters, or with numbers."""

    def build(value: str) -> bytes:
        chars = sorted(set(value))
        pdf = RawPdf()
        procs = []
        for at, char in enumerate(chars):
            ink = np.asarray(letters(char))[:, :24] < 128
            runs = [f"{column} {40 - row} 1 1 re" for row, column in zip(*np.nonzero(ink), strict=True)]
            head = "16 0 d0" if operator == "d0" else "16 0 0 0 24 40 d1"
            number = pdf.add("", f"{head} {' '.join(runs)} f".encode())
            procs.append((f"uni{ord(char):04X}" if names else f"g{at}", number))
        differences = " ".join(f"/{name}" for name, _ in procs)
        widths = " ".join("16" for _ in procs)
        font = pdf.add(
            "<</Type /Font /Subtype /Type3 /FontBBox [0 0 24 40] /FontMatrix [.025 0 0 .025 0 0] "
            f"/FirstChar 65 /LastChar {64 + len(procs)} /Widths [{widths}] "
            f"/Encoding <</Differences [65 {differences}]>> "
            f"/CharProcs <<{' '.join(f'/{name} {number} 0 R' for name, number in procs)}>> /Resources <<>> >>"
        )
        text = "".join(f"{65 + chars.index(char):02X}" for char in value)
        pdf.content = f"q BT /T3 20 Tf 40 82 Td <{text}> Tj ET Q"
        return pdf.data().replace(b"/F2 6 0 R", b"/F2 6 0 R /T3 %d 0 R" % font)

    return build


def _lying_map(value: str) -> bytes:
    """The page shows the value; the font says that it means something else."""
    pdf = RawPdf(content=line(value, font="F3"))
    mapping = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def "
        "1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <20> <7E> <0061> endbfrange "
        "endcmap end end"
    )
    number = pdf.add("", mapping.encode())
    font = pdf.add(
        "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding "
        f"/ToUnicode {number} 0 R>>"
    )
    return pdf.data().replace(b"/F2 6 0 R", b"/F2 6 0 R /F3 %d 0 R" % font)


def _in_form(value: str) -> bytes:
    return with_object(
        "/Type /XObject /Subtype /Form /BBox [0 0 420 160] /Resources <</Font <</F1 5 0 R>> >>",
        line(value),
        xobjects="/X $",
        content="/X Do",
    )(value)


def _in_nested_form(value: str) -> bytes:
    pdf = RawPdf(content="q .5 0 0 .5 20 45 cm /X Do Q")
    fonts = "/Type /XObject /Subtype /Form /BBox [0 0 840 320]"
    inner = pdf.add(f"{fonts} /Resources <</Font <</F1 5 0 R>> >>", line(value, size=22).encode())
    outer = pdf.add(f"{fonts} /Resources <</XObject <</Y {inner} 0 R>> >>", b"/Y Do")
    pdf.xobjects = f"/X {outer} 0 R"
    return pdf.data()


def _in_pattern(value: str) -> bytes:
    return with_object(
        "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 420 160] /XStep 420 /YStep 160 "
        "/Resources <</Font <</F1 5 0 R>> >>",
        line(value),
        resources="/Pattern <</P $>>",
        content="/Pattern cs /P scn 30 80 380 30 re f",
    )(value)


def _in_mask(value: str) -> bytes:
    pdf = RawPdf(content="q /G gs 0 g 30 80 380 30 re f Q")
    group = pdf.add(
        "/Type /XObject /Subtype /Form /BBox [0 0 420 160] /Resources <</Font <</F1 5 0 R>> >> "
        "/Group <</S /Transparency /CS /DeviceGray>>",
        ("1 g " + line(value)).encode(),
    )
    pdf.resources = f"/ExtGState <</G <</SMask <</S /Luminosity /G {group} 0 R>> >> >>"
    return pdf.data()


def _cid_font(value: str) -> bytes:
    made = pymupdf.open(stream=RawPdf().data(), filetype="pdf")
    made[0].insert_text((40, 70), value, fontname="china-s", fontsize=9)
    data: bytes = made.tobytes(garbage=0)
    return data


def _embedded_font(value: str) -> bytes:
    """A subset of a font that has the letters of the page only."""
    made = pymupdf.open(stream=RawPdf().data(), filetype="pdf")
    font = pymupdf.Font("cjk")
    writer = pymupdf.TextWriter(made[0].rect)
    writer.append((40, 70), value, font=font, fontsize=9)
    writer.write_text(made[0])
    made.subset_fonts()
    data: bytes = made.tobytes(garbage=3, deflate=True)
    return data


def _two_contents(value: str) -> bytes:
    half = len(value) // 2
    pdf = RawPdf()
    first = pdf.add("", f"BT /F1 11 Tf 40 90 Td [({value[:half]})".encode())
    second = pdf.add("", f"({value[half:]})] TJ ET".encode())
    return pdf.data().replace(b"/Contents 4 0 R", b"/Contents [4 0 R %d 0 R %d 0 R]" % (first, second))


def _annotation(subtype: str, entries: str) -> Place:
    """An annotation whose appearance shows the value."""

    def build(value: str) -> bytes:
        pdf = RawPdf()
        look = pdf.add(
            "/Type /XObject /Subtype /Form /BBox [0 0 380 30] /Resources <</Font <</F1 5 0 R>> >>",
            f"BT /F1 11 Tf 6 10 Td ({value}) Tj ET".encode(),
        )
        made = pdf.add(
            f"<</Type /Annot /Subtype /{subtype} /Rect [34 80 414 110] /F 4 /P 3 0 R "
            f"/AP <</N {look} 0 R>> {entries.replace('@', value)}>>"
        )
        pdf.page = f"/Annots [{made} 0 R]"
        if subtype == "Widget":
            pdf.catalog = (
                f"/AcroForm <</Fields [{made} 0 R] /DA (/F1 11 Tf 0 g) /DR <</Font <</F1 5 0 R>> >> >>"
            )
        return pdf.data()

    return Place(build, shown=True)


def _pixels(build: Callable[[str], bytes]) -> Place:
    return Place(build, shown=True, area=SHOWN_AREA, ink=ink_of)


def _drawn(build: Callable[[str], bytes], area: Box) -> Place:
    return Place(build, shown=True, area=area, ink=drawn_ink(build, area))


def _hex(value: str) -> str:
    spread = " ".join(hexadecimal(value)[at : at + 3] for at in range(0, 2 * len(value), 3))
    return f"BT /F1 11 Tf 40 90 Td <{spread}> Tj ET"


def _octal(value: str) -> str:
    return line("".join(f"\\{ord(char):03o}" for char in value))


SHOWN_TEXT: Final[dict[str, Place]] = {
    "text": _content(line),
    "text in hexadecimal": _content(_hex),
    "text in octal": _content(_octal),
    "text over two rows": _content(_wrapped),
    "letters apart": seen(content="BT /F1 7 Tf 3 Tc 40 90 Td (@) Tj ET"),
    "letters stretched": seen(content="BT /F1 7 Tf 150 Tz 40 90 Td (@) Tj ET"),
    "letters in another order": _content(_scrambled),
    "letters kerned": _content(_kerned),
    "each letter a text of its own": _content(_letters_apart),
    "text turned": seen(content="BT /F1 6 Tf 0 1 -1 0 300 10 Tm (@) Tj ET"),
    "text aslant": seen(content="BT /F1 9 Tf .97 .26 -.26 .97 40 40 Tm (@) Tj ET"),
    "text mirrored twice": seen(content="q -1 0 0 -1 420 160 cm BT /F1 9 Tf -1 0 0 -1 380 70 Tm (@) Tj ET Q"),
    "page turned by 90": _turned(90),
    "page turned by 180": _turned(180),
    "page turned by 270": _turned(270),
    "page that begins elsewhere": seen(box="[-50 -20 370 140]", content="BT /F1 11 Tf -10 70 Td (@) Tj ET"),
    "page in a larger unit": seen(content=line("@", size=11), page="/UserUnit 1.5"),
    "text with outlines": _content(lambda value: line(value, before="1 Tr .3 w")),
    "text filled and with outlines": _content(lambda value: line(value, before="2 Tr .3 w")),
    "text that cuts out a colour": _content(
        lambda value: f"q {line(value, before='7 Tr')} 0 g 0 0 420 160 re f Q"
    ),
    "text half transparent": seen(content="/G gs " + line("@"), resources="/ExtGState <</G <</ca .5>> >>"),
    "text under a highlight": seen(
        content=line("@") + " q /G gs 1 1 0 rg 34 84 360 20 re f Q", resources="/ExtGState <</G <</ca .4>> >>"
    ),
    "text half under a box": seen(content=line("@") + " 0 g 34 84 60 20 re f"),
    "text in a form": Place(_in_form, shown=True),
    "text in a form in a form": Place(_in_nested_form, shown=True),
    "text over two content streams": Place(_two_contents, shown=True),
    "text in a font of many bytes": Place(_cid_font, shown=True),
    "text in a subset of a font": Place(_embedded_font, shown=True),
    "text of drawn glyphs with names": Place(_type3(names=True), shown=True, program="pdftotext"),
    "field with its look": _annotation("Widget", "/FT /Tx /T (key) /V (@) /DA (/F1 11 Tf 0 g)"),
    "button's caption": _annotation("Widget", "/FT /Btn /Ff 65536 /T (b) /MK <</CA (@)>>"),
    "choice with its look": _annotation("Widget", "/FT /Ch /T (c) /Opt [(@) (b)] /V (@) /DA (/F1 11 Tf 0 g)"),
    "text box": _annotation("FreeText", "/Contents (@) /DA (/F1 11 Tf 0 g)"),
    "stamp": _annotation("Stamp", ""),
    "watermark": _annotation("Watermark", ""),
    "text that a redaction shall cover": seen(
        content=line("@"),
        page="/Annots [<</Type /Annot /Subtype /Redact /Rect [34 84 390 104] /IC [0 0 0]>>]",
    ),
}
"""Shown as text: found by reading the page."""

SHOWN_PIXELS: Final[dict[str, Place]] = {
    "letters of boxes": _pixels(lambda value: RawPdf(content=_outlined(value)).data()),
    "letters of strokes": _pixels(lambda value: RawPdf(content=_strokes(value)).data()),
    "drawn glyphs without names": _drawn(_type3(names=False), SHOWN_AREA),
    "drawn glyphs in the colour of the text": _drawn(_type3(names=False, operator="d1"), SHOWN_AREA),
    "text that lies about its letters": _drawn(_lying_map, LINE),
    "text in a pattern": _drawn(_in_pattern, LINE),
    "text in a mask": _drawn(_in_mask, LINE),
}
"""Shown as pixels only: a person draws over them."""
