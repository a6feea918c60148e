"""The JSON report is what the contract and the shipped schema say."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest

from app.reports.as_json import REPORT
from tests.reports import examples


def schema() -> dict[str, Any]:
    text = resources.files("resources").joinpath("report.schema.json").read_text("utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def rendered(*reports: Any) -> dict[str, Any]:
    text = REPORT.render(reports, "1.2.3", {})
    text.encode("utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_a_run_of_every_kind_is_valid() -> None:
    validator = jsonschema.Draft202012Validator(schema())
    assert list(validator.iter_errors(rendered(*examples.everything()))) == []
    assert list(validator.iter_errors(rendered())) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda run: run.update(schema=2),
        lambda run: run["documents"][0].update(state="fine"),
        lambda run: run["documents"][1]["findings"][0].update(value="x"),
        lambda run: run["documents"][1]["findings"][0]["where"].append({"page": 0, "boxes": []}),
        lambda run: run["documents"][3]["redacted"]["checks"][0].update(passed=False),
        lambda run: run["documents"][0].pop("error"),
    ],
)
def test_the_schema_refuses_what_the_contract_does_not_know(damage: Any) -> None:
    run = rendered(*examples.everything())
    damage(run)
    assert list(jsonschema.Draft202012Validator(schema()).iter_errors(run))


def test_a_document_as_the_contract_shows_it() -> None:
    place = examples.SPAN
    (document,) = rendered(
        examples.report("flow.json", format="json", platform="n8n", findings=(examples.finding(1, place),))
    )["documents"]
    assert document.pop("checklist")[0] == {"step": "Roll the key in the dashboard.", "findings": ["f1"]}
    assert document == {
        "path": "flow.json",
        "sha256": "ab" * 32,
        "format": "json",
        "platform": "n8n",
        "state": "findings",
        "not_read": [],
        "findings": [
            {
                "id": "f1",
                "rule": "some-secret-key",
                "title": "Some secret key",
                "kind": "secret",
                "severity": "high",
                "confidence": "medium",
                "masked": "sk_…(32)",
                "fingerprint": "00112233445566ff",
                "evidence": "prefix sk_, 32 characters, label “Secret key”",
                "where": [
                    {"start": 12, "end": 44, "line": 1, "column": 13, "pointer": "/nodes/3/parameters/key"}
                ],
                "advice": "Roll the key in the dashboard.",
                "rotate_url": "https://example.com/keys",
            }
        ],
        "redacted": None,
        "error": None,
    }


def test_places_on_pages_and_in_metadata() -> None:
    places = (examples.AREA, examples.POINTS, examples.METADATA)
    (document,) = rendered(examples.report(findings=(examples.finding(1, *places),)))["documents"]
    assert document["findings"][0]["where"] == [
        {"page": 1, "boxes": [[10, 20, 200, 40], [10, 50, 90.5, 70]]},
        {"page": 2, "boxes": [[1, 2, 3, 4]], "unit": "pt"},
        {"metadata": "exif:UserComment"},
    ]
    assert "checklist" not in document


def test_hostile_names_stay_one_valid_string() -> None:
    *_, document = rendered(*examples.everything())["documents"]
    assert document["path"].startswith("<img")
    assert not set("\x1b\n\u202e\udcff") & set(document["path"])
    assert r"\x1b" in document["path"]
    assert r"\xff" in document["path"]


def test_what_the_users_own_files_say() -> None:
    explained, known = rendered(examples.explained(), examples.known())["documents"]
    assert explained["state"] == "clean"
    (told,) = explained["dismissed"]
    assert told["rule"] == "some-secret-key"
    assert told["masked"] == "sk_…(32)"
    assert len(told["where"]) == 2
    assert "dismissed" not in known
    assert known["findings"][0]["known"] is True
    assert known["findings"][0]["lasting_fingerprint"] == "0a" * 16
    validator = jsonschema.Draft202012Validator(schema())
    assert list(validator.iter_errors(rendered(examples.explained(), examples.known()))) == []
