"""Where a text was broken at a column, so that what stands at the line end may go on in the next line."""

from __future__ import annotations

import re
from typing import Final

from detectors.regions import is_wordy

NARROWEST: Final = 40
"""Code points; nobody wraps logs or mail at less."""

NEIGHBOURS: Final = 4
"""Lines before and behind a break that may not be longer than the one it ends."""

LONGEST_RUN: Final = 256
"""Code points that are looked at on either side of a break."""

# A line that begins with a date or a time, as those of logs do, begins something new.
_BREAK: Final = re.compile(r"\n(?<=[\w+/=~-]{8}\n)(?=[\w+/=~-]{4})(?!\d{2,4}[-/.:]\d\d[-/.:T ])", re.ASCII)
_BOUNDS: Final = re.compile(r"[\s\"'<>()\[\]{},;:]")


def soft_breaks(text: str) -> frozenset[int]:
    """Offsets of ``"\\n"`` where a run of characters that is no word reaches the longest line's end.

    The line before the break is at least as long as those around it, and what stands on both sides
    of it reads as no word, number or name.
    """
    found: list[int] = []
    for gap in _BREAK.finditer(text):
        start = text.rfind("\n", 0, gap.start()) + 1
        width = gap.start() - start
        if width < NARROWEST or is_wordy(
            _last_run(text[max(start, gap.start() - LONGEST_RUN) : gap.start()])
        ):
            continue
        if is_wordy(_first_run(text[gap.end() : gap.end() + LONGEST_RUN])):
            continue
        if max(_widths(text, start, gap.end()), default=0) <= width:
            found.append(gap.end() - 1)
    return frozenset(found)


def _last_run(line: str) -> str:
    return _BOUNDS.split(line)[-1]


def _first_run(text: str) -> str:
    return _BOUNDS.split(text, maxsplit=1)[0]


def _widths(text: str, before: int, behind: int) -> list[int]:
    """Lengths of the lines that end before ``before``, and of those that begin at ``behind``."""
    widths: list[int] = []
    for _ in range(NEIGHBOURS):
        if before <= 0:
            break
        start = text.rfind("\n", 0, before - 1) + 1
        widths.append(len(text[start : before - 1].rstrip("\r")))
        before = start
    for _ in range(NEIGHBOURS):
        if behind >= len(text):
            break
        end = text.find("\n", behind)
        end = len(text) if end < 0 else end
        widths.append(len(text[behind:end].rstrip("\r")))
        behind = end + 1
    return widths
