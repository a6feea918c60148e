"""From labels to values: names that structure offers, and labels in plain text.

A label is found at one of its words; the name around that word, the mark behind it and the value
behind the mark are then read in place, each with a bounded look.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from detectors.candidates import LABEL, Candidate, dismissed
from detectors.filters import doubt_about
from detectors.lexicon import lexicon
from detectors.model import Confidence, Named, Relation
from detectors.names import Meaning, is_session_cookie, meaning_of
from detectors.regions import continued
from detectors.text import Text
from detectors.value_text import Extent, opens_quote, quoted_at, unquoted_at
from detectors.values import Syntax, Verdict, basic_credentials, judge

_NAME_REACH = 64
_NAME_CHARS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$")
_LEFT_WORDS = re.compile(r"(?:[^\W\d_][\w'’-]{0,20} ){1,3}\Z")
_RIGHT_WORDS = re.compile(
    r"(?:[ \xa0][^\W\d_][\w'’-]{0,20}){1,3}(?=[ \xa0]{0,3}(?:[:=|\t\n(]|\"?\s*[:=]|\Z))"
)
_MARK = re.compile(
    r"""
    (?P<close>(?:\\{0,3}(?:["'`”’]|&quot;))?(?:[ \t]{0,4}[\])]{1,2})?)
    (?:[ \xa0]\([^()\n\x1e]{1,40}\))?
    (?P<space>[ \t\xa0]{0,40})
    (?P<mark>:=|=>|->|={1,3}|!={1,2}|::?|：|\||,|>(?!>))?
    [ \t\xa0]{0,40}
    """,
    re.VERBOSE,
)
_SIBLING = re.compile(
    r"""[ \t\r\n,;]{0,6}\\{0,3}["']?(?:value|val|content|text|default|defaultValue|initialValue)\\{0,3}["']?
        [ \t]{0,4}[:=]{1,2}>?[ \t]{0,4}
      | [ \t]{0,4}\{[ \t\r\n]{1,20}                                  # a Terraform variable
        (?:(?:type|description|sensitive)[ \t]*=[^\n]{0,160}\n[ \t]{0,20}){0,3}
        default[ \t]*=[ \t]*""",
    re.VERBOSE | re.IGNORECASE,
)
_SCHEME = re.compile(
    r"=?(?:bearer|basic|token|apikey|api-key|ssws|bot|digest|oauth|key|jwt|hmac|zoho-oauthtoken|klaviyo-api-key|genie-?key|splunk)"
    r"(?::|[ \t\xa0]|%20|\\u0020){1,3}(?:token=|key=)?[\"']?",
    re.IGNORECASE,
)
_COMPARED_BEFORE = re.compile(
    r"""(?P<quote>["'`])(?P<value>[^"'`\n\x1e]{3,200})(?P=quote)\s{0,3}[!=]==?\s{0,3}\Z"""
)
_CLOSED_BEFORE = re.compile(r"\s{0,3}[+.,;)\]}]|\s*\Z")
_MAX_LABEL_LINE, _MAX_LABEL_WORDS = 64, 7
_LINE_DECORATION = re.compile(r"[\s*•·#>|\-–—✓✔●○▸▾]*(?:\d{1,2}[.)]\s)?")
_LINE_END = re.compile(r"[ \t\xa0]*(?:\([^()\n]{1,40}\))?[ \t\xa0]*[:*?：]{0,2}[ \t\xa0]*(?:\r?\n|\Z)")
_SOFT_RELATIONS = {
    Relation.SAME_LINE: Syntax.CELL,
    Relation.RIGHT: Syntax.CELL,
    Relation.BELOW: Syntax.BELOW,
    Relation.QUERY: Syntax.QUERY,
}
_QUERY_BEFORE = frozenset("?&")
_COOKIE = re.compile(r"[ \t]*(?P<name>[\w.$-]{1,80})=(?P<value>[^;,\s\"'\\\x1e]{1,4096})[;,]?")


def triggers() -> frozenset[str]:
    """The words, lower case, at which ``label_candidate`` wants to look."""
    return lexicon().triggers


def named_candidates(text: Text) -> Iterator[Candidate]:
    """Candidates among the spans for which a name is offered."""
    for named in text.sample.named:
        meaning = _meaning_of_named(named)
        if meaning is None:
            continue
        syntax = _SOFT_RELATIONS.get(named.relation, Syntax.FIELD)
        start, end = _stripped(text.text, named.start, named.end)
        if "\n" in text.text[start:end]:
            continue
        inner = quoted_at(text.text, start)
        if inner and inner.end >= end - 2:
            start, end = inner.start, inner.end
        extent = Extent(start, end, quoted=True)
        yield from _judged(text, extent, meaning, syntax, f"{named.relation.value} “{meaning.noun}”")


def _meaning_of_named(named: Named) -> Meaning | None:
    if named.relation is Relation.COOKIE:
        return (
            Meaning("session-cookie", strong=True, noun="session") if is_session_cookie(named.name) else None
        )
    return meaning_of(named.name)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


class LabelScan:
    """Labels in one plain text; fed with the places of the trigger words, in order."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._done = 0

    def at(self, end: int, word: str) -> Iterator[Candidate]:
        """Candidates behind the label that holds ``word``, which ends at ``end`` (lower-cased text)."""
        raw = self._text.text
        if end <= self._done or _inside_word(raw, end):
            return
        first, self._done = _identifier(raw, end - len(word), end)
        yield from _at_identifier(self._text, first, self._done)


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


def _at_identifier(text: Text, first: int, last: int) -> Iterator[Candidate]:
    raw = text.text
    following = raw[last : last + 1]
    if first and raw[first - 1] in "/\\" and following != "=":
        return  # part of a path
    if following and following not in " \t\xa0\n\r:=\"'`\\])>|,(&：”’!-":
        return
    name = text.labels[first:last]
    left = ""
    if first and raw[first - 1] == " ":
        found = _LEFT_WORDS.search(text.labels, text.floor(first, 48), first)
        left = found[0] if found else ""
    right = _RIGHT_WORDS.match(text.labels, last) if following in (" ", "\xa0") else None
    if right:
        meaning = meaning_of(left + name + right[0])
        if meaning:
            yield from _behind(text, first - len(left), right.end(), name, meaning)
            return
        if _names_something_else(left + name + right[0]):
            return
    meaning = meaning_of(left + name)
    if meaning is None and left and meaning_of(name) is not None:
        return  # "public key", "max tokens"
    if meaning:
        yield from _behind(text, first - len(left), last, name, meaning)


def _names_something_else(phrase: str) -> bool:
    return phrase.rsplit(maxsplit=1)[-1].lower() in lexicon().not_after


def _behind(text: Text, first: int, last: int, name: str, meaning: Meaning) -> Iterator[Candidate]:
    """Reads the mark and the value behind a label that ends at ``last``."""
    raw = text.text
    evidence = f"label “{meaning.noun}”"
    compared = _COMPARED_BEFORE.search(raw, text.floor(first, 240), first)
    if compared:
        extent = Extent(*compared.span("value"), quoted=True)
        yield from _judged(text, extent, meaning, Syntax.QUOTED, evidence)
        return
    mark = _MARK.match(raw, last, text.ceiling(last, 160))
    assert mark
    if mark["close"].strip("])\t "):
        sibling = _SIBLING.match(raw, last + len(mark["close"].rstrip()), text.ceiling(last, 120))
        if sibling and mark["mark"] in (None, ",", ";"):
            yield from _value(text, sibling.end(), meaning, Syntax.QUOTED, evidence)
            return
    sign = mark["mark"]
    at = mark.end()
    if sign in (None, ">") and sign is None:
        yield from _without_mark(text, first, last, mark, name, meaning, evidence)
    elif sign == ",":
        if mark["close"] and quoted_at(raw, at):
            yield from _value(text, at, meaning, Syntax.QUOTED, evidence)
    elif sign == ">":
        if raw[max(0, first - 1) : first] == "<" or raw.rfind("<", max(0, first - 80), first) >= 0:
            yield from _value(text, at, meaning, Syntax.QUOTED, evidence)
    elif sign == "|":
        yield from _value(text, at, meaning, Syntax.CELL, evidence)
    else:
        query = raw[max(0, first - 1) : first] in _QUERY_BEFORE and sign == "="
        if raw[at : at + 1] in ("\n", "\r", "") and sign in (":", "：", "="):
            yield from _below(text, first, last, meaning, evidence)
            return
        syntax = Syntax.QUERY if query else _assigned(raw, first, mark, sign)
        yield from _value(text, at, meaning, syntax, evidence)


def _assigned(raw: str, first: int, mark: re.Match[str], sign: str) -> Syntax:
    """Whether an unquoted value is configuration (all of it counts) or program code (a name, mostly)."""
    line_start = raw.rfind("\n", max(0, first - 200), first) + 1
    line_end = raw.find("\n", mark.end(), mark.end() + 400)
    rest = raw[mark.end() : line_end if line_end >= 0 else mark.end() + 400].rstrip()
    if sign in ("==", "===", "!=", "!==", "->", "=>", ":="):
        return Syntax.CODE
    if rest.endswith((";", "{", "(")) and not raw[line_start:first].strip(" \t"):
        return Syntax.CODE
    if (
        sign == "="
        and mark["space"]
        and re.match(
            r"\s*(?:const|let|var|final|private|public|static|string|char|self\.|this\.)\b",
            raw[line_start:first],
            re.IGNORECASE,
        )
    ):
        return Syntax.CODE
    return Syntax.BARE


def _without_mark(
    text: Text, first: int, last: int, mark: re.Match[str], name: str, meaning: Meaning, evidence: str
) -> Iterator[Candidate]:
    raw = text.text
    at = mark.end()
    following = raw[at : at + 1]
    if following in ("\n", "\r", ""):
        yield from _below(text, first, last, meaning, evidence)
    elif name.startswith("-") and mark["space"]:
        yield from _value(text, at, meaning, Syntax.BARE, evidence)
    elif "\t" in mark["space"] or len(mark["space"]) >= 2:
        yield from _value(text, at, meaning, Syntax.CELL, evidence)
    elif mark["space"]:
        yield from _prose(text, last, at, meaning, evidence)
    elif mark["close"].strip() and opens_quote(raw, at) > at:
        yield from _value(text, at, meaning, Syntax.QUOTED, evidence)


def _prose(text: Text, last: int, at: int, meaning: Meaning, evidence: str) -> Iterator[Candidate]:
    """Reads "The password for admin is …" and "password …"."""
    copula = _copula().match(text.labels, last, text.ceiling(last, 120))
    if copula:
        yield from _value(text, copula.end(), meaning, Syntax.PROSE, evidence)
        return
    yield from _value(text, at, meaning, Syntax.ADJACENT, evidence)


def _below(text: Text, first: int, last: int, meaning: Meaning, evidence: str) -> Iterator[Candidate]:
    """A label alone on its line; its value alone on the next."""
    raw = text.text
    line_start = max(raw.rfind("\n", max(0, first - 200), first) + 1, text.floor(first, 200))
    lead = _LINE_DECORATION.match(raw, line_start, first)
    label = raw[lead.end() if lead else line_start : last]
    if len(label) > _MAX_LABEL_LINE or len(label.split()) > _MAX_LABEL_WORDS:
        return
    ending = _LINE_END.match(raw, last, text.ceiling(last, 80))
    if not ending:
        return
    at = ending.end()
    for _ in range(2):
        start, end = _line(text, at)
        if start < end:
            break
        at = end + 1
    else:
        return
    value = raw[start:end]
    if meaning.kind != "recovery-code" and re.match(r"[\w \"'-]{1,40}[\"']?\s?[:=]\s|[\w-]+:$", value):
        return  # the next label, not a value
    quoted = quoted_at(raw, start)
    if quoted and end - quoted.end <= 3:
        yield from _judged(text, quoted, meaning, Syntax.QUOTED, evidence)
    else:
        yield from _judged(text, Extent(start, end, quoted=False), meaning, Syntax.BELOW, evidence)


def _line(text: Text, at: int) -> tuple[int, int]:
    end = text.text.find("\n", at, text.ceiling(at, 4200))
    return _stripped(text.text, at, text.ceiling(at, 4200) if end < 0 else end)


def _value(text: Text, at: int, meaning: Meaning, syntax: Syntax, evidence: str) -> Iterator[Candidate]:
    """Judges the value at ``at``, quoted or not."""
    raw = text.text
    quoted = quoted_at(raw, at)
    if quoted:
        if _CLOSED_BEFORE.match(raw, quoted.start, quoted.end + 1) and syntax is not Syntax.PROSE:
            return  # the quote closes a string that began before the label
        firm = syntax in (Syntax.BARE, Syntax.CODE, Syntax.QUOTED)
        yield from _judged(text, quoted, meaning, Syntax.QUOTED if firm else syntax, evidence)
        return
    at = opens_quote(raw, at)
    scheme = _SCHEME.match(raw, at, text.ceiling(at, 40))
    bare = unquoted_at(raw, scheme.end() if scheme else at, query=syntax is Syntax.QUERY)
    if bare is not None and bare.end <= text.ceiling(at, 4200):
        yield from _judged(text, replace(bare, start=at), meaning, syntax, evidence)


def _judged(
    text: Text, extent: Extent, meaning: Meaning, syntax: Syntax, evidence: str
) -> Iterator[Candidate]:
    raw = text.text
    if meaning.kind == "session-cookie" and ("=" in raw[extent.start : extent.end]):
        yield from _cookies(text, extent)
        return
    start, end = extent.start, extent.end
    scheme = _SCHEME.match(raw, start, end)
    if scheme and scheme.end() < end and meaning.kind != "labelled-password":
        start = scheme.end()
        if "basic" in scheme[0].lower():
            yield _basic(raw, start, end, evidence)
            return
    if start >= end:
        return
    verdict = judge(raw[start:end], meaning, syntax)
    if verdict.confidence and not extent.quoted and meaning.kind != "labelled-password":
        sample = text.sample
        end = continued(raw, start, end, sample.soft_breaks, noisy=sample.noisy)
        verdict = judge("".join(raw[start:end].split()), meaning, syntax)
    yield _candidate(meaning.kind, start, end, verdict, f"{evidence}, {end - start} characters")


def _basic(raw: str, start: int, end: int, evidence: str) -> Candidate:
    credentials = basic_credentials(raw[start:end])
    phrases = f"{evidence}, scheme Basic"
    if credentials is None:
        doubt = doubt_about(raw[start:end])
        verdict = Verdict(None, doubt.reason) if doubt else Verdict(Confidence.LOW, "")
        return _candidate("authorization-header", start, end, verdict, phrases)
    user, _, password = credentials.partition(":")
    doubts = [doubt_about(part) for part in (user, password) if part]
    fake = next((doubt for doubt in reversed(doubts) if doubt), None)
    only_fakes = fake is not None and (password == "" or doubts[-1] is not None)
    verdict = (
        Verdict(None, f"decodes to {fake.reason}") if fake and only_fakes else Verdict(Confidence.HIGH, "")
    )
    return _candidate("authorization-header", start, end, verdict, f"{phrases}, decodes to user and password")


def _cookies(text: Text, extent: Extent) -> Iterator[Candidate]:
    """The cookies in a Cookie or Set-Cookie header that carry a login."""
    raw = text.text
    line_end = raw.find("\n", extent.start, text.ceiling(extent.start, 8192))
    stop = extent.end if extent.quoted else (line_end if line_end >= 0 else text.ceiling(extent.start, 8192))
    at = extent.start
    meaning = Meaning("session-cookie", strong=True, noun="cookie")
    while (cookie := _COOKIE.match(raw, at, stop)) is not None:
        if is_session_cookie(cookie["name"]):
            start, end = cookie.span("value")
            verdict = judge(raw[start:end], meaning, Syntax.FIELD)
            yield _candidate(meaning.kind, start, end, verdict, f"session cookie, {end - start} characters")
        at = cookie.end()


def _candidate(kind: str, start: int, end: int, verdict: Verdict, evidence: str) -> Candidate:
    phrases = (evidence, verdict.reason) if verdict.reason and verdict.confidence else (evidence,)
    candidate = Candidate(kind, start, end, verdict.confidence or Confidence.LOW, LABEL, phrases)
    return candidate if verdict.confidence else dismissed(candidate, verdict.reason)


_COPULA: list[re.Pattern[str]] = []


def _copula() -> re.Pattern[str]:
    if not _COPULA:
        words = "|".join(sorted(map(re.escape, lexicon().copulas)))
        for_whom = "|".join(sorted(map(re.escape, lexicon().prepositions)))
        _COPULA.append(
            re.compile(
                rf"(?:[ \xa0](?:{for_whom})[ \xa0][^\n:=.\x1e]{{1,60}}?)?[ \xa0]{{1,3}}(?:{words})"
                r"(?:[ \xa0](?:now|currently|still|set to|just|simply))?[:]?[ \xa0]{1,3}",
                re.IGNORECASE,
            )
        )
    return _COPULA[0]
