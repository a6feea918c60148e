"""Reports of every kind, with names as hostile as file systems allow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.model import Check, Dismissed, ErrorInfo, Finding, NotRead, RedactedCopy, ScanReport
from app.places import Location, MetadataKey, PageArea, TextSpan, Unit
from detectors.model import Confidence, Kind, Severity
from ocr.model import Box

SPAN = TextSpan(12, 44, 1, 13, "/nodes/3/parameters/key")
AREA = PageArea(1, (Box(10, 20, 200, 40), Box(10, 50, 90.5, 70)))
POINTS = PageArea(2, (Box(1, 2, 3, 4),), Unit.POINT)
METADATA = MetadataKey("exif:UserComment")

HOSTILE = "<img src=x onerror=alert(1)>&\"'\x1b[31m\u202egnp.exe\n\udcff"
"""Markup, a terminal command, a right-to-left override, a line break, and a byte that is not UTF-8."""


def finding(number: int = 1, *where: Location, severity: Severity = Severity.HIGH) -> Finding:
    return Finding(
        id=f"f{number}",
        rule_id="some-secret-key",
        title="Some secret key",
        kind=Kind.SECRET,
        severity=severity,
        confidence=Confidence.MEDIUM,
        masked="sk_…(32)",
        fingerprint="00112233445566ff",
        evidence="prefix sk_, 32 characters, label “Secret key”",
        where=where or (SPAN,),
        label="API_KEY",
        advice="Roll the key in the dashboard.",
        rotate_url="https://example.com/keys",
    )


def report(name: str = "shot.png", **changes: object) -> ScanReport:
    values: dict[str, object] = {
        "path": Path(name),
        "relative": Path(name),
        "sha256": "ab" * 32,
        "format": "png",
        "platform": None,
        "pages": 1,
    }
    return ScanReport(**(values | changes))  # type: ignore[arg-type]


def explained() -> ScanReport:
    """A clean document in which something was recognised and not reported, hostile words around it."""
    dismissed = Dismissed(
        "some-secret-key", "Some secret key", "sk_…(32)", f"allow.toml {HOSTILE}", HOSTILE, (SPAN, AREA)
    )
    return report("allowed.txt", dismissed=(dismissed,))


def known() -> ScanReport:
    """A document whose only finding is in the baseline."""
    return report("known.txt", findings=(replace(finding(1, SPAN), known=True, lasting="0a" * 16),))


def everything() -> tuple[ScanReport, ...]:
    """A run with every state, every kind of place, copies and errors."""
    gap = NotRead("page 3", "The text could not be recognised.", "Look at it yourself.", AREA)
    copy = RedactedCopy(
        Path("out/flow.redacted.json"),
        "cd" * 32,
        (Check("No covered value left", True, "3 values searched"), Check("original unchanged", True)),
    )
    error = ErrorInfo("unreadable", "The file is empty.", "Save it again.", 3)
    unwritten = ErrorInfo("not-written", "A file of that name exists.", "Choose another folder.", 5)
    return (
        report("clean.png"),
        report("shot.png", findings=(finding(1, AREA), finding(2, METADATA, severity=Severity.LOW))),
        report(
            "folder/two words.pdf", format="pdf", pages=3, findings=(finding(1, POINTS),), not_read=(gap,)
        ),
        report("flow.json", format="json", platform="n8n", findings=(finding(1, SPAN),), redacted=copy),
        report("empty.txt", format="unknown", sha256="", pages=0, error=error),
        report("exists.png", findings=(finding(1, AREA),), error=unwritten),
        report(HOSTILE, findings=(finding(1, AREA), finding(2, MetadataKey(HOSTILE)))),
    )
