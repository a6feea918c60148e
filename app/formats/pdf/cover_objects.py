"""Covers in a copy, written and proven: rectangles of one colour, and labels as small pictures on them.

Labels are pictures, because text on a cover would be read as text of the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.formats.covers import BLACK, Colour
from app.formats.pdf.file_objects import expect
from app.formats.pdf.new_objects import StoredPicture, add_picture, number, rectangle
from app.formats.pdf.paint import Covers, pixels_of
from app.formats.pdf.syntax import Malformed
from ocr.ink import Pixels
from ocr.model import Box

WITHIN: Final = 0.002
"""Points by which a label is drawn smaller than its pixels: rounded numbers must not reach into the next."""

_NUMBER: Final = rb"-?\d{1,9}(?:\.\d{1,9})?"
_SHARE: Final = rb"(0(?:\.\d{1,4})?|1)"
_FILL: Final = re.compile(rb"(?:0 g|%s %s %s rg)\Z" % ((_SHARE,) * 3))
_RECTANGLE: Final = re.compile(rb"(%s) (%s) (%s) (%s) re\Z" % ((_NUMBER,) * 4))
_LABEL: Final = re.compile(rb"q (%s) 0 0 (%s) (%s) (%s) cm /L(\d{1,6}) Do Q\Z" % ((_NUMBER,) * 4))


@dataclass(frozen=True, slots=True)
class ProvenCovers:
    """The covers of a page as the file holds them.

    Attributes:
        boxes: in points, as displayed.
        fills: the colour of each.
        labels: pictures on them, and where.
    """

    boxes: tuple[Box, ...] = ()
    fills: tuple[Colour, ...] = ()
    labels: tuple[tuple[StoredPicture, Box], ...] = ()


def label_pictures(covered: Covers, picture: Pixels, scale: float) -> list[tuple[Pixels, Box]]:
    """The labels of a page as pictures, and where they stand; cut from the page with its covers painted."""
    found: list[tuple[Pixels, Box]] = []
    for label in covered.labels:
        left, top, right, bottom = pixels_of(label.box, scale)
        found.append((picture[top:bottom, left:right], label.box))
    return found


def cover_operators(covered: Covers, labels: Sequence[tuple[Pixels, Box]], page_height: float) -> list[str]:
    """The lines of a content that paint the covers and show the labels."""
    lines: list[str] = []
    for fill, boxes in covered.by_fill():
        lines += [_fill(fill), *(rectangle(box, page_height) for box in boxes), "f"]
    for at, (_, whole) in enumerate(labels):
        box = whole.grow(-WITHIN)
        place = " ".join(map(number, (box.left, page_height - box.bottom)))
        lines.append(f"q {number(box.width)} 0 0 {number(box.height)} {place} cm /L{at} Do Q")
    return lines


def _fill(fill: Colour) -> str:
    return "0 g" if fill == BLACK else f"{' '.join(number(value / 255) for value in fill)} rg"


def label_entries(document: Any, labels: Sequence[tuple[Pixels, Box]]) -> str:
    """Writes the labels as objects; their entries in a page's resources."""
    return "".join(f"/L{at} {add_picture(document, pixels)} 0 R" for at, (pixels, _) in enumerate(labels))


def proven_covers(lines: list[bytes], page_height: float, labels: Sequence[StoredPicture]) -> ProvenCovers:
    """Takes the covers off the front of the rest of a content.

    Raises:
        Malformed: a line is none that ``cover_operators`` writes.
    """
    boxes: list[Box] = []
    fills: list[Colour] = []
    while lines and (match := _FILL.match(lines[0])) is not None:
        fill = _colour(match)
        end = lines.index(b"f") if b"f" in lines else 0
        if end < 2 or fill in fills:
            raise Malformed("rectangles of one colour")
        for line in lines[1:end]:
            x, y, w, h = map(float, expect(_RECTANGLE, line, 0, "a rectangle").groups())
            boxes.append(Box(x, page_height - y - h, x + w, page_height - y))
            fills.append(fill)
        del lines[: end + 1]
    placed: list[tuple[StoredPicture, Box]] = []
    while lines and (match := _LABEL.match(lines[0])) is not None:
        w, h, x, y = map(float, match.groups()[:4])
        if int(match.group(5)) != len(placed) or len(placed) >= len(labels) or w <= 0 or h <= 0:
            raise Malformed("labels in their order")
        box = Box(x, page_height - y - h, x + w, page_height - y)
        placed.append((labels[len(placed)], box))
        del lines[0]
    if len(placed) != len(labels):
        raise Malformed("every label once")
    return ProvenCovers(tuple(boxes), tuple(fills), tuple(placed))


def _colour(match: re.Match[bytes]) -> Colour:
    if match.group(1) is None:
        return BLACK
    red, green, blue = (round(float(share) * 255) for share in match.groups())
    if _fill((red, green, blue)).encode() != match.group():
        raise Malformed("a colour of this program")
    return red, green, blue
