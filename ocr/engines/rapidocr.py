"""The embedded engine: the PP-OCR networks inside the ``rapidocr`` wheel, run by ONNX Runtime directly.

The ``rapidocr`` package itself is located but never imported: its modules import a model downloader,
its orientation classifier turns upright lines upside down, and its threads spin and its batches pad.
One thread, one line at a time and a memory arena read the same pages in less than half the CPU time.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING, Any, Final

from ocr.engines import Engine, Seen
from ocr.errors import OcrError, ReadingCancelled
from ocr.model import Box, Word

if TYPE_CHECKING:
    from PIL import Image

    from ocr.ink import Pixels
    from ocr.line_finder import FoundLine, LineFinder
    from ocr.line_reader import Glyph, LineReader

DOUBTFUL: Final = 0.5
"""Lines whose characters are surer than this on average count as read (RapidOCR's own threshold)."""

LONG: Final = 3.0
"""Places less than this many times longer than high are icons and logos; they have no room for a secret."""

LOWEST: Final = 5.0
"""Places lower than this many pixels are rulers and borders; letters of that size show no shape."""

MANY_STROKES: Final = 10
"""Places with fewer upright strokes hold no more than five characters."""

FEW: Final = 0.33
"""Lines with fewer characters per stroke were read in part only; whole ones have 0.42 and more (measured)."""

NOISE: Final = 0.2
"""Below this the characters are guesses at a pattern that is no text; they are not passed on."""

TALL: Final = 1.5
"""From this height over width a line is one narrow character or runs downwards."""


class RapidOcrEngine:
    """Finds and reads lines with two networks; knows where every character stands."""

    name = "rapidocr"
    rank = 1

    def available(self) -> str | None:
        if importlib.util.find_spec("onnxruntime") is None or importlib.util.find_spec("cv2") is None:
            return "ONNX Runtime or OpenCV is not installed. Reinstall Sharesafe with its dependencies."
        try:
            _model("det")
            _model("rec")
        except OcrError as error:
            return f"{error.message} {error.next_step}"
        return None

    def read(self, image: Image.Image, *, cancelled: Callable[[], bool] | None = None) -> Seen:
        import numpy as np

        pixels = np.asarray(image.convert("RGB"), dtype=np.uint8)
        return self._read(pixels, cancelled)

    @cached_property
    def _finder(self) -> LineFinder:
        from ocr.line_finder import LineFinder

        return LineFinder(_session("det"))

    @cached_property
    def _reader(self) -> LineReader:
        from ocr.line_reader import LineReader

        return LineReader(_session("rec"))

    def _read(self, pixels: Pixels, cancelled: Callable[[], bool] | None) -> Seen:
        height, width = pixels.shape[:2]
        lines, too_many = self._finder.find(pixels, 1.0, cancelled)
        usual = median(_thickness(line) for line in lines) if lines else 0.0
        words: list[Word] = []
        doubtful: list[Box] = [Box(0, 0, width, height)] if too_many else []
        for number, line in enumerate(lines):
            if cancelled is not None and cancelled():
                raise ReadingCancelled
            read, box, sureness = self._line(pixels, line, usual)
            if box is not None and self._is_doubtful(pixels, box, read, sureness):
                doubtful.append(box)
            if sureness >= NOISE:
                words += [Word(w.text, w.box, number, w.confidence, w.edges) for w in read]
        return Seen(tuple(words), tuple(doubtful))

    def _is_doubtful(self, pixels: Pixels, box: Box, read: list[Word], sureness: float) -> bool:
        """Whether a place holds text that was not read: characters unsure, or too few for its strokes."""
        from ocr.ink import cut_out, strokes

        high, wide = sorted((box.width, box.height))
        if wide < LONG * high or high < LOWEST:
            return False
        cut = cut_out(pixels, box)[0]
        count = strokes(cut if box.width > box.height else cut.transpose(1, 0, 2))
        characters = sum(len(word.text) for word in read)
        return count >= MANY_STROKES and (sureness < DOUBTFUL or characters < FEW * count)

    def _line(self, pixels: Pixels, line: FoundLine, usual: float) -> tuple[list[Word], Box | None, float]:
        """The words of one line, where it stands, and how sure its characters are on average."""
        from ocr.line_words import split_words, turned_line

        left, top = line.corners.min(axis=0)
        right, bottom = line.corners.max(axis=0)
        page_height, page_width = pixels.shape[:2]
        clipped = Box(float(left), float(top), float(right), float(bottom)).snap_out()
        box = clipped.clipped(page_width, page_height)
        if box is None:
            return [], None, 0.0
        upright = line.upright and (box.height < TALL * box.width or box.height < 1.6 * usual)
        if upright:
            x, y = int(box.left), int(box.top)
            cut = pixels[y : int(box.bottom), x : int(box.right)]
            glyphs = self._reader.read(cut)
            return split_words(cut, glyphs, x, y), box, _sureness(glyphs)
        best: list[Glyph] = []
        for cut in turned_line(pixels, line):
            glyphs = self._reader.read(cut)
            if _sureness(glyphs) > _sureness(best):
                best = glyphs
        text = "".join(glyph.char for glyph in best).split()
        sureness = _sureness(best)
        return [Word(part, box, 0, sureness) for part in text], box, sureness


def _thickness(line: FoundLine) -> float:
    """The shorter side of a line, in pixels."""
    sides = abs(line.corners[[1, 2]] - line.corners[[0, 1]])
    return float(min((sides**2).sum(axis=1)) ** 0.5)


def _sureness(glyphs: list[Glyph]) -> float:
    seen = [glyph.confidence for glyph in glyphs if not glyph.char.isspace()]
    return fmean(seen) if seen else 0.0


def _model(kind: str) -> Path:
    """The packaged model file of one kind (``det`` or ``rec``); nothing is ever fetched."""
    spec = importlib.util.find_spec("rapidocr")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    found = sorted(path for folder in folders for path in Path(folder, "models").glob(f"*_{kind}_*.onnx"))
    if not found:
        raise OcrError(
            "The packaged text recognition models are missing.",
            "Reinstall Sharesafe with its dependencies (rapidocr 3.10 or newer).",
        )
    return found[-1]


def _session(kind: str) -> Any:
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = True
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(_model(kind)), options, providers=["CPUExecutionProvider"])


def create() -> Engine:
    return RapidOcrEngine()
