"""Whether a value can be the credential that its name promises, and how sure that is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from detectors.checks import decode_base64
from detectors.filters import doubt_about, is_made_of_known_words, is_odd, without_references
from detectors.model import Confidence
from detectors.names import Meaning, meaning_of
from detectors.randomness import UUID, looks_random, price_per_character

LOW, MEDIUM, HIGH = Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH

_MAX_VALUE = 4096


class Syntax(Enum):
    """How firmly a value is tied to its name."""

    FIELD = "field"  # a structure says so: JSON key, header, form field
    QUOTED = "quoted"  # name = "value"
    BARE = "bare"  # NAME=value, name: value
    CODE = "code"  # unquoted on the right of an assignment in program code
    QUERY = "query"  # ?name=value
    CELL = "cell"  # the next cell or column
    BELOW = "below"  # the line under the label
    PROSE = "prose"  # "the password is value"
    ADJACENT = "adjacent"  # "password value"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``confidence`` is None when the value is no credential; ``reason`` then says why."""

    confidence: Confidence | None
    reason: str


_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_URL = re.compile(r"[a-zA-Z][\w+.-]{1,20}://\S*|//[\w.-]+\S*|www\.\S+|mailto:\S+")
_PATH = re.compile(
    r"(?:[A-Za-z]:)?[\\/~.]{1,3}[\w.@$ -]{1,64}(?:[\\/][\w.@$ -]{1,64}){1,20}[\\/]?"
    r"|[\w-]{1,40}\.(?:pem|key|crt|json|ya?ml|txt|env|js|ts|py|php|html?|png|svg|css|md|pdf)"
)
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
)
_VERSION = re.compile(r"v?\d{1,5}(?:\.\d{1,6}){1,4}(?:[-+][\w.]{1,30})?")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|->|::)[A-Za-z_$][\w$]*)*")
_MEMBER = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|->|::)[A-Za-z_$][\w$]*)+|\([A-Za-z ]*\)")
_DIGIT = re.compile(r"\d")
_LONG_PART, _SHORT_KEY, _SURE_KEY = 20, 12, 16
_LONGEST_UUID = 48  # with a prefix
_READ_UUID = re.compile(r"[0-9a-fA-FOoIlSsB]{8}-(?:[0-9a-fA-FOoIlSsB]{4}-){3}[0-9a-fA-FOoIlSsB]{12}")
_TOKENS = frozenset({"labelled-token", "labelled-api-key", "authorization-header"})
_LONG_KEY, _LONG_MIXED, _MIXED_KINDS = 32, 24, 3
_KEY_WORDS = frozenset({"key", "schlüssel", "clave"})
_SCREEN = frozenset({Syntax.CELL, Syntax.BELOW})
_DASHES = str.maketrans("‐‑‒–—―−", "-" * 7)
_UNGUESSABLE, _MIXED, _WORDS = 4.5, 4.0, 4.0
_COIN_ADDRESS = re.compile(r"[1-9A-HJ-NP-Za-km-z]{43,44}")
_MARKS = re.compile(r"[^0-9A-Za-z]+")
_PASSWORD_SIGN = re.compile(r"[!#$%^&*+=?@]")
_NAME_MARK = re.compile(r"[_-]")
_SHORTEST_WORD = 6
_NOT_TOKEN = re.compile(r"[\\\[\](){}<>^*`\"',;$]")
_BASE32 = re.compile(r"[A-Z2-7]{16,64}")
_CODE = re.compile(r"[A-Za-z0-9]{3,8}(?:[- ][A-Za-z0-9]{3,8}){0,4}|\d{6,10}")
_ALL_KINDS = 4  # lower and upper case, digits, signs
_PARAMETERS = re.compile(r"[\w.-]{1,40}=[^=&]*&[\w.-]{1,40}=")
_HASH_PREFIX = re.compile(r"(?:sha(?:1|224|256|384|512)|md5)[-:=]", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


def judge(value: str, meaning: Meaning, syntax: Syntax) -> Verdict:
    """How sure it is that ``value`` is what ``meaning`` says, tied to the name by ``syntax``."""
    if len(value) > _MAX_VALUE:
        return Verdict(None, "too long for a credential")
    doubt = doubt_about(value.partition("://")[2].partition("/")[2] if _is_address(meaning) else value)
    if doubt and doubt.certain:
        return Verdict(None, doubt.reason)
    value = value.translate(_DASHES)  # typeset, or read from a picture
    value = without_references(value).strip() or value  # a mixed value is judged on its literal rest
    other = _something_else(value, meaning) or _decoded_doubt(value)
    if other:
        return Verdict(None, other)
    verdict = _JUDGES.get(meaning.kind, _token)(value, meaning, syntax)
    if doubt and verdict.confidence:
        # "Password123" is made up, and yet in use somewhere.
        in_use = doubt.slight and meaning.kind == "labelled-password" and _is_firm(meaning, syntax)
        return Verdict(MEDIUM if in_use else LOW, doubt.reason)
    return verdict


def _is_firm(meaning: Meaning, syntax: Syntax) -> bool:
    """Whether name and structure leave no doubt that the value is meant to be the credential."""
    return meaning.strong and syntax in (Syntax.FIELD, Syntax.QUOTED)


def _is_address(meaning: Meaning) -> bool:
    """Whether the value is an address whose path, not host, makes it secret."""
    return meaning.kind == "labelled-webhook"


def _something_else(value: str, meaning: Meaning) -> str | None:
    if _DATE.fullmatch(value):
        return "a date"
    if _HASH_PREFIX.match(value):
        return "a content hash or request signature"
    if meaning.kind == "labelled-password":
        if "://" in value:
            return "an address"
        return "a file path" if value[0] in "./~" and _PATH.fullmatch(value) else None
    if _EMAIL.fullmatch(value):
        return "an e-mail address"
    if _PARAMETERS.match(value):
        return "a list of parameters; what is secret in it has its own name"
    if _ADDRESS.fullmatch(value):
        return "a public address"
    if meaning.kind != "connection-string" and not _is_address(meaning) and _URL.fullmatch(value):
        return "a URL; what is secret in it has its own rule"
    if _PATH.fullmatch(value) and not looks_random(value.rpartition("/")[2]):
        return "a file path"
    if _VERSION.fullmatch(value):
        return "a version"
    return None


def _decoded_doubt(value: str) -> str | None:
    """Why the text behind base64 (a Kubernetes secret, say) is no secret."""
    if not value.endswith("="):
        return None
    raw = decode_base64(value)
    if not raw or not raw.isascii() or not raw.decode().isprintable():
        return None
    text = raw.decode()
    doubt = doubt_about(text)
    if doubt and doubt.certain:
        return f"decodes to {doubt.reason}"
    return (
        "decodes to words" if price_per_character(text) < _WORDS and len(text) >= 8 and "-" in text else None
    )


def _password(value: str, meaning: Meaning, syntax: Syntax) -> Verdict:
    if len(value) < (3 if syntax in (Syntax.FIELD, Syntax.QUOTED) else 4):
        return Verdict(None, "too short for a password")
    if " " in value or "\t" in value:
        return _phrase(value, syntax)
    if syntax in (Syntax.BARE, Syntax.CODE) and _MEMBER.fullmatch(value) and not _DIGIT.search(value):
        return Verdict(None, "a name in program code")
    classes = _classes(value)
    random = looks_random(value) or is_odd(value) or (len(value) >= 10 and price_per_character(value) > 4.4)
    if classes == 1 and not random:
        return _one_class(value, meaning, syntax)
    if syntax in (Syntax.CODE, Syntax.ADJACENT) and not random and _IDENTIFIER.fullmatch(value):
        return Verdict(None, "a name in program code" if syntax is Syntax.CODE else "a word")
    if classes == 2 and not random and not any(char.isdigit() for char in value):
        return _wordy(value, meaning, syntax)
    telling = (random or classes >= 3) and len(value) >= 8
    strength = MEDIUM if meaning.strong else LOW
    if syntax in (Syntax.FIELD, Syntax.QUOTED, Syntax.BARE):
        if meaning.strong:
            strength = HIGH if telling else MEDIUM
        elif telling and classes >= 3:
            strength = MEDIUM  # "pw: …"
    elif syntax in (Syntax.CELL, Syntax.BELOW) and telling and classes >= _ALL_KINDS:
        strength = MEDIUM
    if syntax is Syntax.ADJACENT and not (random or classes >= 3):
        strength = LOW
    return Verdict(strength, "")


def _phrase(value: str, syntax: Syntax) -> Verdict:
    """A value with spaces: a sentence about passwords, or a passphrase in quotes."""
    if syntax not in (Syntax.FIELD, Syntax.QUOTED):
        return Verdict(None, "a sentence")
    if looks_random(value.replace(" ", "")):
        return Verdict(MEDIUM, "")
    if len(value.split()) > 6 or value[-1] in ".:?!…" or value[0].isupper():
        return Verdict(None, "a sentence")
    return Verdict(LOW, "reads like words")


def _one_class(value: str, meaning: Meaning, syntax: Syntax) -> Verdict:
    if value.isdigit():
        fits = len(value) >= 4 and meaning.strong and syntax is not Syntax.ADJACENT
        return Verdict(LOW, "digits only") if fits else Verdict(None, "a number")
    return _wordy(value, meaning, syntax)


def _wordy(value: str, meaning: Meaning, syntax: Syntax) -> Verdict:
    """A value of plain words: a weak password in a structure, mere text elsewhere."""
    if syntax in (Syntax.CODE, Syntax.ADJACENT, Syntax.BELOW, Syntax.CELL) or not meaning.strong:
        return Verdict(None, "a word")
    if len(value) < 5 and syntax is not Syntax.FIELD:
        return Verdict(None, "a short word")
    # A key of JSON may be an interface text ("password": "Wachtwoord"); nobody assigns one to a password.
    assigned = syntax is Syntax.QUOTED and not _NAME_MARK.search(value)
    telling = assigned or (syntax is Syntax.FIELD and _PASSWORD_SIGN.search(value))
    sure = telling and len(value) >= _SHORTEST_WORD and not is_made_of_known_words(value)
    return Verdict(MEDIUM if sure else LOW, "reads like a word")


def _token(value: str, meaning: Meaning, syntax: Syntax) -> Verdict:
    if " " in value or "\n" in value:
        return Verdict(None, "a sentence")
    if len(value) < 8:
        return Verdict(None, "too short for a key")
    if _NUMBER.fullmatch(value):
        return Verdict(None, "a number")
    if _READ_UUID.search(value) and len(value) <= _LONGEST_UUID:
        return Verdict(MEDIUM if meaning.strong and syntax is not Syntax.ADJACENT else LOW, "")
    if not _DIGIT.search(value) and meaning_of(value) is not None:
        return Verdict(None, "the name of a credential")
    if meaning.kind in _TOKENS and _NOT_TOKEN.search(value):
        odd = is_odd(value) or (looks_random(value) and syntax in (Syntax.FIELD, Syntax.QUOTED))
        sure = odd and _is_firm(meaning, syntax) and len(value) >= _LONG_PART
        reason = "unusual characters for a key" if odd else "program text"
        return Verdict(MEDIUM if sure else LOW if odd else None, reason)
    random = (
        looks_random(value)
        or is_odd(value)
        or any(len(part) >= _LONG_PART and looks_random(part) for part in _MARKS.split(value))
    )
    firm = syntax in (Syntax.FIELD, Syntax.QUOTED, Syntax.BARE, Syntax.QUERY)
    if meaning.noun in ("token", "tokens") and _COIN_ADDRESS.fullmatch(value):
        return Verdict(LOW, "has the form of a coin's public address")
    if not random:
        return _unlikely_token(value, meaning, syntax)
    if not meaning.strong:
        enough = _SHORT_KEY if meaning.qualified else _LONG_PART
        telling = firm and len(value) >= enough and (meaning.qualified or syntax is not Syntax.BARE)
        # "acme_key": nobody knows acme, but its key looks like one.
        telling |= meaning.qualified and len(value) >= _SURE_KEY and syntax is not Syntax.ADJACENT
        telling |= meaning.noun in _KEY_WORDS and len(value) >= _LONG_KEY and syntax in _SCREEN
        telling |= firm and len(value) >= _LONG_MIXED and value.isalnum() and _classes(value) >= _MIXED_KINDS
        return Verdict(MEDIUM if telling else LOW, "")
    if syntax is Syntax.CODE and _IDENTIFIER.fullmatch(value) and not any(c.isdigit() for c in value):
        return Verdict(None, "a name in program code")
    return Verdict(HIGH if firm and len(value) >= 16 else MEDIUM, "")


def _unlikely_token(value: str, meaning: Meaning, syntax: Syntax) -> Verdict:
    if not meaning.strong or syntax in (Syntax.CODE, Syntax.ADJACENT, Syntax.BELOW, Syntax.CELL):
        return Verdict(None, "reads like a name")
    digits = sum(char.isdigit() for char in value)
    if digits and digits < len(value) and len(value) >= 12 and not _PATH.fullmatch(value):
        header = meaning.kind == "authorization-header"
        firm = header or syntax in (Syntax.QUOTED, Syntax.FIELD, Syntax.QUERY)
        return Verdict(MEDIUM if firm and price_per_character(value) > _MIXED else LOW, "")
    if _IDENTIFIER.fullmatch(value) and syntax is Syntax.BARE:
        return Verdict(None, "reads like a name")
    return (
        Verdict(LOW, "reads like a word")
        if syntax in (Syntax.QUOTED, Syntax.FIELD)
        else Verdict(None, "a word")
    )


def _signature(value: str, meaning: Meaning, syntax: Syntax) -> Verdict:
    if syntax is not Syntax.QUERY:
        return Verdict(None, "a signature opens nothing outside of its link")
    return _token(value, meaning, syntax)


def basic_credentials(value: str) -> str | None:
    """``user:password`` behind the base64 of a Basic header; None when it is something else."""
    raw = decode_base64(value)
    if raw is None or b":" not in raw:
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def _webhook(value: str, _meaning: Meaning, _syntax: Syntax) -> Verdict:
    path = value.partition("://")[2].partition("/")[2]
    if not _URL.fullmatch(value) or not path:
        return Verdict(None, "not an address")
    parts = [part for part in re.split(r"[/?&=]", path) if len(part) >= 8]
    if any(UUID.fullmatch(part) or price_per_character(part) >= _UNGUESSABLE for part in parts):
        return Verdict(MEDIUM, "")
    return Verdict(LOW, "guessable address")


def _connection(value: str, _meaning: Meaning, syntax: Syntax) -> Verdict:
    if _URL.fullmatch(value) or "=" in value or " " in value:
        return Verdict(None, "what is secret in it has its own rule")
    return Verdict(MEDIUM if looks_random(value) and syntax is not Syntax.CODE else None, "reads like a name")


def _setup_key(value: str, _meaning: Meaning, _syntax: Syntax) -> Verdict:
    bare = re.sub(r"[\s-]", "", value).upper()
    if _BASE32.fullmatch(bare) and looks_random(bare):
        return Verdict(HIGH, "")
    return Verdict(MEDIUM if len(bare) >= 16 and looks_random(value) else None, "not base32")


def _recovery(value: str, _meaning: Meaning, _syntax: Syntax) -> Verdict:
    if _CODE.fullmatch(value) and all(any(map(str.isdigit, word)) for word in value.split()):
        return Verdict(MEDIUM, "")
    return Verdict(MEDIUM if looks_random(value) else None, "not a code")


def _classes(value: str) -> int:
    return sum(
        (
            any(char.islower() for char in value),
            any(char.isupper() for char in value),
            any(char.isdigit() for char in value),
            any(not char.isalnum() for char in value),
        )
    )


_JUDGES = {
    "labelled-password": _password,
    "url-signature": _signature,
    "labelled-webhook": _webhook,
    "connection-string": _connection,
    "setup-key": _setup_key,
    "recovery-code": _recovery,
}
