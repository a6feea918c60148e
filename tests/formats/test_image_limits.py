"""Hostile pictures: sizes are checked before anything is allocated, damage is never half read as clean."""

from __future__ import annotations

import struct
import sys
import tracemalloc
import warnings
import zlib
from io import BytesIO
from random import Random

import pytest
from PIL import Image

from app.errors import SharesafeError, TooLarge, Unreadable
from app.formats.image import gif
from app.formats.image.format import FORMAT
from app.formats.image.metadata import LONGEST
from app.formats.image.read import strict
from tests.support.documents import FakeReader, context_of, examined, source_of
from tests.support.pictures import canvas, drawn, encoded, exif, png_chunk, with_png_chunk, with_segment

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(width: int, height: int, *chunks: bytes) -> bytes:
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = png_chunk(b"IDAT", zlib.compress(bytes(100)))
    return SIGNATURE + header + b"".join(chunks) + data + png_chunk(b"IEND", b"")


def huge(kind: str, side: int) -> bytes:
    """A small file that states ``side`` × ``side`` pixels."""
    data = bytearray(encoded(canvas(), kind, **({"lossless": True} if kind == "WEBP" else {})))
    if kind == "PNG":
        return png(side, side)
    if kind == "JPEG":
        at = data.index(b"\xff\xc0") + 5
        struct.pack_into(">HH", data, at, side, side)
    elif kind == "GIF":
        struct.pack_into("<HH", data, 6, side, side)
    elif kind == "BMP":
        struct.pack_into("<ii", data, 18, side, side)
        data[30:34] = struct.pack("<I", 1)  # run length, so that the data may be short
        struct.pack_into("<H", data, 28, 8)
    elif kind == "WEBP":
        size = (side - 1).to_bytes(3, "little")
        chunk = b"VP8X" + struct.pack("<I", 10) + bytes(4) + size + size
        return b"RIFF" + struct.pack("<I", len(data) - 8 + 18) + b"WEBP" + chunk + bytes(data[12:])
    else:
        first = int.from_bytes(data[4:8], "little")
        for i in range(int.from_bytes(data[first : first + 2], "little")):
            at = first + 2 + 12 * i
            if int.from_bytes(data[at : at + 2], "little") in {256, 257}:
                struct.pack_into("<HII", data, at + 2, 4, 1, side)
    return bytes(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"])
def test_a_stated_size_beyond_the_limit_is_refused_before_it_is_allocated(kind: str) -> None:
    source = source_of(huge(kind, 60_000))
    assert FORMAT.recognises(source)
    tracemalloc.start()
    with pytest.raises(TooLarge) as caught:
        FORMAT.open(source, context_of())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000
    assert "60000 × 60000" in caught.value.message


def test_the_limit_is_the_settings_own() -> None:
    data = encoded(Image.new("RGB", (1200, 1000)), "PNG")
    with pytest.raises(TooLarge):
        FORMAT.open(source_of(data), context_of(max_pixels=1))
    assert FORMAT.open(source_of(data), context_of(max_pixels=2)).preview(1).width == 1200
    assert Image.MAX_IMAGE_PIXELS == 89_478_485, "Pillow's own limit is put back"


def test_what_the_decoder_calls_suspicious_is_an_error() -> None:
    data = encoded(Image.new("RGB", (5, 4)), "PNG")
    with pytest.raises(TooLarge), strict(19):
        Image.open(BytesIO(data))
    with strict(20):
        Image.open(BytesIO(data)).close()
    with pytest.raises(Unreadable), strict(20):
        warnings.warn("Truncated File Read", stacklevel=1)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_too_many_frames_or_pixels_in_all_frames_are_refused(kind: str) -> None:
    frames = [canvas(colour=(i * 40, 0, 0)) for i in range(5)]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    with pytest.raises(TooLarge) as caught:
        FORMAT.open(source_of(data), context_of(max_pages=4))
    assert "5 pages" in caught.value.message
    large = Image.new("1", (1000, 1000))
    pages = [Image.new("1", (1000, 1000), i % 2) for i in range(21)]
    if kind == "TIFF":
        data = encoded(large, kind, save_all=True, append_images=pages, compression="group4")
        with pytest.raises(TooLarge):
            FORMAT.open(source_of(data), context_of(max_pixels=1))


def test_bombs_in_metadata_are_cut_off_and_reported() -> None:
    bomb = zlib.compress(bytes(40 * LONGEST), 9)
    for chunk in (png_chunk(b"zTXt", b"Comment\0\0" + bomb), png_chunk(b"iCCP", b"x\0\0" + bomb)):
        data = encoded(canvas(), "PNG")
        data = data[:33] + chunk + data[33:]
        tracemalloc.start()
        sink = examined(FORMAT.open(source_of(data), context_of()))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 6 * LONGEST
        assert len(sink.gaps) == 1
        assert "larger" in sink.gaps[0].why


def test_many_small_bombs_are_cut_off_too() -> None:
    one = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(LONGEST), 9))
    data = encoded(canvas(), "PNG")
    sink = examined(FORMAT.open(source_of(data[:33] + 100 * one + data[33:]), context_of()))
    assert [gap.where for gap in sink.gaps] == ["metadata metadata"]


def test_more_parts_than_any_picture_has_are_refused() -> None:
    many = png_chunk(b"prVt", b"") * 300_001
    with pytest.raises(Unreadable):
        FORMAT.open(source_of(png(4, 4, many)), context_of())


def test_directories_in_a_loop_end() -> None:
    entry = struct.pack("<HHII", 330, 4, 1, 8)
    loop = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + entry + struct.pack("<I", 8)
    empty = b"II*\0" + struct.pack("<IHI", 8, 0, 8)
    for block in (loop, empty):
        with pytest.raises(Unreadable):
            FORMAT.open(source_of(block), context_of())
    picture = with_segment(encoded(canvas(), "JPEG"), 0xE1, b"Exif\0\0" + loop)
    assert examined(FORMAT.open(source_of(picture), context_of())).gaps == []


def test_deeply_nested_directories_end_without_exhausting_the_stack() -> None:
    block = bytearray(b"II*\0" + struct.pack("<I", 8))
    for _ in range(3 * sys.getrecursionlimit()):
        following = len(block) + 18
        block += struct.pack("<H", 1) + struct.pack("<HHII", 330, 4, 1, following) + struct.pack("<I", 0)
    with pytest.raises(Unreadable):
        FORMAT.open(source_of(bytes(block)), context_of())


KINDS = {
    "png": {"format": "PNG"},
    "apng": {"format": "PNG", "save_all": True},
    "jpeg": {"format": "JPEG"},
    "jpeg progressive": {"format": "JPEG", "progressive": True},
    "webp": {"format": "WEBP"},
    "webp animated": {"format": "WEBP", "save_all": True, "lossless": True},
    "gif": {"format": "GIF"},
    "gif animated": {"format": "GIF", "save_all": True},
    "bmp": {"format": "BMP"},
    "tiff": {"format": "TIFF", "compression": "raw"},
    "tiff lzw": {"format": "TIFF", "compression": "tiff_lzw"},
    "tiff group 4": {"format": "TIFF", "compression": "group4"},
}


def sample(name: str) -> bytes:
    options = dict(KINDS[name])
    if options.get("save_all"):
        options["append_images"] = [drawn(canvas(), "second"), canvas(colour=(9, 99, 199))]
    picture = drawn(canvas(), "some letters")
    if "group4" in options.values():
        picture = picture.convert("1")
    return encoded(picture, str(options.pop("format")), **options)


@pytest.mark.parametrize("name", KINDS)
def test_every_cut_is_noticed(name: str) -> None:
    data = sample(name)
    cuts = {len(data) * i // 40 for i in range(1, 40)} | set(range(len(data) - 12, len(data) - 2))
    for cut in sorted(cuts):
        source = source_of(data[:cut])
        if FORMAT.recognises(source):
            with pytest.raises(Unreadable) as caught:
                examined(FORMAT.open(source, context_of()))
            assert caught.value.message.startswith("The picture is damaged or cut off"), cut
            assert caught.value.__cause__ is None


@pytest.mark.parametrize("name", [*KINDS, "exif"])
def test_damage_raises_nothing_but_our_errors(name: str, random: Random) -> None:
    data = encoded(canvas(), "JPEG", exif=exif("comment")) if name == "exif" else sample(name)
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(random.choice((1, 2, 8))):
            at = random.randrange(min(len(damaged), random.choice((64, 512, 1 << 20))))
            damaged[at] = random.randrange(256)
        source = source_of(bytes(damaged))
        try:
            if FORMAT.recognises(source):
                document = FORMAT.open(source, context_of(max_pixels=1))
                examined(document)
                document.decoded()
        except SharesafeError as error:
            assert error.next_step  # noqa: PT017


@pytest.mark.parametrize("interlaced", [0, 1])
@pytest.mark.parametrize(("colour", "bits", "channels"), [(2, 8, 3), (0, 1, 1), (6, 16, 4), (3, 4, 1)])
def test_rows_missing_inside_a_whole_png_are_noticed(
    interlaced: int, colour: int, bits: int, channels: int
) -> None:
    def made(missing: int) -> bytes:
        header = struct.pack(">IIBBBBB", 21, 13, bits, colour, 0, 0, interlaced)
        palette = png_chunk(b"PLTE", bytes(48)) if colour == 3 else b""
        packed = zlib.compress(bytes(length - missing))
        return b"".join(
            [
                SIGNATURE,
                png_chunk(b"IHDR", header),
                palette,
                png_chunk(b"IDAT", packed),
                png_chunk(b"IEND", b""),
            ]
        )

    passes = [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ]
    length = 0
    for x, y, dx, dy in passes if interlaced else [(0, 0, 1, 1)]:
        columns, rows = len(range(x, 21, dx)), len(range(y, 13, dy))
        length += rows * (1 + (columns * bits * channels + 7) // 8) if columns else 0
    assert examined(FORMAT.open(source_of(made(0)), context_of())).gaps == []
    with pytest.raises(Unreadable):
        examined(FORMAT.open(source_of(made(1)), context_of()))


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"quality": 95, "subsampling": 0}, {"restart_marker_rows": 1}]
)
def test_a_jpeg_that_was_cut_and_closed_again_is_noticed(options: dict[str, object]) -> None:
    picture = drawn(canvas(), "some letters")
    for mode in ("RGB", "L", "CMYK"):
        data = encoded(picture.convert(mode), "JPEG", **options)
        assert examined(FORMAT.open(source_of(data), context_of())).gaps == []
        for share in (0.6, 0.9, 0.97):
            cut = data[: int(len(data) * share)].rstrip(b"\xff") + b"\xff\xd9"
            with pytest.raises(Unreadable):
                examined(FORMAT.open(source_of(cut), context_of()))


def test_a_wrong_checksum_is_noticed() -> None:
    data = bytearray(encoded(canvas().quantize(8), "PNG"))
    data[data.index(b"PLTE") + 5] ^= 1
    with pytest.raises(Unreadable):
        examined(FORMAT.open(source_of(bytes(data)), context_of()))


def test_frames_cut_inside_their_blocks_are_noticed() -> None:
    whole = sample("gif animated")
    parsed = gif.parse(whole)
    last = parsed.named("image")[-1]
    few = gif.parse(encoded(Image.new("P", (240, 20)), "GIF")).named("image")[0]
    body = encoded(Image.new("P", (240, 20)), "GIF")[few.body : few.end]
    with pytest.raises(Unreadable):
        examined(FORMAT.open(source_of(whole[: last.body] + body + whole[last.end :]), context_of()))


def test_text_in_a_broken_chunk_is_read_all_the_same() -> None:
    data = with_png_chunk(encoded(canvas(), "PNG"), b"zTXt", b"Comment\0\0not compressed at all")
    assert "not compressed" in examined(FORMAT.open(source_of(data), context_of())).text
    broken = with_segment(encoded(canvas(), "JPEG"), 0xE1, b"Exif\0\0II*\0\xff\xff\xff\xffplain remark")
    sink = examined(FORMAT.open(source_of(broken), context_of(FakeReader())))
    assert "plain remark" in sink.text
