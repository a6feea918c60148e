"""Pictures, and values in the pixels that they show."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any, Final

import numpy as np
import pillow_heif
from PIL import Image, ImageOps

from ocr.model import Box
from tests.safe_copies.place import Place, encoded, ink_of, letters

SIZE: Final = (720, 96)
AT: Final = (40, 32)
WHERE: Final = Box(36, 30, 690, 76)
"""What a person draws over the letters."""


def ground(colour: Any = 255, mode: str = "L") -> Image.Image:
    """Even, but for a line that is no secret."""
    picture = Image.new("L", SIZE, 255)
    picture.paste(letters("Settings of the service").crop((0, 0, 300, 28)), (10, 2))
    if mode == "L":
        return picture.point(lambda level: level * colour // 255)
    return picture.convert(mode)


def drawn(value: str) -> Image.Image:
    picture = ground()
    picture.paste(letters(value), AT)
    return picture


def ink_mask(value: str) -> np.ndarray[Any, Any]:
    """Where the letters have ink."""
    whole = Image.new("L", SIZE, 255)
    whole.paste(letters(value), AT)
    return np.asarray(whole) < 128


def _shown(build: Callable[[str], bytes], suffix: str, page: int = 1) -> Place:
    return Place(build, shown=True, area=WHERE, ink=ink_of, suffix=suffix, page=page)


def hidden(build: Callable[[str], bytes], suffix: str) -> Place:
    return Place(build, ink=ink_of, suffix=suffix)


def _visible(kind: str, suffix: str, mode: str = "RGB", **options: Any) -> Place:
    return _shown(lambda value: encoded(drawn(value).convert(mode), kind, **options), suffix)


def png(**options: Any) -> bytes:
    return encoded(ground(mode="RGB"), "PNG", **options)


def jpeg(**options: Any) -> bytes:
    return encoded(ground(mode="RGB"), "JPEG", quality=90, **options)


def webp(**options: Any) -> bytes:
    return encoded(ground(mode="RGB"), "WEBP", lossless=True, **options)


def tiff(**options: Any) -> bytes:
    return encoded(ground(mode="RGB"), "TIFF", **options)


def gif(**options: Any) -> bytes:
    return encoded(ground(), "GIF", **options)


def frames(kind: str, value: str, **options: Any) -> bytes:
    return encoded(
        ground(mode="RGB"), kind, save_all=True, append_images=[drawn(value).convert("RGB")], **options
    )


def _frame_at_once(value: str) -> bytes:
    """Three frames; the middle one is shown for no time at all."""
    frames = [drawn(value).convert("RGB"), ground(mode="RGB")]
    return encoded(
        ground(mode="RGB"), "GIF", save_all=True, append_images=frames, duration=[500, 0, 500], loop=0
    )


def _default_image(value: str) -> bytes:
    frames = [ground(mode="RGB"), ground(200).convert("RGB")]
    return encoded(
        drawn(value).convert("RGB"), "PNG", save_all=True, append_images=frames, default_image=True
    )


def heif(value: str, codec: str, **options: Any) -> bytes:
    picture = ground(mode="RGB") if options else drawn(value).convert("RGB")
    if codec == "AVIF":
        return encoded(picture, "AVIF", **options)
    made = pillow_heif.from_pillow(picture)
    buffer = BytesIO()
    made.save(buffer, quality=90, **options)
    return buffer.getvalue()


def heif_second(value: str) -> bytes:
    made = pillow_heif.from_pillow(ground(mode="RGB"))
    made.add_from_pillow(drawn(value).convert("RGB"))
    buffer = BytesIO()
    made.save(buffer, quality=90, save_all=True)
    return buffer.getvalue()


def _oriented(value: str) -> bytes:
    turned = Image.Exif()
    turned[0x0112] = 6
    picture = drawn(value).transpose(Image.Transpose.ROTATE_90)
    return encoded(picture.convert("RGB"), "JPEG", quality=90, exif=turned.tobytes())


PICTURES: Final[dict[str, Place]] = {
    "png": _visible("PNG", ".png"),
    "png of grey": _visible("PNG", ".png", "L"),
    "png of few colours": _visible("PNG", ".png", "P"),
    "png of two colours": _visible("PNG", ".png", "1"),
    "png with alpha": _visible("PNG", ".png", "RGBA"),
    "png in 16 bits": _shown(
        lambda value: encoded(Image.fromarray(np.asarray(drawn(value)).astype(np.uint16) * 257), "PNG"),
        ".png",
    ),
    "png inverted": _shown(lambda value: encoded(ImageOps.invert(drawn(value)), "PNG"), ".png"),
    "jpeg": _visible("JPEG", ".jpg", quality=85),
    "jpeg of grey": _visible("JPEG", ".jpg", "L", quality=85),
    "jpeg in steps": _visible("JPEG", ".jpg", quality=85, progressive=True),
    "jpeg for print": _visible("JPEG", ".jpg", "CMYK", quality=90),
    "jpeg turned by its orientation": _shown(_oriented, ".jpg"),
    "gif": _visible("GIF", ".gif"),
    "webp": _visible("WEBP", ".webp", lossless=True),
    "lossy webp": _visible("WEBP", ".webp", quality=80),
    "tiff": _visible("TIFF", ".tiff"),
    "tiff, packed": _visible("TIFF", ".tiff", compression="tiff_adobe_deflate"),
    "tiff of two colours": _visible("TIFF", ".tiff", "1", compression="group4"),
    "bmp": _visible("BMP", ".bmp"),
    "avif": _shown(lambda value: heif(value, "AVIF"), ".avif"),
    "heic": _shown(lambda value: heif(value, "HEIC"), ".heic"),
    "apng, second frame": _shown(lambda value: frames("PNG", value, duration=90), ".png", 2),
    "gif, second frame": _shown(lambda value: frames("GIF", value, duration=90), ".gif", 2),
    "gif, frame shown for no time": _shown(_frame_at_once, ".gif", 2),
    "webp, second frame": _shown(lambda value: frames("WEBP", value, lossless=True), ".webp", 2),
    "tiff, second page": _shown(lambda value: frames("TIFF", value), ".tiff", 2),
    "apng, picture for old readers": _shown(_default_image, ".png", 1),
}
"""Shown in the pixels."""
