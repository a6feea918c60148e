"""Names that structure offers: what stands beside, above or around a value in any notation."""

from __future__ import annotations

import json
from random import Random
from time import process_time

import pytest

from app.formats.text.structure import Structure
from app.formats.text.structure.delimited import Columns
from detectors.engine import default_detector
from detectors.model import Confidence, Relation, Sample
from detectors.samples import generate

TOKEN = "[A-Za-z0-9]{40}"

# "?" stands for the value.
NAMED = {
    "YAML list of pairs": "env:\n  - name: DB_PASSWORD\n    value: ?\n  - name: MODE\n    value: prod\n",
    "YAML value first": "env:\n  - value: ?\n    name: DB_PASSWORD\n  - value: prod\n    name: MODE\n",
    "YAML pair with more between": "- name: API_TOKEN\n  description: a shop\n  type: string\n  value: ?\n",
    "YAML flow": "env: [{name: DB_PASSWORD, value: ?}, {name: B, value: c}]\n",
    "YAML key above": "parameters:\n  apiKey:\n    type: string\n    default: ?\n",
    "YAML rows": "tokens:\n  - ?\n  - other\n",
    "YAML anchor": "password: &pw ?\nother: *pw\n",
    "YAML tag": "password: !plain ?\n",
    "XML pair": "<property>\n <name>db.password</name>\n <note>a</note>\n <value>?</value>\n</property>",
    "XML pair, value first": "<property><value>?</value><name>db.password</name></property>",
    "XML attributes": '<add key="SmtpPassword" value="?" />',
    "XML attributes, value first": '<add value="?" key="SmtpPassword" />',
    "XML named element": '<string name="api_secret">?</string>',
    "XML value in named element": '<setting name="ApiSecret"><value>?</value></setting>',
    "XML element with attributes": '<a:Password Type="x">?</a:Password>',
    "XML CDATA": "<password><![CDATA[?]]></password>",
    "property list": "<dict><key>A</key><string>x</string><key>Password</key><string>?</string></dict>",
    "flow variable": "<vars><name>apiToken</name><value><stringValue>?</stringValue></value></vars>",
    "HTML cells": "<tr><td class='l'>API token:</td>\n<td><code>?</code></td></tr>",
    "HTML columns": "<table><tr><th>User</th><th>Password</th></tr>\n<tr><td>bob</td><td>?</td></tr></table>",
    "HTML list": "<dl><dt>API key</dt><dd>?</dd></dl>",
    "columns": "user,password,host\nbob,?,h1\n",
    "columns with quotes": 'title,note,password\n"a, b","x\ny",?\n',
    "columns with semicolons": "sep=;\nTitel;Passwort\nA;?\n",
    "columns with tabs": "user\tpassword\nbob\t?\n",
    "columns with empty cells": "folder,name,fields,login_uri,login_password\n,Git,,https://x.example,?\n",
    "Markdown columns": "| User | Password |\n|---|:---:|\n| bob | `?` |\n",
    "Markdown rows": "| Setting | Value |\n| --- | --- |\n| **Password** | `?` |\n",
    "Markdown without borders": "User | Password\n--- | ---\nbob | ?\n",
    "Markdown label": "**Password:** ?\n",
    "TOML list": 'tokens = [\n  "?",\n]\n',
    "HCL, value first": 'set {\n  value = "?"\n  name  = "auth.password"\n}\n',
    "JSON with comments": '{\n  // a\n  "h": [{"value": "?", "name": "X-Api-Key"},],\n}\n',
    "JSON5": "{h: [{value: '?', name: 'X-Api-Key'}]}",
    "JSON5, key above": "{\n  apiKey: {type: 'string', value: '?'},\n}\n",
    "JSON in a log": 'INFO {"h": [{"id": 3, "value": "?", "name": "X-Api-Key"}]}\n',
    "JSON in a string in a log": 'INFO "{\\"value\\": \\"?\\", \\"name\\": \\"X-Api-Key\\"}"\n',
    "SQL": "INSERT INTO users (name, password) VALUES ('a', 'it''s'), ('bob', '?');\n",
}


@pytest.mark.parametrize("name", NAMED)
def test_a_value_gets_the_name_of_its_place(name: str, random: Random) -> None:
    value = generate(TOKEN, random)
    text = NAMED[name].replace("?", value)
    named = Structure().names(text)
    assert value in {text[one.start : one.end] for one in named}
    found = default_detector().scan(Sample(text, named)).matches
    at = text.index(value)
    assert any(
        m.start <= at and at + len(value) <= m.end and m.confidence >= Confidence.MEDIUM for m in found
    )


# The same places with names of other things, and what merely looks like the notation.
UNNAMED = {
    "pair of another name": "- name: REGION\n  value: ?\n- name: DB_PASSWORD\n  value: short\n",
    "pair of another item": "- value: ?\n- name: DB_PASSWORD\n",
    "pair in another block": "a:\n  name: DB_PASSWORD\nb:\n  value: ?\n",
    "other braces": "[{name: 'X-Api-Key'}, {value: '?'}]",
    "other element": "<a><name>password</name></a><b><value>?</value></b>",
    "other column": "password,commit\nabcd,?\n",
    "other row": "<tr><td>Password</td></tr><tr><td>?</td></tr>",
    "other key of a property list": "<key>Password</key><string>abcd</string><key>A</key><string>?</string>",
    "a sentence with commas": "password, user, host\nwe saw that, ? there, and more, of it\n",
}


@pytest.mark.parametrize("name", UNNAMED)
def test_other_values_get_no_name(name: str, random: Random) -> None:
    value = generate(TOKEN, random)
    text = UNNAMED[name].replace("?", value)
    assert value not in {text[one.start : one.end] for one in Structure().names(text)}


def test_columns_are_known_in_every_piece_of_a_long_file(random: Random) -> None:
    first, second = generate(TOKEN, random), generate(TOKEN, random)
    structure = Structure()
    structure.names(f"user,password\nann,{first}\n")
    piece = f"bob,{second}\nno row at all\n"
    assert [(piece[n.start : n.end], n.relation) for n in structure.names(piece)] == [
        (second, Relation.COLUMN)
    ]


def test_rows_of_another_width_are_left_out(random: Random) -> None:
    value = generate(TOKEN, random)
    assert not any(Columns(",", 3, ((1, "password"),)).names(f"a,{value}\n"))


@pytest.mark.parametrize(
    "piece",
    [
        *(text.replace("?", "x" * 9) for text in NAMED.values()),
        "<a ",
        "<a b='",
        "<![CDATA[",
        "value: ",
        "value = {",
        "[{(",
        "\n- ",
        "---|",
        "** :** ",
        "tokens: [",
        "insert into a (b) values ('",
        '","',
        json.dumps({"a": 'b"'}) + ",",
    ],
)
def test_hostile_text_costs_linear_time(piece: str) -> None:
    """Twice the text must not cost much more than twice as much."""

    def cost(size: int) -> float:
        text = piece * (size // len(piece))
        start = process_time()
        Structure().names(text)
        return process_time() - start

    cost(1000)
    assert any(cost(80_000) < 8 * cost(20_000) + 0.1 for _ in range(3))  # a busy machine may spoil one
