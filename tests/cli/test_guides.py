"""What README and CONTRIBUTING name exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from app.cli.main import commands

ROOT = Path(__file__).parents[2]


def flags() -> set[str]:
    """Every option of every command."""
    found: set[str] = set()
    waiting = [typer.main.get_command(commands)]
    while waiting:
        command = waiting.pop()
        waiting += getattr(command, "commands", {}).values()
        for parameter in command.params:
            found |= {*parameter.opts, *parameter.secondary_opts}
    return found


def test_every_option_in_the_readme_exists() -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", (ROOT / "README.md").read_text("utf-8")))
    assert len(named) > 10
    assert named <= flags()


def test_every_module_in_the_guide_exists() -> None:
    named = set(re.findall(r"`(?:[\w./]*/)?(\w+\.py)`", (ROOT / "CONTRIBUTING.md").read_text("utf-8")))
    there = {
        path.name
        for room in ("app", "ocr", "detectors", "packaging", "tests")
        for path in (ROOT / room).rglob("*.py")
    }
    assert len(named) > 40
    assert named <= there


@pytest.mark.parametrize("room", ["detectors", "ocr"])
def test_no_folder_of_the_guide_is_missing(room: str) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    folders = set(re.findall(rf"`({room}/[\w/]+)/`", text))
    assert folders
    assert all((ROOT / folder).is_dir() for folder in folders)
