"""Files packed into a document: opened through the same doors as files on disk, within bounds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final

from app.errors import Cancelled, EngineMissing, SharesafeError, TooLarge
from app.formats import recognise
from app.formats.base import Context, Covers, Document, MemberBoxes, Sink
from app.model import Notice, NotRead, RedactionPlan, Source, TextUnit
from app.places import InMember, Location, LocationMap

DEEPEST: Final = 4
"""How many documents one may be packed into; deeper ones are not examined."""


@dataclass(frozen=True, slots=True)
class InMemberPlaces:
    """The places of a member's text, as places of the document that holds it."""

    member: str
    places: LocationMap = field(repr=False)

    def locate(self, start: int, end: int) -> tuple[Location, ...]:
        return tuple(InMember(self.member, place) for place in self.places.locate(start, end))


@dataclass(frozen=True, slots=True)
class MemberSink:
    """Hands on what a member holds, with the member's name in front of every place.

    Attributes:
        dropped: the place that stands for all places in the member, where copies leave it out.
    """

    member: str
    sink: Sink
    dropped: Location | None = None

    def unit(self, unit: TextUnit) -> None:
        places: LocationMap = InMemberPlaces(self.member, unit.places)
        if self.dropped is not None:
            places = OnePlace(self.dropped)
        self.sink.unit(TextUnit(unit.sample, places, f"{self.member}, {unit.title}"))

    def not_read(self, gap: NotRead) -> None:
        # An area of a member is none of the page that the document shows.
        self.sink.not_read(replace(gap, where=f"{self.member}, {gap.where}", area=None))

    def notice(self, notice: Notice) -> None:
        place = self.dropped or InMember(self.member, notice.where)
        self.sink.notice(replace(notice, where=place))

    def progress(self, fraction: float, note: str) -> None:
        self.sink.progress(fraction, f"{self.member}: {note}")


@dataclass(frozen=True, slots=True)
class OnePlace:
    """The same place for every span: of what copies leave out as a whole."""

    place: Location

    def locate(self, start: int, end: int) -> tuple[Location, ...]:  # noqa: ARG002
        return (self.place,)


@contextmanager
def opened_member(name: str, data: bytes, context: Context) -> Iterator[Document]:
    """A packed file as a document of its own.

    Raises:
        TooLarge: it is packed too deep.
        SharesafeError: as ``Format.open``.
    """
    if context.depth >= DEEPEST:
        raise TooLarge(
            f"This file is packed into {DEEPEST} others.", "Unpack it and check what is inside on its own."
        )
    path = Path(PurePosixPath(name).name or "member")
    source = Source(path, path, data, sha256(data).hexdigest(), from_disk=False)
    document = recognise(source).open(source, replace(context, password=None, depth=context.depth + 1))
    try:
        yield document
    finally:
        document.close()


def written_member(document: Document, plan: RedactionPlan) -> bytes:
    """The bytes of a member's redacted copy.

    Raises:
        NotWritten: a safe copy is impossible.
    """
    with tempfile.TemporaryDirectory(prefix="sharesafe-") as folder:
        target = Path(folder, "member")
        document.write(plan, target)
        return target.read_bytes()


def examine_member(
    name: str,
    data: bytes,
    context: Context,
    sink: Sink,
    *,
    covers: Covers | None = None,
    dropped: Location | None = None,
) -> None:
    """Opens a packed file and examines it; a problem with it is a part that was not read.

    Args:
        covers: as for ``Document.examine`` of the document that holds it.
        dropped: the place that stands for all places in it, where copies leave the file out.
    """
    own = covers.within((name,)) if isinstance(covers, MemberBoxes) else covers and {}
    try:
        with opened_member(name, data, context) as document:
            document.examine(MemberSink(name, sink, dropped), covers=own)
    except (Cancelled, EngineMissing):  # these end the work on the whole document
        raise
    except SharesafeError as error:
        sink.not_read(NotRead(name, error.message, error.next_step))
