"""Writes packaging/THIRD_PARTY.md: every locked runtime package with its licence, from its own metadata."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "packaging" / "THIRD_PARTY.md"
HEAD = """# Third-party parts

Sharesafe is AGPL-3.0-or-later.

These packages are installed from the package index under their own licences.

| package | licence |
|---|---|
"""
ELSEWHERE = {"colorama": "BSD-3-Clause"}  # packages that are only installed on other platforms
TAIL = """
RapidOCR's wheel holds the PP-OCR models (Apache-2.0). Icons under `resources/icons`
carry their licence beside them.
"""


def locked_names(requirements: Path = ROOT / "packaging" / "requirements.txt") -> list[str]:
    """Names of the locked packages, each once, in alphabetical order."""
    return sorted(set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", requirements.read_text(), re.MULTILINE)))


def licence(name: str) -> str:
    """The licence as the installed package states it, in one line."""
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    facts = metadata.metadata(name)
    if expression := facts.get("License-Expression"):
        return expression
    classified = [
        c.rsplit(" :: ", 1)[-1] for c in facts.get_all("Classifier", []) if c.startswith("License ::")
    ]
    stated = (facts.get("License") or "").strip().splitlines()
    return "; ".join(classified) or (stated[0] if stated else "see its page")


def main() -> int:
    rows = "".join(f"| {name} | {licence(name)} |\n" for name in locked_names())
    OUTPUT.write_text(HEAD + rows + TAIL, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
