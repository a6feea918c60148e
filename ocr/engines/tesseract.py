"""Tesseract, when its program is installed: a second pair of eyes that fails on other lines than the first.

pytesseract hands the picture over as a file, which stands in a private folder (see ``private_folder``).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING, Final

from ocr.engines import Engine, Seen
from ocr.errors import EngineFailed, ReadingCancelled
from ocr.hocr import Char, parse_hocr
from ocr.model import Box, Word, union_all
from ocr.private_folder import private_folder

if TYPE_CHECKING:
    from PIL import Image

    from ocr.ink import Pixels
    from ocr.preprocess import WayBack

ENLARGE: Final = 2.0
"""Tesseract reads screen text best at twice its size (measured)."""

MOST_PIXELS: Final = 40_000_000
"""Enlarged pictures above this are enlarged less."""

LONGEST_SIDE: Final = 32_000
"""Tesseract refuses sides of 32,767 pixels and more."""

SECONDS: Final = 120
"""Time limit of one call."""

STARTS_WITHIN: Final = 10
"""Seconds within which an installed Tesseract lists its languages."""

OPTIONS: Final = "--psm 11 -c hocr_char_boxes=1"
"""Sparse text in no particular order; a box for every character."""

APART: Final = 3.0
"""Gaps wider than this many character heights divide a line into pieces."""

ROOM_ABOVE: Final = 0.45
ROOM_BELOW: Final = 0.6
"""Shares of the character height taken around a piece: enough for descenders and the gap below them."""

SHORT: Final = 3
CLEAR: Final = 0.6
"""A piece of up to ``SHORT`` characters that is trusted less than ``CLEAR`` is an icon or a border."""

LONG: Final = 8
LOWEST: Final = 5.0
NOISE: Final = 0.3
"""A piece of ``LONG`` characters, ``LOWEST`` pixels high, that is trusted less than ``NOISE`` is unread."""

WINDOWS_PLACES: Final = ("ProgramFiles", "ProgramW6432", "LOCALAPPDATA")


class TesseractEngine:
    """Calls the ``tesseract`` program with its English model in sparse layout."""

    name = "tesseract"
    rank = 2

    def available(self) -> str | None:
        if importlib.util.find_spec("pytesseract") is None:
            return "pytesseract is not installed. Reinstall Sharesafe with its dependencies."
        program = _program()
        if program is None:
            return (
                "The program “tesseract” was not found. Install Tesseract 5 for a second look at what "
                "is hard to read."
            )
        if "eng" not in _languages(program):
            return "Tesseract has no English data. Install its language “eng” for a second look."
        return None

    def read(self, image: Image.Image, *, cancelled: Callable[[], bool] | None = None) -> Seen:
        import numpy as np

        from ocr.preprocess import dark_on_light, resized

        if cancelled is not None and cancelled():
            raise ReadingCancelled
        factor = min(ENLARGE, (MOST_PIXELS / (image.width * image.height)) ** 0.5)
        factor = min(factor, LONGEST_SIDE / max(image.size))
        larger, back = resized(dark_on_light(image.convert("RGB")), factor)
        pixels = np.asarray(image.convert("RGB"), dtype=np.uint8)
        segments = (segment for line in parse_hocr(_run(larger)) for segment in _segments(line))
        pieces = [_words(pixels, segment, back, number) for number, segment in enumerate(segments)]
        doubtful = [union_all(word.box for word in piece) for piece in pieces if _is_doubtful(piece)]
        return Seen(tuple(chain.from_iterable(pieces)), tuple(doubtful))


def _is_doubtful(piece: Sequence[Word]) -> bool:
    """Whether a piece is long and high enough for a secret and none of its characters is trusted."""
    if sum(len(word.text) for word in piece) < LONG or max(word.box.height for word in piece) < LOWEST:
        return False
    return fmean(word.confidence for word in piece) < NOISE


def _segments(line: Sequence[Char]) -> Iterator[list[Char]]:
    """A line of Tesseract's in pieces between wide gaps, which may stand on different grounds."""
    high = median(char.bottom - char.top for char in line)
    piece: list[Char] = []
    for char in line:
        if piece and char.left - piece[-1].right > APART * high:
            yield piece
            piece = []
        piece.append(char)
    if piece:
        yield piece


def _words(pixels: Pixels, segment: Sequence[Char], back: WayBack, number: int) -> list[Word]:
    """The words of a segment, placed by the ink of the page like those of every other engine."""
    from ocr.line_reader import Glyph
    from ocr.line_words import words_at

    top, bottom = median(char.top for char in segment), median(char.bottom for char in segment)
    high = bottom - top
    left, right = segment[0].left, max(segment[-1].right, segment[0].left + 1)
    area = Box(left, top - ROOM_ABOVE * high, right, bottom + ROOM_BELOW * high)
    height, width = pixels.shape[:2]
    place = back.box(area).snap_out().clipped(width, height)
    if place is None:
        return []
    glyphs: list[Glyph] = []
    for char in segment:
        if char.starts_word and glyphs:
            glyphs.append(Glyph(" ", glyphs[-1].x, 1.0))
        middle = back.x((char.left + char.right) / 2) - place.left
        glyphs.append(Glyph(char.text, max(middle, glyphs[-1].x if glyphs else 0.0), char.confidence))
    words = words_at(pixels, place, glyphs)
    if sum(len(word.text) for word in words) <= SHORT and all(word.confidence < CLEAR for word in words):
        return []
    return [replace(word, line=number) for word in words]


def _run(grey: Image.Image) -> str:
    """Tesseract's hOCR for a grey picture."""
    import pytesseract

    program = _program()
    if program is None:
        raise EngineFailed("The program “tesseract” has gone.", "Install Tesseract 5 again.")
    pytesseract.pytesseract.tesseract_cmd = program
    grey.format = "PPM"  # stored as it is: packing it as PNG costs a tenth of the reading
    with private_folder(), _one_thread():
        try:
            hocr = pytesseract.image_to_pdf_or_hocr(
                grey, lang="eng", config=OPTIONS, timeout=SECONDS, extension="hocr"
            )
        except Exception as error:  # noqa: BLE001 - pytesseract passes on whatever its parts raise
            why = "took too long" if "timeout" in str(error).lower() else f"failed ({type(error).__name__})"
            raise EngineFailed(
                f"Tesseract {why} on this picture.",
                "Run Sharesafe without it, or repair the Tesseract installation.",
            ) from None
    return bytes(hocr).decode("utf-8", "replace")


@cache
def _languages(program: str) -> frozenset[str]:
    """The languages that an installed Tesseract has data for; none when it does not even start."""
    try:
        listed = subprocess.run(  # noqa: S603 - the program found on the search path, with a fixed argument
            [program, "--list-langs"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,  # versions differ in which of the two they write to
            timeout=STARTS_WITHIN,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(listed.stdout.decode("utf-8", "replace").split())


def _program() -> str | None:
    """The full path of ``tesseract``; on Windows its installers do not put it on the search path."""
    found = shutil.which("tesseract")
    if found is None and os.name == "nt":
        for place in WINDOWS_PLACES:
            root = os.environ.get(place)
            for inside in ("Tesseract-OCR", "Programs/Tesseract-OCR"):
                candidate = Path(root or "", inside, "tesseract.exe")
                if root and candidate.is_file():
                    return str(candidate)
    return found


@contextmanager
def _one_thread() -> Iterator[None]:
    before = os.environ.get("OMP_THREAD_LIMIT")
    os.environ["OMP_THREAD_LIMIT"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_THREAD_LIMIT"]
        else:
            os.environ["OMP_THREAD_LIMIT"] = before


def create() -> Engine:
    return TesseractEngine()
