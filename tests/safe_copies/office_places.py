# ruff: noqa: E501 - markup is easier to compare with its standard when an element is one line
"""Values in Office files: in their parts, and beside them."""

from __future__ import annotations

import zipfile
from typing import Final

from tests.safe_copies.archive_places import zipped
from tests.safe_copies.place import Place, encoded, ink_of, letters

Parts = dict[str, str | bytes]
W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
P: Final = "http://schemas.openxmlformats.org/presentationml/2006/main"
A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
TYPE: Final = "application/vnd.openxmlformats-officedocument"


def _relations(*targets: tuple[str, str], external: str = "") -> str:
    rows = "".join(
        f'<Relationship Id="r{at}" Type="{kind}" Target="{to}"/>' for at, (kind, to) in enumerate(targets, 1)
    )
    outside = f'<Relationship Id="x1" Type="{R}/hyperlink" Target="{external}" TargetMode="External"/>'
    return f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}/relationships">{rows}{outside if external else ""}</Relationships>'


def _types(**overrides: str) -> str:
    rows = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
    defaults = "".join(
        f'<Default Extension="{suffix}" ContentType="{kind}"/>'
        for suffix, kind in {
            "rels": "application/vnd.openxmlformats-package.relationships+xml",
            "xml": "application/xml",
            "png": "image/png",
            "jpeg": "image/jpeg",
            "bin": "application/vnd.ms-office.vbaProject",
        }.items()
    )
    return f'<?xml version="1.0"?><Types xmlns="{PACKAGE}/content-types">{defaults}{rows}</Types>'


def _paragraph(text: str = "Settings of the service") -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def docx(body: str = "", linked: str = "", more: Parts | None = None, **kinds: str) -> bytes:
    """A document of one paragraph and ``body``.

    Args:
        linked: where a link outside leads, as ``x1``.
        more: further parts of the package by name; those below ``word/`` are related to the document.
        kinds: kind of relation by the name of the part below ``word/`` without its suffix.
    """
    parts = more or {}
    own = [
        (f"{R}/{kinds[stem]}", name.removeprefix("word/")) for name in parts if (stem := _stem(name)) in kinds
    ]
    overrides = {
        name: f"{TYPE}.wordprocessingml.{_stem(name)}+xml"
        for name in parts
        if name.endswith(".xml") and name.startswith("word/")
    }
    if "docProps/core.xml" in parts:
        overrides["docProps/core.xml"] = "application/vnd.openxmlformats-package.core-properties+xml"
    outer = [(f"{R}/officeDocument", "word/document.xml")]
    outer += [
        (f"{PACKAGE}/relationships/metadata/core-properties", name)
        for name in parts
        if name == "docProps/core.xml"
    ]
    outer += [(f"{R}/extended-properties", name) for name in parts if name == "docProps/app.xml"]
    outer += [(f"{R}/custom-properties", name) for name in parts if name == "docProps/custom.xml"]
    outer += [(f"{PACKAGE}/relationships/metadata/thumbnail", name) for name in parts if "thumbnail" in name]
    return zipped(
        {
            "[Content_Types].xml": _types(
                **{"word/document.xml": f"{TYPE}.wordprocessingml.document.main+xml"}, **overrides
            ),
            "_rels/.rels": _relations(*outer),
            "word/document.xml": f'<?xml version="1.0"?><w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{_paragraph()}{body}</w:body></w:document>',
            "word/_rels/document.xml.rels": _relations(*own, external=linked),
            **parts,
        }
    )


def _stem(name: str) -> str:
    return name.rpartition("/")[2].partition(".")[0]


def _docx(
    body: str = "", linked: str = "", hidden: bool = False, more: Parts | None = None, **kinds: str
) -> Place:
    """``@`` stands for the value."""

    def build(value: str) -> bytes:
        parts: Parts = {
            name: part.replace("@", value) if isinstance(part, str) else part.replace(b"@", value.encode())
            for name, part in (more or {}).items()
        }
        return docx(body.replace("@", value), linked.replace("@", value), parts, **kinds)

    return Place(build, shown=not hidden, suffix=".docx")


def _split(value: str) -> bytes:
    runs = "".join(
        f"<w:r><w:rPr><w:b/></w:rPr><w:t>{value[at : at + 7]}</w:t></w:r>" for at in range(0, len(value), 7)
    )
    return docx(f"<w:p>{runs}</w:p>")


def _media(value: str) -> bytes:
    return docx(more={"word/media/image1.png": encoded(letters(value), "PNG")}, image1="image")


def _thumbnail(value: str) -> bytes:
    return docx(more={"docProps/thumbnail.jpeg": encoded(letters(value), "JPEG", quality=90)})


def _part(kind: str, inside: str) -> str:
    return f'<?xml version="1.0"?><w:{kind} xmlns:w="{W}">{inside}</w:{kind}>'


_CORE: Final = (
    f'<?xml version="1.0"?><cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>@</dc:title><dc:creator>@</dc:creator></cp:coreProperties>'
)
_APP: Final = (
    '<?xml version="1.0"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Company>@</Company></Properties>"
)
_CUSTOM: Final = (
    '<?xml version="1.0"?><Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
    '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="k"><vt:lpwstr>@</vt:lpwstr></property></Properties>'
)
_DELETED: Final = '<w:p><w:del w:id="1" w:author="a"><w:r><w:delText>@</w:delText></w:r></w:del></w:p>'
_SHAPE: Final = (
    '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
    '<wp:extent cx="9525" cy="9525"/><wp:docPr id="1" name="a" descr="@"/></wp:inline></w:drawing></w:r></w:p>'
)

WORD: Final[dict[str, Place]] = {
    "docx text": _docx(_paragraph("key @")),
    "docx text over runs": Place(_split, shown=True, suffix=".docx"),
    "docx hidden text": _docx("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>@</w:t></w:r></w:p>"),
    "docx deleted text": _docx(_DELETED, hidden=True),
    "docx author of a change": _docx(
        '<w:p><w:ins w:id="1" w:author="@"><w:r><w:t>a</w:t></w:r></w:ins></w:p>', hidden=True
    ),
    "docx field": _docx(
        '<w:p><w:r><w:instrText>HYPERLINK "https://example.com/?k=@"</w:instrText></w:r></w:p>'
    ),
    "docx description of a picture": _docx(_SHAPE),
    "docx link": _docx(
        '<w:p><w:hyperlink r:id="x1"><w:r><w:t>a</w:t></w:r></w:hyperlink></w:p>',
        linked="https://example.com/?k=@",
    ),
    "docx comment": _docx(
        '<w:p><w:r><w:commentReference w:id="0"/></w:r></w:p>',
        hidden=True,
        more={
            "word/comments.xml": _part(
                "comments", '<w:comment w:id="0" w:author="a">' + _paragraph("@") + "</w:comment>"
            )
        },
        comments="comments",
    ),
    "docx footnote": _docx(
        '<w:p><w:r><w:footnoteReference w:id="2"/></w:r></w:p>',
        more={
            "word/footnotes.xml": _part(
                "footnotes", '<w:footnote w:id="2">' + _paragraph("@") + "</w:footnote>"
            )
        },
        footnotes="footnotes",
    ),
    "docx header": _docx(
        '<w:sectPr><w:headerReference w:type="default" r:id="r1"/></w:sectPr>',
        more={"word/header1.xml": _part("hdr", _paragraph("@"))},
        header1="header",
    ),
    "docx properties": _docx(hidden=True, more={"docProps/core.xml": _CORE}),
    "docx company": _docx(hidden=True, more={"docProps/app.xml": _APP}),
    "docx custom properties": _docx(hidden=True, more={"docProps/custom.xml": _CUSTOM}),
    "docx custom XML": _docx(hidden=True, more={"customXml/item1.xml": "<a><k>@</k></a>"}),
    "docx settings": _docx(
        hidden=True,
        more={
            "word/settings.xml": _part("settings", '<w:docVars><w:docVar w:name="k" w:val="@"/></w:docVars>')
        },
        settings="settings",
    ),
    "docx macros": _docx(
        hidden=True, more={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0 @"}, vbaProject="vbaProject"
    ),
    "docx part that nobody knows": _docx(hidden=True, more={"word/left.dat": b"@"}),
    "docx thumbnail": Place(_thumbnail, ink=ink_of, suffix=".docx"),
    "docx XML comment": _docx("<!-- @ -->", hidden=True),
    "docx picture that nothing shows": Place(_media, ink=ink_of, suffix=".docx"),
}


def _xlsx(cells: str = "", book: str = "", hidden: bool = False, more: Parts | None = None) -> Place:
    """A workbook of one sheet; ``@`` stands for the value."""

    def build(value: str) -> bytes:
        parts: Parts = {
            name: part.replace("@", value) for name, part in (more or {}).items() if isinstance(part, str)
        }
        own = [(f"{R}/worksheet", "worksheets/sheet1.xml")]
        kinds = {"sharedStrings": "sharedStrings", "sheet2": "worksheet", "connections": "connections"}
        own += [
            (f"{R}/{kinds[_stem(name)]}", name.removeprefix("xl/")) for name in parts if _stem(name) in kinds
        ]
        words = {
            "sharedStrings": "sharedStrings",
            "sheet2": "worksheet",
            "connections": "connections",
            "comments1": "comments",
        }
        overrides = {
            name: f"{TYPE}.spreadsheetml.{words[_stem(name)]}+xml" for name in parts if _stem(name) in words
        }
        second = (
            '<sheet name="b" sheetId="2" state="veryHidden" r:id="r2"/>'
            if "xl/worksheets/sheet2.xml" in parts
            else ""
        )
        rest = {
            "[Content_Types].xml": _types(
                **{
                    "xl/workbook.xml": f"{TYPE}.spreadsheetml.sheet.main+xml",
                    "xl/worksheets/sheet1.xml": f"{TYPE}.spreadsheetml.worksheet+xml",
                },
                **overrides,
            ),
            "_rels/.rels": _relations((f"{R}/officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="{S}" xmlns:r="{R}"><sheets><sheet name="a" sheetId="1" r:id="r1"/>{second}</sheets>{book.replace("@", value)}</workbook>',
            "xl/_rels/workbook.xml.rels": _relations(*own),
            "xl/worksheets/sheet1.xml": _sheet(cells.replace("@", value)),
        }
        if "xl/comments1.xml" in parts:
            rest["xl/worksheets/_rels/sheet1.xml.rels"] = _relations((f"{R}/comments", "../comments1.xml"))
        return zipped({**rest, **parts})

    return Place(build, shown=not hidden, suffix=".xlsx")


def _sheet(cells: str) -> str:
    return f'<?xml version="1.0"?><worksheet xmlns="{S}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>'


def _inline(text: str) -> str:
    return f'<c r="A1" t="inlineStr"><is><t>{text}</t></is></c>'


SHEETS: Final[dict[str, Place]] = {
    "xlsx cell": _xlsx(_inline("@")),
    "xlsx shared text": _xlsx(
        '<c r="A1" t="s"><v>0</v></c>',
        more={"xl/sharedStrings.xml": f'<sst xmlns="{S}"><si><t>@</t></si></sst>'},
    ),
    "xlsx formula": _xlsx('<c r="A1" t="str"><f>CONCATENATE("@","")</f><v>@</v></c>'),
    "xlsx name": _xlsx(
        _inline("a"), book='<definedNames><definedName name="k">"@"</definedName></definedNames>'
    ),
    "xlsx hidden sheet": _xlsx(_inline("a"), more={"xl/worksheets/sheet2.xml": _sheet(_inline("@"))}),
    "xlsx connection": _xlsx(
        _inline("a"),
        hidden=True,
        more={
            "xl/connections.xml": f'<connections xmlns="{S}"><connection id="1" name="c"><dbPr connection="Password=@"/></connection></connections>'
        },
    ),
    "xlsx comment": _xlsx(
        _inline("a"),
        hidden=True,
        more={
            "xl/comments1.xml": f'<comments xmlns="{S}"><authors><author>a</author></authors><commentList><comment ref="A1" authorId="0"><text><t>@</t></text></comment></commentList></comments>'
        },
    ),
    "xlsx cache of a pivot": _xlsx(
        _inline("a"),
        hidden=True,
        more={
            "xl/pivotCache/pivotCacheRecords1.xml": f'<pivotCacheRecords xmlns="{S}"><r><s v="@"/></r></pivotCacheRecords>'
        },
    ),
    "xlsx cache of a chart": _xlsx(
        _inline("a"), hidden=True, more={"xl/charts/chart1.xml": "<c><v>@</v></c>"}
    ),
}


def _slide(text: str, show: str = "") -> str:
    return (
        f'<?xml version="1.0"?><p:sld xmlns:p="{P}" xmlns:a="{A}" xmlns:r="{R}"{show}><p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/>'
        f'<p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/><p:sp><p:nvSpPr><p:cNvPr id="2" name="a"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr>'
        f"<p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
    )


def _pptx(text: str = "Settings", show: str = "", notes: str = "", hidden: bool = False) -> Place:
    def build(value: str) -> bytes:
        parts: Parts = {
            "[Content_Types].xml": _types(
                **{
                    "ppt/presentation.xml": f"{TYPE}.presentationml.presentation.main+xml",
                    "ppt/slides/slide1.xml": f"{TYPE}.presentationml.slide+xml",
                    "ppt/notesSlides/notesSlide1.xml": f"{TYPE}.presentationml.notesSlide+xml",
                }
            ),
            "_rels/.rels": _relations((f"{R}/officeDocument", "ppt/presentation.xml")),
            "ppt/presentation.xml": f'<?xml version="1.0"?><p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst><p:sldId id="256" r:id="r1"/></p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": _relations((f"{R}/slide", "slides/slide1.xml")),
            "ppt/slides/slide1.xml": _slide(text.replace("@", value), show),
        }
        if notes:
            parts["ppt/slides/_rels/slide1.xml.rels"] = _relations(
                (f"{R}/notesSlide", "../notesSlides/notesSlide1.xml")
            )
            parts["ppt/notesSlides/notesSlide1.xml"] = (
                _slide(notes.replace("@", value)).replace("p:sld ", "p:notes ").replace("p:sld>", "p:notes>")
            )
        return zipped(parts)

    return Place(build, shown=not hidden, suffix=".pptx")


SLIDES: Final[dict[str, Place]] = {
    "pptx slide": _pptx("@"),
    "pptx hidden slide": _pptx("@", ' show="0"'),
    "pptx notes": _pptx(notes="@"),
}


def _odt(body: str = "", meta: str = "", more: Parts | None = None, hidden: bool = False) -> Place:
    names = (
        "".join(
            f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{uri}:1.0"'
            for prefix, uri in {
                "office": "office",
                "text": "text",
                "meta": "meta",
                "manifest": "manifest",
            }.items()
        )
        + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )

    def build(value: str) -> bytes:
        kind = "application/vnd.oasis.opendocument.text"
        parts: Parts = {
            "mimetype": kind,
            "META-INF/manifest.xml": (
                f'<manifest:manifest{names}><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
                '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
                '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/></manifest:manifest>'
            ),
            "content.xml": (
                f'<office:document-content{names} office:version="1.2"><office:body><office:text>{body.replace("@", value)}'
                "<text:p>Settings of the service</text:p></office:text></office:body></office:document-content>"
            ),
            "meta.xml": f"<office:document-meta{names}><office:meta>{meta.replace('@', value)}</office:meta></office:document-meta>",
            **{
                name: part.replace("@", value) for name, part in (more or {}).items() if isinstance(part, str)
            },
        }
        return zipped(parts, zipfile.ZIP_STORED)

    return Place(build, shown=not hidden, suffix=".odt")


OPEN: Final[dict[str, Place]] = {
    "odt text": _odt("<text:p>key @</text:p>"),
    "odt title": _odt(meta="<dc:title>@</dc:title>", hidden=True),
    "odt own property": _odt(meta='<meta:user-defined meta:name="k">@</meta:user-defined>', hidden=True),
    "odt annotation": _odt(
        "<text:p>a<office:annotation><dc:creator>a</dc:creator><text:p>@</text:p></office:annotation></text:p>",
        hidden=True,
    ),
    "odt deleted text": _odt(
        '<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info><dc:creator>a</dc:creator>'
        "</office:change-info><text:p>@</text:p></text:deletion></text:changed-region></text:tracked-changes>",
        hidden=True,
    ),
    "odt settings": _odt(more={"settings.xml": "<a>@</a>"}, hidden=True),
    "odt preview": _odt(more={"Thumbnails/thumbnail.png": "@"}, hidden=True),
    "odt earlier version": _odt(more={"Versions/Version1": "@"}, hidden=True),
}

OFFICE: Final = WORD | SHEETS | SLIDES | OPEN
