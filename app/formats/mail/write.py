"""Mails as we write them: a few headers, parts with headers of our own, nothing between (RFC 5322, 2045)."""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import Header
from email.utils import formataddr, getaddresses, quote
from typing import Final

from app.formats.mail.message import Branch, Leaf

_END: Final = b"\r\n"
_LONGEST_LINE: Final = 900
_ADDRESSES: Final = frozenset(("From", "Sender", "Reply-To", "To", "Cc"))
_IDENTITY: Final = re.compile(r"[\w.$+-]{1,80}(?:@[\w.-]{1,80})?", re.ASCII)
_TYPES: Final = {
    b"%PDF-": "application/pdf",
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"PK": "application/zip",
}


@dataclass(frozen=True, slots=True)
class Copy:
    """What a copy says in the place of a part.

    Attributes:
        name: of the attachment; empty for the text of the mail.
        id: what other parts refer to it by; empty when it says nothing.
    """

    content: bytes = field(repr=False)
    name: str = field(repr=False, default="")
    id: str = field(repr=False, default="")


def mail_bytes(headers: str, root: Branch | Leaf, copies: Mapping[int, Copy]) -> bytes:
    """A whole mail.

    Args:
        headers: one a line, as ``Mail.headers``.
        copies: by the number of the part; parts without a copy are left out.
    """
    lines = [_header(line) for line in headers.splitlines() if ":" in line]
    body = _node(root, copies) or _leaf(Leaf(0, "text/plain", "", "", b""), Copy(b""))
    return b"".join(line + _END for line in lines) + b"MIME-Version: 1.0" + _END + body


def _node(node: Branch | Leaf, copies: Mapping[int, Copy]) -> bytes:
    """Headers and content of a part; nothing when it is left out."""
    if isinstance(node, Leaf):
        return _leaf(node, copies[node.number]) if node.number in copies else b""
    parts = [part for part in (_node(part, copies) for part in node.parts) if part]
    if not parts:
        return b""
    border = next(mark for mark in _borders() if not any(b"--" + mark in part for part in parts))
    kind = f'Content-Type: multipart/{node.subtype}; boundary="'.encode("ascii")
    found = [kind + border + b'"' + _END + _END]
    found += [b"--" + border + _END + part + _END for part in parts]
    return b"".join([*found, b"--" + border + b"--" + _END])


def _borders() -> Iterator[bytes]:
    number = 0
    while True:
        number += 1
        yield f"=_part_{number}".encode("ascii")


def _leaf(leaf: Leaf, copy: Copy) -> bytes:
    lines: list[str] = []
    if leaf.kind in ("text/plain", "text/html"):
        lines.append(f"Content-Type: {leaf.kind}; charset=utf-8")
        encoding, content = _text(copy.content)
    else:
        known = next((kind for start, kind in _TYPES.items() if copy.content.startswith(start)), "")
        lines.append(f"Content-Type: {known or 'application/octet-stream'}")
        encoded = base64.b64encode(copy.content)
        encoding = "base64"
        content = _END.join(encoded[at : at + 76] for at in range(0, len(encoded), 76))
    lines.append(f"Content-Transfer-Encoding: {encoding}")
    if copy.name:
        kind = "inline" if copy.id else "attachment"
        lines.append(f"Content-Disposition: {kind}; {_parameter(copy.name)}")
    if copy.id and _IDENTITY.fullmatch(copy.id):
        lines.append(f"Content-ID: <{copy.id}>")
    return b"".join(line.encode("ascii") + _END for line in lines) + _END + content


def _text(content: bytes) -> tuple[str, bytes]:
    """The transfer encoding of a text with line feeds, and the text in it."""
    lines = content.split(b"\n")
    plain = content.isascii() and b"\0" not in content and b"--=_" not in content and b"\r" not in content
    if plain and all(len(line) <= _LONGEST_LINE for line in lines):
        return "7bit", _END.join(lines)
    return "quoted-printable", _END.join(quopri.encodestring(content).split(b"\n"))


def _parameter(name: str) -> str:
    """A file name as a parameter (RFC 2231 where it has more than ASCII)."""
    if name.isascii() and name.isprintable() and len(name) < 200:
        return f'filename="{quote(name)}"'
    encoded = "".join(chr(b) if chr(b).isalnum() and b < 0x80 else f"%{b:02X}" for b in name.encode("utf-8"))
    return f"filename*=utf-8''{encoded}"


def _header(line: str) -> bytes:
    name, _, value = line.partition(":")
    value = value.strip()
    if value.isascii() and len(value) <= _LONGEST_LINE:
        return f"{name}: {value}".encode("ascii")
    try:
        encoded = _encoded(name, value)
    except (MessageError, UnicodeError, ValueError):
        encoded = value.encode("ascii", "replace").decode("ascii")
    folded = "\r\n ".join(part.strip() for part in encoded.split("\n"))
    return f"{name}: {folded}".encode("ascii", "replace")


def _encoded(name: str, value: str) -> str:
    if name not in _ADDRESSES:
        return Header(value, "utf-8", header_name=name).encode()
    return ",\n ".join(formataddr(pair) for pair in getaddresses([value]))
