"""The check of a copy notices every way in which a copy could be unsafe."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from app.formats.pdf.format import FORMAT
from app.formats.pdf.structure import prove, stored_objects
from app.formats.pdf.syntax import Malformed
from app.model import Check
from app.places import PageArea, Unit
from ocr.model import Box
from tests.formats.format_contract import canary
from tests.support.documents import context_of, plan_of, source_of
from tests.support.pdfs import AT, as_pictures, document, saved

PLACE = PageArea(1, (Box(38, 88, 200, 104),), Unit.POINT)


class Written:
    """A document, its plan and its good copy."""

    def __init__(self, folder: Path, *, link: bool = True) -> None:
        self.value = canary()
        made = document()
        made[0].insert_text(AT, self.value, fontsize=11)
        if link:
            place = made[0].rect * 0.1
            made[0].insert_link({"kind": 2, "from": place, "uri": "https://example.com/docs"})
        made.new_page(width=200, height=100).insert_text((20, 50), "second page")
        source = source_of(saved(made))
        self.document = FORMAT.open(source, context_of())
        self.plan = as_pictures(plan_of(source, (self.value, [PLACE])))
        self.document.write(self.plan, folder / "copy.pdf")
        self.copy = (folder / "copy.pdf").read_bytes()

    def failed(self, data: bytes) -> list[Check]:
        return [check for check in self.document.check(source_of(data), self.plan) if not check.passed]


def rebuilt(data: bytes, change: Callable[[int, bytes, bytes | None], tuple[bytes, bytes | None]]) -> bytes:
    """The file with every object passed through ``change`` (number, dictionary, inflated stream)."""
    objects, _ = stored_objects(data)
    out = data[: re.search(rb"1 0 obj", data).start()]  # type: ignore[union-attr]
    offsets = {}
    for number, stored in sorted(objects.items()):
        match = re.search(rb"(?:\A|\n)%d 0 obj\n(.*?)(?:\nstream\n|\nendobj\n)" % number, data, re.DOTALL)
        assert match is not None
        dictionary = match.group(1)
        stream = None if stored.raw is None else zlib.decompress(stored.raw)
        dictionary, stream = change(number, dictionary, stream)
        offsets[number] = len(out)
        if stream is None:
            out += b"%d 0 obj\n%s\nendobj\n\n" % (number, dictionary)
        else:
            raw = zlib.compress(stream)
            dictionary = re.sub(rb"/Length \d+", b"/Length %d" % len(raw), dictionary)
            out += b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n\n" % (number, dictionary, raw)
    rows = b"".join(b"%010d 00000 n \n" % offsets[number] for number in sorted(offsets))
    table = b"xref\n0 %d\n0000000000 65535 f \n%s\n" % (len(offsets) + 1, rows)
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, len(out))
    return out + table + trailer


Replacement = bytes | Callable[[re.Match[bytes]], bytes]


def with_stream(pattern: bytes, replacement: Replacement) -> Callable[[bytes], bytes]:
    def change(_: int, dictionary: bytes, stream: bytes | None) -> tuple[bytes, bytes | None]:
        return dictionary, None if stream is None else re.sub(pattern, replacement, stream, flags=re.DOTALL)

    return lambda data: rebuilt(data, change)


def with_dictionary(pattern: bytes, replacement: bytes) -> Callable[[bytes], bytes]:
    def change(_: int, dictionary: bytes, stream: bytes | None) -> tuple[bytes, bytes | None]:
        return re.sub(pattern, replacement, dictionary), stream

    return lambda data: rebuilt(data, change)


def test_a_rebuilt_copy_passes_so_the_changes_below_are_what_fails(tmp_path: Path) -> None:
    written = Written(tmp_path)
    same = rebuilt(written.copy, lambda _, dictionary, stream: (dictionary, stream))
    assert written.failed(written.copy) == []
    assert written.failed(same) == []


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "bytes behind the end": lambda data: data + b"rest of the old file",
    "a line end behind the end": lambda data: data + b"\n",
    "a second end": lambda data: data + b"%%EOF\n",
    "a second revision": lambda data: data + data[data.rindex(b"xref\n0") :],
    "a comment": lambda data: data.replace(b"\nxref\n", b"\n%note\nxref\n"),
    "a comment in an object": with_dictionary(rb"/Type/Catalog", b"%note\n/Type/Catalog"),
    "an identifier": lambda data: data.replace(b"/Root 1 0 R", b"/Root 1 0 R/ID[(a)(b)]"),
    "an earlier table": lambda data: data.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev 15"),
    "properties": with_dictionary(rb"/Info null", b"/Info<</Title(a)>>"),
    "an unknown entry of the catalog": with_dictionary(rb"/Type/Catalog", b"/Type/Catalog/Lang(en)"),
    "an unknown entry of a page": with_dictionary(rb"/Type/Page/", b"/Type/Page/PieceInfo<<>>/"),
    "a script": with_dictionary(rb"/Type/Catalog", b"/Type/Catalog/OpenAction<</S/JavaScript/JS(1)>>"),
    "a turned page": with_dictionary(rb"/Rotate 0", b"/Rotate 90"),
    "a page of another size": with_dictionary(rb"\[0 0 200 100\]", b"[0 0 200 101]"),
    "a crop box": with_dictionary(rb"(/MediaBox\[0 0 200 100\])", rb"\1/CropBox[0 0 10 10]"),
    "another kind of link": with_dictionary(rb"/S/URI/URI", b"/S/Launch/F"),
    "a note beside a link": with_dictionary(rb"/Subtype/Link", b"/Subtype/Link/Contents(a)"),
    "a link to a file": with_dictionary(rb"https://example.com", b"file:///etc"),
    "a picture with a mask": with_dictionary(rb"/Subtype/Image", b"/Subtype/Image/SMask 1 0 R"),
    "a comment in a content": with_stream(rb"/P Do Q", b"/P Do Q\n%note"),
    "an operator": with_stream(rb"/P Do Q", b"/P Do Q\n/P sh"),
    "visible text": with_stream(rb"BT 3 Tr", b"BT 0 Tr"),
    "no covers": with_stream(rb"\n0 g\n.*?\nf", b""),
    "smaller covers": with_stream(rb"\n0 g\n(\S+) (\S+) \S+ (\S+) re\nf", rb"\n0 g\n\1 \2 5 \3 re\nf"),
    "a shape in a font": with_stream(rb"500 0 d0", b"500 0 d0 0 0 9 9 re f"),
    "text in a character map": with_stream(rb"endcmap end end", b"endcmap end end (note)"),
    "a letter of the stored pictures": with_stream(
        rb"\A(.{3000})\xff", lambda found: found.group(1) + b"\xfe"
    ),
    "rows behind a picture": with_stream(rb"\A(\xff.*)\Z", rb"\1abc"),
    "a word of its own": with_stream(rb"(<[0-9A-F]{2}>) <0053>\n", rb"\1 <0043>\n"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_noticed(name: str, tmp_path: Path) -> None:
    written = Written(tmp_path)
    changed = CHANGES[name](written.copy)
    assert changed != written.copy
    failed = written.failed(changed)
    assert failed
    assert all(check.detail for check in failed)


def test_an_unused_object_is_noticed(tmp_path: Path) -> None:
    written = Written(tmp_path)
    count = len(stored_objects(written.copy)[0]) + 1
    at = written.copy.index(b"xref\n0 ")
    extra = b"%d 0 obj\n<</Left(over)>>\nendobj\n\n" % count
    start = re.search(rb"startxref\n(\d+)", written.copy)
    assert start is not None
    tail = written.copy[at:].replace(b"xref\n0 %d\n" % count, b"xref\n0 %d\n" % (count + 1))
    tail = tail.replace(b"\ntrailer", b"%010d 00000 n \n\ntrailer" % at)
    tail = tail.replace(start.group(), b"startxref\n%d" % (at + len(extra)))
    (failed,) = written.failed(written.copy[:at] + extra + tail)
    assert "unused" in failed.detail


def test_a_covered_word_left_in_the_text_is_noticed(tmp_path: Path) -> None:
    written = Written(tmp_path)
    written.plan = plan_of(source_of(b""), ("Settings", [PLACE]), (written.value, [PLACE]))
    assert [check.name for check in written.failed(written.copy)] == ["No covered value in the text"]


def test_a_cover_at_another_place_is_noticed(tmp_path: Path) -> None:
    written = Written(tmp_path)
    elsewhere = PageArea(1, (Box(38, 240, 200, 270),), Unit.POINT)
    written.plan = plan_of(source_of(b""), (written.value, [PLACE, elsewhere]))
    assert "Covers are flat" in [check.name for check in written.failed(written.copy)]


def test_a_missing_page_is_noticed(tmp_path: Path) -> None:
    written = Written(tmp_path)
    made = document()
    source = source_of(saved(made))
    single = FORMAT.open(source, context_of())
    single.write(plan_of(source), tmp_path / "single.pdf")
    data = (tmp_path / "single.pdf").read_bytes()
    assert [check.name for check in written.failed(data)] == ["Same pages"]


def test_the_proof_counts_what_it_saw(tmp_path: Path) -> None:
    proof = prove(Written(tmp_path).copy)
    assert [page.links for page in proof.pages] == [1, 0]
    assert proof.kinds["page"] == 2
    assert "Settings" in proof.pages[0].words
    assert proof.pages[1].covers.boxes == ()


@pytest.mark.parametrize("cut", range(0, 101, 4))
def test_a_copy_cut_short_is_no_copy(cut: int, tmp_path: Path) -> None:
    data = Written(tmp_path, link=False).copy
    if cut < 100:
        with pytest.raises(Malformed):
            prove(data[: len(data) * cut // 100])
    else:
        prove(data)
