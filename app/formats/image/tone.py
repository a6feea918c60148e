"""The brightness of a JPEG without its own colours: what may stay of a coding unit that is covered in part.

Colours are stored coarser than brightness, in most JPEGs by the factor two, so that a unit of 16 × 16 pixels
holds four blocks of brightness that know nothing of each other, but one of each colour. Source: ITU-T T.81
A.1 and A.2.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image

from app.formats.image.container import Mask, Pixels
from app.formats.image.grid import Rect
from app.formats.image.jpeg import planes
from app.formats.image.metadata import profile
from app.formats.image.read import MILLION, Opened, resolved, strict

Colour = tuple[int, int]
"""The two differences from grey, Cb and Cr, 128 being none."""

GREY: Final[Colour] = (128, 128)

NEARBY: Final = 24
"""How far around a place its colour is looked for, in pixels."""


class Tones:
    """Parts of a JPEG in one colour each; all places are in the stored picture."""

    def __init__(self, picture: Opened) -> None:
        limit = picture.settings.max_pixels * MILLION
        with strict(limit):
            self._planes = planes(picture.data, picture.container)
        self._icc = profile(picture.data, picture.container)

    def colour(self, rect: Rect, seen: Mask) -> Colour:
        """The middle colour of a place's pixels that are ``seen`` (a mask of its shape), or none at all."""
        values = np.asarray(self._planes.crop(rect))[seen]
        if not values.size:
            return GREY
        return int(np.median(values[:, 1])), int(np.median(values[:, 2]))

    def shown(self, rect: Rect, colour: Colour) -> Pixels:
        """A place with its own brightness and the given colour, in sRGB."""
        light = self._planes.crop(rect).getchannel(0)
        flat = [Image.new("L", light.size, value) for value in colour]
        image = Image.merge("YCbCr", [light, *flat]).convert("RGB")
        return resolved(image, self._icc)[0]
