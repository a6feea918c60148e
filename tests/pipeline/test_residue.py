from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import re
import time
import zipfile
import zlib
from html import escape
from random import Random
from urllib.parse import quote

import pytest

from app.residue.inflating import Budget, TooMuch, inflated
from app.residue.search import FRAGMENT, Parts, distinctive, survivors
from app.residue.strings import ByteSearch
from detectors.samples import generate


@pytest.fixture
def value(random: Random) -> str:
    return generate('[A-Za-z0-9]{12}["/+&=][A-Za-z0-9]{20}', random)


def parts(*data: bytes) -> Parts:
    return lambda: [(f"part {number}", part) for number, part in enumerate(data)]


def left(values: list[str], *copy: bytes, original: bytes = b"") -> int:
    return len({leak.number for leak in survivors(values, parts(*copy), parts(original))})


def each(pattern: str, value: str) -> bytes:
    return "".join(pattern.format(ord(character)) for character in value).encode()


def wrapped(data: bytes, width: int = 13) -> bytes:
    return b"\r\n  ".join(data[at : at + width] for at in range(0, len(data), width))


FORMS = {
    "plain": lambda v: v.encode(),
    "other case": lambda v: v.swapcase().encode(),
    "wrapped": lambda v: wrapped(v.encode()),
    "reversed": lambda v: v[::-1].encode(),
    "utf-16-le": lambda v: v.encode("utf-16-le"),
    "utf-16-be": lambda v: v.encode("utf-16-be"),
    "utf-32": lambda v: v.encode("utf-32"),
    "json": lambda v: json.dumps(v).encode(),
    "json in json in json": lambda v: json.dumps(json.dumps(json.dumps(v))).encode(),
    "json, every character": lambda v: each("\\u{:04X}", v),
    "percent": lambda v: quote(v, safe="").encode(),
    "percent, small": lambda v: re.sub("%..", lambda code: code[0].lower(), quote(v, safe="")).encode(),
    "percent, every character": lambda v: each("%{:02X}", v),
    "percent, twice": lambda v: quote(quote(v, safe=""), safe="").encode(),
    "xml": lambda v: escape(v).encode(),
    "xml, decimal": lambda v: each("&#{};", v),
    "xml, hexadecimal": lambda v: each("&#x{:X};", v),
    "quoted-printable": lambda v: (v[:15] + "=\r\n" + v[15:].replace("=", "=3D")).encode(),
    "octal": lambda v: each("\\{:03o}", v),
    "name in a PDF": lambda v: each("#{:02X}", v),
    "escaped bytes": lambda v: each("\\x{:02x}", v),
    "base64": lambda v: base64.b64encode(v.encode()),
    "base64 after one byte": lambda v: base64.b64encode(b"x" + v.encode() + b"yy"),
    "base64 after two bytes": lambda v: base64.b64encode(b"xy" + v.encode() + b"z"),
    "url-safe base64": lambda v: base64.urlsafe_b64encode(b"??" + v.encode() + b"??"),
    "base64, wrapped": lambda v: wrapped(base64.b64encode(v.encode())),
    "base64 of UTF-16": lambda v: base64.b64encode(v.encode("utf-16-le")),
    "hex": lambda v: v.encode().hex().encode(),
    "hex, spaced": lambda v: v.encode().hex(" ").upper().encode(),
    "hex with colons": lambda v: v.encode().hex(":").encode(),
    "numbers": lambda v: str(list(v.encode())).encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_value_is_found_in_every_form(form: str, value: str) -> None:
    assert left([value], b"nothing here", b"before " + FORMS[form](value) + b" after") == 1


@pytest.mark.parametrize("form", FORMS)
def test_any_piece_of_a_value_is_found_in_every_form(form: str, random: Random) -> None:
    value = generate("[A-Za-z0-9]{40}", random)
    start = random.randrange(1, len(value) - FRAGMENT - 1)
    piece = value[start : start + FRAGMENT]
    if "case" in form:
        assert left([value], FORMS[form](piece)) == 0, "a piece by chance is too likely"
    else:
        assert left([value], b"before, " + FORMS[form](piece) + b", after") == 1


def test_a_leak_tells_form_length_and_place_but_no_value(value: str) -> None:
    (leak,) = survivors([value], parts(b"x", value[:FRAGMENT].encode().hex().encode()))
    assert (leak.form, leak.length, leak.where) == ("hexadecimal", FRAGMENT, "part 1")
    assert value[:FRAGMENT] not in repr(leak)


def test_text_that_is_not_ascii_is_found_in_every_code(random: Random) -> None:
    value = generate("[äöüßéçñ]{6}[0-9]{6}[äöüß]{4}", random)
    for code in ("utf-8", "utf-16-le", "utf-16-be", "cp1252"):
        assert left([value], b"before " + value.encode(code) + b" after") == 1, code
        assert left([value], b"???????????????" + bytes(100)) == 0


def test_other_text_is_not_taken_for_the_value(value: str, random: Random) -> None:
    assert left([value], generate("[A-Za-z0-9 ]{4000}", random).encode()) == 0


def test_values_are_counted_once_each(value: str, random: Random) -> None:
    second = generate("[a-z]{30}", random)
    both = f"{value} {second} {value}".encode()
    assert left([value, second], both, both) == 2


def test_a_piece_that_an_original_had_twice_may_stand_twice(value: str) -> None:
    before = b"see " + value[5:15].encode()
    assert left([value], before, before + b" again", original=before) == 1
    assert survivors([value], parts(before, before + b" again"), parts(before, before)) == []


def test_what_people_make_up_names_other_things_in_other_case() -> None:
    other = b"at john.smith7@example.net"
    assert left(["John.Smith7"], other, original=other) == 0
    assert left(["John.Smith7"], b"at John.Smith7@example.net", original=other) == 1


def test_short_values_do_not_match_by_chance() -> None:
    assert left(["1234"], b"1234 12345") == 0


def test_digits_are_not_put_together_from_numbers_that_stand_apart() -> None:
    assert left(["83055519"], b"row 83 05 55 19") == 0
    assert left(["83055519"], b"row 83055519") == 1


@pytest.mark.parametrize("value", ["postgres", "production", "admin", "12345", "abc123"])
def test_values_that_are_words_of_the_file_itself_are_not_searched_for(value: str) -> None:
    assert not distinctive(value)
    assert left([value], value.encode()) == 0


@pytest.mark.parametrize("value", ["Sommer2024", "83055519", "xK9f2Q", "a sentence of four words"])
def test_values_that_hardly_repeat_by_chance_are(value: str) -> None:
    assert distinctive(value)
    assert left([value], value.encode()) == 1


def test_a_piece_that_another_value_shares_is_not_left_over(value: str, random: Random) -> None:
    """Two tokens that begin alike, one covered and one kept on purpose."""
    twin = value[: len(value) // 2] + generate("[A-Za-z0-9]{16}", random)
    before = f"anon={twin}\nservice={value}\n".encode()
    after = f"anon={twin}\nservice=REDACTED_KEY_1\n".encode()
    assert left([value], after, original=before) == 0
    assert left([value], after + value[: len(value) // 2].encode(), original=before) == 1


def test_what_copies_hold_on_purpose_and_ordinary_words_are_no_pieces() -> None:
    value = "postgres://someone:Sommer2024@internal/REDACTED_1"
    assert not survivors([value], parts(b"REDACTED_1 and postgres internal someone"), harmless=["REDACTED_1"])


def test_many_values_and_very_long_ones_are_bounded(random: Random) -> None:
    values = [generate("[A-Za-z0-9]{30}", random) for _ in range(150)]
    values.append(generate("[A-Za-z0-9]{8000}", random))
    begun = time.process_time()
    copy = values[-1][5000:5030].encode() + b" " + values[7].encode()
    assert left(values, copy) == 2
    assert time.process_time() - begun < 20


# --- what is packed -------------------------------------------------------------------------------


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", data)
    return file.getvalue()


PACKED = {
    "zlib": zlib.compress,
    "zlib, fast": lambda data: zlib.compress(data, 1),
    "zlib, stored": lambda data: zlib.compress(data, 0),
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "ZIP": zipped,
    "ZIP without its index": lambda data: zipped(data)[: -len(b"PK\x01\x02") - 60],
    "gzip in base64": lambda data: b'"' + base64.b64encode(gzip.compress(data)),
    "zlib in base64, wrapped": lambda data: b" " + wrapped(base64.b64encode(zlib.compress(data)), 76),
}


@pytest.mark.parametrize("kind", PACKED)
def test_what_is_compressed_is_found_anywhere(kind: str, random: Random) -> None:
    inside = generate("[a-z ]{60}", random).encode() * 5 + random.randbytes(60)
    packed = random.randbytes(300) + PACKED[kind](inside) + random.randbytes(300)
    assert any(inside in piece for piece in inflated(packed, Budget()))
    nested = random.randbytes(99) + gzip.compress(packed) + random.randbytes(9)
    assert any(inside in piece for piece in inflated(nested, Budget()))


def test_a_damaged_stream_gives_what_it_can(random: Random) -> None:
    inside = random.randbytes(40_000)
    packed = zlib.compress(inside)
    broken = packed[:20_000] + b"\xff" * 40
    (piece,) = (piece for piece in inflated(broken, Budget()) if len(piece) > 1000)
    assert inside.startswith(piece[:19_000])
    assert len(piece) >= 19_000


def test_bombs_end(random: Random) -> None:
    bomb = zlib.compress(bytes(40 << 20))
    assert sum(map(len, inflated(bomb, Budget(50 << 20)))) == 40 << 20
    for packed in (bomb, bz2.compress(bytes(40 << 20)), lzma.compress(bytes(40 << 20))):
        with pytest.raises(TooMuch):
            list(inflated(packed, Budget(20 << 20)))


def test_strings_are_found_wherever_they_begin(random: Random) -> None:
    strings = [random.randbytes(random.randrange(8, 40)) for _ in range(200)]
    data = bytearray(random.randbytes(600_000))
    for number, string in enumerate(strings):  # at all offsets, over the borders of blocks, at the end
        at = number * 2961 if number else len(data) - len(string)
        data[at : at + len(string)] = string
    border = (1 << 18) - 3
    data[border : border + len(strings[5])] = strings[5]
    found = set(ByteSearch(strings).hits(bytes(data)))
    assert {string for _, string in found} == set(strings)
    assert (border, strings[5]) in found
    assert all(data[at : at + len(string)] == string for at, string in found)
