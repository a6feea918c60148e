"""JSON documents: the promises of every format, structure kept, only the inside of values covered."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.formats.text.document import TextDocument
from app.formats.text.json_document import JsonDocument
from app.formats.text.json_text import FORMAT
from app.model import PlanItem, RedactionPlan
from app.places import TextSpan
from tests.formats.format_contract import Case, FormatContract, canary
from tests.support.documents import context_of, examined, plan_of, source_of


def _cases() -> Iterator[Case]:
    def case(name: str, value: str, data: bytes) -> Case:
        return Case(name, data, value, any_prefix_is_valid=True)

    document = {"a": [1, None, {"é": "?"}], "b": "x\n"}
    for codec, mark in (
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", b""),
    ):
        value = canary()
        text = json.dumps(document, ensure_ascii=False, indent=1).replace("?", value)
        yield case(f"{codec}{len(mark)}", value, mark + text.replace("\n", "\r\n").encode(codec))
    value = canary()
    yield case("lines", value, b'{"a": 1}\n' + json.dumps({"b": value}).encode() + b"\n")
    value = canary()
    yield case("nested", value, json.dumps({"body": "=" + json.dumps({"k": value})}).encode())
    value = canary()
    yield case("deep", value, b"[" * 5_500 + json.dumps(value).encode() + b"]" * 5_500)
    value = canary()
    yield case("cut-off", value, b'{"a": {"b": ' + json.dumps(value).encode() + b', "c": [1, 2')
    value = canary()
    yield case("as-key", value, json.dumps({value: {"x": 1}}).encode())


class TestJsonContract(FormatContract):
    format = FORMAT

    def cases(self) -> list[Case]:
        return list(_cases())


def _open(text: str) -> TextDocument:
    return FORMAT.open(source_of(text.encode("utf-8", "surrogatepass")), context_of())


def _covered(text: str, folder: Path, *spans: tuple[int, int]) -> str:
    """The copy of ``text`` with raw ``spans`` covered, after its own check."""
    source = source_of(text.encode())
    document = FORMAT.open(source, context_of())
    assert isinstance(document, JsonDocument)
    places = tuple(TextSpan(start, end, 1, 1) for start, end in spans)
    plan = RedactionPlan(source.sha256, (PlanItem("REDACTED_X_1", places),))
    document.write(plan, folder / "copy")
    copy = source_of((folder / "copy").read_bytes())
    assert [check for check in document.check(copy, plan) if not check.passed] == []
    return copy.data.decode()


def _span(text: str, part: str) -> tuple[int, int]:
    at = text.index(part)
    return at, at + len(part)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(values, min_size=1, max_size=4), st.booleans(), st.sampled_from([None, 1]), st.data())
def test_covering_one_string_changes_that_string_only(
    tmp_path: Path, document: list[object], ascii_only: bool, indent: int | None, data: st.DataObject
) -> None:
    marker = "m4rk" + "er" * 4
    before = data.draw(st.text(max_size=5))
    after = data.draw(st.text(max_size=5))
    at = data.draw(st.integers(0, len(document)))
    document = [*document[:at], {"k": before + marker + after}, *document[at:]]
    text = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    source = source_of(text.encode("utf-8", "surrogatepass"))
    opened = FORMAT.open(source, context_of())
    places = examined(opened).places_of(marker)
    plan = plan_of(source, (marker, places))
    opened.write(plan, tmp_path / "copy")
    copy = source_of((tmp_path / "copy").read_bytes())
    assert [check for check in opened.check(copy, plan) if not check.passed] == []
    document[at] = {"k": f"{before}REDACTED_VALUE_1{after}"}
    assert json.loads(copy.data.decode("utf-8", "surrogatepass")) == document


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(values, min_size=1, max_size=4), st.data())
def test_whatever_is_drawn_the_copy_keeps_its_structure(
    tmp_path: Path, document: list[object], data: st.DataObject
) -> None:
    text = json.dumps(document)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    copy = json.loads(_covered(text, tmp_path, (start, end)))
    assert type(copy) is list
    assert [type(item) for item in copy] == [type(item) for item in document]


@pytest.mark.parametrize(
    ("number", "replacement"), [("12345678", "0"), ("-12", "0"), ("1.5", "0.0"), ("2e9", "0.0")]
)
def test_numbers_stay_numbers_of_their_type(tmp_path: Path, number: str, replacement: str) -> None:
    text = f'{{"pin": {number}, "list": [{number}]}}'
    start = text.index(number) + 1  # a part of a number means all of it
    copy = _covered(text, tmp_path, (start, start + 1))
    assert copy == f'{{"pin": {replacement}, "list": [{number}]}}'


def test_escapes_are_never_cut(tmp_path: Path) -> None:
    text = '["a\\u00e9b", "c\\\\nd", "e\\\\\\"f"]'
    assert _covered(text, tmp_path, _span(text, "00e9")) == '["aREDACTED_X_1b", "c\\\\nd", "e\\\\\\"f"]'
    assert _covered(text, tmp_path, _span(text, "\\nd")) == '["a\\u00e9b", "cREDACTED_X_1", "e\\\\\\"f"]'
    assert _covered(text, tmp_path, _span(text, '"f')) == '["a\\u00e9b", "c\\\\nd", "e\\\\REDACTED_X_1"]'


def test_structure_under_a_drawn_region_stays(tmp_path: Path) -> None:
    text = '{"first": "one", "second": [true, "two", 33]}'
    start, end = text.index("ne"), text.index("]")
    copy = json.loads(_covered(text, tmp_path, (start, end)))
    assert copy == {"first": "oREDACTED_X_1", "REDACTED_X_1": [True, "REDACTED_X_1", 0]}


def test_duplicate_keys_order_and_spacing_stay(tmp_path: Path) -> None:
    text = '{ "b":1 ,\t"a" : "hush", "a": "hush" , "b":2.50 }\r\n'
    expected = text.replace('"hush",', '"REDACTED_X_1",', 1)
    assert _covered(text, tmp_path, _span(text, "hush")) == expected


def test_a_copy_of_another_structure_fails() -> None:
    text = '{"a": "secret", "b": [1, 2], "c": null}'
    source = source_of(text.encode())
    document = FORMAT.open(source, context_of())
    plan = plan_of(source)
    for spoiled in (
        text.replace("null", '"n"'),
        text.replace("[1, 2]", "[1]"),
        text.replace('"c"', '"d"'),
        text.replace("null}", "null"),
        text + " ",
    ):
        checks = document.check(source_of(spoiled.encode()), plan)
        assert not all(check.passed for check in checks), spoiled


class TestOccurrences:
    def test_values_and_keys_are_covered_wherever_they_repeat(self, tmp_path: Path) -> None:
        value = canary()
        text = json.dumps(
            {"password": value, "note": f"use {value}", "by": {value: 1}, "b": json.dumps([value + '"'])}
        )
        spans = _open(text).occurrences(value)
        assert len(spans) == text.count(value) == 4
        copy = _covered(text, tmp_path, *[(s.start, s.end) for s in spans if isinstance(s, TextSpan)])
        assert value not in copy
        assert json.loads(json.loads(copy)["b"]) == ['REDACTED_X_1"']

    def test_a_hit_inside_an_escape_takes_the_whole_escape(self, tmp_path: Path) -> None:
        value = "n" + canary()
        text = '{"a": "' + value + '", "b": "line\\' + value + '"}'
        spans = _open(text).occurrences(value)
        copy = _covered(text, tmp_path, *[(s.start, s.end) for s in spans if isinstance(s, TextSpan)])
        assert json.loads(copy) == {"a": "REDACTED_X_1", "b": "lineREDACTED_X_1"}

    def test_a_number_is_found_as_a_number(self) -> None:
        text = '{"pin": "8305551912", "n": 8305551912, "m": 18305551912}'
        spans = _open(text).occurrences("8305551912")
        assert [text[s.start : s.end] for s in spans if isinstance(s, TextSpan)] == ["8305551912"] * 2

    def test_structure_is_no_occurrence(self) -> None:
        text = '{"a": "x1\\", \\"y", "b": ["x1", "y"]}'
        spans = _open(text).occurrences('x1", "y')
        assert all('"b"' not in text[s.start : s.end] for s in spans if isinstance(s, TextSpan))


@pytest.mark.parametrize(
    "text", ["{not json}", "[section]\nkey = value\n", '{"a": 1, // why\n "b": 2}', "[1] and more"]
)
def test_what_only_begins_like_json_is_text(text: str) -> None:
    document = _open(text)
    assert document.format == "text"
    assert text in examined(document).text


def test_damaged_json_keeps_the_names_before_the_damage() -> None:
    value = canary()
    document = _open(f'{{"headers": [{{"name": "X-Api-Key", "value": "{value}"}}], "cut": "of')
    names = {named.name for unit in examined(document).units for named in unit.sample.named}
    assert "X-Api-Key" in names


def test_the_middle_of_a_large_document_has_its_own_unit_and_pointer() -> None:
    value = canary()
    rows = [{"id": number, "note": "nothing to see here" * 10} for number in range(30_000)]
    rows[20_000]["note"] = value
    text = json.dumps({"rows": rows}, indent=1)
    sink = examined(_open(text))
    assert len(sink.units) > 1
    (place,) = sink.places_of(value)
    assert isinstance(place, TextSpan)
    assert place.pointer == "/rows/20000/note"
    assert text[place.start : place.end] == value
    assert text.splitlines()[place.line - 1].endswith(f'{value}"')
