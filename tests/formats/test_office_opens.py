# ruff: noqa: E501 - markup is easier to read when an element is one line
"""Copies of Office files open in LibreOffice and show what the originals show, but for the covered value."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pymupdf
import pytest

from app.formats import recognise
from tests.formats.format_contract import canary
from tests.support.documents import context_of, examined, plan_of, source_of
from tests.support.office import cell, docx, odf, paragraph, picture, pptx, run, word_part, xlsx

SOFFICE = shutil.which("soffice")

pytestmark = [
    pytest.mark.office,
    pytest.mark.timeout(300),
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed"),
]

WORD = canary()

_PICTURE = (
    '<w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
    '<wp:extent cx="900000" cy="600000"/><wp:docPr id="1" name="p"/><a:graphic>'
    '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
    '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr>'
    '<pic:cNvPr id="1" name="p"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="rId2"/><a:stretch>'
    '<a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/>'
    '<a:ext cx="900000" cy="600000"/></a:xfrm><a:prstGeom prst="rect"/></pic:spPr></pic:pic></a:graphicData>'
    "</a:graphic></wp:inline></w:drawing></w:r>"
)

FILES: dict[str, bytes] = {
    "docx": docx(
        paragraph(run("First page "), run(WORD[:9]), run(WORD[9:], "<w:b/>"), run(" end"))
        + paragraph('<w:r><w:br w:type="page"/></w:r>', run("Second page"), _PICTURE)
        + f"<w:tbl><w:tr><w:tc>{paragraph(run('Key'))}</w:tc><w:tc>{paragraph(run(WORD))}</w:tc></w:tr></w:tbl>"
        + f'<w:p><w:ins w:id="3" w:author="a">{run("inserted")}</w:ins></w:p>'
        + '<w:sectPr><w:headerReference w:type="default" r:id="rId1"/></w:sectPr>',
        {
            "word/header1.xml": word_part("hdr", paragraph(run("Heading of pages"))),
            "word/media/image1.png": picture("red"),
        },
        (("header", "header1.xml"), ("image", "media/image1.png")),
    ),
    "xlsx": xlsx(
        f'<row r="1">{cell("A1", "Name")}<c r="B1" t="s"><v>0</v></c></row>'
        '<row r="2"><c r="A2"><v>41</v></c><c r="B2"><f>A2+1</f><v>42</v></c></row>',
        strings=(f"<t>{WORD}</t>",),
        second=('state="hidden"', f"<row>{cell('A1', 'unseen')}</row>"),
    ),
    "pptx": pptx(f"<a:r><a:t>Slide with {WORD[:6]}</a:t></a:r><a:r><a:t>{WORD[6:]}</a:t></a:r>"),
    "odt": odf(
        "text",
        f"<text:h>Heading</text:h><text:p>Key {WORD[:8]}<text:span>{WORD[8:]}</text:span> end</text:p>",
    ),
    "ods": odf(
        "spreadsheet",
        '<table:table table:name="A"><table:table-row>'
        '<table:table-cell office:value-type="float" office:value="42"><text:p>42</text:p></table:table-cell>'
        f'<table:table-cell office:value-type="string"><text:p>{WORD}</text:p></table:table-cell>'
        "</table:table-row></table:table>",
    ),
}


KINDS = (*FILES, "odp")


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """Pages and text of each original and each copy, as LibreOffice prints them: one start for all."""
    folder = tmp_path_factory.mktemp("office")
    slides = folder / "odp-original.pptx"
    slides.write_bytes(FILES["pptx"])
    _convert("odp", slides)
    for kind in KINDS:
        original = folder / f"{kind}-original.{kind}"
        if kind in FILES:
            original.write_bytes(FILES[kind])
        source = source_of(original.read_bytes())
        document = recognise(source).open(source, context_of())
        plan = plan_of(source, (WORD, (*examined(document).places_of(WORD), *document.occurrences(WORD))))
        document.write(plan, folder / f"{kind}-copy.{kind}")
    _convert("pdf", *(path for kind in KINDS for path in sorted(folder.glob(f"{kind}-*.{kind}"))))
    return {path.stem: _printed(path) for path in folder.glob("*.pdf")}


def _convert(into: str, *paths: Path) -> None:
    """Lets LibreOffice save files beside themselves in another format."""
    assert SOFFICE is not None
    folder = paths[0].parent
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [
        SOFFICE,
        "--headless",
        profile,
        "--convert-to",
        into,
        "--outdir",
        str(folder),
        *map(str, paths),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=240)


def _printed(path: Path) -> tuple[int, str]:
    with pymupdf.open(path) as printed:
        return printed.page_count, " ".join(" ".join(page.get_text() for page in printed).split())


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_shows_what_the_original_shows(kind: str, shown: dict[str, tuple[int, str]]) -> None:
    pages, text = shown[f"{kind}-original"]
    copied_pages, copied = shown[f"{kind}-copy"]
    assert "".join(WORD.split()) in text.replace(" ", ""), "the original does not show the value"
    assert copied_pages == pages
    # A long word may be broken where a line ends.
    assert copied.replace(" ", "") == text.replace(" ", "").replace(WORD, "REDACTED_VALUE_1")
