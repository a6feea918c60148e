"""ZIP archives: every file inside is examined; copies are packed anew."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from app.errors import NotWritten, TooLarge, Unreadable
from app.formats.base import Format
from app.formats.package.format import FORMAT
from app.notices import HIDDEN_FILE
from tests.formats.format_contract import Case, FormatContract, canary
from tests.support.documents import CollectingSink, context_of, examined, plan_of, source_of


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


def _copy(data: bytes, word: str, tmp_path: Path) -> tuple[zipfile.ZipFile, CollectingSink, list[str]]:
    source = source_of(data)
    document = FORMAT.open(source, context_of())
    sink = examined(document)
    plan = plan_of(source, (word, (*sink.places_of(word), *document.occurrences(word))))
    document.write(plan, tmp_path / "copy")
    copy = source_of((tmp_path / "copy").read_bytes())
    assert [check for check in document.check(copy, plan) if not check.passed] == []
    assert word.encode() not in copy.data
    return zipfile.ZipFile(io.BytesIO(copy.data)), sink, [remark.text for remark in document.remarks()]


def _with_orphan(word: str) -> bytes:
    """A file whose entry in the directory was taken out."""
    data = zipped({"kept.txt": "kept\n", "gone.txt": f"{word}\n"})
    end = data.rfind(b"PK\5\6")
    entry = data.rfind(b"PK\1\2")
    start = struct.unpack_from("<I", data, end + 16)[0]
    record = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, entry - start, start, 0)
    return data[:entry] + record


def _twice(word: str) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("a.txt", f"{word}\n")
        archive.writestr("a.txt", "second\n")
    return out.getvalue()


@pytest.mark.parametrize(
    "make",
    [
        lambda word: zipped({"a.txt": "x\n"}, comment=word.encode()),
        lambda word: zipped({f"{word}.txt": "x\n", f"{word}/": b""}),
        lambda word: b"stub " + word.encode() + b"\n" + zipped({"a.txt": "x\n"}),
        lambda word: zipped({"a.txt": "x\n"}) + word.encode(),
        _with_orphan,
        _twice,
    ],
)
def test_what_stands_beside_the_files_is_found_and_gone(make: Callable[[str], bytes], tmp_path: Path) -> None:
    word = canary()
    archive, sink, _ = _copy(make(word), word, tmp_path)
    assert word in sink.text
    assert archive.comment == b""
    assert all(info.date_time == (1980, 1, 1, 0, 0, 0) and not info.extra for info in archive.infolist())


def test_hidden_files_are_told() -> None:
    for data in (_with_orphan(canary()), _twice(canary())):
        assert HIDDEN_FILE in [n.rule for n in examined(FORMAT.open(source_of(data), context_of())).notices]


def test_names_lose_values_and_ways_out_of_their_folder(tmp_path: Path) -> None:
    word = canary()
    names = [f"keys/{word}.txt", "../../up.txt", "C:\\windows\\x.txt", "/root.txt", "a:b?.txt"]
    archive, _, _ = _copy(zipped(dict.fromkeys(names, "x\n")), word, tmp_path)
    assert archive.namelist() == [
        "keys/REDACTED_VALUE_1.txt",
        "up.txt",
        "windows/x.txt",
        "root.txt",
        "a_b_.txt",
    ]


def test_what_cannot_be_examined_is_told_and_left_out(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    link.create_system = 3
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("note.txt", "x\n")
        archive.writestr("program.bin", bytes(range(256)) * 50)
        archive.writestr(link, "/etc/passwd")
    copy, sink, remarks = _copy(out.getvalue(), canary(), tmp_path)
    assert copy.namelist() == ["note.txt"]
    assert "program.bin" in [gap.where for gap in sink.gaps]
    assert len(remarks) == 2


def test_an_encrypted_archive_has_no_copy(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.txt": "x\n"}))
    data[6] |= 1
    data[data.rfind(b"PK\1\2") + 8] |= 1
    source = source_of(bytes(data))
    document = FORMAT.open(source, context_of())
    assert [gap.where for gap in examined(document).gaps] == ["a.txt"]
    with pytest.raises(NotWritten):
        document.write(plan_of(source), tmp_path / "copy")


def test_stated_sizes_are_bounded_before_anything_is_unpacked() -> None:
    data = zipped({f"{number}.txt": bytes(8 << 20) for number in range(20)})
    with pytest.raises(TooLarge):
        FORMAT.open(source_of(data), context_of())


def test_a_file_that_unpacks_to_more_than_it_states_is_not_read() -> None:
    data = bytearray(zipped({"a.txt": bytes(1 << 20)}))
    struct.pack_into("<I", data, data.rfind(b"PK\1\2") + 24, 10)
    document = FORMAT.open(source_of(bytes(data)), context_of())
    assert [gap.where for gap in examined(document).gaps] == ["a.txt"]


def test_overlapping_files_are_refused() -> None:
    data = zipped({"a.txt": "x\n", "b.txt": "y\n"})
    second = data.rfind(b"PK\1\2")
    with pytest.raises(Unreadable):
        FORMAT.open(source_of(data[: second + 42] + bytes(4) + data[second + 46 :]), context_of())


@pytest.mark.parametrize("change", ["comment", "extra", "trailing", "swap"])
def test_the_check_accepts_nothing_but_our_own_bytes(change: str, tmp_path: Path) -> None:
    source = source_of(zipped({"a.txt": "first\n", "b.txt": "second\n"}))
    document = FORMAT.open(source, context_of())
    plan = plan_of(source)
    document.write(plan, tmp_path / "copy")
    data = (tmp_path / "copy").read_bytes()
    changed = {
        "comment": data[:-2] + struct.pack("<H", 3) + b"abc",
        "extra": zipped({"a.txt": "first\n", "b.txt": "second\n"}),
        "trailing": data + b"\0",
        "swap": data.replace(b"a.txt", b"c.txt"),
    }[change]
    assert all(check.passed for check in document.check(source_of(data), plan))
    assert not all(check.passed for check in document.check(source_of(changed), plan))
