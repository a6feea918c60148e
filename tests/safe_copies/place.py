"""What a hiding place is: how a file with a value in it is made, and what a copy of it has to lose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr.model import Box
from tests.safe_copies.checker import rendered
from tests.safe_copies.ink import Plane
from tests.safe_copies.raw_pdf import RawPdf

LINE: Final = Box(34, 54, 416, 76)
"""Where ``raw_pdf.line`` shows a value, in points of the displayed page."""

INK_SIZE: Final = (640, 40)
"""Pixels of ``letters``; pages show it in half as many points, at ``SHOWN``."""

SHOWN: Final = "320 0 0 20 40 80 cm"
SHOWN_AREA: Final = Box(34, 54, 366, 86)


@dataclass(frozen=True, slots=True)
class Place:
    """A place where a value can be in a file.

    Attributes:
        build: makes the file around the value.
        shown: readers see it, so a copy loses it only when it is covered; else copies never have it.
        area: what a person draws over it where only pixels show it, in pixels or points of page ``page``.
        ink: how it looks, at ``checker.RENDERED`` dots per inch in PDFs and in pixels elsewhere.
        suffix: of the file's name.
        rows: pixels in a row, where bytes of pixels stand that no decoder shows.
        refused: a clear error and no copy is the right answer.
        program: the one that reads it in the original, where no library of the tests does.
    """

    build: Callable[[str], bytes]
    shown: bool = False
    area: Box | None = None
    ink: Callable[[str], Plane] | None = None
    page: int = 1
    password: str = ""
    suffix: str = ".pdf"
    rows: int = 0
    refused: bool = False
    program: str = ""


def letters(value: str) -> Image.Image:
    """The value in black on white, in one line."""
    picture = Image.new("L", INK_SIZE, 255)
    ImageDraw.Draw(picture).text((6, 6), value, fill=0, font=ImageFont.load_default(22))
    return picture


def ink_of(value: str) -> Plane:
    return np.asarray(letters(value)).astype(float)


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def drawn_ink(build: Callable[[str], bytes], area: Box) -> Callable[[str], Plane]:
    """How a value looks where it was planted, as PDFium draws the original."""

    def ink(value: str) -> Plane:
        page = next(rendered(build(value), area))
        return np.asarray(page.convert("L")).astype(float)

    return ink


def hidden(**parts: str | bytes) -> Place:
    """A place in one of the parts of a ``RawPdf``; ``@`` stands for the value."""
    return Place(_template(parts))


def seen(**parts: str | bytes) -> Place:
    """The same where readers see it as text."""
    return Place(_template(parts), shown=True)


def _template(parts: dict[str, Any]) -> Callable[[str], bytes]:
    def build(value: str) -> bytes:
        filled = {
            name: part.replace("@", value) if isinstance(part, str) else part.replace(b"@", value.encode())
            for name, part in parts.items()
        }
        return RawPdf(**filled).data()

    return build


def with_object(body: str, stream: str | None = None, **parts: str) -> Callable[[str], bytes]:
    """A builder with one more object, which the parts call ``$``; ``@`` stands for the value."""

    def build(value: str) -> bytes:
        pdf = RawPdf()
        inside = stream.replace("@", value).encode("latin-1") if stream is not None else None
        number = str(pdf.add(body.replace("@", value), inside))
        for name, part in parts.items():
            setattr(pdf, name, part.replace("@", value).replace("$", f"{number} 0 R"))
        return pdf.data()

    return build
