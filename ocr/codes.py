"""QR codes and barcodes, read by zxing-cpp."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from ocr.model import Box, Code

if TYPE_CHECKING:
    from PIL import Image

MOST_CODES: Final = 256
"""More codes than this on one page are not listed."""

LONGEST: Final = 8000
"""Longest content taken from one code, in code points (the largest QR code holds 7,089 digits)."""

UNMISTAKABLE: Final = frozenset({"QRCode", "MicroQRCode", "RMQRCode"})
"""Kinds that are recognised by their corners even when damaged; other kinds resemble textures and text."""

ROOM: Final = 0.06
ROOM_OF_BARS: Final = 1.0
"""How far a code may go on beyond the place that its reader gives, in shares of its longer side.

A reader of bars gives the line that it followed; the bars above and below it say the same.
"""

QUIET_ZONE: Final = 0.12
"""The empty margin that belongs to a QR code, in shares of its side: four modules (ISO/IEC 18004), of the
29 to 37 that a sign-in or set-up address takes."""

QUIET: Final = 0.3
"""A row or column that varies by less than this share of the code's contrast lies outside the code."""


def read_codes(image: Image.Image) -> tuple[tuple[Code, ...], tuple[Box, ...]]:
    """The codes on an upright RGB picture, and where codes stand that could not be decoded.

    Codes may be dark on light or light on dark and turned in any way; boxes are in pixels of the picture.
    """
    import zxingcpp

    grey = np.ascontiguousarray(np.asarray(image.convert("L"), dtype=np.uint8))
    codes: list[Code] = []
    damaged: list[Box] = []
    for pixels in (grey, np.ascontiguousarray(255 - grey)):
        for found in zxingcpp.read_barcodes(pixels, try_invert=False, return_errors=True)[:MOST_CODES]:
            box = _box(found.position).clipped(image.width, image.height)
            square = found.format.name in UNMISTAKABLE
            box = box and _whole(grey, box, ROOM if square else ROOM_OF_BARS)
            box = box and (_with_quiet_zone(grey, box) if square else box)
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


def _whole(grey: npt.NDArray[np.uint8], box: Box, room: float) -> Box:
    """The box grown to the quiet zone around the code, by at most ``room`` of its longer side."""
    left, top, right, bottom = _edges(box)
    height, width = grey.shape
    least = QUIET * _contrast(grey, box)
    for _ in range(math.ceil(room * max(box.width, box.height)) + 1):
        busy = [
            left > 0 and bool(np.ptp(grey[top:bottom, left - 1]) > least),
            top > 0 and bool(np.ptp(grey[top - 1, left:right]) > least),
            right < width and bool(np.ptp(grey[top:bottom, right]) > least),
            bottom < height and bool(np.ptp(grey[bottom, left:right]) > least),
        ]
        if not any(busy):
            break
        left, top, right, bottom = left - busy[0], top - busy[1], right + busy[2], bottom + busy[3]
    return Box(left, top, right, bottom)


def _edges(box: Box) -> tuple[int, int, int, int]:
    return int(box.left), int(box.top), int(box.right), int(box.bottom)


def _contrast(grey: npt.NDArray[np.uint8], box: Box) -> int:
    left, top, right, bottom = _edges(box)
    return int(np.ptp(grey[top:bottom, left:right]))


def _with_quiet_zone(grey: npt.NDArray[np.uint8], box: Box) -> Box:
    left, top, right, bottom = _edges(box)
    least = QUIET * _contrast(grey, box)
    zone = math.ceil(QUIET_ZONE * max(right - left, bottom - top))
    above, below = grey[max(0, top - zone) : top, left:right][::-1], grey[bottom : bottom + zone, left:right]
    before, after = (
        grey[top:bottom, max(0, left - zone) : left].T[::-1],
        grey[top:bottom, right : right + zone].T,
    )
    return Box(
        left - _even(before, least),
        top - _even(above, least),
        right + _even(after, least),
        bottom + _even(below, least),
    )


def _even(lines: npt.NDArray[np.uint8], least: float) -> int:
    """How many lines beside a code, the nearest first, are of one brightness: its quiet zone."""
    if not len(lines):
        return 0
    first = float(lines[0].mean())
    for number, line in enumerate(lines):
        if np.ptp(line) > least or abs(float(line.mean()) - first) > least:
            return number
    return len(lines)
