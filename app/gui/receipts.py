"""What the banner says after saving, in plain words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.gui.banner import Choice, Line, Message, Tone
from app.gui.documents import Document, Outcome
from app.gui.saving import Batch
from app.gui.wording import count_of
from app.model import ErrorInfo, RedactedCopy


@dataclass(frozen=True, slots=True)
class Next:
    """What a banner can offer."""

    show_folder: Callable[[Path], None]
    save: Callable[[], None]
    examine_again: Callable[[], None]


def receipt(document: Document, offer: Next) -> Message | None:
    """The outcome of the last saving, or None when there was none or it is outdated."""
    outcome = document.outcome
    if outcome is None:
        return None
    if outcome.late:
        return _late(outcome.late, offer)
    if outcome.error is not None or outcome.copy is None:
        return _refusal(outcome.error, offer)
    if outcome.cover != document.cover:
        return Message(
            Tone.WARN,
            "Changed since the copy was saved",
            f"{outcome.copy.path.name} shows your earlier decisions.",
            choices=(Choice("Save again…", "Write a copy with the present decisions", offer.save),),
        )
    return _saved(outcome, outcome.copy, offer)


def _saved(outcome: Outcome, copy: RedactedCopy, offer: Next) -> Message:
    lines = [Line(f"{remark.where.capitalize()}: {remark.text}", None) for remark in copy.remarks]
    lines += [
        Line(f"{check.name}: {check.detail}" if check.detail else check.name, check.passed)
        for check in copy.checks
    ]
    if outcome.receipt is not None:
        lines.append(Line(f"Receipt: {outcome.receipt.name}", None))
    folder = Choice(
        "Show in folder", "Open the folder that holds the copy", lambda: offer.show_folder(copy.path)
    )
    passed = count_of(len(copy.checks), "check")
    if outcome.unread and not outcome.acknowledged:
        return Message(
            Tone.WARN,
            f"Saved, but not fully examined: {copy.path.name}",
            f"{passed} passed for what could be read. {count_of(outcome.unread, 'part')} could not be "
            "examined: look at the copy yourself before you share it.",
            lines,
            (folder,),
        )
    body = f"{passed} passed after reopening the copy. The original is unchanged."
    if copy.remarks:
        first, more = copy.remarks[0], len(copy.remarks) - 1
        body += f" {first.where.capitalize()}: {first.text}"
        body += f" (and {count_of(more, 'more remark')})." if more else "."
    if outcome.unread:
        body += f" {count_of(outcome.unread, 'part')} that could not be examined: looked at by you."
    return Message(Tone.GOOD, f"Saved and verified: {copy.path.name}", body, lines, (folder,))


def _refusal(error: ErrorInfo | None, offer: Next) -> Message:
    if error is None:
        return Message(Tone.BAD, "No copy was written", "The reason is not known. Try again.")
    choices: tuple[Choice, ...] = (Choice("Save as…", "Choose another name or folder", offer.save),)
    if error.code == "source-changed":
        choices = (Choice("Examine again", "Read the file as it is now", offer.examine_again),)
    title = "No copy was written"
    if error.code == "verification-failed":
        title = "No copy was written: the check of the copy failed"
    return Message(Tone.BAD, title, f"{error.message} {error.next_step}", choices=choices)


def _late(count: int, offer: Next) -> Message:
    """The check of a copy read something that the first reading had missed."""
    them = "It is marked" if count == 1 else "They are marked"
    return Message(
        Tone.WARN,
        f"No copy was written yet: the check read {count_of(count, 'more secret')}",
        f"{them} and will be covered. Look at the page, then save again.",
        choices=(Choice("Save again…", "Write a copy that covers the new findings too", offer.save),),
    )


def copied(document: Document) -> Message:
    """After a verified page went to the clipboard."""
    if document.fully_acknowledged:
        what = "The verified redacted text" if document.is_text else "The verified redacted page"
        body = what + " is on the clipboard; no file was kept."
        return Message(Tone.GOOD, "Copied", body)
    parts = count_of(len(document.not_read), "part")
    body = f"{parts} could not be read: look at the picture yourself before you share it."
    return Message(Tone.WARN, "Copied, but not fully examined", body)


def batch(done: Batch, names: Callable[[int], str], incomplete: int, offer: Next) -> Message:
    """The sum of saving several documents."""
    lines = [Line(names(number), True) for number in done.written]
    lines += [Line(f"{names(number)}: no copy was written", False) for number in done.refused]
    lines += [Line(f"{names(number)}: cancelled", False) for number in done.cancelled]
    folder = Choice(
        "Show in folder", "Open the folder that holds the copies", lambda: offer.show_folder(done.folder)
    )
    wrote = f"{count_of(len(done.written), 'copy', 'copies')} saved and verified"
    if len(done.written) < done.total:
        missing = done.total - len(done.written)
        return Message(
            Tone.BAD,
            f"{wrote}, {missing:,} not",
            "Select a file to see its reason.",
            lines,
            (folder,),
            "files",
        )
    if incomplete:
        files = count_of(incomplete, "file was", "files were")
        body = f"{files} not fully examined: look at the copies yourself."
        return Message(Tone.WARN, wrote, body, lines, (folder,), "files")
    return Message(Tone.GOOD, wrote, "Every copy was reopened and checked.", lines, (folder,), "files")
