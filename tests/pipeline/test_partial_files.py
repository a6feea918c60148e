"""Files in the making: private, swept when their maker is gone, named in one step, and failures told."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from app import partial_files
from app.errors import NotWritten
from app.partial_files import create, discard_token, move, partial_path, secured, sweep, sweep_tree

POSIX = pytest.mark.skipif(os.name == "nt", reason="uses POSIX rights and links")
TOKEN = "00ff" * 4


@pytest.fixture
def orphan(tmp_path: Path) -> Callable[..., Path]:
    """Makes a partial file as another process would have called it."""

    def make(
        folder: Path = tmp_path,
        *,
        machine: str | None = None,
        process: int = 2**22 + 1,
        start: int = 1_000,
        age: float = 0.0,
    ) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        own = partial_path(folder, TOKEN).name.split("-")
        path = folder / f".sharesafe-{machine or own[1]}-{process}-{start}-{TOKEN}.part"
        path.write_text("half")
        os.utime(path, (time.time() - age, time.time() - age))
        return path

    return make


def test_a_partial_file_is_private_and_stays_while_its_maker_lives(tmp_path: Path) -> None:
    path = partial_path(tmp_path / "new", TOKEN)
    create(path)
    assert path.exists()
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600
    sweep(path.parent)
    assert path.exists()
    path.write_text("earlier try")
    create(path)
    assert path.read_text() == ""
    path.chmod(0o644)  # by a library that made the file anew
    secured(path)
    assert os.name == "nt" or path.stat().st_mode & 0o777 == 0o600


def test_what_a_killed_process_left_goes(tmp_path: Path, orphan: Callable[..., Path]) -> None:
    dead, deep = orphan(), orphan(tmp_path / "a" / "b")
    sweep(tmp_path)
    assert not dead.exists()
    assert deep.exists()
    sweep_tree(tmp_path)
    assert not deep.exists()


def test_a_process_number_that_was_used_again_keeps_nothing(orphan: Callable[..., Path]) -> None:
    """Ours is alive, but did not make this: it started at another time."""
    begun = int(psutil.Process().create_time() * 1000)
    mine, others = (
        orphan(process=os.getpid(), start=begun),
        orphan(process=os.getpid(), start=begun - 600_000),
    )
    sweep(mine.parent)
    assert mine.exists()
    assert not others.exists()


def test_what_another_machine_is_making_stays_until_it_is_forgotten(orphan: Callable[..., Path]) -> None:
    fresh = orphan(machine="0123abcd")
    sweep(fresh.parent)
    assert fresh.exists()
    forgotten = orphan(machine="0123abcd", age=partial_files.FORGOTTEN + 60)
    sweep(fresh.parent)
    assert not forgotten.exists()


def test_nothing_else_is_swept(tmp_path: Path) -> None:
    others = [
        tmp_path / name
        for name in (".sharesafe-1.part", ".sharesafe-x.txt", "a.part", ".sharesafe-a-b-c-d.part")
    ]
    for path in others:
        path.write_text("mine")
    sweep_tree(tmp_path)
    assert all(path.exists() for path in others)
    sweep(tmp_path / "missing")


def test_a_worker_uses_the_name_of_its_parent(tmp_path: Path) -> None:
    """A partial file outlives the worker that wrote it, until another one has verified it."""
    script = (
        "import multiprocessing, os, sys\n"
        "from pathlib import Path\n"
        "from app.partial_files import partial_path\n"
        "def tell(): print(partial_path(Path('x'), 'ab').name, os.getppid(), flush=True)\n"
        "if __name__ == '__main__':\n"
        "    child = multiprocessing.get_context('spawn').Process(target=tell)\n"
        "    child.start(); child.join()\n"
    )
    (tmp_path / "script.py").write_text(script)
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    told = subprocess.run(
        [sys.executable, str(tmp_path / "script.py")],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    ).stdout.split()
    assert told[0].split("-")[2] == told[1]


def test_the_file_of_one_task_is_found_by_its_token(tmp_path: Path) -> None:
    mine, other = partial_path(tmp_path, TOKEN), partial_path(tmp_path, "aa" * 8)
    for path in (mine, other):
        path.write_text("half")
    discard_token(tmp_path, TOKEN)
    assert not mine.exists()
    assert other.exists()


# --- the final name -------------------------------------------------------------------------------


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "written"
    path.write_text("all of it")
    return path


def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "hardlink_to", refuse)


def no_exclusive_renaming(monkeypatch: pytest.MonkeyPatch) -> None:
    no_links(monkeypatch)
    monkeypatch.setattr(partial_files, "_rename_exclusively", lambda *_: False)


WAYS = {"links": lambda _: None, "no links": no_links, "neither": no_exclusive_renaming}


@pytest.mark.parametrize("way", WAYS)
def test_a_name_is_given_once(
    way: str, tmp_path: Path, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    WAYS[way](monkeypatch)
    target = tmp_path / "copy"
    move(written, target, replace=False)
    assert target.read_text() == "all of it"
    assert not written.exists()
    written.write_text("another")
    with pytest.raises(FileExistsError):
        move(written, target, replace=False)
    assert target.read_text() == "all of it"
    move(written, target, replace=True)
    assert target.read_text() == "another"


@pytest.mark.parametrize("way", ["links", "no links"])
def test_a_name_taken_at_the_last_moment_is_kept(
    way: str, tmp_path: Path, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program gives the name between our look and our move."""
    WAYS[way](monkeypatch)
    monkeypatch.setattr(Path, "exists", lambda _: False)
    target = tmp_path / "copy"
    target.write_text("theirs")
    with pytest.raises(FileExistsError):
        move(written, target, replace=False)
    assert target.read_text() == "theirs"


@pytest.mark.parametrize("number", [errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_file_system_that_cannot_sync_is_good_enough(
    number: int, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: raise_(number))
    secured(written)
    move(written, written.with_name("copy"), replace=False)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.ESTALE])
def test_what_is_not_on_the_disk_is_not_written(
    number: int, written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: raise_(number))
    with pytest.raises(NotWritten, match=os.strerror(number)), partial_files.told_as_not_written():
        secured(written)


def raise_(number: int) -> None:
    raise OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("number", "step"),
    [
        (errno.ENOSPC, "Make room"),
        (errno.EDQUOT, "Make room"),
        (errno.EROFS, "may write to"),
        (errno.EACCES, "may write to"),
        (errno.ENOENT, "still there"),
        (errno.ESTALE, "still there"),
        (errno.EIO, "check its disk"),
    ],
)
def test_each_failure_has_a_next_step(number: int, step: str) -> None:
    with pytest.raises(NotWritten) as caught, partial_files.told_as_not_written():
        raise_(number)
    assert step in caught.value.next_step
