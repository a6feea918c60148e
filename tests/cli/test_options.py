"""One table of options: all of it is on the command line, and in a configuration file."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from app.cli.config import read, settings
from app.errors import UsageError
from app.options import Settings
from app.reports import reports
from tests.cli.conftest import Call

ROWS = {row.name: row.metadata["option"] for row in fields(Settings)}


def help_of(call: Call, capsys: pytest.CaptureFixture[str], *command: str) -> str:
    assert call(*command, "--help") == 0
    return " ".join(capsys.readouterr().out.split())


def test_every_option_is_in_the_help(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    scan, redact = (help_of(call, capsys, command) for command in ("scan", "redact"))
    for option in ROWS.values():
        holding = [text for text in (scan, redact) if option.flag in text]
        assert holding, option.flag
        for text in holding:
            assert option.help in text
            if option.minimum is not None:
                assert f"({option.minimum} to {option.maximum}; default: " in text
    for report in reports():
        assert f"--{report.name} FILE" in scan
        assert f"--{report.name} FILE" in redact
    assert "--fail-on" in scan
    assert "--min-confidence" in redact
    assert "--force" in redact
    assert "--config FILE" in scan


def test_every_command_is_in_the_help(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    text = help_of(call, capsys)
    assert all(
        f" {command} " in text
        for command in ("scan", "redact", "verify", "gui", "rules", "doctor", "samples")
    )
    rules = help_of(call, capsys, "rules")
    assert all(f" {command} " in rules for command in ("list", "explain", "test"))


def test_flags_beat_the_file_and_the_file_beats_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('min-confidence = "high"\njobs = 4\nsecond-reader = false\n')
    found = settings({"jobs": 3, "timeout": None}, file)
    assert found == Settings(min_confidence="high", jobs=3, second_reader=False)


def test_files_are_named_from_where_the_configuration_lies_and_add_up(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('rules = ["a.toml", "/b.toml"]\nbaseline = "known.json"\nhide = ["Contoso"]\n')
    found = settings({"rules": ("c.toml",)}, file)
    assert found.rules == (str(tmp_path / "a.toml"), "/b.toml", "c.toml")
    assert found.baseline == str(tmp_path / "known.json")
    assert found.words == (str(file),)
    assert "Contoso" not in repr(found)


def test_the_users_own_file_is_read_when_it_exists(call: Call, tmp_path: Path) -> None:
    assert settings({}) == Settings()
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / "config.toml").write_text("jobs = 7")
    assert settings({}).jobs == 7
    (tmp_path / "other.toml").write_text("timeout = 9")
    assert settings({}, tmp_path / "other.toml") == Settings(timeout=9)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("min_confidense = 'low'", "Did you mean “min-confidence”?"),
        ("colour = 'red'", "Known are: min-confidence, fail-on, private-hosts"),
        ("jobs = 'two'", "takes a whole number"),
        ("jobs = true", "takes a whole number"),
        ("second-reader = 1", "takes true or false"),
        ("jobs = 0", "--jobs takes a number from 1 to 64"),
        ("fail-on = 'never'", "--fail-on takes one of low, medium, high"),
        ("jobs =", "not valid TOML"),
        ("rules = 'mine.toml'", "takes a list of names of files"),
        ("words = [1]", "takes a list of names of files"),
        ("baseline = ['known.json']", "takes a word in quotes"),
    ],
)
def test_a_faulty_file_is_refused_with_a_hint(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as error:
        settings({}, file)
    assert told in f"{error.value.message} {error.value.next_step}"


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="UTF-8"):
        read(tmp_path / "config.toml")


def test_options_reach_the_work(call: Call) -> None:
    Path("a.txt").write_text("unsure x")
    Path("strict.toml").write_text('fail-on = "high"')
    assert call("scan", "a.txt", "--config", "strict.toml", "-q") == 0
    assert call("scan", "a.txt", "--config", "strict.toml", "--fail-on", "low", "-q") == 1
