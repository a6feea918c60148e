"""Attacks on covers in pictures: what lies outside them is all an attacker has, and it must not help.

Each attack is tried on a plain black box first, where it has to work, so that its failure on our covers
means something.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from random import Random
from typing import Any, Final

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from app.formats.covers import Place
from app.formats.image.paint import painted
from app.formats.image.read import opened
from app.model import PLAIN_COVERS
from app.options import Settings
from ocr.model import Box
from tests.support.pictures import encoded

ALPHABET: Final = "ABCDEFGHJKLMNPQR2345"
LENGTH: Final = 8
SIZE: Final = (176, 72)
LEFT, TOP, CELL, HEIGHT = 22, 27, 15, 19
REACH: Final = 20
"""Pixels around the box that the attacker looks at."""

TRAINING, TESTED = 100, 20
CHANCE: Final = 1 / len(ALPHABET)
WORKS: Final = 0.4

FONT: Final = ImageFont.load_default(22)
BOX: Final = Box(LEFT, TOP, LEFT + LENGTH * CELL, TOP + HEIGHT)

Pixels = np.ndarray[Any, Any]


def rendered(token: str) -> Image.Image:
    """One character a cell, cut to the box, with lines of text above and below."""
    picture = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(picture)
    draw.text((LEFT, 4), "API token of the test", fill=(60, 60, 60), font_size=13)
    draw.text((LEFT, 54), "Save   Cancel", fill=(60, 60, 60), font_size=13)
    for number, character in enumerate(token):
        cell = Image.new("RGB", (CELL, HEIGHT), "white")
        ImageDraw.Draw(cell).text((CELL / 2, HEIGHT / 2), character, fill="black", font=FONT, anchor="mm")
        picture.paste(cell, (LEFT + number * CELL, TOP))
    return picture


@dataclass(frozen=True)
class Attack:
    """Ridge regression from the pixels outside a cover to the characters under it."""

    tokens: list[str]
    outside: Pixels

    def success(self) -> float:
        """Share of characters read right in tokens that the training did not see."""
        known, asked = self.outside[:TRAINING], self.outside[TRAINING:]
        middle = known.mean(axis=0)
        known, asked = known - middle, asked - middle
        gram = known @ known.T
        ridge = max(1e-6, 1e-3 * float(np.trace(gram)) / len(gram))
        weights = np.linalg.inv(gram + ridge * np.eye(len(gram)))
        right = 0
        for place in range(LENGTH):
            wanted = np.array(
                [[token[place] == one for one in ALPHABET] for token in self.tokens], dtype=float
            )
            model = wanted[:TRAINING] - wanted[:TRAINING].mean(axis=0)
            guessed = (asked @ known.T @ weights @ model).argmax(axis=1)
            right += int((guessed == wanted[TRAINING:].argmax(axis=1)).sum())
        return right / (TESTED * LENGTH)


def tight(data: bytes) -> Pixels:
    """The mistake: a black box, and the picture around it as it is."""
    pixels = np.array(Image.open(BytesIO(data)).convert("RGB"))
    pixels[int(BOX.top) : int(BOX.bottom), int(BOX.left) : int(BOX.right)] = 0
    return pixels


def ours(data: bytes) -> Pixels:
    source = opened(data, Settings())
    return painted(source, next(source.pages()), [Place(BOX)], PLAIN_COVERS).pixels


def attacked(cover: Callable[[bytes], Pixels], random: Random, kind: str, options: dict[str, Any]) -> Attack:
    tokens = ["".join(random.choices(ALPHABET, k=LENGTH)) for _ in range(TRAINING + TESTED)]
    around = np.s_[TOP - REACH : TOP + HEIGHT + REACH, LEFT - REACH : LEFT + LENGTH * CELL + REACH]
    seen = [cover(encoded(rendered(token), kind, **options))[around].astype(np.float32) for token in tokens]
    return Attack(tokens, np.stack(seen).reshape(len(tokens), -1))


JPEGS: Final[dict[str, dict[str, Any]]] = {
    "q75 4:2:0": {"quality": 75, "subsampling": 2},
    "q90 4:2:0": {"quality": 90, "subsampling": 2},
    "q90 4:2:2": {"quality": 90, "subsampling": 1},
    "q95 4:4:4": {"quality": 95, "subsampling": 0},
    "q75 progressive": {"quality": 75, "subsampling": 2, "progressive": True},
}


@pytest.mark.parametrize("name", JPEGS)
def test_ringing_around_our_covers_tells_no_character(name: str, random: Random) -> None:
    attack = attacked(ours, random, "JPEG", JPEGS[name])
    assert len(np.unique(attack.outside, axis=0)) == 1, (
        "every copy is the same, so that nothing can be learnt"
    )
    assert attack.success() < 3 * CHANCE


def test_ringing_around_a_tight_box_tells_characters(random: Random) -> None:
    """The same attack where it has to succeed."""
    assert attacked(tight, random, "JPEG", JPEGS["q75 4:2:0"]).success() >= WORKS


@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF", "TIFF"])
def test_comparing_with_rendered_guesses_tells_nothing(kind: str, random: Random) -> None:
    """An attacker with the very font renders every guess and covers it with our code: all are equal."""
    guesses = ["".join(random.choices(ALPHABET, k=LENGTH)) for _ in range(12)]
    assert len({ours(encoded(rendered(guess), kind)).tobytes() for guess in guesses}) == 1
    assert len({encoded(rendered(guess), kind) for guess in guesses}) == len(guesses)
