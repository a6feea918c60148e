"""Which glyphs of a page make up its kept words, and which are only shapes.

A word was vetted as text; the glyphs that stand in its place, run its way and spell it are written as text.
All other glyphs are at most outlines.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.formats.pdf.glyphs import HYPHENS, IGNORED
from app.formats.pdf.vector.items import Letter
from app.formats.pdf.words import KeptWord

ROW: Final = 16.0
"""Points; height of the strips by which words are looked up."""

ANGLE: Final = 5.0
"""Degrees by which glyphs of a word may be off its direction."""

TWICE: Final = 0.1
"""Ems within which the same glyph is the same one drawn again, as bold print imitated by that does."""


@dataclass(frozen=True, slots=True)
class SpelledWord:
    """A kept word and the glyphs that spell it, in the order they are read."""

    word: KeptWord
    letters: tuple[Letter, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a page's glyphs divide.

    Attributes:
        spelled: words with their glyphs.
        unspelled: words whose glyphs do not say what the word says, or cannot be told apart.
        rest: places in the trace of the glyphs that belong to no spelled word.
    """

    spelled: tuple[SpelledWord, ...]
    unspelled: tuple[KeptWord, ...]
    rest: tuple[Letter, ...] = field(repr=False)


def plain(text: str) -> str:
    """``text`` as words are compared: without invisible characters, with plain hyphens, ligatures undone."""
    return "".join(unicodedata.normalize("NFKC", readable(text)).split())


def readable(text: str) -> str:
    """``text`` without invisible characters, with plain hyphens."""
    return "".join(char for char in text.translate(HYPHENS) if char not in IGNORED)


def spelling(letters: Iterable[Letter], words: Sequence[KeptWord]) -> Spelling:
    """Divides ``letters`` among ``words``."""
    strips: dict[int, list[int]] = {}
    for at, word in enumerate(words):
        for strip in range(math.floor(word.box.top / ROW), math.floor(word.box.bottom / ROW) + 1):
            strips.setdefault(strip, []).append(at)
    frames = list({word.frame for word in words})
    found: dict[int, list[tuple[float, Letter]]] = {}
    rest: list[Letter] = []
    for letter in letters:
        home = _home(letter, words, strips, frames)
        if home is None:
            rest.append(letter)
        else:
            found.setdefault(home[0], []).append((home[1], letter))
    spelled: list[SpelledWord] = []
    unspelled: list[KeptWord] = []
    for at, word in enumerate(words):
        placed = sorted(found.get(at, ()), key=lambda pair: pair[0])
        once, again = _once(placed)
        if once and Counter(plain("".join(x.text for x in once))) == Counter(plain(word.text)):
            spelled.append(SpelledWord(word, tuple(once)))
            rest += again
        else:
            unspelled.append(word)
            rest += [letter for _, letter in placed]
    return Spelling(tuple(spelled), tuple(unspelled), tuple(rest))


def _home(
    letter: Letter, words: Sequence[KeptWord], strips: dict[int, list[int]], frames: Sequence[object]
) -> tuple[int, float] | None:
    """The word in whose place a glyph stands, and how far along its row."""
    if not plain(letter.text):
        return None
    a, b, _, _, x, y = letter.matrix
    size = math.hypot(a, b) or 1.0
    middle = (x + a * letter.advance / 2, y + b * letter.advance / 2)
    best: tuple[int, float] | None = None
    for frame in frames:
        cos, sin = frame.cos, frame.sin  # type: ignore[attr-defined]
        if (a * cos + b * sin) / size < math.cos(math.radians(ANGLE)):
            continue
        along, across = middle[0] * cos + middle[1] * sin, y * cos - x * sin
        for at in strips.get(math.floor(across / ROW), ()):
            word = words[at]
            if word.frame is not frame and word.frame != frame:
                continue
            box = word.box
            if box.left <= along <= box.right and box.top <= across <= box.bottom:
                if best is not None:
                    return None  # it might be either's
                best = (at, along)
    return best


def _once(placed: Sequence[tuple[float, Letter]]) -> tuple[list[Letter], list[Letter]]:
    """The glyphs of a word without those that are drawn again at the same place, and those."""
    once: list[Letter] = []
    again: list[Letter] = []
    for _, letter in placed:
        if any(_same(letter, other) for other in once[-4:]):
            again.append(letter)
        else:
            once.append(letter)
    return once, again


def _same(one: Letter, two: Letter) -> bool:
    size = math.hypot(one.matrix[0], one.matrix[1])
    near = math.hypot(one.matrix[4] - two.matrix[4], one.matrix[5] - two.matrix[5]) < TWICE * size
    return near and one.text == two.text
