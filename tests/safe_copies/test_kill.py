"""A few of the kills that ``killing.py`` does by the hundred."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from tests.safe_copies.killing import WAYS, Scene, duration, empty, not_whole, one_kill, problems, scene

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL for a whole tree")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return scene(tmp_path_factory.mktemp("kill") / "scene", Random(7), pictures=False)


@pytest.fixture(scope="module")
def longest(made: Scene) -> float:
    return duration(made)


@pytest.mark.parametrize("share", [0.45, 0.7, 0.9])
@pytest.mark.parametrize("way", WAYS)
def test_killed_at_any_moment_there_are_whole_copies_or_none(
    made: Scene, longest: float, way: str, share: float
) -> None:
    moment = longest * made.random.uniform(share - 0.2, share)
    _, wrong = one_kill(made, way, moment, jobs=made.random.choice((1, 2)))
    empty(made.copies)
    assert wrong == []


def test_the_look_sees_what_is_wrong(made: Scene, tmp_path: Path) -> None:
    """Of each kind one: a test that cannot fail is a defect."""
    before = made.hashes()
    made.copies.mkdir(exist_ok=True)
    (made.copies / ".sharesafe-00000000-1-1-aa.part").write_text("half")
    (made.copies / "cut.redacted.txt").write_text("no end")
    (made.copies / "leak.redacted.json").write_text(f'{{"last": "{made.secrets[0]}"}}')
    told = problems(made, before | {"more": ""}, after_next_start=True)
    empty(made.copies)
    assert len(told) == 4, told
    assert not_whole(made.originals / "notes0.txt", made.secrets) == "a secret is in it"
