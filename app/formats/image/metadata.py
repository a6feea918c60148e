"""Everything in a picture file that is no pixel, as text: comments, EXIF, XMP, profiles, leftovers."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from app.formats.image.container import Codec, Container, Damaged, Part
from app.formats.image.gif import joined
from app.formats.image.tiff import Entry, Tree, is_metadata, tag_name
from detectors.model import BOUNDARY

LONGEST: Final = 4 << 20
"""Most bytes that one place may unpack to."""

LARGEST_TOTAL: Final = 64 << 20
LARGEST_PROFILE: Final = 16 << 20
LEFTOVER: Final = 16
"""Fewer bytes than this between the parts are padding and stray headers, as common writers leave them."""

UNUSED: Final = "unused bytes"
AFTER_END: Final = "bytes after the end"
_RUN: Final = re.compile(rb"[\t\n\r\x20-\x7e]{4,}|(?:[\t\n\r\x20-\x7e]\0){4,}|(?:\0[\t\n\r\x20-\x7e]){4,}")
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENDED_XMP: Final = b"http://ns.adobe.com/xmp/extension/\0"
_EXIF: Final = b"Exif\0\0"
_PNG_XMP: Final = b"XML:com.adobe.xmp"
_PACKETS: Final = {700: "xmp", 34377: "iptc", 34675: "icc"}
"""Tags that hold what other formats have segments for."""

_ORIENTATION: Final = 274
_USER_COMMENT: Final = 37510
_WINDOWS_TEXT: Final = range(40091, 40096)


@dataclass(frozen=True, slots=True)
class Field:
    """One named place outside the pixels.

    Attributes:
        raw: its content, unpacked.
        text: what of it can be read.
        complete: False when it unpacks to more than is looked at.
    """

    name: str
    raw: bytes = field(repr=False)
    text: str = field(repr=False)
    complete: bool = True


def readable(raw: bytes) -> str:
    """Text as it stands when all of it is UTF-8, else its runs of printable characters, also of UTF-16."""
    raw = raw.strip(b"\0")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        if not re.search(r"[\0-\x08\x0e-\x1f\x7f]", text):
            return text
    runs = (match.group().replace(b"\0", b"").decode("ascii") for match in _RUN.finditer(raw))
    return BOUNDARY.join(runs)


def inflated(data: bytes) -> tuple[bytes, bool]:
    """What a zlib stream unpacks to, up to ``LONGEST`` bytes, and whether that is all of it."""
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(data, LONGEST)
    except zlib.error:
        return data, True
    return raw, not unpacker.unconsumed_tail


def fields(data: bytes, codec: Codec, container: Container) -> tuple[Field, ...]:
    """All places outside the pixels that hold something."""
    found: list[Field] = []
    size = 0
    for new in _all_fields(data, codec, container):
        size += len(new.raw)
        if size > LARGEST_TOTAL:
            found.append(Field("metadata", b"", "", complete=False))
            break
        if new.raw.strip(b"\0") or not new.complete:
            found.append(new)
    return tuple(found)


def _all_fields(data: bytes, codec: Codec, container: Container) -> Iterator[Field]:
    for a, b in container.gaps():
        yield _field(UNUSED, data[a:b])
    yield _field(AFTER_END, data[container.end :][: LONGEST + 1])
    if codec.kind == "tiff":
        yield from _entries(Tree(data), "tiff")
        return
    for part in container.parts:
        if not part.picture:
            yield from _fields(data, codec, part)
    extended = (data[part.body : part.stop] for part in container.named("APP1"))
    yield _field(
        "xmp", b"".join(raw[len(_EXTENDED_XMP) + 40 :] for raw in extended if raw[:35] == _EXTENDED_XMP)
    )


def _field(name: str, raw: bytes, *, complete: bool = True) -> Field:
    return Field(name, raw, readable(raw[:LONGEST]), complete and len(raw) <= LONGEST)


def _fields(data: bytes, codec: Codec, part: Part) -> Iterator[Field]:
    raw = data[part.body : part.stop]
    if codec.kind == "png":
        yield from _png_fields(part.name, raw)
    elif codec.kind == "jpeg":
        yield from _jpeg_fields(part.name, raw)
    elif codec.kind == "gif":
        xmp = raw[1:12] == b"XMP DataXMP"  # its bytes double as block lengths
        yield _field("xmp" if xmp else f"gif:{part.name}", raw if xmp else joined(data, part.body, part.stop))
    elif codec.kind in {"heic", "avif"}:
        yield from _heif_fields(part.name, raw)
    elif part.name == "EXIF":
        yield from exif_fields(raw)
    else:
        name = {"XMP ": "xmp", "ICCP": "icc"}.get(part.name, f"{codec.kind}:{part.name.strip()}")
        yield _field(name, raw)


def _heif_fields(name: str, raw: bytes) -> Iterator[Field]:
    if name == "Exif":
        yield from exif_fields(raw[4 + int.from_bytes(raw[:4], "big") :])
    elif name == "XMP":
        yield _field("xmp", raw)
    elif name == "colr":
        yield _field("icc", raw[4:] if raw[:4] in {b"prof", b"rICC"} else b"")
    elif not name.startswith("item "):
        yield _field(f"heif:{name}", raw)


def _png_fields(name: str, raw: bytes) -> Iterator[Field]:
    if name == "eXIf":
        yield from exif_fields(raw)
        return
    if name not in {"tEXt", "zTXt", "iTXt", "iCCP"}:
        yield _field(f"png chunk:{name}", raw)
        return
    keyword, _, body = raw.partition(b"\0")
    complete = True
    if name == "iTXt":
        packed, body = body[:1] == b"\1", body[2:]
        language, _, body = body.partition(b"\0")
        translated, _, body = body.partition(b"\0")
        keyword += b" ".join(filter(None, [b"", language, translated]))
    else:
        packed, body = name != "tEXt", body if name == "tEXt" else body[1:]
    if packed:
        body, complete = inflated(body)
    if keyword.startswith(b"Raw profile type"):
        yield from _raw_profile(keyword[17:].decode("latin-1"), _unhexed(body), complete=complete)
        return
    if name == "tEXt":
        body = body.decode("latin-1").encode()
    names = {"iCCP": "icc"} if name == "iCCP" else {"iTXt": "xmp"} if keyword.startswith(_PNG_XMP) else {}
    yield _field(names.get(name, f"png:{readable(keyword)}"), body, complete=complete)


def _raw_profile(kind: str, body: bytes, *, complete: bool) -> Iterator[Field]:
    """What ImageMagick wraps in text: EXIF, XMP, IPTC or a colour profile."""
    if body.startswith(_EXIF) or kind == "exif":
        yield from exif_fields(body)
    elif body.startswith(_XMP):
        yield _field("xmp", body[len(_XMP) :], complete=complete)
    else:
        name = {"xmp": "xmp", "icc": "icc", "icm": "icc", "iptc": "iptc", "8bim": "iptc"}.get(
            kind, f"png:{kind}"
        )
        yield _field(name, body, complete=complete)


def _unhexed(body: bytes) -> bytes:
    """ImageMagick's way of storing profiles: a name, a length, then hexadecimal digits."""
    try:
        return bytes.fromhex(b"".join(body.split()[2:]).decode("ascii"))
    except ValueError:
        return body


def _jpeg_fields(name: str, raw: bytes) -> Iterator[Field]:
    if raw.startswith(_EXTENDED_XMP):
        return
    if raw.startswith(_EXIF):
        yield from exif_fields(raw[len(_EXIF) :])
    elif raw.startswith(_XMP):
        yield _field("xmp", raw[len(_XMP) :])
    elif raw.startswith(b"ICC_PROFILE\0"):
        yield _field("icc", raw[14:])
    elif raw.startswith(b"Photoshop 3.0\0"):
        yield _field("iptc", raw[14:])
    else:
        yield _field("jpeg:comment" if name == "COM" else f"jpeg:{name}", raw)


def exif_fields(raw: bytes) -> Iterator[Field]:
    """One field per readable EXIF entry, or the block as a whole when it cannot be taken apart."""
    raw = raw.removeprefix(_EXIF)
    try:
        tree = Tree(raw)
    except Damaged:
        yield _field("exif", raw)
        return
    yield from _entries(tree, "exif")


def _entries(tree: Tree, prefix: str) -> Iterator[Field]:
    for directory in tree.directories:
        for entry in directory.entries:
            if is_metadata(entry):
                raw = tree.data[entry.start : entry.stop]
                complete = len(raw) <= LONGEST
                text = _entry_text(tree, entry, raw[:LONGEST])
                name = _PACKETS.get(entry.tag) or f"{prefix}:{tag_name(directory, entry.tag)}"
                yield Field(name, raw, text, complete)


def _entry_text(tree: Tree, entry: Entry, raw: bytes) -> str:
    wide = entry.tag in _WINDOWS_TEXT
    if entry.tag == _USER_COMMENT and len(raw) > 8:
        wide, raw = raw[:8] == b"UNICODE\0", raw[8:]
    if wide:
        order = "utf-16-be" if tree.order == ">" and entry.tag == _USER_COMMENT else "utf-16-le"
        return raw.decode(order, "replace").strip("\0")
    return readable(raw)


def exif_blocks(data: bytes, container: Container) -> Iterator[bytes]:
    for part in container.named("APP1", "eXIf", "EXIF"):
        raw = data[part.body : part.stop]
        if part.name != "APP1" or raw.startswith(_EXIF):
            yield raw.removeprefix(_EXIF)


def orientation(data: bytes, container: Container) -> int:
    """EXIF orientation, 1 to 8, of a JPEG, PNG or WebP; 1 where none is stated."""
    for raw in exif_blocks(data, container):
        try:
            tree = Tree(raw)
        except Damaged:
            continue
        for directory in tree.directories[:1]:
            stated = tree.number(directory, _ORIENTATION, 1)
            return stated if 1 <= stated <= 8 else 1
    return 1


def profile(data: bytes, container: Container) -> bytes | None:
    """The embedded ICC profile of a PNG, JPEG or WebP; None when there is none or it is beyond all size."""
    found: list[bytes] = []
    for part in container.named("iCCP", "APP2", "ICCP"):
        raw = data[part.body : part.stop]
        if part.name == "iCCP":
            raw, complete = inflated(raw.partition(b"\0")[2][1:])
            if not complete:
                return None
            found.append(raw)
        elif part.name == "ICCP":
            found.append(raw)
        elif raw.startswith(b"ICC_PROFILE\0"):
            found.append(raw[14:])
    whole = b"".join(found)
    return whole if whole and len(whole) <= LARGEST_PROFILE else None
