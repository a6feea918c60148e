"""Words for people, shared by the reports and the terminal; everything in them is safe to show."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, assert_never

from app.errors import NotWritten, VerificationFailed
from app.model import (
    Finding,
    InMember,
    Location,
    MetadataKey,
    PageArea,
    ScanReport,
    State,
    TextSpan,
    Unit,
    innermost,
)
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
        return title, "Share the copies, not the originals, and replace the secrets that were in them."
    if unread:
        title = f"{unread} of {count(len(reports), 'file')} could not be examined completely"
        return title, "What was not read can hold anything: look at it yourself before sharing."
    if states[State.FINDINGS]:
        amount = states[State.FINDINGS]
        title = f"Do not share {count(amount, 'file')} as {'it is' if amount == 1 else 'they are'}"
        return title, "Write redacted copies and share those; replace the secrets that were already shared."
    return (
        "Nothing was found",
        "Every file was read completely. Look it over all the same: rules know what they know.",
    )
