"""Runs tasks through the real worker pool and collects what came back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from app import intake
from app.messages import Event, Finished, Input, RedactTask, ScanTask
from app.model import ScanReport
from app.options import Settings
from app.workers.pool import Pool

PATIENCE = 280.0
"""Seconds; above every limit that the tests set."""


def redact_all(paths: Iterable[Path], out: Path, settings: Settings) -> dict[str, ScanReport]:
    """Redacts files and folders; relative path to report."""
    tasks = [RedactTask(found, copy_place(found, out)) for found in intake.collect(list(paths))]
    return _run(tasks, settings)


def scan_all(paths: Iterable[Path], settings: Settings) -> dict[str, ScanReport]:
    """Examines files and folders; relative path to report."""
    return _run([ScanTask(found) for found in intake.collect(list(paths))], settings)


def copy_place(found: Input, out: Path) -> Path:
    return (out / found.relative).with_name(f"{found.relative.stem}.redacted{found.relative.suffix}")


def _run(tasks: Iterable[RedactTask | ScanTask], settings: Settings) -> dict[str, ScanReport]:
    reports: dict[str, ScanReport] = {}

    def hear(event: Event) -> None:
        if isinstance(event, Finished):
            reports[event.scan.report.relative.as_posix()] = event.scan.report

    with Pool(settings, hear) as pool:
        for task in tasks:
            pool.submit(task)
        assert pool.wait(PATIENCE), "the batch did not finish"
    return reports
