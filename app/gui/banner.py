"""The strip above the page that tells what came of saving: a receipt, or why nothing was written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.gui.controls import button, label, restyle
from app.gui.theme import Theme

TALLEST: Final = 220
"""Pixels that the details may take; the page is what people look at."""


class Tone(StrEnum):
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the details, ticked or not; None is a mere remark."""

    text: str
    passed: bool | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A button on the banner."""

    text: str
    hint: str
    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Message:
    """What a banner says."""

    tone: Tone
    title: str
    body: str
    lines: Sequence[Line] = ()
    choices: Sequence[Choice] = ()
    details: str = "checks"


_ICON = {Tone.GOOD: "shield-check", Tone.WARN: "triangle-alert", Tone.BAD: "shield-x"}


class Banner(QFrame):
    """Hidden until there is something to say; its details open on demand."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._message: Message | None = None
        self._icon = QLabel()
        self._title = label(heading=True, wrap=True)
        self._body = label(wrap=True)
        self._body.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more = button("", "Show or hide the details", link=True)
        self._more.setCheckable(True)
        self._more.toggled.connect(self._unfold)
        self._close = QToolButton()
        self._close.setAutoRaise(True)
        self._close.setToolTip("Close this message")
        self._close.setAccessibleName("Close this message")
        self._close.clicked.connect(self.hide)
        self._choices = QHBoxLayout()
        self._choices.setSpacing(8)
        content = QWidget()
        content.setObjectName("checks")
        self._details = QScrollArea()
        self._details.setObjectName("checks")
        self._details.setFrameShape(QFrame.Shape.NoFrame)
        self._details.setWidgetResizable(True)
        self._details.setWidget(content)
        self._grid = QGridLayout(content)
        self._grid.setContentsMargins(0, 4, 0, 2)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        self._lay_out()
        theme.changed.connect(self._repaint)
        self.hide()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._body)
        words.addWidget(self._details)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 4, 0, 0)
        buttons.addLayout(self._choices)
        buttons.addWidget(self._more)
        buttons.addStretch(1)
        words.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 8, 10)
        row.setSpacing(12)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)

    def tell(self, message: Message | None) -> None:
        """Shows a message; None hides the banner."""
        self._message = message
        self.setVisible(message is not None)
        if message is None:
            return
        self.setProperty("banner", message.tone.value)
        restyle(self)
        self._title.setText(message.title)
        self._body.setText(message.body)
        self._body.setVisible(bool(message.body))
        self._more.setVisible(bool(message.lines))
        self._more.setChecked(False)
        self._unfold(False)
        self._fill_choices(message.choices)
        self._repaint()
        self.setAccessibleName(f"{message.title}. {message.body}")

    def _fill_choices(self, choices: Sequence[Choice]) -> None:
        _empty(self._choices)
        for choice in choices:
            made = button(choice.text, choice.hint)
            made.clicked.connect(choice.run)
            self._choices.addWidget(made)

    def unfold(self) -> None:
        """Opens the details."""
        self._more.setChecked(True)

    def _unfold(self, unfolded: bool) -> None:
        what = self._message.details if self._message else ""
        self._more.setText(f"{'Hide' if unfolded else 'Show'} the {what}")
        self._details.setVisible(unfolded)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Gives the details the height they need at their width, up to ``TALLEST``."""
        width = self._details.viewport().width()
        needed = self._grid.totalHeightForWidth(width) if self._grid.count() else 0
        self._details.setFixedHeight(min(TALLEST, max(needed, 0)))

    def _repaint(self) -> None:
        message = self._message
        self._close.setIcon(self._theme.icon("x"))
        if message is None:
            return
        ink = {
            Tone.GOOD: self._theme.colours.good,
            Tone.WARN: self._theme.colours.warn,
            Tone.BAD: self._theme.colours.bad,
        }
        icon = self._theme.icon(_ICON[message.tone], ink[message.tone], 24)
        self._icon.setPixmap(icon.pixmap(QSize(24, 24), self.devicePixelRatioF()))
        self._fill_details(message.lines)

    def _fill_details(self, lines: Sequence[Line]) -> None:
        _empty(self._grid)
        for number, line in enumerate(lines):
            mark = QLabel()
            name, ink, spoken = self._mark(line)
            mark.setPixmap(self._theme.icon(name, ink, 16).pixmap(QSize(16, 16), self.devicePixelRatioF()))
            mark.setAccessibleName(spoken)
            self._grid.addWidget(mark, number, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(label(line.text, wrap=True), number, 1)
        self._fit()

    def _mark(self, line: Line) -> tuple[str, str, str]:
        """Icon, colour and spoken word of a line."""
        colours = self._theme.colours
        if line.passed is None:
            return "info", colours.muted, "remark"
        return ("check", colours.good, "passed") if line.passed else ("x", colours.bad, "failed")


def _empty(layout: QLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
