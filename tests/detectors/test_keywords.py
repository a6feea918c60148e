"""Both keyword indexes find every occurrence, across the blocks the automaton reads as well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors import keywords
from detectors.keywords import AutomatonIndex, PlainIndex, keyword_index

pytest.importorskip("ahocorasick")

WORDS = st.lists(st.text("abñ", min_size=1, max_size=5), min_size=1, max_size=6, unique=True).map(sorted)


@given(WORDS, st.text("abñ ", max_size=200), st.integers(1, 9))
def test_both_indexes_agree(words: list[str], text: str, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keywords, "_BLOCK", block)
        found = list(AutomatonIndex(words).hits(text))
    assert found == list(PlainIndex(words).hits(text))
    assert sorted(found) == sorted(
        (at + len(word), word) for word in words for at in range(len(text)) if text.startswith(word, at)
    )


def test_an_index_needs_keywords() -> None:
    with pytest.raises(ValueError, match="no keywords"):
        keyword_index([])
