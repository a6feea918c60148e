"""Which label on a page a value belongs to, and where the value ends, when the text is exact."""

from __future__ import annotations

from random import Random

import pytest

from detectors.engine import default_detector
from detectors.model import Confidence, Named, Relation, Sample
from detectors.samples import generate
from tests.support.credentials import PASSWORD, UUID

TOKEN = "[A-Za-z0-9]{32}"


def found(sample: Sample) -> list[str]:
    """What is covered at medium or more."""
    result = default_detector().scan(sample)
    return [sample.text[m.start : m.end] for m in result.matches if m.confidence >= Confidence.MEDIUM]


def form(*rows: tuple[str, str]) -> Sample:
    """Two columns as a page's layout offers them: each cell names the one right of it and the one below."""
    text = "\n".join(f"{left}\t{right}" for left, right in rows)
    cells: list[tuple[int, int, str]] = []
    at = 0
    for row in rows:
        for cell in row:
            cells.append((at, at + len(cell), cell))
            at += len(cell) + 1
    named = []
    for number, (_, _, label) in enumerate(cells):
        if number % 2 == 0:
            named.append(Named(label, *cells[number + 1][:2], Relation.RIGHT))
        named += [Named(label, *cell[:2], Relation.BELOW) for cell in cells[number + 2 :: 2]]
    return Sample(text, named=tuple(named))


def test_in_a_form_the_label_on_the_left_names_a_value_and_no_heading_does(random: Random) -> None:
    token, password, identifier = (generate(form, random) for form in (TOKEN, PASSWORD, UUID))
    rows = (("Type", "Bearer Token"), ("Token", token), ("Password", password), ("Session ID", identifier))
    assert found(form(*rows)) == [token, password]


def test_the_next_label_of_a_form_is_no_password(random: Random) -> None:
    password, identifier = generate(PASSWORD, random), generate(UUID, random)
    assert found(form(("Kennwort", password), ("Mandanten-ID", identifier))) == [password]
    assert found(form(("Kennwort", password), ("Srv-Alt2", "db.example.net"))) == [password]


def test_below_a_heading_every_row_counts(random: Random) -> None:
    one, other = generate(PASSWORD, random), generate(PASSWORD, random)
    table = form(("Service", "Password"), ("CRM", one), ("Mailer", other))
    assert found(table) == [one, other]


@pytest.mark.parametrize("rule", ["-------+------+------\n", ""])
@pytest.mark.parametrize("bar", [" | ", "\t|\t"])
def test_columns_drawn_with_bars(rule: str, bar: str, random: Random) -> None:
    one, other, commit = generate(TOKEN, random), generate(TOKEN, random), generate("[0-9a-f]{40}", random)
    table = f"name{bar}token{bar}revision\n{rule}crm{bar}{one}{bar}{commit}\nbilling | {other} | {commit}\n"
    assert found(Sample(table)) == [one, other]


@pytest.mark.parametrize("notation", ["Authorization: Basic {}", "AWS_SECRET_ACCESS_KEY={}", "API key: {}"])
def test_base64_may_begin_with_a_plus(notation: str, random: Random) -> None:
    value = "+" + generate("[A-Za-z0-9+/]{42}=", random)
    assert found(Sample(notation.format(value))) == [value]


@pytest.mark.parametrize("line", ["password = 'a' + load()", "token: +49 30 5550100", "api_key = +counter"])
def test_other_pluses_begin_no_value(line: str) -> None:
    assert found(Sample(line)) == []


@pytest.mark.parametrize("mark", ["2. ", "3) ", "- "])
def test_the_next_entry_of_a_list_is_no_part_of_a_value(mark: str, random: Random) -> None:
    password = generate(PASSWORD, random)
    text = f"1. Sign in with the initial password {password}.\n{mark}VPN: vpn.example.net"
    matches = found(Sample(text, soft_breaks=frozenset({text.index("\n")})))
    assert [match.rstrip(".") for match in matches] == [password]


@pytest.mark.parametrize("sign", "*=|!")
def test_a_sign_in_a_password_ends_no_label(sign: str, random: Random) -> None:
    password = f"{generate('[A-Z]{2}[a-z]{5}', random)}{sign}{generate('[0-9]{3}[A-Z][0-9][A-Z]{3}', random)}"
    assert found(Sample(f"VPN: gateway vpn.example.net, group secret is {password}\nJoin")) == [password]
