"""Literals one of which stands in every match of a regular expression, so that most texts need no search."""

from __future__ import annotations

from detectors.regex_tree import Chars, Choice, Node, Repeat, Sequence, parse

SHORTEST = 3
"""Code points; shorter ones stand everywhere."""

_MOST = 64
_MOST_TOGETHER = 400
_SMALL_CLASS = 8
_FEW_TURNS = 4


def literals_of(pattern: str) -> tuple[str, ...]:
    """Lower-case literals of which every match holds at least one in some case; empty when there are none.

    Raises:
        UnsupportedPatternError, re.error: see ``regex_tree.parse``.
    """
    return tuple(sorted(_required(parse(pattern)) or ()))


def _required(node: Node) -> frozenset[str] | None:
    """The most telling set of literals that ``node`` cannot do without."""
    match node:
        case Chars():
            return None
        case Repeat(item, low, _):
            return _required(item) if low else None
        case Choice(options):
            sets = [_best((_required(option), _telling(_strings(option)))) for option in options]
            if any(found is None for found in sets):
                return None
            union = frozenset().union(*(found for found in sets if found is not None))
            return union if len(union) <= _MOST_TOGETHER else None
        case Sequence(items):
            found: list[frozenset[str] | None] = []
            run: frozenset[str] = frozenset({""})
            for item in items:
                strings = _strings(item)
                if strings is not None and len(run) * len(strings) <= _MOST:
                    run = frozenset(a + b for a in run for b in strings)
                    continue
                found += [_telling(run), _required(item)]
                run = strings if strings is not None else frozenset({""})
            return _best((*found, _telling(run)))


def _telling(strings: frozenset[str] | None) -> frozenset[str] | None:
    return strings if strings and min(map(len, strings)) >= SHORTEST else None


def _best(sets: tuple[frozenset[str] | None, ...] | list[frozenset[str] | None]) -> frozenset[str] | None:
    """The set whose shortest literal is longest; of equals, the smallest."""
    known = [found for found in sets if found is not None]
    return max(known, key=lambda found: (min(map(len, found)), -len(found)), default=None)


def _strings(node: Node) -> frozenset[str] | None:
    """Every string of ``node`` in lower case, when these are few."""
    match node:
        case Chars(choices):
            lower = frozenset(char.lower() for char in choices)
            return lower if len(lower) <= _SMALL_CLASS else None
        case Choice(options):
            parts = [_strings(option) for option in options]
            if any(part is None for part in parts):
                return None
            union = frozenset().union(*(part for part in parts if part is not None))
            return union if len(union) <= _MOST else None
        case Sequence(items):
            return _product([_strings(item) for item in items])
        case Repeat(item, low, high):
            if high is None or high > _FEW_TURNS:
                return None
            once = _strings(item)
            turns = [_product([once] * count) for count in range(low, high + 1)]
            if any(turn is None for turn in turns):
                return None
            union = frozenset().union(*(turn for turn in turns if turn is not None))
            return union if len(union) <= _MOST else None


def _product(parts: list[frozenset[str] | None]) -> frozenset[str] | None:
    found = frozenset({""})
    for part in parts:
        if part is None or len(found) * len(part) > _MOST:
            return None
        found = frozenset(a + b for a in found for b in part)
    return found
