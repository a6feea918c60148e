"""A name for a span, if it means something."""

from __future__ import annotations

from collections.abc import Iterator

from detectors.model import Named, Relation
from detectors.names import meaning_of

_SHORTEST, _LONGEST = 4, 4096
_LONGEST_NAME = 80
_DECORATION = " \t\r\n*_`\"':="


def offer(name: str, text: str, start: int, end: int, relation: Relation) -> Iterator[Named]:
    """``name`` for the code points ``start`` to ``end`` of ``text`` without white space at their ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if _SHORTEST <= end - start <= _LONGEST and means_something(name):
        yield Named(bare(name), start, end, relation)


def bare(name: str) -> str:
    """A name without the marks around it."""
    return name.strip(_DECORATION)


def means_something(name: str) -> bool:
    """Whether a name denotes a credential."""
    return len(name) <= _LONGEST_NAME and meaning_of(bare(name)) is not None


def literals(text: str, literal: str) -> Iterator[int]:
    """Where ``literal`` stands."""
    at = text.find(literal)
    while at >= 0:
        yield at
        at = text.find(literal, at + len(literal))
