"""Files inside a PDF are opened like files on disk, within bounds, and no copy has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pymupdf
import pytest

from app import notices
from app.formats.members import DEEPEST
from app.formats.pdf import attachments
from app.formats.pdf.format import FORMAT
from app.places import MetadataKey
from ocr.model import Box
from tests.formats.format_contract import canary
from tests.support.documents import CollectingSink, FakeReader, context_of, examined, source_of
from tests.support.pdfs import add_object, document, picture_of, saved


def with_files(*files: tuple[str, bytes]) -> bytes:
    made = document()
    for number, (name, content) in enumerate(files):
        made.embfile_add(f"file {number}", content, filename=name)
    return saved(made)


def page_of(text: str) -> bytes:
    made = document()
    made[0].insert_text((40, 100), text, fontsize=11)
    return saved(made)


def on_note(content: bytes) -> bytes:
    made = document()
    made[0].add_file_annot((300, 40), content, "statement.pdf")
    return saved(made)


def on_page(content: bytes) -> bytes:
    made = document()
    file = add_object(made, "<</Type/EmbeddedFile>>", content)
    spec = add_object(made, f"<</Type/Filespec/UF(a.pdf)/EF<</UF {file} 0 R>>/AFRelationship/Data>>")
    made.xref_set_key(made[0].xref, "AF", f"[{spec} 0 R]")
    return saved(made)


def through_references(content: bytes) -> bytes:
    """No object says that it is a file; its description leads there in two steps."""
    made = document()
    file = add_object(made, "<<>>", content)
    files = add_object(made, f"<</F {file} 0 R>>")
    made.xref_set_key(made.pdf_catalog(), "Odd", f"[<</F(a.pdf)/EF {files} 0 R>>]")
    return saved(made)


def opened(data: bytes, reader: FakeReader | None = None) -> CollectingSink:
    return examined(FORMAT.open(source_of(data), context_of(reader)))


@pytest.mark.parametrize(
    "build",
    [lambda content: with_files(("a.pdf", content)), on_note, on_page, through_references],
    ids=["name tree", "note", "page", "references"],
)
def test_an_attached_document_is_examined(build: Callable[[bytes], bytes]) -> None:
    value = canary()
    sink = opened(build(page_of(value)))
    assert not sink.gaps
    assert [notice.rule for notice in sink.notices] == [notices.ATTACHMENT]
    (place,) = sink.places_of(value)
    assert place == sink.notices[0].where
    assert isinstance(place, MetadataKey)
    assert "page 1" in next(unit.title for unit in sink.units if value in unit.sample.text)


def test_an_attached_picture_is_read() -> None:
    value = canary()
    reader = FakeReader(((value, Box(8, 8, 600, 100)),))
    sink = opened(with_files(("screen.png", picture_of(value))), reader)
    assert sink.places_of(value) == (MetadataKey("pdf:attached file 1.png"),)


def test_a_name_is_not_told_in_places() -> None:
    value = canary()
    sink = opened(with_files((f"{value}.txt", b"nothing"), (f"x.{value}", b"nothing")))
    assert value in sink.text
    assert not any(value in str(notice.where) for notice in sink.notices)
    assert not any(value in unit.title for unit in sink.units)


def test_what_cannot_be_opened_is_a_gap() -> None:
    sink = opened(with_files(("a.bin", bytes(range(256))), ("b.pdf", page_of("x")[:300])))
    assert [gap.where for gap in sink.gaps] == ["attached file 1.bin", "attached file 2.pdf"]
    assert len(sink.notices) == 2


def test_attached_files_of_attached_files_end_somewhere() -> None:
    value = canary()
    data = page_of(value)
    for _ in range(DEEPEST + 1):
        data = with_files(("inner.pdf", data))
    sink = opened(data)
    assert value not in sink.text
    (gap,) = sink.gaps
    assert gap.where.count("attached file 1.pdf") == DEEPEST + 1
    assert value in opened(with_files(("inner.pdf", with_files(("inner.pdf", page_of(value)))))).text


def test_an_attached_file_with_a_password_is_a_gap() -> None:
    locked = pymupdf.open(stream=page_of("x"), filetype="pdf").tobytes(
        encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="o", user_pw="u"
    )
    document_of_all = FORMAT.open(
        source_of(with_files(("a.pdf", locked))), replace(context_of(), password="outer")
    )
    (gap,) = examined(document_of_all).gaps
    assert "password" in gap.why


@pytest.mark.parametrize(("bound", "most"), [("MOST_FILES", 2), ("MOST_BYTES", 25)])
def test_more_files_than_are_opened_are_a_gap(monkeypatch: Any, bound: str, most: int) -> None:
    monkeypatch.setattr(attachments, bound, most)
    files = [("a.txt", b"text of file %d" % number) for number in range(4)]
    sink = opened(with_files(*files))
    assert "text of file 0" in sink.text
    assert "text of file 3" not in sink.text
    assert sink.gaps


def test_a_bomb_is_not_inflated(monkeypatch: Any) -> None:
    monkeypatch.setattr(attachments, "MOST_BYTES", 1000)
    sink = opened(with_files(("a.txt", b"a" * 1_000_000)))
    assert len(sink.gaps) == 1
    assert "a" * 100 not in sink.text


@pytest.mark.parametrize("entry", ["EF", "PieceInfo"])
def test_a_maze_of_references_ends(entry: str) -> None:
    """Every object leads to all others a hundred times; each is looked at once."""
    made = document()
    numbers = [int(made.get_new_xref()) for _ in range(12)]
    maze = " ".join(f"{number} 0 R" for number in numbers * 100)
    for number in numbers:
        made.update_object(number, f"[{maze}]")
    made.xref_set_key(made.pdf_catalog(), "Odd", f"<</{entry} [{maze}]>>")
    assert not opened(saved(made)).notices


def test_files_in_other_streams_are_opened() -> None:
    value = canary()
    made = document()
    number = add_object(made, "<<>>", page_of(value))
    made.xref_set_key(made.pdf_catalog(), "PieceInfo", f"<</App<</Private {number} 0 R>>>>")
    assert opened(saved(made)).places_of(value)


def test_files_in_unused_streams_are_opened() -> None:
    value = canary()
    made = document()
    add_object(made, "<<>>", page_of(value))
    assert opened(saved(made, garbage=0)).places_of(value)
