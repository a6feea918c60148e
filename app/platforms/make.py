"""Make (formerly Integromat): scenario blueprints.

Format: https://developers.make.com/api-documentation/api-reference/scenarios/blueprints
"""

from __future__ import annotations

import re

from app.platforms.base import Platform

_ROOTS = ("", "response.blueprint.", "blueprint.")

PLATFORM = Platform(
    name="make",
    title="Make",
    recognises=lambda outline: any(outline.has(f"{root}flow[].module") for root in _ROOTS),
    kept=(
        "__IMTCONN__",
        "__IMTHOOK__",
        "parameters.auth",
        "parameters.account",
        "parameters.hook",
        "flow.module",
        "restore.expect.*.label",
    ),
    pairs=(("a", "b"),),
    reference=re.compile(r"(?:\{\{[^{}\"'`]{0,500}\}\}\s*)+"),
)
