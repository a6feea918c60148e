"""Tesseract, when its program is installed: a second pair of eyes that fails on other lines than the first.

pytesseract hands the picture over as a file. The file stands in a private folder, in memory where the
system has a place for that, and the folder is removed whatever happens.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ocr.engines import Engine, Seen
from ocr.errors import EngineFailed, ReadingCancelled
from ocr.model import Box, Word

if TYPE_CHECKING:
    from PIL import Image

    from ocr.preprocess import WayBack

ENLARGE: Final = 2.0
"""Tesseract reads screen text best at twice its size (measured)."""

MOST_PIXELS: Final = 40_000_000
"""Enlarged pictures above this are enlarged less."""

LONGEST_SIDE: Final = 32_000
"""Tesseract refuses sides of 32,767 pixels and more."""

SECONDS: Final = 120
"""Time limit of one call."""

WINDOWS_PLACES: Final = ("ProgramFiles", "ProgramW6432", "LOCALAPPDATA")


class TesseractEngine:
    """Calls the ``tesseract`` program with its English model in sparse layout."""

    name = "tesseract"
    rank = 2

    def available(self) -> str | None:
        if importlib.util.find_spec("pytesseract") is None:
            return "pytesseract is not installed. Reinstall Sharesafe with its dependencies."
        if _program() is None:
            return (
                "The program “tesseract” was not found. Install Tesseract 5 for a second reading of "
                "every picture."
            )
        return None

    def read(self, image: Image.Image, *, cancelled: Callable[[], bool] | None = None) -> Seen:
        from ocr.preprocess import dark_on_light, resized

        if cancelled is not None and cancelled():
            raise ReadingCancelled
        factor = min(ENLARGE, (MOST_PIXELS / (image.width * image.height)) ** 0.5)
        factor = min(factor, LONGEST_SIDE / max(image.size))
        larger, back = resized(dark_on_light(image.convert("RGB")), factor)
        return Seen(tuple(_words(_run(larger), back)))


def _words(table: dict[str, list[Any]], back: WayBack) -> Iterator[Word]:
    segments: dict[tuple[int, int, int], int] = {}
    for i, text in enumerate(table["text"]):
        confidence = float(table["conf"][i])
        width, height = int(table["width"][i]), int(table["height"][i])
        if confidence < 0 or width < 1 or height < 1:
            continue
        key = (int(table["block_num"][i]), int(table["par_num"][i]), int(table["line_num"][i]))
        segment = segments.setdefault(key, len(segments))
        left, top = int(table["left"][i]), int(table["top"][i])
        box = back.box(Box(left, top, left + width, top + height))
        for part in str(text).split():  # Tesseract may put a no-break space inside a word
            yield Word(part, box, segment, min(1.0, confidence / 100))


def _run(grey: Image.Image) -> dict[str, list[Any]]:
    import pytesseract

    program = _program()
    if program is None:
        raise EngineFailed("The program “tesseract” has gone.", "Install Tesseract 5 again.")
    pytesseract.pytesseract.tesseract_cmd = program
    grey.format = "PPM"  # stored as it is: packing it as PNG costs a tenth of the reading
    with _private_folder(), _one_thread():
        try:
            table = pytesseract.image_to_data(
                grey, lang="eng", config="--psm 11", timeout=SECONDS, output_type=pytesseract.Output.DICT
            )
        except RuntimeError as error:
            why = "took too long" if "timeout" in str(error).lower() else "failed"
            raise EngineFailed(
                f"Tesseract {why} on this picture.",
                "Run Sharesafe without it (--engine rapidocr), or repair the Tesseract installation.",
            ) from None
        except (OSError, ValueError, SystemError) as error:
            raise EngineFailed(
                f"Tesseract could not be run ({type(error).__name__}).",
                "Repair the Tesseract installation.",
            ) from None
    return dict(table)


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


def private_folder_root() -> str | None:
    """A folder kept in memory that this user may write to, or None for the system's usual place."""
    candidates = [os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm"]  # noqa: S108 - a private folder is made inside
    for candidate in candidates:
        if candidate and Path(candidate).is_dir() and os.access(candidate, os.W_OK | os.X_OK):
            return candidate
    return None


@contextmanager
def _private_folder() -> Iterator[Path]:
    """While it lasts, temporary files of this process go into a new folder only this user can open."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(prefix="sharesafe-", dir=private_folder_root()) as folder:
        tempfile.tempdir = folder
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = before


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
