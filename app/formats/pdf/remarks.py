"""What a person should know about every copy of a PDF: what the original had and no copy can have."""

from __future__ import annotations

from collections.abc import Iterator

from app.formats.pdf.live import LiveObject, dictionaries
from app.formats.pdf.pages import Pages
from app.formats.pdf.syntax import Name
from app.model import Remark


def lost(pages: Pages) -> tuple[Remark, ...]:
    """About the copies of a document, whatever is covered in them."""
    return tuple(Remark("document", text) for text in _losses(pages))


def _losses(pages: Pages) -> Iterator[str]:
    if pages.encrypted:
        yield "The copy is not encrypted: whoever has the file can open it without a password."
    objects = {item.number: item for item in pages.objects()}
    if any(_is_signature(item) for item in objects.values()):
        yield "The copy is not signed: a signature holds for the original file only."
    if any("Collection" in item.entries for item in _catalogs(objects)):
        yield "Left out: the files of the portfolio; the copy is its cover page."


def _is_signature(item: LiveObject) -> bool:
    """A dictionary of a signature that was made; a field for one that was not has none (12.8)."""
    return any("ByteRange" in entries and "Contents" in entries for entries in dictionaries(item.value))


def _catalogs(objects: dict[int, LiveObject]) -> Iterator[LiveObject]:
    for item in objects.values():
        if item.entries.get("Type") == Name("Catalog"):
            yield item
