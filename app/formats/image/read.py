"""A picture file -> upright RGB pages, after its stated sizes were checked and with nothing half read."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image, ImageCms

from app.errors import SharesafeError, TooLarge, Unreadable, Unsupported
from app.formats.image import bmp, gif, heif, jpeg, png, tiff, webp
from app.formats.image.container import Codec, Container, Damaged, Mask, Pixels
from app.formats.image.metadata import orientation, profile
from app.formats.image.signatures import signature_of
from app.options import Settings

CODECS: Final = {
    codec.kind: codec
    for codec in (
        *(module.CODEC for module in (png, jpeg, webp, gif, bmp, tiff)),
        heif.HEIC,
        heif.AVIF,
    )
}
_OWN_PROFILE: Final = frozenset({"tiff", "heic", "avif"})
"""Kinds whose decoder is asked for the colour profile."""

_OWN_TURN: Final = frozenset({"tiff", "heic"})
"""Kinds whose decoder turns pictures by itself."""

MOST_TOTAL: Final = 20
"""All pages together may have this many times the pixels that one may have."""

MILLION: Final = 1_000_000

TURNS: Final = {
    1: (False, False, False),
    2: (False, True, False),
    3: (False, True, True),
    4: (False, False, True),
    5: (True, False, False),
    6: (True, True, False),
    7: (True, True, True),
    8: (True, False, True),
}
"""EXIF orientation -> whether rows and columns are swapped, then mirrored left-right, then top-bottom."""

_HIDDEN_EDGES: Final = 50
"""Pairs of neighbouring pixels that differ only in a hidden view; fewer are no text."""

IN_DARK_SHADES: Final = "hidden in the darkest shades"
BEHIND_TRANSPARENCY: Final = "hidden behind transparency"
UNSEEN: Final = frozenset({IN_DARK_SHADES, BEHIND_TRANSPARENCY})
"""Titles of views that no viewer shows on any ground."""

_BENIGN: Final = ("Metadata Warning", "Palette images with Transparency")
_DAMAGED_STEP: Final = "Get the picture again from where it came from, or take the screenshot once more."


@dataclass(frozen=True, slots=True)
class Page:
    """One upright page or frame.

    Attributes:
        number: 1-based.
        pixels: height × width × 3, 8-bit sRGB, what transparency hides laid on white.
        hidden: other ways to look at it that show what this one does not, with their titles.
        duration: milliseconds.
    """

    number: int
    pixels: Pixels = field(repr=False)
    hidden: tuple[tuple[str, Pixels], ...] = field(default=(), repr=False)
    duration: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """A picture file whose structure is known and whose sizes are within the limits."""

    data: bytes = field(repr=False)
    codec: Codec
    container: Container
    settings: Settings
    turn: int

    @property
    def count(self) -> int:
        return len(self.container.sizes)

    def pages(self, first: int = 1, last: int | None = None) -> Iterator[Page]:
        """Decodes page by page from ``first`` to ``last`` (1-based, inclusive; all by default).

        Raises:
            Unreadable: pixels are missing or damaged.
        """
        limit = self.settings.max_pixels * MILLION
        icc = None if self.codec.kind in _OWN_PROFILE else profile(self.data, self.container)
        with strict(limit):
            self.codec.prepare()
            core = self.codec.core(self.data, self.container)
            image = Image.open(BytesIO(core), formats=(self.codec.pillow,))
        try:
            for index, size in list(enumerate(self.container.sizes))[first - 1 : last]:
                with strict(limit):
                    page = self._page(image, index, size, icc)
                    if index == self.count - 1:
                        image.close()  # frees the decoder's own copy of the pixels
                yield page
        finally:
            image.close()

    def _page(self, image: Image.Image, index: int, size: tuple[int, int], icc: bytes | None) -> Page:
        if index:
            image.seek(index)
        image.load()
        if self.container.crop is not None:
            image = _cropped(image, self.container.crop)
        turned = size[::-1] if self.codec.kind in _OWN_TURN else size
        if image.size not in (size, turned):
            raise Damaged("a page has another size than it states")
        icc = image.info.get("icc_profile") if self.codec.kind in _OWN_PROFILE else icc
        pixels, alpha, stretched = resolved(image, icc)
        pixels = upright(pixels, self.turn)
        hidden: list[tuple[str, Pixels]] = []
        if stretched is not None:
            hidden.append((IN_DARK_SHADES, upright(stretched, self.turn)))
        if alpha is not None:
            alpha = upright(alpha, self.turn)
            flat = _flattened(pixels, alpha)
            hidden += _hidden_views(pixels, alpha, flat)
            pixels = flat
        duration = float(image.info.get("duration") or 0) if self.count > 1 else 0.0
        shown = int(min(max(duration, 0), 0xFFFFF)) if math.isfinite(duration) else 0
        return Page(index + 1, np.ascontiguousarray(pixels), tuple(hidden), shown)

    def complete(self) -> None:
        """Makes sure that no pixel is missing that the decoder would make up in silence.

        Raises:
            Unreadable: one is.
        """
        with strict(self.settings.max_pixels * MILLION):
            self.codec.complete(self.data, self.container)


def codec_of(data: bytes) -> Codec | None:
    signature = signature_of(data)
    return None if signature is None else CODECS[signature.kind]


def opened(data: bytes, settings: Settings) -> Opened:
    """Takes a file apart without decoding a pixel.

    Raises:
        Unreadable: the structure is damaged or ends early.
        TooLarge: it states more pixels or pages than the settings allow.
        Unsupported: no codec knows it.
    """
    codec = codec_of(data)
    if codec is None:
        raise Unsupported("This kind of picture is not supported.", "Save or export it as PNG first.")
    try:
        container = codec.parse(data)
    except Damaged as problem:
        raise Unreadable(f"The picture is damaged or cut off: {problem}.", _DAMAGED_STEP) from None
    limit = settings.max_pixels * MILLION
    for width, height in container.sizes + container.others:
        if min(width, height) <= 0:
            raise Unreadable("The picture is damaged or cut off: it has no size.", _DAMAGED_STEP)
        if width * height > limit:
            raise TooLarge(
                f"The picture states {width} × {height} pixels, more than {settings.max_pixels} megapixels.",
                "Crop or reduce it, or raise the limit with --max-pixels if you trust the file.",
            )
    if len(container.sizes) > settings.max_pages:
        raise TooLarge(
            f"The picture has {len(container.sizes)} pages or frames; the limit is {settings.max_pages}.",
            "Split it, or raise the limit with --max-pages if you trust the file.",
        )
    if sum(width * height for width, height in container.sizes + container.others) > MOST_TOTAL * limit:
        raise TooLarge(
            f"All pages together have more than {MOST_TOTAL * settings.max_pixels} megapixels.",
            "Split it, or raise the limit with --max-pixels if you trust the file.",
        )
    turn = orientation(data, container) if container.turn is None else container.turn
    return Opened(data, codec, container, settings, turn)


@contextmanager
def strict(limit: int) -> Iterator[None]:
    """Pillow with our limit, its warnings being errors, and whatever it raises made one of ours."""
    before = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for message in _BENIGN:
            warnings.filterwarnings("ignore", message)
        Image.MAX_IMAGE_PIXELS = limit
        try:
            yield
        except (SharesafeError, MemoryError):
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise TooLarge(
                f"A part of the picture has more than {limit // MILLION} megapixels.",
                "Crop or reduce it, or raise the limit with --max-pixels if you trust the file.",
            ) from None
        except Exception:  # noqa: BLE001 - decoders raise whatever their parsers stumble over
            raise Unreadable(
                "The picture is damaged or cut off: its pixels cannot be read completely.", _DAMAGED_STEP
            ) from None
        finally:
            Image.MAX_IMAGE_PIXELS = before


def _cropped(image: Image.Image, area: tuple[int, int, int, int]) -> Image.Image:
    part = image.crop(area)
    part.info = image.info
    return part


def upright(array: Pixels, turn: int) -> Pixels:
    """Applies an EXIF orientation to an array of rows and columns."""
    swap, mirror, flip = TURNS[turn]
    if swap:
        array = array.swapaxes(0, 1)
    return array[:: -1 if flip else 1, :: -1 if mirror else 1]


def resolved(image: Image.Image, icc: bytes | None) -> tuple[Pixels, Pixels | None, Pixels | None]:
    """8-bit sRGB, alpha where there is any, and the full range of 16-bit pictures that use little of it."""
    if image.mode in {"I", "F"}:
        raise Unsupported(
            "The picture stores its brightness as 32-bit numbers.",
            "Export it with 8 bits a channel as PNG first.",
        )
    alpha: Image.Image | None = None
    stretched: Pixels | None = None
    if image.mode.startswith("I;16"):
        deep = np.asarray(image).astype(np.uint16)
        image, stretched, alpha = _eight_bit(deep, image.info.get("transparency"))
    elif image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        layered = image.convert("RGBA")
        alpha, image = layered.getchannel("A"), layered.convert("RGB")
        if alpha.getextrema() == (255, 255):
            alpha = None
    elif image.mode in {"P", "1"}:
        image = image.convert("RGB")
    rgb = _in_srgb(image, icc)
    return np.asarray(rgb), None if alpha is None else np.asarray(alpha), stretched


def _eight_bit(
    deep: np.ndarray[tuple[int, ...], np.dtype[np.uint16]], transparent: object
) -> tuple[Image.Image, Pixels | None, Image.Image | None]:
    high = (deep >> 8).astype(np.uint8)
    low, top = int(deep.min()), int(deep.max())
    stretched = None
    if low < top and int(high.max()) - int(high.min()) < 24:
        grey = ((deep - low).astype(np.uint32) * 255 // (top - low)).astype(np.uint8)
        stretched = np.repeat(grey[:, :, None], 3, axis=2)
    alpha = None
    if isinstance(transparent, int):
        alpha = Image.fromarray(np.where(deep == transparent, 0, 255).astype(np.uint8))
    return Image.fromarray(high), stretched, alpha


def _in_srgb(image: Image.Image, icc: bytes | None) -> Image.Image:
    """Colours as a screen shows them; an unusable profile is ignored, as viewers do."""
    if icc:
        try:
            target = ImageCms.createProfile("sRGB")
            source = ImageCms.ImageCmsProfile(BytesIO(icc))
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None
        if converted is not None:
            return converted
    return image if image.mode == "RGB" else image.convert("RGB")


def _flattened(pixels: Pixels, alpha: Pixels, ground: int = 255) -> Pixels:
    flat = Image.new("RGB", (pixels.shape[1], pixels.shape[0]), (ground,) * 3)
    flat.paste(
        Image.fromarray(np.ascontiguousarray(pixels)), mask=Image.fromarray(np.ascontiguousarray(alpha))
    )
    return np.asarray(flat)


def _hidden_views(pixels: Pixels, alpha: Pixels, flat: Pixels) -> list[tuple[str, Pixels]]:
    """The colours under the transparency, and the picture on black, where they show more than ``flat``."""
    see_through = alpha < 255
    views: list[tuple[str, Pixels]] = []
    if _shows_more(pixels, flat, see_through, both=True):
        ground = np.median(pixels[see_through][:100_000], axis=0).astype(np.uint8)
        views.append((BEHIND_TRANSPARENCY, np.where(see_through[:, :, None], pixels, ground)))
    on_black = _flattened(pixels, alpha, 0)
    if _shows_more(on_black, flat, see_through, both=False):
        views.append(("visible on a dark ground only", on_black))
    return views


def _shows_more(view: Pixels, flat: Pixels, where: Mask, *, both: bool) -> bool:
    """Whether neighbours (both, or one of them, in ``where``) differ in ``view`` and hardly in ``flat``."""
    combine = np.logical_and if both else np.logical_or
    edges = 0
    for a, b in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        near = combine(where[a], where[b])
        seen = _distance(view[a], view[b]) > 24
        unseen = _distance(flat[a], flat[b]) < 8
        edges += int(np.count_nonzero(near & seen & unseen))
    return edges >= _HIDDEN_EDGES


def _distance(a: Pixels, b: Pixels) -> Pixels:
    return np.asarray((np.maximum(a, b) - np.minimum(a, b)).max(axis=2))
