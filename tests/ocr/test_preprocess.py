"""Every change to a picture has an exact way back to the page."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ocr.model import Box
from ocr.preprocess import dark_on_light, resized, to_rgb
from tests.ocr.drawing import Sheet


@given(
    st.integers(20, 120),
    st.integers(20, 120),
    st.sampled_from([0, 90, 180, 270]),
    st.floats(0.5, 3),
    st.data(),
)
def test_the_way_back_leads_to_the_same_pixels(
    width: int, height: int, turn: int, factor: float, data: st.DataObject
) -> None:
    left, top = data.draw(st.integers(0, width - 12)), data.draw(st.integers(0, height - 12))
    page = Image.new("L", (width, height), 0)
    page.paste(255, (left, top, left + 12, top + 12))
    changed, back = resized(page, factor, turn)
    rows, columns = np.nonzero(np.asarray(changed) > 127)
    found = back.box(Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
    want = Box(left, top, left + 12, top + 12)
    slack = 1.0 / factor + 0.01
    for one, other in zip(
        (found.left, found.top, found.right, found.bottom),
        (want.left, want.top, want.right, want.bottom),
        strict=True,
    ):
        assert abs(one - other) <= slack


@pytest.mark.parametrize(
    ("ground", "ink"),
    [("white", "black"), ("#11151c", "#d6deeb"), ("#00bb55", "white"), ("#fdf6e3", "#657b83")],
)
def test_every_polarity_becomes_dark_on_light(ground: str, ink: str) -> None:
    sheet = Sheet.blank(400, 120, "#f4f5f7")
    sheet.panel((20, 30, 380, 90), ground)
    box = sheet.write(40, 50, "Settings of the page", 16, ink)
    grey = np.asarray(dark_on_light(sheet.image))
    inside = grey[int(box.top) : int(box.bottom), int(box.left) : int(box.right)]
    assert inside.min() < 140
    assert np.median(inside) > 240
    assert grey[40:44, 40:360].min() > 240, "the panel's ground is white"


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_mode_becomes_rgb_of_the_same_size(mode: str) -> None:
    grey = Sheet.blank(80, 30)
    grey.write(5, 5, "Settings", 14)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(grey.image.convert("L")).astype(np.uint16) * 200)
    else:
        image = grey.image.convert(mode)
    rgb = to_rgb(image)
    assert (rgb.mode, rgb.size) == ("RGB", (80, 30))
    values = np.asarray(rgb)
    assert values.min() < 100
    assert values.max() > 200


@pytest.mark.parametrize("ink", [0, 255])
def test_text_on_transparent_ground_stays_visible(ink: int) -> None:
    image = Image.new("RGBA", (40, 40), (ink, ink, ink, 0))
    image.paste((ink, ink, ink, 255), (10, 10, 20, 30))
    values = np.asarray(to_rgb(image)).astype(int)
    assert abs(values[20, 15] - values[2, 2]).max() > 100
