"""Values in the annotations and form fields of a PDF, apart from what they show."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tests.safe_copies.place import Place
from tests.safe_copies.raw_pdf import RawPdf, line

_RECT: Final = "/Rect [34 80 414 110] /P 3 0 R"


def _note(subtype: str, entries: str, stream: str | None = None, head: str = "") -> Place:
    """An annotation; ``@`` is the value, ``$`` a stream of its own."""

    def build(value: str) -> bytes:
        pdf = RawPdf()
        number = pdf.add(head.replace("@", value), stream.replace("@", value).encode()) if stream else 0
        filled = entries.replace("@", value).replace("$", f"{number} 0 R")
        made = pdf.add(f"<</Type /Annot /Subtype /{subtype} {_RECT} {filled}>>")
        pdf.page = f"/Annots [{made} 0 R]"
        return pdf.data()

    return Place(build)


def _field(
    entries: str, form: str = "", on_page: bool = True, stream: str | None = None, head: str = ""
) -> Place:
    """A form field without a look of its own."""

    def build(value: str) -> bytes:
        pdf = RawPdf()
        number = pdf.add(head, stream.replace("@", value).encode()) if stream else 0
        filled = entries.replace("@", value).replace("$", f"{number} 0 R")
        made = pdf.add(f"<</Type /Annot /Subtype /Widget {_RECT} {filled}>>")
        if on_page:
            pdf.page = f"/Annots [{made} 0 R]"
        rest = form.replace("@", value).replace("$", f"{number} 0 R")
        pdf.catalog = f"/AcroForm <</Fields [{made} 0 R] {rest}>>"
        return pdf.data()

    return Place(build)


def _family(value: str) -> bytes:
    pdf = RawPdf()
    child = pdf.add(f"<</Type /Annot /Subtype /Widget {_RECT} /Parent 8 0 R>>")
    pdf.add(f"<</FT /Tx /T (a) /TU ({value}) /DV ({value}) /Kids [{child} 0 R]>>")
    pdf.page = f"/Annots [{child} 0 R]"
    pdf.catalog = "/AcroForm <</Fields [8 0 R]>>"
    return pdf.data()


def _popup(value: str) -> bytes:
    pdf = RawPdf()
    note = pdf.add(
        f"<</Type /Annot /Subtype /Highlight {_RECT} /QuadPoints [34 110 414 110 34 80 414 80] /Popup 8 0 R>>"
    )
    pdf.add(f"<</Type /Annot /Subtype /Popup {_RECT} /Parent {note} 0 R /Contents ({value}) /Open false>>")
    pdf.page = f"/Annots [{note} 0 R 8 0 R]"
    return pdf.data()


def _reply(value: str) -> bytes:
    pdf = RawPdf()
    note = pdf.add(f"<</Type /Annot /Subtype /Text {_RECT} /Contents (look here)>>")
    pdf.add(f"<</Type /Annot /Subtype /Text {_RECT} /IRT {note} 0 R /RT /R /Contents ({value})>>")
    pdf.page = f"/Annots [{note} 0 R 8 0 R]"
    return pdf.data()


def _disguised(value: str) -> bytes:
    return _note(
        "Link", f"/A <</S /URI /URI (https://example.com/{''.join(f'%{ord(c):02X}' for c in value)})>>"
    ).build("")


def _kept(place: Place) -> Place:
    """Copies keep links without questions and passwords in them, when nothing in them was found."""
    return replace(place, shown=True)


_drawn_by_viewers = _kept  # fields and stamps without a look of their own get one


_FORM: Final = "/Type /XObject /Subtype /Form /BBox [0 0 420 160] /Resources <</Font <</F1 5 0 R>> >>"
_QUADS: Final = "/QuadPoints [34 110 414 110 34 80 414 80]"
_XFA: Final = "<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><data><k>@</k></data></xdp:xdp>"

NOTES: Final[dict[str, Place]] = {
    "text of a note": _note("Text", "/Contents (@)"),
    "text of a highlight": _note("Highlight", f"{_QUADS} /Contents (@)"),
    "text of an underline": _note("Underline", f"{_QUADS} /Contents (@)"),
    "text of a wavy line": _note("Squiggly", f"{_QUADS} /Contents (@)"),
    "text of a strike-out": _note("StrikeOut", f"{_QUADS} /Contents (@)"),
    "text of a square": _note("Square", "/Contents (@)"),
    "text of a circle": _note("Circle", "/Contents (@)"),
    "text of a line": _note("Line", "/L [34 80 414 110] /Contents (@)"),
    "text of a polygon": _note("Polygon", "/Vertices [34 80 414 110 34 110] /Contents (@)"),
    "text of a path": _note("PolyLine", "/Vertices [34 80 414 110] /Contents (@)"),
    "text of ink": _note("Ink", "/InkList [[34 80 414 110]] /Contents (@)"),
    "text of a caret": _note("Caret", "/Contents (@)"),
    "text of a stamp": _note("Stamp", "/Name /Draft /Contents (@)"),
    "name of a stamp": _drawn_by_viewers(_note("Stamp", "/Name /@")),
    "text of a popup": Place(_popup),
    "reply to a note": Place(_reply),
    "author of a note": _note("Text", "/Contents (x) /T (@)"),
    "subject of a note": _note("Text", "/Contents (x) /Subj (@)"),
    "name of a note": _note("Text", "/Contents (x) /NM (@)"),
    "rich text of a note": _note("Text", "/Contents (x) /RC (<body><p>@</p></body>)"),
    "style of a text box": _note("FreeText", "/Contents (x) /DA (/F1 11 Tf) /DS (font: @)"),
    "look of a hidden note": _note("Stamp", "/F 2 /AP <</N $>>", line("@"), _FORM),
    "look of a note under the pointer": _note(
        "Text", "/F 4 /AP <</N $ /R $ /D $>>", "% @\n0 0 1 1 re f", _FORM
    ),
    "text over a redaction": _note("Redact", f"{_QUADS} /OverlayText (@) /DA (/F1 11 Tf)"),
    "look of a redaction": _note("Redact", f"{_QUADS} /RO $", line("@"), _FORM),
    "sound": _note("Sound", "/Sound $", "@", "/Type /Sound /R 8000"),
    "film": _note("Movie", "/T (@) /Movie <</F (@)>>"),
    "screen": _note("Screen", "/T (@) /A <</S /Rendition /R <</S /MR /N (@) /C <</S /MCD /D (@)>> >> >>"),
    "model": _note("3D", "/3DD $", "U3D @", "/Type /3D /Subtype /U3D"),
    "rich media": _note("RichMedia", "/RichMediaContent <</Configurations [<</Name (@)>>] >>"),
    "link to an address": _note("Link", "/A <</S /URI /URI (https://example.com/a?key=@)>>"),
    "link to a path of an address": _kept(_note("Link", "/A <</S /URI /URI (https://example.com/@/b)>>")),
    "link to an address in disguise": Place(_disguised, shown=True),
    "link to mail": _note("Link", "/A <</S /URI /URI (mailto:a.b?subject=@)>>"),
    "link to another file": _note("Link", "/A <</S /GoToR /F (@) /D [0 /Fit]>>"),
    "link into an attached file": _note(
        "Link", "/A <</S /GoToE /F (x.pdf) /T <</R /C /N (@)>> /D [0 /Fit]>>"
    ),
    "link to a program": _note("Link", "/A <</S /Launch /F (@) /Win <</F (a) /P (@)>> >>"),
    "link to a named place": _note("Link", "/A <</S /GoTo /D (@)>>"),
    "link that submits": _note("Link", "/A <</S /SubmitForm /F (https://example.com/@)>>"),
    "link with a script": _note("Link", "/A <</S /JavaScript /JS (x\\('@'\\))>>"),
    "link with what comes next": _note(
        "Link", "/A <</S /URI /URI (https://example.com/) /Next <</S /JavaScript /JS (@)>> >>"
    ),
    "what a link was": _note(
        "Link", "/A <</S /URI /URI (https://example.com/)>> /PA <</S /URI /URI (https://a/@)>>"
    ),
    "text of a link": _note("Link", "/Contents (@) /A <</S /URI /URI (https://example.com/)>>"),
    "entry that nobody knows": _note("Text", "/Contents (x) /XYZ (@)"),
    "value of a field without a look": _drawn_by_viewers(_field("/FT /Tx /T (a) /V (@)")),
    "default of a field": _field("/FT /Tx /T (a) /DV (@)"),
    "rich value of a field": _drawn_by_viewers(_field("/FT /Tx /T (a) /V (x) /RV (<body><p>@</p></body>)")),
    "long value of a field": _drawn_by_viewers(_field("/FT /Tx /T (a) /V $", stream="@")),
    "choices of a field": _field("/FT /Ch /T (a) /Opt [[(x) (one)] [(@) (two)]] /V (x)"),
    "name of a field": _field("/FT /Tx /T (@)"),
    "name of a field for people": _field("/FT /Tx /T (a) /TU (@)"),
    "name of a field for exports": _field("/FT /Tx /T (a) /TM (@)"),
    "state of a box to tick": _field(
        "/FT /Btn /T (a) /V /Off /AS /Off /AP <</N <</@ $ /Off $>> >>", stream="0 0 1 1 re f", head=_FORM
    ),
    "captions of a button": _field("/FT /Btn /Ff 65536 /T (a) /MK <</RC (@) /AC (@)>>"),
    "field above a field": Place(_family),
    "field on no page": _field("/FT /Tx /T (a) /V (@)", on_page=False),
    "script of a field": _field(
        "/FT /Tx /T (a) /AA <</K <</S /JavaScript /JS (@)>> /F <</S /JavaScript /JS (@)>> >>"
    ),
    "font of a field": _field("/FT /Tx /T (a) /V (x) /DA (/@ 11 Tf)"),
    "signature's reason": _field(
        "/FT /Sig /T (s) /V <</Type /Sig /Filter /Adobe.PPKLite /Reason (@) /Location (@)>>"
    ),
    "signature's lock": _field(
        "/FT /Sig /T (s) /Lock <</Type /SigFieldLock /Action /Include /Fields [(@)]>>"
    ),
    "signature's seed": _field("/FT /Sig /T (s) /SV <</Type /SV /Reasons [(@)]>>"),
    "XFA": _field("/FT /Tx /T (a)", form="/XFA $", stream=_XFA),
    "XFA in parts": _field("/FT /Tx /T (a)", form="/XFA [(datasets) $]", stream=_XFA),
    "fonts of a form": _field("/FT /Tx /T (a)", form="/DR <</Font <</@ 5 0 R>> >>"),
    "order of calculations": _field("/FT /Tx /T (a)", form="/DA (/@ 0 Tf)"),
}
