"""Which pages of an animation or scan show the same pixels, so that nothing is read twice or covered once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from app.formats.image.container import Pixels
from app.formats.image.read import Page
from app.places import Location, PageArea
from ocr.model import Box

TILE: Final = 16
"""Side in pixels of the squares that are compared between pages."""

Tiles = npt.NDArray[np.uint64]


class Repeats:
    """Remembers every page as a digest and a hash per tile; the pixels themselves are not kept."""

    def __init__(self, pages: Iterable[Page]) -> None:
        # Random factors, so that nobody can prepare two different tiles with one hash.
        numbers = np.frombuffer(os.urandom(8 * 3 * TILE * TILE), dtype=np.uint64)
        self._factors: Tiles = numbers | np.uint64(1)
        self._first: dict[bytes, int] = {}
        self._original: list[int] = []
        self._tiles: list[Tiles] = []
        for page in pages:
            digest = hashlib.blake2b(page.pixels.tobytes(), digest_size=16)
            for _, view in page.hidden:
                digest.update(view.tobytes())
            self._original.append(self._first.setdefault(digest.digest(), page.number))
            self._tiles.append(self._hashed(page.pixels))

    def first(self, page: int) -> int:
        """The first page that is equal to ``page`` in every pixel."""
        return self._original[page - 1]

    def places(self, page: int, boxes: tuple[Box, ...]) -> tuple[Location, ...]:
        """The boxes on ``page``, and on every other page those under which the pixels are the same."""
        tiles = self._tiles[page - 1]
        found: list[Location] = [PageArea(page, boxes)]
        for number, others in enumerate(self._tiles, 1):
            if number == page or others.shape != tiles.shape:
                continue
            same = tuple(box for box in boxes if self._equal(tiles, others, box))
            if same:
                found.append(PageArea(number, same))
        return tuple(found)

    @staticmethod
    def _equal(tiles: Tiles, others: Tiles, box: Box) -> bool:
        out = box.scaled(1 / TILE).snap_out()
        part = np.s_[max(0, int(out.top)) : int(out.bottom), max(0, int(out.left)) : int(out.right)]
        return bool(np.array_equal(tiles[part], others[part]))

    def _hashed(self, pixels: Pixels) -> Tiles:
        height, width = pixels.shape[:2]
        across = -(-width // TILE)
        rows: list[Tiles] = []
        for top in range(0, height, TILE):
            band = np.zeros((TILE, across * TILE, 3), dtype=np.uint64)
            strip = pixels[top : top + TILE]
            band[: strip.shape[0], :width] = strip
            squares = band.reshape(TILE, across, TILE, 3).swapaxes(0, 1).reshape(across, -1)
            rows.append((squares * self._factors).sum(axis=1, dtype=np.uint64))
        return np.stack(rows)
