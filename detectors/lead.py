"""Where a match may begin, seen from a keyword inside it.

A rule whose keyword does not stand at a fixed place is tried at every place before it. What its pattern
says about the characters in front of the keyword leaves few of those places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from detectors.regex_tree import Chars, Choice, Node, Repeat, Sequence, parse
from detectors.shape import Shape, width_of

_MOST_PREFIXES = 8
_NOT_BEHIND = re.compile(r"\(\?<!(\[(?:\\.|[^\\\]])+\])\)")
_CLOSED_CLASS = 76
"""A class of more characters was written as "anything but", which holds characters beyond ASCII, too."""


@dataclass(frozen=True, slots=True)
class Lead:
    """What may stand between the beginning of a match and the keyword.

    Attributes:
        reach: code points, at most.
        alphabet: the only characters that may stand there; "" for any.
        prefixes: literals, one of which every match begins with; empty when there is none.
        whole_run: no character of the alphabet stands right before a match.
        rest: what matches from the keyword on, whatever leads to it; None when unknown.
    """

    reach: int
    alphabet: str = ""
    prefixes: tuple[str, ...] = ()
    whole_run: bool = False
    rest: str | None = None

    def places(self, text: str, floor: int, start: int) -> Iterable[int]:
        """Offsets from ``floor`` on, in order, at which a match may begin whose keyword stands at ``start``.

        ``text`` is in lower case when the prefixes are; ``floor`` lies within ``reach``.
        """
        if self.alphabet:
            before = text[floor:start]
            floor = start - (len(before) - len(before.rstrip(self.alphabet)))
            if self.whole_run:
                return (floor,)
        if not self.prefixes:
            return range(floor, start + 1)
        found = set()
        for prefix in self.prefixes:
            stop = start + len(prefix)
            at = text.find(prefix, floor, stop)
            while at >= 0:
                found.add(at)
                at = text.find(prefix, at + 1, stop)
        return sorted(found)


def lead_of(pattern: str, shape: Shape, keyword: str, reach: int, *, any_case: bool) -> Lead:
    """The lead of ``keyword`` in strings that ``pattern`` matches, whose shape is ``shape``."""
    fold = str.lower if any_case else str
    tree = parse(pattern)
    before = _before(tree, fold(keyword), any_case=any_case)
    if before is not None:
        alphabet, rest = _alphabet(before, any_case=any_case), _rest(pattern, keyword, before)
        reach = min(sum(width_of(node)[1] for node in before), reach)
        return Lead(reach, alphabet, whole_run=_bounded(pattern, alphabet), rest=rest)
    prefixes = {fold(prefix) for prefix in shape.prefixes}
    shortest = [p for p in prefixes if not any(o != p and p.startswith(o) for o in prefixes)]
    if min(map(len, shortest)) > 1 and len(shortest) <= _MOST_PREFIXES:
        return Lead(reach, prefixes=tuple(sorted(shortest)))
    alphabet = _alphabet([tree], any_case=any_case)
    return Lead(reach, alphabet, whole_run=_bounded(pattern, alphabet))


def _alphabet(nodes: list[Node], *, any_case: bool) -> str:
    """The only characters that ``nodes`` may yield; "" when they may yield any."""
    classes = [choices for node in nodes for choices in _classes(node)]
    if not classes or max(map(len, classes)) > _CLOSED_CLASS:
        return ""
    alphabet = frozenset[str]().union(*classes)
    return "".join(sorted(alphabet | {char.swapcase() for char in alphabet if any_case}))


def _bounded(pattern: str, alphabet: str) -> bool:
    """Whether ``pattern`` begins by ruling out every character of ``alphabet`` before it."""
    behind = _NOT_BEHIND.match(pattern)
    return bool(behind and alphabet and re.fullmatch(f"{behind[1]}+", alphabet, re.ASCII))


def _rest(pattern: str, keyword: str, before: list[Node]) -> str | None:
    """``pattern`` from ``keyword`` on, if it falls into two there."""
    for written in (keyword, re.escape(keyword)):
        at = pattern.find(written)
        try:
            if at >= 0 and list(_flat(parse(pattern[:at]))) == before:
                parse(pattern[at:])
                return pattern[at:]
        except re.error:
            pass
    return None


def _before(tree: Node, keyword: str, *, any_case: bool) -> list[Node] | None:
    """What stands before ``keyword`` where no match can lack it; None when there is no such place."""
    items = list(_flat(tree))
    for at in range(len(items) - len(keyword) + 1):
        if all(_is(items[at + n], char, any_case=any_case) for n, char in enumerate(keyword)):
            return items[:at]
    return None


def _flat(node: Node) -> Iterator[Node]:
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _flat(item)
    else:
        yield node


def _is(node: Node, char: str, *, any_case: bool) -> bool:
    if not isinstance(node, Chars):
        return False
    choices = {choice.lower() for choice in node.choices} if any_case else set(node.choices)
    return choices == {char}


def _classes(node: Node) -> Iterator[frozenset[str]]:
    match node:
        case Chars(choices):
            yield choices
        case Sequence(children) | Choice(children):
            for child in children:
                yield from _classes(child)
        case Repeat(item):
            yield from _classes(item)
