"""Copies: what is asked, what is written, what the window says afterwards."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton

from app.gui.banner import Tone
from app.gui.documents import Handling, Stage
from app.messages import PreviewTask, RedactTask
from app.model import ErrorInfo, NotRead, PlainText, Remark
from app.options import Settings
from app.places import TextSpan
from tests.gui.conftest import Stand
from tests.support.gui import Script, area, finding, picture

Make = Callable[..., Stand]
GAP = NotRead("Page 1, bottom", "Too blurred.", "Look at it yourself.")
SHOT = Script((finding(1, area(1, 40, 40)),), pages=(picture(),))
FAILED = ErrorInfo(
    "verification-failed", "The check “rescan” failed. The copy was deleted.", "Cover it by hand.", 5
)


def told(stand: Stand) -> str:
    banner = stand.window.banner
    assert banner.isVisible()
    return " ".join(label.text() for label in banner.findChildren(QLabel) if not label.isHidden())


def tone(stand: Stand) -> Tone:
    return Tone(stand.window.banner.property("banner"))


def press(stand: Stand, text: str) -> None:
    (button,) = (
        b for b in stand.window.banner.findChildren(QPushButton) if b.text() == text and b.isVisible()
    )
    stand.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def save(stand: Stand) -> None:
    stand.qtbot.keyClick(stand.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    stand.settle()


def redact_task(stand: Stand) -> RedactTask:
    (task,) = (task for task in stand.fake.pool.tasks.values() if isinstance(task, RedactTask))
    return task


def test_a_saved_copy_gets_a_receipt_that_names_the_checks(stand: Make, tmp_path: Path) -> None:
    made = stand({"shot.png": SHOT})
    made.answers.chosen_target = tmp_path / "shot.redacted.png"
    made.add("shot.png")
    save(made)
    assert made.answers.proposals == [Path("/files/shot.redacted.png")]
    task = redact_task(made)
    assert (task.target, task.replace) == (tmp_path / "shot.redacted.png", False)
    assert task.plan is not None
    assert [item.finding_id for item in task.plan.items] == ["f1"]
    assert made.document.stage is Stage.SAVED
    assert tone(made) is Tone.GOOD
    assert "Saved and verified: shot.redacted.png" in told(made)
    press(made, "Show the checks")
    for name in ("No covered value left", "covers are opaque", "Nothing else changed", "rescan"):
        assert name in told(made)


def test_what_is_to_be_known_about_a_copy_is_told_first(stand: Make, tmp_path: Path) -> None:
    remarks = (Remark("page 2", "became a picture"), Remark("page 5", "became a picture"))
    made = stand({"shot.png": replace(SHOT, remarks=remarks)})
    made.answers.chosen_target = tmp_path / "shot.redacted.png"
    made.add("shot.png")
    save(made)
    assert "Page 2: became a picture (and 1 more remark)." in told(made)
    press(made, "Show the checks")
    assert "Page 5: became a picture" in told(made)


@pytest.mark.parametrize("wanted", [True, False])
def test_a_receipt_beside_the_copy_when_it_is_wanted(stand: Make, tmp_path: Path, wanted: bool) -> None:
    both = Script((finding(1), finding(2, area(1, 40, 200))), pages=(picture(),))
    made = stand({"shot.png": both})
    made.window.session.use(Settings(receipts=wanted, cover="background"))
    made.answers.chosen_target = tmp_path / "shot.redacted.png"
    made.add("shot.png")
    number = made.document.number
    made.window.session.decide(number, lambda d: d.choose([d.findings[0]], False))
    made.window.session.decide(number, lambda d: d.add_mark(area(1, 300, 300)))
    save(made)
    assert tone(made) is Tone.GOOD
    receipt = tmp_path / "shot.redacted.png.receipt.json"
    assert receipt.is_file() == wanted
    if wanted:
        content = json.loads(receipt.read_text())
        (entry,) = content["copies"]
        assert [one["values"] for one in entry["covered"]] == [1]
        assert [one["rule"] for one in entry["left"]] == ["test-api-key"]
        assert entry["covered_by_hand"] == 1
        assert entry["copy"]["bytes"] == len(b"copy")
        assert content["settings"]["cover"] == "background"
        press(made, "Show the checks")
        assert "Receipt: shot.redacted.png.receipt.json" in told(made)


def test_decisions_and_own_areas_reach_the_plan(stand: Make, tmp_path: Path) -> None:
    both = Script((finding(1), finding(2, area(1, 40, 200))), pages=(picture(),))
    made = stand({"shot.png": both})
    made.answers.chosen_target = tmp_path / "x.png"
    made.add("shot.png")
    number = made.document.number
    mark = area(1, 300, 300)
    made.window.session.decide(number, lambda d: d.choose([d.findings[0]], False))
    made.window.session.decide(number, lambda d: d.add_mark(mark))
    save(made)
    plan = redact_task(made).plan
    assert plan is not None
    assert [item.finding_id for item in plan.items] == ["f2", None]
    assert plan.items[1].where == (mark,)
    assert [kept.id for kept in plan.kept] == ["f1"]


def test_replacing_is_passed_on_only_when_it_was_agreed_to(stand: Make, tmp_path: Path) -> None:
    made = stand({"shot.png": SHOT})
    made.answers.chosen_target, made.answers.overwrite = tmp_path / "x.png", True
    made.add("shot.png")
    save(made)
    assert redact_task(made).replace


def test_the_original_is_no_target(stand: Make) -> None:
    made = stand({"shot.png": SHOT})
    made.answers.chosen_target = Path("/files/shot.png")
    made.add("shot.png")
    save(made)
    assert "The original is never replaced" in told(made)
    assert len(made.fake.pool.tasks) == 1


def test_a_dialog_that_is_closed_changes_nothing(stand: Make) -> None:
    made = stand({"shot.png": SHOT})
    made.add("shot.png")
    save(made)
    assert made.document.stage is Stage.FINDINGS
    assert not made.window.banner.isVisible()


def test_a_failed_check_is_explained_and_nothing_counts_as_saved(stand: Make, tmp_path: Path) -> None:
    made = stand({"shot.png": replace(SHOT, save_error=FAILED)})
    made.answers.chosen_target = tmp_path / "x.png"
    made.add("shot.png")
    save(made)
    assert tone(made) is Tone.BAD
    assert "No copy was written" in told(made)
    assert "The check “rescan” failed" in told(made)
    assert made.document.stage is Stage.FINDINGS
    assert not (tmp_path / "x.png").exists()


def test_what_only_the_check_read_is_marked_and_covered_the_next_time(stand: Make, tmp_path: Path) -> None:
    late = finding(1, area(1, 300, 300), title="Late key")
    made = stand({"shot.png": replace(SHOT, save_error=FAILED, late=(late,))})
    made.answers.chosen_target = tmp_path / "x.png"
    made.add("shot.png")
    save(made)
    assert tone(made) is Tone.WARN
    assert "1 more secret" in told(made)
    added = made.document.findings[-1]
    assert (added.id, added.title) == ("f2", "Late key")
    assert made.document.handling(added) is Handling.COVERED
    made.fake.scripts["shot.png"] = SHOT
    press(made, "Save again…")
    made.settle()
    task = [task for task in made.fake.pool.tasks.values() if isinstance(task, RedactTask)][-1]
    assert task.plan is not None
    assert [item.where for item in task.plan.items] == [(area(1, 40, 40),), (area(1, 300, 300),)]
    assert made.document.stage is Stage.SAVED


def test_a_changed_file_is_offered_to_be_examined_again(stand: Make, tmp_path: Path) -> None:
    changed = ErrorInfo("source-changed", "The file is no longer the one that was examined.", "Again.", 3)
    made = stand({"shot.png": replace(SHOT, save_error=changed)})
    made.answers.chosen_target = tmp_path / "x.png"
    made.add("shot.png")
    save(made)
    press(made, "Examine again")
    made.settle()
    assert made.document.stage is Stage.FINDINGS
    assert not made.window.banner.isVisible() or "examined" not in told(made)


def test_a_later_decision_makes_the_receipt_outdated(stand: Make, tmp_path: Path) -> None:
    made = stand({"shot.png": SHOT})
    made.answers.chosen_target = tmp_path / "x.png"
    made.add("shot.png")
    save(made)
    made.window.session.decide(made.document.number, lambda d: d.add_mark(area(1, 5, 5)))
    assert tone(made) is Tone.WARN
    assert "Changed since the copy was saved" in told(made)
    assert made.document.stage is Stage.FINDINGS


# --- not fully examined ---


def test_unread_parts_are_asked_about_before_saving(stand: Make, tmp_path: Path) -> None:
    made = stand({"shot.png": replace(SHOT, not_read=(GAP,))})
    made.answers.chosen_target, made.answers.go_on = tmp_path / "x.png", False
    made.add("shot.png")
    save(made)
    assert made.answers.asked == ["unread"]
    assert len(made.fake.pool.tasks) == 1, "nothing was written"


def test_a_copy_with_unread_parts_is_never_called_complete(stand: Make, tmp_path: Path) -> None:
    made = stand({"shot.png": replace(SHOT, not_read=(GAP,))})
    made.answers.chosen_target = tmp_path / "x.png"
    made.add("shot.png")
    save(made)
    assert tone(made) is Tone.WARN
    assert "not fully examined" in told(made)
    index = made.window.queue.view.model().index(0, 0)
    assert "not fully examined" in index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_acknowledged_parts_make_it_complete_and_are_mentioned(stand: Make, tmp_path: Path) -> None:
    made = stand({"shot.png": replace(SHOT, not_read=(GAP,))})
    made.answers.chosen_target = tmp_path / "x.png"
    made.add("shot.png")
    made.window.session.decide(made.document.number, lambda d: d.acknowledge(0, True))
    save(made)
    assert made.answers.asked == []
    assert tone(made) is Tone.GOOD
    assert "looked at by you" in told(made)


# --- several ---


def test_saving_all_keeps_folders_and_sums_up(stand: Make, tmp_path: Path) -> None:
    made = stand({"a.png": SHOT, "b.png": replace(SHOT, save_error=FAILED), "c.png": SHOT})
    made.add("a.png", "b.png", "c.png")
    made.window.actions_["save_all"].trigger()
    made.settle()
    assert sorted(path.name for path in tmp_path.glob("*.redacted.png")) == [
        "a.redacted.png",
        "c.redacted.png",
    ]
    assert tone(made) is Tone.BAD
    assert "2 copies saved and verified, 1 not" in told(made)
    press(made, "Show the files")
    assert "b.png: no copy was written" in told(made)


def test_saving_all_tells_each_where_the_copies_of_the_others_go(stand: Make, tmp_path: Path) -> None:
    made = stand({"a.png": SHOT, "b.png": SHOT})
    made.add("a.png", "b.png")
    made.window.actions_["save_all"].trigger()
    made.settle()
    tasks = [task for task in made.fake.pool.tasks.values() if isinstance(task, RedactTask)]
    for task in tasks:
        assert task.copies is not None
        copies = {
            Path(original).name: Path(copy or "").name for original, copy in task.copies.by_original.items()
        }
        assert copies == {"a.png": "a.redacted.png", "b.png": "b.redacted.png"}
    assert len(tasks) == 2


@pytest.mark.parametrize(("answer", "written"), [(False, ["b"]), (True, ["a", "b"]), (None, [])])
def test_existing_copies_are_asked_about_once(
    stand: Make, tmp_path: Path, answer: bool | None, written: list[str]
) -> None:
    made = stand({"a.png": SHOT, "b.png": SHOT})
    (tmp_path / "a.redacted.png").write_bytes(b"older")
    made.answers.replace = answer
    made.add("a.png", "b.png")
    made.window.actions_["save_all"].trigger()
    made.settle()
    assert made.answers.asked[-1] == "replace 1"
    tasks = [task for task in made.fake.pool.tasks.values() if isinstance(task, RedactTask)]
    assert [task.target.name[0] for task in tasks] == written
    assert all(task.replace is bool(answer) for task in tasks)


def test_saving_can_be_cancelled(stand: Make, tmp_path: Path) -> None:
    made = stand({"shot.png": SHOT}, hold=True)
    made.answers.chosen_target = tmp_path / "x.png"
    made.add("shot.png")
    made.fake.pool.release(1)
    made.settle()
    made.window.actions_["save"].trigger()
    assert made.document.stage is Stage.SAVING
    made.window.actions_["remove"].trigger()
    assert len(made.window.session.documents) == 1, "what is being written stays in the list"
    made.window.actions_["cancel"].trigger()
    made.settle()
    assert made.document.stage is Stage.FINDINGS
    assert not made.window.banner.isVisible()


# --- the clipboard ---


def test_the_verified_page_goes_to_the_clipboard_and_no_file_stays(stand: Make) -> None:
    made = stand({"shot.png": SHOT, "copy.png": Script(pages=(picture(50, 40, 7),))})
    modes: list[int] = []
    answer = None

    made.add("shot.png")
    answer = made.fake.pool.answer

    def watch(job: int) -> None:
        task = made.fake.pool.tasks[job]
        if isinstance(task, RedactTask):
            modes.append(stat.S_IMODE(task.target.parent.stat().st_mode))
        answer(job)

    made.fake.pool.answer = watch  # type: ignore[method-assign]
    shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    made.qtbot.keyClick(made.window, Qt.Key.Key_C, shift)
    made.settle()
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (50, 40)
    assert image.pixelColor(3, 3).red() == 7, "the copy's own page, not the original's"
    assert image.textKeys() == []
    target = redact_task(made).target
    assert modes == [0o700]
    assert not target.parent.exists()
    shown = [task for task in made.fake.pool.tasks.values() if isinstance(task, PreviewTask)]
    assert [(task.input.path, task.plan) for task in shown] == [(target, None)]
    assert tone(made) is Tone.GOOD
    assert made.document.stage is Stage.FINDINGS, "a copy on the clipboard is no saved copy"


def test_text_goes_to_the_clipboard_as_text(stand: Make) -> None:
    span = TextSpan(6, 14, 1, 7)
    made = stand(
        {
            "a.env": Script((finding(1, span),), pages=(PlainText("key = abcdefgh\n"),), format="text"),
            "copy.env": Script(pages=(PlainText("key = REDACTED_API_KEY_1\n"),), format="text"),
        }
    )
    made.add("a.env")
    made.window.actions_["copy"].trigger()
    made.settle()
    assert QGuiApplication.clipboard().text() == "key = REDACTED_API_KEY_1\n"


def test_a_copy_that_fails_its_check_never_reaches_the_clipboard(stand: Make) -> None:
    made = stand({"shot.png": replace(SHOT, save_error=FAILED)})
    made.add("shot.png")
    QGuiApplication.clipboard().setText("before")
    made.window.actions_["copy"].trigger()
    made.settle()
    assert QGuiApplication.clipboard().text() == "before"
    assert tone(made) is Tone.BAD
    assert not redact_task(made).target.parent.exists()


def test_closing_the_window_removes_a_private_folder(stand: Make) -> None:
    made = stand({"shot.png": SHOT}, hold=True)
    made.add("shot.png")
    made.fake.pool.release(1)
    made.settle()
    made.window.actions_["copy"].trigger()
    folder = redact_task(made).target.parent
    assert folder.exists()
    made.window.close()
    assert not folder.exists()


def test_the_users_own_files_go_along_with_every_task(stand: Make, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("Contoso")
    made = stand({"shot.png": SHOT})
    made.answers.settings = replace(made.window.session.settings, words=(str(words),))
    made.window.actions_["preferences"].trigger()
    made.add("shot.png")
    made.answers.chosen_target = tmp_path / "copy.png"
    save(made)
    words.unlink()
    made.add("other.png")
    policies = [task.policy for task in made.fake.pool.tasks.values() if not isinstance(task, PreviewTask)]
    assert [policy.words for policy in policies] == [("Contoso",), ("Contoso",), ()]
    assert policies[2].problem is not None, "a list that is gone must not look like an empty one"
