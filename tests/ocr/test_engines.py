"""What every discovered engine must keep to, and what the real ones read."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from ocr import engines
from ocr.engines import Engine, discover
from ocr.engines import tesseract as tesseract_module
from ocr.engines.rapidocr import RapidOcrEngine
from ocr.engines.tesseract import TesseractEngine
from ocr.errors import EngineFailed, OcrError, ReadingCancelled
from ocr.model import Box, union_all
from tests.ocr.drawing import Sheet, token

ALL = discover()
RAPID = RapidOcrEngine()


@pytest.fixture(params=ALL, ids=lambda engine: engine.name)
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    reason = found.available()
    if reason is not None:
        pytest.skip(reason)
    return found


def test_the_engines_of_this_package() -> None:
    assert {engine.name for engine in ALL} >= {"rapidocr", "tesseract", "null"}
    assert [engine.rank for engine in ALL] == sorted(engine.rank for engine in ALL)


def test_discovery_that_finds_nothing_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "__path__", [str(tmp_path)])
    with pytest.raises(OcrError, match="no text recognition engine"):
        discover()


@pytest.mark.ocr
def test_an_empty_picture_has_no_words(engine: Engine) -> None:
    for colour in ("white", "black", "#3a7"):
        seen = engine.read(Image.new("RGB", (200, 120), colour))
        assert (seen.words, seen.doubtful) == ((), ())


@pytest.mark.ocr
@pytest.mark.parametrize("size", [(1, 1), (1, 400), (400, 1), (3, 3)])
def test_the_smallest_pictures_are_read(engine: Engine, size: tuple[int, int]) -> None:
    assert engine.read(Image.new("RGB", size, "white")).words == ()


@pytest.mark.ocr
def test_words_keep_to_the_picture_and_have_sound_edges(engine: Engine, random: Random) -> None:
    sheet = Sheet.blank(420, 120)
    sheet.write(1, 1, f"Settings {token(random, 30)} and more of it, cut here", 18)
    sheet.write(200, 95, "gjpqy at the bottom", 22)
    for word in engine.read(sheet.image).words:
        assert word.box.clipped(420, 120) == word.box
        assert 0 <= word.confidence <= 1
        if word.edges:
            assert list(word.edges) == sorted(word.edges)
            assert word.edges[0] == pytest.approx(word.box.left, abs=1)
            assert word.edges[-1] == pytest.approx(word.box.right, abs=1)


@pytest.mark.ocr
def test_cancelling_stops_an_engine(engine: Engine) -> None:
    if engine.rank < 0:
        pytest.skip("has nothing to stop")
    sheet = Sheet.blank(300, 80)
    sheet.write(10, 10, "Settings")
    with pytest.raises(ReadingCancelled):
        engine.read(sheet.image, cancelled=lambda: True)


@pytest.mark.ocr
@pytest.mark.parametrize("name", ["rapidocr", "tesseract"])
@pytest.mark.parametrize(
    ("ground", "ink", "size"),
    [("white", "black", 16), ("#11151c", "#d6deeb", 16), ("#fafafa", "#9aa3ad", 16), ("white", "black", 32)],
)
def test_boxes_stand_on_the_ink(name: str, ground: str, ink: str, size: int, random: Random) -> None:
    engine = next(engine for engine in ALL if engine.name == name)
    if engine.available() is not None:
        pytest.skip(str(engine.available()))
    sheet = Sheet.blank(900, 200, ground)
    secret = token(random)
    sheet.write(40, 30, "The settings of this page", size, ink)
    want = sheet.write(40, 120, secret, size, ink)
    found = [word for word in engine.read(sheet.image).words if word.box.top > 80]
    place = union_all(word.box for word in found)
    for one, other in zip(
        (place.left, place.top, place.right, place.bottom),
        (want.left, want.top, want.right, want.bottom),
        strict=True,
    ):
        assert abs(one - other) <= 2
    if name == "rapidocr":
        assert len(found) == 1
        assert len(found[0].text) == len(secret)
        true_edges = sheet.words[-1].edges
        off = max(abs(a - b) for a, b in zip(found[0].edges, true_edges, strict=True))
        assert off < 0.5 * want.width / len(secret)


@pytest.mark.ocr
def test_the_embedded_engine_never_imports_the_package_that_downloads() -> None:
    code = (
        "import sys\n"
        "from PIL import Image\n"
        "from ocr.engines.rapidocr import create\n"
        "engine = create()\n"
        "assert engine.available() is None\n"
        "engine.read(Image.effect_noise((200, 100), 90).convert('RGB'))\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('rapidocr', 'requests', 'urllib3')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path.cwd(), check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_missing_model_is_told_with_a_next_step(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = find_spec("rapidocr")
    assert real is not None
    real.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: real if name == "rapidocr" else name)
    reason = RapidOcrEngine().available()
    assert reason is not None
    assert "Reinstall" in reason


@pytest.mark.ocr
def test_a_line_that_stands_upright_is_read_with_its_box(random: Random) -> None:
    sheet = Sheet.blank(500, 60)
    secret = token(random)
    box = sheet.write(20, 20, secret, 18)
    page = Image.new("RGB", (300, 560), "white")
    page.paste(sheet.image.rotate(90, expand=True), (100, 30))
    labels = Sheet(page)
    for top in range(60, 500, 60):
        labels.write(180, top, "horizontal label", 14)
    seen = RAPID.read(page)
    tall = [word for word in seen.words if word.box.height > 2 * word.box.width and len(word.text) > 10]
    assert len(tall) == 1
    want = Box(100 + box.top, 530 - box.right, 100 + box.bottom, 530 - box.left)
    assert want.overlap(tall[0].box.grow(2)) > 0.98
    assert seen.turn == 0


class TestTesseract:
    """The outside program, and what happens when it is not there or misbehaves."""

    def test_without_the_program(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tesseract_module, "_program", lambda: None)
        engine = TesseractEngine()
        assert "Install" in str(engine.available())
        with pytest.raises(EngineFailed, match="gone"):
            engine.read(Image.new("RGB", (50, 50), "white"))

    @pytest.mark.skipif(os.name == "nt", reason="needs a shell script as program")
    @pytest.mark.parametrize(
        ("script", "message"),
        [("exit 3", "failed"), ("kill -9 $$", "failed"), ("sleep 30", "took too long")],
    )
    def test_a_program_that_breaks(
        self, script: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = tmp_path / "tesseract"
        program.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n", encoding="utf-8")
        program.chmod(0o700)
        place = tmp_path / "shm"
        place.mkdir()
        monkeypatch.setattr("ocr.private_folder.root", lambda: place)
        monkeypatch.setattr(tesseract_module, "_program", lambda: str(program))
        monkeypatch.setattr(tesseract_module, "SECONDS", 1)
        with pytest.raises(EngineFailed, match=message):
            TesseractEngine().read(Image.new("RGB", (50, 50), "white"))
        assert list(place.iterdir()) == [], "no picture is left behind"

    @pytest.mark.skipif(os.name == "nt", reason="needs a shell script as program")
    @pytest.mark.parametrize("script", ["echo deu", "exit 1", "kill -9 $$"])
    def test_without_english_data(self, script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        program = tmp_path / "tesseract"
        program.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n", encoding="utf-8")
        program.chmod(0o700)
        monkeypatch.setattr(tesseract_module, "_program", lambda: str(program))
        assert "English" in str(TesseractEngine().available())

    @pytest.mark.skipif(os.name == "nt", reason="needs a shell script as program")
    def test_the_picture_stands_in_a_private_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = tmp_path / "tesseract"
        program.write_text(
            f'#!/bin/sh\nPATH=/usr/bin:/bin\nstat -c %a "$(dirname "$1")" > {tmp_path}/mode\n'
            f'echo "$OMP_THREAD_LIMIT" > {tmp_path}/threads\nexit 1\n',
            encoding="utf-8",
        )
        program.chmod(0o700)
        monkeypatch.setattr(tesseract_module, "_program", lambda: str(program))
        with pytest.raises(EngineFailed):
            TesseractEngine().read(Image.new("RGB", (50, 50), "white"))
        assert (tmp_path / "mode").read_text().strip() == "700"
        assert (tmp_path / "threads").read_text().strip() == "1"
