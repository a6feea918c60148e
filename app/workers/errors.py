"""What a job ends with when its worker cannot do it any more: said in terms of the file and what to do."""

from __future__ import annotations

from app.errors import OutOfTime, WorkerDied


def died(exit_code: int | None) -> WorkerDied:
    return WorkerDied(
        f"The process that was examining this file ended unexpectedly (code {exit_code}).",
        "The file may be damaged; export or save it again, or share a screenshot of the part that matters.",
    )


def broken(kind: str, place: str) -> WorkerDied:
    """An exception of class ``kind`` at ``place`` (``module:line``) of our own code."""
    return WorkerDied(
        f"An internal error stopped the work on this file ({kind} in {place}).",
        "Please report this with the format of the file, not the file itself.",
    )


def could_not_start(reason: str | None) -> WorkerDied:
    return WorkerDied(
        f"No worker process could be started: {reason or 'input/output error'}.",
        "Close other programs and start again.",
    )


def out_of_time(seconds: float) -> OutOfTime:
    return OutOfTime(
        f"Working on this file took longer than {seconds} seconds; it was stopped.",
        "Raise --timeout, or split the file.",
    )


def out_of_memory(mebibytes: int) -> WorkerDied:
    return WorkerDied(
        f"Working on this file took more than {mebibytes} MiB of memory; it was stopped.",
        "Raise --memory, or split the file.",
    )
