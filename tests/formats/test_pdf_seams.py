"""What a page break divides is found whole and located on both pages."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pymupdf
import pytest

from app.formats.pdf.format import FORMAT
from app.places import PageArea
from detectors.engine import default_detector
from detectors.model import Confidence
from detectors.samples import generate
from tests.support.credentials import PASSWORD
from tests.support.documents import context_of, examined, source_of
from tests.support.pdfs import saved

LAST_ROW, FIRST_ROW, HIGH = 780, 60, 12


def printed(before: Sequence[str], after: Sequence[str], running: bool = False) -> bytes:
    """Rows at the foot of the first page and at the head of the second, in type of one width."""
    made = pymupdf.open()
    for number, rows in enumerate((before, after), 1):
        page = made.new_page()
        top = LAST_ROW - HIGH * (len(rows) - 1) if number == 1 else FIRST_ROW
        for k, row in enumerate(rows):
            page.insert_text((60, top + HIGH * k), row, fontname="cour", fontsize=9)
        if running:
            page.insert_text((60, 30), "Runbook", fontname="cour", fontsize=9)
            page.insert_text((60, 820), f"Page {number} of 2", fontname="cour", fontsize=9)
    return saved(made)


def found(data: bytes, seam_only: bool = True) -> list[tuple[str, list[PageArea]]]:
    """Values at medium or more, white space removed, and where they stand."""
    result = []
    for unit in examined(FORMAT.open(source_of(data), context_of())).units:
        if seam_only and not unit.title.startswith("pages "):
            continue
        for match in default_detector().scan(unit.sample).matches:
            if match.confidence >= Confidence.MEDIUM:
                value = "".join(unit.sample.text[match.start : match.end].split())
                result.append((value, list(unit.places.locate(match.start, match.end))))
    return result


@pytest.mark.parametrize("running", [False, True])
def test_a_private_key_on_two_pages(running: bool, random: Random) -> None:
    body = [generate("[A-Za-z0-9+/]{64}", random) for _ in range(25)]
    marks = [f"-----{word} RSA PRIVATE KEY-----" for word in ("BEGIN", "END")]
    data = printed(["$ cat deploy.key", marks[0], *body[:10]], [*body[10:], marks[1], "$ ls"], running)
    ((value, (first, second)),) = found(data)
    assert value == "".join("".join([marks[0], *body, marks[1]]).split())
    assert (first.page, len(first.boxes)) == (1, 11)
    assert (second.page, len(second.boxes)) == (2, 16)
    rows = pymupdf.open(stream=data)[1].get_text("words", clip=(0, 40, 600, 800))
    for word in rows[:-2]:
        middle = (word[1] + word[3]) / 2
        assert any(
            b.left <= word[0] and b.right >= word[2] and b.top < middle < b.bottom for b in second.boxes
        )
    assert not any(b.top < rows[-1][1] < b.bottom - 1 for b in second.boxes), "the next command stays"


def test_a_token_that_wraps_over_the_break(random: Random) -> None:
    token = f"sk-ant-api03-{generate('[A-Za-z0-9]{93}', random)}AA"
    matches = found(printed(["API token", token[:60]], [token[60:], "Trace id: 123"]))
    assert [value for value, _ in matches] == [token]
    assert [place.page for place in matches[0][1]] == [1, 2]


@pytest.mark.parametrize("running", [False, True])
def test_a_label_at_the_foot_and_its_value_at_the_head(running: bool, random: Random) -> None:
    password = generate(PASSWORD, random)
    ((value, (place,)),) = found(printed(["Mailer", "Password"], [password, "Port"], running))
    assert value == password
    assert (place.page, place.boxes[0].top < FIRST_ROW < place.boxes[0].bottom) == (2, True)


def test_pages_of_plain_text_have_no_findings() -> None:
    data = printed(["Reset your password", "Password"], ["Chapter 2", "Choose one that nobody knows."])
    assert found(data, seam_only=False) == []


def test_a_page_without_text_ends_the_piece() -> None:
    made = pymupdf.open(stream=printed(["Password"], ["next"]))
    made.new_page(1)
    units = examined(FORMAT.open(source_of(saved(made)), context_of())).units
    assert not any(unit.title.startswith("pages ") for unit in units)
