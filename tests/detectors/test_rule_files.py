"""Mistakes in rule files are named with file, rule and field."""

from __future__ import annotations

from importlib import resources
from random import Random

import pytest

from detectors.engine import Detector
from detectors.model import Confidence, Kind, Sample, Severity
from detectors.rule_files import RuleFileError, load_rules, parse_rules, unique
from detectors.samples import generate

GOOD = """
[[rule]]
id = "acme-key"
title = "Acme key"
provider = "Acme"
severity = "high"
label = "ACME_KEY"
keywords = ["acme_"]
pattern = 'acme_[a-z0-9]{20}'
confidence = "high"
advice = "Roll it."
source = "https://example.com"
"""


def test_a_rule_is_read_with_its_defaults() -> None:
    (rule,) = parse_rules(GOOD, "acme.toml")
    assert (rule.id, rule.info.kind, rule.info.severity) == ("acme-key", Kind.SECRET, Severity.HIGH)
    assert rule.confidence is Confidence.HIGH
    assert rule.token_boundary
    assert rule.sample == rule.pattern.pattern
    assert rule.info.prefixes == ("acme_",)
    assert (rule.shape.low, rule.shape.high) == (25, 25)


BEHIND = GOOD.replace('keywords = ["acme_"]', 'behind = ["acme"]').replace(
    "acme_[a-z0-9]{20}", "[0-9a-f]{32}"
)


@pytest.mark.parametrize(
    "template",
    [
        *("acme: {}", "ACME={}", "my_acme_token: {}", "acmeApiKey = '{}'", '"acme": "{}"', "<acme>{}</acme>"),
        *(
            'new Acme.Client("{}")',
            'require("acme")("{}")',
            "https://api.acme.io/v1?apikey={}",
            "x\\nacme={}",
        ),
        *(
            '"name": "acme",\n "value": "{}"',
            '"key": "acme", "value": "{}"',
            "Acme API key\n{}",
            "acme_key|{}",
        ),
        *("[acme]\nuser = x\nkey = {}", "acme:\n  region: eu\n  key: {}", '"acme": {{\n    "apiKey": "{}"'),
        *("X-Acme-Auth: Bearer {}", "acme.secret.v2 => '{}'"),
    ],
)
def test_a_value_is_known_by_the_name_before_it(template: str) -> None:
    (rule,) = parse_rules(BEHIND, "acme.toml")
    value = generate("[0-9a-f]{32}", Random(template))
    found = Detector([rule]).scan(Sample(text := template.format(value))).matches
    assert [(m.rule_id, text[m.start : m.end]) for m in found if m.rule_id == rule.id] == [
        ("acme-key", value)
    ]


@pytest.mark.parametrize(
    "template",
    [
        *("acme_id: {}", "acmeSha: {}", "acme-commit={}", "acme.request.id: {}", "acme_key_id={}"),
        *(
            "2026-01-02,acme,{},ok",
            "| acme | {} |",
            '["acme", "{}"]',
            "acme_public_key: {}",
            "acme.cacheKey={}",
            "acme is new\nand so is the key: {}",
        ),
        *(
            "pharmacme: {}",
            "acmes: {}",
            "acme {}",
            "https://acme.io/{}",
            "acme_token: {}0",
            "ACME_AUTHOR: {}",
        ),
    ],
)
def test_a_thing_of_the_name_is_no_credential(template: str) -> None:
    (rule,) = parse_rules(BEHIND, "acme.toml")
    text = template.format(generate("[0-9a-f]{32}", Random(template)))
    assert not [m for m in Detector([rule]).scan(Sample(text)).matches if m.rule_id == rule.id]


@pytest.mark.parametrize(
    "value", ["[0-9a-f]{40}", "[A-Z][0-9][A-Za-z0-9_-]{30}[a-z]", "[a-z][A-Z][0-9][A-Za-z0-9+/]{24}="]
)
def test_without_a_pattern_any_random_value_is_meant(value: str) -> None:
    (rule,) = parse_rules(BEHIND.replace("pattern = '[0-9a-f]{32}'\n", ""), "acme.toml")
    text = f"acme: {generate(value, Random(value))}"
    (found,) = Detector([rule]).scan(Sample(text)).matches
    assert text[found.start :] == text.removeprefix("acme: ")


def test_what_names_imply_is_not_stated_twice() -> None:
    with pytest.raises(RuleFileError, match="'keywords': follows from the field 'behind'"):
        parse_rules(BEHIND + 'keywords = ["acme"]\n', "acme.toml")


def test_public_rules_are_low() -> None:
    (rule,) = parse_rules(GOOD + "public = true\n", "acme.toml")
    assert rule.confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("keywords =", "keyword ="), "field 'keyword': unknown field (did you mean 'keywords'?)"),
        (
            ('severity = "high"', 'severity = "hihg"'),
            "field 'severity': expected low, medium, high (did you mean 'high'?)",
        ),
        (('id = "acme-key"', 'id = "Acme Key"'), "field 'id': use lower-case words joined by hyphens"),
        (('label = "ACME_KEY"', 'label = "acme key"'), "field 'label': use A-Z, 0-9 and _"),
        (('["acme_"]', '["ac"]'), "field 'keywords': each needs at least 3 characters"),
        (('["acme_"]', "[]"), "field 'keywords': a rule needs keywords, or context words"),
        (('["acme_"]', '"acme_"'), "field 'keywords': expected list, found str"),
        (('["acme_"]', "[1]"), "field 'keywords': expected a list of strings"),
        (("{20}'", "{20}('"), "field 'pattern': missing ), unterminated subpattern"),
        (("acme_[a-z0-9]{20}", "(a?)"), "field 'pattern': matches the empty text"),
        (("acme_[a-z0-9]{20}", r"(acme_)\1"), "field 'pattern': groupref is not supported"),
        (('advice = "Roll it."', 'advice = ""'), "field 'advice': missing"),
        (
            ('source = "https://example.com"\n', 'source = "x"\ncheck = "base62-crc"\n'),
            "did you mean 'base62-crc32'?",
        ),
    ],
)
def test_mistakes_are_located(change: tuple[str, str], message: str) -> None:
    assert change[0] in GOOD
    with pytest.raises(RuleFileError) as caught:
        parse_rules(GOOD.replace(*change), "acme.toml")
    assert str(caught.value).startswith("acme.toml, rule ")
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["", "rule = 1", "[[rule]", "[other]\na = 1"])
def test_files_without_rules_are_refused(text: str) -> None:
    with pytest.raises(RuleFileError, match=r"^acme\.toml: "):
        parse_rules(text, "acme.toml")


def test_an_id_in_two_files_is_refused_with_both_names() -> None:
    rules = (*parse_rules(GOOD, "acme.toml"), *parse_rules(GOOD, "shops.toml"))
    with pytest.raises(RuleFileError, match=r"'acme-key' is defined twice: in acme\.toml and shops\.toml"):
        unique(rules)


def test_an_installation_without_rules_does_not_pass_for_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    empty = tmp_path_factory.mktemp("package")
    (empty / "rules").mkdir()
    monkeypatch.setattr("detectors.rule_files.resources.files", lambda _name: empty)
    with pytest.raises(RuleFileError, match="no rule files"):
        load_rules()


def test_every_rule_that_ships_passes_the_checks_made_of_other_peoples_rules() -> None:
    """Patterns are not checked at each start."""
    folder = resources.files("detectors").joinpath("rules")
    files = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    checked = unique(rule for file in files for rule in parse_rules(file.read_text("utf-8"), file.name))
    assert checked == load_rules()


def test_no_pattern_is_taken_apart_before_its_keyword_is_met(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand rules are read at each start of each worker."""

    def refuse(*_arguments: object) -> None:
        raise AssertionError("taken apart")

    for name in ("shape_of", "shape_behind", "behind_names", "_compiled"):
        monkeypatch.setattr(f"detectors.rule_files.{name}", refuse)
    detector = Detector(load_rules())
    assert detector.scan(Sample("The quick brown fox.")).matches == ()
    with pytest.raises(AssertionError, match="taken apart"):
        detector.scan(Sample("ghp_" + "a" * 36))


def test_every_keyword_stands_in_every_sample_of_some_kind() -> None:
    """Each rule can be reached: some keyword occurs in what its own pattern matches."""
    for rule in load_rules():
        if rule.keywords:
            alphabet = rule.shape.alphabet | set("".join(rule.shape.prefixes))
            fold = str.lower if rule.ignore_case else str
            reachable = {fold(char) for char in alphabet}
            assert any({*fold(word)} <= reachable for word in rule.keywords), rule.id
