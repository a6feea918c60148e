"""Values in the content of a PDF's pages that readers do not see, and beside that content."""

from __future__ import annotations

from typing import Final

from tests.safe_copies.place import Place, hidden, with_object
from tests.safe_copies.raw_pdf import RawPdf, line

_FORM: Final = "/Type /XObject /Subtype /Form /BBox [0 0 420 160] /Resources <</Font <</F1 5 0 R>> >>"
_LAYER: Final = "/OCProperties <</OCGs [$] /D <</OFF [$] /Order [$] /BaseState /ON>> >>"
_OFF: Final = "/OC /L BDC " + line("@") + " EMC"


def _object(body: str, stream: str | None = None, **parts: str) -> Place:
    return Place(with_object(body, stream, **parts))


def _font(entries: str, use: bool = True, **streams: str) -> Place:
    """A font with an entry that holds the value; ``$`` is a stream."""

    def build(value: str) -> bytes:
        pdf = RawPdf(content="BT /F3 11 Tf 40 90 Td (shown) Tj ET" if use else "")
        number = 0
        if streams:
            number = pdf.add(streams.get("kind", ""), streams["body"].replace("@", value).encode("latin-1"))
        filled = entries.replace("@", value).replace("$", f"{number} 0 R")
        font = pdf.add(f"<</Type /Font {filled}>>")
        return pdf.data().replace(b"/F2 6 0 R", b"/F2 6 0 R /F3 %d 0 R" % font)

    return Place(build)


_TYPE1: Final = "/Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding"
_DESCRIPTOR: Final = (
    "/Type /FontDescriptor /FontName /Helvetica /Flags 32 /FontBBox [0 0 1000 1000] "
    "/ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80"
)
_TYPE3: Final = (
    "/Subtype /Type3 /FontBBox [0 0 10 10] /FontMatrix [.1 0 0 .1 0 0] /FirstChar 104 "
    "/LastChar 104 /Widths [10] "
    "/Encoding <</Differences [104 /h]>> /Resources <<>> "
)


def _meaning(value: str) -> bytes:
    """The page shows five letters; the font says that they are the value."""
    pdf = RawPdf(content="BT /F3 11 Tf 40 90 Td (h) Tj ET")
    mapping = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def "
        "1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar "
        f"<68> <{value.encode('utf-16-be').hex()}> endbfchar endcmap end end"
    )
    number = pdf.add("", mapping.encode())
    font = pdf.add(f"<</Type /Font {_TYPE1} /ToUnicode {number} 0 R>>")
    return pdf.data().replace(b"/F2 6 0 R", b"/F2 6 0 R /F3 %d 0 R" % font)


def _form_in_layer(value: str) -> bytes:
    pdf = RawPdf(content="/X Do")
    layer = pdf.add("<</Type /OCG /Name (draft)>>")
    form = pdf.add(f"{_FORM} /OC {layer} 0 R", line(value).encode())
    pdf.catalog = _LAYER.replace("$", f"{layer} 0 R")
    pdf.xobjects = f"/X {form} 0 R"
    return pdf.data()


def _form_metadata(value: str) -> bytes:
    pdf = RawPdf(content="/X Do")
    text = pdf.add("/Type /Metadata /Subtype /XML", f"<x:xmpmeta><n>{value}</n></x:xmpmeta>".encode())
    form = pdf.add(f"{_FORM} /Metadata {text} 0 R", b"0 0 1 1 re f")
    pdf.xobjects = f"/X {form} 0 R"
    return pdf.data()


HIDDEN_TEXT: Final[dict[str, Place]] = {
    "invisible text": hidden(content=line("@", before="3 Tr")),
    "invisible text over a picture of nothing": hidden(
        content="q 1 g 30 80 380 30 re f Q " + line("@", before="3 Tr")
    ),
    "white text": hidden(content="1 g " + line("@") + " 0 g"),
    "almost white text": hidden(content=".99 g " + line("@") + " 0 g"),
    "text fully transparent": hidden(
        content="q /G gs " + line("@") + " Q", resources="/ExtGState <</G <</ca 0 /CA 0>> >>"
    ),
    "tiny text": hidden(content=line("@", size=0.05)),
    "text of no height": hidden(content="BT /F1 11 Tf 1 0 0 0 40 90 Tm (@) Tj ET"),
    "text clipped away": hidden(content="q 0 0 1 1 re W n " + line("@") + " Q"),
    "text used as a clip only": hidden(content="q " + line("@", before="7 Tr") + " Q"),
    "text right of the page": hidden(content=line("@", at=(900, 90))),
    "text below the page": hidden(content=line("@", at=(40, -500))),
    "text cropped away": hidden(content=line("@"), page="/CropBox [0 110 420 160]"),
    "text under a box": hidden(content=line("@") + " 0 g 30 80 380 30 re f"),
    "text under a white box": hidden(content=line("@") + " 1 g 30 80 380 30 re f 0 g"),
    "text under a square of a reviewer": hidden(
        content=line("@"),
        page="/Annots [<</Type /Annot /Subtype /Square /Rect [30 80 410 110] /IC [0 0 0] /C [0 0 0] /F 4>>]",
    ),
    "text in a layer that is off": _object(
        "<</Type /OCG /Name (draft)>>", catalog=_LAYER, resources="/Properties <</L $>>", content=_OFF
    ),
    "text in a layer for printing": _object(
        "<</Type /OCG /Name (p) /Usage <</View <</ViewState /OFF>> /Print <</PrintState /ON>> >> >>",
        catalog="/OCProperties <</OCGs [$] "
        "/D <</AS [<</Event /View /OCGs [$] /Category [/View]>>] /OFF [$]>> >>",
        resources="/Properties <</L $>>",
        content=_OFF,
    ),
    "text in a form in a layer that is off": Place(_form_in_layer),
    "form never drawn": _object(_FORM, line("@"), xobjects="/X $"),
    "form clipped by its box": _object(
        "/Type /XObject /Subtype /Form /BBox [0 0 5 5] /Resources <</Font <</F1 5 0 R>> >>",
        line("@"),
        xobjects="/X $",
        content="/X Do",
    ),
    "pattern never painted": _object(
        "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 420 160] /XStep 420 /YStep 160 "
        "/Resources <</Font <</F1 5 0 R>> >>",
        line("@"),
        resources="/Pattern <</P $>>",
    ),
    "pattern under a box": _object(
        "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 420 160] /XStep 420 /YStep 160 "
        "/Resources <</Font <</F1 5 0 R>> >>",
        line("@"),
        resources="/Pattern <</P $>>",
        content="/Pattern cs /P scn 30 80 380 30 re f 0 g 30 80 380 30 re f",
    ),
    "mask of nothing": _object(
        f"{_FORM} /Group <</S /Transparency /CS /DeviceGray>>",
        "1 g " + line("@"),
        resources="/ExtGState <</G <</SMask <</S /Luminosity /G $>> >> >>",
        content="q /G gs 1 g 30 80 380 30 re f Q 0 g",
    ),
    "comment in the content": hidden(content="% @\n"),
    "operand of an unknown operator": hidden(content="BX (@) pop EX"),
    "text without a font": hidden(content="BX BT (@) xyz ET EX"),
    "point with a name": hidden(content="/@ MP"),
    "point with properties": hidden(content="/P <</Note (@)>> DP"),
    "marked content's tag": hidden(content="/@ BMC EMC"),
    "name of a graphics state": hidden(content="/@ gs", resources="/ExtGState <</@ <</CA 1>> >>"),
    "name of an unused resource": hidden(resources="/Properties <</@ <<>> >>"),
    "name of a font of the page": hidden(resources="/Shading <</@ <</ShadingType 2>> >>"),
    "replacement text": hidden(
        content="/Span <</ActualText (@)>> BDC BT /F1 11 Tf 40 90 Td (shown) Tj ET EMC"
    ),
    "replacement text in UTF-16": Place(
        lambda value: RawPdf(
            content=f"/Span <</ActualText <FEFF{value.encode('utf-16-be').hex()}>>> BDC "
            "BT /F1 11 Tf 40 90 Td (shown) Tj ET EMC"
        ).data()
    ),
    "alternate text in the content": hidden(
        content="/Span <</Alt (@)>> BDC BT /F1 11 Tf 40 90 Td (shown) Tj ET EMC"
    ),
    "what is meant by an abbreviation": hidden(
        content="/Span <</E (@)>> BDC BT /F1 11 Tf 40 90 Td (sh.) Tj ET EMC"
    ),
    "language of a span": hidden(content="/Span <</Lang (@)>> BDC BT /F1 11 Tf 40 90 Td (shown) Tj ET EMC"),
    "replacement text among properties": hidden(
        content="/Span /S BDC BT /F1 11 Tf 40 90 Td (shown) Tj ET EMC",
        resources="/Properties <</S <</ActualText (@)>> >>",
    ),
    "artifact's properties": hidden(content="/Artifact <</Type /Pagination /Note (@)>> BDC EMC"),
    "map of a font's letters": _font(
        f"{_TYPE1} /ToUnicode $",
        body="/CIDInit /ProcSet findresource begin begincmap % @\n/CMapName /@ def "
        "1 begincodespacerange <00> <FF> "
        "endcodespacerange endcmap end",
    ),
    "what a font says its letters mean": Place(_meaning),
    "name of a font": _font("/Subtype /Type1 /BaseFont /@ /Encoding /WinAnsiEncoding"),
    "name of a font's description": _font(f"{_TYPE1} /FontDescriptor <<{_DESCRIPTOR} /FontFamily (@)>>"),
    "letters that a font has": _font(f"{_TYPE1} /FontDescriptor <<{_DESCRIPTOR} /CharSet (/@)>>"),
    "names of a font's letters": _font(
        "/Subtype /Type1 /BaseFont /Helvetica /Encoding <</Type /Encoding /Differences [1 /@]>>"
    ),
    "program of a font": _font(
        f"{_TYPE1} /FontDescriptor <<{_DESCRIPTOR} /FontFile $>>",
        kind="/Length1 40 /Length2 0 /Length3 0",
        body="%!PS-AdobeFont-1.0: @\n/Notice (@) def\n",
    ),
    "metadata of a font": _font(
        f"{_TYPE1} /FontDescriptor <<{_DESCRIPTOR}>> /Metadata $",
        kind="/Type /Metadata /Subtype /XML",
        body="<n>@</n>",
    ),
    "drawn glyph never used": _font(f"{_TYPE3} /CharProcs <</h $>>", use=False, body="10 0 d0 % @\n"),
    "comment in a drawn glyph": _font(f"{_TYPE3} /CharProcs <</h $>>", body="10 0 d0 % @\n0 0 5 5 re f"),
    "name of a drawn glyph": _font(
        f"{_TYPE3} /CharProcs <</@ $>>".replace("/h]", "/@]"), body="10 0 d0 0 0 5 5 re f"
    ),
    "calculation": _object(
        "/FunctionType 4 /Domain [0 1] /Range [0 1]",
        "{ % @\n }",
        resources="/ColorSpace <</C [/Separation /Red /DeviceGray $]>>",
        content="/C cs 1 scn 40 80 40 20 re f 0 g",
    ),
    "name of a halftone": hidden(
        resources="/ExtGState <</G <</HT <</HalftoneType 1 /HalftoneName (@) /Frequency 60 "
        "/Angle 45 /SpotFunction /Round>> >> >>",
        content="/G gs",
    ),
    "PostScript for printers": _object(
        "/Type /XObject /Subtype /PS", "% @\nshowpage", xobjects="/X $", content="/X Do"
    ),
    "form's private data": _object(
        f"{_FORM} /PieceInfo <</App <</Private (@)>> >>", "0 0 1 1 re f", xobjects="/X $", content="/X Do"
    ),
    "form's place in another file": _object(
        f"{_FORM} /Ref <</F (@) /Page 0>>", "0 0 1 1 re f", xobjects="/X $", content="/X Do"
    ),
    "form's metadata": Place(_form_metadata),
}
