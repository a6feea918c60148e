"""A page as a picture: zoom, pan, highlighted regions, and drawing one's own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsRectItem,
    QGraphicsScene,
    QGraphicsView,
    QStyleOptionGraphicsItem,
    QWidget,
)

from app.gui.regions import DRAWN, Region, RegionItem
from app.gui.selection import Target
from app.model import Picture
from ocr.model import Box

SMALLEST, LARGEST, STEP = 0.05, 8.0, 1.25
TALL: Final = 3.0
"""Pages this many times taller than wide (scrolling captures) fit by width."""
SMALLEST_DRAWN: Final = 4
"""Screen points; shorter drags are clicks."""
LARGEST_SHRUNK: Final = 80_000_000
"""Pixels; larger pictures are drawn from the full raster, shrinking them would hold up the window."""


def image_of(picture: Picture) -> QImage:
    """The raster as a ``QImage`` of its own; ValueError when the bytes do not fit the stated size."""
    if len(picture.rgb) != 3 * picture.width * picture.height:
        raise ValueError("the raster does not have the stated size")
    return QImage(
        picture.rgb, picture.width, picture.height, 3 * picture.width, QImage.Format.Format_RGB888
    ).copy()


class PageItem(QGraphicsItem):
    """The raster; drawn from a smaller version when zoomed out, so that text stays legible."""

    def __init__(self, image: QImage) -> None:
        super().__init__()
        self._levels = [image]
        self._rect = QRectF(image.rect())

    def boundingRect(self) -> QRectF:
        return self._rect

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        exposed: QRectF = option.exposedRect & self._rect
        scale = painter.worldTransform().m11() * painter.device().devicePixelRatioF()
        image = self._level(0 if scale > 0.5 else int(math.log2(1 / scale)))
        factor = image.width() / self._rect.width(), image.height() / self._rect.height()
        source = QRectF(
            exposed.x() * factor[0],
            exposed.y() * factor[1],
            exposed.width() * factor[0],
            exposed.height() * factor[1],
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 3)
        painter.drawImage(exposed, image, source)

    def _level(self, wanted: int) -> QImage:
        full = self._levels[0]
        if full.width() * full.height() > LARGEST_SHRUNK:
            return full
        while len(self._levels) <= wanted:
            last = self._levels[-1]
            if min(last.width(), last.height()) < 64:
                break
            self._levels.append(
                last.scaled(
                    last.width() // 2,
                    last.height() // 2,
                    Qt.AspectRatioMode.IgnoreAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            )
        return self._levels[min(wanted, len(self._levels) - 1)]


class PageView(QGraphicsView):
    """Shows one page. A zoom of 1 puts one pixel of the picture on one pixel of the screen."""

    picked = Signal(object)  # Target, or None for the empty page
    drawn = Signal(object)  # Box in pixels of the raster
    zoomed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setScene(QGraphicsScene(self))
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setAccessibleName("Page")
        self.setAccessibleDescription("The page with highlighted findings")
        self.setMouseTracking(True)
        self.setAcceptDrops(False)  # files are dropped on the window
        self._page: PageItem | None = None
        self._size = (0, 0)
        self._regions: list[RegionItem] = []
        self._fitting = True
        self._zoom = 1.0
        self._can_draw = False
        self._drawing = False
        self._rubber: QGraphicsRectItem | None = None
        self._pressed: QPointF | None = None
        self._pan_from: QPoint | None = None

    # --- what is shown ---

    def show_picture(self, picture: Picture) -> None:
        """Shows a page; the zoom stays when the page has the size of the one before."""
        same = self._size == (picture.width, picture.height)
        if self._page is not None:
            self.scene().removeItem(self._page)
        self._page = PageItem(image_of(picture))
        self.scene().addItem(self._page)
        self._size = picture.width, picture.height
        self.scene().setSceneRect(QRectF(0, 0, *self._size))
        if not same:
            self.fit()

    def clear(self) -> None:
        self.set_regions(())
        if self._page is not None:
            self.scene().removeItem(self._page)
        self._page, self._size = None, (0, 0)

    def set_regions(self, regions: Sequence[Region], selected: Target | None = None) -> None:
        for item in self._regions:
            self.scene().removeItem(item)
        self._regions = [RegionItem(region) for region in regions if region.boxes]
        for item in self._regions:
            self.scene().addItem(item)
        self.select(selected)

    def select(self, target: Target | None) -> None:
        for item in self._regions:
            item.select(target is not None and item.region.target == target)

    def reveal(self, target: Target, boxes: Sequence[Box]) -> None:
        """Scrolls so that the boxes of a target are seen."""
        self.select(target)
        if boxes:
            left, top = min(b.left for b in boxes), min(b.top for b in boxes)
            right, bottom = max(b.right for b in boxes), max(b.bottom for b in boxes)
            self.ensureVisible(QRectF(left, top, right - left, bottom - top), 40, 60)

    # --- zoom ---

    @property
    def zoom(self) -> float:
        return self._zoom

    def set_zoom(self, zoom: float) -> None:
        self._fitting = False
        self._apply(zoom)

    def zoom_by(self, steps: float) -> None:
        self.set_zoom(self._zoom * STEP**steps)

    def fit(self) -> None:
        """The whole page (its width, when it is very tall), at most one pixel per screen point."""
        self._fitting = True
        width, height = self._size
        if not width:
            return
        ratio = self.devicePixelRatioF()
        room = self.maximumViewportSize()
        zoom = (room.width() - 24) * ratio / width
        if height / width < TALL:
            zoom = min(zoom, (room.height() - 24) * ratio / height)
        self._apply(min(zoom, ratio))

    def _apply(self, zoom: float) -> None:
        self._zoom = min(max(zoom, SMALLEST), LARGEST)
        scale = self._zoom / self.devicePixelRatioF()
        self.resetTransform()
        self.scale(scale, scale)
        self.zoomed.emit(self._zoom)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitting:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(event.angleDelta().y() / 120)
            event.accept()
        else:
            super().wheelEvent(event)

    # --- mouse ---

    def set_drawing(self, drawing: bool) -> None:
        """Whether dragging draws a region (else it moves the page; with Shift it always draws)."""
        self._drawing = drawing
        self._cursor()

    def allow_drawing(self, allowed: bool) -> None:
        self._can_draw = allowed
        self._cursor()

    def _cursor(self) -> None:
        draws = self._drawing and self._can_draw
        self.viewport().setCursor(Qt.CursorShape.CrossCursor if draws else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._page is None or event.button() not in {
            Qt.MouseButton.LeftButton,
            Qt.MouseButton.MiddleButton,
        }:
            return
        left = event.button() is Qt.MouseButton.LeftButton
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if left and self._can_draw and (self._drawing or shift):
            self._begin_rubber(event.position())
            return
        item = self._region_at(event.position()) if left else None
        if item is not None:
            self.picked.emit(item.region.target)
            return
        self._pressed, self._pan_from = event.position(), event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._rubber is not None and self._pressed is not None:
            self._rubber.setRect(self._between(self._pressed, event.position()))
        elif self._pan_from is not None:
            now = event.position().toPoint()
            moved = now - self._pan_from
            self._pan_from = now
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() - moved.x())
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() - moved.y())
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed, self._pan_from = self._pressed, None, None
        self._cursor()
        if pressed is None:
            return
        travelled = (event.position() - pressed).manhattanLength()
        if self._rubber is None:
            if travelled < SMALLEST_DRAWN:
                self.picked.emit(None)
            return
        rect = self._between(pressed, event.position())
        self._end_rubber()
        if travelled < SMALLEST_DRAWN or rect.width() < 1 or rect.height() < 1:
            item = self._region_at(event.position())
            self.picked.emit(item.region.target if item else None)
            return
        self.drawn.emit(Box(rect.left(), rect.top(), rect.right(), rect.bottom()).snap_out())

    def stop_drawing(self) -> bool:
        """Gives up the region that is being drawn; False when there is none."""
        drawing = self._rubber is not None
        self._end_rubber()
        if drawing:
            self._pressed = None
        return drawing

    def _region_at(self, position: QPointF) -> RegionItem | None:
        """The smallest region under a point: it may lie inside a larger one."""
        items = [
            item
            for item in self.items(position.toPoint())
            if isinstance(item, RegionItem) and item.region.target is not None
        ]
        return min(items, key=lambda item: item.size, default=None)

    def _begin_rubber(self, position: QPointF) -> None:
        self._pressed = position
        colour = QColor(DRAWN.colour)
        pen = QPen(colour, 2)
        pen.setCosmetic(True)
        colour.setAlpha(50)
        self._rubber = self.scene().addRect(self._between(position, position), pen, colour)
        self._rubber.setZValue(5)

    def _end_rubber(self) -> None:
        if self._rubber is not None:
            self.scene().removeItem(self._rubber)
            self._rubber = None

    def _between(self, first: QPointF, second: QPointF) -> QRectF:
        rect = QRectF(self.mapToScene(first.toPoint()), self.mapToScene(second.toPoint())).normalized()
        return rect & QRectF(0, 0, *self._size)
