"""Reduced pictures of redacted pages for reports."""

from __future__ import annotations

import io
from typing import Final

from app.model import Picture
from app.reports.base import Thumbnail

WIDEST: Final = 1000
"""Pixels; enough to recognise a page on a screen."""

TALLEST: Final = 3000
"""Pixels."""


def thumbnail(page: int, picture: Picture) -> Thumbnail:
    """The picture at most ``WIDEST`` by ``TALLEST`` pixels, never enlarged, as a PNG without metadata."""
    from PIL import Image

    image = Image.frombytes("RGB", (picture.width, picture.height), picture.rgb)
    factor = min(1.0, WIDEST / image.width, TALLEST / image.height)
    if factor < 1:
        size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return Thumbnail(page, image.width, image.height, stream.getvalue())
