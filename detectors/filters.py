"""Says when a value that looks like a secret is none: placeholders, masks, references, literals.

A filter never hides a value because a word occurs in it: what is left beside the word is judged too,
and where that is random the value stays, doubted at most.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from detectors.lexicon import lexicon
from detectors.randomness import ENOUGH, looks_random, surprise
from detectors.words import split_words, unleet


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a value is probably no secret.

    ``certain`` when it should not be reported at all; ``slight`` when a complete token of a vendor stays
    likely: people make up such tokens to try a tool out, and expect it to find them.
    """

    reason: str
    certain: bool
    slight: bool = False


_MASK_RUN = re.compile(r"[*•●▪∗✱·⬤○]{3,}|(?:\*\s?){4,}|#{4,}")
_STARRED = 3
_ELLIPSIS = re.compile(r"\.{3,}|…")
_MAX_SHOWN_BESIDE_MASK = 12

_REFERENCES = re.compile(
    r"""
      \$\{\{[^{}]{0,300}\}\} | \{\{(?:[^{}]|\{[^{}]{0,100}\}){0,300}\}\} | \{%[^%]{0,300}%\} | <%[^%]{0,300}%>
    | [$\#@]\{(?:[^{}\[\]()]|\[[^\[\]]{0,80}\]|\([^()]{0,80}\)){1,300}\}
    | \{![^{}]{1,100}\} | \$\([^()]{0,200}\)
    | (?<![\w%])%[A-Za-z_][\w.]{1,60}%(?!\w) | %\([A-Za-z_]\w{0,60}\)s | (?<!\w)%[sdv@](?!\w)
    | <[A-Za-z_][\w .:/|-]{0,80}>
    | (?<!\w)\[[A-Za-z_][A-Za-z_ -]{1,60}\](?!\w)
    """,
    re.VERBOSE,
)
_FIELD = re.compile(r"""\{[A-Za-z_][\w.'"-]{0,80}(?:\[[\w'".-]{0,40}\])?\}""")
"""A field of a format string; passwords may hold braces, so words must stand around it."""
_WHOLE_REFERENCE = re.compile(
    r"""
      \$(?:env:|\{?)[A-Za-z_][\w.>\[\]'"-]*\}?          # $VAR, $env:VAR, $config->key
    | [%@$]?\{[^{}]{0,300}\}
    | @(?:parameters|variables|appsetting|environmentVariables|json|body|trigger\w*|outputs)\(.*
    | \[(?:parameters|variables|listkeys|concat|reference|resourceid)\(.*
    | !(?:secret|env_var|include|ref|sub|getatt|env|input)\b.*
    | \$(?:var|res|secret|secrets|vars|env)[:.].*
    | (?:this|self|process\.env|os\.environ|os\.getenv|env|ENV|config|settings|secrets?|vars?|params|args|
        options|opts|props|state|request|req|res|ctx|context|data|user|form|body|input|event|credentials?|
        System|std|import\.meta|localStorage|sessionStorage|Deno|app|Rails|obj|item|node|msg|value|result|response)
        (?:\.|\[|->|::|\?\.)[A-Za-z_$'"\[].*
    | (?:op|vault|ssm|secretsmanager|aws|gcp|keyvault|arn|azurekeyvault|projects)(?::/{0,2}|/)[\w/].*
    | (?:getenv|env|secret|kv|vault|lookup|ref|var|param|config|fetch|input|prompt|getpass|read)\w{0,30}\(.*
    | \$[A-Za-z_]\w{0,60}(?:->|::|\[|\().*                   # $arg->{key}, $list[0]
    | (?:async\s+)?function\b.* | (?:new|await|typeof)\s.* | \(?\w{0,40}\)?=>.*
    | [A-Z]<[^<>]{1,80}>                                    # C<$pass>, List<String>
    | [A-Za-z_$][A-Za-z_.:>$-]{2,80}[(\[](?:.*[)\]'";]|[^)\]]*)  # a call or an index
    | &[A-Za-z_][\w.:]*
    | \\[\"'n].{0,2}
    """,
    re.VERBOSE | re.DOTALL,
)
_SCHEME_WORDS = re.compile(
    r"=?\s*(?:bearer|basic|token|apikey|api-key|key|ssws|bot|sk-|pk-)?[\s:]*\Z", re.IGNORECASE
)
_ENV_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_NOT_LETTER_OR_DIGIT = re.compile(r"[^0-9A-Za-z]+")
_NOT_LETTER = re.compile(r"[\W\d_]+")
_LONGEST_GLUED = 48
_NOT_ALNUM = re.compile(r"[^a-z0-9]")
_REPEATED = re.compile(r"(.{1,4}?)\1{4,}")
_FILLING = frozenset("x0.*-_")
_MOSTLY_ONE = 0.6
_MAX_HUMAN_BITS = 60.0
_SEQUENCES = tuple(
    sequence + sequence[::-1]
    for sequence in (
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
        "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789",
        "01234567890123456789012345678901234567890123456789",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "qwertyuiopasdfghjklzxcvbnm",
    )
)
_COUNTING_LETTERS, _COUNTING_DIGITS = 7, 8
_TINY_WORD = 3  # "tu" is Spanish for "your", and in many a password
_SHORTEST_TELLING_WORD = 5  # shorter ones occur in random strings by chance
_SURE_WORD = re.compile(
    r"EXAMPLE|(?<![a-z])[Ee]xample(?![a-z])|PLACEHOLDER|DUMMY|REDACTED|CHANGEME|NOTREAL|REPLACE|(?<![A-Za-z])YOUR[-_]|[xX]{8,}"
)

# By chance, one random token in a million ends so.
_MADE_UP_END = re.compile(
    r"(?<=[0-9A-Z])(?:test|fake|demo|dummy|mock|sample)\Z|(?<=[0-9a-z])(?:TEST|FAKE|DEMO|DUMMY|MOCK|SAMPLE)\Z"
)


def doubt_about(value: str, *, generated: bool = False) -> Doubt | None:
    """Why ``value`` is probably no secret; None when nothing speaks against it.

    Args:
        generated: the value stands in a vendor's format, so that only a sure sign dismisses it.
    """
    text = value.strip()[: 2 * ENOUGH]
    if not text:
        return Doubt("empty", certain=True)
    if text.lower() in lexicon().literals:
        return Doubt("a literal, not a credential", certain=True)
    doubt = _masked(text) or _reference(text) or _repetitive(text, generated=generated)
    if doubt and not doubt.slight:
        return doubt
    return _placeholder(text, generated=generated) or doubt


def is_made_of_known_words(text: str) -> bool:
    """Whether ``text`` is put together from words of stand-ins: "thisismypassword", "super$ecret"."""
    glued = _NOT_LETTER.sub("", unleet(text).lower())[:_LONGEST_GLUED]
    known = lexicon()
    reached = {0}
    for end in range(1, len(glued) + 1):
        for start in reached:
            word = glued[start:end]
            if known.is_placeholder(word) or known.is_filler(word):
                reached.add(end)
                break
    return len(glued) in reached


def _masked(text: str) -> Doubt | None:
    if text.count("*") * _STARRED >= len(text) and text.count("*") >= _STARRED:
        return Doubt("masked", certain=True)  # OCR takes some of the stars for letters
    run = _MASK_RUN.search(text)
    shown = _MASK_RUN.sub("", text) if run else _ELLIPSIS.sub("", text)
    if shown == text:
        return None
    if len(shown) <= _MAX_SHOWN_BESIDE_MASK or (run and not looks_random(shown)):
        return Doubt("masked" if run else "shortened to a few characters", certain=True)
    return None


def without_references(text: str) -> str:
    """``text`` without variables and template expressions, which only name a value."""
    return _REFERENCES.sub("", text)


def _reference(text: str) -> Doubt | None:
    rest = without_references(text)
    if rest != text:
        if len(rest) < 6 or _SCHEME_WORDS.match(rest) or not (looks_random(rest) or is_odd(rest)):
            return Doubt("a template or variable", certain=True)
    elif _WHOLE_REFERENCE.fullmatch(text):
        return Doubt("a reference to a value kept elsewhere", certain=True)
    elif _FIELD.search(text):
        around = _FIELD.sub("", text)
        if not any(char.isdigit() for char in around) and not looks_random(around) and not is_odd(around):
            return Doubt("a template or variable", certain=True)
    if _ENV_NAME.fullmatch(text) and not looks_random(text):
        return Doubt("the name of a variable", certain=True)
    return None


def is_odd(text: str) -> bool:
    """Whether ``text`` mixes signs as only passwords do: many kinds, brackets that do not match."""
    signs = {char for char in text if not char.isalnum()} - set("_-./: ,")
    return len(signs) >= 4 and not _balanced(text)


def _balanced(text: str) -> bool:
    open_brackets: list[str] = []
    for char in text:
        if char in "([{":
            open_brackets.append(char)
        elif char in ")]}" and (not open_brackets or open_brackets.pop() + char not in ("()", "[]", "{}")):
            return False
    return not open_brackets


def _repetitive(text: str, *, generated: bool) -> Doubt | None:
    bare = _NOT_ALNUM.sub("", text.lower())
    if not bare:
        return Doubt("punctuation only", certain=True)
    if len(bare) < 6:
        return None
    if all(len(part) > 2 and len(set(part)) == 1 for part in _NOT_ALNUM.split(text.lower()) if part):
        return Doubt("groups of one character", certain=not generated or set(bare) <= set("xyz0"))
    most = max(set(bare), key=bare.count)
    if bare.count(most) / len(bare) >= _MOSTLY_ONE:
        return Doubt("one character repeated", certain=not generated or most in _FILLING)
    if bare.isalpha() and len(set(bare)) <= (3 if len(bare) < 10 else 4):
        return Doubt("a few letters over and over", certain=not generated)  # stars that OCR took for letters
    if any(bare in sequence for sequence in _SEQUENCES):
        return Doubt("a keyboard or counting sequence", certain=not generated, slight=generated)
    if len(bare) >= 12 and _REPEATED.fullmatch(bare):
        return Doubt("a short piece repeated", certain=not generated)
    if len(bare) >= 12 and _counts(bare):
        return Doubt("contains a counting sequence", certain=False, slight=True)
    return None


def _counts(bare: str) -> bool:
    """Whether a run such as "abcdefgh" or "12345678" stands in ``bare``; random strings have none."""
    length = 1
    for before, char in pairwise(bare):
        step = ord(char) - ord(before)
        length = length + 1 if step == 1 or (before, char) == ("9", "0") else 1
        if length >= (_COUNTING_LETTERS if char.isalpha() else _COUNTING_DIGITS):
            return True
    return False


def _placeholder(text: str, *, generated: bool) -> Doubt | None:
    random = looks_random(text) or any(looks_random(part) for part in _NOT_LETTER_OR_DIGIT.split(text))
    if _SURE_WORD.search(text):
        rest = _SURE_WORD.sub("", text)
        return Doubt("a documentation example", certain=generated or not looks_random(rest))
    if random and _MADE_UP_END.search(text):
        return Doubt("ends in a word that says it is made up", certain=False)
    words = split_words(text if random else unleet(text))
    known = lexicon()
    apart = {part.lower() for part in _NOT_LETTER_OR_DIGIT.split(text)}
    marked = [
        w
        for w in words
        if known.is_placeholder(w)
        and (len(w) >= _SHORTEST_TELLING_WORD if random else len(w) > _TINY_WORD or w in apart)
    ]
    rest_words = [w for w in words if not known.is_placeholder(w) and not known.is_filler(w)]
    if words and not rest_words and not random and not all(map(str.isdigit, words)):
        digits = sum(char.isdigit() for char in text)
        # "password123" may be somebody's; "my-secret-token" is not.
        certain = bool(marked) or (digits < 2 and len(words) > 1)
        return Doubt("words that stand for a value", certain=certain, slight=digits >= 2)
    if not marked:
        return None
    left = "".join(rest_words)
    if len(left) <= 3 or (not looks_random(left) and surprise(left) < _MAX_HUMAN_BITS and not random):
        return Doubt("a placeholder", certain=True)
    return Doubt("contains a placeholder word", certain=False)
