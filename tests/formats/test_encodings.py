"""A secret in any encoding is found, covered, gone in every form, and what holds it stays readable."""

from __future__ import annotations

import base64
import gzip
import json
import quopri
import textwrap
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, quote, unquote

import pytest

from app.messages import Input, RedactTask
from app.model import RunKey, RunLabels, ScanReport
from app.options import Settings
from app.pipeline import run_task
from app.places import TextSpan
from detectors.model import Confidence
from detectors.samples import generate

TOKEN = "ghp_[A-Za-z0-9]{36}"
PASSWORD = r"[A-Z]{3}[a-z]{3}[0-9]{4}[!#*][A-HJ-NP-W]{2}[0-9]{2}[a-hj-km-w]{2}"
HOOK = "https://hooks[.]slack[.]com/services/T[A-Z0-9]{10}/B[A-Z0-9]{10}/[A-Za-z0-9]{24}"


class _Listener:
    def progress(self, fraction: float, note: str) -> None: ...

    def found(self, findings: object) -> None: ...

    def page(self, page: int, preview: object, *, redacted: bool) -> None: ...


def redacted(data: bytes, folder: Path) -> tuple[ScanReport, bytes]:
    """The report and the verified copy."""
    source = folder / "file.unknown"
    source.write_bytes(data)
    task = RedactTask(Input(source, Path(source.name)), folder / "out" / source.name)
    report = run_task(task, Settings(), RunKey(b"k" * 32), RunLabels(), _Listener()).report
    assert report.redacted is not None, report.error
    assert any(finding.confidence >= Confidence.MEDIUM for finding in report.findings)
    return report, report.redacted.path.read_bytes()


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _plain(text: str) -> str:
    return base64.b64decode("".join(text.split()), validate=True).decode()


def _url_b64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _login(secret: str) -> str:
    return json.dumps({"user": "bob", "password": secret, "mode": "???>>>~~~"})


def _config(secret: str) -> str:
    return f"LOG=debug\nDB_PASSWORD={secret}\nMODE=a longer line of text that goes on for a while\n"


def _wrapped(text: str, width: int = 64, indent: str = "") -> str:
    return textwrap.indent(textwrap.fill(_b64(text), width), indent)


def _mail(text: str, encoding: str) -> str:
    return f"From: a\nContent-Transfer-Encoding: {encoding}\nSubject: b\n\n{text}\n--border--\n"


def _quoted(text: str) -> str:
    return quopri.encodestring(text.encode()).decode()


def _escaped(text: str, form: str) -> str:
    return "".join(form.format(ord(char)) for char in text)


def _between(text: str, before: str, after: str) -> str:
    return text.partition(before)[2].partition(after)[0]


# What holds the secret, and whether a copy of it still reads as what it was.
CASES: dict[str, tuple[str, Callable[[str], str], Callable[[str], object]]] = {
    "basic header": (
        PASSWORD,
        lambda s: f"GET / HTTP/1.1\nAuthorization: Basic {_b64('bob:' + s)}\n\n",
        lambda copy: copy.startswith("GET / HTTP/1.1\nAuthorization: Basic ") and copy.endswith("\n\n"),
    ),
    "kubernetes secret": (
        PASSWORD,
        lambda s: f"kind: Secret\ndata:\n  password: {_b64(s)}\n  mode: {_b64('production mode')}\n",
        lambda copy: _plain(_between(copy, "password: ", "\n")) and "mode: cHJvZ" in copy,
    ),
    "kubernetes file": (
        PASSWORD,
        lambda s: f"data:\n  app.env: |\n{_wrapped(_config(s), indent='    ')}\nother: 1\n",
        lambda copy: _plain(_between(copy, "|\n", "other")).endswith("goes on for a while\n"),
    ),
    "docker pull secret": (
        PASSWORD,
        lambda s: (
            "data:\n  .dockerconfigjson: "
            + _b64(json.dumps({"auths": {"r.example": {"username": "bob", "password": s}}}))
        ),
        lambda copy: json.loads(_plain(copy.rpartition(": ")[2]))["auths"]["r.example"]["username"] == "bob",
    ),
    "docker configuration": (
        PASSWORD,
        lambda s: json.dumps({"auths": {"r.example": {"auth": _b64(f"bob:{s}")}}}, indent=1),
        lambda copy: _plain(json.loads(copy)["auths"]["r.example"]["auth"]),
    ),
    "npm": (
        PASSWORD,
        lambda s: f"//registry.example/:_auth={_b64('bob:' + s)}\nalways-auth=true\n",
        lambda copy: copy.endswith("\nalways-auth=true\n"),
    ),
    "kubeconfig": (
        PASSWORD,
        lambda s: f"- name: admin\n  user:\n    token-data: {_b64('password=' + s)}\n    as: x\n",
        lambda copy: _plain(_between(copy, "token-data: ", "\n")) and copy.endswith("    as: x\n"),
    ),
    "data address": (
        PASSWORD,
        lambda s: f'<a href="data:text/plain;base64,{_b64("password: " + s)}">x</a>\n',
        lambda copy: _plain(_between(copy, "base64,", '"')).startswith("password: "),
    ),
    "data address with JSON": (
        PASSWORD,
        lambda s: f"url(data:application/json;base64,{_b64(_login(s))})",
        lambda copy: json.loads(_plain(_between(copy, "base64,", ")")))["user"] == "bob",
    ),
    "URL-safe base64": (
        PASSWORD,
        lambda s: f"https://x.example/cb?state={_url_b64(_login(s))}&x=1\n",
        lambda copy: "+" not in _between(copy, "state=", "&") and "/" not in _between(copy, "state=", "&"),
    ),
    "mail in base64": (
        PASSWORD,
        lambda s: _mail(_wrapped("Hello,\n" + _config(s) + "Regards\n" * 9, 76), "base64"),
        lambda copy: _plain(_between(copy, "Subject: b\n\n", "--border")).endswith("Regards\n"),
    ),
    "mail in base64, CRLF": (
        PASSWORD,
        lambda s: _mail(_wrapped(_config(s), 76), "base64").replace("\n", "\r\n"),
        lambda copy: _plain(_between(copy, "b\r\n\r\n", "--border")).startswith("LOG=debug"),
    ),
    "wrapped in a JSON string": (
        PASSWORD,
        lambda s: json.dumps({"content": _wrapped(_config(s) * 2, 60) + "\n"}),
        lambda copy: json.loads(copy)["content"].startswith("TE9HPWRlYnVn"),
    ),
    "base64 in base64": (
        TOKEN,
        lambda s: f"data: {_b64(_b64('token is ' + s + ', keep it'))}\n",
        lambda copy: _plain(copy[6:]),
    ),
    "compressed in base64": (
        TOKEN,
        lambda s: "release: " + base64.b64encode(gzip.compress(_config(s).encode())).decode() + "\n",
        lambda copy: base64.b64decode(copy[9:].strip(), validate=True),
    ),
    "UTF-16 in base64": (
        TOKEN,
        lambda s: f"pwsh -enc {base64.b64encode(f'$a = {s!r}; echo'.encode('utf-16-le')).decode()} -x\n",
        lambda copy: _plain(_between(copy, "-enc ", " -x")).startswith("$\0a\0"),
    ),
    "hexadecimal": (
        PASSWORD,
        lambda s: f"blob: {('password=' + s + ';').encode().hex()}\n",
        lambda copy: bytes.fromhex(copy[6:].strip()).endswith(b";"),
    ),
    "form": (
        PASSWORD,
        lambda s: f"grant_type=password&password={quote(s, safe='')}&z=%C3%A9",
        lambda copy: parse_qs(copy)["z"] == ["é"],
    ),
    "percent codes": (
        HOOK,
        lambda s: f"GET /x?u={quote(s, safe='')}&y=1 HTTP/1.1\n",
        lambda copy: copy.endswith("&y=1 HTTP/1.1\n"),
    ),
    "every letter a percent code": (
        TOKEN,
        lambda s: f"u={_escaped(s, '%{:02x}')}&y=1\n",
        lambda copy: copy.endswith("&y=1\n"),
    ),
    "percent codes twice": (
        HOOK,
        lambda s: f"/cb?next={quote(quote('https://x.example/?to=' + s, safe=''), safe='')}\n",
        lambda copy: unquote(unquote(copy)).startswith("/cb?next=https://x.example/?to="),
    ),
    "JSON in percent codes": (
        PASSWORD,
        lambda s: f"/cb?state={quote(_login(s), safe='')}&y\n",
        lambda copy: json.loads(unquote(_between(copy, "state=", "&")))["user"] == "bob",
    ),
    "percent codes in JSON": (
        HOOK,
        lambda s: json.dumps({"url": "https://x.example/?u=" + quote(quote(s, safe=""), safe="")}),
        lambda copy: json.loads(copy)["url"].startswith("https://x.example/?u="),
    ),
    "named entities": (
        PASSWORD,
        lambda s: f"<p>{escape(_login(s))}</p>\n",
        lambda copy: json.loads(unescape(copy)[3:-5])["user"] == "bob",
    ),
    "decimal entities": (
        TOKEN,
        lambda s: f"<value>{_escaped(s, '&#{};')}</value>\n",
        lambda copy: copy.endswith("</value>\n"),
    ),
    "hexadecimal entities": (
        TOKEN,
        lambda s: f"<value>{_escaped(s, '&#x{:X};')}</value>\n",
        lambda copy: copy.startswith("<value>"),
    ),
    "XML in XML": (
        PASSWORD,
        lambda s: "<body>" + escape(f"<login><password a='1'>{s}</password></login>") + "</body>\n",
        lambda copy: unescape(copy).endswith("</password></login></body>\n"),
    ),
    "CDATA": (
        PASSWORD,
        lambda s: f"<password><![CDATA[{s}]]></password>\n",
        lambda copy: copy.startswith("<password><![CDATA[") and copy.endswith("]]></password>\n"),
    ),
    "script escapes": (
        TOKEN,
        lambda s: "var a = '" + _escaped(s, "\\x{:02x}") + "', b = 1;\n",
        lambda copy: copy.endswith("', b = 1;\n"),
    ),
    "unicode escapes": (
        TOKEN,
        lambda s: 'var a = "' + _escaped(s, "\\u{:04x}") + '";\n',
        lambda copy: copy.startswith('var a = "') and copy.endswith('";\n'),
    ),
    "JSON in strings": (
        PASSWORD,
        lambda s: json.dumps({"a": json.dumps({"b": json.dumps({"c": _login(s)})})}),
        lambda copy: json.loads(json.loads(json.loads(json.loads(copy)["a"])["b"])["c"])["user"] == "bob",
    ),
    "JSON in strings in a log": (
        HOOK,
        lambda s: "INFO body=" + json.dumps(json.dumps({"u": s})).replace("/", "\\/") + " done\n",
        lambda copy: copy.startswith("INFO body=") and copy.endswith(" done\n"),
    ),
    "YAML block": (
        PASSWORD,
        lambda s: f"body: |\n  {_login(s)}\nnext: 1\n",
        lambda copy: json.loads(_between(copy, "|\n", "\nnext"))["user"] == "bob",
    ),
    "escaped base64 in JSON": (
        TOKEN,
        lambda s: json.dumps({"a": _b64(f"???>>> token={s} ???>>>")}).replace("/", "\\/"),
        lambda copy: _plain(json.loads(copy)["a"]),
    ),
    "behind a percent code": (
        TOKEN,
        lambda s: f"u=Bearer%20{s}&x=1\n",
        lambda copy: copy.startswith("u=Bearer%20") and copy.endswith("&x=1\n"),
    ),
    "quoted-printable": (
        TOKEN,
        lambda s: _mail(
            _quoted(f"Grüße, das hier ist der neue Zugang für das System: {s}\nEnde\n"), "Quoted-Printable"
        ),
        lambda copy: "Ende\n" in quopri.decodestring(copy.encode()).decode(),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_found_covered_and_still_valid(name: str, tmp_path: Path, random: Random) -> None:
    form, make, valid = CASES[name]
    secret = generate(form, random)
    text = make(secret)
    assert valid(text), "the check of the copy holds for the original"
    report, copy = redacted(text.encode(), tmp_path)
    assert valid(copy.decode())
    assert not report.not_read
    for part in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1], escape(secret)):
        assert part.encode() not in copy


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("form", ["# Grüße\npassword={}\nlast=1\n", '{{"a": "ü", "password": "{}"}}'])
def test_wide_encodings_stay_what_they_are(
    form: str, encoding: str, mark: str, tmp_path: Path, random: Random
) -> None:
    secret = generate(PASSWORD, random)
    _, copy = redacted((mark + form.format(secret)).encode(encoding), tmp_path)
    text = copy.decode(encoding)
    assert text.startswith(mark + form[:5].replace("{{", "{"))
    assert secret not in text
    assert "REDACTED_" in text


def test_a_value_is_covered_wherever_it_is_encoded(tmp_path: Path, random: Random) -> None:
    secret = generate(PASSWORD + "&", random)
    again = _b64(f"nothing tells that {secret} is one")
    entities = _escaped(secret, "&#{};")
    text = f"password={secret}\nnote: {escape(secret)} or {quote(secret)}\nblob {again}\nx {entities}\n"
    report, copy = redacted(text.encode(), tmp_path)
    assert copy.count(b"REDACTED_") == 4  # and one in base64
    assert _plain(_between(copy.decode(), "blob ", "\n")).endswith(" is one")
    places = [place for finding in report.findings for place in finding.where]
    assert {place.line for place in places if isinstance(place, TextSpan)} == {1, 2, 3, 4}


def test_two_values_in_one_base64_text_are_covered_apart(tmp_path: Path, random: Random) -> None:
    first, second = generate(TOKEN, random), generate(TOKEN, random)
    text = f"blob: {_b64(f'a={first} between b={second} end')}\n"
    _, copy = redacted(text.encode(), tmp_path)
    plain = _plain(copy.decode()[6:])
    assert plain.startswith("a=REDACTED_")
    assert " between b=REDACTED_" in plain
    assert plain.endswith(" end")


def test_an_archive_that_unpacks_to_too_much_is_named_as_not_read(tmp_path: Path) -> None:
    bomb = base64.b64encode(gzip.compress(b"a" * 5_000_000)).decode()
    source = tmp_path / "file.txt"
    source.write_text(f"release: {bomb}\n")
    task = RedactTask(Input(source, Path(source.name)), tmp_path / "out" / source.name)
    report = run_task(task, Settings(), RunKey(b"k" * 32), RunLabels(), _Listener()).report
    assert [gap.where for gap in report.not_read] == ["embedded files"]
