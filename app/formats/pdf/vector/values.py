"""What MuPDF's device calls are given, as values of our own."""

from __future__ import annotations

import math
from typing import Any, Final

from app.formats.pdf.vector.items import Colour, Matrix, Pen, Subpath, box_of
from ocr.model import Box

BLACK: Final = (0.0, 0.0, 0.0)


def rgb_of(library: Any, colours: Any, colour: Any) -> Colour:
    """A colour as red, green and blue, 0..1."""
    if not colours:
        return BLACK
    target, rendering = library.FzColorspace(library.FzColorspace.Fixed_RGB), library.FzColorParams()
    found = library.ll_fz_convert_color(colours, colour, target.m_internal, None, rendering.internal())
    red, green, blue = (min(1.0, max(0.0, part)) if math.isfinite(part) else 0.0 for part in found[:3])
    return red, green, blue


def pen_of(library: Any, stroke: Any, ctm: Any) -> Pen | None:
    """A pen in points; None where the matrix would make its line thicker in one direction than another."""
    factor = math.sqrt(abs(ctm.a * ctm.d - ctm.b * ctm.c))
    across, down = math.hypot(ctm.a, ctm.b), math.hypot(ctm.c, ctm.d)
    if not factor or not math.isfinite(factor) or stroke.dash_len > 32:
        return None
    if abs(across - down) > 0.05 * factor or abs(ctm.a * ctm.c + ctm.b * ctm.d) > 0.05 * factor * factor:
        return None
    dashes = tuple(factor * library.floats_getitem(stroke.dash_list, at) for at in range(stroke.dash_len))
    if not any(dash > 0 for dash in dashes):
        dashes = ()
    cap, join = int(stroke.start_cap), int(stroke.linejoin)
    numbers = (stroke.linewidth, stroke.miterlimit, stroke.dash_phase, *dashes)
    if cap not in (0, 1, 2) or int(stroke.end_cap) != cap or not all(map(math.isfinite, numbers)):
        return None
    join = 0 if join == 3 else join  # MuPDF tells how XPS does mitres apart
    phase = factor * stroke.dash_phase
    return Pen(factor * stroke.linewidth, cap, join, stroke.miterlimit, dashes, phase)


def farthest_of(ctm: Any) -> float:
    """By how much a matrix lengthens what it lengthens most, along one of its axes."""
    return max(math.hypot(ctm.a, ctm.b), math.hypot(ctm.c, ctm.d))


def rect_box(rect: Any) -> Box | None:
    """A rectangle of MuPDF's; None when it is empty or endless."""
    if rect.x0 > rect.x1 or rect.y0 > rect.y1:
        return None
    return box_of(rect.x0, rect.y0, rect.x1, rect.y1)


def product_of(one: Matrix, two: Matrix) -> Matrix:
    """The matrix that does what ``one`` does and then what ``two`` does."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = two
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def moved(path: tuple[Subpath, ...], matrix: Matrix) -> tuple[Subpath, ...]:
    """A path, every point moved by ``matrix``."""
    a, b, c, d, e, f = matrix
    return tuple(
        Subpath(
            tuple((a * x + c * y + e, b * x + d * y + f) for x, y in part.points), part.kinds, part.closed
        )
        for part in path
    )
