"""What a report must offer; one module per report in this package exposes one as ``REPORT``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from app.model import ScanReport


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A page (1-based) with every finding covered, reduced in size, as a PNG."""

    page: int
    width: int
    height: int
    png: bytes = field(repr=False)


Previews = Mapping[int, Sequence[Thumbnail]]
"""Thumbnails in page order, by the position of their document in the run (0-based)."""


MARK_WITHIN: Final = 1000
"""Characters."""


class Marked(Protocol):
    """A kind of file that we write.

    Attributes:
        mark: stands in the first ``MARK_WITHIN`` characters of every such file.
    """

    mark: str


class Report(Marked, Protocol):
    """A way to write down the results of a run.

    Attributes:
        name: the option's name on the command line, without dashes.
        suffix: of its files, with the dot.
        help: what ``--help`` says.
        wants_pictures: whether thumbnails are of use to it.
    """

    name: str
    suffix: str
    help: str
    wants_pictures: bool

    def render(self, reports: Sequence[ScanReport], tool_version: str, previews: Previews) -> str:
        """The whole report as text; depends on nothing but its arguments, reads and writes nothing."""
