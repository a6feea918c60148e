"""Helpers for tests that open documents: sources from bytes, a collecting sink, a reader without engine."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
from PIL import Image

from app.formats.base import Context, Document
from app.model import Hidden, Notice, NotRead, PlanItem, RedactionPlan, Source, TextUnit
from app.options import Settings
from app.places import Form, Location, TextSpan
from ocr.model import Box, Code, PageReading, Reading, Unread, Word
from ocr.reader import Reader


def source_of(data: bytes, name: str = "sample.unknown") -> Source:
    """A source as intake makes it; the suffix tells nothing unless the test wants it to."""
    return Source(Path(name), Path(name), data, hashlib.sha256(data).hexdigest())


def context_of(reader: FakeReader | None = None, **settings: object) -> Context:
    fake = reader or FakeReader()
    return Context(Settings(**settings), lambda: cast("Reader", fake))  # type: ignore[arg-type]


@dataclass
class CollectingSink:
    units: list[TextUnit] = field(default_factory=list)
    gaps: list[NotRead] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def unit(self, unit: TextUnit) -> None:
        self.units.append(unit)

    def not_read(self, gap: NotRead) -> None:
        self.gaps.append(gap)

    def notice(self, notice: Notice) -> None:
        self.notices.append(notice)

    def progress(self, fraction: float, note: str) -> None:
        self.told.append(fraction)

    @property
    def text(self) -> str:
        return "\n".join(unit.sample.text for unit in self.units)

    def places_of(self, text: str) -> tuple[Location, ...]:
        """Where ``text`` stands, over all units that hold it."""
        found: list[Location] = []
        for unit in self.units:
            at = unit.sample.text.find(text)
            if at >= 0:
                found += unit.places.locate(at, at + len(text))
        return tuple(dict.fromkeys(found))


def examined(document: Document, *, again: bool = False) -> CollectingSink:
    sink = CollectingSink()
    document.examine(sink, covers={} if again else None)
    return sink


def meant(text: str, place: TextSpan) -> str:
    """What the characters of a base64 or hexadecimal place stand for, without the margins."""
    written = "".join(text[place.start : place.end].split()).replace("-", "+").replace("_", "/")
    data = (
        base64.b64decode(written + "=" * (-len(written) % 4))
        if place.form is Form.BASE64
        else bytes.fromhex(written)
    )
    return data[place.margins[0] : len(data) - place.margins[1]].decode()


def plan_of(source: Source, *items: tuple[str, Iterable[Location]]) -> RedactionPlan:
    """A plan that covers each text at its places; an empty text means a region drawn by hand."""
    return RedactionPlan(
        source.sha256,
        tuple(
            PlanItem(f"REDACTED_VALUE_{number}", tuple(where), Hidden(text) if text else None)
            for number, (text, where) in enumerate(items, 1)
        ),
    )


@dataclass
class FakeReader:
    """Says it read ``words`` wherever their box holds ink, so that covered words are gone.

    Attributes:
        sizes: width and height of every picture it was shown.
        when: shows the words only on pictures for which this holds.
    """

    words: tuple[tuple[str, Box], ...] = ()
    codes: tuple[Code, ...] = ()
    unread: tuple[Unread, ...] = ()
    error: Exception | None = None
    when: Callable[[Image.Image], bool] = lambda _: True
    sizes: list[tuple[int, int]] = field(default_factory=list)
    again: int = 0

    def read(
        self,
        image: Image.Image,
        *,
        on_reading: Callable[[Reading], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> PageReading:
        self.sizes.append(image.size)
        if self.error is not None:
            raise self.error
        if cancelled is not None:
            cancelled()
        pixels = np.asarray(image)
        shown = [(text, box) for text, box in self.words if self.when(image) and _inked(pixels, box)]
        reading = Reading("fake", tuple(Word(text, box, i, 1.0) for i, (text, box) in enumerate(shown)))
        if on_reading is not None:
            on_reading(reading)
        codes = tuple(code for code in self.codes if _inked(pixels, code.box))
        return PageReading(image.width, image.height, (reading,), codes, self.unread)

    def read_independently(
        self, image: Image.Image, *, cancelled: Callable[[], bool] | None = None
    ) -> PageReading:
        self.again += 1
        return self.read(image, cancelled=cancelled)


def _inked(pixels: np.ndarray, box: Box) -> bool:
    inside = box.snap_out().clipped(pixels.shape[1], pixels.shape[0])
    if inside is None:
        return False
    cut = pixels[int(inside.top) : int(inside.bottom), int(inside.left) : int(inside.right)].astype(int)
    return bool((cut.max(axis=(0, 1)) - cut.min(axis=(0, 1))).max() > 40)
