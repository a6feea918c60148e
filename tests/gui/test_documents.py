"""The queue's own logic, without widgets: decisions, history, states."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.gui.documents import Document, Documents, Handling, Outcome, Stage
from app.messages import Input
from app.model import PLAIN_COVERS, ErrorInfo, Finding, NotRead, RedactedCopy, Scan
from app.places import MetadataKey, TextSpan
from detectors.model import Confidence, Kind
from tests.support.gui import area, finding, report

GAP = NotRead("page 3", "too blurred", "Look at it yourself.")


def examined(*findings: Finding, not_read: tuple[NotRead, ...] = ()) -> Document:
    source = Input(Path("/files/shot.png"), Path("shot.png"))
    document = Documents(Confidence.MEDIUM).add(source)
    document.finish(Scan(report(source, findings=findings, not_read=not_read), {}))
    return document


def outcome(document: Document, error: ErrorInfo | None = None) -> Outcome:
    copy = None if error else RedactedCopy(Path("/files/shot.redacted.png"), "1" * 64, ())
    return Outcome(document.cover, copy, error, len(document.not_read), document.fully_acknowledged)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Handling.COVERED),
        ({"confidence": Confidence.MEDIUM}, Handling.COVERED),
        ({"confidence": Confidence.LOW}, Handling.LEFT),
        ({"kind": Kind.POSTURE}, Handling.ADVICE),
        ({"where": (MetadataKey("exif:UserComment"),)}, Handling.DROPPED),
        ({"where": (MetadataKey("exif:UserComment"), area(1, 1, 1))}, Handling.COVERED),
    ],
)
def test_what_happens_to_a_finding_without_a_choice(changes: dict[str, object], expected: Handling) -> None:
    document = examined(finding(1, **changes))  # type: ignore[arg-type]
    assert document.handling(document.findings[0]) is expected


def test_choices_overrule_the_threshold_and_can_be_taken_back() -> None:
    sure, unsure = finding(1), finding(2, confidence=Confidence.LOW)
    document = examined(sure, unsure)
    assert document.cover.leave == {"f2"}
    document.choose([sure], False)
    document.choose([unsure], True)
    assert document.cover.leave == {"f1"}
    document.undo()
    assert document.cover.leave == {"f1", "f2"}
    document.undo()
    assert document.cover.leave == {"f2"}
    assert not document.can_undo
    document.redo()
    assert document.cover.leave == {"f1", "f2"}


def test_a_new_decision_ends_what_could_be_done_again() -> None:
    document = examined(finding(1))
    document.choose(document.findings, False)
    document.undo()
    document.add_mark(area(1, 5, 5))
    assert not document.can_redo
    assert document.cover.leave == frozenset()


def test_choosing_what_is_chosen_already_is_no_step_of_the_history() -> None:
    document = examined(finding(1))
    document.choose(document.findings, False)
    document.choose(document.findings, False)
    document.undo()
    assert not document.can_undo


def test_findings_without_a_choice_stay_as_they_are() -> None:
    advice = finding(1, kind=Kind.POSTURE)
    document = examined(advice)
    document.choose([advice], True)
    assert document.handling(advice) is Handling.ADVICE
    assert not document.can_undo


def test_marks_have_numbers_of_their_own_even_after_removal() -> None:
    document = examined()
    first = document.add_mark(area(1, 1, 1))
    document.remove_mark(first.number)
    second = document.add_mark(TextSpan(3, 9, 1, 4))
    assert second.number != first.number
    assert document.cover.drawn == (second.place,)


def test_a_copy_counts_as_saved_only_until_the_decisions_change() -> None:
    document = examined(finding(1))
    document.outcome = outcome(document)
    document.stage = document.settled_stage()
    assert document.stage is Stage.SAVED
    document.choose(document.findings, False)
    assert document.stage is Stage.FINDINGS
    document.undo()
    assert document.stage is Stage.SAVED


def test_a_changed_threshold_makes_a_copy_outdated() -> None:
    source = Input(Path("/files/shot.png"), Path("shot.png"))
    documents = Documents(Confidence.MEDIUM)
    document = documents.add(source)
    unsure = finding(1, confidence=Confidence.LOW)
    document.finish(Scan(report(source, findings=(unsure,)), {}))
    document.outcome = outcome(document)
    documents.follow(Confidence.LOW, PLAIN_COVERS)
    assert document.handling(unsure) is Handling.COVERED
    assert document.stage is Stage.FINDINGS


def test_a_failed_saving_is_not_saved() -> None:
    document = examined(finding(1))
    document.outcome = outcome(document, ErrorInfo("not-written", "The disk is full.", "Free space.", 5))
    assert document.settled_stage() is Stage.FINDINGS


@pytest.mark.parametrize(
    ("findings", "gaps", "expected"),
    [((), (), Stage.CLEAN), ((1,), (), Stage.FINDINGS), ((), (GAP,), Stage.INCOMPLETE)],
)
def test_the_state_of_the_report_decides(
    findings: tuple[int, ...], gaps: tuple[NotRead, ...], expected: Stage
) -> None:
    assert examined(*(finding(n) for n in findings), not_read=gaps).stage is expected


def test_cancelled_and_failed_documents_cannot_be_saved() -> None:
    document = examined(finding(1))
    source = document.input
    for code, stage in (("cancelled", Stage.CANCELLED), ("unreadable", Stage.FAILED)):
        document.finish(Scan(report(source, error=ErrorInfo(code, "No.", "Try.", 3)), {}))
        assert document.stage is stage
        assert not document.examined


def test_unread_parts_are_acknowledged_one_by_one() -> None:
    document = examined(not_read=(GAP, GAP))
    document.acknowledge(0, True)
    assert not document.fully_acknowledged
    document.acknowledge(1, True)
    assert document.fully_acknowledged
    document.acknowledge(0, False)
    assert not document.fully_acknowledged


def test_late_findings_get_new_ids_and_only_places_on_pages() -> None:
    document = examined(finding(1), finding(2))
    late = finding(1, area(2, 5, 5), TextSpan(0, 4, 1, 1), title="Late")
    elsewhere = finding(2, TextSpan(0, 4, 1, 1))
    assert document.add_late([late, elsewhere]) == 1
    added = document.findings[-1]
    assert (added.id, added.title, added.where) == ("f3", "Late", (area(2, 5, 5),))
    assert document.scan is not None
    assert document.scan.report.findings == document.findings
    assert document.handling(added) is Handling.COVERED


def test_reading_again_forgets_decisions() -> None:
    document = examined(finding(1), not_read=(GAP,))
    document.choose(document.findings, False)
    document.add_mark(area(1, 1, 1))
    document.acknowledge(0, True)
    document.begin_again(replace(document.input, password="x"))
    assert document.stage is Stage.WAITING
    assert document.decisions.marks == ()
    assert document.decisions.left == frozenset()
    assert not document.can_undo
    assert document.acknowledged == frozenset()


def test_the_queue_never_reuses_a_number() -> None:
    documents = Documents(Confidence.MEDIUM)
    source = Input(Path("/files/shot.png"), Path("shot.png"))
    first = documents.add(source)
    documents.remove(first.number)
    assert documents.add(source).number != first.number
    assert documents.get(first.number) is None
    assert documents.get(None) is None


def test_nothing_about_the_content_shows_in_a_repr() -> None:
    document = examined(finding(1))
    assert "Scan" not in repr(document)
