"""Reads rules from TOML files; every mistake is reported with file, rule and field.

A file in ``rules/`` holds ``[[rule]]`` tables with these fields (* may be left out):

==============  ==========================================================================================
id              lower-case words joined by hyphens, unique
title           what the value is, for people
provider        who issues it; "any" for formats that belong to nobody, "several" for a group of services
severity        low, medium, high: the harm it does in the wrong hands
kind *          secret, personal, posture
label           stem of placeholders: A-Z, 0-9, _
keywords        literals of three characters and more, one of which stands inside every match
ignore_case *   keywords and pattern in any case
pattern         Python regular expression, linear in time; a group named ``secret`` is the part to cover
behind *        names of the provider (any case): ``pattern`` is the value's alone, which stands behind one of
                them (see ``behind_names``); keywords, boundary, match and no_match follow from the names;
                without a pattern, the value is any random string
boundary *      "token": no letter, digit or _ touches the match; "none": the pattern says it itself
context *       words (any case), one of which must stand near: 200 code points or three lines before, 100
                after, or in an offered name; without keywords the words themselves are looked for
unless *        words (any case) that rule it out when one stands 14 code points before, or in an offered name
check *         name of a check in ``checks``; passing raises the confidence, failing lowers it
confidence      low, medium, high: how sure pattern and context are
public *        meant to be published: always low
private_host *  a host or an address of a private network, for the option of that name
sample *        expression for generated values, when ``pattern`` is too wide
match *         texts with ``{}`` for a generated value, which must be found
no_match *      texts with ``{regex}`` for generated parts, in which nothing may be found
advice          what to do about it
rotate_url *    where; not with "any" and "several", whose values may be another service's
source          where the format is documented
==============  ==========================================================================================
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from detectors.behind_names import ANY_TOKEN, behind_names, sample_behind, shape_behind
from detectors.checks import CHECKS
from detectors.model import Confidence, Kind, RuleInfo, Severity
from detectors.regex_tree import UnsupportedPatternError
from detectors.shape import Shape, shape_of

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_LABEL = re.compile(r"[A-Z0-9_]+\Z")
_BOUNDARIES = ("token", "none")
_MIN_KEYWORD = 3
_SECRET_GROUP = "(?P<secret>"


class RuleFileError(ValueError):
    """A rule file cannot be used; the message names file, rule and field."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as its file states it; the fields are those of the file, and the file's name.

    What follows from the pattern is made on first use: most rules never meet their keyword. ``pattern``
    is compiled without boundaries; the engine adds them. ``match`` and ``no_match`` are templates for
    texts (see ``detectors.samples``).

    Attributes:
        stated: the pattern in the file, of the value alone when it stands behind names.
    """

    info: RuleInfo
    stated: str
    keywords: tuple[str, ...]
    behind: tuple[str, ...] = ()
    ignore_case: bool = False
    token_boundary: bool = True
    context: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    check: str | None = None
    confidence: Confidence = Confidence.HIGH
    public: bool = False
    sample: str = ""
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()
    file: str = ""

    @property
    def id(self) -> str:
        return self.info.id

    @property
    def expression(self) -> str:
        """The regular expression of the whole match."""
        return behind_names(self.behind, self.stated) if self.behind else self.stated

    @property
    def shape(self) -> Shape:
        return shape_behind(self.behind, self.stated) if self.behind else shape_of(self.stated)

    @property
    def pattern(self) -> re.Pattern[str]:
        return _compiled(self.expression, self.flags)

    @property
    def flags(self) -> re.RegexFlag:
        return _flags(ignore_case=self.ignore_case)

    @property
    def covers_part(self) -> bool:
        """Whether a group says which part of a match is the secret."""
        return bool(self.behind) or _SECRET_GROUP in self.stated


@cache
def _compiled(expression: str, flags: re.RegexFlag) -> re.Pattern[str]:
    return re.compile(expression, flags)


def _flags(*, ignore_case: bool) -> re.RegexFlag:
    return re.ASCII | re.IGNORECASE if ignore_case else re.ASCII


_FIELDS: dict[str, type] = {
    "id": str,
    "title": str,
    "provider": str,
    "severity": str,
    "kind": str,
    "label": str,
    "keywords": list,
    "ignore_case": bool,
    "pattern": str,
    "behind": list,
    "boundary": str,
    "context": list,
    "unless": list,
    "check": str,
    "confidence": str,
    "public": bool,
    "private_host": bool,
    "sample": str,
    "match": list,
    "no_match": list,
    "advice": str,
    "rotate_url": str,
    "source": str,
}
_REQUIRED = ("id", "title", "provider", "severity", "label", "pattern", "confidence", "advice", "source")


def load_rules() -> tuple[Rule, ...]:
    """Every rule that ships with the package, ordered by id.

    Their patterns are not checked here, which would take longer than reading a document; tests do that.

    Raises:
        RuleFileError: no rule file is found, one is faulty, or two rules share an id; it names the files.
    """
    folder = resources.files("detectors").joinpath("rules")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if not names:
        raise RuleFileError("detectors/rules holds no rule files; the installation is incomplete")
    texts = ((name, folder.joinpath(name).read_text("utf-8")) for name in names)
    return unique(rule for name, text in texts for rule in parse_rules(text, name, check_patterns=False))


def unique(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """``rules`` ordered by id; RuleFileError when an id occurs twice."""
    found: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in found:
            files = f"{found[rule.id].file} and {rule.file}"
            raise RuleFileError(f"rule {rule.id!r} is defined twice: in {files}")
        found[rule.id] = rule
    return tuple(found[key] for key in sorted(found))


def parse_rules(text: str, file: str, *, check_patterns: bool = True) -> tuple[Rule, ...]:
    """The rules in the TOML ``text``; ``file`` only appears in messages.

    Args:
        check_patterns: whether a faulty pattern is reported now, not when it is first used.

    Raises:
        RuleFileError: with file, rule and field.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleFileError(f"{file}: not valid TOML: {error}") from None
    tables = data.pop("rule", [])
    if data:
        raise RuleFileError(f"{file}: only [[rule]] tables are expected, found {', '.join(sorted(data))}")
    if not isinstance(tables, list) or not tables:
        raise RuleFileError(f"{file}: no [[rule]] table")
    read = [_Table(file, number, table) for number, table in enumerate(tables, 1)]
    return tuple(table.rule(check_pattern=check_patterns) for table in read)


class _Table:
    """One ``[[rule]]`` table on its way to a ``Rule``."""

    def __init__(self, file: str, number: int, table: dict[str, Any]) -> None:
        self._table = table
        self._file = file
        self._where = f"{file}, rule {table.get('id', number)!r}"

    def rule(self, *, check_pattern: bool) -> Rule:
        self._types()
        if check_pattern:
            self._check_pattern()
        text, behind = self._table, self._behind_names()
        keywords = self._literals("keywords", _MIN_KEYWORD)
        context = tuple(word.lower() for word in self._literals("context", 2))
        if not keywords and not context:
            raise self._error("keywords", "a rule needs keywords, or context words for a bare format")
        if not _ID.match(text["id"]):
            raise self._error("id", "use lower-case words joined by hyphens")
        if not _LABEL.match(text["label"]):
            raise self._error("label", "use A-Z, 0-9 and _")
        info = RuleInfo(
            id=text["id"],
            title=text["title"],
            provider=text["provider"],
            kind=Kind(self._one_of("kind", [kind.value for kind in Kind], "secret")),
            severity=Severity[self._one_of("severity", [s.word for s in Severity]).upper()],
            advice=text["advice"],
            rotate_url=text.get("rotate_url") or None,
            source=text["source"],
            label=text["label"],
            private_host=text.get("private_host", False),
            pattern="" if behind or _SECRET_GROUP in text["pattern"] else text["pattern"],
        )
        public = text.get("public", False)
        stated = Confidence[self._one_of("confidence", [c.word for c in Confidence]).upper()]
        return Rule(
            info=info,
            stated=text["pattern"],
            keywords=keywords,
            behind=behind,
            ignore_case=text.get("ignore_case", False),
            token_boundary=self._one_of("boundary", _BOUNDARIES, "token") == "token",
            context=context,
            unless=tuple(word.lower() for word in self._literals("unless", 2)),
            check=self._one_of("check", sorted(CHECKS)) if "check" in text else None,
            confidence=Confidence.LOW if public else stated,
            public=public,
            sample=text.get("sample", text["pattern"]),
            match=tuple(text.get("match", ())),
            no_match=tuple(text.get("no_match", ())),
            file=self._file,
        )

    def _types(self) -> None:
        if "behind" in self._table and "pattern" not in self._table:
            self._table |= {"pattern": ANY_TOKEN, "sample": "[0-9a-f]{32}"}
        for name, value in self._table.items():
            expected = _FIELDS.get(name)
            if expected is None:
                raise self._error(name, f"unknown field{_did_you_mean(name, _FIELDS)}")
            if not isinstance(value, expected):
                raise self._error(name, f"expected {expected.__name__}, found {type(value).__name__}")
            if isinstance(value, list) and not all(isinstance(item, str) for item in value):
                raise self._error(name, "expected a list of strings")
        for name in _REQUIRED:
            if not self._table.get(name):
                raise self._error(name, "missing")

    def _behind_names(self) -> tuple[str, ...]:
        """States in the other fields what ``behind`` implies; the names, none without that field."""
        text, names = self._table, self._literals("behind", _MIN_KEYWORD)
        if not names:
            return ()
        implied = text.keys() & {"keywords", "ignore_case", "boundary"}
        if implied:
            raise self._error(min(implied), "follows from the field 'behind'")
        first = names[0]
        text["sample"] = sample_behind(first, text.get("sample", text["pattern"]))
        text |= {"keywords": [name.lower() for name in names], "ignore_case": True, "boundary": "none"}
        text.setdefault("match", ["{}", "export {}"])
        text.setdefault("no_match", [f"{first}_api_key=changeme", f"{first}_commit: {{[0-9a-f]{{40}}}}"])
        return names

    def _check_pattern(self) -> None:
        expression = self._table["pattern"]
        try:
            pattern = _compiled(expression, _flags(ignore_case=self._table.get("ignore_case", False)))
            shape_of(expression)
            shape_of(self._table.get("sample", expression))
        except (re.error, UnsupportedPatternError) as error:
            raise self._error("pattern", str(error)) from None
        if pattern.match(""):
            raise self._error("pattern", "matches the empty text")

    def _literals(self, name: str, shortest: int) -> tuple[str, ...]:
        values = tuple(self._table.get(name, ()))
        for value in values:
            if len(value) < shortest:
                raise self._error(name, f"each needs at least {shortest} characters")
        return values

    def _one_of(self, name: str, allowed: Iterable[str], default: str | None = None) -> str:
        value = self._table.get(name, default)
        choices = list(allowed)
        if value not in choices:
            raise self._error(name, f"expected {', '.join(choices)}{_did_you_mean(str(value), choices)}")
        return str(value)

    def _error(self, name: str, problem: str) -> RuleFileError:
        return RuleFileError(f"{self._where}, field {name!r}: {problem}")


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
