"""The workflow tools: one module each, found by name."""

from __future__ import annotations

import sys
from functools import cache

from app.discovery import offered
from app.platforms.base import Outline, Platform

__all__ = ["GENERIC", "Outline", "Platform", "platforms", "recognise"]

GENERIC = Platform("", "any tool", lambda _outline: False)
"""Stands for every tool without a module of its own."""


@cache
def platforms() -> tuple[Platform, ...]:
    """All known tools, ordered by name.

    Raises:
        RuntimeError: none was found, as happens in a bundle that left the modules out.
    """
    found: list[Platform] = offered(sys.modules[__name__], "PLATFORM")
    return tuple(sorted(found, key=lambda platform: platform.name))


def recognise(outline: Outline) -> Platform:
    """The tool that a document comes from, or ``GENERIC``."""
    return next((platform for platform in platforms() if platform.recognises(outline)), GENERIC)
