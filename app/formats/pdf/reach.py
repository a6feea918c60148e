"""How far covers on a page of text reach, so that neither their size nor what stands around them tells.

A word behind a value stands where the value ends: its place tells the value's width to a hundredth of a
point, and a width tells a name. So what flows on behind a value that could be guessed is covered with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

import numpy as np

from app.formats.cover_labels import label_of
from app.formats.covers import STEP, WIDE_STEPS, Cover, widened
from app.formats.faint_ink import FAINT
from app.formats.pdf.engine import rendered
from app.formats.pdf.glyphs import Frame
from app.formats.pdf.pages import Pages
from app.formats.pdf.pictures import bounded
from app.formats.pdf.text import ASCENT, DESCENT, Column
from app.model import PlanItem
from ocr.ink import Mask, Pixels
from ocr.model import Box, Word

LOOK: Final = 100 / 72
"""Pixels a point under which free ground is looked for."""

FLOWING: Final = 1.0
"""Gap in font sizes up to which the next word of a row follows the one before; columns are farther apart."""

SAME_MARGIN: Final = 3.0
"""Font sizes by which the left ends of rows of one paragraph may differ: for indents."""

SAME_ROW: Final = 0.5
"""Share of the lower one of two boxes that is beside the other when they stand in one row."""

TOUCHING: Final = 0.5
"""Points by which neighbours may reach into each other."""

ALIGNED: Final = 1.5
"""Points by which the ends of rows with one margin, or the middles of centred ones, may differ."""

GRID: Final = 6.0
"""Points to whose multiples the ends of covers over such rows are moved."""

RULE: Final = 0.9
"""Share of a row's height from which ink in a gap is a rule between columns."""

SAME_HEIGHT: Final = 1.25
"""Values of one kind whose heights differ by no more than this factor get covers of one height."""


@dataclass(frozen=True, slots=True)
class _Reach:
    """A box of the plan on its way to a cover, in points of the page.

    Attributes:
        box: what is covered whatever lies there.
        left, right: where its ends are moved over free ground, when that is outside of it.
        upright: its text runs to the right.
        fixed: text before it ends at one right margin, so that this end tells nothing.
    """

    box: Box
    item: PlanItem
    left: float = math.inf
    right: float = 0.0
    upright: bool = True
    fixed: bool = False


def reaching(
    pages: Pages,
    index: int,
    wanted: Sequence[tuple[Box, PlanItem]],
    margins: Callable[[Box], Iterable[Box]],
) -> list[Box]:
    """For each box of the plan on page ``index`` (0-based), the box that hides how wide the value is.

    Places drawn by a person stay as they are.

    Args:
        margins: what is painted for a box.
    """
    page = pages.page(index)
    scale = bounded(page.rect.width, page.rect.height, LOOK)
    pixels = rendered(page, scale)
    columns = [column for column in pages.layer(index).columns if column.frame.straight]
    reaches = [_with_followers(_Reach(box, item), columns, pixels, scale) for box, item in _levelled(wanted)]
    closed = np.zeros(pixels.shape[:2], dtype=np.bool_)
    for reach in reaches:
        for box in margins(reach.box):
            _fill(closed, box.scaled(scale))
    return [_over_ground(reach, pixels, closed, scale, margins) for reach in reaches]


def _levelled(wanted: Sequence[tuple[Box, PlanItem]]) -> list[tuple[Box, PlanItem]]:
    """The boxes, those of one kind and of similar height made equally high."""
    heights: dict[str, list[float]] = {}
    for box, item in wanted:
        heights.setdefault(_kind(item), []).append(box.height)
    levelled = []
    for box, item in wanted:
        similar = [h for h in heights[_kind(item)] if h < box.height * SAME_HEIGHT]
        more = max(similar) - box.height if item.value is not None else 0.0
        levelled.append((box.grow(0.0, more / 2), item))
    return levelled


def _kind(item: PlanItem) -> str:
    return label_of(item.placeholder).rpartition(" ")[0]


def _with_followers(reach: _Reach, columns: Iterable[Column], pixels: Pixels, scale: float) -> _Reach:
    """The box up to the end of what flows on behind a value that could be guessed."""
    if not reach.item.guessable or reach.item.value is None:
        return reach
    for column in columns:
        box = _entered(reach.box, column.frame)
        row = [word for word in column.text.words if _beside(word.box, box)]
        if not any(word.box.intersection(box) for word in row):
            continue
        reach = replace(reach, upright=column.frame.upright)
        size = box.height / (ASCENT + DESCENT)
        end = box.right
        for word in sorted(row, key=lambda word: word.box.left):
            if word.box.right <= end + TOUCHING:
                continue
            if word.box.left - end > FLOWING * size or _ruled(box, end, word, column.frame, pixels, scale):
                break
            end = word.box.right
        followed = replace(box, right=end)
        runs = _all_runs(column.text.words, size)
        own = [run for run in runs if _beside(run, box) and run.intersection(box)]
        if column.frame.upright and own:
            aligned = _aligned(replace(reach, box=followed), own[0], [run for run in runs if run not in own])
            if aligned is not None:
                return aligned
        if end == box.right:
            return reach
        margin = _right_margin(runs, own, followed, size)
        return replace(reach, box=column.frame.on_page(followed), right=margin)
    return reach


def _aligned(reach: _Reach, run: Box, others: Sequence[Box]) -> _Reach | None:
    """The box of a value in a centred row, or in one that ends at a right margin; None in all others.

    There the words in front of a value tell its width, too.

    Args:
        run: the words of the row up to the end of what flows on behind the value.
    """

    rows = [other for other in others if _below(run, other)]
    shared = [(run.left - row.left, run.right - row.right, _middle(run) - _middle(row)) for row in rows]
    lefts, rights, middles = (
        sum(abs(row[side]) <= ALIGNED and sum(abs(gap) <= ALIGNED for gap in row) == 1 for row in shared)
        for side in (0, 1, 2)
    )
    if lefts or not (rights or middles):
        return None
    whole = replace(reach.box, left=min(run.left, reach.box.left))
    step = STEP * WIDE_STEPS / LOOK
    width = math.ceil((whole.width + 2 * GRID) / step) * step
    if rights > middles:
        return replace(reach, box=whole, left=(whole.right - width) // GRID * GRID, fixed=True)
    left = (_middle(whole) - width / 2) // GRID * GRID
    return replace(reach, box=whole, left=left, right=left + width)


def _middle(box: Box) -> float:
    return (box.left + box.right) / 2


def _below(one: Box, other: Box) -> bool:
    """Whether two runs stand in one column, so that their ends can be compared."""
    return min(one.right, other.right) > max(one.left, other.left) and not _beside(one, other)


def _entered(box: Box, frame: Frame) -> Box:
    """A box of the page in coordinates of a straight frame."""
    (x0, y0), (x1, y1) = frame.enter(box.left, box.top), frame.enter(box.right, box.bottom)
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _beside(one: Box, other: Box) -> bool:
    common = min(one.bottom, other.bottom) - max(one.top, other.top)
    return common >= SAME_ROW * min(one.height, other.height)


def _all_runs(words: Iterable[Word], size: float) -> list[Box]:
    """What stands together in the rows of a page."""
    return [run for _, row in groupby(words, key=lambda word: word.line) for run in _runs(list(row), size)]


def _right_margin(runs: Iterable[Box], own: Sequence[Box], box: Box, size: float) -> float:
    """Where the other rows end that begin where the row of ``box`` begins; 0 when there are none."""
    left = min((run.left for run in own), default=box.left)
    ends = [run.right for run in runs if run not in own and abs(run.left - left) <= SAME_MARGIN * size]
    return max(ends, default=0.0)


def _runs(row: Sequence[Word], size: float) -> Iterable[Box]:
    run = row[0].box
    for word in row[1:]:
        if word.box.left - run.right > FLOWING * size:
            yield run
            run = word.box
        else:
            run = run.union(word.box)
    yield run


def _ruled(box: Box, end: float, word: Word, frame: Frame, pixels: Pixels, scale: float) -> bool:
    """Whether a line that divides columns runs through the gap between ``end`` and a word."""
    if word.box.left - end < TOUCHING:
        return False
    gap = frame.on_page(Box(end, box.top, word.box.left, box.bottom))
    inside = gap.scaled(scale).snap_out().clipped(pixels.shape[1], pixels.shape[0])
    if inside is None:
        return False
    cut = pixels[int(inside.top) : int(inside.bottom), int(inside.left) : int(inside.right)].astype(np.int16)
    ink = np.abs(cut - np.median(cut, axis=(0, 1))).max(axis=2) > FAINT
    return bool((ink.mean(axis=0 if frame.sin == 0 else 1) >= RULE).any())


def _over_ground(
    reach: _Reach, pixels: Pixels, closed: Mask, scale: float, margins: Callable[[Box], Iterable[Box]]
) -> Box:
    """The box with its ends moved over free ground, to the next of few places."""
    if reach.item.value is None or not reach.upright:
        return reach.box
    height, width = pixels.shape[:2]
    whole = reach.box
    for box in margins(reach.box):
        whole = whole.union(box)
    # what the rows above and below reach into the margins is not in the way
    band = replace(whole, top=reach.box.top, bottom=reach.box.bottom).grow(0.0, -reach.box.height / 4)
    inside = band.scaled(scale).snap_out().clipped(width, height)
    if inside is None:
        return reach.box
    left, top, right, bottom = map(int, (inside.left, inside.top, inside.right, inside.bottom))
    cover = Cover((left, top, right, bottom), (left, top, right, bottom), guessable=reach.item.guessable)
    box = reach.box
    # whole points, because fractions would tell where in a pixel the value ends
    if not reach.fixed:
        end = widened(cover, pixels, closed, least=int(reach.right * scale)).rect[2]
        if end > right:
            end_in_points = math.floor(end / scale - (whole.right - box.right))
            box = replace(box, right=max(box.right, end_in_points))
    if reach.left < box.left:
        mirrored = replace(cover, rect=(width - right, top, width - left, bottom))
        wanted = width - max(0, int(reach.left * scale))
        end = width - widened(mirrored, pixels[:, ::-1], closed[:, ::-1], least=wanted).rect[2]
        if end < left:
            box = replace(box, left=min(box.left, math.ceil(end / scale + (reach.box.left - whole.left))))
    return box


def _fill(mask: Mask, box: Box) -> None:
    inside = box.snap_out().clipped(mask.shape[1], mask.shape[0])
    if inside is not None:
        mask[int(inside.top) : int(inside.bottom), int(inside.left) : int(inside.right)] = True
