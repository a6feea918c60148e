"""What the user has laid down for a run: rules of their own, words to hide, and what may stay readable.

Travels with every task to the workers. Reading it from files is the matter of ``app.own_files``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.fingerprints import LastingKey
from app.model import Allowed, ErrorInfo, Finding, Hidden
from app.places import PageArea
from ocr.model import Box

if TYPE_CHECKING:  # the detectors are loaded by whoever scans; the window starts without them
    from detectors.known_values import KnownValue, KnownValues
    from detectors.model import Match, Sample
    from detectors.own import OwnDetector, OwnRules

INSIDE: Final = 0.8
"""A box that lies to this part in an allowed region is meant by it."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """One entry of an allow-list; everything that it states has to be true of a finding.

    Attributes:
        by: where it stands, and who wrote it, for people.
        rule: id, with ``*`` for any part of it.
        path: with ``*`` for any part of a name, ``**`` for any folders; a relative one may begin anywhere.
        page, box: a region: a 1-based page, and a box in the units of the report.
    """

    by: str
    reason: str = ""
    fingerprint: str | None = None
    rule: str | None = None
    path: str | None = None
    page: int | None = None
    box: Box | None = None

    def means(self, finding: Finding, path: Path, lasting: Callable[[], str]) -> bool:
        """Whether the finding in the document at ``path`` may stay; ``lasting`` gives its fingerprint."""
        return (
            (self.rule is None or _glob(self.rule).fullmatch(finding.rule_id) is not None)
            and (self.path is None or _matches(self.path, path))
            and (self.page is None or self._holds(finding))
            and (self.fingerprint is None or self.fingerprint == lasting())
        )

    def _holds(self, finding: Finding) -> bool:
        """Whether all places of the finding lie in the region."""
        return bool(finding.where) and all(
            isinstance(place, PageArea)
            and place.page == self.page
            and (self.box is None or all(box.overlap(self.box) >= INSIDE for box in place.boxes))
            for place in finding.where
        )


def _matches(pattern: str, path: Path) -> bool:
    full = path.absolute().as_posix()
    if re.match("[A-Za-z]:/", pattern):
        return _glob(pattern).fullmatch(full) is not None
    if pattern.startswith("/"):
        return _glob(pattern).fullmatch(full.removeprefix(path.absolute().drive)) is not None
    return _glob(f"**/{pattern.removeprefix('./')}").fullmatch(full) is not None


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    pieces = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(pieces.get(part, re.escape(part)) for part in parts), re.DOTALL)


@dataclass(frozen=True, slots=True)
class Policy:
    """All of it; the words are as secret as what the detectors find.

    Attributes:
        key: for allowances by fingerprint; None when nothing needs one.
        problem: why it could not be read; no document is examined then.
        known: values that other files of the run gave away, to be covered in this one as well.
    """

    rules: OwnRules | None = None
    words: tuple[str, ...] = field(default=(), repr=False)
    allowances: tuple[Allowance, ...] = ()
    key: LastingKey | None = None
    problem: ErrorInfo | None = None
    known: tuple[KnownValue, ...] = field(default=(), repr=False)

    def detector(self, path: Path) -> OwnDetector:
        """What finds secrets in the document at ``path``; made once for the same rules and words."""
        return _detector(self.rules.at(path.as_posix()) if self.rules else None, self.words)

    def known_in(self, sample: Sample) -> Iterable[tuple[Match, str]]:
        """Where known values stand in a text, and which; a place may come more than once."""
        return _known_values(self.known).matches(sample) if self.known else ()

    def judged(
        self, findings: tuple[Finding, ...], path: Path, values: Callable[[], Mapping[str, Hidden]]
    ) -> tuple[tuple[Finding, ...], tuple[Allowed, ...]]:
        """The findings that count in the document at ``path``, and those that the allow-list lets stand.

        Args:
            values: gives the plaintext of each finding by its id; asked only when there is an allow-list.
        """
        if not self.allowances:
            return findings, ()
        known = values()
        verdicts = [self._allowed(finding, path, known[finding.id]) for finding in findings]
        allowed = tuple(verdict for verdict in verdicts if verdict is not None)
        counting = (one for one, verdict in zip(findings, verdicts, strict=True) if verdict is None)
        return tuple(counting), allowed

    def _allowed(self, finding: Finding, path: Path, value: Hidden) -> Allowed | None:
        def lasting() -> str:
            return self.key.fingerprint(value.reveal()) if self.key is not None else ""

        for allowance in self.allowances:
            if allowance.means(finding, path, lasting):
                return Allowed(finding, allowance.by, allowance.reason)
        return None


@lru_cache(maxsize=2)
def _known_values(known: tuple[KnownValue, ...]) -> KnownValues:
    from detectors.known_values import KnownValues

    return KnownValues(known)


@lru_cache(maxsize=4)
def _detector(rules: OwnRules | None, words: tuple[str, ...]) -> OwnDetector:
    from detectors.own import OwnDetector, OwnRules
    from detectors.own_words import OwnWords

    return OwnDetector(rules or OwnRules(), OwnWords(words) if words else None)


NO_POLICY: Final = Policy()
