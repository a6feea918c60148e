"""A few of the kills that ``killing.py`` does by the hundred."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from tests.safe_copies.killing import WAYS, Scene, empty, not_whole, one_kill, problems, scene

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL for a whole tree")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return scene(tmp_path_factory.mktemp("kill") / "scene", Random(7), pictures=False)


@pytest.mark.parametrize("begun", [0, 2, 6])
@pytest.mark.parametrize("way", WAYS)
def test_killed_at_any_moment_there_are_whole_copies_or_none(made: Scene, way: str, begun: int) -> None:
    delay = made.random.uniform(0.0, 0.5)
    hit, wrong = one_kill(made, way, begun, delay, jobs=made.random.choice((1, 2)))
    empty(made.copies)
    assert hit or begun != 2
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
