"""Hostile texts cost time in proportion to their length, for every rule and for the labels."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random

import pytest

from detectors.engine import Detector, default_detector
from detectors.lexicon import lexicon
from detectors.model import Named, Relation, Sample
from detectors.rule_files import Rule, load_rules
from detectors.samples import value_of

SIZE = 2_500
FAST = 0.025
"""Seconds for ``SIZE`` code points that need no further proof: 100 KB/s of the worst text there is."""


ATTEMPTS = 4
"""A clock that jumps on a busy machine fails one of them; what is worse than linear fails all."""


def seconds(detector: Detector, sample: Sample) -> float:
    start = time.process_time()
    detector.scan(sample)
    return time.process_time() - start


def assert_linear(detector: Detector, make: Callable[[int], Sample], what: str) -> None:
    """``make(length)`` costs little, or at most in proportion to its length; a busy machine has some room."""
    if seconds(detector, make(SIZE)) < FAST or seconds(detector, make(SIZE)) < FAST:
        return
    small = large = 0.0
    for _ in range(ATTEMPTS):
        small, large = (
            min(seconds(detector, make(length)) for _ in range(2)) for length in (2 * SIZE, 8 * SIZE)
        )
        if large < small * 4 * 2 + 0.1:
            return
    pytest.fail(f"{what}: {small:.3f} s became {large:.3f} s at four times the length")


def repeated(piece: str, *, noisy: bool = False) -> Callable[[int], Sample]:
    return lambda length: Sample((piece * (length // max(1, len(piece)) + 1))[:length], noisy=noisy)


def hostile(rule: Rule) -> list[Callable[[int], Sample]]:
    """Texts made of the rule's own beginnings, characters and values."""
    keyword = rule.keywords[0] if rule.keywords else rule.context[0]
    value = value_of(rule, Random(1))
    letter = min(rule.shape.alphabet & set("aA0")) if rule.shape.alphabet & set("aA0") else "a"
    prefix = rule.shape.prefixes[0] or keyword
    return [
        repeated(keyword),
        repeated(keyword + " "),
        lambda length: Sample(prefix + letter * length),
        repeated(prefix + letter * 40 + "-"),
        repeated(value[:-1] + "\n"),
        repeated(value),
    ]


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.id)
def test_every_rule_takes_linear_time(rule: Rule) -> None:
    detector = Detector([rule])
    for number, make in enumerate(hostile(rule)):
        assert_linear(detector, make, f"{rule.id}, text {number}")


PIECES = (
    *(
        "password=",
        'password: "',
        "api_key ",
        '"token":',
        "secret\n",
        "Bearer ",
        "Authorization: ",
        "cookie: a=b;",
    ),
    *(
        "?key=",
        "login is a / ",
        "recovery codes\n",
        "{{",
        "${",
        "<a ",
        "password is ",
        '"password" value="',
        "\\",
    ),
    *(
        "-----BEGIN PRIVATE KEY-----\n",
        "://a:b",
        "eyJ",
        "a1B2c3D4",
        "aB3/",
        "= ",
        '"',
        "'",
        "\x1e",
        " ",
        "\n",
        "…",
    ),
    *("client secret (x) ", "password for a b c ", "A" * 50 + "\n", "0123456789abcdef", "token|", "a@b:"),
)


@pytest.mark.parametrize("noisy", [False, True])
@pytest.mark.parametrize("piece", PIECES)
def test_labels_take_linear_time(piece: str, noisy: bool) -> None:
    assert_linear(default_detector(), repeated(piece, noisy=noisy), repr(piece))


@pytest.mark.parametrize("form", ["{} ", "{}=", "{}: x ", '"{}": "'])
def test_every_trigger_word_takes_linear_time(form: str) -> None:
    words = "".join(form.format(word) for word in sorted(lexicon().triggers))
    assert_linear(default_detector(), repeated(words), form)


def test_wrapped_rows_take_linear_time() -> None:
    def wrapped(length: int) -> Sample:
        text = ("aB3" * 20 + "\n") * (length // 61)
        breaks = frozenset(at for at, char in enumerate(text) if char == "\n")
        return Sample(text, soft_breaks=breaks, noisy=True)

    assert_linear(default_detector(), wrapped, "wrapped rows")


def test_many_names_take_linear_time() -> None:
    def named(length: int) -> Sample:
        text = "x1Y2z3W4 " * (length // 9)
        spans = tuple(Named("token", at, at + 8, Relation.KEY) for at in range(0, len(text) - 9, 9))
        return Sample(text, named=spans)

    assert_linear(default_detector(), named, "names")
