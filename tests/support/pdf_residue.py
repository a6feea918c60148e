"""A search for what is left of a value in a PDF, which uses none of our code."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
import pymupdf


def residue(data: bytes, value: str) -> list[str]:
    """Where ``value`` still is in a PDF, in its bytes, its streams, or its objects as pikepdf sees them."""
    found = [f"bytes: {form}" for form, needle in _forms(value) if needle in data]
    for number, match in enumerate(re.finditer(rb"stream\r?\n(.*?)endstream", data, re.DOTALL)):
        content = _inflated(match.group(1))
        found += [f"stream {number}: {form}" for form, needle in _forms(value) if needle in content]
    with pikepdf.open(BytesIO(data)) as opened:
        for text in _strings(opened):
            if any(needle in text for _, needle in _forms(value)):
                found.append("object")
    with pymupdf.open(stream=data, filetype="pdf") as opened:
        for page in opened:
            text = "".join(page.get_text(clip=pymupdf.INFINITE_RECT()).split())
            if any(value in order or value[::-1] in order for order in (text, _by_place(page))):
                found.append(f"text of page {page.number + 1}")
    return found


def _by_place(page: Any) -> str:
    """The characters of a page, row by row, from left to right."""
    blocks = page.get_text("rawdict", clip=pymupdf.INFINITE_RECT())["blocks"]
    spans = [span for block in blocks for line in block.get("lines", ()) for span in line["spans"]]
    chars = [(round(char["origin"][1]), char["origin"][0], char["c"]) for s in spans for char in s["chars"]]
    return "".join(char for _, _, char in sorted(chars) if not char.isspace())


def _forms(value: str) -> Iterator[tuple[str, bytes]]:
    plain = value.encode()
    yield "plain", plain
    yield "reversed", plain[::-1]
    yield "half", plain[: len(plain) // 2 + 2]
    yield "other half", plain[len(plain) // 2 - 2 :]
    yield "UTF-16BE", value.encode("utf-16-be")
    yield "UTF-16LE", value.encode("utf-16-le")
    yield "UTF-16 in hexadecimal", value.encode("utf-16-be").hex().upper().encode()
    yield "hexadecimal", plain.hex().encode()
    yield "HEXADECIMAL", plain.hex().upper().encode()


def _inflated(raw: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(raw)
    except zlib.error:
        return raw


def _strings(opened: pikepdf.Pdf) -> Iterator[bytes]:
    for item in opened.objects:
        yield item.unparse(resolved=True) if not isinstance(item, pikepdf.Stream) else item.read_raw_bytes()
        if isinstance(item, pikepdf.Stream):
            yield item.stream_dict.unparse()
            try:
                yield item.read_bytes()
            except pikepdf.PdfError:
                continue
    yield opened.trailer.unparse()
