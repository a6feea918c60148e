"""From places to cover to edits of the raw text: merged, ordered, with what stands there instead."""

from __future__ import annotations

import base64
import re
from bisect import bisect_right
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

from app.errors import NotWritten
from app.formats.text.body import Edit
from app.model import RedactionPlan
from app.places import Form, InMember, MetadataKey, PageArea, TextSpan

_LINE_END = re.compile(r"\r\n|\r|\n")
_INDENTED_LINE_END = re.compile(r"[ \t]*(?:\r\n|\r|\n)[ \t>]*")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]+")
_PADDING = re.compile(r"={1,2}")
_STANDARD = str.maketrans("-_", "+/")
_URL_SAFE = str.maketrans("+/", "-_")
_PLACEHOLDER = re.compile(r"[A-Z0-9_]+")


@dataclass(frozen=True, slots=True)
class Cover:
    """Raw code points to cover, half-open, how they are written, and what names them afterwards."""

    start: int
    end: int
    form: Form
    placeholder: str
    margins: tuple[int, int] = (0, 0)


def covers(plan: RedactionPlan, length: int, embedded: Container[str] = ()) -> list[Cover]:
    """What a plan covers in a text of ``length`` code points, in the order of the plan.

    Args:
        embedded: names of files in the text, in which places are left to them.

    Raises:
        NotWritten: a place of the plan does not exist in a text file.
    """
    found: list[Cover] = []
    for item in plan.items:
        if not _PLACEHOLDER.fullmatch(item.placeholder):
            raise _unfit()
        for place in item.where:
            match place:
                case TextSpan(start=start, end=end) if 0 <= start <= end <= length:
                    found.append(Cover(start, end, place.form, item.placeholder, place.margins))
                case InMember(member=name) if name in embedded:
                    pass
                case TextSpan() | PageArea() | InMember():
                    raise _unfit()
                case MetadataKey():
                    pass  # text has no content beside the visible one
    return found


def merged(wanted: Iterable[Cover]) -> list[Cover]:
    """The same area as ordered covers that neither overlap nor touch.

    What lies together takes the placeholder of its longest cover, and stays encoded where any of it is.
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


def beside(edits: list[Edit], others: Iterable[Edit]) -> list[Edit]:
    """All edits in order, without those of the others that would touch one of the first."""
    starts = [edit.start for edit in edits]
    free = []
    for other in others:
        at = bisect_right(starts, other.start)
        before = at == 0 or edits[at - 1].end <= other.start
        if before and (at == len(edits) or edits[at].start >= other.end):
            free.append(other)
    return sorted((*edits, *free), key=lambda edit: edit.start)


def _as_one(group: list[Cover]) -> Cover:
    if len(group) == 1:
        return group[0]
    start, end = min(cover.start for cover in group), max(cover.end for cover in group)
    longest = max(group, key=lambda cover: cover.end - cover.start)
    form = next((cover.form for cover in group if cover.form is not Form.PLAIN), Form.PLAIN)
    margins = (0, 0)
    if all(cover.form is form for cover in group):
        margins = (
            min(cover.margins[0] for cover in group if cover.start == start),
            min(cover.margins[1] for cover in group if cover.end == end),
        )
    return Cover(start, end, form, longest.placeholder, margins)


def edit_of(cover: Cover, text: Callable[[int, int], str]) -> Edit:
    """The edit that makes a place unreadable and keeps its line ends, so that no line changes its number.

    Args:
        text: gives raw code points, half-open; less at the end of the file.
    """
    raw = text(cover.start, cover.end)
    if cover.form is not Form.PLAIN:
        padding = _PADDING.match(text(cover.end, cover.end + 2)) if raw[-1:] != "=" else None
        written = _encoded(cover, raw)
        if written is not None:
            end = cover.end + (padding.end() if padding and cover.form is Form.BASE64 else 0)
            return Edit(cover.start, end, written + "".join(_INDENTED_LINE_END.findall(raw)))
    return Edit(cover.start, cover.end, cover.placeholder + "".join(_LINE_END.findall(raw)))


def _encoded(cover: Cover, raw: str) -> str | None:
    """The placeholder as it is written inside an encoded value; None where ``raw`` is more than that."""
    characters = _INDENTED_LINE_END.sub("", raw).replace("\\/", "/")
    if cover.form is Form.HEXADECIMAL:
        hexadecimal = cover.placeholder.encode("ascii").hex()
        return hexadecimal if _HEXADECIMAL.fullmatch(characters) else None
    if not _BASE64.fullmatch(characters):
        return None
    head, tail = _margins(characters, *cover.margins)
    written = _base64(head, cover.placeholder, tail)
    if "-" in characters or "_" in characters:
        return written.translate(_URL_SAFE)
    if "+" in written or "/" in written:
        # Which alphabet is wanted cannot be told from the raw characters.
        return written if "+" in characters or "/" in characters else _base64(b"", cover.placeholder, b"")
    return written


def _margins(characters: str, lead: int, trail: int) -> tuple[bytes, bytes]:
    """The bytes at both ends of a base64 value that stay; none where it cannot be cut so."""
    bare = characters.rstrip("=").translate(_STANDARD)
    if len(bare) % 4 == 1:
        return b"", b""
    data = base64.b64decode(bare + "=" * (-len(bare) % 4))
    return data[:lead], data[len(data) - trail :]


def _base64(head: bytes, placeholder: str, tail: bytes) -> str:
    """Filled up to whole groups: valid with and without padding, wherever it stands."""
    filled = placeholder.encode("ascii") + b"_" * (-(len(head) + len(placeholder) + len(tail)) % 3)
    return base64.b64encode(head + filled + tail).decode("ascii")


def _unfit() -> NotWritten:
    return NotWritten(
        "The plan names places that this text file does not have.",
        "Examine the file again and choose what to cover.",
    )
