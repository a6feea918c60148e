"""hOCR, the output format of Tesseract that knows where every character stands -> lines of characters.

http://kba.github.io/hocr-spec/1.2/: ``ocr_line`` holds ``ocrx_word`` holds ``ocrx_cinfo``; the attribute
``title`` has the box of a character (``x_bboxes left top right bottom``) and the confidence of a word in
percent (``x_wconf``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

LINES: Final = frozenset({"ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"})


@dataclass(frozen=True, slots=True)
class Char:
    """One character with its box in pixels of the picture that was read; confidence (0..1) of its word."""

    text: str = field(repr=False)
    left: float
    top: float
    right: float
    bottom: float
    confidence: float
    starts_word: bool


def parse_hocr(markup: str) -> list[list[Char]]:
    """The lines of an hOCR document; damaged entries are left out."""
    parser = _Parser()
    parser.feed(markup)
    parser.close()
    return [line for line in parser.lines if line]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[list[Char]] = [[]]
        self._open: list[str] = []
        self._confidence = 0.0
        self._place: tuple[float, ...] = ()
        self._fresh = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "span":
            return
        values = dict(attrs)
        kind, title = values.get("class") or "", values.get("title") or ""
        self._open.append(kind)
        if kind in LINES:
            self.lines.append([])
        elif kind == "ocrx_word":
            percent = _numbers(title, "x_wconf")
            self._confidence = min(1.0, max(0.0, percent[0] / 100)) if percent else 0.0
            self._fresh = True
        elif kind == "ocrx_cinfo":
            self._place = _numbers(title, "x_bboxes")

    def handle_data(self, data: str) -> None:
        text = data.strip()
        if not text or not self._open or self._open[-1] != "ocrx_cinfo" or len(self._place) != 4:
            return
        left, top, right, bottom = self._place
        if left <= right and top < bottom and len(text.split()) == 1:
            self.lines[-1].append(Char(text, left, top, right, bottom, self._confidence, self._fresh))
            self._fresh = False

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self._open:
            self._open.pop()


def _numbers(title: str, name: str) -> tuple[float, ...]:
    """The numbers after ``name`` in a title such as ``bbox 1 2 3 4; x_wconf 96``."""
    for part in title.split(";"):
        words = part.split()
        if words and words[0] == name:
            try:
                return tuple(float(word) for word in words[1:])
            except ValueError:
                return ()
    return ()
