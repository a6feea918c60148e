"""``sharesafe verify``: on a copy, repeats what can be repeated without its original, beside its receipt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path
from typing import Final

import app
from app.errors import Unreadable, UsageError, VerificationFailed
from app.messages import Input, VerifyAgainTask
from app.model import Check, ErrorInfo, NotRead, Remark, ScanReport
from app.options import Settings
from app.policy import Policy
from app.reports.receipt import LARGEST, Claim, claims, path_beside

SAME_BYTES: Final = "Same bytes as in the receipt"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A copy to be verified, and what its receipt says about it."""

    copy: Path
    receipt: Path
    sha256: str
    claim: Claim

    def task(self, policy: Policy) -> VerifyAgainTask:
        return VerifyAgainTask(Input(self.copy, Path(self.copy.name)), self.claim.left, policy)


def wanted(copies: Sequence[Path], receipt: Path | None) -> list[Wanted]:
    """Each copy with what the receipt says about it, or the receipt beside it.

    Raises:
        UsageError: a copy or its receipt does not exist.
        Unreadable: a file cannot be read, or is no receipt.
    """
    return [_wanted(copy, receipt or path_beside(copy)) for copy in copies]


def _wanted(copy: Path, receipt: Path) -> Wanted:
    if not copy.is_file():
        raise UsageError(f"There is no file {copy}.", "Name the copy that is to be verified.")
    if not receipt.is_file():
        raise UsageError(f"There is no receipt {receipt}.", "Name the copy's receipt with --receipt.")
    try:
        with receipt.open("rb") as stream:
            data = stream.read(LARGEST + 1)
        with copy.open("rb") as stream:
            digest = file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise Unreadable(
            f"A file could not be read: {error.strerror or 'input/output error'}.", "Check its permissions."
        ) from None
    if len(data) > LARGEST:
        raise Unreadable("The receipt is too large to be one.", "Name the receipt of the copy.")
    known = claims(data)
    if not known:
        raise Unreadable("The receipt tells of no copy.", "Name the receipt of the copy.")
    same = [claim for claim in known if claim.sha256 == digest]
    named = [claim for claim in known if claim.name == copy.name]
    return Wanted(copy, receipt, digest, (same or named or known)[0])


def settings_for(settings: Settings, copies: Sequence[Wanted]) -> Settings:
    """The settings with the least of the thresholds: no receipt makes the search look for less."""
    least = min([settings.threshold, *(one.claim.threshold for one in copies)])
    return replace(settings, min_confidence=least.word)


def refused(one: Wanted) -> ScanReport | None:
    """Why a copy need not be looked at, None when it has to be."""
    if one.claim.sha256 != one.sha256:
        return _failed(
            one,
            "The file is not the copy that the receipt was written for: its bytes are others.",
            "Get the copy again from where it was made, or redact the original once more.",
        )
    if one.claim.failed:
        return _failed(
            one,
            "The receipt does not say that the copy has passed its checks.",
            "Redact the original once more.",
        )
    return None


def _failed(one: Wanted, message: str, step: str) -> ScanReport:
    error = ErrorInfo.of(VerificationFailed(message, step))
    return ScanReport(one.copy, Path(one.copy.name), one.sha256, "unknown", None, 0, error=error)


def compared(one: Wanted, report: ScanReport) -> ScanReport:
    """The outcome of the repeated checks, beside what the receipt says."""
    if report.sha256 and report.sha256 != one.claim.sha256:
        return _failed(one, "The file changed while it was being verified.", "Start again.")
    if report.redacted is None:
        return report
    first = Check(SAME_BYTES, True, f"SHA-256 {one.sha256}")
    copy = replace(
        report.redacted,
        checks=(first, *report.redacted.checks),
        remarks=(*report.redacted.remarks, *_remarks(one.claim, report.redacted.checks)),
    )
    step = "Look at these parts of the copy yourself."
    gaps = tuple(NotRead("when the copy was made", told, step) for told in one.claim.not_examined)
    return replace(report, redacted=copy, not_read=(*report.not_read, *gaps))


def _remarks(claim: Claim, repeated: Sequence[Check]) -> Iterator[Remark]:
    """What the receipt claims and could not be repeated here."""
    names = {check.name for check in repeated}
    left = [name for name in dict.fromkeys(claim.checks) if name not in names]
    if left:
        yield Remark("not repeated", f"needs the original: {', '.join(left)}")
    if claim.version != app.__version__:
        yield Remark("another version", f"the receipt was written by {claim.version}")
