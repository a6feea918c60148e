"""What the command line shows: tables for people, stable lines for other programs. Masked values only."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from app.errors import Cancelled, SharesafeError
from app.model import Dismissed, Finding, NotRead, Remark, ScanReport, State
from app.places import InMember, Location, MetadataKey, PageArea, TextSpan
from app.reports.words import (
    COUNTED,
    STATES,
    box_text,
    by_severity,
    count,
    path_text,
    place_parts,
    verdict,
    visible,
)
from detectors.model import Severity

MOST_CLEAN: Final = 20
"""More clean files than this are counted instead of listed."""

PLACES_SHOWN: Final = 3

LONGEST_WHY: Final = 90
"""Characters of evidence in a table; lines and reports have all of it."""

SEVERITY_STYLES: Final = {
    Severity.HIGH: ("▲", "bold red"),
    Severity.MEDIUM: ("●", "yellow"),
    Severity.LOW: ("○", "cyan"),
}
STATE_STYLES: Final = {
    State.CLEAN: ("✓", "green"),
    State.FINDINGS: ("▲", "bold red"),
    State.INCOMPLETE: ("◐", "bold yellow"),
    State.FAILED: ("✕", "bold red"),
}


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Whoever read the output has left; 1, which Rich would exit with, means findings."""
        try:
            super().on_broken_pipe()
        except SystemExit:
            raise SystemExit(Cancelled.exit_code) from None


def console(*, stderr: bool = False) -> Console:
    """A console that prints what it is given: no markup, no guesses at numbers and paths."""
    return _Console(stderr=stderr, highlight=False, markup=False, emoji=False)


class Screen:
    """Where a command writes.

    Args:
        report_on_stdout: a report goes to standard output alone; everything else to standard error.
        quiet: only what stands in the way is told.
        explain: all evidence is told, not only the beginning.
    """

    def __init__(self, *, report_on_stdout: bool = False, quiet: bool = False, explain: bool = False) -> None:
        self._explain = explain
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # an old code page must not end the program
        self._err = console(stderr=True)
        self._out = self._err if report_on_stdout else console()
        self._quiet = quiet

    def error(self, error: SharesafeError) -> None:
        """What happened and what to do, on standard error."""
        self._err.print(Text("Error: ", "bold red"), Text(visible(error.message)), sep="", soft_wrap=True)
        self._err.print(Text(visible(error.next_step)), soft_wrap=True)

    def note(self, text: str) -> None:
        if not self._quiet:
            self._err.print(visible(text), soft_wrap=True)

    @contextmanager
    def progress(self, paths: Sequence[Path]) -> Iterator[ProgressView]:
        """Shows how far the work is while it lasts, on a terminal only."""
        bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", style="dim", markup=False),
            console=self._err,
            transient=True,
            disable=self._quiet or not self._err.is_terminal,
        )
        with bar:
            yield ProgressView(bar, paths)

    def results(self, reports: Sequence[ScanReport]) -> None:
        """Everything found, not read, failed and written, in the order of the input."""
        if self._quiet:
            return
        if not self._out.is_terminal:
            for report in reports:
                for line in lines(report):
                    self._out.out(line, highlight=False)
            return
        clean = [report for report in reports if _is_plain(report)]
        for report in reports:
            if not _is_plain(report):
                self._out.print(_document(report, explain=self._explain))
        if len(clean) <= MOST_CLEAN:
            for report in clean:
                self._out.print(_title(report), soft_wrap=True)

    def summary(
        self, reports: Sequence[ScanReport], *, copies: Path | None, written: Sequence[Path], redacting: bool
    ) -> None:
        """The verdict, the counts, and where copies and reports are."""
        if self._quiet:
            return
        shown = self._out if self._out.is_terminal else self._err
        title, lead = verdict(reports)
        states = Counter(report.state for report in reports)
        counts = [f"{states[state]} {word}" for state, word in COUNTED.items() if states[state]]
        rows = [Text(title, "bold"), Text(lead), Text(f"{count(len(reports), 'file')}: {', '.join(counts)}")]
        verified = sum(report.redacted is not None for report in reports)
        if copies is not None and verified:
            rows.append(Text(f"Copies: {path_text(copies)} ({verified} verified)"))
        if written:
            rows.append(Text(f"Reports: {', '.join(map(path_text, written))}"))
        if known := sum(finding.known for report in reports for finding in report.findings):
            rows.append(Text(f"Known from the baseline: {count(known, 'finding')}"))
        if allowed := sum(len(report.allowed) for report in reports):
            rows.append(Text(f"Left as your allow-list says: {allowed} (--explain tells which)"))
        if not redacting and any(report.findings for report in reports):
            rows.append(Text("Next: sharesafe redact … --out FOLDER, or sharesafe gui … to decide yourself."))
        if shown.is_terminal:
            shown.print()
            shown.print(Panel(Group(*rows), border_style="dim", padding=(0, 1)))
        else:
            for row in rows:
                shown.out(row.plain, highlight=False)

    def verified(
        self,
        reports: Sequence[ScanReport],
        block: Callable[[ScanReport], Group],
        lines_of: Callable[[ScanReport], Iterable[str]],
    ) -> None:
        """The repeated checks of each copy, and how many copies passed them."""
        if self._quiet:
            return
        for report in reports:
            if self._out.is_terminal:
                self._out.print(block(report))
            else:
                for line in lines_of(report):
                    self._out.out(line, highlight=False)
        shown = self._out if self._out.is_terminal else self._err
        passed = sum(report.redacted is not None for report in reports)
        title = f"{passed} of {count(len(reports), 'copy', 'copies')} passed again what can be repeated here."
        shown.print(Text(title, "bold"), soft_wrap=True)

    def cancelled(self, done: int, total: int, copies: Sequence[Path]) -> None:
        told = f"Cancelled: {done} of {count(total, 'file')} had been examined; no report was written."
        self._err.print(Text(told, "bold"), soft_wrap=True)
        for copy in copies:
            self._err.print(f"Already written and verified: {path_text(copy)}", soft_wrap=True)


class ProgressView:
    """One bar for the whole run; see ``app.cli.session.Watcher``."""

    def __init__(self, bar: Progress, paths: Sequence[Path]) -> None:
        self._bar = bar
        self._paths = paths
        self._done = 0
        self._task: TaskID = bar.add_task("Examining", total=len(paths), note="")

    def progress(self, number: int, fraction: float, note: str) -> None:
        name = visible(self._paths[number].name)
        self._bar.update(self._task, note=f"{name}: {visible(note)} {fraction:.0%}")

    def finished(self, number: int) -> None:  # noqa: ARG002
        self._done += 1
        self._bar.update(self._task, completed=self._done)


# --- stable lines ---------------------------------------------------------------------------------


def lines(report: ScanReport) -> Iterator[str]:
    """One line per finding, gap, failure and copy: ``path:place: …``."""
    path = path_text(report.path)
    if report.error is not None:
        yield f"{path}: failed: {visible(report.error.message)} {visible(report.error.next_step)}"
    for gap in report.not_read:
        yield f"{path}: not examined: {gap_text(gap)}"
    for finding in report.findings:
        yield f"{path}:{line_place(finding.where)}: {line_finding(finding)}"
    for one in report.dismissed:
        yield f"{path}:{line_place(one.where)}: not reported: {_line_dismissed(one)}"
    if report.redacted is not None:
        checks = count(len(report.redacted.checks), "check")
        yield f"{path}: verified copy: {path_text(report.redacted.path)} ({checks})"
        yield from (f"{path}: note: {remark_text(remark)}" for remark in report.redacted.remarks)
    elif report.state is State.CLEAN and report.error is None:
        yield f"{path}: clean"


def remark_text(remark: Remark) -> str:
    return f"{visible(remark.where)}: {visible(remark.text)}"


def line_finding(finding: Finding) -> str:
    more = f" (+{count(len(finding.where) - 1, 'more place')})" if len(finding.where) > 1 else ""
    levels = f"{finding.severity.word} severity, {finding.confidence.word} confidence"
    known = f"{_standing(finding)}; " if _standing(finding) else ""
    why = f"{known}{visible(finding.evidence)}"
    what = f"{finding.rule_id} {visible(finding.masked)}".rstrip()  # notices have no value
    return f"{levels}: {what} [{why}]{more}"


def _line_dismissed(one: Dismissed) -> str:
    more = f" (+{count(len(one.where) - 1, 'more place')})" if len(one.where) > 1 else ""
    return f"{one.rule_id} {visible(one.masked)} [{visible(one.reason)}; {visible(one.by)}]{more}"


def _standing(finding: Finding) -> str:
    """What the user's own files say about a finding."""
    told = ["known"] if finding.known else []
    told += [f"fingerprint {finding.lasting}"] if finding.lasting else []
    return ", ".join(told)


def line_place(where: Sequence[Location]) -> str:
    if not where:
        return "?"
    match where[0]:
        case TextSpan(line=line, column=column):
            return f"{line}:{column}"
        case PageArea(page=page, boxes=boxes):
            return f"page {page} {' '.join(map(box_text, boxes))}"
        case MetadataKey(name=name):
            return f"metadata {visible(name)}"
        case InMember():
            return " ".join(place_parts(where[0]))


def gap_text(gap: NotRead) -> str:
    return f"{visible(gap.where)}: {visible(gap.why)} {visible(gap.next_step)}"


# --- tables ---------------------------------------------------------------------------------------


def _is_plain(report: ScanReport) -> bool:
    """Whether one line says everything about a document."""
    return report.state is State.CLEAN and not (report.error or report.redacted or report.dismissed)


def _title(report: ScanReport) -> Text:
    mark, style = STATE_STYLES[report.state]
    return Text.assemble((f"{mark} {STATES[report.state]}", style), "  ", (path_text(report.path), "bold"))


def _document(report: ScanReport, *, explain: bool) -> Group:
    parts: list[Text | Padding] = [Text(), _title(report)]
    if report.error is not None:
        told = Text.assemble((visible(report.error.message), "red"), "\n", visible(report.error.next_step))
        parts.append(Padding(told, (0, 0, 0, 2)))
    if report.not_read:
        gaps = Text("\n").join(Text(gap_text(gap)) for gap in report.not_read)
        box = Panel(gaps, title="Not examined", title_align="left", border_style="yellow", padding=(0, 1))
        parts.append(Padding(box, (0, 0, 0, 2)))
    if report.findings:
        parts.append(Padding(findings_table(report.findings, explain=explain), (0, 0, 0, 2)))
    if report.dismissed:
        parts.append(Padding(_dismissed(report.dismissed), (1, 0, 0, 2)))
    if report.redacted is not None:
        checks = count(len(report.redacted.checks), "check")
        told = Text.assemble(
            ("✓ verified copy ", "green"), path_text(report.redacted.path), (f"  {checks} passed", "dim")
        )
        parts.append(Padding(told, (0, 0, 0, 2)))
        parts += [note(remark) for remark in report.redacted.remarks]
    return Group(*parts)


def note(remark: Remark) -> Padding:
    return Padding(Text.assemble((f"{visible(remark.where)}: ", "dim"), visible(remark.text)), (0, 0, 0, 4))


def _new_table() -> Table:
    return Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False, expand=True)


def _dismissed(dismissed: Sequence[Dismissed]) -> Table:
    table = _new_table()
    table.add_column("Not reported", ratio=3)
    table.add_column("Value", overflow="fold", min_width=10, max_width=20)
    table.add_column("Where", overflow="fold", ratio=2)
    for one in dismissed:
        why = f"{visible(one.reason)} ({visible(one.by)})"
        table.add_row(
            Text.assemble(visible(one.title), "\n", (why, "dim")),
            Text(visible(one.masked)),
            _places(one.where),
        )
    return table


def findings_table(findings: Sequence[Finding], *, explain: bool) -> Table:
    table = _new_table()
    table.add_column("Severity", no_wrap=True)
    table.add_column("What", ratio=3)
    table.add_column("Value", overflow="fold", min_width=10, max_width=20)
    table.add_column("Where", overflow="fold", ratio=2)
    for finding in by_severity(findings):
        mark, style = SEVERITY_STYLES[finding.severity]
        why = visible(finding.evidence) if explain else shortened(visible(finding.evidence))
        why = ", ".join(filter(None, (_standing(finding), why)))
        table.add_row(
            Text(f"{mark} {finding.severity.word}", style),
            Text.assemble(
                visible(finding.title), "\n", (f"{finding.confidence.word} confidence: {why}", "dim")
            ),
            Text(visible(finding.masked) or "–"),
            _places(finding.where),
        )
    return table


def shortened(text: str) -> str:
    """At most about ``LONGEST_WHY`` characters, cut between two pieces of evidence or two words."""
    if len(text) <= LONGEST_WHY:
        return text
    cut = text[:LONGEST_WHY]
    return f"{cut[: max(cut.rfind(', '), 0) or cut.rfind(' ')]} …"


def _places(where: Sequence[Location]) -> Text:
    """The first places; boxes are left to the reports, pointers are what one can look for."""
    told: dict[str, Text] = {}
    for location in where:
        short, detail = place_parts(location)
        text = Text(short)
        if not isinstance(location, PageArea) and detail:
            text.append(f"\n{detail}", "dim")
        told.setdefault(text.plain, text)
    shown = list(told.values())[:PLACES_SHOWN]
    if len(told) > PLACES_SHOWN:
        shown.append(Text(f"+{len(told) - PLACES_SHOWN} more"))
    return Text("\n").join(shown)
