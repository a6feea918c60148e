"""``sharesafe doctor``: what this installation can do, what is missing, and where things go."""

from __future__ import annotations

import importlib
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

import app
from app import versions
from app.cli.config import user_file
from app.cli.output import console
from app.errors import EngineMissing
from app.reports.words import path_text


@dataclass(frozen=True, slots=True)
class Item:
    """One line: ``good`` is None where there is nothing to be judged."""

    name: str
    told: str
    good: bool | None = None


def run() -> int:
    """Prints the state of the installation; 4 when no engine can read pictures."""
    shown = console()
    engines = list(_engines())
    marks = {True: ("✓", "green"), False: ("✕", "red"), None: (" ", "dim")}
    for item in [*_versions(), *engines, *_window(), *_places(), *_rules(), _offline()]:
        mark, style = marks[item.good]
        shown.print(Text.assemble((mark, style), f" {item.name}: ", item.told), soft_wrap=True)
    if any(engine.good for engine in engines):
        return 0
    shown.print()
    shown.print(
        Text("Pictures and scanned pages cannot be read. Install one of the engines above.", "bold red")
    )
    return EngineMissing.exit_code


def _versions() -> Iterator[Item]:
    yield Item("Sharesafe", app.__version__)
    yield Item("Python", f"{versions.python()} on {versions.system()}")
    for library, version in versions.libraries().items():
        yield Item(library, version or "version unknown")


def _engines() -> Iterator[Item]:
    from ocr.engines import discover

    for engine in discover():
        if engine.rank >= 0:
            reason = engine.available()
            yield Item(f"text recognition with {engine.name}", reason or "ready", reason is None)


def _window() -> Iterator[Item]:
    try:
        importlib.import_module("PySide6.QtWidgets")
    except ImportError as error:
        yield Item("window", f"Qt cannot be loaded: {error}. scan and redact work without it.", False)
    else:
        yield Item("window", "Qt can be loaded", True)


def _places() -> Iterator[Item]:
    from ocr.private_folder import private_folder

    with private_folder() as folder:
        private = os.name == "nt" or not stat.S_IMODE(folder.stat().st_mode) & 0o077
        kind = "kept in memory" if _in_memory(folder) else "on disk"
        told = f"{path_text(folder.parent)}, {kind}, {'only for you' if private else 'OTHERS MAY LOOK IN'}"
        yield Item("temporary files", told, private)
    own = user_file()
    yield Item("configuration", f"{path_text(own)} ({'used' if own.is_file() else 'not there, not needed'})")


def _in_memory(folder: Path) -> bool:
    """Whether the folder is on a tmpfs, as ``/proc/self/mounts`` has it; False where nobody can tell."""
    if sys.platform != "linux":
        return False
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text("utf-8", "replace").splitlines()]
    holding = [(mount[1], mount[2]) for mount in mounts if folder.is_relative_to(mount[1])]
    return bool(holding) and max(holding, key=lambda mount: len(mount[0]))[1] == "tmpfs"


def _rules() -> Iterator[Item]:
    from detectors.engine import rules

    yield Item("rules", str(len(rules())), True)


def _offline() -> Item:
    return Item("network", "not used: Sharesafe holds no network code and sends nothing anywhere")
