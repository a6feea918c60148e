"""Words for people, shared by the reports and the terminal; everything in them is safe to show."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, assert_never

from app.errors import NotWritten, VerificationFailed
from app.model import Finding, ScanReport, State
from app.notices import NOTICES
from app.places import InMember, Location, MetadataKey, PageArea, TextSpan, Unit, innermost
from detectors.model import Kind, Severity
from ocr.model import Box

STATES: Final = {
    State.CLEAN: "clean",
    State.FINDINGS: "findings",
    State.INCOMPLETE: "not fully examined",
    State.FAILED: "failed",
}

COUNTED: Final = STATES | {State.FINDINGS: "with findings"}
"""The same behind a number of files."""

NO_COPY: Final = frozenset({NotWritten.code, VerificationFailed.code})
"""Errors that only the writing of a copy ends with."""

HIDDEN_CONTENT: Final = frozenset(info.id for info in NOTICES)
"""Rules of findings that are about what viewers do not show; copies never have it."""

MEMBER_SIGN: Final = " › "
"""Between the names that lead to a file inside another one."""

_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, invisible and direction-changing characters, halves of pairs, line and paragraph ends."""


def visible(text: str) -> str:
    """The text with every character written out that could change how the rest is shown.

    File names are hostile: they may hold terminal commands, line breaks and right-to-left overrides.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(c) if unicodedata.category(c) in _HIDDEN_CATEGORIES else c for c in text)


def _escaped(character: str) -> str:
    point = ord(character)
    if 0xDC80 <= point <= 0xDCFF:  # a byte of a file name that is not UTF-8 (PEP 383)
        return f"\\x{point - 0xDC00:02x}"
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"


def path_text(path: Path) -> str:
    """The path as it may be shown and stored; always valid Unicode."""
    return visible(str(path))


def number(value: float) -> str:
    """A coordinate without needless decimals."""
    return str(int(value)) if value == int(value) else f"{value:.1f}"


def box_text(box: Box) -> str:
    return f"[{', '.join(map(number, (box.left, box.top, box.right, box.bottom)))}]"


def place(location: Location) -> str:
    """Where something stands, for people."""
    short, detail = place_parts(location)
    return f"{short} {detail}".rstrip()


def place_parts(location: Location) -> tuple[str, str]:
    """Where something stands: for a person looking for it, and the exact rest."""
    match location:
        case TextSpan(line=line, column=column, pointer=pointer):
            return f"line {line}, column {column}", f"({visible(pointer)})" if pointer else ""
        case PageArea(page=page, boxes=boxes, unit=unit):
            unit_text = " pt" if unit is Unit.POINT else ""
            return f"page {page}", f"{' '.join(map(box_text, boxes))}{unit_text}"
        case MetadataKey(name=name):
            return "metadata", visible(name)
        case InMember():
            members, inner = innermost(location)
            short, detail = place_parts(inner)
            return f"{visible(MEMBER_SIGN.join(members))}, {short}", detail
    assert_never(location)


def count(amount: int, one: str, many: str | None = None) -> str:
    """``3 files``; ``1 file``."""
    return f"{amount} {one if amount == 1 else many or f'{one}s'}"


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first; equals stay in the order of the document."""
    return sorted(findings, key=lambda finding: (-finding.severity, -finding.confidence))


def is_secret(finding: Finding) -> bool:
    """Whether sharing it does harm by itself; names of machines and accounts, and notices, are milder."""
    return finding.kind is Kind.SECRET or (finding.kind is Kind.PERSONAL and finding.severity > Severity.LOW)


def _secret(reports: Iterable[ScanReport]) -> bool:
    return any(is_secret(finding) for report in reports for finding in report.findings)


def _found(reports: Sequence[ScanReport]) -> tuple[str, str]:
    """The verdict on files that were read completely and have findings."""
    found = [report for report in reports if report.state is State.FINDINGS]
    if grave := sum(_secret([report]) for report in found):
        title = f"Do not share {count(grave, 'file')} as {'it is' if grave == 1 else 'they are'}"
        return title, "Write redacted copies and share those; replace the secrets that were already shared."
    goes = [finding for report in found for finding in report.findings if finding.kind is not Kind.POSTURE]
    hidden = any(finding.rule_id in HIDDEN_CONTENT for report in found for finding in report.findings)
    if goes or hidden:
        files = "the copy, not the original" if len(found) == 1 else "copies, not the originals"
        what = [
            "content that viewers do not show" if hidden else "",
            "names of machines or accounts" if goes else "",
        ]
        told = " and ".join(filter(None, what))
        return f"Share {files}", f"No secret was found, but {told}. Redacted copies do not have that."
    title = f"Read the advice on {count(len(found), 'file')} before sharing"
    return title, "No secret was found; what was found is how these workflows are set up."


def verdict(reports: Sequence[ScanReport]) -> tuple[str, str]:
    """The result of a run in a headline and a sentence about what to do."""
    states = Counter(report.state for report in reports)
    copies = [report for report in reports if report.redacted is not None]
    refused = [report for report in reports if report.error is not None and report.error.code in NO_COPY]
    unread = states[State.INCOMPLETE] + states[State.FAILED]
    if not reports:
        return "Nothing was examined", "No file was given, or none was found."
    if copies or refused:
        title = f"{len(copies)} of {count(len(reports), 'copy', 'copies')} written and verified"
        if len(copies) < len(reports):
            return (
                title,
                "Files without a copy are listed with the reason; do not share their originals unseen.",
            )
        if unread:
            return title, "Parts of some files could not be examined: look at them yourself before sharing."
        lead = "Share the copies, not the originals"
        return title, f"{lead}, and replace the secrets that were in them." if _secret(
            reports
        ) else f"{lead}."
    if unread:
        title = f"{unread} of {count(len(reports), 'file')} could not be examined completely"
        return title, "What was not read can hold anything: look at it yourself before sharing."
    if states[State.FINDINGS]:
        return _found(reports)
    return (
        "Nothing was found",
        "Every file was read completely. Look it over all the same: rules know what they know.",
    )
