"""Every hiding place a picture has: found in the input where it can be, never in the copy."""

from __future__ import annotations

import secrets
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.formats.image.format import FORMAT
from app.model import Source
from app.places import PageArea
from tests.support.documents import FakeReader, context_of, examined, plan_of, source_of
from tests.support.pictures import HIDINGS, PLACE, Hiding


def value() -> str:
    return "Qx" + secrets.token_hex(9)


def copy_of(source: Source, hiding: Hiding, tmp_path: Path) -> Source:
    plan = plan_of(source, ("", [PageArea(page, (PLACE,)) for page in hiding.pages]))
    document = FORMAT.open(source, context_of())
    target = tmp_path / "copy"
    document.write(plan, target)
    copy = source_of(target.read_bytes())
    failed = [check for check in document.check(copy, plan) if not check.passed]
    assert not failed
    return copy


@pytest.mark.parametrize("name", HIDINGS)
def test_copies_of_two_inputs_with_different_secrets_are_equal(name: str, tmp_path: Path) -> None:
    """Nothing that was hidden has any influence on a byte of the copy."""
    hiding = HIDINGS[name]
    values = value(), value()
    inputs = [source_of(hiding.build(v)) for v in values]
    assert inputs[0].data != inputs[1].data
    first, second = (copy_of(source, hiding, tmp_path) for source in inputs)
    assert first.data == second.data
    assert not any(v.encode() in first.data for v in values)


@pytest.mark.parametrize("name", HIDINGS)
def test_the_copy_holds_no_text_and_nothing_unexplained(name: str, tmp_path: Path) -> None:
    hiding = HIDINGS[name]
    copy = copy_of(source_of(hiding.build(value())), hiding, tmp_path)
    document = FORMAT.open(copy, context_of())
    assert document.decoded() == []
    sink = examined(document, again=True)
    assert sink.units == []
    assert sink.gaps == []


@pytest.mark.parametrize("name", [name for name, hiding in HIDINGS.items() if hiding.found == "text"])
def test_text_outside_the_pixels_is_found(name: str) -> None:
    hidden = value()
    sink = examined(FORMAT.open(source_of(HIDINGS[name].build(hidden)), context_of()))
    assert hidden in sink.text
    assert any(hidden in repr(place) for place in sink.places_of(hidden)) is False
    assert sink.places_of(hidden)


@pytest.mark.parametrize("name", [name for name, hiding in HIDINGS.items() if hiding.found == "pixels"])
def test_the_reader_is_shown_hidden_pixels(name: str) -> None:
    hiding, hidden = HIDINGS[name], value()
    reader = FakeReader(((hidden, PLACE),))
    sink = examined(FORMAT.open(source_of(hiding.build(hidden)), context_of(reader)))
    assert hidden in sink.text
    pages = {place.page for place in sink.places_of(hidden) if isinstance(place, PageArea)}
    assert pages.issuperset(hiding.pages)


def test_leftovers_of_an_earlier_version_make_the_result_incomplete() -> None:
    source = source_of(HIDINGS["png over a longer png"].build(value()))
    gaps = examined(FORMAT.open(source, context_of())).gaps
    assert [gap.where for gap in gaps] == ["bytes after the end"]
    assert "earlier version" in gaps[0].why


def test_faint_text_is_gone_from_the_copy(tmp_path: Path) -> None:
    hiding = HIDINGS["png low contrast"]
    source = source_of(hiding.build(value()))
    before = np.asarray(Image.open(BytesIO(source.data)).convert("RGB"))
    assert len(np.unique(before[48:64, 32:208].reshape(-1, 3), axis=0)) > 1
    copy = copy_of(source, hiding, tmp_path)
    after = np.asarray(Image.open(BytesIO(copy.data)))
    assert len(np.unique(after[48:64, 32:208].reshape(-1, 3), axis=0)) == 1
