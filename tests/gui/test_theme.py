"""Both schemes are legible, nothing depends on colour alone, and every icon is shipped."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtSvg import QSvgRenderer

import resources
from app.gui import actions, regions, theme
from app.gui.documents import Stage
from app.gui.theme import DARK, LIGHT, Colours, Theme
from detectors.model import Severity

GUI = Path(theme.__file__).parent
INKS = ("text", "muted", "accent", "high", "medium", "low", "good", "warn", "bad")


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = []
    for channel in QColor(colour).getRgbF()[:3]:  # type: ignore[index]
        parts.append(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ink", INKS)
def test_text_is_legible_on_every_surface(colours: Colours, ink: str) -> None:
    for paper in ("window", "base", "selected"):
        value = contrast(getattr(colours, ink), getattr(colours, paper))
        assert value >= 4.5, f"{ink} on {paper}: {value:.2f}"


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_banners_and_buttons_are_legible(colours: Colours) -> None:
    for paper in (colours.good_soft, colours.warn_soft, colours.bad_soft):
        assert contrast(colours.text, paper) >= 4.5
        assert contrast(colours.accent, paper) >= 4.5
    assert contrast(colours.on_accent, colours.accent) >= 4.5


def test_severities_differ_in_shape_and_pattern() -> None:
    assert set(theme.SEVERITY_ICON) == set(Severity)
    assert len(set(theme.SEVERITY_ICON.values())) == len(Severity)
    looks = [*regions.LOOKS.values(), regions.DRAWN, regions.UNREAD]
    assert len({look.pattern for look in looks}) == len(looks)


def test_states_that_need_attention_look_unlike_good_ones() -> None:
    icons = theme.STAGE_ICON
    assert set(icons) == set(Stage)
    good = {icons[Stage.CLEAN], icons[Stage.SAVED]}
    assert good.isdisjoint({icons[s] for s in (Stage.FINDINGS, Stage.INCOMPLETE, Stage.FAILED)})


def test_every_icon_that_is_named_is_shipped_and_every_shipped_one_is_used() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in GUI.glob("*.py"))
    words = set(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)*)"', code))
    shipped = {path.stem for path in resources.path("icons").glob("*.svg")}
    named = {command.icon for command in actions.TABLE if command.icon}
    named |= set(theme.SEVERITY_ICON.values()) | set(theme.STAGE_ICON.values())
    assert named <= shipped
    assert shipped <= words
    assert resources.path("icons/LICENSE").is_file()


def test_icons_are_well_formed_and_take_the_colour_they_are_given() -> None:
    for path in resources.path("icons").glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert "currentColor" in text
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
        assert QSvgRenderer(text.encode()).isValid()


def test_icons_are_sharp_on_dense_screens(theme: Theme) -> None:
    assert theme.icon("save", size=20).pixmap(20, 20).width() == 20
    dense = theme.icon("save", size=20).pixmap(theme.icon("save").availableSizes()[0], 2.0)
    assert dense.width() == 40


def test_the_scheme_of_the_system_is_followed(theme: Theme) -> None:
    theme._follow(Qt.ColorScheme.Dark)
    assert theme.dark
    theme._follow(Qt.ColorScheme.Light)
    assert not theme.dark


def test_the_style_sheet_uses_known_colours_only() -> None:
    sheet = resources.read_text("style/window.qss")
    assert set(re.findall(r"\$([a-z_]+)", sheet)) <= set(asdict(LIGHT))


def test_help_texts_are_shipped() -> None:
    for name in ("help/limits.md", "help/about.md"):
        assert len(resources.read_text(name)) > 200
    with pytest.raises(FileNotFoundError):
        resources.read_text("help/none.md")
