"""What can be computed about a value: checksums and encodings that tell a real token from a look-alike.

A check that passes raises confidence, one that fails lowers it. ``repair`` turns a generated string of
the right shape into one that passes, so tests never need a token of anybody's.
"""

from __future__ import annotations

import base64
import binascii
import json
import string
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from detectors.filters import doubt_about
from detectors.randomness import looks_random
from detectors.web_tokens import Insight, described

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BASE36 = string.digits + string.ascii_lowercase
_URL_SAFE = string.ascii_letters + string.digits + "-_"
_MAX_DECODED = 65_536


@dataclass(frozen=True, slots=True)
class Check:
    """A named test of a value; ``repair`` makes a generated value pass it."""

    name: str
    test: Callable[[str], bool]
    repair: Callable[[str, Random], str]
    inspect: Callable[[str], Insight] = lambda _value: Insight()


@dataclass(frozen=True, slots=True)
class Jwt:
    """The readable halves of a JSON Web Token (RFC 7519)."""

    header: dict[str, object]
    claims: dict[str, object]


def decode_base64(text: str) -> bytes | None:
    """Bytes of standard or URL-safe base64 with or without padding; None when it is neither."""
    body = text.strip().rstrip("=").translate(str.maketrans("-_", "+/"))
    if not body or len(body) > _MAX_DECODED or len(body) % 4 == 1:
        return None
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def decode_jwt(token: str) -> Jwt | None:
    """Header and claims of ``token``; None when its first two parts are not base64url JSON objects."""
    parts = token.split(".")
    if len(parts) not in (2, 3, 5):
        return None
    header = _json_object(parts[0])
    if header is None or not ({"alg", "typ", "enc", "kid"} & header.keys()):
        return None
    claims = _json_object(parts[1]) if len(parts) != 5 else {}
    return None if claims is None else Jwt(header, claims)


def _json_object(part: str) -> dict[str, object] | None:
    raw = decode_base64(part)
    if raw is None:
        return None
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _base(number: int, digits: str, width: int) -> str:
    out = ""
    while number:
        number, digit = divmod(number, len(digits))
        out = digits[digit] + out
    return out.rjust(width, digits[0])


def _base62_crc32(value: str) -> bool:
    """GitHub (github.blog, "Behind GitHub's new authentication token formats") and npm: the last six
    characters are the CRC32 of the body in base 62."""
    body = value.rpartition("_")[2]
    return len(body) > 6 and body[-6:] == _base(zlib.crc32(body[:-6].encode()), _BASE62, 6)


def _repair_base62_crc32(value: str, _random: Random) -> str:
    prefix, mark, body = value.rpartition("_")
    return prefix + mark + body[:-6] + _base(zlib.crc32(body[:-6].encode()), _BASE62, 6)


def _gitlab_routable(value: str) -> bool:
    """GitLab's routable tokens: the last seven characters are the CRC32 of all before, in base 36."""
    return len(value) > 7 and value[-7:] == _base(zlib.crc32(value[:-7].encode()), _BASE36, 7)


def _repair_gitlab_routable(value: str, _random: Random) -> str:
    return value[:-7] + _base(zlib.crc32(value[:-7].encode()), _BASE36, 7)


def _atlassian_crc32(value: str) -> bool:
    """Atlassian API tokens: upper-case hex CRC32 of everything up to and including the "="."""
    body, mark, crc = value.rpartition("=")
    return bool(mark) and crc == f"{zlib.crc32((body + mark).encode()):08X}"


def _repair_atlassian_crc32(value: str, _random: Random) -> str:
    body, mark, _ = value.rpartition("=")
    return f"{body}{mark}{zlib.crc32((body + mark).encode()):08X}"


def _discord_bot(value: str) -> bool:
    """Discord bot tokens: the first part is the base64 of the bot's decimal id."""
    raw = decode_base64(value.split(".", 1)[0])
    return raw is not None and raw.isdigit()


def _repair_discord_bot(value: str, random: Random) -> str:
    number = str(random.randrange(10**17, 10**18)).encode()
    return base64.b64encode(number).decode().rstrip("=") + "." + value.partition(".")[2]


def _intercom(value: str) -> bool:
    raw = decode_base64(value)
    return raw is not None and raw.startswith(b"tok:") and raw.isascii() and raw.decode().isprintable()


def _repair_intercom(_value: str, random: Random) -> str:
    middle = "".join(random.choices("0123456789abcdef_", k=36))
    return base64.b64encode(f"tok:{middle}:1:0".encode()).decode()


def _repair_jwt(_value: str, random: Random) -> str:
    def part(value: dict[str, object]) -> str:
        raw = json.dumps(value, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    claims: dict[str, object] = {"sub": str(random.randrange(10**9, 10**10)), "iat": 1_700_000_000}
    signature = "".join(random.choices(_URL_SAFE, k=43))
    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{signature}"


def _userinfo(value: str) -> bool:
    """``user:password`` whose password is neither a stand-in nor the user's name again."""
    user, _, password = value.partition(":")
    if not password:
        return looks_random(user)
    doubt = doubt_about(password)
    return password != user and len(password) >= 5 and not (doubt and doubt.certain)


def _inspect_jwt(value: str) -> Insight:
    token = decode_jwt(value)
    return described(token.header, token.claims, datetime.now(UTC)) if token else Insight()


def _keep(value: str, _random: Random) -> str:
    return value


CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        Check("base62-crc32", _base62_crc32, _repair_base62_crc32),
        Check("gitlab-routable", _gitlab_routable, _repair_gitlab_routable),
        Check("atlassian-crc32", _atlassian_crc32, _repair_atlassian_crc32),
        Check("discord-bot", _discord_bot, _repair_discord_bot),
        Check("intercom", _intercom, _repair_intercom),
        Check("jwt", lambda value: decode_jwt(value) is not None, _repair_jwt, _inspect_jwt),
        Check("userinfo", _userinfo, _keep),
        Check("base64", lambda value: decode_base64(value) is not None, _keep),
    )
}
"""Every check a rule file may name."""
