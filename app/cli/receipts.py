"""The receipts of a call: beside the copies, or all in one file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.cli.files import is_earlier
from app.errors import NotWritten
from app.model import Scan, ScanReport
from app.options import Settings
from app.reports.files import write_whole
from app.reports.receipt import KIND, Receipted, path_beside, render


class _Receipt:
    mark: str = f'"kind": "{KIND}"'


RECEIPT: Final = _Receipt()
"""For those who ask what may be overwritten."""


@dataclass(frozen=True, slots=True)
class Receipts:
    """Which receipts a call writes.

    Attributes:
        together: one file for the receipts of all copies.
        replace: whether a file that is no receipt may be replaced by one.
    """

    settings: Settings
    together: Path | None
    replace: bool

    def write(
        self, shown: Sequence[ScanReport], plain: Sequence[Scan], note: Callable[[str], None]
    ) -> list[Path]:
        """Writes the receipts that are wanted and tells where those for all copies are.

        Args:
            shown: the reports of the run, with every secret masked.
            plain: the same as they are, for the names of the copies.
            note: tells what a person should know.

        Raises:
            NotWritten: one could not be written.
        """
        if not self.settings.receipts and self.together is None:
            return []
        written = [
            (masked, scan, scan.report.redacted.path)
            for masked, scan in zip(shown, plain, strict=True)
            if scan.report.redacted is not None
        ]
        copies = [
            (Receipted.of(masked, self.settings.threshold, place.stat().st_size, scan.values), place)
            for masked, scan, place in written
        ]
        if private := [place.name for one, place in copies if one.testable]:
            note(
                f"Keep the receipts of {', '.join(private)} to yourself: with copy and receipt, guesses at "
                "short covered values can be tested."
            )
        if self.settings.receipts:
            for one, place in copies:
                self._write(path_beside(place), [one])
        if self.together is None or not copies:
            return []
        self._write(self.together, [one for one, _ in copies])
        return [self.together]

    def _write(self, path: Path, copies: Sequence[Receipted]) -> None:
        if path.exists() and not self.replace and not is_earlier(RECEIPT, path):
            raise NotWritten(f"A file named {path.name} already exists.", "Choose another name or folder.")
        write_whole(path, render(copies, self.settings), "receipt")
