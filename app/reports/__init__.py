"""The reports: one module each, found by name; every one becomes a command line option."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from app.reports.base import Previews, Report, Thumbnail

__all__ = ["Previews", "Report", "Thumbnail", "reports"]


@cache
def reports() -> tuple[Report, ...]:
    """All reports, by name.

    Raises:
        RuntimeError: none was found, as happens in a bundle that left the modules out.
    """
    found: list[Report] = []
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        if (offered := getattr(module, "REPORT", None)) is not None:
            found.append(offered)
    if not found:
        raise RuntimeError("no reports found; the installation is incomplete")
    return tuple(sorted(found, key=lambda report: report.name))
