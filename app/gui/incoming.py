"""What is pasted or dropped, as inputs: files, pictures and text. Picture files are never decoded here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData
from PySide6.QtGui import QImage, QPainter

from app.messages import Input

FASTEST = 100
"""Qt's PNG quality for no compression: the picture goes to a worker at once, not to disk."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a clipboard or a drop holds.

    Attributes:
        foreign: addresses that are not files on this computer.
    """

    paths: tuple[Path, ...] = ()
    inputs: tuple[Input, ...] = ()
    foreign: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.paths or self.inputs or self.foreign)


class Pasteboard:
    """Reads what programs offer; pasted things get made-up names, numbered within this window."""

    def __init__(self) -> None:
        self._count = 0

    @staticmethod
    def accepts(mime: QMimeData) -> bool:
        return mime.hasUrls() or mime.hasImage() or mime.hasText()

    def read(self, mime: QMimeData) -> Incoming:
        """Files before pictures before addresses before text.

        File managers offer names as text as well, browsers a picture together with its address.
        """
        urls = mime.urls()
        local = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
        foreign = tuple(url.host() or url.scheme() for url in urls if not url.isLocalFile())
        if local:
            return Incoming(paths=local, foreign=foreign)
        image = mime.imageData() if mime.hasImage() else None
        if isinstance(image, QImage) and not image.isNull():
            return Incoming(inputs=(self._named("Pasted picture", ".png", png_of(image)),))
        if foreign:
            return Incoming(foreign=foreign)
        text = mime.text()
        if text.strip():
            data = text.encode("utf-8", "replace")
            return Incoming(inputs=(self._named("Pasted text", ".txt", data),))
        return Incoming()

    def _named(self, what: str, suffix: str, data: bytes) -> Input:
        self._count += 1
        name = Path(f"{what} {self._count}{suffix}")
        return Input(name, name, data)


def png_of(image: QImage) -> bytes:
    """The visible pixels as PNG, on white, and nothing else: Qt would write text keys and profiles again."""
    fresh = QImage(image.size(), QImage.Format.Format_RGB888)
    fresh.fill(0xFFFFFFFF)
    painter = QPainter(fresh)
    painter.drawImage(fresh.rect(), image)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    fresh.save(buffer, "PNG", FASTEST)  # type: ignore[call-overload]
    return bytes(buffer.data().data())
