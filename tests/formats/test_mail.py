"""Mail: headers, texts and attachments, each through its own door."""

from __future__ import annotations

import email
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import ClassVar

import pytest

from app.errors import SharesafeError
from app.formats import recognise
from app.formats.base import Format
from app.formats.mail.format import FORMAT
from app.places import MetadataKey, innermost
from tests.formats.format_contract import Case, FormatContract, canary
from tests.formats.test_package import zipped
from tests.support.documents import context_of, examined, plan_of, source_of


def mail(text: str = "Hello\n", subject: str = "A question") -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = "Jörg <joerg@example.org>"
    message["To"] = "support@example.org"
    message["Subject"] = subject
    message["Date"] = "Tue, 24 Nov 2026 10:00:00 +0000"
    message["Message-ID"] = "<1@example.org>"
    message.set_content(text)
    return message


def redacted(data: bytes, word: str, tmp_path: Path) -> tuple[bytes, list[str]]:
    source = source_of(data)
    document = FORMAT.open(source, context_of())
    sink = examined(document)
    assert word in sink.text
    plan = plan_of(source, (word, (*sink.places_of(word), *document.occurrences(word))))
    document.write(plan, tmp_path / "copy")
    copy = source_of((tmp_path / "copy").read_bytes())
    assert [check for check in document.check(copy, plan) if not check.passed] == []
    return copy.data, [remark.text for remark in document.remarks()]


class TestMailContract(FormatContract):
    format: ClassVar[Format] = FORMAT

    def cases(self) -> list[Case]:
        word = canary()
        attached = mail()
        attached.add_attachment(f'{{"key": "{word}"}}'.encode(), "application", "json", filename="a.json")
        inner = mail(f"password: {word}\n")
        outer = mail()
        outer.add_attachment(inner)
        return [
            Case("text", mail(f"The token is {word}.\n").as_bytes(), word, any_prefix_is_valid=True),
            Case("subject", mail(subject=f"ä {word}").as_bytes(), word, any_prefix_is_valid=True),
            Case("attachment", attached.as_bytes(), word, any_prefix_is_valid=True),
            Case("mail in a mail", outer.as_bytes(), word, any_prefix_is_valid=True),
        ]


@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64"])
def test_texts_are_found_and_covered_in_every_transfer_encoding(encoding: str, tmp_path: Path) -> None:
    word = canary()
    message = mail()
    message.clear_content()
    message.set_content(f"Ü {word}\n" if encoding != "7bit" else f"{word}\n", cte=encoding)
    copy, _ = redacted(message.as_bytes(), word, tmp_path)
    again = email.message_from_bytes(copy, policy=policy.default)
    assert "REDACTED_VALUE_1" in again.get_content()
    assert again["Subject"] == "A question"
    assert "joerg@example.org" in str(again["From"])


@pytest.mark.parametrize("place", ["X-Api-Token", "Received", "Authentication-Results", "DKIM-Signature"])
def test_headers_that_nobody_sees_are_examined_and_left_out(place: str, tmp_path: Path) -> None:
    word = canary()
    message = mail()
    message[place] = f"by relay with {word}"
    copy, remarks = redacted(message.as_bytes(), word, tmp_path)
    assert place not in email.message_from_bytes(copy)
    assert "Left out: headers that mail programs do not show." in remarks


def test_text_before_and_behind_the_parts_is_examined_and_left_out(tmp_path: Path) -> None:
    word = canary()
    message = mail()
    message.add_attachment(b"x", "text", "plain", filename="x.txt")
    message.preamble, message.epilogue = f"before {word}", f"behind {word}"
    source = source_of(message.as_bytes())
    sink = examined(FORMAT.open(source, context_of()))
    assert all(isinstance(innermost(place)[1], MetadataKey) for place in sink.places_of(word))
    copy, _ = redacted(message.as_bytes(), word, tmp_path)
    assert word.encode() not in copy


def test_attachments_go_through_their_own_doors_and_unknown_ones_are_left_out(tmp_path: Path) -> None:
    word = canary()
    message = mail()
    message.add_attachment(zipped({f"{word}.txt": word}), "application", "zip", filename=f"logs {word}.zip")
    message.add_attachment(bytes(range(256)) * 40, "application", "octet-stream", filename="unknown.bin")
    source = source_of(message.as_bytes())
    assert "unknown.bin" in [gap.where for gap in examined(FORMAT.open(source, context_of())).gaps]
    copy, remarks = redacted(message.as_bytes(), word, tmp_path)
    names = [
        part.get_filename()
        for part in email.message_from_bytes(copy, policy=policy.default).iter_attachments()
    ]
    assert names == ["logs REDACTED_VALUE_1.zip"]
    assert any(remark.startswith("Left out:") for remark in remarks)


@pytest.mark.parametrize(
    "text",
    [
        "key: value\nother: value\n\nbody\n",
        "From: here\nto there we went\n\nand back\n",
        "GET / HTTP/1.1\nHost: example.org\nDate: now\n\n",
        "subject: a\ndate: b\nmessage-id: c\n\n",
    ],
)
def test_other_texts_with_colons_are_no_mail(text: str) -> None:
    assert recognise(source_of(text.encode())) is not FORMAT


@pytest.mark.parametrize("depth", [40, 3_000])
def test_nesting_is_bounded(depth: int) -> None:
    head = b"From: a@example.org\r\nTo: b@example.org\r\nDate: now\r\nMIME-Version: 1.0\r\n"
    body = b""
    for number in range(depth):
        body += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (number, number)
    source = source_of(head + body + b"Content-Type: text/plain\r\n\r\nx\r\n")
    with pytest.raises(SharesafeError, match=r"too many parts|damaged"):
        FORMAT.open(source, context_of())
