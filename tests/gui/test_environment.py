"""The Qt bindings must work with this Python: some releases lose a reference to None per call."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject


def test_calls_that_return_nothing_keep_the_references_to_none() -> None:
    # PySide6 6.12 does not add one for Python 3.11, where None can be freed: the process then aborts.
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(200):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - 100
