"""Windows with a fake pool behind them; Qt warnings fail every test of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.gui.dialogs import Dialogs, Target
from app.gui.documents import Document
from app.gui.main_window import MainWindow
from app.gui.theme import Theme
from app.messages import Input
from app.options import Settings
from tests.support.gui import FakeBackend, Script


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            # The offscreen platform says this about size hints and raising windows.
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


class Answers(Dialogs):
    """Answers every question the window asks, and notes that it was asked."""

    def __init__(self, folder: Path) -> None:
        super().__init__(QWidget())
        self.asked: list[str] = []
        self.chosen_files: list[Path] = []
        self.chosen_folder: Path | None = folder
        self.chosen_target: Path | None = None
        self.overwrite = False
        self.replace: bool | None = False
        self.go_on = True
        self.secret: str | None = None
        self.settings: Settings | None = None
        self.proposals: list[Path] = []
        self.told: list[str] = []

    def files(self) -> list[Path]:
        return self.chosen_files

    def folder(self, title: str) -> Path | None:
        self.asked.append(title)
        return self.chosen_folder

    def target(self, proposal: Path) -> Target | None:
        self.proposals.append(proposal)
        return Target(self.chosen_target, self.overwrite) if self.chosen_target else None

    def replace_existing(self, existing: int) -> bool | None:
        self.asked.append(f"replace {existing}")
        return self.replace

    def unread(self, documents: list[Document]) -> bool:
        self.asked.append("unread")
        return self.go_on

    def remove_all(self, count: int) -> bool:
        self.asked.append(f"remove {count}")
        return self.go_on

    def password(self, name: str) -> str | None:
        self.asked.append(f"password of {name}")
        return self.secret

    def preferences(self, settings: Settings) -> Settings | None:
        return self.settings

    def tell(self, title: str, text: str) -> None:
        self.told.append(title)


class Stand:
    """A window, the fake behind it, and shortcuts to look at both."""

    def __init__(self, window: MainWindow, fake: FakeBackend, answers: Answers, qtbot: QtBot) -> None:
        self.window, self.fake, self.answers, self.qtbot = window, fake, answers, qtbot

    def add(self, *names: str) -> None:
        """Adds files by name and waits until nothing is in work."""
        self.window.session.add_inputs([Input(Path("/files") / name, Path(name)) for name in names])
        if not self.fake.hold:
            self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not any(d.busy for d in self.window.session.documents))
        self.qtbot.wait(120)  # the lists gather changes for a moment

    @property
    def document(self) -> Document:
        document = self.window.commands.document
        assert document is not None
        return document


@pytest.fixture(scope="session")
def session_theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


@pytest.fixture
def theme(session_theme: Theme) -> Theme:
    """The light scheme; a style sheet for every test anew would take most of the time."""
    if session_theme.dark:
        session_theme.show(dark=False)
    return session_theme


@pytest.fixture
def store(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def stand(qtbot: QtBot, theme: Theme, store: QSettings, tmp_path: Path) -> Iterator[Callable[..., Stand]]:
    """Makes shown windows: ``stand({"name": Script(…)}, hold=False)``."""
    windows: list[MainWindow] = []

    def make(scripts: dict[str, Script] | None = None, *, hold: bool = False) -> Stand:
        fake = FakeBackend(scripts, hold=hold)
        answers = Answers(tmp_path)
        window = MainWindow(fake.backend, theme, store, answers)
        qtbot.addWidget(window)
        windows.append(window)
        window.resize(1200, 760)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        return Stand(window, fake, answers, qtbot)

    yield make
    for window in windows:
        window.close()
