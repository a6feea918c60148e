"""Several engines -> one reading of a page: what each read, the codes on it, and what nobody could read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from ocr.engines import Engine, Seen, discover
from ocr.errors import EngineFailed, EngineMissing, OcrError, PictureTooLarge, ReadingCancelled
from ocr.model import MOST_PIXELS, Box, PageReading, Reading, Unread, Word

if TYPE_CHECKING:
    from PIL import Image

    from ocr.preprocess import WayBack

SECOND_SCALE: Final = 1.25
"""Enlargement under which ``read_independently`` looks again; no engine's usual one."""

SURE: Final = 0.6
"""Confidence from which a word counts as read."""

BESIDE: Final = 0.7
"""How far beside a word, in its heights, nothing else needs to be read."""


class Reader:
    """Reads pages with every engine it was given, the first being the one that finds places.

    Engines load their models on first use and keep them; a reader belongs to one process and thread.
    """

    def __init__(self, engines: Sequence[Engine], most_pixels: int = MOST_PIXELS) -> None:
        if not engines:
            raise ValueError("a reader needs an engine")
        self._engines = tuple(engines)
        self._most_pixels = most_pixels

    @classmethod
    def from_installed(cls, prefer: Sequence[str] = (), most_pixels: int = MOST_PIXELS) -> Reader:
        """A reader of all engines that can run here, or of those named in ``prefer``, in their own order.

        Raises:
            EngineMissing: none of them can run, or ``prefer`` names one that does not exist.
        """
        known = discover()
        unknown = sorted(set(prefer) - {engine.name for engine in known})
        if unknown:
            names = ", ".join(engine.name for engine in known if engine.rank >= 0)
            raise EngineMissing(
                f"There is no text recognition engine called {unknown[0]}.", f"Choose one of: {names}."
            )
        wanted = [engine for engine in known if (engine.name in prefer if prefer else engine.rank >= 0)]
        reasons = {engine.name: engine.available() for engine in wanted}
        usable = [engine for engine in wanted if reasons[engine.name] is None]
        if not usable:
            raise EngineMissing(
                "No text recognition engine can run on this machine.",
                " ".join(f"{name}: {reason}" for name, reason in reasons.items()),
            )
        return cls(usable, most_pixels)

    @property
    def engines(self) -> tuple[str, ...]:
        return tuple(engine.name for engine in self._engines)

    def first_only(self) -> Reader:
        """A reader that spends nothing on second looks."""
        return Reader(self._engines[:1], self._most_pixels)

    def read(
        self,
        image: Image.Image,
        *,
        on_reading: Callable[[Reading], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        second_look: bool = True,
        scale: float = 1.0,
    ) -> PageReading:
        """Everything the engines see on an upright picture, boxes in its pixels.

        Args:
            image: any Pillow mode; orientation already applied.
            on_reading: gets every reading as soon as it is complete, in engine order. That of a later
                engine holds what the first one read surely as well.
            cancelled: asked between steps; True ends with ``ReadingCancelled``.
            second_look: False reads with the first engine only. The others look again at the places
                that it doubts, and are not asked when there are none.
            scale: enlargement under which the engines see the picture.

        Raises:
            PictureTooLarge: more pixels than this reader takes.
            EngineFailed: the first engine broke. When only a later one breaks, that is reported as
                unread instead.
            ReadingCancelled: ``cancelled`` returned True.
        """
        from ocr.codes import read_codes
        from ocr.preprocess import to_rgb

        width, height = image.size
        most = self._most_pixels
        if width * height > most:
            raise PictureTooLarge(
                f"The picture has {width} × {height} pixels.",
                f"Crop or reduce it to at most {most // 1_000_000} million pixels.",
            )
        page = to_rgb(image)
        scale = min(scale, (most / (width * height)) ** 0.5)
        view = _first_look(self._engines[0], page, scale, cancelled)
        readings: list[Reading] = []
        unread: list[Unread] = []

        def tell(engine: Engine, seen: Seen) -> None:
            for reading in _orders(Reading(engine.name, seen.words)):
                readings.append(reading)
                if on_reading is not None:
                    on_reading(reading)

        first = view.on_page(view.seen)
        tell(self._engines[0], first)
        for engine in self._engines[1:] if second_look and view.in_doubt else ():
            if cancelled is not None and cancelled():
                raise ReadingCancelled
            try:
                tell(engine, view.on_page(_second_look(engine, view, cancelled)))
            except ReadingCancelled:
                raise
            except OcrError as error:
                unread.append(Unread(Box(0, 0, width, height), f"{engine.name}: {error.message}"))
        codes, damaged = read_codes(page)
        unread += [Unread(box, "a code that could not be decoded") for box in damaged]
        others = [reading for reading in readings if reading.engine != self._engines[0].name]
        unread += _still_unread(first.doubtful, others, [code.box for code in codes])
        return PageReading(width, height, tuple(readings), codes, tuple(unread))

    def read_independently(
        self, image: Image.Image, *, cancelled: Callable[[], bool] | None = None
    ) -> PageReading:
        """A reading under another enlargement than ``read`` uses, for checking a finished copy."""
        return self.read(image, cancelled=cancelled, scale=SECOND_SCALE)


def _look(engine: Engine, image: Image.Image, cancelled: Callable[[], bool] | None) -> Seen:
    try:
        return engine.read(image, cancelled=cancelled)
    except OcrError:
        raise
    except Exception as error:  # noqa: BLE001 - engines rest on libraries that share no error class
        # The cause is left out on purpose: its message and its frames may hold what was read.
        raise EngineFailed(
            f"The reader “{engine.name}” failed ({type(error).__name__}).",
            "Try again; if it fails again, convert the picture to PNG and report the problem.",
        ) from None


@dataclass(frozen=True, slots=True)
class _View:
    """The page as the engines see it, and what the first of them saw.

    Attributes:
        image: the page upright and enlarged; RGB.
        back: leads from it to the page, which is ``width`` by ``height`` pixels.
        seen: in pixels of ``image``.
        places: where it is in doubt, in pixels of ``image``.
    """

    image: Image.Image
    back: WayBack
    width: int
    height: int
    seen: Seen
    places: tuple[Box, ...]

    @property
    def in_doubt(self) -> bool:
        """Whether another look is worth its cost; an engine that sees no word at all is doubted, too."""
        return bool(self.places) or not self.seen.words

    def on_page(self, seen: Seen) -> Seen:
        """What was seen on ``image`` in pixels of the page, in reading order."""
        from ocr.rows import arrange

        segments = [list(group) for _, group in groupby(seen.words, key=lambda word: word.line)]
        return _to_page(replace(seen, words=arrange(segments)), self.back, self.width, self.height)


def _first_look(
    engine: Engine, page: Image.Image, scale: float, cancelled: Callable[[], bool] | None
) -> _View:
    """What the first engine sees; a page that it finds turned is turned and looked at once more."""
    from ocr.preprocess import resized
    from ocr.second_look import doubtful_places

    if cancelled is not None and cancelled():
        raise ReadingCancelled
    larger, back = resized(page, scale)
    seen = _look(engine, larger, cancelled)
    if seen.turn:
        larger, back = resized(page, scale, seen.turn)
        seen = _look(engine, larger, cancelled)
    return _View(larger, back, *page.size, seen, tuple(doubtful_places(seen)))


def _second_look(engine: Engine, view: _View, cancelled: Callable[[], bool] | None) -> Seen:
    """The first reading with what another engine sees at the doubtful places in their stead."""
    from ocr.second_look import merged, sheet_of

    sheet = sheet_of(view.image, view.places)
    if sheet is None:
        return _look(engine, view.image, cancelled)
    seen = sheet.to_page(_look(engine, sheet.image, cancelled))
    return replace(seen, words=merged(view.seen.words, view.places, seen.words))


def _to_page(seen: Seen, back: WayBack, width: int, height: int) -> Seen:
    """What an engine saw in pixels of the page, clipped to it."""
    words: list[Word] = []
    for word in seen.words:
        box = back.box(word.box).clipped(width, height)
        if box is not None:
            edges = () if back.turn else tuple(back.x(edge) for edge in word.edges)
            words.append(replace(word, box=box, edges=edges))
    boxes = (back.box(box).clipped(width, height) for box in seen.doubtful)
    return Seen(tuple(words), tuple(box for box in boxes if box is not None))


def _orders(reading: Reading) -> Iterator[Reading]:
    """A reading row by row and, where values may wrap inside side-by-side blocks, column by column."""
    from ocr.columns import column_order

    yield reading
    words = column_order(reading.words)
    if words is not None:
        yield Reading(reading.engine, words, by_column=True)


def _still_unread(doubtful: Iterable[Box], others: Iterable[Reading], codes: Sequence[Box]) -> list[Unread]:
    """The places that the first engine doubts, no other one read with confidence and no code explains.

    Doubts of the others do not count: they look where the first one does, and at more that is no text.
    """
    sure = [word.box for reading in others for word in reading.words if word.confidence >= SURE]
    left: list[Unread] = []
    for box in doubtful:
        explained = any(box.overlap(code.grow(8)) > 0.5 for code in codes)
        known = any(box.overlap(other.box) > 0.5 for other in left)
        if not explained and not known and _read_share(box, sure) < 0.5:
            left.append(Unread(box, "text that could not be read"))
    return left


def _read_share(box: Box, sure: Iterable[Box]) -> float:
    """The share (0..1) of a place's length along which words stand, with the gaps usual between words."""
    if box.width < box.height:  # text that runs up or down the page
        return _read_share(_sideways(box), [_sideways(other) for other in sure])
    inside = [
        other
        for other in sure
        if min(box.bottom, other.bottom) - max(box.top, other.top) >= min(box.height, other.height) / 2
    ]
    start, read = box.left, 0.0
    beside = [other.grow(BESIDE * other.height, 0) for other in inside]
    for left, right in sorted((other.left, other.right) for other in beside):
        begin, stop = max(left, start), min(right, box.right)
        if stop > begin:
            read, start = read + stop - begin, stop
    return read / box.width


def _sideways(box: Box) -> Box:
    return Box(box.top, box.left, box.bottom, box.right)
