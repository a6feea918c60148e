"""Covers of every style: equal whatever they hide, as wide as tells little, never over what is harmless."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pymupdf
import pytest
from PIL import Image, ImageDraw

from app.formats import Document, recognise
from app.formats.cover_labels import label_of, label_spans, shorter
from app.formats.covers import BLACK, Cover, ink_on, paint, widened
from app.messages import Input, RedactTask, VerifyAgainTask
from app.model import CoverStyle, Hidden, PlanItem, RedactionPlan, RunKey, RunLabels, ScanReport, Source
from app.options import Settings
from app.pipeline import run_task
from app.places import PageArea, Unit
from app.samples import settings_page
from ocr.model import Box
from tests.support.documents import context_of, source_of
from tests.support.pictures import encoded

STYLES = [
    CoverStyle(colour, labels, hide_length)
    for colour, labels, hide_length in itertools.product(
        ("black", "background"), (False, True), (False, True)
    )
]
LOOKS = len(STYLES) - 1
"""On even ground, how wide a cover without label in its colour is cannot be seen."""

SCALES = (1.0, 1.5, 2.0, 3.0)
GROUND = (236, 240, 247)
PALETTE = Image.new("P", (1, 1))
PALETTE.putpalette([*GROUND, *(level for grey in range(0, 256, 5) for level in (grey, grey, grey))])
KINDS: dict[str, Callable[[Image.Image], bytes]] = {
    "png": lambda picture: encoded(picture, "PNG"),
    "jpeg": lambda picture: encoded(picture, "JPEG", quality=80),
    "webp": lambda picture: encoded(picture, "WEBP", lossless=True),
    # one palette for all, or what stands inside the boxes would choose the colours outside them
    "gif": lambda picture: encoded(picture.quantize(palette=PALETTE, dither=Image.Dither.NONE), "GIF"),
    "tiff": lambda picture: encoded(picture, "TIFF"),
    "bmp": lambda picture: encoded(picture, "BMP"),
}
SHORT, LONG = Box(70, 20, 118, 34), Box(70, 52, 196, 66)
"""A value that could be guessed, with ground behind it; one that could not, with a word behind it."""


def screen(first: str, second: str, scale: float) -> Image.Image:
    """Two labelled fields on a light ground; ink of the values stays inside their boxes."""
    picture = Image.new("RGB", (round(240 * scale), round(90 * scale)), GROUND)
    draw = ImageDraw.Draw(picture)
    for y, name in ((22, "Password"), (54, "API key")):
        draw.text((8 * scale, y * scale), name, (40, 40, 48), font_size=10 * scale)
    draw.text((204 * scale, 54 * scale), "Copy", (20, 110, 60), font_size=10 * scale)
    for box, value in ((SHORT, first), (LONG, second)):
        left, top, right, bottom = (round(edge) for edge in _edges(box.scaled(scale)))
        part = Image.new("RGB", (right - left, bottom - top), GROUND)
        ImageDraw.Draw(part).text((2, 1), value, (0, 0, 0), font_size=10 * scale)
        picture.paste(part, (left, top))
    return picture


def _edges(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom


def values(random: Random) -> tuple[str, str]:
    return tuple(  # type: ignore[return-value]
        "".join(random.choices("abcdefghkmnpqrstuvwxyzABCDEFGH23456789", k=length)) for length in (6, 17)
    )


def plan_for(
    source: Source, style: CoverStyle, scale: float, unit: Unit = Unit.PIXEL, *texts: str
) -> RedactionPlan:
    known = [Hidden(text) for text in texts] or [None, None]
    items = tuple(
        PlanItem(placeholder, (PageArea(1, (box.scaled(scale),), unit),), value, True, None, guessable)
        for placeholder, box, value, guessable in (
            ("REDACTED_PASSWORD_1", SHORT, known[0], True),
            ("REDACTED_STRIPE_SECRET_KEY_1", LONG, known[1], False),
        )
    )
    return RedactionPlan(source.sha256, items, style=style)


def opened(data: bytes) -> tuple[Source, Document]:
    source = source_of(data)
    return source, recognise(source).open(source, context_of())


def copy_of(data: bytes, plan: Callable[[Source], RedactionPlan], folder: Path, known: bytes = b"") -> bytes:
    """The copy, which has passed the checks of its format unless it is the one that is ``known``."""
    source, document = opened(data)
    written = folder / "copy"
    wanted = plan(source)
    document.write(wanted, written)
    copy = source_of(written.read_bytes())
    if copy.data == known:
        return known
    failed = [check for check in document.check(copy, wanted) if not check.passed]
    assert not failed, failed
    document.close()
    return copy.data


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("kind", KINDS)
def test_pictures_that_differ_under_the_covers_only_have_equal_copies(
    kind: str, scale: float, tmp_path: Path, random: Random
) -> None:
    inputs = [KINDS[kind](screen(*values(random), scale)) for _ in range(2)]
    assert inputs[0] != inputs[1]
    looks = set()
    for style in STYLES:
        copies = [b""]
        for data in inputs:
            plan = lambda s, y=style: plan_for(s, y, scale)  # noqa: E731
            copies.append(copy_of(data, plan, tmp_path, copies[-1]))
        assert copies[1] == copies[2], style
        looks.add(copies[1])
    assert len(looks) >= LOOKS


def page_of(first: str, second: str, scale: float) -> bytes:
    made = pymupdf.open()
    page = made.new_page(width=240 * scale, height=90 * scale)
    size = 10 * scale
    for box, name, value in ((SHORT, "Password", first), (LONG, "API key", second)):
        base = box.scaled(scale).bottom - 4 * scale
        page.insert_text((8 * scale, base), name, fontsize=size)
        page.insert_text((72 * scale, base), value, fontname="cour", fontsize=size * 0.9)
    page.insert_text((204 * scale, LONG.scaled(scale).bottom - 4 * scale), "Copy", fontsize=size)
    data: bytes = made.tobytes()
    made.close()
    return data


@pytest.mark.parametrize("pages", ["text", "picture"])
@pytest.mark.parametrize("scale", SCALES)
def test_pages_that_differ_under_the_covers_only_have_equal_copies(
    scale: float, pages: str, tmp_path: Path, random: Random
) -> None:
    texts = [values(random) for _ in range(2)]
    inputs = [page_of(*pair, scale) for pair in texts]
    looks = set()
    for style in STYLES:
        wanted = CoverStyle(style.colour, style.labels, style.hide_length, pages)
        copies = [b""]
        for data, pair in zip(inputs, texts, strict=True):
            plan = lambda s, w=wanted, p=pair: plan_for(s, w, scale, Unit.POINT, *p)  # noqa: E731
            copies.append(copy_of(data, plan, tmp_path, copies[-1]))
        assert copies[1] == copies[2], wanted
        looks.add(copies[1])
    assert len(looks) >= LOOKS


def test_the_preview_is_what_the_copy_will_be(tmp_path: Path, random: Random) -> None:
    data = KINDS["png"](screen(*values(random), 2))
    source, document = opened(data)
    plan = plan_for(source, CoverStyle("background", labels=True), 2)
    shown: Any = document.preview(1, plan)
    copy = copy_of(data, lambda _: plan, tmp_path)
    written: Any = opened(copy)[1].preview(1)
    assert shown.rgb == written.rgb


# --- widths ---------------------------------------------------------------------------------------


def covered_columns(length: int, style: CoverStyle, tmp_path: Path, *, border: int | None = None) -> int:
    """Right end of the black cover over a value of some pixels' length on free ground."""
    picture = Image.new("RGB", (600, 60), GROUND)
    if border is not None:
        ImageDraw.Draw(picture).line((border, 0, border, 59), (90, 90, 90))
    data = encoded(picture, "PNG")
    box = Box(40, 20, 40 + length, 36)
    plan = lambda s: RedactionPlan(  # noqa: E731
        s.sha256, (PlanItem("REDACTED_NAME_1", (PageArea(1, (box,)),), guessable=True),), style=style
    )
    after = np.asarray(Image.open(_file(copy_of(data, plan, tmp_path), tmp_path)).convert("RGB"))
    return int((after[28].max(axis=1) == 0).nonzero()[0].max()) + 1


def _file(data: bytes, folder: Path) -> Path:
    path = folder / "shown.png"
    path.write_bytes(data)
    return path


def test_the_width_does_not_tell_the_length(tmp_path: Path) -> None:
    hidden = {covered_columns(length, CoverStyle(), tmp_path) for length in range(30, 120, 9)}
    told = {covered_columns(length, CoverStyle(hide_length=False), tmp_path) for length in range(30, 120, 9)}
    assert len(told) == 10
    assert len(hidden) == 1


def test_a_field_ends_the_cover(tmp_path: Path) -> None:
    for length in (30, 60, 90):
        assert covered_columns(length, CoverStyle(), tmp_path, border=140) == 138


@pytest.mark.parametrize("scale", SCALES)
def test_nothing_but_ground_is_covered_beside_the_box(scale: float, tmp_path: Path) -> None:
    """What is drawn around the values looks the same in copies with wide covers and with narrow ones."""
    picture = screen("", "", scale)
    before = np.asarray(picture).astype(int)
    ink = np.abs(before - GROUND).max(axis=2) > 0
    for style in (CoverStyle(), CoverStyle("background", labels=True)):
        data = copy_of(KINDS["png"](picture), lambda s, y=style: plan_for(s, y, scale), tmp_path)  # type: ignore[misc]
        after = np.asarray(Image.open(_file(data, tmp_path)).convert("RGB")).astype(int)
        assert np.abs(after - before)[ink].max() <= 6


def test_a_cover_does_not_grow_over_what_it_may_not_look_at() -> None:
    """Pixels that depend on another secret neither stop nor lead a cover."""
    ends = set()
    for inside in (0, 120, 255):
        pixels = np.full((40, 400, 3), 250, dtype=np.uint8)
        pixels[:, 200:260] = inside
        closed = np.zeros((40, 400), dtype=np.bool_)
        closed[:, 200:260] = True
        rect = (20, 10, 60, 26)
        ends.add(widened(Cover(rect, rect, guessable=True), pixels, closed).rect)
    assert len(ends) == 1


# --- colours and labels ---------------------------------------------------------------------------


def painted(ground: np.ndarray, style: CoverStyle, label: str = "", width: int = 160) -> np.ndarray:
    pixels = ground.copy()
    rect = (30, 20, 30 + width, 44)
    covered = np.zeros(pixels.shape[:2], dtype=np.bool_)
    covered[rect[1] : rect[3], rect[0] : rect[2]] = True
    paint(pixels, [Cover(rect, rect, label)], covered, covered, style)
    return pixels[rect[1] : rect[3], rect[0] : rect[2]]


def test_background_covers_have_the_colour_of_the_ground_and_black_on_uneven_ground() -> None:
    even = np.full((70, 260, 3), (20, 60, 90), dtype=np.uint8)
    style = CoverStyle("background")
    assert (painted(even, style) == (20, 60, 90)).all()
    even[:14] = 255  # another field above
    assert (painted(even, style) == (20, 60, 90)).all()
    photo = np.random.default_rng(1).integers(0, 255, even.shape, dtype=np.uint8)
    assert (painted(photo, style) == 0).all()
    slope = np.repeat(np.arange(0, 260, dtype=np.uint8)[None, :, None] % 255, 70, axis=0).repeat(3, axis=2)
    assert (painted(slope, style) == 0).all()


def test_labels_are_cut_to_what_fits() -> None:
    ground = np.full((70, 300, 3), 255, dtype=np.uint8)
    style = CoverStyle(labels=True)
    inked = [
        int(painted(ground, style, "STRIPE SECRET KEY 1", width).any(axis=(0, 2)).sum())
        for width in (240, 90, 30, 12)
    ]
    assert inked == sorted(inked, reverse=True)
    assert inked[0] > inked[1] > inked[2] > 0
    assert inked[3] == 0
    assert shorter("STRIPE SECRET KEY 1") == ("STRIPE SECRET KEY 1", "KEY 1", "1")
    assert label_of("REDACTED_STRIPE_SECRET_KEY_1") == "STRIPE SECRET KEY 1"


@pytest.mark.parametrize("fill", [BLACK, (255, 255, 255), (20, 60, 90), (200, 30, 30), (120, 120, 120)])
def test_labels_are_easily_read(fill: tuple[int, int, int]) -> None:
    def light(colour: tuple[int, int, int]) -> float:
        shares = [(v / 255 / 12.92 if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4) for v in colour]
        return 0.2126 * shares[0] + 0.7152 * shares[1] + 0.0722 * shares[2]

    bright, dark = sorted((light(fill), light(ink_on(fill))), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 4.0


def test_what_covers_say_is_known_again() -> None:
    labels = frozenset({"STRIPE_SECRET_KEY", "PASSWORD", "API_KEY"})

    def said(text: str) -> list[str]:
        return [text[start:end] for start, end in label_spans(text, labels)]

    assert said("password: PASSWORD 1") == ["PASSWORD 1"]
    assert said("STRIPESECRET KEY 12 Copy") == ["STRIPESECRET KEY 12"]
    assert said("TOTAL API KEY 3") == ["API KEY 3"]
    assert said("PASSW0RD l") == ["PASSW0RD l"]
    assert said("password 1, Password1, PASSWORD, API KEY, hunter2, VERSION 1") == []


@pytest.mark.parametrize("kind", ["png", "gif", "jpeg"])
def test_another_colour_or_label_than_the_plan_wants_is_noticed(
    kind: str, tmp_path: Path, random: Random
) -> None:
    data = KINDS[kind](screen(*values(random), 2))
    source, document = opened(data)
    wanted = plan_for(source, CoverStyle("background", labels=True), 2)
    for style in (CoverStyle("black", labels=True), CoverStyle("background")):
        document.write(plan_for(source, style, 2), tmp_path / "copy")
        checks = document.check(source_of((tmp_path / "copy").read_bytes()), wanted)
        assert not all(check.passed for check in checks), style


@pytest.mark.parametrize("pages", ["text", "picture"])
def test_another_colour_or_label_in_a_pdf_is_noticed(pages: str, tmp_path: Path, random: Random) -> None:
    texts = values(random)
    source, document = opened(page_of(*texts, 1))
    wanted = plan_for(source, CoverStyle("background", True, True, pages), 1, Unit.POINT, *texts)
    for style, failing in (
        (CoverStyle("black", True, True, pages), "Covers are flat"),
        (CoverStyle("background", False, True, pages), "Pictures are the covered pages"),
    ):
        document.write(plan_for(source, style, 1, Unit.POINT, *texts), tmp_path / "copy")
        checks = document.check(source_of((tmp_path / "copy").read_bytes()), wanted)
        assert failing in [check.name for check in checks if not check.passed]


class Deaf:
    def progress(self, fraction: float, note: str) -> None: ...

    def found(self, findings: object) -> None: ...

    def page(self, page: int, preview: object, *, redacted: bool) -> None: ...


@pytest.mark.parametrize("colour", ["black", "background"])
def test_labels_are_no_findings_when_the_copy_is_read(colour: str, tmp_path: Path, random: Random) -> None:
    """Neither when it is written nor when it is verified again, without its plan."""
    shot = tmp_path / "shot.png"
    settings_page(random).save(shot)
    settings = Settings(cover=colour, cover_labels=True)

    def run(task: RedactTask | VerifyAgainTask) -> ScanReport:
        return run_task(task, settings, RunKey(b"k" * 32), RunLabels(), Deaf()).report

    copy = tmp_path / "out" / "shot.redacted.png"
    report = run(RedactTask(Input(shot, Path(shot.name)), copy))
    assert report.error is None
    assert not [found for found in report.findings if "second reading" in found.evidence]
    again = run(VerifyAgainTask(Input(copy, Path(copy.name))))
    assert (again.error, again.findings) == (None, ())
    shown = np.asarray(Image.open(copy).convert("RGB"))
    if colour == "black":
        assert (shown.max(axis=2) == 0).any()
    else:
        assert not (shown.max(axis=2) == 0).any()
