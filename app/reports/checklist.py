"""What somebody has to do before a workflow export goes out: the findings as steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.model import ScanReport
from app.reports.words import by_severity

WHO_CAN_VIEW: Final = (
    "Check in the tool itself who can view, edit, run and export this workflow: that is not in the file."
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; ``findings`` holds the ids of what it is about, or nothing."""

    text: str
    findings: tuple[str, ...] = ()


def checklist(report: ScanReport) -> tuple[Step, ...]:
    """The steps for an export of a workflow tool; empty for other documents.

    One step per advice, the gravest first, then what no export tells.
    """
    if report.platform is None:
        return ()
    ids: dict[str, list[str]] = {}
    for finding in by_severity(report.findings):
        ids.setdefault(finding.advice, []).append(finding.id)
    steps = [Step(advice, tuple(found)) for advice, found in ids.items() if advice]
    return (*steps, Step(WHO_CAN_VIEW))
