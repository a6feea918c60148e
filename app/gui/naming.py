"""Names of copies: beside the original, marked as redacted, and free of the secrets it held."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from app.copies import marked, stem_and_suffix
from app.gui.documents import Document
from app.model import Hidden, Labels

SHORTEST_SECRET: Final = 6
"""Shorter values are too likely to be part of an ordinary name."""


def copy_name(document: Document, labels: Labels) -> str:
    """``<stem>.redacted<suffix>``, with every found value in the name replaced by its placeholder."""
    stem, suffix = stem_and_suffix(document.input.path)
    if document.scan is not None:
        labelled = {finding.id: finding for finding in document.scan.report.findings}
        values: Iterable[tuple[str, Hidden]] = document.scan.values.items()
        for finding_id, hidden in values:
            value, finding = hidden.reveal(), labelled.get(finding_id)
            if finding is not None and len(value) >= SHORTEST_SECRET and value in stem:
                stem = stem.replace(value, labels.placeholder(finding.label, finding.fingerprint))
    return marked(stem, suffix)


def beside(document: Document, labels: Labels) -> Path:
    """Where the copy goes when nobody says otherwise; pasted input has no folder of its own."""
    folder = Path.home() if document.input.data is not None else document.input.path.parent
    return folder / copy_name(document, labels)


def below(folder: Path, documents: Iterable[Document], labels: Labels) -> dict[int, Path]:
    """Targets in ``folder`` by document number: relative folders are kept, equal names are numbered."""
    taken: set[str] = set()
    targets: dict[int, Path] = {}
    for document in documents:
        target = first = folder / document.input.relative.parent / copy_name(document, labels)
        count = 1
        while str(target).casefold() in taken:
            count += 1
            target = first.with_name(f"{first.stem} {count}{first.suffix}")
        taken.add(str(target).casefold())
        targets[document.number] = target
    return targets
