"""Pictures made easier to read, each with the exact way back to the pixels of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from ocr.model import Box

if TYPE_CHECKING:
    from PIL import Image

NEIGHBOURHOOD: Final = 25
"""Side of the window (pixels of a picture at its usual size) whose median is the local background.

Wider than twice the strokes of text, narrower than a one-line banner is high.
"""


@dataclass(frozen=True, slots=True)
class WayBack:
    """Leads from an enlarged, perhaps turned picture back to the page.

    Attributes:
        factor_x, factor_y: enlargement per axis.
        turn: degrees (0, 90, 180, 270) by which the page had been turned counter-clockwise before.
        width, height: of the page; matter only when it was turned.
    """

    factor_x: float
    factor_y: float
    turn: int = 0
    width: int = 0
    height: int = 0

    def box(self, box: Box) -> Box:
        left, right = box.left / self.factor_x, box.right / self.factor_x
        top, bottom = box.top / self.factor_y, box.bottom / self.factor_y
        if self.turn == 90:
            return Box(self.width - bottom, left, self.width - top, right)
        if self.turn == 180:
            return Box(self.width - right, self.height - bottom, self.width - left, self.height - top)
        if self.turn == 270:
            return Box(top, self.height - right, bottom, self.height - left)
        return Box(left, top, right, bottom)

    def x(self, x: float) -> float:
        """An x of a picture that was not turned."""
        return x / self.factor_x


def to_rgb(image: Image.Image) -> Image.Image:
    """An RGB picture of the same size; transparent parts lie on white or black, whichever shows more.

    The caller has turned the picture upright already.
    """
    from PIL import Image as PillowImage

    if image.mode == "RGB":
        return image
    if image.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        values = np.asarray(image, dtype=np.float64)
        low, high = float(values.min()), float(values.max())
        stretched = (values - low) * (255 / (high - low)) if high > low else values * 0
        return PillowImage.fromarray(stretched.astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layered = image.convert("RGBA")
        pixels = np.asarray(layered)
        alpha = pixels[:, :, 3]
        shown = pixels[alpha > 127][:, :3]
        ground = (255, 255, 255) if shown.size == 0 or float(shown.mean()) < 160 else (0, 0, 0)
        flat = PillowImage.new("RGB", image.size, ground)
        flat.paste(layered, mask=layered.getchannel("A"))
        return flat
    return image.convert("RGB")


def resized(image: Image.Image, factor: float, turn: int = 0) -> tuple[Image.Image, WayBack]:
    """The picture turned counter-clockwise by ``turn`` degrees, then enlarged or reduced, and the way back.

    The way back knows the factors after rounding to whole pixels.
    """
    from PIL import Image as PillowImage

    turns = {
        90: PillowImage.Transpose.ROTATE_90,
        180: PillowImage.Transpose.ROTATE_180,
        270: PillowImage.Transpose.ROTATE_270,
    }
    upright = image.transpose(turns[turn]) if turn else image
    width, height = max(1, round(upright.width * factor)), max(1, round(upright.height * factor))
    back = WayBack(width / upright.width, height / upright.height, turn, image.width, image.height)
    if (width, height) == upright.size:
        return upright, back
    how = PillowImage.Resampling.BICUBIC if factor > 1 else PillowImage.Resampling.LANCZOS
    return upright.resize((width, height), how), back


def dark_on_light(image: Image.Image) -> Image.Image:
    """Grey picture of the same size in which all text is dark on white, whatever it was before.

    Every pixel becomes white minus its distance from the local background, so a dark panel on a light
    page, coloured buttons and selections all look like print.
    """
    import cv2
    from PIL import Image as PillowImage

    pixels = np.asarray(image, dtype=np.uint8)
    height, width = pixels.shape[:2]
    half = cv2.resize(pixels, (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA)
    ground = cv2.medianBlur(half, NEIGHBOURHOOD // 2 | 1)
    ground = cv2.resize(ground, (width, height), interpolation=cv2.INTER_NEAREST)
    distance = np.asarray(cv2.absdiff(pixels, ground), dtype=np.uint8).max(axis=2)
    grey = 255 - np.minimum(distance.astype(np.uint16) * 3 // 2, 255)
    return PillowImage.fromarray(grey.astype(np.uint8))
