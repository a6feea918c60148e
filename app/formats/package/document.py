"""A file of files: what all packages share, and archives, which are nothing but that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Final

from app.errors import Cancelled, EngineMissing, NotWritten, SharesafeError
from app.formats.base import Context, Covers, Sink
from app.formats.members import OnePlace
from app.formats.package.names import names_unit, place_of, renamed, unique
from app.formats.package.part import PackedFile, Part, writable
from app.formats.package.zip_read import Archive, Entry, read_archive
from app.formats.package.zip_write import File, Malformed, read_strictly, write_zip
from app.formats.text.codec import harmless, sniff
from app.model import Check, Notice, NotRead, PlainText, RedactionPlan, Remark, Source, TextUnit
from app.notices import HIDDEN_FILE, PRIVATE_DATA, TRAILING_BYTES
from app.places import Location, MetadataKey
from detectors.model import Sample

_MOST_SHOWN: Final = 1 << 20
_HIDDEN: Final = MetadataKey("file that the archive's directory does not name")


def open_archive(source: Source, context: Context) -> Archive:
    """The archive in a source; the deeper it is packed, the less may come out of it.

    Raises:
        Unreadable, TooLarge: as ``read_archive``.
    """
    return read_archive(source.data, (context.settings.max_file << 20) >> (2 * context.depth))


class Package:
    """What archives and Office files share. Everything inside is examined; copies are packed anew.

    Attributes:
        parts: the files that the directory names, each with its entry, in its order.
    """

    format = "zip"
    platform: str | None = None
    pages = 1

    def __init__(self, archive: Archive, context: Context) -> None:
        self.archive = archive
        self.context = context
        self._opened = ExitStack()
        self._remarks: tuple[Remark, ...] = ()
        entries = (*archive.entries, *archive.orphans)
        named = [
            (entry, label) for entry, label in zip(entries, unique(e.name for e in entries), strict=True)
        ]
        made = [(entry, self.part(label, entry)) for entry, label in named]
        self.parts = made[: len(archive.entries)]
        self._orphans = made[len(archive.entries) :]
        last = {entry.name: entry for entry in archive.entries}
        self._shadowed = frozenset(entry.start for entry in archive.entries if last[entry.name] is not entry)

    def part(self, label: str, entry: Entry) -> Part:
        """How a file of this package is treated."""
        return PackedFile(label, partial(self.archive.content, entry), self.context, self._opened)

    def shadowed(self, entry: Entry) -> bool:
        """Whether a later file of the same name hides this one."""
        return entry.start in self._shadowed

    # --- reading -------------------------------------------------------------------------------

    def examine(self, sink: Sink, *, covers: Covers | None = None) -> None:
        sink.unit(names_unit([entry.name for entry, _ in self.parts]))
        self._examine_outside(sink)
        todo = [(entry, part) for entry, part in (*self.parts, *self._orphans) if not entry.folder]
        for done, (entry, part) in enumerate(todo):
            sink.progress(done / len(todo), "Reading packed files")
            part.examine(sink, covers, self.dropped(entry, part))

    def dropped(self, entry: Entry, part: Part) -> Location | None:  # noqa: ARG002 - for packages with rules
        """The place that stands for a file which copies leave out; None for the others."""
        return _HIDDEN if not entry.listed or self.shadowed(entry) or entry.link else None

    def _examine_outside(self, sink: Sink) -> None:
        """What stands beside the files and in their headers."""
        archive = self.archive
        _tell_bytes(archive.comment, "comment of the archive", sink)
        for entry, part in self.parts:
            if entry.remarks or entry.differs:
                place = f"header of {part.label}"
                _tell_bytes(entry.remarks, place, sink)
                evidence = (
                    "other facts than in the directory" if entry.differs else "a comment or a private field"
                )
                sink.notice(Notice(PRIVATE_DATA, MetadataKey(place), evidence))
            slack = archive.slack(entry)
            if slack:
                _tell_outside(slack, f"behind {part.label}", sink)
        for entry, part in (*self.parts, *self._orphans):
            if not entry.listed or self.shadowed(entry):
                why = (
                    "another file of the same name hides it"
                    if entry.listed
                    else "only its own header names it"
                )
                sink.notice(Notice(HIDDEN_FILE, MetadataKey(part.label), why))
        for start, end in archive.gaps:
            _tell_outside(archive.data[start:end], f"bytes {start} to {end} of the archive", sink)

    def names(self) -> tuple[TextUnit, ...]:
        inside = (unit for _, part in self.parts for unit in part.names())
        return (names_unit([entry.name for entry, _ in self.parts]), *inside)

    def occurrences(self, value: str) -> tuple[Location, ...]:
        found: list[Location] = []
        for number, (entry, part) in enumerate(self.parts, 1):
            if value in entry.name:
                found.append(place_of(number))
            dropped = self.dropped(entry, part)
            places = part.occurrences(value)
            found += places if dropped is None else [dropped] * bool(places)
        return tuple(dict.fromkeys(found))

    def decoded(self) -> list[bytes]:
        return [data for _, part in (*self.parts, *self._orphans) for data in part.decoded()]

    def read_independently(self) -> Iterator[str]:
        for _, part in self.parts:
            yield part.label
            yield from part.read_independently()

    def preview(self, page: int, plan: RedactionPlan | None = None) -> PlainText:  # noqa: ARG002 - one page
        shown, size = [], 0
        names = [entry.name for entry, _ in self.parts]
        for name, (entry, part) in zip(renamed(names, plan) if plan else names, self.parts, strict=True):
            text = "" if entry.folder else self.shown(entry, part, plan)
            shown.append(f"{name}\n{text}\n" if text else name)
            size += len(text)
            if size > _MOST_SHOWN:
                shown.append("…")
                break
        return PlainText(harmless("\n".join(shown)))

    def shown(self, entry: Entry, part: Part, plan: RedactionPlan | None) -> str:
        """The text of one file, for display."""
        if plan is not None and self.dropped(entry, part) is not None:
            return "(left out)"
        try:
            return part.shown(plan)
        except (Cancelled, EngineMissing):
            raise
        except SharesafeError:
            return "(not readable)"

    # --- writing -------------------------------------------------------------------------------

    def composed(self, plan: RedactionPlan) -> tuple[list[File], list[Remark]]:
        """The files of the copy, in order, and what a person should know about them.

        Raises:
            NotWritten: a safe copy is impossible.
        """
        raise NotImplementedError

    def write(self, plan: RedactionPlan, target: Path) -> None:
        files, remarks = self.composed(plan)
        try:
            with target.open("wb") as out:
                write_zip(files, out)
        except ValueError:
            raise NotWritten(
                "The copy would be too large for an archive.", "Split it into several."
            ) from None
        self._remarks = tuple(remarks)

    def remarks(self) -> tuple[Remark, ...]:
        return self._remarks

    # --- checking ------------------------------------------------------------------------------

    def check(self, copy: Source, plan: RedactionPlan) -> list[Check]:
        try:
            files = list(read_strictly(copy.data))
        except Malformed as error:
            return [Check("Archive holds nothing else", passed=False, detail=str(error))]
        walked = Check(
            "Archive holds nothing else",
            passed=True,
            detail=f"{len(files)} files, every byte of their headers compared, none between or behind them",
            alone=True,
        )
        return [walked, *self.check_files(files, plan)]

    def check_files(self, files: Sequence[File], plan: RedactionPlan) -> list[Check]:
        """Checks the files of a copy, in their order."""
        raise NotImplementedError

    def close(self) -> None:
        self._opened.close()


class ZipDocument(Package):
    """An archive: each file inside is replaced by its own redacted copy, or left out."""

    def composed(self, plan: RedactionPlan) -> tuple[list[File], list[Remark]]:
        files: list[File] = []
        remarks: list[Remark] = []
        for name, entry, part in self._planned(plan):
            if entry.folder:
                files.append(File(name, b""))
                continue
            try:
                files.append(File(name, part.written(plan)))
                remarks += part.remarks()
            except (Cancelled, EngineMissing):
                raise
            except SharesafeError as error:
                remarks.append(Remark(name, f"Left out: {error.message}"))
        remarks += [Remark(part.label, "Left out: it is a link.") for entry, part in self.parts if entry.link]
        if self.parts and not files:
            raise NotWritten("Nothing in the archive can be examined.", "Unpack it and check what comes out.")
        return files, remarks

    def _planned(self, plan: RedactionPlan) -> Iterator[tuple[str, Entry, Part]]:
        """What may stand in the copy, under the names that it has there."""
        names = renamed([entry.name for entry, _ in self.parts], plan)
        for name, (entry, part) in zip(names, self.parts, strict=True):
            if self.dropped(entry, part) is None:
                yield name, entry, part

    def check_files(self, files: Sequence[File], plan: RedactionPlan) -> list[Check]:
        left = {file.name: file for file in files}
        order, compared, missing = [], 0, 0
        for number, (name, entry, part) in enumerate(self._planned(plan), 1):
            file = left.pop(name, None)
            if file is None:
                if entry.folder or writable(part, plan):
                    return [Check("Files kept", passed=False, detail=f"file {number} is missing")]
                missing += 1
                continue
            order.append(name)
            checks = (
                [Check("Folder is empty", not file.data)] if entry.folder else part.check(file.data, plan)
            )
            failed = next((check for check in checks if not check.passed), None)
            if failed:
                return [Check(f"{failed.name} (file {number})", passed=False, detail=failed.detail)]
            compared += len(checks)
        kept = not left and order == [file.name for file in files]
        return [
            Check(
                "Files kept",
                kept,
                f"{len(order)} files in their order, {missing} left out"
                if kept
                else "files have other names or another order than planned",
            ),
            Check("Files inside checked", passed=True, detail=f"{compared} checks on {len(order)} files"),
        ]


def _tell_bytes(data: bytes, where: str, sink: Sink) -> None:
    """Examines a few bytes that are, or hold, text."""
    if data.strip(b"\0 \r\n"):
        text = harmless(data.decode("utf-8", "replace"))
        sink.unit(TextUnit(Sample(text), OnePlace(MetadataKey(where)), where))


def _tell_outside(data: bytes, where: str, sink: Sink) -> None:
    """Reports bytes that belong to no file, and examines them as far as they are text."""
    if not data.strip(b"\0"):
        return
    sink.notice(Notice(TRAILING_BYTES, MetadataKey(where), f"{len(data)} bytes"))
    codec = sniff(data)
    if codec is None:
        why = f"{len(data)} bytes belong to no file in the archive"
        sink.not_read(NotRead(where, why, "Share the redacted copy, which does not have them."))
    else:
        text = harmless(codec.decode(data[len(codec.bom) :]))
        sink.unit(TextUnit(Sample(text), OnePlace(MetadataKey(where)), where))
