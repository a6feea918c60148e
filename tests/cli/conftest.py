from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app import fingerprints
from app.cli import config, main

Call = Callable[..., int]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Runs the command line in this process, in an empty folder, with a stand-in for the pipeline."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(main, "runner", "tests.cli.runners:run")
    monkeypatch.setattr(config, "user_file", lambda: tmp_path / "user" / "config.toml")
    monkeypatch.setattr(fingerprints, "own_key_file", lambda: tmp_path / "user" / "fingerprint.key")
    monkeypatch.setenv("NO_COLOR", "1")
    return lambda *arguments: main.run([str(argument) for argument in arguments])
