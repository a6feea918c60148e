"""Reads JSON with the place of every value in the raw text; never recursive, time and memory linear.

The grammar is RFC 8259, plus what the standard library reads and writes too (``NaN``, ``Infinity``,
control characters in strings). Duplicate keys are kept. Several documents in a row (JSON lines) are
one tree with several roots.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from enum import IntEnum
from json import JSONDecoder
from typing import Final


class JsonError(ValueError):
    """The text is not JSON; says nothing about its content."""


class Shape(IntEnum):
    """What a value is."""

    OBJECT = 0
    ARRAY = 1
    STRING = 2
    NUMBER = 3
    LITERAL = 4


_SPACE = r"[ \t\n\r]*+"
_STRING = r'"[^"\\]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\]*+)*+"'
_VALUE = (
    rf"({_STRING}|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?"
    r"|true|false|null|NaN|-?Infinity|[{\[])"
)
_MEMBER = re.compile(rf"{_SPACE}({_STRING}){_SPACE}:{_SPACE}{_VALUE}{_SPACE}([,}}\]]?)")
_ITEM = re.compile(rf"{_SPACE}{_VALUE}{_SPACE}([,}}\]]?)")
_AFTER = re.compile(rf"{_SPACE}([,}}\]]?)")
_ROOT = re.compile(rf"{_SPACE}([{{\[])")
_BLANK = re.compile(_SPACE)
_KEY = re.compile(_STRING)
_CLOSING = frozenset("}]")
_DECODER = JSONDecoder(strict=False)

_SHAPES: Final = {
    **dict.fromkeys("-0123456789", Shape.NUMBER),
    **dict.fromkeys("tfnNI", Shape.LITERAL),
    '"': Shape.STRING,
    "{": Shape.OBJECT,
    "[": Shape.ARRAY,
}

DEEPEST_POINTER: Final = 10_000
"""Levels; a deeper value has no pointer, so that a hostile file cannot make reports explode."""


class Tree:
    """All values of a JSON text in the order in which they stand there, containers before their content.

    Attributes:
        text: the raw text.
        shapes: a ``Shape`` for each value.
        starts, ends: raw code points of each value, half-open, quotes and brackets included.
        parents: index of the container of each value; -1 for roots.
        keys: decoded key, or index in the array (among the roots for roots).
        key_starts: where the raw key with its quotes begins; 0, where no key can begin, outside objects.
    """

    __slots__ = ("ends", "key_starts", "keys", "parents", "shapes", "starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.shapes = bytearray()
        offsets = "I" if len(text) < 1 << 32 else "Q"  # half the memory for all but monstrous texts
        self.starts = array(offsets)
        self.ends = array(offsets)
        self.parents = array("i" if offsets == "I" else "q")
        self.keys: list[str | int] = []
        self.key_starts = array(offsets)

    def __len__(self) -> int:
        return len(self.starts)

    def add(self, shape: int, start: int, end: int, parent: int, key: str | int, key_start: int) -> None:
        self.shapes.append(shape)
        self.starts.append(start)
        self.ends.append(end)
        self.parents.append(parent)
        self.keys.append(key)
        self.key_starts.append(key_start)

    def string(self, node: int) -> str:
        """The decoded text of a string value."""
        start, end = self.starts[node] + 1, self.ends[node] - 1
        if "\\" in (raw := self.text[start:end]):
            return decode_string(raw)
        return raw

    def key_span(self, node: int) -> tuple[int, int]:
        """Raw code points of the key of a member, without its quotes."""
        found = _KEY.match(self.text, self.key_starts[node])
        if found is None:
            raise ValueError("the value has no key")
        return found.start() + 1, found.end() - 1

    def path(self, node: int) -> Iterator[str | int]:
        """Keys and indices from the value up to (not including) its root."""
        while (parent := self.parents[node]) >= 0:
            yield self.keys[node]
            node = parent

    def pointer(self, node: int) -> str | None:
        """RFC 6901 pointer from the root of the value; None below 10,000 levels."""
        steps = []
        for step in self.path(node):
            steps.append(str(step).replace("~", "~0").replace("/", "~1"))
            if len(steps) > DEEPEST_POINTER:
                return None
        return "".join(f"/{step}" for step in reversed(steps))

    def before(self, offset: int) -> int:
        """The last value that begins at or before a raw offset; -1 when there is none."""
        return bisect_right(self.starts, offset) - 1


def decode_string(raw: str) -> str:
    """The text behind the inside of a JSON string."""
    text: str = _DECODER.raw_decode(f'"{raw}"')[0]
    return text


def parse(text: str) -> Tree:
    """Reads ``text`` wholly.

    Raises:
        JsonError: it is not a sequence of JSON objects and arrays.
    """
    reader = _Reader(text)
    number = 0
    while reader.document(number):
        number += 1
    if not number or _BLANK.fullmatch(text, reader.at) is None:
        raise JsonError("not JSON")
    return reader.tree


def parse_beginning(text: str) -> Tree:
    """What can be read of damaged or cut-off JSON before the first error; open containers end at 0."""
    reader = _Reader(text)
    number = 0
    try:
        while reader.document(number):
            number += 1
    except JsonError:
        pass
    return reader.tree


class _Reader:
    """Where the reading is: the innermost open container, its next index, and those around it."""

    def __init__(self, text: str) -> None:
        self.tree = Tree(text)
        self.at = 0
        self._here = -1
        self._index = 0
        self._outer: list[tuple[int, int]] = []
        self._keys: dict[str, str] = {}

    def document(self, number: int) -> bool:
        """Reads the next object or array with all that is in it; False when there is none."""
        found = _ROOT.match(self.tree.text, self.at)
        if found is None:
            return False
        self._here = -1
        self._open(_SHAPES[found[1]], found.start(1), number, 0)
        self.at = found.end()
        separator = self._separator()
        if separator == ",":
            raise JsonError("not JSON")
        while True:
            if separator in _CLOSING:
                self._close(separator)
                if not self._outer:
                    return True
                self._here, self._index = self._outer.pop()
                separator = self._separator()
                if not separator:
                    raise JsonError("not JSON")
            elif self.tree.shapes[self._here] == Shape.OBJECT:
                separator = self._members()
            else:
                separator = self._items()

    def _members(self) -> str:
        """Reads members up to the first container, or to the end of the object.

        Returns the separator after what was read: a closing bracket, or "" at the start of a container.
        """
        at, here, known = self.at, self._here, self._keys
        text, match, add = self.tree.text, _MEMBER.match, self.tree.add
        separator = ","
        while separator == ",":
            found = match(text, at)
            if found is None:
                raise JsonError("not JSON")
            key_start, key_end = found.span(1)
            start, end = found.span(2)
            separator, at = found[3], found.end()
            raw = text[key_start + 1 : key_end - 1]
            key = known.get(raw)
            if key is None:
                key = known[raw] = decode_string(raw) if "\\" in raw else raw
            shape = _SHAPES[text[start]]
            if shape > Shape.ARRAY:
                add(shape, start, end, here, key, key_start)
                continue
            self._outer.append((here, 0))
            self._open(shape, start, key, key_start)
            if separator == ",":
                raise JsonError("not JSON")
            break
        else:
            if not separator:
                raise JsonError("not JSON")
        self.at = at
        return separator

    def _items(self) -> str:
        """The same for the items of an array."""
        at, here, index = self.at, self._here, self._index
        text, match, add = self.tree.text, _ITEM.match, self.tree.add
        separator = ","
        while separator == ",":
            found = match(text, at)
            if found is None:
                raise JsonError("not JSON")
            start, end = found.span(1)
            separator, at = found[2], found.end()
            shape = _SHAPES[text[start]]
            if shape > Shape.ARRAY:
                add(shape, start, end, here, index, 0)
                index += 1
                continue
            self._outer.append((here, index + 1))
            self._open(shape, start, index, 0)
            if separator == ",":
                raise JsonError("not JSON")
            break
        else:
            if not separator:
                raise JsonError("not JSON")
        self.at = at
        return separator

    def _open(self, shape: int, start: int, key: str | int, key_start: int) -> None:
        self.tree.add(shape, start, 0, self._here, key, key_start)
        self._here, self._index = len(self.tree) - 1, 0

    def _close(self, bracket: str) -> None:
        if (bracket == "}") is not (self.tree.shapes[self._here] == Shape.OBJECT):
            raise JsonError("not JSON")
        self.tree.ends[self._here] = self.tree.text.rindex(bracket, 0, self.at) + 1

    def _separator(self) -> str:
        found = _AFTER.match(self.tree.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[1]
