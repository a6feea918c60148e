"""Strings generated from regular expressions match them, and say where the value stands."""

from __future__ import annotations

import re
from random import Random

import pytest

from detectors.regex_tree import UnsupportedPatternError, parse
from detectors.rule_files import load_rules, parse_rules
from detectors.samples import SampleError, fill, generate, positives, value_of
from detectors.shape import UNLIMITED, shape_of
from tests.detectors.test_rule_files import GOOD


@pytest.mark.parametrize(
    "pattern",
    [
        "[a-z]{3,5}-[0-9A-F]{8}",
        r"(?:sk|rk)_live_\w{24,99}",
        r"x+y*z?[^a-z]",
        r"(?P<secret>\d{4}(?:-\d{4}){3})(?!\d)",
        r"(?i:abc)[.]\S{4}",
        r"\Aa|b\Z",
        r"[\w.-]{2,}@[^\s@]{3}",
    ],
)
def test_generated_strings_match_their_expression(pattern: str) -> None:
    random = Random(1)
    compiled = re.compile(pattern, re.ASCII)
    assert all(compiled.fullmatch(generate(pattern, random)) for _ in range(200))


def test_the_same_seed_gives_the_same_string() -> None:
    assert generate("[a-z]{30}", Random(5)) == generate("[a-z]{30}", Random(5))


@pytest.mark.parametrize("pattern", [r"(a)\1", r"(a)?(?(1)b|c)"])
def test_back_references_are_refused(pattern: str) -> None:
    with pytest.raises(UnsupportedPatternError):
        parse(pattern)


def test_regex_fields_of_a_template_are_filled() -> None:
    filled = fill("key={[a-f]{4}} id={\\d{2}} {", Random(2))
    assert re.fullmatch(r"key=[a-f]{4} id=\d{2} \{", filled)


def test_positive_examples_point_at_the_secret_group() -> None:
    text = GOOD.replace("acme_[a-z0-9]{20}", "acme_(?P<secret>[a-z0-9]{20})") + "match = ['key: {}!']\n"
    (rule,) = parse_rules(text, "acme.toml")
    (example,) = positives(rule, Random(3))
    assert re.fullmatch(r"key: acme_[a-z0-9]{20}!", example.text)
    assert re.fullmatch("[a-z0-9]{20}", example.text[example.start : example.end])
    assert example.text[example.start : example.end] not in repr(example)


def test_a_sample_that_cannot_match_is_an_error() -> None:
    (rule,) = parse_rules(GOOD + "sample = 'other_[a-z]{20}'\n", "acme.toml")
    with pytest.raises(SampleError, match="acme-key"):
        value_of(rule, Random(4))


@pytest.mark.parametrize(
    ("pattern", "low", "high", "prefixes"),
    [
        (r"gh[pousr]_[A-Za-z0-9]{36}", 40, 40, {"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}),
        (r"(?:sk|rk)_live_[a-z]{24,}", 32, UNLIMITED, {"sk_live_", "rk_live_"}),
        (r"https?://a\.b/", 11, 12, {"http://a.b/", "https://a.b/"}),
        (r"[0-9a-f]{32}-us\d{1,2}", 36, 37, {""}),
        (r"(?i:ab)c", 3, 3, {"ABc", "Abc", "aBc", "abc"}),
    ],
)
def test_shapes_are_measured(pattern: str, low: int, high: int, prefixes: set[str]) -> None:
    shape = shape_of(pattern)
    assert (shape.low, shape.high, set(shape.prefixes)) == (low, high, prefixes)


def test_every_rule_begins_with_one_of_its_prefixes_and_has_a_length_in_its_range() -> None:
    random = Random(6)
    for rule in load_rules():
        value = value_of(rule, random)
        fold = str.lower if rule.ignore_case else str
        assert any(fold(value).startswith(fold(prefix)) for prefix in rule.shape.prefixes), rule.id
        assert rule.shape.low <= len(value), rule.id
        assert len(value) <= rule.shape.high or rule.shape.high == UNLIMITED, rule.id
