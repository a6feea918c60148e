"""The embedded engine: the PP-OCR networks inside the ``rapidocr`` wheel, run by ONNX Runtime directly.

The ``rapidocr`` package itself is located but never imported: its modules import a model downloader,
its orientation classifier turns upright lines upside down, and its threads spin and its batches pad.
One thread, one line at a time and a memory arena read the same pages in less than half the CPU time.
"""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
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
HIGHEST: Final = 120.0
"""Places lower than this many pixels are rulers and borders, in letters of which no shape shows; higher ones
are drawings and charts."""

MANY_STROKES: Final = 10
"""Places with fewer upright strokes hold no more than five characters."""

FEW: Final = 0.33
"""Lines with fewer characters per stroke were read in part only; whole ones have 0.42 and more (measured)."""

NOISE: Final = 0.2
"""Below this the characters are guesses at a pattern that is no text; they are not passed on."""

MOST: Final = 0.6
"""A page is turned when more than this share of its characters is."""

WITNESSES: Final = 3
SURE: Final = 0.85
BETTER: Final = 0.1
"""When its ``WITNESSES`` longest lines are less than ``SURE`` on average, a page is tried upside down and
taken for turned when they are surer by ``BETTER`` that way."""

ARENA_STEP: Final = 64 * 1024 * 1024
"""Bytes by which the networks' memory grows; most pages need two steps."""

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
        doubtful: list[Box] = [Box(0, 0, width, height)] if too_many else []
        read: list[_ReadLine] = []
        for line in lines:
            if cancelled is not None and cancelled():
                raise ReadingCancelled
            result = self._line(pixels, line, usual)
            if result is not None:
                read.append(result)
        doubtful += [line.box for line in read if _is_doubtful(pixels, line)]
        words = tuple(
            replace(word, line=number)
            for number, line in enumerate(read)
            if line.sureness >= NOISE
            for word in line.words
        )
        return Seen(words, tuple(doubtful), self._page_turn(pixels, read))

    def _line(self, pixels: Pixels, line: FoundLine, usual: float) -> _ReadLine | None:
        """One line as it reads best; None when it stands outside the page."""
        from ocr.ink import cut_out
        from ocr.line_words import words_at

        left, top = line.corners.min(axis=0)
        right, bottom = line.corners.max(axis=0)
        page_height, page_width = pixels.shape[:2]
        around = Box(float(left), float(top), float(right), float(bottom)).snap_out()
        box = around.clipped(page_width, page_height)
        if box is None:
            return None
        standing = box.height >= TALL * box.width and box.height >= 1.6 * usual
        if line.upright and not standing:
            glyphs = self._reader.read(cut_out(pixels, box)[0])
            return _ReadLine(line, box, words_at(pixels, box, glyphs), _sureness(glyphs), 0)
        tries = [self._turned(pixels, line, box, turn) for turn in ((90, 270) if standing else (0,))]
        return max(tries, key=lambda result: result.sureness)

    def _turned(self, pixels: Pixels, line: FoundLine, box: Box, turn: int) -> _ReadLine:
        from ocr.line_words import line_cut, split_words, words_back

        cut, back = line_cut(pixels, line, turn)
        glyphs = self._reader.read(cut)
        words = words_back(split_words(cut, glyphs, 0, 0), back, pixels)
        return _ReadLine(line, box, words, _sureness(glyphs), turn)

    def _page_turn(self, pixels: Pixels, read: list[_ReadLine]) -> int:
        """How far the whole page must be turned counter-clockwise for its text to stand upright."""
        votes: Counter[int] = Counter()
        for line in read:
            if line.sureness >= DOUBTFUL:
                votes[line.turn] += sum(len(word.text) for word in line.words)
        for turn in (90, 270):
            if votes[turn] > MOST * votes.total():
                return turn
        long = sorted((line for line in read if line.turn == 0), key=lambda line: -line.box.width)[:WITNESSES]
        if not long or fmean(line.sureness for line in long) >= SURE:
            return 0
        again = [self._turned(pixels, line.line, line.box, 180).sureness for line in long]
        return 180 if fmean(again) > fmean(line.sureness for line in long) + BETTER else 0


@dataclass(frozen=True, slots=True)
class _ReadLine:
    """A line with its words, how sure their characters are on average, and the turn it was read under."""

    line: FoundLine
    box: Box
    words: list[Word] = field(repr=False)
    sureness: float
    turn: int


def _is_doubtful(pixels: Pixels, line: _ReadLine) -> bool:
    """Whether a place holds text that was not read: characters unsure, or too few for its strokes."""
    from ocr.ink import cut_out, is_pattern, strokes

    box = line.box
    high, wide = sorted((box.width, box.height))
    if wide < LONG * high or not LOWEST <= high <= HIGHEST:
        return False
    cut = cut_out(pixels, box)[0]
    along = cut if box.width > box.height else cut.transpose(1, 0, 2)
    count = strokes(along)
    if count < MANY_STROKES or is_pattern(along):
        return False
    return line.sureness < DOUBTFUL or sum(len(word.text) for word in line.words) < FEW * count


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

    _share_arena()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # a plan for every size of line is memory that never comes back
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.use_env_allocators", "1")
    return onnxruntime.InferenceSession(str(_model(kind)), options, providers=["CPUExecutionProvider"])


@cache
def _share_arena() -> None:
    """Gives both networks, which never run at the same time, one arena in steps of ``ARENA_STEP``.

    By default every session has its own, which doubles whenever it grows. One that grows by what is asked
    for collects a region for every size of line: after 24 pages it held twice as much (measured).
    """
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    place = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    growth = {"initial_chunk_size_bytes": ARENA_STEP, "max_power_of_two_extend_bytes": ARENA_STEP}
    onnxruntime.create_and_register_allocator(place, onnxruntime.OrtArenaCfg(growth))


def create() -> Engine:
    return RapidOcrEngine()
