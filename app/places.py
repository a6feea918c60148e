"""Where something stands in a document: on a page, in its text, in its metadata, in a file packed into it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ocr.model import Box


class Unit(StrEnum):
    """Unit of page coordinates."""

    PIXEL = "px"
    POINT = "pt"


@dataclass(frozen=True, slots=True)
class PageArea:
    """Boxes on one page (1-based): pixels of the upright raster, or points of the displayed PDF page."""

    page: int
    boxes: tuple[Box, ...]
    unit: Unit = Unit.PIXEL


class Form(StrEnum):
    """How the value is written at a place in a text file; decides what a placeholder looks like there."""

    PLAIN = "plain"
    BASE64 = "base64"
    HEXADECIMAL = "hexadecimal"


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Raw characters of a decoded text file: code points, half-open; line and column are 1-based.

    Attributes:
        pointer: RFC 6901 pointer of the JSON value that holds the span.
        margins: base64 can be cut at every third byte only; so many bytes at the start and the end of what
            the span means are not the value's.
    """

    start: int
    end: int
    line: int
    column: int
    pointer: str | None = None
    form: Form = Form.PLAIN
    margins: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class MetadataKey:
    """A named place outside the visible content, e.g. ``exif:UserComment``; copies never carry these over."""

    name: str


@dataclass(frozen=True, slots=True)
class InMember:
    """A place in a file that is packed into the document: a member of an archive, an attachment.

    Attributes:
        member: its name inside the document that holds it directly.
        place: where in it, which may be in a member again.
    """

    member: str
    place: Location


Location = PageArea | TextSpan | MetadataKey | InMember


def innermost(place: Location) -> tuple[tuple[str, ...], PageArea | TextSpan | MetadataKey]:
    """The names of the members that lead to a place, outermost first, and the place in the last of them."""
    members: list[str] = []
    while isinstance(place, InMember):
        members.append(place.member)
        place = place.place
    return tuple(members), place


class LocationMap(Protocol):
    """Leads from a span of a unit's text back to the places in the file that hold it."""

    def locate(self, start: int, end: int) -> tuple[Location, ...]:
        """The places that together hold code points ``start`` to ``end`` of the text, wholly covered."""
