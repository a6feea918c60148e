"""Every rule's own samples, run through the detector that ships.

The rule files hold templates and expressions only; the values are generated here, seeded with the rule's id.
"""

from __future__ import annotations

from importlib import resources
from random import Random

import pytest

from detectors.engine import default_detector
from detectors.model import Confidence, Sample
from detectors.regex_tree import Node, Repeat, Sequence, parse
from detectors.rule_files import Rule, load_rules
from detectors.samples import negatives, positives

RULES = load_rules()
LONGEST_FILE = 400
FEWEST_RULES = 500
FEWEST_PROVIDERS = 250

each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])


@each_rule
def test_finds_its_own_samples(rule: Rule) -> None:
    for example in positives(rule, Random(rule.id)):
        matches = default_detector().scan(Sample(example.text)).matches
        covering = {m.rule_id for m in matches if m.start <= example.start and m.end >= example.end}
        assert rule.id in covering, f"covered by {covering or 'nothing'}"


@each_rule
def test_reports_its_samples_with_the_confidence_it_states(rule: Rule) -> None:
    for example in positives(rule, Random(rule.id)):
        matches = default_detector().scan(Sample(example.text)).matches
        stated = min(m.confidence for m in matches if m.start <= example.start and m.end >= example.end)
        assert (stated == Confidence.LOW) if rule.public else (stated >= rule.confidence)


@each_rule
def test_stays_silent_on_its_counter_samples(rule: Rule) -> None:
    for text in negatives(rule, Random(rule.id)):
        matches = default_detector().scan(Sample(text)).matches
        loud = [m for m in matches if m.rule_id == rule.id and m.confidence >= Confidence.MEDIUM]
        assert not loud, text


@each_rule
def test_says_what_a_person_needs(rule: Rule) -> None:
    assert rule.match, "no samples"
    assert rule.no_match, "no counter-samples"
    assert rule.info.source
    assert rule.info.advice.endswith((".", "…")), "advice is a sentence"
    assert rule.info.rotate_url is None or rule.info.rotate_url.startswith("https://")
    assert all(len(word) >= 3 for word in rule.keywords)
    assert rule.keywords or rule.context


@each_rule
def test_holds_no_value_literally(rule: Rule) -> None:
    """No token-shaped string lives in the repository: templates match only once they are filled."""
    for template in rule.match:
        assert not rule.pattern.search(template), template
    for template in (*rule.match, *rule.no_match):
        assert not _token_in(template), template


@each_rule
def test_keyword_stands_in_a_sample(rule: Rule) -> None:
    """A keyword is searched for literally, so a rule whose keywords miss its own samples can never fire."""
    for example in positives(rule, Random(rule.id)):
        text = example.text.lower() if rule.ignore_case or not rule.keywords else example.text
        words = [word.lower() if rule.ignore_case else word for word in rule.keywords or rule.context]
        assert any(word in text for word in words)


@each_rule
def test_takes_linear_time(rule: Rule) -> None:
    """An open-ended repetition inside another one would take quadratic time or worse on hostile text."""
    assert not _open_repeat_inside_open_repeat(parse(rule.pattern.pattern))


def test_there_are_many_rules_for_many_providers() -> None:
    assert len(RULES) >= FEWEST_RULES
    assert len({rule.info.provider for rule in RULES}) >= FEWEST_PROVIDERS


def test_ids_are_unique() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_rule_files_stay_readable() -> None:
    folder = resources.files("detectors").joinpath("rules")
    for entry in folder.iterdir():
        if entry.name.endswith(".toml"):
            assert len(entry.read_text("utf-8").splitlines()) <= LONGEST_FILE, entry.name


def _token_in(template: str) -> bool:
    """Whether a rule with a prefix and no context finds something in the bare template."""
    matches = default_detector().scan(Sample(template)).matches
    named = {m.rule_id for m in matches if m.confidence == Confidence.HIGH}
    return any(r.id in named and r.token_boundary and not r.ignore_case for r in RULES)


def _open_repeat_inside_open_repeat(node: Node, *, inside: bool = False) -> bool:
    match node:
        case Repeat(item, _, high):
            is_open = high is None
            return (is_open and inside) or _open_repeat_inside_open_repeat(item, inside=inside or is_open)
        case Sequence(items):
            return any(_open_repeat_inside_open_repeat(item, inside=inside) for item in items)
        case _:
            options = getattr(node, "options", ())
            return any(_open_repeat_inside_open_repeat(option, inside=inside) for option in options)
