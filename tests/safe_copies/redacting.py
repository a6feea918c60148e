"""Runs the product on one file as the command line does, without its processes and without an OCR engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import cast

import pytest
from _pytest.mark import ParameterSet

from app.messages import Input, RedactTask
from app.model import Finding, PlanItem, Preview, RedactionPlan, RunKey, RunLabels, Scan
from app.options import Settings
from app.pipeline import run_task
from app.places import PageArea, Unit
from app.policy import NO_POLICY, Policy
from detectors.samples import generate
from ocr.model import Box
from ocr.reader import Reader
from tests.safe_copies.place import Place
from tests.support.documents import FakeReader, source_of


class Quiet:
    """Hears nothing."""

    def progress(self, fraction: float, note: str) -> None: ...

    def found(self, findings: tuple[Finding, ...]) -> None: ...

    def page(self, page: int, preview: Preview, *, redacted: bool) -> None: ...


def redact(
    path: Path,
    target: Path,
    *,
    drawn: tuple[PageArea, ...] = (),
    words: tuple[str, ...] = (),
    password: str | None = None,
    settings: Settings | None = None,
) -> Scan:
    """The result of redacting one file.

    Args:
        drawn: covers of a person; without them the findings are covered.
        words: of the user, to be covered wherever they are found.
    """
    plan = None
    if drawn:
        item = PlanItem("REDACTED_REGION_1", drawn)
        plan = RedactionPlan(source_of(path.read_bytes()).sha256, (item,))
    task = RedactTask(
        Input(path, Path(path.name), password=password),
        target,
        plan=plan,
        policy=Policy(words=words) if words else NO_POLICY,
    )
    return run_task(task, settings or Settings(), RunKey(b"k" * 32), RunLabels(), Quiet())


def without_engine(monkeypatch: pytest.MonkeyPatch, reader: FakeReader | None = None) -> FakeReader:
    """Pictures are read by a reader that sees nothing, or what it is told."""
    fake = reader or FakeReader()
    monkeypatch.setattr("app.pipeline.page_reader", lambda **_: cast("Reader", fake))
    return fake


def area_of(box: Box, page: int = 1, unit: Unit = Unit.POINT) -> PageArea:
    return PageArea(page, (box,), unit)


def credential(random: Random) -> str:
    """A value that a rule knows without any label."""
    return generate("ghp_[A-Za-z0-9]{36}", random)


def unknown_word(random: Random) -> str:
    """A word that no rule knows."""
    return generate("[BDFGKLMNPRSTVZ](?:[aeiou][bdfgklmnprstvz]){7}", random)


def redact_place(
    place: Place,
    data: bytes,
    folder: Path,
    words: tuple[str, ...] = (),
    settings: Settings | None = None,
    unit: Unit = Unit.POINT,
) -> Scan:
    """Redacts ``data``, which ``place`` made, into ``folder``; what only pixels show is covered by hand."""
    path = folder / f"original{place.suffix}"
    path.write_bytes(data)
    drawn = (area_of(place.area, place.page, unit),) if place.area is not None else ()
    target = folder / f"copy{place.suffix}"
    return redact(path, target, drawn=drawn, words=words, password=place.password or None, settings=settings)


def cases(names: Iterable[str], known: Mapping[str, str]) -> list[ParameterSet]:
    """The names as parameters of a test; those that are known to fail, with the reason."""
    return [
        pytest.param(name, marks=pytest.mark.xfail(reason=known[name]))
        if name in known
        else pytest.param(name)
        for name in names
    ]
