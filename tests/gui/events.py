"""Mouse and drop events on a window, and what its lists show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QApplication,
)

from app.gui.findings_model import ROW
from detectors.model import Severity
from tests.gui.conftest import Stand
from tests.support.gui import Script, area, finding, picture

TWO = (
    finding(1, area(1, 40, 40), title="First key"),
    finding(2, area(1, 40, 200), title="Second key", severity=Severity.LOW),
)
SCRIPTS = {
    "shot.png": Script(TWO, pages=(picture(),)),
    "clean.png": Script(pages=(picture(),)),
    "book.pdf": Script(
        (finding(1, area(3, 40, 40)),),
        pages=(replace(picture(), scale=2.0),) * 3,
        format="pdf",
    ),
}


def drop(stand: Stand, mime: QMimeData) -> None:
    window = stand.window
    where = QPointF(window.rect().center())
    enter = QDragEnterEvent(
        where.toPoint(),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    event = QDropEvent(
        where,
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, event)


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def on_page(stand: Stand, x: float, y: float) -> QPoint:
    return stand.window.view.picture.mapFromScene(QPointF(x, y))


def drag(stand: Stand, start: QPoint, end: QPoint, *modifiers: Qt.KeyboardModifier) -> None:
    port = stand.window.view.picture.viewport()
    modifier = modifiers[0] if modifiers else Qt.KeyboardModifier.NoModifier
    stand.qtbot.mousePress(port, Qt.MouseButton.LeftButton, modifier, start)
    stand.qtbot.mouseMove(port, end)
    stand.qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, modifier, end)


def shade(stand: Stand, x: int, y: int) -> int:
    """Red value of a pixel of the page on show."""
    page = stand.window.view.picture._page
    assert page is not None
    return page._levels[0].pixelColor(x, y).red()


def rows(stand: Stand) -> list[object]:
    model = stand.window.findings.view.model()
    return [model.index(n, 0).data(ROW) for n in range(model.rowCount())]
