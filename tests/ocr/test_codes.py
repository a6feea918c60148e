"""QR codes and barcodes are read wherever they stand."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageOps

from ocr.codes import read_codes
from ocr.model import Box
from tests.ocr.drawing import Sheet, token


def code(content: str, kind: zxingcpp.BarcodeFormat, scale: int = 4) -> Image.Image:
    drawn = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(content, kind), scale=scale)
    return Image.fromarray(np.array(drawn)).convert("RGB")


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("kind", [zxingcpp.QRCode, zxingcpp.DataMatrix, zxingcpp.Code128])
def test_a_code_is_read_with_its_place(kind: zxingcpp.BarcodeFormat, inverted: bool, random: Random) -> None:
    content = "otpauth://totp/" + token(random, 12)
    drawn = code(content, kind, 2 if kind == zxingcpp.Code128 else 4)
    if inverted:
        drawn = ImageOps.expand(ImageOps.invert(drawn), 20, "black")
    sheet = Sheet.blank(900, 500, "#202020" if inverted else "white")
    sheet.image.paste(drawn, (60, 80))
    found, damaged = read_codes(sheet.image)
    assert damaged == ()
    assert [item.text for item in found] == [content]
    around = Box(60, 80, 60 + drawn.width, 80 + drawn.height)
    assert found[0].box.overlap(around) == 1.0
    assert found[0].box.area > 0.2 * around.area


@pytest.mark.parametrize(
    ("kind", "scale", "angle"),
    [
        (zxingcpp.QRCode, 1, 0),
        (zxingcpp.QRCode, 2, 20),
        (zxingcpp.QRCode, 3, 45),
        (zxingcpp.QRCode, 3, 5),
        (zxingcpp.DataMatrix, 4, 20),
        (zxingcpp.Code128, 1, 90),
        (zxingcpp.Code128, 2, 5),
    ],
)
@pytest.mark.parametrize("ground", ["white", "#11151c"])
def test_small_and_sloping_codes_are_found_whole(
    kind: zxingcpp.BarcodeFormat, scale: int, angle: int, ground: str, random: Random
) -> None:
    content = "WIFI:T:WPA;S:Office;P:" + token(random, 14) + ";;"
    drawn = code(content, kind, scale).rotate(
        angle, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC
    )
    sheet = Sheet.blank(drawn.width + 100, drawn.height + 100, ground)
    sheet.image.paste(drawn, (50, 50))
    found, _ = read_codes(sheet.image)
    assert [item.text for item in found] == [content]
    box = found[0].box
    sheet.panel((int(box.left), int(box.top), int(box.right) - 1, int(box.bottom) - 1), "white")
    assert np.asarray(sheet.image.crop((50, 50, 50 + drawn.width, 50 + drawn.height))).min() > 160


def test_a_page_without_codes_has_none() -> None:
    sheet = Sheet.blank(300, 100)
    sheet.write(10, 10, "Settings of the page")
    assert read_codes(sheet.image) == ((), ())


def test_a_damaged_qr_code_is_told_of(random: Random) -> None:
    drawn = code("otpauth://totp/" + token(random, 30), zxingcpp.QRCode)
    ImageDraw.Draw(drawn).rectangle((60, 60, 100, 100), fill="grey")
    sheet = Sheet.blank(500, 400)
    sheet.image.paste(drawn, (60, 80))
    codes, damaged = read_codes(sheet.image)
    assert codes == ()
    around = Box(60, 80, 60 + drawn.width, 80 + drawn.height)
    assert max(around.overlap(box) for box in damaged) > 0.5
