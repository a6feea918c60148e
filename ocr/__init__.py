"""Pixels in, words with boxes out; QR and barcodes; the one map from text offsets back to boxes.

Importing this package or ``ocr.model`` loads no engine, no NumPy and no OpenCV: those come with the first
page that is read.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocr.errors import EngineFailed, EngineMissing, OcrError, PictureTooLarge, ReadingCancelled
    from ocr.layout import Pair, pairs
    from ocr.model import Box, Code, PageReading, Reading, Unread, Word
    from ocr.page_text import PageText
    from ocr.reader import Reader

_HOMES = {
    "Box": "ocr.model",
    "Code": "ocr.model",
    "EngineFailed": "ocr.errors",
    "EngineMissing": "ocr.errors",
    "OcrError": "ocr.errors",
    "PageReading": "ocr.model",
    "PageText": "ocr.page_text",
    "Pair": "ocr.layout",
    "PictureTooLarge": "ocr.errors",
    "Reader": "ocr.reader",
    "Reading": "ocr.model",
    "ReadingCancelled": "ocr.errors",
    "Unread": "ocr.model",
    "Word": "ocr.model",
    "pairs": "ocr.layout",
}

__all__ = [
    "Box",
    "Code",
    "EngineFailed",
    "EngineMissing",
    "OcrError",
    "PageReading",
    "PageText",
    "Pair",
    "PictureTooLarge",
    "Reader",
    "Reading",
    "ReadingCancelled",
    "Unread",
    "Word",
    "pairs",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
