"""Splits names and values into the words people read in them."""

from __future__ import annotations

import re

_UPPER, _LOWER = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ"
_WORD = re.compile(rf"[{_UPPER}]+(?![{_LOWER}])|[{_UPPER}]?[{_LOWER}]+|\d+|[^\W\d_]+")
_LEET = str.maketrans("013457$@", "oieastsa")
_LEET_INSIDE = re.compile(r"(?<=[a-z])[013457$@]{1,2}(?=[a-z])", re.IGNORECASE)


def split_words(text: str) -> tuple[str, ...]:
    """Lower-case words of ``text``: split at marks, at digits and at camel-case humps."""
    return tuple(word.lower() for word in _WORD.findall(text))


def unleet(text: str) -> str:
    """``text`` with digits and signs inside words read as the letters they imitate ("y0ur" is "your")."""
    return _LEET_INSIDE.sub(lambda found: found[0].translate(_LEET), text)
