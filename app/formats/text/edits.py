"""From places to cover to edits of the raw text: merged, ordered, with what stands there instead."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.errors import NotWritten
from app.formats.text.body import Edit
from app.model import Form, MetadataKey, PageArea, RedactionPlan, TextSpan

_LINE_END = re.compile(r"\r\n|\r|\n")
_PLACEHOLDER = re.compile(r"[A-Z0-9_]+")


@dataclass(frozen=True, slots=True)
class Cover:
    """Raw code points to cover, half-open, how they are written, and what names them afterwards."""

    start: int
    end: int
    form: Form
    placeholder: str


def covers(plan: RedactionPlan, length: int) -> list[Cover]:
    """What a plan covers in a text of ``length`` code points, in the order of the plan.

    Raises:
        NotWritten: a place of the plan does not exist in a text file.
    """
    found: list[Cover] = []
    for item in plan.items:
        if not _PLACEHOLDER.fullmatch(item.placeholder):
            raise _unfit()
        for place in item.where:
            match place:
                case TextSpan(start=start, end=end, form=form) if 0 <= start <= end <= length:
                    found.append(Cover(start, end, form, item.placeholder))
                case TextSpan() | PageArea():
                    raise _unfit()
                case MetadataKey():
                    pass  # text has no content beside the visible one
    return found


def merged(wanted: Iterable[Cover]) -> list[Cover]:
    """The same area as ordered covers that neither overlap nor touch.

    What lies together takes the placeholder of its longest cover, and stays base64 where one base64 value
    holds it all.
    """
    ordered = sorted((cover for cover in wanted if cover.start < cover.end), key=lambda cover: cover.start)
    groups: list[list[Cover]] = []
    end = -1
    for cover in ordered:
        if cover.start <= end:
            groups[-1].append(cover)
        else:
            groups.append([cover])
        end = max(end, cover.end)
    return [_as_one(group) for group in groups]


def _as_one(group: list[Cover]) -> Cover:
    start, end = min(cover.start for cover in group), max(cover.end for cover in group)
    longest = max(group, key=lambda cover: cover.end - cover.start)
    encoded = any(cover.form is Form.BASE64 and (cover.start, cover.end) == (start, end) for cover in group)
    return Cover(start, end, Form.BASE64 if encoded else Form.PLAIN, longest.placeholder)


def edit_of(cover: Cover, raw: str) -> Edit:
    """The edit that makes ``raw`` unreadable and keeps its line ends, so that no line changes its number."""
    text = cover.placeholder
    if cover.form is Form.BASE64:
        # Filled up to whole groups: valid with and without padding, in either alphabet.
        text = base64.b64encode(text.ljust(-(-len(text) // 3) * 3, "_").encode("ascii")).decode("ascii")
    return Edit(cover.start, cover.end, text + "".join(_LINE_END.findall(raw)))


def _unfit() -> NotWritten:
    return NotWritten(
        "The plan names places that this text file does not have.",
        "Examine the file again and choose what to cover.",
    )
