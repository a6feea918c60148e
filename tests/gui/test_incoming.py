"""Pasted and dropped things become inputs; pictures carry pixels only."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QImage

from app.gui.incoming import Pasteboard, png_of
from tests.support.gui import random_value


def image(width: int = 20, height: int = 10, colour: str = "#336699") -> QImage:
    made = QImage(width, height, QImage.Format.Format_ARGB32)
    made.fill(QColor(colour))
    return made


def test_a_picture_becomes_a_png_in_memory() -> None:
    mime = QMimeData()
    mime.setImageData(image())
    (pasted,) = Pasteboard().read(mime).inputs
    assert pasted.path == Path("Pasted picture 1.png")
    assert pasted.data is not None
    opened = Image.open(io.BytesIO(pasted.data))
    assert (opened.format, opened.size, opened.mode) == ("PNG", (20, 10), "RGB")
    assert opened.getpixel((3, 3)) == (0x33, 0x66, 0x99)


def test_texts_and_profiles_of_a_picture_are_left_behind() -> None:
    told = image()
    canary = random_value()
    told.setText("Comment", canary)
    data = png_of(told)
    assert canary.encode() not in data
    assert set(Image.open(io.BytesIO(data)).info) <= {"dpi"}


def test_what_lies_under_transparent_pixels_is_left_behind() -> None:
    clear = QImage(4, 4, QImage.Format.Format_ARGB32)
    clear.fill(QColor(200, 10, 10, 0))
    opened = Image.open(io.BytesIO(png_of(clear)))
    assert opened.getpixel((1, 1)) == (255, 255, 255)


@pytest.mark.parametrize("format_", [QImage.Format.Format_Mono, QImage.Format.Format_RGBA64])
def test_other_pixel_formats_are_taken(format_: QImage.Format) -> None:
    opened = Image.open(io.BytesIO(png_of(image().convertToFormat(format_))))
    assert opened.size == (20, 10)


def test_text_is_taken_as_it_is() -> None:
    mime = QMimeData()
    mime.setText("first\r\nsecond – ä")
    (pasted,) = Pasteboard().read(mime).inputs
    assert pasted.data == "first\r\nsecond – ä".encode()
    assert pasted.path.suffix == ".txt"


def test_files_win_over_the_text_that_file_managers_add() -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/files/a b.png")])
    mime.setText("/files/a b.png")
    taken = Pasteboard().read(mime)
    assert taken.paths == (Path("/files/a b.png"),)
    assert taken.inputs == ()


def test_addresses_elsewhere_are_named_not_followed() -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://tracker.example/shot.png")])
    taken = Pasteboard().read(mime)
    assert taken.foreign == ("tracker.example",)
    assert taken.paths == ()


def test_a_picture_dragged_from_a_browser_is_taken_instead_of_its_address() -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://tracker.example/shot.png")])
    mime.setImageData(image())
    taken = Pasteboard().read(mime)
    assert len(taken.inputs) == 1
    assert taken.foreign == ()


def test_blank_text_is_nothing() -> None:
    mime = QMimeData()
    mime.setText(" \n ")
    assert not Pasteboard().read(mime)


def test_names_are_numbered() -> None:
    board = Pasteboard()
    mime = QMimeData()
    mime.setText("x")
    names = [board.read(mime).inputs[0].path.name for _ in range(2)]
    assert names == ["Pasted text 1.txt", "Pasted text 2.txt"]
