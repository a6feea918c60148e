"""What can be said about a rule's strings before seeing one: how they begin, how long they are, of what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from detectors.regex_tree import Chars, Choice, Node, Repeat, Sequence, parse

UNLIMITED = 4096
"""Stands in for the length (code points) of an open-ended repetition."""

_MAX_PREFIXES = 96
_MAX_PREFIX_LENGTH = 64
_SMALL_CLASS = 8


@dataclass(frozen=True, slots=True)
class Shape:
    """Lengths and characters of the strings a regular expression matches.

    Attributes:
        low: shortest length in code points.
        high: longest, at most ``UNLIMITED``.
        prefixes: every way the strings may begin, as far as that is literal; ``("",)`` if it is not.
        alphabet: characters that may stand anywhere in the string.
        first: characters the string may begin with.
        open_class: the string begins with a character class, not with literals.
    """

    low: int
    high: int
    prefixes: tuple[str, ...]
    alphabet: frozenset[str]
    first: frozenset[str]
    open_class: bool


@lru_cache(maxsize=2048)
def shape_of(pattern: str) -> Shape:
    """Measure ``pattern``; raises what ``regex_tree.parse`` raises."""
    tree = parse(pattern)
    low, high = width_of(tree)
    first = _first(tree)[0]
    prefixes = tuple(sorted({prefix for prefix, _ in _prefixes(tree)}))
    return Shape(
        low=low,
        high=min(high, UNLIMITED),
        prefixes=prefixes,
        alphabet=_alphabet(tree),
        first=first,
        open_class=len(first) > _SMALL_CLASS * 2,
    )


def width_of(node: Node) -> tuple[int, int]:
    """Shortest and longest string that ``node`` describes, in code points; at most ``UNLIMITED``."""
    match node:
        case Chars():
            return 1, 1
        case Sequence(items):
            widths = [width_of(item) for item in items]
            return sum(w[0] for w in widths), min(sum(w[1] for w in widths), UNLIMITED)
        case Choice(options):
            widths = [width_of(option) for option in options]
            return min(w[0] for w in widths), max(w[1] for w in widths)
        case Repeat(item, low, high):
            item_low, item_high = width_of(item)
            return item_low * low, UNLIMITED if high is None else min(item_high * high, UNLIMITED)


def _alphabet(node: Node) -> frozenset[str]:
    match node:
        case Chars(choices):
            return choices
        case Sequence(children) | Choice(children):
            return frozenset().union(*(_alphabet(child) for child in children))
        case Repeat(item):
            return _alphabet(item)


def _first(node: Node) -> tuple[frozenset[str], bool]:
    """Characters ``node`` may begin with, and whether it may be empty."""
    match node:
        case Chars(choices):
            return choices, False
        case Choice(options):
            parts = [_first(option) for option in options]
            return frozenset().union(*(p[0] for p in parts)), any(p[1] for p in parts)
        case Repeat(item, low, _):
            chars, empty = _first(item)
            return chars, empty or low == 0
        case Sequence(items):
            found: frozenset[str] = frozenset()
            for item in items:
                chars, empty = _first(item)
                found |= chars
                if not empty:
                    return found, False
            return found, True


def _prefixes(node: Node) -> list[tuple[str, bool]]:
    """Literal beginnings of ``node``, each with whether it is the whole of the node."""
    match node:
        case Chars(choices):
            if len(choices) <= _SMALL_CLASS:
                return [(char, True) for char in sorted(choices)]
            return [("", False)]
        case Choice(options):
            return _limited([prefix for option in options for prefix in _prefixes(option)])
        case Repeat(item, low, high):
            return _repeated(item, low, high)
        case Sequence(items):
            return _joined(items)


def _joined(items: tuple[Node, ...]) -> list[tuple[str, bool]]:
    found = [("", True)]
    for item in items:
        if not any(whole for _, whole in found):
            break
        following = _prefixes(item)
        longer = [(a + b, end) for (a, whole), (b, end) in product(found, following) if whole]
        grown = [prefix for prefix in found if not prefix[1]] + longer
        if len(grown) > _MAX_PREFIXES or max(len(prefix) for prefix, _ in grown) > _MAX_PREFIX_LENGTH:
            return [(prefix, False) for prefix, _ in found]
        found = grown
    return found


def _repeated(item: Node, low: int, high: int | None) -> list[tuple[str, bool]]:
    if high == 1 and low == 0:
        return _limited([("", True), *_prefixes(item)])
    if high == low and low * len(_prefixes(item)) <= _SMALL_CLASS:
        return _joined((item,) * low)
    if low == 0:
        return [("", False)]
    return [(prefix, False) for prefix, _ in _prefixes(item)]


def _limited(found: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    return found if len(found) <= _MAX_PREFIXES else [("", False)]
