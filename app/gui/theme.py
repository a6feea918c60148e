"""Colours, icons and the style of the window, light or dark as the system says.

Severity and state are told by shape and word as well: each has an icon of its own outline and each
severity a pattern of its own, so nothing depends on telling colours apart.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from string import Template
from typing import Final

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

import resources
from app.gui.documents import Stage
from detectors.model import Severity

PIXEL_RATIOS: Final = (1, 2, 3)
LARGE: Final = 40
"""Icons above this size are drawn with thinner lines."""


@dataclass(frozen=True, slots=True)
class Colours:
    """One scheme. Text on ``window`` and ``base`` has a contrast of at least 4.5 to 1."""

    window: str
    base: str
    raised: str
    canvas: str
    text: str
    muted: str
    border: str
    accent: str
    on_accent: str
    selected: str
    high: str
    medium: str
    low: str
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str


LIGHT: Final = Colours(
    window="#f5f6f8",
    base="#ffffff",
    raised="#ffffff",
    canvas="#e4e7ec",
    text="#1a1e24",
    muted="#5a6472",
    border="#d8dde4",
    accent="#1f5fd1",
    on_accent="#ffffff",
    selected="#e3ecfc",
    high="#c2252d",
    medium="#9c5100",
    low="#2a6a9e",
    good="#13734a",
    good_soft="#e2f4ea",
    warn="#8f5a00",
    warn_soft="#fdf1d8",
    bad="#b3202a",
    bad_soft="#fce8e8",
)
DARK: Final = Colours(
    window="#1b1e23",
    base="#22262c",
    raised="#2b3038",
    canvas="#121417",
    text="#e9ecf0",
    muted="#a5aebb",
    border="#3a414b",
    accent="#7fabff",
    on_accent="#0c1a33",
    selected="#2c3a55",
    high="#ff8085",
    medium="#ffb65c",
    low="#82c4f5",
    good="#63d79e",
    good_soft="#17352a",
    warn="#f7c566",
    warn_soft="#3a2f16",
    bad="#ff8f94",
    bad_soft="#42201f",
)

SEVERITY_ICON: Final = {
    Severity.HIGH: "octagon-alert",
    Severity.MEDIUM: "triangle-alert",
    Severity.LOW: "circle-alert",
}

STAGE_ICON: Final = {
    Stage.WAITING: "clock",
    Stage.READING: "scan-search",
    Stage.CLEAN: "circle-check",
    Stage.FINDINGS: "octagon-alert",
    Stage.INCOMPLETE: "triangle-alert",
    Stage.FAILED: "circle-x",
    Stage.CANCELLED: "ban",
    Stage.SAVING: "save",
    Stage.SAVED: "shield-check",
}


class Theme(QObject):
    """The current scheme; views ask it when they paint and listen for ``changed``."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._icons: dict[tuple[str, str, int], QIcon] = {}
        self.colours = LIGHT
        app.setStyle("Fusion")
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self._follow)
        self.show(dark=hints.colorScheme() is Qt.ColorScheme.Dark)

    @property
    def dark(self) -> bool:
        return self.colours is DARK

    def show(self, *, dark: bool) -> None:
        """Switches the whole application."""
        self.colours = DARK if dark else LIGHT
        self._app.setPalette(_palette(self.colours))
        self._app.setStyleSheet(_style_sheet(self.colours))
        self.changed.emit()

    def _follow(self, scheme: Qt.ColorScheme) -> None:
        self.show(dark=scheme is Qt.ColorScheme.Dark)

    def severity(self, severity: Severity) -> QColor:
        c = self.colours
        return QColor({Severity.HIGH: c.high, Severity.MEDIUM: c.medium, Severity.LOW: c.low}[severity])

    def stage(self, stage: Stage) -> QColor:
        c = self.colours
        return QColor(
            {
                Stage.CLEAN: c.good,
                Stage.FINDINGS: c.high,
                Stage.INCOMPLETE: c.warn,
                Stage.FAILED: c.bad,
                Stage.READING: c.accent,
                Stage.SAVING: c.accent,
                Stage.SAVED: c.good,
            }.get(stage, c.muted)
        )

    def icon(self, name: str, colour: str | None = None, size: int = 20) -> QIcon:
        """The icon in the given colour (default: text), sharp at 1 to 3 pixels per point."""
        key = (name, colour or self.colours.text, size)
        if key not in self._icons:
            icon = QIcon()
            for mode, ink in ((QIcon.Mode.Normal, key[1]), (QIcon.Mode.Disabled, self._faint(key[1]))):
                for ratio in PIXEL_RATIOS:
                    icon.addPixmap(_drawn(name, QColor(ink), size, ratio), mode)
            self._icons[key] = icon
        return self._icons[key]

    def _faint(self, colour: str) -> str:
        ink, paper = QColor(colour), QColor(self.colours.window)
        mixed = [round(0.38 * a + 0.62 * b) for a, b in zip(_rgb(ink), _rgb(paper), strict=True)]
        return QColor(*mixed).name()


def fixed_font(points: float) -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(points)
    return font


def _rgb(colour: QColor) -> tuple[int, int, int]:
    return colour.red(), colour.green(), colour.blue()


def _drawn(name: str, colour: QColor, size: int, ratio: int) -> QPixmap:
    svg = resources.read_text(f"icons/{name}.svg").replace("currentColor", colour.name())
    if size > LARGE:
        svg = svg.replace('stroke-width="2"', 'stroke-width="1.25"')
    image = QImage(size * ratio, size * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(image.rect()))
    painter.end()
    pixmap = QPixmap.fromImage(image)
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _palette(c: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in {
        role.Window: c.window,
        role.WindowText: c.text,
        role.Base: c.base,
        role.AlternateBase: c.window,
        role.Text: c.text,
        role.Button: c.raised,
        role.ButtonText: c.text,
        role.ToolTipBase: c.raised,
        role.ToolTipText: c.text,
        role.PlaceholderText: c.muted,
        role.Highlight: c.accent,
        role.HighlightedText: c.on_accent,
        role.Link: c.accent,
        role.LinkVisited: c.accent,
        role.Accent: c.accent,
        role.Mid: c.border,
        role.Midlight: c.border,
        role.Light: c.raised,
        role.Dark: c.border,
    }.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(c.muted))
    return palette


def _style_sheet(c: Colours) -> str:
    return Template(resources.read_text("style/window.qss")).substitute(asdict(c))
