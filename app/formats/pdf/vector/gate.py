"""Whether a page that was written anew looks and reads as it should, to two programs that know PDF.

Letters may stand a pixel away: renderers put them on a grid. What is compared is whether each pixel has
its like close by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from typing import Any, Final

import numpy as np

from app.formats.pdf.engine import guarded, mupdf, rendered
from app.formats.pdf.vector.letters import plain
from app.formats.pdf.words import difference
from ocr.ink import Pixels
from ocr.model import Box

CLEAR: Final = 128
SOFT: Final = 64
FAINT: Final = 12
"""Differences (of 255) from anything close by: one that is clearly seen, one that thin strokes have where
they fall on the grid another way, and one that is hardly seen."""

MOST_CLEAR: Final = 4
MOST_SOFT: Final = 250
MOST_FAINT: Final = 1500
"""Pixels of a page that may differ so much: a full stop has more of the first, a grey word of the second, a
field of the third. Pages set by TeX have up to 190 of the second."""

OTHERWISE: Final = 96
MOST_OTHERWISE: Final = 12
"""The same for another renderer, whose letters are a little bolder or thinner."""

EDGE: Final = 3
"""Pixels along the edges of the page, which renderers round in their own ways."""


def looks_alike(expected: Pixels, page: Any, scale: float, pictures: Iterable[Box]) -> bool:
    """Whether MuPDF shows ``page`` as expected.

    Args:
        pictures: where the page shows pictures, in points; they may be stored with a little loss.
    """
    shown = rendered(page, scale)
    soft = _strangeness(expected, shown, 1, SOFT)
    if (soft > SOFT).sum() > MOST_SOFT or (soft > CLEAR).sum() > MOST_CLEAR:
        return False
    height, width = min(shown.shape[0], expected.shape[0]), min(shown.shape[1], expected.shape[1])
    shown = shown[:height, :width].copy()
    for box in pictures:
        inside = box.scaled(scale).snap_out().clipped(width, height)
        if inside is not None:
            place = np.s_[int(inside.top) : int(inside.bottom), int(inside.left) : int(inside.right)]
            shown[place] = expected[place]
    return _strange(expected, shown, reach=1, least=FAINT) <= MOST_FAINT


def looks_alike_elsewhere(expected: Pixels, data: bytes, index: int, scale: float) -> bool:
    """Whether PDFium shows page ``index`` of a file of ours as expected."""
    shown = pdfium_picture(data, index, scale)
    if abs(shown.shape[0] - expected.shape[0]) > 1 or abs(shown.shape[1] - expected.shape[1]) > 1:
        return False
    return _strange(expected, shown, reach=2, least=OTHERWISE) <= MOST_OTHERWISE


def reads_alike(words: Iterable[str], texts: Iterable[str]) -> bool:
    """Whether every one of ``texts`` consists of the characters of ``words``, in any order."""
    wanted = Counter(plain("".join(words)))
    return all(Counter(plain(text)) == wanted for text in texts)


def mupdf_text(page: Any) -> str:
    """A page's text as MuPDF extracts it."""
    with guarded("A page"):
        text: str = page.get_text("text", flags=0, clip=mupdf().INFINITE_RECT())
    return text


def pdfium_text(data: bytes, index: int) -> str:
    """The text of page ``index`` as PDFium extracts it."""
    import pypdfium2

    with (
        closing(pypdfium2.PdfDocument(data)) as document,
        closing(document[index]) as page,
        closing(page.get_textpage()) as text,
    ):
        # PDFium marks hyphens at line ends with a code of its own
        return str(text.get_text_range()).replace("\x02", "-").replace("\ufffe", "-")


def pdfium_picture(data: bytes, index: int, scale: float) -> Pixels:
    """Page ``index`` as PDFium renders it, height × width × 3 RGB."""
    import pypdfium2

    with (
        closing(pypdfium2.PdfDocument(data)) as document,
        closing(document[index]) as page,
        closing(page.render(scale=scale, rev_byteorder=True)) as bitmap,
    ):
        return np.array(bitmap.to_numpy()[:, :, :3], dtype=np.uint8)


def _strange(one: Pixels, two: Pixels, *, reach: int, least: int) -> int:
    """How many pixels differ by more than ``least`` from every pixel around their place."""
    return int((_strangeness(one, two, reach, least) > least).sum())


def _strangeness(one: Pixels, two: Pixels, reach: int, least: int) -> Pixels:
    """By how much pixels lie outside the range of the other picture's around them, both ways round."""
    height, width = min(one.shape[0], two.shape[0]), min(one.shape[1], two.shape[1])
    one, two = one[:height, :width], two[:height, :width]
    change = difference(one, two)
    change[:EDGE], change[-EDGE:], change[:, :EDGE], change[:, -EDGE:] = 0, 0, 0, 0
    rows, columns = np.nonzero(change > least)
    found = [np.zeros(0, dtype=np.int16)]
    for own, other in ((one, two), (two, one)):
        low = np.full((len(rows), 3), 255, dtype=np.uint8)
        high = np.zeros((len(rows), 3), dtype=np.uint8)
        for down in range(-reach, reach + 1):
            for across in range(-reach, reach + 1):
                near = other[np.clip(rows + down, 0, height - 1), np.clip(columns + across, 0, width - 1)]
                np.minimum(low, near, out=low)
                np.maximum(high, near, out=high)
        values = own[rows, columns].astype(np.int16)
        found.append(np.maximum(low - values, values - high).max(axis=1, initial=0))
    return np.concatenate(found)
