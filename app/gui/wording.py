"""What the window says about documents and findings; masked values only."""

from __future__ import annotations

from html import escape

from app.gui.documents import Document, Handling, Stage
from app.model import Finding
from app.places import InMember, Location, MetadataKey, PageArea, TextSpan, innermost


def count_of(number: int, one: str, many: str | None = None) -> str:
    """``1 finding``, ``3 findings``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def stage_text(document: Document) -> str:
    """One line on where a document stands."""
    match document.stage:
        case Stage.WAITING:
            return "Waiting"
        case Stage.READING | Stage.SAVING:
            note = document.note or ("Reading" if document.stage is Stage.READING else "Saving")
            return f"{note} · {document.fraction:.0%}"
        case Stage.CLEAN:
            return "Nothing found"
        case Stage.FINDINGS:
            return count_of(len(document.findings), "finding")
        case Stage.INCOMPLETE:
            if document.findings:
                return f"Not fully examined · {count_of(len(document.findings), 'finding')}"
            return "Not fully examined"
        case Stage.FAILED:
            return document.error.message if document.error else "Could not be examined"
        case Stage.CANCELLED:
            return "Cancelled"
        case Stage.SAVED:
            return "Verified copy saved" if complete(document) else "Copy saved · not fully examined"


def complete(document: Document) -> bool:
    """Whether a saved copy may be called complete: nothing unread that nobody looked at."""
    outcome = document.outcome
    return outcome is not None and (not outcome.unread or outcome.acknowledged)


def place_text(place: Location) -> str:
    match place:
        case PageArea(page=page):
            return f"Page {page}"
        case TextSpan(line=line, pointer=pointer):
            return f"Line {line:,} · {pointer}" if pointer else f"Line {line:,}"
        case MetadataKey(name=name):
            return f"Metadata · {name}"
        case InMember():
            members, inner = innermost(place)
            return f"{' › '.join(members)} · {place_text(inner)}"


def places_text(finding: Finding) -> str:
    """Short: the first place, and how many more there are."""
    if not finding.where:
        return ""
    short = place_text(finding.where[0]).partition(" · ")[0]
    more = len(finding.where) - 1
    return f"{short} +{more}" if more else short


def rank_text(finding: Finding) -> str:
    return f"{finding.severity.word.capitalize()} severity · {finding.confidence.word} confidence"


def handling_text(handling: Handling) -> str:
    return {
        Handling.COVERED: "Covered in the copy",
        Handling.LEFT: "Left readable in the copy",
        Handling.DROPPED: "Not in the copy",
        Handling.ADVICE: "Nothing to cover",
    }[handling]


def hint(finding: Finding, handling: Handling) -> str:
    """Tooltip of a finding, as rich text."""
    value = f"<code>{escape(finding.masked)}</code><br>" if finding.masked else ""
    return (
        f"<b>{escape(finding.title)}</b><br>{value}"
        f"{escape(finding.evidence)}<br>{rank_text(finding)} · {handling_text(handling).lower()}"
    )


def plain_hint(*lines: str) -> str:
    """A tooltip that shows its lines as they are: names of files must not be taken for markup."""
    return "<br>".join(escape(line) for line in lines)


def summary(document: Document) -> str:
    """What the copy will do, in one line."""
    parts = []
    for handling, words in (
        (Handling.COVERED, "covered"),
        (Handling.LEFT, "left readable"),
        (Handling.DROPPED, "left out"),
    ):
        number = document.count(handling)
        if number:
            parts.append(f"{number:,} {words}")
    if document.decisions.marks:
        parts.append(count_of(len(document.decisions.marks), "own area"))
    return " · ".join(parts)


def about(document: Document) -> str:
    """Format, platform and size of a document, in one line."""
    report = document.scan.report if document.scan else None
    if report is None:
        return ""
    parts = [f"{report.platform} export" if report.platform else report.format.upper()]
    if report.pages > 1:
        parts.append(count_of(report.pages, "page"))
    return " · ".join(parts)
