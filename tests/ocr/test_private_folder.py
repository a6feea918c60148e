"""Temporary pictures are private and do not outlive the work."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from ocr import private_folder as module
from ocr.private_folder import PREFIX, private_folder, sweep


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "root", lambda: tmp_path)
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="access rights are lists there")
def test_only_this_user_can_open_it(place: Path) -> None:
    with private_folder() as folder:
        assert folder.parent == place
        assert folder.stat().st_mode & 0o777 == 0o700


def test_temporary_files_go_into_it(place: Path) -> None:
    before = tempfile.gettempdir()
    with private_folder() as folder, tempfile.NamedTemporaryFile() as file:
        assert Path(file.name).parent == folder
    assert tempfile.gettempdir() == before


def test_it_is_removed_with_everything_in_it_whatever_happens(place: Path) -> None:
    def work() -> None:
        with private_folder() as folder:
            (folder / "page.png").write_bytes(b"pixels")
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        work()
    assert list(place.iterdir()) == []


def test_folders_of_killed_processes_are_swept(place: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    stale = place / f"{PREFIX}{child.pid}-abc"
    stale.mkdir()
    (stale / "page.png").write_bytes(b"pixels")
    own = place / f"{PREFIX}{os.getpid()}-abc"
    own.mkdir()
    other = place / "something-else"
    other.mkdir()
    assert sweep(place) == 1
    assert not stale.exists()
    assert own.exists()
    assert other.exists()


@pytest.mark.skipif(os.name == "nt", reason="making links needs rights there")
def test_a_link_is_not_followed(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    target = tmp_path_factory.mktemp("elsewhere")
    (target / "keep").write_bytes(b"x")
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    (place / f"{PREFIX}{child.pid}-link").symlink_to(target)
    sweep(place)
    assert (target / "keep").exists()


def test_a_process_number_that_was_used_again_keeps_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / f"{PREFIX}{os.getpid()}-abc").mkdir()
    assert sweep(place) == 0
    monkeypatch.setattr(module, "CLOCK_STEP", -1e9)  # as if the folder were older than this process
    assert sweep(place) == 1
