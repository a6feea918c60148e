"""What every test runs under: no sockets (see pyproject), no foreign programs when CI asks for that."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

if os.environ.get("SHARESAFE_WITHOUT_TESSERACT"):
    # Workers inherit this too: only the environment's own programs are left.
    os.environ["PATH"] = str(Path(sys.executable).parent)


# How long an example takes says more about the machine's other work than about the code.
settings.register_profile("sharesafe", deadline=None)
settings.load_profile("sharesafe")


@pytest.fixture
def random(request: pytest.FixtureRequest) -> Random:
    """A random source that is the same whenever this test runs."""
    return Random(request.node.nodeid)
