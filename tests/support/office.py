# ruff: noqa: E501 - markup is easier to read when an element is one line
"""Office files made by hand, so that a test can put anything anywhere in them."""

from __future__ import annotations

import io
import zipfile
from typing import Final

from PIL import Image

_OOXML: Final = "http://schemas.openxmlformats.org/"
_TYPE: Final = "application/vnd.openxmlformats-officedocument."
_RELATED: Final = _OOXML + "officeDocument/2006/relationships/"
_NAMES: Final = (
    f'xmlns:w="{_OOXML}wordprocessingml/2006/main" xmlns:a="{_OOXML}drawingml/2006/main" '
    f'xmlns:p="{_OOXML}presentationml/2006/main" xmlns:r="{_OOXML}officeDocument/2006/relationships"'
)
_SHEET: Final = f'xmlns="{_OOXML}spreadsheetml/2006/main" xmlns:r="{_OOXML}officeDocument/2006/relationships"'
_MAIN: Final = {
    "word/document.xml": "wordprocessingml.document.main+xml",
    "xl/workbook.xml": "spreadsheetml.sheet.main+xml",
    "ppt/presentation.xml": "presentationml.presentation.main+xml",
}
_ODF: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_ODF_NAMES: Final = " ".join(
    f'xmlns:{name}="{_ODF}{name}:1.0"'
    for name in ("office", "text", "table", "draw", "style", "presentation")
) + (
    f' xmlns:fo="{_ODF}xsl-fo-compatible:1.0" xmlns:svg="{_ODF}svg-compatible:1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)

Parts = dict[str, str | bytes]
Related = tuple[tuple[str, str], ...]
"""Kinds of relationships and their targets; addresses with a colon lead outside."""


def packed(parts: Parts) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, stored)
    return out.getvalue()


def picture(colour: str = "white") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return out.getvalue()


def relationships(*related: tuple[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATED}{kind}" Target="{target}"'
        f"{' TargetMode=' + chr(34) + 'External' + chr(34) if ':' in target else ''}/>"
        for number, (kind, target) in enumerate(related, 1)
    )
    return f'<Relationships xmlns="{_OOXML}package/2006/relationships">{rows}</Relationships>'


def ooxml(main: str, parts: Parts, related: Related = (), root: Related = ()) -> bytes:
    """A package around ``main``; ``related`` are the main part's relationships, ``root`` the package's."""
    folder, _, name = main.rpartition("/")
    types = "".join(
        f'<Override PartName="/{part}" ContentType="{_TYPE}{kind}"/>'
        for part, kind in _MAIN.items()
        if part == main
    )
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{_OOXML}package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
            "_rels/.rels": relationships(("officeDocument", main), *root),
            **parts,
            f"{folder}/_rels/{name}.rels": relationships(*related),
        }
    )


def docx(body: str, parts: Parts | None = None, related: Related = (), root: Related = ()) -> bytes:
    document = f"<w:document {_NAMES}><w:body>{body}</w:body></w:document>"
    return ooxml("word/document.xml", {"word/document.xml": document, **(parts or {})}, related, root)


def word_part(name: str, content: str) -> str:
    return f"<w:{name} {_NAMES}>{content}</w:{name}>"


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def xlsx(
    rows: str,
    *,
    strings: tuple[str, ...] = (),
    before: str = "",
    after: str = "",
    workbook: str = "",
    second: tuple[str, str] = ("", ""),
    parts: Parts | None = None,
    related: Related = (),
) -> bytes:
    """A workbook of one sheet, and a second one of which ``second`` says the attributes and the rows."""
    state, other = second
    sheets = '<sheet name="Data" sheetId="1" r:id="rId1"/>'
    sheets += f'<sheet name="Other" sheetId="2" r:id="rId3" {state}/>' if other else ""
    items = "".join(f"<si>{text}</si>" for text in strings)
    found: Parts = {
        "xl/workbook.xml": f"<workbook {_SHEET}><sheets>{sheets}</sheets>{workbook}</workbook>",
        "xl/worksheets/sheet1.xml": f"<worksheet {_SHEET}>{before}<sheetData>{rows}</sheetData>{after}</worksheet>",
        "xl/sharedStrings.xml": f"<sst {_SHEET}>{items}</sst>",
    }
    own: Related = (("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"))
    if other:
        found["xl/worksheets/sheet2.xml"] = f"<worksheet {_SHEET}><sheetData>{other}</sheetData></worksheet>"
        own = (*own, ("worksheet", "worksheets/sheet2.xml"))
    return ooxml("xl/workbook.xml", {**found, **(parts or {})}, (*own, *related))


def cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def pptx(
    text: str, *, show: str = "", extra: str = "", parts: Parts | None = None, slide_related: Related = ()
) -> bytes:
    """A presentation of two slides, of which ``show`` are the second one's attributes."""

    def slide(content: str, attributes: str = "", more: str = "") -> str:
        return (
            f'<p:sld {_NAMES} {attributes}><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/>'
            "<p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>"
            '<p:sp><p:nvSpPr><p:cNvPr id="2" name="Title"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>'
            '<a:off x="900000" y="900000"/><a:ext cx="6000000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"/></p:spPr>'
            f"<p:txBody><a:bodyPr/><a:p>{content}</a:p></p:txBody></p:sp>{more}</p:spTree></p:cSld></p:sld>"
        )

    presentation = (
        f'<p:presentation {_NAMES}><p:sldIdLst><p:sldId id="256" r:id="rId1"/><p:sldId id="257" r:id="rId2"/>'
        '</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>'
    )
    found: Parts = {
        "ppt/presentation.xml": presentation,
        "ppt/slides/slide1.xml": slide("<a:r><a:t>First slide</a:t></a:r>"),
        "ppt/slides/slide2.xml": slide(text, show, extra),
        "ppt/slides/_rels/slide2.xml.rels": relationships(*slide_related),
    }
    related: Related = (("slide", "slides/slide1.xml"), ("slide", "slides/slide2.xml"))
    return ooxml("ppt/presentation.xml", {**found, **(parts or {})}, related)


def odf(kind: str, body: str, *, styles: str = "", parts: Parts | None = None) -> bytes:
    """An OpenDocument file; ``kind`` is "text", "spreadsheet" or "presentation"."""
    content = (
        f'<office:document-content {_ODF_NAMES} office:version="1.3"><office:automatic-styles>{styles}'
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>"
    )
    more = parts or {}
    files = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
        for name in ("content.xml", *more)
    )
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{_ODF}manifest:1.0" manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{mimetype}"/>{files}</manifest:manifest>'
    )
    return packed({"mimetype": mimetype, "content.xml": content, **more, "META-INF/manifest.xml": manifest})
