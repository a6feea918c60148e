"""Finds every further place of a known value in raw text, in each form in which it may be written."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from app.formats.text.binary_text import groups
from app.formats.text.body import Body
from app.formats.text.views import Raw
from app.places import Form
from app.residue.search import base64_forms, distinctive, text_forms

_RUN_END = re.compile(r"(?:[A-Za-z0-9+/=_-]|\\/)*+")
_RUN_START = re.compile(r"(?:/\\|[A-Za-z0-9+/=_-])*+")  # read backwards
_STRETCH: Final = 4096


def repeats(body: Body, value: str) -> Iterator[Raw]:
    """Raw spans of ``value``: plain, escaped once or twice, percent-encoded, hexadecimal, or inside base64.

    A value that may stand elsewhere by chance (a word, a short number; see ``distinctive``)
    is not searched for.
    """
    if not distinctive(value):
        return
    for form in sorted(text_forms(value)):
        for start in body.find(form):
            if not value.isdigit() or not _digit_beside(body, start, start + len(form)):
                yield Raw(start, start + len(form))
    wanted = value.encode("utf-8", "surrogatepass")
    for core in sorted(base64_forms(value)):
        for start in body.find(core):
            yield _groups_around(body, start, start + len(core), wanted)


def _digit_beside(body: Body, start: int, end: int) -> bool:
    return body.slice(max(0, start - 1), start).isdigit() or body.slice(end, end + 1).isdigit()


def _groups_around(body: Body, start: int, end: int, wanted: bytes) -> Raw:
    """The hit in whole groups of its base64 value; with its neighbours where they do not decode to it."""
    first, last = start, end
    while (length := _leading(_RUN_START, body.slice(max(0, first - _STRETCH), first)[::-1])) > 0:
        first -= length
        if length < _STRETCH:
            break
    while (length := _leading(_RUN_END, body.slice(last, last + _STRETCH))) > 0:
        last += length
        if length < _STRETCH:
            break
    run = body.slice(first, last)
    leading = len(run) - len(run.lstrip("=/"))
    written = run[leading:].rstrip("=")
    data = _decoded(written.replace("\\/", "/"))
    at = data.find(wanted)
    if at < 0:
        return Raw(max(first, start - 1), min(last, end + 1))
    if "\\" in written:
        return Raw(first + leading, last, Form.BASE64)
    begin, stop, margins = groups(written, Form.BASE64, at, at + len(wanted), len(data))
    return Raw(first + leading + begin, first + leading + stop, Form.BASE64, margins)


def _leading(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return found.end() if found else 0


def _decoded(run: str) -> bytes:
    bare = run.rstrip("=").replace("-", "+").replace("_", "/")
    bare = bare[: len(bare) - (len(bare) % 4 == 1)]
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return b""
