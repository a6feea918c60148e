"""An opened PDF within bounds: its pages, their text layers and their backdrops, made when asked for."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from app.errors import TooLarge, Unreadable
from app.formats.pdf.engine import forget, guarded, opened
from app.formats.pdf.live import LiveObject, live_objects
from app.formats.pdf.pictures import Backdrop
from app.formats.pdf.streams import Budget, RawStream, raw_streams, spend
from app.formats.pdf.text import TextLayer, text_layer
from app.options import Settings

LONGEST_SIDE: Final = 14_400 * 4
"""Points; four times the largest page that ISO 32000-1 (annex C) expects."""

END_WITHIN: Final = 1024
"""Bytes in which the file's end is looked for when it is not marked."""

CACHED: Final = 32
"""Pages whose text layer is kept."""


@dataclass(frozen=True, slots=True)
class PageSize:
    """Width and height of a displayed page in points."""

    width: float
    height: float


class Pages:
    """The pages of one PDF; ``close`` frees everything and may be called twice.

    Attributes:
        document: MuPDF's own.
        repaired: the file was damaged and MuPDF put together what it could find.
        encrypted: strings and streams are stored encrypted.
    """

    def __init__(self, data: bytes, password: str | None, settings: Settings) -> None:
        """Opens the document and checks what it says of its sizes.

        Raises:
            Unreadable, TooLarge, PasswordNeeded: with a next step.
        """
        self.data = data
        self.password = password
        self._layers: OrderedDict[int, TextLayer] = OrderedDict()
        self._compact: dict[int, str] = {}
        self._backdrop: Backdrop | None = None
        _refuse_cut_off(data)
        self.document: Any = opened(data, password)
        try:
            self._check(settings)
        except BaseException:
            self.close()
            raise

    def _check(self, settings: Settings) -> None:
        with guarded("The PDF"):
            self.count = int(self.document.page_count)
            self.repaired = bool(self.document.is_repaired)
            self.encrypted = bool((self.document.metadata or {}).get("encryption"))
        if self.count < 1:
            raise Unreadable("The PDF has no pages.", "Check that it was saved or downloaded completely.")
        if self.count > settings.max_pages:
            raise TooLarge(
                f"The PDF has {self.count} pages; the limit is {settings.max_pages}.",
                "Split it, or raise --max-pages.",
            )
        _refuse_bombs(self._decrypted_streams() if self.encrypted else raw_streams(self.data))
        self._refuse_large_pictures(settings.max_pixels)

    def page(self, index: int) -> Any:
        """MuPDF's page ``index`` (0-based).

        Raises:
            Unreadable: it is damaged, or its size is none.
            TooLarge: it is larger than ``LONGEST_SIDE``.
        """
        with guarded(f"Page {index + 1}"):
            page = self.document[index]
            width, height = page.rect.width, page.rect.height
        if not (math.isfinite(width) and math.isfinite(height) and width >= 1 and height >= 1):
            raise Unreadable(f"Page {index + 1} has no size.", "Print the document to a new PDF.")
        if max(width, height) > LONGEST_SIDE:
            raise TooLarge(f"Page {index + 1} is too large.", "Print the document on paper of a usual size.")
        return page

    def size(self, index: int) -> PageSize:
        rect = self.page(index).rect
        return PageSize(float(rect.width), float(rect.height))

    def layer(self, index: int) -> TextLayer:
        """The text layer of page ``index``; the latest ones are kept."""
        if index in self._layers:
            self._layers.move_to_end(index)
        else:
            self._layers[index] = text_layer(self.page(index))
            if len(self._layers) > CACHED:
                self._layers.popitem(last=False)
        return self._layers[index]

    def compact(self, index: int) -> str:
        """The text of page ``index`` without white space; kept for all pages."""
        if index not in self._compact:
            self._compact[index] = self.layer(index).compact()
        return self._compact[index]

    def backdrop(self, index: int) -> Any | None:
        """Page ``index`` without its text, annotations drawn into it; None when that fails."""
        if self._backdrop is None:
            self._backdrop = Backdrop(self.data, self.password)
        return self._backdrop.page(index)

    def objects(self) -> list[LiveObject]:
        """All objects in use; parsed anew at each call, because a large document has many."""
        return list(live_objects(self.document))

    def close(self) -> None:
        if self._backdrop is not None:
            self._backdrop.close()
            self._backdrop = None
        self._layers.clear()
        if self.document is not None:
            self.document.close()
            self.document = None
            forget()

    def _decrypted_streams(self) -> Iterator[RawStream]:
        """The streams of an encrypted document as they would be stored without encryption."""
        for item in live_objects(self.document):
            if item.has_stream:
                with suppress(Unreadable), guarded("A stream"):
                    entries = self.document.xref_object(item.number, compressed=True)
                    raw = self.document.xref_stream_raw(item.number) or b""
                    yield RawStream(item.number, entries.encode("latin-1", "replace"), raw, 0)

    def _refuse_large_pictures(self, megapixels: int) -> None:
        for item in live_objects(self.document):
            if item.is_picture:
                width, height = self._number(item, "Width"), self._number(item, "Height")
                if width * height > megapixels * 1_000_000:
                    raise TooLarge(
                        f"The PDF holds a picture of {width} × {height} pixels; "
                        f"the limit is {megapixels} million.",
                        "Save the pictures in it at a smaller size, or raise --max-pixels.",
                    )

    def _number(self, item: LiveObject, key: str) -> int:
        """A whole number of a dictionary, through a reference too; 0 when there is none."""
        with guarded("An object"):
            kind, found = self.document.xref_get_key(item.number, key)
            if kind == "xref":
                found = self.document.xref_object(int(found.split()[0])).strip()
        return int(found) if found.isdigit() else 0


def _refuse_cut_off(data: bytes) -> None:
    """Refuses a file whose end is missing: what is not there cannot be examined."""
    last = max(data.rfind(b"%%EOF"), data.rfind(b"startxref", -END_WITHIN))
    if last < 0 or b" obj" in data[last : last + 65_536]:
        raise Unreadable("The PDF is cut off: its end is missing.", "Download or save it again, completely.")


def _refuse_bombs(streams: Iterable[RawStream]) -> None:
    """Inflates every stream once, keeping nothing, so that none fills the memory later."""
    budget = Budget()
    for stream in streams:
        if not stream.is_picture:
            spend(stream, budget)
