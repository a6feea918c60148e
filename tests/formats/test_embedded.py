"""Pictures and documents inside texts: read, covered, written back as they stood, and checked."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from app.findings import page_boxes
from app.formats import recognise
from app.formats.text import embedded
from app.formats.text.document import TextDocument
from app.formats.text.embedded import decoded, encoded
from app.model import Hidden, PlanItem, RedactionPlan, Source
from app.places import InMember, PageArea, TextSpan
from ocr.model import Box
from tests.formats.format_contract import canary
from tests.support.documents import FakeReader, context_of, examined, source_of
from tests.support.pictures import PLACE, canvas, drawn
from tests.support.pictures import encoded as saved

CRLF = "\r\n"


def picture(kind: str = "PNG") -> bytes:
    """A screenshot of more than the smallest size that is looked at, with letters at ``PLACE``."""
    noise = np.random.default_rng(7).integers(200, 255, (128, 240, 3), dtype=np.uint8)
    noise[40:72, 24:216] = 255
    return saved(drawn(Image.fromarray(noise), "abc def ghi"), kind)


def wrapped(data: bytes, gap: str, width: int = 76) -> str:
    text = base64.b64encode(data).decode()
    return gap.join(text[at : at + width] for at in range(0, len(text), width))


def plain(data: bytes) -> str:
    return base64.b64encode(data).decode()


NOTATIONS: dict[str, Callable[[bytes], str]] = {
    "page.html": lambda data: f'<p>x</p>\n<img src="data:image/png;base64,{plain(data)}">\n<p>end</p>\n',
    "page.md": lambda data: f"# t\n\n![x][p]\n\n[p]: <data:image/png;base64,{plain(data)}>\nend\n",
    "style.css": lambda data: f"a{{background:url(data:image/png;base64,{plain(data)})}}\n",
    "shape.svg": lambda data: f'<svg><image xlink:href="data:image/png;base64,{plain(data)}"/></svg>\n',
    "nb.ipynb": lambda data: json.dumps(
        {"cells": [{"outputs": [{"data": {"image/png": wrapped(data, "\n") + "\n"}}]}]}
    ),
    "traffic.har": lambda data: json.dumps(
        {"log": {"entries": [{"response": {"content": {"encoding": "base64", "text": plain(data)}}}]}}
    ),
    "php.json": lambda data: json.dumps({"a": 1, "shot": plain(data)}).replace("/", "\\/"),
    "bare.json": lambda data: json.dumps({"shot": plain(data).rstrip("=")}),
    "safe.json": lambda data: json.dumps({"shot": plain(data).translate(str.maketrans("+/", "-_"))}),
    "nested.json": lambda data: json.dumps({"body": json.dumps({"shot": plain(data)})}),
    "page.mhtml": lambda data: f"--b\r\nContent-Type: image/png\r\n\r\n{wrapped(data, CRLF)}\r\n--b--\r\n",
    "config.yaml": lambda data: f"shot: !!binary |\n  {wrapped(data, chr(10) + '  ')}\nlast: line\n",
}  # fmt: skip


def opened(data: bytes, name: str, reader: FakeReader) -> tuple[Source, TextDocument]:
    source = source_of(data, name)
    document = recognise(source).open(source, context_of(reader))
    assert isinstance(document, TextDocument)
    return source, document


def image_in(text: str) -> bytes:
    """The first picture of a text, found another way than by the code under test."""
    for line in [text, *text.replace("\\n", "").replace("\\/", "/").split('"')]:
        bare = "".join(line.split("base64,")[-1].split(")")[0].split(">")[0].split('"')[0].split())
        for start in ("iVBOR", "_9j_", "/9j/"):
            at = bare.find(start)
            if at >= 0:
                end = bare.find("--b", at)
                end = end if end >= 0 else bare.find("last:", at) if "last:" in bare else len(bare)
                body = bare[at:end].translate(str.maketrans("-_", "+/")).rstrip("=")
                return base64.b64decode(body + "=" * (-len(body) % 4))
    raise AssertionError("no picture")


@pytest.mark.parametrize("name", NOTATIONS)
def test_a_value_in_a_picture_is_covered_in_place(name: str, tmp_path: Path) -> None:
    value = canary()
    reader = FakeReader(words=((value, PLACE),))
    text = NOTATIONS[name](picture())
    source, document = opened(text.encode(), name, reader)
    sink = examined(document)
    (place,) = sink.places_of(value)
    assert isinstance(place, InMember)
    assert place.member == "embedded picture 1"
    assert not sink.gaps

    plan = RedactionPlan(source.sha256, (PlanItem("REDACTED_1", (place,), Hidden(value), exact=False),))
    document.write(plan, tmp_path / "copy")
    copy, reopened = opened((tmp_path / "copy").read_bytes(), name, reader)
    failed = [check for check in document.check(copy, plan) if not check.passed]
    assert not failed, failed
    assert "Embedded files" in {check.name for check in document.check(copy, plan)}
    again = examined(reopened)
    assert value not in again.text
    reopened.examine(again, covers=page_boxes([place]))
    assert value not in again.text

    after = copy.data.decode()
    head, tail = text[: text.index("iVBOR")], text[-4:]
    assert after.startswith(head)
    assert after.endswith(tail)
    image = Image.open(BytesIO(image_in(after))).convert("RGB")
    assert image.size == (240, 128)
    assert not np.asarray(image.crop((40, 50, 200, 62))).any()
    if name.endswith((".json", ".ipynb", ".har")):
        json.loads(after)


def test_a_clean_picture_loses_its_metadata(tmp_path: Path) -> None:
    value = canary()
    shot = Image.open(BytesIO(picture()))
    buffer = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = value
    shot.save(buffer, "JPEG", exif=exif, quality=95)
    source, document = opened(NOTATIONS["page.html"](buffer.getvalue()).encode(), "a.html", FakeReader())
    assert value in examined(document).text
    document.write(RedactionPlan(source.sha256, ()), tmp_path / "copy")
    copy, reopened = opened((tmp_path / "copy").read_bytes(), "a.html", FakeReader())
    assert all(check.passed for check in document.check(copy, RedactionPlan(source.sha256, ())))
    assert value not in examined(reopened).text
    assert not any(value.encode() in part for part in reopened.decoded())


def test_a_small_picture_loses_its_metadata_too(tmp_path: Path) -> None:
    value = canary()
    info = PngInfo()
    info.add_text("Comment", value)
    small = saved(Image.new("L", (24, 24), 255), "PNG", pnginfo=info)
    text = f"![x](data:image/png;base64,{plain(small)})\n"
    assert len(text) < 400
    source, document = opened(text.encode(), "a.md", FakeReader())
    assert value in examined(document).text
    document.write(RedactionPlan(source.sha256, ()), tmp_path / "copy")
    copy, reopened = opened((tmp_path / "copy").read_bytes(), "a.md", FakeReader())
    assert all(check.passed for check in document.check(copy, RedactionPlan(source.sha256, ())))
    assert value not in examined(reopened).text


def test_several_pictures_keep_their_names(tmp_path: Path) -> None:
    value = canary()
    icon = plain(saved(Image.new("RGB", (8, 8)), "PNG"))
    text = f'<img src="data:image/png;base64,{icon}">' + NOTATIONS["page.html"](picture()) * 2
    source, document = opened(text.encode(), "a.html", FakeReader(words=((value, PLACE),)))
    places = examined(document).places_of(value)
    assert [place.member for place in places if isinstance(place, InMember)] == [
        "embedded picture 2",
        "embedded picture 3",
    ]
    plan = RedactionPlan(source.sha256, (PlanItem("REDACTED_1", places[1:]),))
    document.write(plan, tmp_path / "copy")
    copy, reopened = opened((tmp_path / "copy").read_bytes(), "a.html", FakeReader(words=((value, PLACE),)))
    assert all(check.passed for check in document.check(copy, plan))
    left = examined(reopened).places_of(value)
    assert left == places[:1]
    assert icon in copy.data.decode()


def test_another_picture_in_the_copy_fails_the_check(tmp_path: Path) -> None:
    source, document = opened(NOTATIONS["page.html"](picture()).encode(), "a.html", FakeReader())
    plan = RedactionPlan(
        source.sha256, (PlanItem("R", (InMember("embedded picture 1", PageArea(1, (PLACE,))),)),)
    )
    for data in (picture(), picture("JPEG"), saved(canvas((240, 128)), "PNG")):
        copy = source_of(NOTATIONS["page.html"](data).encode(), "a.html")
        assert not all(check.passed for check in document.check(copy, plan))
    document.write(plan, tmp_path / "copy")
    broken = (tmp_path / "copy").read_bytes().replace(b"base64,", b"base64,\n")
    assert not all(check.passed for check in document.check(source_of(broken, "a.html"), plan))


def test_a_cover_over_the_whole_picture_takes_it_away(tmp_path: Path) -> None:
    text = NOTATIONS["page.html"](picture())
    source, document = opened(text.encode(), "a.html", FakeReader())
    start = text.index("data:image")
    end = text.index('">\n<p>end')
    for first, last in ((start, end), (start, end - 40)):
        plan = RedactionPlan(source.sha256, (PlanItem("REDACTED_1", (TextSpan(first, last, 1, 1),)),))
        document.write(plan, tmp_path / "copy")
        copy = source_of((tmp_path / "copy").read_bytes(), "a.html")
        assert copy.data.decode() == text[:start] + "REDACTED_1" + text[end:]
        assert all(check.passed for check in document.check(copy, plan))
    inside = RedactionPlan(
        source.sha256, (PlanItem("REDACTED_1", (TextSpan(start + 60, start + 90, 1, 1),)),)
    )
    document.write(inside, tmp_path / "copy")
    assert b"REDACTED" not in (tmp_path / "copy").read_bytes()


def test_a_pdf_in_an_export_is_read() -> None:
    pymupdf = pytest.importorskip("pymupdf")
    value = canary()
    file = pymupdf.open()
    for _ in range(3):
        file.new_page().insert_text((72, 72), value)
    text = json.dumps({"report": plain(file.tobytes(deflate=False))})
    _, document = opened(text.encode(), "a.json", FakeReader())
    assert value in examined(document).text
    assert any(value.encode() in part for part in document.decoded()) or value in examined(document).text


@pytest.mark.parametrize("gap", ["", "\n", "\r\n  ", "\\n", "\\\n"])
@pytest.mark.parametrize("form", ["plain", "safe", "bare", "escaped"])
def test_bytes_are_written_back_as_they_stood(gap: str, form: str) -> None:
    for size in (3000, 3001, 3002):
        data = sha256(b"seed").digest() * (size // 32) + b"x" * (size % 32)
        text = plain(data)
        rows = [text[at : at + 64] for at in range(0, len(text), 64)] if gap else [text]
        text = gap.join(rows)
        text = text.translate(str.maketrans("+/", "-_")) if form == "safe" else text
        text = text.rstrip("=") if form == "bare" else text
        text = text.replace("/", "\\/") if form == "escaped" else text
        assert decoded(text) == data
        assert encoded(data, text) == text


def test_many_beginnings_take_no_time() -> None:
    for piece in ("iVBORw0KGgo", "iVBORw0KGgo\n", "/9j/ ", "UEsDB" + "A" * 75 + "\n"):
        _, document = opened((piece * 40_000).encode(), "a.txt", FakeReader())
        assert document.embedded.names or piece == "iVBORw0KGgo"


def test_a_box_of_another_picture_is_none_of_the_text(tmp_path: Path) -> None:
    source, document = opened(b"nothing here\n", "a.txt", FakeReader())
    place = InMember("embedded picture 1", PageArea(1, (Box(0, 0, 1, 1),)))
    with pytest.raises(Exception, match="does not have"):
        document.write(RedactionPlan(source.sha256, (PlanItem("R", (place,)),)), tmp_path / "copy")


def test_more_files_than_are_examined_are_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "MOST_FILES", 2)
    text = NOTATIONS["page.html"](picture()) * 4
    reader = FakeReader(words=((canary(), PLACE),))
    _, document = opened(text.encode(), "a.html", reader)
    sink = examined(document)
    assert len(reader.sizes) == 2
    assert [gap.why for gap in sink.gaps] == ["2 embedded pictures in base64 cannot be examined here."]
