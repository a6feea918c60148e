"""n8n: workflows, credential exports and recorded executions.

Format: https://docs.n8n.io/workflows/export-import/; an expression is a string that begins with ``=`` and
holds ``{{ }}`` (``packages/workflow/src/expression.ts``).
"""

from __future__ import annotations

import re

from app.platforms.base import Outline, Platform

_ROOTS = ("", "[].", "workflow.", "data.", "workflowData.")


def _recognises(outline: Outline) -> bool:
    return any(
        outline.has(f"{root}nodes[].type", f"{root}connections")
        and (outline.has(f"{root}nodes[].parameters") or outline.has(f"{root}nodes[].typeVersion"))
        for root in _ROOTS
    ) or _credentials(outline)


def _credentials(outline: Outline) -> bool:
    return outline.has("[].data", "[].id", "[].name", "[].nodesAccess") or outline.has(
        "[].data", "[].id", "[].name", "[].type", "[].createdAt", "[].isManaged"
    )


PLATFORM = Platform(
    name="n8n",
    title="n8n",
    recognises=_recognises,
    kept=(
        "nodes.id",
        "nodes.name",
        "nodes.webhookId",
        "nodes.credentials",
        "nodes.credentials.*",
        "nodes.credentials.*.id",
        "nodes.credentials.*.name",
        "parameters.nodeCredentialType",
        "parameters.genericAuthType",
        "parameters.authentication",
        "meta.instanceId",
        "versionId",
        "assignments.id",
        "conditions.id",
    ),
    pairs=(("leftvalue", "rightvalue"), ("value1", "value2")),
    reference=re.compile(r"=?\s*(?:\{\{[^{}\"'`]{0,500}\}\}\s*)+"),
)
