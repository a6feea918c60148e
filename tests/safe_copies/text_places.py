"""Values in exports, guides and messages: odd spellings, odd places, files inside files."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from typing import Any, Final
from urllib.parse import quote

from tests.safe_copies.place import Place, encoded, letters
from tests.safe_copies.raw_pdf import RawPdf, line


def _text(make: Callable[[str], str | bytes], suffix: str) -> Place:
    def build(value: str) -> bytes:
        made = make(value)
        return made.encode() if isinstance(made, str) else made

    return Place(build, shown=True, suffix=suffix)


def _as(template: str, suffix: str) -> Place:
    """``@`` stands for the value."""
    return _text(lambda value: template.replace("@", value), suffix)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _wrapped(text: str, width: int) -> str:
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


def _har(**request: Any) -> Callable[[str], str]:
    """A HAR of one entry; ``@`` stands for the value."""

    def make(value: str) -> str:
        entry = {
            "startedDateTime": "2026-01-01T00:00:00Z",
            "time": 1,
            "request": {
                "method": "GET",
                "url": "https://example.com/",
                "httpVersion": "1",
                "headers": [],
                "queryString": [],
                "cookies": [],
                "headersSize": 0,
                "bodySize": 0,
            },
            "response": {
                "status": 200,
                "statusText": "",
                "httpVersion": "1",
                "headers": [],
                "cookies": [],
                "content": {"size": 0, "mimeType": "text/plain"},
                "redirectURL": "",
                "headersSize": 0,
                "bodySize": 0,
            },
            "cache": {},
            "timings": {"send": 0, "wait": 0, "receive": 0},
        }
        for part, more in request.items():
            entry[part] = {**entry.get(part, {}), **more} if isinstance(more, dict) else more  # type: ignore[dict-item]
        log = {"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [entry]}}
        return json.dumps(log).replace("@", value)

    return make


def _har_base64(value: str) -> str:
    body = _base64(f"ok=1&token={value}&x=2")
    content = {"size": 9, "mimeType": "text/plain", "text": body, "encoding": "base64"}
    return _har(response={"content": content})("")


def _mail(fill: Callable[[EmailMessage, str], None]) -> Place:
    def make(value: str) -> bytes:
        message = EmailMessage()
        message["From"] = "a@example.com"
        message["To"] = "b@example.com"
        message["Subject"] = "Settings"
        message["Date"] = "Tue, 24 Nov 2026 10:00:00 +0000"
        fill(message, value)
        return message.as_bytes()

    return _text(make, ".eml")


def _header(message: EmailMessage, value: str) -> None:
    message["X-Api-Token"] = value
    message.set_content("hello")


def _quoted(message: EmailMessage, value: str) -> None:
    message.set_content(f"Schlüssel = {value} für Größe\n", cte="quoted-printable")


def _packed(message: EmailMessage, value: str) -> None:
    message.set_content(f"the key is {value}\n", cte="base64")


def _attached_text(message: EmailMessage, value: str) -> None:
    message.set_content("hello")
    message.add_attachment(
        f"key={value}\n".encode(), maintype="application", subtype="octet-stream", filename="a.txt"
    )


def _attached_pdf(message: EmailMessage, value: str) -> None:
    message.set_content("hello")
    data = RawPdf(content=line(value)).data()
    message.add_attachment(data, maintype="application", subtype="pdf", filename="a.pdf")


def _attachment_name(message: EmailMessage, value: str) -> None:
    message.set_content("hello")
    message.add_attachment(b"x\n", maintype="text", subtype="plain", filename=f"{value}.txt")


def _nested(message: EmailMessage, value: str) -> None:
    inner = EmailMessage()
    inner["Subject"] = f"key {value}"
    inner.set_content("hello")
    message.set_content("see below")
    message.add_attachment(inner)


def _alternative(message: EmailMessage, value: str) -> None:
    message.set_content("hello")
    message.add_alternative(f"<p style='display:none'>{value}</p><!-- {value} -->", subtype="html")


def _encoded_subject(message: EmailMessage, value: str) -> None:
    del message["Subject"]
    message["Subject"] = f"Schlüssel {value}"
    message.set_content("hello")


def _data_picture(value: str) -> str:
    """A picture whose comment has the value, inside a guide."""
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", value)
    data = base64.b64encode(encoded(letters("Settings"), "PNG", pnginfo=info)).decode()
    return f"# Guide\n\n![screen](data:image/png;base64,{data})\n"


def _jwt_like(value: str) -> str:
    return f"{_base64(json.dumps({'a': 1}))}.{_base64(json.dumps({'key': value}))}"


EXPORTS: Final[dict[str, Place]] = {
    "json": _as('{"name": "a", "key": "@"}', ".json"),
    "json with a mark of its order of bytes": _text(
        lambda value: b"\xef\xbb\xbf" + f'{{"k": "{value}"}}'.encode(), ".json"
    ),
    "json in UTF-16": _text(lambda value: f'{{"k": "{value}"}}'.encode("utf-16"), ".json"),
    "json in UTF-16 without a mark": _text(lambda value: f'{{"k": "{value}"}}'.encode("utf-16-le"), ".json"),
    "json in a string of json": _text(
        lambda value: json.dumps({"body": json.dumps({"inner": json.dumps({"k": value})})}), ".json"
    ),
    "json in escapes": _text(
        lambda value: '{"k": "' + "".join(f"\\u{ord(char):04x}" for char in value) + '"}', ".json"
    ),
    "json in base64": _text(
        lambda value: json.dumps({"data": _base64(f"the key is {value} today")}), ".json"
    ),
    "json in base64 twice": _text(
        lambda value: json.dumps({"data": _base64(_base64(f"the key is {value} today"))}), ".json"
    ),
    "json in hexadecimal": _text(lambda value: json.dumps({"data": f"key={value}".encode().hex()}), ".json"),
    "json in percent signs": _text(
        lambda value: json.dumps({"u": "https://a.example/?q=" + quote(f"k={value}&x", safe="")}), ".json"
    ),
    "json name": _as('{"@": 1}', ".json"),
    "json name given twice": _as('{"a": "@", "a": "b"}', ".json"),
    "json comment": _as('{"a": 1} // @\n', ".json"),
    "json behind the end": _as('{"a": 1}\n\n@\n', ".json"),
    "json lines": _as('{"a": 1}\n{"a": "@"}\n', ".jsonl"),
    "yaml": _as("a: 1\nkey: @\n", ".yaml"),
    "yaml anchor": _as("base: &x\n  key: @\nother:\n  <<: *x\n", ".yaml"),
    "yaml folded": _text(lambda value: f'key: "{value[:20]}\\\n  {value[20:]}"\n', ".yaml"),
    "yaml comment": _as("a: 1 # @\n", ".yaml"),
    "yaml binary": _text(lambda value: f"key: !!binary |\n  {_base64('the key is ' + value)}\n", ".yaml"),
    "har address": _text(_har(request={"url": "https://example.com/?token=@"}), ".har"),
    "har header": _text(_har(request={"headers": [{"name": "Authorization", "value": "Bearer @"}]}), ".har"),
    "har posted text": _text(
        _har(request={"postData": {"mimeType": "application/json", "text": '{"k": "@"}'}}), ".har"
    ),
    "har posted fields": _text(
        _har(
            request={"postData": {"mimeType": "a/b", "params": [{"name": "k", "value": "@"}], "text": "k=@"}}
        ),
        ".har",
    ),
    "har body in base64": _text(_har_base64, ".har"),
    "har comment": _text(_har(comment="@"), ".har"),
    "har web socket": _text(_har(_webSocketMessages=[{"type": "send", "data": "k=@"}]), ".har"),
    "har script that asked": _text(
        _har(_initiator={"type": "script", "stack": {"callFrames": [{"url": "https://a/?k=@"}]}}), ".har"
    ),
    "log wrapped": _text(
        lambda value: (
            "2026-11-24 10:00:01 start\n"
            + _wrapped(f"2026-11-24 10:00:02 sent with token {value} to the service", 60)
            + "\n2026-11-24 10:00:03 end\n"
        ),
        ".log",
    ),
    "log with colours": _text(lambda value: f"\x1b[31mkey\x1b[0m=\x1b[1m{value}\x1b[0m\n", ".log"),
    "csv": _text(lambda value: f'a,b\n1,"{value}"\n', ".csv"),
    "environment file": _as("A=1\nKEY='@'\n", ".env"),
    "xml entity": _text(
        lambda value: "<a k='" + "".join(f"&#{ord(char)};" for char in value) + "'/>", ".xml"
    ),
    "xml section": _as("<a><![CDATA[@]]></a>", ".xml"),
    "token of the web": _text(lambda value: f"Authorization: Bearer {_jwt_like(value)}\n", ".txt"),
    "latin 1": _text(lambda value: f"Schlüssel: {value}\n".encode("latin-1"), ".txt"),
    "zero bytes": _text(lambda value: f"a\0b key {value}\0\n".encode(), ".txt"),
}

GUIDES: Final[dict[str, Place]] = {
    "markdown": _as("# Guide\n\nUse `@` as the key.\n", ".md"),
    "markdown comment": _as("# Guide\n\n<!-- @ -->\n", ".md"),
    "markdown link": _as("# Guide\n\n[x](https://example.com/?key=@)\n", ".md"),
    "markdown link below": _as('# Guide\n\n[x][1]\n\n[1]: https://example.com/ "@"\n', ".md"),
    "markdown head": _as("---\ntitle: a\nkey: @\n---\n\n# Guide\n", ".md"),
    "markdown picture": replace(_text(_data_picture, ".md"), shown=False),
    "html": _as("<html><body><p>@</p></body></html>", ".html"),
    "html comment": _as("<html><body><!-- @ --><p>a</p></body></html>", ".html"),
    "html attribute": _as("<html><body><p data-key='@'>a</p></body></html>", ".html"),
    "html script": _as("<html><script>var k = '@';</script><body>a</body></html>", ".html"),
    "html cut in pieces": _text(
        lambda value: f"<html><body><p><b>{value[:13]}</b><i>{value[13:]}</i></p></body></html>", ".html"
    ),
    "html page in a page": _text(
        lambda value: f'<html><body><iframe srcdoc="&lt;p&gt;{value}&lt;/p&gt;"></iframe></body></html>',
        ".html",
    ),
    "html address of data": _text(
        lambda value: (
            f'<html><body><a href="data:text/plain;base64,{_base64("key " + value)}">x</a></body></html>'
        ),
        ".html",
    ),
    "asciidoc": _as("= Guide\n\nUse `@` as the key.\n// @\n", ".adoc"),
    "notebook's output": _text(
        lambda value: json.dumps(
            {
                "cells": [
                    {
                        "cell_type": "code",
                        "source": ["print(key)"],
                        "metadata": {},
                        "execution_count": 1,
                        "outputs": [{"output_type": "stream", "name": "stdout", "text": [value + "\n"]}],
                    }
                ],
                "metadata": {},
                "nbformat": 4,
                "nbformat_minor": 5,
            }
        ),
        ".ipynb",
    ),
}

MAIL: Final[dict[str, Place]] = {
    "mail header": _mail(_header),
    "mail subject": _mail(_encoded_subject),
    "mail in quoted-printable": _mail(_quoted),
    "mail in base64": _mail(_packed),
    "mail with a text": _mail(_attached_text),
    "mail with a PDF": _mail(_attached_pdf),
    "name of a file in a mail": _mail(_attachment_name),
    "mail in a mail": _mail(_nested),
    "mail with hidden HTML": _mail(_alternative),
}
