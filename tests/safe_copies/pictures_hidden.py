"""Values in pictures beside the pixels that are shown."""

from __future__ import annotations

import base64
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any, Final

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from tests.safe_copies.pictures_shown import (
    SIZE,
    drawn,
    frames,
    gif,
    ground,
    heif,
    heif_second,
    hidden,
    ink_mask,
    jpeg,
    png,
    tiff,
    webp,
)
from tests.safe_copies.place import Place, encoded
from tests.support.pictures import exif, png_chunk, profile, with_png_chunk, with_segment, with_webp_chunk


def _xmp(value: str) -> bytes:
    return f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><d>{value}</d></x:xmpmeta>".encode()


def _info(key: str, value: str, *, packed: bool = False) -> bytes:
    info = PngInfo()
    info.add_text(key, value, zip=packed)
    return png(pnginfo=info)


def _sixteen_low(value: str) -> bytes:
    deep = np.full((SIZE[1], SIZE[0]), 0x8010, dtype=np.uint16)
    deep[ink_mask(value)] = 0x80F0
    return encoded(Image.fromarray(deep), "PNG")


def _alpha(value: str, kind: str, clear: int, **options: Any) -> bytes:
    """Letters in pixels that are fully transparent, or in the alpha of white pixels."""
    pixels = np.full((SIZE[1], SIZE[0], 4), 255, dtype=np.uint8)
    ink = ink_mask(value)
    if clear == 0:
        pixels[30:76, 30:700, 3] = 0
        pixels[ink, :3] = 10
    else:
        pixels[ink, 3] = clear
    return encoded(Image.fromarray(pixels), kind, **options)


def _faint(value: str, kind: str, by: int = 2, **options: Any) -> bytes:
    pixels = np.full((SIZE[1], SIZE[0], 3), 255, dtype=np.uint8)
    pixels[ink_mask(value)] = 255 - by
    return encoded(Image.fromarray(pixels), kind, **options)


def _palette_text(value: str) -> bytes:
    picture = ground().quantize(16)
    kept = picture.getpalette() or []
    picture.putpalette(bytes(kept[:48]) + value.encode().ljust(3 * 240, b"\0"))
    return encoded(picture, "PNG")


def _equal_colours(value: str, kind: str) -> bytes:
    """Two entries of a palette with one colour; the letters are in the indexes."""
    picture = Image.fromarray(ink_mask(value).astype(np.uint8))
    picture.putpalette(bytes([240, 240, 240, 240, 240, 240]))
    return encoded(picture, kind)


def _clear_colours(value: str, kind: str) -> bytes:
    picture = Image.fromarray(ink_mask(value).astype(np.uint8))
    picture.putpalette(bytes([255, 255, 255, 0, 0, 0]))
    return encoded(picture, kind, transparency=b"\0\0" if kind == "PNG" else 1)


def _tail(value: str) -> bytes:
    """A short picture written over a long one, whose pixels go on behind the end of the new one."""
    rows = b"".join(b"\0" + row.tobytes() for row in np.asarray(drawn(value).convert("RGB")))
    head = struct.pack(">IIBBBBB", *SIZE, 8, 2, 0, 0, 0)
    old = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", zlib.compress(rows, 0))
    new = png()
    return new + old[len(new) :]


def _extra_rows(value: str) -> bytes:
    """More rows in the compressed pixels of a PNG than its header tells of."""
    data = encoded(ground(), "PNG")
    at = data.index(b"IDAT") - 4
    size = int.from_bytes(data[at : at + 4], "big")
    rows = zlib.decompress(data[at + 8 : at + 8 + size])
    more = b"".join(b"\0" + row.tobytes() for row in np.asarray(drawn(value)))
    return data[:at] + png_chunk(b"IDAT", zlib.compress(rows + more)) + data[at + 12 + size :]


def _behind_pixels(value: str) -> bytes:
    """Bytes behind the end of the compressed pixels, inside their chunk."""
    data = encoded(ground(), "PNG")
    at = data.index(b"IDAT") - 4
    size = int.from_bytes(data[at : at + 4], "big")
    return (
        data[:at] + png_chunk(b"IDAT", data[at + 8 : at + 8 + size] + value.encode()) + data[at + 12 + size :]
    )


def _thumbnail(value: str) -> bytes:
    small = encoded(drawn(value), "JPEG", quality=90)
    second = struct.pack("<HHHIIHHIII", 2, 513, 4, 1, 44, 514, 4, 1, len(small), 0)
    block = b"II*\0" + struct.pack("<I", 8) + b"\0\0" + struct.pack("<I", 14) + second
    return with_segment(jpeg(), 0xE1, b"Exif\0\0" + block + small)


def _photoshop_thumbnail(value: str) -> bytes:
    small = encoded(drawn(value), "JPEG", quality=90)
    head = struct.pack(">IIIIIIHH", 1, SIZE[0], SIZE[1], 2160, len(small), len(small), 24, 1)
    body = head + small
    resource = b"8BIM\x04\x0c\0\0" + struct.pack(">I", len(body)) + body + b"\0" * (len(body) % 2)
    return with_segment(jpeg(), 0xED, b"Photoshop 3.0\0" + resource)


def _iptc(value: str) -> bytes:
    record = b"\x1c\x02\x78" + struct.pack(">H", len(value)) + value.encode()
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record
    return with_segment(jpeg(), 0xED, b"Photoshop 3.0\0" + resource)


def _extended_xmp(value: str) -> bytes:
    inner = b"<x>" + base64.b64encode(value.encode()) + b"</x>"
    head = b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 32 + struct.pack(">II", len(inner), 0)
    return with_segment(jpeg(), 0xE1, head + inner)


def _after_scan(value: str) -> bytes:
    """A segment between the scan and the end of the picture."""
    data = jpeg()
    body = value.encode()
    return data[:-2] + b"\xff\xfe" + struct.pack(">H", len(body) + 2) + body + data[-2:]


def _fill_bytes(value: str) -> bytes:
    """A JPEG whose height is told smaller than it is: the rows below are stored and not shown."""
    whole = Image.new("L", (SIZE[0], 192), 255)
    whole.paste(drawn(value), (0, 96))
    data = bytearray(encoded(whole, "JPEG", quality=90))
    at = data.index(b"\xff\xc0")
    struct.pack_into(">H", data, at + 5, 96)
    return bytes(data)


def _tag(value: str, tag: int, kind: int = 2) -> bytes:
    tags = ImageFileDirectory_v2()
    tags[tag] = value if kind == 2 else value.encode()
    tags.tagtype[tag] = kind
    return tiff(tiffinfo=tags)


def _moved(data: bytes, shift: int) -> bytearray:
    """A TIFF of one directory with every offset in it moved on."""
    moved = bytearray(data)
    first = int.from_bytes(data[4:8], "little")
    for at in range(first + 2, first + 2 + 12 * int.from_bytes(data[first : first + 2], "little"), 12):
        tag, kind, count, place = struct.unpack_from("<HHII", moved, at)
        if {1: 1, 2: 1, 3: 2, 4: 4, 5: 8}[kind] * count > 4 or tag == 273:
            struct.pack_into("<I", moved, at + 8, place + shift)
    struct.pack_into("<I", moved, 4, first + shift)
    return moved


def _tiff_gap(value: str) -> bytes:
    moved = _moved(tiff(), 64)
    return bytes(moved[:8]) + value.encode().ljust(64, b"\0") + bytes(moved[8:])


def _tiff_inside(value: str) -> bytes:
    """A second directory that only tag 330 leads to."""
    tags = ImageFileDirectory_v2()
    tags[330] = 0
    tags.tagtype[330] = 4
    data = bytearray(tiff(tiffinfo=tags))
    inner = _moved(encoded(drawn(value), "TIFF"), len(data))
    first = int.from_bytes(data[4:8], "little")
    for at in range(first + 2, first + 2 + 12 * int.from_bytes(data[first : first + 2], "little"), 12):
        if int.from_bytes(data[at : at + 2], "little") == 330:
            struct.pack_into("<I", data, at + 8, int.from_bytes(inner[4:8], "little"))
    return bytes(data + inner)


def _gif_block(value: str, label: int, head: bytes = b"") -> bytes:
    data = gif()
    start = 13 + (3 << ((data[10] & 7) + 1))
    block = bytes([0x21, label]) + head + bytes([len(value)]) + value.encode() + b"\0"
    return data[:start] + block + data[start:]


def _gif_outside(value: str) -> bytes:
    """A frame that lies outside of the canvas."""
    data = bytearray(frames("GIF", value))
    struct.pack_into("<HH", data, 6, SIZE[0], 28)
    return bytes(data)


def _bmp_gap(value: str) -> bytes:
    data = encoded(ground(mode="RGB"), "BMP")
    gap = value.encode().ljust(64, b"\0")
    return data[:10] + struct.pack("<I", 54 + len(gap)) + data[14:54] + gap + data[54:]


def _zip(value: str) -> bytes:

    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("notes.txt", value)
    return buffer.getvalue()


_TEXT_AFTER: Final[dict[str, Callable[[], bytes]]] = {
    "png": png,
    "jpg": jpeg,
    "gif": gif,
    "webp": webp,
    "tiff": tiff,
    "bmp": lambda: encoded(ground(mode="RGB"), "BMP"),
}

HIDDEN_IN_PICTURES: Final[dict[str, Place]] = {
    "png text": hidden(lambda value: _info("Comment", value), ".png"),
    "png packed text": hidden(lambda value: _info("Comment", value, packed=True), ".png"),
    "png keyword": hidden(lambda value: _info(value[:40], "x"), ".png"),
    "png international text": hidden(
        lambda value: with_png_chunk(png(), b"iTXt", b"Title\0\1\0en\0\0" + zlib.compress(value.encode())),
        ".png",
    ),
    "png XMP": hidden(
        lambda value: with_png_chunk(png(), b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + _xmp(value)), ".png"
    ),
    "png exif": hidden(lambda value: png(exif=exif(value)), ".png"),
    "png profile": hidden(lambda value: png(icc_profile=profile(value)), ".png"),
    "png profile's name": hidden(
        lambda value: with_png_chunk(png(), b"iCCP", value.encode() + b"\0\0" + zlib.compress(b"x")), ".png"
    ),
    "png palette's name": hidden(
        lambda value: with_png_chunk(png(), b"sPLT", value.encode() + b"\0\x08" + bytes(6)), ".png"
    ),
    "png calibration": hidden(
        lambda value: with_png_chunk(png(), b"pCAL", value.encode() + b"\0" + bytes(10)), ".png"
    ),
    "png private chunk": hidden(lambda value: with_png_chunk(png(), b"prVt", value.encode()), ".png"),
    "png chunk behind the pixels": hidden(
        lambda value: png()[:-12] + png_chunk(b"tEXt", b"Comment\0" + value.encode()) + png()[-12:], ".png"
    ),
    "png over a longer one": replace(hidden(_tail, ".png"), rows=SIZE[0]),
    "png before another": hidden(lambda value: png() + encoded(drawn(value), "PNG"), ".png"),
    "png before an archive": hidden(lambda value: png() + _zip(value), ".png"),
    "png rows below": replace(hidden(_extra_rows, ".png"), rows=SIZE[0]),
    "png bytes behind the packed pixels": hidden(_behind_pixels, ".png"),
    "png palette": hidden(_palette_text, ".png"),
    "png indexes of one colour": hidden(lambda value: _equal_colours(value, "PNG"), ".png"),
    "png clear colours": hidden(lambda value: _clear_colours(value, "PNG"), ".png"),
    "png under transparency": hidden(lambda value: _alpha(value, "PNG", 0), ".png"),
    "png in almost full alpha": hidden(lambda value: _alpha(value, "PNG", 254), ".png"),
    "png faint": hidden(lambda value: _faint(value, "PNG"), ".png"),
    "png low bytes of 16 bits": hidden(_sixteen_low, ".png"),
    "jpeg comment": hidden(lambda value: jpeg(comment=value), ".jpg"),
    "jpeg exif": hidden(lambda value: jpeg(exif=exif(value)), ".jpg"),
    "jpeg thumbnail": hidden(_thumbnail, ".jpg"),
    "jpeg thumbnail of an editor": hidden(_photoshop_thumbnail, ".jpg"),
    "jpeg XMP": hidden(
        lambda value: with_segment(jpeg(), 0xE1, b"http://ns.adobe.com/xap/1.0/\0" + _xmp(value)), ".jpg"
    ),
    "jpeg long XMP": hidden(_extended_xmp, ".jpg"),
    "jpeg IPTC": hidden(_iptc, ".jpg"),
    "jpeg profile": hidden(lambda value: jpeg(icc_profile=profile(value)), ".jpg"),
    "jpeg unknown segment": hidden(lambda value: with_segment(jpeg(), 0xE9, value.encode()), ".jpg"),
    "jpeg adobe segment": hidden(
        lambda value: with_segment(jpeg(), 0xEE, b"Adobe\0\x64\0\0\0\0\0" + value.encode()), ".jpg"
    ),
    "jpeg segment behind the pixels": hidden(_after_scan, ".jpg"),
    "jpeg second picture": hidden(lambda value: jpeg() + encoded(drawn(value), "JPEG", quality=90), ".jpg"),
    "jpeg rows below": hidden(_fill_bytes, ".jpg"),
    "jpeg faint": hidden(lambda value: _faint(value, "JPEG", 4, quality=98, subsampling=0), ".jpg"),
    "gif comment": hidden(lambda value: _gif_block(value, 0xFE), ".gif"),
    "gif application": hidden(lambda value: _gif_block(value, 0xFF, b"\x0bSOMEAPP 1.0"), ".gif"),
    "gif plain text": hidden(lambda value: _gif_block(value, 0x01, b"\x0c" + bytes(12)), ".gif"),
    "gif unknown block": hidden(lambda value: _gif_block(value, 0x77), ".gif"),
    "gif clear index": hidden(lambda value: _clear_colours(value, "GIF"), ".gif"),
    "gif indexes of one colour": hidden(lambda value: _equal_colours(value, "GIF"), ".gif"),
    "gif frame outside the canvas": replace(hidden(_gif_outside, ".gif"), refused=True),
    "webp exif": hidden(lambda value: webp(exif=exif(value)), ".webp"),
    "webp XMP": hidden(lambda value: webp(xmp=_xmp(value)), ".webp"),
    "webp profile": hidden(lambda value: webp(icc_profile=profile(value)), ".webp"),
    "webp unknown chunk": hidden(lambda value: with_webp_chunk(webp(), b"prVt", value.encode()), ".webp"),
    "webp under transparency": hidden(
        lambda value: _alpha(value, "WEBP", 0, lossless=True, exact=True), ".webp"
    ),
    "tiff description": hidden(lambda value: _tag(value, 270), ".tiff"),
    "tiff private tag": hidden(lambda value: _tag(value, 65000), ".tiff"),
    "tiff XMP": hidden(lambda value: _tag(value, 700, 1), ".tiff"),
    "tiff notes of an editor": hidden(lambda value: _tag(value, 34377, 1), ".tiff"),
    "tiff gap": hidden(_tiff_gap, ".tiff"),
    "tiff inside": replace(hidden(_tiff_inside, ".tiff"), rows=SIZE[0]),
    "tiff profile": hidden(lambda value: tiff(icc_profile=profile(value)), ".tiff"),
    "bmp gap": hidden(_bmp_gap, ".bmp"),
    "avif exif": hidden(lambda value: heif(value, "AVIF", exif=exif(value)), ".avif"),
    "avif XMP": hidden(lambda value: heif(value, "AVIF", xmp=_xmp(value)), ".avif"),
    "heic exif": hidden(lambda value: heif(value, "HEIC", exif=exif(value)), ".heic"),
    "heic second picture": hidden(heif_second, ".heic"),
    **{
        f"{suffix} bytes behind the end": hidden(
            lambda value, make=make: make() + value.encode(), f".{suffix}"
        )
        for suffix, make in _TEXT_AFTER.items()
    },
}
"""Not in the pixels that are shown."""
