"""Pictures as documents: the shared contract, orientation, frames, transparency, progress, previews."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw, ImageOps

from app.errors import Cancelled, EngineMissing, NotWritten, Unsupported
from app.formats.image.format import FORMAT
from app.model import Picture
from app.places import MetadataKey, PageArea
from ocr import errors as ocr_errors
from ocr.model import Box, Code, Unread
from tests.formats.format_contract import Case, FormatContract, canary
from tests.support.documents import (
    CollectingSink,
    FakeReader,
    context_of,
    examined,
    plan_of,
    source_of,
)
from tests.support.pictures import HIDINGS, PLACE, SIZE, canvas, drawn, encoded

KINDS = {
    "png": {"format": "PNG"},
    "jpeg": {"format": "JPEG", "quality": 88},
    "webp": {"format": "WEBP", "lossless": True},
    "webp-lossy": {"format": "WEBP", "quality": 80},
    "bmp": {"format": "BMP"},
    "gif": {"format": "GIF"},
    "tiff": {"format": "TIFF", "compression": "tiff_lzw"},
    "tiff-jpeg": {"format": "TIFF", "compression": "jpeg"},
}
ANIMATED = {"png": {}, "gif": {"loop": 3}, "webp": {"lossless": True, "loop": 3}}


def picture(kind: str, text: str, **more: object) -> bytes:
    options = dict(KINDS[kind])
    return encoded(drawn(canvas(), text), str(options.pop("format")), **options, **more)


def animation(kind: str, frames: list[Image.Image], duration: list[int], **more: object) -> bytes:
    options = {**ANIMATED[kind], **more}
    return encoded(
        frames[0], kind.upper(), save_all=True, append_images=frames[1:], duration=duration, **options
    )


def pixels_of(shown: Picture) -> np.ndarray:
    return np.frombuffer(shown.rgb, dtype=np.uint8).reshape(shown.height, shown.width, 3).astype(int)


class TestContract(FormatContract):
    format = FORMAT

    def cases(self) -> list[Case]:
        words = {name: canary() for name in [*KINDS, "frames", "metadata"]}
        cases = [
            Case(name, picture(name, words[name]), words[name], FakeReader(((words[name], PLACE),)))
            for name in KINDS
        ]
        frames = [canvas(), drawn(canvas(), words["frames"])]
        data = animation("gif", frames, [80, 90])
        cases.append(Case("frames", data, words["frames"], FakeReader(((words["frames"], PLACE),))))
        commented = HIDINGS["jpeg comment"].build(words["metadata"])
        return [*cases, Case("metadata", commented, words["metadata"])]


@pytest.mark.parametrize("kind", KINDS)
def test_the_report_names_format_and_suffix(kind: str) -> None:
    data = picture(kind, "x")
    document = FORMAT.open(source_of(data), context_of())
    assert document.format == kind.partition("-")[0]
    assert document.pages == 1
    assert document.platform is None
    own = {"png": ".PNG", "jpeg": ".jpeg", "webp": ".webp", "bmp": ".bmp", "gif": ".gif", "tiff": ".tif"}
    assert FORMAT.suffix(source_of(data, f"x{own[document.format]}")) == own[document.format]
    assert FORMAT.suffix(source_of(data, "x.log")) == {"jpeg": ".jpg", "tiff": ".tif"}.get(
        document.format, f".{document.format}"
    )


def test_names_pictures_it_does_not_take() -> None:
    for start in (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n", b"8BPS\0\1", b"\0\0\1\0\1\0"):
        source = source_of(start + bytes(64))
        assert FORMAT.recognises(source)
        with pytest.raises(Unsupported) as caught:
            FORMAT.open(source, context_of())
        assert "PNG" in caught.value.next_step
    assert not FORMAT.recognises(source_of(b"BM this begins like a bitmap and is a text"))
    assert not FORMAT.recognises(source_of(b"plain text"))


# --- orientation ----------------------------------------------------------------------------------


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_orientation_is_applied_before_reading_and_covering(kind: str, turn: int, tmp_path: Path) -> None:
    """The stored picture is turned so that applying its orientation gives the upright one back."""
    upright = drawn(canvas(), "hidden-here")
    undo = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}[turn]
    tag = Image.Exif()
    tag[274] = undo
    carrier = upright.copy()
    carrier.getexif()[274] = undo
    stored = ImageOps.exif_transpose(carrier)
    tag[274] = turn
    options = {"JPEG": {"quality": 95}, "WEBP": {"lossless": True}}.get(kind, {})
    source = source_of(encoded(stored, kind, exif=tag, **options))
    reader = FakeReader((("hidden-here", PLACE),))
    document = FORMAT.open(source, context_of(reader))
    sink = examined(document)
    assert reader.sizes == [SIZE]
    assert sink.places_of("hidden-here")
    shown = document.preview(1)
    assert (shown.width, shown.height) == SIZE
    plan = plan_of(source, ("hidden-here", sink.places_of("hidden-here")))
    document.write(plan, tmp_path / "copy")
    copy = source_of((tmp_path / "copy").read_bytes())
    assert all(check.passed for check in document.check(copy, plan))
    result = Image.open(BytesIO(copy.data))
    assert result.size == SIZE
    assert result.getexif().get(274, 1) == 1
    assert np.asarray(result.convert("RGB"))[50:62, 34:206].max() <= 2
    difference = np.abs(np.asarray(result.convert("RGB")).astype(int) - np.asarray(upright))
    assert difference[:28].mean() < 3, "the rest of the picture is upright as well"


# --- frames and pages -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ANIMATED)
def test_every_frame_is_read_once_covered_and_kept(kind: str, tmp_path: Path) -> None:
    secret = drawn(canvas(), "third-frame")
    other = canvas(colour=(200, 220, 240))
    frames = [canvas(), other, secret, canvas(), drawn(secret, "cursor", at=Box(32, 72, 208, 88)), other]
    source = source_of(animation(kind, frames, [100, 200, 300, 400, 500, 600]))
    reader = FakeReader((("third-frame", PLACE),))
    document = FORMAT.open(source, context_of(reader))
    assert document.pages == len(frames)
    sink = examined(document)
    assert len(reader.sizes) == 4, "two of six frames repeat earlier ones"
    assert {place.page for place in sink.places_of("third-frame")} == {3, 5}
    assert sink.told == sorted(sink.told)
    plan = plan_of(source, ("third-frame", sink.places_of("third-frame")))
    document.write(plan, tmp_path / "copy")
    copy = source_of((tmp_path / "copy").read_bytes())
    assert [check.name for check in document.check(copy, plan) if not check.passed] == []
    result = Image.open(BytesIO(copy.data))
    assert result.n_frames == len(frames)
    durations = []
    for index in range(result.n_frames):
        result.seek(index)
        result.load()
        durations.append(int(result.info["duration"]))
        flat = np.asarray(result.convert("RGB"))[48:64, 32:208]
        assert (flat.max() == 0) == (index + 1 in {3, 5}), index + 1
    assert durations == [100, 200, 300, 400, 500, 600]
    assert result.info["loop"] == {"png": 0}.get(kind, 3)


def test_a_place_is_covered_on_every_frame_that_shows_the_same_there(tmp_path: Path) -> None:
    """The reader misses the text on the second frame, where only the cursor moved."""
    first = drawn(canvas(), "once-read")
    second = drawn(first, "|", at=Box(16, 112, 32, 128))
    source = source_of(animation("png", [first, second], [100, 100]))
    seen: list[int] = []
    reader = FakeReader((("once-read", PLACE),), when=lambda _: not seen.append(1) and len(seen) == 1)
    sink = examined(FORMAT.open(source, context_of(reader)))
    assert len(seen) == 2
    assert {place.page for place in sink.places_of("once-read")} == {1, 2}


def test_tiff_pages_may_differ_in_size(tmp_path: Path) -> None:
    pages = [canvas(), drawn(canvas((300, 200)), "page-two"), canvas((64, 400), mode="L", colour=255)]
    source = source_of(encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    reader = FakeReader((("page-two", PLACE),), when=lambda image: image.size == (300, 200))
    document = FORMAT.open(source, context_of(reader))
    sink = examined(document)
    assert [unit.title for unit in sink.units] == ["page 2"]
    plan = plan_of(source, ("page-two", sink.places_of("page-two")))
    document.write(plan, tmp_path / "copy")
    copy = source_of((tmp_path / "copy").read_bytes())
    assert all(check.passed for check in document.check(copy, plan))
    result = Image.open(BytesIO(copy.data))
    assert [(result.seek(i), result.size)[1] for i in range(result.n_frames)] == [page.size for page in pages]
    assert (document.preview(3).width, document.preview(3).height) == (64, 400)


def test_a_spare_picture_of_an_apng_stays_outside_the_animation(tmp_path: Path) -> None:
    source = source_of(HIDINGS["apng spare picture"].build("spare-one"))
    document = FORMAT.open(source, context_of())
    assert document.pages == 3
    document.write(plan_of(source), tmp_path / "copy")
    data = (tmp_path / "copy").read_bytes()
    result = Image.open(BytesIO(data))
    assert result.default_image
    assert result.n_frames == 3
    control = data.index(b"fcTL") + 4
    assert struct.unpack_from(">II", data, control + 4) == SIZE, "an animation begins on an empty canvas"


# --- colours --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "mode"),
    [(kind, mode) for kind in ("PNG", "TIFF") for mode in ("1", "L", "P", "LA", "RGBA", "I;16")]
    + [("TIFF", "CMYK"), ("TIFF", "YCbCr"), ("JPEG", "CMYK"), ("JPEG", "L")],
)
def test_every_mode_becomes_what_a_screen_shows(kind: str, mode: str) -> None:
    picture = drawn(canvas(), "mode").point(lambda value: 255 * (value > 127))
    if mode == "I;16":
        stored = Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)
    else:
        stored = picture.quantize(4) if mode == "P" else picture.convert(mode)
    shown = FORMAT.open(source_of(encoded(stored, kind)), context_of()).preview(1)
    difference = np.abs(pixels_of(shown) - np.asarray(picture)).max(axis=2)
    assert float((difference > 24).mean()) < 0.01


def test_colours_are_converted_to_those_of_a_screen() -> None:
    standard = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exchanged = standard.replace(b"rXYZ", b"####").replace(b"bXYZ", b"rXYZ").replace(b"####", b"bXYZ")
    red = Image.new("RGB", SIZE, (255, 0, 0))
    for kind in ("PNG", "JPEG", "WEBP", "TIFF"):
        options = {"lossless": True} if kind == "WEBP" else {}
        data = encoded(red, kind, icc_profile=exchanged, **options)
        shown = pixels_of(FORMAT.open(source_of(data), context_of()).preview(1))
        assert shown[:, :, 2].min() > 200, kind
        assert shown[:, :, 0].max() < 60, kind


def test_an_unusable_profile_is_ignored() -> None:
    for profile in (ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(), b"no profile"):
        data = encoded(canvas(), "PNG", icc_profile=profile)
        shown = pixels_of(FORMAT.open(source_of(data), context_of()).preview(1))
        assert np.array_equal(shown, np.asarray(canvas()))


def test_opaque_transparency_is_read_once_and_a_window_shadow_too() -> None:
    for alpha in (Image.new("L", SIZE, 255), Image.linear_gradient("L").resize(SIZE)):
        layered = canvas().convert("RGBA")
        layered.paste((0, 0, 0), (0, 0, *SIZE), Image.eval(alpha, lambda value: 255 - value).convert("1"))
        layered.putalpha(alpha)
        reader = FakeReader()
        examined(FORMAT.open(source_of(encoded(layered, "PNG")), context_of(reader)))
        assert 1 <= len(reader.sizes) <= 2


def test_white_letters_without_ground_are_read_on_black() -> None:
    clear = Image.new("RGBA", SIZE, (255, 255, 255, 0))
    layered = drawn(clear, "white-on-nothing", (255, 255, 255, 255))
    reader = FakeReader((("white-on-nothing", PLACE),))
    sink = examined(FORMAT.open(source_of(encoded(layered, "PNG")), context_of(reader)))
    assert [unit.title for unit in sink.units] == ["picture, visible on a dark ground only"]


# --- what the sink is told ------------------------------------------------------------------------


def test_words_codes_gaps_and_metadata_reach_the_sink() -> None:
    reader = FakeReader(
        (("some-word", PLACE),),
        codes=(Code("QR Code", "otpauth://totp/x?secret=abc", Box(10, 10, 60, 60)),),
        unread=(Unread(Box(1, 1, 9, 9), "too faint"), Unread(Box(20, 1, 29, 9), "too faint")),
    )
    data = encoded(drawn(canvas(), "some-word"), "JPEG", comment="a remark")
    sink = examined(FORMAT.open(source_of(data), context_of(reader)))
    by_title = {unit.title: unit for unit in sink.units}
    assert set(by_title) == {"metadata", "picture", "picture, QR Code"}
    assert by_title["picture"].sample.noisy
    assert not by_title["picture, QR Code"].sample.noisy
    assert by_title["picture, QR Code"].places.locate(3, 5) == (PageArea(1, (Box(10, 10, 60, 60),)),)
    assert by_title["metadata"].places.locate(0, 2) == (MetadataKey("jpeg:comment"),)
    assert by_title["metadata"].sample.named[0].name == "comment"
    (gap,) = sink.gaps
    assert gap.area == PageArea(1, (Box(1, 1, 9, 9), Box(20, 1, 29, 9)))
    assert "some-word" not in repr(sink.units)


def test_an_engine_that_breaks_makes_a_gap_and_a_missing_one_an_error() -> None:
    data = picture("png", "x")
    failed = FakeReader(error=ocr_errors.EngineFailed("The engine stopped.", "Try again."))
    (gap,) = examined(FORMAT.open(source_of(data), context_of(failed))).gaps
    assert gap.area == PageArea(1, (Box(0, 0, *SIZE),))
    missing = FakeReader(error=ocr_errors.EngineMissing("No engine.", "Install one."))
    with pytest.raises(EngineMissing):
        examined(FORMAT.open(source_of(data), context_of(missing)))


def test_cancelling_stops_between_pages_and_within_one() -> None:
    class Stopped(CollectingSink):
        def progress(self, fraction: float, note: str) -> None:
            raise Cancelled

    for error in (None, ocr_errors.ReadingCancelled()):
        document = FORMAT.open(source_of(picture("png", "x")), context_of(FakeReader(error=error)))
        with pytest.raises(Cancelled):
            document.examine(Stopped() if error is None else CollectingSink())


def test_a_copy_is_read_another_way() -> None:
    reader = FakeReader()
    examined(FORMAT.open(source_of(picture("png", "x")), context_of(reader)), again=True)
    assert reader.again == 1


# --- preview and writing --------------------------------------------------------------------------


def test_the_preview_shows_what_the_copy_will_be(tmp_path: Path) -> None:
    source = source_of(picture("png", "seen-before"))
    document = FORMAT.open(source, context_of())
    plan = plan_of(source, ("", [PageArea(1, (PLACE,))]))
    preview = document.preview(1, plan)
    document.write(plan, tmp_path / "copy")
    written = Image.open(tmp_path / "copy")
    assert isinstance(preview, Picture)
    assert preview.rgb == np.asarray(written).tobytes()
    assert document.preview(1).rgb != preview.rgb


def test_a_target_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    source = source_of(picture("png", "x"))
    with pytest.raises(NotWritten):
        FORMAT.open(source, context_of()).write(plan_of(source), tmp_path / "missing" / "copy")


def test_regions_drawn_over_the_edge_are_cut_to_the_page(tmp_path: Path) -> None:
    source = source_of(picture("png", "x"))
    document = FORMAT.open(source, context_of())
    plan = plan_of(source, ("", [PageArea(1, (Box(-50, -50, 20, 20), Box(500, 500, 600, 600)))]))
    document.write(plan, tmp_path / "copy")
    copy = source_of((tmp_path / "copy").read_bytes())
    assert all(check.passed for check in document.check(copy, plan))


@pytest.mark.ocr
def test_a_drawn_line_is_read_covered_and_not_read_again(tmp_path: Path) -> None:
    from ocr.reader import Reader

    word = canary()
    picture = Image.new("RGB", (640, 160), "white")
    ImageDraw.Draw(picture).text((20, 20), "Access token", fill="black", font_size=24)
    ImageDraw.Draw(picture).text((20, 90), word, fill="black", font_size=24)
    source = source_of(encoded(picture, "PNG"))
    reader = Reader.from_installed(("rapidocr",))
    context = context_of(reader)  # type: ignore[arg-type]
    document = FORMAT.open(source, context)
    sink = examined(document)
    (unit,) = sink.units
    start = unit.sample.text.index(word[:8])
    plan = plan_of(source, ("", unit.places.locate(start, len(unit.sample.text))))
    document.write(plan, tmp_path / "copy")
    copy = source_of((tmp_path / "copy").read_bytes())
    assert all(check.passed for check in document.check(copy, plan))
    again = examined(FORMAT.open(copy, context), again=True)
    assert word[6:12] not in again.text
    assert "Access" in again.text
