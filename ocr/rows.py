"""Line segments -> visual rows in reading order: top to bottom, left to right within a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ocr.model import Word

OPEN_ROWS: Final = 64
"""How many of the latest rows a segment is compared with; bounds the work on a hostile page."""

NEIGHBOURS: Final = 16
"""How many of the latest segments of a row are looked at: in reading order the nearest is among them."""

SAME_ROW: Final = 0.5
"""Two pieces share a row when they overlap vertically by this share of the lower one."""


@dataclass(slots=True)
class _Row:
    segments: list[Sequence[Word]]

    def takes(self, segment: Sequence[Word]) -> float:
        """Vertical overlap with the horizontally nearest segment; 0 when they overlap sideways."""
        first, last = segment[0].box, segment[-1].box
        best, distance = 0.0, float("inf")
        for other in self.segments[-NEIGHBOURS:]:
            left, right = other[0].box, other[-1].box
            if right.right <= first.left:
                near, mine, gap = right, first, first.left - right.right
            elif last.right <= left.left:
                near, mine, gap = left, last, left.left - last.right
            else:
                common = min(last.right, right.right) - max(first.left, left.left)
                if common > 0.2 * min(last.right - first.left, right.right - left.left):
                    return 0.0
                near, mine, gap = (right, first, 0.0) if left.left < first.left else (left, last, 0.0)
            if gap < distance:
                overlap = min(near.bottom, mine.bottom) - max(near.top, mine.top)
                best, distance = overlap / min(near.height, mine.height), gap
        return best


def arrange(segments: Iterable[Sequence[Word]]) -> tuple[Word, ...]:
    """The words of all segments in reading order, with ``line`` set to the number of their visual row.

    A segment is what stands together on one line, its words from left to right. Segments far apart
    on one row share its number; slightly sloping rows are followed from neighbour to neighbour.
    """
    pieces = sorted(
        (tuple(segment) for segment in segments if segment),
        key=lambda piece: (piece[0].box.top + piece[0].box.bottom, piece[0].box.left),
    )
    rows: list[_Row] = []
    for piece in pieces:
        best: _Row | None = None
        overlap = SAME_ROW
        for row in rows[-OPEN_ROWS:]:
            share = row.takes(piece)
            if share > overlap:
                best, overlap = row, share
        if best is None:
            rows.append(_Row([piece]))
        else:
            best.segments.append(piece)
    rows.sort(key=_middle)
    return tuple(
        replace(word, line=number)
        for number, row in enumerate(rows)
        for segment in sorted(row.segments, key=lambda piece: piece[0].box.left)
        for word in segment
    )


def _middle(row: _Row) -> float:
    words = [word.box for segment in row.segments for word in segment]
    return sum(box.top + box.bottom for box in words) / (2 * len(words))
