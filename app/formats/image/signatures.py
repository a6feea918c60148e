"""How pictures are told by their first bytes; free of libraries, because every file is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

PNG: Final = b"\x89PNG\r\n\x1a\n"
_BMP_HEADERS: Final = frozenset({12, 40, 52, 56, 64, 108, 124})


@dataclass(frozen=True, slots=True)
class Signature:
    """One picture format.

    Attributes:
        kind: name in reports.
        suffixes: the usual one first.
        begins: whether the first bytes are of this format.
        copies: suffix of copies, where they have another format.
    """

    kind: str
    suffixes: tuple[str, ...]
    begins: Callable[[bytes], bool]
    copies: str = ""


def _is_bmp(data: bytes) -> bool:
    """``BM`` begins many texts, so the length of the second header must be one that exists."""
    return data[:2] == b"BM" and len(data) >= 18 and int.from_bytes(data[14:18], "little") in _BMP_HEADERS


_HEVC_BRANDS: Final = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"})
_AV1_BRANDS: Final = frozenset({b"avif", b"avis"})
_EITHER: Final = frozenset({b"mif1", b"msf1", b"miaf", b"MiHE", b"tmap"})


def _brands(data: bytes) -> list[bytes]:
    """What a file in boxes says it is, first what it is above all."""
    if data[4:8] != b"ftyp":
        return []
    end = min(int.from_bytes(data[:4], "big"), 256, len(data))
    return [data[at : at + 4] for at in (8, *range(16, end - 3, 4))]


def _is_avif(data: bytes) -> bool:
    brands = _brands(data)
    return bool(brands) and (
        brands[0] in _AV1_BRANDS or (brands[0] in _EITHER and not _AV1_BRANDS.isdisjoint(brands))
    )


def _is_heic(data: bytes) -> bool:
    brands = _brands(data)
    return bool(brands) and brands[0] in _HEVC_BRANDS | _EITHER and not _is_avif(data)


_SIGNATURES: Final = (
    Signature("png", (".png", ".apng"), lambda data: data.startswith(PNG)),
    Signature("jpeg", (".jpg", ".jpeg", ".jpe", ".jfif"), lambda data: data.startswith(b"\xff\xd8\xff")),
    Signature("webp", (".webp",), lambda data: data[:4] == b"RIFF" and data[8:12] == b"WEBP"),
    Signature("gif", (".gif",), lambda data: data[:6] in {b"GIF87a", b"GIF89a"}),
    Signature("bmp", (".bmp", ".dib"), _is_bmp),
    Signature("tiff", (".tif", ".tiff"), lambda data: data[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}),
    Signature("avif", (".avif",), _is_avif, copies=".png"),
    Signature("heic", (".heic", ".heif", ".hif"), _is_heic, copies=".png"),
)
_FOREIGN: Final = {
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL \r\n\x87\n": "JPEG XL",
    b"\0\0\0\x0cjP  \r\n\x87\n": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"8BPS": "Photoshop",
    b"\0\0\1\0": "icon",
    b"icns": "icon",
}
"""First bytes of pictures that are recognised only to say what to do with them."""


def signature_of(data: bytes) -> Signature | None:
    return next((one for one in _SIGNATURES if one.begins(data)), None)


def foreign(data: bytes) -> str | None:
    """The name of a picture format that is not supported."""
    return next((name for start, name in _FOREIGN.items() if data.startswith(start)), None)
