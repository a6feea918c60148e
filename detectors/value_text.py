"""Where a value begins and ends in plain text, once a label stands before it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from detectors.model import BOUNDARY
from detectors.text import Text

_QUOTES = {'"': '"', "'": "'", "`": "`", "“": "”", "„": "“", "‘": "’", "«": "»", "”": "”"}
_OPENING = re.compile(
    r"""(?P<prefix>[rRbBuUfFL@$]{0,2})(?P<slash>\\{0,3})(?P<quote>["'`“„‘«”]|&quot;|&\#34;|&\#39;)"""
)
_MAX_QUOTED = 4096
_UNQUOTED = re.compile(
    r"""(?: \{\{[^\n\x1e]{0,300}?\}\} | \$\{\{?[^}\n\x1e]{0,300}\}{1,2} | \$\([^)\n\x1e]{0,300}\)
      | <%[^\n\x1e]{0,200}?%> | <[A-Za-z_][\w .-]{0,60}>      # expressions may hold spaces
      | [^\s"'`<\\\x1e“”]
      | (?<=[A-Za-z0-9])'(?=[A-Za-z0-9])
      | \\(?![nrtu"'\\])
      | <(?![/A-Za-z!])
    )+""",
    re.VERBOSE,
)
NO_BEGINNING = frozenset(")]};,>|&+?")
_BASE64_BEGINNING = re.compile(r"\+[A-Za-z0-9+/]{15}")  # a plus that adds up nothing
_CLOSERS = {")": "(", "]": "[", "}": "{", ">": "<"}
_NEXT_PAIR = re.compile(r"[,;&]\s{0,3}[A-Za-z_\"'][\w .\"'-]{0,40}[=:]")
_QUERY_END = re.compile(r"[&#;,)\]}|]")


@dataclass(frozen=True, slots=True)
class Extent:
    """A value's place: the quotes are outside of ``start`` to ``end``."""

    start: int
    end: int
    quoted: bool


def quoted_at(text: str, at: int) -> Extent | None:
    """The quoted string that opens at ``at`` and closes on the same line."""
    opening = _OPENING.match(text, at)
    if not opening:
        return None
    mark = opening["quote"]
    closing = opening["slash"] + _QUOTES.get(mark, mark)
    start = opening.end()
    if text.startswith(mark * 2, start):  # """…"""
        closing, start = mark * 3, start + 2
    limit = min(len(text), start + _MAX_QUOTED)
    line_end = text.find("\n", start, limit)
    limit = limit if line_end < 0 else line_end
    end = text.find(closing, start, limit)
    while end > 0 and not opening["slash"] and text[end - 1] == "\\" and text[end - 2] != "\\":
        end = text.find(closing, end + 1, limit)
    if end < 0 or BOUNDARY in text[start:end]:
        return None
    return Extent(start, end, quoted=True)


def stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def line_at(text: Text, at: int) -> tuple[int, int]:
    """The rest of the line at ``at``, up to a boundary, without white space at its ends."""
    ceiling = text.ceiling(at, _MAX_QUOTED)
    end = text.text.find("\n", at, ceiling)
    return stripped(text.text, at, ceiling if end < 0 else end)


def opens_quote(text: str, at: int) -> int:
    """End of the quote mark at ``at``; ``at`` itself when there is none."""
    opening = _OPENING.match(text, at)
    return opening.end() if opening else at


def unquoted_at(text: str, at: int, *, query: bool = False) -> Extent | None:
    """The run of characters at ``at`` up to white space, a quote or a tag, without closing punctuation."""
    if text[at : at + 1] in NO_BEGINNING and not _BASE64_BEGINNING.match(text, at):
        return None
    run = _UNQUOTED.match(text, at, min(len(text), at + _MAX_QUOTED))
    if not run:
        return None
    end = run.end()
    if query:
        stop = _QUERY_END.search(text, at, end)
        end = stop.start() if stop else end
    else:
        following = _NEXT_PAIR.search(text, at + 1, min(len(text), end + 48))
        if following and following.start() < end:
            end = following.start()
    return Extent(at, _trimmed(text, at, end), quoted=False)


def _trimmed(text: str, start: int, end: int) -> int:
    """``end`` without punctuation that belongs to the sentence or the code around the value."""
    while end > start:
        last = text[end - 1]
        opener = _CLOSERS.get(last)
        if opener is not None and opener in text[start:end]:
            break
        if (
            opener is None
            and last not in ",;|:"
            and not (last == "." and (end == len(text) or text[end].isspace()))
        ):
            break
        end -= 1
    return end
