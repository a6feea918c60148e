"""The values behind a label: read in place, judged, and turned into candidates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from detectors.candidates import LABEL, Candidate, dismissed
from detectors.filters import doubt_about
from detectors.lexicon import lexicon
from detectors.model import Confidence
from detectors.names import Meaning, is_session_cookie
from detectors.randomness import looks_mixed, looks_random
from detectors.regions import continued, is_wordy
from detectors.text import Text
from detectors.value_text import Extent, line_at, opens_quote, quoted_at, unquoted_at
from detectors.values import Syntax, Verdict, basic_credentials, judge
from detectors.words import split_words

_REACH = 4200
_HEADER_REACH = 8192
_SCHEME = re.compile(
    r"=?(?:bearer|basic|token|apikey|api-key|ssws|bot|digest|oauth|key|jwt|hmac|zoho-oauthtoken|splunk"
    r"|klaviyo-api-key|genie-?key)"
    r"(?::|[ \t\xa0]|%20|\\u0020){1,3}(?:token=|key=)?[\"']?",
    re.IGNORECASE,
)
_QUOTES_BEFORE = 400
_LONGEST_QUOTE = 2  # with its backslash
_AFTER_STRING = re.compile(r"\s{0,3}[+.,;)\]}]|\s*\Z")
_COOKIE = re.compile(r"[ \t]*(?P<name>[\w.$-]{1,80})=(?P<value>[^;,\s\"'\\\x1e]{1,4096})[;,]?")
# Application passwords and setup keys are shown in groups of four.
_GROUPS = re.compile(r"(?:[A-Za-z0-9]{4}[ \xa0]){3,11}[A-Za-z0-9]{2,4}(?![\w])")
_GROUPED = frozenset({"labelled-password", "setup-key"})
_A_CODE = r"[A-Za-z0-9]{4,8}(?:[-–—][A-Za-z0-9]{4,8}){0,4}"
_CODE_ROW = re.compile(
    rf"[ \t]*(?:\d{{1,2}}[.)]?[ \t]+)?{_A_CODE}(?:[ \t,;]{{1,8}}{_A_CODE}){{0,4}}[ \t]*\r?(?=\n|\Z)"
)
_CODES = re.compile(rf"{_A_CODE}(?:[ \t,;]{{1,3}}{_A_CODE}){{1,15}}(?![\w-])")
_CODE_GAP, _CODES_REACH = re.compile(r"[ \t,;]+"), 400
_LOGIN = re.compile(r"[^\s|:]{2,64}[|:](?P<secret>[^\s|]{4,128})")
_OPAQUE = 16
_SEALED = re.compile(r"[A-Za-z0-9+/=_-]{40,4096}")
_COMMENT_REACH = 200
_COMMENTS = ("#", "//", "--", ";", "/*", "*", "<!--", "rem ", "REM ")
_NEGATING = frozenset({"not", "no", "nicht", "kein", "keine", "sans", "sin", "sem", "without", "before"})
_CELLS = frozenset({Syntax.CELL, Syntax.BELOW})
_NUMBER = re.compile(r"[\d.,:/-]{1,19}")
_CELL_WORD = re.compile(r"[^\s]{1,512}")
_MOST_CELL_WORDS, _SHORTEST_TOKEN, _ICON = 6, 8, 2
_MAX_CODE_ROWS, _ROWS_BEFORE_CODES = 24, 5


@dataclass(frozen=True, slots=True)
class Label:
    """A label that denotes a credential, where it stands, and how to speak of it."""

    text: Text = field(repr=False)
    start: int
    end: int
    meaning: Meaning
    evidence: str
    name: str = field(repr=False)


def value_at(label: Label, at: int, syntax: Syntax) -> Iterator[Candidate]:
    """Judges the value at ``at``, quoted or not."""
    text, raw = label.text, label.text.text
    quoted = quoted_at(raw, at)
    if quoted:
        if _closes(raw, at, quoted) and syntax is not Syntax.PROSE:
            return
        firm = syntax in (Syntax.BARE, Syntax.CODE, Syntax.QUOTED, Syntax.PROSE)
        yield from judged(label, _innermost(raw, quoted), Syntax.QUOTED if firm else syntax)
        return
    if syntax is Syntax.FIELD:
        syntax = Syntax.BARE
    at = opens_quote(raw, at)
    kind = label.meaning.kind
    if kind == "recovery-code":
        row = _CODES.match(raw, at, text.ceiling(at, _CODES_REACH))
        if row and all(any(map(str.isdigit, word)) for word in _CODE_GAP.split(row[0])):
            evidence = f"{label.evidence}, row of codes"
            yield _candidate(kind, at, row.end(), Verdict(Confidence.MEDIUM, ""), evidence)
            return
    groups = _GROUPS.match(raw, at, text.ceiling(at, 80)) if kind in _GROUPED else None
    if groups and any(char.isdigit() for char in groups[0]) | (groups[0].replace(" ", "").islower()):
        yield from judged(label, Extent(at, groups.end(), quoted=True), Syntax.QUOTED)
        return
    scheme = _SCHEME.match(raw, at, text.ceiling(at, 40))
    bare = unquoted_at(raw, scheme.end() if scheme else at, query=syntax is Syntax.QUERY)
    if bare is not None and bare.end <= text.ceiling(at, _REACH):
        yield from judged(label, Extent(at, bare.end, quoted=False), syntax)


def _innermost(raw: str, quoted: Extent) -> Extent:
    """The string inside of a string that holds nothing else: '"value"'."""
    inner = quoted_at(raw, quoted.start)
    return inner if inner and quoted.end - inner.end <= _LONGEST_QUOTE and inner.end < quoted.end else quoted


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _closes(raw: str, at: int, quoted: Extent) -> bool:
    """Whether the quote at ``at`` closes a string that began before the label: "password = " + value."""
    if not _AFTER_STRING.match(raw, quoted.start, quoted.end + 1):
        return False
    return inside_string(raw, at)


def inside_string(raw: str, at: int) -> bool:
    """Whether the quote at ``at`` closes one that stands before it on its line."""
    line = raw[max(raw.rfind("\n", 0, at) + 1, at - _QUOTES_BEFORE) : at]
    return line.count(raw[at : opens_quote(raw, at)].strip()) % 2 == 1


def judged(label: Label, extent: Extent, syntax: Syntax) -> Iterator[Candidate]:
    """The candidate for the value at ``extent``; without a header's scheme, cookie by cookie."""
    text, raw, meaning = label.text, label.text.text, label.meaning
    start, end = extent.start, extent.end
    if meaning.kind == "session-cookie" and "=" in raw[start:end]:
        yield from _cookies(text, extent)
        return
    scheme = _SCHEME.match(raw, start, end)
    if scheme and scheme.end() < end and meaning.kind != "labelled-password":
        start = scheme.end()
        if "basic" in scheme[0].lower():
            yield _basic(raw, start, end, label.evidence)
            return
    if start >= end:
        return
    named = f"{label.name} {raw[label.start : label.end]}".lower()
    login = _LOGIN.fullmatch(raw, start, end) if "basic" in named else None
    if login:  # Zapier's fields take "user|password"
        start = login.start("secret")
        meaning = Meaning("labelled-password", strong=True, noun=meaning.noun)
    value = raw[start:end]
    token = token_of_cell(raw, start, end) if syntax in _CELLS else None
    if meaning.kind in _GROUPED and syntax in _CELLS and _GROUPS.fullmatch(value):
        syntax = Syntax.QUOTED
    elif token:
        start, end = token
        value = "".join(raw[start:end].split())
    verdict = judge(value, meaning, syntax)
    if verdict.confidence and not extent.quoted and meaning.kind != "labelled-password":
        sample = text.sample
        end = continued(raw, start, end, sample.soft_breaks, noisy=sample.noisy)
        verdict = judge("".join(raw[start:end].split()), meaning, syntax)
    if verdict.confidence and _plain(raw[start:end]) == _plain(label.name):
        verdict = Verdict(None, "repeats its name")
    if verdict.confidence and _SEALED.fullmatch(raw, start, end) and _is_said_to_be_sealed(label):
        verdict = Verdict(Confidence.LOW, "said to be encrypted")
    yield _candidate(meaning.kind, start, end, verdict, f"{label.evidence}, {end - start} characters")


def _is_said_to_be_sealed(label: Label) -> bool:
    """Whether the name, or the comment on the line above it, says that the value is encrypted."""
    raw, known = label.text.text, lexicon().sealed
    words = set(split_words(label.name))
    line = raw.rfind("\n", label.text.floor(label.start, _COMMENT_REACH), label.start)
    if line > 0:
        above = raw[raw.rfind("\n", label.text.floor(line, _COMMENT_REACH), line) + 1 : line].strip()
        if above.startswith(_COMMENTS):
            words.update(split_words(above))
    return not words.isdisjoint(known) and words.isdisjoint(_NEGATING)


def token_of_cell(raw: str, start: int, end: int) -> tuple[int, int] | None:
    """The token in a cell that holds an icon before it or a button ("Copy", "Hide") behind it, too."""
    words = [found.span() for found in _CELL_WORD.finditer(raw, start, end)]
    if len(words) < 2 or len(words) > _MOST_CELL_WORDS:
        return None
    random = [i for i, (a, b) in enumerate(words) if b - a >= _SHORTEST_TOKEN and looks_mixed(raw[a:b])]
    if not random:
        return None
    icons, buttons = words[: random[0]], words[random[-1] + 1 :]
    # A narrow gap may also leave the next column's number or date in the cell.
    if all(b - a <= _ICON for a, b in icons) and all(
        is_wordy(raw[a:b]) or _NUMBER.fullmatch(raw, a, b) for a, b in buttons
    ):
        return words[random[0]][0], words[random[-1]][1]
    return None


def code_rows(label: Label) -> Iterator[Candidate]:
    """The codes in the rows below a heading such as "Save your recovery codes"."""
    text, raw = label.text, label.text.text
    at, ceiling = (
        raw.find("\n", label.end, label.text.ceiling(label.end, 400)) + 1,
        text.ceiling(label.end, _REACH),
    )
    seen = waited = 0
    while at and at < ceiling and seen < _MAX_CODE_ROWS:
        row = _CODE_ROW.match(raw, at, ceiling)
        if row and any(char.isdigit() for char in row[0]) and len(row[0].strip()) >= 6:
            start, end = line_at(text, at)
            seen += 1
            yield _candidate(
                label.meaning.kind,
                start,
                end,
                Verdict(Confidence.MEDIUM, ""),
                f"{label.evidence}, row of codes",
            )
        elif seen or waited >= _ROWS_BEFORE_CODES:
            return
        waited += 1
        at = raw.find("\n", at, ceiling) + 1


def _basic(raw: str, start: int, end: int, evidence: str) -> Candidate:
    """A Basic header says what it is once decoded: user and password, or stand-ins for them."""
    credentials = basic_credentials(raw[start:end])
    phrases = f"{evidence}, scheme Basic"
    if credentials is None:
        doubt = doubt_about(raw[start:end])
        opaque = len(raw[start:end]) >= _OPAQUE and looks_random(raw[start:end])
        sure = Verdict(Confidence.MEDIUM if opaque else Confidence.LOW, "")
        verdict = Verdict(None, doubt.reason) if doubt else sure
        return _candidate("authorization-header", start, end, verdict, phrases)
    user, _, password = credentials.partition(":")
    doubt = doubt_about(password or user)
    verdict = Verdict(None, f"decodes to {doubt.reason}") if doubt else Verdict(Confidence.HIGH, "")
    return _candidate("authorization-header", start, end, verdict, f"{phrases}, decodes to user and password")


def _cookies(text: Text, extent: Extent) -> Iterator[Candidate]:
    """The cookies in a Cookie or Set-Cookie header that carry a login."""
    raw = text.text
    stop = extent.end if extent.quoted else line_at(text, extent.start)[1]
    at = extent.start
    meaning = Meaning("session-cookie", strong=True, noun="cookie")
    while (cookie := _COOKIE.match(raw, at, min(stop, extent.start + _HEADER_REACH))) is not None:
        if is_session_cookie(cookie["name"]):
            start, end = cookie.span("value")
            verdict = judge(raw[start:end], meaning, Syntax.FIELD)
            yield _candidate(meaning.kind, start, end, verdict, f"session cookie, {end - start} characters")
        at = cookie.end()


def _candidate(kind: str, start: int, end: int, verdict: Verdict, evidence: str) -> Candidate:
    phrases = (evidence, verdict.reason) if verdict.reason and verdict.confidence else (evidence,)
    candidate = Candidate(kind, start, end, verdict.confidence or Confidence.LOW, LABEL, phrases)
    return candidate if verdict.confidence else dismissed(candidate, verdict.reason)
