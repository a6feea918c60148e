"""A start loads what it needs and no more: every call and every worker pays for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import app

ROOT = Path(app.__file__).parents[1]
VERSION = "from app.cli.main import run; run(['--version'])"
TEXT = """
from pathlib import Path
from app.formats import recognise
from app.model import Source
import app.pipeline
path = Path("notes.txt")
assert recognise(Source(path, path, b"The quick brown fox.", "")).name == "text files"
"""


def loaded(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after ``code``."""
    told = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("code", "needed", "unwanted"),
    [
        (VERSION, "app.cli.main", {"app.workers", "app.pipeline", "detectors.engine", "numpy", "PySide6"}),
        (TEXT, "detectors.engine", {"numpy", "PIL", "pymupdf", "ocr.layout", "app.formats.pdf.document"}),
    ],
    ids=["version", "text"],
)
def test_what_is_not_needed_is_not_loaded(code: str, needed: str, unwanted: set[str]) -> None:
    found = loaded(code)
    assert needed in found
    assert not found & unwanted
