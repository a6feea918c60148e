"""The reports: one module each, found by name; every one becomes a command line option."""

from __future__ import annotations

import sys
from functools import cache

from app.discovery import offered
from app.reports.base import Previews, Report, Thumbnail

__all__ = ["Previews", "Report", "Thumbnail", "reports"]


@cache
def reports() -> tuple[Report, ...]:
    """All reports, by name.

    Raises:
        RuntimeError: none was found, as happens in a bundle that left the modules out.
    """
    found: list[Report] = offered(sys.modules[__name__], "REPORT")
    return tuple(sorted(found, key=lambda report: report.name))
