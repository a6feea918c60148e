"""Paths without the parts that lie under covers or off the page, so that no coordinate there is left.

What a path looks like outside the covers stays as it is. A fill's line may run anywhere inside a box that
is painted over afterwards, so a piece of it that goes in and out again becomes a straight line between the
two places on the edge. Drawn lines are cut there.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Final

from app.formats.pdf.vector.items import Point, Subpath, around
from ocr.model import Box

FLATNESS: Final = 0.02
"""Points by which straight pieces may miss the curve they stand for."""

MOST_PIECES: Final = 64
"""Straight pieces of one curve."""


def covered(x: float, y: float, boxes: Iterable[Box]) -> bool:
    """Whether a point lies strictly inside one of the boxes."""
    return any(box.left < x < box.right and box.top < y < box.bottom for box in boxes)


def holds(outer: Box, inner: Box) -> bool:
    """Whether ``inner`` lies in ``outer`` altogether."""
    return (
        outer.left <= inner.left
        and outer.top <= inner.top
        and outer.right >= inner.right
        and outer.bottom >= inner.bottom
    )


def filled_outside(path: Sequence[Subpath], page: Box, covers: Sequence[Box]) -> tuple[Subpath, ...]:
    """The subpaths of a fill or a clip that are left on the page and outside the covers."""
    kept: list[Subpath] = []
    for part in path:
        box = part.bounds()
        near = _near(part, box, page, covers)
        if box is None or near is None:
            continue
        if holds(page, box) and not near:
            kept.append(part)
            continue
        points = _on_page(list(straight(part)), page)
        points = _bridged(points, near)
        if len(points) > 2:
            kept.append(Subpath(tuple(points), "l" * (len(points) - 1), closed=True))
    return tuple(kept)


def drawn_outside(
    path: Sequence[Subpath], page: Box, covers: Sequence[Box], reach: float
) -> tuple[tuple[Subpath, ...], bool]:
    """The pieces of drawn lines that are left, and whether anything was cut.

    Args:
        reach: points that the line's ink goes beyond its middle.
    """
    kept: list[Subpath] = []
    cut = False
    room = page.grow(reach)
    for part in path:
        box = part.bounds()
        near = _near(part, box, room, covers)
        if box is None or near is None:
            continue
        if holds(room, box) and not near:
            kept.append(part)
            continue
        points = list(straight(part))
        if part.closed:
            points.append(points[0])
        pieces = _split(points, room, near)
        if len(pieces) == 1 and pieces[0] == points and part.closed:
            kept.append(Subpath(tuple(points[:-1]), "l" * (len(points) - 2), closed=True))
            continue
        cut = cut or len(pieces) != 1 or pieces[0] != points
        kept += [Subpath(tuple(piece), "l" * (len(piece) - 1), closed=False) for piece in pieces]
    return tuple(kept), cut


def _near(part: Subpath, box: Box | None, page: Box, covers: Sequence[Box]) -> tuple[Box, ...] | None:
    """The covers that a subpath reaches into; None when it is off the page or wholly under one of them."""
    if box is None or box.intersection(page) is None or any(holds(cover, box) for cover in covers):
        return None
    near = tuple(cover for cover in covers if box.intersection(cover) is not None)
    if near and all(covered(x, y, near) for x, y in part.points):
        return None
    return near


def straight(part: Subpath) -> Iterable[Point]:
    """The points of a subpath whose curves are made of straight pieces."""
    at = part.points[0]
    yield at
    position = 1
    for kind in part.kinds:
        if kind == "l":
            at = part.points[position]
            position += 1
            yield at
            continue
        one, two, end = part.points[position : position + 3]
        position += 3
        # the second differences of the control points bound how far the chord is off (Wang's formula)
        bend = max(
            math.hypot(at[0] - 2 * one[0] + two[0], at[1] - 2 * one[1] + two[1]),
            math.hypot(one[0] - 2 * two[0] + end[0], one[1] - 2 * two[1] + end[1]),
        )
        count = min(MOST_PIECES, max(1, math.ceil(math.sqrt(0.75 * bend / FLATNESS))))
        for step in range(1, count + 1):
            t = step / count
            a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
            yield (
                a * at[0] + b * one[0] + c * two[0] + d * end[0],
                a * at[1] + b * one[1] + c * two[1] + d * end[1],
            )
        at = end


# --- fills ----------------------------------------------------------------------------------------


def _on_page(points: list[Point], page: Box) -> list[Point]:
    """A polygon clipped to the page, side by side (Sutherland and Hodgman 1974)."""
    sides: list[tuple[int, float, bool]] = [
        (0, page.left, True), (0, page.right, False), (1, page.top, True), (1, page.bottom, False),
    ]  # fmt: skip
    for axis, limit, above in sides:
        result: list[Point] = []
        for at, point in enumerate(points):
            before = points[at - 1]
            inside = point[axis] >= limit if above else point[axis] <= limit
            was_inside = before[axis] >= limit if above else before[axis] <= limit
            if inside != was_inside:
                t = (limit - before[axis]) / (point[axis] - before[axis])
                other = before[1 - axis] + t * (point[1 - axis] - before[1 - axis])
                result.append((limit, other) if axis == 0 else (other, limit))
            if inside:
                result.append(point)
        points = result
        if not points:
            break
    return points


def _bridged(points: list[Point], covers: Sequence[Box]) -> list[Point]:
    """A polygon without its corners inside covers."""
    hidden = [covered(x, y, covers) for x, y in points]
    if not any(hidden):
        return points
    if all(hidden):
        return []
    first = hidden.index(False)
    points, hidden = points[first:] + points[:first], hidden[first:] + hidden[:first]
    result: list[Point] = []
    for at, point in enumerate(points):
        following = (at + 1) % len(points)
        if not hidden[at]:
            result.append(point)
            if hidden[following]:
                result.append(_edge(point, points[following], covers))
        elif not hidden[following]:
            result.append(_edge(points[following], point, covers))
    return result


def _edge(outside: Point, inside: Point, covers: Sequence[Box]) -> Point:
    """Where the way from a point outside all covers to one inside goes under them for good."""
    spans = [span for box in covers if (span := _inside(outside, inside, box)) is not None]
    t = 1.0
    while (lower := min((a for a, b in spans if a < t <= b + 1e-9), default=t)) < t:
        t = lower
    return _between(outside, inside, t)


def _between(one: Point, two: Point, t: float) -> Point:
    return one[0] + t * (two[0] - one[0]), one[1] + t * (two[1] - one[1])


def _inside(one: Point, two: Point, box: Box) -> tuple[float, float] | None:
    """From where to where (0..1) the line between two points lies in a box (Liang and Barsky 1984)."""
    low, high = 0.0, 1.0
    for start, end, least, most in (
        (one[0], two[0], box.left, box.right),
        (one[1], two[1], box.top, box.bottom),
    ):
        step = end - start
        if step == 0:
            if not least < start < most:
                return None
            continue
        near, far = sorted(((least - start) / step, (most - start) / step))
        low, high = max(low, near), min(high, far)
    return (low, high) if low < high else None


# --- drawn lines ----------------------------------------------------------------------------------


def _seen_of(one: Point, two: Point, room: Box, covers: Sequence[Box]) -> list[tuple[float, float]]:
    """The stretches (0..1) of a line to keep: on the page, and cut where it ends under a cover.

    A line that only passes under a cover is kept whole: none of its coordinates is there.
    """
    on_page = _inside(one, two, room)
    if on_page is None:
        return []
    start, end = on_page
    hidden_one, hidden_two = covered(*one, covers), covered(*two, covers)
    spans = [span for box in covers if (span := _inside(one, two, box)) is not None]
    if hidden_one:
        start = max(start, _through(spans))
    if hidden_two:
        end = min(end, 1 - _through([(1 - b, 1 - a) for a, b in spans]))
    return [(start, end)] if start < end else []


def _through(spans: Sequence[tuple[float, float]]) -> float:
    """How far from 0 on spans that touch each other go."""
    t = 0.0
    while (higher := max((b for a, b in spans if a - 1e-9 <= t < b), default=t)) > t:
        t = higher
    return t


def _split(points: Sequence[Point], room: Box, covers: Sequence[Box]) -> list[list[Point]]:
    """A line made of the kept stretches of its segments, joined where they meet."""
    pieces: list[list[Point]] = []
    for one, two in itertools.pairwise(points):
        for start, end in _seen_of(one, two, room, covers):
            a = one if start <= 0 else _between(one, two, start)
            b = two if end >= 1 else _between(one, two, end)
            if pieces and start <= 0 and pieces[-1][-1] == one:
                pieces[-1].append(b)
            else:
                pieces.append([a, b])
    return pieces


# --- rectangles -----------------------------------------------------------------------------------


def rectangle(path: Sequence[Subpath]) -> Box | None:
    """The box that a path of one upright rectangle fills, else None."""
    if len(path) != 1 or set(path[0].kinds) - {"l"} or not 4 <= len(path[0].points) <= 5:
        return None
    points = path[0].points
    if len(points) == 5 and points[4] != points[0]:
        return None
    xs, ys = {round(x, 3) for x, _ in points}, {round(y, 3) for _, y in points}
    if len(xs) != 2 or len(ys) != 2:
        return None
    upright = all(
        abs(one[0] - two[0]) < 1e-3 or abs(one[1] - two[1]) < 1e-3
        for one, two in zip(points[:4], (*points[1:4], points[0]), strict=True)
    )
    return around([path[0].bounds()]) if upright else None


def rectangle_path(box: Box) -> tuple[Subpath, ...]:
    """The path that fills a box."""
    corners = ((box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom))
    return (Subpath(corners, "lll", closed=True),)
