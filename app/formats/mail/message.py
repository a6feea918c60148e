"""A mail taken apart: its headers as text, its parts with their content, what else it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from typing import Final

from app.errors import TooLarge, Unreadable

KEPT: Final = ("From", "Sender", "Reply-To", "To", "Cc", "Subject", "Date")
"""Headers that copies have: what mail programs show."""

MOST_PARTS: Final = 2_000
DEEPEST: Final = 30

_FOLD: Final = re.compile(r"[\r\n]+[ \t]*")
_KEPT: Final = {name.lower(): name for name in KEPT}
_SUBTYPES: Final = frozenset(("mixed", "alternative", "related"))
_BODIES: Final = frozenset(("text/plain", "text/html"))


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part with content of its own.

    Attributes:
        number: from 1, over the whole mail.
        kind: "text/plain" or "text/html"; empty for attachments, mails in the mail among them.
        name: as the mail calls it; empty when it has no name.
        id: what other parts refer to it by; empty when nothing does.
    """

    number: int
    kind: str
    name: str = field(repr=False)
    id: str = field(repr=False)
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Branch:
    """Parts that belong together, by a subtype of ``multipart``."""

    subtype: str
    parts: tuple[Branch | Leaf, ...]


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail.

    Attributes:
        headers: the kept ones, decoded, one a line.
        dropped: all others, those of the parts among them, one a line.
        asides: texts before, between and behind the parts, which no program shows.
    """

    headers: str = field(repr=False)
    dropped: str = field(repr=False)
    asides: tuple[str, ...] = field(repr=False)
    root: Branch | Leaf = field(repr=False)

    def leaves(self) -> Iterator[Leaf]:
        yield from _leaves(self.root)


def _leaves(node: Branch | Leaf) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
        return
    for part in node.parts:
        yield from _leaves(part)


def message_of(data: bytes) -> Mail:
    """Takes a mail apart.

    Raises:
        Unreadable: its parts cannot be told apart.
        TooLarge: it has too many parts, or they are nested too deep.
    """
    try:
        message = message_from_bytes(data, policy=policy.compat32)
        return _Reader().read(message)
    except (MessageError, RecursionError, LookupError, ValueError, TypeError):
        raise Unreadable("The mail is damaged.", "Save it again in the mail program.") from None


class _Reader:
    def __init__(self) -> None:
        self.dropped: list[str] = []
        self.asides: list[str] = []
        self.count = 0

    def read(self, message: Message) -> Mail:
        kept: list[str] = []
        for name, value in message.items():
            shown = _KEPT.get(name.lower())
            first = shown is not None and not any(line.startswith(f"{shown}: ") for line in kept)
            (kept if first else self.dropped).append(f"{shown if first else name}: {_decoded(value)}")
        if message.get_unixfrom():
            self.asides.append(str(message.get_unixfrom()))
        root = self._part(message, 0, own=True)
        return Mail("".join(f"{line}\n" for line in kept), "\n".join(self.dropped), tuple(self.asides), root)

    def _part(self, message: Message, depth: int, *, own: bool = False) -> Branch | Leaf:
        if depth > DEEPEST or self.count > MOST_PARTS:
            raise TooLarge(
                "The mail has too many parts.", "Save its attachments and check them on their own."
            )
        if not own:
            self.dropped += [f"{name}: {_decoded(value)}" for name, value in message.items()]
        payload = message.get_payload()
        if message.get_content_maintype() == "multipart" and isinstance(payload, list):
            self.asides += [text for text in (message.preamble, message.epilogue) if text and text.strip()]
            subtype = message.get_content_subtype()
            parts = tuple(self._part(part, depth + 1) for part in payload if isinstance(part, Message))
            return Branch(subtype if subtype in _SUBTYPES else "mixed", parts)
        self.count += 1
        return self._leaf(message, payload)

    def _leaf(self, message: Message, payload: object) -> Leaf:
        kind, name = message.get_content_type(), _name(message)
        identity = str(message.get("Content-ID", "")).strip().strip("<>")
        if isinstance(payload, list):  # a mail in the mail
            inner = b"".join(part.as_bytes() for part in payload if isinstance(part, Message))
            return Leaf(self.count, "", name or "message.eml", "", inner)
        content = message.get_payload(decode=True)
        data = content if isinstance(content, bytes) else b""
        body = kind in _BODIES and message.get_content_disposition() != "attachment"
        if body or (kind.startswith("text/") and not name):
            text = _text(data, message.get_content_charset() or "utf-8")
            data = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8")
            return Leaf(self.count, kind if kind in _BODIES else "text/plain", "", identity, data)
        return Leaf(self.count, "", name, identity, data)


def _name(message: Message) -> str:
    found = message.get_filename()
    return _decoded(found) if found else ""


def _decoded(value: object) -> str:
    """A header's value in one line, encoded words decoded (RFC 2047)."""
    raw = _FOLD.sub(" ", str(value))
    try:
        text = str(make_header(decode_header(raw)))
    except (MessageError, LookupError, ValueError, UnicodeError):
        text = raw
    return _FOLD.sub(" ", text).encode("utf-8", "replace").decode("utf-8")


def _text(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset, "replace")
    except LookupError:
        return data.decode("utf-8", "replace")
