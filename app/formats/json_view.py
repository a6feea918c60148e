"""What the detectors see of a JSON document: its decoded strings, each with the names its place gives it.

Strings that hold JSON, percent-encoded forms or base64 are read too, up to three levels deep.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final
from urllib.parse import unquote

from app.formats.decodings import base64_value, json_steps, percent_decoded, percent_steps
from app.formats.json_tree import JsonError, Shape, Tree, decode_string, parse
from app.formats.views import Encoded, Origin, Rewritten, Slice, ViewBuilder
from app.platforms import Platform
from detectors.model import Relation

DEEPEST: Final = 3
"""How many times a text inside a text is unwrapped."""

_NAME_KEYS = frozenset(
    ("name", "key", "label", "parametername", "headername", "header", "field", "fieldname", "variable")
)
_VALUE_KEYS = frozenset(
    ("value", "val", "text", "v", "default", "defaultvalue", "currentvalue", "initialvalue", "content")
)
_MEANINGLESS_KEYS = _VALUE_KEYS | frozenset(
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
_COOKIE_NAMES = frozenset(("cookie", "set-cookie"))

_PARAMETER = re.compile(r"(?:[?&]|^)([\w.\-\[\]%+]{1,80})=([^&#\s\"'<>\\`{}|^;]+)")
_COOKIE = re.compile(r"(?:^|;)\s*([^=;\s]{1,200})=([^;]+)")
_JSON_START = re.compile(r"\s*=?\s*[\[{]")
_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_NONE: Final[frozenset[str]] = frozenset()
_Patterns = dict[str, tuple[tuple[str, tuple[str, ...]], ...]]  # last key, to pattern and its keys
_NUMBER_DIGITS = 4
_STEPS = 64  # looked at above a value; keeps hostile nesting linear
_TELLING_KEY = 20


@dataclass(frozen=True, slots=True)
class _Place:
    """What a container tells about the values in it.

    Attributes:
        name: the nearest key that means something.
        relation: what kind of list it is, or None.
        lines: its items are lines of one text.
    """

    name: str = ""
    relation: Relation | None = None
    lines: bool = False


@dataclass(slots=True)
class _Scope:
    """One JSON text in the making of a view: the document itself, or one inside a string."""

    tree: Tree
    outer: Origin | None
    node: int | None  # the document's value that holds this text; None for the document itself
    level: int
    places: dict[int, _Place]
    siblings: dict[int, tuple[str, frozenset[str]]]


class JsonView:
    """Walks a tree once and hands everything worth examining to a builder.

    Attributes:
        binaries: how many embedded files of each kind were met that may show text but were not read.
    """

    def __init__(self, tree: Tree, platform: Platform, builder: ViewBuilder) -> None:
        self._tree = tree
        self._builder = builder
        self._platform = platform
        self._kept = _by_last_key(platform.kept)
        self._named = _by_last_key(platform.named)
        self._pairs = {
            name: frozenset(value for other, value in platform.pairs if other == name)
            for name, _ in platform.pairs
        }
        self._lines = _LINES_KEYS | platform.lines
        self.binaries: Counter[str] = Counter()

    def read(self, progress: Callable[[float], None]) -> None:
        """Hands over everything; ``progress`` is told the share done, now and then."""
        total = max(1, len(self._tree.text))
        scope = _Scope(self._tree, None, None, 0, {-1: _Place()}, self._sibling_names(self._tree))
        for node in self._walk(scope):
            if node % 16_384 == 0:
                progress(self._tree.starts[node] / total)
        self._builder.flush()

    # --- one JSON text -------------------------------------------------------------------------

    def _walk(self, scope: _Scope) -> Iterator[int]:
        tree, places = scope.tree, scope.places
        lines_of = -1  # the array of lines that the segment before belongs to
        for node, shape in enumerate(tree.shapes):
            yield node
            parent, key = tree.parents[node], tree.keys[node]
            if isinstance(key, str) and len(key) >= _TELLING_KEY and any(map(str.isdigit, key)):
                self._key(scope, node)
                lines_of = -1
            if shape <= Shape.ARRAY:
                places[node] = self._place(places[parent], key)
            elif shape == Shape.STRING:
                place = places[parent]
                if place.lines and isinstance(key, int):
                    self._line(scope, node, joined=lines_of == parent)
                    lines_of = parent
                else:
                    self._leaf(scope, node, key, place)
                    lines_of = -1
            elif shape == Shape.NUMBER and tree.ends[node] - tree.starts[node] >= _NUMBER_DIGITS:
                names = self._names(scope, node, key, places[parent])
                if names:
                    start, end = tree.starts[node], tree.ends[node]
                    self._add(scope, node, tree.text[start:end], Slice(scope.outer, start), names)
                    lines_of = -1

    def _place(self, outer: _Place, key: str | int) -> _Place:
        if isinstance(key, int):
            return _Place(outer.name, outer.relation) if outer.lines else outer
        lower = key.lower()
        relation = next((relation for part, relation in _LISTS if part in lower), None)
        if relation is None and lower in _WITHIN_LIST:
            relation = outer.relation
        name = outer.name if lower in _MEANINGLESS_KEYS else key
        return _Place(name, relation, lower in self._lines)

    def _sibling_names(self, tree: Tree) -> dict[int, tuple[str, frozenset[str]]]:
        """For each object that names something: the name, and further keys whose values it names."""
        names: dict[int, tuple[str, frozenset[str]]] = {}
        for node, key in enumerate(tree.keys):
            if tree.shapes[node] == Shape.STRING and isinstance(key, str):
                lower = key.lower()
                if lower in _NAME_KEYS or lower in self._pairs:
                    parent = tree.parents[node]
                    if parent not in names or lower == "name":
                        names[parent] = (tree.string(node).rstrip(" =:"), self._pairs.get(lower, _NONE))
        return names

    def _names(self, scope: _Scope, node: int, key: str | int, place: _Place) -> list[tuple[str, Relation]]:
        if isinstance(key, int):
            return [(place.name, place.relation or Relation.KEY)] if place.name else []
        lower = key.lower()
        if self._matching(scope, node, lower, self._kept):
            return []
        found = self._matching(scope, node, lower, self._named)
        names = [(self._platform.named[found], Relation.KEY)] if found else []
        sibling = scope.siblings.get(scope.tree.parents[node])
        if sibling is not None and (lower in _VALUE_KEYS or lower in sibling[1]):
            names.append((sibling[0], place.relation or Relation.SIBLING))
        if lower in _MEANINGLESS_KEYS:
            if place.name:
                names.append((place.name, Relation.KEY))
        elif sibling is None or lower not in _NAME_KEYS:
            names.append((key, place.relation or Relation.KEY))
        return names

    @staticmethod
    def _matching(scope: _Scope, node: int, lower: str, patterns: _Patterns) -> str | None:
        """The pattern that the keys above a value end like, if any."""
        candidates = patterns.get(lower, ()) + patterns.get("*", ())
        if not candidates:
            return None
        longest = max(len(parts) for _, parts in candidates)
        steps = islice(scope.tree.path(node), _STEPS)
        keys = list(islice((step for step in steps if isinstance(step, str)), longest))
        for pattern, parts in candidates:
            if len(keys) >= len(parts) and all(
                part in ("*", key) for part, key in zip(reversed(parts), keys, strict=False)
            ):
                return pattern
        return None

    # --- its values ----------------------------------------------------------------------------

    def _add(
        self,
        scope: _Scope,
        node: int,
        text: str,
        origin: Origin,
        names: list[tuple[str, Relation]],
        *,
        joined: bool = False,
    ) -> None:
        host = node if scope.node is None else scope.node
        self._builder.add(text, origin, host, names, joined=joined)

    def _decoded(self, scope: _Scope, start: int, end: int) -> tuple[str, Origin]:
        """The meaning of a JSON string whose inside is raw ``start`` to ``end``, and the way back."""
        tree = scope.tree
        raw = tree.text[start:end]
        if "\\" not in raw:
            return raw, Slice(scope.outer, start)
        return decode_string(raw), Rewritten(scope.outer, start, partial(json_steps, raw))

    def _key(self, scope: _Scope, node: int) -> None:
        """A long key with figures may be a token itself."""
        text, origin = self._decoded(scope, *scope.tree.key_span(node))
        self._add(scope, node, text, origin, [])

    def _line(self, scope: _Scope, node: int, *, joined: bool) -> None:
        text, origin = self._decoded(scope, scope.tree.starts[node] + 1, scope.tree.ends[node] - 1)
        self._add(scope, node, text, origin, [], joined=joined)

    def _leaf(self, scope: _Scope, node: int, key: str | int, place: _Place) -> None:
        text, origin = self._decoded(scope, scope.tree.starts[node] + 1, scope.tree.ends[node] - 1)
        if not text:
            return
        names = self._names(scope, node, key, place)
        if names and self._platform.reference.fullmatch(text):
            names = []
        host = node if scope.node is None else scope.node
        self._text(text, origin, host, names, scope.level)

    def _text(
        self, text: str, origin: Origin, node: int, names: list[tuple[str, Relation]], level: int
    ) -> None:
        """A string and what is wrapped in it."""
        if level < DEEPEST and len(text) >= 8:
            if self._json_inside(text, origin, node, names, level):
                return
            if (encoded := base64_value(text)) is not None:
                if encoded.binary is not None:
                    self.binaries[encoded.binary] += 1
                    return
                if encoded.text is not None:
                    inner = Encoded(origin, encoded.start, encoded.end)
                    self._text(encoded.text, inner, node, names, level + 1)
        self._builder.add(text, origin, node, names)
        if "=" in text:
            self._parts(text, origin, node, names, level)

    def _parts(
        self, text: str, origin: Origin, node: int, names: list[tuple[str, Relation]], level: int
    ) -> None:
        """Names the parameters of addresses and forms and the single cookies of a cookie header."""
        if any(name.lower() in _COOKIE_NAMES for name, _ in names):
            for found in _COOKIE.finditer(text):
                self._builder.name(found[1], *found.span(2), Relation.COOKIE)
            return
        escaped: list[tuple[str, int, int]] = []
        for found in _PARAMETER.finditer(text):
            name, (start, end) = unquote(found[1]), found.span(2)
            self._builder.name(name, start, end, Relation.QUERY)
            if "%" in found[2]:
                escaped.append((name, start, end))
        if level < DEEPEST:
            for name, start, end in escaped:
                raw = text[start:end]
                inner = Rewritten(origin, start, partial(percent_steps, raw))
                self._text(percent_decoded(raw), inner, node, [(name, Relation.QUERY)], level + 1)

    def _json_inside(
        self, text: str, origin: Origin, node: int, names: list[tuple[str, Relation]], level: int
    ) -> bool:
        """Reads JSON inside a string; False when the string must be looked at as it is (too)."""
        found = _JSON_START.match(text)
        if found is None or text.rstrip()[-1:] not in ("}", "]"):
            return False
        offset = found.end() - 1
        inner, complete = text[offset:], True
        tree = _parsed(inner)
        if tree is None and "{{" in inner:
            # Expressions stand where JSON wants a value: put figures in their place.
            tree = _parsed(_EXPRESSION.sub(lambda expression: "1" * len(expression[0]), inner))
            complete = False
        if tree is None:
            return False
        name = names[0][0] if names else ""
        around = {-1: _Place(name)}
        scope = _Scope(tree, Slice(origin, offset), node, level + 1, around, self._sibling_names(tree))
        for _ in self._walk(scope):
            pass
        return complete


def _parsed(text: str) -> Tree | None:
    try:
        return parse(text)
    except JsonError:
        return None


def _by_last_key(patterns: Iterable[str]) -> _Patterns:
    found: _Patterns = {}
    for pattern in patterns:
        parts = tuple(pattern.split("."))
        last = parts[-1].lower()
        found[last] = (*found.get(last, ()), (pattern, parts))
    return found
