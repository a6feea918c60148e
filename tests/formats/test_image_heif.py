"""HEIC and AVIF: what is shown becomes a PNG, other pictures are read, stated sizes are not believed."""

from __future__ import annotations

import struct
import tracemalloc
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from app.errors import SharesafeError, TooLarge, Unreadable
from app.formats.image import heif, hevc
from app.formats.image.format import FORMAT
from app.formats.image.isobmff import box_at, boxes
from app.formats.image.read import opened
from app.options import Settings
from app.places import PageArea
from tests.support.documents import FakeReader, context_of, examined, plan_of, source_of
from tests.support.pictures import PLACE, SIZE, canvas, drawn, encoded, exif

pillow_heif.register_heif_opener()

KINDS = ("HEIF", "AVIF")


def picture(kind: str, text: str = "value", **options: Any) -> bytes:
    return encoded(drawn(canvas(), text), kind, quality=90, **options)


def pages_of(data: bytes) -> list[np.ndarray]:
    return [page.pixels for page in opened(data, Settings()).pages()]


@pytest.mark.parametrize("kind", KINDS)
def test_copies_are_png(kind: str, tmp_path: Path) -> None:
    source = source_of(picture(kind), "photo.heic")
    assert FORMAT.recognises(source)
    assert FORMAT.suffix(source) == ".png"
    document = FORMAT.open(source, context_of(FakeReader((("value", PLACE),))))
    assert document.format == {"HEIF": "heic", "AVIF": "avif"}[kind]
    sink = examined(document)
    plan = plan_of(source, ("value", sink.places_of("value")))
    document.write(plan, tmp_path / "copy")
    copy = source_of((tmp_path / "copy").read_bytes())
    assert [check.name for check in document.check(copy, plan) if not check.passed] == []
    shown = Image.open(BytesIO(copy.data))
    assert (shown.format, shown.size, shown.info) == ("PNG", SIZE, {})
    assert np.asarray(shown)[48:64, 32:208].max() == 0
    assert np.asarray(shown)[4:20].max() > 200


@pytest.mark.parametrize("kind", KINDS)
def test_metadata_is_read_and_never_copied(kind: str, tmp_path: Path) -> None:
    data = picture(kind, exif=exif("in the exif"), xmp=b"<x:xmpmeta><d>in the xmp</d></x:xmpmeta>")
    source = source_of(data)
    document = FORMAT.open(source, context_of())
    sink = examined(document)
    assert "in the exif" in sink.text
    assert "in the xmp" in sink.text
    document.write(plan_of(source), tmp_path / "copy")
    assert b"in the" not in (tmp_path / "copy").read_bytes()


@pytest.mark.parametrize("angle", [None, 0, 1, 2, 3])
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_rotation_and_mirroring_are_applied_once(angle: int | None, axis: int | None) -> None:
    """The turn is what Pillow makes of a picture's properties, and the pixels follow it."""
    turn = {found: place for place, found in heif.TURNS.items()}
    properties = b""
    if angle is not None:
        properties += struct.pack(">I4sB", 9, b"irot", angle)
    if axis is not None:
        properties += struct.pack(">I4sB", 9, b"imir", axis)
    plain = Image.new("RGB", (64, 32), "white")
    plain.paste("black", (0, 0, 16, 8))
    data = with_properties(encoded(plain, "AVIF", quality=95), properties)
    expected = Image.open(BytesIO(data)).getexif().get(274, 1)
    assert heif.TURNS[angle or 0, axis] == expected
    assert expected in turn
    (pixels,) = pages_of(data)
    tag = Image.Exif()
    tag[274] = expected
    reference = Image.open(BytesIO(encoded(plain, "PNG", exif=tag)))
    upright = pages_of(encoded(plain, "PNG", exif=tag))[0]
    assert reference.size == (64, 32)
    assert pixels.shape == upright.shape
    assert np.abs(pixels.astype(int) - upright).mean() < 3


def with_properties(data: bytes, properties: bytes) -> bytes:
    """The file with further properties of its one item, everything behind them moved on."""
    tree = heif.tree(data)
    assert tree.index is not None
    holder = next(box for box in tree.index.children if box.kind == "iprp")
    inner = {box.kind: box for box in boxes(data, holder.body, holder.end)}
    have, count = len(tree.index.properties), len(boxes(properties, 0, len(properties)))
    ipco, ipma = inner["ipco"], inner["ipma"]
    new_ipco = box_of(b"ipco", data[ipco.body : ipco.end] + properties)
    body = bytearray(data[ipma.body : ipma.end])
    body[10] += count
    body += bytes(0x80 | have + 1 + number for number in range(count))  # essential
    new_holder = box_of(b"iprp", new_ipco + box_of(b"ipma", bytes(body)))
    shift = len(new_holder) - (holder.end - holder.start)
    changed = bytearray(data[: holder.start] + new_holder + data[holder.end :])
    meta = tree.index.meta
    changed[meta.start : meta.start + 4] = (meta.end - meta.start + shift).to_bytes(4, "big")
    iloc = next(box for box in boxes(bytes(changed), meta.body + 4, meta.end + shift) if box.kind == "iloc")
    at = changed.index(tree.index.items[1].extents[0][0].to_bytes(4, "big"), iloc.body, iloc.end)
    changed[at : at + 4] = (tree.index.items[1].extents[0][0] + shift).to_bytes(4, "big")
    return bytes(changed)


def box_of(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def test_only_what_is_shown_of_a_cropped_picture_is_copied() -> None:
    crop = struct.pack(">I4s8i", 40, b"clap", 100, 1, 60, 1, -70, 1, -34, 1)
    (pixels,) = pages_of(with_properties(picture("AVIF"), crop))
    assert pixels.shape == (60, 100, 3)
    whole = pages_of(picture("AVIF"))[0]
    assert np.array_equal(pixels, whole[:60, :100])


@pytest.mark.parametrize("mode", ["L", "RGBA"])
@pytest.mark.parametrize("kind", KINDS)
def test_greys_and_transparency(kind: str, mode: str) -> None:
    stored = canvas().convert(mode)
    if mode == "RGBA":
        stored.putalpha(Image.linear_gradient("L").resize(SIZE))
    (pixels,) = pages_of(encoded(stored, kind, quality=95))
    ground = Image.new("RGBA", SIZE, "white")
    expected = np.asarray(Image.alpha_composite(ground, stored.convert("RGBA")).convert("RGB")).astype(int)
    assert np.abs(pixels - expected).mean() < 4


@pytest.mark.parametrize("kind", KINDS)
def test_colours_are_converted(kind: str) -> None:
    standard = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exchanged = standard.replace(b"rXYZ", b"####").replace(b"bXYZ", b"rXYZ").replace(b"####", b"bXYZ")
    red = Image.new("RGB", SIZE, (255, 0, 0))
    (pixels,) = pages_of(encoded(red, kind, quality=95, icc_profile=exchanged))
    assert pixels[:, :, 2].min() > 200
    assert pixels[:, :, 0].max() < 60


# --- more than one picture ------------------------------------------------------------------------


def test_animations_become_animations(tmp_path: Path) -> None:
    frames = [canvas(), drawn(canvas(), "second"), canvas(colour=(200, 220, 240))]
    data = encoded(frames[0], "AVIF", save_all=True, append_images=frames[1:], duration=[80, 120, 90])
    source = source_of(data)
    document = FORMAT.open(source, context_of(FakeReader((("second", PLACE),))))
    assert document.pages == 3
    sink = examined(document)
    assert {place.page for place in sink.places_of("second")} == {2}
    plan = plan_of(source, ("second", sink.places_of("second")))
    document.write(plan, tmp_path / "copy")
    copy = source_of((tmp_path / "copy").read_bytes())
    assert [check.name for check in document.check(copy, plan) if not check.passed] == []
    shown = Image.open(BytesIO(copy.data))
    assert shown.n_frames == 3


def several() -> bytes:
    return encoded(
        canvas(), "HEIF", quality=90, save_all=True, append_images=[drawn(canvas((300, 200)), "second")]
    )


def test_further_pictures_are_read_and_left_out(tmp_path: Path) -> None:
    source = source_of(several())
    reader = FakeReader((("second", PLACE),))
    document = FORMAT.open(source, context_of(reader))
    assert document.pages == 1
    sink = examined(document)
    assert reader.sizes == [SIZE, (300, 200)]
    assert "second" in sink.text
    document.write(plan_of(source), tmp_path / "copy")
    assert Image.open(BytesIO((tmp_path / "copy").read_bytes())).size == SIZE


def test_tiles_are_parts_of_the_picture() -> None:
    noise = Image.effect_noise((900, 700), 40).convert("RGB")
    found = opened(encoded(noise, "HEIF", quality=90, tile_size=256), Settings())
    assert len(found.container.named("item hvc1")) == 12
    assert found.container.gaps() == ()
    assert list(heif.other_pictures(found.data)) == []
    (page,) = found.pages()
    assert np.abs(page.pixels.astype(int) - np.asarray(noise)).mean() < 12


# --- hostile --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_at_the_end_and_between_are_seen(kind: str) -> None:
    data = picture(kind)
    after = opened(data + b"text after the end", Settings())
    assert after.container.end == len(data)
    between = opened(data + box_of(b"mdat", b"text in between"), Settings())
    assert between.container.end == len(data) + 23
    assert [stop - start for start, stop in between.container.gaps()] == [15]


@pytest.mark.parametrize("kind", KINDS)
def test_every_cut_is_noticed(kind: str) -> None:
    data = picture(kind)
    for cut in sorted({len(data) * i // 30 for i in range(1, 30)} | {len(data) - 1}):
        source = source_of(data[:cut])
        if FORMAT.recognises(source):
            with pytest.raises(SharesafeError):
                examined(FORMAT.open(source, context_of()))


@pytest.mark.parametrize("kind", KINDS)
def test_damage_raises_nothing_but_our_errors(kind: str, random: Random) -> None:
    data = picture(kind, exif=exif("comment"))
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(random.choice((1, 2, 8))):
            damaged[random.randrange(min(len(damaged), random.choice((64, 512, 1 << 20))))] = (
                random.randrange(256)
            )
        source = source_of(bytes(damaged))
        try:
            if FORMAT.recognises(source):
                document = FORMAT.open(source, context_of(max_pixels=1))
                examined(document)
                document.decoded()
        except SharesafeError as error:
            assert error.next_step  # noqa: PT017


@pytest.mark.parametrize("kind", KINDS)
def test_a_stated_size_beyond_the_limit_is_refused_before_it_is_allocated(kind: str) -> None:
    data = bytearray(picture(kind))
    at = data.index(b"ispe") + 8
    struct.pack_into(">II", data, at, 60_000, 60_000)
    tracemalloc.start()
    with pytest.raises(TooLarge):
        FORMAT.open(source_of(bytes(data)), context_of())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


def test_the_size_inside_the_code_counts_as_well() -> None:
    """A container that states a small picture around the code of a large one."""
    large = bytearray(encoded(Image.new("RGB", (1200, 1000)), "HEIF", quality=50))
    at = large.index(b"ispe") + 8
    struct.pack_into(">II", large, at, 64, 64)
    with pytest.raises(TooLarge):
        FORMAT.open(source_of(bytes(large)), context_of(max_pixels=1))
    assert FORMAT.open(source_of(bytes(large)), context_of(max_pixels=2)).pages == 1


def parameter_sets() -> Iterator[tuple[tuple[int, int], bytes]]:
    for size in ((64, 64), (640, 480), (1920, 1080)):
        data = encoded(Image.new("RGB", size), "HEIF", quality=50)
        tree = heif.tree(data)
        assert tree.index is not None
        box = next(box for box in tree.index.properties if box.kind == "hvcC")
        yield size, data[box.body : box.end]


def test_sizes_are_read_from_the_code() -> None:
    for (width, height), config in parameter_sets():
        ((coded_width, coded_height),) = hevc.coded_sizes(config)
        assert width <= coded_width < width + 64
        assert height <= coded_height < height + 64
        for cut in range(len(config)):
            list(hevc.coded_sizes(config[:cut]))


def test_an_index_with_too_much_in_it_is_refused() -> None:
    data = bytearray(picture("AVIF"))
    at = data.index(b"iloc") + 10
    struct.pack_into(">H", data, at, 60_000)
    with pytest.raises(Unreadable):
        FORMAT.open(source_of(bytes(data)), context_of())
    assert box_at(b"\0\0\0\4free", 0, 8) is None
    assert box_at(b"\0\0\0\1free\0\0\0\0\0\0\0\4", 0, 16) is None


def test_moving_pictures_in_heic_are_named() -> None:
    data = box_of(b"ftyp", b"hevc\0\0\0\0msf1hevc") + box_of(b"moov", b"")
    with pytest.raises(SharesafeError):
        FORMAT.open(source_of(data), context_of())


def test_covered_places_are_black(tmp_path: Path) -> None:
    source = source_of(picture("HEIF"))
    document = FORMAT.open(source, context_of())
    plan = plan_of(source, ("", [PageArea(1, (PLACE,))]))
    document.write(plan, tmp_path / "copy")
    shown = np.asarray(Image.open(BytesIO((tmp_path / "copy").read_bytes())))
    assert shown[30:82, 14:226].max() == 0, "eighteen pixels around the place as well"
