"""Zapier: exported Zaps of Team and Company accounts.

Shape: https://github.com/toddmoy/node-based-zap-examples
"""

from __future__ import annotations

import re

from app.platforms.base import Platform

PLATFORM = Platform(
    name="zapier",
    title="Zapier",
    recognises=lambda outline: outline.has("zaps[].nodes"),
    kept=(
        "nodes.*.authentication_id",
        "nodes.*.selected_api",
        "nodes.*.action",
        "filter_criteria.key",
        "filter_criteria.id",
    ),
    reference=re.compile(r"(?:\{\{\w{1,100}\}\}\s*)+"),
)
