"""One file inside a package: examined, searched, written and checked through the doors of files on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from app.errors import Cancelled, EngineMissing, NotWritten, SharesafeError
from app.formats.base import Context, Covers, Document, MemberBoxes, Sink
from app.formats.members import InMemberPlaces, MemberSink, opened_member, written_member
from app.model import Check, NotRead, PlainText, RedactionPlan, Remark, Source, TextUnit
from app.places import InMember, Location

_DROPPED: Final = "Share the redacted copy, which leaves it out, or check the file on its own."


class Part(Protocol):
    """A file in a package.

    Attributes:
        label: its name there, unique in the package.
    """

    label: str

    def examine(self, sink: Sink, covers: Covers | None, dropped: Location | None = None) -> None:
        """As ``Document.examine``, with the file's name in front of every place.

        Args:
            dropped: the place that stands for all places in it, where copies leave the file out.
        """

    def names(self) -> tuple[TextUnit, ...]: ...

    def occurrences(self, value: str) -> tuple[Location, ...]: ...

    def written(self, plan: RedactionPlan) -> bytes:
        """What stands in the copy of the package.

        Raises:
            SharesafeError: the copy must do without this file; the message says why.
        """

    def check(self, copy: bytes, plan: RedactionPlan) -> list[Check]: ...

    def decoded(self) -> list[bytes]:
        """Its content and everything that is encoded in it."""

    def read_independently(self) -> Iterator[str]: ...

    def remarks(self) -> tuple[Remark, ...]: ...

    def shown(self, plan: RedactionPlan | None) -> str:
        """Its text, for display."""


class PackedFile:
    """A file of any format; opened when it is first needed and kept open as long as its package.

    Args:
        content: unpacks it.
        opened: closes it in the end.
        open_as: how it is opened: by what it is, unless its surroundings tell.
    """

    def __init__(
        self,
        label: str,
        content: Callable[[], bytes],
        context: Context,
        opened: ExitStack,
        open_as: Callable[[str, bytes, Context], AbstractContextManager[Document]] = opened_member,
    ) -> None:
        self.label = label
        self._open_as = open_as
        self._content = content
        self._context = context
        self._opened = opened
        self._found: tuple[bytes, Document | None] | None = None
        self._problem: SharesafeError | None = None

    @property
    def content(self) -> bytes:
        """Its bytes; none when it cannot be unpacked."""
        return self._open()[0]

    @property
    def document(self) -> Document | None:
        """None when it is empty or cannot be opened."""
        return self._open()[1]

    @property
    def problem(self) -> SharesafeError | None:
        """Why it cannot be opened."""
        self._open()
        return self._problem

    def _open(self) -> tuple[bytes, Document | None]:
        if self._found is None:
            content, document = b"", None
            try:
                content = self._content()
                if content:
                    document = self._opened.enter_context(self._open_as(self.label, content, self._context))
            except (Cancelled, EngineMissing):
                raise
            except SharesafeError as error:
                self._problem = error
            self._found = content, document
        return self._found

    def examine(self, sink: Sink, covers: Covers | None, dropped: Location | None = None) -> None:
        own = covers.within((self.label,)) if isinstance(covers, MemberBoxes) else covers and {}
        try:
            if self.document is not None:
                self.document.examine(MemberSink(self.label, sink, dropped), covers=own)
        except (Cancelled, EngineMissing):
            raise
        except SharesafeError as error:
            self._problem = error
        if self._problem is not None:
            sink.not_read(NotRead(self.label, self._problem.message, _DROPPED))

    def names(self) -> tuple[TextUnit, ...]:
        if self.document is None:
            return ()
        return tuple(
            TextUnit(unit.sample, InMemberPlaces(self.label, unit.places), f"{self.label}, {unit.title}")
            for unit in self.document.names()
        )

    def occurrences(self, value: str) -> tuple[Location, ...]:
        if self.document is None:
            return ()
        return tuple(InMember(self.label, place) for place in self.document.occurrences(value))

    def inside(self, plan: RedactionPlan) -> RedactionPlan:
        """What ``plan`` wants in this file."""
        return plan.inside(self.label, sha256(self.content).hexdigest())

    def written(self, plan: RedactionPlan) -> bytes:
        if self.problem is not None:
            raise NotWritten(self.problem.message, self.problem.next_step)
        return written_member(self.document, self.inside(plan)) if self.document is not None else b""

    def check(self, copy: bytes, plan: RedactionPlan) -> list[Check]:
        if self.document is None:
            return [Check("Empty file kept empty", not copy)]
        path = Path("member")
        source = Source(path, path, copy, sha256(copy).hexdigest(), from_disk=False)
        return self.document.check(source, self.inside(plan))

    def decoded(self) -> list[bytes]:
        content, document = self._open()
        return [content, *document.decoded()] if document is not None else [content]

    def read_independently(self) -> Iterator[str]:
        return self.document.read_independently() if self.document is not None else iter(())

    def remarks(self) -> tuple[Remark, ...]:
        if self.document is None:
            return ()
        return tuple(
            Remark(f"{self.label}, {remark.where}", remark.text) for remark in self.document.remarks()
        )

    def shown(self, plan: RedactionPlan | None) -> str:
        document = self.document
        if document is None:
            return ""
        if document.format in _PAGED:  # its preview would paint a page for nothing
            return f"({document.format}, {document.pages} page{'s' if document.pages > 1 else ''})"
        preview = document.preview(1, None if plan is None else self.inside(plan))
        return preview.text if isinstance(preview, PlainText) else ""


_PAGED: Final = frozenset(("png", "jpeg", "webp", "gif", "bmp", "tiff", "pdf"))


def writable(part: Part, plan: RedactionPlan) -> bool:
    """Whether a file can stand in the copy of its package."""
    try:
        part.written(plan)
    except (Cancelled, EngineMissing):
        raise
    except SharesafeError:
        return False
    return True
