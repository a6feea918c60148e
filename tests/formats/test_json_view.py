"""What the detectors are shown of JSON: decoded texts, their names, and the way back."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from app.formats.text.json_text import FORMAT
from app.places import Form, TextSpan
from detectors.model import BOUNDARY, Named, Relation, Sample
from tests.formats.format_contract import canary
from tests.support.documents import CollectingSink, context_of, examined, meant, source_of


def _examined(document: object) -> tuple[str, CollectingSink]:
    text = document if isinstance(document, str) else json.dumps(document)
    return text, examined(FORMAT.open(source_of(text.encode()), context_of()))


def _names(document: object, value: str) -> set[tuple[str, Relation]]:
    """The names that are offered for exactly ``value``."""
    _, sink = _examined(document)
    return {
        (named.name, named.relation)
        for unit in sink.units
        for named in unit.sample.named
        if _named_text(unit.sample, named) == value
    }


def _named_text(sample: Sample, named: Named) -> str:
    return sample.text[named.start : named.end]


def _raw(document: object, value: str) -> tuple[str, TextSpan]:
    """The raw characters that the only place of ``value`` covers."""
    text, sink = _examined(document)
    (place,) = sink.places_of(value)
    assert isinstance(place, TextSpan)
    return text[place.start : place.end], place


@pytest.mark.parametrize(
    ("document", "name", "relation"),
    [
        ({"api_key": "?"}, "api_key", Relation.KEY),
        ({"tokens": ["?"]}, "tokens", Relation.KEY),
        ({"tokens": [["a"], ["?"]]}, "tokens", Relation.KEY),
        ({"password": {"value": "?", "encrypted": False}}, "password", Relation.KEY),
        ({"apiKey": {"type": "string", "defaultValue": "?"}}, "apiKey", Relation.KEY),
        ([{"name": "X-Api-Key", "value": "?"}], "X-Api-Key", Relation.SIBLING),
        ([{"value": "?", "key": "X-Api-Key"}], "X-Api-Key", Relation.SIBLING),
        ([{"Name": "Secret", "Val": "?"}], "Secret", Relation.SIBLING),
        ([{"label": "Token:", "text": "?"}], "Token", Relation.SIBLING),
        ([{"parameterName": "pw", "id": "x", "value": "?"}], "pw", Relation.SIBLING),
        ({"headers": {"Authorization": "?"}}, "Authorization", Relation.HEADER),
        ({"headers": [{"name": "Authorization", "value": "?"}]}, "Authorization", Relation.HEADER),
        ({"headerParameters": {"parameters": [{"name": "A", "value": "?"}]}}, "A", Relation.HEADER),
        ({"cookies": [{"name": "sid", "value": "?"}]}, "sid", Relation.COOKIE),
        ({"queryString": [{"name": "sig", "value": "?"}]}, "sig", Relation.QUERY),
        ({"qs": [{"name": "key", "value": "?"}]}, "key", Relation.QUERY),
        ({"urlencoded": [{"key": "pass", "value": "?"}]}, "pass", Relation.FORM),
        ({"postData": {"params": [{"name": "pass", "value": "?"}]}}, "pass", Relation.FORM),
        ({"key": "?", "name": ""}, "key", Relation.KEY),
        ({"name": "hue bridge", "key": "?"}, "key", Relation.KEY),
    ],
)
def test_a_value_gets_the_name_of_its_place(document: object, name: str, relation: Relation) -> None:
    value = canary()
    filled = json.loads(json.dumps(document).replace('"?"', f'"{value}"'))
    assert (name, relation) in _names(filled, value)


def test_unrelated_values_are_kept_apart() -> None:
    _, sink = _examined({"a": "one", "b": "two"})
    assert sink.text == f"one{BOUNDARY}\ntwo"


def test_numbers_are_shown_with_their_key_and_only_then() -> None:
    assert _names({"pin": 83055519, "list": [83055520]}, "83055519") == {("pin", Relation.KEY)}
    _, sink = _examined([83055519, {"x": 12}])
    assert "12" not in sink.text


def test_cookies_and_parameters_are_named_one_by_one() -> None:
    first, second, third = canary(), canary(), canary()
    document = {
        "headers": [{"name": "Cookie", "value": f"theme=dark; sid={first}"}],
        "url": f"https://example.com/a?page=2&access_token={second}#x",
        "body": f"grant_type=password&password={third}",
    }
    assert _names(document, first) == {("sid", Relation.COOKIE)}
    assert ("access_token", Relation.QUERY) in _names(document, second)
    assert ("password", Relation.QUERY) in _names(document, third)


class TestWrapped:
    """Values inside values cover exactly their own raw characters."""

    def test_escapes(self) -> None:
        value = canary()
        raw, place = _raw('{"a\\/b": "x\\n\\u00e9\\ud83d\\ude00\\"' + value + '\\t"}', value)
        assert raw == value
        assert place.pointer == "/a~1b"

    def test_an_escape_is_covered_whole(self) -> None:
        value = f"{canary()}\n😀/é"
        raw, _ = _raw('["' + json.dumps(value)[1:-1].replace("/", "\\/") + ' after"]', value)
        assert raw == json.dumps(value)[1:-1].replace("/", "\\/")

    @pytest.mark.parametrize("levels", [1, 2, 3])
    @pytest.mark.parametrize("lead", ["", "=", " =\n"])
    def test_json_in_strings(self, levels: int, lead: str) -> None:
        value = f'{canary()}"ä'
        inner: object = {"headers": {"X-Api-Key": value}}
        for _ in range(levels):
            inner = {"jsonBody": lead + json.dumps(inner)}
        raw, place = _raw(inner, value)
        expected = json.dumps(value)[1:-1]
        for _ in range(levels):
            expected = json.dumps(expected)[1:-1]
        assert raw == expected
        assert place.pointer == "/jsonBody"
        assert ("X-Api-Key", Relation.HEADER) in _names(inner, value)

    def test_json_with_expressions_in_place_of_values(self) -> None:
        value = canary()
        body = '={ "query": {{ $json["q"] }}, "auth": {"api_key": "' + value + '"} }'
        raw, _ = _raw({"jsonBody": body}, value)
        assert raw == value
        assert ("api_key", Relation.KEY) in _names({"jsonBody": body}, value)

    def test_percent_encoded_values(self) -> None:
        value = f"{canary()}/+é"
        raw, _ = _raw({"url": f"https://example.com/?q=1&token={quote(value, safe='')}&z=2"}, value)
        assert raw == quote(value, safe="")

    def test_json_in_a_percent_encoded_parameter(self) -> None:
        value = canary()
        url = "https://example.com/cb?state=" + quote(json.dumps({"refresh_token": value}), safe="")
        assert ("refresh_token", Relation.KEY) in _names({"url": url}, value)
        assert _raw({"url": url}, value)[0] == value

    @pytest.mark.parametrize("address", ["", "data:application/json;base64,"])
    def test_base64(self, address: str) -> None:
        value = canary()
        encoded = base64.b64encode(json.dumps({"password": value}).encode()).decode()
        document = {"content": {"text": address + encoded, "encoding": "base64"}}
        _, place = _raw(document, value)
        assert meant(json.dumps(document), place) == value

    def test_deeper_wrapping_is_shown_as_it_is(self) -> None:
        value = canary()
        inner: object = {"k": value}
        for _ in range(9):
            inner = {"a": json.dumps(inner)}
        assert _raw(inner, value)[0] == value

    def test_pictures_inside_are_named_as_not_read(self) -> None:
        picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(3000)).decode()
        _, sink = _examined({"output": {"image/png": picture}})
        assert [gap.where for gap in sink.gaps] == ["embedded picture 1"]
        assert picture[:50] not in sink.text


def test_lines_of_code_read_as_one_text() -> None:
    first, second = canary(), canary()
    _, sink = _examined({"cells": [{"source": ["key = (\n", f'  "{first}"\n', "a"]}, {"source": [second]}]})
    assert f'key = (\n  "{first}"\na{BOUNDARY}\n{second}' in sink.text
    text, sink = _examined({"source": [f"{first}\n", second]})
    shown = sink.units[0].sample.text
    places = sink.units[0].places.locate(0, len(shown))
    assert [text[p.start : p.end] for p in places if isinstance(p, TextSpan)] == [f"{first}\\n", second]


def test_a_token_used_as_a_key_is_shown() -> None:
    value = canary()
    raw, place = _raw({"users": {value: True}}, value)
    assert raw == value
    assert place.pointer == f"/users/{value}"


def test_names_in_a_hostile_depth_cost_linear_time() -> None:
    text = "[" * 60_000 + ",".join(['{"id": "abcdefgh", "value": "x"}'] * 3_000) + "]" * 60_000
    _, sink = _examined(text)
    assert sink.text.count("abcdefgh") == 3_000


def test_unpaired_surrogates_do_no_harm() -> None:
    value = canary()
    raw, _ = _raw('{"a": "\\ud800' + value + '\\udfff"}', value)
    assert raw == value
    _, sink = _examined('{"a": "\\ud800x"}')
    assert sink.text.encode("utf-8")


def test_base64_in_code_is_read_under_its_name() -> None:
    value = canary()
    encoded = base64.b64encode(value.encode()).decode()
    document = {"jsCode": f"const a = 1;\nconst password = '{encoded}';\n"}
    assert ("password", Relation.KEY) in _names(document, value)
    raw, place = _raw(document, value)
    assert (raw, place.form) == (encoded, Form.BASE64)
