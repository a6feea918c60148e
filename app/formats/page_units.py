"""One page, as words or as pixels, -> text units that know their places; shared by pictures and PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from app.errors import Cancelled, EngineMissing
from app.formats.base import Sink
from app.formats.cover_labels import COVERED
from app.model import NotRead, TextUnit
from app.places import Location, LocationMap, PageArea, Unit
from detectors.model import Named, Relation, Sample
from ocr import errors as ocr_errors
from ocr.layout import pairs
from ocr.model import Box, Code, PageReading, Reading, Unread, Word
from ocr.page_text import PageText
from ocr.rows import arrange

if TYPE_CHECKING:
    from ocr.ink import Pixels
    from ocr.reader import Reader

Place = Callable[[tuple[Box, ...]], tuple[Location, ...]]
"""From boxes on a page's raster to the places that a finding there stands at."""

MASK: Final = COVERED * 8
"""Stands for a covered value."""

_RELATIONS: Final = {"right": Relation.RIGHT, "below": Relation.BELOW}


def on_page(page: int, *, unit: Unit = Unit.PIXEL, scale: float = 1.0) -> Place:
    """Boxes that lie on page ``page`` (1-based), ``scale`` raster pixels making one unit of the page."""

    def place(boxes: tuple[Box, ...]) -> tuple[Location, ...]:
        scaled = boxes if scale == 1.0 else tuple(box.scaled(1 / scale) for box in boxes)
        return (PageArea(page, scaled, unit),) if scaled else ()

    return place


@dataclass(frozen=True, slots=True)
class TextPlaces:
    """The way from spans of a page's text to places; ``pixels`` lets words be cut where a gap is seen."""

    page_text: PageText = field(repr=False)
    place: Place
    pixels: Pixels | None = field(default=None, repr=False)

    def locate(self, start: int, end: int) -> tuple[Location, ...]:
        return self.place(self.page_text.boxes(start, end, self.pixels))


@dataclass(frozen=True, slots=True)
class FixedPlaces:
    """The same places for every span: a code or a metadata field is covered or dropped as a whole."""

    places: tuple[Location, ...]

    def locate(self, start: int, end: int) -> tuple[Location, ...]:  # noqa: ARG002
        return self.places


def text_unit(page_text: PageText, places: LocationMap, title: str, *, noisy: bool) -> TextUnit:
    """The text of one page with the names that its layout offers; ``noisy`` when it was read from pixels."""
    named = tuple(
        Named(pair.label, pair.start, pair.end, _RELATIONS[pair.relation])
        for pair in pairs(page_text)
        if COVERED not in pair.label + page_text.text[pair.start : pair.end]  # has its value already
    )
    text = page_text.text
    breaks = frozenset(at for at in page_text.soft_breaks if COVERED not in text[at - 1 : at + 2])
    sample = Sample(text, named=named, soft_breaks=breaks, noisy=noisy)
    return TextUnit(sample, places, title)


def with_covers(words: Sequence[Word], covers: Iterable[Box]) -> Sequence[Word]:
    """The words of a covered page with a masked word at every cover.

    Without it a label whose value is covered would take what stands behind the cover for its value.
    """
    masks = [Word(MASK, box, 0, 1.0) for box in covers]
    if not masks:
        return words
    seen = [word for word in words if not any(word.box.overlap(mask.box) > 0.5 for mask in masks)]
    return arrange((word,) for word in (*seen, *masks))


def read_raster(
    pixels: Pixels,
    reader: Callable[[], Reader],
    sink: Sink,
    place: Place,
    *,
    title: str,
    fraction: float = 0.0,
    covers: Iterable[Box] | None = None,
    gaps: bool = True,
) -> None:
    """Reads one upright raster (height × width × 3, 8-bit RGB) and hands everything to ``sink``.

    Each engine's reading becomes a unit as soon as it is complete, each code another; what nobody could
    read becomes a gap, as does the whole raster when the engine breaks on it.

    Args:
        fraction: progress (0..1) to tell while reading.
        covers: what is covered on a copy that is read for verification, in pixels of the raster; it is then
            read in another way than the first time.
        gaps: False leaves out text that nobody could read, for rasters that never reach a copy whole.

    Raises:
        EngineMissing: no engine can run.
        Cancelled: the user stopped the work.
    """
    from PIL import Image

    def tell(reading: Reading) -> None:
        page_text = PageText.from_words(with_covers(reading.words, covers or ()))
        if page_text.text:
            sink.unit(text_unit(page_text, TextPlaces(page_text, place, pixels), title, noisy=True))

    def asked() -> bool:
        sink.progress(fraction, title)
        return False

    image = Image.fromarray(pixels)
    whole = (Box(0, 0, image.width, image.height),)
    try:
        engine = reader()
        if covers is not None:
            page = engine.read_independently(image, cancelled=asked)
            for reading in page.readings:
                tell(reading)
        else:
            page = engine.read(image, on_reading=tell, cancelled=asked)
    except ocr_errors.EngineMissing as error:
        raise EngineMissing(error.message, error.next_step) from None
    except ocr_errors.ReadingCancelled:
        raise Cancelled from None
    except ocr_errors.OcrError as error:
        sink.not_read(NotRead(title, error.message, error.next_step, _area(place(whole))))
        return
    for code in page.codes:
        sink.unit(_code_unit(code, place, title))
    if gaps:
        _tell_gaps(page, sink, place, title)


def _code_unit(code: Code, place: Place, title: str) -> TextUnit:
    return TextUnit(Sample(code.text), FixedPlaces(place((code.box,))), f"{title}, {code.symbology}")


def _tell_gaps(page: PageReading, sink: Sink, place: Place, title: str) -> None:
    """One gap per reason, with the boxes of all its regions."""
    by_reason: dict[str, list[Unread]] = {}
    for unread in page.unread:
        by_reason.setdefault(unread.why, []).append(unread)
    for why, regions in by_reason.items():
        area = _area(place(tuple(region.box for region in regions)))
        step = "Look at the marked places yourself and cover what must not be shared."
        sink.not_read(NotRead(title, why, step, area))


def _area(places: tuple[Location, ...]) -> PageArea | None:
    return next((place for place in places if isinstance(place, PageArea)), None)
