"""Reports and receipts as files: written in one step, so that no half of one is ever seen."""

from __future__ import annotations

import secrets
from pathlib import Path

from app import partial_files
from app.errors import NotWritten


def write_whole(path: Path, text: str, what: str = "report") -> None:
    """Writes a text to ``path``, replacing what stands there.

    Args:
        what: for the error's message.

    Raises:
        NotWritten: the disk is full, or the folder may not be written to.
    """
    data = text.encode("utf-8", "backslashreplace")
    # Named as half-written copies are: what a killed process leaves is removed by the next one.
    partial = partial_files.partial_path(path.parent, secrets.token_hex(8))
    try:
        if path.exists() and not path.is_file():  # a pipe or a device takes its content directly
            path.write_bytes(data)
            return
        partial.write_bytes(data)
        partial_files.move(partial, path, replace=True)
    except OSError as error:
        reason = error.strerror or "input/output error"
        raise NotWritten(
            f"The {what} {path} could not be written: {reason}.", "Check free space and permissions."
        ) from None
    finally:
        partial_files.discard(partial)
