"""Finds many literals in one pass over a text, so that rules run only where they can match.

Aho-Corasick where its wheel exists, otherwise one ``in`` test per literal: same hits, same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

try:
    import ahocorasick
except ImportError:  # no wheel for this platform
    ahocorasick = None

_BLOCK = 1 << 20  # the automaton copies what it searches: bounded pieces keep that small


class KeywordIndex(Protocol):
    """Yields ``(end, keyword)`` for every occurrence, ordered by end, longer keywords first."""

    def hits(self, text: str) -> Iterator[tuple[int, str]]: ...


def keyword_index(keywords: Iterable[str]) -> KeywordIndex:
    """An index of the distinct non-empty ``keywords`` (at least one)."""
    words = sorted(set(keywords))
    if not words:
        raise ValueError("no keywords")
    return PlainIndex(words) if ahocorasick is None else AutomatonIndex(words)


class AutomatonIndex:
    """Aho-Corasick over the text in blocks that overlap by the longest keyword."""

    def __init__(self, keywords: list[str]) -> None:
        self._automaton: Any = ahocorasick.Automaton()
        for word in keywords:
            self._automaton.add_word(word, word)
        self._automaton.make_automaton()
        self._overlap = max(map(len, keywords)) - 1

    def hits(self, text: str) -> Iterator[tuple[int, str]]:
        for start in range(0, len(text), _BLOCK):
            origin = max(0, start - self._overlap)
            for last, word in self._automaton.iter(text[origin : start + _BLOCK]):
                end = origin + last + 1
                if end > start:
                    yield end, word


class PlainIndex:
    """Standard library only."""

    def __init__(self, keywords: list[str]) -> None:
        self._keywords = keywords

    def hits(self, text: str) -> Iterator[tuple[int, str]]:
        found = []
        for word in self._keywords:
            at = text.find(word)
            while at >= 0:
                found.append((at + len(word), word))
                at = text.find(word, at + 1)
        yield from sorted(found, key=lambda hit: (hit[0], -len(hit[1])))
