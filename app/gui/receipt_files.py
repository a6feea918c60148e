"""Receipts beside the copies that the window writes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.errors import NotWritten
from app.gui.documents import Document
from app.model import RedactedCopy, RedactionPlan
from app.options import Settings
from app.own_files import policy_or_problem
from app.reports.files import write_whole
from app.reports.receipt import Receipted, path_beside, render, testable
from app.reports.scrub import mask_of, scrubbed


def write_receipt(document: Document, plan: RedactionPlan, copy: RedactedCopy, settings: Settings) -> Path:
    """Writes the receipt of a copy and tells where it is.

    Raises:
        NotWritten: the disk is full, or the folder may not be written to.
    """
    if document.scan is None:
        raise RuntimeError("only examined documents have copies")
    report = replace(document.scan.report, findings=document.findings, redacted=copy)
    words = policy_or_problem(settings).words
    (shown,) = scrubbed([replace(document.scan, report=report)], mask_of(words))
    assert shown.redacted is not None
    covered = {item.finding_id for item in plan.items}
    kept = {finding.id for finding in plan.kept}
    try:
        size = copy.path.stat().st_size
    except OSError as error:
        raise NotWritten(
            f"The receipt could not be written: {error.strerror or 'input/output error'}.",
            "Save the copy again.",
        ) from None
    hidden = tuple(finding for finding in shown.findings if finding.id in covered)
    one = Receipted(
        shown,
        shown.redacted,
        size,
        covered=hidden,
        left=tuple(finding for finding in shown.findings if finding.id in kept),
        drawn=sum(item.finding_id is None for item in plan.items),
        testable=testable(hidden, document.scan.values),
    )
    path = path_beside(copy.path)
    write_whole(path, render([one], settings), "receipt")
    return path
