"""Names of copies."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.gui.documents import Document, Documents
from app.gui.naming import below, beside, copy_name
from app.messages import Input
from app.model import Hidden, RunLabels, Scan
from detectors.model import Confidence
from tests.support.gui import finding, random_value, report


def document(path: str, *, relative: str | None = None, data: bytes | None = None) -> Document:
    place = Path(path)
    return Document(1, Input(place, Path(relative or place.name), data), Confidence.MEDIUM)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shot.png", "shot.redacted.png"),
        ("order.n8n.json", "order.n8n.redacted.json"),
        ("notes", "notes.redacted.txt"),
        (".env", ".env.redacted.txt"),
    ],
)
def test_the_copy_is_marked_before_its_suffix(name: str, expected: str) -> None:
    assert copy_name(document(f"/files/{name}"), RunLabels()) == expected


def test_the_copy_stands_beside_the_original() -> None:
    assert beside(document("/files/a/shot.png"), RunLabels()) == Path("/files/a/shot.redacted.png")


def test_pasted_input_goes_home() -> None:
    pasted = document("Pasted picture 1.png", data=b"x")
    assert beside(pasted, RunLabels()).parent == Path.home()


def test_a_secret_in_the_name_does_not_reach_the_name_of_the_copy() -> None:
    value = random_value()
    named = document(f"/files/key {value} final.png")
    found = finding(1)
    named.finish(Scan(report(named.input, findings=(found,)), {"f1": Hidden(value)}))
    name = copy_name(named, RunLabels())
    assert value not in name
    assert name == "key REDACTED_API_KEY_1 final.redacted.png"


def test_folders_are_kept_and_equal_names_are_numbered() -> None:
    documents = Documents(Confidence.MEDIUM)
    for relative in ("a/shot.png", "b/shot.png", "a/SHOT.png", "a/shot.png"):
        documents.add(Input(Path("/files") / relative, Path(relative)))
    targets = below(Path("/out"), documents, RunLabels())
    assert [str(target) for target in targets.values()] == [
        "/out/a/shot.redacted.png",
        "/out/b/shot.redacted.png",
        "/out/a/SHOT.redacted 2.png",
        "/out/a/shot.redacted 3.png",
    ]
