"""Which words and links of a page a copy may keep as text, and how they are put in unseen.

Only what can be seen in the picture anyway is kept: a word must change the pixels of its own place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import numpy as np

from app.formats.pdf.engine import guarded, rendered
from app.formats.pdf.glyphs import Frame
from app.formats.pdf.live import unquoted
from app.formats.pdf.pages import Pages
from app.formats.pdf.paint import Covers
from app.formats.pdf.pictures import bounded
from app.formats.pdf.text import ASCENT, DESCENT, squeezed
from app.model import RedactionPlan
from ocr.ink import Pixels
from ocr.model import Box, Word

LOOK: Final = 100 / 72
"""Pixels a point under which words are looked at."""

SEEN: Final = 40
"""A word is seen when removing it changes a pixel of its place by at least this much (of 255)."""

INK: Final = 0.045
"""Share of its letters' places that a word inks at least; faint print has 0.065, hair lines have 0.03."""

IN_A_ROW: Final = 2
"""Letters in a row of which nothing shows, from which part of a word is hidden."""

LIGATURE: Final = 3
"""Letters that one glyph may stand for beside its first."""

SMALLEST: Final = 3.0
"""Points; smaller type cannot be read on the page."""

HIDDEN: Final = 0.3
"""Share of a word that may be under the margin of its neighbour's cover."""

PIECE: Final = 10
"""Code points of a covered value that may not be left together in a word."""

_LINK: Final = re.compile(
    r"https?://[A-Za-z0-9.-]{1,253}(?::\d{1,5})?(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]{0,1000})?\Z"
)


@dataclass(frozen=True, slots=True)
class KeptWord:
    """A word of the copy's text layer.

    Attributes:
        box: in coordinates of ``frame``; on the page as displayed where the frame is upright.
    """

    text: str = field(repr=False)
    box: Box
    frame: Frame

    @property
    def size(self) -> float:
        """Font size in points, in whole numbers so that positions say little."""
        return max(1.0, round(self.box.height / (ASCENT + DESCENT)))

    @property
    def on_page(self) -> Box:
        return self.frame.on_page(self.box)

    @property
    def core(self) -> Box:
        """The middle half of the row, on the page: boxes of neighbouring rows may touch, rows do not."""
        quarter = self.box.height / 4
        return self.frame.on_page(self.box.grow(0.0, -quarter))


@dataclass(frozen=True, slots=True)
class KeptLink:
    """A link of the copy: its place in points of the displayed page and its address."""

    box: Box
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Vetting:
    """What may not be left: the covered values, white space removed."""

    _values: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, plan: RedactionPlan) -> Vetting:
        values = (squeezed(item.value.reveal()).casefold() for item in plan.items if item.value is not None)
        return cls(frozenset(value for value in values if value))

    def allows(self, text: str) -> bool:
        """Whether ``text`` holds no value and no longer piece of one."""
        word = squeezed(text).casefold()
        if any(value in word for value in self._values):
            return False
        if len(word) < PIECE:
            return True
        pieces = {word[at : at + PIECE] for at in range(len(word) - PIECE + 1)}
        return not any(piece in value for value in self._values for piece in pieces)


def kept_words(pages: Pages, index: int, covered: Covers, vetting: Vetting) -> list[KeptWord]:
    """The words of page ``index`` that are seen, are not under a cover and hold no covered value.

    None are kept when the page's text cannot be told from the rest of it.
    """
    found = [
        (word, KeptWord(word.text, word.box, column.frame))
        for column in pages.layer(index).columns
        for word in column.text.words
    ]
    candidates = [kept for _, kept in found]
    backdrop = pages.backdrop(index)
    if backdrop is None or not candidates:
        return []
    page = pages.page(index)
    scale = bounded(page.rect.width, page.rect.height, LOOK)
    change = difference(rendered(page, scale), rendered(backdrop, scale))
    alone = _alone([word.core for word in candidates])
    return [
        word
        for (letters, word), single in zip(found, alone, strict=True)
        if single
        and word.text.isprintable()
        and _written_out(letters)
        and word.box.height / (ASCENT + DESCENT) >= SMALLEST
        and not any(word.on_page.intersection(box) for box in covered.closed)
        and not any(word.on_page.overlap(box) > HIDDEN for box in covered.painted)
        and vetting.allows(word.text)
        and _seen(change, word.on_page.scaled(scale))
        and _seen_throughout(change, letters, word.frame, scale)
    ]


def difference(one: Pixels, other: Pixels) -> Pixels:
    """Per pixel, how far two pictures of equal size differ in their farthest channel, 0..255."""
    height, width = min(one.shape[0], other.shape[0]), min(one.shape[1], other.shape[1])
    a, b = one[:height, :width], other[:height, :width]
    steps = np.maximum(a, b) - np.minimum(a, b)
    # channel by channel, because numpy is slow along short axes
    return np.asarray(np.maximum(np.maximum(steps[:, :, 0], steps[:, :, 1]), steps[:, :, 2]), dtype=np.uint8)


def _written_out(word: Word) -> bool:
    """Whether no glyph of a word stands for more letters than a ligature does: the font may say anything."""
    without_width = 0
    for left, right in pairwise(word.edges or ()):
        without_width = without_width + 1 if right <= left else 0
        if without_width > LIGATURE:
            return False
    return True


def _seen(change: Pixels, box: Box) -> bool:
    inside = box.snap_out().clipped(change.shape[1], change.shape[0])
    if inside is None:
        return False
    cut = change[int(inside.top) : int(inside.bottom), int(inside.left) : int(inside.right)]
    return bool(cut.max() >= SEEN)


def _seen_throughout(change: Pixels, word: Word, frame: Frame, scale: float) -> bool:
    """Whether all letters of a word show: a cover of the original's own may lie over its end.

    Hair lines between covers that touch each other let too little through to be read.
    """
    if not word.edges or not frame.straight:
        return True
    hidden = inked = area = 0
    for char, left, right in zip(word.text, word.edges, word.edges[1:], strict=False):
        if not char.isalnum() or left >= right:
            continue
        place = frame.on_page(Box(left, word.box.top, right, word.box.bottom)).scaled(scale)
        inside = place.snap_out().clipped(change.shape[1], change.shape[0])
        if inside is None:
            return False
        cut = change[int(inside.top) : int(inside.bottom), int(inside.left) : int(inside.right)]
        ink = int(np.count_nonzero(cut >= SEEN))
        hidden = 0 if ink else hidden + 1
        if hidden >= IN_A_ROW:
            return False
        inked, area = inked + ink, area + cut.size
    return inked >= INK * area


def _alone(boxes: Sequence[Box]) -> list[bool]:
    """For each box whether no other lies over most of it: of two words at one place, one may be unseen."""
    order = sorted(range(len(boxes)), key=lambda i: boxes[i].top)
    tallest = max((box.height for box in boxes), default=0.0)
    alone = [True] * len(boxes)
    first = 0
    for position, i in enumerate(order):
        while boxes[order[first]].top < boxes[i].top - tallest:
            first += 1
        for k in order[first:position]:
            if max(boxes[i].overlap(boxes[k]), boxes[k].overlap(boxes[i])) > 0.4:
                alone[i] = alone[k] = False
    return alone


def kept_links(page: Any, boxes: Iterable[Box], vetting: Vetting) -> list[KeptLink]:
    """The links of a MuPDF page to plain web addresses that touch none of ``boxes``.

    Addresses with a query, a fragment or a user name are dropped: that is where tokens stand.
    """
    blocked = list(boxes)
    kept: list[KeptLink] = []
    with guarded("A page"):
        links = [(tuple(link["from"]), link.get("uri") or "") for link in page.get_links()]
        width, height = page.rect.width, page.rect.height
    for (left, top, right, bottom), address in links:
        if not (left < right and top < bottom) or not _LINK.match(address):
            continue
        place = Box(left, top, right, bottom).clipped(width, height)
        if (
            place is not None
            and not any(place.intersection(box) for box in blocked)
            and all(map(vetting.allows, unquoted(address)))
            and vetting.allows(address)
        ):
            kept.append(KeptLink(place, address))
    return kept
