"""PDF as documents: the shared contract, places, previews, kept words and links, non-interference."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pymupdf
import pytest
from PIL import Image

from app.errors import Cancelled, UsageError
from app.formats.pdf.format import FORMAT
from app.formats.pdf.pages import Pages
from app.formats.pdf.paint import covers
from app.model import RedactionPlan, Source
from app.places import MetadataKey, PageArea, Unit
from detectors.model import Relation
from ocr.model import Box
from tests.formats.format_contract import Case, FormatContract, canary
from tests.support.documents import (
    CollectingSink,
    FakeReader,
    context_of,
    examined,
    plan_of,
    source_of,
)
from tests.support.pdf_residue import residue
from tests.support.pdfs import (
    AT,
    HEIGHT,
    HIDINGS,
    PICTURE,
    WIDTH,
    add_content,
    as_pictures,
    document,
    picture_of,
    saved,
    shown_box,
)


class TestContract(FormatContract):
    format = FORMAT

    def cases(self) -> list[Case]:
        names = ["text", "turned page 90", "note", "form field", "attached text", "layer switched off"]
        words = {name: canary() for name in [*names, "picture"]}
        cases = [Case(name, HIDINGS[name].build(words[name]), words[name]) for name in names]
        value = words["picture"]
        reader = FakeReader(((value, Box(12, 12, 900, 130)),))
        return [*cases, Case("picture", HIDINGS["picture"].build(value), value, reader)]


def redacted(source: Source, plan: RedactionPlan, tmp_path: Path) -> bytes:
    """The copy, its own checks passed."""
    opened = FORMAT.open(source, context_of())
    target = tmp_path / "copy.pdf"
    opened.write(plan, target)
    data = target.read_bytes()
    assert [check for check in opened.check(source_of(data), plan) if not check.passed] == []
    return data


def words_of(data: bytes) -> list[str]:
    with pymupdf.open(stream=data, filetype="pdf") as opened:
        return [word[4] for page in opened for word in page.get_text("words")]


# --- places ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_place_is_where_the_page_shows_it(angle: int) -> None:
    value = canary()
    made = document()
    made[0].insert_text(AT, value, fontsize=11)
    made[0].set_rotation(angle)
    rect = made[0].search_for(value)[0] * made[0].rotation_matrix
    shown = examined(FORMAT.open(source_of(saved(made)), context_of())).places_of(value)
    (place,) = shown
    assert isinstance(place, PageArea)
    assert (place.page, place.unit) == (1, Unit.POINT)
    (box,) = place.boxes
    assert abs(box.left - rect.x0) < 4
    assert abs(box.right - rect.x1) < 4
    assert abs(box.top - rect.y0) < 6
    assert abs(box.bottom - rect.y1) < 6


def test_a_place_in_a_picture_is_in_points_of_the_page() -> None:
    value = canary()
    made = document()
    made[0].insert_image(PICTURE, stream=picture_of(value))
    reader = FakeReader(((value, Box(20, 20, 800, 130)),))
    sink = examined(FORMAT.open(source_of(saved(made)), context_of(reader)))
    (place,) = sink.places_of(value)
    assert isinstance(place, PageArea)
    ink = shown_box(Box(20, 40, 400, 70))
    (size,) = reader.sizes
    assert size[0] < 1.2 * (PICTURE.width + 12) * 200 / 72, "only the picture is read, not the page"
    assert place.unit is Unit.POINT
    assert place.boxes[0].overlap(Box(PICTURE.x0, PICTURE.y0, PICTURE.x1, PICTURE.y1)) > 0.9
    assert place.boxes[0].intersection(ink)


def test_a_page_of_text_is_not_read_like_a_picture() -> None:
    made = document()
    made[0].draw_line((40, 120), (380, 120))
    made[0].draw_rect(pymupdf.Rect(30, 130, 390, 200), fill=(0.9, 0.9, 0.95))
    reader = FakeReader()
    examined(FORMAT.open(source_of(saved(made)), context_of(reader)))
    assert reader.sizes == []


def test_outlines_are_read_like_a_picture() -> None:
    made = document()
    shape = made[0].new_shape()
    for at in range(12):
        shape.draw_circle((60 + 20 * at, 100), 6)
    shape.finish(color=(0, 0, 0))
    shape.commit()
    reader = FakeReader()
    examined(FORMAT.open(source_of(saved(made)), context_of(reader)))
    assert len(reader.sizes) == 1


def test_a_scan_is_read_although_it_has_a_layer_of_unseen_words() -> None:
    made = document()
    made[0].insert_image(made[0].rect, stream=picture_of("anything"), keep_proportion=False)
    made[0].insert_text(AT, "anything", fontsize=40, render_mode=3)
    reader = FakeReader()
    examined(FORMAT.open(source_of(saved(made)), context_of(reader)))
    assert len(reader.sizes) == 1


def test_text_that_stands_for_no_character_is_read_like_a_picture() -> None:
    made = document()
    add_content(made, b"BT /helv 30 Tf 1 0 0 1 40 200 Tm (\\001\\002\\003) Tj ET")
    reader = FakeReader()
    examined(FORMAT.open(source_of(saved(made)), context_of(reader)))
    assert len(reader.sizes) == 1


def test_a_copy_under_verification_is_read_in_another_way(tmp_path: Path) -> None:
    source = source_of(HIDINGS["picture"].build("anything"))
    data = redacted(source, plan_of(source), tmp_path)
    reader = FakeReader()
    examined(FORMAT.open(source_of(data), context_of(reader)), again=True)
    assert reader.again == len(reader.sizes) == 1
    scale = 200 / 72
    assert reader.sizes[0][1] < 0.4 * HEIGHT * scale, "words that were vetted are not read again"


def test_a_stranger_may_not_explain_a_picture_by_unseen_words(tmp_path: Path) -> None:
    source = source_of(HIDINGS["picture"].build("anything"))
    data = redacted(source, as_pictures(plan_of(source)), tmp_path)
    reader = FakeReader()
    examined(FORMAT.open(source_of(data), context_of(reader)))
    assert reader.sizes[0] == pytest.approx((WIDTH * 200 / 72, HEIGHT * 200 / 72), abs=2)


def test_covers_and_vetted_words_alone_are_not_read_again(tmp_path: Path) -> None:
    source = source_of(HIDINGS["text"].build("a word"))
    place = PageArea(1, (Box(38, 88, 300, 104),), Unit.POINT)
    data = redacted(source, plan_of(source, ("a word", [place])), tmp_path)
    reader = FakeReader()
    examined(FORMAT.open(source_of(data), context_of(reader)), again=True)
    assert reader.sizes == []


def test_form_fields_go_by_their_names() -> None:
    value = canary()
    sink = examined(FORMAT.open(source_of(HIDINGS["form field"].build(value)), context_of()))
    named = [
        (name.name, unit.sample.text[name.start : name.end], name.relation)
        for unit in sink.units
        for name in unit.sample.named
    ]
    assert ("api key", value, Relation.FORM) in named


def test_labels_stand_beside_their_values() -> None:
    made = document()
    value = canary()
    made[0].insert_text((40, 100), "API key", fontsize=11)
    made[0].insert_text((200, 100), value, fontsize=11)
    sink = examined(FORMAT.open(source_of(saved(made)), context_of()))
    named = {
        (name.name, unit.sample.text[name.start : name.end])
        for unit in sink.units
        for name in unit.sample.named
    }
    assert ("API key", value) in named


def test_every_repetition_of_a_value_is_found() -> None:
    value = canary()
    made = document()
    made[0].insert_text((40, 100), f"key={value}", fontsize=11)
    half = len(value) // 2
    page = made.new_page(width=WIDTH, height=HEIGHT)
    page.insert_text((40, 100), value[:half], fontsize=11)
    page.insert_text((40, 113), value[half:], fontsize=11)
    opened = FORMAT.open(source_of(saved(made)), context_of())
    places = opened.occurrences(value)
    assert [(place.page, len(place.boxes)) for place in places if isinstance(place, PageArea)] == [
        (1, 1),
        (2, 2),
    ]
    assert opened.occurrences(canary()) == ()
    assert opened.occurrences("Set") == ()  # part of a word, and too short


# --- copies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("pictures", [False, True])
def test_words_stay_searchable_and_pages_keep_their_size(pictures: bool, tmp_path: Path) -> None:
    value = canary()
    made = document()
    made[0].insert_text(AT, f"Token: {value} expires", fontsize=11)
    made[0].insert_htmlbox(pymupdf.Rect(40, 130, 380, 200), "<p>Größe Привет 你好</p>")
    made.new_page(width=600.5, height=123.25).insert_text((40, 60), "second", fontsize=11)
    made[1].set_rotation(90)
    source = source_of(saved(made))
    sink = examined(FORMAT.open(source, context_of()))
    plan = plan_of(source, (value, sink.places_of(value)))
    data = redacted(source, as_pictures(plan) if pictures else plan, tmp_path)
    kept = ["Settings", "of", "the", "service", "Token:", "expires", "Größe", "Привет", "你好", "Save"]
    assert sorted(words_of(data)) == sorted([*kept, "all", "changes", "second"])
    with pymupdf.open(stream=data, filetype="pdf") as copy:
        assert [tuple(page.rect) for page in copy] == [(0, 0, WIDTH, HEIGHT), (0, 0, 123.25, 600.5)]
        (found,) = copy[0].search_for("expires")
    with pymupdf.open(stream=source.data, filetype="pdf") as original:
        (there,) = original[0].search_for("expires")
    assert abs(found.x0 - there.x0) < 2
    assert abs(found.y1 - there.y1) < 4


def test_only_plain_web_links_are_kept(tmp_path: Path) -> None:
    value = canary()
    made = document()
    addresses = {
        "https://example.com/docs/(1)": True,
        "http://example.com:8080/": True,
        "https://example.com/?q=1": False,
        "https://user@example.com/": False,
        "https://example.com/#part": False,
        f"https://example.com/{value}": False,
        "file:///etc/hosts": False,
        "javascript:alert(1)": False,
        "mailto:someone@example.com": False,
    }
    for at, address in enumerate(addresses):
        place = pymupdf.Rect(20 + 40 * at, 120, 50 + 40 * at, 135)
        made[0].insert_link({"kind": pymupdf.LINK_URI, "from": place, "uri": address})
    covered = pymupdf.Rect(40, 88, 200, 104)
    made[0].insert_link({"kind": pymupdf.LINK_URI, "from": covered, "uri": "https://example.com/covered"})
    made[0].insert_link({"kind": pymupdf.LINK_GOTO, "from": pymupdf.Rect(40, 200, 90, 220), "page": 0})
    source = source_of(saved(made))
    place = PageArea(1, (Box(45, 90, 150, 100),), Unit.POINT)
    data = redacted(source, plan_of(source, (value, [place])), tmp_path)
    with pymupdf.open(stream=data, filetype="pdf") as copy:
        assert [link["uri"] for link in copy[0].get_links()] == [a for a, kept in addresses.items() if kept]


@pytest.mark.parametrize(
    ("stored", "margin"),
    [("/FlateDecode", 2), ("[/DCTDecode]", 9), ("[/FlateDecode/DCTDecode]", 9)],
)
def test_the_margin_over_a_picture_depends_on_how_it_is_stored(stored: str, margin: float) -> None:
    made = document()
    number = made[0].insert_image(PICTURE, stream=picture_of("text"), keep_proportion=False)
    made.xref_set_key(number, "Filter", stored)
    pages = Pages(saved(made, garbage=0), None, context_of().settings)
    place = PageArea(1, (Box(100, 160, 150, 180),), Unit.POINT)
    found = covers(pages, 0, plan_of(source_of(b""), ("", [place])))
    widest = min(box.left for box in found.painted)
    assert widest == pytest.approx(100 - 2 - (margin if margin > 2 else 0), abs=0.5)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_covers_are_black_and_the_rest_is_as_it_was(kind: str, tmp_path: Path) -> None:
    made = document()
    made[0].insert_image(PICTURE, stream=picture_of("secret secret", kind), keep_proportion=False)
    source = source_of(saved(made))
    place = PageArea(1, (Box(60, 160, 120, 180),), Unit.POINT)
    data = redacted(source, plan_of(source, ("", [place])), tmp_path)
    before, after = (shown(bytes_of) for bytes_of in (source.data, data))
    assert after[2 * 158 : 2 * 182, 2 * 58 : 2 * 122].max() == 0
    black = after.max(axis=2) == 0
    margin = 18 * 0.5 if kind == "JPEG" else 2  # the picture has two pixels a point
    ys, xs = np.nonzero(black & (before.max(axis=2) > 40))
    assert xs.min() >= 2 * (58 - margin) - 1
    assert xs.max() <= 2 * (122 + margin) + 1
    assert ys.min() >= 2 * (158 - margin) - 1
    outside = np.ones(black.shape, dtype=bool)
    outside[2 * 145 : 2 * 195, 2 * 45 : 2 * 135] = False
    assert np.abs(before.astype(int) - after).max(axis=2)[outside].mean() < 1


def shown(data: bytes) -> np.ndarray:
    with pymupdf.open(stream=data, filetype="pdf") as opened:
        pixmap = opened[0].get_pixmap(matrix=pymupdf.Matrix(2, 2), alpha=False)
        return np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.height, pixmap.width, 3)


def permuted(value: str) -> str:
    return value[::-1]


@pytest.mark.parametrize("name", ["text", "picture", "lossy picture", "invisible text", "note", "form field"])
def test_the_copy_is_the_same_whatever_was_covered(name: str, tmp_path: Path) -> None:
    """Same document, same boxes, another secret: byte for byte the same copy."""
    value = canary()
    boxes = (
        Box(38, 88, 300, 104) if "text" in name else Box(PICTURE.x0 + 4, 150, PICTURE.x1 - 4, 190),
        Box(38, 98, 302, 122),
    )
    copies = []
    for secret in (value, permuted(value)):
        source = source_of(HIDINGS[name].build(secret))
        plan = plan_of(source, (secret, [PageArea(1, boxes, Unit.POINT), MetadataKey("pdf:anything")]))
        copies.append(redacted(source, plan, tmp_path))
    assert copies[0] == copies[1]


def test_photographs_are_stored_as_jpeg_of_painted_pixels(tmp_path: Path) -> None:
    noise = np.random.default_rng(7).integers(0, 256, (400, 560, 3), dtype=np.uint8)
    buffer = BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    made = document()
    made[0].insert_image(made[0].rect, stream=buffer.getvalue(), keep_proportion=False)
    source = source_of(saved(made))
    data = redacted(
        source, plan_of(source, ("", [PageArea(1, (Box(60, 60, 200, 120),), Unit.POINT)])), tmp_path
    )
    with pikepdf.open(BytesIO(data)) as copy:
        picture = copy.pages[0].get_images()["/P"]
        assert picture.Filter == "/DCTDecode"
        assert b"Exif" not in picture.read_raw_bytes()
        assert b"ICC" not in picture.read_raw_bytes()
    assert len(data) < 3_000_000


def test_nothing_of_the_original_structure_is_in_the_copy(tmp_path: Path) -> None:
    source = source_of(HIDINGS["title"].build(canary()))
    with pikepdf.open(BytesIO(redacted(source, as_pictures(plan_of(source)), tmp_path))) as copy:
        assert set(copy.trailer.keys()) == {"/Size", "/Root"}
        assert set(copy.Root.keys()) <= {"/Type", "/Pages", "/Info"}
        assert copy.Root.get("/Info") is None
        assert copy.pages[0].Contents.read_bytes().count(b" Do") == 1


def test_a_second_copy_of_a_copy_is_possible(tmp_path: Path) -> None:
    source = source_of(HIDINGS["text"].build(canary()))
    first = redacted(source, plan_of(source), tmp_path)
    second = redacted(source_of(first), plan_of(source_of(first)), tmp_path)
    assert residue(second, canary()) == []


# --- previews and progress ------------------------------------------------------------------------


def test_the_preview_is_painted_like_the_copy() -> None:
    source = source_of(HIDINGS["text"].build(canary()))
    opened = FORMAT.open(source, context_of())
    plain = opened.preview(1)
    place = PageArea(1, (Box(38, 88, 200, 104),), Unit.POINT)
    covered = opened.preview(1, plan_of(source, ("", [place])))
    assert (plain.width, plain.height, plain.scale) == (2 * WIDTH, 2 * HEIGHT, 2.0)
    pixels = np.frombuffer(covered.rgb, np.uint8).reshape(covered.height, covered.width, 3)
    assert pixels[2 * 86 : 2 * 106, 2 * 36 : 2 * 202].max() == 0
    assert pixels[2 * 60, 2 * 100].min() == 255
    with pytest.raises(UsageError):
        opened.preview(2)


def test_progress_reaches_every_page_and_can_stop_the_work() -> None:
    made = document()
    made.new_page()
    opened = FORMAT.open(source_of(saved(made)), context_of())
    sink = examined(opened)
    assert sink.told == sorted(sink.told)
    assert len(sink.told) >= 3

    class Stopping(CollectingSink):
        def progress(self, fraction: float, note: str) -> None:
            if fraction > 0.3:
                raise Cancelled

    with pytest.raises(Cancelled):
        opened.examine(Stopping())


@pytest.mark.ocr
def test_a_real_engine_reads_a_picture_of_a_page(tmp_path: Path) -> None:
    from ocr.reader import Reader

    made = document()
    made[0].insert_image(PICTURE, stream=picture_of("Password: correct horse"), keep_proportion=False)
    context = context_of()
    reader = Reader.from_installed(["rapidocr"])
    source = source_of(saved(made))
    opened = FORMAT.open(source, type(context)(context.settings, lambda: reader))
    sink = examined(opened)
    assert "horse" in sink.text
    places = sink.places_of("horse")
    opened.write(plan_of(source, ("horse", places)), tmp_path / "copy.pdf")
    copy = source_of((tmp_path / "copy.pdf").read_bytes())
    again = examined(FORMAT.open(copy, type(context)(context.settings, lambda: reader)), again=True)
    assert "horse" not in again.text
    assert "Settings" in again.text
