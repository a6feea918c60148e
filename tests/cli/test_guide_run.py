"""A folder of pages with their pictures is one guide: redacted together, links intact."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image

from app.cli import main
from detectors.samples import generate
from tests.cli.conftest import Call
from tests.cli.guide_runner import LOG, WORDS
from tests.support.pictures import PLACE, canvas, drawn

RED, GREEN, BLUE = "#ff0000", "#00ff00", "#0000ff"


@pytest.fixture
def real(call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    monkeypatch.setattr(main, "runner", "tests.cli.guide_runner:run")
    monkeypatch.setenv(LOG, str(tmp_path / "log"))
    (tmp_path / "log").touch()
    return call


def shot(path: str, colour: str) -> None:
    """A picture whose colour tells the stand-in what is written on it; not too simple to be small."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    picture = drawn(canvas(colour="white"), "abc def ghi")
    picture.paste(Image.new("RGB", (3, 3), colour), (0, 0))
    picture.save(path)


def covered(path: str) -> bool:
    pixels = (
        Image.open(path)
        .convert("RGB")
        .crop((int(PLACE.left), int(PLACE.top), int(PLACE.right), int(PLACE.bottom)))
    )
    return pixels.getextrema() == ((0, 0), (0, 0), (0, 0))


def report() -> dict[str, Any]:
    documents = json.loads(Path("r.json").read_text())["documents"]
    return {Path(document["path"]).as_posix(): document for document in documents}


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_a_guide(
    jobs: str, real: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, random: Random
) -> None:
    told, seen = generate("[A-Za-z0-9]{24}", random), generate("[A-Za-z0-9]{24}", random)
    misread = told.replace("0", "O").replace("l", "I")
    monkeypatch.setenv(WORDS, json.dumps({RED: misread, GREEN: f"api_key: {seen}", BLUE: "nothing"}))
    shot("guide/img/red.png", RED)
    shot("guide/img/green.png", GREEN)
    shot("guide/img/blue.png", BLUE)
    Path("guide/img/broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    Path("guide/a.md").write_text(
        f"# A\n\nAPI key: {told}\n\n![r](img/red.png) ![x](img/broken.png) [b](docs/b.html#x)\n"
    )
    Path("guide/docs").mkdir()
    Path("guide/docs/b.html").write_text(
        f'<p>It reads {seen} now</p><img src="../img/green.png"><img src="/img/blue.png">\n'
    )
    assert real("redact", "guide", "--out", "out", "--json", "r.json", "--jobs", jobs, "-q") == 3

    found = report()
    page, other = Path("out/a.redacted.md").read_text(), Path("out/docs/b.redacted.html").read_text()
    assert told not in page
    assert seen not in other
    assert "![r](img/red.redacted.png) ![x](img/broken.png) [b](docs/b.redacted.html#x)" in page
    assert '<img src="../img/green.redacted.png"><img src="/img/blue.redacted.png">' in other
    assert [covered(f"out/img/{name}.redacted.png") for name in ("red", "green", "blue")] == [
        True,
        True,
        False,
    ]

    (in_text,) = found["guide/a.md"]["findings"]
    (in_picture,) = found["guide/img/red.png"]["findings"]
    assert in_text["fingerprint"] == in_picture["fingerprint"]
    assert in_picture["rule"] == in_text["rule"]
    assert in_picture["evidence"] == "the same value stands elsewhere"
    placeholder = re.search(r"API key: (REDACTED_\w+)", page)
    assert placeholder
    (from_picture,) = found["guide/docs/b.html"]["findings"]
    assert from_picture["rule"] == found["guide/img/green.png"]["findings"][0]["rule"]
    assert found["guide/img/broken.png"]["error"] is not None
    assert [remark["where"] for remark in found["guide/a.md"]["redacted"]["remarks"]] == ["broken.png"]

    # Every picture was looked at once, and its copy once.
    assert (
        sorted(Path(tmp_path / "log").read_text().split("\n"))
        == sorted(["", misread, f"api_key: {seen}", "nothing"] * 2)[1:]
    )


def test_a_value_in_one_text_is_covered_in_another(
    real: Call, monkeypatch: pytest.MonkeyPatch, random: Random
) -> None:
    monkeypatch.setenv(WORDS, "{}")
    value = generate("[A-Za-z0-9]{24}", random)
    Path("in").mkdir()
    Path("in/a.md").write_text(f"password: {value}\n")
    Path("in/z.txt").write_text(f"it is {value}, base64 {base64.b64encode(f'u:{value}'.encode()).decode()}\n")
    Path("in/word.txt").write_text("password: postgres1 and postgres\n")
    Path("in/plain.txt").write_text("the postgres database\n")
    assert real("redact", "in", "--out", "out", "--json", "r.json", "-q") == 0
    assert value not in Path("out/z.redacted.txt").read_text()
    assert Path("out/plain.redacted.txt").read_text() == "the postgres database\n"
    first, second = (report()[f"in/{name}"]["findings"][0] for name in ("a.md", "z.txt"))
    assert first["fingerprint"] == second["fingerprint"]
    written = re.search(r"REDACTED_\w+", Path("out/a.redacted.md").read_text())
    assert written
    assert f"it is {written[0]}," in Path("out/z.redacted.txt").read_text()


def test_one_file_is_not_looked_at_twice(real: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WORDS, json.dumps({RED: "nothing"}))
    shot("a.png", RED)
    assert real("redact", "a.png", "--out", "out", "-q") == 0
    assert Path(Path("out") / "a.redacted.png").is_file()


def test_a_copy_that_exists_already_is_no_copy_of_this_run(
    real: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WORDS, "{}")
    shot("in/a.png", RED)
    Path("in/p.md").write_text("![a](a.png)\n")
    Path("out").mkdir()
    Path("out/a.redacted.png").write_text("another")
    assert real("redact", "in", "--out", "out", "-q") == 5
    assert Path("out/p.redacted.md").read_text() == "![a](a.png)\n"


def test_a_text_is_examined_once_where_nothing_new_is_known(
    real: Call, monkeypatch: pytest.MonkeyPatch, random: Random
) -> None:
    monkeypatch.setenv(WORDS, "{}")
    values = [generate("[A-Za-z0-9]{24}", random) for _ in range(2)]
    Path("in").mkdir()
    for number, value in enumerate(values):
        Path(f"in/{number}.txt").write_text(f"password: {value}\nplain\n")
    assert real("redact", "in", "--out", "out", "--json", "r.json", "--explain", "-q") == 0
    for number, value in enumerate(values):
        copy = Path(f"out/{number}.redacted.txt").read_text()
        assert re.fullmatch(r"password: REDACTED_\w+\nplain\n", copy)
        (found,) = report()[f"in/{number}.txt"]["findings"]
        assert found["evidence"] != "the same value stands elsewhere"
        assert value not in copy


def test_a_text_that_got_no_copy_in_the_end_is_told_where_it_is_linked_to(
    real: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WORDS, "{}")
    Path("in").mkdir()
    Path("in/a.md").write_text("[b](b%20c.md) [d](d.md)\n")
    Path("in/b c.md").write_text("plain\n")
    Path("in/d.md").write_text("plain\n")
    Path("out").mkdir()
    Path("out/b c.redacted.md").write_text("another")
    assert real("redact", "in", "--out", "out", "--json", "r.json", "-q") == 5
    assert Path("out/a.redacted.md").read_text() == "[b](b%20c.redacted.md) [d](d.redacted.md)\n"
    remarks = report()["in/a.md"]["redacted"]["remarks"]
    assert [remark["where"] for remark in remarks] == ["b c.redacted.md"]
    assert "remarks" not in report()["in/d.md"]["redacted"]
