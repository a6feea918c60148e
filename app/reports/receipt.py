"""Receipts of copies: what was written, which checks it passed, with what; for ``sharesafe verify`` later.

``resources/receipt.schema.json`` describes them. A receipt goes where its copy goes: it holds no value, and
of covered values neither fingerprints, which can be guessed at, nor places nor lengths.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import app
from app import versions
from app.errors import Unreadable
from app.model import Allowed, Finding, Hidden, RedactedCopy, ScanReport
from app.options import Settings
from app.places import TextSpan, innermost
from app.planning import guessable
from app.reports.as_json import dumped
from app.reports.words import HIDDEN_CONTENT, visible
from detectors.model import Confidence, Kind

SCHEMA_VERSION: Final = 1
KIND: Final = "sharesafe-receipt"
SUFFIX: Final = ".receipt.json"

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a receipt that is read."""

TOLD: Final = (
    "min_confidence",
    "private_hosts",
    "cover",
    "cover_labels",
    "hide_length",
    "pdf_pages",
    "second_reader",
)
"""The settings that decide what a copy looks like and what is searched for."""


@dataclass(frozen=True, slots=True)
class Receipted:
    """One copy and what is to be told about it.

    Attributes:
        report: with every secret masked (``app.reports.scrub``).
        size: bytes of the copy.
        covered: findings that the copy covers.
        left: findings that it leaves readable on purpose.
        drawn: how many places a person marked beside them.
        testable: whoever has the copy and the hash of its source can test guesses at a covered value.
    """

    report: ScanReport
    copy: RedactedCopy
    size: int
    covered: tuple[Finding, ...]
    left: tuple[Finding, ...]
    drawn: int = 0
    testable: bool = False

    @classmethod
    def of(
        cls, report: ScanReport, threshold: Confidence, size: int, values: Mapping[str, Hidden]
    ) -> Receipted:
        """A copy that covers all findings from ``threshold`` on.

        Raises:
            ValueError: there is no copy.
        """
        if report.redacted is None:
            raise ValueError("no copy was written")
        found = [one for one in report.findings if one.kind is not Kind.POSTURE]
        covered = tuple(one for one in found if one.confidence >= threshold)
        left = (*(one for one in found if one.confidence < threshold), *map(_finding_of, report.allowed))
        told = testable(covered, values)
        return cls(report, report.redacted, size, covered, left, testable=told)


def testable(covered: Iterable[Finding], values: Mapping[str, Hidden]) -> bool:
    """Whether a copy and the hash of its source let guesses at a covered value be tested.

    The copy of a text holds every other byte of it; pictures and pages are made anew.
    """
    return any(
        guessable(found, values.get(found.id))
        and any(isinstance(innermost(place)[1], TextSpan) for place in found.where)
        for found in covered
    )


def _finding_of(allowed: Allowed) -> Finding:
    return allowed.finding


def path_beside(copy: Path) -> Path:
    """Where the receipt of a single copy stands."""
    return copy.with_name(copy.name + SUFFIX)


def render(copies: Sequence[Receipted], settings: Settings, made: datetime | None = None) -> str:
    """The receipt of one or several copies as JSON text, always in the same order."""
    from detectors.engine import rules

    moment = (made or datetime.now(UTC)).astimezone(UTC)
    return dumped(
        {
            "schema": SCHEMA_VERSION,
            "kind": KIND,
            "tool": {"name": "sharesafe", "version": app.__version__},
            "made": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "made_with": {
                "python": versions.python(),
                "system": versions.system(),
                "libraries": versions.libraries(),
                "engines": versions.engines(),
            },
            "rules": {
                "built_in": len(rules()),
                "sha256": versions.rules_hash(),
                "own_files": len(settings.rules),
                "own_word_files": len(settings.words),
                "allow_lists": len(settings.allow),
            },
            "settings": {name: getattr(settings, name) for name in TOLD},
            "copies": [_copy(one) for one in copies],
        }
    )


def _copy(one: Receipted) -> dict[str, Any]:
    report, copy = one.report, one.copy
    entry: dict[str, Any] = {
        "source": {
            "name": visible(report.path.name),
            "sha256": report.sha256,
            "format": report.format,
            "platform": report.platform,
            "pages": report.pages,
        },
        "copy": {"name": visible(copy.path.name), "sha256": copy.sha256, "bytes": one.size},
        "covered": list(_by_rule(one.covered)),
        "covered_by_hand": one.drawn,
        "left": [
            {
                "rule": found.rule_id,
                "title": found.title,
                "masked": found.masked,
                "confidence": found.confidence.word,
                "places": len(found.where),
            }
            for found in sorted(one.left, key=lambda found: (found.rule_id, found.masked, found.id))
        ],
        "left_out": list(_by_rule(found for found in report.findings if found.rule_id in HIDDEN_CONTENT)),
        "checks": [
            {"name": check.name, "passed": check.passed, "detail": check.detail} for check in copy.checks
        ],
        "remarks": [{"where": remark.where, "text": remark.text} for remark in copy.remarks],
        "not_examined": [
            {"where": gap.where, "why": gap.why, "next_step": gap.next_step} for gap in report.not_read
        ],
    }
    return entry | {"keep_private": True} if one.testable else entry


def _by_rule(findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    """How many values and places of each rule; nothing that tells one value from another."""
    values: Counter[str] = Counter()
    places: Counter[str] = Counter()
    known: dict[str, Finding] = {}
    for found in findings:
        known[found.rule_id] = found
        values[found.rule_id] += 1
        places[found.rule_id] += len(found.where)
    for rule_id, found in sorted(known.items()):
        yield {
            "rule": rule_id,
            "title": found.title,
            "severity": found.severity.word,
            "values": values[rule_id],
            "places": places[rule_id],
        }


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claim:
    """What a receipt says about one copy; nothing in it is taken on trust.

    Attributes:
        name, sha256: of the copy.
        left: rule and mask of each finding that is said to have been left readable on purpose.
        checks: names of the checks it is said to have passed.
        failed: whether it admits a check that was not passed, or none at all.
        not_examined: the parts that could not be examined.
        threshold: the least confidence that was covered.
        version: of the program that wrote it.
    """

    name: str
    sha256: str
    left: tuple[tuple[str, str], ...]
    checks: tuple[str, ...]
    failed: bool
    not_examined: tuple[str, ...]
    threshold: Confidence
    version: str
    made: str


def claims(data: bytes) -> tuple[Claim, ...]:
    """What a receipt says, copy by copy.

    Raises:
        Unreadable: it is no receipt, or one of a later version.
    """
    try:
        content = json.loads(data)
        if content["kind"] != KIND:
            raise Unreadable("This file is no receipt.", "Name the receipt that was written with the copy.")
        if content["schema"] != SCHEMA_VERSION:
            raise Unreadable("The receipt was written by a later version.", "Install that version.")
        threshold = Confidence[content["settings"]["min_confidence"].upper()]
        version, made = _text(content["tool"]["version"]), _text(content["made"])
        return tuple(_claim(one, threshold, version, made) for one in content["copies"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unreadable(
            "The receipt is damaged or no receipt at all.",
            "Name the receipt that was written with the copy.",
        ) from None


def _claim(one: dict[str, Any], threshold: Confidence, version: str, made: str) -> Claim:
    checks = one["checks"]
    return Claim(
        name=_text(one["copy"]["name"]),
        sha256=_text(one["copy"]["sha256"]),
        left=tuple((_text(found["rule"]), _text(found["masked"])) for found in one["left"]),
        checks=tuple(_text(check["name"]) for check in checks),
        failed=not checks or any(check["passed"] is not True for check in checks),
        not_examined=tuple(f"{_text(gap['where'])}: {_text(gap['why'])}" for gap in one["not_examined"]),
        threshold=threshold,
        version=version,
        made=made,
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value
