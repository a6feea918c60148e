"""Labels and values on lines of their own: the value below its label, above it, or after a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from detectors.candidates import Candidate
from detectors.label_values import Label, judged
from detectors.model import Confidence
from detectors.randomness import UUID, looks_mixed, looks_random
from detectors.text import Text
from detectors.value_text import NO_BEGINNING, Extent, line_at, quoted_at, stripped
from detectors.values import Syntax

_NEXT_LABEL = re.compile(r"[\w \"'-]{1,40}[\"']?\s?[:=]\s|[\w-]+:\Z|[A-Z][A-Z0-9_]{2,40}=")
_MAX_LABEL_LINE, _MAX_LABEL_WORDS = 64, 7
_LINE_DECORATION = re.compile(r"[\s*•·#>|\-–—✓✔●○▸▾]*(?:\d{1,2}[.)]\s)?")
LINE_END = re.compile(
    r"(?:[ \xa0]#?\d{1,2})?[ \t\xa0]*(?:\([^()\n\"'`]{1,40}\))?[ \t\xa0]*[:=*?：]{0,2}[ \t\xa0]*(?:\r?\n|\Z)"
)
_ABOVE_REACH, _SHORTEST_ABOVE = 560, 12
_LINES_BELOW, _WORDS_BESIDE = 3, 3
# "Keep it safe, it is shown only once."
_HINT = re.compile(r"[^\W\d_][^\n\t:=]{6,160}(?:[.!?…]|(?: [^\W\d_][^\s:=]{0,20}){3})")
_ANNOUNCED = re.compile(
    r"[^\n:=\x1e]{1,120}:[ \t]*\r?\n\s{0,40}(?P<value>[^\s\x1e]{8,200})[ \t]*(?:\r?\n|\Z)"
)
_ANNOUNCED_REACH = 400


def announced(label: Label) -> Iterator[Candidate]:
    """A sentence that ends in a colon, and what it speaks of alone on the next line, if that is random."""
    text, raw = label.text, label.text.text
    found = _ANNOUNCED.match(raw, label.end, text.ceiling(label.end, _ANNOUNCED_REACH))
    if found and looks_random(found["value"]):
        yield from judged(label, Extent(*found.span("value"), quoted=False), Syntax.BELOW)


def below(label: Label) -> Iterator[Candidate]:
    """A label alone on its line; its value alone on the next."""
    text, raw = label.text, label.text.text
    line_start = max(
        raw.rfind("\n", max(0, label.start - 200), label.start) + 1, text.floor(label.start, 200)
    )
    lead = _LINE_DECORATION.match(raw, line_start, label.start)
    words = raw[lead.end() if lead else line_start : label.end]
    ending = LINE_END.match(raw, label.end, text.ceiling(label.end, 80))
    if not ending or len(words) > _MAX_LABEL_LINE or len(words.split()) > _MAX_LABEL_WORDS:
        return
    at = ending.end()
    column = raw.count("\t", line_start, label.start)
    for number in range(_LINES_BELOW):
        line = _next_line(text, at)
        if line is None or raw[line[0]] in NO_BEGINNING:
            return
        start, end = line
        if is_next_label(raw[start:end]):
            return
        at = raw.find("\n", end, text.ceiling(end, _MAX_LABEL_LINE)) + 1
        if raw.count("\t", start, end) < column:
            return
        fits = _is_value_like(raw[start:end]) if number else _stands_under(label, start, end, column)
        found = list(_in_column(label, start, end, column)) if fits else []
        yield from found
        hint = label.meaning.strong and at and _HINT.fullmatch(raw, start, end)
        if not hint or any(candidate.dismissed is None for candidate in found):
            return


def above(label: Label) -> Iterator[Candidate]:
    """A value alone on its line with its label below: sure only where nothing above it may be its label."""
    text, raw = label.text, label.text.text
    floor = text.floor(label.start, _ABOVE_REACH)
    line = raw.rfind("\n", floor, label.start)
    if line < 0 or not label.meaning.strong or raw[line + 1 : label.start].strip():
        return
    before = raw.rfind("\n", floor, line)
    start, end = stripped(raw, max(before + 1, floor), line)
    value = raw[start:end]
    likely = looks_mixed if label.meaning.kind == "labelled-password" else looks_random
    if len(value) < _SHORTEST_ABOVE or len(value.split()) != 1 or UUID.search(value) or not likely(value):
        return
    for candidate in judged(label, Extent(start, end, quoted=False), Syntax.BELOW):
        titled = before > 0 and raw[raw.rfind("\n", floor, before) + 1 : before].strip()
        yield replace(candidate, confidence=Confidence.LOW) if titled else candidate


def _next_line(text: Text, at: int) -> tuple[int, int] | None:
    """The line at ``at``, or the one after an empty one."""
    for _ in range(2):
        start, end = line_at(text, at)
        if start < end:
            return start, end
        at = text.text.find("\n", at, text.ceiling(at, _MAX_LABEL_LINE)) + 1
        if not at:
            break
    return None


def _stands_under(label: Label, start: int, end: int, column: int) -> bool:
    """Whether the next line is also below the label on its page, as far as its places are known."""
    text = label.text
    if column or not text.sample.noisy or not text.sample.named:
        return True
    at = stripped(text.text, start, end)[0]
    return any(label.name in named.name for named in text.under.get(at, ()))


def is_next_label(line: str) -> bool:
    """Whether a line below a label is itself a label, or a label with its value."""
    return _NEXT_LABEL.match(line) is not None and not (line.endswith(":") and looks_random(line[:-1]))


def _in_column(label: Label, start: int, end: int, column: int) -> Iterator[Candidate]:
    """The cell under a label; what stands further right is another one: "Copy", "Show"."""
    raw = label.text.text
    for _ in range(column):
        start = raw.find("\t", start, end) + 1
    cell = raw.find("\t", start, end)
    if cell > start:
        end = cell
    quoted = quoted_at(raw, start)
    if quoted and end - quoted.end <= 3:
        yield from judged(label, quoted, Syntax.QUOTED)
    else:
        yield from judged(label, Extent(start, end, quoted=False), Syntax.BELOW)


def _is_value_like(line: str) -> bool:
    """Whether a line below a label and its hint is one generated word, buttons behind it apart."""
    word = line.split(maxsplit=1)[0]
    return looks_mixed(word) and len(line.split()) <= _WORDS_BESIDE
