"""A regular expression as a small tree, for measuring its shape and for generating strings from it.

The tree is built from the standard library's own parser, so whatever ``re`` accepts is read the way
``re`` reads it. Look-around and anchors consume nothing and are left out.
"""

from __future__ import annotations

import importlib
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_PRINTABLE = frozenset(string.ascii_letters + string.digits + string.punctuation + " ")
_parser: Any = importlib.import_module("re._parser")


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of ``choices`` (printable ASCII, or one literal of any kind)."""

    choices: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """``item`` between ``low`` and ``high`` times; ``high`` None means without a limit."""

    item: Node
    low: int
    high: int | None


Node = Chars | Sequence | Choice | Repeat


class UnsupportedPatternError(ValueError):
    """The expression uses something without a place in the tree (a back-reference, say)."""


@lru_cache(maxsize=2048)
def parse(pattern: str) -> Node:
    """The tree of ``pattern``.

    Raises:
        UnsupportedPatternError: a back-reference or a conditional.
        re.error: not a regular expression.
    """
    parsed = _parser.parse(pattern, re.ASCII)
    return _sequence(parsed, bool(parsed.state.flags & re.IGNORECASE))


def _sequence(parsed: Any, any_case: bool) -> Sequence:
    nodes = (_node(op, value, any_case) for op, value in parsed)
    return Sequence(tuple(node for node in nodes if node is not None))


def _chars(choices: frozenset[str], any_case: bool) -> Chars:
    return Chars(choices | {char.swapcase() for char in choices} if any_case else choices)


def _node(op: Any, value: Any, any_case: bool) -> Node | None:
    match str(op):
        case "LITERAL":
            return _chars(frozenset(chr(value)), any_case)
        case "NOT_LITERAL":
            return Chars(_PRINTABLE - {chr(value)})
        case "ANY":
            return Chars(_PRINTABLE)
        case "IN":
            return _chars(_class(value), any_case)
        case "SUBPATTERN":
            _, added, removed, inner = value
            return _sequence(inner, bool((any_case or added & re.IGNORECASE) and not removed & re.IGNORECASE))
        case "ATOMIC_GROUP":
            return _sequence(value, any_case)
        case "BRANCH":
            return Choice(tuple(_sequence(option, any_case) for option in value[1]))
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            low, high, item = value
            return Repeat(_sequence(item, any_case), low, None if high == _parser.MAXREPEAT else high)
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return None
        case name:
            raise UnsupportedPatternError(f"{name.lower()} is not supported")


def _class(items: Any) -> frozenset[str]:
    found: set[str] = set()
    negated = False
    for op, value in items:
        match str(op):
            case "NEGATE":
                negated = True
            case "LITERAL":
                found.add(chr(value))
            case "RANGE":
                found.update(map(chr, range(value[0], value[1] + 1)))
            case "CATEGORY":
                found.update(_category(str(value)))
            case name:
                raise UnsupportedPatternError(f"{name.lower()} is not supported")
    return _PRINTABLE - found if negated else frozenset(found)


def _category(name: str) -> Iterator[str]:
    """Members of ``\\d``, ``\\w``, ``\\s`` and their opposites among the printable ASCII characters."""
    wanted = {"DIGIT": str.isdigit, "WORD": lambda c: c.isalnum() or c == "_", "SPACE": str.isspace}
    kind = name.removeprefix("CATEGORY_")
    test = wanted[kind.removeprefix("NOT_")]
    negated = kind.startswith("NOT_")
    return (c for c in _PRINTABLE if bool(test(c)) != negated)
