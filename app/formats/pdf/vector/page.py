"""One page of a copy that keeps its text: made from a trace, written, and looked at before it is accepted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.formats.pdf.cover_objects import cover_operators, label_entries, label_pictures
from app.formats.pdf.engine import guarded
from app.formats.pdf.flat import GlyphlessFonts, add_links, word_operators
from app.formats.pdf.new_objects import add_picture, stream
from app.formats.pdf.pages import Pages, PageSize
from app.formats.pdf.paint import Covers
from app.formats.pdf.vector.content import content, short
from app.formats.pdf.vector.items import Outline, Region
from app.formats.pdf.vector.layout import Layout, Look, laid_out
from app.formats.pdf.vector.patches import on_grid, pictured
from app.formats.pdf.vector.trace import trace
from app.formats.pdf.vector.typeface import Typeface
from app.formats.pdf.words import KeptLink, KeptWord
from ocr.ink import Pixels
from ocr.model import Box

MOSTLY: Final = 0.9
"""Share of a page from which a picture without text on it is the page."""


@dataclass(frozen=True, slots=True)
class VectorPage:
    """Everything that is written of one page."""

    size: PageSize
    layout: Layout
    outlines: dict[tuple[int, int], Outline] = field(repr=False)
    pictures: tuple[Pixels, ...] = field(repr=False)
    covered: Covers
    labels: tuple[tuple[Pixels, Box], ...] = field(repr=False)


def vector_page(
    pages: Pages, index: int, covered: Covers, words: Sequence[KeptWord], look: Look
) -> VectorPage | str:
    """Page ``index`` as it may be written, or why not.

    Args:
        look: the page with its covers painted.
    """
    size = pages.size(index)
    whole = Box(0, 0, size.width, size.height)
    traced = trace(pages.page(index))
    if traced is None:
        return "it draws more than can be checked"
    layout = laid_out(traced, words, covered, whole, look)
    if layout is None:
        return "it shows too many pictures"
    if not layout.under and not layout.over and sum(p.box.area for p in layout.patches) > MOSTLY * whole.area:
        return ""
    patches: list[Region] = []
    pictures: list[Pixels] = []
    for patch in layout.patches:
        box, scale = on_grid(patch, whole)
        bare = any(_stands_on(word.letters[0].matrix[4:], box) for word in layout.over)
        pixels = pictured(pages, index, box, scale, covered, bare=bare)
        if pixels is None:
            return "its text cannot be told from its pictures"
        patches.append(Region(box, scale))
        pictures.append(pixels)
    made = Layout(layout.under, tuple(patches), layout.over, layout.unseen)
    labels = label_pictures(covered, look.pixels, look.scale)
    return VectorPage(size, made, traced.outlines, tuple(pictures), covered, tuple(labels))


def _stands_on(place: Sequence[float], box: Box) -> bool:
    return box.left <= place[0] <= box.right and box.top <= place[1] <= box.bottom


def add_vector_page(
    document: Any,
    at: int,
    page: VectorPage,
    links: Iterable[KeptLink],
    face: Typeface,
    face_number: int,
    fonts: GlyphlessFonts,
) -> None:
    """Adds a page before page ``at`` (0-based) of ``document``.

    Args:
        face_number: the object that will hold ``face``.

    Raises:
        Unwritable: the typeface cannot hold the page's glyphs.
    """
    size = page.size
    drawn = content(page.layout, page.outlines, size.height, face)
    hidden = word_operators(page.layout.unseen, size, fonts)
    lines = [*drawn.lines, *cover_operators(page.covered, page.labels, size.height), *hidden]
    with guarded("The copy"):
        made = document.new_page(pno=at, width=size.width, height=size.height)
        contents = stream(document, "", "\n".join(lines).encode())
        document.xref_set_key(made.xref, "Contents", f"{contents} 0 R")
        resources = ""
        if page.pictures or page.labels:
            names = [f"/P{i} {add_picture(document, pixels)} 0 R" for i, pixels in enumerate(page.pictures)]
            resources += f"/XObject<<{''.join(names)}{label_entries(document, page.labels)}>>"
        if drawn.alphas:
            states = [f"/G{i}<</ca {short(a, 3)}/CA {short(a, 3)}>>" for i, a in enumerate(drawn.alphas)]
            resources += f"/ExtGState<<{''.join(states)}>>"
        held = f"/T {face_number} 0 R" if drawn.text else ""
        held += fonts.resources() if hidden else ""
        if held:
            resources += f"/Font<<{held}>>"
        document.xref_set_key(made.xref, "Resources", f"<<{resources}>>")
        add_links(document, made, links, size)
