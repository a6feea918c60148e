"""HAR: request and response alike, every place where browsers record a secret."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest

from app.findings import FindingCollector
from app.formats.text.document import TextDocument
from app.formats.text.har import FORMAT, HarDocument
from app.formats.text.json_text import FORMAT as JSON
from app.model import PlanItem, RedactionPlan, RunKey
from detectors.engine import default_detector
from detectors.model import Confidence
from detectors.samples import generate
from tests.formats.format_contract import Case, FormatContract, canary
from tests.support.documents import context_of, examined, source_of

Entry = dict[str, object]


def har(*entries: Entry) -> bytes:
    document = {"log": {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": entries}}
    return json.dumps(document, indent=2).encode()


def entry(**places: object) -> Entry:
    request = {
        "method": "POST",
        "url": "https://example.com/",
        "headers": [],
        "cookies": [],
        "queryString": [],
        **{key: value for key, value in places.items() if key not in ("response", "_webSocketMessages")},
    }
    response = {"status": 200, "headers": [], "cookies": [], "content": {}, "redirectURL": ""}
    extra = places.get("response", {})
    assert isinstance(extra, dict)
    messages = {"_webSocketMessages": places["_webSocketMessages"]} if "_webSocketMessages" in places else {}
    return {
        "startedDateTime": "2026-11-23T10:00:00Z",
        "request": request,
        "response": response | extra,
        **messages,
    }


def _encoded(text: str) -> dict[str, str]:
    return {"text": base64.b64encode(text.encode()).decode(), "encoding": "base64"}


PLACES: dict[str, Callable[[str], Entry]] = {
    "address": lambda v: entry(url=f"https://example.com/?access_token={v}"),
    "encoded-address": lambda v: entry(
        url=f"https://example.com/?next={quote('/?access_token=' + v, safe='')}"
    ),
    "header": lambda v: entry(headers=[{"name": "Authorization", "value": f"Bearer {v}"}]),
    "cookie": lambda v: entry(cookies=[{"name": "session_id", "value": v}]),
    "cookie-header": lambda v: entry(headers=[{"name": "Cookie", "value": f"theme=dark; session_id={v}"}]),
    "referer": lambda v: entry(
        headers=[{"name": "Referer", "value": f"https://example.com/cb?code=1&token={v}"}]
    ),
    "query": lambda v: entry(queryString=[{"name": "api_key", "value": v}]),
    "json-body": lambda v: entry(
        postData={"mimeType": "application/json", "text": json.dumps({"apiKey": v})}
    ),
    "form-body": lambda v: entry(postData={"text": f"grant_type=refresh_token&refresh_token={v}"}),
    "form-list": lambda v: entry(postData={"params": [{"name": "client_secret", "value": v}]}),
    "set-cookie": lambda v: entry(
        response={"headers": [{"name": "Set-Cookie", "value": f"session_id={v}; Path=/; HttpOnly"}]}
    ),
    "redirect": lambda v: entry(response={"redirectURL": f"https://example.com/#access_token={v}"}),
    "answer": lambda v: entry(response={"content": {"text": json.dumps({"user": {"access_token": v}})}}),
    "base64-answer": lambda v: entry(response={"content": _encoded(json.dumps({"access_token": v}))}),
    "web-socket": lambda v: entry(_webSocketMessages=[{"type": "send", "data": json.dumps({"token": v})}]),
}


def _cases() -> Iterator[Case]:
    for name, make in PLACES.items():
        value = canary()
        yield Case(name, har(make(value)), value, any_prefix_is_valid=True)


class TestHarContract(FormatContract):
    format = FORMAT

    def cases(self) -> list[Case]:
        return list(_cases())


def _redacted(data: bytes, folder: Path) -> tuple[bytes, TextDocument]:
    """The copy with everything covered that the real detectors find at medium confidence and above."""
    source = source_of(data)
    document = FORMAT.open(source, context_of())
    collector = FindingCollector(RunKey(b"key"))
    for unit in examined(document).units:
        collector.add(unit, default_detector().scan(unit.sample))
    items = [
        PlanItem(f"REDACTED_{finding.label}_{number}", finding.where, collector.values()[finding.id])
        for number, finding in enumerate(collector.findings())
        if finding.confidence >= Confidence.MEDIUM
    ]
    plan = RedactionPlan(source.sha256, tuple(items))
    document.write(plan, folder / "copy")
    copy = source_of((folder / "copy").read_bytes())
    assert [check for check in document.check(copy, plan) if not check.passed] == []
    return copy.data, FORMAT.open(copy, context_of())


@pytest.mark.parametrize("place", PLACES)
def test_a_token_is_gone_from_every_place(place: str, tmp_path: Path, random: Random) -> None:
    value = generate("[A-Za-z0-9]{40}", random)
    copy, document = _redacted(har(PLACES[place](value)), tmp_path)
    assert value.encode() not in copy
    assert not any(value.encode() in part for part in document.decoded())
    assert len(json.loads(copy)["log"]["entries"]) == 1


def test_other_json_with_a_log_is_json() -> None:
    source = source_of(b'{"log": {"level": 1}, "other": {"entries": [1]}}')
    assert FORMAT.open(source, context_of()).format == "json"
    assert not FORMAT.recognises(source_of(b'{"log": {"level": 1}}'))
    assert JSON.recognises(source)


def test_a_cut_off_recording_is_still_read_by_its_names() -> None:
    value = canary()
    data = har(PLACES["header"](value), entry())
    document = FORMAT.open(source_of(data[: data.index(b'"response"')]), context_of())
    assert document.format == "text"
    names = {named.name for unit in examined(document).units for named in unit.sample.named}
    assert "Authorization" in names


def test_the_log_must_keep_its_entries() -> None:
    source = source_of(har(entry(), entry()))
    document = FORMAT.open(source, context_of())
    assert isinstance(document, HarDocument)
    shorter = source_of(har(entry()))
    plan = RedactionPlan(source.sha256, ())
    assert any("Structure" in check.name and not check.passed for check in document.check(shorter, plan))
