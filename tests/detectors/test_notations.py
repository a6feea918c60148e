"""Tokens of providers nobody knows, in the notations of programs, files, logs and messages."""

from __future__ import annotations

from random import Random

import pytest

from detectors.engine import default_detector
from detectors.model import Confidence, Sample
from detectors.samples import generate

NAMES = ("acmeToken", "ZORG_API_KEY", "zorg_client_secret", "acme-auth-token", "AcmeSecretKey", "acme_key")
FORMS = (
    "[0-9a-f]{32}",
    "[0-9a-f]{64}",
    "[A-Za-z0-9]{20}",
    "[a-z0-9]{24}",
    r"[A-Za-z0-9][\w-]{41}[A-Za-z0-9]",
    "zg_live_[A-Za-z0-9]{24}",
)
NOTATIONS = [
    '{name} := "{value}"',
    '{name} = "{value}"',
    "{name} = '{value}'",
    "export {name}={value}",
    "{name}={value}",
    '{name}="{value}"',
    "{name}: {value}",
    '  {name}: "{value}"',
    '{"{name}": "{value}"}',
    '{\\"{name}\\":\\"{value}\\"}',
    "'{name}' => '{value}',",
    "define('{name}', '{value}');",
    'private static final String {name} = "{value}";',
    'System.setProperty("{name}", "{value}");',
    "<{name}>{value}</{name}>",
    '<add key="{name}" value="{value}" />',
    '<provider {name}="{value}" url="x"/>',
    "name,{name},region\nacme,{value},eu\n",
    "INSERT INTO settings (name, value) VALUES ('{name}', '{value}');",
    "UPDATE cfg SET {name} = '{value}' WHERE id = 3;",
    '{"name": "{name}", "value": "{value}"}',
    '{\n  "key": "{name}",\n  "value": "{value}",\n  "type": "text"\n}',
    "curl https://api.zorg.io/v2/items?{name}={value}&limit=5",
    "curl -H '{name}: {value}' https://api.zorg.io",
    'req.Header.Set("{name}", "{value}")',
    "headers = {'{name}': '{value}'}",
    "{name} ?= {value}",
    '{name} ::= "{value}"',
    "[zorg]\n{name} = {value}\n",
    "// {name}: {value}",
    "# {name} = {value}",
    "zorg login --{name} {value}",
    "zorg --{name}={value} run",
    'variable "{name}" {\n  default = "{value}"\n}',
    "ENV {name} {value}",
    '$env:{name} = "{value}"',
    'var {name} = @"{value}";',
    'let {name}: String = "{value}"',
    "  {name}: string = '{value}';",
    "[DEBUG] Using {name}={value}",
    "level=info msg=start {name}={value} port=80",
    "- **{name}**: `{value}`",
    "| {name} | `{value}` |",
    'client.auth({name}="{value}", region="eu")',
    "const k = process.env.{name} || '{value}';",
    'os.environ.get("{name}", "{value}")',
    'os.environ["{name}"] = "{value}"',
    "<key>{name}</key>\n<string>{value}</string>",
    'buildConfigField "String", "{name}", "\\"{value}\\""',
    '<string name="{name}">{value}</string>',
    "- name: {name}\n  value: {value}",
    '- name: {name}\n  value: "{value}"',
    "zorg.{name}={value}",
    'local {name} = "{value}"',
    "my ${name} = '{value}';",
    "$config['{name}'] = '{value}';",
    '<input type="hidden" name="{name}" value="{value}">',
    'mutation { set({name}: "{value}") }',
    "curl -d '{name}={value}' https://x.io",
    "The {name} is {value}.",
    "my {name} is: {value}",
    "{name} {value}",
    "{name}: `{value}`",
    'val {name} = "{value}"',
    'let {name}: &str = "{value}";',
    'set({name} "{value}")',
    "set {name}={value}",
    "{name}\t{value}",
    "set -x {name} {value}",
    '<add key="{name}">{value}</add>',
    "ALTER USER app WITH {name} '{value}'",
    "{% set {name} = '{value}' %}",
    "['{name}', '{value}']",
    '"{name}" : [ "{value}" ]',
    "{name}:'{value}',",
    '{name} =\n    "{value}"',
    '{name} = ("{value}")',
    '"{name}=" + "{value}"',
    "{name}: >-\n  {value}\n",
]
"""``{name}`` and ``{value}`` stand for the two."""


@pytest.mark.parametrize("notation", NOTATIONS)
def test_tokens_of_unknown_providers_are_found_in_every_notation(notation: str) -> None:
    random = Random(notation)
    missed = 0
    for name in NAMES:
        for form in FORMS:
            value = generate(form, random)
            text = notation.replace("{name}", name).replace("{value}", value)
            start = text.index(value)
            missed += not any(
                match.start <= start and start + len(value) <= match.end
                for match in default_detector().scan(Sample(text)).matches
                if match.confidence >= Confidence.MEDIUM
            )
    weak = len(FORMS)  # "acme_key" alone is a weak name where nothing firm ties the value to it
    assert missed <= weak + 2


STAND_INS = ("YOUR_TOKEN_HERE", "${ACME_TOKEN}", "x" * 20, "*" * 12)


@pytest.mark.parametrize("notation", NOTATIONS)
def test_what_stands_for_a_token_is_not_one_in_any_notation(notation: str) -> None:
    for value in STAND_INS:
        text = notation.replace("{name}", "acmeToken").replace("{value}", value)
        loud = [m for m in default_detector().scan(Sample(text)).matches if m.confidence >= Confidence.MEDIUM]
        assert not loud, text
