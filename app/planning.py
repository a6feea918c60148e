"""From findings and a person's decisions to what shall be covered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from app.model import Finding, Hidden, Labels, PageArea, PlanItem, RedactionPlan, Scan, TextSpan
from detectors.model import Confidence, Kind


def plan_for(
    scan: Scan,
    labels: Labels,
    threshold: Confidence,
    leave: Collection[str] = (),
    drawn: Sequence[PageArea | TextSpan] = (),
) -> RedactionPlan:
    """What to cover: findings of at least ``threshold``, not those in ``leave`` (ids); drawn regions."""
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
            )
        )
    items += [
        PlanItem(labels.placeholder("REGION", f"drawn:{number}:{place}"), (place,))
        for number, place in enumerate(drawn, 1)
    ]
    return RedactionPlan(scan.report.sha256, tuple(items), tuple(kept))


def extended(
    plan: RedactionPlan, missed: Sequence[Finding], values: Mapping[str, Hidden], labels: Labels
) -> RedactionPlan:
    """The plan with what the second reading of the copy found.

    Text positions of the copy are not those of the original, so only page areas can be added.
    """
    added = tuple(
        PlanItem(
            labels.placeholder(finding.label, finding.fingerprint),
            tuple(place for place in finding.where if isinstance(place, PageArea)),
            values[finding.id],
            exact=False,
        )
        for finding in missed
    )
    return replace(plan, items=plan.items + tuple(item for item in added if item.where))
