"""A font program of our own: Compact Font Format (Adobe Technical Notes 5176 and 5177), as little as works.

One CID-keyed font, outlines only: no names but ``F``, no hints, no subroutines, nothing of another font.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.formats.pdf.vector.items import Subpath

UNITS: Final = 1000
"""Units of the em square."""

FARTHEST: Final = 16_000
"""Units from the origin; a glyph that reaches farther is none of a text."""

LINES_AT_ONCE: Final = 20
CURVES_AT_ONCE: Final = 7
"""Segments in one operator: the stack holds 48 numbers (5177, appendix B)."""

_RLINETO: Final = b"\x05"
_RRCURVETO: Final = b"\x08"
_RMOVETO: Final = b"\x15"
_ENDCHAR: Final = b"\x0e"


@dataclass(frozen=True, slots=True)
class GlyphProgram:
    """One glyph: its width and its outline as a Type 2 charstring."""

    width: int
    program: bytes


def glyph_program(path: Sequence[Subpath], advance: float) -> GlyphProgram | None:
    """A glyph of an outline in ems, rounded to whole units; None when it is too large."""
    width = round(min(max(advance, -FARTHEST / UNITS), FARTHEST / UNITS) * UNITS)
    out = bytearray(number(width))
    x = y = 0
    for part in path:
        points = [(round(px * UNITS), round(py * UNITS)) for px, py in part.points]
        if any(max(abs(px), abs(py)) > FARTHEST for px, py in points):
            return None
        steps: list[int] = []
        for px, py in points:
            steps += (px - x, py - y)
            x, y = px, py
        if not part.kinds:
            continue
        out += number(steps[0]) + number(steps[1]) + _RMOVETO
        at = 2
        for kind, count in _runs(part.kinds):
            for number_of in _batches(count, LINES_AT_ONCE if kind == "l" else CURVES_AT_ONCE):
                taken = number_of * (2 if kind == "l" else 6)
                for step in steps[at : at + taken]:
                    out += number(step)
                out += _RLINETO if kind == "l" else _RRCURVETO
                at += taken
    return GlyphProgram(width, bytes(out + _ENDCHAR))


def _runs(kinds: str) -> list[tuple[str, int]]:
    runs: list[tuple[str, int]] = []
    for kind in kinds:
        if runs and runs[-1][0] == kind:
            runs[-1] = (kind, runs[-1][1] + 1)
        else:
            runs.append((kind, 1))
    return runs


def _batches(count: int, most: int) -> list[int]:
    return [min(most, count - done) for done in range(0, count, most)]


def number(value: int) -> bytes:
    """A whole number as charstrings and dictionaries hold it (5176, table 3; 5177, table 1)."""
    if -107 <= value <= 107:
        return bytes([value + 139])
    if 108 <= value <= 1131:
        value -= 108
        return bytes([247 + (value >> 8), value & 255])
    if -1131 <= value <= -108:
        value = -value - 108
        return bytes([251 + (value >> 8), value & 255])
    return b"\x1c" + value.to_bytes(2, "big", signed=True)


def _offset(value: int) -> bytes:
    """A number of fixed length, so that offsets can be filled in once everything else is known."""
    return b"\x1d" + value.to_bytes(4, "big")


def index(items: Sequence[bytes]) -> bytes:
    """An INDEX (5176, section 5)."""
    if not items:
        return b"\0\0"
    total = 1 + sum(map(len, items))
    size = max(1, (total.bit_length() + 7) // 8)
    out = bytearray(len(items).to_bytes(2, "big") + bytes([size]))
    at = 1
    for length in [0, *map(len, items)]:
        at += length
        out += at.to_bytes(size, "big")
    return bytes(out) + b"".join(items)


def font_program(programs: Sequence[bytes]) -> bytes:
    """The whole font program; glyph 0 must be ``.notdef``, and the glyphs' numbers are their codes."""
    count = len(programs)
    head = b"\x01\x00\x04\x04" + index([b"F"])
    rest = index([b"Adobe", b"Identity"]) + index([])
    charset = b"\x02\x00\x01" + (count - 2).to_bytes(2, "big") if count > 1 else b"\x00"
    select = b"\x03\x00\x01\x00\x00\x00" + count.to_bytes(2, "big")
    shapes = index(programs)
    private = number(0) + b"\x14" + number(0) + b"\x15"

    def top(at: Sequence[int]) -> bytes:
        names = number(391) + number(392) + number(0) + b"\x0c\x1e"
        entries = names + number(count) + b"\x0c\x22"
        entries += _offset(at[0]) + b"\x0f" + _offset(at[1]) + b"\x0c\x25" + _offset(at[2]) + b"\x11"
        return index([entries + _offset(at[3]) + b"\x0c\x24"])

    start = len(head) + len(top((0, 0, 0, 0))) + len(rest)
    at_select = start + len(charset)
    at_shapes = at_select + len(select)
    at_private = at_shapes + len(shapes)
    at_fonts = at_private + len(private)
    fonts = index([number(len(private)) + _offset(at_private) + b"\x12"])
    tops = top((start, at_select, at_shapes, at_fonts))
    return head + tops + rest + charset + select + shapes + private + fonts
