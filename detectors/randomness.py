"""How far a string is from what people write: words, names, numbers, paths.

A rough model of human writing prices each character in bits given the one before it. Words and
identifiers cost about four bits a character, random tokens five and more, so the price tells a
generated value from a name without a dictionary.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PAIR_BITS = (
    "75449759596343959343667769",
    "36663678358377379446488859",
    "38563793594468279453599979",
    "46642578288576468546578979",
    "47436569699453757334867579",
    "46664378298466369454498869",
    "47772754399464479346489988",
    "28862888397667379564689759",
    "55455559998442459544959796",
    "37653578566667356737365868",
    "46651758377565569635575969",
    "37652779298487369845579949",
    "25762888398557338857589979",
    "48433538497776479833559979",
    "65447659696442549344465799",
    "38663785597378359354588959",
    "77777677779356766446158887",
    "37552769396656369544678959",
    "58473674396567447742477969",
    "37672684298678469345587959",
    "44564569499443649343999899",
    "26571677399767569656986979",
    "37753674397664379446987989",
    "56463696498656536662777659",
    "56574658588444528534966866",
    "37771676399669467665779956",
)
"""Rounded bits of each second letter (a-z) after each first letter, counted over the words of licence
texts and of the Python library's sources, each word weighted with the logarithm of its frequency."""

_NEW_WORD = 4.2
_CAMEL_HUMP = 6.5
_FIRST_DIGIT = 5.5
_NEXT_DIGIT = 3.3
_RUN_DIGIT = 1.0  # 1111, 1234
_LETTER_AFTER_DIGIT = 6.5
_COMMON_MARK = 2.0
_OTHER_MARK = 5.0
_COMMON_MARKS = frozenset("_-./: ,")
_RANDOM_BITS = 4.75
ENOUGH = 256
"""Code points that tell what the whole of a value is like."""
_RANDOM_HEX_BITS = 3.4
_MIN_LENGTH = 8
UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_SEPARATOR = re.compile(r"[^0-9A-Za-z]+")
_LOWER_HEX, _UPPER_HEX = re.compile(r"[0-9a-f]"), re.compile(r"[0-9A-F]")
_MISREAD = frozenset("OolISsBbZzGgqQD")  # for 0, 1, 5, 8, 2, 6 and 9
_LONG_HEX = 24
_LONG_RUN = re.compile(r"[0-9a-f]{24,}|[0-9A-F]{24,}")  # a word may be glued to it: "…9a0fCopy"
_PASSWORD_KINDS = 3
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")


@lru_cache(maxsize=64)  # one value is asked about several times; none should stay for long
def surprise(text: str) -> float:
    """Estimated bits of ``text`` if a person had written it; looks at the first 256 code points only."""
    total = 0.0
    before = ""
    for char in text[:ENOUGH]:
        total += _price(before, char)
        before = char
    return total


def _price(before: str, char: str) -> float:
    if char.isdigit():
        if not before.isdigit():
            return _FIRST_DIGIT if before.isalpha() else _NEXT_DIGIT
        return _RUN_DIGIT if ord(char) - ord(before) in (0, 1, -1) else _NEXT_DIGIT
    if char.isalpha():
        if before.isdigit():
            return _LETTER_AFTER_DIGIT
        if not before.isalpha():
            return _NEW_WORD
        if char.isupper() and before.islower():
            return _CAMEL_HUMP
        return _pair(before.lower(), char.lower())
    if char == before:
        return _RUN_DIGIT
    return _COMMON_MARK if char in _COMMON_MARKS else _OTHER_MARK


def _pair(first: str, second: str) -> float:
    if "a" <= first <= "z" and "a" <= second <= "z":
        return float(_PAIR_BITS[ord(first) - 97][ord(second) - 97])
    return _NEW_WORD


def price_per_character(text: str) -> float:
    """Bits for each code point of ``text``: about four for writing, five and more for random tokens."""
    return surprise(text) / max(1, min(len(text), ENOUGH))


def looks_random(text: str) -> bool:
    """Whether ``text`` (at least eight code points) reads as generated rather than written."""
    if len(text) < _MIN_LENGTH:
        return False
    price = price_per_character(text)
    if price >= _RANDOM_BITS or (UUID.fullmatch(text) and price >= _RANDOM_HEX_BITS):
        return True
    # Hexadecimal digits cost less; a long run of them is no word either.
    return any(price_per_character(run) >= _RANDOM_HEX_BITS for run in _hex_runs(text))


def looks_mixed(text: str) -> bool:
    """Whether ``text`` reads as generated, or mixes at least three kinds of characters as passwords do."""
    kinds = (str.islower, str.isupper, str.isdigit, lambda char: not char.isalnum())
    return looks_random(text) or (
        len(text) >= _MIN_LENGTH and sum(any(map(kind, text)) for kind in kinds) >= _PASSWORD_KINDS
    )


def _hex_runs(text: str) -> list[str]:
    seen = text[:ENOUGH]
    return [
        run
        for run in (*_SEPARATOR.split(seen), *_LONG_RUN.findall(seen))
        if len(run) * 2 >= min(len(text), ENOUGH) and (is_hex(run) or _is_nearly_hex(run))
    ]


def _is_nearly_hex(text: str) -> bool:
    """Whether ``text`` is hexadecimal but for a character or two that OCR takes digits for."""
    if len(text) < _LONG_HEX or not any(map(str.isdigit, text)):
        return False
    return any(len(odd) <= 1 + len(text) // _LONG_HEX and set(odd) <= _MISREAD for odd in _not_hex(text))


def _not_hex(text: str) -> tuple[str, str]:
    return _LOWER_HEX.sub("", text), _UPPER_HEX.sub("", text)


def is_hex(text: str) -> bool:
    """Whether ``text`` is at least 16 hexadecimal digits, letters and figures both among them."""
    return len(text) >= 16 and _HEX.fullmatch(text) is not None and not text.isdigit() and not text.isalpha()
