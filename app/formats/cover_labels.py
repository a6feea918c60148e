"""What covers say, and how it is known again when it was read from a picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

COVERED: Final = "█"
"""Stands for what is covered in a text that was read from a copy; no engine reads it anywhere else."""

_PREFIX: Final = "REDACTED_"


def label_of(placeholder: str) -> str:
    """What a cover says for ``REDACTED_STRIPE_SECRET_KEY_1``: ``STRIPE SECRET KEY 1``."""
    return placeholder.removeprefix(_PREFIX).replace("_", " ")


_ALIKE: Final = str.maketrans("OQILSBZ", "0011582")
"""Letters that engines mistake for digits, and the other way round."""


def _spelled(text: str) -> str:
    return "".join(filter(str.isalnum, text.upper())).translate(_ALIKE)


_MAY_BE_LABEL: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Z0-9 ]{0,60}?(?:[0-9]{1,3}| [Il])(?![A-Za-z0-9])")


def label_spans(text: str, labels: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where a text that was read from a picture is what covers say, or the end of it.

    Args:
        labels: as rules have them, without number: ``STRIPE_SECRET_KEY``.
    """
    known = _ends_of(labels)
    for run in _MAY_BE_LABEL.finditer(text) if known else ():
        starts = [run.start(), *(run.start() + at + 1 for at, char in enumerate(run.group()) if char == " ")]
        for start in starts:
            if _says(text[start : run.end()], known):
                yield start, run.end()
                break


@lru_cache(maxsize=4)
def _ends_of(labels: frozenset[str]) -> frozenset[str]:
    return frozenset(spelled[at:] for spelled in map(_spelled, labels) for at in range(len(spelled)))


def _says(text: str, known: frozenset[str]) -> bool:
    spelled = _spelled(text)
    return any(spelled[:-digits] in known for digits in (1, 2, 3) if spelled[-digits:].isdigit())


def shorter(label: str) -> tuple[str, ...]:
    """The label and what it may be cut to: ``STRIPE SECRET KEY 1``, ``KEY 1``, ``1``."""
    words = label.split()
    return tuple(dict.fromkeys(" ".join(words[-count:]) for count in (len(words), 2, 1) if words))
