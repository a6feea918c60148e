"""Names of copies must not hand on what a name tells: values in names of files and folders are replaced."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from app.policy import Policy
from detectors.model import Confidence, Kind, Sample

_SUSPECT: Final = re.compile(r"(?=[A-Za-z]{0,80}\d)(?=\d{0,80}[A-Za-z])[A-Za-z0-9]{16,}")
"""Without letters and figures in one long run a name holds no credential, and no detectors are needed."""


def without_values(path: Path, policy: Policy) -> Path:
    """The path with every credential and every word of the user's list in its parts replaced."""
    return Path(*(_without_values(part, policy) for part in path.parts))


def _without_values(name: str, policy: Policy) -> str:
    if not policy.words and not _SUSPECT.search(name):
        return name
    detector = policy.detector(Path(name))
    found = [
        match
        for match in detector.scan(Sample(name)).matches
        if match.confidence >= Confidence.MEDIUM and detector.rule(match.rule_id).kind is not Kind.POSTURE
    ]
    for match in sorted(found, key=lambda match: match.start, reverse=True):
        label = detector.rule(match.rule_id).label
        name = f"{name[: match.start]}REDACTED_{label}{name[match.end :]}"
    return name
