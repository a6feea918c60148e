"""How far a token reaches when its text is imperfect: split by spaces, wrapped over rows, cut short.

Everything here works on the original text and its offsets; nothing decides what a token is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from detectors.model import BOUNDARY
from detectors.randomness import looks_random, surprise
from detectors.shape import UNLIMITED, Shape

_PIECE = re.compile(r"[^\s\x1e\"'`“”‘’«»<>(){}\[\],;]+")
_GAP = re.compile(r"[ \t\xa0]{1,3}|[ \t\xa0]{0,3}\r?\n[ \t\xa0]{0,16}")
_ELLIPSIS = re.compile(r"[ \t]?(?:…|\.{2,4}|···)")
_TRAILING = ".,;:!|"
_WORDY_BITS = 4.4
_MAX_PIECES = 64
_SLACK = 1.15


@dataclass(frozen=True, slots=True)
class Region:
    """The place of an imperfect token.

    Attributes:
        length: code points of it that are no white space.
        pieces: how many runs it was put together from.
        cut: an ellipsis follows it.
    """

    start: int
    end: int
    length: int
    pieces: int
    cut: bool


def region_of(
    text: str, start: int, shape: Shape, soft_breaks: frozenset[int], *, free_breaks: bool
) -> Region:
    """The token that begins at ``start`` and should have the lengths of ``shape``.

    Args:
        soft_breaks: offsets of newlines that may be mere wrapping.
        free_breaks: other newlines may be, too, where both sides look like parts of a token.
    """
    end = _piece_end(text, start)
    length, pieces = end - start, 1
    limit = int(shape.high * _SLACK) + 2 if shape.high < UNLIMITED else UNLIMITED
    while pieces < _MAX_PIECES and length < (shape.low if shape.high < UNLIMITED else limit):
        if _ELLIPSIS.match(text, end):
            break
        gap = _GAP.match(text, end)
        if not gap:
            break
        following = _piece_end(text, gap.end())
        piece = text[gap.end() : following]
        if not piece or length + len(piece) > limit:
            break
        newline = text.find("\n", gap.start(), gap.end())
        soft = newline in soft_breaks
        if newline >= 0 and not (soft or free_breaks):
            break
        missing = shape.low - length if shape.high < UNLIMITED or length < shape.low else 0
        if not _continues(piece, missing, shape, across_rows=newline >= 0 and not soft):
            break
        end, length, pieces = following, length + len(piece), pieces + 1
    return Region(start, end, length, pieces, bool(_ELLIPSIS.match(text, end)) or text[end - 1 : end] == "…")


def _piece_end(text: str, start: int) -> int:
    found = _PIECE.match(text, start, min(len(text), start + UNLIMITED))
    if not found:
        return start
    end = found.end()
    cut = _ELLIPSIS.search(text, start, end)
    if cut:
        return cut.start()
    while end > start and text[end - 1] in _TRAILING:
        end -= 1
    return end


def _continues(piece: str, missing: int, shape: Shape, *, across_rows: bool) -> bool:
    """Whether ``piece`` can be the rest of a token that lacks ``missing`` characters."""
    wordy = is_wordy(piece)
    if missing <= 0:
        return len(piece) >= 12 and looks_random(piece)
    if wordy:
        return not across_rows and missing >= max(len(piece), shape.low // 4) and len(piece) <= 3
    if across_rows and len(piece) >= 8 and not looks_random(piece):
        return False
    return missing * 2 >= len(piece) or looks_random(piece)


def is_wordy(piece: str) -> bool:
    """Whether ``piece`` reads as an ordinary word, name or number of a text."""
    if not any(char.isalnum() for char in piece):
        return True
    if "=" in piece[1:-2] or "://" in piece:
        return True  # the next assignment or address
    letters = piece.strip("-_.:")
    if letters.isalpha():
        plain = letters.islower() or letters.istitle() or letters.isupper()
        return plain and (len(letters) < 4 or surprise(letters) / len(letters) < _WORDY_BITS)
    return False


def whole_word(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with its last word completed: OCR adds and splits characters, so cover by location."""
    stop = _PIECE.match(text, end, min(len(text), end + 64))
    if stop and end > start and not text[end - 1].isspace():
        grown = stop.end()
        while grown > end and text[grown - 1] in _TRAILING:
            grown -= 1
        end = grown
    return start, end


def unwrapped(text: str, soft_breaks: frozenset[int]) -> tuple[str, list[int]] | None:
    """``text`` without the soft breaks between two token characters, and the offset of each remaining one.

    None when no break qualifies.
    """
    breaks = [
        at
        for at in sorted(soft_breaks)
        if 0 < at < len(text) - 1
        and text[at] == "\n"
        and not text[at - 1].isspace()
        and not text[at + 1].isspace()
        and BOUNDARY not in (text[at - 1], text[at + 1])
    ]
    if not breaks:
        return None
    pieces: list[str] = []
    origin: list[int] = []
    last = 0
    for at in [*breaks, len(text)]:
        pieces.append(text[last:at])
        origin.extend(range(last, at))
        last = at + 1
    origin.append(len(text))
    return "".join(pieces), origin
