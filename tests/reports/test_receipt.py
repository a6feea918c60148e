"""Receipts: what the schema says, always in the same order, and nothing that tells a covered value."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from app import notices
from app.errors import Unreadable
from app.model import Allowed, Check, Hidden, NotRead, RedactedCopy, Remark
from app.options import Settings
from app.reports.receipt import Receipted, claims, path_beside, render
from detectors.model import Confidence, Kind
from tests.reports.examples import AREA, SPAN, finding, report

WHEN = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


def example(length: int = 32) -> Receipted:
    copy = RedactedCopy(
        Path("folder/flow.redacted.json"),
        "cd" * 32,
        (Check("No covered value left", True, "3 values searched"), Check("Original unchanged", True)),
        (Remark("page 2", "became a picture"),),
    )
    notice = replace(
        finding(4, AREA), rule_id=notices.TRAILING_BYTES.id, kind=Kind.POSTURE, masked="", title="Bytes"
    )
    low = replace(finding(3, SPAN), confidence=Confidence.LOW, masked="…(9)")
    shown = report(
        "folder/flow.json",
        findings=(finding(2, AREA), finding(1, SPAN, AREA), low, notice),
        not_read=(NotRead("page 3", "It could not be recognised.", "Look at it yourself."),),
        allowed=(Allowed(replace(finding(5, SPAN), masked="pk_…(24)"), "allow.toml", "public"),),
        redacted=copy,
    )
    return Receipted.of(shown, Confidence.MEDIUM, 1234, {"f1": Hidden("x" * length)})


def content() -> dict[str, object]:
    return json.loads(render([example()], Settings(), WHEN))  # type: ignore[no-any-return]


def test_it_is_what_the_schema_says() -> None:
    schema = json.loads(resources.files("resources").joinpath("receipt.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(content(), schema)


def test_it_tells_what_counts_and_no_more() -> None:
    told = content()
    assert told["made"] == "2026-03-14T09:26:53Z"
    (entry,) = told["copies"]  # type: ignore[misc]
    assert entry["source"]["name"] == "flow.json", "not the folder"
    assert entry["copy"] == {"name": "flow.redacted.json", "sha256": "cd" * 32, "bytes": 1234}
    assert [(one["rule"], one["values"], one["places"]) for one in entry["covered"]] == [
        ("some-secret-key", 2, 3)
    ]
    assert {one["masked"] for one in entry["left"]} == {"…(9)", "pk_…(24)"}
    assert [one["rule"] for one in entry["left_out"]] == ["bytes-after-end"]
    assert entry["remarks"] == [{"where": "page 2", "text": "became a picture"}]
    assert entry["not_examined"][0]["where"] == "page 3"
    text = json.dumps(entry)
    assert "sk_…(32)" not in text, "how long a covered value is"
    assert "00112233445566ff" not in text, "a fingerprint can be guessed at"
    assert "200" not in text, "nor where it stood"


@pytest.mark.parametrize(("length", "private"), [(15, True), (16, False)])
def test_a_receipt_with_which_guesses_can_be_tested_says_so(length: int, private: bool) -> None:
    """Of a text its copy holds everything but the value: with the hash of the source, guesses are tested."""
    (entry,) = json.loads(render([example(length)], Settings(), WHEN))["copies"]
    assert entry.get("keep_private", False) == private


def test_the_same_copy_has_the_same_receipt() -> None:
    assert render([example()], Settings(), WHEN) == render([example()], Settings(), WHEN)


def test_what_it_claims_is_read_back() -> None:
    (claim,) = claims(render([example()], Settings(min_confidence="high"), WHEN).encode())
    assert claim.sha256 == "cd" * 32
    assert claim.name == "flow.redacted.json"
    assert set(claim.left) == {("some-secret-key", "…(9)"), ("some-secret-key", "pk_…(24)")}
    assert claim.checks == ("No covered value left", "Original unchanged")
    assert not claim.failed
    assert claim.threshold is Confidence.HIGH


@pytest.mark.parametrize("depth", [10, 100_000])
def test_a_hostile_receipt_is_refused(depth: int) -> None:
    with pytest.raises(Unreadable):
        claims(b"[" * depth + b"]" * depth)


def test_it_stands_beside_its_copy() -> None:
    assert path_beside(Path("out/a.redacted.png")) == Path("out/a.redacted.png.receipt.json")
