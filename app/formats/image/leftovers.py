"""What else is in a picture file: other pictures, packed files, bytes that belong to nothing."""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Final

from PIL import Image

from app import notices
from app.formats.image import heif
from app.formats.image.container import Damaged
from app.formats.image.metadata import AFTER_END, LEFTOVER, UNUSED, Field, exif_blocks, readable
from app.formats.image.read import Opened, codec_of
from app.formats.image.tiff import Directory, Tree, with_first_directory
from app.model import Notice
from app.places import MetadataKey
from detectors.model import RuleInfo

MOST_FILES: Final = 16
"""How many files are looked for inside one picture."""

MOST_STARTS: Final = 256
"""So many places where one seems to begin are tried; a few such bytes stand in many a profile."""

OPAQUE: Final = 256
"""Fewer bytes than this are no earlier picture, whatever they are."""

_PACKED: Final = 0.9
"""What deflate cannot make smaller than this share is packed already."""

_SAMPLE: Final = 1 << 16
_START: Final = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF(?s:.{4})WEBP|....ftyp(?:heic|heix|mif1|avif)|%PDF-|PK\x03\x04",
    re.DOTALL,
)
_PICTURE: Final = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n")
_ENCODED: Final = re.compile(rb"(?:/9j/|iVBORw0KGgo)(?:[A-Za-z0-9+/=\s]|&#x[aAdD];){64,}")
_PNG_END: Final = b"\0\0\0\0IEND\xaeB\x60\x82"
_SAMSUNG: Final = b"SEFT"
"""Ends a list of dates that phones of this maker put behind screenshots."""

_SMALL_LIST: Final = 512
_PADDING: Final = 64
_PREVIEWS: Final = frozenset(
    {"APP0", "APP1", "APP2", "APP13", "Exif", "eXIf", "EXIF", "tag 34377", "iptc", "xmp"}
)
_STRIPS: Final = 273
_JPEG: Final = 513
_LAYERS: Final = 37724
_REDUCED: Final = 254


@dataclass(frozen=True, slots=True)
class Inner:
    """A file inside the picture.

    Attributes:
        title: where it is.
        rule: the notice that it is worth.
        certain: it is one, so that a problem with it is a part that was not examined.
        view: it is the whole file once more, with another picture in front.
    """

    title: str
    data: bytes = field(repr=False)
    rule: RuleInfo
    certain: bool = True
    view: bool = False

    @property
    def notice(self) -> Notice:
        size = "inside the picture's own structure" if self.view else f"{len(self.data):,} bytes"
        return Notice(self.rule, MetadataKey(self.title), size)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Bytes that belong to no part of the picture.

    Attributes:
        place: between the parts, or after the end.
        size: how many there are, padding not counted.
        files: what could be taken out of them whole.
        opaque: so many of the others are packed, and nothing can be said about what they hold.
        earlier: they end as a picture does that began elsewhere.
    """

    place: str
    size: int
    files: tuple[Inner, ...]
    opaque: int
    earlier: bool

    @property
    def worth_telling(self) -> bool:
        return self.size >= LEFTOVER or bool(self.files)


def stretches(picture: Opened) -> Iterator[Stretch]:
    """What lies between the parts of the file, taken together, and what lies behind its end."""
    data, end = picture.data, picture.container.end
    between = [data[a:b] for a, b in picture.container.gaps()]
    for place, raw in ((UNUSED, between), (AFTER_END, [data[end:]])):
        found = [_stretch(place, one) for one in raw if len(one.strip(b"\0\r\n\t \xff")) >= LEFTOVER // 2]
        if found:
            yield Stretch(
                place,
                sum(one.size for one in found),
                tuple(file for one in found for file in one.files)[:MOST_FILES],
                sum(one.opaque for one in found),
                any(one.earlier for one in found),
            )


def _stretch(place: str, raw: bytes) -> Stretch:
    if raw.endswith(_SAMSUNG) and len(raw) < _SMALL_LIST:
        return Stretch(place, 0, (), 0, earlier=False)
    files: list[Inner] = []
    rest: list[bytes] = []
    at = 0
    for _ in range(MOST_STARTS):
        match = _START.search(raw, at) if len(files) < MOST_FILES else None
        if match is None:
            break
        length = _file_length(raw[match.start() :])
        rest.append(raw[at : match.start() + (0 if length else 1)])
        if length:
            rule = notices.SECOND_PICTURE if codec_of(match.group() + bytes(12)) else notices.ATTACHMENT
            files.append(Inner(place, raw[match.start() : match.start() + length], rule))
        at = match.start() + (length or 1)
    rest.append(raw[at:])
    left = [part for one in rest if len(part := one.strip(b"\0")) >= LEFTOVER]
    opaque = sum(len(part) for part in left if _is_packed(part))
    earlier = any(_PNG_END in part or part.endswith(b"\xff\xd9") for part in left if _is_packed(part))
    return Stretch(place, len(raw.strip(b"\0")), tuple(files), opaque, earlier)


def _file_length(data: bytes) -> int:
    """How long the file is that begins here; 0 when there is none after all."""
    if data.startswith((b"PK", b"%PDF")):
        return len(data) if len(data) > OPAQUE else 0
    codec = codec_of(data)
    if codec is None:
        return 0
    try:
        return codec.parse(data).end
    except Damaged:
        return 0


def _is_packed(raw: bytes) -> bool:
    """Whether bytes are neither text nor anything that repeats itself."""
    if len(raw) < OPAQUE or readable(raw[:_SAMPLE]).encode() == raw[:_SAMPLE]:
        return False
    sample = raw[:_SAMPLE]
    return len(zlib.compress(sample, 1)) > _PACKED * len(sample)


# --- pictures in metadata -------------------------------------------------------------------------


def pictures_inside(picture: Opened, fields: tuple[Field, ...]) -> Iterator[Inner]:
    """Thumbnails, previews, gain maps and other pictures that are part of the file, each once."""
    seen: set[bytes] = set()
    for inner in _pictures(picture, fields):
        digest = sha256(inner.data).digest()
        if digest not in seen:
            seen.add(digest)
            yield inner
        if len(seen) >= MOST_FILES:
            return


def _pictures(picture: Opened, fields: tuple[Field, ...]) -> Iterator[Inner]:
    data, container = picture.data, picture.container
    kind = picture.codec.kind
    if kind in {"heic", "avif"}:
        for name, other in heif.other_pictures(data):
            preview = name == "thumbnail"
            rule = notices.PREVIEW_PICTURE if preview else notices.SECOND_PICTURE
            yield Inner(name, other, rule, view=True)
    for part in container.parts:
        if not part.picture and not part.name.startswith(("item ", "inner ")):
            yield from _found_in(part.name, data[part.start : part.end])
    for found in fields:
        if found.name not in {AFTER_END, UNUSED}:
            yield from _found_in(found.name, found.raw)
            yield from _written_out(found)
    blocks = (
        [(data, "SubIFD")] if kind == "tiff" else [(raw, "thumbnail") for raw in exif_blocks(data, container)]
    )
    for block, title in blocks:
        yield from _directories(block, title)
    for part in container.named("APP0"):
        yield from _jfif(data[part.body : part.stop])


def _found_in(place: str, raw: bytes) -> Iterator[Inner]:
    """Whole pictures among other bytes."""
    rule = notices.PREVIEW_PICTURE if place in _PREVIEWS else notices.SECOND_PICTURE
    at = 0
    for _ in range(MOST_STARTS):
        match = _PICTURE.search(raw, at)
        if match is None:
            return
        length = _file_length(raw[match.start() :])
        if length:
            title = f"picture inside {place}"
            yield Inner(title, raw[match.start() : match.start() + length], rule, certain=False)
        at = match.start() + (length or 1)


def _written_out(found: Field) -> Iterator[Inner]:
    """Pictures in base64, as XMP has them."""
    for match in _ENCODED.finditer(found.raw):
        digits = re.sub(rb"&#x[aAdD];|\s", b"", match.group()).rstrip(b"=")
        try:
            raw = base64.b64decode(
                digits[: len(digits) // 4 * 4] + digits[len(digits) // 4 * 4 :].ljust(4, b"=")
            )
        except binascii.Error:
            continue
        yield Inner(f"picture inside {found.name}", raw, notices.PREVIEW_PICTURE, certain=False)


def _directories(block: bytes, title: str) -> Iterator[Inner]:
    """Pictures of directories that viewers do not show: thumbnails of EXIF, previews in a TIFF."""
    try:
        tree = Tree(block)
    except Damaged:
        return
    for directory in tree.directories:
        whole = directory.entry(256) is not None
        if title == "SubIFD" and directory.path == "SubIFD" and whole:
            reduced = tree.number(directory, _REDUCED, 0) & 1
            rule = notices.PREVIEW_PICTURE if reduced else notices.SECOND_PICTURE
            yield Inner(title, with_first_directory(block, directory.offset), rule, view=True)
        elif title == "thumbnail" and whole and _has_strips(directory):
            inner = with_first_directory(block, directory.offset)
            yield Inner(title, inner, notices.PREVIEW_PICTURE, certain=False, view=True)


def _has_strips(directory: Directory) -> bool:
    return directory.entry(_STRIPS) is not None and directory.entry(_JPEG) is None


def _jfif(raw: bytes) -> Iterator[Inner]:
    """Thumbnails of a JPEG's first segment: plain pixels, or a palette and indexes. Source: JFIF 1.02."""
    if raw.startswith(b"JFIF\0") and len(raw) > 14:
        width, height, pixels = raw[12], raw[13], raw[14:]
    elif raw.startswith((b"JFXX\0\x13", b"JFXX\0\x11")) and len(raw) > 8:
        width, height, pixels = raw[6], raw[7], raw[8:]
    else:
        return
    mode, palette = "RGB", b""
    if raw.startswith(b"JFXX\0\x11"):
        mode, palette, pixels = "P", pixels[:768], pixels[768:]
    needed = width * height * len(mode)
    if not needed or len(pixels) < needed:
        return
    image = Image.frombytes(mode, (width, height), pixels[: width * height * (3 if mode == "RGB" else 1)])
    if palette:
        image.putpalette(palette)
    out = BytesIO()
    image.save(out, "BMP")
    yield Inner("thumbnail", out.getvalue(), notices.PREVIEW_PICTURE)


def layers(picture: Opened) -> int:
    """Bytes of an image editor's layers, which a TIFF keeps in a tag of its own."""
    if picture.codec.kind != "tiff":
        return 0
    entries = (directory.entry(_LAYERS) for directory in Tree(picture.data).directories)
    return sum(entry.stop - entry.start for entry in entries if entry is not None)


def cut_away(picture: Opened) -> bool:
    """Whether a crop hides more of the picture than what encoders add at its right and lower edge."""
    if picture.codec.kind not in {"heic", "avif"}:
        return False
    index = heif.tree(picture.data).index
    if index is None or len(picture.container.sizes) > 1:
        return False
    item = index.items[index.primary]
    left, top, right, bottom = heif.shown_area(picture.data, item)
    width, height = next(iter(heif.stated(picture.data, item)))
    return bool(left or top) or width - right >= _PADDING or height - bottom >= _PADDING
