"""Values that were found elsewhere and are looked for without any label beside them, also where misread.

The pictures of a guide show what its pages tell: a value that one file of a run gives away has to be
covered in all of them. How a value may be misread is the matter of ``detectors.own_words``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from detectors.model import Confidence, Match, Sample
from detectors.own_words import LONGEST, SHORTEST, OwnWords, wrong_characters
from detectors.text import Text

MISREAD = 12
"""Code points; in shorter values a wrong character would make other words of them."""

EVIDENCE = "the same value stands elsewhere"


LONGEST_DOUBTED = 1 << 18
"""Code points of a plain text up to which values that may themselves be misread are looked for with care."""


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value that a rule recognised, with as much confidence as that was sure.

    Attributes:
        exact: False when it was read in a picture, so that what it is elsewhere may differ a little.
    """

    rule_id: str
    value: str = field(repr=False)
    confidence: Confidence
    exact: bool = True


class KnownValues:
    """Looks for known values; hundreds cost little more than one.

    Values that are too short or too long to be looked for are left out.
    """

    def __init__(self, values: Iterable[KnownValue]) -> None:
        self._values = {
            " ".join(one.value.split()): one
            for one in values
            if SHORTEST <= len(one.value) <= LONGEST and any(map(str.isalnum, one.value))
        }
        self._words = OwnWords(self._values)
        self._doubted = OwnWords(word for word, known in self._values.items() if not known.exact)

    def matches(self, sample: Sample) -> Iterator[tuple[Match, str]]:
        """Where the values stand, and which; a place may come more than once.

        A value that was read in a picture is told as it stands in the text, where it does.
        """
        yield from self._matches(sample, self._words)
        if not sample.noisy and len(sample.text) <= LONGEST_DOUBTED:
            yield from self._matches(replace(sample, noisy=True), self._doubted, plain=True)

    def _matches(
        self, sample: Sample, words: OwnWords, *, plain: bool = False
    ) -> Iterator[tuple[Match, str]]:
        text = Text.of(sample, sample.text)
        readings: list[tuple[int, int, Match, KnownValue]] = []
        for found in words.candidates(text) if words else ():
            seen = sample.text[found.start : found.end]
            known = self._meant(seen)
            if known is not None:
                sure = min(found.confidence, known.confidence)
                match = Match(known.rule_id, found.start, found.end, sure, EVIDENCE)
                length = abs(len("".join(seen.split())) - len("".join(known.value.split())))
                readings.append((wrong_characters(seen, known.value), length, match, known))
        for match, known in _best(readings):
            yield match, sample.text[match.start : match.end] if plain else known.value

    def _meant(self, seen: str) -> KnownValue | None:
        """The value that a reading means; the nearest when there are several alike."""
        plain = self._values.get(" ".join(seen.split()))
        if plain is not None:
            return plain
        ranked = ((wrong_characters(seen, word), known) for word, known in self._values.items())
        wrong, nearest = min(ranked, key=lambda one: one[0])
        return nearest if wrong == 0 or (wrong == 1 and len(nearest.value) >= MISREAD) else None


def _best(readings: list[tuple[int, int, Match, KnownValue]]) -> Iterator[tuple[Match, KnownValue]]:
    """Of readings of one value that overlap, the one with the fewest wrong characters, then the right length.

    A mistake at either end would take in what stands beside the value.
    """
    taken: dict[int, list[tuple[int, int]]] = {}
    for _, _, match, known in sorted(readings, key=lambda one: one[:2]):
        spans = taken.setdefault(id(known), [])
        if not any(match.start < end and start < match.end for start, end in spans):
            spans.append((match.start, match.end))
            yield match, known
