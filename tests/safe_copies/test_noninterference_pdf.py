"""Two PDFs that differ in nothing but what is covered or hidden have the same copy, byte by byte."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.options import Settings
from tests.safe_copies.place import Place
from tests.safe_copies.redacting import credential, redact_place, without_engine
from tests.safe_copies.test_pdf import PLACES

SHOWN = [name for name, place in PLACES.items() if place.shown]
HIDDEN = [name for name, place in PLACES.items() if not place.shown and not place.refused]
STYLES: dict[str, dict[str, Any]] = {
    "in pictures": {"pdf_pages": "picture"},
    "background": {"cover": "background"},
    "labels": {"cover_labels": True},
    "labels on background in pictures": {"cover": "background", "cover_labels": True, "pdf_pages": "picture"},
    "lengths shown": {"hide_length": False},
}


def permuted(value: str, random: Random) -> str:
    """The same letters in another order between the same ends, so that it reaches as far."""
    letters = list(value[4:-1])
    random.shuffle(letters)
    return value[:4] + "".join(letters) + value[-1]


def both(place: Place, folder: Path, random: Random, **settings: Any) -> list[bytes]:
    value = credential(random)
    made = []
    for number, one in enumerate((value, permuted(value, random))):
        below = folder / str(number)
        below.mkdir()
        report = redact_place(place, place.build(one), below, settings=Settings(**settings)).report
        assert report.redacted is not None, report.error
        made.append(report.redacted.path.read_bytes())
    return made


@pytest.mark.parametrize("name", SHOWN[::3])
def test_what_is_covered_has_no_say(
    name: str, tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_engine(monkeypatch)
    first, second = both(PLACES[name], tmp_path, random)
    assert first == second


@pytest.mark.parametrize("name", HIDDEN[::12])
def test_what_is_hidden_has_no_say(
    name: str, tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_engine(monkeypatch)
    first, second = both(PLACES[name], tmp_path, random)
    assert first == second


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ["text", "lossy picture"])
def test_nor_in_any_style(
    name: str, style: str, tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_engine(monkeypatch)
    first, second = both(PLACES[name], tmp_path, random, **STYLES[style])
    assert first == second
