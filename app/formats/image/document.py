"""Pictures: PNG, APNG, JPEG, WebP, GIF, BMP, TIFF, HEIC and AVIF, every frame and page of them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app import notices
from app.errors import Cancelled, EngineMissing, NotWritten, SharesafeError, Unreadable
from app.formats.base import Context, Covers, Sink
from app.formats.image.check import checked, places_on
from app.formats.image.container import Frame, Sequence
from app.formats.image.leftovers import Inner, Stretch, cut_away, layers, pictures_inside, stretches
from app.formats.image.metadata import AFTER_END, Field, fields
from app.formats.image.ordinary import told
from app.formats.image.paint import painted
from app.formats.image.read import UNSEEN, Opened, Page
from app.formats.image.repeats import Repeats
from app.formats.members import MemberSink, opened_member
from app.formats.page_units import FixedPlaces, Place, on_page, read_raster
from app.model import Check, Notice, NotRead, Picture, RedactionPlan, Remark, Source, TextUnit
from app.places import Location, MetadataKey, PageArea
from detectors.model import Confidence, Named, Relation, Sample
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
        self._gaps = True
        self._pages_only = False
        self.format = picture.codec.kind
        self.pages = picture.count

    def examine(self, sink: Sink, *, covers: Covers | None = None) -> None:
        self._picture.complete()
        if self._pages_only:
            self._read_pages(sink, covers=covers)
            return
        found = self._fields()
        for one in found:
            self._tell_field(one, sink)
        for notice in told(found):
            sink.notice(notice)
        self._read_pages(sink, covers=covers)
        again = covers is not None
        for inner in pictures_inside(self._picture, found):
            sink.notice(inner.notice)
            self._read_inner(inner, sink, again=again)
        for stretch in stretches(self._picture):
            self._tell_stretch(stretch, sink)
            for inner in stretch.files:
                sink.notice(inner.notice)
                self._read_inner(inner, sink, again=again)
        self._tell_hidden(sink)

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
                    gaps=self._gaps,
                )
                if title in UNSEEN:
                    whole = PageArea(page.number, (Box(0, 0, pixels.shape[1], pixels.shape[0]),))
                    sink.notice(Notice(notices.HIDDEN_LAYER, whole, title, Confidence.LOW))

    def _compared(self, sink: Sink) -> Iterator[Page]:
        for page in self._picture.pages():
            sink.progress(0.0, "comparing pages")
            yield page

    def _title(self, page: int) -> str:
        if self.pages == 1:
            return "picture"
        return f"page {page}" if self.format == "tiff" else f"frame {page}"

    def _tell_stretch(self, stretch: Stretch, sink: Sink) -> None:
        """Bytes that belong to no part: their text was handed over with the metadata."""
        where = MetadataKey(stretch.place)
        if stretch.worth_telling:
            rule = notices.TRAILING_BYTES if stretch.place == AFTER_END else notices.UNUSED_BYTES
            sink.notice(Notice(rule, where, f"{stretch.size:,} bytes"))
        if stretch.earlier:
            why = "the end of another picture, from which an earlier version may be recovered"
            sink.notice(Notice(notices.EARLIER_VERSION, where, why, Confidence.HIGH))
        if stretch.opaque:
            size = f"{stretch.opaque:,} bytes"
            why = f"{size} do not belong to the picture; they may hold an earlier version of it"
            sink.not_read(NotRead(stretch.place, why, _DROPPED))

    def _tell_hidden(self, sink: Sink) -> None:
        """What viewers do not show and nobody but its program can read."""
        size = layers(self._picture)
        if size:
            sink.notice(Notice(notices.HIDDEN_LAYER, MetadataKey("layers"), f"{size:,} bytes of layers"))
            sink.not_read(NotRead("layers", "the layers of an image editor are not read", _DROPPED))
        if cut_away(self._picture):
            why = "the file holds more of the picture than viewers show"
            sink.notice(Notice(notices.HIDDEN_LAYER, MetadataKey("crop"), why))
            sink.not_read(NotRead("crop", why, _DROPPED))

    def _read_inner(self, inner: Inner, sink: Sink, *, again: bool) -> None:
        """Thumbnails and second pictures: they never reach a copy, but they were shared with the input."""
        title = inner.title
        try:
            with opened_member(title, inner.data, self._context) as document:
                if isinstance(document, PictureDocument):
                    document.as_inner(pages_only=inner.view)
                document.examine(MemberSink(title, sink, MetadataKey(title)), covers={} if again else None)
        except (Cancelled, EngineMissing):
            raise
        except SharesafeError as error:
            if inner.certain or not isinstance(error, Unreadable):
                sink.not_read(NotRead(title, error.message, _DROPPED))

    def as_inner(self, *, pages_only: bool) -> None:
        """Makes this a picture inside another: what nobody could read in a thumbnail is no gap.

        Args:
            pages_only: nothing else of the file is examined, because that is done already.
        """
        self._pages_only = pages_only
        self._gaps = max(map(max, self._picture.container.sizes)) > THUMBNAIL

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
