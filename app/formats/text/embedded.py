"""Files that stand in a text as base64: pictures in pages and notebooks, bodies of recorded traffic.

They are examined and redacted like files on disk, and written back in the notation they stood in.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final

from app.errors import SharesafeError
from app.formats.base import Context, Covers, Sink
from app.formats.members import examine_member, opened_member, written_member
from app.formats.text.binary_text import SMALLEST_FILE
from app.formats.text.body import Body, Edit
from app.model import Check, RedactionPlan, Source

PDF_START: Final = "JVBERi0"
MOST_FILES: Final = 500
"""More in one text are not examined, and told of."""

_STARTS: Final = {
    "iVBORw0KGgo": "picture",
    "/9j/": "picture",
    "\\/9j\\/": "picture",
    "R0lGOD": "picture",
    "UklGR": "picture",
    PDF_START: "PDF",
    "UEsDB": "archive",
}
"""How base64 begins of files that nothing else looks like; the JPEG also as PHP writes it in JSON."""

_START = re.compile(rf"(?<![A-Za-z0-9+/_-])(?:{'|'.join(map(re.escape, _STARTS))})")
_ROW = re.compile(r"(?:[A-Za-z0-9+/_-]++|\\/)++={0,2}")
_NEXT_ROW = re.compile(rf"{_ROW.pattern}(?=[ \t]{{0,9}}(?:[\r\n\"'`<),\]}}\\]|\Z))")
_BREAK = re.compile(r"(?:\\r)?\\n|[ \t]{0,9}\\?\r?\n(?!--)[ \t>]{0,80}")
_SHORTEST_ROW: Final = 40
_URL_SAFE = str.maketrans("+/", "-_")
_STANDARD = str.maketrans("-_", "+/")


@dataclass(frozen=True, slots=True)
class Embedded:
    """One embedded file: raw code points of its base64, half-open.

    Attributes:
        name: what it is called in places and reports; the same in the copy, where all of them stay.
    """

    name: str
    start: int
    end: int


def embedded_in(body: Body) -> tuple[Embedded, ...]:
    """Every embedded file of a text, in order."""
    heads = [body.codec.encode(start) for start in _STARTS]
    found: list[Embedded] = []
    for chunk in body.chunks:
        if not any(body.data.find(head, chunk.first, chunk.last) >= 0 for head in heads):
            continue
        text, at = body.text(chunk), 0
        while (start := _START.search(text, at)) is not None:
            at = _end(text, start.start())
            name = f"embedded {_STARTS[start[0]]} {len(found) + 1}"
            found.append(Embedded(name, chunk.start + start.start(), chunk.start + at))
    return tuple(found)


def _end(text: str, start: int) -> int:
    """Where the base64 ends that begins at ``start``, with all its rows."""
    first = _ROW.match(text, start)
    if first is None:
        return start + 1
    width, total, end = _length(first[0]), _length(first[0]), first.end()
    before = end, total
    while width >= _SHORTEST_ROW and text[end - 1] != "=":
        gap = _BREAK.match(text, end)
        row = _NEXT_ROW.match(text, gap.end()) if gap else None
        if row is None or (length := _length(row[0])) > width:
            break
        before, end, total = (end, total), row.end(), total + length
        if length < width:
            break
    if total % 4 and before[1] % 4 == 0:  # the last row is a word of the text around
        return before[0]
    return end


def _length(row: str) -> int:
    return len(row) - row.count("\\")


def decoded(written: str) -> bytes | None:
    """The bytes that base64 stands for, in either alphabet, wrapped or not; None when it is none."""
    bare = "".join(_BREAK.split(written)).replace("\\/", "/").rstrip("=").translate(_STANDARD)
    try:
        return binascii.a2b_base64(bare + "=" * (-len(bare) % 4), strict_mode=True)
    except (binascii.Error, ValueError):
        return None


def encoded(data: bytes, model: str) -> str:
    """Base64 of ``data`` in the notation of ``model``: alphabet, padding, escapes, width of rows."""
    text = b64encode(data).decode("ascii")
    gaps = _BREAK.findall(model)
    bare = "".join(_BREAK.split(model))
    if "=" not in bare and _length(bare) % 4:
        text = text.rstrip("=")
    if "-" in bare or "_" in bare:
        text = text.translate(_URL_SAFE)
    width = _length(_BREAK.split(model, maxsplit=1)[0]) if gaps else max(1, len(text))
    rows = [text[at : at + width] for at in range(0, len(text), width)]
    joined = (gaps[0] if gaps else "").join(rows)
    return joined.replace("/", "\\/") if "\\/" in bare else joined


class EmbeddedFiles:
    """The embedded files of one text, opened when they are needed."""

    def __init__(self, body: Body, context: Context) -> None:
        self._body = body
        self._context = context

    @cached_property
    def _all(self) -> tuple[Embedded, ...]:
        return embedded_in(self._body)

    @cached_property
    def _examined(self) -> tuple[Embedded, ...]:
        """Those that are large enough to hold something."""
        large = (one for one in self._all if one.end - one.start >= SMALLEST_FILE)
        return tuple(islice(large, MOST_FILES))

    @cached_property
    def files(self) -> tuple[Embedded, ...]:
        """Those that can be opened, and whose copies are written anew."""
        return tuple(one for one in self._examined if self._opens(one))

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(one.name for one in self._all)

    def _opens(self, one: Embedded) -> bool:
        data = self._data(one)
        try:
            if data:
                with opened_member(one.name, data, self._context):
                    return True
        except SharesafeError:
            pass
        return False

    def _data(self, one: Embedded) -> bytes:
        return decoded(self._body.slice(one.start, one.end)) or b""

    def hold(self, start: int, end: int) -> bool:
        """Whether raw code points belong to a file that is examined, or told of, here."""
        return any(one.start < end and start < one.end for one in self._examined)

    def examine(self, sink: Sink, covers: Covers | None) -> None:
        for one in self._examined:
            examine_member(one.name, self._data(one), self._context, sink, covers=covers)

    def decoded(self) -> Iterator[bytes]:
        for one in self.files:
            data = self._data(one)
            yield data
            with opened_member(one.name, data, self._context) as document:
                yield from document.decoded()

    # --- writing -------------------------------------------------------------------------------

    def apart(self, edits: Sequence[Edit]) -> list[Edit]:
        """The edits of the text around: what lies in a file is the file's own matter.

        An edit that reaches beyond a file, or means all of it, takes the whole file away.
        """
        kept = list(edits)
        for one in self.files if edits else ():
            touching = [edit for edit in kept if edit.start < one.end and one.start < edit.end]
            if not touching:
                continue
            at = kept.index(touching[0])
            kept[at : at + len(touching)] = []
            start = min(one.start, touching[0].start)
            end = max(one.end, touching[-1].end)
            whole = any(edit.start <= one.start and one.end <= edit.end for edit in touching)
            if whole or (start, end) != (one.start, one.end):
                kept.insert(at, Edit(start, end, touching[0].replacement))
        return kept

    def left(self, edits: Sequence[Edit]) -> list[Embedded]:
        """The files that none of the edits takes away."""
        return [
            one
            for one in self.files
            if not any(edit.start < one.end and one.start < edit.end for edit in edits)
        ]

    def edits(self, around: Sequence[Edit], plan: RedactionPlan) -> list[Edit]:
        """Those of the text around with those that put every file's copy in its place.

        Raises:
            NotWritten: a safe copy of a file is impossible.
        """
        made = []
        for one in self.left(around):
            data = self._data(one)
            with opened_member(one.name, data, self._context) as document:
                copy = written_member(document, plan.inside(one.name, sha256(data).hexdigest()))
            model = self._body.slice(one.start, one.end)
            made.append(Edit(one.start, one.end, encoded(copy, model)))
        return sorted((*around, *made), key=lambda edit: edit.start)

    # --- checking ------------------------------------------------------------------------------

    def check(
        self, copy: Body, around: Sequence[Edit], plan: RedactionPlan
    ) -> tuple[list[Edit], list[Check]]:
        """All edits as the copy has them, and whether each file in it is a safe copy of its original."""
        left = {one.start: one for one in self.left(around)}
        if not left:
            return list(around), []
        there = {one.start: one for one in embedded_in(copy)}
        edits, shift, wrong = [], 0, ""
        for edit in sorted((*around, *(Edit(one.start, one.end, "") for one in left.values())), key=_start):
            if edit.start not in left:
                edits.append(edit)
            else:
                found = there.get(edit.start + shift)
                written = copy.slice(found.start, found.end) if found else ""
                edits.append(replace(edit, replacement=written))
                wrong = wrong or self._wrong(left[edit.start], written, plan)
            shift += len(edits[-1].replacement) - (edit.end - edit.start)
        return edits, [Check("Embedded files", not wrong, wrong or f"{len(left)} written anew and checked")]

    def _wrong(self, one: Embedded, written: str, plan: RedactionPlan) -> str:
        """What is wrong with the copy of a file; "" when nothing is."""
        copy, data = decoded(written), self._data(one)
        if not copy or encoded(copy, self._body.slice(one.start, one.end)) != written:
            return f"{one.name} is not written as it was"
        source = Source(Path(one.name), Path(one.name), copy, sha256(copy).hexdigest(), from_disk=False)
        inner = plan.inside(one.name, sha256(data).hexdigest())
        with opened_member(one.name, data, self._context) as document:
            failed = [check for check in document.check(source, inner) if not check.passed]
        return f"{one.name}: {failed[0].name}: {failed[0].detail}" if failed else ""


def _start(edit: Edit) -> int:
    return edit.start
