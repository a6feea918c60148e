"""A user's own words: whole, in any case and form, over line ends, and as text recognition misreads them."""

from __future__ import annotations

import time
import unicodedata
from random import Random

import pytest

from detectors.model import BOUNDARY, Confidence, Sample
from detectors.own import OwnDetector
from detectors.own_words import LONGEST, OwnWords
from detectors.samples import generate


def found(word: str, text: str, **more: object) -> list[str]:
    matches = OwnDetector(words=OwnWords([word])).scan(Sample(text, **more)).matches  # type: ignore[arg-type]
    return [text[match.start : match.end] for match in matches if match.rule_id == "own-word"]


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("Contoso", "CONTOSO"),
        ("Contoso", "contoso"),
        ("Straße", "STRASSE"),
        ("STRASSE", "strasse"),
        ("Müller & Söhne", "MÜLLER & SÖHNE"),
        ("Müller", unicodedata.normalize("NFD", "Müller")),
        (unicodedata.normalize("NFD", "Müller"), "Müller"),
        ("ΟΔΟΣ", "οδος"),
        ("Οδος", "ΟΔΟΣ"),
        ("Contoso Ltd", "Contoso\n    Ltd"),
        ("Contoso Ltd", "CONTOSO\u00a0\u00a0LTD"),
        ("  Contoso \t Ltd ", "Contoso Ltd"),
        ("db01.intern.example", "db01.intern.example"),
        ("株式会社コントソ", "株式会社コントソ"),
        ("X1", "x1"),
    ],
)
@pytest.mark.parametrize("around", ["{}", "see {}.", "({})", "a {}'s b", "https://{}/x", "x_{}_y", "-{}-"])
def test_a_word_is_found_however_it_is_written(word: str, written: str, around: str) -> None:
    assert found(word, around.format(written)) == [written]


@pytest.mark.parametrize(
    "text", ["contosoft", "mycontoso", "contoso2", "conto so", "contos", f"con{BOUNDARY}toso"]
)
def test_parts_of_other_words_are_none(text: str) -> None:
    assert found("contoso", text) == []


def test_a_phrase_does_not_reach_from_one_value_into_the_next() -> None:
    assert found("Contoso Ltd", f"Contoso{BOUNDARY}\nLtd") == []


def test_hyphenation_at_a_line_end() -> None:
    assert found("Musterfirma", "bei der Muster-\n  firma in") == ["Muster-\n  firma"]
    assert found("db01.intern.example", "db01.intern.exam-\r\nple") == ["db01.intern.exam-\r\nple"]
    assert found("Musterfirma", "Muster-\n\nfirma") == []


def test_a_soft_break_is_no_end() -> None:
    assert found("db01.intern.example", "db01.int\nern.example", soft_breaks=frozenset({8})) == [
        "db01.int\nern.example"
    ]


@pytest.mark.parametrize(
    ("word", "read", "confidence"),
    [
        ("Contoso", "Cont0s0", Confidence.HIGH),
        ("Contoso", "Con toso", Confidence.HIGH),
        ("Contoso", "Contosso", Confidence.MEDIUM),
        ("Contoso", "Cotoso", Confidence.MEDIUM),
        ("Contoso", "Comtoso", Confidence.MEDIUM),
        ("Acme Corporation", "ACMECORPORATION", Confidence.HIGH),
        ("Acme Corporation", "Acme\nCorporatlon", Confidence.HIGH),
        ("Müller & Söhne", "Muller & Sohne", Confidence.HIGH),
        ("db01.internal.example", "dbO1.intemal.example", Confidence.HIGH),
        ("Acme", "Acrne", Confidence.HIGH),
    ],
)
def test_text_recognition_is_forgiven(word: str, read: str, confidence: Confidence) -> None:
    text = f"for {read} only"
    (match,) = OwnDetector(words=OwnWords([word])).scan(Sample(text, noisy=True)).matches
    assert text[match.start : match.end] == read
    assert match.confidence == confidence
    assert found(word, text) in ([], [read])  # in clean text the same is another word


@pytest.mark.parametrize("read", ["Comtosa", "contosoft", "Kontakt", "Consort"])
def test_other_words_of_a_picture_are_none(read: str) -> None:
    assert found("Contoso", f"for {read} only", noisy=True) == []


def test_nothing_tells_the_word() -> None:
    words = OwnWords(["Contoso"])
    (match,) = OwnDetector(words=words).scan(Sample("Contoso")).matches
    assert "ontoso" not in f"{words!r} {match!r} {OwnDetector(words=words)!r}"


def test_masking() -> None:
    words = OwnWords(["Contoso", "Contoso Ltd"])
    assert words.masked("a CONTOSO LTD b, contoso; Contosoft") == "a …(11) b, …(7); Contosoft"


@pytest.mark.parametrize("word", ["", "a", "--", "x" * (LONGEST + 1)])
def test_a_word_that_is_none_is_refused_by_its_number(word: str) -> None:
    with pytest.raises(ValueError, match="word 2"):
        OwnWords(["good", word])


def test_thousands_of_words_stay_fast(random: Random) -> None:
    words = OwnWords([generate("[a-z]{4,12}( gmbh)?", random) for _ in range(5_000)])
    text = "".join(
        random.choice(("GET /api/items?id=12345 200 ", "some plain words ", "\n")) for _ in range(60_000)
    )
    start = time.process_time()
    list(words.spans(text))
    assert len(text) / (time.process_time() - start) > 4e6  # characters a second; about 50e6 when idle


@pytest.mark.parametrize("piece", ["acme ", "acme corp ", "acme-\n", "corp", "ac", "a-\n", "acme  "])
@pytest.mark.parametrize("noisy", [False, True])
def test_linear_time(piece: str, noisy: bool) -> None:
    detector = OwnDetector(words=OwnWords(["acme corp", "acme", "acmecorporation"]))

    def seconds(length: int) -> float:
        sample = Sample((piece * length)[:length], noisy=noisy)
        start = time.process_time()
        detector.scan(sample)
        return time.process_time() - start

    small, large = (min(seconds(length) for _ in range(2)) for length in (3_000, 12_000))
    assert large < small * 4 * 2 + 0.1
