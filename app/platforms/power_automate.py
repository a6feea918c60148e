"""Power Automate: flow definitions, package manifests and custom connectors.

Format: https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-definition-language
"""

from __future__ import annotations

import re
from typing import Final

from app.platforms.base import Outline, Platform

WORKFLOW_EXPRESSION: Final = re.compile(
    r"@\{?(?:parameters|variables|triggerBody|triggerOutputs|body|outputs|items?|actions|workflow|appsetting"
    r"|environmentVariables|json|null)\b[^\"{}]{0,500}\}?"
)
"""An expression of the workflow definition language that takes its value from elsewhere."""


def _recognises(outline: Outline) -> bool:
    return (
        outline.has("properties.definition", "properties.connectionReferences")
        or outline.says("resources", "Microsoft.Flow/")
        or (outline.has("schema", "details", "resources") and outline.has("details.packageTelemetryId"))
        or outline.has("properties.connectionParameters", "properties.iconBrandColor")
    )


PLATFORM = Platform(
    name="power-automate",
    title="Power Automate",
    recognises=_recognises,
    kept=(
        "connectionReferences.*.connectionName",
        "connectionReferences.*.id",
        "connectionReferences.*.source",
        "connectionReferences.*.tier",
        "host.connectionName",
        "host.operationId",
        "host.apiId",
        "metadata.operationMetadataId",
        "details.packageTelemetryId",
    ),
    named={"authentication.value": "Authorization", "authentication.pfx": "private key"},
    pairs=(("schemaname", "defaultvalue"), ("schemaname", "value")),
    reference=WORKFLOW_EXPRESSION,
)
