"""Search for what should be gone: a covered value in every form in which it could have survived.

Finds bytes, not patterns, so it does not repeat a detector's mistake.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from html import escape
from urllib.parse import quote, quote_plus

SHORTEST = 6
"""Code points; shorter values occur by chance and are checked at their place only."""

LONG = 24
"""From this length on, each half of a value is searched for on its own as well."""


def forms(value: str) -> frozenset[bytes]:
    """The byte strings that would give ``value`` away: plain, UTF-16, escaped, in base64 and hexadecimal."""
    raw = value.encode("utf-8", "surrogatepass")
    once = json.dumps(value)[1:-1]
    texts = {
        value,
        once,
        json.dumps(value, ensure_ascii=False)[1:-1],
        json.dumps(once)[1:-1],
        value.replace("/", "\\/"),
        quote(value, safe="", errors="replace"),
        quote_plus(value, errors="replace"),
        escape(value),
    }
    found = {text.encode("utf-8", "surrogatepass") for text in texts}
    found |= {value.encode(codec, "surrogatepass") for codec in ("utf-16-le", "utf-16-be")}
    found |= {raw.hex().encode(), raw.hex().upper().encode()}
    for alignment in range(3):
        found |= set(_base64(raw, alignment))
    return frozenset(form for form in found if len(form) >= SHORTEST)


def _base64(raw: bytes, alignment: int) -> Iterator[bytes]:
    """The characters of base64 text that depend on ``raw`` alone when ``alignment`` bytes stand before it."""
    encoded = base64.b64encode(bytes(alignment) + raw)
    first = -(-alignment * 8 // 6)
    last = (alignment + len(raw)) * 8 // 6
    core = encoded[first:last]
    if len(core) >= SHORTEST:
        yield core
        yield core.replace(b"+", b"-").replace(b"/", b"_")


def fragments(value: str) -> tuple[str, ...]:
    """The value and, when it is long, its halves; a value wrapped over lines also without its line ends."""
    parts = [value]
    joined = "".join(value.split())
    if joined != value:
        parts.append(joined)
    if len(joined) >= LONG and joined == value:
        middle = len(joined) // 2
        parts += [joined[:middle], joined[middle:]]
    return tuple(part for part in parts if len(part) >= SHORTEST)


def survivors(values: Iterable[str], haystacks: Iterable[bytes]) -> int:
    """How many of ``values`` are still in one of ``haystacks`` in any form."""
    needles = {value: {form for part in fragments(value) for form in forms(part)} for value in set(values)}
    left: set[str] = set()
    for haystack in haystacks:
        left |= {
            value
            for value, wanted in needles.items()
            if value not in left and any(form in haystack for form in wanted)
        }
    return len(left)
