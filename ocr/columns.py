"""Side-by-side blocks -> the same words column by column.

Reading row by row tears apart a value that wraps inside one of several columns (the panels of a workflow
editor, the cells of a table, a split view). Reading column by column keeps it together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from ocr.model import Word
from ocr.page_text import ROWS_APART, WRAP_REACH, Cell, PageText

OPEN_BLOCKS: Final = 64
"""How many of the latest blocks a cell is compared with; bounds the work on a hostile page."""


@dataclass(slots=True)
class _Block:
    cells: list[Cell]

    def takes(self, cell: Cell) -> bool:
        """Whether a cell continues this block: aligned with its last cell and close under it."""
        last = self.cells[-1]
        unit = min(last.char_width, cell.char_width)
        gap = cell.box.top - last.box.bottom
        return (
            last.row < cell.row
            and abs(last.box.left - cell.box.left) <= WRAP_REACH * unit
            and gap <= ROWS_APART * max(last.box.height, cell.box.height)
        )


def column_order(words: Iterable[Word]) -> tuple[Word, ...] | None:
    """Words given row by row in the order of their blocks, every line of a block with a number of its own.

    None when that joins no rows which the order row by row keeps apart.
    """
    page = PageText.from_words(words)
    blocks: list[_Block] = []
    for _, row in groupby(page.cells, key=lambda cell: cell.row):
        for cell in row:
            block = next((b for b in reversed(blocks[-OPEN_BLOCKS:]) if b.takes(cell)), None)
            if block is None:
                blocks.append(_Block([cell]))
            else:
                block.cells.append(cell)
    cells = [cell for block in blocks for cell in block.cells]
    if cells == list(page.cells):
        return None
    ordered = tuple(
        replace(word, line=line)
        for line, cell in enumerate(cells)
        for word in page.words[cell.first : cell.last]
    )
    known = _joined(page)
    return ordered if any(pair not in known for pair in _joined(PageText.from_words(ordered))) else None


def _joined(page: PageText) -> set[tuple[tuple[float, float], tuple[float, float]]]:
    """The places of the words before and after every soft break."""
    result: set[tuple[tuple[float, float], tuple[float, float]]] = set()
    for offset in page.soft_breaks:
        before = _place(page.words_in(offset - 1, offset))
        after = _place(page.words_in(offset + 1, offset + 2))
        if before is not None and after is not None:
            result.add((before, after))
    return result


def _place(words: Sequence[Word]) -> tuple[float, float] | None:
    return (words[0].box.left, words[0].box.top) if words else None
