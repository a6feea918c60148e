"""What screens and their readers do to secrets: each test is one cause of a miss or of a hidden neighbour."""

from __future__ import annotations

from random import Random

import pytest

from detectors.engine import default_detector
from detectors.model import Confidence, Named, Relation, Sample
from detectors.samples import generate

RANDOM = Random(20261123)
HEX = generate("[0-9a-f]{32}", RANDOM)
TOKEN = generate("[A-Z][a-z0-9]{3}[A-Za-z0-9]{24}[0-9][A-Z]", RANDOM)
PASSWORD = generate("[A-Z]{2}[a-z]{5}[!?*][0-9]{3}[A-Za-z0-9]{4}[0-9]", RANDOM)
GITHUB = generate("ghp_[A-Za-z0-9]{36}", RANDOM)
UUID = generate("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", RANDOM)


def covered(sample: Sample) -> list[str]:
    """The texts that would be hidden by default."""
    found = default_detector().scan(sample).matches
    return [sample.text[m.start : m.end] for m in found if m.confidence >= Confidence.MEDIUM]


def below(text: str, *rows: str) -> tuple[Named, ...]:
    """Every row as the name of the next, as the layout of one column offers them."""
    places = [text.index(row) for row in rows]
    return tuple(
        Named(name, start, start + len(value), Relation.BELOW)
        for name, value, start in zip(rows, rows[1:], places[1:], strict=False)
    )


def noisy(text: str, *rows: str, soft: str = "") -> Sample:
    breaks = frozenset({text.index(soft)} if soft else ())
    return Sample(text, named=below(text, *rows), soft_breaks=breaks, noisy=True)


def test_a_name_and_its_value_in_four_rows() -> None:
    rows = ("Name", "X-Api-Key", "Value", TOKEN)
    assert covered(noisy("\n".join(rows), *rows)) == [TOKEN]
    other = ("Name", "Colour", "Value", TOKEN)
    assert covered(noisy("\n".join(other), *other)) == []


@pytest.mark.parametrize("noise", [False, True])
def test_a_name_and_its_value_in_two_rows_of_yaml(*, noise: bool) -> None:
    text = (
        f"env:\n- name: N8N_ENCRYPTION_KEY\n  value: {HEX}\n- name: GIT_COMMIT\n  value: {HEX[::-1]}0a1b2c3d"
    )
    assert covered(Sample(text, noisy=noise)) == [HEX]


@pytest.mark.parametrize("button", ["Copy", "Copier", "Hide", "2026-12-01"])
def test_a_button_or_the_next_column_beside_a_token(button: str) -> None:
    rows = ("Clé API", f"{HEX} {button}")
    assert covered(noisy("\n".join(rows), *rows)) == [HEX]


def test_a_word_glued_to_a_token() -> None:
    rows = ("API key", f"{HEX}Copy")
    assert covered(noisy("\n".join(rows), *rows)) == [f"{HEX}Copy"]


def test_scraps_between_the_first_line_of_a_key_and_its_body() -> None:
    body = "\n".join(generate("[A-Za-z0-9+/]{64}", RANDOM) for _ in range(6))
    dashes = "-" * 3
    text = f"{dashes}BEGIN RSA PRIVATE KEY{dashes}\n- -\n{body}\n{dashes}END RSA PRIVATE KEY{dashes}\n$ ls"
    [found] = covered(Sample(text, noisy=True))
    assert body in found
    assert not found.endswith("$ ls")


def test_a_host_behind_a_token_stays_readable() -> None:
    text = f"git push https://ci:{GITHUB}@github.com/acme/flows.git"
    [found] = covered(Sample(text, noisy=True))
    assert GITHUB in found
    assert "github.com" not in found


def test_a_tab_ends_a_token() -> None:
    text = f"Production\t{GITHUB}\t2026-04-10\t{HEX[:12]}"
    assert covered(Sample(text, noisy=True)) == [GITHUB]


def test_a_label_that_wraps_inside_its_name() -> None:
    text = f"https://api.example.net/run?api-version=1&si\ng={TOKEN}"
    assert covered(noisy(text, soft="\n")) == [TOKEN]


def test_the_next_rows_name_does_not_go_on_with_a_token() -> None:
    text = f"TOKEN={GITHUB[:-2]}\nCOMMIT = {HEX}"
    assert all("COMMIT" not in found for found in covered(noisy(text, soft="\n")))


def test_a_request_line_ends_a_wrapped_token() -> None:
    text = f"GET /export?access_token={HEX}{HEX[::-1]}\nHTTP/1.1\nHost: api.example.com"
    assert covered(noisy(text, soft="\n")) == [HEX + HEX[::-1]]


@pytest.mark.parametrize("noise", [False, True])
def test_a_password_behind_its_name_in_a_sentence(*, noise: bool) -> None:
    sentence = "Sign in with your name and the initial password"
    assert covered(Sample(f"{sentence} {PASSWORD}.", noisy=noise)) == [PASSWORD]
    assert covered(Sample(f"{sentence}\n{PASSWORD}.", noisy=noise)) == [PASSWORD]
    assert covered(Sample(f"{sentence}\nof the account.", noisy=noise)) == []


def test_two_labels_beside_each_other_keep_their_columns() -> None:
    text = f"TENANT ID\tPASSPHRASE\n{UUID}\t{PASSWORD}"
    assert covered(Sample(text)) == [PASSWORD]


def test_a_form_is_no_table() -> None:
    text = f"CONSUMER KEY\tCONSUMER SECRET\n{TOKEN}\t{HEX}\nTENANT ID\tPASSPHRASE\n{UUID}\t{PASSWORD}"
    assert UUID not in covered(Sample(text))
    assert {TOKEN, HEX, PASSWORD} <= set(covered(Sample(text)))


def test_parameters_under_a_token_address_are_judged_one_by_one() -> None:
    text = f"POST /oauth/token\ngrant_type=client_credentials&client_id={HEX[:20]}&client_secret={TOKEN}"
    assert covered(Sample(text, noisy=True)) == [TOKEN]


def test_stars_read_as_letters_are_a_mask() -> None:
    assert covered(Sample("password: **W*Ksew", noisy=True)) == []


def test_a_misread_digit_leaves_hexadecimal_a_key() -> None:
    misread = HEX[:9] + "l" + HEX[10:]
    assert covered(Sample(f"X-CSRF-Token: {misread}", noisy=True)) == [misread]


def test_a_token_that_the_edge_of_its_field_cuts() -> None:
    cut = "github_pat_" + TOKEN[:18]
    assert covered(Sample(f"Deploy\n{cut}\nTrace id", noisy=True)) == [cut]


def test_setup_keys_in_groups() -> None:
    key = " ".join(generate("[A-Z]{3}[2-7]", RANDOM) for _ in range(8))
    text = f"Scan the QR code with your app or type this\n{key}\nEnter the code"
    assert covered(Sample(text, noisy=True)) == [key]


def test_codes_in_one_row() -> None:
    codes = " ".join(generate("[0-9a-f]{4}[0-9]-[0-9][0-9a-f]{4}", RANDOM) for _ in range(4))
    assert covered(Sample(f"Backup codes: {codes}\nRef 1a4ee24")) == [codes]


@pytest.mark.parametrize(
    "text",
    ["for sftp it's svc_flow / {} on port 2222", "wifi pw in the office: {}", "Basic Auth\napiuser|{}"],
)
def test_passwords_that_chats_and_forms_tell(text: str) -> None:
    rows = text.format(PASSWORD).split("\n")
    assert covered(noisy("\n".join(rows), *rows)) == [PASSWORD]


def test_random_basic_credentials_are_covered() -> None:
    value = generate("[A-Za-z0-9]{10}[0-9][A-Za-z0-9+/]{31}", RANDOM)
    assert covered(Sample(f"Authorization: Basic {value}", noisy=True)) == [value]
