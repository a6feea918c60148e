"""What the user laid down, on its way through a document: found, allowed, explained, covered, verified."""

from __future__ import annotations

import json
import pickle
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from app.errors import UsageError
from app.fingerprints import LastingKey, key_at, read_baseline, write_baseline
from app.messages import Input, PreviewTask, RedactTask, ScanTask
from app.model import ErrorInfo, Finding, Preview, RunKey, RunLabels, Scan, State
from app.options import Settings
from app.own_files import policy, policy_or_problem
from app.pipeline import run_task
from app.places import PageArea, TextSpan
from app.planning import plan_for
from app.policy import NO_POLICY, Allowance, Policy
from detectors.model import Confidence
from detectors.samples import generate
from ocr.model import Box
from tests.support import pdf_residue, pdfs
from tests.support.gui import area, finding

KEY = LastingKey(b"l" * 32)
PATH = Path("shots/note.txt")


class Deaf:
    def progress(self, fraction: float, note: str) -> None: ...

    def found(self, findings: tuple[Finding, ...]) -> None: ...

    def page(self, page: int, preview: Preview, *, redacted: bool) -> None: ...


def run(task: ScanTask | RedactTask, **settings: object) -> Scan:
    chosen = replace(Settings(), **settings)  # type: ignore[arg-type]
    return run_task(task, chosen, RunKey(b"k" * 32), RunLabels(), Deaf())


@pytest.fixture
def note(tmp_path: Path, random: Random) -> Input:
    token = generate("ghp_[A-Za-z0-9]{36}", random)
    file = tmp_path / "note.txt"
    file.write_text(f"GITHUB_TOKEN={token}\nfor Contoso Ltd, CONTOSO\n ltd\npassword = changeme\n")
    return Input(file, Path(file.name))


def token_of(note: Input) -> str:
    return note.path.read_text().splitlines()[0].partition("=")[2]


ALLOWED = Policy(allowances=(Allowance("allow.toml, entry 1", "a sample", rule="github-*"),))


# --- words and rules ------------------------------------------------------------------------------


def test_words_are_found_and_covered(note: Input, tmp_path: Path) -> None:
    task = RedactTask(note, tmp_path / "out.txt", policy=Policy(words=("Contoso Ltd",)))
    report = run(task).report
    assert report.redacted is not None
    text = report.redacted.path.read_text()
    assert "contoso" not in text.lower()
    assert text.count("REDACTED_OWN_WORD_") == 2
    shown = [one for one in report.findings if one.rule_id == "own-word"]
    assert {(one.kind, one.confidence, one.masked) for one in shown} == {
        ("personal", Confidence.HIGH, "…(11)"),
        ("personal", Confidence.HIGH, "…(12)"),
    }
    assert "ontoso" not in repr(task).replace(str(tmp_path), "") + repr(report)


def test_one_word_has_one_placeholder_however_it_is_written(note: Input, tmp_path: Path) -> None:
    task = RedactTask(note, tmp_path / "out.txt", policy=Policy(words=("Contoso Ltd",)))
    assert len({one.fingerprint for one in run(task).report.findings if one.rule_id == "own-word"}) == 1


def test_a_policy_crosses_process_boundaries(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text("[[rules]]\nid = 'x'\nregex = 'acme[0-9]{9}'")
    (tmp_path / "words.txt").write_text("Contoso")
    made = policy(Settings(rules=(str(tmp_path / "rules.toml"),), words=(str(tmp_path / "words.txt"),)))
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    assert again.detector(PATH) is made.detector(PATH)  # made once for the same rules and words
    assert "ontoso" not in repr(made)


def test_without_own_files_there_is_no_policy() -> None:
    assert policy(Settings()) is NO_POLICY
    assert policy_or_problem(Settings()) is NO_POLICY


def test_a_faulty_file_fails_every_document(note: Input, tmp_path: Path) -> None:
    broken = policy_or_problem(Settings(words=(str(tmp_path / "missing.txt"),)))
    report = run(ScanTask(note, policy=broken)).report
    assert report.state is State.FAILED
    assert isinstance(report.error, ErrorInfo)
    assert "missing.txt" in report.error.message
    (tmp_path / "missing.txt").write_text("Contoso")
    assert policy_or_problem(Settings(words=(str(tmp_path / "missing.txt"),))).words == ("Contoso",)


# --- the allow-list -------------------------------------------------------------------------------


def test_what_is_allowed_is_neither_reported_nor_covered(note: Input, tmp_path: Path) -> None:
    report = run(RedactTask(note, tmp_path / "out.txt", policy=ALLOWED)).report
    assert report.redacted is not None
    assert token_of(note) in report.redacted.path.read_text()
    assert not report.findings
    assert report.state is State.CLEAN
    assert [one.finding.rule_id for one in report.allowed] == ["github-pat"]


def test_a_plan_made_by_a_person_keeps_what_is_allowed(note: Input, tmp_path: Path) -> None:
    scan = run(ScanTask(note, policy=ALLOWED))
    plan = plan_for(scan, RunLabels(), Confidence.LOW)
    assert [one.rule_id for one in plan.kept] == ["github-pat"]
    report = run(RedactTask(note, tmp_path / "out.txt", plan, policy=ALLOWED)).report
    assert report.redacted is not None


def test_verification_goes_on_for_everything_else(note: Input, tmp_path: Path) -> None:
    other = Policy(allowances=(Allowance("allow.toml, entry 1", rule="slack-*"),))
    plan = replace(plan_for(run(ScanTask(note)), RunLabels(), Confidence.LOW), items=())
    error = run(RedactTask(note, tmp_path / "out.txt", plan, policy=other)).report.error
    assert error is not None
    assert error.code == "verification-failed"


def test_by_fingerprint_of_the_users_own_key(note: Input) -> None:
    for value, left in ((token_of(note), 0), ("another", 1)):
        entry = Allowance("a", fingerprint=KEY.fingerprint(value))
        report = run(ScanTask(note, policy=Policy(allowances=(entry,), key=KEY))).report
        assert len(report.findings) == left


def means(entry: Allowance, found: Finding, path: Path = PATH) -> bool:
    return entry.means(found, path, lambda: KEY.fingerprint("value"))


@pytest.mark.parametrize(
    ("pattern", "path", "meant"),
    [
        ("*.txt", "a/b/note.txt", True),
        ("*.txt", "a/b/note.text", False),
        ("b/*.txt", "a/b/note.txt", True),
        ("a/*.txt", "a/b/note.txt", False),
        ("a/**/note.txt", "a/b/c/note.txt", True),
        ("a/**/note.txt", "a/note.txt", True),
        ("a/**", "a/b/c/note.txt", True),
        ("**/c/*", "a/b/c/note.txt", True),
        ("/a/*", "a/note.txt", False),
        ("/a/b/*", "/a/b/note.txt", True),
        ("not?.txt", "note.txt", True),
        ("note.txt", "footnote.txt", False),
        ("[ab].txt", "a.txt", False),
    ],
)
def test_paths(pattern: str, path: str, meant: bool) -> None:
    assert means(Allowance("a", path=pattern), finding(1), Path(path)) is meant


def test_regions() -> None:
    inside, outside = area(1, 10, 10, 100, 20), area(1, 10, 300, 100, 20)
    entry = Allowance("a", page=1, box=Box(0, 0, 200, 50))
    assert means(entry, finding(1, inside))
    assert not means(entry, finding(1, outside))
    assert not means(entry, finding(1, inside, outside))  # a value outside is covered everywhere
    assert not means(entry, finding(1, area(2, 10, 10, 100, 20)))
    assert not means(entry, finding(1, TextSpan(1, 2, 1, 1)))
    assert means(Allowance("a", page=1), finding(1, inside, outside))


def test_all_that_an_entry_states_has_to_be_true() -> None:
    found = finding(1, rule_id="acme-key")
    assert means(Allowance("a", rule="acme-*", path="*.txt"), found)
    assert not means(Allowance("a", rule="acme-*", path="*.png"), found)
    assert not means(Allowance("a", rule="acme", path="*.txt"), found)


def test_a_region_of_a_pdf_stays_readable_and_the_rest_is_covered(tmp_path: Path, random: Random) -> None:
    first, second = (generate("ghp_[A-Za-z0-9]{36}", random) for _ in range(2))
    made = pdfs.document()
    made[0].insert_text((40, 100), first, fontsize=9)
    made[0].insert_text((40, 200), second, fontsize=9)
    file = tmp_path / "page.pdf"
    file.write_bytes(pdfs.saved(made))
    entry = Allowance("a", page=1, box=Box(0, 80, pdfs.WIDTH, 120))
    task = RedactTask(Input(file, Path(file.name)), tmp_path / "out.pdf", policy=Policy(allowances=(entry,)))
    report = run(task).report
    assert report.redacted is not None, report.error
    assert [one.finding.where[0] for one in report.allowed if isinstance(one.finding.where[0], PageArea)]
    assert len(report.findings) == 1
    assert not pdf_residue.residue(report.redacted.path.read_bytes(), second)


# --- reading the files ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has no [[allow]] table"),
        ("[[allow]]\nreason = 'x'", "it has to state one of fingerprint, rule, path, page"),
        ("[[allow]]\nrul = 'x'", "“rul” is unknown"),
        ("[[allow]]\nrule = ''", "not empty"),
        ("[[allow]]\nrule = 1", "has to be a str"),
        ("[[allow]]\npage = 0", "counted from 1"),
        ("[[allow]]\nrule = 'x'\nbox = [0, 0, 1, 1]", "a box needs its page"),
        ("[[allow]]\npage = 1\nbox = [0, 0, 1]", "four numbers"),
        ("[[allow]]\npage = 1\nbox = [5, 0, 1, 1]", "its left before its right"),
        ("[[allow]]\npage = 1\nbox = [0, 0, nan, 1]", "its left before its right"),
        ("[[allow]]\nfingerprint = 'abc'", "32 digits"),
        ("[[allow]]\nrule = 'x'\n[other]", "unknown name “other”"),
        ("allow = [1]", "has to be an [[allow]] table"),
        ("[[allow]", "not valid TOML"),
    ],
)
def test_a_faulty_allow_list_is_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "allow.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as error:
        policy(Settings(allow=(str(file),)))
    assert told in error.value.message


def test_who_allowed_it_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "allow.toml"
    file.write_text("[[allow]]\nrule = 'x'\nby = 'Kim'\nreason = 'sample'\n[[allow]]\npage = 2\n")
    first, second = policy(Settings(allow=(str(file),))).allowances
    assert (first.by, first.reason) == ("Kim (allow.toml, entry 1)", "sample")
    assert (second.by, second.page) == ("allow.toml, entry 2", 2)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("words.txt", "Contoso\n-\n", "line 2: a word has 2 to 200 characters"),
        ("words.toml", "x = 1", "no list of words called “hide”"),
        ("words.toml", "hide = ['Contoso', 'x']", "word 2 of “hide”"),
    ],
)
def test_a_faulty_list_of_words_is_refused_without_quoting_it(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError) as error:
        policy(Settings(words=(str(tmp_path / name),)))
    assert told in error.value.message
    assert "ontoso" not in error.value.message


def test_comments_empty_lines_and_repetitions_are_no_words(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("\ufeff# customers\n\nContoso\n  Fabrikam  Inc \nContoso\n", "utf-8")
    assert policy(Settings(words=(str(tmp_path / "words.txt"),))).words == ("Contoso", "Fabrikam Inc")


# --- explanations ---------------------------------------------------------------------------------


def test_every_dismissal_is_explained_when_asked_for(note: Input) -> None:
    report = run(ScanTask(note, policy=ALLOWED), explain=True).report
    told = {one.rule_id: (one.by, one.reason, one.masked) for one in report.dismissed}
    assert told["github-pat"] == ("allow.toml, entry 1", "a sample", "ghp_…(40)")
    assert told["labelled-password"][2] == "…(8)"
    assert all(one.where and one.reason for one in report.dismissed)
    assert "changeme" not in repr(report)
    assert not run(ScanTask(note, policy=ALLOWED)).report.dismissed


# --- baselines ------------------------------------------------------------------------------------


def test_the_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "own.key"
    with pytest.raises(UsageError, match="no key file"):
        key_at(str(file))
    made = key_at(str(file), make=True)
    assert key_at(str(file), make=True) == made
    assert sys.platform == "win32" or file.stat().st_mode & 0o077 == 0
    assert repr(made) == "LastingKey()"
    file.write_text("abcd")
    with pytest.raises(UsageError, match="is no key"):
        key_at(str(file))


def test_a_baseline_holds_nothing_but_keyed_fingerprints(tmp_path: Path) -> None:
    file = tmp_path / "base.json"
    write_baseline(file, KEY, [KEY.fingerprint("secret"), KEY.fingerprint("secret"), KEY.fingerprint("b")])
    assert read_baseline(file, KEY) == {KEY.fingerprint("secret"), KEY.fingerprint("b")}
    assert list(tmp_path.iterdir()) == [file]
    assert "secret" not in file.read_text()
    assert KEY.fingerprint("x") != LastingKey(b"m" * 32).fingerprint("x")
    assert KEY.fingerprint("x") != RunKey(b"l" * 32).fingerprint("x")
    for other in (LastingKey(b"m" * 32), None):
        with pytest.raises(UsageError, match="another key"):
            read_baseline(file, other)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sharesafe-baseline": 1}', "{" * 100_000])
def test_a_file_that_is_no_baseline(tmp_path: Path, text: str) -> None:
    (tmp_path / "base.json").write_text(text)
    with pytest.raises(UsageError, match="is no baseline"):
        read_baseline(tmp_path / "base.json", KEY)


def test_words_in_keys_and_numbers_of_exports(tmp_path: Path) -> None:
    file = tmp_path / "flow.json"
    inner = json.dumps({"m\u00fcller ltd": 1})
    file.write_text(json.dumps({"M\u00fcller Ltd": {"customer": 48151623, "n": 12345}, "body": inner}))
    policy = Policy(words=("M\u00fcller Ltd", "48151623"))
    assert len(run(ScanTask(Input(file, Path(file.name)), policy=policy)).report.findings) == 3
    report = run(RedactTask(Input(file, Path(file.name)), tmp_path / "out.json", policy=policy)).report
    assert report.redacted is not None, report.error
    copy = json.loads(report.redacted.path.read_text())
    key, body = copy
    assert key.startswith("REDACTED_OWN_WORD_")
    assert copy[key] == {"customer": 0, "n": 12345}
    (inner_key,) = json.loads(copy[body])
    assert inner_key == key


@pytest.mark.ocr
def test_words_and_regions_of_a_picture(tmp_path: Path, random: Random) -> None:
    font = ImageFont.load_default(18)
    picture = Image.new("RGB", (760, 260), "white")
    lines = (
        "Customer: Contoso Deutschland GmbH",
        "Host db01.intern.example is up",
        generate("ghp_[A-Za-z0-9]{36}", random),
    )
    for number, line in enumerate(lines):
        ImageDraw.Draw(picture).text((20, 20 + 80 * number), line, fill="black", font=font)
    file = tmp_path / "shot.png"
    picture.save(file)
    entry = Allowance("allow.toml, entry 1", page=1, box=Box(0, 160, 760, 240))
    policy = Policy(words=("Contoso Deutschland", "db01.intern.example"), allowances=(entry,))
    task = RedactTask(Input(file, Path(file.name)), tmp_path / "out.png", policy=policy)
    report = run(task, second_reader=False).report
    assert report.redacted is not None, report.error
    assert {one.rule_id for one in report.findings} == {"own-word"}
    assert len(report.findings) == 2
    assert [one.finding.rule_id for one in report.allowed] == ["github-pat"]
    with Image.open(report.redacted.path) as copy:
        changed = ImageChops.difference(copy.convert("RGB"), picture).convert("L")
    _, top, _, bottom = changed.point(lambda value: 255 * (value > 32)).getbbox() or (0, 0, 0, 0)
    assert 10 < top < bottom < 140, "the words are covered, the allowed line is not"


def test_a_preview_loads_no_detector(note: Input, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_policy: Policy, _path: Path) -> None:
        raise AssertionError("a preview examines nothing")

    monkeypatch.setattr(Policy, "detector", never)
    task = PreviewTask(note, 1)
    assert run_task(task, Settings(), RunKey(b"k"), RunLabels(), Deaf()).report.error is None
