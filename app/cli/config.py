"""Where the options' values come from: the command line before a configuration file before the defaults."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, Final

from app.errors import UsageError
from app.options import Settings
from app.own_files import ALLOW, HIDE

KINDS: Final = {
    bool: "true or false",
    int: "a whole number",
    str: "a word in quotes",
    tuple: "a list of names of files in quotes",
}


def user_file() -> Path:
    """The user's own configuration file, which need not exist."""
    from platformdirs import user_config_path

    return user_config_path("sharesafe", appauthor=False) / "config.toml"


def settings(flags: Mapping[str, Any], file: Path | None = None) -> Settings:
    """The settings of a call; flags that are None were not given. Lists of files are added up.

    Args:
        file: a configuration file to use instead of the user's own.

    Raises:
        UsageError: a file that cannot be used, an unknown name, or a value out of bounds.
    """
    values = read(file) if file is not None else read(own) if (own := user_file()).is_file() else {}
    for name, value in flags.items():
        if value is not None:
            values[name] = values.get(name, ()) + value if isinstance(value, tuple) else value
    try:
        return Settings(**values)
    except ValueError as error:
        raise UsageError(f"{error}.", "Correct the value and start again.") from None


def read(file: Path) -> dict[str, Any]:
    """The settings that a TOML file names: ``min-confidence = "high"``, as on the command line.

    Names of files in it are relative to its own folder. It may hold words to hide and the allow-list
    themselves (see ``app.own_files``); it then counts as one of these files.
    """
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        reason = error.strerror or "input/output error"
        raise UsageError(
            f"The configuration file {file} cannot be read: {reason}.", "Check its name."
        ) from None
    except UnicodeDecodeError:
        raise UsageError(f"The configuration file {file} is not UTF-8 text.", "Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"The configuration file {file} is not valid TOML: {error}.", "Correct it."
        ) from None
    known = {row.metadata["option"].flag.removeprefix("--"): row for row in fields(Settings)}
    values: dict[str, Any] = {}
    entries = table.get(ALLOW)
    own = {
        "words": table.pop(HIDE, None) is not None,
        "allow": isinstance(entries, list) and any(isinstance(entry, dict) for entry in entries),
    }
    if own["allow"]:
        table.pop(ALLOW)
    for key, value in table.items():
        row = known.get(key.replace("_", "-"))
        if row is None:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"Did you mean “{close[0]}”?" if close else f"Known are: {', '.join(known)}."
            raise UsageError(f"The configuration file {file} has an unknown name “{key}”.", hint)
        values[row.name] = _value(key, value, row, file)
    for name, here in own.items():
        if here:
            values[name] = (*values.get(name, ()), str(file))
    return values


def _value(key: str, value: Any, row: Field[Any], file: Path) -> Any:
    """A setting's value as a file has it, of the right type; names of files with the file's folder."""
    default: object = row.default
    several = isinstance(default, tuple)
    if several and isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(str(file.parent / name) for name in value)
    if several or type(value) is not type(default):
        kind = KINDS[type(default)]
        raise UsageError(f"“{key}” in the configuration file {file} takes {kind}.", "Correct the value.")
    if isinstance(value, str) and value and default == "":
        return str(file.parent / value)
    return value
