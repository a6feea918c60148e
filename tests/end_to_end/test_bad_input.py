"""Broken and hostile files among good ones: a clear result for each, and nothing is left behind."""

from __future__ import annotations

import errno
import json
import os
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pikepdf
import pytest

from app import intake
from app.errors import Unreadable
from app.messages import Input, RedactTask
from app.model import RunKey, RunLabels, ScanReport, State
from app.options import Settings
from app.pipeline import run_task
from app.samples import handbook, log, n8n_workflow, settings_page
from tests.support.batch import redact_all, scan_all

GOOD = ("good.log", "good.json")


@dataclass(frozen=True)
class Batch:
    inputs: Path
    out: Path
    before: dict[str, bytes]
    reports: dict[str, ScanReport]


def png_header(width: int, height: int) -> bytes:
    """A PNG that states a size and holds almost nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def picture(random: Random, suffix: str, path: Path) -> bytes:
    settings_page(random).save(path.with_suffix(suffix))
    data = path.with_suffix(suffix).read_bytes()
    path.with_suffix(suffix).unlink()
    return data


def bombs(folder: Path) -> None:
    """A ZIP and a PDF stream that inflate to 600 MB."""
    bomb_zip = zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED)
    with bomb_zip as archive, archive.open("zeros", "w") as member:
        for _ in range(600):
            member.write(bytes(1024 * 1024))
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(600)) + packer.flush()
    bomb = zlib.compress(packed, 9)
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        page.Contents = pikepdf.Stream(pdf, b"q Q")
        pdf.save(folder / "bomb.pdf")
        page.Contents.write(bomb, filter=pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode]))
        pdf.save(folder / "bomb.pdf", compress_streams=False)


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    random = Random("bad input")
    inputs, out = tmp_path_factory.mktemp("inputs"), tmp_path_factory.mktemp("out")
    pdf = handbook(random)
    locked = inputs / "locked.pdf"
    (inputs / "open.pdf").write_bytes(pdf)
    with pikepdf.open(inputs / "open.pdf") as document:
        document.save(locked, encryption=pikepdf.Encryption(owner="o" * 9, user="u" * 9))
    (inputs / "open.pdf").unlink()
    png = picture(random, ".png", inputs / "whole")
    files = {
        "good.log": log(random),
        "good.json": n8n_workflow(random),
        "empty.txt": b"",
        "cut.png": png[: len(png) // 2],
        "cut.jpg": picture(random, ".jpg", inputs / "whole")[:9000],
        "cut.pdf": pdf[: len(pdf) // 2],
        "huge-header.png": png_header(60_000, 60_000),
        "invalid-utf8.txt": b"\xff\x80\xfa" + log(random).replace(b"INFO", b"\xc3\x28NFO"),
        "lying-mark.txt": b"\xff\xfe" + log(random),
        "deep.json": b"[" * 5000 + json.dumps({"password": "x"}).encode() + b"]" * 5000,
        "program.bin": b"\x7fELF" + bytes(range(256)) * 40,
    }
    for name, data in files.items():
        (inputs / name).write_bytes(data)
    bombs(inputs)
    before = {path.name: path.read_bytes() for path in inputs.iterdir()}
    reports = redact_all([inputs], out, Settings(jobs=2, timeout=120, memory=2048))
    return Batch(inputs, out, before, reports)


def test_every_file_has_a_result_and_the_originals_are_as_before(batch: Batch) -> None:
    assert set(batch.reports) == set(batch.before)
    assert {path.name: path.read_bytes() for path in batch.inputs.iterdir()} == batch.before


@pytest.mark.parametrize("name", GOOD)
def test_the_others_finish(batch: Batch, name: str) -> None:
    report = batch.reports[name]
    assert report.error is None
    assert report.state is State.FINDINGS
    assert report.redacted is not None
    assert report.redacted.path.exists()


def test_nothing_half_written_is_left(batch: Batch) -> None:
    vouched = {report.redacted.path for report in batch.reports.values() if report.redacted}
    assert {path for path in batch.out.rglob("*") if path.is_file()} == vouched


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("empty.txt", "unreadable"),
        ("cut.png", "unreadable"),
        ("cut.jpg", "unreadable"),
        ("cut.pdf", "unreadable"),
        ("locked.pdf", "password-needed"),
        ("huge-header.png", "too-large"),
        ("bomb.zip", "too-large"),
        ("bomb.pdf", "too-large"),
        ("program.bin", "unsupported"),
    ],
)
def test_a_bad_file_fails_with_a_reason_and_a_next_step(batch: Batch, name: str, code: str) -> None:
    report = batch.reports[name]
    assert report.state is State.FAILED
    assert report.redacted is None
    assert report.error is not None
    assert report.error.code == code
    assert report.error.message
    assert report.error.next_step


def test_invalid_utf8_is_examined_and_kept_byte_for_byte(batch: Batch) -> None:
    report = batch.reports["invalid-utf8.txt"]
    assert report.findings
    assert report.redacted is not None
    copy = report.redacted.path.read_bytes()
    assert copy.startswith(b"\xff\x80\xfa")
    assert copy.count(b"\xc3\x28NFO") == batch.before["invalid-utf8.txt"].count(b"\xc3\x28NFO")


def test_a_byte_order_mark_that_lies_hides_nothing(batch: Batch) -> None:
    """Eight-bit text behind a UTF-16 mark looks like Chinese and would be called clean."""
    report = batch.reports["lying-mark.txt"]
    assert report.state in (State.FINDINGS, State.FAILED)


def test_deep_json_is_examined(batch: Batch) -> None:
    report = batch.reports["deep.json"]
    assert report.error is None
    assert report.state in (State.CLEAN, State.FINDINGS)


@pytest.mark.slow
def test_a_200_mb_log_is_examined_in_bounded_memory(tmp_path: Path, random: Random) -> None:
    line = b"2026-03-14 09:14:21 INFO  worker 3 finished job 118204 in 41 ms, queue is empty\n"
    path = tmp_path / "big.log"
    with path.open("wb") as stream:
        for _ in range(200):
            stream.write(line * (1024 * 1024 // len(line)))
        stream.write(log(random))
    (report,) = scan_all([path], Settings(jobs=1, timeout=250, memory=2048)).values()
    assert report.error is None
    assert report.findings


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """Root may read everything; file rights can only be tested as someone else."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_without_rights_is_named(request: pytest.FixtureRequest) -> None:
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        closed = root / "closed"
        closed.mkdir()
        (closed / "x.log").write_text("x")
        closed.chmod(0)
        root.chmod(0o755)
        request.getfixturevalue("as_nobody")
        try:
            (found,) = intake.collect([root])
            assert found.path == closed
            with pytest.raises(Unreadable) as caught:
                intake.take(found, Settings())
        finally:
            os.seteuid(os.getuid())
            closed.chmod(0o700)
    assert "folder" in caught.value.message


@dataclass
class Quiet:
    def progress(self, fraction: float, note: str) -> None: ...
    def found(self, findings: object) -> None: ...
    def page(self, page: int, preview: object, *, redacted: bool) -> None: ...


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from app.messages import Input, RedactTask
from app.model import RunKey, RunLabels
from app.options import Settings
from app.pipeline import run_task
from tests.end_to_end.test_bad_input import Quiet

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
source, target = map(Path, sys.argv[1:])
task = RedactTask(Input(source, Path(source.name)), target)
scan = run_task(task, Settings(), RunKey(b"k"), RunLabels(), Quiet())
print(scan.report.error.code, scan.report.redacted)
"""


def test_a_full_disk_leaves_nothing(tmp_path: Path, random: Random) -> None:
    """A limit on file sizes makes writing fail in the middle, as a full disk does."""
    source = tmp_path / "in" / "server.log"
    source.parent.mkdir()
    source.write_bytes(log(random) * 100)
    out = tmp_path / "out"
    command = [sys.executable, "-c", FULL_DISK, str(source), str(out / "server.redacted.log")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.split() == ["not-written", "None"]
    assert list(out.iterdir()) == []


def test_a_full_disk_says_so(tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "server.log"
    source.write_bytes(log(random))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    task = RedactTask(Input(source, Path(source.name)), tmp_path / "out" / "server.redacted.log")
    error = run_task(task, Settings(), RunKey(b"k"), RunLabels(), Quiet()).report.error
    assert error is not None
    assert "No space left" in error.message
    assert list((tmp_path / "out").iterdir()) == []
