"""PDFs for tests, and every hiding place in one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Final

import pikepdf
import pymupdf
from PIL import Image, ImageDraw

from app.model import RedactionPlan
from ocr.model import Box

WIDTH: Final = 420
HEIGHT: Final = 300
AT: Final = (40, 100)
"""Where a value is written: left end of its baseline, in points."""

PICTURE: Final = pymupdf.Rect(40, 140, 380, 200)
"""Where ``picture_of`` is shown, in points; its ink begins 10 points inside."""


def document(**metadata: str) -> Any:
    """A document of one page with a heading and a line that are no secret."""
    made = pymupdf.open()
    page = made.new_page(width=WIDTH, height=HEIGHT)
    page.insert_text((40, 50), "Settings of the service", fontsize=14)
    page.insert_text((40, 260), "Save all changes", fontsize=11)
    if metadata:
        made.set_metadata(metadata)
    return made


def saved(made: Any, **options: Any) -> bytes:
    data: bytes = made.tobytes(**options)
    made.close()
    return data


def picture_of(text: str, kind: str = "PNG") -> bytes:
    picture = Image.new("RGB", (680, 120), "white")
    ImageDraw.Draw(picture).text((20, 40), text, fill="black", font_size=26)
    buffer = BytesIO()
    picture.save(buffer, kind)
    return buffer.getvalue()


def as_pictures(plan: RedactionPlan) -> RedactionPlan:
    """The plan for a copy whose pages are pictures, whatever they were."""
    return replace(plan, style=replace(plan.style, pdf_pages="picture"))


def add_object(made: Any, source: str, stream: bytes | None = None, *, compress: bool = True) -> int:
    number = int(made.get_new_xref())
    made.update_object(number, source)
    if stream is not None:
        made.update_stream(number, stream, new=True, compress=compress)
    return number


def add_content(made: Any, operators: bytes, page: int = 0) -> None:
    """More operators at the end of a page's content; ``/helv`` is its font."""
    number = made[page].get_contents()[-1]
    made.update_stream(number, made.xref_stream(number) + b"\n" + operators)


@dataclass(frozen=True)
class Hiding:
    """A place where a value can be.

    Attributes:
        build: makes the PDF around the value.
        found: "text" when ``examine`` reads the value, "reader" when only a picture shows it, "gap" when
            it is reported as not examined.
    """

    build: Callable[[str], bytes]
    found: str = "text"


def _text(value: str, **options: Any) -> bytes:
    made = document()
    made[0].insert_text(AT, value, fontsize=11, **options)
    return saved(made)


def _content(template: bytes) -> Callable[[str], bytes]:
    def build(value: str) -> bytes:
        made = document()
        add_content(made, template % value.encode())
        return saved(made)

    return build


def _scrambled(value: str) -> bytes:
    made = document()
    places = [b"1 0 0 1 %d 200 Tm (%c) Tj" % (40 + 7 * at, char) for at, char in enumerate(value.encode())]
    add_content(made, b"BT /helv 11 Tf " + b" ".join(places[1::2] + places[::2]) + b" ET")
    return saved(made)


def _letter_by_letter(value: str) -> bytes:
    """Letters of a proportional font at the even steps of a typewriter, so that some stand close."""
    made = document()
    places = [b"1 0 0 1 %d 200 Tm (%c) Tj" % (40 + 8 * at, char) for at, char in enumerate(value.encode())]
    add_content(made, b"BT /helv 11 Tf " + b" ".join(places) + b" ET")
    return saved(made)


def _wrapped(value: str) -> bytes:
    made = document()
    half = len(value) // 2
    for at, part in enumerate((value[:half], value[half:])):
        made[0].insert_text((40, 100 + 13 * at), part, fontsize=11, fontname="cour")
    return saved(made)


def _turned(angle: int) -> Callable[[str], bytes]:
    def build(value: str) -> bytes:
        made = document()
        made[0].insert_text(AT, value, fontsize=11)
        made[0].set_rotation(angle)
        return saved(made)

    return build


def _under_picture(value: str) -> bytes:
    made = document()
    made[0].insert_text(AT, value, fontsize=11)
    made[0].insert_image(pymupdf.Rect(30, 80, 400, 110), stream=picture_of(""), keep_proportion=False)
    return saved(made)


def _under_box(value: str) -> bytes:
    made = document()
    made[0].insert_text(AT, value, fontsize=11)
    made[0].draw_rect(pymupdf.Rect(30, 80, 400, 110), fill=(0, 0, 0))
    return saved(made)


def _layer(value: str) -> bytes:
    made = document()
    layer = made.add_ocg("draft", on=False)
    made[0].insert_text(AT, value, fontsize=11, oc=layer)
    return saved(made)


def _form_object(value: str) -> bytes:
    made = document()
    inner = pymupdf.open()
    inner.new_page(width=300, height=50).insert_text((10, 20), value, fontsize=11)
    made[0].show_pdf_page(pymupdf.Rect(40, 100, 340, 150), inner, 0)
    return saved(made)


def _picture(kind: str) -> Callable[[str], bytes]:
    def build(value: str) -> bytes:
        made = document()
        made[0].insert_image(PICTURE, stream=picture_of(value, kind))
        return saved(made)

    return build


def _annotation(add: Callable[[Any, str], Any]) -> Callable[[str], bytes]:
    def build(value: str) -> bytes:
        made = document()
        add(made[0], value)
        return saved(made)

    return build


def _field(page: Any, name: str, value: str) -> None:
    widget = pymupdf.Widget()
    widget.field_name, widget.field_value = name, value
    widget.field_type = pymupdf.PDF_WIDGET_TYPE_TEXT
    widget.rect = pymupdf.Rect(40, 100, 300, 120)
    page.add_widget(widget)


def _link(page: Any, value: str) -> None:
    address = f"https://example.com/?k={value}"
    page.insert_link({"kind": pymupdf.LINK_URI, "from": pymupdf.Rect(40, 40, 200, 60), "uri": address})


def _catalog(key: str, template: str) -> Callable[[str], bytes]:
    def build(value: str) -> bytes:
        made = document()
        made.xref_set_key(made.pdf_catalog(), key, template % value)
        return saved(made)

    return build


def _on_page(key: str, template: str) -> Callable[[str], bytes]:
    def build(value: str) -> bytes:
        made = document()
        made.xref_set_key(made[0].xref, key, template % value)
        return saved(made)

    return build


def _attachment(content: Callable[[str], bytes]) -> Callable[[str], bytes]:
    def build(value: str) -> bytes:
        made = document()
        made.embfile_add("notes", content(value), filename="notes.bin")
        return saved(made)

    return build


def _bookmark(value: str) -> bytes:
    made = document()
    made.set_toc([[1, f"Chapter {value}", 1]])
    return saved(made)


def _xmp(value: str) -> bytes:
    made = document()
    made.set_xml_metadata(f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><note>{value}</note></x:xmpmeta>")
    return saved(made)


def _script(value: str) -> bytes:
    made = document()
    number = add_object(made, "<<>>", f"app.alert('{value}')".encode())
    made.xref_set_key(made.pdf_catalog(), "OpenAction", f"<</S/JavaScript/JS {number} 0 R>>")
    return saved(made)


def _orphan_stream(value: str) -> bytes:
    made = document()
    add_object(made, "<<>>", f"BT /helv 11 Tf ({value}) Tj ET".encode())
    return saved(made, garbage=0)


def _orphan_object(value: str) -> bytes:
    made = document()
    add_object(made, f"<</Left({value})>>")
    return saved(made, garbage=0)


def _orphan_picture(value: str) -> bytes:
    made = document()
    made[0].insert_image(PICTURE, stream=picture_of(value))
    made.xref_set_key(made[0].xref, "Resources", "<<>>")
    return saved(made, garbage=0)


def _thumbnail(value: str) -> bytes:
    made = document()
    number = made[0].insert_image(PICTURE, stream=picture_of(value))
    made.xref_set_key(made[0].xref, "Resources/XObject", "null")
    made.xref_set_key(made[0].xref, "Thumb", f"{number} 0 R")
    return saved(made, garbage=0)


def revised(made: Any, tmp: BytesIO | None = None) -> bytes:
    """A file whose first revision shows line 2 of its only page and whose second does not."""
    first = pikepdf.open(BytesIO(saved(made)))
    buffer = tmp or BytesIO()
    first.save(buffer, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    data = buffer.getvalue()
    page = re.search(rb"(\d+) 0 obj\n<<[^>]*/Type /Page\b", data) or re.search(
        rb"(\d+) 0 obj\n(?:(?!endobj).)*/Type /Page\n?(?:(?!endobj|/Pages).)*endobj", data, re.DOTALL
    )
    assert page is not None
    number = int(page.group(1))
    body = data[page.start() : data.index(b"endobj", page.start())]
    changed = re.sub(rb"/Contents (?:\d+ 0 R|\[[^\]]*\])", b"", body) + b"endobj\n"
    start = int(data[data.rindex(b"startxref") :].split()[1])
    at = len(data)
    size = len(first.objects) + 1
    root = int(first.Root.objgen[0])
    tail = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<</Size %d/Root %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
    return data + changed + tail % (number, at, size, root, start, at + len(changed))


def _revision(value: str) -> bytes:
    made = document()
    made[0].insert_text(AT, value, fontsize=11)
    return revised(made)


def _comment(value: str) -> bytes:
    data = saved(document())
    at = data.index(b"\nxref\n")  # behind all objects, so that no offset of an object changes
    moved = re.sub(
        rb"startxref\n(\d+)",
        lambda found: b"startxref\n%d" % (int(found.group(1)) + len(value) + 2),
        data[at:],
    )
    return data[:at] + b"\n%" + value.encode() + moved


def _behind_the_end(value: str) -> bytes:
    return saved(document()) + b"% " + value.encode() + b"\n"


def _trailer_id(value: str) -> bytes:
    data = saved(document(), no_new_id=True)
    return data.replace(b"/Root 1 0 R", b"/Root 1 0 R/ID[(%s)(%s)]" % (value.encode(), value.encode()))


def _resource_name(value: str) -> bytes:
    made = document()
    number = int(made.xref_get_key(made[0].xref, "Resources")[1].split()[0])
    made.xref_set_key(number, "Properties", f"<</{value} <<>> >>")
    return saved(made)


HIDINGS: Final[dict[str, Hiding]] = {
    "text": Hiding(_text),
    "wrapped": Hiding(_wrapped, "wrapped"),
    "letterspaced": Hiding(_content(b"BT /helv 8 Tf 3 Tc 1 0 0 1 40 200 Tm (%s) Tj ET")),
    "scrambled": Hiding(_scrambled),
    "letter by letter": Hiding(_letter_by_letter),
    "rotated text": Hiding(lambda value: _text(value, rotate=270)),
    "turned page 90": Hiding(_turned(90)),
    "turned page 180": Hiding(_turned(180)),
    "turned page 270": Hiding(_turned(270)),
    "invisible text": Hiding(lambda value: _text(value, render_mode=3)),
    "white text": Hiding(lambda value: _text(value, color=(1, 1, 1))),
    "text under a picture": Hiding(_under_picture),
    "text under a box": Hiding(_under_box),
    "text off the page": Hiding(_content(b"BT /helv 11 Tf 1 0 0 1 900 200 Tm (%s) Tj ET")),
    "replacement text": Hiding(
        _content(b"/Span <</ActualText(%s)>> BDC BT /helv 11 Tf 1 0 0 1 40 200 Tm (shown) Tj ET EMC")
    ),
    "layer switched off": Hiding(_layer),
    "form object": Hiding(_form_object),
    "picture": Hiding(_picture("PNG"), "reader"),
    "lossy picture": Hiding(_picture("JPEG"), "reader"),
    "note": Hiding(_annotation(lambda page, value: page.add_text_annot((300, 30), value))),
    "text box": Hiding(
        _annotation(lambda page, value: page.add_freetext_annot(pymupdf.Rect(40, 90, 400, 120), value))
    ),
    "highlight": Hiding(
        _annotation(lambda page, value: page.add_highlight_annot(PICTURE).set_info(content=value))
    ),
    "link": Hiding(_annotation(_link)),
    "form field": Hiding(_annotation(lambda page, value: _field(page, "api key", value))),
    "name of a form field": Hiding(_annotation(lambda page, value: _field(page, value, "x"))),
    "bookmark": Hiding(_bookmark),
    "title": Hiding(lambda value: saved(document(title=value))),
    "title beyond ASCII": Hiding(lambda value: saved(document(title=f"Größe € {value}"))),
    "XMP": Hiding(_xmp),
    "attached text": Hiding(_attachment(lambda value: f"password: {value}".encode())),
    "attached file": Hiding(_attachment(lambda value: bytes(range(256)) + value.encode()), "gap"),
    "script": Hiding(_script),
    "inline script": Hiding(_catalog("OpenAction", "<</S/JavaScript/JS(app.alert\\('%s'\\))>>")),
    "page label": Hiding(_catalog("PageLabels", "<</Nums[0<</P(%s)>>]>>")),
    "named place": Hiding(_catalog("Dests", "<</%s[0/Fit]>>")),
    "private data": Hiding(_on_page("PieceInfo", "<</App<</Private(%s)>>>>")),
    "thumbnail": Hiding(_thumbnail, "reader"),
    "resource name": Hiding(_resource_name),
    "trailer": Hiding(_trailer_id),
    "unused stream": Hiding(_orphan_stream),
    "unused object": Hiding(_orphan_object),
    "unused picture": Hiding(_orphan_picture, "reader"),
    "earlier revision": Hiding(_revision),
    "comment": Hiding(_comment),
    "behind the end": Hiding(_behind_the_end),
}


def shown_box(value_box: Box) -> Box:
    """A box of ``picture_of`` in points of the page that shows it at ``PICTURE``."""
    return value_box.scaled(0.5).moved(PICTURE.x0, PICTURE.y0)
