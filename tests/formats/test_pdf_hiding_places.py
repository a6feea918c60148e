"""Wherever a value hides in a PDF, it is examined or reported, and no copy has it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pymupdf
import pytest
from PIL import Image

from app.formats.pdf.format import FORMAT
from app.places import Location
from ocr.model import Box
from tests.formats.format_contract import canary
from tests.support.documents import CollectingSink, FakeReader, context_of, examined, plan_of, source_of
from tests.support.pdf_carriers import CARRIERS
from tests.support.pdf_residue import residue
from tests.support.pdfs import HIDINGS as SHOWN
from tests.support.pdfs import document as document_of_one_page
from tests.support.pdfs import saved

HIDINGS = {**SHOWN, **CARRIERS}


def reader_of(value: str) -> FakeReader:
    """Reads ``value`` wherever a picture has a line of text, as large as the line."""
    return FakeReader(((value, Box(8, 8, 900, 90)),), when=_has_fine_ink)


def _has_fine_ink(image: Image.Image) -> bool:
    grey = np.asarray(image.convert("L")).astype(int)
    return image.height < 400 and int((np.abs(np.diff(grey, axis=1)) > 100).sum()) > 200


def places(sink: CollectingSink, value: str) -> tuple[Location, ...]:
    half = len(value) // 2
    parts = (value,) if value in sink.text else (value[:half], value[half:])
    return tuple(place for part in parts for place in sink.places_of(part))


@pytest.mark.parametrize("name", HIDINGS)
def test_the_value_is_found_and_no_copy_has_it(name: str, tmp_path: Path) -> None:
    hiding, value = HIDINGS[name], canary()
    source = source_of(hiding.build(value))
    assert residue(source.data, value) or hiding.found == "reader", "the sample does not hold the value"
    document = FORMAT.open(source, context_of(reader_of(value) if hiding.found == "reader" else None))
    sink = examined(document)
    match hiding.found:
        case "wrapped":
            assert value in "".join(sink.text.split())
            assert sink.units[0].sample.soft_breaks
        case "gap":
            assert any("attached" in gap.where for gap in sink.gaps)
        case _:
            assert value in sink.text
            assert not sink.gaps
    plan = plan_of(source, (value, places(sink, value)))
    target = tmp_path / "copy.pdf"
    document.write(plan, target)
    data = target.read_bytes()
    failed = [check for check in document.check(source_of(data), plan) if not check.passed]
    assert not failed
    assert residue(data, value) == []
    copy = FORMAT.open(source_of(data), context_of())
    assert not any(value.encode() in part for part in copy.decoded())
    again = examined(copy, again=True)
    assert value not in "".join(again.text.split())
    assert not again.gaps


@pytest.mark.parametrize("name", [name for name in HIDINGS if HIDINGS[name].found in ("text", "reader")])
def test_what_nobody_found_is_not_handed_on_unseen(name: str, tmp_path: Path) -> None:
    """Without a plan, only what the page shows can be in the copy: hidden places are dropped unasked."""
    visible = {"text", "wrapped", "letterspaced", "letter by letter", "scrambled", "rotated text"}
    visible |= {
        "form object",
        "text box",
        "turned page 90",
        "turned page 180",
        "turned page 270",
        "form field",
    }
    value = canary()
    source = source_of(HIDINGS[name].build(value))
    document = FORMAT.open(source, context_of())
    target = tmp_path / "copy.pdf"
    document.write(plan_of(source), target)
    left = residue(target.read_bytes(), value)
    assert bool(left) == (name in visible), left


@pytest.mark.parametrize("sign", ["%", "%25"])
def test_a_link_may_be_written_in_percent_signs(sign: str, tmp_path: Path) -> None:
    value = canary()
    made = document_of_one_page()
    address = "https://example.com/" + "".join(f"{sign}{ord(char):02X}" for char in value)
    made[0].insert_link({"kind": pymupdf.LINK_URI, "from": pymupdf.Rect(40, 40, 200, 60), "uri": address})
    source = source_of(saved(made))
    document = FORMAT.open(source, context_of())
    (place,) = examined(document).places_of(value)
    document.write(plan_of(source, (value, [place])), tmp_path / "copy.pdf")
    assert not pymupdf.open(tmp_path / "copy.pdf")[0].get_links()
