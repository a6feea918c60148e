"""``sharesafe verify``: what a receipt claims is compared, never believed."""

from __future__ import annotations

import json
from hashlib import sha256
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from tests.cli.conftest import Call


def redacted(call: Call, text: str = "secret s3cret-value", *options: str) -> Path:
    Path("a.txt").write_text(text)
    assert call("redact", "a.txt", "--out", "out", "-q", *options) == 0
    return Path("out/a.redacted.txt")


def test_a_receipt_beside_each_copy_and_one_for_all(call: Call) -> None:
    copy = redacted(call, "secret s3cret-value", "--receipts", "--receipt", "all.json")
    beside = Path("out/a.redacted.txt.receipt.json")
    one, together = (json.loads(path.read_text()) for path in (beside, Path("all.json")))
    assert one["copies"] == together["copies"]
    (entry,) = one["copies"]
    assert entry["copy"]["name"] == copy.name
    assert entry["copy"]["bytes"] == copy.stat().st_size
    assert entry["covered"] == [
        {"rule": "some-secret-key", "title": "Some secret key", "severity": "high", "values": 1, "places": 1}
    ]
    assert "s3cret-value" not in beside.read_text()
    assert "(12)" not in beside.read_text(), "nor how long it is"


def test_without_the_option_no_receipt_is_written(call: Call) -> None:
    redacted(call)
    assert [path.name for path in Path("out").iterdir()] == ["a.redacted.txt"]


def test_a_good_copy_passes_and_what_needs_the_original_is_told(
    call: Call, capfd: pytest.CaptureFixture[str]
) -> None:
    copy = redacted(call, "clean", "--receipts")
    assert call("verify", copy) == 0
    told = capfd.readouterr()
    assert "passed: Same bytes as in the receipt" in told.out
    assert "passed: Second reading finds nothing" in told.out
    assert "note: not repeated: needs the original: No covered value left" in told.out
    assert "1 of 1 copy passed again" in told.err


def test_a_changed_copy_fails(call: Call, capfd: pytest.CaptureFixture[str]) -> None:
    copy = redacted(call, "clean", "--receipts")
    copy.write_bytes(copy.read_bytes() + b" ")
    assert call("verify", copy) == 5
    assert "its bytes are others" in capfd.readouterr().out


def forged(path: Path, **changes: object) -> None:
    content = json.loads(path.read_text())
    content["copies"][0] |= changes
    path.write_text(json.dumps(content))


def swapped(copy: Path, receipt: Path, text: str) -> None:
    """Another content, with a receipt that says that this is the copy."""
    copy.write_text(text)
    digest = sha256(copy.read_bytes()).hexdigest()
    forged(receipt, copy={"name": copy.name, "sha256": digest, "bytes": copy.stat().st_size})


def test_a_forged_receipt_does_not_make_a_bad_copy_good(
    call: Call, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whoever swaps the copy can write its hash into the receipt; the checks are repeated all the same."""
    copy = redacted(call, "clean", "--receipts")
    receipt = Path("out/a.redacted.txt.receipt.json")
    swapped(copy, receipt, "leaky s3cret-value")
    assert call("verify", copy) == 5
    # Not even when it says that the finding was left there on purpose: it is listed, and the code tells.
    forged(receipt, left=[{"rule": "some-secret-key", "masked": "…(12)"}])
    assert call("verify", copy) == 1
    assert "still readable: high severity" in capfd.readouterr().out


@pytest.mark.parametrize("checks", [[], [{"name": "Second reading finds nothing", "passed": False}]])
def test_a_receipt_without_passed_checks_is_none(call: Call, checks: list[object]) -> None:
    copy = redacted(call, "clean", "--receipts")
    forged(Path("out/a.redacted.txt.receipt.json"), checks=checks)
    assert call("verify", copy) == 5


def test_a_lower_threshold_of_the_receipt_counts_and_a_higher_one_does_not(call: Call) -> None:
    """The stand-in fails this copy when the threshold is the one it names."""
    copy = redacted(call, "clean", "--receipts")
    receipt = Path("out/a.redacted.txt.receipt.json")
    swapped(copy, receipt, "redacted fails-at medium")
    content = json.loads(receipt.read_text())
    for claimed, expected in (("high", 5), ("low", 0)):
        content["settings"]["min_confidence"] = claimed
        receipt.write_text(json.dumps(content))
        assert call("verify", copy) == expected


def test_parts_that_were_not_examined_are_not_forgotten(call: Call) -> None:
    copy = redacted(call, "clean", "--receipts")
    gap = {"where": "page 2", "why": "It could not be read.", "next_step": "Look at it."}
    forged(Path("out/a.redacted.txt.receipt.json"), not_examined=[gap])
    assert call("verify", copy) == 6


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"kind": "sharesafe-receipt"}', '{"kind": "sharesafe-receipt", "schema": 2}'],
)
def test_what_is_no_receipt_is_refused(call: Call, content: str, capfd: pytest.CaptureFixture[str]) -> None:
    copy = redacted(call, "clean")
    Path("receipt.json").write_text(content)
    assert call("verify", copy, "--receipt", "receipt.json") == 3
    assert "receipt" in capfd.readouterr().err


def test_what_does_not_exist_is_a_wrong_call(call: Call, capfd: pytest.CaptureFixture[str]) -> None:
    copy = redacted(call, "clean")
    assert call("verify", copy) == 2
    assert "There is no receipt" in capfd.readouterr().err
    assert call("verify", "elsewhere.txt") == 2


def test_the_outcome_as_a_report(call: Call) -> None:
    copy = redacted(call, "clean", "--receipts")
    assert call("verify", copy, "--json", "report.json", "-q") == 0
    report = json.loads(Path("report.json").read_text())
    schema = resources.files("resources").joinpath("report.schema.json").read_text("utf-8")
    jsonschema.validate(report, json.loads(schema))
    (document,) = report["documents"]
    assert document["redacted"]["checks"][0]["name"] == "Same bytes as in the receipt"
    assert document["redacted"]["remarks"][0]["where"] == "not repeated"


def test_a_report_replaces_neither_the_copy_nor_its_receipt(call: Call) -> None:
    copy = redacted(call, "clean", "--receipts")
    receipt = Path("out/a.redacted.txt.receipt.json")
    before = copy.read_bytes(), receipt.read_bytes()
    assert call("verify", copy, "--json", copy) == 2
    assert call("verify", copy, "--json", receipt) == 2
    assert (copy.read_bytes(), receipt.read_bytes()) == before


def test_a_receipt_never_replaces_an_original(call: Call) -> None:
    Path("a.txt").write_text("clean")
    assert call("redact", "a.txt", "--out", "out", "--receipt", "a.txt") == 2
    assert Path("a.txt").read_text() == "clean"
    Path("notes.json").write_text("mine")
    assert call("redact", "a.txt", "--out", "out", "--receipt", "notes.json") == 5
    assert Path("notes.json").read_text() == "mine"
