"""Text of any kind: the promises of every format, and those of text alone."""

from __future__ import annotations

import base64
import codecs
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from app.errors import NotWritten, Unsupported
from app.formats.text.document import TextDocument
from app.formats.text.plain import FORMAT
from app.model import PlainText, PlanItem, RedactionPlan
from app.places import Form, PageArea, TextSpan
from detectors.model import Relation
from ocr.model import Box
from tests.formats.format_contract import Case, FormatContract, canary
from tests.support.documents import context_of, examined, meant, source_of


def _lines(value: str) -> str:
    return f"# Grüße\nname: demo\npassword: {value}\n\nlast: line\n"


def _cases() -> Iterator[Case]:
    def case(name: str, value: str, data: bytes) -> Case:
        return Case(name, data, value, any_prefix_is_valid=True)

    for codec, mark in (
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("latin-1", b""),
    ):
        value = canary()
        yield case(f"{codec}{len(mark)}", value, mark + _lines(value).encode(codec))
    value = canary()
    yield case("crlf", value, _lines(value).replace("\n", "\r\n").encode())
    value = canary()
    yield case("damaged", value, ("größer " * 9 + f"token={value} ").encode() + b"\xff\xc3 end\n")
    value = canary()
    yield case("one-line", value, ("a,b," * 20_000 + value + ",c" * 20_000).encode())
    value = canary()
    encoded = base64.b64encode(f"user:{value}".encode()).decode()
    yield case("kubernetes", value, f"kind: Secret\ndata:\n  login: {encoded}\n".encode())


class TestTextContract(FormatContract):
    format = FORMAT

    def cases(self) -> list[Case]:
        return list(_cases())


def _open(data: bytes) -> TextDocument:
    return FORMAT.open(source_of(data), context_of())


def _spanning(text: str, value: str, placeholder: str = "REDACTED_SECRET_1") -> PlanItem:
    at = text.index(value)
    return PlanItem(placeholder, (TextSpan(at, at + len(value), 1, 1),))


def _written(data: bytes, folder: Path, *items: PlanItem) -> bytes:
    source = source_of(data)
    document = FORMAT.open(source, context_of())
    plan = RedactionPlan(source.sha256, items)
    target = folder / "copy"
    document.write(plan, target)
    copy = source_of(target.read_bytes())
    assert all(check.passed for check in document.check(copy, plan))
    return copy.data


def test_only_the_value_changes(tmp_path: Path) -> None:
    text = "A=1\r\nTOKEN=abcdef\r\nB=2\r\n"
    assert (
        _written(text.encode(), tmp_path, _spanning(text, "abcdef"))
        == b"A=1\r\nTOKEN=REDACTED_SECRET_1\r\nB=2\r\n"
    )


def test_lines_keep_their_numbers_when_a_value_spans_several(tmp_path: Path) -> None:
    text = "key: |\n  first\n  second\nnext: 1\n"
    copy = _written(text.encode(), tmp_path, _spanning(text, "first\n  second"))
    assert copy == b"key: |\n  REDACTED_SECRET_1\n\nnext: 1\n"


def test_places_that_overlap_or_touch_become_one(tmp_path: Path) -> None:
    text = "x=abcdefghij;"
    items = [_spanning(text, "abcd", "REDACTED_A_1"), _spanning(text, "cdefgh", "REDACTED_B_1")]
    assert (
        _written(text.encode(), tmp_path, *items, _spanning(text, "ij", "REDACTED_C_1")) == b"x=REDACTED_B_1;"
    )


def test_base64_stays_valid_base64(tmp_path: Path) -> None:
    secret = base64.b64encode(b"user: something").decode()
    text = f"data: {secret}\n"
    item = PlanItem("REDACTED_SECRET_1", (TextSpan(6, 6 + len(secret), 1, 7, None, Form.BASE64),))
    copy = _written(text.encode(), tmp_path, item)
    assert base64.b64decode(copy.split()[1], validate=True).startswith(b"REDACTED_SECRET_1")


def test_the_preview_is_what_is_written(tmp_path: Path) -> None:
    text = "ä TOKEN=abcdef €\n"
    source = source_of(text.encode())
    document = FORMAT.open(source, context_of())
    plan = RedactionPlan(source.sha256, (_spanning(text, "abcdef"),))
    document.write(plan, tmp_path / "copy")
    assert document.preview(1) == PlainText(text)
    assert document.preview(1, plan) == PlainText((tmp_path / "copy").read_text("utf-8"))


def test_a_plan_for_something_else_is_refused(tmp_path: Path) -> None:
    source = source_of(b"short")
    document = FORMAT.open(source, context_of())
    for place in (TextSpan(3, 99, 1, 4), PageArea(1, (Box(0, 0, 5, 5),))):
        with pytest.raises(NotWritten):
            document.write(
                RedactionPlan(source.sha256, (PlanItem("REDACTED_X_1", (place,)),)), tmp_path / "c"
            )


def test_a_placeholder_that_would_need_escaping_is_refused(tmp_path: Path) -> None:
    source = source_of(b"short")
    plan = RedactionPlan(source.sha256, (PlanItem('x"', (TextSpan(0, 2, 1, 1),)),))
    with pytest.raises(NotWritten):
        FORMAT.open(source, context_of()).write(plan, tmp_path / "copy")


def test_binary_files_are_refused() -> None:
    source = source_of(Random(3).randbytes(4000))
    assert not FORMAT.recognises(source)
    with pytest.raises(Unsupported):
        FORMAT.open(source, context_of())


def test_a_decoded_value_bears_the_name_of_its_key() -> None:
    value = canary()
    encoded = base64.b64encode(value.encode()).decode()
    sink = examined(_open(f"data:\n  db-password: {encoded}\n".encode()))
    unit = next(unit for unit in sink.units if unit.sample.text == value)
    assert [(named.name, named.relation) for named in unit.sample.named] == [("db-password", Relation.KEY)]
    (place,) = unit.places.locate(0, 4)
    assert isinstance(place, TextSpan)
    assert (place.start, place.end, place.form, place.line) == (21, 29, Form.BASE64, 2)


class TestOccurrences:
    """One secret, every occurrence, in any form."""

    def test_every_form_is_found(self) -> None:
        value = f"p/w+{canary()}=="
        quoted = "p%2Fw%2B" + value[4:-2] + "%3D%3D"
        hexadecimal = value.encode().hex()
        alignments = [base64.b64encode(b"x" * n + value.encode() + b"tail").decode() for n in range(3)]
        places = [value, quoted, value.replace("/", "\\/"), hexadecimal]
        text = "\n".join(["start", *places, *alignments, "end"])
        spans = _open(text.encode()).occurrences(value)
        assert [
            meant(text, span) for span in spans if isinstance(span, TextSpan) and span.form is Form.BASE64
        ] == [value] * 3
        for shown in places:
            at = text.index(shown)
            assert any(
                isinstance(span, TextSpan) and span.start <= at and at + len(shown) <= span.end
                for span in spans
            ), shown

    def test_a_word_is_not_searched_for(self) -> None:
        assert _open(b"user: postgres\npassword: postgres\n").occurrences("postgres") == ()
        assert _open(b"pin 1234, year 1234\n").occurrences("1234") == ()

    def test_figures_are_found_as_whole_numbers_only(self) -> None:
        document = _open(b"code 8305551912 and 98305551912 and x8305551912;")
        spans = document.occurrences("8305551912")
        assert [span.start for span in spans if isinstance(span, TextSpan)] == [5, 37]

    def test_base64_hits_take_whole_groups(self) -> None:
        value = canary()
        encoded = base64.b64encode(f"prefix:{value}:suffix".encode()).decode()
        text = f"auth = '{encoded}'"
        (span,) = set(_open(text.encode()).occurrences(value))
        assert isinstance(span, TextSpan)
        assert span.end - span.start < len(encoded)
        assert meant(text, span) == value


def test_large_texts_come_in_pieces_with_their_own_places() -> None:
    value = canary()
    line = "2026-11-23 INFO nothing happened here\n"
    text = line * 300_000 + f"token={value}\n"
    sink = examined(_open(text.encode()))
    assert len(sink.units) > 1
    (place,) = sink.places_of(value)
    assert isinstance(place, TextSpan)
    assert (place.line, place.column) == (300_001, 7)
    assert text[place.start : place.end] == value
    assert sink.told == sorted(sink.told)


def test_a_damaged_picture_in_a_page_is_named_as_not_read() -> None:
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(3000)).decode()
    sink = examined(_open(f'<p>text</p><img src="data:image/png;base64,{picture}">\n'.encode()))
    assert [gap.where for gap in sink.gaps] == ["embedded picture 1"]


def test_text_in_a_data_address_is_read() -> None:
    value = canary()
    encoded = base64.b64encode(f'{{"password": "{value}"}}'.encode()).decode()
    text = f"//# sourceMappingURL=data:application/json;base64,{encoded}\n"
    (place,) = examined(_open(text.encode())).places_of(value)
    assert isinstance(place, TextSpan)
    assert meant(text, place) == value
