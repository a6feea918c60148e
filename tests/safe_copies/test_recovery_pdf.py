"""Guessing what a cover hides from what is left on the page: no better than chance.

Glyph widths and positions after Bland, Iyer, Levchenko, "Story Beyond the Eye: Glyph Positions Break PDF
Text Redaction" (PoPETs 2023). The attacker knows the page but for one name, all names that it can be, and
the program: every candidate is written into the page and redacted, and its copy compared with the one at
hand. Copies that are equal cannot be told apart by anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pymupdf
import pypdfium2
import pytest

from app.options import Settings
from detectors.samples import generate
from tests.safe_copies.raw_pdf import RawPdf, line
from tests.safe_copies.redacting import cases, redact, without_engine

CANDIDATES = 8
Page = Callable[[str], bytes]


def names(random: Random) -> list[str]:
    """Names of different lengths, no two as wide as each other, and each with letters of its own."""
    return [
        generate(f"[BDGKLMPRSTV](?:[aeiou][bdgklmnprstvz]){{{1 + number // 2}}}[aeiou]", random)
        + "xyzjqwhf"[number]
        for number in range(CANDIDATES)
    ]


def width(text: str, size: float = 11) -> float:
    return float(pymupdf.get_text_length(text, "helv", size))


LONG = "Whoever has a question about this order writes to the office in time."


def _in_a_sentence(name: str) -> bytes:
    return RawPdf(content=line(f"Approved by {name} on 4 May") + line(LONG, at=(40, 70))).data()


def _alone(name: str) -> bytes:
    """No other row tells where rows of this page end."""
    return RawPdf(content=line(f"Approved by {name} on 4 May")).data()


def _at_the_end(name: str) -> bytes:
    return RawPdf(content=line(f"Approved by {name}")).data()


def _in_a_row(name: str) -> bytes:
    return RawPdf(content=line(name) + line("4 May", at=(200, 90)) + line("done", at=(300, 90))).data()


def _in_the_middle(name: str) -> bytes:
    rows = ((f"Approved by {name}", 90), ("the head of the office", 70), ("in Springfield", 50))
    return RawPdf(content="".join(line(row, at=(210 - width(row) / 2, y)) for row, y in rows)).data()


def _at_the_right(name: str) -> bytes:
    rows = ((f"for {name}", 90), ("the head of the office", 70), ("in Springfield", 50))
    return RawPdf(content="".join(line(row, at=(380 - width(row), y)) for row, y in rows)).data()


def _word_by_word(name: str) -> bytes:
    """As printers write: every word at a place of its own."""
    at, content = 40.0, ""
    for word in ("Approved", "by", name, "on", "4", "May"):
        content += line(word, at=(at, 90))
        at += width(word + " ")
    return RawPdf(content=content + line(LONG, at=(40, 70))).data()


def _in_a_field(name: str) -> bytes:
    pdf = RawPdf()
    look = pdf.add(
        "/Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources <</Font <</F1 5 0 R>> >>",
        f"BT /F1 11 Tf 4 6 Td ({name}) Tj ET".encode(),
    )
    made = pdf.add(
        f"<</Type /Annot /Subtype /Widget /Rect [40 80 240 100] /F 4 /P 3 0 R /FT /Tx /T (a) /V ({name}) "
        f"/AP <</N {look} 0 R>> >>"
    )
    pdf.page = f"/Annots [{made} 0 R]"
    pdf.catalog = f"/AcroForm <</Fields [{made} 0 R]>>"
    return pdf.data()


def _in_a_subset(name: str) -> bytes:
    """The file has the letters of the name, and no others, in a font of its own."""
    made = pymupdf.open(stream=RawPdf().data(), filetype="pdf")
    writer = pymupdf.TextWriter(made[0].rect)
    writer.append((40, 70), f"Approved by {name} on 4 May", font=pymupdf.Font("cjk"), fontsize=11)
    writer.append((40, 90), LONG, font=pymupdf.Font("cjk"), fontsize=10)
    writer.write_text(made[0])
    made.subset_fonts()
    data: bytes = made.tobytes(garbage=3, deflate=True, no_new_id=True)
    return data


PAGES: dict[str, Page] = {
    "in a sentence": _in_a_sentence,
    "at the end of a line": _at_the_end,
    "in a row of a table": _in_a_row,
    "in the middle of a line": _in_the_middle,
    "at the right margin": _at_the_right,
    "word by word": _word_by_word,
    "in a field": _in_a_field,
    "in a subset of a font": _in_a_subset,
}


KNOWN = {
    "at the right margin": "the cover's right end is rounded up or down",
    "in a subset of a font": "the cover's top follows the ink of the name's letters",
}


def copies(page: Page, candidates: list[str], folder: Path, **settings: Any) -> list[bytes]:
    """The copy of the page with each of the names, which a person asked to hide."""
    made = []
    for number, name in enumerate(candidates):
        path = folder / f"{number}" / "page.pdf"
        path.parent.mkdir()
        path.write_bytes(page(name))
        report = redact(path, path.with_name("copy.pdf"), words=(name,), settings=Settings(**settings)).report
        assert report.redacted is not None, report.error
        made.append(report.redacted.path.read_bytes())
    return made


def success(observed: list[Any]) -> float:
    """How often a guess is right, when it is drawn from the candidates that look the same."""
    counts = Counter(observed)
    return sum(1 / counts[one] for one in observed) / len(observed)


@pytest.mark.parametrize("pages", ["text", "picture"])
@pytest.mark.parametrize("name", cases(PAGES, KNOWN))
def test_copies_of_all_candidates_are_equal(
    name: str, pages: str, tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_engine(monkeypatch)
    made = copies(PAGES[name], names(random), tmp_path, pdf_pages=pages)
    assert success(made) == 1 / CANDIDATES


def test_a_row_without_neighbours_tells_no_more_than_a_step(
    tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Covers end at few places then, so that many names share each of them."""
    without_engine(monkeypatch)
    assert success(copies(_alone, names(random), tmp_path)) <= 3 / CANDIDATES


def test_the_same_attack_works_where_lengths_are_not_hidden(
    tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_engine(monkeypatch)
    made = copies(_in_a_sentence, names(random), tmp_path, hide_length=False)
    assert success(made) > 0.7


def naively_redacted(data: bytes, name: str) -> bytes:
    with pymupdf.open(stream=data, filetype="pdf") as opened:
        for box in opened[0].search_for(name):
            opened[0].add_redact_annot(box, fill=(0, 0, 0))
        opened[0].apply_redactions()
        made: bytes = opened.tobytes(garbage=4)
    return made


def gap_behind(data: bytes, before: str) -> float | None:
    """Points between a kept word and what follows it in its row; None where nothing does."""
    with pypdfium2.PdfDocument(data) as opened:
        text = opened[0].get_textpage()
        chars = [
            (text.get_text_range(at, 1), text.get_charbox(at, loose=True)) for at in range(text.count_chars())
        ]
    row = [(char, box) for char, box in chars if char.strip() and 80 < box[1] < 95]
    start = "".join(char for char, _ in row).find(before.replace(" ", ""))
    end = start + len(before.replace(" ", ""))
    if start < 0 or end >= len(row):
        return None
    return float(row[end][1][0] - row[end - 1][1][2])


def guessed(gap: float | None, candidates: list[str]) -> list[str]:
    """The names that fit into a gap, or all of them where there is none to measure."""
    if gap is None:
        return candidates
    return [name for name in candidates if abs(width(f" {name} ") - gap) < 0.25] or candidates


def test_gaps_tell_the_name_in_naive_copies_and_nothing_in_ours(
    tmp_path: Path, random: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Glyph widths against a dictionary of 200 names: right guesses per attempt."""
    without_engine(monkeypatch)
    dictionary = sorted(
        {generate("[BDGKLMPRSTV][aeiou](?:[bdgklmnprstvz][aeiou]){1,4}", random) for _ in range(200)}
    )
    targets = random.sample(dictionary, CANDIDATES)
    ours = copies(_in_a_sentence, targets, tmp_path)
    rates = {}
    for kind in ("naive", "ours"):
        right = 0.0
        for target, copy in zip(targets, ours, strict=True):
            data = naively_redacted(_in_a_sentence(target), target) if kind == "naive" else copy
            fitting = guessed(gap_behind(data, "Approved by"), dictionary)
            right += (target in fitting) / len(fitting)
        rates[kind] = right / CANDIDATES
    assert rates["naive"] > 20 / len(dictionary), rates
    assert rates["ours"] <= 1 / len(dictionary) + 1e-9, rates
