"""What ``sharesafe verify`` shows: every check that was repeated, and what could not be."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from app.cli.output import findings_table, gap_text, line_finding, line_place, note, remark_text
from app.model import Check, ScanReport
from app.reports.words import path_text, visible


def verified_lines(report: ScanReport) -> Iterator[str]:
    """One line per repeated check, and what else there is to say about a copy that was verified again."""
    path = path_text(report.path)
    if report.error is not None:
        yield f"{path}: failed: {visible(report.error.message)} {visible(report.error.next_step)}"
    for finding in report.findings:
        yield f"{path}:{line_place(finding.where)}: still readable: {line_finding(finding)}"
    if report.redacted is not None:
        for check in report.redacted.checks:
            yield f"{path}: passed: {_check(check)}"
        yield from (f"{path}: note: {remark_text(remark)}" for remark in report.redacted.remarks)
    for gap in report.not_read:
        yield f"{path}: not examined: {gap_text(gap)}"


def _check(check: Check) -> str:
    return f"{visible(check.name)}: {visible(check.detail)}" if check.detail else visible(check.name)


def block(report: ScanReport) -> Group:
    """The same for people in front of a terminal."""
    passed = report.redacted is not None
    mark, style = ("✓ verified again", "green") if passed else ("✕ not verified", "bold red")
    parts: list[Text | Padding] = [Text.assemble((mark, style), "  ", (path_text(report.path), "bold"))]
    if report.error is not None:
        told = Text.assemble((visible(report.error.message), "red"), "\n", visible(report.error.next_step))
        parts.append(Padding(told, (0, 0, 0, 2)))
    if report.redacted is not None:
        checks = [
            Text.assemble(("✓ ", "green"), visible(check.name), (f"  {visible(check.detail)}", "dim"))
            for check in report.redacted.checks
        ]
        parts += [Padding(check, (0, 0, 0, 2)) for check in checks]
        parts += [note(remark) for remark in report.redacted.remarks]
    if report.findings:
        parts.append(Padding(Text("Still readable", "bold yellow"), (0, 0, 0, 2)))
        parts.append(Padding(findings_table(report.findings, explain=False), (0, 0, 0, 2)))
    parts += [
        Padding(Text(f"not examined: {gap_text(gap)}", "yellow"), (0, 0, 0, 2)) for gap in report.not_read
    ]
    return Group(*parts)
