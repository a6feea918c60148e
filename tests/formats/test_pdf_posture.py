"""What a PDF carries unseen is told; ordinary documents have nothing to tell."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pymupdf
import pytest

from app import notices
from app.formats.pdf.format import FORMAT
from app.places import MetadataKey
from detectors.model import RuleInfo
from tests.formats.format_contract import canary
from tests.support.documents import CollectingSink, context_of, examined, source_of
from tests.support.pdfs import HIDINGS, add_content, add_object, document, saved


def opened(data: bytes) -> CollectingSink:
    return examined(FORMAT.open(source_of(data), context_of()))


def changed(change: Callable[[Any], object], **options: Any) -> bytes:
    made = document()
    change(made)
    return saved(made, **options)


CARRIED: dict[str, RuleInfo] = {
    "layer switched off": notices.HIDDEN_LAYER,
    "invisible text": notices.HIDDEN_TEXT,
    "white text": notices.HIDDEN_TEXT,
    "note": notices.COMMENTS,
    "highlight": notices.COMMENTS,
    "attached text": notices.ATTACHMENT,
    "attached file": notices.ATTACHMENT,
    "script": notices.ACTIVE_CONTENT,
    "inline script": notices.ACTIVE_CONTENT,
    "private data": notices.PRIVATE_DATA,
    "thumbnail": notices.PREVIEW_PICTURE,
    "earlier revision": notices.EARLIER_VERSION,
    "behind the end": notices.TRAILING_BYTES,
}


@pytest.mark.parametrize("name", CARRIED)
def test_what_is_carried_is_told_without_quoting_it(name: str) -> None:
    value = canary()
    (notice,) = opened(HIDINGS[name].build(value)).notices
    assert notice.rule is CARRIED[name]
    assert value not in repr(notice)


def in_catalog(key: str, source: str) -> Callable[[Any], object]:
    return lambda made: made.xref_set_key(made.pdf_catalog(), key, source)


def off_page(made: Any) -> None:
    add_content(made, b"BT /helv 11 Tf 1 0 0 1 900 200 Tm (%s) Tj ET" % (b"far away from every page" * 3))


def film(made: Any) -> None:
    number = add_object(made, "<</Type/Annot/Subtype/RichMedia/Rect[0 0 9 9]>>")
    made.xref_set_key(made[0].xref, "Annots", f"[{number} 0 R]")


def preview_in_metadata(made: Any) -> None:
    made.set_xml_metadata(
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><xmpGImg:image>/9j/4A==</xmpGImg:image></x:xmpmeta>"
    )


def own_property(made: Any) -> None:
    made.set_metadata({"title": "Settings"})
    made.xref_set_key(int(made.xref_get_key(-1, "Info")[1].split()[0]), "ReviewedBy", "(somebody)")


MORE: dict[str, tuple[Callable[[Any], object], RuleInfo]] = {
    "start of a program": (in_catalog("OpenAction", "<</S/Launch/F(a.exe)>>"), notices.ACTIVE_CONTENT),
    "sending": (in_catalog("AA", "<</WC<</S/SubmitForm/F(https://example.com)>>>>"), notices.ACTIVE_CONTENT),
    "film": (film, notices.ACTIVE_CONTENT),
    "second form": (in_catalog("AcroForm", "<</Fields[]/XFA(<xdp/>)>>"), notices.PRIVATE_DATA),
    "property": (own_property, notices.PRIVATE_DATA),
    "preview in metadata": (preview_in_metadata, notices.PREVIEW_PICTURE),
    "text off the page": (off_page, notices.HIDDEN_TEXT),
}


@pytest.mark.parametrize("name", MORE)
def test_more_of_what_is_carried_is_told(name: str) -> None:
    change, rule = MORE[name]
    (notice,) = opened(changed(change)).notices
    assert notice.rule is rule


def test_many_of_one_kind_are_one_finding_at_many_places() -> None:
    made = document()
    for _ in range(60):
        made.new_page().add_text_annot((30, 30), "see above")
    told = opened(saved(made)).notices
    assert len({(notice.rule, notice.evidence) for notice in told}) == 1
    assert len(told) == 50
    assert told[0].where == MetadataKey("pdf:page 2, notes")


# --- ordinary documents ---------------------------------------------------------------------------


def tagged(made: Any) -> None:
    """Tags, replacement text and a language, as office programs write them."""
    element = add_object(made, "<</Type/StructElem/S/P/Alt(A picture of a house)>>")
    root = add_object(made, f"<</Type/StructTreeRoot/K[{element} 0 R]>>")
    made.xref_set_key(made.pdf_catalog(), "StructTreeRoot", f"{root} 0 R")
    made.xref_set_key(made.pdf_catalog(), "MarkInfo", "<</Marked true>>")
    made.xref_set_key(made.pdf_catalog(), "Lang", "(en-GB)")
    add_content(made, b"/Span <</ActualText(fi)>> BDC BT /helv 11 Tf 1 0 0 1 40 200 Tm (fi) Tj ET EMC")


def described(made: Any) -> None:
    made.set_metadata(
        {
            "title": "Settings", "author": "Jo Doe", "subject": "How to", "keywords": "a, b",
            "creator": "Microsoft Word", "producer": "Microsoft Word", "creationDate": "D:20260101120000Z",
        }
    )  # fmt: skip
    made.set_xml_metadata("<x:xmpmeta xmlns:x='adobe:ns:meta/'><dc:title>Settings</dc:title></x:xmpmeta>")


def navigable(made: Any) -> None:
    made.new_page()
    made.set_toc([[1, "First", 1], [2, "Second", 2]])
    page = made[0]
    page.insert_link(
        {"kind": pymupdf.LINK_URI, "from": pymupdf.Rect(1, 1, 90, 9), "uri": "https://example.com/"}
    )
    page.insert_link({"kind": pymupdf.LINK_GOTO, "from": pymupdf.Rect(1, 10, 90, 19), "page": 1})
    made.xref_set_key(made.pdf_catalog(), "OpenAction", "[0/Fit]")
    made.xref_set_key(made.pdf_catalog(), "PageLabels", "<</Nums[0<</S/r>>]>>")


def with_form(made: Any) -> None:
    widget = pymupdf.Widget()
    widget.field_name, widget.field_value = "city", "Lisbon"
    widget.field_type = pymupdf.PDF_WIDGET_TYPE_TEXT
    widget.rect = pymupdf.Rect(40, 100, 300, 120)
    made[0].add_widget(widget)


def with_layers(made: Any) -> None:
    layer = made.add_ocg("background", on=True)
    made[0].insert_text((40, 100), "text of a layer", oc=layer)


def with_empty_private_data(made: Any) -> None:
    made.xref_set_key(made[0].xref, "PieceInfo", "<</InDesign<</LastModified(D:20260101120000Z)>>>>")


def with_empty_notes(made: Any) -> None:
    made[0].add_highlight_annot(pymupdf.Rect(40, 36, 200, 56))
    made[0].add_freetext_annot(pymupdf.Rect(40, 90, 400, 120), "A text that everybody sees")


@pytest.mark.parametrize(
    "change",
    [tagged, described, navigable, with_form, with_layers, with_empty_private_data, with_empty_notes],
)
def test_ordinary_documents_have_nothing_to_tell(change: Callable[[Any], object]) -> None:
    sink = opened(changed(change))
    assert [(notice.rule.id, notice.evidence) for notice in sink.notices] == []
    assert not sink.gaps


def test_a_linearized_file_with_object_streams_has_nothing_to_tell() -> None:
    buffer = BytesIO()
    with pikepdf.open(BytesIO(changed(navigable))) as file:
        file.save(buffer, linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert opened(buffer.getvalue() + b"\r\n\0").notices == []


def test_a_revision_that_shows_the_same_has_nothing_to_tell(tmp_path: Path) -> None:
    """As when a document was signed: what was there before is there still."""
    path = tmp_path / "signed.pdf"
    path.write_bytes(saved(document()))
    with pymupdf.open(path) as made:
        made.set_metadata({"title": "Settings"})
        made.saveIncr()
    data = path.read_bytes()
    assert data.count(b"%%EOF") == 2
    assert opened(data).notices == []
