"""Any text file, read piece by piece and edited in place; the base of every format that is text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.errors import Unsupported
from app.formats.base import Covers, Sink
from app.formats.text.body import Body, Edit
from app.formats.text.codec import Codec, harmless, sniff
from app.formats.text.decodings import encoded_values
from app.formats.text.edits import covers, edit_of, merged
from app.formats.text.repeats import repeats
from app.formats.text.views import Encoded, Raw, ViewBuilder
from app.model import (
    Check,
    Location,
    NotRead,
    PlainText,
    Preview,
    RedactionPlan,
    Source,
    TextUnit,
)
from detectors.model import Relation, Sample


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

    def __init__(self, body: Body) -> None:
        self._body = body

    # --- reading -------------------------------------------------------------------------------

    def examine(self, sink: Sink, *, covers: Covers | None = None) -> None:  # noqa: ARG002 - reads one way
        binaries: Counter[str] = Counter()
        for chunk in self._body.chunks:
            sink.progress(chunk.start / max(1, self._body.length), "Reading text")
            text = harmless(self._body.text(chunk))
            sink.unit(TextUnit(Sample(text), PlainPlaces(self._body, chunk.start), "text"))
            binaries += self._read_encoded(text, chunk.start, sink.unit)
        tell_of(binaries, sink)

    def preview(self, page: int, plan: RedactionPlan | None = None) -> Preview:  # noqa: ARG002 - one page
        if plan is None:
            return PlainText(harmless(self._body.whole()))
        data = b"".join(self._body.edited(self.edits(plan)))
        return PlainText(harmless(Body(data, self._body.codec).whole()))

    def _read_encoded(self, text: str, start: int, take: Callable[[TextUnit], None]) -> Counter[str]:
        """Hands over what base64 values in ``text`` mean, which begins at code point ``start``.

        Returns how many embedded files of each kind were not read.
        """
        binaries: Counter[str] = Counter()
        builder = ViewBuilder(self._body, lambda _node: None, take, "decoded text")
        for name, value in encoded_values(text):
            if value.binary is not None:
                binaries[value.binary] += 1
            elif value.text is not None:
                origin = Encoded(None, start + value.start, start + value.end)
                builder.add(value.text, origin, -1, ((name, Relation.KEY),) if name else ())
        builder.flush()
        return binaries

    def decoded(self) -> list[bytes]:
        found: list[bytes] = []
        for chunk in self._body.chunks:
            text = self._body.text(chunk)
            if self._body.codec.name != "utf-8":
                found.append(text.encode("utf-8", "replace"))
            self._read_encoded(text, chunk.start, lambda unit: found.append(encoded(unit)))
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

    # --- checking ------------------------------------------------------------------------------

    def check(self, copy: Source, plan: RedactionPlan) -> list[Check]:
        edits = self.edits(plan)
        codec = self._body.codec
        kept = copy.data.startswith(codec.bom) and _decodable(copy.data, codec)
        different = self._body.first_difference(copy.data, edits)
        checks = [
            Check("Encoding kept", kept, codec.name),
            Check(
                "Nothing else changed",
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
        return [Check("Lines kept", before == after, f"{before} line ends before, {after} after")]

    def close(self) -> None:
        pass


def tell_of(binaries: Counter[str], sink: Sink) -> None:
    """Reports embedded files that may show something readable and were not examined."""
    for kind, count in sorted(binaries.items()):
        sink.not_read(
            NotRead(
                "embedded files",
                f"{count} embedded {kind}{'s' if count > 1 else ''} in base64 cannot be examined here.",
                "Remove them, or examine them as files of their own.",
            )
        )


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
