"""Links between the files of a guide lead to their copies; nothing else in the text changes."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from app.copies import CopyPlaces, Neighbourhood
from app.formats import recognise
from app.formats.text.document import TextDocument
from app.model import PlanItem, RedactionPlan
from app.places import TextSpan
from tests.support.documents import context_of, source_of

FILES = {
    "index.md": "index.redacted.md",
    "docs/page.md": "docs/page.redacted.md",
    "docs/page.html": "docs/page.redacted.html",
    "docs/page.adoc": "docs/page.redacted.adoc",
    "docs/page.rst": "docs/page.redacted.rst",
    "docs/nb.ipynb": "docs/nb.redacted.ipynb",
    "docs/style.css": "docs/style.redacted.css",
    "docs/img/a.png": "docs/img/a.redacted.png",
    "docs/img/b.heic": "docs/img/b.redacted.png",
    "docs/img/two words (1).png": "docs/img/two words (1).redacted.png",
    "docs/img/ä&b.png": "docs/img/ä&b.redacted.png",
    "docs/img/under_score.png": "docs/img/under_score.redacted.png",
    "docs/img/twice.png": "docs/img/twice (2).redacted.png",
    "docs/img/lost.svg": None,
}


def around(name: str, folder: Path = Path("/guide")) -> Neighbourhood:
    out = Path("/out")
    places = CopyPlaces.of(
        {folder / path: None if copy is None else out / copy for path, copy in FILES.items()}
    )
    copy = FILES[name]
    assert copy is not None
    return Neighbourhood.of(folder / name, Path(name), out / copy, places)


def opened(text: str, name: str) -> tuple[TextDocument, RedactionPlan]:
    source = source_of(text.encode(), name)
    document = recognise(source).open(source, context_of())
    assert isinstance(document, TextDocument)
    return document, RedactionPlan(source.sha256, (), around=around(name))


def written(text: str, folder: Path, name: str = "docs/page.md", *items: PlanItem) -> str:
    document, plan = opened(text, name)
    plan = RedactionPlan(plan.source_sha256, items, around=plan.around)
    target = folder / "copy"
    document.write(plan, target)
    copy = source_of(target.read_bytes(), name)
    failed = [check for check in document.check(copy, plan) if not check.passed]
    assert not failed, failed
    return copy.data.decode()


def check_marked(marked: str, folder: Path, name: str) -> None:
    """``^`` stands where the copy has ``.redacted`` more than the original."""
    assert written(marked.replace("^", ""), folder, name) == marked.replace("^", ".redacted")


@pytest.mark.parametrize(
    "marked",
    [
        "![a](img/a^.png)",
        '![a](./img/../img/a^.png "title") ![a](/docs/img/a^.png)',
        "[![a](img/a^.png)](page^.md#top)",
        "[i](../index^.md?raw=1#x)",
        "![](<img/two words (1)^.png>)",
        "![](img/two%20words%20(1)^.png)",
        "![](img/%C3%A4%26b^.png) ![](img/ä&b^.png)",
        r"![](img/under\_score^.png) ![](img\a^.png)",
        "text\n[ref]: img/a^.png 'T'\n[ref2]: <img/a^.png>\n",
        "![[img/a^.png|300]]",
        '<img alt="x" src="img/a^.png"> and <img src={\'./img/a^.png\'} />',
        "import a from './img/a^.png';",
        "[x](./page^)",
        "---\ntitle: img/none.png\ncover: img/a^.png\n---\ntext",
        "[x](https://example.com/img/a.png) [x](//host/docs/img/a.png) [m](mailto:img/a.png)",
        "see img/a.png and [x](#img) and [y](img/none.png) [up](../../../../etc/passwd)",
        "![](img/two words.png) ![]( img/a^.png )",
    ],
)
def test_markdown(marked: str, tmp_path: Path) -> None:
    check_marked(marked, tmp_path, "docs/page.md")


@pytest.mark.parametrize(
    "marked",
    [
        '<img src="img/a^.png"><a href=page^.html#x>y</a>',
        "<img src='img/&auml;&amp;b^.png'>",
        '<img srcset="img/a^.png 1x, /docs/img/a^.png 2x" data-src="img/a^.png">',
        '<video poster="img/a^.png"><object data="img/a^.png">',
        "<style>a{background:url(\"img/a^.png\")}</style><p style='background: url(img/a^.png)'>",
        '<link rel=stylesheet href="/docs/style^.css"> <p title="img/a.png">img/a.png</p>',
    ],
)
def test_html(marked: str, tmp_path: Path) -> None:
    check_marked(marked, tmp_path, "docs/page.html")


@pytest.mark.parametrize(
    "marked",
    [
        "image::img/a^.png[Alt,300]\ninline image:img/a^.png[] here",
        ":imagesdir: img\n\nimage::a^.png[]",
        ":pics: img\nimage::{pics}/a^.png[]",
        "image::img/two words (1)^.png[]",
        "link:page^.html[x] xref:page^.adoc#top[y] <<page^.adoc#a,b>>",
        "include::../index^.md[]",
    ],
)
def test_asciidoc(marked: str, tmp_path: Path) -> None:
    check_marked(marked, tmp_path, "docs/page.adoc")


@pytest.mark.parametrize(
    "marked",
    [
        ".. image:: img/a^.png\n   :alt: img\n",
        ".. |x| image:: /docs/img/a^.png\n",
        ".. figure:: img/two words (1)^.png\n   :target: page^.html\n",
        ".. _link: page^.html\n\n`text <page^.html>`_ :doc:`page^`",
    ],
)
def test_restructuredtext(marked: str, tmp_path: Path) -> None:
    check_marked(marked, tmp_path, "docs/page.rst")


def test_copies_with_another_suffix_or_number(tmp_path: Path) -> None:
    assert written("![](img/b.heic)", tmp_path) == "![](img/b.redacted.png)"
    assert written("![](img/twice.png)", tmp_path) == "![](img/twice%20%282%29.redacted.png)"
    asciidoc = written("image::img/twice.png[]", tmp_path, "docs/page.adoc")
    assert asciidoc == "image::img/twice (2).redacted.png[]"


def test_css_and_notebooks(tmp_path: Path) -> None:
    assert written("a{b:url(img/a.png)}", tmp_path, "docs/style.css") == "a{b:url(img/a.redacted.png)}"
    cells = r'{"cells": [{"source": ["![a](img/a.png)\n", "<img src=\"img/a.png\">\n"]}]}'
    assert written(cells, tmp_path, "docs/nb.ipynb") == cells.replace("a.png", "a.redacted.png")


def test_other_text_has_no_links(tmp_path: Path) -> None:
    places = CopyPlaces.of(
        {Path("/g/a.log"): Path("/o/a.redacted.log"), Path("/g/a.png"): Path("/o/a.redacted.png")}
    )
    source = source_of(b'<img src="a.png">', "a.log")
    document = recognise(source).open(source, context_of())
    beside = Neighbourhood.of(Path("/g/a.log"), Path("a.log"), Path("/o/a.redacted.log"), places)
    document.write(RedactionPlan(source.sha256, (), around=beside), tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == source.data


def test_a_link_to_a_file_without_copy_is_told_and_stays(tmp_path: Path) -> None:
    document, plan = opened("![x](img/lost.svg) ![a](img/a.png)", "docs/page.md")
    assert document.remarks() == ()
    document.write(plan, tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "![x](img/lost.svg) ![a](img/a.redacted.png)"
    assert [remark.where for remark in document.remarks()] == ["lost.svg"]


def test_files_of_several_folders_meet_in_one(tmp_path: Path) -> None:
    places = CopyPlaces.of(
        {Path("/one/a.md"): Path("/out/a.redacted.md"), Path("/two/b.png"): Path("/out/b.redacted.png")}
    )
    source = source_of(b"![b](../two/b.png)", "a.md")
    document = recognise(source).open(source, context_of())
    beside = Neighbourhood.of(Path("/one/a.md"), Path("a.md"), Path("/out/a.redacted.md"), places)
    document.write(RedactionPlan(source.sha256, (), around=beside), tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "![b](b.redacted.png)"


def test_a_cover_in_an_address_wins(tmp_path: Path) -> None:
    text = "![a](img/a.png) [b](img/a.png?token=hidden)"
    at = text.index("hidden")
    item = PlanItem("REDACTED_1", (TextSpan(at, at + 6, 1, at + 1), TextSpan(5, 9, 1, 6)))
    assert written(text, tmp_path, "docs/page.md", item) == (
        "![a](REDACTED_1a.png) [b](img/a.redacted.png?token=REDACTED_1)"
    )


def test_a_link_that_leads_elsewhere_fails_the_check(tmp_path: Path) -> None:
    document, plan = opened("![a](img/a.png) ![b](img/a.png)", "docs/page.md")
    document.write(plan, tmp_path / "copy")
    data = (tmp_path / "copy").read_bytes().replace(b"a.redacted", b"b.redacted", 1)
    failed = {
        check.name for check in document.check(source_of(data, "docs/page.md"), plan) if not check.passed
    }
    assert failed == {"Nothing else changed", "Links lead to the copies"}


def test_long_lines_take_no_time(random: Random) -> None:
    for piece in (
        "](",
        "](<",
        "[[",
        "<<",
        "src=",
        "url(",
        "image::x",
        ".. image:: ",
        "[a]: ",
        "`a<",
        ":a: ",
        "import '",
    ):
        for name in ("docs/page.md", "docs/page.html", "docs/page.adoc", "docs/page.rst"):
            document, plan = opened("x" + piece * 20_000, name)
            document.edits(plan)
