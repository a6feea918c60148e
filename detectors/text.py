"""A sample with what several detectors need of it, computed once."""

from __future__ import annotations

from dataclasses import dataclass, field

from detectors.model import BOUNDARY, Named, Relation, Sample


@dataclass(frozen=True, slots=True)
class Text:
    """A text under examination; all three texts have the same length and offsets.

    Attributes:
        labels: the text with words of labels put right where OCR misspelt them.
        lower: ``labels`` in lower case.
        parted: a boundary stands somewhere in it.
        under: names that stand above a value on the page, by the start of the value.
    """

    sample: Sample = field(repr=False)
    text: str = field(repr=False)
    labels: str = field(repr=False)
    lower: str = field(repr=False)
    parted: bool
    under: dict[int, list[Named]] = field(repr=False, compare=False)

    @classmethod
    def of(cls, sample: Sample, labels: str) -> Text:
        # Only U+0130 changes its length when lower-cased; offsets must stay.
        lower = labels if labels.isascii() else labels.replace("\u0130", "i")
        under: dict[int, list[Named]] = {}
        for named in sample.named:
            if named.relation is Relation.BELOW:
                under.setdefault(named.start, []).append(named)
        return cls(sample, sample.text, labels, lower.lower(), BOUNDARY in sample.text, under)

    def floor(self, at: int, reach: int) -> int:
        """The earliest offset within ``reach`` of ``at`` on this side of a boundary."""
        low = at - reach if at > reach else 0
        return self.text.rfind(BOUNDARY, low, at) + 1 or low if self.parted else low

    def ceiling(self, at: int, reach: int) -> int:
        """The latest end within ``reach`` of ``at`` on this side of a boundary."""
        high = min(len(self.text), at + reach)
        found = self.text.find(BOUNDARY, at, high) if self.parted else -1
        return high if found < 0 else found
