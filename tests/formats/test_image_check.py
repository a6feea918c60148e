"""The picture's own verification: every way in which a copy can be wrong fails the check that names it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.formats.image.format import FORMAT
from app.model import RedactionPlan
from app.places import PageArea, Unit
from ocr.model import Box
from tests.support.documents import context_of, plan_of, source_of
from tests.support.pictures import PLACE, SIZE, canvas, drawn, encoded, with_png_chunk, with_segment

STRUCTURE = "Only pixels in the file"
SHAPE = "Same format, pages and sizes"
COVERED = "Covers hide what is under them"
REST = "Everything else is unchanged"
OPENS = "The copy opens as a picture"

KINDS: dict[str, dict[str, object]] = {
    "PNG": {},
    "JPEG": {"quality": 90},
    "WEBP": {"lossless": True},
    "BMP": {},
    "GIF": {},
    "TIFF": {},
}


class Written:
    """A good copy of a picture with one covered place, and what its check says about a changed one."""

    def __init__(self, kind: str, folder: Path, frames: int = 1) -> None:
        self.kind = kind
        pages = [drawn(canvas(), f"secret {number}") for number in range(frames)]
        more = {"save_all": True, "append_images": pages[1:], "duration": 70} if frames > 1 else {}
        self.source = source_of(encoded(pages[0], kind, **KINDS[kind], **more))
        self.document = FORMAT.open(self.source, context_of())
        areas = [PageArea(number, (PLACE,)) for number in range(1, frames + 1)]
        self.plan: RedactionPlan = plan_of(self.source, ("", areas))
        self.document.write(self.plan, folder / "copy")
        self.data = (folder / "copy").read_bytes()

    def failed(self, data: bytes) -> list[str]:
        return [check.name for check in self.document.check(source_of(data), self.plan) if not check.passed]

    def repainted(self, change: Callable[[np.ndarray], None]) -> bytes:
        """The good copy with other pixels, in a file of the same structure."""
        pixels = np.array(Image.open(BytesIO(self.data)).convert("RGB"))
        change(pixels)
        plain = source_of(encoded(Image.fromarray(pixels), self.kind, **KINDS[self.kind]))
        return plain.data


def letter(pixels: np.ndarray) -> None:
    pixels[54:58, 60:64] = 255


def word_elsewhere(pixels: np.ndarray) -> None:
    pixels[100:110, 150:200] = (255, 0, 0)


def beside_the_cover(pixels: np.ndarray) -> None:
    pixels[int(PLACE.bottom) + 3 : int(PLACE.bottom) + 5, 60:64] = (255, 0, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_copy_passes_and_tells_what_was_compared(kind: str, tmp_path: Path) -> None:
    written = Written(kind, tmp_path)
    checks = written.document.check(source_of(written.data), written.plan)
    assert [check.name for check in checks] == [STRUCTURE, SHAPE, COVERED, REST]
    assert all(check.passed for check in checks)
    assert "1 areas" in checks[2].detail
    compared = int(checks[3].detail.split()[0])
    assert 0.5 * SIZE[0] * SIZE[1] < compared < SIZE[0] * SIZE[1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_pixel_left_inside_a_cover_is_seen(kind: str, tmp_path: Path) -> None:
    written = Written(kind, tmp_path)
    assert COVERED in written.failed(written.repainted(letter))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "TIFF"])
def test_a_change_elsewhere_is_seen(kind: str, tmp_path: Path) -> None:
    written = Written(kind, tmp_path)
    assert REST in written.failed(written.repainted(word_elsewhere))


@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_a_change_beside_a_cover_is_seen(kind: str, tmp_path: Path) -> None:
    written = Written(kind, tmp_path)
    assert REST in written.failed(written.repainted(beside_the_cover))


class Part:
    """A JPEG of coarse colours, a place in which ends within a coding unit, and its good copy."""

    BOX = Box(40, 40, 150, 52)
    BLOCKS = (slice(40, 56), slice(40, 152))
    UNITS = (slice(32, 64), slice(32, 160))

    def __init__(self, folder: Path) -> None:
        rng = np.random.default_rng(4)
        pixels = np.full((128, 240, 3), (200, 30, 30), dtype=np.uint8)
        pixels[::4] = rng.choice(np.array([(30, 200, 30), (30, 30, 220)], dtype=np.uint8), (32, 240))
        self.source = source_of(encoded(Image.fromarray(pixels), "JPEG", quality=95, subsampling=2))
        self.document = FORMAT.open(self.source, context_of())
        self.plan = plan_of(self.source, ("", [PageArea(1, (self.BOX,))]))
        self.document.write(self.plan, folder / "copy")
        self.before = np.asarray(Image.open(BytesIO(self.source.data)))
        self.after = np.array(Image.open(BytesIO((folder / "copy").read_bytes())))

    def failed(self, pixels: np.ndarray) -> list[str]:
        copy = source_of(encoded(Image.fromarray(pixels), "JPEG", quality=95, subsampling=0))
        return [check.name for check in self.document.check(copy, self.plan) if not check.passed]


def test_a_block_of_brightness_left_in_part_is_seen(tmp_path: Path) -> None:
    part = Part(tmp_path)
    assert part.failed(part.after) == []
    left = part.after.copy()
    left[52:56, 40:150] = part.before[52:56, 40:150]  # below the box, in the same block
    assert COVERED in part.failed(left)


def test_colours_left_in_a_coding_unit_are_seen(tmp_path: Path) -> None:
    part = Part(tmp_path)
    ring = np.zeros(part.after.shape[:2], dtype=np.bool_)
    ring[part.UNITS] = True
    ring[part.BLOCKS] = False
    shown = part.after[ring].astype(int)
    assert np.abs(part.before[ring].astype(int) - shown).max() > 64
    left = part.after.copy()
    left[ring] = part.before[ring]
    assert part.failed(left) == [REST]
    black = part.after.copy()
    black[ring] = 0  # more than the style of the plan draws
    assert part.failed(black) == [REST]
    grey = part.after.copy()
    grey[ring] = 128
    assert part.failed(grey) == [REST]


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_after_the_end_are_seen(kind: str, tmp_path: Path) -> None:
    written = Written(kind, tmp_path)
    assert written.failed(written.data + b"tail") == [STRUCTURE]


def test_foreign_parts_are_seen(tmp_path: Path) -> None:
    png, jpeg = Written("PNG", tmp_path), Written("JPEG", tmp_path)
    assert png.failed(with_png_chunk(png.data, b"tEXt", b"Comment\0x")) == [STRUCTURE]
    assert png.failed(with_png_chunk(png.data, b"tIME", bytes(7))) == [STRUCTURE]
    assert jpeg.failed(with_segment(jpeg.data, 0xFE, b"x")) == [STRUCTURE]
    assert jpeg.failed(with_segment(jpeg.data, 0xE2, b"ICC_PROFILE\0\1\1x")) == [STRUCTURE]
    gif = Written("GIF", tmp_path)
    assert gif.failed(gif.data[:13] + b"\x21\xfe\x01x\0" + gif.data[13:]) == [STRUCTURE]
    webp = Written("WEBP", tmp_path)
    more = webp.data[12:] + b"XMP \x02\0\0\0xx"
    assert webp.failed(b"RIFF" + (4 + len(more)).to_bytes(4, "little") + b"WEBP" + more) == [STRUCTURE]


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "TIFF"])
def test_a_missing_frame_is_seen(kind: str, tmp_path: Path) -> None:
    three, two = Written(kind, tmp_path, frames=3), Written(kind, tmp_path, frames=2)
    assert three.failed(three.data) == []
    assert three.failed(two.data) == [SHAPE]


def test_another_size_or_format_or_rubbish_is_seen(tmp_path: Path) -> None:
    written = Written("PNG", tmp_path)
    assert written.failed(encoded(canvas((100, 100)), "PNG")) == [SHAPE]
    assert written.failed(encoded(canvas(), "BMP")) == [SHAPE]
    assert written.failed(written.data[:-20]) == [OPENS]
    assert written.failed(b"rubbish") == [OPENS]


def test_boxes_in_points_are_a_mistake_of_the_program(tmp_path: Path) -> None:
    written = Written("PNG", tmp_path)
    plan = plan_of(written.source, ("", [PageArea(1, (Box(1, 1, 9, 9),), Unit.POINT)]))
    with pytest.raises(ValueError, match="pixels"):
        written.document.preview(1, plan)
