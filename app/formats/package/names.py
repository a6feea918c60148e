"""Names of packed files: examined, freed of what they must not say, and safe to unpack anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.formats.text.codec import harmless
from app.model import RedactionPlan, TextUnit
from app.places import Location, MetadataKey
from detectors.model import BOUNDARY, Sample

_SEPARATOR: Final = BOUNDARY + "\n"
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f<>:\"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]")
_DRIVE = re.compile(r"[A-Za-z]:(?=[/\\])")
_LONGEST: Final = 4096


def place_of(number: int) -> MetadataKey:
    """The place that stands for the name of the file with this number, 1-based."""
    return MetadataKey(f"name of file {number}")


@dataclass(frozen=True, slots=True)
class _NamePlaces:
    starts: tuple[int, ...] = field(repr=False)

    def locate(self, start: int, end: int) -> tuple[Location, ...]:
        last = len(self.starts)
        return tuple(
            place_of(number)
            for number, first in enumerate(self.starts, 1)
            if first < end and (number == last or start < self.starts[number])
        )


def names_unit(names: Sequence[str]) -> TextUnit:
    """All names as one text."""
    starts, at = [], 0
    for name in names:
        starts.append(at)
        at += len(name) + len(_SEPARATOR)
    text = harmless(_SEPARATOR.join(names))
    return TextUnit(Sample(text), _NamePlaces(tuple(starts)), "names of files")


def unique(names: Iterable[str]) -> Iterator[str]:
    """The same names, with a number where one was given before; upper and lower case are one."""
    given: set[str] = set()
    for name in names:
        candidate, number = name, 1
        while candidate.casefold() in given:
            number += 1
            stem, dot, suffix = name.rpartition(".")
            cut = dot and "/" not in suffix
            candidate = (
                f"{stem} ({number}).{suffix}"
                if cut
                else f"{name.rstrip('/')} ({number})" + "/" * name.endswith("/")
            )
        given.add(candidate.casefold())
        yield candidate


def renamed(names: Sequence[str], plan: RedactionPlan) -> list[str]:
    """What the files are called in the copy: no covered value, no way out of the folder they go to."""
    values = sorted(
        (
            (item.value.reveal(), item.placeholder)
            for item in plan.items
            if item.value is not None and item.exact
        ),
        key=lambda pair: -len(pair[0]),
    )
    whole = {place: item.placeholder for item in plan.items for place in item.where}
    found = []
    for number, name in enumerate(names, 1):
        clean = name
        for value, placeholder in values:
            clean = clean.replace(value, placeholder)
        if clean == name and place_of(number) in whole:
            folder, slash, _ = name.rstrip("/").rpartition("/")
            clean = f"{folder}{slash}{whole[place_of(number)]}" + "/" * name.endswith("/")
        found.append(_tame(clean))
    return list(unique(found))


def _tame(name: str) -> str:
    """A relative name without steps upwards and without characters that some systems forbid or misuse."""
    bare = _DRIVE.sub("", harmless(name[:_LONGEST])).replace("\\", "/")
    parts = [_FORBIDDEN.sub("_", part).rstrip(" .") for part in bare.split("/")]
    kept = "/".join(part for part in parts if part)
    return (kept or "file") + "/" * name.endswith("/")
