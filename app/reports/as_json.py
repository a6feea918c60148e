"""The JSON report, schema version 1; ``resources/report.schema.json`` describes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, assert_never

from app.model import Dismissed, ErrorInfo, Finding, NotRead, RedactedCopy, ScanReport
from app.places import InMember, Location, MetadataKey, PageArea, TextSpan, Unit, innermost
from app.reports.base import Previews, Report
from app.reports.checklist import checklist
from app.reports.words import MEMBER_SIGN, path_text, visible

SCHEMA_VERSION: Final = 1


class JsonReport:
    name = "json"
    suffix = ".json"
    help = "Write a report for programs (JSON)."
    wants_pictures = False
    mark = '"name": "sharesafe"'

    def render(self, reports: Sequence[ScanReport], tool_version: str, previews: Previews) -> str:  # noqa: ARG002
        content = {
            "schema": SCHEMA_VERSION,
            "tool": {"name": "sharesafe", "version": tool_version},
            "documents": [document(report) for report in reports],
        }
        return dumped(content)


def dumped(content: object) -> str:
    """JSON text that any strict reader takes; halves of surrogate pairs stay escaped."""
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def document(report: ScanReport) -> dict[str, Any]:
    """One document as the schema has it."""
    result: dict[str, Any] = {
        "path": path_text(report.path),
        "sha256": report.sha256,
        "format": report.format,
        "platform": report.platform,
        "state": report.state.value,
        "not_read": [_gap(gap) for gap in report.not_read],
        "findings": [_finding(finding) for finding in report.findings],
    }
    if steps := checklist(report):
        result["checklist"] = [{"step": step.text, "findings": list(step.findings)} for step in steps]
    if report.dismissed:
        result["dismissed"] = [_dismissed(one) for one in report.dismissed]
    result["redacted"] = _copy(report.redacted) if report.redacted else None
    result["error"] = _error(report.error) if report.error else None
    return result


def location(place: Location) -> dict[str, Any]:
    """A place as the schema has it; whole numbers stay whole."""
    match place:
        case PageArea(page=page, boxes=boxes, unit=unit):
            corners = [[_number(v) for v in (b.left, b.top, b.right, b.bottom)] for b in boxes]
            area: dict[str, Any] = {"page": page, "boxes": corners}
            return area | {"unit": unit.value} if unit is not Unit.PIXEL else area
        case TextSpan(start=start, end=end, line=line, column=column, pointer=pointer):
            span: dict[str, Any] = {"start": start, "end": end, "line": line, "column": column}
            return span | {"pointer": pointer} if pointer is not None else span
        case MetadataKey(name=name):
            return {"metadata": name}
        case InMember():
            members, inner = innermost(place)
            return {"member": visible(MEMBER_SIGN.join(members)), **location(inner)}
    assert_never(place)


def _number(value: float) -> float:
    return int(value) if value == int(value) else round(value, 2)


def _finding(finding: Finding) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": finding.id,
        "rule": finding.rule_id,
        "title": finding.title,
        "kind": finding.kind.value,
        "severity": finding.severity.word,
        "confidence": finding.confidence.word,
        "masked": finding.masked,
        "fingerprint": finding.fingerprint,
        "evidence": finding.evidence,
        "where": [location(place) for place in finding.where],
        "advice": finding.advice,
        "rotate_url": finding.rotate_url,
    }
    if finding.lasting:
        told["lasting_fingerprint"] = finding.lasting
    return told | {"known": True} if finding.known else told


def _dismissed(one: Dismissed) -> dict[str, Any]:
    return {
        "rule": one.rule_id,
        "title": one.title,
        "masked": one.masked,
        "by": one.by,
        "reason": one.reason,
        "where": [location(place) for place in one.where],
    }


def _gap(gap: NotRead) -> dict[str, Any]:
    told: dict[str, Any] = {"where": gap.where, "why": gap.why, "next_step": gap.next_step}
    return told | {"area": location(gap.area)} if gap.area is not None else told


def _copy(copy: RedactedCopy) -> dict[str, Any]:
    told: dict[str, Any] = {
        "path": path_text(copy.path),
        "sha256": copy.sha256,
        "checks": [
            {"name": check.name, "passed": check.passed, "detail": check.detail} for check in copy.checks
        ],
    }
    if copy.remarks:
        told["remarks"] = [{"where": remark.where, "text": remark.text} for remark in copy.remarks]
    return told


def _error(error: ErrorInfo) -> dict[str, Any]:
    return {"code": error.code, "message": error.message, "next_step": error.next_step}


REPORT: Report = JsonReport()
