"""Finds what the modules of a package offer, so that adding a variant means adding a file."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def offered(package: ModuleType, attribute: str, *, folders: bool = False) -> list[Any]:
    """The value of ``attribute`` in every module of ``package`` that has one, by module name.

    Args:
        folders: only what is a folder is asked; the modules beside them, which help, are not loaded.

    Raises:
        RuntimeError: none has, as happens in a bundle that left the modules out.
    """
    names = sorted(info.name for info in pkgutil.iter_modules(package.__path__) if info.ispkg or not folders)
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    found = [getattr(module, attribute) for module in modules if hasattr(module, attribute)]
    if not found:
        raise RuntimeError(f"nothing was found in {package.__name__}; the installation is incomplete")
    return found
