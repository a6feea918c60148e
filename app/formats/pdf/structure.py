"""Proof of what a written copy is made of: every byte of the file is accounted for, or the proof fails.

The file is read from its first byte to its last without any PDF library, and each object must have exactly
the entries that its part in the document allows. What is not known is refused.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from app.formats.pdf.flat import ADVANCE, StoredPicture
from app.formats.pdf.syntax import Malformed, Name, ObjectReader, Ref, Text, Value
from ocr.model import Box

_HEADER: Final = re.compile(rb"%PDF-1\.\d\n%\xc2\xb5\xc2\xb6\n% Written by MuPDF [\d.]{1,12}\n\n")
_OBJECT: Final = re.compile(rb"(\d{1,9}) 0 obj\n")
_STREAM: Final = re.compile(rb"\nstream\n")
_STREAM_END: Final = re.compile(rb"\nendstream\nendobj\n\n")
_OBJECT_END: Final = re.compile(rb"\nendobj\n\n")
_TABLE: Final = re.compile(rb"xref\n0 (\d{1,9})\n")
_ROW: Final = re.compile(rb"(\d{10}) (\d{5}) ([nf]) \n")
_TRAILER: Final = re.compile(rb"\ntrailer\n")
_END: Final = re.compile(rb"\nstartxref\n(\d{1,12})\n%%EOF\n\Z")

_NUMBER: Final = rb"-?\d{1,9}(?:\.\d{1,9})?"
_PICTURE_SHOWN: Final = re.compile(rb"q (%s) 0 0 (%s) 0 0 cm /P Do Q\Z" % (_NUMBER, _NUMBER))
_RECTANGLE: Final = re.compile(rb"(%s) (%s) (%s) (%s) re\Z" % ((_NUMBER,) * 4))
_WORD: Final = re.compile(
    rb"\d{1,9} Tz (?:%s ){6}Tm (/F\d{1,4} %s Tf <[0-9A-F]+> Tj(?: /F\d{1,4} %s Tf <[0-9A-F]+> Tj)*)\Z"
    % ((_NUMBER,) * 3)
)
_SHOWN: Final = re.compile(rb"/F(\d+) \S+ Tf <([0-9A-F]+)> Tj")
_CMAP: Final = re.compile(
    rb"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
    rb"/CMapName /Words def /CMapType 2 def\n"
    rb"1 begincodespacerange <00> <FF> endcodespacerange\n"
    rb"(?:\d{1,3} beginbfchar\n(?:<[0-9A-F]{2}> <[0-9A-F]{4,8}>\n)+endbfchar\n)+"
    rb"endcmap end end\Z"
)
_MAPPED: Final = re.compile(rb"<([0-9A-F]{2})> <([0-9A-F]{4,8})>\n")
_ADDRESS: Final = re.compile(rb"https?://[!-~]+\Z")


@dataclass(frozen=True, slots=True)
class Stored:
    """One object as it stands in the file; ``raw`` is its stream as stored, or None."""

    value: Value
    raw: bytes | None = field(repr=False)

    def inflated(self, limit: int) -> bytes:
        """The stream's content.

        Raises:
            Malformed: it is not one deflate stream, or longer than ``limit`` bytes.
        """
        engine = zlib.decompressobj()
        try:
            content = engine.decompress(self.raw or b"", limit + 1)
        except zlib.error:
            raise Malformed("deflate data") from None
        if not engine.eof or engine.unused_data or len(content) > limit:
            raise Malformed("one complete stream of the stated size")
        return content


@dataclass(frozen=True, slots=True)
class FlatPage:
    """A page made of one picture, black rectangles and unseen words.

    Attributes:
        width, height: in points.
        picture: how the picture is stored.
        rectangles: in points, as displayed.
        words: the text layer.
        links: number of links.
    """

    width: float
    height: float
    picture: StoredPicture
    rectangles: tuple[Box, ...]
    words: tuple[str, ...] = field(repr=False)
    links: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What the proof found: the pages in order, and how many objects of each kind there are."""

    pages: tuple[FlatPage, ...]
    kinds: dict[str, int]


def stored_objects(data: bytes) -> tuple[dict[int, Stored], dict[str, Value]]:
    """All objects and the trailer of a file that holds one revision and nothing else.

    Raises:
        Malformed: a byte is out of place; the message says what was expected.
    """
    at = _expect(_HEADER, data, 0, "the header").end()
    objects: dict[int, Stored] = {}
    offsets: dict[int, int] = {}
    while (match := _OBJECT.match(data, at)) is not None:
        number = int(match.group(1))
        if number in objects:
            raise Malformed("each object once")
        offsets[number] = at
        reader = ObjectReader(data, match.end())
        value = reader.value()
        at, raw = reader.at, None
        if (opening := _STREAM.match(data, at)) is not None:
            length = value.get("Length") if isinstance(value, dict) else None
            if not isinstance(length, int):
                raise Malformed("the length of a stream")
            at = opening.end() + length
            raw = data[opening.end() : at]
        at = _expect(_OBJECT_END if raw is None else _STREAM_END, data, at, "the end of an object").end()
        objects[number] = Stored(value, raw)
    return objects, _trailer(data, at, offsets)


def _trailer(data: bytes, start: int, offsets: dict[int, int]) -> dict[str, Value]:
    table = _expect(_TABLE, data, start, "the table of objects")
    at = table.end()
    for number in range(int(table.group(1))):
        row = _expect(_ROW, data, at, "a row of the table of objects")
        used = row.group(3) == b"n"
        if used != (number in offsets) or (used and int(row.group(1)) != offsets[number]):
            raise Malformed("the place of every object")
        at = row.end()
    if len(offsets) and max(offsets) >= int(table.group(1)):
        raise Malformed("a table of all objects")
    reader = ObjectReader(data, _expect(_TRAILER, data, at, "the trailer").end())
    trailer = reader.value()
    end = _expect(_END, data, reader.at, "the end of the file")
    if int(end.group(1)) != start or not isinstance(trailer, dict):
        raise Malformed("the place of the table")
    return trailer


def _expect(pattern: re.Pattern[bytes], data: bytes, at: int, what: str) -> re.Match[bytes]:
    match = pattern.match(data, at)
    if match is None:
        raise Malformed(what)
    return match


def prove(data: bytes) -> Proof:
    """Reads the whole file as a copy that consists of flat pages only.

    Raises:
        Malformed: something else is in it; the message says what was expected.
    """
    objects, trailer = stored_objects(data)
    walk = _Walk(objects)
    root = _entries(trailer, required={"Size", "Root"}, allowed=set())["Root"]
    pages = walk.catalog(root)
    if unused := objects.keys() - walk.seen:
        raise Malformed(f"no unused objects, and not {len(unused)} of them")
    return Proof(tuple(pages), walk.kinds)


def _entries(value: Value, required: set[str], allowed: set[str]) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise Malformed("a dictionary")
    if not required <= value.keys() or not value.keys() <= required | allowed:
        raise Malformed("only known entries in a dictionary")
    return value


def _is(value: Value, name: str) -> None:
    if value != Name(name):
        raise Malformed(f"the name {name}")


class _Walk:
    """Follows every reference from the root, checking each object for the part it plays."""

    def __init__(self, objects: dict[int, Stored]) -> None:
        self._objects = objects
        self.seen: set[int] = set()
        self.kinds: dict[str, int] = {}
        self._fonts: dict[int, dict[int, str]] = {}

    def _get(self, reference: Value, kind: str, *, again: bool = False) -> Stored:
        if not isinstance(reference, Ref) or reference.number not in self._objects:
            raise Malformed(f"a reference to a {kind}")
        if reference.number in self.seen and not again:
            raise Malformed(f"a {kind} that is used once")
        if reference.number not in self.seen:
            self.seen.add(reference.number)
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
        return self._objects[reference.number]

    def _content(self, reference: Value, kind: str, limit: int, *, again: bool = False) -> bytes:
        stored = self._get(reference, kind, again=again)
        entries = _entries(stored.value, {"Length", "Filter"}, set())
        _is(entries["Filter"], "FlateDecode")
        return stored.inflated(limit)

    def catalog(self, reference: Value) -> list[FlatPage]:
        entries = _entries(self._get(reference, "catalog").value, {"Type", "Pages"}, {"Info"})
        _is(entries["Type"], "Catalog")
        if entries.get("Info") is not None:
            raise Malformed("no properties")
        tree = _entries(self._get(entries["Pages"], "page tree").value, {"Type", "Count", "Kids"}, set())
        _is(tree["Type"], "Pages")
        kids = tree["Kids"]
        if not isinstance(kids, list) or tree["Count"] != len(kids):
            raise Malformed("a list of pages")
        return [self._page(kid, entries["Pages"]) for kid in kids]

    def _page(self, reference: Value, tree: Value) -> FlatPage:
        required = {"Type", "MediaBox", "Resources", "Contents", "Parent"}
        entries = _entries(self._get(reference, "page").value, required, {"Rotate", "Annots"})
        _is(entries["Type"], "Page")
        if entries["Parent"] != tree or entries.get("Rotate", 0) != 0:
            raise Malformed("an upright page of this document")
        match entries["MediaBox"]:
            case [0, 0, int() | float() as width, int() | float() as height]:
                pass
            case _:
                raise Malformed("the size of a page")
        resources = _entries(entries["Resources"], {"XObject"}, {"Font"})
        picture = self._picture(_entries(resources["XObject"], {"P"}, set())["P"])
        fonts = resources.get("Font", {})
        if not isinstance(fonts, dict):
            raise Malformed("a dictionary of fonts")
        letters = {name: self._font(font) for name, font in fonts.items()}
        content = self._content(entries["Contents"], "content", 64 * 1024 * 1024, again=True)
        rectangles, words = _flat_content(content, float(width), float(height), letters)
        links = entries.get("Annots", [])
        if not isinstance(links, list):
            raise Malformed("a list of links")
        for link in links:
            self._link(link)
        return FlatPage(float(width), float(height), picture, rectangles, words, len(links))

    def _picture(self, reference: Value) -> StoredPicture:
        stored = self._get(reference, "picture", again=True)
        required = {
            "Type",
            "Subtype",
            "Width",
            "Height",
            "BitsPerComponent",
            "ColorSpace",
            "Filter",
            "Length",
        }
        entries = _entries(stored.value, required, set())
        _is(entries["Type"], "XObject")
        _is(entries["Subtype"], "Image")
        width, height = entries["Width"], entries["Height"]
        if not isinstance(width, int) or not isinstance(height, int) or entries["BitsPerComponent"] != 8:
            raise Malformed("the size of a picture")
        if entries["Filter"] == Name("DCTDecode"):
            _is(entries["ColorSpace"], "DeviceRGB")
            return StoredPicture(width, height, "DCTDecode", "DeviceRGB", sha256(stored.raw or b"").digest())
        _is(entries["Filter"], "FlateDecode")
        colours = "DeviceGray" if entries["ColorSpace"] == Name("DeviceGray") else "DeviceRGB"
        _is(entries["ColorSpace"], colours)
        size = width * height * (1 if colours == "DeviceGray" else 3)
        samples = stored.inflated(size)
        if len(samples) != size:
            raise Malformed("as many samples as the picture has")
        return StoredPicture(width, height, "FlateDecode", colours, sha256(samples).digest())

    def _font(self, reference: Value) -> dict[int, str]:
        number = reference.number if isinstance(reference, Ref) else 0
        if number in self._fonts:
            return self._fonts[number]
        stored = self._get(reference, "font")
        required = {
            "Type", "Subtype", "FontBBox", "FontMatrix", "FirstChar", "LastChar",
            "Widths", "Encoding", "CharProcs", "Resources", "ToUnicode",
        }  # fmt: skip
        entries = _entries(stored.value, required, set())
        _is(entries["Type"], "Font")
        _is(entries["Subtype"], "Type3")
        last = entries["LastChar"]
        procedures = entries["CharProcs"]
        encoding = _entries(entries["Encoding"], {"Type", "Differences"}, set())
        if not isinstance(last, int) or not isinstance(procedures, dict) or last > 255:
            raise Malformed("a font of one byte a character")
        names = [f"g{code}" for code in range(1, last + 1)]
        if (
            entries["FirstChar"] != 1
            or entries["Widths"] != [ADVANCE] * last
            or entries["Resources"] != {}
            or encoding["Differences"] != [1, *map(Name, names)]
            or list(procedures) != names
        ):
            raise Malformed("a font without shapes")
        for procedure in procedures.values():
            if self._content(procedure, "glyph", 100, again=True) != f"{ADVANCE} 0 d0".encode():
                raise Malformed("an empty glyph")
        cmap = self._content(entries["ToUnicode"], "character map", 100_000, again=True)
        _expect(_CMAP, cmap, 0, "a character map")
        letters = {
            int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
            for code, text in _MAPPED.findall(cmap)
        }
        self._fonts[number] = letters
        return letters

    def _link(self, value: Value) -> None:
        if isinstance(value, Ref):
            value = self._get(value, "link").value
        entries = _entries(value, {"Type", "Subtype", "Rect", "Border", "A"}, set())
        _is(entries["Type"], "Annot")
        _is(entries["Subtype"], "Link")
        rect = entries["Rect"]
        if entries["Border"] != [0, 0, 0] or not isinstance(rect, list):
            raise Malformed("a link without border")
        if len(rect) != 4 or not all(isinstance(side, int | float) for side in rect):
            raise Malformed("the place of a link")
        action = _entries(entries["A"], {"Type", "S", "URI"}, set())
        _is(action["Type"], "Action")
        _is(action["S"], "URI")
        address = action["URI"]
        if not isinstance(address, Text) or not _ADDRESS.match(address.raw):
            raise Malformed("a web address")


def _flat_content(
    content: bytes, width: float, height: float, fonts: dict[str, dict[int, str]]
) -> tuple[tuple[Box, ...], tuple[str, ...]]:
    """The rectangles and words of a flat page's content."""
    lines = content.split(b"\n")
    shown = _expect(_PICTURE_SHOWN, lines.pop(0), 0, "the picture of the page")
    if abs(float(shown.group(1)) - width) > 0.01 or abs(float(shown.group(2)) - height) > 0.01:
        raise Malformed("a picture as large as the page")
    rectangles: list[Box] = []
    words: list[str] = []
    if lines and lines[0] == b"0 g":
        end = lines.index(b"f") if b"f" in lines else 0
        for line in lines[1:end]:
            x, y, w, h = map(float, _expect(_RECTANGLE, line, 0, "a rectangle").groups())
            rectangles.append(Box(x, height - y - h, x + w, height - y))
        del lines[: end + 1]
    if lines and lines[0] == b"BT 3 Tr" and lines[-1] == b"ET":
        for line in lines[1:-1]:
            pieces = _expect(_WORD, line, 0, "a word").group(1)
            words.append(_text(pieces, fonts))
        lines.clear()
    if lines:
        raise Malformed("nothing but a picture, rectangles and words")
    return tuple(rectangles), tuple(words)


def _text(pieces: bytes, fonts: dict[str, dict[int, str]]) -> str:
    text = ""
    for font, codes in _SHOWN.findall(pieces):
        letters = fonts.get(f"F{font.decode()}")
        if letters is None:
            raise Malformed("a font of the page")
        for code in bytes.fromhex(codes.decode()):
            if code not in letters:
                raise Malformed("a character of the font")
            text += letters[code]
    return text.rstrip(" ")
