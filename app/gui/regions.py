"""Highlighted regions on a page: severity by colour and by pattern, decisions by fill and outline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.gui.selection import Target
from detectors.model import Severity
from ocr.model import Box


@dataclass(frozen=True, slots=True)
class Region:
    """What to highlight.

    Attributes:
        target: the finding or drawn place it belongs to; None for parts that were not read.
        boxes: pixels of the shown raster.
        severity: None for drawn places and parts that were not read.
        covered: whether the copy covers it.
    """

    target: Target | None
    boxes: tuple[Box, ...]
    severity: Severity | None
    covered: bool
    hint: str


@dataclass(frozen=True, slots=True)
class Look:
    colour: str
    pattern: Qt.BrushStyle


LOOKS: Final = {
    Severity.HIGH: Look("#d01f2e", Qt.BrushStyle.BDiagPattern),
    Severity.MEDIUM: Look("#c26a00", Qt.BrushStyle.VerPattern),
    Severity.LOW: Look("#1f74ad", Qt.BrushStyle.Dense6Pattern),
}
DRAWN: Final = Look("#6a3fd0", Qt.BrushStyle.DiagCrossPattern)
UNREAD: Final = Look("#8f5a00", Qt.BrushStyle.HorPattern)


def look_of(region: Region) -> Look:
    if region.severity is not None:
        return LOOKS[region.severity]
    return UNREAD if region.target is None else DRAWN


class RegionItem(QGraphicsItem):
    """One region on the page; line widths and patterns keep their size at every zoom."""

    def __init__(self, region: Region) -> None:
        super().__init__()
        self.region = region
        self.selected = False
        self._shape = self._grown(0.0)
        self.setToolTip(region.hint)
        self.setZValue(1.0 if region.target is None else 2.0)
        if region.target is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def select(self, selected: bool) -> None:
        self.selected = selected
        self.setZValue(3.0 if selected else 2.0)
        self.update()

    def _grown(self, margin: float) -> QPainterPath:
        """The boxes as one shape, each with a margin: two readings of one place have one outline."""
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        for box in self.region.boxes:
            rect = QRectF(box.left, box.top, box.width, box.height)
            path.addRect(rect.adjusted(-margin, -margin, margin, margin))
        return path.simplified()

    @property
    def size(self) -> float:
        """Area of the rectangle around everything, in pixels."""
        whole = self._shape.boundingRect()
        return whole.width() * whole.height()

    def boundingRect(self) -> QRectF:
        return self._shape.boundingRect().adjusted(-12, -12, 12, 12)

    def shape(self) -> QPainterPath:
        return self._shape

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        look = look_of(self.region)
        scale = max(painter.worldTransform().m11(), 0.01)
        if self.region.covered or self.region.target is None:
            self._fill(painter, look, scale)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ratio = painter.device().devicePixelRatioF()  # cosmetic pens count the screen's own pixels
        width = 3.0 if self.selected else 1.5
        frame = self._grown((width / 2 + 1) / scale)  # the line stands outside: what it marks stays legible
        for colour, extra in ((QColor(255, 255, 255, 150), 1.5), (QColor(look.colour), 0.0)):
            pen = QPen(colour, (width + extra) * ratio)
            pen.setCosmetic(True)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            if not self.region.covered and not extra:
                pen.setDashPattern([3.0, 2.0])
            painter.setPen(pen)
            painter.drawPath(frame)

    def _fill(self, painter: QPainter, look: Look, scale: float) -> None:
        tint = QColor(look.colour)
        tint.setAlpha(80 if self.selected else 40)
        painter.fillPath(self._shape, tint)
        lines = QColor(look.colour)
        lines.setAlpha(150 if self.selected else 85)
        brush = QBrush(lines, look.pattern)
        brush.setTransform(QTransform.fromScale(1 / scale, 1 / scale))
        painter.fillPath(self._shape, brush)
