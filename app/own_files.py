"""Reads the user's own files: rules, words to hide, allow-lists. Messages name places, never words."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.errors import SharesafeError, UsageError
from app.fingerprints import DIGITS, LastingKey, key_at
from app.model import ErrorInfo
from app.options import Settings
from app.policy import NO_POLICY, Allowance, Policy
from ocr.model import Box

if TYPE_CHECKING:
    from detectors.own import OwnRules

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of one such file."""

HIDE: Final = "hide"
ALLOW: Final = "allow"
_ALLOW_FIELDS: Final[Mapping[str, type]] = {
    "fingerprint": str,
    "rule": str,
    "path": str,
    "page": int,
    "box": list,
    "reason": str,
    "by": str,
}
_CONDITIONS: Final = ("fingerprint", "rule", "path", "page")


def policy(settings: Settings) -> Policy:
    """Everything that the settings name, read and checked.

    Raises:
        UsageError: a file cannot be read or used; the message tells file and place.
    """
    if not (settings.rules or settings.words or settings.allow):
        return NO_POLICY
    allowances = tuple(entry for file in settings.allow for entry in _allowances(Path(file)))
    key = _key_for(allowances, settings)
    rules = rules_in(settings.rules) if settings.rules else None
    words = tuple(dict.fromkeys(word for file in settings.words for word in _words(Path(file))))
    return Policy(rules, words, allowances, key)


def policy_or_problem(settings: Settings) -> Policy:
    """As ``policy``, but with a faulty file every document fails with the reason, and none looks clean.

    Files that did not change are not read again.
    """
    return _remembered(settings, tuple(map(_stamp, (*settings.rules, *settings.words, *settings.allow))))


def _stamp(file: str) -> tuple[int, int] | None:
    """What changes with a file's content."""
    try:
        status = Path(file).stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=2)
def _remembered(settings: Settings, stamps: tuple[tuple[int, int] | None, ...]) -> Policy:  # noqa: ARG001
    try:
        return policy(settings)
    except SharesafeError as error:
        return Policy(problem=ErrorInfo.of(error))


def rules_in(files: Iterable[str]) -> OwnRules:
    """The rules in all of the files.

    Raises:
        UsageError: one cannot be read, or a rule cannot be used.
    """
    from detectors.own import OwnRules, distinct, parse_own_rules
    from detectors.rule_files import RuleFileError

    rules = OwnRules()
    try:
        for file in map(Path, files):
            rules += parse_own_rules(_text(file), file.name)
        return distinct(rules)
    except RuleFileError as error:
        raise UsageError(f"{error}.", "Correct the rule and start again.") from None


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LARGEST:
            raise UsageError(f"The file {file} is larger than 16 MiB.", "Split it.")
        return file.read_text("utf-8-sig")
    except OSError as error:
        reason = error.strerror or "input/output error"
        raise UsageError(f"The file {file} cannot be read: {reason}.", "Check its name.") from None
    except UnicodeDecodeError:
        raise UsageError(f"The file {file} is not UTF-8 text.", "Save it as UTF-8.") from None


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(file))
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The file {file} is not valid TOML: {error}.", "Correct it.") from None


# --- words ----------------------------------------------------------------------------------------


def _words(file: Path) -> Iterator[str]:
    """The words of a text file, one a line, ``#`` begins a comment line; or of ``hide`` in a TOML file."""
    from detectors.own_words import LONGEST, SHORTEST

    if file.suffix.lower() == ".toml":
        found = _toml(file).get(HIDE)
        if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
            told = f"The file {file} has no list of words called “{HIDE}”."
            raise UsageError(told, f'Write {HIDE} = ["one", "another"].')
        lines = list(enumerate(found, 1))
        place = f"word {{}} of “{HIDE}”"
    else:
        lines = list(enumerate(_text(file).splitlines(), 1))
        place = "line {}"
    for number, line in lines:
        word = " ".join(line.split())
        if not word or word.startswith("#"):
            continue
        if not SHORTEST <= len(word) <= LONGEST or not any(map(str.isalnum, word)):
            raise UsageError(
                f"The file {file}, {place.format(number)}: a word has {SHORTEST} to {LONGEST} characters "
                "and at least one letter or digit.",
                "Correct it or take it out.",
            )
        yield word


# --- the allow-list -------------------------------------------------------------------------------


def _allowances(file: Path) -> Iterator[Allowance]:
    table = _toml(file)
    entries = table.pop(ALLOW, None)
    # A configuration file may hold the list beside its options.
    known = {row.metadata["option"].flag.removeprefix("--") for row in fields(Settings)} | {HIDE}
    if unknown := [name for name in table if name.replace("_", "-") not in known]:
        raise UsageError(f"The file {file} has an unknown name “{unknown[0]}”.", "It holds [[allow]] tables.")
    if not isinstance(entries, list) or not entries:
        raise UsageError(f"The file {file} has no [[allow]] table.", "Write one for each thing to allow.")
    for number, entry in enumerate(entries, 1):
        yield _allowance(f"{file.name}, entry {number}", entry)


def _allowance(place: str, entry: object) -> Allowance:
    def refuse(problem: str) -> UsageError:
        return UsageError(f"{place}: {problem}.", "Correct the entry and start again.")

    if not isinstance(entry, dict):
        raise refuse("it has to be an [[allow]] table")
    for name, value in entry.items():
        if name not in _ALLOW_FIELDS:
            raise refuse(f"“{name}” is unknown; known are {', '.join(_ALLOW_FIELDS)}")
        if type(value) is not _ALLOW_FIELDS[name] or value in ("", []):
            raise refuse(f"“{name}” has to be a {_ALLOW_FIELDS[name].__name__} that is not empty")
    if not any(name in entry for name in _CONDITIONS):
        raise refuse(f"it has to state one of {', '.join(_CONDITIONS)}, or it would allow everything")
    page, box = entry.get("page"), entry.get("box")
    if page is not None and page < 1:
        raise refuse("pages are counted from 1")
    if box is not None and page is None:
        raise refuse("a box needs its page; pictures have page 1")
    fingerprint = entry.get("fingerprint")
    if fingerprint is not None and (len(fingerprint) != DIGITS or set(fingerprint) - set("0123456789abcdef")):
        raise refuse(f"a fingerprint is {DIGITS} digits, as --explain shows it for each finding")
    who = f"{entry['by']} ({place})" if "by" in entry else place
    return Allowance(
        by=who,
        reason=entry.get("reason", ""),
        fingerprint=fingerprint,
        rule=entry.get("rule"),
        path=entry.get("path"),
        page=page,
        box=None if box is None else _box(box, refuse),
    )


def _box(box: list[Any], refuse: Callable[[str], UsageError]) -> Box:
    if len(box) != 4 or not all(type(edge) in (int, float) for edge in box):
        raise refuse("a box is four numbers: left, top, right, bottom")
    left, top, right, bottom = box
    if not (all(map(math.isfinite, box)) and left < right and top < bottom):
        raise refuse("a box has its left before its right and its top above its bottom")
    return Box(left, top, right, bottom)


def _key_for(allowances: tuple[Allowance, ...], settings: Settings) -> LastingKey | None:
    wanting = [one for one in allowances if one.fingerprint is not None]
    if not wanting:
        return None
    key = key_at(settings.fingerprint_key)
    if key is None:
        raise UsageError(
            f"{wanting[0].by}: a fingerprint means nothing without the key that it was made with.",
            "Name that key with --fingerprint-key.",
        )
    return key
