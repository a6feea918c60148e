from __future__ import annotations

import base64
import json
from random import Random
from urllib.parse import quote

import pytest

from app.residue import distinctive, survivors
from detectors.samples import generate


@pytest.fixture
def value(random: Random) -> str:
    return generate('[A-Za-z0-9]{12}["/+&=][A-Za-z0-9]{20}', random)


FORMS = {
    "plain": lambda v: v.encode(),
    "utf-16-le": lambda v: v.encode("utf-16-le"),
    "utf-16-be": lambda v: v.encode("utf-16-be"),
    "json": lambda v: json.dumps(v).encode(),
    "json in json": lambda v: json.dumps(json.dumps(v)).encode(),
    "percent": lambda v: quote(v, safe="").encode(),
    "base64": lambda v: base64.b64encode(v.encode()),
    "base64 after one byte": lambda v: base64.b64encode(b"x" + v.encode() + b"yy"),
    "base64 after two bytes": lambda v: base64.b64encode(b"xy" + v.encode() + b"z"),
    "url-safe base64": lambda v: base64.urlsafe_b64encode(b"??" + v.encode() + b"??"),
    "hex": lambda v: v.encode().hex().encode(),
    "first half": lambda v: v[: len(v) // 2].encode(),
    "second half": lambda v: v[len(v) // 2 :].encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_value_is_found_in_every_form(form: str, value: str) -> None:
    haystack = b"before " + FORMS[form](value) + b" after"
    assert survivors([value], [b"nothing here", haystack]) == 1


def test_other_text_is_not_taken_for_the_value(value: str, random: Random) -> None:
    other = generate("[A-Za-z0-9 ]{4000}", random).encode()
    assert survivors([value], [other]) == 0


def test_values_are_counted_once_each(value: str, random: Random) -> None:
    second = generate("[a-z]{30}", random)
    both = f"{value} {second} {value}".encode()
    assert survivors([value, second, value], [both, both]) == 2


def test_short_values_do_not_match_by_chance() -> None:
    assert survivors(["1234"], [b"1234 12345"]) == 0


@pytest.mark.parametrize("value", ["postgres", "production", "admin", "12345", "abc123"])
def test_values_that_are_words_of_the_file_itself_are_not_searched_for(value: str) -> None:
    assert not distinctive(value)
    assert survivors([value], [value.encode()]) == 0


@pytest.mark.parametrize("value", ["Sommer2024", "83055519", "xK9f2Q", "a sentence of four words"])
def test_values_that_hardly_repeat_by_chance_are(value: str) -> None:
    assert distinctive(value)
    assert survivors([value], [value.encode()]) == 1


def test_a_half_that_another_value_shares_is_not_left_over(value: str, random: Random) -> None:
    """Two tokens that begin alike, one covered and one kept on purpose."""
    twin = value[: len(value) // 2] + generate("[A-Za-z0-9]{16}", random)
    before = f"anon={twin}\nservice={value}\n".encode()
    after = f"anon={twin}\nservice=REDACTED_KEY_1\n".encode()
    assert survivors([value], [after], lambda: [before]) == 0
    assert survivors([value], [after + value[: len(value) // 2].encode()], lambda: [before]) == 1
