"""Words that somebody wants hidden whatever they stand in: names of customers, hosts, projects.

Found as whole words, in any case and any Unicode normal form, however white space between their parts
runs, across a hyphen at the end of a line; in text from pictures also with the characters that OCR
confuses, with spaces it puts in or leaves out, and with one character wrong in a long word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from detectors.candidates import RULE, Candidate
from detectors.keywords import KeywordIndex, keyword_index
from detectors.model import BOUNDARY, Confidence, Kind, RuleInfo, Severity
from detectors.skeleton import Folded, fold
from detectors.text import Text

OWN_WORD: Final = RuleInfo(
    id="own-word",
    title="Word of your own list",
    provider="your own list",
    kind=Kind.PERSONAL,
    severity=Severity.MEDIUM,
    advice="You wanted this word hidden wherever it stands.",
    rotate_url=None,
    source="your list of words",
    label="OWN_WORD",
)

SHORTEST: Final = 2
LONGEST: Final = 200
"""Code points."""

_LOOSE = 6  # folded characters from which on spaces inside a word are not counted
_TOLERANT = 7  # and from which on one of them may be wrong
_GAP = r"[^\S\x1e]{1,40}"
_LONGEST_GAP = 40
_PART = re.compile(r"\S+")
_HYPHENATED = re.compile(r"[-\u00ad\u2010]\r?\n[ \t]{0,16}(?=[^\W_])")
_BEFORE_HYPHEN, _AFTER_HYPHEN = 64, 200


@dataclass(frozen=True, slots=True)
class _Word:
    """A word or a phrase; ``pattern`` matches a phrase however its parts are spaced."""

    text: str = field(repr=False)
    pattern: str = field(repr=False, default="")


class OwnWords:
    """A list of words, ready to be looked for; thousands cost little more than one.

    Raises:
        ValueError: a word is too short or too long; the message tells which one by its number (from 1).
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._keys: dict[str, list[_Word]] = {}
        self._exact: dict[str, None] = {}
        self._words: list[str] = []
        for number, given in enumerate(words, 1):
            word = " ".join(given.split())
            if not SHORTEST <= len(word) <= LONGEST or not any(map(str.isalnum, word)):
                raise ValueError(
                    f"word {number} is not between {SHORTEST} and {LONGEST} characters with a letter or digit"
                )
            self._words.append(word)
            for variant in _variants(word):
                self._add(variant)
        self._index = keyword_index(self._keys) if self._keys else None

    def __bool__(self) -> bool:
        return bool(self._words)

    def __repr__(self) -> str:
        return f"OwnWords({len(self._words)})"

    def _add(self, variant: str) -> None:
        if variant in self._exact:
            return
        self._exact[variant] = None
        parts = _PART.findall(variant)
        if len(parts) == 1:
            self._keys.setdefault(variant, []).append(_Word(variant))
        else:
            pattern = _GAP.join(map(re.escape, parts))
            self._keys.setdefault(max(parts, key=len), []).append(_Word(variant, pattern))

    def candidates(self, text: Text) -> Iterator[Candidate]:
        """The words in a text as it stands."""
        for start, end in self.spans(text.text):
            yield _candidate(start, end, Confidence.HIGH, "on your list of words")
        if text.sample.noisy:
            yield from self._misread(text.text)

    def masked(self, text: str) -> str:
        """``text`` with every word of the list replaced by its length."""
        out: list[str] = []
        at = 0
        for start, end in sorted(self.spans(text), key=lambda span: (span[0], -span[1])):
            if start >= at:
                out += [text[at:start], f"…({end - start})"]
                at = end
        return "".join([*out, text[at:]])

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the words stand (code points, half-open), in no particular order."""
        lower = _lower(text)
        yield from self._in_lower(lower, 0)
        for broken in _HYPHENATED.finditer(lower):
            cut, gap = broken.start(), broken.end() - broken.start()
            low = max(0, cut - _BEFORE_HYPHEN)
            left = lower.rfind(BOUNDARY, low, cut) + 1 or low
            right = lower.find(BOUNDARY, broken.end(), broken.end() + _AFTER_HYPHEN)
            right = min(len(lower), broken.end() + _AFTER_HYPHEN) if right < 0 else right
            joined = lower[left:cut] + lower[broken.end() : right]
            for start, end in self._in_lower(joined, left):
                if start < cut < end:
                    yield start, end + gap

    def _in_lower(self, lower: str, shift: int) -> Iterator[tuple[int, int]]:
        if self._index is None:
            return
        done: dict[str, int] = {}
        for end, key in self._index.hits(lower):
            start = end - len(key)
            for word in self._keys[key]:
                if not word.pattern:
                    if _stands_alone(lower, start, end):
                        yield shift + start, shift + end
                elif end > done.get(word.text, 0):
                    reach = len(word.text) + _LONGEST_GAP * word.text.count(" ")
                    low, high = max(done.get(word.text, 0), start - reach), min(len(lower), end + reach)
                    for found in _compiled(word.pattern).finditer(lower, low, high):
                        if found.start() <= start and _stands_alone(lower, *found.span()):
                            done[word.text] = found.end()
                            yield shift + found.start(), shift + found.end()

    # --- text from pictures -------------------------------------------------------------------

    def _misread(self, text: str) -> Iterator[Candidate]:
        spaced, squeezed = _folded(text), _squeezed(text)
        tolerant = self._tolerant
        if tolerant.spaced is not None:
            for end, word in tolerant.spaced.hits(spaced.text):
                yield from _located(text, spaced, end - len(word), end, "as OCR may read it", Confidence.HIGH)
        if tolerant.squeezed is None:
            return
        for end, piece in tolerant.squeezed.hits(squeezed.text):
            for word, offset in tolerant.pieces[piece]:
                start = end - len(piece) - offset
                for begin, stop in _near(squeezed.text, word, start, offset == 0):
                    exact = squeezed.text[begin:stop] == word
                    told = "as OCR may read it" if exact else "with one character misread"
                    sure = Confidence.HIGH if exact else Confidence.MEDIUM
                    yield from _located(text, squeezed, begin, stop, told, sure)

    @property
    def _tolerant(self) -> _Tolerant:
        return _tolerant(tuple(self._words))


@dataclass(frozen=True, slots=True)
class _Tolerant:
    """Indexes of folded words: short ones with their spaces, long ones without, by their halves."""

    spaced: KeywordIndex | None
    squeezed: KeywordIndex | None
    pieces: dict[str, list[tuple[str, int]]] = field(repr=False)  # half -> word, offset of the half in it


@lru_cache(maxsize=4)
def _tolerant(words: tuple[str, ...]) -> _Tolerant:
    spaced: set[str] = set()
    pieces: dict[str, list[tuple[str, int]]] = {}
    for word in words:
        tight = _squeezed(word).text
        if len(tight) < _LOOSE:
            spaced.add(_folded(word).text)
            continue
        middle = len(tight) // 2
        halves = ((tight[:middle], 0), (tight[middle:], middle)) if len(tight) >= _TOLERANT else ((tight, 0),)
        for half, offset in halves:
            known = pieces.setdefault(half, [])
            if (tight, offset) not in known:
                known.append((tight, offset))
    return _Tolerant(
        keyword_index(spaced) if spaced else None, keyword_index(pieces) if pieces else None, pieces
    )


def _folded(text: str) -> Folded:
    plain = text if text.isascii() else "".join(map(_plain, text))
    return fold(_lower(plain).replace("\n", " "))


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """The letter without the marks over it, which are the first thing that OCR loses."""
    return unicodedata.normalize("NFD", char)[0]


def _squeezed(text: str) -> Folded:
    """Folded, without anything that may be a space or a hyphen."""
    folded = _folded(text)
    kept = [(char, at) for char, at in zip(folded.text, folded.origin, strict=True) if char != "-"]
    return Folded("".join(char for char, _ in kept), [at for _, at in kept])


def _near(text: str, word: str, start: int, first_half: bool) -> Iterator[tuple[int, int]]:
    """Spans around ``start`` that equal ``word`` but for one character, one half of which is known."""
    length = len(word)
    if length < _TOLERANT:
        yield start, start + length
        return
    for change in (0, -1, 1):
        begin, end = (start, start + length + change) if first_half else (start - change, start + length)
        if 0 <= begin < end <= len(text) and _one_apart(text[begin:end], word):
            yield begin, end


def wrong_characters(seen: str, word: str) -> int:
    """How far ``seen`` is from ``word`` apart from what OCR confuses: 0, 1 character, or 2 for more."""
    read, meant = _squeezed(seen).text, _squeezed(word).text
    return 0 if read == meant else 1 if _one_apart(read, meant) else 2


def _one_apart(seen: str, word: str) -> bool:
    """Whether one inserted, dropped or replaced character makes ``seen`` of ``word``, or none."""
    if seen == word:
        return True
    same = next(
        (n for n, (a, b) in enumerate(zip(seen, word, strict=False)) if a != b), min(len(seen), len(word))
    )
    if len(seen) == len(word):
        return seen[same + 1 :] == word[same + 1 :]
    return seen[same + 1 :] == word[same:] if len(seen) > len(word) else seen[same:] == word[same + 1 :]


def _located(
    text: str, folded: Folded, start: int, end: int, told: str, confidence: Confidence
) -> Iterator[Candidate]:
    first, last = folded.origin[start], folded.origin[end - 1] + 1
    if _stands_alone(text, first, last):
        yield _candidate(first, last, confidence, f"on your list of words, {told}")


def _candidate(start: int, end: int, confidence: Confidence, evidence: str) -> Candidate:
    return Candidate(OWN_WORD.id, start, end, confidence, RULE, (evidence,), read=end - start)


# --- words ----------------------------------------------------------------------------------------


def _lower(text: str) -> str:
    # Only U+0130 changes its length when lower-cased; offsets must stay.
    return (text if text.isascii() else text.replace("\u0130", "i")).lower()


def _variants(word: str) -> set[str]:
    """How ``word`` may look after lower-casing a text that holds it in some case and normal form."""
    cased = (word, word.upper(), word.casefold(), word.title())
    composed = (unicodedata.normalize(form, one) for one in cased for form in ("NFC", "NFD", "NFKC"))
    lower = {_lower(one) for one in composed}
    # The last sigma of a word is written in two ways (Unicode, SpecialCasing.txt).
    return lower | {one.replace("ς", "σ") for one in lower if "ς" in one}


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit touches the span where it begins or ends with one itself."""
    return not (
        (start > 0 and _joins(text[start - 1]) and _joins(text[start]))
        or (end < len(text) and _joins(text[end]) and _joins(text[end - 1]))
    )


def _joins(char: str) -> bool:
    return char.isalnum() or unicodedata.combining(char) > 0


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
