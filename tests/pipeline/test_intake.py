from __future__ import annotations

import os
from pathlib import Path

import pytest

from app import intake
from app.errors import TooLarge, Unreadable, Unsupported
from app.messages import Input
from app.options import Settings


def names(paths: list[Path]) -> list[str]:
    return [found.relative.as_posix() for found in intake.collect(paths)]


def test_folders_are_walked_in_order_and_named_files_stand_alone(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/1.txt", "a.txt", ".env"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert names([tmp_path]) == [".env", "a.txt", "b/1.txt", "b/2.txt"]
    assert names([tmp_path / "b/2.txt"]) == ["2.txt"]


def test_links_inside_folders_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.txt").write_text("x")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / "file-link.txt").symlink_to(tmp_path / "outside/secret.txt")
    assert names([folder]) == []


def test_version_control_history_is_named_once_and_refused(tmp_path: Path) -> None:
    (tmp_path / ".git/objects").mkdir(parents=True)
    (tmp_path / ".git/objects/pack").write_text("x")
    (found,) = intake.collect([tmp_path])
    assert found.relative == Path(".git")
    with pytest.raises(Unsupported):
        intake.take(found, Settings())


def test_bytes_are_taken_once_with_their_hash(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(b"hello")
    source = intake.take(Input(path, Path("note.txt")), Settings())
    assert source.data == b"hello"
    assert intake.unchanged(source)
    path.write_bytes(b"hullo")
    assert not intake.unchanged(source)
    path.unlink()
    assert not intake.unchanged(source)


def test_pasted_bytes_need_no_file() -> None:
    source = intake.take(Input(Path("Pasted text"), Path("Pasted text"), b"hello"), Settings())
    assert source.data == b"hello"
    assert intake.unchanged(source)


@pytest.mark.parametrize("data", [b"", None])
def test_empty_and_missing_files_are_unreadable(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "x.png"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(Unreadable) as caught:
        intake.take(Input(path, Path("x.png")), Settings())
    assert caught.value.next_step


def test_large_files_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.log"
    with path.open("wb") as stream:
        stream.truncate(3 * 1024 * 1024)
    with pytest.raises(TooLarge):
        intake.take(Input(path, Path("big.log")), Settings(max_file=2))


def test_pipes_and_devices_are_refused_without_waiting(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(Unreadable):
        intake.take(Input(path, Path("pipe")), Settings())
