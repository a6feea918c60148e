"""Texts inside texts: what stands encoded in a text is decoded and examined too, some levels deep."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from urllib.parse import unquote

from app.formats.text.binary_text import SHORTEST, Packed, packed_values
from app.formats.text.escapes import ENTITIES, FORM, PERCENT, QUOTED_PRINTABLE, SCRIPT, Notation
from app.formats.text.json_names import Names
from app.formats.text.structure import Structure
from app.formats.text.tags import cut_words, may_cut
from app.formats.text.views import Origin, Rewritten, Slice, Unpacked, ViewBuilder
from detectors.model import Relation

DEEPEST: Final = 4
"""How many times a text inside a text is unwrapped."""

_MOST_DECODED: Final = 8
_FREE: Final = 1 << 20
_COOKIE_NAMES = frozenset(("cookie", "set-cookie"))
_PARAMETER = re.compile(r"(?:[?&;]|^)([\w.\-\[\]%+]{1,80})=([^&#\s\"'<>\\`{}|^;]+)")
_COOKIE = re.compile(r"(?:^|;)\s*([^=;\s]{1,200})=([^;]+)")
_WORD_END = re.compile(r"[\s\"'<>`]")
_LONGEST_LEAD: Final = 8192
_QUOTED_PRINTABLE = re.compile(
    r"^content-transfer-encoding:[ \t]{0,9}quoted-printable[^\n]{0,99}\n(?:[^\n]+\n){0,99}?\r?\n",
    re.IGNORECASE | re.MULTILINE,
)
_MAIL_BORDER = re.compile(r"^--[^\s=]", re.MULTILINE)
_SIMPLE = re.compile(  # words too short for base64, and nothing that escapes, names or opens
    r"(?:[A-Za-z0-9+/_-]{1,15}+(?![A-Za-z0-9+/_-])|[^A-Za-z0-9+/_%&\\<={\[\n-]++)*+"
)
_MOST_AROUND: Final = 200
_DATA_ADDRESS = re.compile(r"\s*data:[\w.+/;=-]{0,100};base64,\Z")


@dataclass(slots=True)
class Undecoded:
    """What stands encoded in a document and was not read.

    Attributes:
        binaries: raw spans of embedded files that may show something readable, and of what kind each is.
        files: there are embedded files, of any size.
        exhausted: so much is encoded that not all of it was decoded.
    """

    binaries: dict[tuple[int, int], str] = field(default_factory=dict)
    files: bool = False
    exhausted: bool = False


class Unwrapper:
    """Hands the decoded parts of texts to a builder, each with the way back.

    What is decoded in all is bounded by a multiple of the texts given at level 0.
    """

    def __init__(
        self,
        builder: ViewBuilder,
        undecoded: Undecoded,
        read_json: Callable[[str, Origin, int, Names, int], bool],
    ) -> None:
        """``read_json`` examines a text at a level if it is JSON; tells whether that was all of it."""
        self._builder = builder
        self._undecoded = undecoded
        self._read_json = read_json
        self._left = _FREE

    def text(self, text: str, origin: Origin, node: int, names: Names, level: int) -> None:
        """Hands over a text and what is wrapped in it."""
        if _SIMPLE.fullmatch(text):
            self._builder.add(text, origin, node, names)
            return
        if level < DEEPEST and self._read_json(text, origin, node, names, level):
            return
        packed = tuple(packed_values(text)) if level < DEEPEST and len(text) >= SHORTEST else ()
        if len(packed) == 1 and packed[0].text is None and _fills(packed[0], text):
            self._unread(packed[0], origin)
            return
        self._unpack(text, packed, origin, node, names, level)
        self._builder.add(text, origin, node, names)
        if "=" in text:
            self._parts(text, names)
        if "\n" in text or "<" in text or "{" in text:
            for named in Structure().names(text):
                self._builder.name(named.name, named.start, named.end, named.relation)
        self._rewrite(text, origin, node, names, level)

    def unpack(self, text: str, origin: Origin, node: int) -> None:
        """Hands over only what base64 and hexadecimal values in a text mean.

        Comes before the text itself: that these values look random then says nothing more.
        """
        self._unpack(text, packed_values(text), origin, node, (), 0)

    def rewrite(self, text: str, origin: Origin, node: int) -> None:
        """Hands over only what stands in a text with escape sequences."""
        self._rewrite(text, origin, node, (), 0)

    def _unpack(
        self, text: str, packed: Iterable[Packed], origin: Origin, node: int, names: Names, level: int
    ) -> None:
        if level == 0:
            self._left += _MOST_DECODED * len(text)
        for value in packed:
            if value.text is None:
                self._unread(value, origin)
                continue
            own: Names = ((value.name, Relation.KEY),) if value.name else ()
            inner = Unpacked(origin, value, text[value.start : value.end])
            self._decoded(value.text, inner, node, names if _fills(value, text) else own, level)

    def _rewrite(self, text: str, origin: Origin, node: int, names: Names, level: int) -> None:
        if level >= DEEPEST:
            return
        if "%" in text:
            self._percent(text, origin, node, names, level)
        if "&" in text and ";" in text:
            self._stretches(ENTITIES, text, origin, node, names, level)
        if "\\" in text:
            self._stretches(SCRIPT, text, origin, node, names, level)
        if "uoted-" in text:
            self._mail(text, origin, node, level)
        if may_cut(text):
            self._untagged(text, origin, node)

    # --- single notations ----------------------------------------------------------------------

    def _unread(self, value: Packed, origin: Origin) -> None:
        if value.binary is not None:
            self._undecoded.files = True
            if value.telling:
                place = origin.raw(value.start, value.end)
                self._undecoded.binaries[place.start, place.end] = value.binary

    def _percent(self, text: str, origin: Origin, node: int, names: Names, level: int) -> None:
        """Addresses and forms: each parameter by its name, and the whole where more than that is encoded."""
        end = 0
        for found in PERCENT.telling.finditer(text):
            if found.start() < end:
                continue
            start = _word_start(text, max(end, found.start() - _LONGEST_LEAD), found.start())
            ending = _WORD_END.search(text, found.end())
            end = ending.start() if ending else len(text)
            word = text[start:end]
            rest = found.start() - start
            for parameter in _PARAMETER.finditer(word):
                first, last = parameter.span(2)
                if first <= rest < last:
                    following = PERCENT.telling.search(word, last)
                    rest = following.start() if following else -1
                if "%" in parameter[2]:
                    name: Names = ((unquote(parameter[1]), Relation.QUERY),)
                    self._rewritten(FORM, parameter[2], origin, start + first, node, name, level)
            if rest >= 0:
                whole = names if len(word) == len(text) else ()
                self._rewritten(PERCENT, word, origin, start, node, whole, level)

    def _stretches(
        self, notation: Notation, text: str, origin: Origin, node: int, names: Names, level: int
    ) -> None:
        for start, end in notation.stretches(text):
            whole = names if end - start == len(text) else ()
            self._rewritten(notation, text[start:end], origin, start, node, whole, level)

    def _mail(self, text: str, origin: Origin, node: int, level: int) -> None:
        for head in _QUOTED_PRINTABLE.finditer(text):
            border = _MAIL_BORDER.search(text, head.end())
            body = text[head.end() : border.start() if border else len(text)]
            if QUOTED_PRINTABLE.telling.search(body):
                self._rewritten(QUOTED_PRINTABLE, body, origin, head.end(), node, (), level)

    def _untagged(self, text: str, origin: Origin, node: int) -> None:
        """Lines in which something cuts words, without it."""
        for pieces in cut_words(text):
            self._left -= pieces[-1][1] - pieces[0][0]
            if self._left < 0:
                self._undecoded.exhausted = True
                return
            whole: list[str] = []
            for start, end in pieces:
                raw = text[start:end]
                inner: Origin = Slice(origin, start)
                if "&" in raw:
                    inner = Rewritten(origin, start, partial(ENTITIES.steps, raw))
                    raw = ENTITIES.decoded(raw)
                self._builder.add(raw, inner, node, glued=bool(whole))
                whole.append(raw)
            joined = "".join(whole)
            before = len(joined) - len(whole[-1])  # names are told relative to the last piece
            for named in Structure().names(joined):
                self._builder.name(named.name, named.start - before, named.end - before, named.relation)

    def _rewritten(
        self,
        notation: Notation,
        raw: str,
        origin: Origin,
        start: int,
        node: int,
        names: Names,
        level: int,
    ) -> None:
        inner = Rewritten(origin, start, partial(notation.steps, raw))
        self._decoded(notation.decoded(raw), inner, node, names, level)

    def _decoded(self, text: str, origin: Origin, node: int, names: Names, level: int) -> None:
        self._left -= len(text)
        if self._left < 0:
            self._undecoded.exhausted = True
        else:
            self.text(text, origin, node, names, level + 1)

    # --- names ---------------------------------------------------------------------------------

    def _parts(self, text: str, names: Names) -> None:
        """Names the parameters of addresses and forms and the single cookies of a cookie header."""
        if any(name.lower() in _COOKIE_NAMES for name, _ in names):
            for found in _COOKIE.finditer(text):
                self._builder.name(found[1], *found.span(2), Relation.COOKIE)
            return
        for found in _PARAMETER.finditer(text):
            self._builder.name(unquote(found[1]), *found.span(2), Relation.QUERY)


def _word_start(text: str, floor: int, end: int) -> int:
    """Where the word around ``end`` begins, at ``floor`` or behind it."""
    gaps = _WORD_END.finditer(text[floor:end][::-1])
    first = next(gaps, None)
    return floor if first is None else end - first.start()


def _fills(value: Packed, text: str) -> bool:
    """Whether a text is nothing but this value, perhaps as a ``data:`` address."""
    if text[value.end : value.end + _MOST_AROUND].strip() or value.start > _MOST_AROUND:
        return False
    before = text[: value.start]
    return len(text) - value.end <= _MOST_AROUND and (
        not before.strip() or _DATA_ADDRESS.match(before) is not None
    )
