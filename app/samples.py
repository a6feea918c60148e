"""Sample files to try Sharesafe on: made at run time, every secret in them random and worthless.

A terminal screenshot (dark), a settings page with labels above their values, a PDF with text, a
scanned page and a link, an n8n workflow, a HAR and a log.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random, SystemRandom
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from detectors.samples import generate

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

MONOSPACED: Final = ("DejaVuSansMono.ttf", "LiberationMono-Regular.ttf", "Menlo.ttc", "consola.ttf")
A4_POINTS: Final = (595, 842)


@dataclass(frozen=True, slots=True)
class _Theme:
    paper: str
    ink: str
    faint: str
    field: str
    accent: str


LIGHT: Final = _Theme("#ffffff", "#1f2328", "#656d76", "#f3f5f7", "#1a7f4b")
DARK: Final = _Theme("#1d2128", "#d6dbe3", "#8b95a3", "#262c35", "#7ee0a3")


def write_samples(folder: Path, random: Random | None = None) -> list[Path]:
    """Writes the sample files into ``folder`` (made when missing) and returns their paths.

    Raises:
        OSError: the folder cannot be written.
    """
    source = random or SystemRandom()
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "terminal.png": _png(terminal(source)),
        "settings-page.png": _png(settings_page(source)),
        "handbook.pdf": handbook(source),
        "order-sync.n8n.json": n8n_workflow(source),
        "checkout.har": har(source),
        "server.log": log(source),
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in contents]


def make(pattern: str, random: Random) -> str:
    """A random string of the given format (a regular expression)."""
    return generate(pattern, random)


def _jwt(random: Random) -> str:
    def part(content: Mapping[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    subject = make("[0-9]{10}", random)
    header, payload = {"alg": "HS256", "typ": "JWT"}, {"sub": subject, "name": "api", "exp": 1893456000}
    return f"{part(header)}.{part(payload)}.{make('[A-Za-z0-9_-]{43}', random)}"


def _password(random: Random) -> str:
    return make("[A-Z]{2}[a-z]{5}[!#%*][0-9]{3}[A-Za-z0-9]{5}", random)


def _stripe(random: Random) -> str:
    return make("sk_live_[A-Za-z0-9]{24}", random)


def terminal(random: Random, scale: float = 1.0) -> Image.Image:
    """A dark terminal with secrets in an ``.env`` file, a request and a push URL; about 980 pixels wide."""
    lines = [
        "deploy@stage-02:~/flows$ cat .env",
        "NODE_ENV=production",
        "N8N_HOST=flows.example.net",
        f"DB_POSTGRESDB_PASSWORD={_password(random)}",
        f"STRIPE_SECRET_KEY={_stripe(random)}",
        f"AWS_ACCESS_KEY_ID={make('AKIA[A-Z2-7]{16}', random)}",
        f"AWS_SECRET_ACCESS_KEY={make('[A-Za-z0-9/+]{40}', random)}",
        f"RELEASE={make('[0-9a-f]{40}', random)}",
        f"deploy@stage-02:~/flows$ curl -H 'Authorization: Bearer {_jwt(random)}' \\",
        "    https://api.example.net/v1/runs",
        '{"status": "success", "startedAt": "2026-03-14T09:14:22Z"}',
        "deploy@stage-02:~/flows$ git push",
        f"   {make('[0-9a-f]{7}', random)}..{make('[0-9a-f]{7}', random)}  main -> main",
    ]
    return _text_picture(lines, DARK, scale, columns=104)


def settings_page(random: Random, scale: float = 1.0) -> Image.Image:
    """A light settings page whose labels stand above their values; 900 by 620 pixels at scale 1."""
    image = Image.new("RGB", (round(900 * scale), round(620 * scale)), LIGHT.paper)
    draw = ImageDraw.Draw(image)
    title, label, text = (_font(size * scale, mono=False) for size in (24, 13, 15))
    draw.text((32 * scale, 24 * scale), "Integration settings", LIGHT.ink, title)
    rows = [
        ("Workspace", "Acme Support"),
        ("API key", make("[0-9a-f]{32}", random)),
        ("SMTP password", _password(random)),
        ("Webhook URL", f"https://hooks.zapier.com/hooks/catch/4417203/{make('[a-z0-9]{7}', random)}/"),
        ("Signing secret", make("whsec_[A-Za-z0-9]{32}", random)),
        ("Installation ID", make("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", random)),
    ]
    for number, (name, value) in enumerate(rows):
        top = (76 + number * 84) * scale
        draw.text((32 * scale, top), name, LIGHT.faint, label)
        draw.rounded_rectangle(
            (32 * scale, top + 22 * scale, 700 * scale, top + 58 * scale), 6 * scale, LIGHT.field, "#d0d7de"
        )
        draw.text((44 * scale, top + 31 * scale), value, LIGHT.ink, text)
        draw.text((716 * scale, top + 31 * scale), "Copy", LIGHT.accent, text)
    return image


def n8n_workflow(random: Random) -> bytes:
    """An n8n workflow with a key in a header pair, one in a code step, and one in a JSON body string."""
    body = json.dumps({"api_key": make("[0-9a-f]{40}", random), "query": "={{ $json.query }}"}, indent=2)
    header = {"name": "Authorization", "value": f"Bearer {make('glpat-[A-Za-z0-9]{20}', random)}"}
    code = f"const key = '{_stripe(random)}';\nreturn [{{ json: {{ paid: true }} }}];"
    nodes = [
        _node(1, "When order arrives", "webhook", {"path": "orders", "httpMethod": "POST"}),
        _node(
            2,
            "Look up customer",
            "httpRequest",
            {
                "url": "https://api.example.net/v2/customers",
                "sendHeaders": True,
                "headerParameters": {"parameters": [header]},
                "sendBody": True,
                "specifyBody": "json",
                "jsonBody": f"={body}",
            },
        ),
        _node(3, "Charge", "code", {"jsCode": code}),
    ]
    connections = {
        first["name"]: {"main": [[{"node": second["name"], "type": "main", "index": 0}]]}
        for first, second in pairwise(nodes)
    }
    workflow = {"name": "Order sync", "nodes": nodes, "connections": connections, "settings": {}}
    return json.dumps(workflow, indent=2).encode()


def _node(number: int, name: str, kind: str, parameters: dict[str, object]) -> dict[str, object]:
    return {
        "id": f"node-{number}",
        "name": name,
        "type": f"n8n-nodes-base.{kind}",
        "typeVersion": 2,
        "position": [200 * number, 300],
        "parameters": parameters,
    }


def har(random: Random) -> bytes:
    """A HAR with a bearer token, a session cookie, a key in the query, and one in a response body."""
    key = make("[0-9a-f]{32}", random)
    url = f"https://shop.example.net/api/cart?api_key={key}"
    session = make("[A-Za-z0-9]{32}", random)
    answer = json.dumps({"user": "lena", "access_token": make("[A-Za-z0-9_-]{48}", random), "items": 3})
    request = {
        "method": "GET",
        "url": url,
        "httpVersion": "HTTP/2",
        "headers": [
            {"name": "Authorization", "value": f"Bearer {_jwt(random)}"},
            {"name": "Cookie", "value": f"sessionid={session}; theme=dark"},
        ],
        "queryString": [{"name": "api_key", "value": key}],
        "cookies": [{"name": "sessionid", "value": session}],
        "headersSize": -1,
        "bodySize": 0,
    }
    response = {
        "status": 200,
        "statusText": "OK",
        "httpVersion": "HTTP/2",
        "headers": [{"name": "Content-Type", "value": "application/json"}],
        "cookies": [],
        "content": {"size": len(answer), "mimeType": "application/json", "text": answer},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(answer),
    }
    entry = {
        "startedDateTime": "2026-03-14T09:14:22.000Z",
        "time": 41,
        "request": request,
        "response": response,
        "cache": {},
        "timings": {"send": 0, "wait": 40, "receive": 1},
    }
    tool = {"name": "browser", "version": "1"}
    return json.dumps({"log": {"version": "1.2", "creator": tool, "entries": [entry]}}, indent=2).encode()


def log(random: Random) -> bytes:
    """A server log whose error message carries a connection string and a request with a token."""
    request = make("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", random)
    lines = [
        "2026-03-14 09:14:20 INFO  starting worker 3, build 2.14.0",
        f"2026-03-14 09:14:21 INFO  request {request} GET /v2/export",
        f"2026-03-14 09:14:22 ERROR cannot connect: postgres://app:{_password(random)}@db.internal:5432/orders",
        f"2026-03-14 09:14:23 DEBUG retry with token={make('[A-Za-z0-9]{40}', random)} in 5 s",
        "2026-03-14 09:14:28 INFO  connected",
    ]
    return ("\r\n".join(lines) + "\r\n").encode()


def handbook(random: Random) -> bytes:
    """A three-page PDF: text, a scanned page, and a page with a link whose query holds a token."""
    scan = io.BytesIO()
    settings_page(random, 1.4).save(scan, "JPEG", quality=90)
    text = [
        "Onboarding handbook",
        "",
        "1. Ask for access to the ticket system.",
        f"2. Use the shared test account lena-test with password: {_password(random)}",
        f"3. Export API_TOKEN={make('[A-Za-z0-9]{40}', random)} before the first run.",
        "4. Read the guide on the next page.",
    ]
    target = f"https://intranet.example.net/start?access_token={make('[A-Za-z0-9]{32}', random)}"
    return _pdf(text, scan.getvalue(), round(900 * 1.4), round(620 * 1.4), target)


def _pdf(text: Sequence[str], jpeg: bytes, width: int, height: int, link: str) -> bytes:
    """A minimal PDF 1.7 (ISO 32000-1, 7.5): one text page, one picture page, one page with a link."""
    page_width, page_height = A4_POINTS
    shown = page_width - 80
    lines = b"".join(b"(" + _pdf_text(line) + b") Tj T*\n" for line in text)
    streams = [
        b"BT /F1 12 Tf 18 TL 50 780 Td\n" + lines + b"ET",
        f"q {shown} 0 0 {shown * height / width:.2f} 40 380 cm /Im1 Do Q".encode(),
        b"BT /F1 12 Tf 50 780 Td (Start here: open the welcome page) Tj ET",
    ]
    box = f"/MediaBox [0 0 {page_width} {page_height}]".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R 4 0 R 5 0 R] /Count 3 >>",
        b"<< /Type /Page /Parent 2 0 R "
        + box
        + b" /Resources << /Font << /F1 9 0 R >> >> /Contents 6 0 R >>",
        b"<< /Type /Page /Parent 2 0 R "
        + box
        + b" /Resources << /XObject << /Im1 10 0 R >> >> /Contents 7 0 R >>",
        b"<< /Type /Page /Parent 2 0 R "
        + box
        + b" /Resources << /Font << /F1 9 0 R >> >> /Contents 8 0 R /Annots [11 0 R] >>",
        *(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream) for stream in streams),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8 "
        b"/Filter /DCTDecode /Length %d >>\nstream\n%b\nendstream" % (width, height, len(jpeg), jpeg),
        b"<< /Type /Annot /Subtype /Link /Rect [50 770 260 800] /Border [0 0 0] /A << /S /URI /URI ("
        + _pdf_text(link)
        + b") >> >>",
    ]
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _pdf_text(text: str) -> bytes:
    raw = text.encode("latin-1", "replace")
    return raw.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def _text_picture(lines: Sequence[str], theme: _Theme, scale: float, columns: int) -> Image.Image:
    """The lines as a terminal shows them: one font, hard wrap at ``columns`` characters."""
    rows = [line[at : at + columns] for line in lines for at in range(0, max(1, len(line)), columns)]
    font = _font(14 * scale, mono=True)
    advance, step, margin = font.getlength("M"), round(21 * scale), round(16 * scale)
    size = (round(advance * columns) + 2 * margin, step * len(rows) + 2 * margin)
    image = Image.new("RGB", size, theme.paper)
    draw = ImageDraw.Draw(image)
    for number, row in enumerate(rows):
        draw.text((margin, margin + number * step), row, theme.ink, font)
    return image


def _font(size: float, *, mono: bool) -> Font:
    """A monospaced font of this computer, else the one that ships with Pillow."""
    for name in MONOSPACED if mono else ():
        try:
            return ImageFont.truetype(name, round(size))
        except OSError:
            continue
    return ImageFont.load_default(round(size))


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
