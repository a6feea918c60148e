"""From labels to values: names that structure offers, and labels in plain text.

A label is found at one of its words; the name around that word, the mark behind it and the value
behind the mark are then read in place, each with a bounded look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from detectors.candidates import Candidate
from detectors.label_rows import LINE_END, above, announced, below, is_next_label
from detectors.label_values import Label, code_rows, inside_string, judged, value_at
from detectors.lexicon import lexicon
from detectors.model import Confidence, Named, Relation
from detectors.names import Meaning, is_label, is_session_cookie, lead_of_name, meaning_of
from detectors.notations import Beyond, beyond, closes_element, is_listed, opens_element
from detectors.tables import TableScan
from detectors.text import Text
from detectors.value_text import Extent, opens_quote, quoted_at, stripped
from detectors.values import Syntax

_NAME_REACH = 64
_NAME_CHARS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$")
_AFTER_NAME = frozenset(" \t\xa0\n\r:=\"'`\\])>|,(&：”’!-*<")
_LEFT_WORDS = re.compile(r"(?:[^\W\d_][\w'’-]{0,20} ){1,3}\Z")
_RIGHT_WORDS = re.compile(
    r"(?:[ \xa0][^\W\d_](?:[^\W\d]|['’-]){0,20}){1,3}"
    r"(?=[ \xa0]{0,3}(?:[:=|\t\n(]|\*(?!\w)|\"?\s*[:=]|\Z)|[ \xa0]{2})"
)
_MARK = re.compile(
    r"""
    (?P<close>(?:\\{0,3}(?:["'`”’]|&quot;)|\*{1,3})?(?:[ \t]{0,4}[\])]{1,2})?)
    (?:[ \xa0]\#?\d{1,2}(?=[ \t\xa0]{0,3}[:=|\t]|[ \xa0]{2}))?    # "Client secret 2:"
    (?:[ \xa0]\([^()\n\x1e]{1,40}\))?
    (?P<space>[ \t\xa0]{0,40})
    (?P<mark>:[ \t]?[A-Za-z_&][\w.<>\[\]|&'?* ]{0,30}(?:[ ]=(?!=)|=(?=["'`]\w))    # a typed declaration
      |[:?|+.]{1,2}=|=>|->|={1,3}|!={1,2}|::?|：|\||,|>(?!>)(?:\s{1,40}(?=\S))?)?
    [ \t\xa0]{0,40}(?:\*{2}[ \t]{1,4})?
    """,
    re.VERBOSE,
)
_COMPARED_BEFORE = re.compile(
    r"""(?P<quote>["'`])(?P<value>[^"'`\n\x1e]{3,200})(?P=quote)\s{0,3}[!=]==?\s{0,3}\Z"""
)
_CODE_MARKS = frozenset({"==", "===", "!=", "!==", "->", "=>", ":=", "+=", ".=", "?=", "||=", "??="})
_LONGEST_MARK = 3
_DECLARATION = re.compile(
    r"\s*(?:const|let|var|final|private|public|static|string|char|self\.|this\.|my)\b", re.IGNORECASE
)
_SOFT_RELATIONS = {
    Relation.SAME_LINE: Syntax.CELL,
    Relation.RIGHT: Syntax.CELL,
    Relation.COLUMN: Syntax.CELL,
    Relation.BELOW: Syntax.BELOW,
    Relation.QUERY: Syntax.QUERY,
}
_MOST_ITEMS = 16
_NEXT_ITEM = re.compile(r"""["'`],\s{0,40}(?=["'`])""")
_BLOCK_SCALAR = re.compile(r"[|>][+-]?[ \t]*\r?\n[ \t]{1,40}(?=\S)")
_LOOSE_MARKS = frozenset("|,>")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_GLUED = re.compile(r"[a-z_][A-Z]|\w_\w")
_PLAIN_WORD = re.compile(r"[A-Za-z]{1,20}[.,;:!?)]{0,3}(?:\s|\Z)")
_LONG_VALUE = 256
_SENTENCE, _SENTENCE_REACH = 6, 400  # so many spaces make a line a sentence, not a label
_QUERY_BEFORE = frozenset("?&")


def named_candidates(text: Text) -> Iterator[Candidate]:
    """Candidates among the spans for which a name is offered."""
    columns = _values_of_names(text)
    beside = {named.start: named.name for named in text.sample.named if named.relation is Relation.RIGHT}
    column_ended = answered = ""
    for named in text.sample.named:
        if named.name != column_ended:
            column_ended = ""
        if named.name != answered:
            answered = ""
        meaning = _meaning_of_named(columns.get(named, named))
        if meaning is None:
            continue
        start, end = stripped(text.text, named.start, named.end)
        if text.text.startswith(("= ", ": "), start):
            start += 2  # the sign stands with the value where the column of names is wide
        value = text.text[start:end]
        if named.relation is Relation.BELOW:
            if column_ended or is_label(value):
                column_ended = named.name  # what follows stands under another label
                continue
            if is_next_label(value) or is_label(beside.get(named.start, "")):
                continue
        if "\n" in value:
            continue
        inner = quoted_at(text.text, start)
        if inner and inner.end >= end - 2:
            start, end = inner.start, inner.end
        evidence = f"{named.relation.value} “{meaning.noun}”"
        label = Label(text, start, start, meaning, evidence, named.name)
        syntax = _SOFT_RELATIONS.get(named.relation, Syntax.FIELD)
        for candidate in judged(label, Extent(start, end, quoted=True), syntax):
            if named.relation is Relation.RIGHT and candidate.sure:
                answered = named.name
            below_answered = named.relation is Relation.BELOW and answered
            yield replace(candidate, confidence=Confidence.LOW) if below_answered else candidate


def _values_of_names(text: Text) -> dict[Named, Named]:
    """The names of what stands under a label that only says "Value", where a name stands above it.

    Forms show pairs as four rows: "Name", the name, "Value", the value.
    """
    found: dict[Named, Named] = {}
    for *_, named in text.under.values():
        if named.name.strip(" :*").lower() in lexicon().value_words:
            label = text.text.rfind(named.name, text.floor(named.start, _NAME_REACH), named.start)
            if label in text.under:
                found[named] = replace(named, name=text.under[label][-1].name)
    return found


def _meaning_of_named(named: Named) -> Meaning | None:
    if named.relation is Relation.COOKIE:
        return (
            Meaning("session-cookie", strong=True, noun="session") if is_session_cookie(named.name) else None
        )
    return meaning_of(named.name)


class LabelScan:
    """Labels in one plain text; fed with the places of the lexicon's trigger words, in order."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._done = 0
        self._spans: list[tuple[int, int]] = []  # no labels inside a value
        self._tables = TableScan(text)

    def wants(self, end: int) -> bool:
        """Whether a trigger word ending at ``end`` (lower-cased text) is a word of its own and new."""
        if end <= self._done or _inside_word(self._text.text, end):
            return False
        if self._spans:
            self._spans = [span for span in self._spans if span[1] >= end]
        return not any(start < end for start, _ in self._spans)

    def at(self, end: int, word: str) -> Iterable[Candidate]:
        """Candidates behind the label that holds ``word``, which ends at ``end`` (lower-cased text)."""
        first, last = _identifier(self._text.text, end - len(word), end)
        self._done = last
        label = _label_at(self._text, first, last)
        return self._values(label) if label else ()

    def _values(self, label: Label) -> Iterator[Candidate]:
        column = list(self._tables.below(label))
        for candidate in column or _behind(label):
            if candidate.sure or candidate.end - candidate.start > _LONG_VALUE:
                self._spans.append((candidate.start, candidate.end))
            yield candidate


def _inside_word(raw: str, end: int) -> bool:
    """Whether the word goes on behind ``end`` ("pat" in "path"); a camel-case hump ends it."""
    following = raw[end : end + 1]
    return following.isalpha() and following.islower() == raw[end - 1].islower()


def _identifier(text: str, start: int, end: int) -> tuple[int, int]:
    low, high = max(0, start - _NAME_REACH), min(len(text), end + _NAME_REACH)
    while start > low and text[start - 1] in _NAME_CHARS:
        start -= 1
    while end < high and text[end] in _NAME_CHARS:
        end += 1
    while end > start and text[end - 1] in ".$":
        end -= 1
    return start, end


def _label_at(text: Text, first: int, last: int) -> Label | None:
    """The label that the identifier belongs to, if its name and the words around it mean a credential."""
    raw = text.text
    following = raw[last : last + 1]
    if first and raw[first - 1] in "/\\" and following != "=":
        return None  # part of a path
    if following and following not in _AFTER_NAME:
        return None
    name = text.labels[first:last]
    left = ""
    if first and raw[first - 1] == " ":
        found = _LEFT_WORDS.search(text.labels, text.floor(first, 48), first)
        left = lead_of_name(found[0], name) if found else ""
    end = last
    right = None
    if following in (" ", "\xa0") and not _copula().match(text.labels, last, text.ceiling(last, 120)):
        right = _RIGHT_WORDS.match(text.labels, last)
    meaning = meaning_of(left + name + right[0]) if right else None
    if right and meaning:
        end = right.end()
    elif right and right[0].split()[-1].lower() in lexicon().not_after:
        return None
    else:
        meaning = meaning_of(left + name)
    if meaning is None:
        return None
    return Label(text, first - len(left), end, meaning, f"label “{meaning.noun}”", name)


def _behind(label: Label) -> Iterator[Candidate]:
    """Reads the mark and the value behind a label."""
    text, raw, start, last = label.text, label.text.text, label.start, label.end
    if label.meaning.kind == "recovery-code":
        yield from code_rows(label)
    compares = raw[max(0, start - 4) : start].rstrip().endswith("=")
    compared = _COMPARED_BEFORE.search(raw, text.floor(start, 240), start) if compares else None
    if compared:
        yield from judged(label, Extent(*compared.span("value"), quoted=True), Syntax.QUOTED)
        return
    mark = _MARK.match(raw, last, text.ceiling(last, 160))
    assert mark
    sign, at = mark["mark"] and mark["mark"].strip(), mark.end()
    other = beyond(raw, start, last, text.ceiling(last, 400))
    if other:
        yield from _values_beyond(label, other)
        return
    block = _BLOCK_SCALAR.match(raw, at, text.ceiling(last, 200)) if sign == ":" else None
    if block:
        yield from value_at(label, block.end(), Syntax.BARE)
    elif LINE_END.match(raw, last, text.ceiling(last, 80)):
        if sign in (None, ":", "：", "="):
            found = [*below(label), *_wrapped_away(label, raw.find("\n", last, mark.end() + 2))]
            yield from found
            if all(candidate.dismissed for candidate in found):
                yield from above(label)
    elif sign is None:
        yield from _without_mark(label, mark)
    elif sign in _LOOSE_MARKS:
        yield from _loosely_marked(label, mark)
    elif raw[at : at + 1] not in ("\n", "\r", ""):
        query = sign == "=" and raw[max(0, start - 1) : start] in _QUERY_BEFORE
        paired = sign == ":" and mark["close"].strip("])*\t ")
        syntax = Syntax.FIELD if paired else _assigned(raw, start, mark, sign)
        yield from value_at(label, at, Syntax.QUERY if query else syntax)


def _wrapped_away(label: Label, newline: int) -> Iterator[Candidate]:
    """A value that a sentence names at the end of a row, and shows at the beginning of the next."""
    text, raw = label.text, label.text.text
    line = raw.rfind("\n", text.floor(label.start, _SENTENCE_REACH), label.start) + 1
    sentence = newline > 0 and raw.count(" ", line, label.end) >= _SENTENCE
    wraps = sentence or newline in text.sample.soft_breaks
    if wraps and not _PLAIN_WORD.match(raw, newline + 1):
        yield from value_at(label, newline + 1, Syntax.ADJACENT)


def _loosely_marked(label: Label, mark: re.Match[str]) -> Iterator[Candidate]:
    """Arguments ("password", "value"), elements <password>value</password>, cells | password | value |."""
    raw, sign, at = label.text.text, mark["mark"].strip(), mark.end()
    if sign == "|":
        if mark["space"] or raw[at - 1 : at] != "|":
            yield from value_at(label, at, Syntax.CELL)
    elif sign == "," and not mark["close"]:
        if raw[max(0, label.start - 1) : label.start] in ("", "\n", ",") and raw[at - 1 : at] == ",":
            yield from value_at(label, at, Syntax.ADJACENT)  # a row of comma-separated values
    elif sign == "," and quoted_at(raw, at):
        yield from value_at(label, at, Syntax.ADJACENT if is_listed(raw, label.start) else Syntax.QUOTED)
    elif sign == ">" and opens_element(raw, label.start):
        yield from _values_beyond(label, Beyond(at, Syntax.QUOTED, element=True))


def _values_beyond(label: Label, beyond: Beyond) -> Iterator[Candidate]:
    """The value, or the items of the list, at ``beyond``."""
    raw, at = label.text.text, beyond.at
    for _ in range(_MOST_ITEMS if beyond.several else 1):
        end = at
        for candidate in value_at(label, at, beyond.syntax):
            end = max(end, candidate.end)
            if not beyond.element or closes_element(raw, candidate.end):
                yield candidate
        following = _NEXT_ITEM.match(raw, end)
        if not following or end == at:
            return
        at = following.end()


def _assigned(raw: str, first: int, mark: re.Match[str], sign: str) -> Syntax:
    """Whether an unquoted value is configuration (all of it counts) or program code (a name, mostly)."""
    if sign in _CODE_MARKS or len(sign) > _LONGEST_MARK:
        return Syntax.CODE
    line_start = raw.rfind("\n", max(0, first - 200), first) + 1
    line_end = raw.find("\n", mark.end(), mark.end() + 400)
    rest = raw[mark.end() : line_end if line_end >= 0 else mark.end() + 400].rstrip()
    if rest.endswith((";", "{", "(")) and not raw[line_start:first].strip(" \t"):
        return Syntax.CODE
    if sign == "=" and mark["space"] and _DECLARATION.match(raw, line_start, first):
        return Syntax.CODE
    return Syntax.BARE


def _without_mark(label: Label, mark: re.Match[str]) -> Iterator[Candidate]:
    raw, at, space = label.text.text, mark.end(), mark["space"]
    if label.name.startswith("-") and space:
        yield from value_at(label, at, Syntax.BARE)  # --password value
    elif "\t" in space or len(space) >= 2:
        yield from value_at(label, at, Syntax.CELL)
    elif space:
        # "The password for admin is …", "password …"
        copula = _copula().match(label.text.labels, label.end, label.text.ceiling(label.end, 120))
        if copula:
            yield from value_at(label, copula.end(), Syntax.PROSE)
        elif mark["close"].strip("*\t ") and opens_quote(raw, at) == at:
            return  # a string has ended, and what follows is the next attribute
        elif not _PLAIN_WORD.match(raw, at):
            yield from value_at(label, at, _tied_by_a_space(label, at))
        else:
            yield from announced(label)
    elif raw[at : at + 1] == "(" and quoted_at(raw, at + 1):
        yield from value_at(label, at + 1, Syntax.ADJACENT)  # setPassword("value")
    elif mark["close"].strip() and opens_quote(raw, at) > at and not inside_string(raw, at):
        yield from value_at(label, at, Syntax.QUOTED)


def _tied_by_a_space(label: Label, at: int) -> Syntax:
    if _VARIABLE.fullmatch(label.name):
        return Syntax.BARE  # ENV API_TOKEN value
    called = _GLUED.search(label.name) and quoted_at(label.text.text, at)
    return Syntax.QUOTED if called else Syntax.ADJACENT  # set(api_token "value")


@lru_cache(maxsize=1)
def _copula() -> re.Pattern[str]:
    known = lexicon()
    words = "|".join(sorted(map(re.escape, known.copulas)))
    for_whom = "|".join(sorted(map(re.escape, known.prepositions)))
    return re.compile(
        rf"(?:[ \xa0](?:{for_whom})[ \xa0](?:[^\n:=.\x1e]|\.(?=\S)){{1,60}}?)?[ \xa0]{{1,3}}(?:{words})"
        r"(?:[ \xa0](?:now|currently|still|set to|just|simply))?[:]?[ \xa0]{1,3}",
        re.IGNORECASE,
    )
