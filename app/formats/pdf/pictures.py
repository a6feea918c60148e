"""Which parts of a PDF page only a reader of pictures can see, and how finely they are looked at.

The page is taken without its text: whatever ink is left then, in pictures or in outlines, is not explained
by the text layer, no matter what an invisible layer of words over a scan claims.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from app.errors import Unreadable
from app.formats.pdf.engine import POINTS_PER_INCH, guarded, mupdf, opened, rendered
from ocr.ink import Mask, Pixels
from ocr.model import Box

SEARCH_SCALE: Final = 1.0
"""Pixels a point under which leftover ink is looked for."""

THIN: Final = 2.5
"""Points; what is drawn no higher or no wider is a rule."""

FINE: Final = 200 / POINTS_PER_INCH
FINEST: Final = 300 / POINTS_PER_INCH
"""Pixels a point for reading: the first, or as many as the pictures have, up to the second."""

MOST_PIXELS: Final = 30_000_000
"""Largest raster of one page or region."""

MOST_GROUPS: Final = 400
MOST_REGIONS: Final = 16
"""Pages with more groups of ink, or with more regions after joining those close by, are read as a whole."""

NEARBY: Final = 6.0
"""Points around a picture or a group of ink that are read with it."""

SMOOTH: Final = 1.0
"""Points around a word in which its smoothed edges lie."""

TILE: Final = 8
"""Side in pixels of the tiles in which leftover ink is counted."""

LETTERS: Final = 5
"""Edges in a tile from which it may hold part of a letter."""

LONG: Final = 14
"""Edges that run straight for so many pixels are rules, frames and covers; letters that high have curves."""

CONTRAST: Final = 24
"""Difference of neighbouring pixels (of 255) that makes an edge."""

SMALLEST: Final = 5.0
"""Points; lower pictures and lower groups of leftover ink hold no readable line."""

FAR_AWAY: Final = 1e5


class Backdrop:
    """A second copy of the document in which annotations are part of the pages and all text is removed."""

    def __init__(self, data: bytes, password: str | None) -> None:
        self._document = opened(data, password)
        self._stripped: dict[int, bool] = {}
        try:
            with guarded("The PDF"):
                make_notes_objects(self._document)
                self._document.bake()
        except Unreadable:
            self._document.close()
            self._document = None

    def page(self, index: int) -> Any | None:
        """Page ``index`` (0-based) without its text, or None when MuPDF cannot take it out."""
        if self._document is None:
            return None
        if index not in self._stripped:
            self._stripped[index] = self._strip(index)
        return self._document[index] if self._stripped[index] else None

    def _strip(self, index: int) -> bool:
        """Removes a page's text; whether that worked."""
        pymupdf = mupdf()
        try:
            with guarded("A page"):
                page = self._document[index]
                everything = pymupdf.Rect(-FAR_AWAY, -FAR_AWAY, FAR_AWAY, FAR_AWAY)
                page.add_redact_annot(everything, fill=False)
                page.apply_redactions(images=0, graphics=0, text=0)
                return True
        except Unreadable:
            return False

    def close(self) -> None:
        if self._document is not None:
            self._document.close()
            self._document = None


def make_notes_objects(document: Any) -> None:
    """Makes every annotation an object of its own: MuPDF forgets others when it makes them part of a page."""
    library = mupdf().mupdf
    file = library.pdf_document_from_fz_document(document)
    for index in range(len(document)):
        notes = library.pdf_dict_gets(library.pdf_lookup_page_obj(file, index), "Annots")
        for at in range(library.pdf_array_len(notes) if library.pdf_is_array(notes) else 0):
            note = library.pdf_array_get(notes, at)
            if not library.pdf_is_indirect(note):
                library.pdf_array_put(notes, at, library.pdf_add_object(file, note))


def bounded(width: float, height: float, scale: float) -> float:
    """``scale``, or less where a page of ``width`` by ``height`` points would exceed ``MOST_PIXELS``."""
    return min(scale, math.sqrt(MOST_PIXELS / (width * height)))


def regions(backdrop: Any) -> list[Box]:
    """Boxes, in points of the displayed page, that hold pictures or ink that looks like letters.

    Args:
        backdrop: a page without its text.

    Raises:
        Unreadable: the page cannot be rendered.
    """
    with guarded("A page"):
        drawn = [
            kind
            for kind, (left, top, right, bottom) in backdrop.get_bboxlog()
            if not kind.endswith("-text") and min(right - left, bottom - top) > THIN
        ]
        width, height = backdrop.rect.width, backdrop.rect.height
    if not drawn:
        return []
    boxes = [picture.box for picture in pictures(backdrop)]
    found = [box for box in boxes if box.height >= SMALLEST and box.width >= SMALLEST]
    if any(not kind.endswith("image") for kind in drawn):
        scale = bounded(width, height, SEARCH_SCALE)
        found += [box.scaled(1 / scale) for box in letter_like(rendered(backdrop, scale))]
    return _regions(found, width, height)


def unexplained(page: Any, words: Iterable[Box]) -> list[Box]:
    """Like ``regions``, for a copy's page that is one picture: what ink its unseen ``words`` do not explain.

    Only for pages whose words were compared with the original's: anybody can claim anything in words
    that are not seen.

    Raises:
        Unreadable: the page cannot be rendered.
    """
    with guarded("A page"):
        width, height = page.rect.width, page.rect.height
    scale = bounded(width, height, SEARCH_SCALE)
    explained = [box.grow(SMOOTH).scaled(scale) for box in words]
    found = letter_like(rendered(page, scale), explained)
    return _regions([box.scaled(1 / scale) for box in found], width, height)


def _regions(found: list[Box], width: float, height: float) -> list[Box]:
    """Boxes clipped to the page and merged; the whole page when they are many or most of it."""
    whole = [Box(0, 0, width, height)]
    if len(found) > MOST_GROUPS:
        return whole
    clipped = [box.clipped(width, height) for box in found]
    merged = _merged([box for box in clipped if box is not None])
    if len(merged) > MOST_REGIONS or sum(box.area for box in merged) > 0.6 * width * height:
        return whole
    return merged


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture where a page shows it.

    Attributes:
        box: in points of the displayed page.
        columns, rows: its own size in pixels.
        fine, coarse: pixels a point along its denser and its sparser side.
    """

    box: Box
    columns: int
    rows: int
    fine: float
    coarse: float


def pictures(page: Any) -> list[ShownPicture]:
    """The pictures that a MuPDF page shows, inline ones included."""
    found: list[ShownPicture] = []
    with guarded("A page"):
        for info in page.get_image_info():
            left, top, right, bottom = mupdf().Rect(info["bbox"]) * page.rotation_matrix
            a, b, c, d = info["transform"][:4]
            across, down = math.hypot(a, b), math.hypot(c, d)
            if left < right and top < bottom and across and down:
                densities = (info["width"] / across, info["height"] / down)
                box = Box(left, top, right, bottom)
                found.append(ShownPicture(box, info["width"], info["height"], max(densities), min(densities)))
    return found


def fineness(region: Box, shown: Iterable[ShownPicture]) -> float:
    """Pixels a point under which a region is read: as fine as its pictures, within bounds."""
    densities = [picture.fine for picture in shown if picture.box.intersection(region)]
    return bounded(region.width, region.height, min(FINEST, max([FINE, *densities])))


def letter_like(pixels: Pixels, explained: Iterable[Box] = ()) -> list[Box]:
    """Boxes, in pixels, around edges outside ``explained`` boxes once long straight ones are taken away."""
    edges = _edges(pixels)
    height, width = edges.shape
    for box in explained:
        inside = box.snap_out().clipped(width, height)
        if inside is not None:
            edges[int(inside.top) : int(inside.bottom), int(inside.left) : int(inside.right)] = False
    rows, columns = -(-height // TILE), -(-width // TILE)
    padded = np.zeros((rows * TILE, columns * TILE), dtype=np.bool_)
    padded[:height, :width] = edges
    counts = padded.reshape(rows, TILE, columns, TILE).sum(axis=(1, 3))
    return [
        Box(left * TILE, top * TILE, right * TILE, bottom * TILE)
        for left, top, right, bottom in _groups(counts >= LETTERS)
        if max(right - left, bottom - top) > 1  # one tile alone is a dot or the corner of a cover
    ]


def _edges(pixels: Pixels) -> Mask:
    """Where neighbours differ, long straight edges left out."""
    across = np.zeros(pixels.shape[:2], dtype=np.bool_)
    down = np.zeros(pixels.shape[:2], dtype=np.bool_)
    across[:, 1:] = differ(pixels[:, 1:], pixels[:, :-1], CONTRAST)
    down[1:] = differ(pixels[1:], pixels[:-1], CONTRAST)
    # an edge between left and right neighbours that goes on for many rows is a vertical rule
    return (across & ~_long_runs(across.T).T) | (down & ~_long_runs(down))


def differ(one: Pixels, other: Pixels, limit: int) -> Mask:
    """Where two pictures of equal size differ by more than ``limit`` (of 255) in a channel."""
    steps = (np.maximum(one, other) - np.minimum(one, other)) > limit
    return np.asarray(steps[:, :, 0] | steps[:, :, 1] | steps[:, :, 2], dtype=np.bool_)


def _long_runs(flags: Mask) -> Mask:
    """True inside every horizontal run of at least ``LONG`` pixels."""
    if flags.shape[1] < LONG:
        return np.zeros_like(flags)
    sums = np.zeros((flags.shape[0], flags.shape[1] + 1), dtype=np.int32)
    np.cumsum(flags, axis=1, out=sums[:, 1:])
    full = sums[:, LONG:] - sums[:, :-LONG] == LONG
    spread = np.zeros((flags.shape[0], flags.shape[1] + 1), dtype=np.int32)
    spread[:, : full.shape[1]] += full
    spread[:, LONG : LONG + full.shape[1]] -= full[:, : spread.shape[1] - LONG]
    return np.asarray(np.cumsum(spread[:, :-1], axis=1) > 0, dtype=np.bool_)


def _groups(tiles: Mask) -> list[tuple[int, int, int, int]]:
    """Left, top, right, bottom of each group of tiles that lie at most one tile apart."""
    left_over = {(int(y), int(x)) for y, x in np.argwhere(tiles)}
    groups: list[tuple[int, int, int, int]] = []
    while left_over:
        y, x = left_over.pop()
        left, top, right, bottom = x, y, x + 1, y + 1
        open_tiles = [(y, x)]
        while open_tiles:
            y, x = open_tiles.pop()
            left, top, right, bottom = min(left, x), min(top, y), max(right, x + 1), max(bottom, y + 1)
            for near in [(y + i, x + k) for i in (-2, -1, 0, 1, 2) for k in (-2, -1, 0, 1, 2)]:
                if near in left_over:
                    left_over.remove(near)
                    open_tiles.append(near)
        groups.append((left, top, right, bottom))
    return groups


def _merged(boxes: list[Box]) -> list[Box]:
    """Boxes with a margin, those that touch or stand closely under each other made one."""
    result: list[Box] = []
    for box in sorted(boxes, key=lambda item: (item.top, item.left)):
        grown = box.grow(NEARBY)
        while (near := next((other for other in result if other.intersection(grown)), None)) is not None:
            result.remove(near)
            grown = grown.union(near)
        result.append(grown)
    return result
