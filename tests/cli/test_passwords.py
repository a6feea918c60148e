"""Passwords come from a file or from the terminal, open what they open, and stand nowhere else."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from tests.cli.conftest import Call


@pytest.fixture(autouse=True)
def locked(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "runner", "tests.cli.locked_runner:run")


def files(**texts: str) -> list[str]:
    for name, text in texts.items():
        Path(f"{name}.txt").write_text(text)
    return [f"{name}.txt" for name in texts]


def at_terminal(monkeypatch: pytest.MonkeyPatch, answers: Sequence[str | BaseException]) -> list[str]:
    """Somebody at the terminal who gives these answers; what was asked."""
    asked: list[str] = []
    left = iter(answers)

    def ask(prompt: str, stream: Any = None) -> str:
        asked.append(prompt)
        answer = next(left)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(getpass, "getpass", ask)
    return asked


def outcome(path: str = "out.json") -> dict[str, str]:
    told = json.loads(Path(path).read_text())["documents"]
    return {document["path"]: document["state"] for document in told}


def test_a_file_of_passwords_opens_what_it_opens(call: Call, capfd: pytest.CaptureFixture[str]) -> None:
    Path("keys").write_text("\ufeffwrong one\n\nfirst pass\nsecond pass\n", "utf-8")
    names = files(a="locked second pass", b="clean", c="locked first pass", d="locked other pass")
    assert call("scan", *names, "--password-file", "keys", "--json", "out.json") == 3
    assert outcome() == {"a.txt": "findings", "b.txt": "clean", "c.txt": "findings", "d.txt": "failed"}
    said = "".join(capfd.readouterr()) + Path("out.json").read_text()
    assert "pass\n" not in said
    assert "first pass" not in said


def test_copies_are_written_with_a_password(call: Call) -> None:
    Path("keys").write_text("one")
    assert call("redact", *files(a="locked one"), "--out", "copies", "--password-file", "keys") == 0
    assert [path.name for path in Path("copies").iterdir()] == ["a.redacted.txt"]


def test_somebody_at_a_terminal_is_asked_once_a_file(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = at_terminal(monkeypatch, ["one", "wrong"])
    names = files(a="locked one", b="secret x", c="locked two")
    assert call("scan", *names, "--json", "out.json") == 3
    assert outcome() == {"a.txt": "findings", "b.txt": "findings", "c.txt": "failed"}
    assert [prompt.split()[2] for prompt in asked] == ["a.txt", "c.txt"]


def test_nobody_is_asked_where_a_file_has_the_passwords(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = at_terminal(monkeypatch, [])
    Path("keys").write_text("one")
    assert call("scan", *files(a="locked one"), "--password-file", "keys") == 1
    assert not asked


@pytest.mark.parametrize(("answer", "code"), [("", 3), (EOFError(), 3), (KeyboardInterrupt(), 130)])
def test_nobody_has_to_answer(
    call: Call, monkeypatch: pytest.MonkeyPatch, answer: str | BaseException, code: int
) -> None:
    asked = at_terminal(monkeypatch, [answer])
    assert call("scan", *files(a="locked one")) == code
    assert len(asked) == 1


def test_nobody_is_asked_without_a_terminal(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = at_terminal(monkeypatch, [])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert call("scan", *files(a="locked one")) == 3
    assert not asked


@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00", b"x\n" * 40_000, "\n".join(map(str, range(101))).encode(), None]
)
def test_a_file_that_holds_no_passwords_is_a_wrong_call(
    call: Call, data: bytes | None, capfd: pytest.CaptureFixture[str]
) -> None:
    if data is not None:
        Path("keys").write_bytes(data)
    assert call("scan", *files(a="locked one"), "--password-file", "keys") == 2
    assert "passwords" in capfd.readouterr().err
