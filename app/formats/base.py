"""What a file format must offer; one folder per kind of document in this package both reads and writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.model import Check, Notice, NotRead, Preview, RedactionPlan, Remark, Source, TextUnit
from app.options import Settings
from app.places import Location
from ocr.model import Box

if TYPE_CHECKING:
    from ocr.reader import Reader


Covers = Mapping[int, Sequence[Box]]
"""Page number (1-based) to the boxes that are covered on it, in the unit of the page."""


class MemberBoxes(dict[int, list[Box]]):
    """Boxes by page of one document, and those of the files that are packed into it."""

    def __init__(self) -> None:
        super().__init__()
        self.members: dict[str, MemberBoxes] = {}

    def within(self, members: tuple[str, ...]) -> MemberBoxes:
        """Those of a packed file, however deep; an empty one when there are none yet."""
        found = self
        for member in members:
            found = found.members.setdefault(member, MemberBoxes())
        return found


@dataclass(frozen=True, slots=True)
class Context:
    """What a format needs from its surroundings.

    Attributes:
        reader: gives the process's page reader, made on first use because engines load slowly.
        password: for encrypted documents; hidden from ``repr``.
        depth: how many documents this one is packed into.
    """

    settings: Settings
    reader: Callable[[], Reader]
    password: str | None = field(default=None, repr=False)
    depth: int = 0


class Sink(Protocol):
    """Receives what a document holds while it is being examined, in any order, as soon as it is known."""

    def unit(self, unit: TextUnit) -> None:
        """A text to be examined."""

    def not_read(self, gap: NotRead) -> None:
        """A part that could not be examined; the document is then incomplete, never clean."""

    def notice(self, notice: Notice) -> None:
        """Something that is a finding of its own and no value: what a copy will not have."""

    def progress(self, fraction: float, note: str) -> None:
        """How far the reading is (0..1). Raises ``Cancelled`` when the user stopped the work."""


class Document(Protocol):
    """One opened input. Lives in one worker process; not picklable.

    Attributes:
        format: as it stands in the report: "png", "pdf", "json", "har", "text", …
        platform: the workflow tool that exported it, or None.
        pages: pages or frames; 1 for text.
    """

    format: str
    platform: str | None
    pages: int

    def examine(self, sink: Sink, *, covers: Covers | None = None) -> None:
        """Reads everything in the document and hands it to ``sink``.

        With ``covers`` the document is a copy under verification, covered at these places, where no label
        finds another value than its own: pictures are read in another way
        (another scale, another engine) than the first time, so that a misreading is not repeated.
        """

    def names(self) -> tuple[TextUnit, ...]:
        """What names or counts and is no place for a secret, such as keys: words to hide may stand in it.

        May hold what ``examine`` hands over as well.
        """

    def preview(self, page: int, plan: RedactionPlan | None = None) -> Preview:
        """Page ``page`` (1-based) for display, painted by the same code as the copy when a plan is given."""

    def write(self, plan: RedactionPlan, target: Path) -> None:
        """Writes the redacted copy to ``target`` (a new file, already private to us).

        Nothing of the input reaches the copy except what an allow-list names. A copy is written
        even when the plan has no items: metadata and history are cleaned all the same.

        Raises:
            NotWritten: a safe copy is impossible; the message says why.
        """

    def check(self, copy: Source, plan: RedactionPlan) -> list[Check]:
        """The format's own verification of the copy as reopened from disk.

        Structure on an allow-list, nothing after the end, every covered area a function of its box
        alone, everything outside unchanged. Each check states what it compared.
        """

    def remarks(self) -> tuple[Remark, ...]:
        """What a person should know about the copy that was written last; empty before."""

    def read_independently(self) -> Iterator[str]:
        """The texts of the document as a library reads them that took no part in writing it.

        Asked of copies: the covered values are searched for in them, and the detectors look at them.
        Nothing where no such library exists for the format.
        """

    def decoded(self) -> list[bytes]:
        """Everything in the file that is stored compressed or encoded, decoded, for the residue search.

        The raw bytes are searched anyway and need not be repeated.
        """

    def occurrences(self, value: str) -> tuple[Location, ...]:
        """Every place where an exactly known value stands once more, in any written form.

        Lets one detected value be covered wherever it is repeated without its name. Formats whose
        text is only known through OCR return nothing.
        """

    def close(self) -> None:
        """Frees memory and handles; may be called twice."""


class Format(Protocol):
    """A file format; each folder of this package offers its own in ``FORMATS``.

    Every file is shown to every format: the libraries that read documents are loaded in ``open``.

    Attributes:
        name: for messages, e.g. "PNG, JPEG and other pictures".
        order: formats are asked in ascending order; plain text, which accepts most, comes last.
    """

    name: str
    order: int

    def recognises(self, source: Source) -> bool:
        """Whether the content (not the suffix) is of this format. Must not allocate more than it reads."""

    def open(self, source: Source, context: Context) -> Document:
        """Opens the document after checking its stated sizes against the settings.

        Raises:
            Unreadable, TooLarge, PasswordNeeded, Unsupported: with a next step.
        """

    def suffix(self, source: Source) -> str:
        """Suffix of the copy, with its dot; the source's own unless the copy has another format."""
