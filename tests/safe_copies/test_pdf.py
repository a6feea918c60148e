"""Wherever a value is in a PDF, no copy has it, and nothing of it: found or not."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import numpy as np
import pytest

from tests.safe_copies.checker import rendered, survivors
from tests.safe_copies.ink import correlation
from tests.safe_copies.pdf_document import ATTACHED, BYTES, DOCUMENT
from tests.safe_copies.pdf_hidden import HIDDEN_TEXT
from tests.safe_copies.pdf_notes import NOTES
from tests.safe_copies.pdf_pictures import HIDDEN_PICTURES, SHOWN_PICTURES
from tests.safe_copies.pdf_shown import SHOWN_PIXELS, SHOWN_TEXT
from tests.safe_copies.place import SHOWN_AREA, Place
from tests.safe_copies.redacting import cases, credential, redact_place, unknown_word, without_engine

PLACES = {
    **SHOWN_TEXT,
    **SHOWN_PIXELS,
    **SHOWN_PICTURES,
    **HIDDEN_TEXT,
    **HIDDEN_PICTURES,
    **NOTES,
    **DOCUMENT,
    **ATTACHED,
    **BYTES,
}
FOUND = [
    *(name for name, place in PLACES.items() if place.shown),
    *ATTACHED,
    *BYTES,
    *[name for part in (HIDDEN_TEXT, HIDDEN_PICTURES, NOTES, DOCUMENT) for name in part][::6],
]
"""Where detectors have a say; all places are tried with words that no rule knows."""


def left(data: bytes, value: str, place: Place, password: str = "") -> list[str]:
    ink = place.ink(value) if place.ink else None
    return survivors(data, value, ink, place.area or SHOWN_AREA, password, place.rows)


def test_there_are_many_places() -> None:
    parts = (
        SHOWN_TEXT,
        SHOWN_PIXELS,
        SHOWN_PICTURES,
        HIDDEN_TEXT,
        HIDDEN_PICTURES,
        NOTES,
        DOCUMENT,
        ATTACHED,
        BYTES,
    )
    assert len(PLACES) == sum(map(len, parts)) >= 290


@pytest.mark.parametrize("name", list(dict.fromkeys(FOUND)))
def test_a_credential_is_gone(
    name: str, tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, value = PLACES[name], credential(random)
    data = place.build(value)
    if place.program and shutil.which(place.program) is None:
        pytest.skip(f"only {place.program} reads it in the original")
    assert left(data, value, place, place.password), "the checker does not see it in the original"
    without_engine(monkeypatch)
    report = redact_place(place, data, tmp_path).report
    assert (report.redacted is None) == place.refused, report.error
    if report.redacted is None:
        assert list(tmp_path.iterdir()) == [tmp_path / "original.pdf"]
        return
    assert left(report.redacted.path.read_bytes(), value, place) == []


@pytest.mark.parametrize("name", cases(PLACES, {}))
def test_a_word_that_no_rule_knows_is_gone(
    name: str, tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hidden: unasked. Shown: where a person covers it, or named it as a word to hide."""
    place, value = PLACES[name], unknown_word(random)
    without_engine(monkeypatch)
    named = (value,) if place.shown and place.area is None else ()
    data = place.build(value)
    if place.program and shutil.which(place.program) is None:
        pytest.skip(f"only {place.program} reads it in the original")
    assert left(data, value, place, place.password), "the checker does not see it in the original"
    report = redact_place(place, data, tmp_path, words=named).report
    if place.refused:
        assert report.redacted is None
        return
    assert report.redacted is not None, report.error
    assert left(report.redacted.path.read_bytes(), value, place) == []


@pytest.mark.parametrize("name", ["text", "picture", "title", "XFA", "earlier revision"])
def test_what_is_no_secret_stays(
    name: str, tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, value = PLACES[name], credential(random)
    data = place.build(value)
    without_engine(monkeypatch)
    report = redact_place(place, data, tmp_path).report
    assert report.redacted is not None

    heading = SHOWN_AREA.moved(0, -40)
    before, after = (
        np.asarray(next(rendered(part, heading)).convert("L")).astype(float)
        for part in (data, report.redacted.path.read_bytes())
    )
    assert correlation(after, before[4:-4, 4:-4]) > 0.9


@pytest.mark.parametrize(
    "name", ["picture", "lossy picture", "letters of boxes", "text that lies about its letters", "text"]
)
def test_the_checker_sees_a_value_only_where_it_is(name: str, random: Random) -> None:
    place, value, other = PLACES[name], credential(random), credential(random)
    assert left(place.build(other), value, place) == []
