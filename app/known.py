"""What one reading gives away for others: for the pictures of the same file, and for other files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from app.formats import Document
from app.model import Notice, NotRead, Scan, TextUnit
from app.policy import Policy
from app.residue.search import distinctive
from detectors.known_values import KnownValue
from detectors.model import Confidence, Kind


def known_from(scan: Scan, threshold: Confidence) -> Iterator[KnownValue]:
    """The secrets of a document that hardly stand anywhere by chance, from ``threshold`` on."""
    for finding in scan.report.findings:
        hidden = scan.values.get(finding.id)
        if hidden is None or finding.kind is not Kind.SECRET or finding.confidence < threshold:
            continue
        if distinctive(value := hidden.reveal()):
            yield KnownValue(finding.rule_id, value, finding.confidence, finding.id in scan.exact)


def knowing(policy: Policy, scan: Scan, threshold: Confidence) -> Policy:
    """The policy with what a document itself tells exactly, for the pictures in it."""
    own = (one for one in known_from(scan, threshold) if one.exact)
    return replace(policy, known=tuple(dict.fromkeys((*policy.known, *own))))


@dataclass(slots=True)
class _Look:
    """Tells whether a document holds values that other files gave away; detects nothing."""

    policy: Policy
    progress: Callable[[float, str], None]
    found: bool = False

    def unit(self, unit: TextUnit) -> None:
        self.found = self.found or any(True for _ in self.policy.known_in(unit.sample))

    def not_read(self, gap: NotRead) -> None: ...

    def notice(self, notice: Notice) -> None: ...


def is_enough(
    document: Document,
    examined: Scan,
    policy: Policy,
    threshold: Confidence,
    progress: Callable[[float, str], None],
) -> bool:
    """Whether examining a document would find no more than an earlier look at the same bytes did.

    Args:
        policy: as of then, but with all values that are known by now.
    """
    sure = {
        examined.values[finding.id].reveal()
        for finding in examined.report.findings
        if finding.confidence >= threshold and finding.id in examined.values
    }
    news = tuple(known for known in policy.known if known.value not in sure)
    look = _Look(replace(policy, known=news), progress)
    if news:
        document.examine(look)
    return not look.found
