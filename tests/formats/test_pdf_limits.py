"""Damaged, encrypted, oversized and hostile PDFs end in our errors, and nothing large is allocated."""

from __future__ import annotations

import dataclasses
import io
import os
import zlib

import pikepdf
import pymupdf
import pytest

from app.errors import PasswordNeeded, TooLarge, Unreadable
from app.formats.pdf import streams
from app.formats.pdf.format import FORMAT
from app.formats.pdf.streams import Budget, RawStream, decoded, inflate, raw_streams
from tests.formats.format_contract import canary
from tests.support.documents import context_of, examined, plan_of, source_of
from tests.support.pdfs import HIDINGS, PICTURE, add_object, document, picture_of, saved


def test_the_header_may_stand_behind_some_rubbish() -> None:
    data = saved(document())
    assert FORMAT.recognises(source_of(b"x" * 1000 + data))
    assert not FORMAT.recognises(source_of(b"x" * 1024 + data))
    assert FORMAT.suffix(source_of(data, "a.bin")) == ".pdf"


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\nrubbish\n%%EOF\n", b"%PDF-1.4\n%%EOF\n" * 50])
def test_what_only_looks_like_a_pdf_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable) as error:
        FORMAT.open(source_of(data), context_of())
    assert error.value.next_step


def test_a_file_cut_behind_its_first_revision_is_unreadable() -> None:
    data = HIDINGS["earlier revision"].build(canary())
    with pytest.raises(Unreadable):
        FORMAT.open(source_of(data[: data.rindex(b"trailer")]), context_of())


def test_a_damaged_table_of_objects_makes_the_document_incomplete() -> None:
    value = canary()
    data = HIDINGS["text"].build(value)
    start = data.rindex(b"startxref\n")
    sink = examined(FORMAT.open(source_of(data[:start] + b"startxref\n7\n%%EOF\n"), context_of()))
    assert value in sink.text
    assert [gap.where for gap in sink.gaps] == ["the file"]


def encrypted(value: str, owner_only: bool = False) -> tuple[bytes, str]:
    made = document(title=value)
    password = canary()
    data = saved(
        made,
        encryption=pymupdf.PDF_ENCRYPT_AES_256,
        owner_pw=password,
        user_pw="" if owner_only else password,
    )
    return data, password


def test_a_password_is_asked_for_and_the_copy_is_open(tmp_path) -> None:
    value = canary()
    data, password = encrypted(value)
    with pytest.raises(PasswordNeeded) as missing:
        FORMAT.open(source_of(data), context_of())
    with pytest.raises(PasswordNeeded) as wrong:
        FORMAT.open(source_of(data), dataclasses.replace(context_of(), password="no" + password))
    assert missing.value.message != wrong.value.message
    assert password not in str(wrong.value)
    source = source_of(data)
    opened = FORMAT.open(source, dataclasses.replace(context_of(), password=password))
    sink = examined(opened)
    assert value in sink.text
    assert "Settings" in sink.text
    opened.write(plan_of(source), tmp_path / "copy.pdf")
    with pikepdf.open(tmp_path / "copy.pdf") as copy:
        assert not copy.is_encrypted
    copied = source_of((tmp_path / "copy.pdf").read_bytes())
    assert all(check.passed for check in opened.check(copied, plan_of(source)))


def test_an_owner_password_alone_hides_nothing() -> None:
    value = canary()
    data, _ = encrypted(value, owner_only=True)
    assert value in examined(FORMAT.open(source_of(data), context_of())).text


def test_more_pages_than_allowed_are_refused() -> None:
    made = document()
    made.new_page()
    data = saved(made)
    with pytest.raises(TooLarge):
        FORMAT.open(source_of(data), context_of(max_pages=1))
    FORMAT.open(source_of(data), context_of(max_pages=2)).close()


@pytest.mark.parametrize("stated", ["/Width 30000/Height 30000", "/Width 2000000000/Height 2000000000"])
def test_a_picture_of_too_many_pixels_is_refused_unseen(stated: str) -> None:
    made = document()
    add_object(made, f"<</Type/XObject/Subtype/Image{stated}/BitsPerComponent 8/ColorSpace/DeviceRGB>>", b"x")
    with pytest.raises(TooLarge):
        FORMAT.open(source_of(saved(made)), context_of())


def test_a_stated_size_behind_a_reference_counts() -> None:
    made = document()
    side = add_object(made, "40000")
    add_object(
        made,
        f"<</Type/XObject/Subtype/Image/Width {side} 0 R/Height {side} 0 R/BitsPerComponent 8"
        "/ColorSpace/DeviceGray>>",
        b"x",
    )
    with pytest.raises(TooLarge):
        FORMAT.open(source_of(saved(made)), context_of())


@pytest.mark.parametrize("encryption", [pymupdf.PDF_ENCRYPT_NONE, pymupdf.PDF_ENCRYPT_AES_256])
def test_data_that_grows_without_end_is_refused(monkeypatch: pytest.MonkeyPatch, encryption: int) -> None:
    monkeypatch.setattr(streams, "MOST_INFLATED", 1 << 20)
    monkeypatch.setattr(Budget.__init__, "__defaults__", (1 << 20,))
    made = document()
    add_object(made, "<<>>", bytes(3 << 20))
    data = saved(made, encryption=encryption, owner_pw="o")
    assert len(data) < 20_000
    with pytest.raises(TooLarge):
        FORMAT.open(source_of(data), context_of())


def test_a_page_larger_than_paper_is_refused() -> None:
    made = document()
    made.xref_set_key(made[0].xref, "MediaBox", "[0 0 900000 900000]")
    opened = FORMAT.open(source_of(saved(made)), context_of())
    with pytest.raises(TooLarge):
        examined(opened)


def test_a_very_large_page_is_rendered_within_bounds() -> None:
    made = document()
    made.xref_set_key(made[0].xref, "MediaBox", "[0 0 14400 14400]")
    shown = FORMAT.open(source_of(saved(made)), context_of()).preview(1)
    assert shown.width * shown.height <= 31_000_000
    assert shown.width == pytest.approx(14_400 * shown.scale, abs=2)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("shown_before", [False, True])
def test_a_damaged_picture_makes_the_document_incomplete(kind: str, shown_before: bool) -> None:
    made = document()
    number = made[0].insert_image(PICTURE, stream=picture_of("a line of text", kind))
    whole = made.xref_stream_raw(number)
    library = pymupdf.mupdf
    file = library.pdf_document_from_fz_document(made)
    half = library.fz_new_buffer_from_copied_data(whole[: len(whole) // 2])
    library.pdf_update_stream(file, library.pdf_new_indirect(file, number, 0), half, 1)
    opened = FORMAT.open(source_of(saved(made)), context_of())
    if shown_before:
        opened.preview(1)
    (gap,) = examined(opened).gaps
    assert gap.where == "page 1"
    assert gap.area is not None


def test_nothing_of_a_hostile_file_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    value = canary()
    made = document()
    number = made[0].get_contents()[0]
    made.update_stream(number, made.xref_stream(number) + f"\n{value} <<bad ({value}".encode())
    opened = FORMAT.open(source_of(saved(made)), context_of())
    examined(opened)
    opened.preview(1)
    printed = capfd.readouterr()
    assert printed.out == printed.err == ""


def test_streams_are_found_by_their_bytes_alone() -> None:
    data = b"junk 7 0 obj\n<</Filter/FlateDecode>>\nstream\r\n%s\r\nendstream\nstream\nplain" % zlib.compress(
        b"a"
    )
    first, second = raw_streams(data)
    assert (first.number, second.number) == (7, None)
    assert decoded(first, Budget()) == b"a"
    assert second.raw == b"plain"


@pytest.mark.parametrize(
    ("filters", "raw"),
    [
        (b"/Filter/FlateDecode", zlib.compress(b"hello there")),
        (b"/Filter [/Fl]", zlib.compress(b"hello there") + b"\r\n"),
        (b"/Filter/ASCIIHexDecode", b"68656c6c6f 207468657265>"),
        (b"/Filter/A85", b"BOu!rD]j7BEbo7~>"),
        (b"/Filter[/AHx/Fl]", zlib.compress(b"hello there").hex().encode() + b">"),
        (b"", zlib.compress(b"hello there")),
        (b"", b"hello there"),
    ],
)
def test_filters_are_undone(filters: bytes, raw: bytes) -> None:
    content = decoded(RawStream(1, b"1 0 obj <<%s>>" % filters, raw, 0), Budget())
    assert content is not None
    expected = b"hello there" if b"85" not in filters else b"hello world"
    assert content.rstrip() in (expected, b"hello there")


@pytest.mark.parametrize("name", [b"/LZWDecode", b"/Unknown", b"/ASCII85Decode"])
def test_an_unknown_or_broken_filter_is_said_to_be(name: bytes) -> None:
    assert decoded(RawStream(1, b"1 0 obj <</Filter%s>>" % name, b"\xff\xfe", 0), Budget()) is None


def test_broken_deflate_data_gives_what_was_whole() -> None:
    packed = zlib.compress(os.urandom(5000) + b"x" * 5000, 0)
    whole = inflate(packed[:8000], Budget())
    assert whole is not None
    assert len(whole) > 4000
    assert inflate(b"no deflate data", Budget()) is None


def test_an_encrypted_history_is_said_to_be_unread() -> None:
    data, password = encrypted(canary())
    made = pymupdf.open(stream=data, filetype="pdf")
    made.authenticate(password)
    path = io.BytesIO()
    made.save(path, encryption=pymupdf.PDF_ENCRYPT_KEEP)
    whole = path.getvalue()
    twice = whole + b"1 0 obj\n<<>>\nendobj\n" + whole[whole.rindex(b"xref\n0") :]
    context = dataclasses.replace(context_of(), password=password)
    sink = examined(FORMAT.open(source_of(twice), context))
    assert any(gap.where == "earlier versions" for gap in sink.gaps)


def test_text_that_speaks_of_pdf_is_text() -> None:
    assert not FORMAT.recognises(source_of(b'if data.startswith(b"%PDF-"):\n    return "12 objects"\n'))
    assert FORMAT.recognises(source_of(b"rubbish\n%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"))
