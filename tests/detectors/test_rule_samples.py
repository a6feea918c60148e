"""Every rule's own samples, run through the detector that ships.

The rule files hold templates and expressions only; the values are generated here, seeded with the rule's id.
A case is a file of rules; a failure names each rule that is at fault.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
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
FEWEST_RULES = 1_200
FEWEST_PROVIDERS = 800

IN_FILE: dict[str, list[Rule]] = defaultdict(list)
for one in RULES:
    IN_FILE[one.file].append(one)

each_file = pytest.mark.parametrize("rules", IN_FILE.values(), ids=IN_FILE)


def assert_none(rules: Iterable[Rule], problems: Callable[[Rule], Iterable[str]]) -> None:
    found = [f"{rule.id}: {problem}" for rule in rules for problem in problems(rule)]
    assert not found, "\n".join(found)


@each_file
def test_finds_its_own_samples_with_the_confidence_it_states(rules: list[Rule]) -> None:
    def problems(rule: Rule) -> Iterator[str]:
        for example in positives(rule, Random(rule.id)):
            matches = default_detector().scan(Sample(example.text)).matches
            covering = [m for m in matches if m.start <= example.start and m.end >= example.end]
            if rule.id not in {m.rule_id for m in covering}:
                yield f"{example.text!r} is covered by {[m.rule_id for m in covering] or 'nothing'}"
            elif (stated := min(m.confidence for m in covering)) < rule.confidence:
                yield f"{example.text!r} has {stated.word} confidence"
            elif rule.public and stated > Confidence.LOW:
                yield f"{example.text!r} is meant to be published"

    assert_none(rules, problems)


@each_file
def test_stays_silent_on_its_counter_samples(rules: list[Rule]) -> None:
    def problems(rule: Rule) -> Iterator[str]:
        for text in negatives(rule, Random(rule.id)):
            matches = default_detector().scan(Sample(text)).matches
            if any(m.rule_id == rule.id and m.confidence >= Confidence.MEDIUM for m in matches):
                yield f"finds something in {text!r}"

    assert_none(rules, problems)


@each_file
def test_says_what_a_person_needs(rules: list[Rule]) -> None:
    def problems(rule: Rule) -> Iterator[str]:
        if not rule.match:
            yield "no samples"
        if not rule.no_match:
            yield "no counter-samples"
        if not rule.info.advice.endswith((".", "…")):
            yield "advice is a sentence"
        if not (rule.info.rotate_url or "https://").startswith("https://"):
            yield "rotate_url is no https address"
        if rule.info.rotate_url and rule.info.provider in {"any", "several"}:
            yield "sends the customers of all its providers to one of them"

    assert_none(rules, problems)


@each_file
def test_holds_no_value_literally(rules: list[Rule]) -> None:
    """No token-shaped string lives in the repository: templates match only once they are filled."""

    def problems(rule: Rule) -> Iterator[str]:
        for template in rule.match:
            if rule.pattern.search(template):
                yield f"finds {template!r}"
        for template in (*rule.match, *rule.no_match):
            if _token_in(template):
                yield f"a token stands in {template!r}"

    assert_none(rules, problems)


@each_file
def test_keyword_stands_in_a_sample(rules: list[Rule]) -> None:
    """A keyword is searched for literally, so a rule whose keywords miss its own samples can never fire."""

    def problems(rule: Rule) -> Iterator[str]:
        words = [word.lower() if rule.ignore_case else word for word in rule.keywords or rule.context]
        for example in positives(rule, Random(rule.id)):
            text = example.text.lower() if rule.ignore_case or not rule.keywords else example.text
            if not any(word in text for word in words):
                yield f"none of {words} stands in {example.text!r}"

    assert_none(rules, problems)


@each_file
def test_takes_linear_time(rules: list[Rule]) -> None:
    """An open-ended repetition inside another one would take quadratic time or worse on hostile text."""

    def problems(rule: Rule) -> Iterator[str]:
        if _open_repeat_inside_open_repeat(parse(rule.pattern.pattern)):
            yield rule.pattern.pattern

    assert_none(rules, problems)


def test_there_are_many_rules_for_many_providers() -> None:
    assert len(RULES) >= FEWEST_RULES
    assert len({rule.info.provider for rule in RULES}) >= FEWEST_PROVIDERS


def test_a_provider_and_a_title_are_written_one_way() -> None:
    spellings: dict[str, set[str]] = defaultdict(set)
    for rule in RULES:
        for words in (rule.info.provider, rule.info.title):
            spellings["".join(filter(str.isalnum, words.lower()))].add(words)
    assert [found for found in spellings.values() if len(found) > 1] == []


def test_rule_files_stay_readable() -> None:
    folder = resources.files("detectors").joinpath("rules")
    long = {
        entry.name: lines
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
        and (lines := len(entry.read_text("utf-8").splitlines())) > LONGEST_FILE
    }
    assert not long


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
