"""Verification: reopen the written copy, read it as a stranger would, and only then call it redacted.

This is the only maker of a ``RedactedCopy``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from app import intake
from app.errors import NotWritten, SourceChanged, VerificationFailed
from app.findings import FindingCollector, at_least, page_boxes
from app.formats import Context, Document, recognise
from app.formats.base import MemberBoxes
from app.model import (
    Check,
    Finding,
    Hidden,
    Notice,
    NotRead,
    PageArea,
    RedactedCopy,
    RedactionPlan,
    Remark,
    RunKey,
    Source,
    TextUnit,
    innermost,
)
from app.policy import NO_POLICY, Policy
from app.residue import base64_forms, survivors
from detectors.model import Kind
from detectors.own import OwnDetector

INSIDE_COVER = 0.8
"""A region that lies to this part under covers is the covers' own pattern, not text."""


LEFT_THERE: Final = 0.5
"""A region that lies to this part where something was left readable is that same thing, read anew."""


@dataclass(frozen=True, slots=True)
class Missed:
    """What a second, independent reading of the copy still found."""

    findings: tuple[Finding, ...]
    values: dict[str, Hidden] = field(repr=False)
    exact: frozenset[str] = frozenset()


class SecretsLeft(VerificationFailed):
    """The rescan of the copy found secrets that the plan does not cover; they may be added to it."""

    def __init__(self, missed: Missed) -> None:
        super().__init__(
            f"Reading the copy again found {len(missed.findings)} more secret(s); the copy was deleted.",
            "Look at the new findings, cover them, and save again.",
        )
        self.missed = missed


def verify(
    source: Source,
    document: Document,
    plan: RedactionPlan,
    written: Path,
    context: Context,
    key: RunKey,
    *,
    policy: Policy = NO_POLICY,
    progress: Callable[[float, str], None] = lambda _fraction, _note: None,
) -> tuple[Check, ...]:
    """Runs every check on the file at ``written``.

    Raises:
        SecretsLeft: the rescan found something that is neither covered nor deliberately kept.
        VerificationFailed: another check failed; the message names it.
        SourceChanged: the original is no longer what was examined.
    """
    progress(0.0, "Reopening the copy")
    data = written.read_bytes()
    copy_source = Source(written, source.relative, data, sha256(data).hexdigest())
    checks = []
    with closing(recognise(copy_source).open(copy_source, context)) as copy:
        checks.append(_no_residue(plan, source, document, data, copy))
        checks += document.check(copy_source, plan)
        failed = [check for check in checks if not check.passed]
        if failed:
            reason = failed[0].detail or "no details"
            raise VerificationFailed(
                f"The check “{failed[0].name}” failed: {reason}. The copy was deleted.",
                "Please report this with the format of the file; until then, cover a screenshot by hand.",
            )
        checks.append(_rescan(source, copy, plan, context, key, policy, progress))
    if not intake.unchanged(source):
        raise SourceChanged(
            "The original changed while it was being redacted; no copy was written.",
            "Wait until other programs have finished with it and start again.",
        )
    checks.append(Check("Original unchanged", True, "its hash is the same as before"))
    return tuple(checks)


def publish(
    written: Path, target: Path, checks: Sequence[Check], remarks: tuple[Remark, ...] = (), *, replace: bool
) -> RedactedCopy:
    """Moves a verified file to its place in one step and vouches for it.

    Raises:
        NotWritten: the target exists and may not be replaced, or the move failed.
        VerificationFailed: the checks are not all passed.
    """
    if not checks or not all(check.passed for check in checks):
        raise VerificationFailed("The copy was not verified.", "Start again.")
    digest = sha256(written.read_bytes()).hexdigest()
    try:
        written.chmod(0o666 & ~_mask())
        if replace:
            os.replace(written, target)  # noqa: PTH105 - the name says that it is atomic
        else:
            _link(written, target)
    except FileExistsError:
        raise already_there(target) from None
    except OSError as error:
        raise NotWritten(
            f"The copy could not be moved to its place: {error.strerror or 'input/output error'}.",
            "Check free space and permissions of the target folder.",
        ) from None
    return RedactedCopy(target, digest, tuple(checks), remarks)


def already_there(target: Path) -> NotWritten:
    """The error for a name that is taken."""
    return NotWritten(
        f"A file named {target.name} already exists.", "Choose another folder, or allow replacing it."
    )


def _mask() -> int:
    """The process's file mode mask: an unverified copy is private, a verified one like any new file."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _link(written: Path, target: Path) -> None:
    """Gives the file its final name, failing when that name exists; atomic where hard links work."""
    try:
        target.hardlink_to(written)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if target.exists():
            raise FileExistsError(target) from None
        os.replace(written, target)  # noqa: PTH105
    else:
        written.unlink()


def _no_residue(
    plan: RedactionPlan, source: Source, document: Document, data: bytes, copy: Document
) -> Check:
    values = [item.value.reveal() for item in plan.items if item.value is not None and item.exact]
    decoded = copy.decoded()
    left = survivors(values, [data, *decoded], lambda: [source.data, *document.decoded()])
    where = f"{len(data)} bytes and {len(decoded)} decoded parts"
    detail = (
        f"{len(set(values))} values searched in {where}"
        if values
        else "values in pictures are read again instead"
    )
    if left:
        detail = f"{left} of {len(set(values))} covered values can still be found in the bytes of the copy"
    return Check("No covered value left", not left, detail)


@dataclass(slots=True)
class _Rereader:
    """Collects what the detectors still see in the copy."""

    collector: FindingCollector
    detector: OwnDetector
    policy: Policy
    tell: Callable[[float, str], None]
    gaps: list[NotRead] = field(default_factory=list)

    def unit(self, unit: TextUnit) -> None:
        self.collector.add(unit, self.detector.scan(unit.sample))
        self.collector.add_known(unit, self.policy.known_in(unit.sample))

    def not_read(self, gap: NotRead) -> None:
        self.gaps.append(gap)

    def notice(self, notice: Notice) -> None:
        self.collector.notice(notice)

    def progress(self, fraction: float, note: str) -> None:
        self.tell(fraction, note)


def _rescan(
    source: Source,
    copy: Document,
    plan: RedactionPlan,
    context: Context,
    key: RunKey,
    policy: Policy,
    progress: Callable[[float, str], None],
) -> Check:
    detector = policy.detector(source.path)
    reread = _Rereader(
        FindingCollector(key, context.settings.private_confidence(copy.platform), detector.rule),
        detector,
        policy,
        lambda fraction, _note: progress(fraction, "Reading the copy again"),
    )
    covers = page_boxes(place for item in plan.items for place in item.where)
    kept = page_boxes(place for finding in plan.kept for place in finding.where)
    left = {finding.fingerprint for finding in plan.kept}  # by a person, or by the threshold
    copy.examine(reread, covers=covers)
    for unit in copy.names() if policy.words else ():
        reread.collector.add(unit, detector.words_in(unit.sample))
    counting, _ = policy.judged(reread.collector.findings(), source.path, reread.collector.values)
    found = at_least(counting, context.settings.threshold)
    values = reread.collector.values()
    placeholders = {
        written for item in plan.items for written in (item.placeholder, *base64_forms(item.placeholder))
    }
    missed = tuple(
        finding
        for finding in found
        if finding.kind is not Kind.POSTURE
        and not any(placeholder in values[finding.id].reveal() for placeholder in placeholders)
        and finding.fingerprint not in left
        and not _inside(finding, kept, LEFT_THERE)
        and not _inside(finding, covers, INSIDE_COVER)
    )
    if missed:
        exact = reread.collector.exact_ids()
        raise SecretsLeft(Missed(missed, {finding.id: values[finding.id] for finding in missed}, exact))
    return Check(
        "Second reading finds nothing", True, f"{len(plan.kept)} findings were left readable on purpose"
    )


def _inside(finding: Finding, regions: MemberBoxes, share: float) -> bool:
    """Whether every area of the finding lies to ``share`` inside the regions; False when it has none."""
    areas = [
        (regions.within(members).get(place.page, ()), place.boxes)
        for members, place in map(innermost, finding.where)
        if isinstance(place, PageArea)
    ]
    return bool(areas) and all(
        sum(box.overlap(region) for region in covered) >= share for covered, boxes in areas for box in boxes
    )
