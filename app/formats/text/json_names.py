"""Which names the place of a JSON value offers for it: its key, the name beside it, the list it stands in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from app.formats.text.json_tree import Shape, Tree
from app.platforms import Platform
from detectors.model import Relation

Names = tuple[tuple[str, Relation], ...]

NAME_KEYS = frozenset(
    ("name", "key", "label", "parametername", "headername", "header", "field", "fieldname", "variable")
)
VALUE_KEYS = frozenset(
    ("value", "val", "text", "v", "default", "defaultvalue", "currentvalue", "initialvalue", "content")
)
_MEANINGLESS_KEYS = VALUE_KEYS | frozenset(
    (
        *("string", "stringvalue", "secretvalue", "raw", "plain", "literal"),
        *("data", "parameters", "values", "items"),
    )
)
_LINES_KEYS = frozenset(("source", "traceback", "lines", "script"))
_LISTS = (
    ("cookie", Relation.COOKIE),
    ("header", Relation.HEADER),
    ("query", Relation.QUERY),
    ("qs", Relation.QUERY),
    ("urlencoded", Relation.FORM),
    ("formdata", Relation.FORM),
    ("bodyparameters", Relation.FORM),
    ("postdata", Relation.FORM),
)
_WITHIN_LIST = frozenset(("parameters", "params", "values", "items"))
_LONGEST_NAME: Final = 200
_STEPS: Final = 64  # looked at above a value; keeps hostile nesting linear


class _Role(IntEnum):
    NONE = 0
    NAME = 1
    VALUE = 2


@dataclass(frozen=True, slots=True)
class Path:
    """The keys that lead to a container, and what they tell about the values in it.

    Attributes:
        number: identifies the path; list positions do not count.
        name: the nearest key that means something.
        relation: what kind of list it is, or None.
        lines: its items are the lines of one text.
    """

    number: int
    keys: tuple[str, ...] = field(repr=False)
    name: str = ""
    relation: Relation | None = None
    lines: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """The names for every value under one key of one path.

    Attributes:
        names: as far as the path and the key tell.
        lower: the key in small letters, where a name beside the value may name it; else "".
        relation: of such a name.
    """

    names: Names
    lower: str = ""
    relation: Relation = Relation.SIBLING


class Naming:
    """Knows paths and names by heart, so that each is worked out once however often it occurs."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._kept = _by_last_key(platform.kept)
        self._named = _by_last_key(platform.named)
        self._pairs = {
            name: frozenset(value for other, value in platform.pairs if other == name)
            for name, _ in platform.pairs
        }
        self._values = VALUE_KEYS.union(*self._pairs.values())
        self._lines = _LINES_KEYS | platform.lines
        self._paths: dict[tuple[int, str | None], Path] = {}
        self._offers: dict[tuple[int, str | None], Offer] = {}
        self._roles: dict[str, _Role] = {}
        self._count = 0

    def root(self, name: str = "") -> Path:
        """The start of a document that as a whole bears ``name``."""
        self._count += 1
        return Path(self._count, (), name)

    def inside(self, outer: Path, key: str | int) -> Path:
        """The path of a container in another."""
        step = key if isinstance(key, str) else None
        known = self._paths.get((outer.number, step))
        if known is None:
            self._count += 1
            known = self._paths[outer.number, step] = self._path(outer, step)
        return known

    def offer(self, path: Path, key: str | int) -> Offer:
        """The names of a value in a container."""
        step = key if isinstance(key, str) else None
        known = self._offers.get((path.number, step))
        if known is None:
            known = self._offers[path.number, step] = self._offer(path, step)
        return known

    def siblings(self, tree: Tree) -> dict[int, tuple[str, frozenset[str]]]:
        """For each object that names a value in it: the name, and the keys whose values it names."""
        names: dict[int, tuple[str, frozenset[str]]] = {}
        valued: set[int] = set()
        roles = self._roles
        for node, key in enumerate(tree.keys):
            if isinstance(key, int):
                continue
            role = roles.get(key)
            if role is None:
                role = roles[key] = self._role(key.lower())
            if role == _Role.NONE:
                continue
            parent = tree.parents[node]
            if role == _Role.VALUE:
                valued.add(parent)
            if (
                tree.shapes[node] == Shape.STRING
                and (name := self._sibling_name(tree, node, key)) is not None
            ):
                known = names.get(parent)
                if known is None or key.lower() == "name":
                    names[parent] = name
        return {parent: name for parent, name in names.items() if parent in valued}

    def _sibling_name(self, tree: Tree, node: int, key: str) -> tuple[str, frozenset[str]] | None:
        lower = key.lower()
        pairs = self._pairs.get(lower, frozenset())
        if lower not in NAME_KEYS and not pairs:
            return None
        if tree.ends[node] - tree.starts[node] > _LONGEST_NAME:
            return None
        name = tree.string(node).strip().rstrip(" =:")
        return (name, VALUE_KEYS | pairs) if name else None

    def _role(self, lower: str) -> _Role:
        if lower in self._values:
            return _Role.VALUE
        return _Role.NAME if lower in NAME_KEYS or lower in self._pairs else _Role.NONE

    def _path(self, outer: Path, key: str | None) -> Path:
        if key is None:
            return Path(self._count, outer.keys, outer.name, outer.relation)
        lower = key.lower()
        relation = next((relation for part, relation in _LISTS if part in lower), None)
        if relation is None and lower in _WITHIN_LIST:
            relation = outer.relation
        name = outer.name if lower in _MEANINGLESS_KEYS else key
        return Path(self._count, (*outer.keys[-_STEPS:], key), name, relation, lower in self._lines)

    def _offer(self, path: Path, key: str | None) -> Offer:
        keys = path.keys if key is None else (*path.keys, key)
        if _matching(keys, self._kept) is not None:
            return Offer(())
        if key is None:
            return Offer(((path.name, path.relation or Relation.KEY),) if path.name else ())
        lower = key.lower()
        names: Names = ()
        if (pattern := _matching(keys, self._named)) is not None:
            names = ((self._platform.named[pattern], Relation.KEY),)
        if lower not in _MEANINGLESS_KEYS:
            names += ((key, path.relation or Relation.KEY),)
        elif path.name:
            names += ((path.name, Relation.KEY),)
        return Offer(names, lower if lower in self._values else "", path.relation or Relation.SIBLING)


_Patterns = dict[
    str, tuple[tuple[str, tuple[str, ...]], ...]
]  # last key in small letters, to pattern and keys


def _matching(keys: tuple[str, ...], patterns: _Patterns) -> str | None:
    """The pattern that ``keys`` end like, if any."""
    if not keys:
        return None
    for pattern, parts in patterns.get(keys[-1].lower(), ()) + patterns.get("*", ()):
        ends = keys[-len(parts) :]
        if len(ends) == len(parts) and all(part in ("*", key) for part, key in zip(parts, ends, strict=True)):
            return pattern
    return None


def _by_last_key(patterns: Iterable[str]) -> _Patterns:
    found: _Patterns = {}
    for pattern in patterns:
        parts = tuple(pattern.split("."))
        last = parts[-1].lower()
        found[last] = (*found.get(last, ()), (pattern, parts))
    return found
