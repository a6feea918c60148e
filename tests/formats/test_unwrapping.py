"""Decoding what stands inside a text: the way back, and bounds against texts made to cost much."""

from __future__ import annotations

import base64
import gzip
import json
from time import process_time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats.text import unwrapping
from app.formats.text.binary_text import packed_values
from app.formats.text.escapes import ENTITIES, FORM, PERCENT, QUOTED_PRINTABLE, SCRIPT, Notation
from app.formats.text.plain import FORMAT
from app.places import Form
from tests.support.documents import CollectingSink, context_of, examined, source_of

NOTATIONS = {
    "percent": (PERCENT, "a%41%C3%A9 %FFz+"),
    "form": (FORM, "a+%41%C3%A9z"),
    "entities": (ENTITIES, "a&lt;&#65;&#x1F600;&nosuch;&#0;&amp;z"),
    "script": (SCRIPT, "a\\u0041\\ud83d\\ude00\\x41\\n\\\\\\/\\d\\u{1F600}z"),
    "mail": (QUOTED_PRINTABLE, "a=41=\r\n=C3=A9=3D =\nz"),
}


@pytest.mark.parametrize("name", NOTATIONS)
def test_every_character_leads_back_to_its_own_raw_characters(name: str) -> None:
    notation, text = NOTATIONS[name]
    decoded, steps = notation.decoded(text), notation.steps(text)
    for start in range(len(decoded)):
        for end in range(start + 1, len(decoded) + 1):
            raw = text[steps.start(start) : steps.end(end)]
            assert notation.decoded(raw) == decoded[start:end]
    assert (steps.start(0), steps.end(len(decoded))) == (0, len(text))


@given(st.text(st.sampled_from("ab \n%41&lt;\\u0=3D\r"), max_size=60), st.sampled_from(list(NOTATIONS)))
def test_stretches_hold_every_telling_sequence_once(text: str, name: str) -> None:
    notation: Notation = NOTATIONS[name][0]
    stretches = list(notation.stretches(text))
    ends = [0, *(end for _, end in stretches)]
    assert all(before <= start < end for before, (start, end) in zip(ends, stretches, strict=False))
    for found in notation.telling.finditer(text):
        assert sum(start <= found.start() and found.end() <= end for start, end in stretches) == 1


@given(
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, blacklist_characters="\x7f"), min_size=24),
    st.sampled_from([0, 40, 76]),
    st.data(),
)
def test_base64_parts_are_found_by_their_groups(text: str, width: int, data: st.DataObject) -> None:
    plain = "plain text: " + "".join(char for char in text if not 0x7F <= ord(char) < 0xA0)
    written = base64.b64encode(plain.encode()).decode()
    if width:
        written = "\n".join(written[at : at + width] for at in range(0, len(written), width))
    (value,) = packed_values(f"key: {written}")
    assert (value.text, value.name, value.start) == (plain, "key", 5)
    start = data.draw(st.integers(0, len(plain) - 1))
    end = data.draw(st.integers(start + 1, len(plain)))
    first, last, margins = value.characters(written, start, end)
    bare = "".join(written[first:last].split()).rstrip("=")
    meant = base64.b64decode(bare + "=" * (-len(bare) % 4))
    assert meant[margins[0] : len(meant) - margins[1]].decode() == plain[start:end]


def test_words_hashes_and_keys_are_no_text() -> None:
    text = "InternationalizationUtilities 0123456789abcdef0123456789abcdef /usr/share/applications/x"
    assert list(packed_values(text)) == []


def test_hexadecimal_text_is_told_from_numbers() -> None:
    (value,) = packed_values(f"a 0x{b'a readable text'.hex()} {'9' * 41}")
    assert (value.text, value.form) == ("a readable text", Form.HEXADECIMAL)


def _cost(text: str) -> tuple[float, CollectingSink]:
    document = FORMAT.open(source_of(text.encode()), context_of())
    start = process_time()
    sink = examined(document)
    return process_time() - start, sink


def _row(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "piece",
    [
        "%41",
        "%25",
        "%2525252541 ",
        "a=%3D&",
        "&#65;",
        "&amp;amp;amp;lt;",
        "\\u0041",
        "\\\\\\\\",
        '\\"',
        "=\n",
        "=3D",
        "content-transfer-encoding: quoted-printable\n\n=3D",
        "data:;base64,",
        "x" * 16 + " ",
        _row("p" * 57) + "\n",
        _row("some text " * 5 + "\ufffe" * 2) + "\n",
        _row(_row(_row("text in text in text"))) + " ",
        json.dumps(json.dumps(json.dumps({"a": [1]}))),
        "{" * 9,
        quote(quote(quote("<&%"))),
    ],
)
def test_hostile_text_costs_linear_time_and_is_decoded_within_bounds(piece: str) -> None:
    small, large = 30_000 // len(piece), 120_000 // len(piece)
    _cost(piece * 10)
    for _ in range(3):  # a busy machine may spoil one
        before = _cost(piece * small)[0]
        after, sink = _cost(piece * large)
        if after < 8 * before + 0.2:
            break
    assert after < 8 * before + 0.2
    assert sum(len(unit.sample.text) for unit in sink.units) < 12 * 120_000 + (1 << 20)


def test_too_much_that_is_encoded_is_named_as_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unwrapping, "_FREE", 0)
    monkeypatch.setattr(unwrapping, "_MOST_DECODED", 1)
    text = "".join(f"k{number}: {_row(_row('text in text in text'))}\n" for number in range(60))
    _, sink = _cost(text)
    assert [gap.where for gap in sink.gaps] == ["encoded parts"]
    assert sum(len(unit.sample.text) for unit in sink.units) < 2.5 * len(text)


def test_what_unpacks_to_too_much_is_named_as_not_read() -> None:
    packed = base64.b64encode(gzip.compress(bytes(range(32, 120)) * 5_000, 9)).decode()
    _, sink = _cost(f"a: {packed}\n")
    assert [gap.where for gap in sink.gaps] == ["embedded files"]
