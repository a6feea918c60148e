"""What is shown and written: stable lines, reports, and never a secret."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

import app.cli.output
from app import __version__
from app.cli.output import Screen, lines, shortened
from tests.cli.conftest import Call
from tests.reports import examples

SECRET = "canary"


@pytest.fixture
def secret(random: object) -> str:
    return f"{SECRET}{random.getrandbits(96):024x}"  # type: ignore[attr-defined]


def test_one_stable_line_for_each_thing(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in {
        "a.txt": "secret s3cret",
        "b.txt": "clean",
        "c.txt": "gap",
        "d.txt": "unreadable",
    }.items():
        Path(name).write_text(text)
    assert call("scan", ".") == 6
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "a.txt:1:8: high severity, high confidence: some-secret-key …(6) [beside s3cret]",
        "b.txt: clean",
        "c.txt: not examined: page 2: It could not be recognised. Look at it yourself.",
        "d.txt: failed: The file is damaged. Save it again.",
    ]
    assert "2 of 4 files could not be examined completely" in told.err
    assert "1 clean, 1 with findings, 1 not fully examined, 1 failed" in told.err


def test_a_notice_has_no_value_and_forbids_nothing(call: Call, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.png").write_text("notice")
    assert call("scan", "a.png", "--sarif", "report.sarif") == 1
    told = capsys.readouterr()
    assert (
        "a.png:metadata after the end: medium severity, medium confidence: bytes-after-end [812 bytes]"
        in (told.out)
    )
    assert "Share the copy, not the original" in told.err
    assert "Do not share" not in told.err
    (result,) = json.loads(Path("report.sarif").read_text())["runs"][0]["results"]
    assert result["message"]["text"].startswith("Bytes behind the end of the file's own content at metadata")


def test_places_in_lines() -> None:
    told = [line for report in examples.everything() for line in lines(report)]
    assert "clean.png: clean" in told
    assert any("shot.png:page 1 [10, 20, 200, 40] [10, 50, 90.5, 70]: high" in line for line in told)
    assert any("shot.png:metadata exif:UserComment: low" in line for line in told)
    assert any("flow.json: verified copy: out/flow.redacted.json (2 checks)" in line for line in told)
    assert all("\n" not in line and "\x1b" not in line for line in told)
    (dismissed, _clean) = lines(examples.explained())
    assert dismissed.startswith("allowed.txt:1:13: not reported: some-secret-key sk_…(32) [")
    assert "\n" not in dismissed
    (known,) = lines(examples.known())
    assert f"[known, fingerprint {'0a' * 16}; prefix sk_" in known


def test_no_secret_comes_out_anywhere(call: Call, secret: str, capfd: pytest.CaptureFixture[str]) -> None:
    for name, word in {
        "a.txt": "secret",
        "b.png": "picture",
        "c.txt": "bug",
        f"{secret}.txt": "clean",
    }.items():
        Path(name).write_text(f"{word} {secret}")
    reports = {name: Path(f"report.{name}") for name in ("json", "sarif", "html")}
    options = [part for name, path in reports.items() for part in (f"--{name}", path)]
    assert call("scan", ".", *options) == 3
    assert call("redact", ".", "--out", "../out", *options) == 3
    told = capfd.readouterr()
    everything = [told.out, told.err, *(path.read_text() for path in reports.values())]
    assert all(everything)
    for text in everything:
        assert SECRET not in text.replace(secret, SECRET)
    assert "…(30).txt" in told.out


def test_json_on_standard_output_stands_alone(call: Call, capfd: pytest.CaptureFixture[str]) -> None:
    Path("a.txt").write_text("secret s3cret")
    assert call("scan", "a.txt", "--json", "-") == 1
    told = capfd.readouterr()
    assert json.loads(told.out)["tool"] == {"name": "sharesafe", "version": __version__}
    assert "a.txt:1:8: high severity" in told.err


def test_quiet_tells_nothing(call: Call, capfd: pytest.CaptureFixture[str]) -> None:
    Path("a.txt").write_text("secret s3cret")
    assert call("scan", "a.txt", "-q", "--json", "report.json") == 1
    assert capfd.readouterr() == ("", "")
    assert Path("report.json").is_file()


def test_pictures_in_the_html_report_are_redacted_ones(call: Call) -> None:
    Path("a.png").write_text("picture s3cret")
    Path("b.txt").write_text("secret s3cret")
    assert call("scan", ".", "--html", "report.html") == 1
    text = Path("report.html").read_text()
    assert text.count("data:image/png;base64,") == 1


def test_standard_input(
    call: Call, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class Piped:
        buffer = io.BytesIO(b"secret s3cret")

    monkeypatch.setattr(sys, "stdin", Piped)
    assert call("scan", "-") == 1
    assert capfd.readouterr().out.startswith("standard-input.txt:1:8: high")
    Piped.buffer = io.BytesIO(b"secret s3cret")
    assert call("redact", "-", "--out", "out") == 0
    assert Path("out/standard-input.redacted.txt").is_file()


def screen(
    monkeypatch: pytest.MonkeyPatch, *, width: int = 100, **options: bool
) -> tuple[Screen, io.StringIO]:
    """A screen on a made-up terminal."""
    stream = io.StringIO()

    def console(*, stderr: bool = False) -> Console:
        return Console(
            file=stream, force_terminal=True, width=width, color_system=None,
            highlight=False, markup=False, emoji=False,
        )  # fmt: skip

    monkeypatch.setattr(app.cli.output, "console", console)
    return Screen(**options), stream


@pytest.mark.parametrize("width", [50, 80, 160])
def test_a_terminal_gets_tables_that_fit(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    shown, stream = screen(monkeypatch, width=width)
    shown.results(examples.everything())
    shown.summary(examples.everything(), copies=Path("out"), written=[Path("r.json")], redacting=True)
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= width
    flat = " ".join(text.replace("│", " ").split())
    for expected in (
        "▲ findings shot.png",
        "◐ not fully examined folder/two words.pdf",
        "✕ failed empty.txt",
        "✓ clean clean.png",
        "▲ high",
        "○ low",
        "sk_…(32)",
        "Not examined",
        "1 of 7 copies written and verified",
        "Copies: out (1 verified)",
        "Reports: r.json",
    ):
        assert expected in flat, text
    assert not set("\x1b\u202e\udcff") & set(text)


@pytest.mark.parametrize("width", [50, 160])
def test_a_terminal_shows_what_the_users_own_files_say(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    shown, stream = screen(monkeypatch, width=width)
    shown.results([examples.explained(), examples.known()])
    shown.summary([examples.known()], copies=None, written=[], redacting=False)
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= width
    for expected in (
        "✓ clean",
        "allowed.txt",
        "Not reported",
        "known,",
        "Known from the baseline: 1 ",
    ):
        assert expected in " ".join(text.split()), text
    assert not set("\x1b\u202e\udcff") & set(text)


def test_many_clean_files_are_only_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, stream = screen(monkeypatch)
    clean = [examples.report(f"{number}.png") for number in range(40)]
    shown.results(clean)
    assert stream.getvalue() == ""
    shown.summary(clean, copies=None, written=[], redacting=False)
    assert "40 files: 40 clean" in stream.getvalue()


def test_progress_is_shown_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    shown, stream = screen(monkeypatch)
    with shown.progress([Path("a\x1b[2J.txt")]) as view:
        view.progress(0, 0.5, "page 1")
        view.finished(0)
    assert "1/1" in stream.getvalue()
    assert r"a\x1b[2J.txt: page 1 50%" in stream.getvalue()


def test_evidence_is_cut_between_pieces() -> None:
    assert shortened("short") == "short"
    assert shortened(", ".join(["label “x”"] * 20)).endswith("label “x” …")
    assert len(shortened("x" * 500)) < 100
