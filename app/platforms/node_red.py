"""Node-RED: flows and the credential file beside them.

Format: https://nodered.org/docs/developing-flows/ and ``@node-red/runtime`` (``flows/util.js``,
``nodes/credentials.js``: a file without the key ``$`` is not encrypted).
"""

from __future__ import annotations

import re

from app.platforms.base import Outline, Platform

_NODE_ID = re.compile(r"[0-9a-f]{6,16}(?:\.[0-9a-f]{1,10})?")


def _recognises(outline: Outline) -> bool:
    return any(_flows(outline, root) for root in ("[]", "flows[]")) or _credentials(outline)


def _flows(outline: Outline, root: str) -> bool:
    return outline.has(f"{root}.id", f"{root}.type") and (
        outline.has(f"{root}.wires", f"{root}.z") or "tab" in outline.values.get(f"{root}.type", ())
    )


def _credentials(outline: Outline) -> bool:
    keys = outline.root_keys
    return keys == {"$"} or (bool(keys) and all(_NODE_ID.fullmatch(key) for key in keys))


PLATFORM = Platform(
    name="node-red",
    title="Node-RED",
    recognises=_recognises,
    kept=("id", "z", "wires", "type", "broker", "server", "tokenconfig"),
    pairs=(("name", "info"), ("p", "v"), ("p", "to"), ("n", "v"), ("keyvalue", "valuevalue")),
    reference=re.compile(r"\$\{\w{1,80}\}|\$\(\w{1,80}\)"),
)
