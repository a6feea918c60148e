"""A JSON file: examined through its decoded strings, edited in its raw text, never serialised anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from app.formats.base import Context, Covers, Sink
from app.formats.text.body import Body, Edit
from app.formats.text.document import TextDocument
from app.formats.text.edits import Cover, covers, edit_of, merged
from app.formats.text.json_outline import outline
from app.formats.text.json_tree import JsonError, Shape, Tree, parse, parse_beginning
from app.formats.text.json_view import JsonView
from app.formats.text.unwrapping import Undecoded
from app.formats.text.views import Raw, ViewBuilder
from app.model import Check, RedactionPlan, TextUnit
from app.places import Form, Location
from app.platforms import recognise

_LONGEST_ESCAPE: Final = 6  # \u0000
_FRACTION: Final = frozenset(".eEI")


class _WithTree(TextDocument):
    """Text of which a JSON tree is known, wholly or up to where it is damaged."""

    def __init__(self, body: Body, tree: Tree, context: Context) -> None:
        super().__init__(body, context)
        self.tree = tree
        self._tool = recognise(outline(tree))
        self.platform = self._tool.name or None

    def read_tree(
        self,
        take: Callable[[TextUnit], None],
        undecoded: Undecoded,
        progress: Callable[[float], None] = lambda _: None,
        *,
        names: bool = False,
    ) -> None:
        """Hands over the decoded texts of the tree; with ``names`` all keys and numbers as well."""
        builder = ViewBuilder(self._body, self.tree.pointer, take)
        JsonView(self._tool, builder, undecoded, names=names).read(self.tree, progress)
        builder.flush()


class DamagedJson(_WithTree):
    """Text that begins like JSON: cut off, damaged, with comments, or a log.

    Examined as text, and as JSON as far as that goes; edited as text.
    """

    def __init__(self, body: Body, context: Context) -> None:
        super().__init__(body, parse_beginning(body.whole()), context)

    def read_decoded(self, take: Callable[[TextUnit], None], undecoded: Undecoded) -> None:
        self.read_tree(take, undecoded)
        super().read_decoded(take, undecoded)

    def examine(self, sink: Sink, *, covers: Covers | None = None) -> None:
        super().examine(sink, covers=covers)
        self.read_tree(sink.unit, Undecoded())  # the reading as text has told what that leaves out


class JsonDocument(_WithTree):
    """JSON and JSON lines, of a known workflow tool or any other.

    Only the inside of strings and whole numbers can be covered, so that every path and type stays. A
    number becomes 0. A key is covered only where it repeats a found value, holds a word to hide, or was
    chosen by hand.
    """

    format = "json"

    def examine(self, sink: Sink, *, covers: Covers | None = None) -> None:
        undecoded = Undecoded()
        self.read_tree(sink.unit, undecoded, lambda share: sink.progress(share, "Reading JSON"))
        self.read_embedded(undecoded, sink, covers)

    def names(self) -> tuple[TextUnit, ...]:
        units: list[TextUnit] = []
        self.read_tree(units.append, Undecoded(), names=True)
        return tuple(units)

    def read_decoded(self, take: Callable[[TextUnit], None], undecoded: Undecoded) -> None:
        self.read_tree(take, undecoded)

    # --- places --------------------------------------------------------------------------------

    def places_of(self, raw: Raw) -> Iterator[Location]:
        for start, end, node in self._coverable(raw.start, raw.end):
            if start <= raw.start and raw.end <= end:  # a hit across two strings is none
                yield self._body.span(start, end, self.tree.pointer(node), raw.form, raw.margins)

    def covering(self, plan: RedactionPlan) -> list[Edit]:
        pieces: list[Cover] = []
        numbers: dict[int, str] = {}
        for cover in covers(plan, self._body.length, self.embedded.names):
            for start, end, node in self._coverable(cover.start, cover.end):
                if self.tree.shapes[node] == Shape.NUMBER and start == self.tree.starts[node]:
                    numbers[start] = "0.0" if _FRACTION & set(self.tree.text[start:end]) else "0"
                whole = (start, end) == (cover.start, cover.end)
                pieces.append(cover if whole else Cover(start, end, Form.PLAIN, cover.placeholder))
        text = self.tree.text
        return [
            Edit(cover.start, cover.end, numbers[cover.start])
            if cover.start in numbers
            else edit_of(cover, lambda start, end: text[start:end])
            for cover in merged(pieces)
        ]

    def _coverable(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """What of a raw span can be covered, in whole escapes and numbers, and the value it belongs to."""
        tree = self.tree
        for node in range(max(0, tree.before(start)), len(tree)):
            if (tree.key_starts[node] or tree.starts[node]) >= end:
                break
            if tree.key_starts[node]:
                yield from self._inside(start, end, *tree.key_span(node), node)
            if tree.shapes[node] == Shape.STRING:
                yield from self._inside(start, end, tree.starts[node] + 1, tree.ends[node] - 1, node)
            elif tree.shapes[node] == Shape.NUMBER and start < tree.ends[node] and tree.starts[node] < end:
                yield tree.starts[node], tree.ends[node], node

    def _inside(
        self, start: int, end: int, first: int, last: int, node: int
    ) -> Iterator[tuple[int, int, int]]:
        start, end = max(start, first), min(end, last)
        if start < end:
            yield _escape_start(self.tree.text, start, first), _escape_end(self.tree.text, end, first), node

    # --- checking ------------------------------------------------------------------------------

    def check_content(self, copy: Body, edits: list[Edit]) -> list[Check]:
        try:
            tree = parse(copy.whole())
        except JsonError:
            return [Check("Structure kept", passed=False, detail="the copy is not valid JSON")]
        return [*super().check_content(copy, edits), self.check_structure(tree, edits)]

    def check_structure(self, copy: Tree, edits: list[Edit]) -> Check:
        """Same values, of the same types, at the same paths; covered keys may differ."""
        mine = self.tree
        same = mine.shapes == copy.shapes and mine.parents == copy.parents
        changed = [node for node, key in enumerate(mine.keys) if same and key != copy.keys[node]]
        starts = {edit.start: edit.end for edit in edits}
        covered = all(self._key_covered(node, starts) for node in changed)
        detail = f"{len(mine)} values compared by path and type"
        if changed:
            detail += f", {len(changed)} keys covered"
        return Check(
            "Structure kept", same and covered, detail if same else "a value is missing or of another type"
        )

    def _key_covered(self, node: int, edits: dict[int, int]) -> bool:
        first, last = self.tree.key_span(node)
        return any(first <= start and end <= last for start, end in edits.items())


def _escape_start(text: str, at: int, first: int) -> int:
    """``at``, or the backslash of the escape sequence that it would cut."""
    for back in range(1, min(_LONGEST_ESCAPE, at - first + 1)):
        if text[at - back] == "\\" and _opens(text, at - back, first):
            length = _LONGEST_ESCAPE if text[at - back + 1] == "u" else 2
            return at - back if length > back else at
    return at


def _escape_end(text: str, at: int, first: int) -> int:
    """``at``, or the end of the escape sequence that it would cut."""
    begin = _escape_start(text, at, first)
    if begin == at:
        return at
    return begin + (_LONGEST_ESCAPE if text[begin + 1] == "u" else 2)


def _opens(text: str, at: int, first: int) -> bool:
    """Whether the backslash at ``at`` begins an escape sequence: an even number stands before it."""
    before = at
    while before > first and text[before - 1] == "\\":
        before -= 1
    return (at - before) % 2 == 0
