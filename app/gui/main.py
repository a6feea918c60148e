"""Starts the window: the one place that makes a ``QApplication``."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication

from app.gui.backend import real_backend
from app.gui.main_window import MainWindow
from app.gui.theme import Theme


def run(paths: Sequence[Path] = ()) -> int:
    """Shows the window with ``paths`` in its queue; returns the exit code once it is closed."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Sharesafe")
    app.setDesktopFileName("sharesafe")
    theme = Theme(app)
    app.setWindowIcon(theme.icon("scan-eye", theme.colours.accent, 64))
    store = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Sharesafe", "Sharesafe")
    window = MainWindow(real_backend(), theme, store)
    window.show()
    signal.signal(signal.SIGINT, lambda _number, _frame: window.close())
    wake = QTimer(window)  # lets Python see the signal while Qt waits
    wake.start(500)
    wake.timeout.connect(lambda: None)
    QTimer.singleShot(0, window, window.session.jobs.prepare)
    QTimer.singleShot(0, window, lambda: window.add_paths(paths))
    return app.exec()
