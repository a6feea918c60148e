"""The characters of a line -> words with boxes: the network says what, the ink says where exactly."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import fmean, median
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from ocr.ink import Pixels, band, ink_mask, inked_columns, runs
from ocr.line_finder import FoundLine
from ocr.line_reader import Glyph
from ocr.model import Box, Word

JOINED: Final = 0.8
"""Ink beyond an end of a line belongs to its word while no gap exceeds this many character widths."""

SOLID: Final = 0.85
BLOCK: Final = 0.6
"""Columns filled by more than ``SOLID``, over more than ``BLOCK`` character widths, are another panel."""

BESIDE: Final = 3.0
"""How far beside its box a line is followed, in heights of the box."""

NO_SPACE: Final = 0.4
SURE_SPACE: Final = 0.9
"""A gap up to ``NO_SPACE`` of the usual width of a space is none, one from ``SURE_SPACE`` of it is one."""

NO_INK: Final = 0.3
"""A gap wider than this many character widths, where the reader named a space, is always one."""

ROOMY: Final = frozenset("1.,:;'`!|")
"""Characters that stand in more room than they fill, even in proportional type."""

_SIGNS_LIKE_LETTERS: Final = {"二": "=", "一": "-", "丨": "|"}
"""Chinese characters that the networks take lone signs for; a word of nothing else is one of these signs."""

CELL_GAP: Final = 2.0
"""Gaps from this many character widths on divide cells and say nothing about the width of a space."""


def words_at(pixels: Pixels, box: Box, glyphs: Iterable[Glyph]) -> list[Word]:
    """The words of one upright line that stands at ``box`` (whole pixels) on a page.

    The places of the glyphs are counted from the left of the box. Readers cut lines short: ink that goes
    on beside the box without a word's gap belongs to the outermost word.
    """
    beside = int(BESIDE * box.height)
    left = max(0, int(box.left) - beside)
    cut = pixels[int(box.top) : int(box.bottom), left : int(box.right) + beside]
    first = int(box.left) - left
    moved = [replace(glyph, x=glyph.x + first) for glyph in glyphs]
    return split_words(cut, moved, left, int(box.top), (first, first + int(box.width)))


def split_words(
    cut: Pixels, glyphs: Sequence[Glyph], x: int, y: int, known: tuple[int, int] | None = None
) -> list[Word]:
    """The words of one upright line with boxes and character edges in pixels of the page.

    Args:
        cut: the cut-out, and ``x``, ``y`` its place on the page.
        glyphs: with places counted from the left of the cut-out.
        known: the columns, half-open, that hold the line and its ground alone; all when not given.

    Ink that the network gave no character for still goes to the word it stands at, so that a dropped
    character is covered with its word.
    """
    places = [i for i, glyph in enumerate(glyphs) if not glyph.char.isspace()]
    if not places or cut.size == 0:
        return []
    start, end = known or (0, cut.shape[1])
    mask = ink_mask(cut, ground=cut[:, start:end])
    top, bottom = band(mask[:, start:end])
    columns = inked_columns(mask[top:bottom])
    pitch = _pitch(glyphs, places, cut.shape[0])
    gaps = [_gaps(columns, glyphs[a].x, glyphs[b].x) for a, b in itertools.pairwise(places)]
    named = [b - a > 1 for a, b in itertools.pairwise(places)]
    roomy = [bool(ROOMY & {glyphs[a].char, glyphs[b].char}) for a, b in itertools.pairwise(places)]
    spaced = _spaces(named, roomy, gaps, pitch)
    ends = [
        _border(found, glyphs[a].x, glyphs[b].x, apart=apart)
        for found, apart, (a, b) in zip(gaps, spaced, itertools.pairwise(places), strict=True)
    ]
    blocks = [run for run in runs(mask[top:bottom].mean(axis=0) > SOLID) if run[1] - run[0] > BLOCK * pitch]
    lefts = [_outer(columns, blocks, glyphs[places[0]].x, pitch, -1), *(start for _, start in ends)]
    rights = [*(end for end, _ in ends), _outer(columns, blocks, glyphs[places[-1]].x, pitch, 1)]
    words: list[Word] = []
    start = 0
    for i in range(1, len(places) + 1):
        if i < len(places) and not spaced[i - 1]:
            continue
        chars = [glyphs[places[k]] for k in range(start, i)]
        edges = _edges(chars, [lefts[start], *(lefts[k] for k in range(start + 1, i)), rights[i - 1]])
        box = Box(x + edges[0], y + top, x + edges[-1], y + bottom)
        confidence = min(1.0, max(0.0, fmean(char.confidence for char in chars)))
        text = _plain("".join(char.char for char in chars))
        words.append(Word(text, box, 0, confidence, tuple(x + edge for edge in edges)))
        start = i
    return words


def _plain(text: str) -> str:
    """The word with plain characters for look-alikes that do not occur in it; of the same length.

    Full-width forms become ordinary ones. The networks know many alphabets and put accents on letters of
    keys; a word with a digit or ``_`` or ``=`` in it is no word of a language, so accents come off there.
    """
    text = "".join(wide if len(wide := unicodedata.normalize("NFKC", char)) == 1 else char for char in text)
    if text and set(text) <= _SIGNS_LIKE_LETTERS.keys():
        return "".join(_SIGNS_LIKE_LETTERS[char] for char in text)
    if text.isascii() or not any(char in "_=" or char.isdigit() for char in text):
        return text
    bases = (unicodedata.normalize("NFD", char)[0] for char in text)
    return "".join(base if base.isascii() else char for base, char in zip(bases, text, strict=True))


def line_cut(pixels: Pixels, line: FoundLine, turn: int) -> tuple[Pixels, npt.NDArray[np.float64]]:
    """A sloping line made upright, and the 3 x 3 matrix that leads from the cut-out back to the page.

    ``turn`` is how far the line must be turned counter-clockwise besides: 0, 90, 180 or 270 degrees.
    """
    corners = np.roll(line.corners, -(turn // 90), axis=0)
    wide = max(1, round(float(np.linalg.norm(corners[0] - corners[1]))))
    high = max(1, round(float(np.linalg.norm(corners[0] - corners[3]))))
    target = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], dtype=np.float32)
    there = cv2.getPerspectiveTransform(np.ascontiguousarray(corners), target)
    cut = cv2.warpPerspective(
        pixels, there, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    back = cv2.getPerspectiveTransform(target, np.ascontiguousarray(corners))
    return np.asarray(cut, dtype=np.uint8), np.asarray(back, dtype=np.float64)


def words_back(words: Iterable[Word], back: npt.NDArray[np.float64], page: Pixels) -> list[Word]:
    """Words of such a cut-out on the page: in the upright box around each, without character edges."""
    height, width = page.shape[:2]
    result: list[Word] = []
    for word in words:
        box = word.box
        quad = [[box.left, box.top], [box.right, box.top], [box.right, box.bottom], [box.left, box.bottom]]
        around = cv2.perspectiveTransform(np.array([quad], dtype=np.float64), back)[0]
        left, top = around.min(axis=0)
        right, bottom = around.max(axis=0)
        place = Box(float(left), float(top), float(right), float(bottom)).clipped(width, height)
        if place is not None:
            result.append(Word(word.text, place, word.line, word.confidence))
    return result


def _pitch(glyphs: Sequence[Glyph], places: Sequence[int], height: int) -> float:
    steps = [glyphs[b].x - glyphs[a].x for a, b in itertools.pairwise(places) if b - a == 1]
    return median(steps) if steps else height * 0.4


Gap = tuple[int, int]


def _gaps(columns: npt.NDArray[np.bool_], left: float, right: float) -> list[Gap]:
    """The stretches without ink between the middles of two neighbouring characters."""
    a, b = round(left), max(round(left) + 1, round(right))
    return [(a + s, a + e) for s, e in runs(~columns[a:b])]


def _spaces(
    named: Sequence[bool], roomy: Sequence[bool], gaps: Sequence[Sequence[Gap]], pitch: float
) -> list[bool]:
    """Between which characters words end: where the reader named a space, corrected by the ink.

    A space that is far narrower than the others of its line is none; a gap as wide as them is one.
    """
    widths = [max((e - s for s, e in found), default=0) for found in gaps]
    usual = [width for width, space in zip(widths, named, strict=True) if space and width < CELL_GAP * pitch]
    space_width = median(usual) if usual else pitch
    spaced: list[bool] = []
    for width, space, room in zip(widths, named, roomy, strict=True):
        if space:
            spaced.append(width > min(NO_SPACE * space_width, NO_INK * pitch))
        else:
            spaced.append(width >= max(SURE_SPACE * space_width, (1.0 if room else NO_SPACE) * pitch))
    return spaced


def _border(found: Sequence[Gap], left: float, right: float, *, apart: bool) -> tuple[float, float]:
    """Where the character at ``left`` ends and the one at ``right`` begins; one place unless ``apart``."""
    middle = (left + right) / 2
    if not found:
        return middle, middle
    if apart:
        widest = max(found, key=lambda gap: (gap[1] - gap[0], -abs(sum(gap) / 2 - middle)))
        return float(widest[0]), float(widest[1])
    nearest = min(found, key=lambda gap: abs(sum(gap) / 2 - middle))
    return sum(nearest) / 2, sum(nearest) / 2


def _outer(columns: npt.NDArray[np.bool_], blocks: Sequence[Gap], x: float, pitch: float, way: int) -> float:
    """The outer end of the ink around the outermost character, in the direction ``way`` (-1 or 1)."""
    here = min(max(0, round(x)), len(columns))
    if way > 0:
        ahead = columns[here : min((start for start, _ in blocks if start > here), default=len(columns))]
    else:
        ahead = columns[max((end for _, end in blocks if end < here), default=0) : here][::-1]
    reach = 0
    for start, end in runs(ahead):
        if start - reach > max(2.0, JOINED * pitch):
            break
        reach = end
    if reach == 0:
        reach = min(round(pitch / 2), len(ahead))
    return float(here + way * reach)


def _edges(chars: Sequence[Glyph], edges: Sequence[float]) -> list[float]:
    """One edge per code point boundary, ascending; a glyph of several code points is divided evenly."""
    result = [edges[0]]
    for char, end in zip(chars, edges[1:], strict=True):
        left, count = result[-1], len(char.char)
        right = max(end, left + 0.01)
        result += [left + (right - left) * (k + 1) / count for k in range(count)]
    return result
