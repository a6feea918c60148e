"""What is shown is safe to show, and every report in the folder is found."""

from __future__ import annotations

import pkgutil
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app.reports
from app.reports import Report, reports
from app.reports.base import MARK_WITHIN
from app.reports.words import number, path_text, visible
from tests.reports.examples import everything


def test_every_report_has_a_name_and_says_what_it_is() -> None:
    assert [report.name for report in reports()] == ["html", "json", "sarif"]
    assert all(report.help.endswith(".") and report.suffix.startswith(".") for report in reports())


@pytest.mark.parametrize("report", reports(), ids=lambda report: report.name)
def test_every_report_bears_its_mark(report: Report) -> None:
    assert report.mark in report.render((), "1", {})[:MARK_WITHIN]
    assert report.mark in report.render(everything(), "1", {})[:MARK_WITHIN]


def test_finding_no_reports_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pkgutil, "iter_modules", lambda _: [])
    with pytest.raises(RuntimeError, match="incomplete"):
        app.reports.reports.__wrapped__()


@given(st.text() | st.binary().map(lambda data: data.decode("utf-8", "surrogateescape")))
def test_visible_text_controls_nothing(text: str) -> None:
    shown = visible(text)
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain.png", "plain.png"),
        ("Übersicht 日本.png", "Übersicht 日本.png"),
        ("a\x1b[2Jb", r"a\x1b[2Jb"),
        ("exe.\u202egnp", r"exe.\u202egnp"),
        ("\udcff", r"\xff"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert path_text(Path(text)) == shown


@pytest.mark.parametrize(("value", "text"), [(3.0, "3"), (2.25, "2.2"), (10, "10")])
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text
