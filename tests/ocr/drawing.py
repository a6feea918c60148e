"""Text drawn at run time with Pillow's own font, and the words a perfect reader would see in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr.ink import Pixels
from ocr.model import Box, Word

LETTERS: Final = "abdefghkmnqrtyABDEFGHKLMNQRTY234679"
"""Characters that readers confuse least."""


def token(random: Random, length: int = 24) -> str:
    return "".join(random.choice(LETTERS) for _ in range(length))


@dataclass(slots=True)
class Sheet:
    """A picture under the pen; ``words`` collects what a perfect reader would report."""

    image: Image.Image
    words: list[Word] = field(default_factory=list)
    lines: int = 0

    @classmethod
    def blank(cls, width: int, height: int, ground: str = "white") -> Sheet:
        return cls(Image.new("RGB", (width, height), ground))

    def panel(self, box: tuple[int, int, int, int], fill: str) -> None:
        ImageDraw.Draw(self.image).rectangle(box, fill=fill)

    def write(self, x: int, y: int, text: str, size: int = 16, fill: str = "black") -> Box:
        """Draws one line and returns the box of its ink."""
        font = ImageFont.load_default(size)
        ImageDraw.Draw(self.image).text((x, y), text, fill=fill, font=font)
        left, top, right, bottom = font.getbbox(text)
        at = 0
        for part in text.split(" "):
            if part:
                edges = tuple(x + font.getlength(text[: at + k]) for k in range(len(part) + 1))
                place = Box(edges[0], y + top, edges[-1], y + bottom)
                self.words.append(Word(part, place, self.lines, 1.0, edges))
            at += len(part) + 1
        self.lines += 1
        return Box(x + left, y + top, x + right, y + bottom)

    @property
    def pixels(self) -> Pixels:
        return np.asarray(self.image, dtype=np.uint8)


def ink_left(before: Pixels, boxes: tuple[Box, ...], ground: tuple[int, int, int]) -> int:
    """How many pixels differ from the ground after the boxes were filled with it."""
    after = before.copy()
    for box in boxes:
        after[int(box.top) : int(box.bottom), int(box.left) : int(box.right)] = ground
    return int((after != np.array(ground, dtype=np.uint8)).any(axis=2).sum())
