"""Which files a call reads, and where its copies and reports go."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from app import intake
from app.cli.names import without_values
from app.copies import marked, stem_and_suffix
from app.errors import UsageError
from app.messages import Input
from app.options import Settings
from app.policy import NO_POLICY, Policy
from app.reports.base import MARK_WITHIN, Marked
from app.reports.files import write_whole

STANDARD: Final = Path("-")
PASTED_NAME: Final = Path("standard-input.txt")


def inputs(paths: Sequence[Path], settings: Settings) -> list[Input]:
    """Every file that the arguments mean, once; ``-`` is text on standard input.

    Raises:
        UsageError: a path does not exist, or there is nothing to examine.
    """
    for path in paths:
        if path != STANDARD and not os.path.lexists(path):
            raise UsageError(f"There is no file or folder {path}.", "Check the spelling.")
    found: dict[Path, Input] = {}
    for path in paths:
        for wanted in [_pasted(settings)] if path == STANDARD else intake.collect([path]):
            found.setdefault(STANDARD if wanted.data is not None else wanted.path.absolute(), wanted)
    if not found:
        raise UsageError("There are no files in what you named.", "Name a file, or a folder that holds some.")
    return list(found.values())


def _pasted(settings: Settings) -> Input:
    """Standard input, read up to one byte more than allowed so that taking it can refuse it."""
    data = sys.stdin.buffer.read(settings.max_file * 1024 * 1024 + 1)
    return Input(PASTED_NAME, PASTED_NAME, data)


def without_earlier_copies(wanted: Sequence[Input], roots: Sequence[Path], out: Path) -> list[Input]:
    """The inputs but for what lies in the output folder when that is inside a folder being walked."""
    target = out.absolute()
    if not any(target.is_relative_to(root.absolute()) and target != root.absolute() for root in roots):
        return list(wanted)
    named = {root.absolute() for root in roots}
    return [
        one
        for one in wanted
        if one.path.absolute() in named or not one.path.absolute().is_relative_to(target)
    ]


def targets(wanted: Sequence[Input], out: Path, policy: Policy = NO_POLICY) -> list[Path]:
    """``out/<relative path>/<stem>.redacted<suffix>`` for each input, every name once, and no input's.

    Values in names are replaced.
    """
    taken = {str(one.path.absolute()).casefold() for one in wanted if one.data is None}
    found: list[Path] = []
    for one in wanted:
        stem, suffix = stem_and_suffix(one.path)
        stem = without_values(Path(stem), policy).name
        first = target = out / without_values(one.relative.parent, policy) / marked(stem, suffix)
        number = 1
        while (name := str(target.absolute()).casefold()) in taken:
            number += 1
            target = first.with_name(marked(f"{stem} ({number})", suffix))
        taken.add(name)
        found.append(target)
    return found


def without_earlier_reports(
    wanted: Sequence[Input], files: Collection[tuple[Marked, Path]], named: Sequence[Path]
) -> list[Input]:
    """The inputs but for reports of an earlier run that this run writes again.

    Raises:
        UsageError: a report would overwrite an original or another report, or has no folder to go to.
    """
    places = [path.absolute() for _, path in files]
    if len(set(places)) < len(places):
        raise UsageError("Two reports would go to the same place.", "Give each report a file of its own.")
    kept = list(wanted)
    explicit = {path.resolve() for path in named}
    for report, path in files:
        if path == STANDARD:
            continue
        if path.is_dir() or not path.absolute().parent.is_dir():
            raise UsageError(f"The report cannot be written to {path}.", "Name a file in an existing folder.")
        there = path.resolve()
        hit = [one for one in kept if one.data is None and one.path.resolve() == there]
        if hit and (there in explicit or not is_earlier(report, there)):
            raise UsageError(f"The report {path} would overwrite an original.", "Choose another name for it.")
        kept = [one for one in kept if one not in hit]
    if not kept:
        raise UsageError("There are only reports of an earlier run.", "Name the files to be examined.")
    return kept


def is_earlier(report: Marked, path: Path) -> bool:
    """Whether the file is a report of this kind."""
    try:
        with path.open(encoding="utf-8", errors="replace") as stream:
            return report.mark in stream.read(MARK_WITHIN)
    except OSError:
        return False


def write_report(path: Path, text: str) -> None:
    """Writes a report in one step, so that no half of it is ever seen; ``-`` is standard output.

    Raises:
        NotWritten: the disk is full, or the folder may not be written to.
    """
    if path == STANDARD:
        sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
        return
    write_whole(path, text)
