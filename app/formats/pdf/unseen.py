"""Text that a page holds and does not show: under boxes that only look like redactions, or in no ink at all.

A place of text that is one even colour in the picture of the page shows nothing. What was painted over it
tells a false redaction from text in the colour of the paper. The same idea is in x-ray (Free Law Project).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import numpy as np

from app import notices
from app.formats.base import Sink
from app.formats.pdf.engine import guarded, mupdf, rendered
from app.formats.pdf.pages import Pages
from app.formats.pdf.pictures import bounded, differ
from app.formats.pdf.text import ASCENT, DESCENT, TextLayer
from app.model import Notice
from app.places import PageArea, Unit
from detectors.model import Confidence
from ocr.ink import Pixels
from ocr.model import Box, Word

LOOK: Final = 100 / 72
"""Pixels a point under which text is looked for in the picture of the page."""

EVEN: Final = 12
"""Difference of neighbouring pixels (of 255) that nobody sees."""

DARK: Final = 80
"""Brightest value (of 255) of what looks like a black box."""

COVERED: Final = 0.8
"""Share of a word from which it is under something."""

BACKGROUND: Final = 0.5
"""Share of the page from which something painted is its background or a scan of it."""

PANEL: Final = 3
"""Rows high, from which something with text of its own on it is a window or a panel, no redaction."""

MOST_OVER: Final = 50
"""Things painted over one place that are looked at, the last ones."""

SHORTEST: Final = 2
RUN: Final = 4
"""Letters and digits of a word that is looked at, and of a part of a word that is."""

ENOUGH: Final = 12
"""Letters and digits on a page from which unseen text is worth telling; stray marks are shorter."""

TINIEST: Final = 1.5
"""Points; smaller type is a speck in every viewer."""

MOST_MARKS: Final = 500
"""Marks for redaction on a page that are looked at."""

MOST: Final = 2_000
"""Places on a page that are compared with what is painted there."""


@dataclass(frozen=True, slots=True)
class _Unseen:
    """A word, or part of one, that shows nothing; ``shade`` is the colour of its place, 0 to 255."""

    box: Box
    letters: int
    shade: int


class _Steps:
    """Places on a page in the order in which something was done there; many, so held as arrays."""

    def __init__(self, steps: Iterable[tuple[int, Sequence[float]]], turn: Any) -> None:
        pymupdf = mupdf()
        rows = [(step, *(pymupdf.Rect(place) * turn)) for step, place in steps]
        table = np.array(rows, dtype=np.float64).reshape(len(rows), 5)
        table = table[np.isfinite(table).all(axis=1)]
        self.steps = table[:, 0]
        self._left, self._top, self._right, self._bottom = table[:, 1:].T

    def share(self, box: Box) -> Any:
        """For each place, the share (0..1) of ``box`` in it."""
        width = np.minimum(self._right, box.right) - np.maximum(self._left, box.left)
        height = np.minimum(self._bottom, box.bottom) - np.maximum(self._top, box.top)
        return np.maximum(width, 0.0) * np.maximum(height, 0.0) / box.area

    def inside(self, box: Box) -> Any:
        """For each place, whether it lies in ``box``."""
        across = (self._left >= box.left) & (self._right <= box.right)
        return across & (self._top >= box.top) & (self._bottom <= box.bottom)

    def box(self, at: int) -> Box | None:
        left, top, right, bottom = (side[at] for side in (self._left, self._top, self._right, self._bottom))
        return Box(left, top, right, bottom) if left < right and top < bottom else None


class _Painted:
    """What a page paints besides text, in order, and when it wrote which text."""

    def __init__(self, page: Any) -> None:
        with guarded("A page"):
            turn = page.rotation_matrix
            log = list(enumerate(page.get_bboxlog()))
            trace = page.get_texttrace()
            whole = Box(0.0, 0.0, page.rect.width, page.rect.height)
        marks = {
            kind: _Steps([(step, place) for step, (name, place) in log if name.startswith(kind)], turn)
            for kind in ("fill-path", "fill-image", "fill-shade", "stroke-path")
        }
        self._backgrounds = {kind: group.share(whole) > BACKGROUND for kind, group in marks.items()}
        self._marks = marks
        self._spans = _Steps([(span["seqno"], span["bbox"]) for span in trace], turn)
        self._last = len(log)

    def written(self, box: Box) -> float:
        """The step at which the text at a place was written last."""
        found = self._spans.steps[self._spans.share(box) > COVERED]
        return float(found.max()) if found.size else self._last

    def over(self, box: Box, after: float, *, strokes: bool) -> bool:
        """Whether a place was painted over after a step by less than a background or a panel."""
        covered = 0.0
        for kind, group in self._marks.items():
            if strokes or kind != "stroke-path":
                shares = group.share(box)
                shares[(group.steps <= after) | self._backgrounds[kind]] = 0.0
                for mark in np.flatnonzero(shares)[-MOST_OVER:]:
                    if not self._is_panel(group, int(mark), box):
                        covered += float(shares[mark])
        return covered >= COVERED

    def _is_panel(self, group: _Steps, mark: int, box: Box) -> bool:
        """Whether something painted holds text of its own, as a window does that opened over others."""
        area = group.box(mark)
        if area is None or min(area.width, area.height) < PANEL * min(box.width, box.height):
            return False
        spans = self._spans
        others = spans.inside(area) & (spans.share(box) == 0.0)
        return bool((spans.steps[others] > group.steps[mark]).any())

    def on_scan(self, box: Box) -> bool:
        """Whether the place lies on a picture as large as a page."""
        shares = self._marks["fill-image"].share(box)[self._backgrounds["fill-image"]]
        return bool((shares > COVERED).any())


def examine_unseen(pages: Pages, index: int, layer: TextLayer, sink: Sink) -> None:
    """Tells of text on page ``index`` (0-based) that is under false covers, or that nobody sees."""
    words = [(column.frame.on_page, word) for column in layer.columns for word in column.text.words]
    page = pages.page(index)
    scale = bounded(page.rect.width, page.rect.height, LOOK)
    marked = list(_marked(page, [on_page(word.box) for on_page, word in words]))
    if marked:
        _tell(index, marked, "marked for redaction, but not redacted", Confidence.HIGH, sink)
    if not words:
        return
    look = _Look(rendered(page, scale), scale)
    unseen = [part for on_page, word in words for part in look.unseen(on_page, word)]
    if not unseen:
        return
    painted = _Painted(page)
    under: dict[tuple[str, Confidence], list[Box]] = {}
    hidden: list[_Unseen] = []
    scans = 0
    for part in unseen[:MOST]:
        dark = part.shade <= DARK
        if painted.over(part.box, painted.written(part.box), strokes=dark):
            key = ("text under a black box" if dark else "text under a box"), Confidence.HIGH
            under.setdefault(key, []).append(part.box)
        elif dark and (painted.over(part.box, -1, strokes=True) or painted.on_scan(part.box)):
            if part.letters >= RUN:
                under.setdefault(("text on a black ground", Confidence.MEDIUM), []).append(part.box)
        else:
            hidden.append(part)
            scans += painted.on_scan(part.box)
    for (what, confidence), boxes in under.items():
        _tell(index, boxes, what, confidence, sink)
    # words over a scan are seldom where the scan has them: some always lie beside the ink
    if scans and len(hidden) < len(words) / 2:
        return
    if sum(part.letters for part in hidden) >= ENOUGH:
        place = PageArea(index + 1, tuple(part.box for part in hidden), Unit.POINT)
        sink.notice(Notice(notices.HIDDEN_TEXT, place, "text without visible ink"))


def _tell(index: int, boxes: Iterable[Box], what: str, confidence: Confidence, sink: Sink) -> None:
    place = PageArea(index + 1, tuple(boxes), Unit.POINT)
    sink.notice(Notice(notices.FALSE_COVER, place, what, confidence))


def _marked(page: Any, words: Sequence[Box]) -> Iterator[Box]:
    """Words under marks of an editor that was to redact them and did not."""
    pymupdf = mupdf()
    with guarded("A page"):
        turn = page.rotation_matrix
        marks = [
            pymupdf.Rect(annotation.rect) * turn
            for annotation in islice(page.annots(types=(pymupdf.PDF_ANNOT_REDACT,)), MOST_MARKS)
        ]
    boxes = [Box(*mark) for mark in marks if mark.x0 < mark.x1 and mark.y0 < mark.y1]
    for word in words:
        if any(word.overlap(box) >= COVERED for box in boxes):
            yield word


class _Look:
    """The picture of a page, asked where it is even."""

    def __init__(self, pixels: Pixels, scale: float) -> None:
        self._scale = scale
        self._pixels = pixels
        across = np.zeros(pixels.shape[:2], dtype=np.bool_)
        down = np.zeros(pixels.shape[:2], dtype=np.bool_)
        across[:, 1:] = differ(pixels[:, 1:], pixels[:, :-1], EVEN)
        down[1:] = differ(pixels[1:], pixels[:-1], EVEN)
        steps = across | down
        self._sums = np.zeros((steps.shape[0] + 1, steps.shape[1] + 1), dtype=np.int64)
        np.cumsum(np.cumsum(steps, axis=0), axis=1, out=self._sums[1:, 1:])

    def unseen(self, on_page: Any, word: Word) -> Iterator[_Unseen]:
        """The word when nothing of it shows, else its longer parts of which nothing shows.

        Args:
            on_page: from the word's frame to the page.
        """
        letters = sum(map(str.isalnum, word.text))
        if letters < SHORTEST:
            return
        # boxes of neighbouring rows may touch, their middles do not
        band = word.box.grow(0.0, -word.box.height / 4)
        shade = self._even(on_page(band))
        if shade is None and word.box.height / (ASCENT + DESCENT) < TINIEST:
            shade = 255
        if shade is not None:
            yield _Unseen(on_page(word.box), letters, shade)
            return
        edges = word.edges
        if not edges or letters < 2 * RUN:
            return
        start = None
        for at in range(len(word.text) + 1):
            even = (
                at < len(word.text)
                and edges[at] < edges[at + 1]
                and self._even(on_page(Box(edges[at], band.top, edges[at + 1], band.bottom))) is not None
            )
            if even and start is None:
                start = at
            elif not even and start is not None:
                count = sum(map(str.isalnum, word.text[start:at]))
                whole = on_page(Box(edges[start], band.top, edges[at], band.bottom))
                if count >= RUN and (shade := self._even(whole)) is not None:
                    box = Box(edges[start], word.box.top, edges[at], word.box.bottom)
                    yield _Unseen(on_page(box), count, shade)
                start = None

    def _even(self, box: Box) -> int | None:
        """The brightest value at a place in points when the place is even, else None."""
        height, width = self._pixels.shape[:2]
        inside = box.scaled(self._scale).clipped(width, height)
        if inside is None:
            return None
        left, top = int(np.ceil(inside.left)), int(np.ceil(inside.top))
        right, bottom = max(left + 1, int(inside.right)), max(top + 1, int(inside.bottom))
        if right > width or bottom > height:
            return None
        # a step is counted at the latter of two pixels: the first row and column have theirs outside
        sums = self._sums
        a, b = min(top + 1, bottom), min(left + 1, right)
        if sums[bottom, right] - sums[a, right] - sums[bottom, b] + sums[a, b]:
            return None
        return int(self._pixels[top:bottom, left:right].max())
