"""Pages are kept within a budget."""

from __future__ import annotations

from app.gui.previews import PageCache, PageKey
from app.model import PlainText
from tests.support.gui import picture

PAGE = picture(10, 10)  # 300 bytes


def test_the_page_unused_for_longest_goes_first() -> None:
    cache = PageCache(budget=900)
    for page in (1, 2, 3):
        cache.put(PageKey(1, page), PAGE)
    assert cache.get(PageKey(1, 1)) is PAGE
    cache.put(PageKey(1, 4), PAGE)
    assert cache.get(PageKey(1, 2)) is None
    assert cache.get(PageKey(1, 1)) is PAGE


def test_the_newest_page_stays_however_large() -> None:
    cache = PageCache(budget=10)
    cache.put(PageKey(1, 1), PAGE)
    assert cache.get(PageKey(1, 1)) is PAGE
    cache.put(PageKey(2, 1), PlainText("a long text"))
    assert cache.get(PageKey(1, 1)) is None


def test_replacing_a_page_does_not_count_it_twice() -> None:
    cache = PageCache(budget=600)
    cache.put(PageKey(1, 1), PAGE)
    for _ in range(5):
        cache.put(PageKey(1, 2), PAGE)
    assert cache.get(PageKey(1, 1)) is PAGE


def test_a_removed_document_leaves_nothing() -> None:
    cache = PageCache()
    cache.put(PageKey(1, 1), PAGE)
    cache.put(PageKey(2, 1), PAGE)
    cache.drop(1)
    assert cache.get(PageKey(1, 1)) is None
    assert cache.get(PageKey(2, 1)) is PAGE
