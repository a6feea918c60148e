"""Splits names and values into the words people read in them."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
_LEET = str.maketrans("013457$@", "oieastsa")
_LEET_WORD = re.compile(r"(?=[a-zA-Z0-9$@]*[a-zA-Z])[a-zA-Z0-9$@]{3,}")


@lru_cache(maxsize=8192)
def split_words(text: str) -> tuple[str, ...]:
    """Lower-case words of ``text``: split at marks, at digits and at camel-case humps."""
    return tuple(word.lower() for word in _WORD.findall(text))


def unleet(text: str) -> str:
    """``text`` in lower case with digits and signs read as the letters they imitate ("y0ur" is "your")."""
    return text.lower().translate(_LEET)


def chunks(text: str) -> list[str]:
    """Runs of letters, digits and leet signs with at least one letter in them."""
    return _LEET_WORD.findall(text)
