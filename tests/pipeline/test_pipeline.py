"""The pipeline's own decisions, on text files, which need no reader."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from app import verify
from app.errors import VerificationFailed
from app.formats.text.document import TextDocument
from app.messages import Input, PreviewTask, RedactTask, ScanTask
from app.model import Check, Finding, PlainText, Preview, RunKey, RunLabels, Scan, State
from app.options import Settings
from app.pipeline import run_task
from app.planning import plan_for
from detectors.model import Confidence
from detectors.samples import generate


@dataclass
class Heard:
    findings: list[tuple[Finding, ...]] = field(default_factory=list)
    pages: list[Preview] = field(default_factory=list)

    def progress(self, fraction: float, note: str) -> None: ...

    def found(self, findings: tuple[Finding, ...]) -> None:
        self.findings.append(findings)

    def page(self, page: int, preview: Preview, *, redacted: bool) -> None:
        self.pages.append(preview)


@dataclass
class Case:
    folder: Path
    secret: str
    source: Path
    labels: RunLabels = field(default_factory=RunLabels)
    heard: Heard = field(default_factory=Heard)

    @property
    def target(self) -> Path:
        return self.folder / "out" / "note.redacted.txt"

    def run(self, task: ScanTask | RedactTask | PreviewTask, **settings: object) -> Scan:
        return run_task(task, replace(Settings(), **settings), RunKey(b"k" * 32), self.labels, self.heard)  # type: ignore[arg-type]

    @property
    def input(self) -> Input:
        return Input(self.source, Path(self.source.name))

    def redact(self, **more: object) -> Scan:
        return self.run(RedactTask(self.input, self.target, **more))  # type: ignore[arg-type]


@pytest.fixture
def case(tmp_path: Path, random: Random) -> Case:
    secret = generate("ghp_[A-Za-z0-9]{36}", random)
    source = tmp_path / "note.txt"
    source.write_text(f"first line\nGITHUB_TOKEN={secret}\nagain {secret}\n")
    return Case(tmp_path, secret, source)


def test_a_verified_copy_comes_out(case: Case) -> None:
    before = case.source.read_bytes()
    report = case.redact().report
    assert report.state is State.FINDINGS
    assert report.redacted is not None
    text = report.redacted.path.read_text()
    assert case.secret not in text
    assert text.count("REDACTED_") == 2
    assert text.startswith("first line\nGITHUB_TOKEN=REDACTED_")
    assert {check.passed for check in report.redacted.checks} == {True}
    assert case.source.read_bytes() == before
    assert [path.name for path in case.target.parent.iterdir()] == [case.target.name]


def test_a_copy_has_the_rights_of_any_new_file(case: Case) -> None:
    copy = case.redact().report.redacted
    assert copy is not None
    other = case.folder / "other"
    other.touch()
    assert copy.path.stat().st_mode == other.stat().st_mode


def test_one_value_has_one_placeholder_in_all_files_of_a_run(case: Case) -> None:
    first = case.redact().report.redacted
    second = case.run(RedactTask(case.input, case.folder / "out2" / "note.redacted.txt")).report.redacted
    assert first is not None
    assert second is not None
    assert first.path.read_bytes() == second.path.read_bytes()


def test_an_existing_file_is_replaced_on_request_only(case: Case) -> None:
    case.target.parent.mkdir()
    case.target.write_text("mine")
    error = case.redact().report.error
    assert error is not None
    assert error.code == "not-written"
    assert case.target.read_text() == "mine"
    assert case.redact(replace=True).report.redacted is not None
    assert "REDACTED_" in case.target.read_text()


def test_the_original_is_never_replaced(case: Case) -> None:
    before = case.source.read_bytes()
    error = case.run(RedactTask(case.input, case.source, replace=True)).report.error
    assert error is not None
    assert error.code == "not-written"
    assert case.source.read_bytes() == before


def test_permission_to_replace_is_for_the_asked_name_only(case: Case) -> None:
    case.target.parent.mkdir()
    case.target.write_text("mine")
    task = RedactTask(case.input, case.target.with_suffix(".log"), replace=True)
    scan = case.run(task)
    assert scan.report.error is None or scan.report.error.code == "not-written"
    assert case.target.read_text() == "mine"


def test_a_failed_check_is_named(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TextDocument, "check", lambda *_: [Check("Nothing else changed", False, "line 3")])
    report = case.redact().report
    assert report.error is not None
    assert report.error.code == "verification-failed"
    assert "Nothing else changed" in report.error.message
    assert report.redacted is None
    assert list(case.target.parent.iterdir()) == []


def test_a_careless_copy_is_not_published(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(document: TextDocument, plan: object, target: Path) -> None:
        target.write_bytes(case.source.read_bytes())

    monkeypatch.setattr(TextDocument, "write", careless)
    report = case.redact().report
    assert report.error is not None
    assert report.error.code == "verification-failed"
    assert list(case.target.parent.iterdir()) == []


def test_a_changed_source_refuses_its_old_plan(case: Case) -> None:
    scan = case.run(ScanTask(case.input))
    plan = plan_for(scan, case.labels, Confidence.MEDIUM)
    case.source.write_text("something else\n")
    error = case.redact(plan=plan).report.error
    assert error is not None
    assert error.code == "source-changed"
    assert not case.target.exists()


def test_a_source_that_changes_meanwhile_gives_no_copy(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    written = TextDocument.write

    def meddled(document: TextDocument, plan: object, target: Path) -> None:
        written(document, plan, target)  # type: ignore[arg-type]
        case.source.write_text("something else\n")

    monkeypatch.setattr(TextDocument, "write", meddled)
    error = case.redact().report.error
    assert error is not None
    assert error.code == "source-changed"
    assert list(case.target.parent.iterdir()) == []


def test_a_finding_left_by_a_person_stays_and_does_not_fail_the_check(case: Case) -> None:
    scan = case.run(ScanTask(case.input))
    plan = plan_for(scan, case.labels, Confidence.MEDIUM, leave=[f.id for f in scan.report.findings])
    report = case.redact(plan=plan).report
    assert report.error is None
    assert case.target.read_bytes() == case.source.read_bytes()


def test_a_plan_by_hand_that_forgets_a_secret_is_refused(case: Case) -> None:
    scan = case.run(ScanTask(case.input))
    plan = replace(plan_for(scan, case.labels, Confidence.MEDIUM), items=(), kept=())
    report = case.redact(plan=plan).report
    assert report.error is not None
    assert report.error.code == "verification-failed"
    assert report.findings, "what was found late is shown"
    assert not case.target.exists()


def test_pages_are_shown_plain_and_redacted(case: Case) -> None:
    scan = case.run(ScanTask(case.input, previews=True))
    case.run(PreviewTask(case.input, 1, plan_for(scan, case.labels, Confidence.MEDIUM)))
    plain, redacted = case.heard.pages
    assert isinstance(plain, PlainText)
    assert isinstance(redacted, PlainText)
    assert case.secret in plain.text
    assert case.secret not in redacted.text
    assert case.heard.findings, "findings are told while reading goes on"


def test_nothing_is_published_unchecked(tmp_path: Path) -> None:
    written = tmp_path / "x"
    written.write_text("x")
    copy = verify.Written(written, sha256(b"x").hexdigest())
    for checks in ((), (Check("a", True), Check("b", False))):
        with pytest.raises(VerificationFailed):
            verify.publish(copy, tmp_path / "y", checks, replace=True)
    with pytest.raises(VerificationFailed, match="changed by another"):
        verify.publish(verify.Written(written, "0" * 64), tmp_path / "y", [Check("a", True)], replace=True)
    assert not (tmp_path / "y").exists()


def test_no_plaintext_in_what_leaves_the_worker(case: Case) -> None:
    scan = case.redact()
    assert case.secret not in repr(scan)
    assert case.secret not in repr(case.heard.findings)


HOST = "orders7.shop.internal"
EXPORT = {
    "nodes": [{"type": "x", "typeVersion": 1, "parameters": {"url": f"http://{HOST}:8080/run"}}],
    "connections": {},
}


@pytest.mark.parametrize(
    ("export", "private_hosts", "covered"),
    [
        (True, "exports", True),
        (False, "exports", False),
        (False, "always", True),
        (True, "never", False),
    ],
)
def test_private_hosts_are_covered_where_the_option_says(
    case: Case, export: bool, private_hosts: str, covered: bool
) -> None:
    case.source.write_text(json.dumps(EXPORT if export else {"url": f"http://{HOST}:8080/run"}))
    report = case.run(RedactTask(case.input, case.target), private_hosts=private_hosts).report
    assert report.redacted is not None
    text = report.redacted.path.read_text()
    assert (HOST not in text) == covered
    assert ("http://REDACTED_PRIVATE_HOST_1:8080/run" in text) == covered
    assert (report.state is State.CLEAN) == (private_hosts == "never")
    assert (report.platform == "n8n") == export
