from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.findings import FindingCollector
from app.model import RunKey, TextUnit
from app.places import Location, MetadataKey, PageArea, TextSpan
from detectors.engine import rules
from detectors.model import Confidence, Match, Sample, ScanResult
from ocr.model import Box


@dataclass
class Places:
    places: tuple[Location, ...]

    def locate(self, start: int, end: int) -> tuple[Location, ...]:
        return self.places


def rule_id() -> str:
    return rules()[0].id


def seen(
    text: str, *where: Location, confidence: Confidence = Confidence.HIGH, noisy: bool = False
) -> tuple[TextUnit, ScanResult]:
    match = Match(rule_id(), 0, len(text), confidence, "evidence")
    return TextUnit(Sample(text, noisy=noisy), Places(where), "page 1"), ScanResult((match,))


@pytest.fixture
def collector() -> FindingCollector:
    return FindingCollector(RunKey(b"k" * 32))


def area(left: float, right: float, page: int = 1) -> PageArea:
    return PageArea(page, (Box(left, 10, right, 20),))


def test_two_readings_of_one_place_are_one_finding_with_both_covers(collector: FindingCollector) -> None:
    collector.add(*seen("abcdefgh1", area(10, 100), confidence=Confidence.MEDIUM, noisy=True))
    collector.add(*seen("abcdefghl", area(12, 104), noisy=True))
    (finding,) = collector.findings()
    assert finding.confidence is Confidence.HIGH
    assert finding.where == (area(10, 100), area(12, 104))
    assert collector.values()[finding.id].reveal() == "abcdefghl"
    assert finding.id not in collector.exact_ids()


def test_the_same_value_on_two_pages_is_one_finding(collector: FindingCollector) -> None:
    collector.add(*seen("abcdefgh", area(10, 100)))
    collector.add(*seen("abcdefgh", area(10, 100, page=2)))
    (finding,) = collector.findings()
    assert len(finding.where) == 2


def test_different_values_beside_each_other_stay_apart(collector: FindingCollector) -> None:
    collector.add(*seen("abcdefgh", area(10, 100)))
    collector.add(*seen("ijklmnop", area(101, 180)))
    assert [finding.id for finding in collector.findings()] == ["f1", "f2"]


def test_overlapping_text_spans_are_one_finding(collector: FindingCollector) -> None:
    collector.add(*seen("Basic abcdefgh", TextSpan(5, 25, 1, 6)))
    collector.add(*seen("user:pass", TextSpan(11, 25, 1, 12)))
    collector.add(*seen("elsewhere", TextSpan(40, 49, 2, 1)))
    assert len(collector.findings()) == 2


def test_added_places_are_not_repeated(collector: FindingCollector) -> None:
    collector.add(*seen("abcdefgh", TextSpan(5, 13, 1, 6)))
    collector.add_places("f1", [TextSpan(5, 13, 1, 6), TextSpan(50, 58, 3, 1)])
    assert collector.findings()[0].where == (TextSpan(5, 13, 1, 6), TextSpan(50, 58, 3, 1))


def test_findings_hold_no_plaintext(collector: FindingCollector) -> None:
    collector.add(*seen("a-very-secret-value", MetadataKey("png:Comment")))
    (finding,) = collector.findings()
    assert "secret-value" not in repr(finding)
    assert "secret-value" not in repr(collector.values())
    assert finding.masked == "…(19)"


def test_fingerprints_are_equal_within_a_run_only(collector: FindingCollector) -> None:
    collector.add(*seen("abcdefgh", area(10, 100)))
    other = FindingCollector(RunKey(b"z" * 32))
    other.add(*seen("abcdefgh", area(10, 100)))
    again = FindingCollector(RunKey(b"k" * 32))
    again.add(*seen("abcdefgh", area(300, 400)))
    assert collector.findings()[0].fingerprint == again.findings()[0].fingerprint
    assert collector.findings()[0].fingerprint != other.findings()[0].fingerprint


def private_rule_id() -> str:
    return next(info.id for info in rules() if info.private_host)


def test_private_hosts_have_the_confidence_that_the_document_gives_them() -> None:
    unit, _ = seen("build7.corp", TextSpan(5, 16, 1, 6))
    result = ScanResult((Match(private_rule_id(), 0, 11, Confidence.LOW, "evidence"),))
    found = {}
    for least in (None, Confidence.LOW, Confidence.MEDIUM):
        collector = FindingCollector(RunKey(b"k" * 32), least)
        collector.add(unit, result)
        found[least] = [finding.confidence for finding in collector.findings()]
    assert found == {None: [], Confidence.LOW: [Confidence.LOW], Confidence.MEDIUM: [Confidence.MEDIUM]}


def test_secrets_do_not_depend_on_what_is_done_about_private_hosts() -> None:
    collector = FindingCollector(RunKey(b"k" * 32), None)
    collector.add(*seen("abcdefgh", TextSpan(5, 13, 1, 6), confidence=Confidence.LOW))
    assert [finding.confidence for finding in collector.findings()] == [Confidence.LOW]
