"""The user's own rules, words, allow-lists and baselines, from the command line to the copies."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import pytest

import app
from app.cli import main
from app.messages import RUNNER
from detectors.samples import generate
from tests.cli.conftest import Call

README = Path(app.__file__).parents[1] / "README.md"
RULES = """
[[rules]]
id = "acme-key"
description = "Acme key"
regex = '''(?i)acme_key['"]?\\s*[:=]\\s*['"]?([a-f0-9]{20})\\b'''
keywords = ["acme"]
"""


@pytest.fixture
def real(call: Call, monkeypatch: pytest.MonkeyPatch) -> Call:
    """The command line with the product's own pipeline in a worker."""
    monkeypatch.setattr(main, "runner", RUNNER)
    return lambda *arguments: call(*arguments, *(() if arguments[0] == "rules" else ("--jobs", "1")))


@pytest.fixture
def secrets(random: Random) -> dict[str, str]:
    """A folder with a log and an export that hold them, and the user's own files beside it."""
    return {
        "own": generate("[a-f][a-f0-9]{18}[a-f]", random),
        "token": generate("ghp_[A-Za-z0-9]{36}", random),
        "word": "Fabrikam Ltd",
    }


@pytest.fixture
def files(real: Call, secrets: dict[str, str]) -> None:
    Path("in").mkdir()
    Path("in/app.log").write_text(
        f"acme_key = {secrets['own']}\nGITHUB_TOKEN={secrets['token']}\n"
        "for FABRIKAM ltd; password = changeme\n"
    )
    Path("in/flow.json").write_text(json.dumps({"acme_key": secrets["own"], "note": "for Fabrikam  Ltd"}))
    Path("rules.toml").write_text(RULES)
    Path("words.txt").write_text("# customers\nFabrikam Ltd\n")
    Path("allow.toml").write_text('[[allow]]\nrule = "github-*"\nreason = "sample"\nby = "Kim"\n')


OWN = ("--rules", "rules.toml", "--words", "words.txt", "--allow", "allow.toml")


def report(name: str = "r.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path(name).read_text())
    schema = json.loads(resources.files("resources").joinpath("report.schema.json").read_text("utf-8"))
    jsonschema.validate(found, schema)
    return found


def rules_in(found: dict[str, Any]) -> list[list[str]]:
    return [[finding["rule"] for finding in document["findings"]] for document in found["documents"]]


@pytest.mark.usefixtures("files")
def test_the_whole_way(real: Call, secrets: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    # Found, explained, allowed:
    written = ("--json", "r.json", "--html", "r.html", "--sarif", "r.sarif")
    assert real("scan", "in", *OWN, "--explain", *written, "--write-baseline", "base.json") == 1
    told = capsys.readouterr()
    assert rules_in(report()) == [["acme-key", "own-word"], ["acme-key", "own-word"]]
    log, flow = report()["documents"]
    (allowed,) = [one for one in log["dismissed"] if one["rule"] == "github-pat"]
    assert (allowed["by"], allowed["reason"]) == ("Kim (allow.toml, entry 1)", "sample")
    assert log["findings"][1]["fingerprint"] == flow["findings"][1]["fingerprint"]  # in any case and spacing
    assert re.search(r"app\.log:2:14: not reported: github-pat .*sample; Kim", told.out)
    assert re.search(r"app\.log:3:\d+: not reported: labelled-password …\(8\)", told.out)
    assert "Left as your allow-list says: 1" in told.err

    # No value and no word anywhere:
    key = Path("../user/fingerprint.key").read_text()
    shown = told.out + told.err + "".join(Path(name).read_text() for name in ("r.json", "r.html", "r.sarif"))
    base = Path("base.json").read_text()
    for value in secrets.values():
        assert value.lower() not in (shown + base).lower()
    assert key.strip() not in shown + base
    assert set(json.loads(base)) == {"sharesafe-baseline", "key", "fingerprints"}

    # Known from now on; what is new counts:
    assert real("scan", "in", *OWN, "--baseline", "base.json", "--json", "r.json") == 0
    assert "Known from the baseline: 4 findings" in capsys.readouterr().err
    assert all(one["known"] for document in report()["documents"] for one in document["findings"])
    assert not any(
        "lasting_fingerprint" in one for document in report()["documents"] for one in document["findings"]
    )
    assert real("scan", "in", *OWN[:4], "--baseline", "base.json", "-q") == 1

    # The copies:
    assert real("redact", "in", *OWN, "--out", "out", "-q") == 0
    copies = [Path("out/app.redacted.log").read_text(), Path("out/flow.redacted.json").read_text()]
    for copy in copies:
        assert secrets["own"] not in copy
        assert "fabrikam" not in copy.lower()
    assert secrets["token"] in copies[0]

    # One of them allowed by its lasting fingerprint:
    fingerprint = log["findings"][0]["lasting_fingerprint"]
    Path("more.toml").write_text(f'[[allow]]\nfingerprint = "{fingerprint}"\n')
    assert real("scan", "in", *OWN, "--allow", "more.toml", "--json", "r.json", "-q") == 1
    assert rules_in(report()) == [["own-word"], ["own-word"]]


@pytest.mark.usefixtures("files")
def test_all_of_it_in_a_configuration_file(real: Call) -> None:
    Path("conf").mkdir()
    Path("rules.toml").rename("conf/rules.toml")
    Path("conf/config.toml").write_text(
        'rules = ["rules.toml"]\nhide = ["fabrikam ltd"]\n[[allow]]\nrule = "github-*"\n'
    )
    assert real("scan", "in", "--config", "conf/config.toml", "--json", "r.json", "-q") == 1
    assert rules_in(report()) == [["acme-key", "own-word"], ["acme-key", "own-word"]]


def blocks() -> dict[str, str]:
    """The files that the README shows, by the name in their first line."""
    found = re.findall(r"```toml\n# ([\w.-]+)\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    return dict(found)


def test_the_examples_of_the_readme(real: Call, random: Random, capsys: pytest.CaptureFixture[str]) -> None:
    shown = blocks()
    assert set(shown) == {"config.toml", "my-rules.toml", "gitleaks.toml"}
    for name, text in shown.items():
        Path(name).write_text(text)
    Path("customers.txt").write_text("Fabrikam\n")
    for name in ("my-rules.toml", "gitleaks.toml"):
        assert real("rules", "test", name) == 0
        assert "1 of 1 rules passed." in capsys.readouterr().out
    key, session = generate("acme_[a-f0-9]{24}", random), generate("[a-z0-9]{32}", random)
    Path("docs/deep").mkdir(parents=True)
    Path("docs/deep/a.txt").write_text(f"key = {key}\n")
    Path("b.txt").write_text(
        f"key = {key}\nacme-session: {session}\nContoso Ltd, Fabrikam, db01.intern.example\n"
    )
    options = ("--config", "config.toml", "--rules", "gitleaks.toml", "--json", "r.json", "-q")
    assert real("scan", "docs", "b.txt", *options) == 1
    handbook, other = rules_in(report())
    assert handbook == []
    assert other == ["acme-key", "acme-session", "own-word", "own-word", "own-word"]


# --- without workers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "option", "text", "told"),
    [
        ("r.toml", "--rules", "[[rules]]\nid = 'x'\nregex = '(a+)+$'", "r.toml, rule 'x', field 'regex'"),
        ("r.toml", "--rules", "[[rules]]\nid = 'x'\nregex = '\\pL'", "write the characters out"),
        ("a.toml", "--allow", "[[allow]]\nreason = 'x'", "it would allow everything"),
        ("w.txt", "--words", "-", "line 1: a word has"),
        ("b.json", "--baseline", "{}", "is no baseline"),
        ("k.key", "--fingerprint-key", "x", "is no key"),
    ],
)
def test_a_faulty_file_is_a_wrong_call(
    call: Call, capsys: pytest.CaptureFixture[str], name: str, option: str, text: str, told: str
) -> None:
    Path("a.txt").write_text("clean")
    Path(name).write_text(text)
    more = ("--explain",) if option == "--fingerprint-key" else ()
    assert call("scan", "a.txt", option, name, *more) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert told in error


def test_own_rules_are_listed_and_explained(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    Path("rules.toml").write_text(RULES)
    assert call("rules", "list", "--rules", "rules.toml") == 0
    assert "acme-key\thigh\tsecret\tAcme key" in capsys.readouterr().out.splitlines()
    assert call("rules", "explain", "acme-key", "--rules", "rules.toml") == 0
    assert "Placeholder: REDACTED_ACME_KEY_1" in capsys.readouterr().out
    assert call("rules", "explain", "acme-key") == 2


def test_a_file_that_is_not_there(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.txt").write_text("clean")
    for option in ("--rules", "--words", "--allow", "--baseline"):
        assert call("scan", "a.txt", option, "missing.toml") == 2
        assert "missing.toml cannot be read" in " ".join(capsys.readouterr().err.split())


def test_no_key_is_made_unasked(call: Call) -> None:
    Path("a.txt").write_text("secret s3cret-s3cret")
    assert call("scan", "a.txt", "-q") == 1
    assert not Path("../user").exists()
    assert call("scan", "a.txt", "-q", "--write-baseline", "base.json") == 1
    assert Path("../user/fingerprint.key").exists()
    assert call("scan", "a.txt", "-q", "--baseline", "base.json") == 0


def test_a_baseline_for_another_key_is_refused(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.txt").write_text("secret s3cret-s3cret")
    assert call("scan", "a.txt", "-q", "--write-baseline", "base.json") == 1
    Path("other.key").write_text("ab" * 32)
    assert call("scan", "a.txt", "--baseline", "base.json", "--fingerprint-key", "other.key") == 2
    assert "made with another key" in " ".join(capsys.readouterr().err.split())


def test_an_explanation_does_without_a_key_that_cannot_be_kept(call: Call) -> None:
    Path("a.txt").write_text("secret s3cret-s3cret")
    Path("../user").write_text("in the way")
    assert call("scan", "a.txt", "-q", "--explain") == 1


def test_a_cancelled_or_incomplete_run_does_not_look_known(call: Call) -> None:
    Path("a.txt").write_text("secret s3cret-s3cret")
    Path("b.txt").write_text("gap")
    assert call("scan", "a.txt", "b.txt", "-q", "--write-baseline", "base.json") == 6
    assert call("scan", "a.txt", "b.txt", "-q", "--baseline", "base.json") == 6
