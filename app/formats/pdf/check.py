"""The PDF format's own verification of a written copy, and what a residue search shall look through."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from hashlib import sha256
from typing import Any, Final

import numpy as np

from app.errors import SharesafeError
from app.formats.covers import BLACK, Colour, ink_on
from app.formats.pdf.cover_objects import label_pictures
from app.formats.pdf.engine import guarded, rendered
from app.formats.pdf.glyphs import plain_lines
from app.formats.pdf.history import strings_outside
from app.formats.pdf.live import live_objects
from app.formats.pdf.new_objects import StoredPicture
from app.formats.pdf.pages import Pages
from app.formats.pdf.paint import COPY, Covers, covers, painted, pixels_of
from app.formats.pdf.streams import Budget, decoded, raw_streams, shown_text
from app.formats.pdf.structure import FlatPage, ProvenPage, prove
from app.formats.pdf.syntax import Malformed
from app.formats.pdf.text import squeezed
from app.formats.pdf.vector.check import (
    looks_right,
    pictures_differ,
    reads_right,
    spelling_of,
    under_covers,
)
from app.formats.pdf.vector.layout import Look
from app.formats.pdf.words import difference
from app.model import Check, RedactionPlan
from app.options import Settings
from ocr.model import Box

TILE: Final = 32
"""Side in pixels of the squares in which a picture and the page that shows it are compared."""

MOST_DIFFERENT: Final = 16.0
"""Mean difference (of 255) that such a square may have: noise stored with loss has 13, a lost word 40."""

EXACT: Final = 0.01
"""Points by which a number may differ after it was written with four decimals."""


def check(pages: Pages, plan: RedactionPlan, data: bytes, settings: Settings) -> list[Check]:
    """Every check on the bytes of a copy; ``pages`` is the original. See ``Document.check``."""
    checks = [_one_revision(data)]
    try:
        proof = prove(data)
    except Malformed as error:
        return [*checks, Check("Only known objects", passed=False, detail=f"expected {error}")]
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(proof.kinds.items()))
    checks.append(Check("Only known objects", passed=True, detail=kinds, alone=True))
    checks.append(_same_pages(pages, proof.pages))
    if not checks[-1].passed or (data == pages.data and not plan.items):
        return checks  # a copy of which nothing but itself is known
    with closing(Pages(data, None, settings)) as copy:
        checks.append(_covers_are_flat(pages, copy, proof.pages, plan))
        checks.append(_nothing_under_covers(pages, proof.pages, plan))
        checks += _pictures_are_the_pages(pages, copy, data, proof.pages, plan)
        checks += _text(pages, copy, data, proof.pages, plan)
    return checks


def _one_revision(data: bytes) -> Check:
    ends, starts = data.count(b"%%EOF"), data.count(b"startxref")
    earlier = b"/Prev" in data
    passed = ends == 1 and starts == 1 and not earlier and data.endswith(b"%%EOF\n")
    detail = f"{ends} end(s) of file, {starts} table(s) of objects"
    return Check("One revision, nothing after its end", passed, detail, alone=True)


def _same_pages(pages: Pages, found: tuple[ProvenPage, ...]) -> Check:
    sizes = [pages.size(index) for index in range(pages.count)]
    wrong = sum(
        abs(size.width - page.width) > EXACT or abs(size.height - page.height) > EXACT
        for size, page in zip(sizes, found, strict=False)
    )
    passed = len(found) == pages.count and not wrong
    return Check("Same pages", passed, f"{len(found)} of {pages.count} pages, {wrong} of another size")


def _covers_are_flat(pages: Pages, copy: Pages, found: tuple[ProvenPage, ...], plan: RedactionPlan) -> Check:
    """The covers stand where the plan wants them, and a viewer shows nothing there but their colours."""
    count = missing = 0
    worst = 0
    for index, page in enumerate(found):
        covered = covers(pages, index, plan)
        wanted = list(zip(covered.painted, covered.fills, strict=True))
        there = list(zip(page.covers.boxes, page.covers.fills, strict=True))
        count += len(wanted)
        missing += sum(not any(_same(*one, *other) for other in there) for one in wanted)
        if wanted:
            pixels = rendered(copy.page(index), 2.0)
            worst = max([worst, *(_strangest(pixels, box, covered) for box in covered.painted)])
    detail = f"{count} places, {missing} of them not covered; largest difference from a plain cover: {worst}"
    return Check("Covers are flat", not missing and not worst, detail)


def _same(box: Box, fill: Colour, other: Box, its: Colour) -> bool:
    return fill == its and all(
        abs(a - b) < EXACT
        for a, b in (
            (box.left, other.left),
            (box.top, other.top),
            (box.right, other.right),
            (box.bottom, other.bottom),
        )
    )


def _strangest(pixels: Any, box: Box, covered: Covers) -> int:
    """By how much a value well inside a box lies outside the range of the colours that are painted there.

    Its outermost pixels are smoothed with what is beside them.
    """
    near = zip(covered.painted, covered.fills, strict=True)
    colours = [fill for other, fill in near if other.intersection(box)]
    colours += [ink_on(label.fill) for label in covered.labels if label.box.intersection(box)]
    box = box.scaled(2.0)
    height, width = pixels.shape[:2]
    left, top = max(0, int(box.left) + 2), max(0, int(box.top) + 2)
    right, bottom = min(width, int(box.right) - 1), min(height, int(box.bottom) - 1)
    inside = pixels[top:bottom, left:right].astype(int)
    if not inside.size:
        return 0
    spare = int(any(colour != BLACK for colour in colours))  # viewers round colours in their own ways
    low, high = np.min(colours, axis=0) - spare, np.max(colours, axis=0) + spare
    return max(0, int((inside - high).max()), int((low - inside).max()))


def _labels_differ(page: ProvenPage, covered: Covers, look: Look) -> int:
    """How many labels are not the ones that the plan's style writes."""
    wanted = label_pictures(covered, look.pixels, look.scale)
    if len(wanted) != len(page.covers.labels):
        return 1
    return sum(
        StoredPicture.of(pixels) != stored or not _same(box, BLACK, there, BLACK)
        for (pixels, box), (stored, there) in zip(wanted, page.covers.labels, strict=True)
    )


def _nothing_under_covers(pages: Pages, found: tuple[ProvenPage, ...], plan: RedactionPlan) -> Check:
    """On pages that keep their text, no shape has a coordinate under a cover and no glyph reaches there."""
    texts = [(index, page) for index, page in enumerate(found) if not isinstance(page, FlatPage)]
    wrong = sum(under_covers(page, covers(pages, index, plan)) for index, page in texts)
    drawn = sum(len(page.points) + len(page.letters) for _, page in texts)
    detail = f"{drawn} coordinates and glyphs on {len(texts)} pages with text, {wrong} of them under a cover"
    return Check("Nothing under the covers", not wrong, detail)


def _pictures_are_the_pages(
    pages: Pages, copy: Pages, data: bytes, found: tuple[ProvenPage, ...], plan: RedactionPlan
) -> list[Check]:
    """The stored pictures are what the original shows, covers painted; every page looks as it should."""
    different = changed = 0
    worst = 0.0
    for index, page in enumerate(found):
        covered = covers(pages, index, plan)
        picture, scale = painted(pages, index, COPY, covered)
        different += _labels_differ(page, covered, Look(picture, scale))
        shown = copy.page(index)
        if isinstance(page, FlatPage):
            different += page.picture != StoredPicture.of(picture)
            change = difference(picture, rendered(shown, scale))
            for label in covered.labels:  # proven to be exactly these pixels; viewers move them by a fraction
                left, top, right, bottom = pixels_of(label.box.grow(1 / scale), scale)
                change[max(0, top) : bottom, max(0, left) : right] = 0
            worst = max(worst, _worst_tile(change))
        else:
            different += pictures_differ(pages, index, page, covered)
            changed += not looks_right(page, Look(picture, scale), shown, data, index)
    compared = f"{len(found)} pages compared with the original's, covers painted"
    return [
        Check("Pictures are the covered pages", not different, f"{compared}: {different} differ"),
        Check(
            "Nothing else changed",
            worst <= MOST_DIFFERENT and not changed,
            f"{compared}: {changed} pages with text look different in one of two viewers; "
            f"squares of {TILE} pixels of the others differ by {worst:.2f} of 255 at most in the mean",
        ),
    ]


def _worst_tile(change: Any) -> float:
    height, width = (side - side % TILE for side in change.shape)
    if not height or not width:
        return float(change.mean()) if change.size else 0.0
    tiles = change[:height, :width].reshape(height // TILE, TILE, width // TILE, TILE)
    return float(tiles.mean(axis=(1, 3), dtype=np.float64).max())


def _text(
    pages: Pages, copy: Pages, data: bytes, found: tuple[ProvenPage, ...], plan: RedactionPlan
) -> list[Check]:
    """No covered value in the copy's text, as two programs read it, and no word that the original lacks."""
    values = {squeezed(item.value.reveal()) for item in plan.items if item.value is not None} - {""}
    left: set[str] = set()
    words = foreign = misread = 0
    for index, page in enumerate(found):
        words += len(page.words)
        shown = copy.page(index)
        texts = (squeezed("".join(plain_lines(shown))), squeezed("".join(page.words)))
        left |= {value for value in values if any(value in text for text in texts)}
        own = {word.text for column in pages.layer(index).columns for word in column.text.words}
        if isinstance(page, FlatPage):
            foreign += sum(word not in own for word in page.words)
        else:
            spellings = {spelling_of(word) for word in own}
            foreign += sum(spelling_of(word) not in spellings for word in page.words)
            misread += not reads_right(page, shown, data, index)
    return [
        Check(
            "No covered value in the text",
            not left,
            f"{len(values)} values looked for in {words} words, {len(left)} found",
        ),
        Check(
            "Only words of the original",
            not foreign and not misread,
            f"{words} words, {foreign} of them new; {misread} pages from which another program reads others",
        ),
    ]


def decoded_parts(pages: Pages) -> list[bytes]:
    """Every stream of the file but pictures, unpacked, and every string decoded; see ``Document.decoded``.

    A picture's samples are no text; in a copy, ``check`` proves that they are the covered page.

    Raises:
        TooLarge: there is more than any real document holds.
    """
    budget = Budget()
    parts: list[bytes] = []
    seen: set[bytes] = set()
    spans: list[tuple[int, int]] = []
    for stream in raw_streams(pages.data):
        spans.append((stream.start, stream.start + len(stream.raw)))
        if not stream.is_picture and (content := decoded(stream, budget)):
            seen.add(sha256(content).digest())
            parts += [content, *_joined([shown_text(content)])]
    parts += _joined(strings_outside(pages.data, spans))
    for item in live_objects(pages.document):
        if item.has_stream and not item.is_picture:
            try:
                with guarded("A stream"):
                    content = pages.document.xref_stream(item.number) or b""
            except SharesafeError:
                continue
            if sha256(content).digest() not in seen:
                budget.take(len(content))
                parts.append(content)
    return parts


def _joined(texts: Iterable[str]) -> list[bytes]:
    joined = "\n".join(text for text in texts if text)
    return [joined.encode("utf-8", "surrogatepass")] if joined else []
