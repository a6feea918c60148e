"""Values that tags cut in pieces, as highlighters do, are found whole and covered piece by piece."""

from __future__ import annotations

import json
import time
from pathlib import Path
from random import Random

import pytest

from app.messages import Input, RedactTask
from app.model import RunKey, RunLabels, ScanReport
from app.options import Settings
from app.pipeline import run_task
from detectors.model import BOUNDARY
from detectors.samples import generate
from tests.formats.test_encodings import _Listener
from tests.formats.test_text import _open
from tests.support.documents import examined


def redacted(text: str, folder: Path, name: str = "page.html") -> tuple[ScanReport, str]:
    source = folder / name
    source.write_text(text)
    task = RedactTask(Input(source, Path(name)), folder / "out" / name)
    report = run_task(task, Settings(), RunKey(b"k" * 32), RunLabels(), _Listener()).report
    assert report.redacted is not None, report.error
    return report, report.redacted.path.read_text()


CUT = {
    "highlighted": '<pre><span class="k">x</span> = <span>"{a}</span><span class="se">{b}"</span></pre>\n',
    "search hit": "<p>we saw <mark>{a}</mark>{b} is here</p>\n",
    "line break": "<td>{a}<wbr>{b}</td>\n",
    "nested": '<code>x <b><i class="y z">{a}</i></b><a href="#">{b}</a>;</code>\n',
    "drawing": '<svg><text><tspan x="1">{a}</tspan><tspan x="2">{b}</tspan></text></svg>\n',
    "in one long line": "<div>" + "<p>word</p>" * 900 + "<i>{a}</i>{b}" + "<p>word</p>" * 900 + "</div>\n",
    "with a reference": "<p><b>{a}</b>&#{code};{c}</p>\n",
}


@pytest.mark.parametrize("name", CUT)
def test_a_cut_token_is_covered(name: str, tmp_path: Path, random: Random) -> None:
    token = generate("ghp_[A-Za-z0-9]{36}", random)
    text = CUT[name].format(a=token[:14], b=token[14:], c=token[15:], code=ord(token[14]))
    report, copy = redacted(text, tmp_path)
    assert [finding.rule_id for finding in report.findings] == ["github-pat"]
    assert token[:14] not in copy
    assert token[16:] not in copy
    before, after = (value.replace("REDACTED_GITHUB_TOKEN_1", "") for value in (text, copy))
    assert [tag for tag in before.split("<") if ">" in tag][1:-1]
    assert [part.split(">")[0] for part in before.split("<")] == [
        part.split(">")[0] for part in after.split("<")
    ]


def test_a_cut_password_is_known_by_its_label(tmp_path: Path) -> None:
    value = "s3cr3t" + "Word!9Z"
    line = (
        '<span class="na">password</span><span class="o">:</span> <span>s3cr3t</span><span>Word!9Z</span>\n'
    )
    report, copy = redacted(line, tmp_path)
    assert len(report.findings) == 1
    assert "s3cr3t" not in copy
    assert "Word!9Z" not in copy
    assert copy.count("<span") == 4
    assert value not in copy


def test_a_value_is_found_where_it_is_cut_elsewhere(tmp_path: Path, random: Random) -> None:
    token = generate("ghp_[A-Za-z0-9]{36}", random)
    text = f"<p>{token}</p>\n<p><b>{token[:9]}</b>{token[9:]}</p>\n"
    _, copy = redacted(text, tmp_path)
    assert token[:9] not in copy
    assert token[10:] not in copy


ESC = "\x1b"


@pytest.mark.parametrize(
    "line",
    [
        f"{ESC}[31mkey{ESC}[0m={ESC}[1m{{}}{ESC}[0m\n",
        f"{ESC}[38;5;208mtoken{ESC}[0m {ESC}[1;4m{{}}{ESC}[m done\n",
        f"see {ESC}]8;;https://example.com/x{ESC}\\{{}}{ESC}]8;;{ESC}\\ there\n",
    ],
)
def test_the_colours_of_a_terminal_hide_nothing(line: str, tmp_path: Path, random: Random) -> None:
    token = generate("ghp_[A-Za-z0-9]{36}", random)
    report, copy = redacted("plain line\n" + line.format(token), tmp_path, "a.log")
    assert "github-pat" in [finding.rule_id for finding in report.findings]
    assert token not in copy
    assert copy.count(ESC) == line.count(ESC)


def test_a_backslash_at_the_end_of_a_line_hides_nothing(tmp_path: Path, random: Random) -> None:
    token = generate("ghp_[A-Za-z0-9]{36}", random)
    text = f'key: "{token[:20]}\\\n  {token[20:]}"\nnext: 1\n'
    report, copy = redacted(text, tmp_path, "a.yaml")
    assert [finding.rule_id for finding in report.findings] == ["github-pat"]
    assert token[:20] not in copy
    assert token[20:] not in copy
    assert copy.count("\n") == 3
    assert copy.endswith('"\nnext: 1\n')


def test_html_in_json(tmp_path: Path, random: Random) -> None:
    token = generate("ghp_[A-Za-z0-9]{36}", random)
    text = json.dumps({"body": f'<p>x</p>\n<b class="k">{token[:9]}</b>{token[9:]} end'})
    _, copy = redacted(text, tmp_path, "a.json")
    assert token[10:] not in copy
    assert json.loads(copy)["body"].startswith('<p>x</p>\n<b class="k">REDACTED')


def test_words_that_no_tag_cuts_are_read_once() -> None:
    text = "<p>some <b>bold</b> words, <i>all</i> whole</p>\n" * 50
    assert len(examined(_open(text.encode())).units) == 1
    cut = "<p>un<b>bold</b></p>\n"
    assert examined(_open((text + cut).encode())).units[-1].sample.text == "<p>unbold</p>"
    assert BOUNDARY not in examined(_open(cut.encode())).text


def test_many_tags_take_no_time() -> None:
    for piece in (
        "a<b>",
        "a<b>c</b>",
        "<",
        "<span ",
        "a<span " + "x" * 390 + ">b",
        "\x1b]8;x",
        "\x1b[1ma",
        "a\\\n",
        "<b></b>" * 9 + "a",
    ):
        begun = time.perf_counter()
        examined(_open((piece * (400_000 // len(piece)) + "</b>").encode()))
        assert time.perf_counter() - begun < 20, piece[:9]
