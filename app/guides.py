"""The files of one run as one guide: what one of them gives away is covered in all, and links stay whole.

Texts are cheap to read and tell values exactly; pictures are neither. So texts are looked at first, then
everything else is redacted with their values known, and the texts last, when it is also known which
copies there are to link to. No picture is read twice for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import quote

from app.copies import CopyPlaces
from app.formats.text.links import NO_COPY, has_links
from app.known import known_from
from app.messages import Input, RedactTask, ScanTask, VerifyAgainTask
from app.model import Remark, Scan
from detectors.known_values import KnownValue
from detectors.model import Confidence

MOST_KNOWN: Final = 1000
"""Values that are looked for in other files; the surest when there are more."""

_PICTURES: Final = frozenset(
    (
        *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".webp", ".bmp", ".dib", ".tif", ".tiff"),
        *(".heic", ".heif", ".avif", ".ico", ".pnm", ".ppm", ".jp2"),
    )
)
_PACKED: Final = frozenset(
    (
        *(".pdf", ".zip", ".docx", ".xlsx", ".pptx", ".docm", ".xlsm", ".pptm", ".odt", ".ods", ".odp"),
        *(".epub", ".tar", ".tgz", ".gz", ".7z", ".eml", ".msg"),
    )
)

Work = ScanTask | RedactTask | VerifyAgainTask


class Guide:
    """Orders the tasks of a run in waves, each of which knows what the ones before found.

    Args:
        threshold: from this confidence on a value is looked for in other files.
    """

    def __init__(self, tasks: Sequence[Work], threshold: Confidence) -> None:
        self._tasks = tasks
        self._threshold = threshold
        self._scans: dict[int, Scan] = {}
        self._looked_at: set[int] = set()  # for the first time

    def waves(self) -> Iterator[list[tuple[int, Work]]]:
        """Tasks to be done side by side, with their numbers; all must have been taken before the next."""
        redacting = {n: task for n, task in enumerate(self._tasks) if isinstance(task, RedactTask)}
        if len(redacting) < 2:
            yield list(enumerate(self._tasks))
            return
        texts, packed, pictures = _sorted(redacting)
        if texts:
            self._looked_at = set(texts)
            yield [(n, ScanTask(task.input, policy=task.policy)) for n, task in texts.items()]
        for wave in (packed, pictures):
            if wave:
                known = self._known(exactly=True)
                yield [(n, _knowing(task, known)) for n, task in wave.items()]
        left = {n: task for n, task in texts.items() if self._scans[n].report.error is None}
        if left:
            known, places = self._known(exactly=False), self._places(redacting)
            yield [
                (
                    n,
                    replace(
                        _knowing(task, known),
                        copies=places if _linking(task.input) else None,
                        examined=self._scans[n],
                    ),
                )
                for n, task in left.items()
            ]

    def take(self, number: int, scan: Scan) -> bool:
        """Hears what came of a task; tells whether that is the last word on its file."""
        first_look = number in self._looked_at
        self._looked_at.discard(number)
        self._scans[number] = scan
        return not first_look or scan.report.error is not None

    def told_of_lost(self) -> dict[int, Scan]:
        """The scans of copies that name the copy of a text which, in the end, did not get one."""
        lost = [
            _copy_name(task, scan.suffix)
            for number, task in enumerate(self._tasks)
            if isinstance(task, RedactTask)
            and (scan := self._scans.get(number)) is not None
            and scan.report.redacted is None
            and scan.suffix is not None
        ]
        if not lost:
            return {}
        told = ((number, _with_lost(scan, lost)) for number, scan in self._scans.items())
        return {number: scan for number, scan in told if scan is not None}

    def _known(self, *, exactly: bool) -> tuple[KnownValue, ...]:
        """The values found so far that hardly stand anywhere by chance.

        Args:
            exactly: without those that were only read in a picture, which may be misread.
        """
        best: dict[str, KnownValue] = {}
        for scan in self._scans.values():
            for one in known_from(scan, self._threshold):
                if one.exact or not exactly:
                    best[one.value] = max(best.get(one.value, one), one, key=_surest)
        return tuple(sorted(best.values(), key=_surest, reverse=True)[:MOST_KNOWN])

    def _places(self, redacting: Mapping[int, RedactTask]) -> CopyPlaces:
        """Where the copies stand or will stand; texts, which come last, are expected to get theirs."""
        return CopyPlaces.of(
            {
                task.input.path: _copy(task, self._scans[number])
                for number, task in redacting.items()
                if task.input.data is None
            }
        )


def _copy_name(task: RedactTask, suffix: str) -> str:
    return task.target.with_suffix(suffix).name


def _with_lost(scan: Scan, lost: Sequence[str]) -> Scan | None:
    """The scan with a remark for each of these copies that its own names; None when it names none."""
    copy = scan.report.redacted
    if copy is None or not has_links(copy.path.name):
        return None
    try:
        written = copy.path.read_bytes()
    except OSError:
        return None
    names = [name for name in lost if any(form.encode() in written for form in (name, quote(name)))]
    if not names:
        return None
    remarks = (*copy.remarks, *(Remark(name, NO_COPY) for name in names))
    return replace(scan, report=replace(scan.report, redacted=replace(copy, remarks=remarks)))


def _surest(known: KnownValue) -> tuple[bool, Confidence]:
    return known.exact, known.confidence


def _copy(task: RedactTask, scan: Scan) -> Path | None:
    if scan.report.redacted is not None:
        return scan.report.redacted.path
    if scan.report.error is not None or scan.suffix is None:
        return None
    return task.target.with_suffix(scan.suffix)


def _sorted(tasks: Mapping[int, RedactTask]) -> tuple[dict[int, RedactTask], ...]:
    """Texts, documents that hold several things, and pictures, as their names have it.

    A name that is wrong costs time or knowledge, but does no harm.
    """
    groups: tuple[dict[int, RedactTask], ...] = ({}, {}, {})
    for number, task in tasks.items():
        suffix = task.input.path.suffix.lower()
        groups[2 if suffix in _PICTURES else 1 if suffix in _PACKED else 0][number] = task
    return groups


def _knowing(task: RedactTask, known: tuple[KnownValue, ...]) -> RedactTask:
    return replace(task, policy=replace(task.policy, known=known))


def _linking(wanted: Input) -> bool:
    return wanted.data is None and has_links(wanted.path.name)
