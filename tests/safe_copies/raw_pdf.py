"""A writer of small PDFs that puts any bytes anywhere; nothing is checked, nothing is tidied up."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from typing import Final

WIDTH: Final = 420
HEIGHT: Final = 160
HEADING: Final = "Settings of the service"
BASELINE: Final = 90
"""Where ``line`` writes, in points from the bottom; it begins at 40 points."""


def line(
    value: str, *, size: float = 11, font: str = "F1", before: str = "", at: tuple[float, float] | None = None
) -> str:
    """Content that writes a value at its place, or at ``at`` in points from the lower left."""
    left, bottom = at or (40, BASELINE)
    return f"BT {before} /{font} {size} Tf 1 0 0 1 {left} {bottom} Tm ({value}) Tj ET"


@dataclass
class RawPdf:
    """One page with a heading, and what a test adds to each of its parts, in PDF syntax.

    Attributes:
        page, catalog, resources, info, trailer: entries of these dictionaries.
        content: operators after the heading.
        before, after: bytes in front of the header and behind the end.
        between: bytes between the last object and the cross-reference table.
    """

    content: str = ""
    page: str = ""
    catalog: str = ""
    resources: str = ""
    xobjects: str = ""
    info: str = ""
    trailer: str = ""
    before: bytes = b""
    between: bytes = b""
    after: bytes = b""
    compress: bool = True
    box: str = f"[0 0 {WIDTH} {HEIGHT}]"
    _more: list[bytes] = field(default_factory=list)

    FIRST_FREE = 7

    def add(self, body: str, stream: bytes | None = None) -> int:
        """One more object; its number. A stream's dictionary is given without its length."""
        whole = body.encode("latin-1") if stream is None else with_stream(body, stream)
        self._more.append(whole)
        return self.FIRST_FREE + len(self._more) - 1

    def objects(self) -> list[bytes]:
        """The bodies of all objects; the first has number 1."""
        heading = f"BT /F1 14 Tf 40 130 Td ({HEADING}) Tj ET"
        footing = "BT /F1 11 Tf 40 20 Td (Save all changes) Tj ET"
        content = f"{heading} {self.content} {footing}".encode("latin-1")
        fonts = "/Font <</F1 5 0 R /F2 6 0 R>>"
        page = (
            f"<</Type /Page /Parent 2 0 R /MediaBox {self.box} /Contents 4 0 R "
            f"/Resources <<{fonts} /XObject <<{self.xobjects}>> {self.resources}>> {self.page}>>"
        )
        packed = (
            with_stream("/Filter /FlateDecode", zlib.compress(content))
            if self.compress
            else with_stream("", content)
        )
        return [
            f"<</Type /Catalog /Pages 2 0 R {self.catalog}>>".encode("latin-1"),
            b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
            page.encode("latin-1"),
            packed,
            b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>",
            b"<</Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding>>",
            *self._more,
        ]

    def data(self) -> bytes:
        """The file."""
        objects = self.objects()
        trailer = self.trailer
        if self.info:
            objects.append(f"<<{self.info}>>".encode("latin-1"))
            trailer += f" /Info {len(objects)} 0 R"
        out = bytearray(self.before + b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        offsets = []
        for number, body in enumerate(objects, 1):
            offsets.append(len(out) - len(self.before))
            out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
        out += self.between
        start = len(out) - len(self.before)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        out += b"trailer\n" + f"<</Size {len(objects) + 1} /Root 1 0 R {trailer}>>".encode("latin-1")
        out += b"\nstartxref\n%d\n%%%%EOF\n" % start
        return bytes(out + self.after)


def with_stream(entries: str, stream: bytes) -> bytes:
    head = f"<<{entries} /Length {len(stream)}>>\nstream\n".encode("latin-1")
    return head + stream + b"\nendstream"


def revised(data: bytes, number: int, body: bytes | None) -> bytes:
    """The file with a second revision in which one object is another one, or is free."""
    size = int(re.findall(rb"/Size (\d+)", data)[-1])
    last = int(re.findall(rb"startxref\n(\d+)", data)[-1])
    at = len(data)
    if body is None:
        entry, changed = b"0000000000 00001 f ", b""
    else:
        entry, changed = b"%010d 00000 n " % at, b"%d 0 obj\n" % number + body + b"\nendobj\n"
    tail = b"xref\n%d 1\n%s\ntrailer\n<</Size %d /Root 1 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
    return data + changed + tail % (number, entry, size, last, at + len(changed))


def hexadecimal(value: str) -> str:
    return value.encode().hex().upper()
