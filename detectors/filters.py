"""Says when a value that looks like a secret is none: placeholders, masks, references, literals.

A filter never hides a value because a word occurs in it: what is left beside the word is judged too,
and where that is random the value stays, doubted at most.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from detectors.lexicon import lexicon
from detectors.randomness import looks_random, surprise
from detectors.words import split_words


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a value is probably no secret; ``certain`` when it should not be reported at all."""

    reason: str
    certain: bool


_MASKS = "*•●▪∗✱·⬤○xX#_.…"
_MASK_RUN = re.compile(r"[*•●▪∗✱·⬤○]{3,}|(?:\*\s?){4,}|[#]{4,}")
_ELLIPSIS = re.compile(r"\.{3,}|…")
_MAX_SHOWN_BESIDE_MASK = 12

_REFERENCES = re.compile(
    r"""
      \$\{\{.{0,300}?\}\} | \{\{.{0,300}?\}\} | \{%.{0,300}?%\} | <%.{0,300}?%>
    | \$\{[^{}]{1,300}\} | \#\{[^{}]{1,300}\} | @\{[^{}]{1,300}\} | \{![^{}]{1,100}\} | \$\([^()]{0,200}\)
    | (?<![\w%])%[A-Za-z_][\w.]{1,60}%(?!\w) | %\([A-Za-z_]\w{0,60}\)s | %[sdv@](?!\w)
    | \{[A-Za-z_][\w.\[\]'"-]{0,80}\}
    | <[A-Za-z_][\w .:/|-]{0,80}>
    | \[[A-Za-z_][A-Za-z_ -]{1,60}\]
    """,
    re.VERBOSE,
)
_WHOLE_REFERENCE = re.compile(
    r"""
      \$(?:env:|\{?)[A-Za-z_][\w.>\[\]'"-]*\}?          # $VAR, $env:VAR, $config->key
    | [%@$]?\{.{0,300}\}
    | @(?:parameters|variables|appsetting|environmentVariables|json|body|trigger\w*|outputs)\(.*
    | \[(?:parameters|variables|listkeys|concat|reference|resourceid)\(.*
    | !(?:secret|env_var|include|ref|sub|getatt|env|input)\b.*
    | \$(?:var|res|secret|secrets|vars|env)[:.].*
    | (?:this|self|process\.env|os\.environ|os\.getenv|env|ENV|config|settings|secrets?|vars?|params|args|
        options|opts|props|state|request|req|ctx|context|data|user|form|body|input|event|credentials?|
        System|std|import\.meta|localStorage|sessionStorage|Deno|app|Rails|vault|op|ssm|keyvault|aws|gcp)
        (?:\.|\[|->|::|\?\.|:(?=//|[A-Za-z_])).*
    | (?:getenv|env|secret|kv|vault|lookup|ref|var|param|config|fetch|input|prompt|getpass|read)\w{0,30}\(.*
    | [A-Za-z_][\w.]{0,80}(?:\(|\[['"$A-Za-z_]).*         # a call or an index
    | (?:new|await|typeof|return|throw|function|lambda|async|not|if)\s.*
    | &[A-Za-z_][\w.:]*
    | \\[\"'n].{0,2}
    """,
    re.VERBOSE | re.DOTALL,
)
_SCHEME_WORDS = re.compile(
    r"^=?\s*(?:bearer|basic|token|apikey|api-key|key|ssws|bot|sk-|pk-)?[\s:]*$", re.IGNORECASE
)
_ENV_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_REPEATED = re.compile(r"(.{1,4}?)\1{5,}")
_MOSTLY_ONE = 0.6
_SEQUENCES = tuple(
    sequence + sequence[::-1]
    for sequence in (
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
        "01234567890123456789012345678901234567890123456789",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "qwertyuiopasdfghjklzxcvbnm",
    )
)
_SURE_WORDS = re.compile(
    r"EXAMPLE|PLACEHOLDER|DUMMY|REDACTED|CHANGEME|change[-_ ]?me|(?:<|\b)REMOVED\b|[xX]{8,}|YOUR[-_]"
)


def doubt_about(value: str, *, generated: bool = False) -> Doubt | None:
    """Why ``value`` is probably no secret; None when nothing speaks against it.

    Args:
        generated: the value has a machine's format, so a long word cannot stand in it by chance.
    """
    text = value.strip()
    if not text:
        return Doubt("empty", certain=True)
    return (
        _literal(text)
        or _masked(text)
        or _reference(text)
        or _repetitive(text)
        or _placeholder(text, generated=generated)
    )


def _literal(text: str) -> Doubt | None:
    return Doubt("a literal, not a credential", certain=True) if text.lower() in lexicon().literals else None


def _masked(text: str) -> Doubt | None:
    if _MASK_RUN.search(text):
        shown = sum(char not in _MASKS for char in text)
        if shown <= _MAX_SHOWN_BESIDE_MASK or not looks_random(_MASK_RUN.sub("", text)):
            return Doubt("masked", certain=True)
    elif _ELLIPSIS.search(text):
        shown = len(_ELLIPSIS.sub("", text))
        if shown <= _MAX_SHOWN_BESIDE_MASK:
            return Doubt("shortened to a few characters", certain=True)
    return None


def without_references(text: str) -> str:
    """``text`` without variables and template expressions, which only name a value."""
    return _REFERENCES.sub("", text)


def _reference(text: str) -> Doubt | None:
    if _WHOLE_REFERENCE.fullmatch(text):
        rest = without_references(text)
        if rest == text or not looks_random(rest):
            return Doubt("a reference to a value kept elsewhere", certain=True)
    rest = without_references(text)
    if rest != text and (len(rest) < 6 or _SCHEME_WORDS.match(rest) or not looks_random(rest)):
        return Doubt("a template or variable", certain=True)
    if _ENV_NAME.fullmatch(text) and not looks_random(text):
        return Doubt("the name of a variable", certain=True)
    return None


def _repetitive(text: str) -> Doubt | None:
    folded = text.lower()
    bare = re.sub(r"[^a-z0-9]", "", folded)
    if not bare:
        return Doubt("punctuation only", certain=True)
    if len(bare) >= 6 and max(map(bare.count, set(bare))) / len(bare) >= _MOSTLY_ONE:
        return Doubt("one character repeated", certain=True)
    if len(bare) >= 6 and any(bare in sequence for sequence in _SEQUENCES):
        return Doubt("a keyboard or counting sequence", certain=True)
    if len(bare) >= 12 and _REPEATED.fullmatch(bare):
        return Doubt("a short piece repeated", certain=True)
    return None


def _placeholder(text: str, *, generated: bool) -> Doubt | None:
    words = split_words(text)
    known = lexicon()
    marked = [word for word in words if known.is_placeholder(word)]
    rest = [word for word in words if not known.is_placeholder(word) and not known.is_filler(word)]
    if words and not rest:
        # Only words about credentials: "my-secret-token", "password".
        return Doubt("words that stand for a value", certain=bool(marked) or len(words) > 1)
    if not marked:
        return None
    left = "".join(rest)
    if len(left) <= 3 or (not looks_random(left) and surprise(left) < 60):
        return Doubt("a placeholder", certain=True)
    if generated and _SURE_WORDS.search(text):
        return Doubt("a documentation example", certain=True)
    return Doubt("contains a placeholder word", certain=False)
