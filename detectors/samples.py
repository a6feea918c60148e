"""Strings generated from a rule's own format, and the texts around them, for tests and ``rules test``.

No sample is stored anywhere: each is made at run time from a regular expression and a random source.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from detectors.checks import CHECKS
from detectors.regex_tree import Chars, Choice, Node, Repeat, Sequence, parse
from detectors.rule_files import Rule

_OPEN_ENDED = 24
_ATTEMPTS = 50
_LETTERS_AND_DIGITS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


@dataclass(frozen=True, slots=True)
class Example:
    """A text and where the value stands in it (code points, half-open) that a rule must cover."""

    text: str = field(repr=False)
    start: int
    end: int


class SampleError(ValueError):
    """A rule's ``sample`` expression yields strings that its ``pattern`` refuses."""


def generate(pattern: str, random: Random) -> str:
    """A random string matching ``pattern``; open-ended repetitions stop at 24 beyond their minimum."""
    return _generate(parse(pattern), random)


def _generate(node: Node, random: Random) -> str:
    match node:
        case Chars(choices):
            plain = choices & _LETTERS_AND_DIGITS
            # Negated classes and dots mean "anything": letters and digits keep the sample one token.
            return random.choice(sorted(plain if len(choices) > 80 else choices))
        case Sequence(items):
            return "".join(_generate(item, random) for item in items)
        case Choice(options):
            return _generate(random.choice(options), random)
        case Repeat(item, low, high):
            limit = low + _OPEN_ENDED if high is None else min(high, low + _OPEN_ENDED)
            return "".join(_generate(item, random) for _ in range(random.randint(low, limit)))


def value_of(rule: Rule, random: Random) -> str:
    """A value in the rule's format that also passes its check.

    Raises:
        SampleError: no generated value matches the rule's pattern.
    """
    for _ in range(_ATTEMPTS):
        value = generate(rule.sample, random)
        if rule.check:
            value = CHECKS[rule.check].repair(value, random)
        if rule.pattern.fullmatch(value):
            return value
    raise SampleError(f"rule {rule.id!r}: its sample does not match its pattern")


def positives(rule: Rule, random: Random) -> list[Example]:
    """One text per ``match`` template of the rule, ``{}`` replaced by a fresh value.

    The span is the value's, or that of its ``secret`` group when the pattern has one.
    """
    found = []
    for template in rule.match or ("{}",):
        value = value_of(rule, random)
        start = template.index("{}")
        matched = rule.pattern.fullmatch(value)
        assert matched
        group = "secret" if rule.covers_part else 0
        first, last = matched.span(group)
        text = template[:start] + value + template[start + 2 :].replace("{}", value)
        found.append(Example(text, start + first, start + last))
    return found


def negatives(rule: Rule, random: Random) -> list[str]:
    """One text per ``no_match`` template: every ``{regex}`` in it replaced by a generated string."""
    return [fill(template, random) for template in rule.no_match]


def fill(template: str, random: Random) -> str:
    """``template`` with each balanced ``{regex}`` replaced by a string generated from it."""
    out: list[str] = []
    at = 0
    while (start := template.find("{", at)) >= 0:
        depth, end = 1, start + 1
        while end < len(template) and depth:
            depth += {"{": 1, "}": -1}.get(template[end], 0)
            end += 1
        if depth:
            break
        out += [template[at:start], generate(template[start + 1 : end - 1], random)]
        at = end
    return "".join([*out, template[at:]])
