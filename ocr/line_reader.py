"""One line of text -> its characters with their places, by RapidOCR's text recognition network (PP-OCR).

The network slides along the line and names at every step the character it stands on, or none
(connectionist temporal classification). The steps at which a character was named tell where it stands.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import Any, Final

import cv2
import numpy as np

from ocr.ink import Pixels

HEIGHT: Final = 48
"""Every line is brought to this height for the network."""

STEP: Final = 8
"""The network takes one step every so many pixels."""

NARROWEST: Final = 96
"""Shorter lines are widened with their last column to this many pixels at ``HEIGHT``."""

WIDEST: Final = 2000
"""Longer lines are read in parts of at most this many pixels at ``HEIGHT``; bounds memory and time."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character, the x of its middle in pixels of the cut-out, and how sure the network is (0..1)."""

    char: str = field(repr=False)
    x: float
    confidence: float


class LineReader:
    """Runs the recognition network.

    Args:
        session: an ``onnxruntime.InferenceSession`` of a PP-OCR text recognition model that holds its
            alphabet in the metadata field ``character``.
    """

    def __init__(self, session: Any) -> None:
        self._session = session
        self._input = session.get_inputs()[0].name
        alphabet = session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._alphabet = ["", *alphabet, " "]  # step names 0 = none; white space comes last

    def read(self, line: Pixels) -> list[Glyph]:
        """The characters on a cut-out of one upright line, left to right, spaces included."""
        height, width = line.shape[:2]
        if height < 1 or width < 1:
            return []
        parts = math.ceil(width * HEIGHT / height / WIDEST)
        if parts == 1:
            return self._read(line)
        cuts = [0, *(_quiet_column(line, round(i * width / parts)) for i in range(1, parts)), width]
        return [
            Glyph(glyph.char, glyph.x + start, glyph.confidence)
            for start, end in itertools.pairwise(cuts)
            if start < end
            for glyph in self._read(line[:, start:end])
        ]

    def _read(self, line: Pixels) -> list[Glyph]:
        height, width = line.shape[:2]
        wide = max(STEP, math.ceil(width * HEIGHT / height))
        resized = cv2.resize(line, (wide, HEIGHT), interpolation=cv2.INTER_LINEAR)
        padding = max(NARROWEST - wide, -wide % STEP)
        resized = cv2.copyMakeBorder(resized, 0, 0, 0, padding, cv2.BORDER_REPLICATE)
        blob = resized[:, :, ::-1].astype(np.float32).transpose(2, 0, 1)[np.newaxis]
        blob = np.ascontiguousarray(blob / np.float32(127.5) - np.float32(1))
        steps = self._session.run(None, {self._input: blob})[0][0]
        named = steps.argmax(axis=1)
        chances = steps[np.arange(len(named)), named]
        scale = (wide + padding) / len(named) * width / wide
        glyphs: list[Glyph] = []
        start = 0
        for end in range(1, len(named) + 1):
            if end < len(named) and named[end] == named[start]:
                continue
            char = self._alphabet[named[start]] if named[start] < len(self._alphabet) else ""
            if char:
                middle = (start + end) / 2 * scale
                glyphs.append(Glyph(char, min(middle, float(width)), float(chances[start:end].max())))
            start = end
        return glyphs


def _quiet_column(line: Pixels, near: int) -> int:
    """The middle of the widest run of columns without ink around ``near``; ``near`` when there is none."""
    reach = 2 * line.shape[0]
    left, right = max(0, near - reach), min(line.shape[1], near + reach)
    window = line[:, left:right]
    spread = (window.max(axis=0).astype(np.int16) - window.min(axis=0)).max(axis=1)
    quiet = spread <= max(24, int(spread.min()))
    best, best_length, start = near, 0, None
    for i, flag in enumerate([*quiet.tolist(), False]):
        if flag and start is None:
            start = i
        elif not flag and start is not None:
            if i - start > best_length:
                best, best_length = left + (start + i) // 2, i - start
            start = None
    return best
