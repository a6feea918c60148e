"""The SARIF 2.1.0 report, for code scanning services and editors.

Format: OASIS Static Analysis Results Interchange Format, version 2.1.0 plus errata 01.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote

from app.model import Finding, NotRead, ScanReport
from app.places import InMember, Location, MetadataKey, PageArea, TextSpan, Unit
from app.reports.as_json import dumped, location
from app.reports.base import Previews, Report
from app.reports.words import place
from detectors.model import Severity

SCHEMA_URI: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
FINGERPRINT: Final = "sharesafeValue/v1"
LEVELS: Final = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}


class SarifReport:
    name = "sarif"
    suffix = ".sarif"
    help = "Write a report for code scanning services and editors (SARIF 2.1.0)."
    wants_pictures = False
    mark = '"name": "sharesafe"'

    def render(self, reports: Sequence[ScanReport], tool_version: str, previews: Previews) -> str:  # noqa: ARG002
        rules = {finding.rule_id: finding for report in reports for finding in report.findings}
        order = {rule_id: number for number, rule_id in enumerate(sorted(rules))}
        run = {
            "tool": {
                "driver": {
                    "name": "sharesafe",
                    "semanticVersion": tool_version,
                    "rules": [_rule(rules[rule_id]) for rule_id in order],
                }
            },
            "columnKind": "unicodeCodePoints",
            "artifacts": [_artifact(report) for report in reports],
            "invocations": [_invocation(reports)],
            "results": [
                _result(finding, report, number, order[finding.rule_id])
                for number, report in enumerate(reports)
                for finding in report.findings
            ],
        }
        content = {"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [run]}
        return dumped(content)


def uri(report: ScanReport) -> str:
    """The path as the user named it, as a URI reference; relative paths stay relative."""
    path = report.path
    if path.is_absolute():
        return path.as_uri()
    return quote(os.fsencode(path.as_posix()), safe="/")


def _rule(finding: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": finding.rule_id,
        "shortDescription": {"text": finding.title},
        "help": {"text": finding.advice or finding.title},
        "defaultConfiguration": {"level": LEVELS[finding.severity]},
        "properties": {"tags": ["security", finding.kind.value]},
    }
    return rule | {"helpUri": finding.rotate_url} if finding.rotate_url else rule


def _artifact(report: ScanReport) -> dict[str, Any]:
    artifact: dict[str, Any] = {"location": {"uri": uri(report)}, "roles": ["analysisTarget"]}
    if report.sha256:
        artifact["hashes"] = {"sha-256": report.sha256}
    return artifact | {
        "properties": {"format": report.format, "platform": report.platform, "state": report.state.value}
    }


def _invocation(reports: Sequence[ScanReport]) -> dict[str, Any]:
    """Whether everything could be examined; what could not is told as notifications."""
    notices = [
        notice for number, report in enumerate(reports) for notice in _notices(report, uri(report), number)
    ]
    return {
        "executionSuccessful": all(notice["level"] != "error" for notice in notices),
        "toolExecutionNotifications": notices,
    }


def _notices(report: ScanReport, where: str, number: int) -> Iterator[dict[str, Any]]:
    def notice(level: str, text: str) -> dict[str, Any]:
        artifact = {"uri": where, "index": number}
        return {
            "level": level,
            "message": {"text": text},
            "locations": [{"physicalLocation": {"artifactLocation": artifact}}],
        }

    if report.error is not None:
        yield notice("error", f"{report.error.message} {report.error.next_step}")
    for gap in report.not_read:
        yield notice("warning", _gap(gap))


def _gap(gap: NotRead) -> str:
    return f"Not examined: {gap.where}. {gap.why} {gap.next_step}"


def _result(finding: Finding, report: ScanReport, number: int, rule: int) -> dict[str, Any]:
    artifact = {"uri": uri(report), "index": number}
    places = "; ".join(place(location) for location in finding.where)
    told = f": {finding.masked}" if finding.masked else ""  # notices have no value
    result: dict[str, Any] = {
        "ruleId": finding.rule_id,
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{finding.title}{told} at {places}. {finding.evidence}"},
        "locations": [_location(location, artifact) for location in finding.where]
        or [{"physicalLocation": {"artifactLocation": artifact}}],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": {
            "id": finding.id,
            "kind": finding.kind.value,
            "severity": finding.severity.word,
            "confidence": finding.confidence.word,
            "masked": finding.masked,
        },
    }
    if finding.known:
        result["suppressions"] = [{"kind": "external", "justification": "It is in the baseline."}]
    rectangles = [
        {
            "left": box.left,
            "top": box.top,
            "right": box.right,
            "bottom": box.bottom,
            "message": {"text": f"page {area.page}, {'points' if area.unit is Unit.POINT else 'pixels'}"},
        }
        for area in finding.where
        if isinstance(area, PageArea)
        for box in area.boxes
    ]
    if rectangles:
        result["attachments"] = [{"artifactLocation": artifact, "rectangles": rectangles}]
    return result


def _location(where: Location, artifact: dict[str, Any]) -> dict[str, Any]:
    """Text has a region; SARIF knows none for pages and metadata: they say it in words and properties."""
    physical: dict[str, Any] = {"artifactLocation": artifact}
    result: dict[str, Any] = {"physicalLocation": physical}
    match where:
        case TextSpan(start=start, end=end, line=line, column=column, pointer=pointer):
            physical["region"] = {
                "startLine": line,
                "startColumn": column,
                "charOffset": start,
                "charLength": end - start,
            }
            if pointer is not None:
                result["logicalLocations"] = [{"fullyQualifiedName": pointer, "kind": "value"}]
        case PageArea() | MetadataKey() | InMember():
            result["message"] = {"text": place(where)}
            result["properties"] = location(where)
    return result


REPORT: Report = SarifReport()
