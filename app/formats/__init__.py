"""The file formats: one folder per kind of document, found by name, asked in ascending ``order``."""

from __future__ import annotations

import sys
from functools import cache
from itertools import chain

from app.discovery import offered
from app.errors import Unsupported
from app.formats.base import Context, Document, Format, Sink
from app.model import Source

__all__ = ["Context", "Document", "Format", "Sink", "formats", "recognise"]


@cache
def formats() -> tuple[Format, ...]:
    """All formats, in the order in which they are asked.

    Raises:
        RuntimeError: none was found, as happens in a bundle that left the modules out.
    """
    found: list[tuple[Format, ...]] = offered(sys.modules[__name__], "FORMATS", folders=True)
    return tuple(sorted(chain.from_iterable(found), key=lambda f: f.order))


def recognise(source: Source) -> Format:
    """The format of a source, by content.

    Raises:
        Unsupported: no format knows the content.
    """
    for candidate in formats():
        if candidate.recognises(source):
            return candidate
    raise Unsupported(
        "This kind of file is not supported.",
        "Sharesafe reads pictures, PDF, Office files, ZIP archives, mail, JSON, HAR and text files; "
        "export or print it as one of these.",
    )
