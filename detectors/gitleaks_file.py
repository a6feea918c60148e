"""Reads rules in the configuration format of gitleaks, as its README documents it (v8.28).

Taken over: ``[[rules]]`` with id, description, regex, secretGroup, entropy, keywords, path, tags and their
allowlists, and allowlists for the whole file, which hold for the rules of that file. What cannot be taken
over is refused, never left out in silence: a rule that was left out finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from detectors.go_regex import UntranslatableError, translated
from detectors.literals import literals_of
from detectors.model import Kind, RuleInfo, Severity
from detectors.regex_cost import CostlyPatternError, check_cost
from detectors.regex_tree import UnsupportedPatternError
from detectors.rule_files import RuleFileError
from detectors.search_rules import Exemption, SearchRule, Target
from detectors.shape import UNLIMITED, shape_of

GITLEAKS_TABLES = frozenset(("rules", "extend", "allowlist", "allowlists"))
"""By these a file in gitleaks' format is told from one in ours."""

_TOP = ("title", "description", "minVersion", "extend", "rules", "allowlist", "allowlists")
_RULE: Mapping[str, tuple[type, ...]] = {
    "id": (str,),
    "description": (str,),
    "regex": (str,),
    "secretGroup": (int,),
    "entropy": (int, float),
    "keywords": (list,),
    "path": (str,),
    "tags": (list,),
    "allowlist": (dict,),
    "allowlists": (list,),
}
_ALLOWLIST: Mapping[str, tuple[type, ...]] = {
    "id": (str,),
    "description": (str,),
    "condition": (str,),
    "commits": (list,),
    "paths": (list,),
    "regexes": (list,),
    "regexTarget": (str,),
    "stopwords": (list,),
    "targetRules": (list,),
}
_NOT_ID = re.compile(r"[^a-z0-9]+")


def search_rules(data: Mapping[str, Any], file: str) -> tuple[SearchRule, ...]:
    """The rules of a parsed configuration; ``file`` is its name for people.

    Raises:
        RuleFileError: with file, rule, field, and what to do.
    """
    for name in data:
        if name not in _TOP:
            raise RuleFileError(f"{file}: {name!r} is not part of gitleaks' format as far as it is read here")
    extend = data.get("extend", {})
    if isinstance(extend, dict) and extend.get("path"):
        raise RuleFileError(f"{file}, [extend]: name the file {extend['path']!r} with --rules as well")
    tables = data.get("rules")
    if not isinstance(tables, list) or not tables:
        raise RuleFileError(
            f"{file}: no [[rules]] table; the rules that ship are used anyway, and what they find is allowed "
            "with --allow"
        )
    general = _Fields(f"{file}, allowlist", {}).exemptions(data)
    rules = []
    for number, table in enumerate(tables, 1):
        if not isinstance(table, dict):
            raise RuleFileError(f"{file}: each of the rules has to be a [[rules]] table")
        rules.append(_Fields(f"{file}, rule {table.get('id', number)!r}", table).rule(file, general))
    ids = [rule.id for rule in rules]
    if doubled := {one for one in ids if ids.count(one) > 1}:
        raise RuleFileError(f"{file}: the id {min(doubled)!r} is given to two rules; rename one")
    return tuple(rules)


class _Fields:
    """One table on its way."""

    def __init__(self, where: str, table: Mapping[str, Any]) -> None:
        self._where = where
        self._table = table

    def refuse(self, name: str, problem: str) -> NoReturn:
        raise RuleFileError(f"{self._where}, field {name!r}: {problem}")

    def rule(self, file: str, general: list[tuple[Exemption, tuple[str, ...]]]) -> SearchRule:
        self._check(_RULE, "take the field out, or the rule")
        text = self._table
        if not text.get("id"):
            self.refuse("id", "missing")
        rule_id = _NOT_ID.sub("-", text["id"].lower()).strip("-")
        if not rule_id:
            self.refuse("id", "needs a letter or a digit")
        if not text.get("regex"):
            self.refuse("regex", "a rule needs one: files are not judged by their names here; take it out")
        pattern, source = self._pattern("regex", text["regex"])
        if pattern.match(""):
            self.refuse("regex", "matches the empty text")
        group = text.get("secretGroup", 0)
        if not 0 <= group <= pattern.groups:
            self.refuse("secretGroup", f"the regex has {pattern.groups} groups")
        own = [exemption for exemption, _ in self.exemptions(text)]
        shared = [exemption for exemption, ids in general if not ids or text["id"] in ids]
        return SearchRule(
            info=_info(rule_id, text, file),
            pattern=pattern,
            file=file,
            group=group,
            literals=literals_of(source),
            keywords=tuple(word.lower() for word in self._strings("keywords") if word),
            entropy=float(text.get("entropy", 0)),
            path=self._pattern("path", text["path"])[0] if text.get("path") else None,
            exemptions=(*own, *shared),
            longest=min(shape_of(source).high, UNLIMITED),
        )

    def exemptions(self, table: Mapping[str, Any]) -> list[tuple[Exemption, tuple[str, ...]]]:
        """The allowlists of a table, each with the ids it is limited to."""
        single, several = table.get("allowlist"), table.get("allowlists", [])
        tables = [
            *([single] if single is not None else []),
            *(several if isinstance(several, list) else [several]),
        ]
        found = []
        for number, one in enumerate(tables, 1):
            if not isinstance(one, dict):
                self.refuse("allowlists", "each has to be a table")
            found.append(_Fields(f"{self._where}, allowlist {number}", one)._exemption())
        return found

    def _exemption(self) -> tuple[Exemption, tuple[str, ...]]:
        self._check(_ALLOWLIST, "take the field out")
        text = self._table
        condition = str(text.get("condition", "OR")).upper()
        if condition not in ("OR", "||", "AND", "&&"):
            self.refuse("condition", "is OR or AND")
        target = text.get("regexTarget", "secret") or "secret"
        if target not in set(Target):
            self.refuse("regexTarget", f"is one of {', '.join(Target)}")
        every = condition in ("AND", "&&")
        exemption = Exemption(
            reason=f"an allowlist in the rule's file: {text.get('description') or self._where}",
            patterns=tuple(self._pattern("regexes", one)[0] for one in self._strings("regexes")),
            target=Target(target),
            stopwords=tuple(word.lower() for word in self._strings("stopwords") if word),
            paths=tuple(self._pattern("paths", one)[0] for one in self._strings("paths")),
            every=every,
            never=every and bool(text.get("commits")),
        )
        return exemption, self._strings("targetRules")

    def _check(self, known: Mapping[str, tuple[type, ...]], otherwise: str) -> None:
        for name, value in self._table.items():
            if name not in known:
                self.refuse(name, f"is not supported; {otherwise}")
            if not isinstance(value, known[name]) or isinstance(value, bool):
                self.refuse(name, f"expected {known[name][0].__name__}, found {type(value).__name__}")

    def _strings(self, name: str) -> tuple[str, ...]:
        values = self._table.get(name, [])
        if not all(isinstance(value, str) for value in values):
            self.refuse(name, "expected a list of strings")
        return tuple(values)

    def _pattern(self, name: str, go: str) -> tuple[re.Pattern[str], str]:
        """The expression for ``re``, compiled and as text."""
        try:
            source = translated(go)
            pattern = re.compile(source, re.ASCII)
            check_cost(source)
        except (UntranslatableError, CostlyPatternError) as error:
            self.refuse(name, f"{error}")
        except UnsupportedPatternError as error:
            self.refuse(name, f"{error}; RE2 has no such thing either")
        except re.error as error:
            self.refuse(name, f"not a regular expression: {error.msg}")
        except (OverflowError, RecursionError):
            self.refuse(name, "too large a regular expression; make it smaller")
        return pattern, source


def _info(rule_id: str, table: Mapping[str, Any], file: str) -> RuleInfo:
    title = " ".join(str(table.get("description") or table["id"]).split())
    return RuleInfo(
        id=rule_id,
        title=title,
        provider="your own rule",
        kind=Kind.SECRET,
        severity=Severity.HIGH,
        advice="Replace it where it was issued, if it was shared.",
        rotate_url=None,
        source=file,
        label=_NOT_ID.sub("_", rule_id).upper(),
    )
