"""Data files of the product: icons, help texts, schemas. Holds no code besides these helpers."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def path(name: str) -> Path:
    """Where the data file ``name`` (relative, with forward slashes) stands; it need not exist."""
    return Path(str(files(__name__))).joinpath(name)


def read_text(name: str) -> str:
    """The UTF-8 text of a data file; FileNotFoundError when there is none."""
    return path(name).read_text(encoding="utf-8")
