"""Values known from elsewhere: found without a label, misread or not, and nothing that only looks alike."""

from __future__ import annotations

from random import Random

from detectors.known_values import LONGEST_DOUBTED, KnownValue, KnownValues
from detectors.model import Confidence, Sample
from detectors.samples import generate


def found(values: list[str], text: str, *, noisy: bool) -> list[tuple[str, str]]:
    known = KnownValues(KnownValue("generic-secret", value, Confidence.HIGH) for value in values)
    pairs = known.matches(Sample(text, noisy=noisy))
    return sorted({(text[match.start : match.end], one) for match, one in pairs})


def test_a_value_is_found_as_it_stands(random: Random) -> None:
    value, other = generate("[a-z0-9]{20}", random), generate("[a-z0-9]{20}", random)
    assert found([value, other], f"nothing but {value} here", noisy=False) == [(value, value)]
    assert found([value], f"x{value}y", noisy=False) == []


def test_a_misread_value_is_that_value() -> None:
    value = "aT0rk5Fp" + "Zq8mW1eX"
    for read in ("aTOrkSFp" + "Zq8mW1eX", "aT0rk5Fp" + " Zq8mW1eX", "aT0rk5Fp" + "Zq8mWleX"):
        assert [one for _, one in found([value], f"shown {read} twice", noisy=True)] == [value]
    assert found([value], "shown aT0rk5Fp" + "Zq8mHieX twice", noisy=True) == []


def test_a_value_that_was_misread_itself_is_told_as_it_stands() -> None:
    read, real = "aTOrk5Fp" + "Zq8mW1eK", "aT0rk5Fp" + "Zq8mW1eX"
    known = KnownValues([KnownValue("generic-secret", read, Confidence.HIGH, exact=False)])
    text = f"nothing but {real} here"
    assert [value for _, value in known.matches(Sample(text))] == [real]
    assert list(known.matches(Sample("x " * (LONGEST_DOUBTED // 2) + text))) == []


def test_what_stands_beside_a_value_is_none_of_it() -> None:
    value = "aT0rk5Fp" + "Zq8mW1eX"
    for text in (f'token = "{value}"', f"/{value}/edit", f"({value})"):
        assert found([value], text, noisy=True) == [(value, value)]


def test_only_long_values_may_have_a_wrong_character() -> None:
    assert found(["Winter24x"], "in Winter24 we met", noisy=True) == []
    assert found(["Winter24xQ9rT2b"], "in Winter24xQ9r2b we met", noisy=True) != []


def test_the_nearest_of_two_values_is_meant() -> None:
    first, second = "qwertz7uiop8asdfA", "qwertz7uiop8asdfK"
    assert found([first, second], f"it says {second}.", noisy=True)[0] == (second, second)


def test_values_that_cannot_be_looked_for_are_left_out() -> None:
    assert found(["", "x", "-" * 9, "a1" * 200], "x a1" * 300, noisy=True) == []


def test_nothing_is_shown() -> None:
    assert "qwertz7uiop" not in repr(KnownValue("generic-secret", "qwertz7uiop", Confidence.LOW))
