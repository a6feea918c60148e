"""What a name says about the value that bears it: a credential, which kind, or something else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from detectors.lexicon import lexicon
from detectors.words import split_words

_LONGEST_NOUN = 4
_MAX_NAME = 120
_LONGEST_CELL = 64
_MAX_TRAILING = 2
_ALWAYS_NEGATING = frozenset({"no", "not", "begin", "end"})
_ELSEWHERE = frozenset({"public", "publishable", "redacted"})  # "REDACTED_PASSWORD_1" heads no line below it


@dataclass(frozen=True, slots=True)
class Meaning:
    """A name's meaning.

    Attributes:
        kind: id of the kind of labelled value.
        strong: the name alone says "credential"; otherwise the value must look like one, too.
        noun: the known words in the name that decided, safe to show.
        qualified: another word stands before them ("acme key").
    """

    kind: str
    strong: bool
    noun: str
    qualified: bool = False


@lru_cache(maxsize=16384)
def meaning_of(name: str) -> Meaning | None:
    """The credential that ``name`` denotes ("DB_POSTGRESDB_PASSWORD", "X-Api-Key", "Client secret").

    None for names of other things, also when they contain such words ("tokenUrl", "max_tokens").
    """
    if len(name) > _MAX_NAME:
        return None
    words = _words(name)
    known = lexicon()
    end = next((at for at in range(1, len(words)) if _ends_name(words, at)), len(words))
    trailing = 0
    while end:
        for size in range(min(_LONGEST_NOUN, end), 0, -1):
            noun = " ".join(words[end - size : end])
            found = known.nouns.get(noun)
            if found is None:
                continue
            if end > size and _negated(words[: end - size], size):
                return None
            if trailing and not found.strong:
                return None
            glued = len(_words(name.rsplit(" ", 1)[-1])) > size  # "SMTP_PASS", not "simply pass"
            strong = found.strong or (glued and found.kind == "labelled-password")
            return Meaning(found.kind, strong and not trailing, noun, qualified=end > size)
        last = words[end - 1]
        if last in known.not_after:
            return None
        if last not in known.neutral and not last.isdigit() and len(last) > 1:
            trailing += 1
            if trailing > _MAX_TRAILING:
                return None
        end -= 1
    return None


def is_label(cell: str) -> bool:
    """Whether a cell is a label itself, of a credential or of something else: "Passphrase", "Tenant ID"."""
    words = cell.strip(" \t:*").lower().replace("-", " ").split()
    if not words or len(cell) > _LONGEST_CELL or not all(word.isalpha() for word in words):
        return False
    return words[-1] in lexicon().not_after or meaning_of(cell) is not None


def lead_of_name(left: str, name: str) -> str:
    """The words of ``left`` that belong to ``name``: "retry with " says nothing about the token after it."""
    parts = left.split(" ")
    for number in range(len(parts)):
        lead = " ".join(parts[number:])
        words = _words(lead + name)
        if not any(_ends_name(words, at) for at in range(len(_words(lead)))):
            return lead
    return ""


def _ends_name(words: list[str], at: int) -> bool:
    """Whether the word at ``at`` starts telling whose the value is, and is no part of a noun itself."""
    known = lexicon()
    if words[at] not in known.prepositions:
        return False
    windows = (
        (start, start + size)
        for size in range(2, _LONGEST_NOUN + 1)
        for start in range(at - size + 1, at + 1)
    )
    return not any(start >= 0 and " ".join(words[start:end]) in known.nouns for start, end in windows)


def _negated(before: list[str], size: int) -> bool:
    """Whether the words before a noun make it something else; longer nouns stand on their own."""
    last = before[-1]
    if size == 1 and last in lexicon().not_before:
        return True
    return last in _ALWAYS_NEGATING or not _ELSEWHERE.isdisjoint(before)


def _words(name: str) -> list[str]:
    words: list[str] = []
    for word in split_words(name):
        words += _parts(word)
    return words


@lru_cache(maxsize=16384)
def _parts(word: str) -> tuple[str, ...]:
    """``word``, or the two words that are glued in it: "dbpassword"."""
    known = lexicon()
    if word not in known.nouns:
        for start in range(2, len(word)):
            if word[start:] in known.compound:
                return word[:start], word[start:]
    return (word,)


@lru_cache(maxsize=4096)
def is_session_cookie(name: str) -> bool:
    """Whether a cookie of this name carries a login."""
    known = lexicon().session_names
    lowered = name.lower()
    return lowered in known or any(word in known for word in _words(name)) or lowered.startswith("__secure-")
