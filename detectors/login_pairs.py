"""User name and password told in one breath: "the login for the test account is lena / …"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from detectors.candidates import LABEL, Candidate, dismissed
from detectors.model import Confidence
from detectors.names import Meaning
from detectors.text import Text
from detectors.values import Syntax, judge

_PAIR = re.compile(
    r"""
    [^\n\x1e]{0,80}?(?:\b(?:is|are|was|with|ist|sind|lautet|est|es|é)\b|[:=])[ ]{1,2}["'“`]?
    (?P<user>[^\s"'/|,“”`\x1e]{2,64})["'”`]?
    (?:(?<!:)[ ]{0,2}[/|][ ]{0,2}(?![/|])
     | ,?[ ](?:and|und|et|y|e|with|mit)(?:[ ](?:the|das))?(?:[ ](?:password|pw|passwort))?[ ])
    ["'“`]?(?P<secret>[^\s"'“”`\x1e]{5,100})
    """,
    re.VERBOSE | re.IGNORECASE,
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
