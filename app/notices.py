"""What is wrong with a document beside the values in it: content that viewers do not show, false covers.

Notices are findings of kind posture. Copies never have what they tell of.
"""

from __future__ import annotations

from typing import Final

from detectors.model import Kind, RuleInfo, Severity

_SHARE_COPY: Final = "Share the redacted copy, which does not have it."


def _notice(
    name: str, title: str, advice: str = _SHARE_COPY, severity: Severity = Severity.MEDIUM
) -> RuleInfo:
    return RuleInfo(
        id=name,
        title=title,
        provider="hidden content",
        kind=Kind.POSTURE,
        severity=severity,
        advice=advice,
        rotate_url=None,
        source="structure of the file",
        label="HIDDEN_CONTENT",
    )


FALSE_COVER: Final = _notice(
    "false-cover",
    "Black box over text that is still there",
    "Whoever opens the file can copy what is under the box. " + _SHARE_COPY,
    Severity.HIGH,
)
TRAILING_BYTES: Final = _notice("bytes-after-end", "Bytes behind the end of the file's own content")
UNUSED_BYTES: Final = _notice("unused-bytes", "Bytes inside the file that belong to none of its parts")
SECOND_PICTURE: Final = _notice("second-picture", "Second picture inside the file")
PREVIEW_PICTURE: Final = _notice("preview-picture", "Preview picture, which may show an earlier state")
HIDDEN_LAYER: Final = _notice("hidden-layer", "Layer or page that viewers do not show")
HIDDEN_TEXT: Final = _notice("hidden-text", "Text that viewers do not show")
PRIVATE_DATA: Final = _notice("private-data", "Data of a program that only this program reads")
EARLIER_VERSION: Final = _notice("earlier-version", "Earlier version of the document inside the file")
ATTACHMENT: Final = _notice("attached-file", "File attached inside the document")
HIDDEN_FILE: Final = _notice("hidden-file", "File that the archive's own directory does not name")
ACTIVE_CONTENT: Final = _notice("active-content", "Script, macro or action inside the document")
COMMENTS: Final = _notice("comments", "Comments or notes of authors and reviewers")
TRACKED_CHANGES: Final = _notice("tracked-changes", "Tracked changes, which keep what was deleted")

NOTICES: Final = (
    FALSE_COVER,
    TRAILING_BYTES,
    UNUSED_BYTES,
    SECOND_PICTURE,
    PREVIEW_PICTURE,
    HIDDEN_LAYER,
    HIDDEN_TEXT,
    PRIVATE_DATA,
    EARLIER_VERSION,
    ATTACHMENT,
    HIDDEN_FILE,
    ACTIVE_CONTENT,
    COMMENTS,
    TRACKED_CHANGES,
)
