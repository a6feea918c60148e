"""Originals are never touched, copies never overwritten unasked, reports never half-written."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from app import partial_files
from app.cli import files
from app.cli.files import targets, write_report
from app.errors import NotWritten
from app.messages import Input
from app.options import Settings
from app.policy import Policy
from detectors.samples import generate
from tests.cli.conftest import Call


def names(*relative: str) -> list[str]:
    wanted = [Input(Path("x", one), Path(one)) for one in relative]
    return [str(target.relative_to("out").as_posix()) for target in targets(wanted, Path("out"))]


def test_copies_keep_their_folders_and_suffixes() -> None:
    assert names("a.png", "deep/er/b.tar.json", "Makefile", ".env") == [
        "a.redacted.png",
        "deep/er/b.tar.redacted.json",
        "Makefile.redacted.txt",
        ".env.redacted.txt",
    ]


def test_values_in_names_do_not_reach_the_names_of_copies() -> None:
    token = generate("ghp_[A-Za-z0-9]{36}", Random(4))
    assert names(f"notes {token}.txt", f"for {token}/of.2026-11-24/shot 0001.png") == [
        "notes REDACTED_GITHUB_TOKEN.redacted.txt",
        "for REDACTED_GITHUB_TOKEN/of.2026-11-24/shot 0001.redacted.png",
    ]
    wanted = [Input(Path("Contoso plan.txt"), Path("Contoso plan.txt"))]
    [target] = targets(wanted, Path("out"), Policy(words=("contoso",)))
    assert target.name == "REDACTED_OWN_WORD plan.redacted.txt"


def test_no_copy_has_the_name_of_an_original_of_the_run(tmp_path: Path, call: Call) -> None:
    """Not even where replacing is allowed: one of the two would be lost."""
    Path("a.txt").write_text("clean one")
    Path("a.redacted.txt").write_text("clean two")
    assert call("redact", ".", "--out", ".", "--force") == 0
    assert Path("a.txt").read_text() == "clean one"
    assert Path("a.redacted.txt").read_text() == "clean two"
    assert Path("a (2).redacted.txt").exists()


def test_equal_names_are_numbered_however_they_are_written() -> None:
    assert names("a.png", "A.PNG", "a.png", "a (2).png") == [
        "a.redacted.png",
        "A (2).redacted.PNG",
        "a (3).redacted.png",
        "a (2) (2).redacted.png",
    ]


def test_originals_stay_and_copies_appear(call: Call) -> None:
    for folder in ("one", "two"):
        Path(folder).mkdir()
        Path(folder, "a.txt").write_text(f"secret {folder}")
    assert call("redact", "one", "two", "one/a.txt", "--out", "out", "--quiet") == 0
    assert sorted(path.name for path in Path("out").iterdir()) == ["a (2).redacted.txt", "a.redacted.txt"]
    assert [Path(folder, "a.txt").read_text() for folder in ("one", "two")] == ["secret one", "secret two"]


def test_a_copy_that_another_one_replaced_is_not_called_written(
    call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.jpg", "a.png", "b.png"):  # the stand-in, like the real thing, corrects a wrong suffix
        Path(name).write_text("clean")
    assert call("redact", ".", "--out", "out", "--force", "--jobs", "1") == 5
    told = capsys.readouterr()
    assert "a.jpg: failed: Another file's copy has the same name" in told.out
    assert "2 of 3 copies written and verified" in told.err
    assert Path("out/a.redacted.png").read_text() == "redacted a.png"


def test_earlier_copies_are_not_taken_for_originals(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.txt").write_text("secret x")
    assert call("redact", ".", "--out", "out") == 0
    assert call("redact", ".", "--out", "out", "--force") == 0
    assert [path.name for path in Path("out").iterdir()] == ["a.redacted.txt"]
    assert "Left out: 1 in out" in capsys.readouterr().err
    assert call("redact", "out/a.redacted.txt", "--out", "out") == 0
    assert Path("out/a.redacted.redacted.txt").is_file()


def test_nothing_but_earlier_copies(call: Call) -> None:
    Path("out").mkdir()
    Path("out/a.txt").write_text("secret x")
    assert call("redact", ".", "--out", "out") == 2


def test_the_same_file_named_twice_is_examined_once() -> None:
    Path("a.txt").write_text("x")
    found = files.inputs([Path("a.txt"), Path("./a.txt"), Path("a.txt").absolute()], Settings())
    assert len(found) == 1
    Path("a.txt").unlink()


def test_a_report_of_an_earlier_run_is_written_again(call: Call) -> None:
    Path("a.txt").write_text("clean")
    options = [part for name in ("json", "sarif", "html") for part in (f"--{name}", f"report.{name}")]
    assert call("scan", ".", *options) == 0
    first = Path("report.json").read_text()
    assert call("scan", ".", *options) == 0
    assert Path("report.json").read_text() == first
    assert call("scan", "report.json", "--json", "report.json") == 2  # now it is what shall be examined
    Path("a.txt").unlink()
    assert call("scan", ".", *options) == 2  # nothing is left to be examined


def test_another_file_is_not_taken_for_an_earlier_report(call: Call) -> None:
    Path("report.json").write_text('clean {"tool": {"name": "another"}}')
    assert call("scan", ".", "--json", "report.json") == 2
    assert Path("report.json").read_text().startswith("clean")


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_report_does_not_overwrite_an_original_through_a_link(call: Call) -> None:
    Path("a.txt").write_text("secret x")
    Path("report.json").symlink_to("a.txt")
    assert call("scan", "a.txt", "--json", "report.json") == 2
    assert Path("a.txt").read_text() == "secret x"


def test_a_report_is_replaced_in_one_step(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text("old")
    write_report(report, "new “text” \udcff")
    assert report.read_text("utf-8") == "new “text” \\udcff"
    assert list(tmp_path.iterdir()) == [report]


def test_a_report_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(partial_files, "move", full)
    with pytest.raises(NotWritten, match="No space left"):
        write_report(tmp_path / "report.json", "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="needs a device")
def test_a_device_is_written_to_not_replaced() -> None:
    write_report(Path("/dev/null"), "x")
    assert not Path("/dev/null").is_file()
