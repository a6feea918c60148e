"""Reports and receipts as files: written in one step, so that no half of one is ever seen."""

from __future__ import annotations

import os
from pathlib import Path

from app.errors import NotWritten


def write_whole(path: Path, text: str, what: str = "report") -> None:
    """Writes a text to ``path``, replacing what stands there.

    Args:
        what: for the error's message.

    Raises:
        NotWritten: the disk is full, or the folder may not be written to.
    """
    data = text.encode("utf-8", "backslashreplace")
    # As the half-written copies of workers: what a killed process leaves is removed by the next one.
    partial = path.with_name(f".sharesafe-{os.getpid()}.part")
    try:
        if path.exists() and not path.is_file():  # a pipe or a device takes its content directly
            path.write_bytes(data)
            return
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        reason = error.strerror or "input/output error"
        raise NotWritten(
            f"The {what} {path} could not be written: {reason}.", "Check free space and permissions."
        ) from None
    finally:
        partial.unlink(missing_ok=True)
