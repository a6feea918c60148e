"""A text that was examined once is not examined again only because other files were read since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.formats import Document
from app.model import Notice, NotRead, Scan, TextUnit
from app.policy import Policy
from detectors.model import Confidence


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
