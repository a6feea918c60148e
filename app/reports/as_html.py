"""The HTML report: one file for people, without scripts and without anything loaded from elsewhere."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from typing import Final

from app.model import Check, Dismissed, Finding, NotRead, ScanReport, State
from app.places import Location
from app.reports.base import Previews, Report, Thumbnail
from app.reports.checklist import checklist
from app.reports.words import COUNTED, STATES, by_severity, count, path_text, place_parts, verdict, visible
from detectors.model import Severity

POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
)
"""Even if something slipped through the escaping, the browser would not run or fetch it."""

PLACES_SHOWN: Final = 4
STATE_STYLES: Final = {
    State.CLEAN: ("good", "✓"),
    State.FINDINGS: ("bad", "▲"),
    State.INCOMPLETE: ("warn", "◐"),
    State.FAILED: ("bad", "✕"),
}
_AGAIN: Final = (
    "To check the copy again, also on another computer: <code>sharesafe verify COPY</code>, with the receipt "
    "that <code>--receipts</code> writes beside it. What needs the original is not repeated then."
)
SEVERITY_STYLES: Final = {
    Severity.HIGH: ("bad", "▲"),
    Severity.MEDIUM: ("warn", "●"),
    Severity.LOW: ("info", "○"),
}


class HtmlReport:
    name = "html"
    suffix = ".html"
    help = "Write a report for people (HTML), with pictures of the covered pages."
    wants_pictures = True
    mark = "<title>Sharesafe report</title>"

    def render(self, reports: Sequence[ScanReport], tool_version: str, previews: Previews) -> str:
        style = resources.files("resources").joinpath("style", "report.css").read_text("utf-8")
        sections = "".join(
            _section(number, report, previews.get(number, ()))
            for number, report in enumerate(reports)
            if _has_section(report)
        )
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="referrer" content="no-referrer">'
            f"<title>Sharesafe report</title><style>\n{style}</style></head><body><main>\n"
            f"{_summary(reports)}{_files(reports)}{sections}{_footer(tool_version)}"
            "</main></body></html>\n"
        )


def _t(text: str) -> str:
    """Text as it may stand in HTML: nothing in it is markup, nothing changes how the rest is shown."""
    return escape(visible(text))


def _name(report: ScanReport) -> str:
    return f"<bdi>{escape(path_text(report.path))}</bdi>"


def _badge(style: str, mark: str, text: str) -> str:
    return f'<span class="badge {style}"><span aria-hidden="true">{mark}</span> {_t(text)}</span>'


def _state(report: ScanReport) -> str:
    style, mark = STATE_STYLES[report.state]
    return _badge(style, mark, STATES[report.state])


def _has_section(report: ScanReport) -> bool:
    return bool(report.state is not State.CLEAN or report.redacted or report.error or report.dismissed)


# --- the top --------------------------------------------------------------------------------------


def _summary(reports: Sequence[ScanReport]) -> str:
    title, lead = verdict(reports)
    states = Counter(report.state for report in reports)
    copies = sum(report.redacted is not None for report in reports)
    tiles = [(len(reports), "files examined" if len(reports) != 1 else "file examined")]
    tiles += [(states[state], word) for state, word in COUNTED.items()]
    if copies:
        tiles.append((copies, "verified copies" if copies != 1 else "verified copy"))
    cells = "".join(f"<li><b>{amount}</b><span>{label}</span></li>" for amount, label in tiles)
    return (
        f'<header><div class="brand">Sharesafe report</div><h1>{_t(title)}</h1>'
        f'<p class="lead">{_t(lead)}</p></header><ul class="tiles">{cells}</ul>\n'
    )


def _files(reports: Sequence[ScanReport]) -> str:
    if not reports:
        return ""
    copies = any(report.redacted for report in reports)
    rows = "".join(_row(number, report, copies=copies) for number, report in enumerate(reports))
    last = "<th>Copy</th>" if copies else ""
    return (
        '<section class="card"><h2>Files</h2><div class="scroll"><table><thead><tr><th>File</th>'
        f"<th>State</th><th>Findings</th>{last}</tr></thead><tbody>{rows}</tbody></table></div></section>\n"
    )


def _row(number: int, report: ScanReport, *, copies: bool) -> str:
    name = f'<a href="#file-{number}">{_name(report)}</a>' if _has_section(report) else _name(report)
    last = ""
    if copies:
        copy = f"<bdi>{escape(path_text(report.redacted.path))}</bdi>" if report.redacted else "no copy"
        last = f"<td>{copy}</td>"
    return (
        f'<tr><td class="file">{name}</td><td>{_state(report)}</td>'
        f"<td>{_amounts(report.findings)}</td>{last}</tr>"
    )


def _amounts(findings: Sequence[Finding]) -> str:
    amounts = Counter(finding.severity for finding in findings)
    told = [f"{amounts[severity]} {severity.word}" for severity in SEVERITY_STYLES if amounts[severity]]
    return ", ".join(told) or "–"


# --- one file -------------------------------------------------------------------------------------


def _section(number: int, report: ScanReport, thumbnails: Sequence[Thumbnail]) -> str:
    return (
        f'<section class="card" id="file-{number}"><div class="head"><h2>{_name(report)}</h2>'
        f"{_state(report)}</div>{_facts(report)}{_error(report)}{_gaps(report.not_read)}{_copy(report)}"
        f"{_findings(report.findings)}{_dismissed(report.dismissed)}{_steps(report)}{_pages(thumbnails)}</section>\n"
    )


def _facts(report: ScanReport) -> str:
    facts = [report.format.upper() if report.format != "unknown" else "format not recognised"]
    if report.platform:
        facts.append(f"exported by {report.platform}")
    if report.pages > 1:
        facts.append(count(report.pages, "page"))
    if report.sha256:
        facts.append(f"SHA-256 {report.sha256}")
    return f'<div class="meta">{" · ".join(map(_t, facts))}</div>'


def _error(report: ScanReport) -> str:
    if report.error is None:
        return ""
    text = f"<strong>{_t(report.error.message)}</strong>{_t(report.error.next_step)}"
    return f'<div class="box bad">{text}</div>'


def _gaps(gaps: Sequence[NotRead]) -> str:
    if not gaps:
        return ""
    items = "".join(f"<li>{_t(gap.where)}: {_t(gap.why)} {_t(gap.next_step)}</li>" for gap in gaps)
    return f'<div class="box warn"><strong>Not examined</strong><ul>{items}</ul></div>'


def _copy(report: ScanReport) -> str:
    copy = report.redacted
    if copy is None:
        return ""
    checks = "".join(map(_check, copy.checks))
    notes = "".join(f"<li>{_t(remark.where)}: {_t(remark.text)}</li>" for remark in copy.remarks)
    told = f"<ul>{notes}</ul>" if notes else ""
    unread = ""
    if report.not_read:
        parts = count(len(report.not_read), "part")
        unread = f"<p>{parts} could not be examined, see above: look at the copy yourself.</p>"
    return (
        f'<div class="box good"><strong>Verified copy</strong><bdi>{escape(path_text(copy.path))}</bdi>'
        f"{told}{unread}<details><summary>{count(len(copy.checks), 'check')} passed</summary>"
        f'<ul class="checks">{checks}</ul><small>SHA-256 of the copy {_t(copy.sha256)}</small>'
        f"<p>{_AGAIN}</p></details></div>"
    )


def _check(check: Check) -> str:
    detail = f" <small>{_t(check.detail)}</small>" if check.detail else ""
    return f"<li>{_t(check.name)}{detail}</li>"


def _findings(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    rows = "".join(map(_finding, by_severity(findings)))
    return (
        f"<h3>{count(len(findings), 'finding')}</h3>"
        '<div class="scroll"><table><thead><tr><th>Severity</th><th>What</th><th>Value</th><th>Where</th>'
        f"<th>Why</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _finding(finding: Finding) -> str:
    style, mark = SEVERITY_STYLES[finding.severity]
    advice = f"<small>{_t(finding.advice)}{_link(finding.rotate_url)}</small>" if finding.advice else ""
    return (
        f'<tr><td class="severity {style}"><span aria-hidden="true">{mark}</span> '
        f"{finding.severity.word}</td>"
        f'<td class="what">{_t(finding.title)}{advice}</td><td>{_value(finding.masked)}</td>'
        f'<td class="where">{_places(finding.where)}</td>'
        f'<td class="why">{_t(finding.evidence)}<small>{finding.confidence.word} confidence</small>'
        f"{_standing(finding)}</td></tr>"
    )


def _value(masked: str) -> str:
    """Notices are about the file and have no value."""
    return f"<code>{_t(masked)}</code>" if masked else "–"


def _standing(finding: Finding) -> str:
    """What the user's own files say about a finding."""
    told = f"<small>fingerprint <code>{_t(finding.lasting)}</code></small>" if finding.lasting else ""
    return f"<small>known: in the baseline</small>{told}" if finding.known else told


def _dismissed(dismissed: Sequence[Dismissed]) -> str:
    if not dismissed:
        return ""
    rows = "".join(
        f'<tr><td class="what">{_t(one.title)}<small>{_t(one.rule_id)}</small></td>'
        f'<td><code>{_t(one.masked)}</code></td><td class="where">{_places(one.where)}</td>'
        f'<td class="why">{_t(one.reason)}<small>{_t(one.by)}</small></td></tr>'
        for one in dismissed
    )
    return (
        f"<h3>{len(dismissed)} recognised and not reported</h3>"
        '<div class="scroll"><table><thead><tr><th>What</th><th>Value</th><th>Where</th>'
        f"<th>Why not</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _link(url: str | None) -> str:
    if url is None or not url.startswith("https://"):
        return ""
    return f' <a href="{escape(url)}" rel="noopener noreferrer">Replace it</a>'


def _places(where: Sequence[Location]) -> str:
    first = "".join(map(_place, where[:PLACES_SHOWN]))
    if len(where) <= PLACES_SHOWN:
        return first
    rest = "".join(map(_place, where[PLACES_SHOWN:]))
    return f"{first}<details><summary>{len(where) - PLACES_SHOWN} more</summary>{rest}</details>"


def _place(location: Location) -> str:
    short, detail = place_parts(location)
    return f"<div>{_t(short)}{f'<small>{_t(detail)}</small>' if detail else ''}</div>"


def _steps(report: ScanReport) -> str:
    steps = checklist(report)
    if not steps:
        return ""
    items = "".join(f"<li>{_t(step.text)}</li>" for step in steps)
    return f'<h3>Before this export goes out</h3><ol class="steps">{items}</ol>'


def _pages(thumbnails: Iterable[Thumbnail]) -> str:
    figures = "".join(map(_figure, thumbnails))
    if not figures:
        return ""
    return (
        "<h3>With every finding covered</h3><p>Look at the pictures: what can still be read in them was not "
        f'recognised as a secret.</p><div class="pages">{figures}</div>'
    )


def _figure(thumbnail: Thumbnail) -> str:
    data = base64.b64encode(thumbnail.png).decode("ascii")
    return (
        f'<figure><img src="data:image/png;base64,{data}" width="{thumbnail.width}" '
        f'height="{thumbnail.height}" alt="Page {thumbnail.page} with every finding covered">'
        f"<figcaption>Page {thumbnail.page}, reduced</figcaption></figure>"
    )


def _footer(tool_version: str) -> str:
    return (
        "<footer><p>Of every value found, this report shows only a public prefix and the length.</p>"
        f"<p>Sharesafe {_t(tool_version)}. Everything was done on this computer.</p></footer>"
    )


REPORT: Report = HtmlReport()
