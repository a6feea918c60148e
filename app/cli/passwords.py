"""Passwords of encrypted files: from a file, or asked for where somebody sits at a terminal.

They are never taken from the command line itself, which other programs can read, and never told.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.errors import PasswordNeeded, UsageError
from app.messages import RedactTask, ScanTask
from app.reports.words import visible

if TYPE_CHECKING:
    from app.cli.session import Outcome

LARGEST_FILE: Final = 64 * 1024
"""Bytes of a file with passwords; a larger one is another file."""

MOST: Final = 100
"""Passwords that are tried on each file."""

Run = Callable[[Sequence[ScanTask | RedactTask]], "Outcome"]


@dataclass(frozen=True, slots=True)
class Passwords:
    """What a call knows to open encrypted files with.

    Attributes:
        listed: from the file that was named, tried in turn.
    """

    listed: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, file: Path | None) -> Passwords:
        """Those in a text file, one a line.

        Raises:
            UsageError: it cannot be read, or is no such file.
        """
        if file is None:
            return cls()
        try:
            with file.open("rb") as stream:
                data = stream.read(LARGEST_FILE + 1)
            lines = data.decode("utf-8-sig").splitlines()
        except OSError as error:
            raise UsageError(
                f"The file with passwords could not be read: {error.strerror or 'input/output error'}.",
                "Check its name and that you may read it.",
            ) from None
        except UnicodeDecodeError:
            raise UsageError("The file with passwords is no text in UTF-8.", "Save it as such.") from None
        found = tuple(dict.fromkeys(line for line in lines if line))
        if len(data) > LARGEST_FILE or len(found) > MOST:
            raise UsageError(
                f"The file with passwords holds more than {MOST} of them.", "Name a shorter one."
            )
        return cls(found)

    def unlock(self, tasks: Sequence[ScanTask | RedactTask], outcome: Outcome, run: Run) -> None:
        """Tries the files again that ended for want of a password; their results replace the earlier ones."""
        for password in self.listed:
            _try(dict.fromkeys(_locked(outcome), password), tasks, outcome, run)
        left = _locked(outcome)
        try:
            asked = dict(_asked(tasks, left)) if left and _somebody_is_there() else {}
        except KeyboardInterrupt:
            outcome.cancelled = True
        else:
            _try(asked, tasks, outcome, run)


def _locked(outcome: Outcome) -> list[int]:
    """The numbers of the tasks that need a password."""
    if outcome.cancelled:
        return []
    code = PasswordNeeded.code
    errors = {number: scan.report.error for number, scan in sorted(outcome.scans.items())}
    return [number for number, error in errors.items() if error is not None and error.code == code]


def _try(
    passwords: dict[int, str], tasks: Sequence[ScanTask | RedactTask], outcome: Outcome, run: Run
) -> None:
    if not passwords:
        return
    again = [
        replace(tasks[number], input=replace(tasks[number].input, password=password))
        for number, password in passwords.items()
    ]
    results = run(again)
    outcome.cancelled = outcome.cancelled or results.cancelled
    for position, number in enumerate(passwords):
        if position in results.scans:
            outcome.scans[number] = results.scans[position]
            outcome.pictures[number] = results.pictures.get(position, [])


def _somebody_is_there() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _asked(tasks: Sequence[ScanTask | RedactTask], numbers: Sequence[int]) -> Iterator[tuple[int, str]]:
    for number in numbers:
        name = visible(str(tasks[number].input.path))
        try:
            given = getpass.getpass(f"Password of {name} (empty to leave it out): ", stream=sys.stderr)
        except EOFError:
            return
        if given:
            yield number, given
