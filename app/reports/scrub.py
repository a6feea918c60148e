"""The last look before anything is shown or written: no known value in any word of a report.

Detectors and formats keep values out of their messages. But a document decides its own name, its
keys, and what stands next to a value; what was found in one place may stand in another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from app.model import Dismissed, ErrorInfo, Finding, NotRead, RedactedCopy, Remark, Scan, ScanReport
from app.places import InMember, Location, MetadataKey, PageArea, TextSpan
from detectors.model import Kind

SHORTEST: Final = 8
"""Code points; shorter values are too likely to be part of ordinary words, and of folders' names."""

Mask = Callable[[str], str]


def scrubbed(scans: Sequence[Scan], own: Mask = str) -> tuple[ScanReport, ...]:
    """The reports of a run with every secret of the run replaced by its length wherever it appears.

    Args:
        own: masks the words of the user's own list.
    """
    found = _mask(value for scan in scans for value in _secrets(scan))
    return tuple(_report(scan.report, lambda text: own(found(text))) for scan in scans)


def mask_of(words: Sequence[str]) -> Mask:
    """Masks the words of the user's own list, which are as secret as what was found."""
    if not words:
        return str
    from detectors.own_words import OwnWords

    return OwnWords(words).masked


def _secrets(scan: Scan) -> Iterator[str]:
    for finding in scan.report.findings:
        if finding.kind is Kind.SECRET and (value := scan.values.get(finding.id)) is not None:
            yield value.reveal()


def _mask(values: Iterable[str]) -> Mask:
    plain = {value for value in values if len(value) >= SHORTEST}
    as_pointer = {value.replace("~", "~0").replace("/", "~1") for value in plain}  # RFC 6901
    if not plain:
        return lambda text: text
    pattern = re.compile("|".join(map(re.escape, sorted(plain | as_pointer, key=len, reverse=True))))
    return lambda text: pattern.sub(lambda found: f"…({len(found[0])})", text)


def _report(report: ScanReport, mask: Mask) -> ScanReport:
    return replace(
        report,
        path=_path(report.path, mask),
        relative=_path(report.relative, mask),
        findings=tuple(_finding(finding, mask) for finding in report.findings),
        not_read=tuple(
            NotRead(mask(gap.where), mask(gap.why), mask(gap.next_step), gap.area) for gap in report.not_read
        ),
        dismissed=tuple(_dismissed(one, mask) for one in report.dismissed),
        error=_error(report.error, mask),
        redacted=_copy(report.redacted, mask),
    )


def _path(path: Path, mask: Mask) -> Path:
    return Path(mask(str(path)))


def _finding(finding: Finding, mask: Mask) -> Finding:
    where = tuple(_location(place, mask) for place in finding.where)
    return replace(finding, masked=mask(finding.masked), evidence=mask(finding.evidence), where=where)


def _dismissed(one: Dismissed, mask: Mask) -> Dismissed:
    where = tuple(_location(place, mask) for place in one.where)
    return replace(one, masked=mask(one.masked), by=mask(one.by), reason=mask(one.reason), where=where)


def _location(place: Location, mask: Mask) -> Location:
    match place:
        case TextSpan(pointer=str(pointer)):
            return replace(place, pointer=mask(pointer))
        case MetadataKey(name=name):
            return MetadataKey(mask(name))
        case InMember(member=member, place=inner):
            return InMember(mask(member), _location(inner, mask))
        case TextSpan() | PageArea():
            return place


def _error(error: ErrorInfo | None, mask: Mask) -> ErrorInfo | None:
    if error is None:
        return None
    return replace(error, message=mask(error.message), next_step=mask(error.next_step))


def _copy(copy: RedactedCopy | None, mask: Mask) -> RedactedCopy | None:
    if copy is None:
        return None
    checks = tuple(replace(check, detail=mask(check.detail)) for check in copy.checks)
    remarks = tuple(Remark(mask(remark.where), mask(remark.text)) for remark in copy.remarks)
    return replace(copy, path=_path(copy.path, mask), checks=checks, remarks=remarks)
