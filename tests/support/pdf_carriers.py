"""Places for a value in the parts of PDF that no reader shows: names, profiles, procedures, tags."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from struct import pack
from typing import Any, Final

import pymupdf
from PIL import Image

from tests.support.pdfs import PICTURE, Hiding, add_content, add_object, document, picture_of, saved


def _changed(change: Callable[[Any, str], object], **options: Any) -> Callable[[str], bytes]:
    def build(value: str) -> bytes:
        made = document()
        change(made, value)
        return saved(made, **options)

    return build


def _resources(made: Any, entry: str) -> None:
    """Adds to the resources of the first page."""
    number = int(made.xref_get_key(made[0].xref, "Resources")[1].split()[0])
    made.update_object(number, f"{made.xref_object(number).rstrip()[:-2]}{entry}>>")


def _colorant(made: Any, value: str) -> None:
    tint = add_object(made, "<</FunctionType 2/Domain[0 1]/C0[1 1 1]/C1[1 0 0]/N 1>>")
    _resources(made, f"/ColorSpace<</S [/Separation/{value}/DeviceRGB {tint} 0 R]>>")
    add_content(made, b"/S cs 1 scn 300 200 20 20 re f")


def _font(made: Any, value: str) -> None:
    _resources(made, f"/ExtGState<</G <</Font[<</Type/Font/Subtype/Type1/BaseFont/{value}>> 9]>>>>")


def _lying_font(made: Any, value: str) -> None:
    """A font that says of a letter that it stands for the value; the letter is not drawn."""
    hexadecimal = value.encode("utf-16-be").hex().upper()
    cmap = f"begincmap 1 beginbfchar <41> <{hexadecimal}> endbfchar endcmap".encode()
    number = add_object(made, "<<>>", cmap)
    font = f"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode {number} 0 R>>"
    _resources(made, f"/ExtGState<</G <</Font[{font} 9]>>>>")


def _profile(made: Any, value: str) -> None:
    body = (
        bytes(36)
        + b"acsp"
        + bytes(88)
        + b"\0\0\0\1desc\0\0\0\x90\0\0\0\x40desc\0\0\0\0"
        + value.encode()
        + bytes(40)
    )
    number = add_object(made, "<</N 3/Alternate/DeviceRGB>>", body)
    made.xref_set_key(
        made.pdf_catalog(),
        "OutputIntents",
        f"[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(x)/DestOutputProfile {number} 0 R>>]",
    )


def _glyph(made: Any, value: str) -> None:
    """Text in the procedure of a glyph, as no reader of text sees it."""
    procedure = add_object(made, "<<>>", b"500 0 d0 BT /helv 11 Tf (%s) Tj ET" % value.encode())
    font = (
        "<</Type/Font/Subtype/Type3/FontBBox[0 0 900 900]/FontMatrix[.01 0 0 .01 0 0]"
        "/FirstChar 65/LastChar 65/Widths[500]/Encoding<</Differences[65/A]>>"
        f"/CharProcs<</A {procedure} 0 R>>/Resources<<>>>>"
    )
    number = add_object(made, font)
    _resources(made, f"/ExtGState<</G <</Font[{number} 0 R 9]>>>>")


def _pattern(made: Any, value: str) -> None:
    entries = "<</PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 9/YStep 9/Resources<<>>>>"
    number = add_object(made, entries, b"BT /helv 11 Tf (%s) Tj ET" % value.encode())
    _resources(made, f"/Pattern<</P1 {number} 0 R>>")


def _soft_mask(made: Any, value: str) -> None:
    form = "<</Type/XObject/Subtype/Form/BBox[0 0 99 99]/Group<</S/Transparency/CS/DeviceGray>>>>"
    number = add_object(made, form, b"BT /helv 11 Tf (%s) Tj ET" % value.encode())
    _resources(made, f"/ExtGState<</G <</SMask<</S/Luminosity/G {number} 0 R>>>>>>")


def _thread(made: Any, value: str) -> None:
    bead = add_object(made, "<</R[0 0 9 9]>>")
    thread = add_object(made, f"<</F {bead} 0 R/I<</Title({value})>>>>")
    made.xref_set_key(made.pdf_catalog(), "Threads", f"[{thread} 0 R]")


def _structure(key: str) -> Callable[[Any, str], None]:
    def change(made: Any, value: str) -> None:
        element = add_object(made, f"<</Type/StructElem/S/Span/{key}({value})>>")
        root = add_object(made, f"<</Type/StructTreeRoot/K[{element} 0 R]>>")
        made.xref_set_key(made.pdf_catalog(), "StructTreeRoot", f"{root} 0 R")

    return change


def _media(entries: str) -> Callable[[Any, str], None]:
    """A film or model whose script holds the value."""

    def change(made: Any, value: str) -> None:
        script = add_object(made, "<<>>", f"host.console.print('{value}');".encode())
        number = add_object(made, f"<</Type/Annot{entries}/Rect[0 0 9 9]/Script {script} 0 R>>")
        made.xref_set_key(made[0].xref, "Annots", f"[{number} 0 R]")

    return change


def _catalog_entry(key: str, source: str) -> Callable[[Any, str], None]:
    return lambda made, value: made.xref_set_key(made.pdf_catalog(), key, source % value)


def _inline_picture(made: Any, value: str) -> None:
    picture = Image.open(BytesIO(picture_of(value))).convert("L")
    operators = b"q 340 0 0 60 40 100 cm BI /W %d /H %d /CS /G /BPC 8 ID " % picture.size
    add_content(made, operators + picture.tobytes() + b" EI Q")


def _picture_in_form(made: Any, value: str) -> None:
    inner = pymupdf.open()
    inner.new_page(width=340, height=60).insert_image(pymupdf.Rect(0, 0, 340, 60), stream=picture_of(value))
    made[0].show_pdf_page(PICTURE, inner, 0)


def _between_objects(value: str) -> bytes:
    """Bytes between two objects that are no syntax at all."""
    data = saved(document())
    at = data.index(b"\nxref\n")
    rubbish = b"\n\x80\x81\xff " + value.encode() + b" \xfe\xfd"
    moved = re.sub(
        rb"startxref\n(\d+)", lambda m: b"startxref\n%d" % (int(m.group(1)) + len(rubbish)), data[at:]
    )
    return data[:at] + rubbish + moved


def _jpeg_2000(value: str) -> bytes:
    made = document()
    made[0].insert_image(PICTURE, stream=picture_of(value, "JPEG2000"))
    return saved(made)


def _jbig2(value: str) -> bytes:
    """A page of one generic region in MMR (ITU-T T.88, 7.2 and 7.4), which is what fax machines send."""
    picture = Image.open(BytesIO(picture_of(value))).convert("1")
    width, height = picture.size
    buffer = BytesIO()
    picture.save(buffer, "TIFF", compression="group4", tiffinfo={278: height})  # all rows in one strip
    with Image.open(BytesIO(buffer.getvalue())) as tiff:
        offsets, lengths = tiff.tag_v2[273], tiff.tag_v2[279]  # type: ignore[attr-defined]
    fax = buffer.getvalue()[offsets[0] : offsets[0] + lengths[0]]
    page = pack(">IIIIBH", width, height, 0, 0, 0, 0)
    region = pack(">IIIIBB", width, height, 0, 0, 0, 1) + fax
    segments = ((0, 48, page), (1, 38, region))
    data = b"".join(pack(">IBBBI", number, kind, 0, 1, len(body)) + body for number, kind, body in segments)
    made = document()
    number = int(made.get_new_xref())
    entries = f"/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 1/ColorSpace/DeviceGray"
    made.update_object(number, f"<</Type/XObject{entries}>>")
    made.update_stream(number, data, new=True, compress=False)
    made.xref_set_key(number, "Filter", "/JBIG2Decode")
    _resources(made, f"/XObject<</J {number} 0 R>>")
    add_content(made, b"q 340 0 0 60 40 100 cm /J Do Q")
    return saved(made)


CARRIERS: Final[dict[str, Hiding]] = {
    "name of an attached file": Hiding(_changed(lambda m, v: m.embfile_add("n", b"x", filename=f"{v}.txt"))),
    "description of an attached file": Hiding(
        _changed(lambda m, v: m.embfile_add("n", b"x", filename="a.txt", desc=v))
    ),
    "name of a layer": Hiding(_changed(lambda m, v: m.add_ocg(v))),
    "colorant": Hiding(_changed(_colorant)),
    "name of a font": Hiding(_changed(_font)),
    "meaning of a letter": Hiding(_changed(_lying_font)),
    "colour profile": Hiding(_changed(_profile)),
    "output condition": Hiding(
        _changed(_catalog_entry("OutputIntents", "[<</S/GTS_PDFX/OutputConditionIdentifier(%s)>>]"))
    ),
    "glyph": Hiding(_changed(_glyph)),
    "pattern": Hiding(_changed(_pattern)),
    "soft mask": Hiding(_changed(_soft_mask)),
    "article": Hiding(_changed(_thread)),
    "alternate text": Hiding(_changed(_structure("Alt"))),
    "expansion": Hiding(_changed(_structure("E"))),
    "actual text of a tag": Hiding(_changed(_structure("ActualText"))),
    "marks": Hiding(_changed(_catalog_entry("MarkInfo", "<</Marked true/Note(%s)>>"))),
    "language": Hiding(_changed(_catalog_entry("Lang", "(%s)"))),
    "base of addresses": Hiding(_changed(_catalog_entry("URI", "<</Base(https://example.com/%s/)>>"))),
    "film": Hiding(_changed(_media("/Subtype/RichMedia"))),
    "model": Hiding(_changed(_media("/Subtype/3D"))),
    "inline picture": Hiding(_changed(_inline_picture), "reader"),
    "picture in a form": Hiding(_changed(_picture_in_form), "reader"),
    "JPEG 2000": Hiding(_jpeg_2000, "reader"),
    "JBIG2": Hiding(_jbig2, "reader"),
    "between objects": Hiding(_between_objects),
}
