"""Any text file, read piece by piece and edited in place; the base of every format that is text."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.errors import Unsupported
from app.formats.base import Sink
from app.formats.decodings import base64_value
from app.formats.repeats import repeats
from app.formats.text_body import Body, Edit
from app.formats.text_codec import Codec, harmless, sniff
from app.formats.text_edits import covers, edit_of, merged
from app.formats.views import Encoded, Raw, ViewBuilder
from app.model import (
    Check,
    Location,
    PlainText,
    Preview,
    RedactionPlan,
    Source,
    TextUnit,
)
from detectors.model import Relation, Sample

_ENCODED: Final = re.compile(
    r"[:=][ \t]{0,4}[\"']?(?![0-9a-fA-F]*+(?:[\s\"',;]|\Z))([A-Za-z0-9+/]{16,}+={0,2})(?=[\s\"',;]|\Z)"
)
_KEY_BEFORE: Final = re.compile(r"[\w.\-]{1,80}(?=[\"']?\Z)")
_LONGEST_KEY: Final = 100


@dataclass(frozen=True, slots=True)
class PlainPlaces:
    """A piece of a file, examined as it stands there."""

    body: Body = field(repr=False)
    start: int

    def locate(self, start: int, end: int) -> tuple[Location, ...]:
        return (self.body.span(self.start + start, self.start + end),)


def body_of(source: Source) -> Body:
    """The text of a source.

    Raises:
        Unsupported: it is not text.
    """
    codec = sniff(source.data)
    if codec is None:
        raise Unsupported("This file is not text.", "Export it as text, JSON, PDF or a picture.")
    return Body(source.data, codec)


class TextDocument:
    """Text as it stands in the file: YAML, INI, CSV, XML, code, logs.

    Examined in pieces of about 4 MiB, cut at blank lines or line ends and never inside a PEM block.
    Base64 values beside a key are decoded too.
    """

    format = "text"
    platform: str | None = None
    pages = 1

    def __init__(self, source: Source, body: Body) -> None:
        self._source = source
        self._body = body

    # --- reading -------------------------------------------------------------------------------

    def examine(self, sink: Sink, *, again: bool = False) -> None:  # noqa: ARG002 - text reads one way only
        for chunk in self._body.chunks:
            sink.progress(chunk.start / max(1, self._body.length), "Reading text")
            text = harmless(self._body.text(chunk))
            sink.unit(TextUnit(Sample(text), PlainPlaces(self._body, chunk.start), "text"))
            self._examine_encoded(text, chunk.start, sink.unit)

    def preview(self, page: int, plan: RedactionPlan | None = None) -> Preview:  # noqa: ARG002 - one page
        if plan is None:
            return PlainText(harmless(self._body.whole()))
        data = b"".join(self._body.edited(self.edits(plan)))
        return PlainText(harmless(Body(data, self._body.codec).whole()))

    def _examine_encoded(self, text: str, start: int, take: Callable[[TextUnit], None]) -> None:
        """Hands over what base64 values beside a key mean; ``text`` begins at code point ``start``."""
        builder = ViewBuilder(self._body, lambda _node: None, take, "decoded text")
        for found in _ENCODED.finditer(text):
            value = base64_value(found[1])
            if value is not None and value.text is not None:
                offset = start + found.start(1)
                origin = Encoded(None, offset + value.start, offset + value.end)
                key = _KEY_BEFORE.search(text[max(0, found.start() - _LONGEST_KEY) : found.start()])
                builder.add(value.text, origin, -1, ((key[0], Relation.KEY),) if key else ())
        builder.flush()

    def decoded(self) -> list[bytes]:
        found: list[bytes] = []
        for chunk in self._body.chunks:
            text = self._body.text(chunk)
            if self._body.codec.name != "utf-8":
                found.append(text.encode("utf-8", "replace"))
            self._examine_encoded(text, chunk.start, lambda unit: found.append(encoded(unit)))
        return found

    def occurrences(self, value: str) -> tuple[Location, ...]:
        """Every further place of ``value``: plain, escaped, percent-encoded, hexadecimal, inside base64.

        Values that may stand elsewhere by chance are not searched for.
        """
        return tuple(place for raw in repeats(self._body, value) for place in self.places_of(raw))

    def places_of(self, raw: Raw) -> Iterator[Location]:
        """The places that a hit in the raw text means; none where nothing can be covered."""
        yield self._body.span(raw.start, raw.end, None, raw.form)

    # --- writing -------------------------------------------------------------------------------

    def edits(self, plan: RedactionPlan) -> list[Edit]:
        """What a plan changes in the raw text, in order."""
        wanted = merged(covers(plan, self._body.length))
        return [edit_of(cover, self._body.slice(cover.start, cover.end)) for cover in wanted]

    def write(self, plan: RedactionPlan, target: Path) -> None:
        edits = self.edits(plan)
        with target.open("wb") as stream:
            for piece in self._body.edited(edits):
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())

    # --- checking ------------------------------------------------------------------------------

    def check(self, copy: Source, plan: RedactionPlan) -> list[Check]:
        edits = self.edits(plan)
        codec = self._body.codec
        kept = copy.data.startswith(codec.bom) and _decodable(copy.data, codec)
        different = self._body.first_difference(copy.data, edits)
        checks = [
            Check("encoding kept", kept, codec.name),
            Check(
                "nothing else changed",
                different is None,
                f"{len(edits)} places covered, every other byte compared"
                if different is None
                else f"the copy differs at byte {different}",
            ),
        ]
        if kept:
            checks += self.check_content(Body(copy.data, codec), edits)
        return checks

    def check_content(self, copy: Body, edits: list[Edit]) -> list[Check]:  # noqa: ARG002 - for formats
        """What else must be true of the copy; ``edits`` are those of the original."""
        before, after = self._body.lines, copy.lines
        return [Check("lines kept", before == after, f"{before} line ends before, {after} after")]

    def close(self) -> None:
        pass


def encoded(unit: TextUnit) -> bytes:
    """The text of a unit as bytes."""
    return unit.sample.text.encode("utf-8", "surrogatepass")


def _decodable(data: bytes, codec: Codec) -> bool:
    try:
        body = Body(data, codec)
        for chunk in body.chunks:
            body.text(chunk)
    except UnicodeDecodeError:
        return False
    return True
