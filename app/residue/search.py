"""Search for what should be gone: a covered value, and its pieces, in every form that could have survived.

Finds bytes, not patterns, so it does not repeat a detector's mistake.
"""

from __future__ import annotations

import base64
import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from itertools import accumulate, starmap
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus, unquote

from app.residue.forms import Written, lowered, normal, visible, written_forms
from detectors.randomness import looks_random

if TYPE_CHECKING:
    from app.residue.strings import ByteSearch

SHORTEST: Final = 6
"""Code points; shorter values occur by chance and are checked at their place only."""

SHORT: Final = 8
"""Code points; shorter values must mix figures, small and capital letters to be searched for."""

LONG: Final = 24
"""A value of this length hardly stands anywhere else by chance, whatever it is made of."""

FRAGMENT: Final = 8
"""Visible characters of the pieces that are searched for, and bytes of the shortest form of one."""

SURE: Final = 12
"""Digits in a row that do not turn up by chance, white space left out, in hundreds of megabytes."""

MOST_PIECES: Final = 50_000
"""Pieces of all values together; where there are more, not every piece is searched for."""

MOST_AT_ONCE: Final = 8_000
"""Pieces in one pass; each has some 30 forms."""


def distinctive(value: str) -> bool:
    """Whether a value hardly stands anywhere else by chance, so that every further place gives it away.

    A password like ``postgres`` also is a word of the file's own vocabulary: searching for it everywhere
    would cover what the file needs, and find "leaks" in what is none.
    """
    digits, small, capital = (any(map(kind, value)) for kind in (str.isdigit, str.islower, str.isupper))
    if len(value) < SHORT:
        return len(value) >= SHORTEST and digits and small and capital
    return digits or looks_random(value) or len(value) >= LONG


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


@dataclass(frozen=True, slots=True)
class Leak:
    """A covered value, or a piece of one, that the copy still holds.

    Attributes:
        number: which of the values.
        form: how it is written there.
        length: visible characters of the piece; None for the whole value.
        where: the part of the copy.
    """

    number: int
    form: str
    length: int | None
    where: str


Parts = Callable[[], Iterable[tuple[str, bytes]]]
"""Gives everything to search in, with a name for each part."""


def survivors(
    values: Sequence[str], copy: Parts, original: Parts = tuple, harmless: Iterable[str] = ()
) -> list[Leak]:
    """The distinctive ``values`` that are still in the copy in any form, whole or in pieces.

    A piece has ``FRAGMENT`` visible characters (more where there are very many). A piece that stood in the
    original outside the values as often (two tokens that begin alike, one of them kept) is not left over.

    Args:
        copy: the copy's bytes and everything decoded from it.
        original: the same of the original, asked only when a piece is found.
        harmless: texts that copies hold on purpose, such as placeholders.
    """
    known = [normal(text.encode("utf-8", "surrogatepass")) for text in harmless]
    searched = {number: value for number, value in enumerate(values) if distinctive(value)}
    left = _verbatim({n: value for n, value in searched.items() if not _told_from_chance(value)}, copy)
    for batch in _batches({number: visible(value) for number, value in searched.items()}, known):
        left += batch.leaks(copy, original)
    return left


def _verbatim(values: Mapping[int, str], copy: Parts) -> list[Leak]:
    """Values that are too short to be told from chance when white space and case do not count."""
    if not values:
        return []
    wanted: dict[bytes, set[int]] = {}
    for number, value in values.items():
        raw = {text.encode("utf-8", "surrogatepass") for text in text_forms(value) | base64_forms(value)}
        raw |= {value.encode(codec, "surrogatepass") for codec in ("utf-16-le", "utf-16-be")}
        for form in raw:
            if len(form) >= SHORTEST:
                wanted.setdefault(form, set()).add(number)
    search = _search([form for form in wanted if len(form) >= FRAGMENT])
    short = [form for form in wanted if len(form) < FRAGMENT]
    found: dict[int, Leak] = {}
    for where, part in copy():
        met = {form for _, form in search.hits(part)} | {form for form in short if form in part}
        for number in {number for form in met for number in wanted[form]}:
            found.setdefault(number, Leak(number, "plain or encoded", None, where))
    return list(found.values())


def _told_from_chance(value: str) -> bool:
    """Whether a value is too long and varied to turn up by chance in hundreds of megabytes."""
    size = len(visible(value))
    return size >= FRAGMENT and (size >= SURE or not value.isdecimal())


@dataclass(slots=True)
class _Batch:
    """Values whose forms are searched for in one pass."""

    forms: dict[bytes, list[tuple[int, Written]]] = field(default_factory=dict)  # in lower case
    sizes: dict[int, int] = field(default_factory=dict)  # number of a value -> visible characters
    any_case: set[int] = field(default_factory=set)  # values that are the same secret in any case
    pieces: int = 0

    def add(self, number: int, tokens: list[str], spans: Sequence[tuple[int, int]]) -> None:
        self.sizes[number] = len(tokens)
        if looks_random("".join(tokens)):  # what people make up also names other things, in other case
            self.any_case.add(number)
        self.pieces += len(spans)
        for written in written_forms(tokens, spans):
            if len(written.data) >= FRAGMENT:
                self.forms.setdefault(lowered(written.data), []).append((number, written))

    def _whole(self, number: int, written: Written) -> bool:
        return written.end - written.start == self.sizes[number]

    def leaks(self, copy: Parts, original: Parts) -> list[Leak]:
        found: dict[int, Leak] = {}
        pieces: dict[bytes, tuple[int, Leak]] = {}  # as written -> how often, and the first of them
        search = _search(self.forms)
        for where, data in _distinct(copy):
            for number, written, _ in self._hits(search, data):
                if self._whole(number, written):
                    found.setdefault(number, Leak(number, written.form, None, where))
                else:
                    length = written.end - written.start
                    count, first = pieces.get(written.data, (0, Leak(number, written.form, length, where)))
                    pieces[written.data] = count + 1, first
        if any(leak.number not in found for _, leak in pieces.values()):
            free = self._standing_free(pieces, original)
            for data, (count, leak) in pieces.items():
                if count > free[data]:
                    found.setdefault(leak.number, leak)
        return list(found.values())

    def _hits(self, search: ByteSearch, data: bytes) -> Iterator[tuple[int, Written, int]]:
        """What is really there: large and small letters differ, but in a whole value that is random."""
        for at, low in search.hits(lowered(data)):
            exact = data[at : at + len(low)]
            for number, written in self.forms[low]:
                folded = written.any_case or (number in self.any_case and self._whole(number, written))
                if folded or exact == written.data:
                    yield number, written, at

    def _standing_free(self, pieces: Iterable[bytes], original: Parts) -> Counter[bytes]:
        """How often each piece stood in the original outside all values."""
        wanted = {lowered(data) for data in pieces}
        wanted |= {low for low, meant in self.forms.items() if any(starmap(self._whole, meant))}
        search = _search(wanted)
        free: Counter[bytes] = Counter()
        for _, part in original():
            data = normal(part)
            inside, met = [], []
            for number, written, at in self._hits(search, data):
                stretch = (at, at + len(written.data))
                if self._whole(number, written):
                    inside.append(stretch)
                else:
                    met.append((stretch, written.data))
            covered = _Stretches(inside)
            free.update(piece for stretch, piece in met if not covered.hold(stretch))
        return free


def _search(wanted: Collection[bytes]) -> ByteSearch:
    from app.residue.strings import ByteSearch  # numpy: only who verifies needs it

    return ByteSearch(wanted)


def _batches(values: Mapping[int, list[str]], harmless: Sequence[bytes]) -> Iterator[_Batch]:
    total = sum(map(len, values.values()))
    stride = -(-total // MOST_PIECES)
    batch = _Batch()
    for number, tokens in values.items():
        if not _told_from_chance("".join(tokens)):
            continue
        last = max(0, len(tokens) - FRAGMENT)
        starts = sorted({*range(0, last, stride), last})
        pieces = [(at, at + FRAGMENT) for at in starts if _telling(tokens[at : at + FRAGMENT], harmless)]
        batch.add(number, tokens, [*pieces, (0, len(tokens))])
        if batch.pieces >= MOST_AT_ONCE:
            yield batch
            batch = _Batch()
    if batch.sizes:
        yield batch


def _telling(piece: Sequence[str], harmless: Sequence[bytes]) -> bool:
    """Whether a piece of a value gives something away: it is no ordinary word, and no copy needs it."""
    text = "".join(piece)
    return distinctive("".join(text.split())) and not any(
        normal(text.encode("utf-8", "surrogatepass")) in known for known in harmless
    )


def _distinct(parts: Parts) -> Iterator[tuple[str, bytes]]:
    """The parts in normal form, each content once."""
    seen = set()
    for where, part in parts():
        data = normal(part)
        if (len(data), hash(data)) not in seen:
            seen.add((len(data), hash(data)))
            yield where, data


class _Stretches:
    """Half-open stretches of bytes, for asking whether one of them holds another."""

    def __init__(self, stretches: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(stretches)
        self._starts = [start for start, _ in ordered]
        self._furthest = list(accumulate((end for _, end in ordered), max))

    def hold(self, stretch: tuple[int, int]) -> bool:
        before = bisect_right(self._starts, stretch[0])
        return before > 0 and self._furthest[before - 1] >= stretch[1]
