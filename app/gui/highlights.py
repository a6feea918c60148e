"""What to highlight on a page or in a text, from a document's findings and decisions."""

from __future__ import annotations

from collections.abc import Iterable

from app.gui.documents import Document, Handling
from app.gui.regions import Region
from app.gui.selection import Target
from app.gui.text_view import Highlight
from app.gui.wording import hint, place_text, plain_hint
from app.places import Location, PageArea, TextSpan
from ocr.model import Box


def places(document: Document, target: Target | None) -> tuple[Location, ...]:
    """Every place of a finding, or the one place of a drawn area."""
    for finding in document.findings:
        if finding.id == target:
            return finding.where
    return tuple(mark.place for mark in document.decisions.marks if mark.number == target)


def regions(document: Document, page: int, scale: float) -> Iterable[Region]:
    """The regions of one page (1-based) in pixels of a raster with ``scale`` pixels per unit."""
    for gap in document.not_read:
        if gap.area is not None and gap.area.page == page:
            yield Region(None, _scaled(gap.area, scale), None, False, plain_hint("Not examined", gap.why))
    for finding in document.findings:
        handling = document.handling(finding)
        boxes = tuple(
            box
            for place in finding.where
            if isinstance(place, PageArea) and place.page == page
            for box in _scaled(place, scale)
        )
        covered = handling is Handling.COVERED
        if boxes:
            yield Region(finding.id, boxes, finding.severity, covered, hint(finding, handling))
    for mark in document.decisions.marks:
        if isinstance(mark.place, PageArea) and mark.place.page == page:
            note = "Area you marked: covered in the copy. Del removes it."
            yield Region(mark.number, _scaled(mark.place, scale), None, True, note)


def _scaled(area: PageArea, scale: float) -> tuple[Box, ...]:
    return tuple(box.scaled(scale) for box in area.boxes)


def spans(document: Document) -> Iterable[Highlight]:
    """The spans of a text document."""
    for finding in document.findings:
        handling = document.handling(finding)
        covered = handling is Handling.COVERED
        note = hint(finding, handling)
        for place in finding.where:
            if isinstance(place, TextSpan):
                yield Highlight(finding.id, place.start, place.end, finding.severity, covered, note)
    for mark in document.decisions.marks:
        if isinstance(mark.place, TextSpan):
            note = f"Text you marked ({place_text(mark.place)}): covered in the copy."
            yield Highlight(mark.number, mark.place.start, mark.place.end, None, True, note)
