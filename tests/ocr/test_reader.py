"""One reading of a page out of several engines, and what happens when one of them is not well."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

import ocr
from ocr import reader as reader_module
from ocr.engines import Engine, Seen
from ocr.errors import EngineFailed, EngineMissing, OcrError, PictureTooLarge, ReadingCancelled
from ocr.model import Box, Reading, Word
from ocr.reader import SECOND_SCALE, Reader


@dataclass
class Scripted:
    """An engine that sees what it was told to see, in shares of the picture's width."""

    name: str = "scripted"
    rank: int = 1
    words: tuple[tuple[str, Box, float], ...] = ()
    doubtful: tuple[Box, ...] = ()
    turn: int = 0
    reason: str | None = None
    error: Exception | None = None
    sizes: list[tuple[int, int]] = field(default_factory=list)

    def available(self) -> str | None:
        return self.reason

    def read(self, image: Image.Image, *, cancelled: Callable[[], bool] | None = None) -> Seen:
        self.sizes.append(image.size)
        if self.error is not None:
            raise self.error
        scale = max(image.size) / 100
        words = tuple(
            Word(text, box.scaled(scale), i, sure) for i, (text, box, sure) in enumerate(self.words)
        )
        turn = self.turn if len(self.sizes) == 1 else 0
        return Seen(words, tuple(box.scaled(scale) for box in self.doubtful), turn)


PAGE = Image.new("RGB", (100, 80), "white")
PLACE = Box(10, 10, 60, 20)


def test_every_reading_is_delivered_as_soon_as_it_is_done() -> None:
    first = Scripted("first", words=(("one", PLACE, 0.9),))
    second = Scripted("second", words=(("two", Box(20, 30, 60, 50), 0.9),))
    told: list[tuple[Reading, int]] = []
    page = Reader([first, second]).read(PAGE, on_reading=lambda r: told.append((r, len(second.sizes))))
    assert [(reading.engine, seconds) for reading, seconds in told] == [("first", 0), ("second", 1)]
    assert page.readings == tuple(reading for reading, _ in told)
    assert (page.width, page.height) == PAGE.size


def test_nobody_looks_again_where_nothing_is_in_doubt() -> None:
    second = Scripted("second")
    page = Reader([Scripted("first", words=(("one", PLACE, 0.99),)), second]).read(PAGE)
    assert [reading.engine for reading in page.readings] == ["first"]
    assert second.sizes == []


def test_the_second_look_is_at_the_doubtful_places() -> None:
    sure = ("sure", Box(10, 60, 60, 70), 0.99)
    first = Scripted("first", words=(("unsure", PLACE, 0.6), sure))
    second = Scripted("second")
    page = Reader([first, second]).read(PAGE.resize((800, 640)))
    assert second.sizes[0][1] < 320
    assert [word.text for word in page.readings[1].words] == ["sure"]


def test_a_page_without_a_word_is_looked_at_again_as_a_whole() -> None:
    second = Scripted("second", words=(("two", PLACE, 0.9),))
    page = Reader([Scripted("first"), second]).read(PAGE)
    assert second.sizes == [PAGE.size]
    assert [word.box for word in page.readings[-1].words] == [PLACE]


def test_without_the_second_look_only_the_first_engine_reads() -> None:
    second = Scripted("second")
    page = Reader([Scripted("first"), second]).read(PAGE, second_look=False)
    assert [reading.engine for reading in page.readings] == ["first"]
    assert second.sizes == []


def test_reading_under_another_scale_gives_the_same_places() -> None:
    engine = Scripted(words=(("one", PLACE, 0.9),))
    reader = Reader([engine])
    usual = reader.read(PAGE).readings[0].words[0].box
    again = reader.read_independently(PAGE).readings[0].words[0].box
    assert engine.sizes == [(100, 80), (round(100 * SECOND_SCALE), round(80 * SECOND_SCALE))]
    assert (usual.left, usual.bottom) == pytest.approx((again.left, again.bottom))


@pytest.mark.parametrize(
    ("turn", "want"),
    [(90, Box(80, 10, 90, 60)), (180, Box(40, 60, 90, 70)), (270, Box(10, 40, 20, 90))],
)
def test_a_turned_page_is_read_upright_and_its_places_are_those_of_the_page(turn: int, want: Box) -> None:
    page = Image.new("RGB", (100, 100) if turn != 180 else (100, 80), "white")
    first = Scripted("first", words=(("one", PLACE, 0.99),), turn=turn)
    assert Reader([first]).read(page).readings[0].words[0].box == want
    assert len(first.sizes) == 2
    second = Scripted("second", words=(("one", PLACE, 0.99),))
    readings = Reader([Scripted("first", turn=turn), second]).read(page).readings
    assert readings[-1].words[0].box == want
    assert len(second.sizes) == 1


def test_words_outside_the_page_are_cut_to_it() -> None:
    engine = Scripted(words=(("edge", Box(90, 70, 120, 90), 0.9), ("gone", Box(200, 0, 210, 9), 0.9)))
    words = Reader([engine]).read(PAGE).readings[0].words
    assert [(word.text, word.box) for word in words] == [("edge", Box(90, 70, 100, 80))]


def test_a_place_that_nobody_could_read_is_told() -> None:
    first = Scripted("first", doubtful=(PLACE,), words=(("g?", PLACE, 0.8),))
    page = Reader([first, Scripted("second")]).read(PAGE)
    assert [unread.box for unread in page.unread] == [PLACE]


def test_a_place_that_the_second_engine_reads_is_read() -> None:
    first = Scripted("first", doubtful=(PLACE,))
    second = Scripted("second", words=(("well", PLACE, 0.9),))
    assert Reader([first, second]).read(PAGE).unread == ()


def test_a_place_around_well_read_lines_is_read() -> None:
    first = Scripted(
        "first", words=(("upper", Box(10, 10, 58, 20), 0.9), ("lower", Box(12, 40, 60, 50), 0.9))
    )
    second = Scripted("second", doubtful=(Box(10, 8, 60, 55),))
    assert Reader([first, second]).read(PAGE).unread == ()


def test_a_place_between_well_read_lines_is_not() -> None:
    words = (("upper", Box(10, 10, 60, 20), 0.9), ("lower", Box(10, 30, 60, 40), 0.9))
    page = Reader([Scripted("first", words=words, doubtful=(Box(10, 18, 60, 32),))]).read(PAGE)
    assert len(page.unread) == 1


def test_one_place_is_told_once() -> None:
    near = Box(11, 10, 61, 20)
    page = Reader([Scripted("first", doubtful=(PLACE, near)), Scripted("second", doubtful=(near,))]).read(
        PAGE
    )
    assert len(page.unread) == 1


@pytest.mark.parametrize(
    "error", [EngineFailed("It broke.", "Repair it."), MemoryError(), KeyError("secret-text")]
)
def test_a_second_engine_that_breaks_leaves_the_page_unread_in_part(error: Exception) -> None:
    page = Reader([Scripted("first"), Scripted("second", error=error)]).read(PAGE)
    assert [reading.engine for reading in page.readings] == ["first"]
    assert len(page.unread) == 1
    assert page.unread[0].box == Box(0, 0, 100, 80)
    assert "second" in page.unread[0].why
    assert "secret-text" not in page.unread[0].why


def test_a_first_engine_that_breaks_ends_the_reading_without_quoting_anything() -> None:
    with pytest.raises(EngineFailed) as caught:
        Reader([Scripted("first", error=ValueError("secret-text")), Scripted("second")]).read(PAGE)
    assert "secret-text" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_cancelling_between_engines() -> None:
    second = Scripted("second")
    asked: list[int] = []
    with pytest.raises(ReadingCancelled):
        Reader([Scripted("first"), second]).read(
            PAGE, cancelled=lambda: bool(asked.append(1)) or len(asked) > 1
        )
    assert second.sizes == []


def test_a_picture_above_the_limit_is_refused_before_it_is_converted() -> None:
    engine = Scripted()
    with pytest.raises(PictureTooLarge, match="100 × 80"):
        Reader([engine], most_pixels=7999).first_only().read(PAGE)
    assert engine.sizes == []


def test_enlarging_keeps_to_the_limit() -> None:
    engine = Scripted()
    Reader([engine], most_pixels=8000).read(PAGE, scale=10)
    assert engine.sizes == [(100, 80)]


class TestInstalled:
    def installed(self, monkeypatch: pytest.MonkeyPatch, *engines: Engine) -> None:
        monkeypatch.setattr(reader_module, "discover", lambda: engines)

    def test_all_that_can_run_are_used_in_their_order(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.installed(
            monkeypatch, Scripted("test", -1), Scripted("a", 1), Scripted("b", 2, reason="Absent.")
        )
        assert Reader.from_installed().engines == ("a",)

    def test_preferred_engines_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.installed(monkeypatch, Scripted("test", -1), Scripted("a", 1), Scripted("b", 2))
        assert Reader.from_installed(["b"]).engines == ("b",)
        assert Reader.from_installed(["test"]).engines == ("test",)

    def test_none_that_can_run_is_an_error_with_every_reason(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.installed(
            monkeypatch,
            Scripted("test", -1),
            Scripted("a", 1, reason="Install a."),
            Scripted("b", 2, reason="Install b."),
        )
        with pytest.raises(EngineMissing) as caught:
            Reader.from_installed()
        assert "Install a." in caught.value.next_step
        assert "Install b." in caught.value.next_step

    def test_an_unknown_name_lists_the_known_ones(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.installed(monkeypatch, Scripted("test", -1), Scripted("a", 1))
        with pytest.raises(EngineMissing, match="tesserakt") as caught:
            Reader.from_installed(["tesserakt"])
        assert caught.value.next_step == "Choose one of: a."

    def test_a_reader_needs_an_engine(self) -> None:
        with pytest.raises(ValueError, match="engine"):
            Reader([])


@pytest.mark.parametrize("kind", [OcrError, EngineMissing, EngineFailed, PictureTooLarge, ReadingCancelled])
def test_errors_cross_process_boundaries(kind: type[OcrError]) -> None:
    error = kind("What happened.", "What to do.")
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.message, copy.next_step) == (kind, "What happened.", "What to do.")


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, ocr, ocr.model, ocr.reader, ocr.page_text, ocr.layout, ocr.engines\n"
        "heavy = {'numpy', 'cv2', 'onnxruntime', 'PIL', 'pytesseract', 'zxingcpp', 'rapidocr'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path.cwd(), check=True
    )
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    for name in ocr.__all__:
        assert getattr(ocr, name).__name__ == name
    with pytest.raises(AttributeError):
        ocr.no_such_name  # noqa: B018
