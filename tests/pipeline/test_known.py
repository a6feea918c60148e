"""What one reading gives away for others, and when an earlier look at a text is enough."""

from __future__ import annotations

import base64
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

from app import pipeline
from app.known import is_enough
from app.messages import Input, RedactTask, ScanTask
from app.model import RunKey, RunLabels, Scan
from app.options import Settings
from app.pipeline import run_task
from app.places import InMember, TextSpan
from app.policy import Policy
from detectors.known_values import KnownValue
from detectors.model import Confidence
from detectors.samples import generate
from tests.pipeline.test_pipeline import Heard
from tests.support.documents import FakeReader
from tests.support.pictures import PLACE, drawn, encoded


def scanned(source: Path, task: ScanTask | RedactTask) -> Scan:
    return run_task(task, Settings(), RunKey(b"k" * 32), RunLabels(), Heard())


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    told: list[bool] = []

    def watched(*given: object) -> bool:
        told.append(is_enough(*given))  # type: ignore[arg-type]
        return told[-1]

    monkeypatch.setattr(pipeline, "is_enough", watched)
    return told


def test_what_is_found_stays_the_same(tmp_path: Path, random: Random, looks: list[bool]) -> None:
    own, other, foreign = (generate("[A-Za-z0-9]{24}", random) for _ in range(3))
    source = tmp_path / "a.txt"
    source.write_text(f"password: {own}\nplain {other} plain\n")
    asked = Input(source, Path("a.txt"))
    first = scanned(source, ScanTask(asked))

    def redacted(name: str, *known: str) -> tuple[str, Scan]:
        policy = Policy(known=tuple(KnownValue("labelled-password", one, Confidence.HIGH) for one in known))
        target = tmp_path / "out" / name
        scan = scanned(source, RedactTask(asked, target, policy=policy, examined=first))
        assert scan.report.redacted is not None, scan.report.error
        return target.read_text(), scan

    text, scan = redacted("1.txt", own, foreign)
    assert own not in text
    assert other in text
    assert scan.report.findings == first.report.findings
    text, scan = redacted("2.txt", other)
    assert own not in text
    assert other not in text
    assert len(scan.report.findings) == 2
    source.write_text(f"password: {own}\nsecret: {foreign}\n")
    text, _ = redacted("3.txt", own)
    assert foreign not in text
    assert looks == [True, False]


def test_a_value_that_a_page_tells_is_covered_in_its_own_picture(
    tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = generate("[A-Za-z0-9]{24}", random)
    reader = FakeReader(words=((value, PLACE),))
    monkeypatch.setattr(pipeline, "page_reader", lambda **_: reader)
    noise = np.random.default_rng(7).integers(200, 255, (128, 240, 3), dtype=np.uint8)
    shot = base64.b64encode(encoded(drawn(Image.fromarray(noise), "abc def"), "PNG")).decode()
    source = tmp_path / "a.html"
    source.write_text(f'<p>password: {value}</p><img src="data:image/png;base64,{shot}">\n')
    report = scanned(source, RedactTask(Input(source, Path("a.html")), tmp_path / "out" / "a.html")).report
    assert report.redacted is not None, report.error
    (found,) = report.findings
    assert [type(place) for place in found.where] == [TextSpan, InMember]
