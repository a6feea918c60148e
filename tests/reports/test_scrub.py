"""No secret of the run is in any word of a report, wherever the document put it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from app.model import Check, Dismissed, ErrorInfo, Hidden, NotRead, RedactedCopy, Scan
from app.places import MetadataKey, TextSpan
from app.reports import reports
from app.reports.scrub import SHORTEST, mask_of, scrubbed
from detectors.model import Kind
from tests.reports import examples


def canary(random: Random) -> str:
    return "".join(random.choices("abcdefghijkmnpqrstuvwxyz23456789~/", k=24))


def poisoned(secret: str) -> Scan:
    """A scan whose every free text quotes the secret."""
    pointer = "/" + secret.replace("~", "~0").replace("/", "~1")
    where = (TextSpan(0, 1, 1, 1, pointer), MetadataKey(f"text:{secret}"), examples.AREA)
    found = replace(examples.finding(1, *where), evidence=f"beside {secret}", masked=secret)
    report = examples.report(
        f"{secret}.png",
        findings=(found,),
        dismissed=(Dismissed("some-key", "Some key", secret, secret, secret, where),),
        not_read=(NotRead(secret, secret, secret, examples.AREA),),
        error=ErrorInfo("not-written", secret, secret, 5),
        redacted=RedactedCopy(Path(f"out/{secret}.redacted.png"), "ab" * 32, (Check("c", True, secret),)),
    )
    return Scan(report, {"f1": Hidden(secret)})


@pytest.mark.parametrize("writer", reports(), ids=lambda writer: writer.name)
def test_no_report_quotes_a_secret(writer: object, random: Random) -> None:
    secret, other = canary(random), canary(random)
    scans = [poisoned(secret), poisoned(other)]
    scans.append(Scan(examples.report(f"copy of {secret}.txt"), {}))  # found in another document
    cleaned = scrubbed(scans)
    text = writer.render(cleaned, "1", {})  # type: ignore[attr-defined]
    for value in (secret, other):
        assert value not in text
        assert value.replace("~", "~0").replace("/", "~1") not in text
        assert value not in repr(cleaned)


def test_what_is_not_secret_stays() -> None:
    scan = Scan(examples.everything()[1], {"f1": Hidden("unrelated value")})
    assert scrubbed([scan]) == (scan.report,)


def test_short_and_personal_values_do_not_eat_words() -> None:
    short = Scan(examples.everything()[1], {"f1": Hidden("s" * (SHORTEST - 1))})
    personal = replace(examples.finding(), kind=Kind.PERSONAL)
    named = Scan(examples.report("ada lovelace.png", findings=(personal,)), {"f1": Hidden("ada lovelace")})
    assert scrubbed([short, named]) == (short.report, named.report)


@pytest.mark.parametrize("writer", reports(), ids=lambda writer: writer.name)
def test_no_report_quotes_a_word_of_the_users_own(writer: object) -> None:
    cleaned = scrubbed([poisoned("ACME Ltd")], mask_of(["Acme ltd", "Contoso"]))
    text = writer.render(cleaned, "1", {})  # type: ignore[attr-defined]
    assert "acme ltd" not in text.lower()
    assert "acme ltd" not in repr(cleaned).lower()
    assert scrubbed([poisoned("ACME Ltd")], mask_of([])) == scrubbed([poisoned("ACME Ltd")])
