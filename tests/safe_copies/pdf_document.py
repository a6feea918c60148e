"""Values in a PDF's catalog, structure, attachments and bytes."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Final

import pikepdf

from tests.safe_copies.place import LINE, Place, encoded, hidden, ink_of, letters, with_object
from tests.safe_copies.raw_pdf import RawPdf, line, revised, with_stream


def _object(body: str, stream: str | None = None, **parts: str) -> Place:
    return Place(with_object(body, stream, **parts))


def _xml() -> str:
    return (
        "<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><n>@</n>"
        "</x:xmpmeta><?xpacket end='w'?>"
    )


def _attached(
    content: Callable[[str], bytes], name: str = "notes.bin", where: str = "Names", more: str = ""
) -> Place:
    """A file attached to the document, or to a page, a note or a picture of it."""

    def build(value: str) -> bytes:
        pdf = RawPdf()
        file = pdf.add("/Type /EmbeddedFile /Filter /FlateDecode", zlib.compress(content(value)))
        title, rest = name.replace("@", value), more.replace("@", value)
        spec = pdf.add(f"<</Type /Filespec /F ({title}) /UF ({title}) /EF <</F {file} 0 R>> {rest}>>")
        if where == "Names":
            pdf.catalog = f"/Names <</EmbeddedFiles <</Names [({title}) {spec} 0 R]>> >>"
        elif where == "AF":
            pdf.catalog = f"/AF [{spec} 0 R]"
        elif where == "page":
            pdf.page = f"/AF [{spec} 0 R]"
        elif where == "portfolio":
            pdf.catalog = (
                f"/Names <</EmbeddedFiles <</Names [({title}) {spec} 0 R]>> >> "
                f"/Collection <</Type /Collection /View /D /Schema <</a <</Subtype /S /N ({value})>> >> >>"
            )
        else:
            pdf.page = (
                f"/Annots [<</Type /Annot /Subtype /FileAttachment /Rect [300 120 320 140] /FS {spec} 0 R>>]"
            )
        return pdf.data()

    return Place(build, ink=ink_of if "png" in name else None)


def _plain(value: str) -> bytes:
    return f"password: {value}\n".encode()


def _zip(value: str) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a/notes.txt", f"password: {value}\n")
    return buffer.getvalue()


def _pdf(value: str) -> bytes:
    return RawPdf(content=line(value)).data()


def _free(value: str) -> bytes:
    """An object of the first revision that the second one gives up."""
    pdf = RawPdf()
    number = pdf.add(f"<</Left ({value})>>")
    return revised(pdf.data(), number, None)


def _changed(value: str) -> bytes:
    return revised(
        RawPdf(content=line(value), compress=False).data(),
        4,
        with_stream("", b"BT /F1 14 Tf 40 130 Td (Settings of the service) Tj ET"),
    )


def _changed_packed(value: str) -> bytes:
    return revised(
        RawPdf(content=line(value)).data(),
        4,
        with_stream("", b"BT /F1 14 Tf 40 130 Td (Settings of the service) Tj ET"),
    )


def _gap(value: str) -> bytes:
    """A stream of objects with the value behind its last object."""
    data = RawPdf().data()
    with pikepdf.open(BytesIO(data)) as opened:
        opened.Root["/Extra"] = opened.make_indirect(pikepdf.Dictionary(A=1))
        opened.Root["/Other"] = opened.make_indirect(pikepdf.Dictionary(B=2))
        buffer = BytesIO()
        opened.save(
            buffer,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        )
    whole = buffer.getvalue()
    match = re.search(
        rb"/ObjStm[^>]*/First (\d+)[^>]*>>\nstream\n|<<[^>]*/First (\d+)[^>]*/ObjStm[^>]*>>\nstream\n", whole
    )
    assert match is not None, "the writer made no stream of objects"
    end = whole.index(b"endstream", match.end())
    at = match.end() + len(whole[match.end() : end].rstrip())
    # Everything behind it moves, so that readers have to rebuild the table.
    comment = b"\n%" + value.encode() + b"\n"
    return whole[:at] + comment + whole[at:]


def _encrypted(owner: str, user: str, where: Callable[[str], bytes]) -> Callable[[str], bytes]:
    def build(value: str) -> bytes:
        buffer = BytesIO()
        with pikepdf.open(BytesIO(where(value))) as opened:
            opened.save(buffer, encryption=pikepdf.Encryption(owner=owner, user=user, R=6))
        return buffer.getvalue()

    return build


def _damaged(value: str) -> bytes:
    """Offsets that point nowhere."""
    return re.sub(rb"startxref\n\d+", b"startxref\n7", _note_in_info(value))


def _cut_off(value: str) -> bytes:
    data = _note_in_info(value)
    return data[: data.index(b"xref\n")]


def _note_in_info(value: str) -> bytes:
    return RawPdf(info=f"/Title ({value})").data()


def _linear(value: str) -> bytes:
    buffer = BytesIO()
    with pikepdf.open(BytesIO(_note_in_info(value))) as opened:
        opened.save(buffer, linearize=True)
    return buffer.getvalue()


def _signed(value: str) -> bytes:
    pdf = RawPdf(info=f"/Title ({value})")
    made = pdf.add(
        "<</Type /Annot /Subtype /Widget /Rect [0 0 0 0] /FT /Sig /T (s) "
        "/V <</Type /Sig /Filter /Adobe.PPKLite "
        f"/SubFilter /adbe.pkcs7.detached /ByteRange [0 10 20 30] "
        f"/Contents <{value.encode().hex()}> /Name ({value})>> >>"
    )
    pdf.page = f"/Annots [{made} 0 R]"
    pdf.catalog = f"/AcroForm <</SigFlags 3 /Fields [{made} 0 R]>> /Perms <</DocMDP {made} 0 R>>"
    return pdf.data()


def _twice(value: str) -> bytes:
    """One key twice in a dictionary: readers see one of them."""
    return RawPdf(catalog=f"/Lang ({value}) /Lang (en)").data()


def _old_index(value: str) -> bytes:
    """An object whose place the table does not tell."""
    data = RawPdf(between=f"90 0 obj\n<</Left ({value})>>\nendobj\n".encode())
    return data.data()


def _page_out_of_tree(value: str) -> bytes:
    pdf = RawPdf()
    content = pdf.add("", line(value).encode())
    pdf.add(
        f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 420 160] /Contents {content} 0 R "
        "/Resources <</Font <</F1 5 0 R>> >> >>"
    )
    return pdf.data()


def _template_page(value: str) -> bytes:
    pdf = RawPdf()
    content = pdf.add("", line(value).encode())
    page = pdf.add(
        f"<</Type /Template /MediaBox [0 0 420 160] /Contents {content} 0 R "
        "/Resources <</Font <</F1 5 0 R>> >> >>"
    )
    pdf.catalog = f"/Names <</Templates <</Names [(a) {page} 0 R]>> >>"
    return pdf.data()


def _structure(entries: str, root: str = "") -> Place:
    """An element of the structure tree that belongs to the page's heading."""

    def build(value: str) -> bytes:
        pdf = RawPdf(
            content="/P <</MCID 0>> BDC BT /F1 11 Tf 40 90 Td (shown) Tj ET EMC", page="/StructParents 0"
        )
        filled, rest = entries.replace("@", value), root.replace("@", value)
        element = pdf.add(f"<</Type /StructElem /S /P /P 8 0 R /Pg 3 0 R /K 0 {filled}>>")
        tree = pdf.add(
            f"<</Type /StructTreeRoot /K [{element} 0 R] /ParentTree <</Nums [0 [{element} 0 R]]>> {rest}>>"
        )
        pdf.catalog = f"/StructTreeRoot {tree} 0 R /MarkInfo <</Marked true>>"
        return pdf.data()

    return Place(build)


_OUTLINE: Final = "<</Type /Outlines /First 8 0 R /Last 8 0 R /Count 1>>"


def _outline(entries: str) -> Place:
    def build(value: str) -> bytes:
        pdf = RawPdf(catalog="/Outlines 7 0 R")
        pdf.add(_OUTLINE)
        pdf.add(f"<</Parent 7 0 R {entries.replace('@', value)}>>")
        return pdf.data()

    return Place(build)


DOCUMENT: Final[dict[str, Place]] = {
    "title": hidden(info="/Title (@)"),
    "author": hidden(info="/Author (@)"),
    "keywords": hidden(info="/Keywords (a, @)"),
    "producer": hidden(info="/Producer (@) /Creator (@)"),
    "entry of one's own": hidden(info="/Note (@)"),
    "name of an entry of one's own": hidden(info="/@ (x)"),
    "title in UTF-16": Place(
        lambda value: RawPdf(info=f"/Title <FEFF{value.encode('utf-16-be').hex()}>").data()
    ),
    "XMP": _object("/Type /Metadata /Subtype /XML", _xml(), catalog="/Metadata $"),
    "XMP of a page": _object("/Type /Metadata /Subtype /XML", _xml(), page="/Metadata $"),
    "bookmark": _outline("/Title (@) /Dest [3 0 R /Fit]"),
    "address of a bookmark": _outline("/Title (a) /A <</S /URI /URI (https://example.com/@)>>"),
    "element of a bookmark": _outline("/Title (a) /Note (@)"),
    "named place": hidden(catalog="/Names <</Dests <</Names [(@) [3 0 R /Fit]]>> >>"),
    "named place of old": hidden(catalog="/Dests <</@ [3 0 R /Fit]>>"),
    "page label": hidden(catalog="/PageLabels <</Nums [0 <</P (@)>>]>>"),
    "language": hidden(catalog="/Lang (@)"),
    "base of addresses": hidden(catalog="/URI <</Base (https://example.com/@)>>"),
    "script of the document": hidden(
        catalog="/Names <</JavaScript <</Names [(a) <</S /JavaScript /JS (@)>>]>> >>"
    ),
    "name of a script": hidden(catalog="/Names <</JavaScript <</Names [(@) <</S /JavaScript /JS (x)>>]>> >>"),
    "script at opening": hidden(catalog="/OpenAction <</S /JavaScript /JS (@)>>"),
    "script stream at opening": _object("", "app.alert('@')", catalog="/OpenAction <</S /JavaScript /JS $>>"),
    "script at closing": hidden(catalog="/AA <</WC <</S /JavaScript /JS (@)>> >>"),
    "script of a page": hidden(page="/AA <</O <</S /JavaScript /JS (@)>> >>"),
    "private data of the document": hidden(catalog="/PieceInfo <</App <</Private (@)>> >>"),
    "private data of a page": hidden(page="/PieceInfo <</App <</Private (@)>> >>"),
    "private stream of a page": _object("", "@", page="/PieceInfo <</App <</Private $>> >>"),
    "entry of the catalog that nobody knows": hidden(catalog="/XYZ (@)"),
    "entry of the page that nobody knows": hidden(page="/XYZ (@)"),
    "article": hidden(catalog="/Threads [<</I <</Title (@)>> >>]"),
    "what is needed": hidden(catalog="/Requirements [<</S /EnableJavaScripts /RH <</S /JS /Script (@)>> >>]"),
    "legal note": hidden(catalog="/Legal <</Attestation (@)>>"),
    "output intent": hidden(
        catalog="/OutputIntents [<</S /GTS_PDFA1 /OutputConditionIdentifier (@) /Info (@)>>]"
    ),
    "profile of the output": _object(
        "/N 3",
        "ICC @",
        catalog="/OutputIntents [<</S /GTS_PDFA1 /OutputConditionIdentifier (x) /DestOutputProfile $>>]",
    ),
    "name of a layer": _object(
        "<</Type /OCG /Name (@)>>", catalog="/OCProperties <</OCGs [$] /D <</Order [$]>> >>"
    ),
    "use of a layer": _object(
        "<</Type /OCG /Name (a) /Usage <</CreatorInfo <</Creator (@) /Subtype /Artwork>> "
        "/User <</Type /Ind /Name (@)>> >> >>",
        catalog="/OCProperties <</OCGs [$] /D <</Order [$]>> >>",
    ),
    "set of layers": _object(
        "<</Type /OCG /Name (a)>>",
        catalog="/OCProperties <</OCGs [$] /D <</Name (@) /Creator (@) /Order [(@) $]>> >>",
    ),
    "extension": hidden(catalog="/Extensions <</@ <</BaseVersion /1.7 /ExtensionLevel 3>> >>"),
    "pages from the web": hidden(catalog="/SpiderInfo <</V 1.0 /C [<</URL (https://example.com/@)>>]>>"),
    "viewport": hidden(page="/VP [<</Type /Viewport /BBox [0 0 10 10] /Name (@)>>]"),
    "colorants of a page": hidden(page="/SeparationInfo <</Pages [3 0 R] /DeviceColorant (@)>>"),
    "name of a page": hidden(page="/ID (@)"),
    "slides": hidden(page="/PresSteps <</Type /NavNode /NA <</S /JavaScript /JS (@)>> >>"),
    "page template": Place(_template_page),
    "replacement text of an element": _structure("/ActualText (@)"),
    "alternate text of an element": _structure("/Alt (@)"),
    "what an element's abbreviation means": _structure("/E (@)"),
    "title of an element": _structure("/T (@)"),
    "name of an element": _structure("/ID (@)"),
    "language of an element": _structure("/Lang (@)"),
    "attribute of an element": _structure("/A <</O /UserProperties /P [<</N (a) /V (@)>>]>>"),
    "summary of a table": _structure("/A <</O /Table /Summary (@)>>"),
    "class of an element": _structure("/C /@", root="/ClassMap <</@ <</O /Layout>> >>"),
    "role of an element": _structure("", root="/RoleMap <</@ /P>>"),
    "name of an element in the tree": _structure("", root="/IDTree <</Names [(@) 7 0 R]>>"),
}

ATTACHED: Final[dict[str, Place]] = {
    "attached text": _attached(_plain, "notes.txt"),
    "attached JSON": _attached(lambda value: f'{{"password": "{value}"}}'.encode(), "a.json"),
    "attached PDF": _attached(_pdf, "a.pdf"),
    "attached archive": _attached(_zip, "a.zip"),
    "attached picture": _attached(lambda value: encoded(letters(value), "PNG"), "a.png"),
    "attached unknown file": _attached(lambda value: bytes(range(256)) + value.encode(), "a.bin"),
    "attached encrypted PDF": _attached(
        lambda value: _encrypted("owner", "", _pdf)(value) + b"%" + value.encode(), "a.pdf"
    ),
    "name of an attached file": _attached(lambda _: b"harmless", "@.txt"),
    "description of an attached file": _attached(lambda _: b"harmless", "a.txt", more="/Desc (@)"),
    "source of an attached file": _attached(lambda _: b"harmless", "a.txt", more="/RF <<>> /CI <</a (@)>>"),
    "associated file": _attached(_plain, "a.txt", where="AF"),
    "associated file of a page": _attached(_plain, "a.txt", where="page"),
    "file pinned to a page": _attached(_plain, "a.txt", where="note"),
    "portfolio": _attached(_plain, "a.txt", where="portfolio"),
}

BYTES: Final[dict[str, Place]] = {
    "earlier revision": Place(_changed),
    "earlier revision, packed": Place(_changed_packed),
    "object given up": Place(_free),
    "unused object": _object("<</Left (@)>>"),
    "unused stream": _object("", line("@")),
    "unused page": Place(_page_out_of_tree),
    "object that no table knows": Place(_old_index),
    "key given twice": Place(_twice),
    "bytes behind the end": hidden(after=b"% @\n"),
    "bytes before the header": hidden(before=b"@\n"),
    "comment between objects": hidden(between=b"% @\n"),
    "bytes between objects": hidden(between=b"@\n"),
    "gap in a stream of objects": Place(_gap),
    "number of the file": hidden(trailer="/ID [(@) (@)]"),
    "entry of the trailer": hidden(trailer="/XYZ (@)"),
    "encrypted without a password": Place(_encrypted("owner", "", _note_in_info)),
    "encrypted text without a password": Place(_encrypted("owner", "", _pdf), shown=True, area=LINE),
    "encrypted with a password": Place(
        _encrypted("owner", "open sesame", _note_in_info), password="open sesame"
    ),
    "signed": Place(_signed),
    "damaged table": Place(_damaged),
    "cut off": Place(_cut_off, refused=True),
    "made for the web": Place(_linear),
    "second document behind the first": Place(lambda value: RawPdf().data() + _pdf(value), shown=True),
    "archive behind the document": Place(lambda value: RawPdf().data() + _zip(value)),
}
