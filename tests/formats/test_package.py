"""ZIP archives: every file inside is examined; copies are packed anew."""

from __future__ import annotations

import io
import zipfile
from typing import ClassVar

from app.formats.base import Format
from app.formats.package.format import FORMAT
from tests.formats.format_contract import Case, FormatContract, canary


def zipped(files: dict[str, bytes | str], comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.comment = comment
    return out.getvalue()


class TestZipContract(FormatContract):
    format: ClassVar[Format] = FORMAT

    def cases(self) -> list[Case]:
        word = canary()
        inner = zipped({"deep/note.txt": f"token={word}\n"})
        return [
            Case("text", zipped({"a.txt": f"password: {word}\n", "b/": b"", "b/c.json": '{"a": 1}'}), word),
            Case("nested", zipped({"inner.zip": inner, "read.me": "nothing\n"}), word),
        ]
