"""What the detectors see of a JSON document: its decoded strings, each with the names its place gives it.

Strings that hold JSON, percent-encoded forms or base64 are read too, up to three levels deep.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import unquote

from app.formats.text.decodings import (
    base64_value,
    encoded_values,
    json_steps,
    percent_decoded,
    percent_steps,
)
from app.formats.text.json_names import Names, Naming, Path
from app.formats.text.json_tree import JsonError, Shape, Tree, decode_string, parse
from app.formats.text.views import Encoded, Origin, Rewritten, Slice, ViewBuilder
from app.platforms import Platform
from detectors.model import Relation

DEEPEST: Final = 3
"""How many times a text inside a text is unwrapped."""

_COOKIE_NAMES = frozenset(("cookie", "set-cookie"))
_PARAMETER = re.compile(r"(?:[?&]|^)([\w.\-\[\]%+]{1,80})=([^&#\s\"'<>\\`{}|^;]+)")
_COOKIE = re.compile(r"(?:^|;)\s*([^=;\s]{1,200})=([^;]+)")
_JSON_START = re.compile(r"\s*=?\s*[\[{]")
_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_SHORTEST_WRAPPED: Final = 8
_NUMBER_DIGITS: Final = 4
_TELLING_KEY: Final = 20


@dataclass(frozen=True, slots=True)
class _Scope:
    """One JSON text in the making of a view: the document itself, or one inside a string.

    Attributes:
        outer: the way back from its raw text; None for the document.
        host: the document's value that holds this text; None for the document.
        level: how often something was unwrapped to get it.
    """

    tree: Tree
    outer: Origin | None
    host: int | None
    level: int
    start: Path
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
        self._naming = Naming(platform)
        self.binaries: Counter[str] = Counter()

    def read(self, progress: Callable[[float], None]) -> None:
        """Hands over everything; ``progress`` is told the share done, now and then."""
        total = max(1, len(self._tree.text))
        for node in self._walk(self._scope(self._tree, None, None, 0, "")):
            progress(self._tree.starts[node] / total)
        self._builder.flush()

    # --- one JSON text -------------------------------------------------------------------------

    def _scope(self, tree: Tree, outer: Origin | None, host: int | None, level: int, name: str) -> _Scope:
        return _Scope(tree, outer, host, level, self._naming.root(name), self._naming.siblings(tree))

    def _walk(self, scope: _Scope) -> Iterator[int]:
        """Adds every value; stops now and then to tell how far it is."""
        tree, inside = scope.tree, self._naming.inside
        here = scope.start
        owner = -1  # the container whose path that is
        open_paths: list[tuple[int, Path]] = [(owner, here)]
        lines_of = -1  # the list of lines that the segment before belongs to
        for node, shape in enumerate(tree.shapes):
            parent, key = tree.parents[node], tree.keys[node]
            while parent != owner:
                open_paths.pop()
                owner, here = open_paths[-1]
            if shape <= Shape.ARRAY:
                owner, here = node, inside(here, key)
                open_paths.append((owner, here))
            elif shape == Shape.STRING:
                if here.lines and isinstance(key, int):
                    self._line(scope, node, joined=lines_of == parent)
                    lines_of = parent
                    continue
                self._string(scope, node, here)
            elif shape == Shape.NUMBER and tree.ends[node] - tree.starts[node] >= _NUMBER_DIGITS:
                self._number(scope, node, here)
            if isinstance(key, str) and len(key) >= _TELLING_KEY and any(map(str.isdigit, key)):
                self._key(scope, node)
            lines_of = -1
            if node & 0x3FFF == 0:
                yield node

    def _names(self, scope: _Scope, node: int, path: Path) -> Names:
        offer = self._naming.offer(path, scope.tree.keys[node])
        if offer.lower:
            sibling = scope.siblings.get(scope.tree.parents[node])
            if sibling is not None and offer.lower in sibling[1]:
                return ((sibling[0], offer.relation), *offer.names)
        return offer.names

    def _string(self, scope: _Scope, node: int, path: Path) -> None:
        tree = scope.tree
        text, origin = self._decoded(scope, tree.starts[node] + 1, tree.ends[node] - 1)
        if text:
            names = self._names(scope, node, path)
            if names and self._platform.reference.fullmatch(text):
                names = ()
            self._text(text, origin, node if scope.host is None else scope.host, names, scope.level)

    def _number(self, scope: _Scope, node: int, path: Path) -> None:
        """A number is examined only under a name."""
        start = scope.tree.starts[node]
        if names := self._names(scope, node, path):
            text = scope.tree.text[start : scope.tree.ends[node]]
            self._add(scope, node, text, Slice(scope.outer, start), names)

    def _key(self, scope: _Scope, node: int) -> None:
        """A long key with figures may be a token itself."""
        text, origin = self._decoded(scope, *scope.tree.key_span(node))
        self._add(scope, node, text, origin)

    def _line(self, scope: _Scope, node: int, *, joined: bool) -> None:
        text, origin = self._decoded(scope, scope.tree.starts[node] + 1, scope.tree.ends[node] - 1)
        self._add(scope, node, text, origin, joined=joined)

    def _decoded(self, scope: _Scope, start: int, end: int) -> tuple[str, Origin]:
        """The meaning of a JSON string whose inside is raw ``start`` to ``end``, and the way back."""
        raw = scope.tree.text[start:end]
        if "\\" in raw:
            return decode_string(raw), Rewritten(scope.outer, start, partial(json_steps, raw))
        return raw, Slice(scope.outer, start)

    def _add(
        self,
        scope: _Scope,
        node: int,
        text: str,
        origin: Origin,
        names: Names = (),
        *,
        joined: bool = False,
    ) -> None:
        host = node if scope.host is None else scope.host
        self._builder.add(text, origin, host, names, joined=joined)

    # --- texts inside texts --------------------------------------------------------------------

    def _text(self, text: str, origin: Origin, host: int, names: Names, level: int) -> None:
        """A string and what is wrapped in it."""
        if level < DEEPEST and len(text) >= _SHORTEST_WRAPPED:
            if self._json_inside(text, origin, host, names, level):
                return
            if (encoded := base64_value(text)) is not None:
                if encoded.binary is not None:
                    self.binaries[encoded.binary] += 1
                    return
                if encoded.text is not None:
                    inner = Encoded(origin, encoded.start, encoded.end)
                    self._text(encoded.text, inner, host, names, level + 1)
        self._builder.add(text, origin, host, names)
        if "=" in text:
            self._parts(text, origin, host, names, level)
        if level < DEEPEST and ("\n" in text or ";base64," in text):
            self._embedded(text, origin, host, level)

    def _embedded(self, text: str, origin: Origin, host: int, level: int) -> None:
        """Base64 values in code, configuration or pages."""
        for name, value in encoded_values(text):
            if value.binary is not None:
                self.binaries[value.binary] += 1
            elif value.text is not None:
                inner = Encoded(origin, value.start, value.end)
                key = ((name, Relation.KEY),) if name else ()
                self._text(value.text, inner, host, key, level + 1)

    def _parts(self, text: str, origin: Origin, host: int, names: Names, level: int) -> None:
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
                self._text(percent_decoded(raw), inner, host, ((name, Relation.QUERY),), level + 1)

    def _json_inside(self, text: str, origin: Origin, host: int, names: Names, level: int) -> bool:
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
        for _ in self._walk(self._scope(tree, Slice(origin, offset), host, level + 1, name)):
            pass
        return complete


def _parsed(text: str) -> Tree | None:
    try:
        return parse(text)
    except JsonError:
        return None
