"""Values in archives: in their members, and beside them."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Final

from tests.safe_copies.place import Place, encoded, letters
from tests.safe_copies.raw_pdf import RawPdf, line


def zipped(
    parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED, comment: bytes = b""
) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        made.comment = comment
        for name, content in parts.items():
            made.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, method)
    return buffer.getvalue()


def _zip(make: Callable[[str], bytes], *, hidden: bool = False) -> Place:
    return Place(make, shown=not hidden, suffix=".zip")


def _with_extra(value: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        info = zipfile.ZipInfo("a.txt", (2026, 1, 1, 0, 0, 0))
        info.extra = struct.pack("<HH", 0x7777, len(value)) + value.encode()
        made.writestr(info, "harmless\n")
    return buffer.getvalue()


def _member_comment(value: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        info = zipfile.ZipInfo("a.txt", (2026, 1, 1, 0, 0, 0))
        info.comment = value.encode()
        made.writestr(info, "harmless\n")
    return buffer.getvalue()


def _orphan(value: str) -> bytes:
    """A member that the directory does not name."""
    first, second = zipped({"b.txt": f"key {value}\n"}), zipped({"a.txt": "harmless\n"})
    cut = first[: first.index(b"PK\x01\x02")]
    directory = second.index(b"PK\x01\x02")
    moved = bytearray(second)
    struct.pack_into("<I", moved, second.index(b"PK\x05\x06") + 16, directory + len(cut))
    struct.pack_into("<I", moved, directory + 42, len(cut))
    return cut + bytes(moved)


def _before(value: str) -> bytes:
    return value.encode() + b"\n" + zipped({"a.txt": "harmless\n"})


def _twice(value: str) -> bytes:
    """Two members of one name."""
    import warnings

    buffer = BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as made:
        warnings.simplefilter("ignore")
        made.writestr("a.txt", f"key {value}\n")
        made.writestr("a.txt", "harmless\n")
    return buffer.getvalue()


def _behind_stream(value: str) -> bytes:
    """Bytes between a member and the directory."""
    data = zipped({"a.txt": "harmless\n"})
    at = data.index(b"PK\x01\x02")
    moved = bytearray(data)
    struct.pack_into("<I", moved, data.index(b"PK\x05\x06") + 16, at + len(value))
    return bytes(moved[:at]) + value.encode() + bytes(moved[at:])


ARCHIVES: Final[dict[str, Place]] = {
    "zip member": _zip(lambda value: zipped({"a/notes.txt": f"key {value}\n"})),
    "zip stored member": _zip(lambda value: zipped({"notes.txt": f"key {value}\n"}, zipfile.ZIP_STORED)),
    "zip in a zip": _zip(
        lambda value: zipped({"b.zip": zipped({"c.zip": zipped({"n.txt": f"key {value}\n"})})})
    ),
    "zip with a PDF": _zip(lambda value: zipped({"a.pdf": RawPdf(content=line(value)).data()})),
    "zip with a PDF's title": _zip(
        lambda value: zipped({"a.pdf": RawPdf(info=f"/Title ({value})").data()}), hidden=True
    ),
    "zip with a picture's comment": _zip(
        lambda value: zipped({"a.jpg": encoded(letters("x"), "JPEG", comment=value)}), hidden=True
    ),
    "zip name of a member": _zip(lambda value: zipped({f"{value}.txt": "harmless\n"})),
    "zip name of a folder": _zip(lambda value: zipped({f"{value}/": "", f"{value}/a.txt": "harmless\n"})),
    "zip comment": _zip(lambda value: zipped({"a.txt": "harmless\n"}, comment=value.encode()), hidden=True),
    "zip comment of a member": _zip(_member_comment, hidden=True),
    "zip extra field": _zip(_with_extra, hidden=True),
    "zip member that no directory names": _zip(_orphan, hidden=True),
    "zip member of the same name": _zip(_twice, hidden=True),
    "zip bytes before": _zip(_before, hidden=True),
    "zip bytes behind": _zip(lambda value: zipped({"a.txt": "harmless\n"}) + value.encode(), hidden=True),
    "zip bytes between": _zip(_behind_stream, hidden=True),
}
