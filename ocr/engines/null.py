"""An engine that reads nothing, for tests and as the smallest example of an engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ocr.engines import Engine, Seen

if TYPE_CHECKING:
    from PIL import Image


class NullEngine:
    """Always available, never sees a word."""

    name = "null"
    rank = -1

    def available(self) -> str | None:
        return None

    def read(self, image: Image.Image, *, cancelled: Callable[[], bool] | None = None) -> Seen:  # noqa: ARG002
        return Seen(())


def create() -> Engine:
    return NullEngine()
