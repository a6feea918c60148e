"""Proof of a page that keeps its text: its content and its font hold what this program writes, nothing else.

The content is read line by line in the grammar of ``content``. The font is taken apart, and must be byte
for byte what its glyphs make when they are put together again.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from app.formats.pdf.cover_objects import ProvenCovers
from app.formats.pdf.new_objects import StoredPicture
from app.formats.pdf.syntax import Malformed, Name, Text, Value
from app.formats.pdf.vector.cff import CURVES_AT_ONCE, LINES_AT_ONCE, font_program, number
from app.formats.pdf.vector.items import Point, around, box_of
from app.formats.pdf.vector.typeface import NAME, SPACE, to_unicode
from ocr.model import Box

_N: Final = rb"-?\d{1,9}(?:\.\d{1,4})?"
_SHARE: Final = rb"(?:0(?:\.\d{1,3})?|1)"
_PATH: Final = re.compile(
    rb"((?:%s %s m(?: %s %s l| %s %s %s %s %s %s c)*(?: h)? )+)(?:f\*?|S|W\*? n)\Z" % ((_N,) * 10)
)
_NUMBERS: Final = re.compile(_N)
_COLOUR: Final = re.compile(rb"%s %s %s (?:rg|RG)\Z" % ((_SHARE,) * 3))
_PEN: Final = re.compile(rb"%s w [012] J [012] j %s M \[(?:%s(?: %s)*)?\] %s d\Z" % ((_N,) * 5))
_STATE: Final = re.compile(rb"/G(\d{1,4}) gs\Z")
_PATCH: Final = re.compile(rb"q (%s) 0 0 (%s) (%s) (%s) cm /P(\d{1,4}) Do Q\Z" % ((_N,) * 4))
_TEXT: Final = re.compile(
    rb"BT /T (%s) Tf (%s) (%s) (%s) (%s) (%s) (%s) Tm \[(<[0-9A-F]+>(?: -?\d{1,6} <[0-9A-F]+>)*)\] TJ ET\Z"
    % ((_N,) * 7)
)
_PIECE: Final = re.compile(rb"<([0-9A-F]+)>|(-?\d+)")
_MAPPED: Final = re.compile(rb"<([0-9A-F]{4})> <((?:[0-9A-F]{4})+)>\n")


@dataclass(frozen=True, slots=True)
class FontProof:
    """A font's glyphs by code: what they stand for, how wide they are and the boxes around them, in ems."""

    texts: tuple[str, ...] = field(repr=False)
    widths: tuple[int, ...]
    boxes: tuple[Box | None, ...]


@dataclass(frozen=True, slots=True)
class TextPage:
    """A page made of shapes, text, pictures, covers and unseen words.

    Attributes:
        width, height: in points.
        points: every corner and control point of its shapes, as displayed.
        letters: the boxes around its glyphs, as displayed.
        words: its words, seen and unseen.
        pictures: its pictures and where they are.
        covers: what is painted over them.
        links: number of links.
        states: how many opacities it names.
        codes: the glyphs it shows.
    """

    width: float
    height: float
    points: tuple[Point, ...] = field(repr=False)
    letters: tuple[Box, ...] = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    pictures: tuple[tuple[StoredPicture, Box], ...]
    covers: ProvenCovers
    links: int
    states: int
    codes: frozenset[int] = field(repr=False)

    def with_rest(self, covers: ProvenCovers, words: tuple[str, ...], links: int) -> TextPage:
        """The page with what was read of it elsewhere: covers, unseen words, links."""
        return replace(self, covers=covers, words=(*self.words, *words), links=links)


def text_page(
    lines: Sequence[bytes],
    size: tuple[float, float],
    pictures: Sequence[StoredPicture],
    font: FontProof | None,
) -> TextPage:
    """Reads the part of a content that draws what is seen.

    Raises:
        Malformed: a line is none that this program writes.
    """
    return _Reader(size, pictures, font).read(lines)


class _Reader:
    def __init__(
        self, size: tuple[float, float], pictures: Sequence[StoredPicture], font: FontProof | None
    ) -> None:
        self.size = size
        self.pictures = pictures
        self.font = font
        self.points: list[Point] = []
        self.letters: list[Box] = []
        self.words: list[str] = []
        self.word = ""
        self.placed: list[tuple[StoredPicture, Box]] = []
        self.states = 0
        self.codes: set[int] = set()

    def read(self, lines: Sequence[bytes]) -> TextPage:
        depth = 0
        for at, line in enumerate(lines):
            if line == b"q":
                depth += 1
            elif line == b"Q":
                depth -= 1
            elif not self._drawn(line):
                raise Malformed("an operation of a page")
            if not 0 <= depth <= 2 or (depth == 0) != (at == len(lines) - 1):
                raise Malformed("operations that begin and end")
        if self.word or len(self.placed) != len(self.pictures):
            raise Malformed("every picture once, and words that end")
        return TextPage(
            *self.size,
            tuple(self.points),
            tuple(self.letters),
            tuple(self.words),
            tuple(self.placed),
            ProvenCovers(),
            0,
            self.states,
            frozenset(self.codes),
        )

    def _drawn(self, line: bytes) -> bool:
        if (path := _PATH.match(line)) is not None:
            numbers = [float(found) for found in _NUMBERS.findall(path.group(1))]
            self.points += [(x, self.size[1] - y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]
            return True
        if (text := _TEXT.match(line)) is not None:
            self._text(text)
            return True
        if (state := _STATE.match(line)) is not None:
            name = int(state.group(1))
            if name > self.states:
                raise Malformed("opacities in their order")
            self.states = max(self.states, name + 1)
            return True
        if (patch := _PATCH.match(line)) is not None:
            self._patch(patch)
            return True
        return bool(_COLOUR.match(line) or _PEN.match(line))

    def _patch(self, patch: re.Match[bytes]) -> None:
        width, height, x, y = map(float, patch.groups()[:4])
        if int(patch.group(5)) != len(self.placed) or len(self.placed) >= len(self.pictures):
            raise Malformed("pictures in their order")
        if width <= 0 or height <= 0:
            raise Malformed("an upright picture")
        bottom = self.size[1] - y
        self.placed.append((self.pictures[len(self.placed)], Box(x, bottom - height, x + width, bottom)))

    def _text(self, text: re.Match[bytes]) -> None:
        if self.font is None:
            raise Malformed("a font of the page")
        size, a, b, c, d, x, y = map(float, text.groups()[:7])
        pen = 0.0
        for codes, gap in _PIECE.findall(text.group(8)):
            if gap:
                pen -= int(gap) / 1000
                continue
            if len(codes) % 4:
                raise Malformed("codes of two bytes")
            for at in range(0, len(codes), 4):
                code = int(codes[at : at + 4], 16)
                if not 0 < code < len(self.font.texts):
                    raise Malformed("a character of the font")
                self.codes.add(code)
                self._glyph(code, (a * size, b * size, c * size, d * size), x, y, pen)
                pen += self.font.widths[code] / 1000

    def _glyph(
        self, code: int, em: tuple[float, float, float, float], x: float, y: float, pen: float
    ) -> None:
        assert self.font is not None
        if code == SPACE:
            self.words.append(self.word)
            self.word = ""
            return
        self.word += self.font.texts[code]
        box = self.font.boxes[code]
        if box is None:
            raise Malformed("a glyph with a shape")
        a, b, c, d = em
        corners = [(pen + u, v) for u in (box.left, box.right) for v in (box.top, box.bottom)]
        xs = [a * u + c * v + x for u, v in corners]
        ys = [self.size[1] - (b * u + d * v + y) for u, v in corners]
        placed = box_of(min(xs), min(ys), max(xs), max(ys))
        assert placed is not None
        self.letters.append(placed)


# --- the font -------------------------------------------------------------------------------------


def proven_font(
    font: dict[str, Value],
    descendant: dict[str, Value],
    descriptor: dict[str, Value],
    program: bytes,
    cmap: bytes,
) -> FontProof:
    """The font of visible text, if every part of it is as this program writes it.

    Raises:
        Malformed: it is not.
    """
    name = Name(NAME)
    said = {"Registry": Text(b"Adobe"), "Ordering": Text(b"Identity"), "Supplement": 0}
    if (
        (font["Type"], font["Subtype"], font["BaseFont"]) != (Name("Font"), Name("Type0"), name)
        or font["Encoding"] != Name("Identity-H")
        or (descendant["Type"], descendant["Subtype"]) != (Name("Font"), Name("CIDFontType0"))
        or descendant["BaseFont"] != name
        or descendant["CIDSystemInfo"] != said
        or (descriptor["Type"], descriptor["FontName"]) != (Name("FontDescriptor"), name)
        or (descriptor["Flags"], descriptor["FontBBox"]) != (4, [0, -200, 1000, 800])
        or (descriptor["ItalicAngle"], descriptor["Ascent"], descriptor["Descent"]) != (0, 800, -200)
        or (descriptor["CapHeight"], descriptor["StemV"]) != (700, 80)
    ):
        raise Malformed("a font of this program")
    glyphs = [_glyph(found) for found in _programs(program)]
    widths = tuple(width for width, _ in glyphs)
    if descendant["W"] != [0, list(widths)]:
        raise Malformed("the widths of the glyphs")
    texts = [
        "",
        *(bytes.fromhex(text.decode()).decode("utf-16-be", "replace") for _, text in _MAPPED.findall(cmap)),
    ]
    if len(texts) != len(glyphs) or to_unicode(texts) != cmap or texts[SPACE : SPACE + 1] != [" "]:
        raise Malformed("a character map of the glyphs")
    return FontProof(tuple(texts), widths, tuple(box for _, box in glyphs))


def _programs(data: bytes) -> list[bytes]:
    """The glyphs of a font program that consists of nothing else."""
    at = 4
    for _ in range(4):  # names, dictionary, strings, subroutines
        _, at = _index(data, at)
    programs, _ = _index(data, at + 5 + 8)
    if len(programs) < 2 or font_program(programs) != data:
        raise Malformed("a font program of this program")
    return programs


def _index(data: bytes, at: int) -> tuple[list[bytes], int]:
    """The items of an INDEX and where it ends."""
    count, size = int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 2 : at + 3], "big")
    if not count:
        return [], at + 2
    first = at + 3
    offsets = [
        int.from_bytes(data[first + i * size : first + (i + 1) * size], "big") for i in range(count + 1)
    ]
    base = first + (count + 1) * size - 1
    if not 1 <= size <= 4 or sorted(offsets) != offsets or offsets[0] != 1 or base + offsets[-1] > len(data):
        raise Malformed("an index of a font program")
    return [data[base + a : base + b] for a, b in itertools.pairwise(offsets)], base + offsets[-1]


def _glyph(program: bytes) -> tuple[int, Box | None]:
    """A glyph's width and the box around it, in ems, if it consists of one width and closed outlines."""
    at, stack = 0, list[int]()
    width: int | None = None
    x = y = 0
    points: list[tuple[int, int]] = []
    while at < len(program):
        operator = program[at]
        if operator >= 32 or operator == 28:
            value, length = _number(program, at)
            stack.append(value)
            at += length
            continue
        if width is None:
            if not stack:
                raise Malformed("the width of a glyph")
            width = stack.pop(0)
        at += 1
        match operator, len(stack):
            case (0x0E, 0) if at == len(program):
                return width, _around(points)
            case (0x15, 2):
                pass
            case (0x05, count) if points and count and count % 2 == 0 and count <= 2 * LINES_AT_ONCE:
                pass
            case (0x08, count) if points and count and count % 6 == 0 and count <= 6 * CURVES_AT_ONCE:
                pass
            case _:
                raise Malformed("an outline")
        for dx, dy in zip(stack[::2], stack[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
        stack.clear()
    raise Malformed("the end of a glyph")


def _number(program: bytes, at: int) -> tuple[int, int]:
    """The number there and how many bytes it takes, in its one shortest form."""
    first = program[at]
    if first == 28:
        value, length = int.from_bytes(program[at + 1 : at + 3], "big", signed=True), 3
    elif first <= 246:
        value, length = first - 139, 1
    else:
        second = program[at + 1] if at + 1 < len(program) else 0
        value, length = ((first - 247) * 256 + second + 108, 2) if first <= 250 else (
            -(first - 251) * 256 - second - 108, 2,
        )  # fmt: skip
    if program[at : at + length] != number(value):
        raise Malformed("a number in its shortest form")
    return value, length


def _around(points: Sequence[tuple[int, int]]) -> Box | None:
    return around(box_of(x / 1000, y / 1000, x / 1000, y / 1000) for x, y in points)
