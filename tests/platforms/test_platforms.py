"""Workflow tools: recognised by content, references unnamed, secrets of their own places named."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

import app.platforms
from app.formats.text.json_outline import outline
from app.formats.text.json_text import FORMAT
from app.formats.text.json_tree import parse
from app.platforms import GENERIC, platforms, recognise
from tests.formats.format_contract import canary
from tests.support.documents import context_of, examined, source_of

N8N = {
    "name": "Order sync",
    "nodes": [
        {
            "id": "5d2a",
            "name": "Get orders",
            "type": "n8n-nodes-base.httpRequest",
            "typeVersion": 4.2,
            "position": [0, 0],
            "webhookId": "?kept1",
            "credentials": {"httpHeaderAuth": {"id": "?kept2", "name": "?kept3"}},
            "parameters": {
                "nodeCredentialType": "?kept4",
                "url": "https://example.com",
                "headerParameters": {"parameters": [{"name": "X-Api-Key", "value": "?named"}]},
                "token": "={{ $json.token }}",
            },
        }
    ],
    "connections": {},
    "meta": {"instanceId": "?kept5"},
}
MAKE = {
    "name": "Send",
    "flow": [
        {
            "id": 1,
            "module": "http:ActionSendData",
            "version": 3,
            "parameters": {"__IMTCONN__": "?kept1", "auth": "?kept2"},
            "mapper": {
                "headers": [{"name": "Authorization", "value": "?named"}],
                "token": "{{3.value}}",
            },
            "filter": {"conditions": [[{"a": "{{1.token}}", "b": "?named2", "o": "text:equal"}]]},
        }
    ],
    "metadata": {"version": 1},
}
ZAPIER = {
    "metadata": {"version": 2},
    "zaps": [
        {
            "id": 8,
            "title": "Zap",
            "nodes": {
                "8": {
                    "selected_api": "WebHookAPI",
                    "action": "post",
                    "authentication_id": "?kept1",
                    "params": {"headers": {"X-Api-Key": "?named"}, "token": "{{123__token}}"},
                }
            },
        }
    ],
}
POWER_AUTOMATE = {
    "name": "0d1e",
    "properties": {
        "connectionReferences": {
            "shared_x": {"connectionName": "?kept1", "id": "?kept2", "source": "Invoker"}
        },
        "definition": {
            "$schema": "https://schema.management.azure.com/x/workflowdefinition.json#",
            "actions": {
                "HTTP": {
                    "inputs": {
                        "headers": {"apikey": "?named", "token": "@parameters('token')"},
                        "authentication": {"type": "Raw", "value": "?named2"},
                    }
                },
                "Initialize": {
                    "inputs": {"variables": [{"name": "ApiKey", "type": "string", "value": "?named3"}]}
                },
            },
        },
    },
}
LOGIC_APP = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "parameters": {"apiKey": {"type": "string", "defaultValue": "?named"}},
    "resources": [
        {
            "type": "Microsoft.Logic/workflows",
            "properties": {"parameters": {"token": {"value": "[parameters('t')]"}}},
        }
    ],
}
NODE_RED = [
    {"id": "?kept1", "type": "tab", "label": "Flow"},
    {
        "id": "a1",
        "z": "?kept2",
        "type": "http request",
        "wires": [["?kept3"]],
        "token": "${API_TOKEN}",
        "headers": [
            {"keyType": "other", "keyValue": "Authorization", "valueType": "other", "valueValue": "?named"}
        ],
    },
    {
        "id": "a2",
        "z": "f1",
        "type": "inject",
        "wires": [],
        "props": [{"p": "api_key", "v": "?named2", "vt": "str"}],
    },
]
NODE_RED_CREDENTIALS = {
    "b1ed2d749af57902": {"user": "robot", "password": "?named"},
    "84d80994.260508": {"token": "$(T)"},
}
POSTMAN = {
    "info": {
        "_postman_id": "?kept1",
        "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
    },
    "item": [{"request": {"header": [{"key": "X-Api-Key", "value": "?named"}], "token": "{{token}}"}}],
    "auth": {"type": "apikey", "apikey": [{"key": "password", "value": "?named2"}]},
}
POSTMAN_ENVIRONMENT = {
    "id": "b7e1",
    "name": "staging",
    "values": [
        {"key": "api_key", "value": "?named", "enabled": True},
        {"key": "token", "value": "{{vault:t}}"},
    ],
    "_postman_variable_scope": "environment",
}
INSOMNIA = {
    "_type": "export",
    "__export_format": 4,
    "resources": [
        {
            "_id": "?kept1",
            "parentId": "?kept2",
            "_type": "request",
            "headers": [{"name": "X-Api-Key", "value": "?named"}],
            "authentication": {"type": "bearer", "token": "{{ _.token }}"},
        }
    ],
}
SAMPLES: Mapping[str, tuple[str, object]] = {
    "n8n": ("n8n", N8N),
    "n8n-bulk": ("n8n", [N8N]),
    "make": ("make", MAKE),
    "make-api": ("make", {"response": {"blueprint": MAKE}}),
    "zapier": ("zapier", ZAPIER),
    "power-automate": ("power-automate", POWER_AUTOMATE),
    "logic-apps": ("logic-apps", LOGIC_APP),
    "node-red": ("node-red", NODE_RED),
    "node-red-api": ("node-red", {"rev": "1", "flows": NODE_RED}),
    "node-red-credentials": ("node-red", NODE_RED_CREDENTIALS),
    "postman": ("postman", POSTMAN),
    "postman-environment": ("postman", POSTMAN_ENVIRONMENT),
    "insomnia": ("insomnia", INSOMNIA),
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_is_recognised_and_nobody_else_claims_it(sample: str) -> None:
    name, document = SAMPLES[sample]
    seen = outline(parse(json.dumps(document)))
    assert [platform.name for platform in platforms() if platform.recognises(seen)] == [name]
    assert recognise(seen).name == name


@pytest.mark.parametrize("sample", SAMPLES)
def test_secrets_are_named_and_references_are_not(sample: str) -> None:
    name, document = SAMPLES[sample]
    text = json.dumps(document)
    marks = sorted({part.split('"')[0] for part in text.split('"?')[1:]}, key=len, reverse=True)
    values = {mark: canary() for mark in marks}
    for mark, value in values.items():
        text = text.replace(f'"?{mark}"', f'"{value}"')
    opened = FORMAT.open(source_of(text.encode()), context_of())
    assert (opened.format, opened.platform) == ("json", name)
    sink = examined(opened)
    named = {unit.sample.text[n.start : n.end] for unit in sink.units for n in unit.sample.named}
    assert any(mark.startswith("named") for mark in marks)
    for mark, value in values.items():
        assert value in sink.text, f"{mark} is not examined"
        assert (value in named) == mark.startswith("named"), mark
    marks_of_references = ("{{", "${", "$(", "@", "[p")
    assert not [value for value in named if value.startswith(marks_of_references)], "a reference got a name"


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        {"a": 1},
        {"nodes": [], "edges": []},
        [{"id": 1, "type": "x"}],
        {"flow": "x"},
        {"info": {"title": "API"}},
    ],
)
def test_other_documents_are_of_no_tool(document: object) -> None:
    assert recognise(outline(parse(json.dumps(document)))) is GENERIC
    assert FORMAT.open(source_of(json.dumps(document).encode()), context_of()).platform is None


def test_a_literal_inside_an_expression_keeps_its_name() -> None:
    value = canary()
    document = json.loads(json.dumps(N8N))
    document["nodes"][0]["parameters"]["token"] = f'={{{{ "{value}" + $json.id }}}}'
    sink = examined(FORMAT.open(source_of(json.dumps(document).encode()), context_of()))
    named = {unit.sample.text[n.start : n.end] for unit in sink.units for n in unit.sample.named}
    assert any(value in shown for shown in named)


def test_nothing_found_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.platforms, "__path__", [])
    platforms.cache_clear()
    try:
        with pytest.raises(RuntimeError, match="incomplete"):
            platforms()
    finally:
        platforms.cache_clear()
