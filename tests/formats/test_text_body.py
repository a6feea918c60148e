"""Pieces, positions and edits of raw text, for every encoding and any size of piece."""

from __future__ import annotations

import codecs
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats.text.body import Body, Edit
from app.formats.text.codec import LATIN_1, UTF_8, Codec

CODECS = [
    UTF_8,
    Codec("utf-8", codecs.BOM_UTF8),
    Codec("utf-16-le", codecs.BOM_UTF16_LE, 2),
    Codec("utf-16-be", b"", 2),
    Codec("utf-32-le", codecs.BOM_UTF32_LE, 4),
]
ALPHABET = 'ab ,"-\n\r\té€😀\u2028'
texts = st.text(st.sampled_from(ALPHABET), max_size=120)
sizes = st.sampled_from([8, 12, 40, 1 << 20])


@given(texts, st.sampled_from(CODECS), sizes, st.binary(max_size=8))
def test_pieces_are_the_whole_text_and_know_their_lines(
    text: str, codec: Codec, size: int, damage: bytes
) -> None:
    data = codec.bom + codec.encode(text) + (damage if codec.width == 1 else damage[: len(damage) % 2])
    whole = codec.decode(data[len(codec.bom) : len(data) - (len(data) - len(codec.bom)) % codec.width])
    body = Body(data, codec, size)
    assert "".join(body.text(chunk) for chunk in body.chunks) == whole == body.whole()
    assert body.length == len(whole)
    assert body.lines == whole.count("\n")
    for offset in range(0, len(whole) + 1, 3):
        span = body.span(offset, offset)
        before = whole[:offset]
        assert (span.line, span.column) == (before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)


@given(texts, st.sampled_from(CODECS), sizes, st.data())
def test_only_the_edited_characters_change(text: str, codec: Codec, size: int, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    edits = [Edit(start, end, "RED") for start, end in list(pairwise(cuts))[::2]]
    body = Body(codec.bom + codec.encode(text), codec, size)
    copy = b"".join(body.edited(edits))
    expected, done = [], 0
    for edit in edits:
        expected += [text[done : edit.start], "RED"]
        done = edit.end
    assert copy == codec.bom + codec.encode("".join([*expected, text[done:]]))
    assert body.first_difference(copy, edits) is None
    assert body.first_difference(copy + b"x", edits) is not None
    if copy:
        at = data.draw(st.integers(0, len(copy) - 1))
        spoiled = copy[:at] + bytes([copy[at] ^ 1]) + copy[at + 1 :]
        assert body.first_difference(spoiled, edits) is not None


@given(texts, st.sampled_from(CODECS), sizes, st.data())
def test_finds_text_at_its_code_points(text: str, codec: Codec, size: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    wanted = text[start : start + 3] or "a"
    found = list(Body(codec.bom + codec.encode(text), codec, size).find(wanted))
    assert all(text.startswith(wanted, at) for at in found)
    assert bool(found) == (wanted in text)


def test_edits_must_be_in_order() -> None:
    body = Body(b"abcdef", UTF_8)
    with pytest.raises(ValueError, match="order"):
        b"".join(body.edited([Edit(2, 4, "X"), Edit(3, 5, "Y")]))


def test_pieces_end_at_blank_lines_and_keep_key_blocks_whole() -> None:
    block = (
        "-----BEGIN CERTIFICATE-----\n" + "QUJD" * 10 + "\n" + "REVG" * 10 + "\n-----END CERTIFICATE-----\n"
    )
    paragraphs = "a line\nanother line\n\n" * 20 + block + "last\n" * 40
    body = Body(paragraphs.encode(), UTF_8, paragraphs.index("REVG"))
    first = body.text(body.chunks[0])
    assert first.endswith("\n\n")
    assert all(
        body.text(chunk).count("-----BEGIN") == body.text(chunk).count("-----END") for chunk in body.chunks
    )


def test_a_single_huge_line_is_cut_between_words() -> None:
    text = "word-with-dashes," * 3000
    body = Body(text.encode(), UTF_8, 1000)
    assert len(body.chunks) == 1  # not longer than the longest line that is kept whole
    pieces = Body(text.encode() * 400, UTF_8, 1 << 20)
    assert len(pieces.chunks) > 1
    assert all(pieces.text(chunk).endswith(",") for chunk in pieces.chunks)


def test_latin_1_counts_bytes() -> None:
    body = Body("äöü\nß".encode("latin-1"), LATIN_1, 2)
    assert body.span(4, 5).line == 2
    assert list(body.find("ß")) == [4]
    assert list(body.find("€")) == []
