"""Postman: collections, environments and globals.

Format: https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html
"""

from __future__ import annotations

import re

from app.platforms.base import Outline, Platform


def _recognises(outline: Outline) -> bool:
    return (
        outline.says("info.schema", "getpostman.com")
        or outline.has("info._postman_id", "item")
        or outline.has("values[].key", "_postman_variable_scope")
        or outline.has("id", "name", "values[].key", "values[].value", "values[].enabled")
    )


PLATFORM = Platform(
    name="postman",
    title="Postman",
    recognises=_recognises,
    kept=("_postman_id", "_exporter_id", "_collection_link", "addTokenTo", "item.id", "response.id"),
    lines=frozenset({"exec"}),
    reference=re.compile(r"(?:\{\{[^{}]{1,100}\}\}\s*)+"),
)
