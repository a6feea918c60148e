"""From findings and a person's decisions to what shall be covered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from app.model import PLAIN_COVERS, CoverStyle, Finding, Hidden, Labels, PlanItem, RedactionPlan, Scan
from app.places import PageArea, TextSpan, innermost
from detectors.model import Confidence, Kind

MADE_UP: Final = 16
"""Code points; shorter values are made up by people more often than by machines."""

REGION: Final = "REGION"
"""The label of places that a person drew."""


def plan_for(
    scan: Scan,
    labels: Labels,
    threshold: Confidence,
    leave: Collection[str] = (),
    drawn: Sequence[PageArea | TextSpan] = (),
    style: CoverStyle = PLAIN_COVERS,
) -> RedactionPlan:
    """What to cover, and how: findings from ``threshold`` on, without those in ``leave``; drawn regions.

    Args:
        leave: ids of findings.
    """
    items: list[PlanItem] = []
    kept = [allowed.finding for allowed in scan.report.allowed]
    for finding in scan.report.findings:
        if finding.kind is Kind.POSTURE:
            continue
        if finding.confidence < threshold or finding.id in leave:
            kept.append(finding)
            continue
        items.append(
            PlanItem(
                labels.placeholder(finding.label, finding.fingerprint),
                finding.where,
                scan.values.get(finding.id),
                exact=finding.id in scan.exact,
                finding_id=finding.id,
                guessable=guessable(finding, scan.values.get(finding.id)),
            )
        )
    items += [
        PlanItem(labels.placeholder(REGION, f"drawn:{number}:{place}"), (place,))
        for number, place in enumerate(drawn, 1)
    ]
    return RedactionPlan(scan.report.sha256, tuple(items), tuple(kept), style)


def guessable(finding: Finding, value: Hidden | None) -> bool:
    """Whether the length of a value would narrow it down to few: names, and what people make up."""
    return finding.kind is Kind.PERSONAL or (value is not None and len(value.reveal()) < MADE_UP)


def extended(
    plan: RedactionPlan, missed: Sequence[Finding], values: Mapping[str, Hidden], labels: Labels
) -> RedactionPlan:
    """The plan with what the second reading of the copy found.

    Text positions of the copy are not those of the original, so only page areas can be added.
    """
    added = tuple(
        PlanItem(
            labels.placeholder(finding.label, finding.fingerprint),
            tuple(place for place in finding.where if isinstance(innermost(place)[1], PageArea)),
            values[finding.id],
            exact=False,
            guessable=guessable(finding, values[finding.id]),
        )
        for finding in missed
    )
    return replace(plan, items=plan.items + tuple(item for item in added if item.where))
