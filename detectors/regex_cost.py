"""How much backtracking a regular expression can cause, so that a stranger's pattern cannot hang a scan.

``re`` tries the ways to match one after the other. The positions of a pattern (its single characters and
classes) with "may follow" between them form the automaton of Glushkov (1961). Where a loop of it can run
through one text in two ways, the number of ways is exponential (Weber and Seidl, "On the degree of
ambiguity of finite automata", 1991); elsewhere it is at most the product of the loops whose end the text
leaves open. Bounds are on the safe side: a harmless pattern may be refused, a harmful one is not accepted.
"""

from __future__ import annotations

import importlib
import re
import string
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from detectors.regex_tree import UnsupportedPatternError

LONGEST_LOOP = 1024
"""Turns of a repetition without a limit of its own; whoever runs the pattern has to cut it there."""

MOST_WAYS = 100_000
"""Ways to match from one place on that are still bearable."""

_MOST_POSITIONS = 3_000
_MOST_IN_LOOP = 160
_MOST_UNROLLED = 160
_OTHER = 128  # stands for every character beyond ASCII
_ALL = frozenset(range(_OTHER + 1))
_WORD = frozenset(map(ord, string.ascii_letters + string.digits + "_"))
_CATEGORIES = {
    "DIGIT": frozenset(map(ord, string.digits)),
    "WORD": _WORD,
    "SPACE": frozenset(map(ord, " \t\n\r\f\v")),
}
_parser: Any = importlib.import_module("re._parser")


class CostlyPatternError(ValueError):
    """The pattern can take too long on a text made for it; the message says what to change."""


def check_cost(pattern: str, flags: int = re.ASCII) -> None:
    """Accepts a pattern whose backtracking is bounded.

    Raises:
        CostlyPatternError: it is not, or cannot be told within reason.
        UnsupportedPatternError: a back-reference or a conditional.
        re.error: not a regular expression.
    """
    parsed = _parser.parse(pattern, flags)
    try:
        automaton = _Automaton()
        automaton.sequence(parsed, bool(parsed.state.flags & re.IGNORECASE), looped=False)
        ways = automaton.ways()
    except RecursionError:
        raise CostlyPatternError("nested too deeply") from None
    if ways > MOST_WAYS:
        raise CostlyPatternError(
            "can take too long on a text made for it: neighbouring repetitions match the same characters; "
            "give each a limit, as in .{0,40} instead of .*, or a character between them that neither matches"
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of the pattern: the positions it can begin and end with, each as often as there are ways to
    it, and the number of ways in which it can be empty."""

    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()
    empty: int = 1


def _limited(first: tuple[int, ...], last: tuple[int, ...], empty: int) -> _Part:
    if max(len(first), len(last), empty) > _MOST_POSITIONS:
        raise CostlyPatternError("has too many parts that may be empty; write it with fewer alternatives")
    return _Part(first, last, empty)


@dataclass(slots=True)
class _Automaton:
    symbols: list[frozenset[int]] = field(default_factory=list)
    turns: dict[int, int] = field(default_factory=dict)  # position to the choices its own repetition has
    follow: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    asserted: int = 1  # ways of the worst look-around; each is over once one of them is found

    # --- building -----------------------------------------------------------------------------

    def sequence(self, parsed: Iterable[Any], any_case: bool, *, looped: bool) -> _Part:
        whole = _Part()
        for op, value in parsed:
            part = self._node(op, value, any_case, looped=looped)
            self._link(whole.last, part.first)
            whole = _limited(
                whole.first + part.first * whole.empty,
                part.last + whole.last * part.empty,
                whole.empty * part.empty,
            )
        return whole

    def _link(self, before: Iterable[int], after: tuple[int, ...]) -> None:
        for one in before:
            self.follow[one].update(after)

    def _node(self, op: Any, value: Any, any_case: bool, *, looped: bool) -> _Part:
        match str(op):
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                return self._position(_symbols(str(op), value, any_case))
            case "SUBPATTERN":
                _, added, removed, inner = value
                any_case = bool((any_case or added & re.IGNORECASE) and not removed & re.IGNORECASE)
                return self.sequence(inner, any_case, looped=looped)
            case "ATOMIC_GROUP":
                return self.sequence(value, any_case, looped=looped)
            case "BRANCH":
                parts = [self.sequence(option, any_case, looped=looped) for option in value[1]]
                return _limited(
                    tuple(at for part in parts for at in part.first),
                    tuple(at for part in parts for at in part.last),
                    sum(part.empty for part in parts),
                )
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                low, high, item = value
                high = LONGEST_LOOP if high == _parser.MAXREPEAT else int(high)
                return self._repeat(int(low), high, item, any_case, looped=looped)
            case "AT":
                return _Part()
            case "ASSERT" | "ASSERT_NOT":
                inside = _Automaton()
                inside.sequence(value[1], any_case, looped=False)
                self.asserted = max(self.asserted, inside.ways())
                return _Part()
            case name:
                raise UnsupportedPatternError(f"{name.lower()} is not supported")

    def _position(self, symbols: frozenset[int]) -> _Part:
        self.symbols.append(symbols)
        if len(self.symbols) > _MOST_POSITIONS:
            raise CostlyPatternError("too long: split it into several rules")
        at = len(self.symbols) - 1
        return _Part((at,), (at,), empty=0)

    def _repeat(self, low: int, high: int, item: Any, any_case: bool, *, looped: bool) -> _Part:
        if high == 0:
            return _Part()
        before = len(self.symbols)
        part = self.sequence(item, any_case, looped=looped or high > 1)
        size = len(self.symbols) - before
        if high == 1:
            return _Part(part.first, part.last, part.empty + (low == 0))
        if part.empty:
            raise CostlyPatternError(
                "repeats something that may be empty, which has no bound; leave out the inner * or ?"
            )
        single = size == 1 and not self.follow[before]
        if (looped or not single) and high * size <= _MOST_UNROLLED:
            return self._unrolled(part, low, high, item, any_case)
        self._link(part.last, part.first)
        if single:
            self.turns[before] = 1 if low == high else high - low + 1
        return _Part(part.first, part.last, int(low == 0))

    def _unrolled(self, part: _Part, low: int, high: int, item: Any, any_case: bool) -> _Part:
        """The repetition written out: its number of turns matters where it stands in a loop itself."""
        first, last = part.first, part.last if low <= 1 else ()
        for turn in range(2, high + 1):
            before, part = part, self.sequence(item, any_case, looped=True)
            self._link(before.last, part.first)
            last += part.last if turn >= low else ()
        return _Part(first, last, int(low == 0))

    # --- measuring ----------------------------------------------------------------------------

    def ways(self) -> int:
        """Upper bound of the ways in which the automaton can run through one text."""
        loops = self._loops()
        number_of = {at: number for number, loop in enumerate(loops) for at in loop}
        ways: list[int] = []
        for number, loop in enumerate(loops):  # whatever may follow a loop stands before it in the list
            own = frozenset().union(*(self.symbols[at] for at in loop))
            after: Counter[int] = Counter()
            for at in loop:
                for to, times in self.follow[at].items():
                    if number_of[to] != number:
                        after.update(dict.fromkeys(self.symbols[to], times * ways[number_of[to]]))
            count = max(after.values(), default=1)
            turning = len(loop) > 1 or self.follow[loop[0]][loop[0]]
            if turning:
                self._unambiguous(loop)
                turns = self.turns.get(loop[0], LONGEST_LOOP) if len(loop) == 1 else LONGEST_LOOP
                if any(after[symbol] for symbol in own):
                    count *= turns
            ways.append(count)
        return max(self.asserted, *ways, 1)

    def _loops(self) -> list[list[int]]:
        """Strongly connected sets of positions, followers first (Tarjan 1972, without recursion)."""
        order: dict[int, int] = {}
        low: dict[int, int] = {}
        stack: list[int] = []
        on_stack: set[int] = set()
        found: list[list[int]] = []
        for root in range(len(self.symbols)):
            work = [(root, iter(self.follow[root]))] if root not in order else []
            while work:
                at, rest = work[-1]
                if at not in order:
                    order[at] = low[at] = len(order)
                    stack.append(at)
                    on_stack.add(at)
                for to in rest:
                    if to not in order:
                        work.append((to, iter(self.follow[to])))
                        break
                    if to in on_stack:
                        low[at] = min(low[at], order[to])
                else:
                    work.pop()
                    if work:
                        low[work[-1][0]] = min(low[work[-1][0]], low[at])
                    if low[at] == order[at]:
                        first = stack.index(at)
                        found.append(stack[first:])
                        on_stack.difference_update(stack[first:])
                        del stack[first:]
        return found

    def _unambiguous(self, loop: list[int]) -> None:
        """Refuses a loop that can run through one text in two ways from a position back to itself."""
        inside = set(loop)
        steps = {at: [to for to in self.follow[at] if to in inside] for at in loop}
        doubled = any(self.follow[at][to] > 1 for at in loop for to in steps[at])
        if len(loop) > _MOST_IN_LOOP:
            raise CostlyPatternError("repeats a group that is too large to be checked; make it smaller")
        if doubled or self._meets_again(loop, steps):
            raise CostlyPatternError(
                "can take exponential time: a repetition inside a repetition matches the same text in "
                "several ways, as (a+)+ does; write it with one of them"
            )

    def _meets_again(self, loop: list[int], steps: dict[int, list[int]]) -> bool:
        """Whether two runs through the same text part from each other and meet again."""
        reached: set[tuple[int, int]] = set()
        waiting = [(at, at) for at in loop]
        while waiting:
            one, other = waiting.pop()
            for a in steps[one]:
                for b in steps[other]:
                    if self.symbols[a].isdisjoint(self.symbols[b]):
                        continue
                    if a == b:
                        if one != other:
                            return True
                    elif (a, b) not in reached:
                        reached.add((a, b))
                        waiting.append((a, b))
        return False


def _symbols(op: str, value: Any, any_case: bool) -> frozenset[int]:
    match op:
        case "LITERAL":
            return _with_case(frozenset((min(value, _OTHER),)), any_case)
        case "NOT_LITERAL":
            return _ALL - {value} if value < _OTHER else _ALL
        case "ANY":
            return _ALL
        case _:
            return _class(value, any_case)


def _class(items: Any, any_case: bool) -> frozenset[int]:
    found: set[int] = set()
    negated = False
    for op, value in items:
        match str(op):
            case "NEGATE":
                negated = True
            case "LITERAL":
                found.add(min(value, _OTHER))
            case "RANGE":
                found.update(range(value[0], min(value[1], _OTHER) + 1))
                found.update({_OTHER} if value[1] >= _OTHER else ())
            case "CATEGORY":
                kind = str(value).removeprefix("CATEGORY_")
                known = _CATEGORIES[kind.removeprefix("NOT_")]
                found |= _ALL - known if kind.startswith("NOT_") else known
            case name:
                raise UnsupportedPatternError(f"{name.lower()} is not supported")
    inside = _with_case(frozenset(found), any_case)
    # A negated class may leave out some characters beyond ASCII; all of them stand for one symbol.
    return (_ALL - inside) | {_OTHER} if negated else inside


def _with_case(symbols: frozenset[int], any_case: bool) -> frozenset[int]:
    if not any_case:
        return symbols
    return symbols | {ord(chr(s).swapcase()) for s in symbols if s < _OTHER and chr(s).isalpha()}
