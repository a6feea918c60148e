"""The SARIF report has the structure that version 2.1.0 asks for."""

from __future__ import annotations

import json
from typing import Any

from app.model import ScanReport
from app.reports.as_sarif import REPORT
from tests.reports import examples


def run_of(*reports: ScanReport) -> dict[str, Any]:
    log = json.loads(REPORT.render(reports, "1.2.3", {}))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    return run  # type: ignore[no-any-return]


def test_rules_results_and_artifacts_refer_to_each_other() -> None:
    run = run_of(*examples.everything())
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({rule["id"] for rule in rules})
    assert run["tool"]["driver"]["semanticVersion"] == "1.2.3"
    assert len(run["results"]) == 7
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        assert set(result["partialFingerprints"]) == {"sharesafeValue/v1"}
        assert result["locations"]
        for location in result["locations"]:
            artifact = location["physicalLocation"]["artifactLocation"]
            assert run["artifacts"][artifact["index"]]["location"]["uri"] == artifact["uri"]


def test_text_has_a_region_in_code_points() -> None:
    run = run_of(examples.report("flow.json", findings=(examples.finding(1, examples.SPAN),)))
    assert run["columnKind"] == "unicodeCodePoints"
    (location,) = run["results"][0]["locations"]
    assert location["physicalLocation"]["region"] == {
        "startLine": 1,
        "startColumn": 13,
        "charOffset": 12,
        "charLength": 32,
    }
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "/nodes/3/parameters/key"


def test_a_picture_has_rectangles_and_words() -> None:
    run = run_of(examples.report(findings=(examples.finding(1, examples.AREA),)))
    (result,) = run["results"]
    (location,) = result["locations"]
    assert "region" not in location["physicalLocation"]
    assert location["message"]["text"].startswith("page 1 [10, 20, 200, 40]")
    assert location["properties"] == {"page": 1, "boxes": [[10, 20, 200, 40], [10, 50, 90.5, 70]]}
    (attachment,) = result["attachments"]
    assert [rectangle["bottom"] for rectangle in attachment["rectangles"]] == [40, 70]


def test_paths_are_uris() -> None:
    uris = [artifact["location"]["uri"] for artifact in run_of(*examples.everything())["artifacts"]]
    assert uris[2] == "folder/two%20words.pdf"
    assert uris[-1].isascii()
    assert not set(uris[-1]) & set("<>\"' \x1b\n")
    assert uris[-1].endswith("%FF")


def test_what_was_not_examined_is_a_notification() -> None:
    (invocation,) = run_of(*examples.everything())["invocations"]
    assert invocation["executionSuccessful"] is False
    told = [
        (notice["level"], notice["message"]["text"]) for notice in invocation["toolExecutionNotifications"]
    ]
    assert ("error", "The file is empty. Save it again.") in told
    assert any(level == "warning" and "page 3" in text for level, text in told)
    assert run_of(examples.report())["invocations"] == [
        {"executionSuccessful": True, "toolExecutionNotifications": []}
    ]


def test_known_findings_are_suppressed() -> None:
    (known,) = run_of(examples.known())["results"]
    assert known["suppressions"] == [{"kind": "external", "justification": "It is in the baseline."}]
    (new,) = run_of(examples.report(findings=(examples.finding(1),)))["results"]
    assert "suppressions" not in new
