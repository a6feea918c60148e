"""What a written page that keeps its text is checked for, against the original's page."""

from __future__ import annotations

from typing import Any, Final

from app.formats.pdf.new_objects import StoredPicture
from app.formats.pdf.pages import Pages
from app.formats.pdf.paint import Covers
from app.formats.pdf.vector.gate import (
    looks_alike,
    looks_alike_elsewhere,
    mupdf_text,
    pdfium_text,
    reads_alike,
)
from app.formats.pdf.vector.geometry import covered
from app.formats.pdf.vector.layout import Look
from app.formats.pdf.vector.letters import plain
from app.formats.pdf.vector.patches import pictured, scales
from app.formats.pdf.vector.proof import TextPage
from ocr.model import Box

ROUNDED: Final = 0.02
"""Points by which a coordinate may lie inside a cover after it was written with two decimals."""


def under_covers(page: TextPage, covers: Covers) -> int:
    """How many coordinates of shapes lie under a cover, and how many glyphs reach into a closed place."""
    hidden = [box for painted in covers.painted if (box := _shrunk(painted)) is not None]
    closed = [box for place in covers.closed if (box := _shrunk(place)) is not None]
    points = sum(covered(x, y, hidden) for x, y in page.points)
    return points + sum(any(letter.intersection(box) for box in closed) for letter in page.letters)


def _shrunk(box: Box) -> Box | None:
    return box.grow(-ROUNDED) if min(box.width, box.height) > 2 * ROUNDED else None


def pictures_differ(pages: Pages, index: int, page: TextPage, covers: Covers) -> int:
    """How many pictures of a page are not what the original shows there, covers painted."""
    return sum(not _shown_there(pages, index, picture, box, covers) for picture, box in page.pictures)


def _shown_there(pages: Pages, index: int, picture: StoredPicture, box: Box, covers: Covers) -> bool:
    for scale in scales(pages.size(index)):
        left, top = round(box.left * scale), round(box.top * scale)
        place = Box(left, top, left + picture.width, top + picture.height).scaled(1 / scale)
        if max(abs(place.right - box.right), abs(place.bottom - box.bottom)) * scale > 0.01:
            continue
        for bare in (False, True):
            pixels = pictured(pages, index, place, scale, covers, bare=bare)
            if pixels is not None and StoredPicture.of(pixels) == picture:
                return True
    return False


def looks_right(page: TextPage, look: Look, shown: Any, data: bytes, index: int) -> bool:
    """Whether two renderers show a page as it should look."""
    alike = looks_alike(look.pixels, shown, look.scale, [box for _, box in page.pictures])
    return alike and looks_alike_elsewhere(look.pixels, data, index, look.scale)


def reads_right(page: TextPage, shown: Any, data: bytes, index: int) -> bool:
    """Whether two programs extract the words of a page from it, and nothing else."""
    return reads_alike(page.words, [mupdf_text(shown), pdfium_text(data, index)])


def spelling_of(word: str) -> str:
    """What a word and the same word written from its other end have in common."""
    return "".join(sorted(plain(word)))
