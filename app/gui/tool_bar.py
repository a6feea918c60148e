"""The tool bar: ways in, views, page turning and zoom."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSpinBox, QToolBar, QToolButton, QWidget

from app.gui.actions import Actions
from app.gui.controls import label
from app.gui.document_view import DocumentView

WITH_TEXT = ("open", "paste", "draw", "cover_text")


class ToolBar(QToolBar):
    """Follows the page and the zoom of the document on show."""

    def __init__(self, actions: Actions, view: DocumentView, parent: QWidget | None = None) -> None:
        super().__init__("Tools", parent)
        self._actions, self._view = actions, view
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.page = QSpinBox()
        self.page.setAccessibleName("Page")
        self.page.setToolTip("Page on show (PgUp, PgDown)")
        self.page.setKeyboardTracking(False)
        self.page.valueChanged.connect(view.go_to)
        self._pages = label(muted=True)
        self._zoom = QToolButton()
        self._zoom.setToolTip(actions["zoom_life"].toolTip())
        self._zoom.setMinimumWidth(self.fontMetrics().horizontalAdvance("0000%") + 16)
        self._zoom.clicked.connect(actions["zoom_life"].trigger)
        groups: tuple[tuple[str | QWidget, ...], ...] = (
            ("open", "paste"),
            ("draw", "cover_text"),
            ("previous_page", self.page, self._pages, "next_page"),
            ("zoom_out", self._zoom, "zoom_in", "zoom_fit"),
            ("undo", "redo"),
        )
        for number, group in enumerate(groups):
            if number:
                self.addSeparator()
            for item in group:
                if isinstance(item, str):
                    self._add(item)
                else:
                    self.addWidget(item)
        view.page_changed.connect(self._show_page)
        view.zoomed.connect(self._show_zoom)
        self._show_zoom(1.0)

    def _add(self, name: str) -> None:
        action = self._actions[name]
        self.addAction(action)
        tool = self.widgetForAction(action)
        if isinstance(tool, QToolButton):
            tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            tool.setAccessibleName(action.text().replace("&", "").removesuffix("…"))
            if name in WITH_TEXT:
                tool.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def _show_zoom(self, zoom: float) -> None:
        self._zoom.setText(f"{zoom:.0%}")
        self._zoom.setAccessibleName(f"Zoom {zoom:.0%}, set to actual size")

    def _show_page(self) -> None:
        page, pages = self._view.page, max(self._view.pages, 1)
        self.page.blockSignals(True)
        self.page.setRange(1, pages)
        self.page.setValue(page)
        self.page.blockSignals(False)
        self.page.setEnabled(pages > 1)
        self._pages.setText(f" of {pages:,} ")
        self._actions["next_page"].setEnabled(page < pages)
        self._actions["previous_page"].setEnabled(page > 1)
