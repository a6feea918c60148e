"""User names and passwords that stand together: "the login for the test account is lena / …"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from detectors.candidates import LABEL, Candidate, dismissed
from detectors.filters import without_references
from detectors.model import Confidence
from detectors.names import Meaning
from detectors.text import Text
from detectors.values import Syntax, judge

_PAIR = re.compile(
    r"""
    [^\n\x1e]{0,80}?
    (?:\b(?:it|that)['’]s|\b(?:is|are|was|with|ist|sind|lautet|est|es|é)\b|[:=])[ ]{1,2}["'“`]?
    (?P<user>[^\s"'/|:,“”`\x1e]{2,64})["'”`]?
    (?:(?<!:)[ ]{0,2}[/|][ ]{0,2}(?![/|]) | (?<!:):(?![/:\s])
     | ,?[ ](?:and|und|et|y|e|with|mit)(?:[ ](?:the|das))?(?:[ ](?:password|pw|passwort))?[ ])
    ["'“`]?(?P<secret>[^\s"'“”`\x1e]{5,100})
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NAME = re.compile(
    r"""
    (?<![A-Za-z])(?:user(?:[ _-]?(?:name|id))?|uid|login|benutzer(?:name)?|utilisateur|usuario|usuário)
    [)\]"'`\\]{0,4}[ \t]{0,3}(?:=>|:=|[:=]|\n|[ ](?=["'`]))[ \t]{0,3}[\\"'`]{0,3}
    (?P<user>[^\s"'`;,&<>(){}\x1e]{2,64})
  | [ ]-{1,2}u(?:ser(?:name)?)?[ ]["']?(?P<option>[^\s"'`;&<>-][^\s"'`;&<>]{1,63})
  | (?:NetworkCredential|DirectoryEntry|PasswordAuthentication|UsernamePasswordCredentials|HTTPBasicAuth)\(
    (?:\s{0,40}["'][^"'\n\x1e]{0,120}["']\s{0,3},){0,1}\s{0,40}["'](?P<argument>[^"'\n\x1e]{2,120})["']\s{0,3},
  | \bfor[ ](?:the[ ])?user[ ]["'](?P<quoted>[^"'\n\x1e]{2,64})["']
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BEFORE, _AFTER = 160, 80
_LOGIN_KINDS = frozenset(
    ("labelled-password", "connection-string-password", "login-command-password", "credential-constructor")
)
_PASSWORD = Meaning("labelled-password", strong=True, noun="password")
_TRAILING = ".,;:)"


def login_pair(text: Text, end: int) -> Iterator[Candidate]:
    """The password of the pair that the word ending at ``end`` ("login") announces."""
    pair = _PAIR.match(text.text, end, text.ceiling(end, 260))
    if not pair:
        return
    start, stop = pair.span("secret")
    while stop > start and text.text[stop - 1] in _TRAILING:
        stop -= 1
    verdict = judge(text.text[start:stop], _PASSWORD, Syntax.ADJACENT)
    confidence = verdict.confidence or Confidence.LOW
    evidence = (f"behind a user name, {stop - start} characters",)
    candidate = Candidate("login-pair", start, stop, confidence, LABEL, evidence)
    yield candidate if verdict.confidence else dismissed(candidate, verdict.reason)


def login_names(text: Text, known: Iterable[Candidate]) -> Iterator[Candidate]:
    """The user names beside the passwords among ``known``: half of a login, and nothing without the other."""
    seen: set[int] = set()
    for password in known:
        if password.rule_id not in _LOGIN_KINDS or password.dismissed:
            continue
        floor, ceiling = text.floor(password.start, _BEFORE), text.ceiling(password.end, _AFTER)
        for found in _NAME.finditer(text.text, floor, ceiling):
            start, end = found.span(found.lastgroup or 0)
            apart = end <= password.start or start >= password.end
            if start in seen or not apart or without_references(text.text[start:end]) != text.text[start:end]:
                continue
            seen.add(start)
            evidence = (f"beside a password, {end - start} characters",)
            yield Candidate("login-name", start, end, Confidence.LOW, LABEL, evidence)
