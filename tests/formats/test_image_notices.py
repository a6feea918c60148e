"""What a picture hides is a finding of its own; what every screenshot tool writes is none."""

from __future__ import annotations

import secrets
import struct
from collections.abc import Callable

import pytest
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from app.formats.image.format import FORMAT
from tests.support.documents import context_of, examined, source_of
from tests.support.pictures import HIDINGS, canvas, encoded, png_chunk, with_png_chunk, with_segment

EXPECTED = {
    "png text chunk": "hidden-text",
    "png compressed text": "hidden-text",
    "png xmp": "hidden-text",
    "png compressed xmp": "hidden-text",
    "png exif": "hidden-text",
    "png raw profile": "hidden-text",
    "png profile": "private-data",
    "png private chunk": "private-data",
    "png after the end": "bytes-after-end",
    "png over a longer png": "earlier-version",
    "png before another png": "second-picture",
    "png under transparency": "hidden-layer",
    "png 16 bit": "hidden-layer",
    "gif comment": "hidden-text",
    "gif application": "private-data",
    "gif plain text": "hidden-text",
    "gif after the end": "bytes-after-end",
    "jpeg exif": "hidden-text",
    "jpeg thumbnail": "preview-picture",
    "jpeg comment": "hidden-text",
    "jpeg xmp": "hidden-text",
    "jpeg iptc": "hidden-text",
    "jpeg app9": "private-data",
    "jpeg profile": "private-data",
    "jpeg after the end": "bytes-after-end",
    "jpeg second picture": "second-picture",
    "tiff private tag": "private-data",
    "tiff description": "hidden-text",
    "tiff slack": "unused-bytes",
    "tiff second directory": "second-picture",
    "tiff profile": "private-data",
    "webp exif": "hidden-text",
    "webp xmp": "hidden-text",
    "webp profile": "private-data",
    "webp unknown chunk": "private-data",
    "bmp gap": "unused-bytes",
    "bmp after the end": "bytes-after-end",
}


def told(data: bytes) -> list[str]:
    return [notice.rule.id for notice in examined(FORMAT.open(source_of(data), context_of())).notices]


@pytest.mark.parametrize("name", EXPECTED)
def test_hiding_places_are_told(name: str) -> None:
    hidden = secrets.token_hex(11)
    sink = examined(FORMAT.open(source_of(HIDINGS[name].build(hidden)), context_of()))
    assert EXPECTED[name] in [notice.rule.id for notice in sink.notices]
    assert hidden not in repr(sink.notices)


@pytest.mark.parametrize("name", [name for name in HIDINGS if "visible" in name])
def test_what_everybody_sees_is_no_notice(name: str) -> None:
    assert told(HIDINGS[name].build("some value")) == []


# --- screenshots as tools write them --------------------------------------------------------------


def png(**texts: str) -> bytes:
    info = PngInfo()
    for key, value in texts.items():
        info.add_text(key.replace("_", " "), value)
    return encoded(canvas(), "PNG", pnginfo=info)


def apple(packet: str) -> bytes:
    block = Image.Exif()
    block[274], block[282], block[283] = 1, 144.0, 144.0
    block.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0Screenshot"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(canvas(), "PNG", exif=block, icc_profile=profile, dpi=(144, 144))
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 6.0.0"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:exif="http://ns.adobe.com/exif/1.0/">{packet}</rdf:Description></rdf:RDF></x:xmpmeta>'
    )
    data = with_png_chunk(data, b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp.encode())
    return with_png_chunk(data, b"iDOT", struct.pack(">7I", 2, 0, 64, 40, 64, 64, 900))


def windows() -> bytes:
    data = encoded(canvas(), "PNG", dpi=(96, 96))
    return with_png_chunk(with_png_chunk(data, b"gAMA", struct.pack(">I", 45455)), b"sRGB", b"\0")


def dated(kind: str, **options: object) -> bytes:
    block = Image.Exif()
    block[271], block[272], block[305] = "Google", "Pixel 9", "HDR+ 1.0.657"
    block[306] = "2026:11:24 01:02:03"
    block.get_ifd(0x8769)[0x9003] = "2026:11:24 01:02:03"
    block.get_ifd(0x8769)[0x9011] = "+01:00"
    return encoded(canvas(), kind, exif=block, **options)


SCREENSHOTS: dict[str, Callable[[], bytes]] = {
    "gnome-screenshot": lambda: png(
        Software="gnome-screenshot", Creation_Time="Tue 24 Nov 2026 01:02:03 AM UTC"
    ),
    "imagemagick": lambda: encoded(canvas(), "PNG", pnginfo=_dates()),
    "gimp": lambda: png(Comment="Created with GIMP", Software="GIMP 2.10.36"),
    "macos": lambda: apple(
        "<exif:PixelYDimension>128</exif:PixelYDimension><exif:UserComment><rdf:Alt>"
        '<rdf:li xml:lang="x-default">Screenshot</rdf:li></rdf:Alt></exif:UserComment>'
    ),
    "iphone": lambda: apple("<exif:UserComment>Screenshot</exif:UserComment>"),
    "windows": windows,
    "chrome": lambda: with_png_chunk(encoded(canvas(), "PNG"), b"sBIT", b"\x08\x08\x08"),
    "greenshot": lambda: png(Software="Greenshot"),
    "sharex": lambda: dated("JPEG", quality=90),
    "pixel": lambda: dated("PNG"),
    "gd": lambda: encoded(
        canvas(), "JPEG", comment="CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 90\n"
    ),
    "photoshop skeleton": lambda: with_segment(
        encoded(canvas(), "JPEG"),
        0xE1,
        b"http://ns.adobe.com/xap/1.0/\0"
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        b'xmp:CreatorTool="Adobe Photoshop 25.0" xmp:CreateDate="2026-11-24T01:02:03+01:00" '
        b'dc:format="image/jpeg" photoshop:ColorMode="3" '
        b'xmpMM:InstanceID="xmp.iid:0f6a1c9e-1111-2222-3333-444455556666"/></x:xmpmeta>',
    ),
    "jpeg": lambda: encoded(canvas(), "JPEG", dpi=(96, 96)),
    "webp": lambda: encoded(canvas(), "WEBP"),
    "gif": lambda: encoded(
        canvas(), "GIF", save_all=True, append_images=[canvas((240, 128), "#eef")], loop=0
    ),
    "tiff": lambda: encoded(canvas(), "TIFF", compression="tiff_lzw", dpi=(96, 96)),
    "bmp": lambda: encoded(canvas(), "BMP"),
    "avif": lambda: encoded(canvas(), "AVIF"),
    "window with a shadow": lambda: encoded(_shadowed(), "PNG"),
}


def _dates() -> PngInfo:
    info = PngInfo()
    for key in ("date:create", "date:modify", "date:timestamp"):
        info.add_text(key, "2026-11-24T01:02:03+00:00")
    return info


def _shadowed() -> Image.Image:
    picture = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    for inset in range(20):
        picture.paste((0, 0, 0, 4 * inset), (inset, inset, 300 - inset, 200 - inset))
    picture.paste(canvas((240, 128)).convert("RGBA"), (30, 30))
    return picture


@pytest.mark.parametrize("name", SCREENSHOTS)
def test_a_plain_screenshot_has_nothing_to_tell(name: str) -> None:
    sink = examined(FORMAT.open(source_of(SCREENSHOTS[name]()), context_of()))
    assert [(notice.rule.id, notice.where, notice.evidence) for notice in sink.notices] == []
    assert sink.gaps == []


def test_padding_is_no_finding() -> None:
    data = encoded(canvas(), "JPEG")
    assert told(data + bytes(500)) == []
    assert told(data + b"\r\n") == []
    assert told(data + b"sixteen bytes or more") == ["bytes-after-end"]


def test_binary_data_of_unknown_programs_is_told() -> None:
    data = encoded(canvas(), "PNG")
    assert told(data[:33] + png_chunk(b"prVt", bytes(range(128, 168))) + data[33:]) == ["private-data"]
