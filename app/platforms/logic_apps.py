"""Azure Logic Apps: code view, Standard projects and ARM templates that contain a workflow.

Format: https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-definition-language
"""

from __future__ import annotations

import re

from app.platforms.base import Outline, Platform
from app.platforms.power_automate import WORKFLOW_EXPRESSION


def _recognises(outline: Outline) -> bool:
    return (
        outline.says("definition.$schema", "workflowdefinition.json")
        or outline.says("$schema", "workflowdefinition.json")
        or outline.says("resources[].type", "Microsoft.Logic/workflows")
        or outline.has("managedApiConnections")
        or outline.has("serviceProviderConnections")
    )


PLATFORM = Platform(
    name="logic-apps",
    title="Azure Logic Apps",
    recognises=_recognises,
    kept=("$connections.value.*.connectionId", "$connections.value.*.id", "host.connection.name"),
    named={"authentication.value": "Authorization", "authentication.pfx": "private key"},
    reference=re.compile(
        rf"{WORKFLOW_EXPRESSION.pattern}"
        r"|\[(?:parameters|variables|listkeys|concat|reference|resourceId)\([^\"]{0,500}\]",
        re.IGNORECASE,
    ),
)
