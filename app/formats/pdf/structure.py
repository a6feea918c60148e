"""Proof of what a written copy is made of: every byte of the file is accounted for, or the proof fails.

The file is read from its first byte to its last without any PDF library, and each object must have exactly
the entries that its part in the document allows. What is not known is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from app.formats.pdf.cover_objects import ProvenCovers, proven_covers
from app.formats.pdf.file_objects import Stored, entries_of, expect, is_name, stored_objects
from app.formats.pdf.flat import ADVANCE
from app.formats.pdf.new_objects import StoredPicture
from app.formats.pdf.syntax import Malformed, Name, Ref, Text, Value
from app.formats.pdf.vector.proof import FontProof, TextPage, proven_font, text_page

MOST_CONTENT: Final = 64 * 1024 * 1024
"""Bytes of a page's content."""

_NUMBER: Final = rb"-?\d{1,9}(?:\.\d{1,9})?"
_PICTURE_SHOWN: Final = re.compile(rb"q (%s) 0 0 (%s) 0 0 cm /P Do Q\Z" % (_NUMBER, _NUMBER))
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
class FlatPage:
    """A page made of one picture, covers and unseen words.

    Attributes:
        width, height: in points.
        picture: how the picture is stored.
        covers: what is painted over it.
        words: the text layer.
        links: number of links.
    """

    width: float
    height: float
    picture: StoredPicture
    covers: ProvenCovers
    words: tuple[str, ...] = field(repr=False)
    links: int


ProvenPage = FlatPage | TextPage


@dataclass(frozen=True, slots=True)
class Proof:
    """What the proof found: the pages in order, and how many objects of each kind there are."""

    pages: tuple[ProvenPage, ...]
    kinds: dict[str, int]


def prove(data: bytes) -> Proof:
    """Reads the whole file as a copy of flat pages and pages that keep their text, and nothing else.

    Raises:
        Malformed: something else is in it; the message says what was expected.
    """
    objects, trailer = stored_objects(data)
    walk = _Walk(objects)
    root = entries_of(trailer, required={"Size", "Root"}, allowed=set())["Root"]
    pages = walk.catalog(root)
    walk.all_used()
    if unused := objects.keys() - walk.seen:
        raise Malformed(f"no unused objects, and not {len(unused)} of them")
    return Proof(tuple(pages), walk.kinds)


class _Walk:
    """Follows every reference from the root, checking each object for the part it plays."""

    def __init__(self, objects: dict[int, Stored]) -> None:
        self._objects = objects
        self.seen: set[int] = set()
        self.kinds: dict[str, int] = {}
        self._fonts: dict[int, dict[int, str]] = {}
        self._typeface: FontProof | None = None
        self._face_number = 0
        self._shown: set[int] = set()

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
        entries = entries_of(stored.value, {"Length", "Filter"}, set())
        is_name(entries["Filter"], "FlateDecode")
        return stored.inflated(limit)

    def catalog(self, reference: Value) -> list[ProvenPage]:
        entries = entries_of(self._get(reference, "catalog").value, {"Type", "Pages"}, {"Info"})
        is_name(entries["Type"], "Catalog")
        if entries.get("Info") is not None:
            raise Malformed("no properties")
        tree = entries_of(self._get(entries["Pages"], "page tree").value, {"Type", "Count", "Kids"}, set())
        is_name(tree["Type"], "Pages")
        kids = tree["Kids"]
        if not isinstance(kids, list) or tree["Count"] != len(kids):
            raise Malformed("a list of pages")
        return [self._page(kid, entries["Pages"]) for kid in kids]

    def all_used(self) -> None:
        """Raises ``Malformed`` when a font holds a glyph that no page shows."""
        if self._typeface is not None and self._shown != set(range(1, len(self._typeface.texts))):
            raise Malformed("a font of the glyphs that are shown")

    def _page(self, reference: Value, tree: Value) -> ProvenPage:
        required = {"Type", "MediaBox", "Resources", "Contents", "Parent"}
        entries = entries_of(self._get(reference, "page").value, required, {"Rotate", "Annots"})
        is_name(entries["Type"], "Page")
        if entries["Parent"] != tree or entries.get("Rotate", 0) != 0:
            raise Malformed("an upright page of this document")
        match entries["MediaBox"]:
            case [0, 0, int() | float() as width, int() | float() as height]:
                pass
            case _:
                raise Malformed("the size of a page")
        links = entries.get("Annots", [])
        if not isinstance(links, list):
            raise Malformed("a list of links")
        for link in links:
            self._link(link)
        content = self._content(entries["Contents"], "content", MOST_CONTENT, again=True)
        resources = entries_of(entries["Resources"], set(), {"XObject", "Font", "ExtGState"})
        size = (float(width), float(height))
        if content.startswith(b"q\n"):
            return self._text_page(content, size, resources, len(links))
        return self._flat_page(content, size, resources, len(links))

    def _flat_page(
        self, content: bytes, size: tuple[float, float], resources: dict[str, Value], links: int
    ) -> FlatPage:
        entries_of(resources, {"XObject"}, {"Font"})
        objects, labels = self._labels(resources["XObject"])
        picture = self._picture(entries_of(objects, {"P"}, set())["P"])
        fonts = self._word_fonts(resources)
        lines = content.split(b"\n")
        shown = expect(_PICTURE_SHOWN, lines.pop(0), 0, "the picture of the page")
        if abs(float(shown.group(1)) - size[0]) > 0.01 or abs(float(shown.group(2)) - size[1]) > 0.01:
            raise Malformed("a picture as large as the page")
        covers = proven_covers(lines, size[1], labels)
        return FlatPage(*size, picture, covers, unseen_words(lines, fonts), links)

    def _text_page(
        self, content: bytes, size: tuple[float, float], resources: dict[str, Value], links: int
    ) -> TextPage:
        lines = content.split(b"\n")
        end = _last(lines, b"Q", 1)
        objects, labels = self._labels(resources.get("XObject", {}))
        rest = lines[end + 1 :]
        covers = proven_covers(rest, size[1], labels)
        words = unseen_words(rest, self._word_fonts(resources))
        if list(objects) != [f"P{at}" for at in range(len(objects))]:
            raise Malformed("pictures by their numbers")
        pictures = [self._picture(found) for found in objects.values()]
        fonts = resources.get("Font", {})
        assert isinstance(fonts, dict)
        if "T" in fonts:
            self._typeface_of(fonts["T"])
        page = text_page(lines[: end + 1], size, pictures, self._typeface if "T" in fonts else None)
        states = resources.get("ExtGState", {})
        if not isinstance(states, dict) or list(states) != [f"G{at}" for at in range(page.states)]:
            raise Malformed("opacities by their numbers")
        for state in states.values():
            opacity = entries_of(state, {"ca", "CA"}, set())
            if opacity["ca"] != opacity["CA"] or not _is_share(opacity["ca"]):
                raise Malformed("an opacity")
        self._shown |= page.codes
        return page.with_rest(covers, words, links)

    def _labels(self, objects: Value) -> tuple[dict[str, Value], list[StoredPicture]]:
        """A page's pictures by their names, and those that are labels on its covers."""
        if not isinstance(objects, dict):
            raise Malformed("a dictionary of pictures")
        names = [name for name in objects if name.startswith("L")]
        if names != [f"L{at}" for at in range(len(names))]:
            raise Malformed("labels by their numbers")
        labels = [self._picture(objects[name]) for name in names]
        return {name: found for name, found in objects.items() if name not in names}, labels

    def _word_fonts(self, resources: dict[str, Value]) -> dict[str, dict[int, str]]:
        fonts = resources.get("Font", {})
        if not isinstance(fonts, dict):
            raise Malformed("a dictionary of fonts")
        return {name: self._font(font) for name, font in fonts.items() if name != "T"}

    def _typeface_of(self, reference: Value) -> None:
        """The font of visible text; one for all pages."""
        number = reference.number if isinstance(reference, Ref) else 0
        if self._typeface is not None:
            if number != self._face_number:
                raise Malformed("one font of visible text")
            return
        self._face_number = number
        entries = entries_of(
            self._get(reference, "font").value,
            {"Type", "Subtype", "BaseFont", "Encoding", "DescendantFonts", "ToUnicode"},
            set(),
        )
        descendants = entries["DescendantFonts"]
        if not isinstance(descendants, list) or len(descendants) != 1:
            raise Malformed("one descendant of a font")
        required = {"Type", "Subtype", "BaseFont", "CIDSystemInfo", "FontDescriptor", "W"}
        inner = entries_of(self._get(descendants[0], "font").value, required, set())
        required = {
            "Type", "FontName", "Flags", "FontBBox", "ItalicAngle", "Ascent", "Descent", "CapHeight",
            "StemV", "FontFile3",
        }  # fmt: skip
        descriptor = entries_of(self._get(inner["FontDescriptor"], "font descriptor").value, required, set())
        file = self._get(descriptor["FontFile3"], "font program")
        held = entries_of(file.value, {"Length", "Filter", "Subtype"}, set())
        is_name(held["Filter"], "FlateDecode")
        is_name(held["Subtype"], "CIDFontType0C")
        cmap = self._content(entries["ToUnicode"], "character map", MOST_CONTENT)
        self._typeface = proven_font(entries, inner, descriptor, file.inflated(MOST_CONTENT), cmap)

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
        entries = entries_of(stored.value, required, set())
        is_name(entries["Type"], "XObject")
        is_name(entries["Subtype"], "Image")
        width, height = entries["Width"], entries["Height"]
        if not isinstance(width, int) or not isinstance(height, int) or entries["BitsPerComponent"] != 8:
            raise Malformed("the size of a picture")
        if entries["Filter"] == Name("DCTDecode"):
            is_name(entries["ColorSpace"], "DeviceRGB")
            return StoredPicture(width, height, "DCTDecode", "DeviceRGB", sha256(stored.raw or b"").digest())
        is_name(entries["Filter"], "FlateDecode")
        colours = "DeviceGray" if entries["ColorSpace"] == Name("DeviceGray") else "DeviceRGB"
        is_name(entries["ColorSpace"], colours)
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
        entries = entries_of(stored.value, required, set())
        is_name(entries["Type"], "Font")
        is_name(entries["Subtype"], "Type3")
        last = entries["LastChar"]
        procedures = entries["CharProcs"]
        encoding = entries_of(entries["Encoding"], {"Type", "Differences"}, set())
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
        expect(_CMAP, cmap, 0, "a character map")
        letters = {
            int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
            for code, text in _MAPPED.findall(cmap)
        }
        self._fonts[number] = letters
        return letters

    def _link(self, value: Value) -> None:
        if isinstance(value, Ref):
            value = self._get(value, "link").value
        entries = entries_of(value, {"Type", "Subtype", "Rect", "Border", "A"}, set())
        is_name(entries["Type"], "Annot")
        is_name(entries["Subtype"], "Link")
        rect = entries["Rect"]
        if entries["Border"] != [0, 0, 0] or not isinstance(rect, list):
            raise Malformed("a link without border")
        if len(rect) != 4 or not all(isinstance(side, int | float) for side in rect):
            raise Malformed("the place of a link")
        action = entries_of(entries["A"], {"Type", "S", "URI"}, set())
        is_name(action["Type"], "Action")
        is_name(action["S"], "URI")
        address = action["URI"]
        if not isinstance(address, Text) or not _ADDRESS.match(address.raw):
            raise Malformed("a web address")


def _is_share(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _last(lines: list[bytes], wanted: bytes, at: int) -> int:
    """The last place of ``wanted`` from ``at`` on."""
    for place in range(len(lines) - 1, at - 1, -1):
        if lines[place] == wanted:
            return place
    raise Malformed("the end of what is drawn")


def unseen_words(lines: list[bytes], fonts: dict[str, dict[int, str]]) -> tuple[str, ...]:
    """The words with which the content of every page ends."""
    if not lines:
        return ()
    if lines[0] != b"BT 3 Tr" or lines[-1] != b"ET":
        raise Malformed("nothing but covers and words")
    return tuple(_text(expect(_WORD, line, 0, "a word").group(1), fonts) for line in lines[1:-1])


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
