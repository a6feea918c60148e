"""What a JSON Web Token says about itself (RFC 7519), told without any person's claim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

_LAST_SECOND = 253_402_300_800  # year 10000
_ALGORITHM = re.compile(r"(?:HS|RS|ES|PS)(?:256|384|512)|ES256K|EdDSA|dir|RSA-OAEP(?:-256|-384|-512)?|none")
_HOST = re.compile(
    r"(?:https?://)?(?:[^/@\s]{1,64}@)?((?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24})(?::\d{1,5})?(?:/.{0,200})?"
)
_FOR_BROWSERS = frozenset({"anon", "anonymous"})
_ROLES = (
    *("service_role", "root", "superuser", "superadmin", "owner", "admin", "administrator", "global:owner"),
    *("editor", "member", "user", "authenticated", "agent", "viewer", "guest", "anon", "anonymous"),
)


@dataclass(frozen=True, slots=True)
class Insight:
    """What a value tells about itself, in words that do not quote it.

    Attributes:
        harmless: meant for anybody.
        lesser: no longer, or hardly, of use to a stranger.
    """

    phrases: tuple[str, ...] = ()
    harmless: bool = False
    lesser: bool = False


def described(header: Mapping[str, object], claims: Mapping[str, object], now: datetime) -> Insight:
    """Validity, issuer's host, role and algorithm; the token on jwt.io's front page is everybody's."""
    role = _role(claims)
    validity, expired = _validity(claims.get("exp"), now)
    origin = [*_issuer(claims.get("iss"))]
    if role:
        origin.append(f"role {role}" + (", made for browsers" if role in _FOR_BROWSERS else ""))
    algorithm = header.get("alg")
    if isinstance(algorithm, str) and _ALGORITHM.fullmatch(algorithm):
        origin.append("not signed" if algorithm == "none" else algorithm)
    example = claims.get("sub") == "1234567890" and claims.get("name") == "John Doe"
    if example:
        origin.append("the example of jwt.io")
    phrases = tuple(phrase for phrase in (validity, ", ".join(origin)) if phrase)
    return Insight(phrases, harmless=example, lesser=expired or role in _FOR_BROWSERS)


def _validity(expiry: object, now: datetime) -> tuple[str, bool]:
    """Until when the token works, and whether that is over."""
    if expiry is None:
        return "never expires", False
    if isinstance(expiry, bool) or not isinstance(expiry, int | float) or not 0 < expiry < _LAST_SECOND:
        return "", False
    end = datetime.fromtimestamp(expiry, UTC)
    return (f"expired {end:%Y-%m-%d}", True) if end < now else (f"valid until {end:%Y-%m-%d}", False)


def _issuer(issuer: object) -> Iterator[str]:
    found = _HOST.fullmatch(issuer) if isinstance(issuer, str) else None
    if found or issuer == "supabase":
        yield f"issued by {found[1] if found else issuer}"


def _role(claims: Mapping[str, object]) -> str:
    """The mightiest of the roles and scopes that are known names and not a person's."""
    said: set[str] = set()
    for key in ("role", "roles", "scope", "scp", "scopes"):
        value = claims.get(key)
        items = value.split() if isinstance(value, str) else value if isinstance(value, list) else ()
        said |= {item.lower() for item in items if isinstance(item, str)}
    return next((role for role in _ROLES if role in said), "")
