"""Pages kept for display, within a memory budget; the oldest go first and are asked for again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from app.gui.documents import Cover
from app.model import Picture, PlainText, Preview

BUDGET_BYTES: Final = 384 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PageKey:
    """One page (1-based) of a document, as it is (``after`` None) or as ``after`` makes it."""

    document: int
    page: int
    after: Cover | None = None


class PageCache:
    """Least recently used pages leave first; the newest always stays, however large."""

    def __init__(self, budget: int = BUDGET_BYTES) -> None:
        self._budget = budget
        self._used = 0
        self._pages: OrderedDict[PageKey, Preview] = OrderedDict()

    def put(self, key: PageKey, preview: Preview) -> None:
        self._discard(key)
        self._pages[key] = preview
        self._used += _size(preview)
        while self._used > self._budget and len(self._pages) > 1:
            self._discard(next(iter(self._pages)))

    def get(self, key: PageKey) -> Preview | None:
        preview = self._pages.get(key)
        if preview is not None:
            self._pages.move_to_end(key)
        return preview

    def drop(self, document: int) -> None:
        """Forgets every page of a document."""
        for key in [key for key in self._pages if key.document == document]:
            self._discard(key)

    def _discard(self, key: PageKey) -> None:
        preview = self._pages.pop(key, None)
        if preview is not None:
            self._used -= _size(preview)


def _size(preview: Preview) -> int:
    match preview:
        case Picture(rgb=rgb):
            return len(rgb)
        case PlainText(text=text):
            return 4 * len(text)
