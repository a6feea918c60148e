"""What goes into the detectors and what comes out: text with names for its values in, spans out.

Offsets are code points into ``Sample.text``, half-open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from detectors.shape import shape_of

BOUNDARY = "\x1e"
"""Ends one value and begins an unrelated one; white space to ``re``, so token patterns stop there."""


class Confidence(IntEnum):
    """How sure a detector is that a span is what its rule says."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Severity(IntEnum):
    """How much harm the value does in the wrong hands."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Kind(StrEnum):
    """What a finding is about."""

    SECRET = "secret"
    PERSONAL = "personal"
    POSTURE = "posture"


class Relation(StrEnum):
    """How a name came to belong to a value."""

    KEY = "key"  # JSON, YAML or INI key
    SIBLING = "sibling"  # {"name": …, "value": …}
    HEADER = "header"
    QUERY = "query parameter"
    COOKIE = "cookie"
    FORM = "form field"
    SAME_LINE = "same line"
    RIGHT = "cell to the right"
    BELOW = "next line"
    COLUMN = "column"


@dataclass(frozen=True, slots=True)
class Named:
    """A span of the text for which structure or geometry offers a name.

    The detectors judge whether the name means a credential; whoever reads the document only says
    what stands where. Several names may be offered for one span.
    """

    name: str = field(repr=False)
    start: int
    end: int
    relation: Relation


@dataclass(frozen=True, slots=True)
class Sample:
    """One text to examine.

    Attributes:
        text: the text (hidden from ``repr``).
        named: names that structure or geometry offers for spans of the text.
        soft_breaks: offsets of ``"\\n"`` characters that may be mere line wrapping: the row before
            reached the wrap column, so a token may continue on the next row.
        noisy: the text came from OCR: characters may be confused, dropped, doubled, or split.

    A ``BOUNDARY`` character in the text ends one value and begins an unrelated one (two leaves of a
    JSON file, say): no match and no label-to-value reading crosses it.
    """

    text: str = field(repr=False)
    named: tuple[Named, ...] = ()
    soft_breaks: frozenset[int] = frozenset()
    noisy: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A span that a rule recognised. Holds no plaintext: ``evidence`` describes, never quotes, the value."""

    rule_id: str
    start: int
    end: int
    confidence: Confidence
    evidence: str


@dataclass(frozen=True, slots=True)
class Suppression:
    """A span that a rule recognised and a filter dismissed, with the reason; for ``--explain``."""

    rule_id: str
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class ScanResult:
    matches: tuple[Match, ...]
    suppressed: tuple[Suppression, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What a person wants to know about a rule."""

    id: str
    title: str
    provider: str
    kind: Kind
    severity: Severity
    advice: str
    rotate_url: str | None
    source: str
    label: str  # stem of placeholders and labels, e.g. "API_KEY"
    private_host: bool = False  # the value is a host or an address of a private network
    pattern: str = field(default="", repr=False)  # of values whose beginning may be shown

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Public literals that values begin with, of two characters and more; shown when masking."""
        return tuple(p for p in shape_of(self.pattern).prefixes if len(p) > 1) if self.pattern else ()
