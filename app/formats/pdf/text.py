"""The text layer of a PDF page -> words in points of the displayed page, sorted by where they stand.

Glyph order in the file means nothing: letters may be drawn in any order, or spaced out. Glyphs are grouped
by writing direction, put into rows by position, and joined to words by their gaps; what reads differently
in file order is kept beside it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.formats.pdf.engine import guarded
from app.formats.pdf.glyphs import Frame, Glyph, drawn_lines, unknown
from ocr.model import Box, Word, union_all
from ocr.page_text import PageText
from ocr.rows import arrange

WORD_GAP: Final = 0.15
"""Gap, in font sizes, from which two glyphs belong to different words; MuPDF's own limit."""

ONE_PIECE: Final = 1.0
"""Words drawn one after the other with at most this gap, in font sizes, belong to one piece of a row."""

SPACED_OUT: Final = 4
"""So many single letters at even distances are one letterspaced word."""

FEW: Final = 3
"""Letters of a run that may have been placed one by one."""

LOOKED_BACK: Final = 8
"""Letters before the next one with which its distance is compared."""

EVEN: Final = 0.06
FARTHEST: Final = 1.2
"""Gaps of letterspaced text differ by at most the first, and are at most the second, in font sizes."""

SCRAMBLED_GAP: Final = 0.5
"""The same limit as ``WORD_GAP`` for rows whose letters were drawn out of order."""

ASCENT: Final = 0.7
DESCENT: Final = 0.2
"""A word's box holds at least this band around the baseline, in font sizes: fonts may misstate their ink."""


@dataclass(frozen=True, slots=True)
class Column:
    """All text of one page in one direction; boxes of ``text`` are in coordinates of ``frame``."""

    frame: Frame
    text: PageText


ODD_WORD: Final = 16
ODD_SIGNS: Final = 4
"""Characters of a word from which on so many different odd signs in it make it doubtful."""

_ORDINARY: Final = frozenset("-_.:/=+@%&?#~,;!*'\"()$|<>{}")


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
        away: letters and digits of the lines of which nothing lies on the page.
    """

    columns: tuple[Column, ...]
    reordered: tuple[Line, ...]
    outside: tuple[str, ...] = field(repr=False)
    unmapped: tuple[Box, ...]
    away: int = 0

    def doubtful(self) -> bool:
        """Whether its characters may not be what the page shows: some are unknown, or a word reads as none.

        Fonts may lack the meaning of their glyphs, or lie about it; then long words are full of signs that
        neither text nor credentials, addresses and paths have.
        """
        return bool(self.unmapped) or any(
            len(word) >= ODD_WORD and len({char for char in word if _odd(char)}) >= ODD_SIGNS
            for column in self.columns
            for word in column.text.text.split()
        )

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
    with guarded("A page"):
        width, height = page.rect.width, page.rect.height
    lines: list[tuple[Frame, list[Glyph]]] = []
    outside: list[str] = []
    unmapped: list[Box] = []
    away = 0
    for frame, glyphs in drawn_lines(page):
        shown = [g for g in glyphs if _touches(frame.on_page(g.box), width, height)]
        unmapped += [frame.on_page(g.box) for g in shown if unknown(g.char)]
        if shown:
            lines.append((frame, shown))
        if len(shown) < len(glyphs):
            outside.append("".join(g.char for g in glyphs))
            away += 0 if shown else sum(g.char.isalnum() for g in glyphs)
    columns = _columns(lines)
    compact = "\n".join(squeezed(column.text.text) for column in columns)
    reordered = tuple(line for line in map(_in_file_order, lines) if squeezed(line.text) not in compact)
    return TextLayer(columns, reordered, tuple(outside), tuple(unmapped), away)


def _odd(char: str) -> bool:
    return not char.isalpha() and not char.isdecimal() and char not in _ORDINARY


def _touches(box: Box, width: float, height: float) -> bool:
    return box.left < width and box.right > 0 and box.top < height and box.bottom > 0


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
    seen: dict[tuple[str, int, int], list[Box]] = {}
    once = [run for run in runs if not _drawn_twice(run.text(), _band(run), run.glyphs[0].size, seen)]
    kept: list[_Run] = []
    pieces: list[list[Word]] = []
    for run, band in zip(once, _apart(once), strict=True):
        # the text is the run's number: rows are found by bands of equal height, words are made after
        stand_in = Word(str(len(kept)), band, 0, 1.0)
        if kept and _in_one_piece(kept[-1], run):
            pieces[-1].append(stand_in)
        else:
            pieces.append([stand_in])
        kept.append(run)
    placed = arrange(pieces)
    words: list[Word] = []
    for row, group in itertools.groupby(placed, key=lambda word: word.line):
        words += _words([(kept[int(word.text)], int(word.text)) for word in group], row)
    return PageText.from_words(words, exact=True)


def _apart(runs: Sequence[_Run]) -> list[Box]:
    """The bands of runs; letters of one baseline that reach over the next are cut off where that begins.

    What lies over each other is taken for different rows, but wide letters at narrow steps are one.
    """
    bands = [_band(run) for run in runs]
    letters = [at for at, run in enumerate(runs) if len(run.glyphs) <= FEW]
    letters.sort(key=lambda at: (round(runs[at].glyphs[0].baseline), bands[at].left))
    for at, following in itertools.pairwise(letters):
        one, other = runs[at].glyphs[0], runs[following].glyphs[0]
        step = bands[following].left - bands[at].left
        if abs(one.baseline - other.baseline) < EVEN * one.size and 0.2 * one.size < step < bands[at].width:
            bands[at] = replace(bands[at], right=bands[following].left)
    return bands


def _in_one_piece(before: _Run, run: _Run) -> bool:
    """Whether nothing else can stand between two runs: letters drawn out of order leave room for others."""
    whole = run.after_space or min(len(before.glyphs), len(run.glyphs)) > 1
    return whole and _follows(before.glyphs[-1], run.glyphs[0], ONE_PIECE)


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
    """Joins letters that stand at even distances without a space between them."""
    result: list[list[Glyph]] = []
    at = 0
    while at < len(groups):
        end = at + 1
        letters = list(groups[at])
        while end < len(groups) and not spaces[end]:
            latest = [*letters, *groups[end]][-LOOKED_BACK - len(groups[end]) :]
            if not _even(latest, single=len(letters) == end - at and len(groups[end]) == 1):
                break
            letters += groups[end]
            end += 1
        if len(letters) >= SPACED_OUT and end - at > 1:
            result.append(letters)
        else:
            result += groups[at:end]
        at = end
    return result


def _even(letters: Sequence[Glyph], *, single: bool) -> bool:
    """Whether letters stand at even steps, or, each a ``single`` one, at even gaps; and not too far."""
    size = letters[0].size
    gaps = [b.box.left - a.box.right for a, b in itertools.pairwise(letters)]
    steps = [b.box.left - a.box.left for a, b in itertools.pairwise(letters)]
    spread = max(steps) - min(steps)
    if single:
        spread = min(spread, max(gaps) - min(gaps))
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
