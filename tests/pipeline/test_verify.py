"""What verification refuses, on text files; each format's own checks are tested with the format."""

from __future__ import annotations

import base64
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest

from app import verify
from app.formats.text.document import TextDocument
from app.messages import Input, RedactTask, ScanTask, Task, VerifyAgainTask, VerifyTask, WriteTask
from app.model import Finding, Preview, RunKey, RunLabels, Scan
from app.options import Settings
from app.pipeline import run_step, run_task
from app.planning import plan_for
from app.residue.search import FRAGMENT
from detectors.model import Confidence
from detectors.samples import generate


class Deaf:
    def progress(self, fraction: float, note: str) -> None: ...

    def found(self, findings: tuple[Finding, ...]) -> None: ...

    def page(self, page: int, preview: Preview, *, redacted: bool) -> None: ...


@dataclass
class Case:
    folder: Path
    secret: str
    labels: RunLabels

    @property
    def source(self) -> Path:
        return self.folder / "note.txt"

    @property
    def order(self) -> RedactTask:
        return RedactTask(Input(self.source, Path("note.txt")), self.folder / "out" / "note.redacted.txt")

    def step(self, task: Task) -> Scan | VerifyTask | WriteTask:
        return run_step(task, Settings(), RunKey(b"k" * 32), self.labels, Deaf())

    def run(self, task: Task) -> Scan:
        return run_task(task, Settings(), RunKey(b"k" * 32), self.labels, Deaf())

    def refused(self, task: Task | None = None) -> str:
        """The message, after making sure that nothing is left."""
        report = self.run(task or self.order).report
        assert report.redacted is None
        assert report.error is not None
        assert report.error.code == "verification-failed"
        assert list((self.folder / "out").iterdir()) == []
        assert self.secret not in report.error.message
        return report.error.message


@pytest.fixture
def case(tmp_path: Path, random: Random) -> Case:
    secret = generate("ghp_[A-Za-z0-9]{36}", random)
    (tmp_path / "note.txt").write_text(f"first line\nGITHUB_TOKEN={secret}\nagain {secret}\n")
    return Case(tmp_path, secret, RunLabels())


def spoiled(monkeypatch: pytest.MonkeyPatch, extra: bytes) -> None:
    """Every copy gets something behind its end, and the format does not mind."""
    write = TextDocument.write

    def careless(document: TextDocument, plan: object, target: Path) -> None:
        write(document, plan, target)  # type: ignore[arg-type]
        with target.open("ab") as stream:
            stream.write(extra)

    monkeypatch.setattr(TextDocument, "write", careless)
    monkeypatch.setattr(TextDocument, "check", lambda *_: [])


def test_a_piece_of_eight_characters_is_found_and_told_without_being_quoted(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    piece = case.secret[17 : 17 + FRAGMENT]
    spoiled(monkeypatch, base64.b64encode(b"#" + piece.encode()))
    message = case.refused()
    assert f"The check “{verify.NO_RESIDUE}” failed: 1 of 1" in message
    assert f"{FRAGMENT} characters of a value (base64) in the bytes of the copy" in message
    assert piece not in message


def test_what_was_compressed_is_found(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = zlib.compress(zlib.compress(b"x" * 40 + case.secret.encode()))
    spoiled(monkeypatch, b"\n" + base64.b64encode(packed))
    assert "a value (plain) in compressed stream" in case.refused()


def independently(monkeypatch: pytest.MonkeyPatch, *texts: str, fail: Exception | None = None) -> None:
    def read(_: TextDocument) -> Iterator[str]:
        yield from texts
        if fail is not None:
            raise fail

    monkeypatch.setattr(TextDocument, "read_independently", read)


def test_another_reader_sees_a_covered_value(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    halves = case.secret[:20], case.secret[20:]
    independently(monkeypatch, "nothing", f"seen {halves[0]}\n {halves[1]}")
    message = case.refused()
    assert f"The check “{verify.OTHER_READER}” failed" in message
    assert "text 2 of the other reader" in message


def test_another_reader_sees_a_secret_that_we_never_saw(
    case: Case, monkeypatch: pytest.MonkeyPatch, random: Random
) -> None:
    independently(monkeypatch, f"AWS_TOKEN={generate('ghp_[A-Za-z0-9]{36}', random)}")
    assert "Another reader found 1 more secret" in case.refused()


def test_what_we_judged_harmless_is_not_judged_again(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    case.source.write_text("the word is\nEsk4pade77x\n")
    independently(monkeypatch, "password: Esk4pade77x")
    assert case.run(case.order).report.redacted is not None


@pytest.mark.parametrize("failure", [ImportError("no such library"), ValueError("a value"), OSError()])
def test_a_reader_that_cannot_run_is_not_passed(
    case: Case, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    independently(monkeypatch, fail=failure)
    message = case.refused()
    assert f"“{verify.OTHER_READER}” failed: it could not run ({type(failure).__name__})" in message
    assert "a value" not in message


def test_another_reader_is_told_with_figures(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    independently(monkeypatch, "REDACTED_API_KEY_1", "more")
    copy = case.run(case.order).report.redacted
    assert copy is not None
    (check,) = (check for check in copy.checks if check.name == verify.OTHER_READER)
    assert check.detail == "1 values and their pieces in 2 texts of 22 characters"


# --- two processes --------------------------------------------------------------------------------


def test_the_copy_waits_privately_for_whoever_verifies_it(case: Case) -> None:
    task = case.step(case.order)
    assert isinstance(task, VerifyTask)
    assert list((case.folder / "out").iterdir()) == [task.written]
    assert os.name == "nt" or task.written.stat().st_mode & 0o777 == 0o600
    assert case.secret not in repr(task)
    assert isinstance(case.step(task), Scan)
    assert [path.name for path in (case.folder / "out").iterdir()] == ["note.redacted.txt"]


def test_a_copy_that_is_exchanged_before_its_verification_is_refused(case: Case) -> None:
    task = case.step(case.order)
    assert isinstance(task, VerifyTask)
    task.written.write_text("something else\n")
    assert "changed by another program" in case.refused(task)


def test_a_copy_that_vanished_is_no_copy(case: Case) -> None:
    task = case.step(case.order)
    assert isinstance(task, VerifyTask)
    task.written.unlink()
    report = case.run(task).report
    assert report.error is not None
    assert report.error.code == "not-written"
    assert report.findings


def test_an_original_that_changes_between_the_two_gives_no_copy(case: Case) -> None:
    task = case.step(case.order)
    case.source.write_text("something else\n")
    scan = case.run(task)  # type: ignore[arg-type]
    assert scan.report.error is not None
    assert scan.report.error.code == "source-changed"
    assert list((case.folder / "out").iterdir()) == []


def test_a_name_that_is_taken_meanwhile_is_kept(case: Case) -> None:
    task = case.step(case.order)
    case.order.target.write_text("mine")
    report = case.run(task).report  # type: ignore[arg-type]
    assert report.error is not None
    assert report.error.code == "not-written"
    assert case.order.target.read_text() == "mine"
    assert [path.name for path in (case.folder / "out").iterdir()] == ["note.redacted.txt"]


def test_a_folder_that_cannot_be_used_gives_a_reason(case: Case) -> None:
    (case.folder / "out").write_text("a file")
    report = case.run(case.order).report
    assert report.error is not None
    assert report.error.code == "not-written"
    assert report.error.next_step


# --- later, without the original ------------------------------------------------------------------


def test_a_copy_is_verified_again_without_its_original(case: Case) -> None:
    first = case.run(case.order).report.redacted
    assert first is not None
    case.source.unlink()
    report = case.run(VerifyAgainTask(Input(first.path, Path(first.path.name)))).report
    assert report.error is None
    assert report.redacted is not None
    assert report.redacted.sha256 == first.sha256
    assert {check.passed for check in report.redacted.checks} == {True}
    assert report.findings == ()


def test_a_copy_with_a_secret_does_not_pass_unless_it_was_left(case: Case) -> None:
    scan = case.run(ScanTask(case.order.input))
    plan = plan_for(scan, case.labels, Confidence.MEDIUM, leave=[f.id for f in scan.report.findings])
    first = case.run(replace(case.order, plan=plan)).report.redacted
    assert first is not None
    again = VerifyAgainTask(Input(first.path, Path(first.path.name)))
    refused = case.run(again).report
    assert refused.redacted is None
    assert refused.error is not None
    assert refused.error.code == "verification-failed"
    (found,) = refused.findings
    passed = case.run(replace(again, left=((found.rule_id, found.masked),))).report
    assert passed.redacted is not None
    assert [one.rule_id for one in passed.findings] == [found.rule_id], "what stands is told"
