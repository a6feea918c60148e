"""Pictures for tests, and every hiding place in one, made around a value that must not survive."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import numpy as np
from PIL import Image, ImageCms, ImageDraw
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from app.model import CoverStyle
from ocr.model import Box

NARROW: Final = CoverStyle(hide_length=False)
"""Covers as wide as the box and its margin."""

SIZE: Final = (240, 128)
PLACE: Final = Box(32, 48, 208, 64)
"""Where ``drawn`` puts a value; all letters stay inside."""


def canvas(size: tuple[int, int] = SIZE, colour: Any = "white", mode: str = "RGB") -> Image.Image:
    """A flat picture with a frame and a line of text that is no secret."""
    picture = Image.new(mode, size, colour)
    draw = ImageDraw.Draw(picture)
    ink = {"RGBA": (30, 30, 30, 255), "RGB": (30, 30, 30)}.get(mode, 0)
    draw.rectangle((4, 4, size[0] - 5, size[1] - 5), outline=ink)
    draw.text((16, 12), "Settings of the service", fill=ink, font_size=12)
    draw.text((16, 96), "Save   Cancel", fill=ink, font_size=12)
    return picture


def drawn(picture: Image.Image, text: str, fill: Any = (0, 0, 0), at: Box = PLACE) -> Image.Image:
    """The picture with a text written at a place, cut to it, so that nothing of it lies outside."""
    width, height = int(at.width), int(at.height)
    letters = Image.new("L", (width, height), 0)
    ImageDraw.Draw(letters).text((1, 1), text, fill=255, font_size=12)
    # Without soft edges, so that palettes and faint shades hold exactly two colours there.
    letters = letters.point(lambda value: 255 if value > 100 else 0)
    copy = picture.copy()
    copy.paste(fill, (int(at.left), int(at.top)), letters)
    return copy


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_png_chunk(data: bytes, name: bytes, body: bytes) -> bytes:
    """The chunk put after the header."""
    return data[:33] + png_chunk(name, body) + data[33:]


def with_segment(data: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG with a segment put after its start."""
    return data[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body + data[2:]


def with_webp_chunk(data: bytes, name: bytes, body: bytes, flag: int = 0) -> bytes:
    """A simple lossless WebP made extended, with one more chunk at its end."""
    width, height = Image.open(BytesIO(data)).size
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    extended = b"VP8X" + struct.pack("<I", 10) + bytes([flag, 0, 0, 0]) + sizes
    more = name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    whole = b"WEBP" + extended + data[12:] + more
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def exif(value: str) -> bytes:
    block = Image.Exif()
    block[0x010E] = value
    block[0x8298] = value
    block.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + value.encode()
    return block.tobytes()


def profile(value: str) -> bytes:
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return made + value.encode()  # after the last tag: still part of the stored profile


@dataclass(frozen=True)
class Hiding:
    """A hiding place.

    Attributes:
        build: makes the file that hides the given value.
        found: "text" when the value is read as text; "pixels" when the reader is shown it.
        pages: pages on which the value is visible and must be covered.
    """

    build: Callable[[str], bytes]
    found: str = "text"
    pages: tuple[int, ...] = ()


def _png(value: str, **options: Any) -> bytes:
    return encoded(canvas(), "PNG", **options)


def _text_chunk(value: str) -> bytes:
    info = PngInfo()
    info.add_text("Comment", value)
    return _png(value, pnginfo=info)


def _xmp(value: str) -> bytes:
    return f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><d>{value}</d></x:xmpmeta>".encode()


def _two_frames(kind: str, value: str, **options: Any) -> bytes:
    return encoded(
        canvas(), kind, save_all=True, append_images=[drawn(canvas(), value)], duration=80, **options
    )


def _palette_entries(value: str) -> bytes:
    picture = canvas().quantize(16)
    palette = picture.getpalette() or []
    hidden = value.encode().ljust(3 * (256 - 16), b"\0")
    picture.putpalette(bytes(palette[:48]) + hidden)
    return encoded(picture, "PNG")


def _under_alpha(value: str, kind: str, **options: Any) -> bytes:
    picture = canvas(colour=(255, 255, 255, 255), mode="RGBA")
    ground = Image.new("RGBA", SIZE, (240, 240, 240, 0))
    box = (int(PLACE.left), int(PLACE.top), int(PLACE.right), int(PLACE.bottom))
    picture.paste(drawn(ground, value, (10, 10, 10, 0)).crop(box), box[:2])
    return encoded(picture, kind, **options)


def _in_alpha(value: str) -> bytes:
    picture = canvas(colour=(255, 255, 255, 255), mode="RGBA")
    return encoded(drawn(picture, value, (255, 255, 255, 90)), "PNG")


def _transparent_index(value: str, kind: str) -> bytes:
    """Two palette entries, both fully transparent or equal when flattened, one of them the letters."""
    pixels = np.zeros((SIZE[1], SIZE[0]), dtype=np.uint8)
    letters = np.asarray(drawn(Image.new("RGB", SIZE, "white"), value).convert("L")) < 128
    pixels[letters] = 1
    picture = Image.fromarray(pixels)
    picture.putpalette(bytes([255, 255, 255, 0, 0, 0]))
    if kind == "GIF":
        picture.putpalette(bytes([200, 10, 10, 255, 255, 255]))
        return encoded(picture, "GIF", transparency=0)
    return encoded(picture, "PNG", transparency=b"\0\0")


def _sixteen_bit(value: str) -> bytes:
    letters = np.asarray(drawn(Image.new("RGB", SIZE, "white"), value).convert("L")) < 128
    deep = np.full((SIZE[1], SIZE[0]), 0x8010, dtype=np.uint16)
    deep[letters] = 0x80F0
    return encoded(Image.fromarray(deep), "PNG")


def _low_contrast(value: str) -> bytes:
    return encoded(drawn(canvas(), value, (251, 252, 250)), "PNG")


def _acropalypse(value: str) -> bytes:
    """A small picture written over a larger one without cutting it off."""
    rng = np.random.default_rng(7)
    noise = rng.integers(0, 255, (SIZE[1], SIZE[0], 3), dtype=np.uint8)
    old = encoded(drawn(Image.fromarray(noise), value), "PNG", compress_level=0)
    new = _png(value)
    return new + old[len(new) :]


def _thumbnail(value: str) -> bytes:
    small = encoded(drawn(canvas(), value), "JPEG", quality=90)
    first = struct.pack("<HHHII", 0, 26, 0, 0, 0)[:2]  # no entries in IFD0
    second = struct.pack("<HHHIIHHIII", 2, 513, 4, 1, 44, 514, 4, 1, len(small), 0)
    block = b"II*\0" + struct.pack("<I", 8) + first + struct.pack("<I", 14) + second
    assert len(block) == 44
    return with_segment(_jpeg(), 0xE1, b"Exif\0\0" + block + small)


def _jpeg(**options: Any) -> bytes:
    return encoded(canvas(), "JPEG", quality=90, **options)


def _extended_xmp(value: str) -> bytes:
    inner = base64.b64encode(value.encode()) + b" " + value.encode()
    head = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", len(inner), 0)
    return with_segment(_jpeg(), 0xE1, head + inner)


def _iptc(value: str) -> bytes:
    record = b"\x1c\x02\x78" + struct.pack(">H", len(value)) + value.encode()
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record
    return with_segment(_jpeg(), 0xED, b"Photoshop 3.0\0" + resource)


def _tiff(value: str, tag: int, **options: Any) -> bytes:
    tags = ImageFileDirectory_v2()
    tags[tag] = value
    tags.tagtype[tag] = 2
    return encoded(canvas(), "TIFF", tiffinfo=tags, **options)


def _tiff_slack(value: str) -> bytes:
    """Eight bytes of header, the value where nothing points to, then everything else moved back."""
    data = encoded(canvas(), "TIFF")
    first = int.from_bytes(data[4:8], "little")
    moved = bytearray(data)
    count = int.from_bytes(data[first : first + 2], "little")
    shift = 64
    for i in range(count):
        at = first + 2 + 12 * i
        tag, kind, number, place = struct.unpack_from("<HHII", moved, at)
        width = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8}[kind] * number
        if width > 4 or tag == 273:
            struct.pack_into("<I", moved, at + 8, place + shift)
    struct.pack_into("<I", moved, 4, first + shift)
    return bytes(moved[:8]) + value.encode().ljust(shift, b"\0") + bytes(moved[8:])


def _tiff_subifd(value: str) -> bytes:
    """A second directory that only tag 330 leads to."""
    hidden = encoded(drawn(canvas(), value), "TIFF")
    tags = ImageFileDirectory_v2()
    tags[330] = 0
    tags.tagtype[330] = 4
    data = bytearray(encoded(canvas(), "TIFF", tiffinfo=tags))
    shift = len(data)
    first = int.from_bytes(data[4:8], "little")
    for i in range(int.from_bytes(data[first : first + 2], "little")):
        if int.from_bytes(data[first + 2 + 12 * i :][:2], "little") == 330:
            inner = int.from_bytes(hidden[4:8], "little") + shift
            struct.pack_into("<I", data, first + 2 + 12 * i + 8, inner)
    moved = bytearray(hidden)
    start = int.from_bytes(hidden[4:8], "little")
    for i in range(int.from_bytes(hidden[start : start + 2], "little")):
        at = start + 2 + 12 * i
        tag, kind, number, place = struct.unpack_from("<HHII", moved, at)
        if {1: 1, 2: 1, 3: 2, 4: 4, 5: 8}[kind] * number > 4 or tag == 273:
            struct.pack_into("<I", moved, at + 8, place + shift)
    return bytes(data + moved)


def _bmp_gap(value: str) -> bytes:
    data = encoded(canvas(), "BMP")
    gap = value.encode().ljust(64, b"\0")
    return data[:10] + struct.pack("<I", 54 + len(gap)) + data[14:54] + gap + data[54:]


def _gif_block(value: str, label: int, head: bytes = b"") -> bytes:
    data = encoded(canvas(), "GIF")
    start = 13 + (3 << ((data[10] & 7) + 1))
    body = value.encode()
    return data[:start] + bytes([0x21, label]) + head + bytes([len(body)]) + body + b"\0" + data[start:]


def _spare_default(value: str) -> bytes:
    frames = [canvas(), canvas(colour=(230, 240, 250))]
    return encoded(
        drawn(canvas(), value), "PNG", save_all=True, append_images=frames, default_image=True, duration=90
    )


def _multi_picture(value: str) -> bytes:
    return _jpeg() + encoded(drawn(canvas(), value), "JPEG", quality=90)


HIDINGS: Final[dict[str, Hiding]] = {
    "png text chunk": Hiding(_text_chunk),
    "png compressed text": Hiding(
        lambda v: with_png_chunk(_png(v), b"zTXt", b"Comment\0\0" + zlib.compress(v.encode()))
    ),
    "png xmp": Hiding(lambda v: with_png_chunk(_png(v), b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + _xmp(v))),
    "png compressed xmp": Hiding(
        lambda v: with_png_chunk(_png(v), b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(_xmp(v)))
    ),
    "png exif": Hiding(lambda v: _png(v, exif=exif(v))),
    "png raw profile": Hiding(
        lambda v: with_png_chunk(
            _png(v), b"tEXt", b"Raw profile type iptc\0\niptc\n 40\n" + v.encode().hex().encode()
        )
    ),
    "png profile": Hiding(lambda v: _png(v, icc_profile=profile(v))),
    "png private chunk": Hiding(lambda v: with_png_chunk(_png(v), b"prVt", v.encode())),
    "png after the end": Hiding(lambda v: _png(v) + v.encode()),
    "png over a longer png": Hiding(_acropalypse, "pixels of leftovers"),
    "png before another png": Hiding(lambda v: _png(v) + encoded(drawn(canvas(), v), "PNG"), "pixels"),
    "png palette entries": Hiding(_palette_entries, "nothing"),
    "png under transparency": Hiding(lambda v: _under_alpha(v, "PNG"), "pixels"),
    "png in transparency": Hiding(_in_alpha, "pixels"),
    "png low contrast": Hiding(_low_contrast, "nothing"),
    "png 16 bit": Hiding(_sixteen_bit, "pixels"),
    "png transparent palette": Hiding(lambda v: _transparent_index(v, "PNG"), "pixels"),
    "png visible": Hiding(lambda v: encoded(drawn(canvas(), v), "PNG"), "pixels", (1,)),
    "png visible palette": Hiding(lambda v: encoded(drawn(canvas(), v).quantize(16), "PNG"), "pixels", (1,)),
    "png visible grey": Hiding(lambda v: encoded(drawn(canvas(), v).convert("L"), "PNG"), "pixels", (1,)),
    "apng second frame": Hiding(lambda v: _two_frames("PNG", v), "pixels", (2,)),
    "apng spare picture": Hiding(_spare_default, "pixels", (1,)),
    "gif visible": Hiding(lambda v: encoded(drawn(canvas(), v), "GIF"), "pixels", (1,)),
    "gif second frame": Hiding(lambda v: _two_frames("GIF", v, loop=0), "pixels", (2,)),
    "gif comment": Hiding(lambda v: _gif_block(v, 0xFE)),
    "gif application": Hiding(lambda v: _gif_block(v, 0xFF, b"\x0bSOMEAPP 1.0")),
    "gif plain text": Hiding(lambda v: _gif_block(v, 0x01, b"\x0c" + bytes(12))),
    "gif after the end": Hiding(lambda v: encoded(canvas(), "GIF") + v.encode()),
    "gif transparent index": Hiding(lambda v: _transparent_index(v, "GIF"), "pixels"),
    "jpeg visible": Hiding(lambda v: encoded(drawn(canvas(), v), "JPEG", quality=85), "pixels", (1,)),
    "jpeg visible progressive": Hiding(
        lambda v: encoded(drawn(canvas(), v), "JPEG", quality=85, progressive=True), "pixels", (1,)
    ),
    "jpeg visible cmyk": Hiding(
        lambda v: encoded(drawn(canvas(), v).convert("CMYK"), "JPEG", quality=90), "pixels", (1,)
    ),
    "jpeg exif": Hiding(lambda v: _jpeg(exif=exif(v))),
    "jpeg thumbnail": Hiding(_thumbnail, "pixels"),
    "jpeg comment": Hiding(lambda v: _jpeg(comment=v)),
    "jpeg xmp": Hiding(lambda v: with_segment(_jpeg(), 0xE1, b"http://ns.adobe.com/xap/1.0/\0" + _xmp(v))),
    "jpeg extended xmp": Hiding(_extended_xmp),
    "jpeg iptc": Hiding(_iptc),
    "jpeg app9": Hiding(lambda v: with_segment(_jpeg(), 0xE9, v.encode())),
    "jpeg profile": Hiding(lambda v: _jpeg(icc_profile=profile(v))),
    "jpeg after the end": Hiding(lambda v: _jpeg() + v.encode()),
    "jpeg second picture": Hiding(_multi_picture, "pixels"),
    "tiff visible": Hiding(lambda v: encoded(drawn(canvas(), v), "TIFF"), "pixels", (1,)),
    "tiff second page": Hiding(
        lambda v: encoded(canvas(), "TIFF", save_all=True, append_images=[drawn(canvas(), v)]), "pixels", (2,)
    ),
    "tiff private tag": Hiding(lambda v: _tiff(v, 65000)),
    "tiff description": Hiding(lambda v: _tiff(v, 270)),
    "tiff slack": Hiding(_tiff_slack),
    "tiff second directory": Hiding(_tiff_subifd, "pixels"),
    "tiff profile": Hiding(lambda v: encoded(canvas(), "TIFF", icc_profile=profile(v))),
    "webp visible": Hiding(lambda v: encoded(drawn(canvas(), v), "WEBP", lossless=True), "pixels", (1,)),
    "webp exif": Hiding(lambda v: encoded(canvas(), "WEBP", lossless=True, exif=exif(v))),
    "webp xmp": Hiding(lambda v: encoded(canvas(), "WEBP", lossless=True, xmp=_xmp(v))),
    "webp profile": Hiding(lambda v: encoded(canvas(), "WEBP", lossless=True, icc_profile=profile(v))),
    "webp second frame": Hiding(lambda v: _two_frames("WEBP", v, lossless=True), "pixels", (2,)),
    "webp unknown chunk": Hiding(
        lambda v: with_webp_chunk(encoded(canvas(), "WEBP", lossless=True), b"prVt", v.encode())
    ),
    "webp under transparency": Hiding(lambda v: _under_alpha(v, "WEBP", lossless=True, exact=True), "pixels"),
    "bmp visible": Hiding(lambda v: encoded(drawn(canvas(), v), "BMP"), "pixels", (1,)),
    "bmp gap": Hiding(_bmp_gap),
    "bmp after the end": Hiding(lambda v: encoded(canvas(), "BMP") + v.encode()),
}
