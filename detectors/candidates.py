"""What the single detectors hand to the engine, and how overlapping candidates become one match each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from detectors.model import Confidence, Match, Suppression

RULE, GENERIC, LABEL, RANDOM, HOST = 4, 3, 2, 1, 0
"""How specific a candidate's source is: a vendor's format, anybody's format, a label, mere randomness;
last a private host, which is told only where nothing else is."""


MOST_PHRASES = 4
"""As many as a person reads before deciding."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that one detector would report.

    Attributes:
        rank: ``RULE``, ``GENERIC``, ``LABEL``, ``RANDOM`` or ``HOST``.
        read: code points the detector looked at to decide; more is more specific.
        evidence: phrases that describe, and never quote, the value.
        complete: the value has the format's length, nothing is missing or too much.
        public: the value is meant for anybody, or of little use to a stranger, whatever a label says.
        dismissed: why a filter dropped it; None when it stays.
    """

    rule_id: str
    start: int
    end: int
    confidence: Confidence
    rank: int
    evidence: tuple[str, ...]
    dismissed: str | None = None
    read: int = 0
    complete: bool = True
    public: bool = False

    @property
    def sure(self) -> bool:
        """Whether it stays, with more than a low confidence."""
        return self.dismissed is None and self.confidence > Confidence.LOW


def lowered(confidence: Confidence) -> Confidence:
    return Confidence(max(Confidence.LOW, confidence - 1))


def raised(confidence: Confidence) -> Confidence:
    return Confidence(min(Confidence.HIGH, confidence + 1))


def resolve(candidates: Iterable[Candidate]) -> tuple[tuple[Match, ...], tuple[Suppression, ...]]:
    """One match per region of overlapping candidates, and the dismissals that no match covers.

    A region keeps the id of its most telling candidate (a vendor's format before a label, then
    confidence, then length), covers the union of the spans (a doubtful reading of an imperfect token does not
    widen a sure one), and tells its evidence with the strongest
    of every other kind.
    """
    kept: list[Candidate] = []
    dropped: list[Candidate] = []
    for candidate in candidates:
        (dropped if candidate.dismissed else kept).append(candidate)
    matches = tuple(_match(region) for region in _regions(kept))
    suppressed = {Suppression(c.rule_id, c.start, c.end, c.dismissed or "") for c in dropped}
    return matches, outside(suppressed, matches)


def outside(suppressed: Iterable[Suppression], matches: Sequence[Match]) -> tuple[Suppression, ...]:
    """The dismissals, in order, that none of ``matches`` (in order, none overlapping) covers."""
    starts = [match.start for match in matches]
    left = []
    for one in suppressed:
        before = bisect_right(starts, one.start)
        if not before or matches[before - 1].end < one.end:
            left.append(one)
    return tuple(sorted(left, key=lambda s: (s.start, s.end, s.rule_id)))


def _regions(candidates: list[Candidate]) -> list[list[Candidate]]:
    regions: list[list[Candidate]] = []
    end = -1
    for candidate in sorted(candidates, key=lambda c: (c.start, -c.end)):
        if candidate.start < end:
            regions[-1].append(candidate)
        else:
            regions.append([candidate])
        end = max(end, candidate.end)
    return regions


def _match(region: list[Candidate]) -> Match:
    if len(region) == 1:
        (only,) = region
        evidence = ", ".join(dict.fromkeys(only.evidence[:MOST_PHRASES]))
        return Match(only.rule_id, only.start, only.end, only.confidence, evidence)
    best = max((c for c in region if not _outvoted(c, region)), key=_telling)
    confidence = max(c.confidence for c in region if not _outvoted(c, region))
    ranks = {c.rank for c in region if c.confidence > Confidence.LOW and not _outvoted(c, region)}
    if confidence == Confidence.MEDIUM and LABEL in ranks and ranks & {RULE, GENERIC}:
        confidence = Confidence.HIGH  # the format and the label agree
    phrases = list(best.evidence[:MOST_PHRASES])
    told = {best.rank, RANDOM}
    for candidate in sorted(region, key=_telling, reverse=True):
        if candidate.rank not in told:
            told.add(candidate.rank)
            phrases.append(candidate.evidence[0])
    sure = [c for c in region if c.complete or c.confidence > Confidence.LOW or confidence == Confidence.LOW]
    read = {c.rule_id for c in sure if c.complete}
    # Where a rule read its value exactly, it knows better where that begins than its own guess does.
    start = min(c.start for c in sure if c.complete or c.rule_id not in read)
    end = max(c.end for c in sure)
    return Match(best.rule_id, start, end, confidence, ", ".join(dict.fromkeys(phrases)))


def _outvoted(candidate: Candidate, region: list[Candidate]) -> bool:
    """Whether the format of the same span says "public" where ``candidate`` goes by a label only."""
    if candidate.rank > LABEL:
        return False
    return any(c.public and c.start <= candidate.start and candidate.end <= c.end for c in region)


def _telling(candidate: Candidate) -> tuple[int, int, int, int]:
    # A piece of a token may be a piece of anything: a whole key around it says more.
    known = candidate.rank if candidate.complete else min(candidate.rank, LABEL)
    rank = known if candidate.confidence > Confidence.LOW else 0
    return rank, candidate.confidence, candidate.rank, max(candidate.read, candidate.end - candidate.start)


def dismissed(candidate: Candidate, reason: str) -> Candidate:
    """``candidate`` with the reason why it is not reported."""
    return replace(candidate, dismissed=reason)
