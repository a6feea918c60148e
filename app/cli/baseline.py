"""What is known from earlier runs: reading, marking and writing it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from app.errors import UsageError
from app.fingerprints import LastingKey, key_at, read_baseline, write_baseline
from app.model import Finding, Scan
from app.options import Settings


@dataclass(slots=True)
class Baseline:
    """Marks findings with what is known of them, and gathers what the next run shall know.

    Attributes:
        target: where to write it; None when that is not wanted.
        explain: findings get their lasting fingerprints.
    """

    key: LastingKey | None = None
    known: frozenset[str] = frozenset()
    target: Path | None = None
    explain: bool = False
    _seen: set[str] = field(default_factory=set, repr=False)

    @classmethod
    def of(cls, settings: Settings, target: Path | None = None) -> Self:
        """What the settings ask for; without a wish for it, no key is touched.

        Raises:
            UsageError: a file cannot be used, or would have to be written where that cannot be.
        """
        if not (settings.baseline or settings.explain or target):
            return cls()
        if target is not None and (target.is_dir() or not target.absolute().parent.is_dir()):
            raise UsageError(f"There is no place for the baseline {target}.", "Name a file in a folder.")
        needed = target is not None or bool(settings.baseline or settings.fingerprint_key)
        try:
            key = key_at(settings.fingerprint_key, make=target is not None or not needed)
        except UsageError:
            if needed:
                raise
            return cls()  # an explanation does without lasting fingerprints where no key can be kept
        known = read_baseline(Path(settings.baseline), key) if settings.baseline else frozenset[str]()
        return cls(key, known, target, settings.explain)

    def marked(self, scan: Scan) -> Scan:
        """The scan with every finding marked as far as its value is at hand."""
        if self.key is None:
            return scan
        found = tuple(self._marked(finding, scan, self.key) for finding in scan.report.findings)
        return replace(scan, report=replace(scan.report, findings=found))

    def _marked(self, finding: Finding, scan: Scan, key: LastingKey) -> Finding:
        value = scan.values.get(finding.id)
        if value is None:  # seen in the second reading only
            return finding
        lasting = key.fingerprint(value.reveal())
        self._seen.add(lasting)
        return replace(
            finding, lasting=lasting if self.explain else "", known=finding.known or lasting in self.known
        )

    def write(self) -> None:
        """Writes the baseline when that is wanted.

        Raises:
            NotWritten: it cannot be.
        """
        if self.target is not None and self.key is not None:
            write_baseline(self.target, self.key, self._seen)
