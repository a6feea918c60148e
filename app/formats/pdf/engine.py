"""The only door to PyMuPDF: silent, and with our errors instead of its own, which may quote the document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from app.errors import PasswordNeeded, SharesafeError, Unreadable

if TYPE_CHECKING:
    from ocr.ink import Pixels

_BROKEN_PICTURE: Final = re.compile(
    r"truncated|premature|jpeg|jpx|jbig2|image|fax|zlib|inflate|lzw|predictor", re.IGNORECASE
)
"""Words of MuPDF's warnings about the data of pictures."""

POINTS_PER_INCH: Final = 72


@cache
def mupdf() -> Any:
    """The PyMuPDF module, loaded on first use and kept from printing: its warnings quote the file."""
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(on=False)
    pymupdf.TOOLS.mupdf_display_warnings(on=False)
    return pymupdf


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Turns whatever PyMuPDF raises inside into ``Unreadable``; ``what`` begins its message.

    It raises many types, some of its own, and their messages may hold text of the document.
    """
    try:
        yield
    except (SharesafeError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - see above
        raise Unreadable(
            f"{what} is damaged.", "Open it in a PDF viewer, print it to a new PDF and try that."
        ) from None


def opened(data: bytes, password: str | None) -> Any:
    """The document in ``data``.

    Raises:
        Unreadable: it is no PDF, or damaged beyond repair.
        PasswordNeeded: it is encrypted and ``password`` does not open it.
    """
    with guarded("The PDF"):
        document = mupdf().open(stream=data, filetype="pdf")
        if document.needs_pass and not document.authenticate(password or ""):
            document.close()
            raise PasswordNeeded(
                "The PDF is protected by a password."
                if password is None
                else "The password does not open this PDF.",
                "Enter the password (on the command line: --password-file), or save a copy without one.",
            )
        return document


def forget() -> None:
    """Drops what MuPDF keeps of documents that were closed: decoded pictures, fonts, warnings."""
    tools = mupdf().TOOLS
    tools.store_shrink(100)
    tools.mupdf_warnings()


def rendered(page: Any, scale: float, clip: tuple[float, float, float, float] | None = None) -> Pixels:
    """The displayed page, or ``clip`` of it in points, as height × width × 3 RGB.

    ``scale`` is pixels a point.
    """
    pymupdf = mupdf()
    with guarded("A page"):
        pixmap = page.get_pixmap(
            matrix=pymupdf.Matrix(scale, scale),
            colorspace=pymupdf.csRGB,
            alpha=False,
            annots=True,
            clip=None if clip is None else pymupdf.Rect(clip),
        )
        return _pixels(pixmap)


def rendered_anew(page: Any, scale: float, clip: tuple[float, float, float, float]) -> tuple[Pixels, bool]:
    """Like ``rendered``, and whether all picture data was whole: MuPDF fills in what is missing.

    It only complains when it decodes, so nothing decoded earlier is used.
    """
    forget()
    pixels = rendered(page, scale, clip)
    return pixels, _BROKEN_PICTURE.search(mupdf().TOOLS.mupdf_warnings()) is None


def stored_picture(document: Any, number: int) -> Pixels:
    """The picture in object ``number`` as height × width × 3 RGB; of a mask, its shape in grey.

    Raises:
        Unreadable: it cannot be decoded.
    """
    import numpy as np

    pymupdf = mupdf()
    with guarded("A picture"):
        pixmap = pymupdf.Pixmap(document, number)
        if pixmap.colorspace is None:
            grey = np.frombuffer(pixmap.samples, dtype=np.uint8).reshape(pixmap.height, pixmap.stride)
            return np.repeat(grey[:, : pixmap.width, None], 3, axis=2)
        if pixmap.n != 3 or pixmap.colorspace.name != pymupdf.csRGB.name or pixmap.alpha:
            pixmap = pymupdf.Pixmap(pymupdf.csRGB, pixmap)
        if pixmap.alpha:
            pixmap = pymupdf.Pixmap(pixmap, 0)
        return _pixels(pixmap)


def _pixels(pixmap: Any) -> Pixels:
    import numpy as np

    flat = np.frombuffer(pixmap.samples, dtype=np.uint8).reshape(pixmap.height, pixmap.stride)
    rows = flat[:, : pixmap.width * 3].reshape(pixmap.height, pixmap.width, 3)
    return np.array(rows, dtype=np.uint8)
