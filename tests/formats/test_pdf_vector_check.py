"""The check of a copy notices what does not belong on a page that keeps its text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.formats.pdf.format import FORMAT
from app.model import Check
from app.places import PageArea, Unit
from ocr.model import Box
from tests.formats.format_contract import canary
from tests.formats.test_pdf_check import with_dictionary, with_stream
from tests.support.documents import context_of, plan_of, source_of
from tests.support.pdfs import AT, PICTURE, document, picture_of, saved

PLACE = PageArea(1, (Box(38, 88, 200, 104),), Unit.POINT)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Callable[[bytes], list[Check]]]:
    """A copy of one page with text, a line and a picture, and what fails of a changed one."""
    value, folder = canary(), tmp_path_factory.mktemp("copy")
    made = document()
    made[0].insert_text(AT, value, fontsize=11)
    made[0].draw_line((40, 120), (380, 120))
    made[0].insert_image(PICTURE, stream=picture_of("shown"), keep_proportion=False)
    source = source_of(saved(made))
    opened, plan = FORMAT.open(source, context_of()), plan_of(source, (value, [PLACE]))
    opened.write(plan, folder / "copy.pdf")

    def failed(data: bytes) -> list[Check]:
        return [check for check in opened.check(source_of(data), plan) if not check.passed]

    return (folder / "copy.pdf").read_bytes(), failed


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "another operator": with_stream(rb"\Aq\n", b"q\n/P0 sh\n"),
    "a comment": with_stream(rb"\Aq\n", b"q\n%note\n"),
    "text in a string": with_stream(rb"(\[<[0-9A-F]+>)\] TJ", rb"\1 (note)] TJ"),
    "text of another meaning": with_stream(rb"(<0002>) <0053>\n", rb"\1 <0043>\n"),
    "a meaning too many": with_stream(rb"(<0002>) <0053>\n", rb"\1 <00530053>\n"),
    "a missing word": with_stream(rb"BT /T 14 Tf[^\n]+\n", b""),
    "a moved word": with_stream(rb"(BT /T 14 Tf \S+ \S+ \S+ \S+) \S+", rb"\1 300"),
    "unseen text": with_stream(rb"BT /T 14 Tf", b"BT 3 Tr /T 14 Tf"),
    "a line under the cover": with_stream(rb"\Aq\n", b"q\n50 205 m 60 205 l S\n"),
    "another line": with_stream(rb"\Aq\n", b"q\n50 20 m 300 20 l S\n"),
    "no line": with_stream(rb"[^\n]+ l S\n", b""),
    "no cover": with_stream(rb"\n0 g\n.*?\nf", b""),
    "a moved picture": with_stream(rb"cm /P0 Do", b"cm /P1 Do"),
    "a state that is not closed": with_stream(rb"\nQ\n0 g", b"\nq\nQ\n0 g"),
    "bytes in the font": with_stream(rb"\A(\x01\x00\x04\x04.*)\Z", rb"\1note"),
    "a name in the font": with_stream(rb"\A(\x01\x00\x04\x04\x00\x01\x01\x01\x02)F", rb"\1X"),
    "an identity of the font": with_dictionary(rb"/Ordering\(Identity\)", b"/Ordering(Note)"),
    "a name of the font": with_dictionary(rb"/FontName/AAAAAA\+Text", b"/FontName/Other"),
    "a width": with_dictionary(rb"/W\[0\[500 250 ", b"/W[0[500 251 "),
    "a blend mode": with_dictionary(rb"/ca 1/CA 1", b"/ca 1/CA 1/BM/Multiply"),
    "a mask": with_dictionary(rb"/Subtype/Image", b"/Subtype/Image/SMask 1 0 R"),
    "marked content": with_stream(rb"\Aq\n", b"q\n/Span <</ActualText(note)>> BDC\nEMC\n"),
}


def test_the_copy_as_it_was_written_passes(
    written: tuple[bytes, Callable[[bytes], list[Check]]],
) -> None:
    data, failed = written
    assert failed(data) == []


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_noticed(name: str, written: tuple[bytes, Callable[[bytes], list[Check]]]) -> None:
    data, failed = written
    changed = CHANGES[name](data)
    assert changed != with_stream(rb"(?!)", b"")(data), "nothing was changed"
    found = failed(changed)
    assert found
    assert all(check.detail for check in found)
