"""What is known about a workflow tool: how its exports look, and which values in them are mere references."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

NO_REFERENCE: Final = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Outline:
    """A JSON document from afar: which keys stand where, down to a few levels.

    Attributes:
        root_keys: keys of the outermost object; none for an array.
        paths: keys joined by dots, ``[]`` for any item: ``nodes[].parameters``; ``[].id`` below a root array.
        values: the first short strings at a path.
    """

    root_keys: frozenset[str]
    paths: frozenset[str]
    values: Mapping[str, tuple[str, ...]] = field(repr=False)

    def has(self, *paths: str) -> bool:
        return self.paths.issuperset(paths)

    def says(self, path: str, part: str) -> bool:
        """Whether one of the first strings at ``path`` contains ``part``."""
        return any(part in value for value in self.values.get(path, ()))


@dataclass(frozen=True, slots=True)
class Platform:
    """A workflow tool, as far as it differs from any other JSON.

    Paths are keys joined by dots, ``*`` for any key, list positions left out; they match at the end of a
    value's own path: ``credentials.*.id``.

    Attributes:
        name: as it stands in reports.
        title: for people.
        kept: paths of ids and links to credentials kept elsewhere. Their names mean nothing, but a value
            that has a secret's own format is found there all the same.
        named: paths of values whose key does not say what they are, with the name that does.
        pairs: further keys (lower case) of a name and of the value beside it.
        lines: keys of lists that hold the lines of one text.
        reference: a whole value that only points at something; a literal inside it rules it out.
    """

    name: str
    title: str
    recognises: Callable[[Outline], bool]
    kept: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)
    pairs: tuple[tuple[str, str], ...] = ()
    lines: frozenset[str] = frozenset()
    reference: re.Pattern[str] = NO_REFERENCE
