"""QR codes and barcodes, read by zxing-cpp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ocr.model import Box, Code

if TYPE_CHECKING:
    from PIL import Image

MOST_CODES: Final = 256
"""More codes than this on one page are not listed."""

LONGEST: Final = 8000
"""Longest content taken from one code, in code points (the largest QR code holds 7,089 digits)."""

UNMISTAKABLE: Final = frozenset({"QRCode", "MicroQRCode", "RMQRCode"})
"""Kinds that are recognised by their corners even when damaged; other kinds resemble textures and text."""


def read_codes(image: Image.Image) -> tuple[tuple[Code, ...], tuple[Box, ...]]:
    """The codes on an upright RGB picture, and where codes stand that could not be decoded.

    Codes may be dark on light or light on dark and turned in any way; boxes are in pixels of the picture.
    """
    import numpy as np
    import zxingcpp

    grey = np.ascontiguousarray(np.asarray(image.convert("L"), dtype=np.uint8))
    codes: list[Code] = []
    damaged: list[Box] = []
    for pixels in (grey, np.ascontiguousarray(255 - grey)):
        for found in zxingcpp.read_barcodes(pixels, try_invert=False, return_errors=True)[:MOST_CODES]:
            box = _box(found.position).clipped(image.width, image.height)
            if box is None or any(box.overlap(code.box) > 0.5 for code in codes):
                continue
            if found.valid and found.text:
                codes.append(Code(str(found.format), found.text[:LONGEST], box))
            elif found.format.name in UNMISTAKABLE:
                damaged.append(box)
    return tuple(codes), tuple(b for b in damaged if all(b.overlap(code.box) < 0.5 for code in codes))


def _box(place: Any) -> Box:
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
    return Box(min(xs), min(ys), max(xs) + 1, max(ys) + 1)
