"""A PDF -> text units: what its pages say, what their pictures show, and what it carries besides."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from app import notices
from app.errors import Unreadable
from app.formats.base import Context, Covers, Sink
from app.formats.page_units import FixedPlaces, Place, TextPlaces, read_raster, text_unit, with_covers
from app.formats.pdf.attachments import FilesInside, examine_attachments
from app.formats.pdf.carriers import Known, examine_objects, examine_streams
from app.formats.pdf.engine import guarded, opened, rendered, rendered_anew, stored_picture
from app.formats.pdf.glyphs import Frame, plain_lines
from app.formats.pdf.history import examine_leftovers, examine_revisions
from app.formats.pdf.live import DROPPED
from app.formats.pdf.pages import Pages
from app.formats.pdf.pictures import FINE, bounded, fineness, pictures, regions, unexplained
from app.formats.pdf.posture import examine_posture
from app.formats.pdf.seams import seam_unit
from app.formats.pdf.text import Line, TextLayer, squeezed
from app.formats.pdf.unseen import examine_unseen
from app.model import Notice, NotRead, TextUnit
from app.places import Location, MetadataKey, PageArea, Unit
from detectors.model import Sample
from ocr.model import Box
from ocr.page_text import PageText

if TYPE_CHECKING:
    from ocr.ink import Pixels

SHORTEST: Final = 4
DISTINCT: Final = 12
"""Characters of a value that is looked for at all, and of one that is looked for inside longer words too."""

WORTH_TELLING: Final = 40
"""Letters and digits off a page from which they are told: programs leave marks and skipped headings there."""

CARRIERS: Final = 0.95
"""Share of the work that is done when all pages are."""


def examine(pages: Pages, context: Context, sink: Sink, *, covers: Covers | None) -> None:
    """Hands everything in the document to ``sink``; see ``Document.examine``."""
    known = Known()
    before: PageText | None = None
    for index in range(pages.count):
        fraction = CARRIERS * index / pages.count
        sink.progress(fraction, f"page {index + 1}")
        upright: PageText | None = None
        try:
            upright = _examine_page(pages, index, known, context, sink, fraction, covers=covers)
            seam = seam_unit(index, before, upright) if before and upright else None
            if seam:
                sink.unit(seam)
        except Unreadable as error:
            sink.not_read(NotRead(f"page {index + 1}", error.message, error.next_step))
        before = upright
    sink.progress(CARRIERS, "notes, fields, properties and earlier versions")
    _examine_hidden_layers(pages, known, context, sink, again=covers is not None)
    _examine_carriers(pages, known, context, sink, again=covers is not None)
    if pages.repaired:
        sink.not_read(
            NotRead(
                "the file",
                "its structure is damaged; only what could be put together was examined",
                "Open it in a PDF viewer, print it to a new PDF and check that.",
            )
        )


# --- pages ----------------------------------------------------------------------------------------


def _examine_page(
    pages: Pages,
    index: int,
    known: Known,
    context: Context,
    sink: Sink,
    fraction: float,
    *,
    covers: Covers | None,
) -> PageText | None:
    """Hands over what page ``index`` shows; returns its upright text."""
    number = index + 1
    upright: PageText | None = None
    layer = pages.layer(index)
    for column in layer.columns:
        text = column.text
        if covers is not None and column.frame.upright:
            text = PageText.from_words(with_covers(text.words, covers.get(number, ())))
        upright = text if column.frame.upright else upright
        places = TextPlaces(text, in_frame(number, column.frame))
        sink.unit(text_unit(text, places, f"page {number}", noisy=False))
    for line in layer.reordered:
        sink.unit(TextUnit(Sample(line.text), LinePlaces(number, line), f"page {number}, in file order"))
    lines = plain_lines(pages.page(index))
    known.add_page(index, pages.compact(index), squeezed("".join(lines)))
    _examine_replaced(number, layer, lines, sink)
    examine_unseen(pages, index, layer, sink)
    _read_pictures(pages, index, layer, context, sink, fraction, covers=covers)
    return upright


def in_frame(number: int, frame: Frame) -> Place:
    """Boxes in coordinates of a writing direction -> the area on page ``number`` in points."""

    def place(boxes: tuple[Box, ...]) -> tuple[Location, ...]:
        return (PageArea(number, tuple(map(frame.on_page, boxes)), Unit.POINT),) if boxes else ()

    return place


def _in_region(number: int, region: Box, scale: float) -> Place:
    """Boxes in pixels of a rendered region -> the area on page ``number`` in points."""

    def place(boxes: tuple[Box, ...]) -> tuple[Location, ...]:
        moved = tuple(box.scaled(1 / scale).moved(region.left, region.top) for box in boxes)
        return (PageArea(number, moved, Unit.POINT),) if moved else ()

    return place


def _on_raster(boxes: Iterable[Box], region: Box, scale: float) -> list[Box]:
    """Boxes in points of the page -> pixels of a rendered region of it."""
    return [box.moved(-region.left, -region.top).scaled(scale) for box in boxes]


@dataclass(frozen=True, slots=True)
class LinePlaces:
    """A line in file order -> the boxes of its characters, wherever on the page they stand."""

    page: int
    line: Line = field(repr=False)

    def locate(self, start: int, end: int) -> tuple[Location, ...]:
        return (PageArea(self.page, self.line.boxes[start:end], Unit.POINT),)


def _examine_replaced(number: int, layer: TextLayer, lines: Iterable[str], sink: Sink) -> None:
    """What a viewer copies or reads aloud instead of the drawn text, and what lies off the page."""
    compact = layer.compact()
    hidden = [*layer.outside]
    beside = [squeezed(line) for line in hidden]
    hidden += [
        line
        for line in lines
        if squeezed(line) not in compact and not any(squeezed(line) in other for other in beside)
    ]
    if hidden:
        place = MetadataKey(f"pdf:page {number}, not shown")
        sink.unit(TextUnit(Sample("\n".join(hidden)), FixedPlaces((place,)), f"page {number}, not shown"))
        if layer.away >= WORTH_TELLING:
            sink.notice(Notice(notices.HIDDEN_TEXT, place, "text off the page"))


def _read_pictures(
    pages: Pages,
    index: int,
    layer: TextLayer,
    context: Context,
    sink: Sink,
    fraction: float,
    *,
    covers: Covers | None,
) -> None:
    page = pages.page(index)
    size = pages.size(index)
    whole = Box(0, 0, size.width, size.height)
    backdrop = pages.backdrop(index)
    if backdrop is None or layer.doubtful():
        # text that says nothing about its glyphs is read like a picture
        source, wanted = page, [whole]
    elif covers is not None and _is_one_picture(backdrop, whole):
        words = [c.frame.on_page(word.box) for c in layer.columns for word in c.text.words]
        source, wanted = page, unexplained(page, words)
    else:
        source, wanted = backdrop, regions(backdrop)
    shown = pictures(source) if wanted else []
    for region in wanted:
        scale = fineness(region, shown)
        clip = (region.left, region.top, region.right, region.bottom)
        pixels, whole_data = rendered_anew(source, scale, clip)
        if not whole_data:
            sink.not_read(
                NotRead(
                    f"page {index + 1}",
                    "a picture is damaged, and part of it is missing",
                    "Look at the page yourself and cover what must not be shared.",
                    PageArea(index + 1, (region,), Unit.POINT),
                )
            )
        read_raster(
            pixels,
            context.reader,
            sink,
            _in_region(index + 1, region, scale),
            title=f"page {index + 1}",
            fraction=fraction,
            covers=None if covers is None else _on_raster(covers.get(index + 1, ()), region, scale),
        )


def _is_one_picture(backdrop: Any, whole: Box) -> bool:
    """Whether a page without its text is one picture, as the pages of copies are."""
    shown = pictures(backdrop)
    return len(shown) == 1 and whole.overlap(shown[0].box) > 0.99


def occurrences(pages: Pages, value: str) -> tuple[Location, ...]:
    """Every place in the text layers where ``value`` stands, wrapped and spaced out ones included."""
    wanted = squeezed(value)
    if len(wanted) < SHORTEST:
        return ()
    found: list[Location] = []
    for index in range(pages.count):
        if wanted in pages.compact(index):
            for column in pages.layer(index).columns:
                place = in_frame(index + 1, column.frame)
                for start, end in _spans(column.text.text, wanted):
                    found += place(column.text.boxes(start, end))
    return tuple(found)


def _spans(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    """Where ``wanted`` stands in ``text`` when white space does not count; short ones as whole words only."""
    offsets = [at for at, char in enumerate(text) if not char.isspace()]
    joined = "".join(text[at] for at in offsets)
    at = joined.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        beside = joined[at - 1 : at] + joined[end : end + 1]
        if len(wanted) >= DISTINCT or not any(map(str.isalnum, beside)):
            yield offsets[at], offsets[end - 1] + 1
        at = joined.find(wanted, end)


# --- what no page shows ---------------------------------------------------------------------------


def _examine_hidden_layers(pages: Pages, known: Known, context: Context, sink: Sink, *, again: bool) -> None:
    """The text and pictures of layers that are switched off, page by page."""
    with guarded("The PDF"):
        if pages.document.xref_get_key(pages.document.pdf_catalog(), "OCProperties")[0] == "null":
            return
    with closing(opened(pages.data, pages.password)) as bare:
        with guarded("The PDF"):
            bare.xref_set_key(bare.pdf_catalog(), "OCProperties", "null")
        for index in range(pages.count):
            with guarded(f"Page {index + 1}"):
                page = bare[index]
                hidden_pictures = _pictures_drawn(page) > _pictures_drawn(pages.page(index))
            lines = [line for line in plain_lines(page) if not known.on_page(line, index)]
            place = MetadataKey(f"pdf:page {index + 1}, hidden layer")
            title = f"page {index + 1}, hidden layer"
            if lines or hidden_pictures:
                sink.notice(Notice(notices.HIDDEN_LAYER, place, "a layer that is switched off"))
            if lines:
                sink.unit(TextUnit(Sample("\n".join(lines)), FixedPlaces((place,)), title))
            if hidden_pictures:
                pixels = rendered(page, bounded(page.rect.width, page.rect.height, FINE))
                _read_hidden(pixels, title, context, sink, again=again)


def _pictures_drawn(page: Any) -> int:
    return sum(kind == "fill-image" for kind, _ in page.get_bboxlog())


def _read_hidden(pixels: Pixels, title: str, context: Context, sink: Sink, *, again: bool) -> None:
    """Reads a picture that no page shows; text in it that nobody can read is no gap, as no copy has it."""
    place = (MetadataKey(f"pdf:{title}"),)
    read_raster(
        pixels,
        context.reader,
        sink,
        lambda _: place,
        title=title,
        fraction=CARRIERS,
        covers=() if again else None,
        gaps=False,
    )


def _examine_carriers(pages: Pages, known: Known, context: Context, sink: Sink, *, again: bool) -> None:
    objects = pages.objects()
    known.add_strings(objects)
    examine_objects(objects, sink)
    contents, pictures_shown = _resources(pages)
    files = FilesInside(context, sink, {} if again else None)
    attached = examine_attachments(pages.document, objects, files)
    digests = examine_streams(pages.document, objects, contents | attached, known, files)
    for item in objects:
        if item.is_picture and item.number not in pictures_shown:
            _examine_picture(pages.document, item.number, context, sink, again=again)
    found, more = examine_revisions(pages.data, pages.password, known, digests, sink)
    try:
        for document, number in found:
            _examine_picture(document, number, context, sink, again=again)
    finally:
        for document in {id(document): document for document, _ in found}.values():
            document.close()
    examine_posture(pages, objects, sink)
    examine_leftovers(pages.data, digests | more, known, files, encrypted=pages.encrypted)
    files.finish()


def _resources(pages: Pages) -> tuple[frozenset[int], frozenset[int]]:
    """Numbers of the streams that are the pages' contents, and of the pictures that pages may show."""
    contents: set[int] = set()
    shown: set[int] = set()
    for index in range(pages.count):
        with contextlib.suppress(Unreadable), guarded("A page"):
            page = pages.page(index)
            contents.update(page.get_contents())
            for picture in page.get_images(full=True):
                shown.update(picture[:2])
    return frozenset(contents), frozenset(shown)


def _examine_picture(document: Any, number: int, context: Context, sink: Sink, *, again: bool) -> None:
    """A picture that no page shows: left over, or a preview of a page."""
    title = f"unused picture (object {number})"
    try:
        pixels = stored_picture(document, number)
    except Unreadable:
        sink.not_read(NotRead(title, "it could not be decoded", DROPPED))
        return
    _read_hidden(pixels, title, context, sink, again=again)
