"""The words of all languages that the detectors know, read once from ``labels/*.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from detectors.model import Kind, RuleInfo, Severity
from detectors.words import split_words

_COMPOUND = 5

_FREQUENT = frozenset(
    (
        *("url", "uri", "id", "value", "string", "base", "access", "code", "codes"),
        *("note", "phrase", "address", "endpoint", "header", "word", "entry", "wert", "api"),
    )
)
"""Last words of nouns that stand everywhere; the engine looks for the whole noun instead."""


@dataclass(frozen=True, slots=True)
class Noun:
    """What a name denotes: a kind of credential, and whether the name alone says so."""

    kind: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Word lists, all lower case.

    Attributes:
        kinds: id of a kind of labelled value to what a person wants to know about it.
        nouns: space-joined words ("client secret") to what they denote.
        heads: last words of the nouns.
        triggers: the words of the nouns that the engine looks for in a text.
        compound: nouns of one word that others are glued to ("dbpassword").
        logins: words that announce a user name and a password ("login").
        not_before: words that turn the noun after them into something else ("public key").
        not_after: words that turn the noun before them into something else ("token type").
        neutral: words behind a noun that change nothing ("password value").
        placeholders: words that mark a stand-in ("your", "changeme").
        fillers: words that stand beside them ("my", "the", "key").
        literals: whole values that are no credential ("null", "string").
        prepositions: words after which a name tells whose the value is ("password for admin").
        copulas: words between a label and its value in prose ("is", "ist").
        session_names: parts of cookie names that carry a login.
        sealed: words that say that a value is encrypted.
        value_words: labels of a value whose name stands in another cell ("value").
    """

    kinds: dict[str, RuleInfo]
    nouns: dict[str, Noun]
    heads: frozenset[str]
    triggers: frozenset[str]
    compound: frozenset[str]
    logins: frozenset[str]
    not_before: frozenset[str]
    not_after: frozenset[str]
    neutral: frozenset[str]
    placeholders: frozenset[str]
    fillers: frozenset[str]
    literals: frozenset[str]
    prepositions: frozenset[str]
    copulas: frozenset[str]
    session_names: frozenset[str]
    sealed: frozenset[str]
    value_words: frozenset[str]

    def is_placeholder(self, word: str) -> bool:
        return word in self.placeholders

    def is_filler(self, word: str) -> bool:
        return word in self.fillers or word in self.heads or word.isdigit()


_LISTS = (
    "not_before",
    "not_after",
    "neutral",
    "placeholders",
    "fillers",
    "literals",
    "prepositions",
    "copulas",
    "session_names",
    "logins",
    "sealed",
    "value_words",
)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The lexicon of every language file together.

    Raises:
        RuntimeError: no language file is found.
    """
    folder = resources.files("detectors").joinpath("labels")
    files = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    languages = [name for name in files if name != "kinds.toml"]
    if not languages or "kinds.toml" not in files:
        raise RuntimeError("detectors/labels holds no label files; the installation is incomplete")
    tables = {name: tomllib.loads(folder.joinpath(name).read_text("utf-8")) for name in files}
    nouns: dict[str, Noun] = {}
    lists: dict[str, set[str]] = {name: set() for name in _LISTS}
    for language in languages:
        table = tables[language]
        for strength in ("strong", "weak"):
            for kind, words in table.get(strength, {}).items():
                noun = Noun(kind, strength == "strong")
                nouns.update((" ".join(split_words(word)), noun) for word in words)
        for name in _LISTS:
            lists[name].update(table.get(name, ()))
    kinds = {kind: _info(kind, entry) for kind, entry in tables["kinds.toml"].items()}
    unknown = {noun.kind for noun in nouns.values()} - kinds.keys()
    if unknown:
        raise RuntimeError(f"label files name unknown kinds: {', '.join(sorted(unknown))}")
    return Lexicon(
        kinds=kinds,
        nouns=nouns,
        heads=frozenset(noun.split()[-1] for noun in nouns),
        triggers=_triggers(sorted(nouns)),
        compound=frozenset(w for w in nouns if " " not in w and len(w) >= _COMPOUND and nouns[w].strong),
        **{name: frozenset(words) for name, words in lists.items()},
    )


def _triggers(nouns: Iterable[str]) -> frozenset[str]:
    """What to look for so that every noun is met: the nouns of one word, which many longer ones hold
    ("token", "access token"), else the last word of a longer noun, else the whole of it."""
    found = {noun for noun in nouns if " " not in noun}
    for noun in nouns:
        words = noun.split()
        if found.intersection(words):
            continue
        if words[-1] in _FREQUENT:
            found.update(joiner.join(words) for joiner in (" ", "_", "-", ""))
        else:
            found.add(words[-1])
    return frozenset(found)


def _info(kind: str, entry: dict[str, Any]) -> RuleInfo:
    return RuleInfo(
        id=kind,
        title=entry["title"],
        provider="any",
        kind=Kind(entry.get("kind", "secret")),
        severity=Severity[entry["severity"].upper()],
        advice=entry["advice"],
        rotate_url=None,
        source=entry["source"],
        label=entry["label"],
    )
