"""Pictures: PNG, APNG, JPEG, WebP, GIF, BMP and TIFF, every frame and page of them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.errors import NotWritten, SharesafeError, TooLarge, Unreadable
from app.formats.base import Context, Covers, Sink
from app.formats.image.check import checked, places_on
from app.formats.image.container import Frame, Sequence
from app.formats.image.metadata import Field, fields, inner_pictures, unexplained
from app.formats.image.paint import painted
from app.formats.image.read import Opened, Page, codec_of, opened
from app.formats.image.repeats import Repeats
from app.formats.page_units import FixedPlaces, Place, on_page, read_raster
from app.model import Check, Location, MetadataKey, NotRead, Picture, RedactionPlan, Remark, Source, TextUnit
from detectors.model import Named, Relation, Sample
from ocr.model import Box

THUMBNAIL: Final = 320
"""Up to this many pixels a side, text in an embedded picture is too small for anybody to read."""

_DROPPED: Final = "Share the redacted copy, which leaves it out."


class PictureDocument:
    """One opened picture; pages are decoded when they are needed and not kept."""

    platform: str | None = None

    def __init__(self, picture: Opened, context: Context) -> None:
        self._picture = picture
        self._context = context
        self._shown: Page | None = None
        self.format = picture.codec.kind
        self.pages = picture.count

    def examine(self, sink: Sink, *, covers: Covers | None = None) -> None:
        self._picture.complete()
        for found in self._fields():
            self._tell_field(found, sink)
        for place, size in unexplained(self._picture.data, self._picture.container, codec_of).items():
            why = f"{size} bytes do not belong to the picture; they may hold an earlier version of it"
            sink.not_read(NotRead(place, why, _DROPPED))
        self._read_pages(sink, covers=covers)
        self._read_inner(sink, again=covers is not None)

    def _fields(self) -> tuple[Field, ...]:
        return fields(self._picture.data, self._picture.codec, self._picture.container)

    def _tell_field(self, found: Field, sink: Sink) -> None:
        if not found.complete:
            sink.not_read(NotRead(f"metadata {found.name}", "it is larger than what is examined", _DROPPED))
        if found.text.strip():
            name = found.name.rpartition(":")[2]
            named = (Named(name, 0, len(found.text), Relation.KEY),)
            places = FixedPlaces((MetadataKey(found.name),))
            sink.unit(TextUnit(Sample(found.text, named=named), places, "metadata"))

    def _read_pages(self, sink: Sink, *, covers: Covers | None) -> None:
        repeats = Repeats(self._compared(sink)) if self.pages > 1 else None
        for page in self._picture.pages():
            sink.progress((page.number - 1) / self.pages, self._title(page.number))
            if repeats is not None and repeats.first(page.number) != page.number:
                continue
            for title, pixels in (("", page.pixels), *page.hidden):
                read_raster(
                    pixels,
                    self._context.reader,
                    sink,
                    _everywhere(repeats, page.number) if repeats else on_page(page.number),
                    title=f"{self._title(page.number)}{', ' * bool(title)}{title}",
                    fraction=(page.number - 1) / self.pages,
                    covers=None if covers is None else covers.get(page.number, ()),
                )

    def _compared(self, sink: Sink) -> Iterator[Page]:
        for page in self._picture.pages():
            sink.progress(0.0, "comparing pages")
            yield page

    def _title(self, page: int) -> str:
        if self.pages == 1:
            return "picture"
        return f"page {page}" if self.format == "tiff" else f"frame {page}"

    def _read_inner(self, sink: Sink, *, again: bool) -> None:
        """Thumbnails and second pictures: they never reach a copy, but they were shared with the input."""
        picture = self._picture
        for name, data in inner_pictures(picture.data, picture.codec, picture.container):
            title = f"picture inside {name}"
            try:
                for page in opened(data, picture.settings).pages():
                    read_raster(
                        page.pixels,
                        self._context.reader,
                        sink,
                        _inside(title),
                        title=title,
                        fraction=1.0,
                        covers=() if again else None,
                        gaps=max(page.pixels.shape) > THUMBNAIL,
                    )
            except (Unreadable, TooLarge) as error:
                # A few bytes that look like the beginning of a picture stand in many a profile.
                if isinstance(error, TooLarge) or name == "SubIFD":
                    sink.not_read(NotRead(title, error.message, _DROPPED))

    def names(self) -> tuple[TextUnit, ...]:
        return ()

    def preview(self, page: int, plan: RedactionPlan | None = None) -> Picture:
        if self._shown is None or self._shown.number != page:
            self._shown = next(self._picture.pages(page, page))
        pixels = self._shown.pixels
        if plan is not None:
            pixels = painted(self._picture, self._shown, places_on(plan, page), plan.style).pixels
        return Picture(pixels.shape[1], pixels.shape[0], pixels.tobytes())

    def write(self, plan: RedactionPlan, target: Path) -> None:
        first = next(self._picture.pages(1, 1)).pixels
        sequence = Sequence(
            self._painted_pages(plan),
            self.pages,
            first.shape[1],
            first.shape[0],
            self._picture.container.loop,
            self._picture.container.spare_default,
        )
        try:
            with target.open("wb") as out:
                self._picture.codec.write(out, sequence)
        except SharesafeError:
            raise
        except OSError as error:
            raise NotWritten(
                f"The copy could not be written: {error.strerror or 'the encoder failed'}.",
                "Look for free space on the disk, or choose another folder.",
            ) from None
        except (OverflowError, ValueError, struct.error):
            raise NotWritten(
                f"The picture is too large for a {self.format.upper()} file of ours.",
                "Split it, or save it in another format first.",
            ) from None

    def _painted_pages(self, plan: RedactionPlan) -> Iterator[Frame]:
        for page in self._picture.pages():
            shown = painted(self._picture, page, places_on(plan, page.number), plan.style)
            yield Frame(shown.pixels, page.duration)

    def check(self, copy: Source, plan: RedactionPlan) -> list[Check]:
        return checked(self._picture, copy.data, plan)

    def remarks(self) -> tuple[Remark, ...]:
        return ()

    def read_independently(self) -> Iterator[str]:
        return iter(())

    def decoded(self) -> list[bytes]:
        return [found.raw for found in self._fields()]

    def occurrences(self, value: str) -> tuple[Location, ...]:  # noqa: ARG002
        return ()

    def close(self) -> None:
        self._shown = None


def _everywhere(repeats: Repeats, page: int) -> Place:
    def place(boxes: tuple[Box, ...]) -> tuple[Location, ...]:
        return repeats.places(page, boxes) if boxes else ()

    return place


def _inside(name: str) -> Place:
    return lambda _: (MetadataKey(name),)
