"""Verification: reopen the written copy, read it as a stranger would, and only then call it redacted.

This is the only maker of a ``RedactedCopy``. It runs in a process that did not write the copy.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from app import intake, partial_files
from app.errors import SharesafeError, SourceChanged, VerificationFailed
from app.formats import Context, Document, recognise
from app.model import Check, Finding, RedactedCopy, RedactionPlan, Remark, RunKey, Source
from app.policy import NO_POLICY, Policy
from app.residue.search import Leak, distinctive, survivors
from app.second_reading import Expected, Progress, SecondReading

NO_RESIDUE = "No covered value left"
OTHER_READER = "Another reader finds nothing"
STRUCTURE = "Structure as this program writes it"

DO_NOT_SHARE = "Do not share this copy; redact the original once more."
_REPORT_IT = "Please report this with the format of the file; until then, cover a screenshot by hand."


@dataclass(frozen=True, slots=True)
class Written:
    """A copy that is to be verified: where it is, and the SHA-256 that its writer saw."""

    path: Path
    sha256: str


def verify(
    source: Source,
    document: Document,
    plan: RedactionPlan,
    written: Written,
    context: Context,
    key: RunKey,
    *,
    policy: Policy = NO_POLICY,
    progress: Progress = lambda _fraction, _note: None,
) -> tuple[Check, ...]:
    """Runs every check on a written copy.

    Raises:
        SecretsLeft: a second reading found something that is neither covered nor deliberately kept.
        VerificationFailed: another check failed; the message names it, and where.
        SourceChanged: the original is no longer what was examined.
    """
    progress(0.0, "Reopening the copy")
    copy_source = _taken(written.path, source.relative)
    if copy_source.sha256 != written.sha256:
        raise _exchanged()
    expected = Expected(plan)
    reading = SecondReading(source, context, key, policy, expected)
    with closing(recognise(copy_source).open(copy_source, context)) as copy:
        search = _Search(source, document, copy_source, copy, plan, expected)
        checks = [search.check(), *document.check(copy_source, plan)]
        _demand(checks)
        texts, failure = _read_independently(copy)
        checks += search.check_texts(texts, failure)
        _demand(checks)
        checks.append(reading.check(copy, progress, remember=bool(texts)))
        reading.check_other(copy, texts)
    if not intake.unchanged(source):
        raise SourceChanged(
            "The original changed while it was being redacted; no copy was written.",
            "Wait until other programs have finished with it and start again.",
        )
    checks.append(Check("Original unchanged", True, "its hash is the same as before"))
    return tuple(checks)


def verify_again(
    copy_source: Source,
    copy: Document,
    context: Context,
    key: RunKey,
    *,
    left: Collection[tuple[str, str]] = (),
    policy: Policy = NO_POLICY,
    progress: Progress = lambda _fraction, _note: None,
) -> tuple[RedactedCopy, tuple[Finding, ...]]:
    """Repeats on a copy what can be repeated without its original; tells the findings that stand by ``left``.

    Args:
        left: rule and masked value of each finding that was left readable on purpose.

    Raises:
        SecretsLeft, VerificationFailed: as ``verify``.
    """
    plan = RedactionPlan(copy_source.sha256, ())
    reading = SecondReading(copy_source, context, key, policy, Expected(plan, left, again=True))
    # Compared with itself a copy is unchanged; what is left to check is how it is built.
    structure = copy.check(copy_source, plan)
    _demand(structure, again=True)
    checks = [check for check in structure if check.alone]
    checks.append(Check(STRUCTURE, True, f"{len(structure)} checks of the format"))
    texts, failure = _read_independently(copy)
    if texts or failure:
        checks.append(Check(OTHER_READER, not failure, failure or f"{len(texts)} texts"))
    _demand(checks, again=True)
    checks.append(reading.check(copy, progress, remember=bool(texts)))
    reading.check_other(copy, texts)
    return RedactedCopy(copy_source.path, copy_source.sha256, tuple(checks)), reading.let_stand


def publish(
    written: Written,
    target: Path,
    checks: Sequence[Check],
    remarks: tuple[Remark, ...] = (),
    *,
    replace: bool,
) -> RedactedCopy:
    """Moves a verified file to its place in one step and vouches for it.

    Raises:
        NotWritten: the target exists and may not be replaced, or the move failed.
        VerificationFailed: the checks are not all passed.
    """
    if not checks or not all(check.passed for check in checks):
        raise VerificationFailed("The copy was not verified.", "Start again.")
    with partial_files.told_as_not_written():
        if _taken(written.path, target).sha256 != written.sha256:
            raise _exchanged()
        with contextlib.suppress(OSError):  # some network folders have no such rights
            written.path.chmod(0o666 & ~_mask())
        partial_files.move(written.path, target, replace=replace)
    return RedactedCopy(target, written.sha256, tuple(checks), remarks)


def _exchanged() -> VerificationFailed:
    return VerificationFailed(
        "The copy was changed by another program before it had its name; it was deleted.",
        "Choose a folder where no other program works, and start again.",
    )


def _mask() -> int:
    """The process's file mode mask: an unverified copy is private, a verified one like any new file."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _taken(written: Path, relative: Path) -> Source:
    with partial_files.told_as_not_written():
        data = written.read_bytes()
    return Source(written, relative, data, sha256(data).hexdigest())


def _demand(checks: Sequence[Check], *, again: bool = False) -> None:
    failed = [check for check in checks if not check.passed]
    if failed:
        told = f"The check “{failed[0].name}” failed: {failed[0].detail or 'no details'}."
        if again:
            raise VerificationFailed(told, DO_NOT_SHARE)
        raise VerificationFailed(f"{told} The copy was deleted.", _REPORT_IT)


def _read_independently(copy: Document) -> tuple[list[str], str]:
    """What another library reads in the copy, or why it could not: a check that did not run is not passed."""
    try:
        return list(copy.read_independently()), ""
    except SharesafeError as error:
        return [], f"it could not run ({error.code})"
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it cannot read is not verified
        return [], f"it could not run ({type(error).__name__})"


@dataclass(frozen=True, slots=True)
class _Search:
    """The search for covered values, in everything that the copy holds."""

    source: Source
    document: Document
    copy_source: Source
    copy: Document
    plan: RedactionPlan
    expected: Expected

    def check(self) -> Check:
        values = self._values()
        if not values:
            return Check(NO_RESIDUE, True, "no value is known that hardly stands anywhere by chance")
        from app.residue.inflating import TooMuch

        parts = _Parts(self.copy_source.data, self.copy.decoded)
        try:
            left = survivors(values, parts, self._original, self.expected.harmless())
        except TooMuch:
            return Check(NO_RESIDUE, False, "more is packed into the copy than can be searched")
        if left:
            return Check(NO_RESIDUE, False, _told(left, len(values)))
        return Check(NO_RESIDUE, True, f"{len(values)} values and their pieces in {parts.counted()}")

    def check_texts(self, texts: Sequence[str], failure: str) -> list[Check]:
        """The same search in what another library reads; no check where there is no such library."""
        if failure:
            return [Check(OTHER_READER, False, failure)]
        if not texts:
            return []
        values = self._values()
        left = survivors(values, lambda: _named(texts), self._original, self.expected.harmless())
        if left:
            return [Check(OTHER_READER, False, _told(left, len(values)))]
        size = sum(map(len, texts))
        told = f"{len(values)} values and their pieces in {len(texts)} texts of {size} characters"
        return [Check(OTHER_READER, True, told)]

    def _values(self) -> list[str]:
        """Those worth searching for, read from pictures or not: misread, they are not found."""
        known = (item.value.reveal() for item in self.plan.items if item.value is not None)
        return list(filter(distinctive, dict.fromkeys(known)))

    def _original(self) -> Iterator[tuple[str, bytes]]:
        """Also what another library reads: a copy may hold in one piece what its original had in several."""
        yield from _Parts(self.source.data, self.document.decoded)()
        yield from _named(_read_independently(self.document)[0])


class _Parts:
    """A file's bytes, what its format decodes, and what decompresses in either."""

    def __init__(self, data: bytes, decoded: Callable[[], list[bytes]]) -> None:
        self._data = data
        self._decoded = decoded
        self._streams = self._packed = 0

    def __call__(self) -> Iterator[tuple[str, bytes]]:
        from app.residue.inflating import Budget, inflated  # numpy: only who verifies needs it

        parts = self._decoded()
        self._packed, self._streams = len(parts), 0
        budget = Budget()
        yield "the bytes of the copy", self._data
        for number, part in enumerate(parts, 1):
            yield f"decoded part {number} of the copy", part
        for part in (self._data, *parts):
            for piece in inflated(part, budget):
                self._streams += 1
                yield f"compressed stream {self._streams} of the copy", piece

    def counted(self) -> str:
        return f"{len(self._data)} bytes, {self._packed} decoded parts, {self._streams} compressed streams"


def _named(texts: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for number, text in enumerate(texts, 1):
        yield f"text {number} of the other reader", text.encode("utf-8", "surrogatepass")


def _told(left: Sequence[Leak], of: int) -> str:
    """What is left, in which form and where."""
    first = left[0]
    what = "a value" if first.length is None else f"{first.length} characters of a value"
    numbers = {leak.number for leak in left}
    return f"{len(numbers)} of {of} covered values can still be found: {what} ({first.form}) in {first.where}"
