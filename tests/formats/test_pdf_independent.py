"""PDFium reads what copies could hold a value in, and remarks say what copies lack."""

from __future__ import annotations

from pathlib import Path

import pymupdf
import pytest

from app.errors import Unreadable
from app.formats.pdf.format import FORMAT
from app.formats.pdf.independent import texts
from app.places import PageArea, Unit
from ocr.model import Box
from tests.formats.format_contract import canary
from tests.support.documents import context_of, examined, plan_of, source_of
from tests.support.pdfs import HIDINGS, add_object, document, saved

SHOWN = (
    "text", "wrapped", "letterspaced", "scrambled", "rotated text", "turned page 90", "invisible text",
    "white text", "text under a box", "text off the page", "replacement text", "layer switched off",
    "form object", "note", "text box", "highlight", "link", "form field", "name of a form field",
    "bookmark", "title", "title beyond ASCII", "page label",
)  # fmt: skip


@pytest.mark.parametrize("name", SHOWN)
def test_another_engine_finds_the_value(name: str) -> None:
    value = canary()
    opened = FORMAT.open(source_of(HIDINGS[name].build(value)), context_of())
    assert value in "".join("".join(opened.read_independently()).split())


def test_words_and_rows_stay_apart() -> None:
    made = document()
    (text,) = (found for found in texts(saved(made)) if "Save" in found)
    assert [" ".join(row.split()) for row in text.splitlines() if row.strip()] == [
        "Settings of the service",
        "Save all changes",
    ]


def test_a_copy_is_read_without_its_covered_values(tmp_path: Path) -> None:
    value = canary()
    source = source_of(HIDINGS["text"].build(value))
    opened = FORMAT.open(source, context_of())
    opened.write(plan_of(source, (value, examined(opened).places_of(value))), tmp_path / "copy.pdf")
    copy = FORMAT.open(source_of((tmp_path / "copy.pdf").read_bytes()), context_of())
    read = "\n".join(copy.read_independently())
    assert value not in read
    assert "Save" in read


def test_what_pdfium_does_not_open_is_an_error() -> None:
    with pytest.raises(Unreadable) as caught:
        list(texts(b"%PDF-1.7\nsecret"))
    assert "secret" not in str(caught.value)


def remarks(data: bytes, tmp_path: Path, password: str | None = None) -> str:
    source = source_of(data)
    context = context_of()
    opened = FORMAT.open(source, type(context)(context.settings, context.reader, password))
    assert opened.remarks() == ()
    area = PageArea(1, (Box(30, 90, 200, 110),), Unit.POINT)
    opened.write(plan_of(source, ("", [area])), tmp_path / "copy.pdf")
    return "\n".join(remark.text for remark in opened.remarks())


def signed(data: bytes) -> bytes:
    made = pymupdf.open(stream=data, filetype="pdf")
    number = add_object(made, "<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>>>")
    made.xref_set_key(made.pdf_catalog(), "Perms", f"<</DocMDP {number} 0 R>>")
    return saved(made)


def test_remarks_say_what_the_copy_lacks(tmp_path: Path) -> None:
    plain = saved(document())
    assert "signed" not in remarks(plain, tmp_path)
    assert "encrypted" not in remarks(plain, tmp_path)
    assert "not signed" in remarks(signed(plain), tmp_path)
    made = document()
    made.xref_set_key(made.pdf_catalog(), "Collection", "<</View/D>>")
    assert "portfolio" in remarks(saved(made), tmp_path)
    locked = saved(document(), encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="o", user_pw="u")
    assert "not encrypted" in remarks(locked, tmp_path, "u")
