"""Search for what should be gone: a covered value in every form in which it could have survived.

Finds bytes, not patterns, so it does not repeat a detector's mistake.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from html import escape, unescape
from urllib.parse import quote, quote_plus, unquote

from detectors.randomness import looks_random

SHORTEST = 6
"""Code points; shorter values occur by chance and are checked at their place only."""

SHORT = 8
"""Code points; shorter values must mix figures, small and capital letters to be searched for."""

LONG = 24
"""From this length on, each half of a value is searched for on its own as well."""


def distinctive(value: str) -> bool:
    """Whether a value hardly stands anywhere else by chance, so that every further place gives it away.

    A password like ``postgres`` also is a word of the file's own vocabulary: searching for it everywhere
    would cover what the file needs, and find "leaks" in what is none.
    """
    digits, small, capital = (any(map(kind, value)) for kind in (str.isdigit, str.islower, str.isupper))
    if len(value) < SHORT:
        return len(value) >= SHORTEST and digits and small and capital
    return digits or looks_random(value) or len(value) >= LONG


def forms(value: str) -> frozenset[bytes]:
    """The byte strings that would give ``value`` away: plain, UTF-16, escaped, in base64 and hexadecimal."""
    found = {text.encode("utf-8", "surrogatepass") for text in text_forms(value) | base64_forms(value)}
    found |= {value.encode(codec, "surrogatepass") for codec in ("utf-16-le", "utf-16-be")}
    return frozenset(form for form in found if len(form) >= SHORTEST)


def text_forms(value: str) -> frozenset[str]:
    """How ``value`` may be written character by character: plain, escaped, hexadecimal.

    Where ``value`` itself is percent-encoded or has entities, also what that means.
    """
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
    texts |= {raw.hex(), raw.hex().upper(), unquote(value), unescape(value)}
    return frozenset(text for text in texts if len(text) >= SHORTEST)


def base64_forms(value: str) -> frozenset[str]:
    """Base64 characters that depend on ``value`` alone, whatever stands before and after it."""
    raw = value.encode("utf-8", "surrogatepass")
    return frozenset(core for alignment in range(3) for core in _base64(raw, alignment))


def _base64(raw: bytes, alignment: int) -> Iterator[str]:
    """Those characters when ``alignment`` bytes of a group of three stand before ``raw``, both alphabets."""
    encoded = base64.b64encode(bytes(alignment) + raw).decode("ascii")
    first = -(-alignment * 8 // 6)
    last = (alignment + len(raw)) * 8 // 6
    core = encoded[first:last]
    if len(core) >= SHORTEST:
        yield core
        yield core.replace("+", "-").replace("/", "_")


def halves(value: str) -> tuple[str, ...]:
    """The two halves of a long value, either of which would give much of it away."""
    if len(value) < LONG or value.split() != [value]:
        return ()
    middle = len(value) // 2
    return value[:middle], value[middle:]


def survivors(
    values: Iterable[str], copy: Sequence[bytes], original: Callable[[], Sequence[bytes]] = tuple
) -> int:
    """How many of the distinctive ``values`` are still in the copy in any form, whole or half.

    Args:
        copy: the copy's bytes and everything decoded from it.
        original: gives the same of the original, asked only when a half is found. One that stood there
            outside the value as well (two tokens that begin alike, one of them kept) is not left over.
    """
    original = cache(original)
    return sum(
        _left(value, copy) or any(_half_left(value, half, copy, original) for half in halves(value))
        for value in set(values)
        if distinctive(value)
    )


def _left(value: str, copy: Sequence[bytes]) -> bool:
    joined = "".join(value.split())  # as a value wrapped over lines reads without its line ends
    wanted = forms(value) | forms(joined)
    return any(form in part for part in copy for form in wanted)


def _half_left(value: str, half: str, copy: Sequence[bytes], original: Callable[[], Sequence[bytes]]) -> bool:
    whole = forms(value)
    for form in forms(half):
        after = _count(form, copy)
        if after and after > _free(form, whole, original()):
            return True
    return False


def _free(form: bytes, whole: Iterable[bytes], original: Sequence[bytes]) -> int:
    """How often a half stood in the original outside the whole value."""
    return _count(form, original) - sum(_count(w, original) for w in whole if form in w)


def _count(form: bytes, parts: Sequence[bytes]) -> int:
    return sum(part.count(form) for part in parts)
