"""The syntax of PDF objects, read without a PDF library."""

from __future__ import annotations

import time
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats.pdf.streams import looks_like_text, raw_streams, shown_text, strings_in
from app.formats.pdf.syntax import DEEPEST, Malformed, Name, ObjectReader, Ref, Text, text_of, tokens


def value(source: bytes) -> object:
    return ObjectReader(source).value()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"(plain)", Text(b"plain")),
        (b"(a (nested) one)", Text(b"a (nested) one")),
        (b"(\\(\\)\\\\ \\101\\1012 \\n\\\n!)", Text(b"()\\ AA2 \n!")),
        (b"(\\9)", Text(b"9")),
        (b"<48 65 6C6c6F>", Text(b"Hello")),
        (b"<4>", Text(b"@")),
        (b"/na#6de", Name("name")),
        (b"12 0 R", Ref(12)),
        (b"12 0", 12),
        (b"-.5", -0.5),
        (b"+7", 7),
        (b"true", True),
        (b"null", None),
        (b"[1 2 0 R(a)/b]", [1, Ref(2), Text(b"a"), Name("b")]),
        (b"<</A 1/B<</C[]>>>>", {"A": 1, "B": {"C": []}}),
    ],
)
def test_objects_are_read(source: bytes, expected: object) -> None:
    assert value(source) == expected


@pytest.mark.parametrize(
    "source",
    [b"", b"]", b">>", b"<</A>>", b"<</A 1/A 2>>", b"<<1 2>>", b"[1", b"word", b"%note\n1",
     b"[" * (DEEPEST + 2), b"<</A%note\n1>>"],
)  # fmt: skip
def test_what_is_no_object_is_refused(source: bytes) -> None:
    with pytest.raises(Malformed):
        value(source)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Größe".encode("utf-16"), "Größe"),
        (b"\xfe\xff" + "Größe".encode("utf-16-be"), "Größe"),
        (b"\xef\xbb\xbf" + "Größe".encode(), "Größe"),
        (b"plain", "plain"),
    ],
)
def test_text_strings_are_decoded(raw: bytes, expected: str) -> None:
    assert text_of(raw) == expected


def test_strings_comments_and_long_words_are_told() -> None:
    source = b"%a long comment\n<</Title(one)/A<74776F>>> unusually_long_word 0000000123 endobj"
    assert list(strings_in(source)) == ["a long comment", "one", "two", "unusually_long_word"]


def test_shown_text_joins_the_pieces_of_one_array() -> None:
    assert shown_text(b"BT [(sec) -20 (ret)] TJ (next) Tj <6162> ' ET") == "secret\nnext\nab"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"words and\nlines", True),
        ("Привет, мир".encode(), True),
        ("a".encode("utf-16"), True),
        (bytes(range(256)), False),
        (b"\0\0\0", False),
        (b"", False),
    ],
)
def test_text_is_told_from_other_data(content: bytes, expected: bool) -> None:
    assert looks_like_text(content) is expected


@given(st.binary(max_size=300))
def test_any_bytes_end_in_tokens_that_cover_them(data: bytes) -> None:
    found = list(tokens(data))
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert not found or found[-1].end <= len(data)
    with suppress(Malformed):
        value(data)


@given(st.binary(max_size=60))
def test_a_string_comes_back_however_it_is_written(raw: bytes) -> None:
    literal = raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)").replace(b"\r", b"\\r")
    assert value(b"(" + literal + b")") == Text(raw)
    assert value(b"<" + raw.hex().encode() + b">") == Text(raw)


@pytest.mark.parametrize(
    "data",
    [b"(" * 100_000, b"(\\" * 50_000, b"<" * 100_000, b"[" * 100_000, b"/" * 100_000, b"stream\n" * 20_000,
     b"1 0 obj " * 12_000, b"%" * 100_000, b"endstream" * 10_000],
    ids=range(9),
)  # fmt: skip
def test_reading_hostile_bytes_takes_linear_time(data: bytes) -> None:
    before = time.process_time()
    sum(1 for _ in tokens(data))
    sum(1 for _ in strings_in(data))
    sum(1 for _ in raw_streams(data))
    assert time.process_time() - before < 4
