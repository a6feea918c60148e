"""Which boxes cover part of a run of words to its last pixel, and where a word may be cut."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from ocr.ink import Mask, Pixels, cut_out, ink_mask, inked_columns, runs
from ocr.model import Box, Word, union_all

SEPARATORS: Final = frozenset("=:/\"'`,;@&?()[]{}<>|“”‘’«»")
"""Characters at which a word may be cut: they end a name, a scheme, a path or a quotation."""

MARGIN: Final = 1.0
"""Added around the ink on every uncut side, in units of the page."""

HEADROOM: Final = 0.35
"""Room above and below the ink that is covered too, in heights of it, as far as nothing else stands there.

It makes the cover as tall as a line, whether or not the value has ascenders and descenders.
"""

SHARED: Final = 3
"""Of the room between two lines, one part may be covered with either; the third stays free."""

CLEARANCE: Final = 4
"""Rows left free for what painting adds around a box and for the soft edge of the neighbour's glyphs."""

SQUEEZED: Final = 0.35
THIN: Final = frozenset("iljtfrI1.,:;!|'`()[]{}-")
"""A character narrower than ``SQUEEZED`` of the usual, unless ``THIN``, has the wrong place: no cut there."""

FAINT_SHARE: Final = 0.1
"""Share of the strongest contrast from which a pixel counts as the fringe of a glyph."""

GAP_SHARES: Final = (0.25, 0.5)
"""Shares of the strongest contrast above which a pixel closes a gap; the second looks through the fringes."""

INWARDS: Final = 0.25
OUTWARDS: Final = 1.3
"""How far (in character widths) the gap at which a word is cut may lie from where the reader saw it.

Towards the covered side hardly, or a thin first character would stay readable; on the other side far
enough that a separator which touches its neighbour is covered with it.
"""

Part = tuple[Word, int, int]
"""A word and the half-open range of its characters that shall be covered."""


def cover_span(parts: Sequence[Part], pixels: Pixels | None, *, exact: bool) -> tuple[Box, ...]:
    """One box per row around the covered characters of ``parts``; see ``PageText.boxes``."""
    boxes: list[Box] = []
    rows = [list(group) for _, group in groupby(parts, key=lambda part: part[0].line)]
    pieces = [[_piece(part, pixels, exact=exact) for part in row] for row in rows]
    left_edge = min((p[0].left for row in pieces[1:] for p in row), default=0.0)
    right_edge = max((p[0].right for row in pieces[:-1] for p in row), default=0.0)
    for number, row in enumerate(pieces):
        box = union_all(piece[0] for piece in row)
        cut_left, cut_right = row[0][1], row[-1][2]
        if number > 0 and left_edge < box.left:
            box = Box(left_edge, box.top, box.right, box.bottom)
        if number < len(pieces) - 1 and right_edge > box.right:
            box = Box(box.left, box.top, right_edge, box.bottom)
        boxes.append(_grown(box, pixels, cut_left=cut_left, cut_right=cut_right))
    return tuple(boxes)


def _piece(part: Part, pixels: Pixels | None, *, exact: bool) -> tuple[Box, bool, bool]:
    """The box of the covered part of a word, and whether it was cut on the left and on the right."""
    word, start, end = part
    if exact:
        start, end = _to_separators(word.text, start, end)
    left = right = None
    if start > 0 and (word.text[start - 1] in SEPARATORS or word.text[start] in SEPARATORS):
        left = _cut(word, start, -1, pixels, exact=exact)
    if end < len(word.text) and (word.text[end] in SEPARATORS or word.text[end - 1] in SEPARATORS):
        right = _cut(word, end, 1, pixels, exact=exact)
    box = word.box
    new_left = box.left if left is None else max(box.left, left)
    new_right = box.right if right is None else min(box.right, right)
    if new_left >= new_right:
        return box, False, False
    return Box(new_left, box.top, new_right, box.bottom), left is not None, right is not None


def _to_separators(text: str, start: int, end: int) -> tuple[int, int]:
    """The range grown to the nearest places at which a word may be cut: "…/bot", the host stays readable."""
    while start > 0 and not {text[start - 1], text[start]} & SEPARATORS:
        start -= 1
    while end < len(text) and not {text[end - 1], text[end]} & SEPARATORS:
        end += 1
    return start, end


def _cut(word: Word, at: int, outwards: int, pixels: Pixels | None, *, exact: bool) -> float | None:
    """The x at which a word may be cut before character ``at``, or None when no gap is seen there.

    ``outwards`` is -1 when what stands right of the cut is covered, 1 when what stands left of it is. An
    estimate errs towards covering a character too many.
    """
    if not word.edges:
        return None
    if exact:
        return word.edges[at]
    if pixels is None:
        return None
    cut, x, _ = cut_out(pixels, word.box)
    if cut.size == 0:
        return None
    unit = word.box.width / len(word.text)
    covered = at if outwards < 0 else at - 1
    if word.edges[covered + 1] - word.edges[covered] < SQUEEZED * unit and word.text[covered] not in THIN:
        return None
    expected = word.edges[at] - x
    for share in GAP_SHARES:
        glyphs = runs(inked_columns(ink_mask(cut, share)))
        gaps = [(a[1], b[0]) for a, b in pairwise(glyphs)]
        near = [
            gap for gap in gaps if -INWARDS * unit <= outwards * (sum(gap) / 2 - expected) <= OUTWARDS * unit
        ]
        if near:
            gap = min(near, key=lambda gap: abs(sum(gap) / 2 - expected))
            return float(x + (gap[0] if outwards < 0 else gap[1]))
    return None


def _grown(box: Box, pixels: Pixels | None, *, cut_left: bool, cut_right: bool) -> Box:
    """The box rounded outwards, grown on uncut sides to the end of the glyphs' ink, and a margin."""
    grown = box.snap_out()
    above = below = MARGIN
    inside = None if pixels is None else grown.clipped(pixels.shape[1], pixels.shape[0])
    if pixels is not None and inside is not None:
        grown = _to_end_of_ink(inside, pixels, cut_left=cut_left, cut_right=cut_right)
        above, below = _headroom(grown, pixels)
    left, right = grown.left - (0 if cut_left else MARGIN), grown.right + (0 if cut_right else MARGIN)
    return Box(left, grown.top - above, right, grown.bottom + below)


def _headroom(box: Box, pixels: Pixels) -> tuple[int, int]:
    """How many rows without ink to cover above and below a box: part of the way to what stands there."""
    reach = max(1, round(HEADROOM * box.height))
    cut, _, y = cut_out(pixels, box.grow(0, SHARED * reach))
    rows = np.asarray(ink_mask(cut, FAINT_SHARE).any(axis=1), dtype=np.bool_)
    top, bottom = int(box.top) - y, int(box.bottom) - y
    return _room(rows[:top][::-1], reach), _room(rows[bottom:], reach)


def _room(inked: npt.NDArray[np.bool_], most: int) -> int:
    """How many of the rows beside a box, the nearest first, to cover."""
    clear = int(inked.argmax()) if inked.any() else len(inked)
    return min(most, max(min(clear, 1), min(clear // SHARED, clear - CLEARANCE)))


def _to_end_of_ink(box: Box, pixels: Pixels, *, cut_left: bool, cut_right: bool) -> Box:
    """The box grown until no glyph goes on outside it; at most so far as an underline or border is thick."""
    reach = 3 + int(0.15 * box.height)
    cut, x, y = cut_out(pixels, box.grow(reach))
    mask = ink_mask(cut, FAINT_SHARE)
    high, wide = mask.shape
    left, top, right, bottom = int(box.left) - x, int(box.top) - y, int(box.right) - x, int(box.bottom) - y
    for _ in range(reach):
        before = (left, top, right, bottom)
        if not cut_left and left > 0 and _goes_on(mask[top:bottom, left], mask[top:bottom, left - 1]):
            left -= 1
        if not cut_right and right < wide and _goes_on(mask[top:bottom, right - 1], mask[top:bottom, right]):
            right += 1
        if top > 0 and _goes_on(mask[top, left:right], mask[top - 1, left:right]):
            top -= 1
        if bottom < high and _goes_on(mask[bottom - 1, left:right], mask[bottom, left:right]):
            bottom += 1
        if before == (left, top, right, bottom):
            break
    return Box(x + left, y + top, x + right, y + bottom)


def _goes_on(inside: Mask, outside: Mask) -> bool:
    """Whether ink along the inner rim of a side touches, straight or diagonally, ink just outside it."""
    wider = inside.copy()
    wider[1:] |= inside[:-1]
    wider[:-1] |= inside[1:]
    return bool(np.any(wider & outside))
