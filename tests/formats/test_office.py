# ruff: noqa: E501 - markup is easier to read when an element is one line
"""Office files: one value in one place at a time, found there, and covered or gone in the copy."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from app.errors import SharesafeError
from app.formats import recognise
from app.formats.base import Format
from app.formats.office.format import ODF, OOXML
from app.notices import COMMENTS, HIDDEN_LAYER, HIDDEN_TEXT, TRACKED_CHANGES
from tests.formats.format_contract import Case, FormatContract, canary
from tests.support.documents import context_of, examined, plan_of, source_of
from tests.support.office import (
    cell,
    docx,
    odf,
    paragraph,
    picture,
    pptx,
    relationships,
    run,
    word_part,
    xlsx,
)

Make = Callable[[str], bytes]

_SETTINGS = (("settings", "settings.xml"),)


def _halves(word: str) -> tuple[str, str]:
    return word[:9], word[9:]


def _row(*cells: str, number: int = 1, attributes: str = "") -> str:
    return f'<row r="{number}" {attributes}>{"".join(cells)}</row>'


COVERED: dict[str, Make] = {
    "docx runs": lambda w: docx(paragraph(run("key "), run(_halves(w)[0], "<w:b/>"), run(_halves(w)[1]))),
    "docx references": lambda w: docx(paragraph(run("".join(f"&#{ord(letter):09};" for letter in w)))),
    "docx plain section": lambda w: docx(paragraph(run(f"<![CDATA[{w}]]>"))),
    "docx cell": lambda w: docx(
        f"<w:tbl><w:tr><w:tc>{paragraph(run('Key'))}</w:tc><w:tc>{paragraph(run(w))}</w:tc></w:tr></w:tbl>"
    ),
    "docx text box": lambda w: docx(
        f"<w:p>{run('before')}<w:r><w:pict><w:txbxContent>{paragraph(run(w))}</w:txbxContent></w:pict></w:r></w:p>"
    ),
    "docx header": lambda w: docx(
        paragraph(run("x")) + '<w:sectPr><w:headerReference r:id="rId1"/></w:sectPr>',
        {"word/header1.xml": word_part("hdr", paragraph(run(w)))},
        (("header", "header1.xml"),),
    ),
    "docx footnote": lambda w: docx(
        paragraph(run("x")),
        {"word/footnotes.xml": word_part("footnotes", f'<w:footnote w:id="1">{paragraph(run(w))}</w:footnote>')},
        (("footnotes", "footnotes.xml"),),
    ),
    "docx link": lambda w: docx(
        f'<w:p><w:hyperlink r:id="rId1">{run("here")}</w:hyperlink></w:p>',
        related=(("hyperlink", f"https://example.org/?token={w}"),),
    ),
    "docx field": lambda w: docx(
        paragraph(f'<w:r><w:instrText> HYPERLINK "https://example.org/{_halves(w)[0]}</w:instrText></w:r>'
                  f'<w:r><w:instrText>{_halves(w)[1]}" </w:instrText></w:r>')
    ),
    "docx alternative text": lambda w: docx(f'<w:p><w:r><w:pict title="{w}"/></w:r></w:p>'),
    "docx inserted": lambda w: docx(f'<w:p><w:ins w:author="a">{run(w)}</w:ins></w:p>'),
    "xlsx string": lambda w: xlsx(_row('<c r="A1" t="s"><v>0</v></c>'), strings=(f"<r><t>{w[:5]}</t></r><r><t>{w[5:]}</t></r>",)),
    "xlsx inline": lambda w: xlsx(_row(cell("A1", w))),
    "xlsx formula": lambda w: xlsx(_row(f'<c r="A1" t="str"><f>CONCATENATE("{w}","")</f><v>{w}</v></c>')),
    "xlsx name": lambda w: xlsx(
        _row(cell("A1", "x")), workbook=f'<definedNames><definedName name="K">"{w}"</definedName></definedNames>'
    ),
    "xlsx validation": lambda w: xlsx(
        _row(cell("A1", "x")),
        after=f'<dataValidations><dataValidation sqref="A1"><formula1>"{w}"</formula1></dataValidation></dataValidations>',
    ),
    "pptx runs": lambda w: pptx(f"<a:r><a:t>{w[:7]}</a:t></a:r><a:r><a:rPr b='1'/><a:t>{w[7:]}</a:t></a:r>"),
    "odt spans": lambda w: odf("text", f"<text:p>{w[:7]}<text:span>{w[7:]}</text:span></text:p>"),
    "odt link": lambda w: odf("text", f'<text:p><text:a xlink:href="https://example.org/{w}">here</text:a></text:p>'),
    "ods cell": lambda w: odf(
        "spreadsheet",
        f'<table:table table:name="A"><table:table-row><table:table-cell office:string-value="{w}"><text:p>{w}</text:p>'
        "</table:table-cell></table:table-row></table:table>",
    ),
}  # fmt: skip

GONE: dict[str, Make] = {
    "docx comment": lambda w: docx(
        f'<w:p><w:commentRangeStart w:id="0"/>{run("x")}<w:r><w:commentReference w:id="0"/></w:r></w:p>',
        {"word/comments.xml": word_part("comments", f'<w:comment w:id="0">{paragraph(run(w))}</w:comment>')},
        (("comments", "comments.xml"),),
    ),
    "docx deletion": lambda w: docx(f"<w:p><w:del><w:r><w:delText>{w}</w:delText></w:r></w:del>{run('x')}</w:p>"),
    "docx deleted row": lambda w: docx(
        f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph(run(w))}</w:tc></w:tr></w:tbl>{paragraph(run('x'))}"
    ),
    "docx hidden": lambda w: docx(paragraph(run("x"), run(w, "<w:vanish/>"))),
    "docx hidden by style": lambda w: docx(
        paragraph(run("x"), run(w, '<w:rStyle w:val="H"/>')),
        {"word/styles.xml": word_part("styles", '<w:style w:styleId="H"><w:rPr><w:vanish/></w:rPr></w:style>')},
        (("styles", "styles.xml"),),
    ),
    "docx author": lambda w: docx(
        paragraph(run("x")),
        {"docProps/core.xml": f"<properties><creator>{w}</creator></properties>"},
        root=(("metadata/core-properties", "docProps/core.xml"),),
    ),
    "docx variable": lambda w: docx(
        paragraph(run("x")),
        {"word/settings.xml": word_part("settings", f'<w:docVars><w:docVar w:name="k" w:val="{w}"/></w:docVars>')},
        _SETTINGS,
    ),
    "docx template": lambda w: docx(
        paragraph(run("x")),
        {
            "word/settings.xml": word_part("settings", '<w:attachedTemplate r:id="rId1"/>'),
            "word/_rels/settings.xml.rels": relationships(("attachedTemplate", f"file:///home/{w}/t.dotx")),
        },
        _SETTINGS,
    ),
    "docx custom data": lambda w: docx(
        paragraph(run("x")), {"customXml/item1.xml": f"<d>{w}</d>"}, (("customXml", "../customXml/item1.xml"),)
    ),
    "docx remark": lambda w: docx(f"<!-- {w} -->{paragraph(run('x'))}"),
    "docx instruction": lambda w: docx(f"<?note {w}?>{paragraph(run('x'))}"),
    "docx revision": lambda w: docx(f'<w:p w:rsidR="{w}">{run("x")}</w:p>'),
    "docx field that fetches": lambda w: docx(
        paragraph(f'<w:r><w:instrText>INCLUDETEXT "//{w}/x"</w:instrText></w:r>', run("x"))
    ),
    "docx macro": lambda w: docx(paragraph(run("x")), {"word/vbaProject.bin": w}, (("vbaProject", "vbaProject.bin"),)),
    "docx embedded file": lambda w: docx(
        paragraph(run("x")),
        {"word/embeddings/a.docx": docx(paragraph(run(w)))},
        (("package", "embeddings/a.docx"),),
    ),
    "docx file of nobody": lambda w: docx(paragraph(run("x")), {"word/leftover.xml": f"<a>{w}</a>"}),
    "xlsx hidden sheet": lambda w: xlsx(_row(cell("A1", "x")), second=('state="veryHidden"', _row(cell("A1", w)))),
    "xlsx hidden row": lambda w: xlsx(_row(cell("A1", "x")) + _row(cell("A2", w), number=2, attributes='hidden="1"')),
    "xlsx hidden column": lambda w: xlsx(
        _row(cell("A1", "x"), cell("B1", w)), before='<cols><col min="2" max="2" hidden="1"/></cols>'
    ),
    "xlsx unused string": lambda w: xlsx(_row(cell("A1", "x")), strings=(f"<t>{w}</t>",)),
    "xlsx connection": lambda w: xlsx(
        _row(cell("A1", "x")),
        parts={"xl/connections.xml": f'<connections><connection><dbPr connection="Pwd={w}"/></connection></connections>'},
        related=(("connections", "connections.xml"),),
    ),
    "xlsx other workbook": lambda w: xlsx(
        _row(f'<c r="A1"><f>[1]{w}!A1</f><v>1</v></c>'),
        parts={"xl/externalLinks/externalLink1.xml": f"<externalLink><v>{w}</v></externalLink>"},
        related=(("externalLink", "externalLinks/externalLink1.xml"),),
    ),
    "pptx hidden slide": lambda w: pptx(f"<a:r><a:t>{w}</a:t></a:r>", show='show="0"'),
    "pptx notes": lambda w: pptx(
        "<a:r><a:t>x</a:t></a:r>",
        parts={"ppt/notesSlides/notesSlide1.xml": f"<notes><t>{w}</t></notes>"},
        slide_related=(("notesSlide", "../notesSlides/notesSlide1.xml"),),
    ),
    "odt annotation": lambda w: odf(
        "text", f"<text:p>x<office:annotation><dc:creator>a</dc:creator><text:p>{w}</text:p></office:annotation></text:p>"
    ),
    "odt change": lambda w: odf(
        "text",
        "<text:tracked-changes><text:changed-region><text:deletion>"
        f"<text:p>{w}</text:p></text:deletion></text:changed-region></text:tracked-changes><text:p>x</text:p>",
    ),
    "odt hidden section": lambda w: odf(
        "text", f'<text:section text:name="s" text:display="none"><text:p>{w}</text:p></text:section><text:p>x</text:p>'
    ),
    "odt hidden letters": lambda w: odf(
        "text",
        f'<text:p>x<text:span text:style-name="H">{w}</text:span></text:p>',
        styles='<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>',
    ),
    "odt metadata": lambda w: odf("text", "<text:p>x</text:p>", parts={"meta.xml": f"<a><title>{w}</title></a>"}),
    "ods hidden sheet": lambda w: odf(
        "spreadsheet",
        f'<table:table table:name="A" table:style-name="H"><table:table-row><table:table-cell><text:p>{w}</text:p>'
        '</table:table-cell></table:table-row></table:table><table:table table:name="B"><table:table-row>'
        "<table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table>",
        styles='<style:style style:name="H" style:family="table"><style:table-properties table:display="false"/></style:style>',
    ),
    "odp notes": lambda w: odf(
        "presentation",
        f'<draw:page draw:name="1"><presentation:notes><draw:frame><draw:text-box><text:p>{w}</text:p></draw:text-box>'
        "</draw:frame></presentation:notes></draw:page>",
    ),
}  # fmt: skip


def _inflated(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"\n".join(info.filename.encode() + b"\n" + archive.read(info) for info in archive.infolist())


def _copy(data: bytes, word: str, tmp_path: Path) -> tuple[bytes, bool]:
    """A copy without ``word``, and whether the examination had seen it."""
    source = source_of(data)
    document = recognise(source).open(source, context_of())
    sink = examined(document)
    plan = plan_of(source, (word, (*sink.places_of(word), *document.occurrences(word))))
    document.write(plan, tmp_path / "copy")
    copy = source_of((tmp_path / "copy").read_bytes())
    assert [check for check in document.check(copy, plan) if not check.passed] == []
    return copy.data, word in sink.text


@pytest.mark.parametrize("place", COVERED)
def test_what_is_shown_is_found_and_covered(place: str, tmp_path: Path) -> None:
    word = canary()
    copy, found = _copy(COVERED[place](word), word, tmp_path)
    assert found
    inside = _inflated(copy)
    assert b"REDACTED_VALUE_1" in inside
    for piece in (word, *_halves(word), word[7:]):
        assert piece.encode() not in inside


@pytest.mark.parametrize("place", GONE)
def test_what_is_not_shown_is_found_and_gone(place: str, tmp_path: Path) -> None:
    word = canary()
    data = GONE[place](word)
    copy, found = _copy(data, word, tmp_path)
    assert found
    assert word.encode() not in _inflated(copy)
    source = source_of(data)
    recognise(source).open(source, context_of()).write(plan_of(source), tmp_path / "unplanned")
    assert word.encode() not in _inflated((tmp_path / "unplanned").read_bytes())


@pytest.mark.parametrize("place", [*COVERED, *GONE])
def test_a_copy_of_a_copy_is_the_same(place: str, tmp_path: Path) -> None:
    word = canary()
    copy, _ = _copy((COVERED | GONE)[place](word), word, tmp_path)
    assert _copy(copy, word, tmp_path)[0] == copy


@pytest.mark.parametrize(
    ("place", "rule"),
    [
        ("docx comment", COMMENTS),
        ("docx deletion", TRACKED_CHANGES),
        ("docx hidden", HIDDEN_TEXT),
        ("xlsx hidden sheet", HIDDEN_LAYER),
        ("pptx hidden slide", HIDDEN_LAYER),
        ("pptx notes", COMMENTS),
        ("odt annotation", COMMENTS),
        ("odt change", TRACKED_CHANGES),
    ],
)
def test_what_copies_leave_out_is_told(place: str, rule: object) -> None:
    source = source_of(GONE[place](canary()))
    assert rule in [notice.rule for notice in examined(recognise(source).open(source, context_of())).notices]


def test_a_deleted_picture_is_gone_and_a_shown_one_stays(tmp_path: Path) -> None:
    def shape(number: int) -> str:
        return f'<w:r><w:pict><a:blip r:embed="rId{number}"/></w:pict></w:r>'

    data = docx(
        f"<w:p>{shape(1)}<w:del>{shape(2)}</w:del></w:p>",
        {"word/media/image1.png": picture("red"), "word/media/image2.png": picture("blue")},
        (("image", "media/image1.png"), ("image", "media/image2.png")),
    )
    copy, _ = _copy(data, canary(), tmp_path)
    names = zipfile.ZipFile(io.BytesIO(copy)).namelist()
    assert "word/media/image1.png" in names
    assert "word/media/image2.png" not in names


def test_hidden_sheets_leave_formulas_their_results_and_names_their_numbers(tmp_path: Path) -> None:
    names = (
        '<definedNames><definedName name="A" localSheetId="1">Data!$A$1</definedName>'
        '<definedName name="B">Other!$A$1</definedName></definedNames>'
    )
    data = xlsx(
        _row('<c r="A1"><f>Other!A1*2</f><v>42</v></c>', '<c r="B1"><f>1+1</f><v>2</v></c>'),
        workbook=names,
        second=('state="hidden"', _row(cell("A1", "x"))),
    )
    copy, _ = _copy(data, canary(), tmp_path)
    inside = _inflated(copy)
    assert b"<v>42</v>" in inside
    assert b"Other" not in inside
    assert b"<f>1+1</f>" in inside


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><d>&b;</d>',
        "<d>" * 500 + "</d>" * 500,
        "<d><unclosed></d>",
    ],
)
def test_hostile_xml_is_refused(content: str) -> None:
    data = docx("")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, content if name == "word/document.xml" else part)
    source = source_of(out.getvalue())
    with pytest.raises(SharesafeError):
        OOXML.open(source, context_of())


def test_a_label_stands_left_of_its_value_or_above_it() -> None:
    source = source_of(
        xlsx(
            _row(cell("A1", "User"), '<c r="B1" t="s"><v>0</v></c>')
            + _row(cell("A2", "bob"), '<c r="B2" t="s"><v>1</v></c>', number=2),
            strings=("<t>Password</t>", "<t>correct horse</t>"),
        )
    )
    offered = [
        named.name
        for unit in examined(OOXML.open(source, context_of())).units
        for named in unit.sample.named
        if unit.sample.text[named.start : named.end] == "correct horse"
    ]
    assert {"Password", "bob"} <= set(offered)


class TestOoxmlContract(FormatContract):
    format: ClassVar[Format] = OOXML

    def cases(self) -> list[Case]:
        word = canary()
        return [Case(name, COVERED[name](word), word) for name in ("docx runs", "xlsx string", "pptx runs")]


class TestOdfContract(FormatContract):
    format: ClassVar[Format] = ODF

    def cases(self) -> list[Case]:
        word = canary()
        return [Case(name, COVERED[name](word), word) for name in ("odt spans", "odt link")]
