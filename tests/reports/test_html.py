"""The HTML report runs nothing, loads nothing, and shows hostile names as text."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from PIL import Image

from app.model import Finding, Picture, Remark, ScanReport
from app.notices import TRAILING_BYTES
from app.reports import Previews
from app.reports.as_html import REPORT
from app.reports.thumbnails import TALLEST, WIDEST, thumbnail
from detectors.model import Kind, Severity
from tests.reports import examples

VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """Checks nesting while reading; keeps attributes and visible text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join("".join(f" {part}" for part in self.text).split())


def page(*reports: ScanReport, previews: Previews | None = None) -> Page:
    return Page(REPORT.render(reports, "1.2.3", previews or {}))


def test_nothing_is_run_or_loaded() -> None:
    shown = page(*examples.everything(), previews={1: [thumbnail(1, picture(20, 10))]})
    assert {tag for tag, _ in shown.tags}.isdisjoint({"script", "link", "iframe", "object", "form", "base"})
    for tag, attributes in shown.tags:
        assert not [name for name in attributes if name.startswith("on")]
        target = attributes.get("src") or attributes.get("href") or "#"
        allowed = ("#", "https://") if tag == "a" else ("#", "data:image/png;base64,")
        assert target.startswith(allowed), target
    policy = next(attributes for tag, attributes in shown.tags if attributes.get("http-equiv"))
    assert "default-src 'none'" in str(policy["content"])
    assert "url(" not in REPORT.render([], "1", {})
    assert "@import" not in REPORT.render([], "1", {})


def test_hostile_names_are_text() -> None:
    text = REPORT.render([examples.report(examples.HOSTILE, findings=(examples.finding(),))], "1", {})
    assert "<img src=x" not in text
    assert not set("\x1b\u202e\udcff") & set(text)
    assert (
        r"<img src=x onerror=alert(1)>&\"'\x1b[31m\u202egnp.exe\x0a\xff".replace('\\"', '"')
        in Page(text).words
    )


def test_links_lead_to_https_only() -> None:
    bad = replace(examples.finding(), rotate_url="javascript:alert(1)")
    assert "javascript:" not in REPORT.render([examples.report(findings=(bad,))], "1", {})


def test_everything_a_reader_needs_is_there() -> None:
    words = page(*examples.everything()).words
    for expected in (
        "1 of 7 copies written and verified",
        "not fully examined",
        "Not examined page 3: The text could not be recognised. Look at it yourself.",
        "The file is empty. Save it again.",
        "sk_…(32)",
        "Roll the key in the dashboard.",
        "line 1, column 13",
        "No covered value left 3 values searched",
        "Check in the tool itself who can view",
        "medium confidence",
    ):
        assert expected in words


MILD = replace(examples.finding(), kind=Kind.PERSONAL, severity=Severity.LOW)
NOTICE = replace(
    examples.finding(), rule_id=TRAILING_BYTES.id, kind=Kind.POSTURE, masked="", title=TRAILING_BYTES.title
)
SETUP = replace(examples.finding(), rule_id="open-webhook", kind=Kind.POSTURE, masked="")


@pytest.mark.parametrize(
    ("findings", "headline", "lead"),
    [
        ([MILD], "Share the copy, not the original", "but names of machines or accounts."),
        ([NOTICE], "Share the copy, not the original", "but content that viewers do not show."),
        ([NOTICE, MILD], "Share the copy", "viewers do not show and names of machines"),
        ([SETUP], "Read the advice on 1 file", "how these workflows are set up"),
        ([NOTICE, MILD, SETUP, examples.finding()], "Do not share 1 file as it is", "replace the secrets"),
        ([replace(MILD, severity=Severity.MEDIUM)], "Do not share 1 file as it is", "replace the secrets"),
    ],
)
def test_only_what_does_harm_is_forbidden(findings: list[Finding], headline: str, lead: str) -> None:
    words = page(examples.report(findings=tuple(findings))).words
    assert headline in words
    assert lead in words


def test_a_notice_has_no_value() -> None:
    text = REPORT.render([examples.report(findings=(NOTICE,))], "1", {})
    assert "<code></code>" not in text
    assert "<td>–</td>" in text


def test_a_copy_tells_its_checks_its_remarks_and_how_to_repeat_them() -> None:
    shown = examples.everything()[3]
    assert shown.redacted is not None
    remarks = (Remark("page 2", f"became a picture {examples.HOSTILE}"),)
    copy = replace(shown.redacted, remarks=remarks)
    words = page(replace(shown, redacted=copy, not_read=examples.everything()[2].not_read)).words
    for told in (
        "2 checks passed",
        "page 2: became a picture <img",
        "1 part could not be examined",
        "verify",
    ):
        assert told in words


@pytest.mark.parametrize(
    ("reports", "headline"),
    [
        ((), "Nothing was examined"),
        (examples.everything()[:1], "Nothing was found"),
        (examples.everything()[:2], "Do not share 1 file as it is"),
        (examples.everything()[:3], "1 of 3 files could not be examined completely"),
        (examples.everything()[3:4], "1 of 1 copy written and verified"),
        (examples.everything()[5:6], "0 of 1 copy written and verified"),
    ],
)
def test_the_headline_is_the_verdict(reports: tuple[ScanReport, ...], headline: str) -> None:
    words = page(*reports).words
    assert headline in words
    assert ("Nothing was found" in words) == (headline == "Nothing was found")


def test_many_places_are_folded() -> None:
    spans = tuple(replace(examples.SPAN, line=line) for line in range(1, 11))
    words = page(examples.report(findings=(examples.finding(1, *spans),))).words
    assert "6 more" in words
    assert "line 10, column 13" in words


def picture(width: int, height: int, scale: float = 1.0) -> Picture:
    return Picture(width, height, bytes(width * height * 3), scale)


@pytest.mark.parametrize(("width", "height"), [(20, 10), (3000, 1000), (10, 9000), (1, 20_000)])
def test_thumbnails_are_bounded_and_bare(width: int, height: int) -> None:
    small = thumbnail(3, picture(width, height))
    image = Image.open(io.BytesIO(small.png))
    assert image.size == (small.width, small.height)
    assert image.width <= min(WIDEST, width)
    assert image.height <= min(TALLEST, height)
    assert not image.info
    shown = page(examples.report(findings=(examples.finding(),)), previews={0: [small]})
    source = next(attributes["src"] for tag, attributes in shown.tags if tag == "img")
    assert base64.b64decode(str(source).partition(",")[2]) == small.png
    assert "Page 3" in shown.words


def test_what_the_users_own_files_say() -> None:
    page = Page(REPORT.render((examples.explained(), examples.known()), "1", {}))
    text = " ".join(page.text)
    assert "1 recognised and not reported" in text
    assert "allow.toml" in text
    assert "known: in the baseline" in text
    assert "0a" * 16 in text
