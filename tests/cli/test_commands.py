"""The smaller commands, and the ways in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import app
from app.cli import doctor
from app.cli.main import DISPLAYS
from app.notices import NOTICES
from detectors.engine import rules
from tests.cli.conftest import Call


def test_version(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--version") == 0
    assert capsys.readouterr().out == f"sharesafe {app.__version__}\n"


def test_doctor(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("doctor") == 0
    told = capsys.readouterr().out
    for expected in (
        app.__version__,
        "rapidocr: ready",
        "only for you",
        f"rules: {len(rules())}",
        "no network code",
    ):
        assert expected in told


def test_doctor_without_an_engine(
    call: Call, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = doctor.Item("text recognition with rapidocr", "The models are missing.", good=False)
    monkeypatch.setattr(doctor, "_engines", lambda: iter([missing]))
    assert call("doctor") == 4
    assert "The models are missing." in capsys.readouterr().out


def test_rules_are_listed_and_explained(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("rules", "list") == 0
    listed = capsys.readouterr().out
    known = sorted([*rules(), *NOTICES], key=lambda info: info.id)
    assert listed.splitlines() == [f"{r.id}\t{r.severity.word}\t{r.kind}\t{r.title}" for r in known]
    assert call("rules") == 0
    assert capsys.readouterr().out == listed
    assert call("rules", "explain", "false-cover") == 0
    assert "Placeholder: –" in capsys.readouterr().out
    first = rules()[0]
    assert call("rules", "explain", first.id) == 0
    told = capsys.readouterr().out
    assert first.advice in told
    assert first.source in told


def test_a_misspelt_rule_gets_a_hint(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    name = rules()[0].id
    assert call("rules", "explain", f"{name}x") == 2
    assert f"Did you mean “{name}”?" in capsys.readouterr().err


RULE = """
[[rule]]
id = "acme-key"
title = "Acme key"
provider = "Acme"
severity = "high"
label = "API_KEY"
pattern = 'acme_[a-f0-9]{24}'
confidence = "high"
advice = "Replace it."
source = "an example"
keywords = ["acme_"]
match = ["key: {}"]
no_match = ["acme_%s"]
"""


def test_a_rule_file_is_tried_on_its_own_format(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    Path("good.toml").write_text(RULE % "{[a-f0-9]{10}}")
    assert call("rules", "test", "good.toml") == 0
    assert capsys.readouterr().out.splitlines() == ["ok  acme-key", "1 of 1 rules passed."]
    Path("bad.toml").write_text(RULE % "{[a-f0-9]{24}}")
    assert call("rules", "test", "bad.toml") == 1
    told = capsys.readouterr().out
    assert "FAILED  acme-key" in told
    assert "where nothing is" in told
    Path("broken.toml").write_text(RULE.replace("pattern", "patern") % "x")
    assert call("rules", "test", "broken.toml") == 2
    assert "acme-key" in capsys.readouterr().err


def test_the_window_opens_with_the_paths(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    import app.gui.main

    opened: list[object] = []
    monkeypatch.setattr(app.gui.main, "run", lambda paths: opened.append(paths) or 0)
    assert call("gui", "a.png", "b.png") == 0
    assert call("gui") == 0
    assert opened == [[Path("a.png"), Path("b.png")], []]


def test_without_a_window_one_is_told_what_else_to_use(
    call: Call, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "app.gui.main", None)
    assert call("gui") == 2
    assert "use scan and redact" in capsys.readouterr().err
    if sys.platform == "linux":
        for name in DISPLAYS:
            monkeypatch.delenv(name, raising=False)
        assert call("gui") == 2
        assert "no screen" in capsys.readouterr().err


def test_samples(call: Call) -> None:
    assert call("samples", "there") == 0
    assert len(list(Path("there").iterdir())) >= 5


def test_the_module_and_what_it_imports() -> None:
    """Workers of an installed script import ``app.__main__`` first: it must stay light."""
    code = "import sys, app.__main__; print(*sorted(m for m in sys.modules if m.split('.')[0] in HEAVY))"
    heavy = "HEAVY = {'typer', 'rich', 'PySide6', 'numpy', 'detectors', 'ocr'}"
    done = subprocess.run(
        [sys.executable, "-c", f"{heavy}; {code}"], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert done.stdout.strip() == ""
    done = subprocess.run(
        [sys.executable, "-m", "app", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"sharesafe {app.__version__}"


def test_the_command_line_does_not_load_the_window() -> None:
    code = "import sys, app.cli.main; print('PySide6' in sys.modules, 'pymupdf' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
