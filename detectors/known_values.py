"""Values that were found elsewhere and are looked for without any label beside them, also where misread.

The pictures of a guide show what its pages tell: a value that one file of a run gives away has to be
covered in all of them. How a value may be misread is the matter of ``detectors.own_words``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from detectors.model import Confidence, Match, Sample
from detectors.own_words import LONGEST, SHORTEST, OwnWords, wrong_characters
from detectors.text import Text

MISREAD = 12
"""Code points; in shorter values a wrong character would make other words of them."""

EVIDENCE = "the same value stands in another file"


@dataclass(frozen=True, slots=True)
class KnownValue:
    """A value that a rule recognised, with as much confidence as that was sure."""

    rule_id: str
    value: str = field(repr=False)
    confidence: Confidence


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

    def matches(self, sample: Sample) -> Iterator[tuple[Match, KnownValue]]:
        """Where the values stand; a place may come more than once."""
        text = Text.of(sample, sample.text)
        for found in self._words.candidates(text):
            known = self._meant(sample.text[found.start : found.end])
            if known is not None:
                sure = min(found.confidence, known.confidence)
                yield Match(known.rule_id, found.start, found.end, sure, EVIDENCE), known

    def _meant(self, seen: str) -> KnownValue | None:
        """The value that a reading means; the nearest when there are several alike."""
        plain = self._values.get(" ".join(seen.split()))
        if plain is not None:
            return plain
        ranked = ((wrong_characters(seen, word), known) for word, known in self._values.items())
        wrong, nearest = min(ranked, key=lambda one: one[0])
        return nearest if wrong == 0 or (wrong == 1 and len(nearest.value) >= MISREAD) else None
