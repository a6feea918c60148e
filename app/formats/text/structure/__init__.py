"""Names that the structure of a text offers for its values where no label stands right before them.

Hints, not parsing: every reader finds its places by a literal, looks a bounded way around them, and
leaves alone what does not look like its notation. Only names that mean a credential are offered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.formats.text.structure.delimited import Columns
from app.formats.text.structure.markup import markup_names
from app.formats.text.structure.pairs import list_names, pair_names, scalar_names
from app.formats.text.structure.tables import insert_names, markdown_names
from detectors.model import Named


@dataclass(slots=True)
class Structure:
    """What the beginning of a text tells about its rows; for texts that come in pieces."""

    columns: Columns | None = field(default=None)
    _begun: bool = False

    def names(self, text: str) -> tuple[Named, ...]:
        """The names offered in the next piece of the text."""
        if not self._begun:
            self._begun = True
            self.columns = Columns.of(text)
        return tuple(self._all(text))

    def _all(self, text: str) -> Iterator[Named]:
        if self.columns is not None:
            yield from self.columns.names(text)
        if "<" in text and ("</" in text or "/>" in text):
            yield from markup_names(text)
        yield from pair_names(text)
        yield from list_names(text)
        yield from scalar_names(text)
        yield from markdown_names(text)
        yield from insert_names(text)
