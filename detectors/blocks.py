"""What has no label and no vendor's prefix: key blocks row by row, and long random strings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from detectors.candidates import GENERIC, RANDOM, Candidate, dismissed
from detectors.filters import doubt_about
from detectors.model import Confidence
from detectors.randomness import UUID, looks_random
from detectors.regions import is_wordy
from detectors.text import Text

PEM_TRIGGERS = frozenset({"private key", "privatekey"})
"""Lower-case words at which ``pem_candidates`` wants to look."""

_BEGIN = re.compile(r"(?:[-—–_~=.]{1,5}\s?)?beg[il1|]n\b[^\n\x1e]{0,40}\Z")
_END_OF_MARKER = re.compile(r"(?:\s?block)?\s?[-—–_~=. ]{0,8}")
_END = re.compile(
    r"\bend\b[^\n\x1e]{0,40}k[ec]y|end ?(?:rsa|ec|openssh|dsa|encrypted)?\s?pr[il1|]vate", re.IGNORECASE
)
_HEADER = re.compile(
    r"(?:Proc-Type|DEK-[Il1]nfo|Comment|Version|Hash|Charset):[ \t]?[^\n]{0,100}\Z", re.IGNORECASE
)
_ESCAPED_BODY = re.compile(
    r"(?:(?:\\+[nr])+[A-Za-z0-9+/=]{1,100}){1,400}(?:(?:\\+[nr])*-{3,5}END [A-Z ]{3,40}-{3,5})?"
)
_ROW = re.compile(r"[A-Za-z0-9+/=\-—_|.:,*'\"\\ ]{4,160}\Z")
_MAX_ROWS = 400
_SCRAPS, _SCRAP = 2, 12  # OCR makes a row or two of its own of the marker's dashes
_MIN_BODY = 60
_SHORT_ROW = 16

_RUN = re.compile(r"[A-Za-z0-9_/+-]{32,}={0,2}")
_SHORTEST_RUN = 32
# Latin-1 with every character of a run as "A" and every other as ".": bytes are searched much faster.
_RUN_MASK = bytes(65 if re.match(r"[A-Za-z0-9_/+-]", chr(code)) else 46 for code in range(256))
_LONGEST_RUN = 512
_SHORTEST_SEGMENT = 20  # of a path
_ADDRESS_END = re.compile(r"[\s\"'<>\x1e]")
_ROW_LENGTH = 56  # the shortest row that encoders of files make
_ROW_AFTER = re.compile(r"={0,2}[\"',\\]{0,3}\s{1,40}[\"'+]{0,3}[A-Za-z0-9+/]{40}")
_ROW_BEFORE = re.compile(r"[A-Za-z0-9+/]{40}[\"',\\+]{0,3}\s{1,40}[\"']?\Z")
_HASH = re.compile(r"(?:sha\d{1,3}|md5)[-=:]", re.IGNORECASE)
# The end of an escape sequence belongs to what stands before the run.
_ESCAPE_END = re.compile(r"(?<=%)[0-9A-Fa-f]{2}|(?<=\\)(?:[nrt]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})")
_DIGIT = re.compile(r"[0-9]")


def pem_candidates(text: Text, start: int, end: int) -> Iterator[Candidate]:
    """The private key whose BEGIN line holds the words at ``start`` to ``end``, to its last row.

    The END line may be missing (the picture ends, OCR lost it): rows count while they look like base64.
    """
    line_start = text.text.rfind("\n", text.floor(start, 120), start) + 1 or text.floor(start, 120)
    begin = _BEGIN.search(text.lower, line_start, start)
    if not begin:
        return
    marker = _END_OF_MARKER.match(text.lower, end)
    after = marker.end() if marker else end
    stop, body = _rows(text, after)
    if body < _MIN_BODY:
        escaped = _ESCAPED_BODY.match(text.text, after, text.ceiling(after, 40_000))
        stop, body = (escaped.end(), escaped.end() - after) if escaped else (stop, body)
    candidate = Candidate(
        "private-key-pem", begin.start(), stop, Confidence.HIGH, GENERIC, (f"{body} characters of key",)
    )
    yield candidate if body >= _MIN_BODY else dismissed(candidate, "no key follows the line")


def _rows(text: Text, at: int) -> tuple[int, int]:
    """End of the last row of the key, and how many characters of key there are."""
    raw, ceiling = text.text, text.ceiling(at, 40_000)
    stop, body, blank = at, 0, 0
    scraps = _SCRAPS if text.sample.noisy else 0
    for _ in range(_MAX_ROWS):
        line_end = raw.find("\n", at, ceiling)
        line_end = ceiling if line_end < 0 else line_end
        row = raw[at:line_end].strip(" \t\r\"'`,+>|#*")
        if not row:
            blank += 1
            if blank > 2:
                break
        elif _END.search(row):
            return line_end, body
        elif not _HEADER.match(row):
            if not body and scraps and len(row) <= _SCRAP:
                scraps -= 1
            elif not _is_row(row):
                break
            else:
                stop, body, blank = line_end, body + len(row), 0
        if line_end >= ceiling:
            break
        at = line_end + 1
    return stop, body


def _is_row(row: str) -> bool:
    compact = row.replace(" ", "")
    if not _ROW.match(row) or ":" in row:
        return False
    if len(compact) < _SHORT_ROW:
        return " " not in row and not is_wordy(row)
    return looks_random(compact)


def random_strings(text: Text) -> Iterator[Candidate]:
    """Long random strings without a label: worth a look, no more."""
    for run in _long_runs(text.text):
        escape = _ESCAPE_END.match(text.text, run.start())
        start = escape.end() if escape else run.start()
        value = text.text[start : run.end()]
        if value.startswith("//") or ("/" in value and _in_address(text.text, start)):
            value = max(value.split("/"), key=len)
            start += text.text[start : run.end()].index(value)
            if len(value) < _SHORTEST_SEGMENT:
                continue
        end = start + len(value)
        if value.islower() or value.isupper() or len(value) > _LONGEST_RUN or not _DIGIT.search(value):
            continue
        if UUID.search(value) or value.count("/") * 12 > len(value) or not looks_random(value):
            continue
        if not _belongs_to_more(text.text, start, end) and doubt_about(value, generated=True) is None:
            phrase = f"{len(value)} random characters without a label"
            yield Candidate("random-string", start, end, Confidence.LOW, RANDOM, (phrase,))


def _long_runs(raw: str) -> Iterator[re.Match[str]]:
    """The matches of ``_RUN``."""
    mask, run = raw.encode("latin-1", "replace").translate(_RUN_MASK), b"A" * _SHORTEST_RUN
    at = mask.find(run)
    while at >= 0:
        found = _RUN.match(raw, at)
        assert found
        yield found
        at = mask.find(run, found.end())


def _in_address(raw: str, start: int) -> bool:
    """Whether ``start`` is inside a URL, whose host and path words belong to no secret."""
    scheme = raw.rfind("://", max(0, start - _LONGEST_RUN), start)
    return scheme >= 0 and not _ADDRESS_END.search(raw, scheme, start)


def _belongs_to_more(raw: str, start: int, end: int) -> bool:
    """Whether a random-looking run is a hash, a compiler's symbol, or a row of an encoded file."""
    if raw.startswith("_Z", start) or _HASH.match(raw, start) or _HASH.search(raw, max(0, start - 12), start):
        return True
    if end - start < _ROW_LENGTH:
        return False
    return bool(_ROW_AFTER.match(raw, end) or _ROW_BEFORE.search(raw, max(0, start - 160), start))
