"""Texts that were broken at a column: values that go on in the next line."""

from __future__ import annotations

import random

import pytest

from app.formats.text.wrapping import soft_breaks
from detectors.engine import default_detector
from detectors.model import Sample
from detectors.samples import generate

WIDTH = 60


def wrapped(text: str) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        lines += [line[at : at + WIDTH] for at in range(0, max(1, len(line)), WIDTH)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("before", [24, 31, 38])
def test_a_token_that_goes_on_in_the_next_line_is_found_whole(before: int) -> None:
    token = generate("ghp_[A-Za-z0-9]{36}", random.Random(before))
    line = f"{'request of the importer sent with token'[:before]} {token} to the service"
    text = wrapped(f"10:00:01 start\n{line}\n10:00:02 done\n")
    breaks = soft_breaks(text)
    assert breaks
    found = [
        text[match.start : match.end].replace("\n", "")
        for match in default_detector().scan(Sample(text, soft_breaks=breaks)).matches
    ]
    assert token in found


def test_ordinary_line_ends_break_nothing() -> None:
    ids = random.Random(1)
    log = "".join(
        f"2026-11-24 10:00:{second:02} INFO order {ids.randrange(16**12):012x} kept in orders_archive\n"
        f"2026-11-24 10:00:{second:02} INFO checksum {ids.randrange(16**40):040x}\n"
        for second in range(60)
    )
    assert not soft_breaks(log)
    prose = "Sharing a screenshot is quick, and what stands in its corner\nnobody reads before it is sent.\n"
    assert not soft_breaks(prose)
    longer = f"{'a line that is longer than the others ' * 3}\nshort {'f00d' * 12}\nbead{'cafe' * 4}\n"
    assert not soft_breaks(longer)
