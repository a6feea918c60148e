"""Any text file, read piece by piece and edited in place; the base of every format that is text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.copies import Neighbourhood
from app.errors import Unsupported
from app.formats.base import Context, Covers, Sink
from app.formats.text.body import Body, Edit
from app.formats.text.codec import Codec, harmless, sniff
from app.formats.text.edits import beside, covers, edit_of, merged
from app.formats.text.embedded import PDF_START, EmbeddedFiles
from app.formats.text.json_view import JsonView
from app.formats.text.links import NO_COPY, NO_LINKS, Links, check_links, links_of
from app.formats.text.repeats import repeats
from app.formats.text.structure import Structure
from app.formats.text.unwrapping import Undecoded
from app.formats.text.views import Raw, Slice, ViewBuilder
from app.formats.text.wrapping import soft_breaks
from app.model import Check, NotRead, PlainText, Preview, RedactionPlan, Remark, Source, TextUnit
from app.places import Location
from app.platforms import GENERIC
from app.residue.search import distinctive
from detectors.model import Sample


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
    What stands encoded in it is decoded too.
    """

    format = "text"
    platform: str | None = None
    pages = 1

    def __init__(self, body: Body, context: Context) -> None:
        self._body = body
        self.embedded = EmbeddedFiles(body, context)
        self._units: list[TextUnit] | None = None
        self._linked: tuple[Neighbourhood, Links] | None = None
        self._missing: tuple[str, ...] = ()

    # --- reading -------------------------------------------------------------------------------

    def examine(self, sink: Sink, *, covers: Covers | None = None) -> None:
        undecoded, structure = Undecoded(), Structure()
        for chunk in self._body.chunks:
            sink.progress(chunk.start / max(1, self._body.length), "Reading text")
            text = harmless(self._body.text(chunk))
            builder, view = self._views(sink.unit, undecoded)
            origin = Slice(None, chunk.start)
            view.unwrapper.unpack(text, origin, -1)
            builder.flush()
            sample = Sample(text, structure.names(text), soft_breaks(text))
            sink.unit(TextUnit(sample, PlainPlaces(self._body, chunk.start), "text"))
            view.unwrapper.rewrite(text, origin, -1)
            builder.flush()
        self.read_embedded(undecoded, sink, covers)

    def read_embedded(self, undecoded: Undecoded, sink: Sink, covers: Covers | None) -> None:
        """Hands over what files in the text hold, and tells what of the text was not read."""
        # The beginning of a PDF may read as text.
        if undecoded.files or any(True for _ in self._body.find(PDF_START)):
            self.embedded.examine(sink, covers)
        tell_of(undecoded, sink, self.embedded)

    def names(self) -> tuple[TextUnit, ...]:
        return ()

    def preview(self, page: int, plan: RedactionPlan | None = None) -> Preview:  # noqa: ARG002 - one page
        if plan is None:
            return PlainText(harmless(self._body.whole()))
        data = b"".join(self._body.edited(self.text_edits(plan)))
        return PlainText(harmless(Body(data, self._body.codec).whole()))

    def _views(self, take: Callable[[TextUnit], None], undecoded: Undecoded) -> tuple[ViewBuilder, JsonView]:
        builder = ViewBuilder(self._body, lambda _node: None, take, "decoded text")
        return builder, JsonView(GENERIC, builder, undecoded)

    def read_decoded(self, take: Callable[[TextUnit], None], undecoded: Undecoded) -> None:
        """Hands over everything that does not stand in the file as it reads."""
        builder, view = self._views(take, undecoded)
        for chunk in self._body.chunks:
            text, origin = harmless(self._body.text(chunk)), Slice(None, chunk.start)
            view.unwrapper.unpack(text, origin, -1)
            view.unwrapper.rewrite(text, origin, -1)
        builder.flush()

    def remarks(self) -> tuple[Remark, ...]:
        return tuple(Remark(name, NO_COPY) for name in self._missing)

    def read_independently(self) -> Iterator[str]:
        return iter(())

    def decoded(self) -> list[bytes]:
        found: list[bytes] = []
        if self._body.codec.name != "utf-8":
            for chunk in self._body.chunks:
                found.append(self._body.text(chunk).encode("utf-8", "replace"))
        self.read_decoded(lambda unit: found.append(_encoded(unit)), Undecoded())
        found += self.embedded.decoded()
        return found

    def occurrences(self, value: str) -> tuple[Location, ...]:
        """Every further place of ``value``: plain, in any notation that is decoded, hexadecimal, base64.

        Values that may stand elsewhere by chance are not searched for.
        """
        places = [place for raw in repeats(self._body, value) for place in self.places_of(raw)]
        if distinctive(value):
            wanted = re.compile(rf"(?<!\d){value}(?!\d)" if value.isdigit() else re.escape(value))
            for unit in self._decoded_units():
                for found in wanted.finditer(unit.sample.text):
                    places += unit.places.locate(*found.span())
        return tuple(dict.fromkeys(places))

    def _decoded_units(self) -> list[TextUnit]:
        if self._units is None:
            self._units = []
            self.read_decoded(self._units.append, Undecoded())
        return self._units

    def places_of(self, raw: Raw) -> Iterator[Location]:
        """The places that a hit in the raw text means; none where nothing can be covered."""
        yield self._body.span(raw.start, raw.end, None, raw.form, raw.margins)

    # --- writing -------------------------------------------------------------------------------

    def edits(self, plan: RedactionPlan) -> list[Edit]:
        """What a plan changes in the raw text, in order."""
        return self.embedded.edits(self.text_edits(plan), plan)

    def text_edits(self, plan: RedactionPlan) -> list[Edit]:
        """The same outside the files that are embedded in the text."""
        return beside(self.embedded.apart(self.covering(plan)), self._links(plan).edits)

    def covering(self, plan: RedactionPlan) -> list[Edit]:
        """The part of the edits that hides something."""
        wanted = merged(covers(plan, self._body.length, self.embedded.names))
        return [edit_of(cover, self._body.slice) for cover in wanted]

    def _links(self, plan: RedactionPlan) -> Links:
        """What is to be done about links to files of the run, found once for the same surroundings."""
        if plan.around is None:
            return NO_LINKS
        if self._linked is None or self._linked[0] is not plan.around:
            self._linked = plan.around, links_of(self._body, plan.around)
        return self._linked[1]

    def write(self, plan: RedactionPlan, target: Path) -> None:
        edits = self.edits(plan)
        self._missing = self._links(plan).missing
        with target.open("wb") as stream:
            for piece in self._body.edited(edits):
                stream.write(piece)

    # --- checking ------------------------------------------------------------------------------

    def check(self, copy: Source, plan: RedactionPlan) -> list[Check]:
        edits = self.text_edits(plan)
        checks: list[Check] = []
        codec = self._body.codec
        kept = copy.data.startswith(codec.bom) and _decodable(copy.data, codec)
        body = Body(copy.data, codec) if kept else None
        if body is not None:
            edits, checks = self.embedded.check(body, edits, plan)
        different = self._body.first_difference(copy.data, edits)
        checks += [
            Check("Encoding kept", kept, codec.name),
            Check(
                "Nothing else changed",
                different is None,
                f"{len(edits)} places covered, every other byte compared"
                if different is None
                else f"the copy differs at byte {different}",
            ),
        ]
        if body is not None:
            checks += self.check_content(body, edits)
            if plan.around is not None and (wanted := self._links(plan).among(edits)):
                checks.append(check_links(body, plan.around, wanted))
        return checks

    def check_content(self, copy: Body, edits: list[Edit]) -> list[Check]:
        """What else must be true of the copy; ``edits`` are those of the original."""
        more = sum(edit.replacement.count("\n") for edit in edits)
        more -= sum(self._body.slice(edit.start, edit.end).count("\n") for edit in edits)
        before, after = self._body.lines, copy.lines
        detail = f"{before} line ends before, {after} after"
        return [Check("Lines kept", before + more == after, detail)]

    def close(self) -> None:
        self._units = None


def tell_of(undecoded: Undecoded, sink: Sink, embedded: EmbeddedFiles | None = None) -> None:
    """Reports what stands encoded in a document and was not examined, here or as one of its files."""
    unread = (
        kind for span, kind in undecoded.binaries.items() if embedded is None or not embedded.hold(*span)
    )
    for kind, count in sorted(Counter(unread).items()):
        sink.not_read(
            NotRead(
                "embedded files",
                f"{count} embedded {kind}{'s' if count > 1 else ''} in base64 cannot be examined here.",
                "Remove them, or examine them as files of their own.",
            )
        )
    if undecoded.exhausted:
        sink.not_read(
            NotRead(
                "encoded parts",
                "More is encoded in this file than can be decoded here.",
                "Share a smaller part of it.",
            )
        )


def _encoded(unit: TextUnit) -> bytes:
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
