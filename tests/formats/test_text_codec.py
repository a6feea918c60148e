"""Every text file can be decoded and written back to the byte; binary files are refused."""

from __future__ import annotations

import codecs
import io
import struct
import zipfile
import zlib
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.formats.text.codec import Codec, first_character, harmless, sniff

TEXT = "# Grüße – naïve café €\nname: value\r\nüber: 1\n"
MARKED = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
]


@pytest.mark.parametrize(("bom", "name"), [*MARKED, (b"", "utf-8"), (b"", "utf-16-le"), (b"", "utf-16-be")])
def test_the_encoding_is_found_and_reversible(bom: bytes, name: str) -> None:
    data = bom + TEXT.encode(name)
    codec = sniff(data)
    assert codec is not None
    assert (codec.name, codec.bom) == (name, bom)
    assert codec.decode(data[len(bom) :]) == TEXT
    assert bom + codec.encode(TEXT) == data
    assert first_character(data) == "#"


def test_what_is_not_utf_8_reads_as_latin_1() -> None:
    data = "Zugangsdaten für Müller: geändert".encode("latin-1")
    codec = sniff(data)
    assert codec is not None
    assert codec.name == "latin-1"
    assert codec.decode(data) == "Zugangsdaten für Müller: geändert"


def test_single_damaged_bytes_do_not_turn_a_utf_8_file_into_another() -> None:
    data = ("größer " * 20).encode() + b"\xff\xfe cut: \xc3"
    codec = sniff(data)
    assert codec is not None
    assert codec.name == "utf-8"
    text = codec.decode(data)
    assert "größer" in text
    assert codec.encode(text) == data
    assert harmless(text).encode("utf-8").decode("utf-8").count("\ufffd") == 3


@given(st.binary(max_size=600))
def test_whatever_is_accepted_comes_back_to_the_byte(data: bytes) -> None:
    codec = sniff(data)
    if codec is not None:
        end = len(codec.bom) + (len(data) - len(codec.bom)) // codec.width * codec.width
        inside = data[len(codec.bom) : end]
        assert codec.encode(codec.decode(inside)) == inside


@given(st.binary(max_size=200))
def test_the_first_character_of_anything_can_be_asked_for(data: bytes) -> None:
    assert len(first_character(data)) <= 1


def _zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "text")
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        _zip(),
        b"\x7fELF" + bytes(400),
        b"MZ\x90\x00" + bytes(range(256)) * 4,
        zlib.compress(b"some text " * 500),
        Random(1).randbytes(5000),
        struct.pack("<500d", *range(500)),
        b"text first\n" * 20_000 + Random(2).randbytes(200_000),
    ],
    ids=["zip", "elf", "exe", "deflate", "random", "floats", "self-extracting"],
)
def test_binary_files_are_not_text(data: bytes) -> None:
    assert sniff(data) is None


def test_a_log_with_a_run_of_nul_bytes_is_still_text() -> None:
    data = b"2026-11-23 start\n" * 50 + bytes(4096) + b"2026-11-24 restart\n" * 50
    assert sniff(data) == Codec("utf-8")
