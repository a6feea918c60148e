"""Rules of a user's own: both formats, what is refused and why, and that none of them can hang a scan."""

from __future__ import annotations

import re
import time
import tomllib
from importlib import resources
from random import Random

import pytest

from detectors.go_regex import UntranslatableError, translated
from detectors.literals import literals_of
from detectors.model import BOUNDARY, Confidence, Named, Relation, Sample
from detectors.own import OwnDetector, OwnRules, distinct, parse_own_rules
from detectors.regex_cost import CostlyPatternError, check_cost
from detectors.rule_files import RuleFileError, load_rules
from detectors.samples import generate
from detectors.search_rules import RuleSearch, entropy
from detectors.text import Text

HEX = "[a-f0-9]{32}"


def gitleaks(regex: str, *more: str, before: str = "") -> OwnRules:
    lines = (before, "[[rules]]", 'id = "acme"', f"regex = '''{regex}'''", *more)
    return parse_own_rules("\n".join(lines), "own.toml")


def found(rules: OwnRules, text: str, **more: object) -> list[str]:
    """The values of the rule ``acme`` in a text."""
    matches = OwnDetector(rules).scan(Sample(text, **more)).matches  # type: ignore[arg-type]
    return [text[match.start : match.end] for match in matches if match.rule_id == "acme"]


def reasons(rules: OwnRules, text: str) -> list[str]:
    dismissed = OwnDetector(rules).scan(Sample(text)).suppressed
    return [one.reason for one in dismissed if one.rule_id == "acme"]


# --- gitleaks' format -----------------------------------------------------------------------------


def test_every_field_is_read(random: Random) -> None:
    value = generate("[a-f0-9]{16}", random)
    rules = gitleaks(
        r"(acme)=([a-f0-9]{16})",
        'description = "Acme  key"',
        "secretGroup = 2",
        "entropy = 1.5",
        'keywords = ["ACME"]',
        'tags = ["x"]',
        before='title = "t"\nminVersion = "v8.25.0"\n[extend]\nuseDefault = true\n',
    )
    (rule,) = rules.searched
    assert (rule.info.title, rule.group, rule.entropy, rule.keywords) == ("Acme key", 2, 1.5, ("acme",))
    text = f"x acme={value} y"
    (match,) = OwnDetector(rules).scan(Sample(text)).matches
    assert (match.rule_id, text[match.start : match.end]) == ("acme", value)
    assert match.confidence == Confidence.HIGH
    assert value not in match.evidence


def test_without_a_group_number_the_first_group_that_took_part_is_the_secret() -> None:
    assert found(gitleaks("acme=(?:(zzz)|([a-f]{9}))"), "acme=abcdefabc") == ["abcdefabc"]
    assert found(gitleaks("acme=[a-f]{9}"), "acme=abcdefabc") == ["acme=abcdefabc"]


def test_a_value_without_enough_entropy_is_dismissed_with_the_reason() -> None:
    rules = gitleaks("acme=([a-f0-9]{16})", "entropy = 3")
    assert found(rules, f"acme={'a' * 16}") == []
    assert reasons(rules, f"acme={'a' * 16}") == ["not more than 3 bits a character, as its rule asks"]


def test_entropy_is_shannons() -> None:
    assert entropy("aaaa") == 0
    assert entropy("abcd") == 2
    assert entropy("") == 0


def test_keywords_have_to_stand_anywhere_in_the_text() -> None:
    rules = gitleaks("key=([a-f]{9})", 'keywords = ["acme"]')
    assert found(rules, "key=abcdefabc") == []
    assert found(rules, "key=abcdefabc" + "\nfar away " * 500 + "Acme") == ["abcdefabc"]


@pytest.mark.parametrize(
    ("allowlist", "allowed"),
    [
        ('stopwords = ["CDEF"]', True),
        ('stopwords = ["xyz"]', False),
        ("regexes = ['^abc']", True),
        ("regexes = ['^acme']", False),
        ("regexes = ['^acme']\nregexTarget = \"match\"", True),
        ("regexes = ['sample line']\nregexTarget = \"line\"", True),
        ("regexes = ['^abc']\nstopwords = ['xyz']", True),
        ("regexes = ['^abc']\nstopwords = ['xyz']\ncondition = \"AND\"", False),
        ("regexes = ['^abc']\nstopwords = ['def']\ncondition = \"AND\"", True),
        ("regexes = ['^abc']\ncommits = ['0']\ncondition = \"AND\"", False),
        ("commits = ['0']", False),
        ("paths = ['docs/']", True),
        ("paths = ['src/']", False),
        ("paths = ['src/']\nregexes = ['^abc']\ncondition = \"AND\"", False),
    ],
)
@pytest.mark.parametrize(
    "table", ["[rules.allowlist]", "[[rules.allowlists]]", "[[allowlists]]", "[allowlist]"]
)
def test_allowlists(table: str, allowlist: str, allowed: bool) -> None:
    text = "a sample line acme=abcdefabc end"
    own = "rules." in table
    more, before = (f"{table}\n{allowlist}", "") if own else ("", f"{table}\n{allowlist}")
    rules = gitleaks("acme=([a-f]{9})", more, before=before).at("work/docs/note.txt")
    assert found(rules, text) == ([] if allowed else ["abcdefabc"])
    assert len(reasons(rules, text)) == int(allowed)


def test_an_allowlist_for_other_rules_leaves_this_one_alone() -> None:
    general = '[[allowlists]]\ntargetRules = ["other"]\nstopwords = ["abc"]'
    assert found(gitleaks("acme=([a-f]{9})", before=general), "acme=abcdefabc") == ["abcdefabc"]


def test_a_rule_for_some_paths() -> None:
    rules = gitleaks("acme=([a-f]{9})", r"path = '''\.env$'''")
    assert found(rules.at("a/.env"), "acme=abcdefabc") == ["abcdefabc"]
    assert not rules.at("a/env.txt")


def test_values_of_exports_are_seen_with_their_names(random: Random) -> None:
    rules = gitleaks(rf"""(?i)acme_key['"]?\s*[:=]\s*['"]?({HEX})""", 'keywords = ["acme"]')
    value = generate(HEX, random)
    text = f"hello{BOUNDARY}\n{value}{BOUNDARY}\nbye"
    named = (Named("acme_key", 7, 7 + len(value), Relation.KEY),)
    assert found(rules, text, named=named) == [value]


def test_no_match_crosses_from_one_value_to_the_next() -> None:
    rules = gitleaks(r"acme=\s*([a-f]{9})")
    assert found(rules, f"acme={BOUNDARY}\nabcdefabc") == []
    assert found(gitleaks(r"acme=([a-f]{9})$"), f"acme=abcdefabc{BOUNDARY}\nx") == ["abcdefabc"]


def test_a_wrapped_value_is_found_where_the_break_may_be_wrapping(random: Random) -> None:
    value = generate(HEX, random)
    text = f"acme={value[:10]}\n{value[10:]}"
    assert found(gitleaks(f"acme=({HEX})"), text, soft_breaks=frozenset({15})) == [
        f"{value[:10]}\n{value[10:]}"
    ]


def test_ids_are_made_to_fit_and_kept_apart() -> None:
    taken = load_rules()[0].id
    rules = distinct(
        parse_own_rules(f"[[rules]]\nid='Acme Key_2'\nregex='abc'\n[[rules]]\nid='{taken}'\nregex='abd'", "f")
    )
    assert [rule.id for rule in rules.searched] == ["acme-key-2", f"own-{taken}"]
    with pytest.raises(RuleFileError, match="given to two rules"):
        distinct(gitleaks("abc") + gitleaks("abd"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[rules]]\nregex = 'a'", "rule 1, field 'id': missing"),
        ("[[rules]]\nid = 'x'", "field 'regex': a rule needs one"),
        ("[[rules]]\nid = 'x'\nregex = 'a*'", "matches the empty text"),
        ("[[rules]]\nid = 'x'\nregex = '(a'", "not a regular expression"),
        ("[[rules]]\nid = 'x'\nregex = 'a'\nsecretGroup = 2", "the regex has 0 groups"),
        ("[[rules]]\nid = 'x'\nregex = 'a'\nkeywords = 'a'", "expected list, found str"),
        ("[[rules]]\nid = 'x'\nregex = 'a'\nkeywords = [1]", "expected a list of strings"),
        ("[[rules]]\nid = 'x'\nregex = 'a'\nentropy = true", "expected int, found bool"),
        ("[[rules]]\nid = 'x'\nregex = 'a'\nskipReport = true", "'skipReport': is not supported"),
        ("[[rules]]\nid = 'x'\nregex = 'a'\n[[rules.required]]\nid = 'y'", "'required': is not supported"),
        ("[[rules]]\nid = 'x'\nregex = '\\pL'", "Unicode classes"),
        ("[[rules]]\nid = 'x'\nregex = '(a+)+$'", "rule 'x', field 'regex': can take exponential time"),
        ("[[rules]]\nid = 'x'\nregex = '(a)\\1'", "groupref is not supported"),
        ("[[rules]]\nid = 'x'\nregex = 'a'\n[[rules.allowlists]]\nregexes = ['(a*)*']", "may be empty"),
        ("[[rules]]\nid = 'x'\nregex = 'a'\n[[rules.allowlists]]\ncondition = 'XOR'", "is OR or AND"),
        (
            "[extend]\npath = 'b.toml'\n[[rules]]\nid = 'x'\nregex = 'a'",
            "name the file 'b.toml' with --rules",
        ),
        ("[other]\n[[rules]]\nid = 'x'\nregex = 'a'", "'other' is not part of gitleaks' format"),
        ("rules = [1]", "has to be a [[rules]] table"),
        ("rules = []", "no [[rules]] table"),
        ("[extend]\nuseDefault = true\n[allowlist]\npaths = ['x']", "no [[rules]] table"),
        ("[[rules]", "not valid TOML"),
        (f"x = {'[' * 5000}", "own.toml"),
        (f"[[rules]]\nid = 'x'\nregex = '{'(' * 3000}a{')' * 3000}'", "own.toml"),
    ],
)
def test_what_cannot_be_taken_over_is_refused_with_its_place(text: str, told: str) -> None:
    with pytest.raises(RuleFileError, match=re.escape(told)) as error:
        parse_own_rules(text, "own.toml")
    assert str(error.value).startswith("own.toml")


# --- RE2's notation -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("go", "matching", "other"),
    [
        (r"x(?i)a|b", ["xA", "B", "xa"], ["XA"]),
        (r"(foo(?i)bar|baz)!", ["fooBAR!", "BAZ!"], ["FOObar!"]),
        (r"(?i)a(?-i)b", ["Ab"], ["aB"]),
        (r"[[:alpha:]_]{2}[[:^digit:]]", ["a_x"], ["a_1", "1ax"]),
        (r"a\z", ["a"], ["a\n"]),
        (r"a$", ["a"], ["a\n"]),
        (r"(?m)a$", ["a\nb"], ["ab"]),
        (r"\Qa.b\E+", ["a.bbb"], ["axb"]),
        (r"a{,2}", ["a{,2}"], ["aa"]),
        (r"\x{41}\x41", ["AA"], ["A"]),
        (r"(?P<x>a)(?<y>b)", ["ab"], ["a"]),
        (r"[]a][^]a]", ["]b", "ab"], ["a]"]),
        (r"a++b", ["aab"], ["b"]),
        (r"[a[]", ["[", "a"], ["]"]),
        (r"(?s)a.b", ["a\nb"], ["ab"]),
        (r"^ab", ["ab"], ["cab"]),
    ],
)
def test_re2_is_read_as_re2(go: str, matching: list[str], other: list[str]) -> None:
    pattern = re.compile(translated(go), re.ASCII)
    for text in matching:
        assert pattern.search(text), text
    for text in other:
        assert not pattern.search(text), text


@pytest.mark.parametrize("go", [r"\p{Greek}", r"(?U)a+", r"\C", "a\\", "[a", "[[:nothing:]]", r"\x{FFFFFF}"])
def test_what_re_lacks_is_refused(go: str) -> None:
    with pytest.raises(UntranslatableError):
        translated(go)


# --- time -----------------------------------------------------------------------------------------

BAD = [
    "(a+)+$",
    "(a|ab|b)*c",
    "([a-z]+)*=",
    "(a?){30}a{30}",
    "a?" * 30 + "a" * 30,
    r"(\w+\s?)*:",
    "(?:a*b*)*c",
    "(x+x+)+y",
    "(a+){10}b",
    "(.*)(.*)(.*)x",
    r"(?=(a+)+b)a",
    "((a|b)+c?)+d",
    "(?:(?:b|b){1,40}?a){0,3}x",
    "(?:a|a)" * 30 + "b",
]
GOOD = [
    r"(?:[a-z]+\.)+com",
    "([a-f0-9]{2}:){15}[a-f0-9]{2}",
    r"\w+\s*=\s*.*",
    r"(?i)[\w.-]{0,50}?(?:acme)(?:[ \t\w.-]{0,20})[\s'\"]{0,3}(?:=|>|:{1,3}=|:|,)[\s'\"=]{0,5}([a-z0-9]{32})",
    r"(?i)((key|api|token|password|pass)[a-z0-9_ .\-,]{0,25})(=|>|:=|:).{0,5}['\"]([0-9a-z\-_=]{8,64})['\"]",
    "(?:a|ab)c",
    "(?<!x)(?:foo|bar)-[0-9]{4,}",
]


@pytest.mark.parametrize("pattern", BAD)
def test_patterns_that_can_hang_are_refused(pattern: str) -> None:
    with pytest.raises(CostlyPatternError):
        check_cost(pattern)


@pytest.mark.parametrize("pattern", GOOD)
def test_ordinary_patterns_are_accepted(pattern: str) -> None:
    check_cost(pattern)


def test_nearly_all_rules_that_ship_would_be_accepted_from_a_user() -> None:
    accepted = refused = 0
    for file in sorted(resources.files("detectors").joinpath("rules").iterdir(), key=str)[::3]:
        for table in tomllib.loads(file.read_text("utf-8"))["rule"] if file.name.endswith(".toml") else ():
            try:
                check_cost(table.get("pattern", "x"))
                accepted += 1
            except CostlyPatternError:
                refused += 1
    assert accepted > 50
    assert refused <= accepted * 0.05


@pytest.mark.parametrize(
    ("pattern", "piece"),
    [
        ("acme.{0,100}key.{0,100}[=]x", "acmekey="),
        (r"(?:[a-z]+-)+=", "a-"),
        (r"[a-z]*[a-z0-9]{5}=", "abcde"),
        (r"acme\w+=", "acme"),
        (r"[0-9]+x", "1"),
    ],
)
def test_searching_takes_linear_time(pattern: str, piece: str) -> None:
    search = RuleSearch(gitleaks(pattern).searched)

    def seconds(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length]
        start = time.process_time()
        list(search.candidates(Text.of(Sample(text), text)))
        return time.process_time() - start

    small, large = (min(seconds(length) for _ in range(2)) for length in (6_000, 24_000))
    assert large < small * 4 * 2 + 0.1


def test_matches_are_found_across_the_pieces_of_a_long_text(random: Random) -> None:
    value = generate(HEX, random)
    rules = gitleaks(rf"[x-z]={HEX}")  # no literal: the whole text is searched
    for offset in (4090, 4095, 4096, 8190):
        assert found(rules, "-" * offset + f"x={value}") == [f"x={value}"]


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("(?i)acme[_-]?key", ("acme-key", "acme_key", "acmekey")),
        ("(?:acme|acorn)x", ("acmex", "acornx")),
        ("[a-z]{5}=secret", ("=secret",)),
        ("AC[a-f0-9]{32}", ()),
        ("(?:foo)?[0-9]+", ()),
    ],
)
def test_every_match_holds_a_literal(pattern: str, literals: tuple[str, ...]) -> None:
    assert literals_of(pattern) == literals


# --- our own format -------------------------------------------------------------------------------

OWN = """
[[rule]]
id = "acme"
title = "Acme key"
provider = "Acme"
severity = "high"
label = "ACME_KEY"
keywords = ["acme_"]
pattern = 'acme_%s'
confidence = "high"
advice = "Replace it."
source = "an example"
"""


def test_rules_in_our_own_format_work_beside_those_that_ship(random: Random) -> None:
    detector = OwnDetector(parse_own_rules(OWN % "[a-f0-9]{24}", "own.toml"))
    own, shipped = generate("acme_[a-f0-9]{24}", random), generate("ghp_[A-Za-z0-9]{36}", random)
    ids = [match.rule_id for match in detector.scan(Sample(f"{own} and {shipped}")).matches]
    assert ids[0] == "acme"
    assert detector.rule("acme").title == "Acme key"
    assert detector.rule(ids[1]).title != "Acme key"
    with pytest.raises(KeyError):
        detector.rule("nothing")


def test_they_are_bounded_as_well() -> None:
    with pytest.raises(RuleFileError, match=r"own.toml, rule 'acme', field 'pattern': can take exponential"):
        parse_own_rules(OWN % "(?:[a-z]+)+", "own.toml")


def test_they_may_not_take_the_name_of_another_rule() -> None:
    taken = (OWN % "[a-f]{9}").replace('"acme"', f'"{load_rules()[0].id}"')
    with pytest.raises(RuleFileError, match="choose a new one"):
        distinct(parse_own_rules(taken, "own.toml"))


def invented(random: Random, depth: int) -> str:
    """A random pattern over two letters, rich in nested and neighbouring repetitions."""
    kind = random.random()
    if depth == 0 or kind < 0.3:
        return random.choice(("a", "b", "[ab]", "ab", "."))
    if kind < 0.55:
        return invented(random, depth - 1) + invented(random, depth - 1)
    if kind < 0.7:
        return f"(?:{invented(random, depth - 1)}|{invented(random, depth - 1)})"
    times = ("*", "+", "?", "{0,3}", "{2}", "{2,5}", "{1,40}", "*?", "+?", "{20}")
    return f"(?:{invented(random, depth - 1)}){random.choice(times)}"


def test_no_accepted_pattern_is_slow(random: Random) -> None:
    texts = ["a" * 60, "ab" * 30, "aab" * 20, "b" * 60, "".join(random.choices("ab", k=60))]
    accepted = 0
    for _ in range(300):
        pattern = invented(random, 5) + "[xy]"
        try:
            check_cost(pattern)
        except CostlyPatternError:
            continue
        accepted += 1
        compiled = re.compile(pattern, re.ASCII)
        start = time.process_time()
        for text in texts:
            compiled.match(text)
        assert time.process_time() - start < 1, pattern
    assert accepted > 50
