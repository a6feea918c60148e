"""Wherever a value is in a picture, no copy has it."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from app.places import Unit
from tests.safe_copies.checker import survivors
from tests.safe_copies.pictures_hidden import HIDDEN_IN_PICTURES
from tests.safe_copies.pictures_shown import PICTURES
from tests.safe_copies.place import Place
from tests.safe_copies.redacting import credential, redact_place, unknown_word, without_engine

PLACES = PICTURES | HIDDEN_IN_PICTURES


def left(data: bytes, value: str, place: Place) -> list[str]:
    return survivors(data, value, place.ink(value) if place.ink else None, rows=place.rows)


def test_there_are_many_places() -> None:
    assert len(PLACES) == len(PICTURES) + len(HIDDEN_IN_PICTURES) >= 90


@pytest.mark.parametrize("name", PLACES)
def test_the_value_is_gone(
    name: str, tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No reader finds it: what is hidden goes unasked, what is shown where a person covers it."""
    place, value = PLACES[name], credential(random)
    data = place.build(value)
    assert left(data, value, place), "the checker does not see it in the original"
    without_engine(monkeypatch)
    report = redact_place(place, data, tmp_path, unit=Unit.PIXEL).report
    assert (report.redacted is None) == place.refused, report.error
    if report.redacted is None:
        return
    assert left(report.redacted.path.read_bytes(), value, place) == []


@pytest.mark.parametrize("name", list(HIDDEN_IN_PICTURES)[::3])
def test_a_word_that_no_rule_knows_is_gone(
    name: str, tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, value = PLACES[name], unknown_word(random)
    without_engine(monkeypatch)
    report = redact_place(place, place.build(value), tmp_path, unit=Unit.PIXEL).report
    assert (report.redacted is None) == place.refused, report.error
    if report.redacted is None:
        return
    assert left(report.redacted.path.read_bytes(), value, place) == []


@pytest.mark.parametrize("name", list(PICTURES)[::4])
def test_the_checker_sees_a_value_only_where_it_is(name: str, random: Random) -> None:
    place, value, other = PLACES[name], credential(random), credential(random)
    assert left(place.build(other), value, place) == []
