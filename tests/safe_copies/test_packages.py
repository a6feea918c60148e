"""Wherever a value is in an export, a guide, a message, an archive or an Office file, no copy has it."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.safe_copies.archive_places import ARCHIVES
from tests.safe_copies.checker import survivors
from tests.safe_copies.office_places import OFFICE
from tests.safe_copies.place import Place
from tests.safe_copies.redacting import credential, redact_place, unknown_word, without_engine
from tests.safe_copies.text_places import EXPORTS, GUIDES, MAIL

PLACES = EXPORTS | GUIDES | MAIL | ARCHIVES | OFFICE


def left(data: bytes, value: str, place: Place) -> list[str]:
    return survivors(data, value, place.ink(value) if place.ink else None)


def test_there_are_many_places() -> None:
    assert len(PLACES) == sum(map(len, (EXPORTS, GUIDES, MAIL, ARCHIVES, OFFICE))) >= 110


@pytest.mark.parametrize("name", PLACES)
def test_a_credential_is_gone(
    name: str, tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, value = PLACES[name], credential(random)
    data = place.build(value)
    assert left(data, value, place), "the checker does not see it in the original"
    without_engine(monkeypatch)
    report = redact_place(place, data, tmp_path).report
    assert (report.redacted is None) == place.refused, report.error
    if report.redacted is not None:
        assert left(report.redacted.path.read_bytes(), value, place) == []
        assert value not in report.redacted.path.name


@pytest.mark.parametrize("name", [name for name in PLACES if not PLACES[name].shown])
def test_a_hidden_word_that_no_rule_knows_is_gone(
    name: str, tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, value = PLACES[name], unknown_word(random)
    without_engine(monkeypatch)
    report = redact_place(place, place.build(value), tmp_path).report
    assert report.redacted is not None, report.error
    assert left(report.redacted.path.read_bytes(), value, place) == []
