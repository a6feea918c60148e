"""What the detectors see of a JSON document: its decoded strings, each with the names its place gives it.

Strings that hold JSON, percent-encoded forms or base64 are read too, up to three levels deep.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from app.formats.text.escapes import SCRIPT
from app.formats.text.json_names import Names, Naming, Path
from app.formats.text.json_tree import JsonError, Shape, Tree, decode_string, parse
from app.formats.text.unwrapping import Undecoded, Unwrapper
from app.formats.text.views import Origin, Rewritten, Slice, ViewBuilder
from app.platforms import Platform

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
    """Walks trees and hands everything worth examining to a builder.

    Attributes:
        unwrapper: decodes what stands in a text, JSON among it.

    Args:
        names: every key and every number is handed over, not only those that may be secret.
    """

    def __init__(
        self, platform: Platform, builder: ViewBuilder, undecoded: Undecoded, *, names: bool = False
    ) -> None:
        self._every_name = names
        self._builder = builder
        self._platform = platform
        self._naming = Naming(platform)
        self.unwrapper = Unwrapper(builder, undecoded, self._json_inside)

    def read(self, tree: Tree, progress: Callable[[float], None]) -> None:
        """Hands over all of a document; ``progress`` is told the share done, now and then."""
        total = max(1, len(tree.text))
        for node in self._walk(self._scope(tree, None, None, 0, "")):
            progress(tree.starts[node] / total)

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
            if isinstance(key, str) and (self._every_name or _may_be_token(key)):
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
            host = node if scope.host is None else scope.host
            self.unwrapper.text(text, origin, host, names, scope.level)

    def _number(self, scope: _Scope, node: int, path: Path) -> None:
        """A number is examined only under a name."""
        start = scope.tree.starts[node]
        names = self._names(scope, node, path)
        if names or self._every_name:
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
            return decode_string(raw), Rewritten(scope.outer, start, partial(SCRIPT.steps, raw))
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

    def _json_inside(self, text: str, origin: Origin, node: int, names: Names, level: int) -> bool:
        """Reads JSON inside a text; False when the text must be looked at as it is (too)."""
        found = _JSON_START.match(text) if len(text) >= _SHORTEST_WRAPPED else None
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
        for _ in self._walk(self._scope(tree, Slice(origin, offset), node, level + 1, name)):
            pass
        return complete


def _may_be_token(key: str) -> bool:
    return len(key) >= _TELLING_KEY and any(map(str.isdigit, key))


def _parsed(text: str) -> Tree | None:
    try:
        return parse(text)
    except JsonError:
        return None
