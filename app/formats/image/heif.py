"""HEIC and AVIF: boxes in, PNG out. Source: ISO/IEC 23008-12, and AOM's AVIF for the brands.

The decoders get the file as it is, after every size that it states was compared with the limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from app.errors import Unsupported
from app.formats.image import hevc, png
from app.formats.image.container import Codec, Container, Damaged, Part, bounded, taken_on_trust
from app.formats.image.isobmff import CUT, Box, Index, Item, Numbers, box_at, boxes

TURNS: Final = {
    (0, None): 1, (0, 1): 2, (2, None): 3, (0, 0): 4, (1, 0): 5, (3, 1): 5,
    (3, None): 6, (3, 0): 7, (1, 1): 7, (1, None): 8, (2, 0): 2, (2, 1): 4,
}  # fmt: skip
"""Quarter turns against the clock, then the axis mirrored about, -> EXIF orientation."""

PICTURES: Final = frozenset(
    {"hvc1", "hev1", "lhv1", "av01", "grid", "iden", "iovl", "jpeg", "avc1", "j2k1", "unci", "vvc1"}
)
_STRUCTURE: Final = frozenset({"hdlr", "pitm", "iloc", "iinf", "iref", "iprp", "dinf", "grpl", "idat"})
_PROPERTIES: Final = frozenset(
    {"ispe", "pixi", "colr", "hvcC", "av1C", "auxC", "irot", "imir", "clap", "pasp", "a1op", "a1lx", "lsel"}
    | {"clli", "mdcv", "amve", "ndwt", "rloc", "oinf", "tols", "crtt", "reve", "cclv", "lhvC", "rref"}
)
_FREE: Final = frozenset({"free", "skip", "wide"})
_MOST_TILES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Tree:
    """The structure of a file: its boxes, its items, its tracks, and where all of that ends."""

    boxes: tuple[Box, ...]
    index: Index | None
    tracks: tuple[Track, ...]
    end: int


@dataclass(frozen=True, slots=True)
class Track:
    """A sequence of pictures: their size, their number and the ranges of the file that hold them."""

    width: int
    height: int
    count: int
    chunks: tuple[tuple[int, int], ...]


def tree(data: bytes) -> Tree:
    """Takes a file apart.

    Raises:
        Damaged: it contradicts itself or ends early.
    """
    found: list[Box] = []
    at = 0
    while at < len(data) and (box := box_at(data, at, len(data))) is not None and len(found) < 10_000:
        found.append(box)
        at = box.end
    metas = [box for box in found if box.kind == "meta"]
    movies = [box for box in found if box.kind == "moov"]
    if len(metas) > 1 or len(movies) > 1:
        raise Damaged("it has two indexes")
    index = Index(data, metas[0], at) if metas else None
    tracks = tuple(_tracks(data, movies[0], at)) if movies else ()
    return Tree(tuple(found), index, tracks, at)


def _tracks(data: bytes, movie: Box, end: int) -> Iterator[Track]:
    for track in boxes(data, movie.body, movie.end):
        if track.kind == "trak":
            table = _table(data, track)
            if table is not None:
                yield _track(data, table, end)


def _table(data: bytes, track: Box) -> dict[str, Box] | None:
    """The boxes of a track's table of samples; None for sounds, texts and what belongs to another track."""
    inner = {box.kind: box for box in boxes(data, track.body, track.end)}
    if "tref" in inner:
        return None  # transparency or a preview of another one
    for kind in ("mdia", "minf", "stbl"):
        if kind not in inner:
            raise Damaged(CUT)
        box = inner[kind]
        inner = {one.kind: one for one in boxes(data, box.body, box.end)}
        handler = inner.get("hdlr")
        if (
            kind == "mdia"
            and handler
            and data[handler.body + 8 : handler.body + 12] not in {b"pict", b"vide"}
        ):
            return None
    return inner


def _track(data: bytes, table: dict[str, Box], end: int) -> Track:
    if not {"stsd", "stsz", "stsc"} <= set(table) or not {"stco", "co64"} & set(table):
        raise Damaged(CUT)
    entries = boxes(data, table["stsd"].body + 8, table["stsd"].end)
    if not entries:
        raise Damaged("it holds no picture")
    entry = Numbers(data, entries[0].body + 24, entries[0].end)
    width, height = entry.take(2), entry.take(2)
    sizes = _sizes(data, table["stsz"])
    return Track(width, height, len(sizes), tuple(_chunks(data, table, sizes, end)))


def _sizes(data: bytes, box: Box) -> list[int]:
    numbers = Numbers(data, box.body + 4, box.end)
    common, count = numbers.take(4), numbers.take(4)
    if count > 100_000:
        raise Damaged("it consists of too many parts")
    return [common or numbers.take(4) for _ in range(count)]


def _chunks(data: bytes, table: dict[str, Box], sizes: list[int], end: int) -> Iterator[tuple[int, int]]:
    """The ranges that hold the samples, chunk by chunk."""
    kind = "co64" if "co64" in table else "stco"
    numbers = Numbers(data, table[kind].body + 4, table[kind].end)
    count = numbers.take(4)
    if count > len(sizes):
        raise Damaged("its index makes no sense")
    offsets = [numbers.take(8 if kind == "co64" else 4) for _ in range(count)]
    numbers = Numbers(data, table["stsc"].body + 4, table["stsc"].end)
    runs = []
    for _ in range(min(numbers.take(4), count)):
        runs.append((numbers.take(4), numbers.take(4)))
        numbers.take(4)
    sample = 0
    for (first, each), (after, _) in pairwise([*runs, (count + 1, 0)]):
        for chunk in range(first, min(after, count + 1)):
            length = sum(sizes[sample : sample + each])
            sample += each
            if not 0 < chunk <= count or offsets[chunk - 1] + length > end:
                raise Damaged(CUT)
            yield offsets[chunk - 1], offsets[chunk - 1] + length


def parse(data: bytes) -> Container:
    """Boxes, items and samples; the pages are the picture that viewers show, or the frames of a sequence.

    Raises:
        Damaged: it contradicts itself or ends early.
        Unsupported: it holds a sequence in a code that is not decoded.
    """
    found = tree(data)
    index, moving = found.index, _is_moving(data, found)
    others = [(track.width, track.height) for track in found.tracks]
    turn, crop, sizes = 1, None, (others[:1] * found.tracks[0].count if moving else [])
    shown: set[int] = set()
    if index is not None:
        others += [size for item in index.items.values() for size in stated(data, item)]
        if not moving:
            primary = index.items[index.primary]
            shown, turn = _shown(index), turned(data, primary)
            left, top, right, bottom = crop = shown_area(data, primary)
            sizes = [(right - left, bottom - top)]
    elif found.tracks and not moving:
        raise Unsupported(
            "This is a sequence of pictures in HEIC format, which is not supported.",
            "Export its pictures as PNG or GIF, and check that file.",
        )
    if not sizes:
        raise Damaged("it holds no picture")
    parts = list(_parts(found, shown, moving=moving))
    bounded(parts)
    return Container(
        tuple(sizes), tuple(parts), found.end, lossy=True, turn=turn, crop=crop, others=tuple(others)
    )


def _is_moving(data: bytes, found: Tree) -> bool:
    """Whether the decoder takes the frames of a track rather than the primary picture."""
    return data[8:12] == b"avis" and bool(found.tracks)


def _shown(index: Index) -> set[int]:
    """The primary picture with what it is made of, and its transparency."""
    shown = index.made_of(index.primary)
    for reference in index.references:
        if reference.box.kind == "auxl" and shown & set(reference.targets):
            item = index.items.get(reference.source)
            if item is not None and is_alpha(index.data, item):
                shown |= index.made_of(item.number)
    return shown


def is_alpha(data: bytes, item: Item) -> bool:
    kind = aux_kind(data, item)
    return kind.endswith((":alpha", "auxid:1"))


def aux_kind(data: bytes, item: Item) -> str:
    """What an auxiliary picture is for, as a URN: depth, gain map, transparency, …; empty for others."""
    box = item.property("auxC")
    return Numbers(data, box.body + 4, box.end).text() if box else ""


def _parts(found: Tree, shown: set[int], *, moving: bool) -> Iterator[Part]:
    for box in found.boxes:
        if box.kind in {"ftyp", "moov"}:
            yield Part(box.kind, box.start, box.end, box.body, box.end, picture=True)
        elif box.kind == "mdat":
            yield Part("mdat", box.start, box.body, box.body, box.body, picture=True)
        elif box.kind != "meta":
            name = "free space" if box.kind in _FREE else f"box {box.kind}"
            yield Part(name, box.start, box.end, box.body, box.end, picture=False)
    for track in found.tracks:
        for start, stop in track.chunks:
            yield Part("frames", start, stop, start, stop, picture=moving)
    if found.index is not None:
        yield from _index_parts(found.index, shown)


def _index_parts(index: Index, shown: set[int]) -> Iterator[Part]:
    first = index.children[0].start
    yield Part("meta", index.meta.start, first, index.meta.body, first, picture=True)
    for box in index.children:
        if box.kind == "idat":
            yield Part("idat", box.start, box.body, box.body, box.body, picture=True)
        else:
            known = box.kind in _STRUCTURE
            name = box.kind if known else "free space" if box.kind in _FREE else f"box {box.kind}"
            yield Part(name, box.start, box.end, box.body, box.end, picture=known)
    for box in index.properties:
        if box.kind not in _PROPERTIES:
            name = "free space" if box.kind in _FREE else f"property {box.kind}"
            yield Part(name, box.start, box.end, box.body, box.end, picture=False)
        elif box.kind == "colr":
            yield Part("colr", box.start, box.end, box.body, box.end, picture=False)
    for item in index.items.values():
        yield Part("name", *item.named, *item.named, picture=False)
        picture = item.number in shown or item.kind == "tmap"
        for start, stop in item.extents:
            yield Part(_part_name(item), start, stop, start, stop, picture=picture)


def _part_name(item: Item) -> str:
    if item.kind in PICTURES or item.kind == "tmap":
        return f"item {item.kind}"
    if item.kind == "Exif":
        return "Exif"
    return "XMP" if item.mime == "application/rdf+xml" else "metadata"


# --- sizes and turns ------------------------------------------------------------------------------


def stated(data: bytes, item: Item) -> Iterator[tuple[int, int]]:
    """Every size that a decoder could take for the item's."""
    box = item.property("ispe")
    if box is not None:
        numbers = Numbers(data, box.body + 4, box.end)
        yield numbers.take(4), numbers.take(4)
    if item.kind in {"grid", "iovl"}:
        yield _canvas(data, item)
    config = item.property("hvcC")
    if config is not None:
        yield from hevc.coded_sizes(data[config.body : config.end])
        for start, stop in item.extents:
            yield from hevc.sizes_in(data, start, stop)


def _canvas(data: bytes, item: Item) -> tuple[int, int]:
    """The size of a picture put together from others."""
    payload = b"".join(data[start:stop] for start, stop in item.extents[:4])[:64]
    numbers = Numbers(payload, 0, len(payload))
    width = 4 if numbers.take(2) & 1 else 2
    if item.kind == "iovl":
        numbers.take(8)  # the colour of its ground
    elif (numbers.take(1) + 1) * (numbers.take(1) + 1) > _MOST_TILES:
        raise Damaged("it consists of too many parts")
    return numbers.take(width), numbers.take(width)


def shown_area(data: bytes, item: Item) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what viewers show of an item, before it is turned."""
    sizes = list(stated(data, item))
    if not sizes:
        raise Damaged("it has no size")
    width, height = sizes[0]
    box = item.property("clap")
    if box is None:
        return 0, 0, width, height
    numbers = Numbers(data, box.body, box.end)
    wide, high, across, down = ((numbers.take(4), numbers.take(4)) for _ in range(4))
    if 0 in {wide[1], high[1], across[1], down[1]}:
        raise Damaged("its crop makes no sense")
    w, h = wide[0] // wide[1], high[0] // high[1]
    left = round((width - w) / 2 + _signed(across[0]) / across[1])
    top = round((height - h) / 2 + _signed(down[0]) / down[1])
    if not (0 <= left < left + w <= width and 0 <= top < top + h <= height):
        raise Damaged("its crop makes no sense")
    return left, top, left + w, top + h


def _signed(number: int) -> int:
    return number - (1 << 32) if number >> 31 else number


def turned(data: bytes, item: Item) -> int:
    """The EXIF orientation that means the same as an item's rotation and mirroring."""
    rotation, mirror = item.property("irot"), item.property("imir")
    angle = data[rotation.body] & 3 if rotation and rotation.body < rotation.end else 0
    axis = data[mirror.body] & 1 if mirror and mirror.body < mirror.end else None
    return TURNS[angle, axis]


# --- other pictures in the file -------------------------------------------------------------------


def other_pictures(data: bytes) -> Iterator[tuple[str, bytes]]:
    """What each picture beside the shown one is, and a file in which it is the shown one."""
    found = tree(data)
    index = found.index
    if index is None:
        return
    seen = set() if _is_moving(data, found) else _shown(index)
    owners = {one.source: one.box.kind for one in index.references if one.box.kind in {"thmb", "auxl"}}
    pictures = [item for item in index.items.values() if item.kind in PICTURES]
    parts = {target for item in pictures for target in index.targets(item.number, "dimg")}
    frames = {chunk for track in found.tracks for chunk in track.chunks}
    for item in pictures:
        # The first frame of an animation is often its still as well.
        if item.number not in seen | parts and not _within(item, frames):
            kind = owners.get(item.number, "")
            yield (
                {"thmb": "thumbnail", "auxl": _aux_name(data, item)}.get(kind, "second picture"),
                alone(data, index, item),
            )


def _within(item: Item, ranges: Iterable[tuple[int, int]]) -> bool:
    return bool(item.extents) and all(
        any(a <= start and stop <= b for a, b in ranges) for start, stop in item.extents
    )


def _aux_name(data: bytes, item: Item) -> str:
    name = aux_kind(data, item).rpartition(":")[2].casefold()
    return "gain map" if "gainmap" in name else "depth map" if "depth" in name else "second picture"


def alone(data: bytes, index: Index, item: Item) -> bytes:
    """The same file with another item as the picture that viewers show; nothing moves in it."""
    changed = bytearray(data)
    at, width = index.primary_at
    changed[at : at + width] = item.number.to_bytes(width, "big")
    changed[item.entry.body + 3] &= 0xFE  # no longer hidden
    for reference in index.references:
        if reference.source == item.number and reference.box.kind in {"thmb", "auxl"}:
            changed[reference.box.start + 4 : reference.box.start + 8] = b"free"
    if data[8:12] == b"avis":
        changed[8:12] = b"avif"
    return bytes(changed)


def _heif_plugin() -> None:
    """Makes the decoder of HEIC known to Pillow."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)


_COPY: Final = png.CODEC

HEIC: Final = Codec(
    kind="heic",
    pillow="HEIF",
    parse=lambda data: replace(parse(data), turn=1, crop=None),  # the decoder does both
    core=lambda data, container: data[: container.end],
    complete=taken_on_trust,
    write=_COPY.write,
    copy_parts=_COPY.copy_parts,
    copy_kind=_COPY.kind,
    prepare=_heif_plugin,
)
AVIF: Final = replace(HEIC, kind="avif", pillow="AVIF", parse=parse, prepare=lambda: None)
