"""The text layer of a PDF page -> words in points of the displayed page, sorted by where they stand.

Glyph order in the file means nothing: letters may be drawn in any order, or spaced out. Glyphs are grouped
by writing direction, put into rows by position, and joined to words by their gaps; what reads differently
in file order is kept beside it.
"""

from __future__ import annotations

import itertools
import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.formats.pdf_engine import guarded, mupdf
from ocr.model import Box, Word, union_all
from ocr.page_text import PageText
from ocr.rows import arrange

WORD_GAP: Final = 0.15
"""Gap, in font sizes, from which two glyphs belong to different words; MuPDF's own limit."""

SPACED_OUT: Final = 4
"""So many single letters at even distances are one letterspaced word."""

EVEN: Final = 0.06
FARTHEST: Final = 1.2
"""Gaps of letterspaced text differ by at most the first, and are at most the second, in font sizes."""

SCRAMBLED_GAP: Final = 0.5
"""The same limit as ``WORD_GAP`` for rows whose letters were drawn out of order."""

ASCENT: Final = 0.7
DESCENT: Final = 0.2
"""A word's box holds at least this band around the baseline, in font sizes: fonts may misstate their ink."""

ASKEW: Final = 4
"""Degrees by which a direction may be off and still counts as straight."""

_IGNORED: Final = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
"""Invisible characters that would cut a value in two."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character in the frame of its writing direction, in points: x along the row, y across."""

    char: str = field(repr=False)
    box: Box
    baseline: float
    size: float
    space: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """A writing direction as seen on the displayed page: the unit vector (``cos``, ``sin``), y down."""

    cos: float
    sin: float

    @property
    def upright(self) -> bool:
        return self.sin == 0.0 and self.cos > 0

    def enter(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page in coordinates of this frame."""
        return x * self.cos + y * self.sin, y * self.cos - x * self.sin

    def leave(self, x: float, y: float) -> tuple[float, float]:
        """A point of this frame in coordinates of the page."""
        return x * self.cos - y * self.sin, x * self.sin + y * self.cos

    def on_page(self, box: Box) -> Box:
        """The upright box on the page around a box of this frame."""
        if self.upright:
            return box
        corners = [self.leave(x, y) for x in (box.left, box.right) for y in (box.top, box.bottom)]
        return _around(corners)


@dataclass(frozen=True, slots=True)
class Column:
    """All text of one page in one direction; boxes of ``text`` are in coordinates of ``frame``."""

    frame: Frame
    text: PageText


@dataclass(frozen=True, slots=True)
class Line:
    """A line in file order: its characters and, for each, its box on the page."""

    text: str = field(repr=False)
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class TextLayer:
    """What the text layer of one page holds.

    Attributes:
        columns: the text by writing direction, the commonest first.
        reordered: lines that read differently in file order.
        outside: lines that lie off the displayed page.
        unmapped: boxes on the page of glyphs that stand for no known character.
    """

    columns: tuple[Column, ...]
    reordered: tuple[Line, ...]
    outside: tuple[str, ...] = field(repr=False)
    unmapped: tuple[Box, ...]

    def compact(self) -> str:
        """Everything without white space, as one string."""
        parts = [squeezed(column.text.text) for column in self.columns]
        return "\n".join([*parts, *(squeezed(line.text) for line in self.reordered)])


def squeezed(text: str) -> str:
    """``text`` without white space."""
    return "".join(text.split())


def text_layer(page: Any) -> TextLayer:
    """Reads the text layer of a MuPDF page as it is drawn, whatever replacement text claims.

    Raises:
        Unreadable: the page's content is damaged.
    """
    pymupdf = mupdf()
    flags = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_IGNORE_ACTUALTEXT | pymupdf.TEXT_INHIBIT_SPACES
    with guarded("A page"):
        clip = pymupdf.INFINITE_RECT()
        drawn = page.get_text("rawdict", flags=flags, clip=clip)
        # PyMuPDF leaves out some characters without ink here, so it only serves to look ink up
        inked = page.get_text("rawdict", flags=flags | pymupdf.TEXT_ACCURATE_BBOXES, clip=clip)
        turn = tuple(page.rotation_matrix)
        width, height = page.rect.width, page.rect.height
    ink = {(char["c"], char["origin"]): char["bbox"] for line in _lines(inked) for char in _chars(line)}
    lines: list[tuple[Frame, list[Glyph]]] = []
    outside: list[str] = []
    unmapped: list[Box] = []
    for line in _lines(drawn):
        frame, glyphs = _glyphs(line, turn, ink)
        shown = [g for g in glyphs if _touches(frame.on_page(g.box), width, height)]
        unmapped += [frame.on_page(g.box) for g in shown if _unknown(g.char)]
        if shown:
            lines.append((frame, shown))
        if len(shown) < len(glyphs):
            outside.append("".join(g.char for g in glyphs))
    columns = _columns(lines)
    compact = "\n".join(squeezed(column.text.text) for column in columns)
    reordered = tuple(line for line in map(_in_file_order, lines) if squeezed(line.text) not in compact)
    return TextLayer(columns, reordered, tuple(outside), tuple(unmapped))


def plain_lines(page: Any) -> tuple[str, ...]:
    """The lines of a page as a viewer would copy them, replacement text included, off-page text too.

    Raises:
        Unreadable: the page's content is damaged.
    """
    pymupdf = mupdf()
    with guarded("A page"):
        text: str = page.get_text(
            "text", flags=pymupdf.TEXT_PRESERVE_WHITESPACE, clip=pymupdf.INFINITE_RECT()
        )
    return tuple(line for line in text.splitlines() if line.strip())


def _lines(page_dict: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for block in page_dict["blocks"]:
        yield from block.get("lines", ())


def _chars(line: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for span in line["spans"]:
        yield from span["chars"]


def _glyphs(
    line: dict[str, Any],
    turn: Sequence[float],
    ink: Mapping[tuple[str, tuple[float, float]], Sequence[float]],
) -> tuple[Frame, list[Glyph]]:
    """The glyphs of one of MuPDF's lines: as wide as their advance, as high as their ink."""
    a, b, c, d, e, f = turn
    dx, dy = line["dir"]
    frame = _frame(a * dx + c * dy, b * dx + d * dy)

    def enter(x: float, y: float) -> tuple[float, float]:
        return frame.enter(a * x + c * y + e, b * x + d * y + f)

    glyphs: list[Glyph] = []
    for span in line["spans"]:
        size = float(span["size"]) or 1.0
        for char in span["chars"]:
            text = char["c"]
            origin = char["origin"]
            advance = [enter(x, y) for x, y in _corners(char["bbox"])]
            seen = [enter(x, y) for x, y in _corners(ink.get((text, origin), char["bbox"]))]
            baseline = enter(*origin)[1]
            if text in _IGNORED or not all(
                math.isfinite(v) for v in itertools.chain(*advance, *seen, [baseline])
            ):
                continue
            box = _around([(x, y) for (x, _), (_, y) in zip(advance, seen, strict=True)])
            glyphs.append(Glyph(text, box, baseline, size, text.isspace()))
    return frame, glyphs


def _frame(cos: float, sin: float) -> Frame:
    """The writing direction in whole degrees; scans a little askew count as straight."""
    degrees = round(math.degrees(math.atan2(sin, cos))) % 360
    quarter = round(degrees / 90)
    if abs(degrees - 90 * quarter) <= ASKEW:
        return Frame(*((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[quarter % 4])
    return Frame(math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))


def _corners(box: Sequence[float]) -> list[tuple[float, float]]:
    x0, y0, x1, y1 = box
    return [(x0, y0), (x1, y0), (x0, y1), (x1, y1)]


def _around(points: Iterable[tuple[float, float]]) -> Box:
    """The smallest box around points, never empty."""
    xs, ys = zip(*points, strict=True)
    left, top = min(xs), min(ys)
    return Box(left, top, max(left + 0.01, *xs), max(top + 0.01, *ys))


def _touches(box: Box, width: float, height: float) -> bool:
    return box.left < width and box.right > 0 and box.top < height and box.bottom > 0


def _unknown(char: str) -> bool:
    """Whether a character says nothing about its glyph: replacement, private use, control."""
    return not char.isspace() and (char == "\ufffd" or unicodedata.category(char) in ("Co", "Cn", "Cc", "Cs"))


def _in_file_order(line: tuple[Frame, list[Glyph]]) -> Line:
    frame, glyphs = line
    return Line("".join(g.char for g in glyphs), tuple(frame.on_page(g.box) for g in glyphs))


# --- glyphs to words ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Run:
    """Glyphs of one word, or part of it, in file order; ``after_space`` when a space stands before it."""

    glyphs: tuple[Glyph, ...]
    after_space: bool

    def text(self) -> str:
        return "".join(g.char for g in self.glyphs)


def _columns(lines: Iterable[tuple[Frame, list[Glyph]]]) -> tuple[Column, ...]:
    by_frame: dict[Frame, list[_Run]] = {}
    for frame, glyphs in lines:
        by_frame.setdefault(frame, []).extend(_runs(glyphs))
    columns = [Column(frame, _page_text(runs)) for frame, runs in by_frame.items() if runs]
    columns.sort(key=lambda column: -len(column.text.words))
    return tuple(columns)


def _runs(glyphs: Iterable[Glyph]) -> Iterator[_Run]:
    run: list[Glyph] = []
    after_space = space = False
    for glyph in glyphs:
        if glyph.space:
            space = True
            continue
        if run and (space or not _follows(run[-1], glyph)):
            yield _Run(tuple(run), after_space)
            run = []
            after_space = space
        elif not run:
            after_space = space
        space = False
        run.append(glyph)
    if run:
        yield _Run(tuple(run), after_space)


def _follows(before: Glyph, glyph: Glyph, limit: float = WORD_GAP) -> bool:
    size = max(before.size, glyph.size)
    gap = glyph.box.left - before.box.right
    return -0.5 * size < gap < limit * size and abs(glyph.baseline - before.baseline) < 0.3 * size


def _page_text(runs: Iterable[_Run]) -> PageText:
    """Runs of one direction -> rows by position -> words."""
    kept: list[_Run] = []
    pieces: list[tuple[Word, ...]] = []
    seen: dict[tuple[str, int, int], list[Box]] = {}
    for run in runs:
        band = _band(run)
        if _drawn_twice(run.text(), band, run.glyphs[0].size, seen):
            continue
        # the text is the run's number: rows are found by bands of equal height, words are made after
        pieces.append((Word(str(len(kept)), band, 0, 1.0),))
        kept.append(run)
    placed = arrange(pieces)
    words: list[Word] = []
    for row, group in itertools.groupby(placed, key=lambda word: word.line):
        words += _words([(kept[int(word.text)], int(word.text)) for word in group], row)
    return PageText.from_words(words, exact=True)


def _band(run: _Run) -> Box:
    first, last = run.glyphs[0], run.glyphs[-1]
    size = max(g.size for g in run.glyphs)
    left = min(g.box.left for g in run.glyphs)
    right = max(g.box.right for g in run.glyphs)
    low, high = sorted((first.baseline, last.baseline))
    return Box(left, low - ASCENT * size, right, high + DESCENT * size)


def _drawn_twice(text: str, box: Box, size: float, seen: dict[tuple[str, int, int], list[Box]]) -> bool:
    """Whether the same text stands here already, as bold print imitated by drawing it twice does."""
    x, y = int(box.left // size), int(box.top // size)
    for key in ((text, x + i, y + k) for i in (-1, 0, 1) for k in (-1, 0, 1)):
        for other in seen.get(key, ()):
            if abs(other.left - box.left) < 0.1 * size and abs(other.top - box.top) < 0.1 * size:
                return True
    seen.setdefault((text, x, y), []).append(box)
    return False


def _words(row: Sequence[tuple[_Run, int]], number: int) -> Iterator[Word]:
    """The words of one row: neighbouring runs without a gap are joined, spaced-out letters too."""
    groups: list[list[Glyph]] = []
    spaces: list[bool] = []
    gap = SCRAMBLED_GAP if _scrambled(row) else WORD_GAP
    last = -1
    for run, order in row:
        first = run.glyphs[0]
        space = run.after_space and order == last + 1
        if groups and not space and _follows(groups[-1][-1], first, gap):
            groups[-1] += run.glyphs
        else:
            groups.append(list(run.glyphs))
            spaces.append(space)
        last = order
    for glyphs in _spaced_out(groups, spaces):
        yield _word(glyphs, number)


def _scrambled(row: Sequence[tuple[_Run, int]]) -> bool:
    """Whether a row was drawn letter by letter out of order: its gaps then say little about words."""
    backwards = sum(b < a for (_, a), (_, b) in itertools.pairwise(row))
    letters = sum(len(run.glyphs) for run, _ in row)
    return backwards >= SPACED_OUT and letters <= 3 * len(row)


def _spaced_out(groups: Sequence[list[Glyph]], spaces: Sequence[bool]) -> list[list[Glyph]]:
    """Joins single letters that stand at even distances without a space between them."""
    result: list[list[Glyph]] = []
    at = 0
    while at < len(groups):
        end = at + 1
        while end < len(groups) and len(groups[at]) == len(groups[end]) == 1 and not spaces[end]:
            if not _even([group[0] for group in groups[max(at, end - 8) : end + 1]]):
                break
            end += 1
        if end - at >= SPACED_OUT:
            result.append([glyph for group in groups[at:end] for glyph in group])
        else:
            result += groups[at:end]
        at = end
    return result


def _even(letters: Sequence[Glyph]) -> bool:
    """Whether letters stand at even gaps or at even steps, and not too far from each other."""
    size = letters[0].size
    gaps = [b.box.left - a.box.right for a, b in itertools.pairwise(letters)]
    steps = [b.box.left - a.box.left for a, b in itertools.pairwise(letters)]
    spread = min(max(gaps) - min(gaps), max(steps) - min(steps))
    return spread <= EVEN * size and max(gaps) <= FARTHEST * size


def _word(glyphs: Sequence[Glyph], line: int) -> Word:
    ink = union_all(glyph.box for glyph in glyphs)
    band = _band(_Run(tuple(glyphs), after_space=False))
    box = Box(ink.left, min(ink.top, band.top), ink.right, max(ink.bottom, band.bottom))
    edges: list[float] = []
    text = ""
    for glyph in glyphs:
        # a glyph may stand for several characters, and MuPDF may report several with one box
        share = (glyph.box.right - glyph.box.left) / len(glyph.char)
        edges += [glyph.box.left + i * share for i in range(len(glyph.char))]
        text += glyph.char
    edges.append(box.right)
    for i in range(1, len(edges)):
        edges[i] = max(edges[i], edges[i - 1])
    return Word(text, box, line, 1.0, tuple(edges))
