"""Checksums and encodings, against independent computations."""

from __future__ import annotations

import base64
import json
import string
import zlib
from random import Random

import pytest

from detectors.checks import CHECKS, decode_base64, decode_jwt
from detectors.engine import default_detector
from detectors.model import Confidence, Sample
from detectors.samples import generate
from detectors.web_tokens import Insight


def jwt(header: dict[str, object], claims: dict[str, object]) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part(header)}.{part(claims)}.{generate('[A-Za-z0-9_-]{43}', Random(1))}"


def test_base62_crc32_is_that_of_the_body() -> None:
    body = generate("[A-Za-z0-9]{30}", Random(1))
    number, digits, code = (
        zlib.crc32(body.encode()),
        string.digits + string.ascii_uppercase + string.ascii_lowercase,
        "",
    )
    for _ in range(6):
        number, digit = divmod(number, 62)
        code = digits[digit] + code
    check = CHECKS["base62-crc32"]
    assert check.test("ghp_" + body + code)
    assert not check.test("ghp_" + body + code[:-1] + ("0" if code[-1] != "0" else "1"))
    assert not check.test("ghp_")


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("base62-crc32", "npm_[A-Za-z0-9]{36}"),
        ("gitlab-routable", r"glpat-[\w-]{27}\.01\.[0-9a-z]{9}"),
        ("atlassian-crc32", r"ATATT3[\w-]{180}=[0-9A-F]{8}"),
        ("discord-bot", r"MT[A-Za-z0-9]{24}\.[\w-]{6}\.[\w-]{38}"),
        ("intercom", "dG9rO[A-Za-z0-9+/]{54}="),
        ("jwt", "x"),
    ],
)
def test_repaired_values_pass_and_others_do_not(name: str, form: str) -> None:
    random = Random(2)
    check = CHECKS[name]
    values = [generate(form, random) for _ in range(20)]
    assert not any(check.test(value) for value in values)
    assert all(check.test(check.repair(value, random)) for value in values)


def test_jwt_tells_origin_role_and_validity_but_nothing_else() -> None:
    claims = {"iss": "https://abc.supabase.co/auth/v1", "role": "service_role", "exp": 4_102_444_800}
    token = jwt({"alg": "HS256"}, {**claims, "email": "lena@example.com", "sub": "lena"})
    told = "issued by abc.supabase.co, role service_role, HS256"
    assert CHECKS["jwt"].inspect(token) == Insight(("valid until 2100-01-01", told))
    odd = jwt({"alg": "lena"}, {"role": "lena@example.com", "iss": "lena", "exp": 10**30})
    assert CHECKS["jwt"].inspect(odd) == Insight()
    account = jwt({"alg": "RS256"}, {"iss": "lena@shop.example.com", "scope": "read admin", "roles": [1]})
    told = "issued by shop.example.com, role admin, RS256"
    assert CHECKS["jwt"].inspect(account) == Insight(("never expires", told))


def test_expired_and_browser_tokens_count_for_less_whatever_their_label_says() -> None:
    lasting = {"iat": 1_700_000_000, "exp": 4_102_444_800, "sub": "83055519"}
    for claims, confidence, phrase in (
        ({**lasting, "role": "service_role"}, Confidence.HIGH, "valid until 2100-01-01"),
        ({**lasting, "role": "anon"}, Confidence.MEDIUM, "role anon, made for browsers"),
        ({**lasting, "exp": 1_700_000_600}, Confidence.MEDIUM, "expired 2023-11-14"),
    ):
        token = jwt({"alg": "HS256", "typ": "JWT"}, claims)
        (match,) = default_detector().scan(Sample(f"Authorization: Bearer {token}")).matches
        assert (match.rule_id, match.confidence) == ("jwt", confidence)
        assert phrase in match.evidence
        assert "83055519" not in match.evidence


def test_the_token_of_every_tutorial_is_harmless() -> None:
    token = jwt({"alg": "HS256", "typ": "JWT"}, {"sub": "1234567890", "name": "John Doe", "iat": 1516239022})
    assert CHECKS["jwt"].inspect(token).harmless


@pytest.mark.parametrize("text", ["", "a.b.c", "eyJ.eyJ.x", "....", "eyJhIjoxfQ.eyJhIjoxfQ.x", "W10.W10.x"])
def test_what_is_no_jwt(text: str) -> None:
    assert decode_jwt(text) is None


def test_deeply_nested_json_is_no_jwt() -> None:
    deep = base64.urlsafe_b64encode(b'{"alg":' + b"[" * 20_000).decode().rstrip("=")
    assert decode_jwt(f"{deep}.{deep}.x") is None


def test_base64_of_both_alphabets() -> None:
    raw = bytes(range(256))
    assert decode_base64(base64.b64encode(raw).decode()) == raw
    assert decode_base64(base64.urlsafe_b64encode(raw).decode().rstrip("=")) == raw
    assert decode_base64("not base64!") is None
    assert decode_base64("A" * 100_001) is None


def test_user_information_needs_a_password_of_its_own() -> None:
    check = CHECKS["userinfo"].test
    password = generate("[A-Za-z0-9]{14}", Random(3))
    assert check(f"app:{password}")
    assert not any(
        map(check, ("postgres:postgres", "user:password", "admin:", "root:1111", "u:your-password"))
    )
