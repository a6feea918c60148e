"""Takes the README's pictures of the real window, with sample files made on the spot.

    python packaging/screenshots.py [FOLDER]

Every secret in the samples is random and worthless, so the pictures differ each time. Needs no
screen. FOLDER is ``resources/pictures`` unless given.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PIL import Image
from PySide6.QtCore import QEventLoop, QSettings, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import samples  # noqa: E402
from app.gui.backend import real_backend  # noqa: E402
from app.gui.main_window import MainWindow  # noqa: E402
from app.gui.theme import Theme  # noqa: E402

PATIENCE_S: Final = 300.0
SIZE: Final = (1280, 800)


def main(folder: Path) -> None:
    """Writes the pictures into ``folder``; RuntimeError when the work takes too long."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    theme = Theme(QApplication([]))
    theme.show(dark=False)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        store = QSettings(str(Path(scratch, "settings.ini")), QSettings.Format.IniFormat)
        window = MainWindow(real_backend(), theme, store)
        window.resize(*SIZE)
        window.show()
        shoot(window, folder / "empty.png")
        window.add_paths(samples.write_samples(Path(scratch, "ticket")))
        wait_until(lambda: len(window.session.documents) == 6)
        wait_until(lambda: not busy(window))
        numbers = {document.name: document.number for document in window.session.documents}
        show(window, numbers["settings-page.png"], "f1")
        shoot(window, folder / "findings.png")
        window.actions_["after"].setChecked(True)
        pause(3.0)
        shoot(window, folder / "after.png")
        window.actions_["after"].setChecked(False)
        show(window, numbers["order-sync.n8n.json"], "f1")
        shoot(window, folder / "export.png")
        theme.show(dark=True)
        show(window, numbers["terminal.png"], "f1")
        shoot(window, folder / "dark.png")
        theme.show(dark=False)
        window.selection.show(numbers["settings-page.png"])
        window.selection.pick(None)
        window.saving.save(numbers["settings-page.png"], Path(scratch, "settings-page.redacted.png"))
        wait_until(lambda: not busy(window))
        window.banner.unfold()
        shoot(window, folder / "receipt.png")
        window.close()


def busy(window: MainWindow) -> bool:
    return any(document.busy for document in window.session.documents)


def show(window: MainWindow, number: int, target: str) -> None:
    window.selection.show(number)
    window.selection.pick(target)


def pause(seconds: float) -> None:
    """Lets the window work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec()


def wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not done():
        if time.monotonic() > end:
            raise RuntimeError("the samples were not examined in time")
        pause(0.1)


def shoot(window: MainWindow, path: Path) -> None:
    """The window as a small PNG without metadata; 256 colours are enough for it."""
    pause(0.4)
    shot = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = bytes(shot.constBits())
    image = Image.frombytes("RGB", (shot.width(), shot.height()), rows, "raw", "RGB", shot.bytesPerLine())
    image.quantize(256, kmeans=1).save(path, "PNG", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "resources" / "pictures")
