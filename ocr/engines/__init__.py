"""The text recognition engines; one module per engine, found by looking into this package.

A module belongs here when it has a function ``create() -> Engine``. Adding an engine is adding a
module; ``Reader`` and the shared engine tests pick it up by themselves.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ocr.errors import OcrError
from ocr.model import Box, Word

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True, slots=True)
class Seen:
    """What one engine saw on one picture.

    Attributes:
        words: what it read; ``Word.line`` numbers are the engine's own line segments.
        doubtful: places where it found text that it could not read, in pixels of the picture.
        turn: degrees (0, 90, 180, 270) by which the picture must be turned counter-clockwise for its
            text to stand upright; engines that cannot tell leave it at 0.
    """

    words: tuple[Word, ...]
    doubtful: tuple[Box, ...] = ()
    turn: int = 0


class Engine(Protocol):
    """Reads one picture.

    Attributes:
        name: short, stable, unique; appears in reports.
        rank: engines read in ascending rank; the lowest one that is available reads first.
            Engines of negative rank exist for tests and are used only when asked for by name.
    """

    name: str
    rank: int

    def available(self) -> str | None:
        """None when the engine can run, otherwise a plain reason with the next step; must be cheap."""

    def read(self, image: Image.Image, *, cancelled: Callable[[], bool] | None = None) -> Seen:
        """Reads an upright RGB picture; boxes are in its pixels.

        Raises:
            EngineFailed: the engine broke or ran out of time; ``Reader`` turns other exceptions into it.
            ReadingCancelled: ``cancelled`` returned True; asked between steps.
        """


def discover() -> tuple[Engine, ...]:
    """One instance of every engine in this package, by rank.

    Raises:
        OcrError: there is none. A frozen bundle that forgot to collect the modules of this package
            would otherwise look like a machine on which every page is empty.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    engines: list[Engine] = []
    for name in names:
        module = importlib.import_module(f"{__name__}.{name}")
        engines.append(module.create())
    if not engines:
        raise OcrError(
            "This installation holds no text recognition engine modules.",
            "Reinstall Sharesafe; the package is incomplete.",
        )
    return tuple(sorted(engines, key=lambda engine: (engine.rank, engine.name)))
