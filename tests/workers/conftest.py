from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.workers.observing import descendants, soon


@pytest.fixture(autouse=True)
def _nothing_left_behind(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    memory = tmp_path_factory.mktemp("memory")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(memory))
    children, threads = descendants(), threading.active_count()
    yield
    assert descendants() <= children
    assert soon(lambda: not list(memory.iterdir()))  # a verifier that was just being started ends by itself
    assert threading.active_count() == threads
