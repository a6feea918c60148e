"""Mail as a format; told from other text by the headers it begins with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from app.formats.base import Context
from app.model import Source

if TYPE_CHECKING:
    from app.formats.mail.document import MailDocument

_HEAD: Final = 64 << 10
_HEADER: Final = re.compile(rb"([A-Za-z][A-Za-z0-9-]{0,60})[ \t]*:")
_ENVELOPE: Final = re.compile(rb"(?:From |>From )")
_WHO: Final = frozenset((b"from", b"received", b"return-path", b"delivered-to", b"reply-to"))
_WHAT: Final = frozenset((b"subject", b"to", b"date", b"cc", b"message-id"))
_HOW: Final = frozenset((b"mime-version", b"message-id", b"received", b"date", b"content-type", b"x-mailer"))


class MailFormat:
    """See ``Format``. RFC 5322 with MIME, as mail programs save single messages."""

    name = "mail"
    order = 60

    def recognises(self, source: Source) -> bool:
        names = _names(source.data[:_HEAD].removeprefix(b"\xef\xbb\xbf"))
        return len(names) >= 3 and all(not names.isdisjoint(wanted) for wanted in (_WHO, _WHAT, _HOW))

    def open(self, source: Source, context: Context) -> MailDocument:
        from app.formats.mail.document import MailDocument
        from app.formats.mail.message import message_of

        return MailDocument(message_of(source.data), context)

    def suffix(self, source: Source) -> str:
        return source.path.suffix or ".eml"


def _names(head: bytes) -> frozenset[bytes]:
    """The names of the headers in small letters; none where a line before the first empty one is none."""
    found: set[bytes] = set()
    for number, line in enumerate(head.split(b"\n")):
        bare = line.rstrip(b"\r")
        if not bare:
            return frozenset(found)
        if bare[:1] in (b" ", b"\t") and found:
            continue
        header = _HEADER.match(bare)
        if header is None:
            if number == 0 and _ENVELOPE.match(bare):
                continue
            return frozenset()
        found.add(header[1].lower())
    return frozenset(found)


FORMAT: Final = MailFormat()
