"""Every exit code of the contract, and which one wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import main
from tests.cli.conftest import Call


def files(*words: str) -> list[str]:
    names = []
    for number, word in enumerate(words):
        Path(f"{number}.txt").write_text(f"{word} text")
        names.append(f"{number}.txt")
    return names


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["clean"], 0),
        (["clean", "secret"], 1),
        (["unsure"], 1),
        (["notice"], 1),
        (["unreadable", "secret"], 3),
        (["locked"], 3),
        (["abort", "clean"], 3),
        (["bug"], 3),
        (["engine", "unreadable"], 4),
        (["gap"], 6),
        (["gap", "engine", "unreadable", "secret"], 6),
    ],
)
def test_scan(call: Call, words: list[str], code: int) -> None:
    assert call("scan", *files(*words), "--quiet") == code


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["clean", "secret", "unsure"], 0),
        (["unreadable", "secret"], 3),
        (["engine"], 4),
        (["unverified", "unreadable"], 5),
        (["unwritten", "engine"], 5),
        (["gap", "unverified"], 6),
    ],
)
def test_redact(call: Call, words: list[str], code: int) -> None:
    assert call("redact", *files(*words), "--out", "out", "--quiet") == code


@pytest.mark.parametrize(("level", "code"), [("low", 1), ("medium", 0), ("high", 0)])
def test_fail_on(call: Call, level: str, code: int) -> None:
    assert call("scan", *files("unsure"), "--fail-on", level, "--quiet") == code


@pytest.mark.parametrize(("level", "code"), [("low", 1), ("medium", 1), ("high", 0)])
def test_notices_count_with_their_confidence(call: Call, level: str, code: int) -> None:
    assert call("scan", *files("notice"), "--fail-on", level, "--quiet") == code


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan"],
        ["scan", "missing.txt"],
        ["scan", "0.txt", "--no-such-option"],
        ["scan", "0.txt", "--jobs", "0"],
        ["scan", "0.txt", "--jobs", "many"],
        ["scan", "0.txt", "--fail-on", "never"],
        ["scan", "0.txt", "--json", "no/such/folder/report.json"],
        ["scan", "0.txt", "--json", "0.txt"],
        ["scan", "0.txt", "--json", "same", "--html", "same"],
        ["scan", "0.txt", "--config", "missing.toml"],
        ["scan", "empty"],
        ["redact", "0.txt"],
        ["redact", "0.txt", "--out", "0.txt"],
        ["rules", "explain", "no-such-rule"],
        ["rules", "test", "missing.toml"],
        ["no-such-command"],
    ],
)
def test_a_wrong_call(call: Call, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    files("secret")
    Path("empty").mkdir()
    assert call(*arguments) == 2
    told = capsys.readouterr()
    assert told.err
    assert Path("0.txt").read_text() == "secret text"


def test_without_arguments_there_is_help(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert call() == 2
    assert "Commands:" in "".join(capsys.readouterr())
    assert call("--help") == 0
    assert "130 cancelled" in " ".join(capsys.readouterr().out.split())


def test_no_exception_leaves_and_its_message_is_not_told(
    call: Call, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("hunter2")

    monkeypatch.setattr(main, "inputs", broken)
    assert call("scan", *files("clean")) == 3
    told = capsys.readouterr()
    assert "ValueError in app.cli.main" in told.err
    assert "hunter2" not in told.err + told.out
    assert "Traceback" not in told.err


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt, 130), (BrokenPipeError, 130)])
def test_interrupts_outside_the_work(
    call: Call, monkeypatch: pytest.MonkeyPatch, error: type[BaseException], code: int
) -> None:
    import sys

    def interrupted(*_: object) -> None:
        raise error

    monkeypatch.setattr(sys, "stdout", sys.stdout)
    monkeypatch.setattr(main, "inputs", interrupted)
    assert call("scan", *files("clean")) == code
