"""What every scan promises, whatever it finds."""

from __future__ import annotations

import pickle
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors import keywords
from detectors.engine import Detector, default_detector, rule, rules
from detectors.model import BOUNDARY, Confidence, Named, Relation, Sample, ScanResult
from detectors.rule_files import load_rules, parse_rules
from detectors.samples import generate, positives, value_of
from tests.support.credentials import PASSWORD, Credential, credentials, essential

RULES = {rule.id: rule for rule in load_rules()}


def page(items: list[Credential]) -> str:
    return "\n".join(f"{item.label}: {item.value}\n{item.name}={item.value}" for item in items)


def scan(text: str, **more: object) -> ScanResult:
    return default_detector().scan(Sample(text, **more))  # type: ignore[arg-type]


def test_matches_are_ordered_and_apart() -> None:
    text = page(credentials(Random(1)))
    matches = scan(text).matches
    assert len(matches) > 40
    for one, next_one in pairwise(matches):
        assert one.end <= next_one.start
    assert all(0 <= match.start < match.end <= len(text) for match in matches)


@pytest.mark.parametrize("lead", ["", "é" * 7, "İstanbul ", "😀😀 ", "\t\r\n"])
def test_offsets_are_code_points_of_the_text(lead: str) -> None:
    for item in credentials(Random(2)):
        text = f"{lead}{item.label}: {item.value}\n"
        start = text.index(item.value)
        found = [m for m in scan(text).matches if m.start < start + len(item.value) and m.end > start]
        assert found, item.kind
        assert min(m.start for m in found) >= len(lead), item.kind
        assert max(m.end for m in found) <= start + len(item.value), item.kind


def test_neither_evidence_nor_repr_quotes_a_value() -> None:
    for item in credentials(Random(3)):
        for noisy in (False, True):
            result = scan(f'{item.label}: {item.value}\n"{item.name}": "{item.value}"', noisy=noisy)
            told = repr(result)
            prefixes = [prefix for info in rules() for prefix in info.prefixes]
            secret = essential(item.value)
            known = max((p for p in prefixes if secret.startswith(p)), key=len, default="")
            tail = secret[len(known) :]
            pieces = {tail[at : at + 8] for at in range(max(1, len(tail) - 8))}
            assert not [piece for piece in pieces if piece in told], item.kind


def test_a_sample_hides_its_text() -> None:
    value = generate(PASSWORD, Random(4))
    sample = Sample(value, named=(Named(value, 0, len(value), Relation.KEY),))
    assert value not in repr(sample)


def test_results_travel_between_processes() -> None:
    result = scan(page(credentials(Random(5))))
    assert pickle.loads(pickle.dumps(result)) == result


@pytest.mark.parametrize("noisy", [False, True])
def test_no_match_crosses_a_boundary(noisy: bool) -> None:
    for item in credentials(Random(6)):
        for at in {1, len(item.value) // 2, len(item.value) - 1}:
            broken = item.value[:at] + BOUNDARY + item.value[at:]
            for text in (f"{item.label}: {broken}", f"{item.label}{BOUNDARY}{item.value}", broken):
                for match in scan(text, noisy=noisy).matches:
                    assert BOUNDARY not in text[match.start : match.end], item.kind


def test_a_label_does_not_reach_over_a_boundary() -> None:
    value = generate("[0-9a-f]{32}", Random(7))
    assert not scan(f"API key: {BOUNDARY}{value}").matches
    assert not scan(f"API key{BOUNDARY}\n{value}").matches
    assert scan(f"API key: {value}{BOUNDARY}Done").matches[0].end == len(f"API key: {value}")


def test_dismissals_say_why() -> None:
    result = scan('api_key: "YOUR_API_KEY"\npassword: ********\ntoken = ${TOKEN}\n')
    assert result.matches == ()
    assert {s.reason for s in result.suppressed} >= {"masked", "a template or variable"}
    assert all(s.reason and s.start < s.end for s in result.suppressed)


def test_the_standard_library_alone_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = [
        RULES[name]
        for name in ("stripe-secret-key", "github-pat", "slack-bot-token", "jwt", "basic-auth-url")
    ]
    text = page(credentials(Random(8))) + "".join(e.text for r in chosen for e in positives(r, Random(8)))
    with_automaton = Detector(chosen).scan(Sample(text))
    monkeypatch.setattr(keywords, "ahocorasick", None)
    without = Detector(chosen)
    assert isinstance(without._index, keywords.PlainIndex)
    assert without.scan(Sample(text)) == with_automaton
    assert len(with_automaton.matches) > 30


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_scanned(text: str) -> None:
    for noisy in (False, True):
        breaks = frozenset(at for at, char in enumerate(text) if char == "\n")
        result = scan(text, noisy=noisy, soft_breaks=breaks)
        assert all(0 <= match.start < match.end <= len(text) for match in result.matches)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "password",
                "=",
                ":",
                '"',
                "token",
                " ",
                "\n",
                "Bearer",
                "a1B2c3D4e5F6g7H8",
                "{{",
                "}}",
                "cookie",
                "sid=",
                "<",
                ">",
                "eyJ",
                ".",
                "-----BEGIN PRIVATE KEY-----",
                "://",
                "@",
                "…",
                BOUNDARY,
                "recovery codes",
                "login",
                "is",
                "\\",
                "\\n",
                "é",
            ]
        ),
        max_size=40,
    )
)
def test_any_mixture_of_signs_can_be_scanned(pieces: list[str]) -> None:
    text = "".join(pieces)
    for noisy in (False, True):
        for match in scan(text, noisy=noisy).matches:
            assert 0 <= match.start < match.end <= len(text)
            assert BOUNDARY not in text[match.start : match.end]


def test_every_match_names_a_known_rule() -> None:
    for match in scan(page(credentials(Random(9)))).matches:
        assert rule(match.rule_id).title
    with pytest.raises(KeyError):
        rule("no-such-rule")


def test_rules_are_listed_once_and_in_order() -> None:
    ids = [info.id for info in rules()]
    assert ids == sorted(set(ids))
    assert {"jwt", "labelled-password", "session-cookie"} <= set(ids)


BARE = """
[[rule]]
id = "acme-hex"
title = "Acme key"
provider = "Acme"
severity = "high"
label = "ACME"
context = ["acme"]
pattern = '[0-9a-f]{32}'
confidence = "medium"
advice = "-"
source = "-"
"""


def test_a_bare_format_needs_its_context() -> None:
    detector = Detector(parse_rules(BARE, "test.toml"))
    value = generate("[0-9a-f]{32}", Random(10))
    assert [m.rule_id for m in detector.scan(Sample(f"Acme account\n{value}")).matches] == ["acme-hex"]
    assert detector.scan(Sample(f"Other account\n{value}")).matches == ()
    assert detector.scan(Sample("acme\n" + "x\n" * 6 + value)).matches == ()
    assert detector.scan(Sample("acme " + "word " * 60 + value)).matches == ()


@pytest.mark.parametrize("rule_id", ["github-pat", "npm-token"])
def test_a_checksum_decides_between_high_and_medium(rule_id: str) -> None:
    chosen = RULES[rule_id]
    value = value_of(chosen, Random(11))
    swapped = value[:-1] + ("a" if value[-1] != "a" else "b")
    right, wrong = (Detector([chosen]).scan(Sample(text)).matches[0].confidence for text in (value, swapped))
    assert (right, wrong) == (Confidence.HIGH, Confidence.MEDIUM)
    noisy = Detector([chosen]).scan(Sample(swapped, noisy=True)).matches[0].confidence
    assert noisy == Confidence.HIGH, "OCR may have misread a character; only a right checksum tells something"


def test_format_and_label_together_are_sure_and_one_finding() -> None:
    value = generate("[A-Za-z0-9]{40}", Random(12))
    found = scan(f"AWS_SECRET_ACCESS_KEY={value}").matches
    assert [match.confidence for match in found] == [Confidence.HIGH]
    assert "label" in found[0].evidence


def test_random_text_without_a_label_is_low_at_most() -> None:
    random = Random(13)
    for form, reported in (
        (r"[A-Za-z0-9]{36}[a-z][A-Z]\d{2}", True),
        ("[0-9a-f]{40}", False),
        ("[0-9a-f]{64}", False),
        ("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", False),
        ("sha512-[A-Za-z0-9+/]{86}==", False),
        ("_ZNSt[A-Za-z0-9]{36}", False),
    ):
        found = scan(f"see {generate(form, random)} for more").matches
        assert [match.confidence for match in found] == [Confidence.LOW] * reported, form


def test_rows_of_an_encoded_file_are_no_findings() -> None:
    random = Random(14)
    rows = "\n".join(generate("[A-Za-z0-9+/]{76}", random) for _ in range(8))
    assert scan(f"-----BEGIN CERTIFICATE-----\n{rows}\n-----END CERTIFICATE-----").matches == ()
    assert scan(f'data = """\n{rows}\n"""').matches == ()


@pytest.mark.parametrize(
    "before", ["https://api.example.com/v1/runs/", "https://", "see https://a.example/x?y=z&u=//b/"]
)
def test_of_an_address_only_the_random_part_is_covered(before: str) -> None:
    value = generate("[a-z][A-Z][0-9][A-Za-z0-9]{40}", Random(before))
    text = f"{before}{value}@host"
    (match,) = default_detector().scan(Sample(text)).matches
    assert (match.start, match.end) == (len(before), len(before) + len(value))
