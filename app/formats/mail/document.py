"""One mail: headers and texts are covered as text, attachments replaced by their own copies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import Final

from app.errors import Cancelled, EngineMissing, NotWritten, SharesafeError
from app.formats.base import Context, Covers, Document, Sink
from app.formats.mail.message import Mail, message_of
from app.formats.mail.write import Copy, mail_bytes
from app.formats.members import OnePlace
from app.formats.package.names import names_unit, renamed, unique
from app.formats.package.part import PackedFile, writable
from app.formats.text.body import Body
from app.formats.text.codec import UTF_8, harmless
from app.formats.text.document import TextDocument
from app.model import Check, PlainText, RedactionPlan, Remark, Source, TextUnit
from app.places import Location, MetadataKey
from detectors.model import Sample

HEADERS: Final = "headers"
_ASIDE: Final = MetadataKey("text beside the parts of the mail")
_OTHER_HEADERS: Final = MetadataKey("headers that mail programs do not show")


@contextmanager
def _as_text(_label: str, content: bytes, context: Context) -> Iterator[Document]:
    document = TextDocument(Body(content, UTF_8), context)
    yield document
    document.close()


class MailDocument:
    """See ``Document``. The places have names: ``headers``, ``text``, ``text (2)``, or the attachment's."""

    format = "eml"
    platform: str | None = None
    pages = 1

    def __init__(self, mail: Mail, context: Context) -> None:
        self._mail = mail
        self._opened = ExitStack()
        self._remarks: tuple[Remark, ...] = ()
        self._leaves = tuple(mail.leaves())
        self._names = [leaf.name or ("text" if leaf.kind else "attachment") for leaf in self._leaves]
        headers, *labels = unique((HEADERS, *self._names))
        data = harmless(mail.headers).encode("utf-8")
        self._headers = PackedFile(headers, lambda: data, context, self._opened, _as_text)
        self._parts = [
            PackedFile(label, lambda leaf=leaf: leaf.content, context, self._opened)  # type: ignore[misc]
            for label, leaf in zip(labels, self._leaves, strict=True)
        ]

    # --- reading -------------------------------------------------------------------------------

    def examine(self, sink: Sink, *, covers: Covers | None = None) -> None:
        self._headers.examine(sink, covers)
        sink.unit(names_unit(self._names))
        asides = [(text, _ASIDE) for text in self._mail.asides]
        identities = "\n".join(leaf.id for leaf in self._leaves)
        for text, place in ((self._mail.dropped, _OTHER_HEADERS), (identities, _OTHER_HEADERS), *asides):
            if text.strip():
                sink.unit(TextUnit(Sample(harmless(text)), OnePlace(place), place.name))
        for done, part in enumerate(self._parts):
            sink.progress(done / len(self._parts), "Reading the parts of the mail")
            part.examine(sink, covers)

    def names(self) -> tuple[TextUnit, ...]:
        return (names_unit(self._names), *(unit for part in self._parts for unit in part.names()))

    def occurrences(self, value: str) -> tuple[Location, ...]:
        found = [place for part in (self._headers, *self._parts) for place in part.occurrences(value)]
        beside = (self._mail.dropped, *self._mail.asides)
        return tuple(dict.fromkeys(found + [_OTHER_HEADERS] * any(value in text for text in beside)))

    def decoded(self) -> list[bytes]:
        beside = "\n".join((self._mail.dropped, *self._mail.asides))
        parts = (data for part in (self._headers, *self._parts) for data in part.decoded())
        return [harmless(beside).encode("utf-8"), *parts]

    def read_independently(self) -> Iterator[str]:
        """The mail as the standard library's other reader has it: every header, every text."""
        source = mail_bytes(self._mail.headers, self._mail.root, self._as_they_are())
        for part in message_from_bytes(source, policy=policy.default).walk():
            for name, value in part.items():
                yield f"{name}: {value}"
            if part.get_content_maintype() == "text":
                yield str(part.get_content())
        for packed in self._parts:
            yield from packed.read_independently()

    def _as_they_are(self) -> dict[int, Copy]:
        return {leaf.number: Copy(leaf.content, leaf.name, leaf.id) for leaf in self._leaves}

    def preview(self, page: int, plan: RedactionPlan | None = None) -> PlainText:  # noqa: ARG002 - one page
        names = renamed(self._names, plan) if plan is not None else self._names
        shown = [self._headers.shown(plan)]
        for leaf, name, part in zip(self._leaves, names, self._parts, strict=True):
            try:
                text = part.shown(plan)
            except (Cancelled, EngineMissing):
                raise
            except SharesafeError:
                text = "(not readable)"
            shown.append(text if leaf.kind else f"{name}\n{text}")
        return PlainText(harmless("\n\n".join(shown)))

    # --- writing -------------------------------------------------------------------------------

    def write(self, plan: RedactionPlan, target: Path) -> None:
        contents: dict[int, bytes] = {}
        remarks = [Remark("headers", "Left out: headers that mail programs do not show.")] * bool(
            self._mail.dropped
        )
        for leaf, part in zip(self._leaves, self._parts, strict=True):
            try:
                contents[leaf.number] = part.written(plan)
                remarks += part.remarks()
            except (Cancelled, EngineMissing):
                raise
            except SharesafeError as error:
                remarks.append(Remark(part.label, f"Left out: {error.message}"))
        if self._leaves and not contents:
            raise NotWritten(
                "Nothing in the mail can be examined.", "Save its parts and check them on their own."
            )
        target.write_bytes(self._whole(contents, plan))
        self._remarks = tuple(remarks)

    def _whole(self, contents: dict[int, bytes], plan: RedactionPlan) -> bytes:
        names = renamed(self._names, plan)
        values = [item.value.reveal() for item in plan.items if item.value is not None]
        copies = {}
        for leaf, name in zip(self._leaves, names, strict=True):
            if leaf.number in contents:
                identity = "" if any(value in leaf.id for value in values) else leaf.id
                copies[leaf.number] = Copy(contents[leaf.number], "" if leaf.kind else name, identity)
        headers = self._headers.written(plan).decode("utf-8", "replace")
        return mail_bytes(headers, self._mail.root, copies)

    def remarks(self) -> tuple[Remark, ...]:
        return self._remarks

    # --- checking ------------------------------------------------------------------------------

    def check(self, copy: Source, plan: RedactionPlan) -> list[Check]:
        again = tuple(message_of(copy.data).leaves())
        kept = [pair for pair in zip(self._leaves, self._parts, strict=True) if pair[1].problem is None]
        if len(kept) != len(again):
            kept = [(leaf, part) for leaf, part in kept if writable(part, plan)]
        if len(kept) != len(again):
            return [Check("Parts kept", passed=False, detail="the copy has other parts than planned")]
        compared = 0
        contents: dict[int, bytes] = {}
        for (leaf, part), other in zip(kept, again, strict=True):
            contents[leaf.number] = other.content
            for check in part.check(other.content, plan):
                if not check.passed:
                    return [Check(f"{check.name} (part {leaf.number})", passed=False, detail=check.detail)]
                compared += 1
        same = self._whole(contents, plan) == copy.data
        return [
            Check("Parts kept", passed=True, detail=f"{len(kept)} of {len(self._leaves)} parts"),
            Check("Parts checked", passed=True, detail=f"{compared} checks on {len(kept)} parts"),
            Check(
                "Mail holds nothing else",
                same,
                f"{len(copy.data)} bytes compared with headers, borders and parts as we write them",
            ),
        ]

    def close(self) -> None:
        self._opened.close()
