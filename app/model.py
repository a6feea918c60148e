"""The product's core types: what was found where, what shall be covered, and what came out.

All are frozen, picklable and free of open handles, so they cross process boundaries. Plaintext
lives in ``Hidden`` only, which never shows it by accident.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol, Self

from app.copies import Neighbourhood
from app.errors import SharesafeError
from app.options import Settings
from app.places import InMember, Location, LocationMap, PageArea
from detectors.model import Confidence, Kind, RuleInfo, Sample, Severity

FINGERPRINT_HEX_DIGITS: Final = 16


@dataclass(frozen=True, slots=True)
class Hidden:
    """A plaintext that must not be printed, logged or reported: ``repr`` and ``str`` hide it."""

    _text: str = field(repr=False)

    def reveal(self) -> str:
        return self._text

    def __str__(self) -> str:
        return "Hidden(…)"


@dataclass(frozen=True, slots=True)
class RunKey:
    """The random key of one run: equal values have equal fingerprints within it and nowhere else."""

    _key: bytes = field(repr=False)

    def fingerprint(self, value: str) -> str:
        """HMAC-SHA-256 of the value, shortened to 64 bits, as hexadecimal digits."""
        digest = hmac.new(self._key, value.encode("utf-8", "surrogatepass"), sha256)
        return digest.hexdigest()[:FINGERPRINT_HEX_DIGITS]


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of one input, taken once.

    Attributes:
        path: where it came from (for messages); pasted input has a made-up name.
        relative: path below the folder the user named, used for the place of the copy.
        data: the whole content.
        sha256: hexadecimal digest of ``data``.
        from_disk: False for pasted or piped input, which has no file to compare with later.
    """

    path: Path
    relative: Path
    data: bytes = field(repr=False)
    sha256: str
    from_disk: bool = True


# --- what was read --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextUnit:
    """One text that a format read out of a document, with the way back into the file.

    Attributes:
        sample: what the detectors examine.
        places: the way back.
        title: where this is, for people: "page 2", "metadata", "text".
    """

    sample: Sample = field(repr=False)
    places: LocationMap = field(repr=False)
    title: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a document that is a finding of its own without being a value to cover.

    Such as bytes behind the end of a picture, or a black box over live text. Copies never have it.

    Attributes:
        rule: says what it is, what harm it does and what to do; see ``app.notices``.
        evidence: what was seen there, without quoting it.
    """

    rule: RuleInfo
    where: Location
    evidence: str
    confidence: Confidence = Confidence.MEDIUM


# --- what was found -------------------------------------------------------------------------------


class State(StrEnum):
    """The result of examining a document; only complete documents can be clean."""

    CLEAN = "clean"
    FINDINGS = "findings"
    INCOMPLETE = "incomplete"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NotRead:
    """A part of the document that could not be examined, why, and what the user can do."""

    where: str
    why: str
    next_step: str
    area: PageArea | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One value that a rule recognised, with every place it stands at. Holds no plaintext.

    Attributes:
        lasting: fingerprint under the user's own key, the same in every run; empty without that key.
        known: it is in the baseline.
    """

    id: str
    rule_id: str
    title: str
    kind: Kind
    severity: Severity
    confidence: Confidence
    masked: str
    fingerprint: str
    evidence: str
    where: tuple[Location, ...]
    label: str
    advice: str
    rotate_url: str | None
    lasting: str = ""
    known: bool = False


@dataclass(frozen=True, slots=True)
class Allowed:
    """A finding that the user's allow-list lets stand.

    Attributes:
        by: which entry says so.
        reason: what it gives as its reason; may be empty.
    """

    finding: Finding
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Dismissed:
    """What was recognised and is not reported: as what, on whose word, why, and where. Holds no plaintext."""

    rule_id: str
    title: str
    masked: str
    by: str
    reason: str
    where: tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """An error as it stands in a report."""

    code: str
    message: str
    next_step: str
    exit_code: int

    @classmethod
    def of(cls, error: SharesafeError) -> Self:
        """What a report tells of ``error``."""
        return cls(error.code, error.message, error.next_step, error.exit_code)


@dataclass(frozen=True, slots=True)
class Check:
    """One verification step on a written copy.

    Attributes:
        detail: what was compared or what went wrong.
        alone: it needs nothing but the copy and can be repeated without the original.
    """

    name: str
    passed: bool
    detail: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person should know about a copy, such as a page that became a picture, and why."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class RedactedCopy:
    """A copy that was reopened from disk and passed every check. Only ``app.verify`` makes one."""

    path: Path
    sha256: str
    checks: tuple[Check, ...]
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What is known about one document after examining it (and after redacting it, when asked).

    Attributes:
        allowed: findings that the allow-list lets stand; they are not among ``findings``.
        dismissed: all that was recognised and is not reported, when an explanation was asked for.
    """

    path: Path
    relative: Path
    sha256: str
    format: str
    platform: str | None
    pages: int
    findings: tuple[Finding, ...] = ()
    not_read: tuple[NotRead, ...] = ()
    error: ErrorInfo | None = None
    redacted: RedactedCopy | None = None
    allowed: tuple[Allowed, ...] = ()
    dismissed: tuple[Dismissed, ...] = ()

    @property
    def state(self) -> State:
        if self.error is not None and self.redacted is None and self.error.code != "not-written":
            return State.FAILED
        if self.not_read:
            return State.INCOMPLETE
        return State.FINDINGS if self.findings else State.CLEAN


# --- what shall be covered ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CoverStyle:
    """How copies look; every style is opaque, and a function of places and of what lies outside them.

    Attributes:
        colour: "black", or "background": the even colour around a place, black where it is not even.
        labels: whether a cover tells the rule and the number of its value.
        hide_length: whether covers of names and short values are widened, so that their width tells nothing.
        pdf_pages: "text" keeps the text of pages where that is proven safe, "picture" keeps pictures only.
    """

    colour: str = "black"
    labels: bool = False
    hide_length: bool = True
    pdf_pages: str = "text"

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.cover, settings.cover_labels, settings.hide_length, settings.pdf_pages)


PLAIN_COVERS: Final = CoverStyle()


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One value to cover.

    Attributes:
        placeholder: what stands in its place in text, ``[A-Z0-9_]`` only so that no format needs escaping.
        where: every place to cover.
        value: the plaintext where it is known exactly; None for regions drawn by hand.
        exact: False when ``value`` came from OCR and may differ from what the picture shows.
        guessable: the value is short or a name: how long it is would tell much about it.
    """

    placeholder: str
    where: tuple[Location, ...]
    value: Hidden | None = None
    exact: bool = True
    finding_id: str | None = None
    guessable: bool = False


@dataclass(frozen=True, slots=True)
class RedactionPlan:
    """What to cover in which source; refuses a source that changed since.

    Attributes:
        kept: places that a person, or the confidence threshold, decided to leave readable; finding
            something there again does not fail the verification.
        around: the other files of the run, where links to them shall lead to their copies.
    """

    source_sha256: str
    items: tuple[PlanItem, ...]
    kept: tuple[Finding, ...] = ()
    style: CoverStyle = PLAIN_COVERS
    around: Neighbourhood | None = None

    def inside(self, member: str, sha256: str) -> RedactionPlan:
        """What the plan wants in one member; all values stay, so that each is searched for everywhere.

        Args:
            sha256: of the member's content.
        """
        items = tuple(replace(item, where=_inside(item.where, member)) for item in self.items)
        kept = tuple(replace(found, where=_inside(found.where, member)) for found in self.kept)
        return replace(self, source_sha256=sha256, items=items, kept=kept, around=None)


def _inside(where: tuple[Location, ...], member: str) -> tuple[Location, ...]:
    return tuple(at.place for at in where if isinstance(at, InMember) and at.member == member)


@dataclass(frozen=True, slots=True)
class Picture:
    """An upright RGB raster for display: 3 bytes a pixel, row by row, no padding.

    Attributes:
        scale: raster pixels per coordinate unit of the page's boxes (1.0 for pictures, dpi/72 for PDF).
    """

    width: int
    height: int
    rgb: bytes = field(repr=False)
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class PlainText:
    """Decoded text for display; spans of findings count its code points."""

    text: str = field(repr=False)


Preview = Picture | PlainText


class Labels(Protocol):
    """Hands out numbers so that one value has one placeholder everywhere in a run."""

    def placeholder(self, label: str, fingerprint: str) -> str:
        """``REDACTED_<label>_<n>``; the same for the same fingerprint, distinct otherwise."""


class RunLabels:
    """Numbers values per label in order of appearance; for use within one process."""

    def __init__(self) -> None:
        self._placeholders: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def placeholder(self, label: str, fingerprint: str) -> str:
        known = self._placeholders.get(fingerprint)
        if known is None:
            number = self._counts[label] = self._counts.get(label, 0) + 1
            known = self._placeholders[fingerprint] = f"REDACTED_{label}_{number}"
        return known


@dataclass(frozen=True, slots=True)
class Scan:
    """A report together with the plaintexts behind it; stays in memory, is never written anywhere."""

    report: ScanReport
    values: Mapping[str, Hidden] = field(repr=False)  # finding id -> value
    exact: frozenset[str] = frozenset()  # ids of findings whose value did not come from OCR
    suffix: str | None = None  # of a copy, where the document could be opened
