"""QR codes and barcodes, read by zxing-cpp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ocr.model import Box, Code

if TYPE_CHECKING:
    from PIL import Image

MOST_CODES: Final = 256
"""More codes than this on one page are not listed."""

LONGEST: Final = 8000
"""Longest content taken from one code, in code points (the largest QR code holds 7,089 digits)."""


def read_codes(image: Image.Image) -> tuple[Code, ...]:
    """All codes on an upright RGB picture, dark on light and light on dark; boxes in its pixels."""
    import numpy as np
    import zxingcpp

    grey = np.ascontiguousarray(np.asarray(image.convert("L"), dtype=np.uint8))
    codes: list[Code] = []
    for found in zxingcpp.read_barcodes(grey, try_invert=True)[:MOST_CODES]:
        place = found.position
        corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
        box = Box(min(xs), min(ys), max(xs) + 1, max(ys) + 1).clipped(image.width, image.height)
        if box is not None and found.text:
            codes.append(Code(str(found.format), found.text[:LONGEST], box))
    return tuple(codes)
