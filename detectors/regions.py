"""How far a token reaches when its text is imperfect: split by spaces, wrapped over rows, cut short.

Everything here works on the original text and its offsets; nothing decides what a token is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from detectors.model import BOUNDARY
from detectors.randomness import UUID, looks_random, price_per_character
from detectors.shape import UNLIMITED, Shape

_PIECE = re.compile(r"[^\s\x1e\"'`“”‘’«»<>(){}\[\],;&=]+={0,2}")
# A tab divides cells, so that no token goes on behind one; it may indent the next row.
_GAP = re.compile(r"[ \xa0]{1,3}|[ \xa0]{0,3}\r?\n[ \t\xa0]{0,16}")
_ELLIPSIS = re.compile(r"[ \t]?(?:…|\.{2,4}|···)")
_TRAILING = ".,;:!|"
# What follows a token within an address: "@host.example", "/path", "?query", "#part".
_HOST = re.compile(r"@[A-Za-z0-9-]{1,63}\s?\.\s?[A-Za-z]")
_SEPARATOR = re.compile(r"[@/:?#&=|]")
_ENOUGH = 0.85
_NAME = re.compile(r"[A-Za-z][\w.-]{1,40}(?:=(?![=\s])|\s?[:=]\s)")  # another name with its value
_REST = re.compile(r"[^\s\x1e\"'`“”‘’«»<>(){}\[\],;&=@/:?#|]+")
_WORDY_BITS = 4.4
_SHORT_WORD = 4
_SHORT_NUMBER = 3
# A list's entry, a name with its value.
_NEW_ROW = re.compile(r"[-*•·] |\d{1,2}[.)] |[A-Za-z_][\w.-]{1,40}(?: = |: )")
_LONG_HEX = 24
_NO_HEX = re.compile(r"[^0-9A-Fa-f\sOoQlISszZg-]")
_MARKS = re.compile(r"[-_.:=/]+")
_MAX_PIECES = 64
_MIN_LOOSE_PIECE, _LONG_PIECE = 8, 12
_SLACK, _SLACK_FEW = 1.5, 10  # longer runs are no tokens of the format


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
    text: str, start: int, after: int, shape: Shape, soft_breaks: frozenset[int], *, free_breaks: bool
) -> Region | None:
    """The token that begins at ``start`` and should have the lengths of ``shape``.

    Args:
        after: end of the token's literal prefix.
        soft_breaks: offsets of newlines that may be mere wrapping.
        free_breaks: other newlines may be, too, where both sides look like parts of a token.

    Returns:
        None when an ordinary word follows the prefix.
    """
    limit = int(shape.high * _SLACK) + _SLACK_FEW if shape.high < UNLIMITED else UNLIMITED
    end = _piece_end(text, after, limit)
    if end == after or (text[after - 1].isspace() and is_wordy(text[after:end])):
        return None
    length = len("".join(text[start:after].split())) + end - after
    stop = _separator(text, after, end, shape, length - (end - after))
    if stop < end:
        return Region(start, stop, length - (end - stop), 1, cut=False)
    pieces = 1
    while pieces < _MAX_PIECES and length < limit:
        grown = _next_piece(text, end, soft_breaks, free_breaks=free_breaks)
        if grown is None:
            break
        piece_start, piece_end, hard_break = grown
        piece = text[piece_start:piece_end]
        if length + len(piece) > limit or not _continues(piece, shape.low - length, across=hard_break):
            break
        stop = _separator(text, piece_start, piece_end, shape, length)
        end, length, pieces = stop, length + stop - piece_start, pieces + 1
        if stop < piece_end:
            return Region(start, end, length, pieces, cut=False)
    return Region(start, end, length, pieces, _cut(text, end))


def _separator(text: str, after: int, end: int, shape: Shape, known: int) -> int:
    """Where a separator ends a token that is long enough, ``known`` characters of it before ``after``."""
    first = max(after, after + int(shape.low * _ENOUGH) - known)
    for found in _SEPARATOR.finditer(text, first, end):
        if found[0] == "@":
            if _HOST.match(text, found.start()):
                return found.start()
        elif found[0] not in shape.alphabet:
            return found.start()
    return end


def continued(text: str, start: int, end: int, soft_breaks: frozenset[int], *, noisy: bool) -> int:
    """End of the value at ``start`` with the pieces that wrapping or OCR put behind ``end``."""
    for _ in range(_MAX_PIECES):
        if end - start >= UNLIMITED:
            break
        grown = _next_piece(text, end, soft_breaks, free_breaks=noisy)
        if grown is None:
            break
        piece_start, piece_end, hard_break = grown
        soft = "\n" in text[end:piece_start] and not hard_break
        piece = text[piece_start:piece_end]
        if is_wordy(piece) or UUID.fullmatch(piece) or _leaves_hex(text[start:end], piece):
            break
        if not (soft or (noisy and _continues(piece, 0, across=hard_break))):
            break
        end = piece_end
    return end


def _leaves_hex(value: str, piece: str) -> bool:
    """Whether ``piece`` has letters that neither hexadecimal digits nor their confusions are."""
    return len(value) >= _LONG_HEX and not _NO_HEX.search(value) and bool(_NO_HEX.search(piece))


def _next_piece(
    text: str, end: int, soft_breaks: frozenset[int], *, free_breaks: bool
) -> tuple[int, int, bool] | None:
    """The run behind the gap at ``end``, and whether the gap is a line break not known to be soft."""
    if _ELLIPSIS.match(text, end):
        return None
    gap = _GAP.match(text, end)
    if not gap:
        return None
    newline = text.find("\n", gap.start(), gap.end())
    soft = newline in soft_breaks
    if newline >= 0 and not (soft or free_breaks):
        return None
    following = _piece_end(text, gap.end())
    if _NAME.match(text, gap.end(), following + 3):
        return None
    return (gap.end(), following, newline >= 0 and not soft) if following > gap.end() else None


def _cut(text: str, end: int) -> bool:
    return _ELLIPSIS.match(text, end) is not None or text[end - 1 : end] == "…"


def _piece_end(text: str, start: int, reach: int = UNLIMITED) -> int:
    found = _PIECE.match(text, start, min(len(text), start + reach))
    if not found:
        return start
    end = found.end()
    cut = _ELLIPSIS.search(text, start, end)
    if cut:
        return cut.start()
    while end > start and text[end - 1] in _TRAILING:
        end -= 1
    return end


def _continues(piece: str, missing: int, *, across: bool) -> bool:
    """Whether ``piece`` can be the rest of a token that lacks ``missing`` characters.

    ``across`` a line break the piece must look like it by itself.
    """
    if is_wordy(piece):
        return False
    random = looks_random(piece)
    if missing <= 0:
        return random and len(piece) >= (_LONG_PIECE if across else _MIN_LOOSE_PIECE)
    if across and len(piece) >= _MIN_LOOSE_PIECE and not random:
        return False
    return missing * 2 >= len(piece) or random


def is_wordy(piece: str) -> bool:
    """Whether ``piece`` reads as an ordinary word, name or number of a text."""
    if not any(char.isalnum() for char in piece):
        return True
    if "=" in piece[1:-2] or "://" in piece or piece.startswith("HTTP/"):
        return True  # the next assignment or address, the end of a request's first line
    parts = [part for part in _MARKS.split(piece) if part]
    words = [part for part in parts if not (part.isdigit() and len(part) < _SHORT_NUMBER)]
    # "HTTP/1.1" is a word with numbers; a number alone may be the end of a token.
    return (
        bool(words)
        and (len(words) == len(parts) or len(words[0]) >= _SHORT_WORD)
        and all(map(_is_plain_word, words))
    )


def _is_plain_word(part: str) -> bool:
    plain = part.isalpha() and (part.islower() or part.istitle() or part.isupper())
    return plain and (len(part) < _SHORT_WORD or price_per_character(part) < _WORDY_BITS)


def run_end(text: str, start: int) -> int:
    """End of the run without white space or quotes that holds ``start``."""
    return _piece_end(text, start)


def whole_word(text: str, start: int, end: int) -> tuple[int, int]:
    """The span with its last word completed: OCR adds and splits characters, so cover by location.

    A separator ends it: the host behind a password in an address stays readable.
    """
    stop = _REST.match(text, end, min(len(text), end + 64))
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
        and not _NEW_ROW.match(text, at + 1)
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
