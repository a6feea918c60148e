"""Whether a file still has a value, or eight characters of it, anywhere and in any form.

Uses none of our own code and none of the libraries that write our copies: bytes are unfolded by
searching them, PDFs are read with pikepdf, PDFium and Poppler, and pictures are compared with the
ink that was planted.
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from itertools import chain
from typing import Any, Final

import numpy as np
import pikepdf
import pillow_heif
import pypdfium2
from PIL import Image, ImageFile, ImageOps

from ocr.model import Box
from tests.safe_copies.ink import Plane, shown
from tests.safe_copies.layers import SPELLINGS, layers

WINDOW: Final = 8
LARGEST: Final = 900
"""Pixels of width from which a picture is a whole page, in another scale than the ink."""

RENDERED: Final = 144
"""Dots per inch at which pages are drawn."""

LEAST_PIXELS: Final = 10_000

pillow_heif.register_heif_opener()

_SIGNATURES: Final = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP|II\*\0|MM\0\*|BM....\0\0\0\0|\0\0\0.ftyp|8BPS\0\x01",
    re.DOTALL,
)


def survivors(
    data: bytes,
    value: str,
    ink: Plane | None = None,
    area: Box | None = None,
    password: str = "",
    rows: int = 0,
) -> list[str]:
    """Where the value is still in the file; empty when it is nowhere.

    Args:
        ink: how it looks where it was planted as pixels; pages of PDFs are drawn at ``RENDERED``.
        area: where pages are compared with the ink, in points of the displayed page.
        rows: pixels in a row of a picture whose bytes may be there without a decoder showing them.
    """
    needles = _needles(value)
    parts = [("file", data)]
    if pdf_at(data):
        parts += list(_pdf_parts(data, password))
    found, planes, stored = [], [], []
    seen: set[int] = set()
    for origin, part in parts:
        for name, content in layers(part, seen):
            small = content.lower()
            if any(needle in small for needle in needles):
                found.append(f"{origin}: {name}")
            if ink is not None and not SPELLINGS.intersection(name.split(" > ")):
                planes += [(f"{origin}: {name}", at, content) for at in _signed(content)]
                stored += _as_rows(content, rows) if rows and len(content) > LEAST_PIXELS else ()
    if ink is not None:
        found += shown(chain(_planes(data, planes, area, password), stored), ink, len(value))
    return found


def pdf_at(data: bytes) -> bool:
    return b"%PDF-" in data[:2048]


def _needles(value: str) -> tuple[bytes, ...]:
    plain = re.sub(r"\s", "", value).lower().encode()
    windows = {plain[at : at + WINDOW] for at in range(max(1, len(plain) - WINDOW + 1))}
    return tuple(windows | {window[::-1] for window in windows})


# --- PDF ------------------------------------------------------------------------------------------


def _pdf_parts(data: bytes, password: str) -> Iterator[tuple[str, bytes]]:
    try:
        with pikepdf.open(BytesIO(data), password=password) as opened:
            yield "objects by pikepdf", b"\n".join(_objects(opened))
    except pikepdf.PdfError:
        pass
    try:
        pages = list(_pdfium_texts(data, password))
    except pypdfium2.PdfiumError:
        pages = []
    yield "text by PDFium", "\n".join(pages).encode()
    if (program := shutil.which("pdftotext")) is not None:
        for option in ("-raw", "-layout"):
            command = [program, option, "-nopgbrk", "-upw", password, "-", "-"]
            done = subprocess.run(command, input=data, capture_output=True, check=False, timeout=60)
            yield f"text by Poppler, {option}", done.stdout


def _objects(opened: pikepdf.Pdf) -> Iterator[bytes]:
    for item in (*opened.objects, opened.trailer):
        if item is None:  # the table names it and the file does not have it
            continue
        if isinstance(item, pikepdf.Stream):
            yield item.stream_dict.unparse()
            try:
                yield item.read_bytes()
            except pikepdf.PdfError:
                yield item.read_raw_bytes()
        else:
            yield item.unparse(resolved=True)
        yield from _strings(item, 0)


def _strings(item: Any, depth: int) -> Iterator[bytes]:
    """The strings of an object, unescaped."""
    if isinstance(item, pikepdf.String):
        yield bytes(item)
        yield str(item).encode()
    elif isinstance(item, pikepdf.Array) and depth < 6:
        for one in item:
            yield from _strings(one, depth + 1)
    elif isinstance(item, pikepdf.Dictionary) and depth < 6:
        for _, one in item.items():
            yield from _strings(one, depth + 1)


def _pdfium_texts(data: bytes, password: str) -> Iterator[str]:
    """Each page twice: in the order of its content, and row by row from left to right."""
    with pypdfium2.PdfDocument(data, password=password or None) as opened:
        yield repr(opened.get_metadata_dict())
        for page in opened:
            text = page.get_textpage()
            yield text.get_text_range()
            placed = []
            for at in range(text.count_chars()):
                left, bottom, _, _ = text.get_charbox(at, loose=True)
                placed.append((-round(bottom / 3), left, text.get_text_range(at, 1)))
            yield "".join(char for _, _, char in sorted(placed) if not char.isspace())


# --- pictures -------------------------------------------------------------------------------------


def _signed(content: bytes) -> list[int]:
    return [match.start() for match in _SIGNATURES.finditer(content)]


def _planes(
    data: bytes, carved: list[tuple[str, int, bytes]], area: Box | None, password: str
) -> Iterator[tuple[str, Plane]]:
    for name, at, content in carved:
        for number, frame in _frames(content[at:]):
            for channel, plane in _channels(frame):
                yield f"{name} at {at}, frame {number}, {channel}", plane
    if not pdf_at(data):
        return
    with suppress(pypdfium2.PdfiumError):
        for number, drawn in enumerate(rendered(data, area, password), 1):
            for channel, plane in _channels(drawn):
                yield f"page {number}, {channel}", plane
    with suppress(pikepdf.PdfError), pikepdf.open(BytesIO(data), password=password) as opened:
        for item in opened.objects:
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image":
                for channel, plane in _of_object(item):
                    yield f"picture {item.objgen[0]}, {channel}", plane


def rendered(data: bytes, area: Box | None = None, password: str = "") -> Iterator[Image.Image]:
    """The pages as PDFium draws them, or an area of each."""
    scale = RENDERED / 72
    with pypdfium2.PdfDocument(data, password=password or None) as opened:
        opened.init_forms()
        for page in opened:
            drawn = page.render(scale=scale).to_pil()
            if area is not None:
                drawn = drawn.crop(
                    tuple(int(side * scale) for side in (area.left, area.top, area.right, area.bottom))
                )
            yield drawn


def _of_object(item: pikepdf.Stream) -> Iterator[tuple[str, Plane]]:
    """A picture as shown, and its rows as stored, those below its last one too."""
    width = int(item.get("/Width", 0))
    if not 0 < width <= LARGEST:
        return
    # Whatever a library makes of a hostile picture: its bytes are searched all the same.
    with suppress(Exception):
        yield from _channels(pikepdf.PdfImage(item).as_pil_image())
    with suppress(pikepdf.PdfError):
        stored = np.frombuffer(item.read_bytes(), np.uint8)
        rows = stored[: len(stored) // width * width].reshape(-1, width)
        yield "rows as stored", rows.astype(float)


def _frames(data: bytes) -> Iterator[tuple[int, Image.Image]]:
    """All frames that can be decoded; a frame that is cut off counts as far as it goes."""
    with warnings.catch_warnings(), suppress(Exception):
        warnings.simplefilter("ignore")
        picture = Image.open(BytesIO(data))
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            picture.load()
            yield number, picture.copy()
            if (upright := ImageOps.exif_transpose(picture)).size != picture.size:
                yield number, upright
        if picture.format == "JPEG" and picture.height < LARGEST and (taller := _taller(data)):
            yield 0, taller


def _taller(data: bytes) -> Image.Image | None:
    """A JPEG with the rows that are stored below the height that it tells."""
    frame = re.search(rb"\xff[\xc0\xc2]\0.\x08(..)", data, re.DOTALL)
    if frame is None:
        return None
    more = bytearray(data)
    struct.pack_into(">H", more, frame.start(1), 2 * struct.unpack(">H", frame.group(1))[0])
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        picture = Image.open(BytesIO(more))
        picture.load()
        return picture
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _as_rows(content: bytes, width: int) -> Iterator[tuple[str, Plane]]:
    """Bytes as rows of pixels that no decoder shows, with and without a byte for a filter."""
    stored = np.frombuffer(content, np.uint8)
    for channels in (1, 3):
        for stride in (channels * width, channels * width + 1):
            for start in (0, stride // 2) if len(stored) > 2 * stride else ():
                rows = stored[start : start + (len(stored) - start) // stride * stride].reshape(-1, stride)
                yield f"rows of {stride} bytes", rows[:, ::channels].astype(float)


def _channels(picture: Image.Image) -> Iterator[tuple[str, Plane]]:
    """Every channel as stored, and as shown; equal ones once."""
    seen: set[bytes] = set()
    versions = [picture]
    if picture.mode in {"P", "PA", "CMYK", "LA", "1"}:
        versions.append(picture.convert("RGBA"))
    for version in versions:
        stored = np.asarray(version).astype(float)
        planes = stored[:, :, None] if stored.ndim == 2 else stored
        for index in range(planes.shape[2]):
            plane = planes[:, :, index]
            if (mark := plane.tobytes()) not in seen:
                seen.add(mark)
                yield f"{version.mode} {index}", plane
