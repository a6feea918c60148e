"""Where matches may begin: no place is lost, and few are tried in vain."""

from __future__ import annotations

import re

import pytest

from detectors.lead import Lead, lead_of
from detectors.shape import shape_of


def lead(pattern: str, keyword: str, *, any_case: bool = False) -> Lead:
    return lead_of(pattern, shape_of(pattern), keyword, 512, any_case=any_case)


@pytest.mark.parametrize(
    ("pattern", "keyword", "text"),
    [
        (r"[a-z][a-z0-9+]{1,9}://\w+", "://", "see (git+ssh://host) and https://a"),
        (r"https?://[a-z]+/hook/\w+", "/hook/", "http://a http://b/hook/c"),
        (r"(?:Endpoint|Server)=[^;]{1,40};Key=\w+", "Key=", "é;Server=ü;Key=x"),
        (r"[0-9a-f]{8}(?:-us|-eu)\d", "-us", "x0a1b2c3d-us1"),
        (r"(?<![\w.])[\w.]{1,30}\.lan", ".lan", "(printer.office.lan)"),
        (r"\d{3}[^a]{0,20}token", "token", "a1234 é token"),
    ],
)
def test_every_match_begins_at_one_of_the_places(pattern: str, keyword: str, text: str) -> None:
    found = lead(pattern, keyword)
    matches = list(re.finditer(pattern, text))
    assert matches
    for match in matches:
        hits = [at for at in range(*match.span()) if text.startswith(keyword, at, match.end())]
        tried = {place for at in hits for place in found.places(text, max(0, at - found.reach), at)}
        assert match.start() in tried


def test_an_alphabet_ends_the_search() -> None:
    found = lead(r"[a-z][a-z0-9]{1,30}://\w+", "://")
    assert list(found.places("some words, then http://x", 0, 21)) == [17, 18, 19, 20, 21]


def test_a_boundary_leaves_one_place() -> None:
    found = lead(r"(?<![\w-])[\w-]{1,60}\.lan", ".lan")
    assert list(found.places("see my-printer.lan", 0, 14)) == [4]


def test_literal_beginnings_are_searched_for() -> None:
    found = lead(r"https?://[^\s]{1,90}(?:/hook/|/hooks/)\w+", "/hook/")
    assert list(found.places("http://a or http://b/hook/c", 0, 20)) == [0, 12]


def test_case_does_not_matter_where_the_rule_says_so() -> None:
    found = lead(r"[a-z]{2,8}://", "://", any_case=True)
    assert list(found.places("x HTTP://", 0, 6)) == [2, 3, 4, 5, 6]


def test_what_follows_the_keyword_is_known() -> None:
    assert lead(r"[a-z]{2,8}://(?P<secret>\w+)@", "://").rest == r"://(?P<secret>\w+)@"
    assert lead(r"(?:[a-z]{2,8}://(?P<secret>\w+))@", "://").rest is None


def test_classes_of_what_is_not_there_hold_every_other_character() -> None:
    assert lead(r"a[^\s;]{1,30}Key=\w+", "Key=").alphabet == ""
