"""What this installation is made of, for those who want to repeat what it did."""

from __future__ import annotations

import platform
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from typing import Final

LIBRARIES: Final = ("onnxruntime", "rapidocr", "pymupdf", "pillow", "zxing-cpp", "PySide6-Essentials")


def python() -> str:
    return platform.python_version()


def system() -> str:
    """``Linux x86_64``."""
    return f"{platform.system()} {platform.machine()}"


def libraries() -> dict[str, str | None]:
    """The libraries that read and write documents; None in bundles, which leave package data out."""
    found: dict[str, str | None] = {}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = None
    return found


def engines() -> list[str]:
    """The text recognition engines that can run here."""
    from ocr.engines import discover

    return [engine.name for engine in discover() if engine.rank >= 0 and engine.available() is None]


@cache
def rules_hash() -> str:
    """SHA-256 over the built-in rules and names of credentials, in the order of their files' names."""
    digest = sha256()
    for folder in ("rules", "labels"):
        files = {file.name: file for file in resources.files("detectors").joinpath(folder).iterdir()}
        for name in sorted(name for name in files if name.endswith(".toml")):
            digest.update(name.encode() + b"\0" + files[name].read_bytes() + b"\0")
    return digest.hexdigest()
