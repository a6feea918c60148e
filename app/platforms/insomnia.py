"""Insomnia: exported workspaces in JSON.

Format: https://docs.insomnia.rest/insomnia/import-export-data
"""

from __future__ import annotations

import re

from app.platforms.base import Outline, Platform


def _recognises(outline: Outline) -> bool:
    return outline.has("__export_format", "resources[]._type") or (
        outline.says("type", "insomnia.rest/") and outline.has("collection")
    )


PLATFORM = Platform(
    name="insomnia",
    title="Insomnia",
    recognises=_recognises,
    kept=("_id", "parentId", "resources.authentication.type"),
    reference=re.compile(r"(?:\{\{[^{}\"'`]{1,200}\}\}\s*|\{%[^{}]{1,300}%\}\s*)+"),
)
