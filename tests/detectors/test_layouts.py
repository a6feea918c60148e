"""Values in the layouts that no-code screens and exports have, and the texts of those screens alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

import pytest

from detectors.engine import default_detector
from detectors.model import Confidence, Named, Relation, Sample
from detectors.samples import generate
from tests.support.credentials import UUID, Credential, credentials, essential

BENIGN = """
Save changes | Token lifetime: 3600 seconds | Secret rotation policy: every 90 days
API key name: production | Password must contain at least 12 characters | Forgot your password?
Reset password | Change password | Show API key | Copy token to clipboard | Key type: RSA-2048
Access token expires: 2026-12-31 | Enter your API key | Your API key will be shown only once
API key: ************ | Password: •••••••• | Client ID: acme-support | Token type: Bearer
Authentication: Header Auth | Credential: Gmail account 2 | Public key | Primary key: id
Shortcut key: Ctrl+Shift+K | Sort key: createdAt | Max tokens: 4096 | Secret scanning is enabled
Two-factor authentication: enabled | Password policy: strong | Session timeout: 30 minutes
API key: YOUR_API_KEY | Authorization: Bearer {{ $json.token }} | password: ${DB_PASSWORD}
token: <your token> | Webhook URL: not set | Webhook path: orders | Environment: production
Workspace: Acme Support | Version 2.14.0 | Order SO-2026-118204 | Last delivery: 2026-10-02 09:14
200 OK | Phone +1 555 0100 | Token count: 1532 | Total tokens: 20481 | Prompt tokens: 1033
Password strength: weak | Secret name: stripe-live | Key: value | Key concepts | Private channel
Signature required | Access: read only | API version: 2026-11-01 | The token is invalid
Invalid password | Wrong passcode | This token was revoked | Password changed | Select a credential
Add secret | Manage keys | Rotate keys every 90 days | Encrypted at rest with AES-256
"""


def _benign() -> list[str]:
    return [part.strip() for line in BENIGN.strip().splitlines() for part in line.split("|")]


def inline(item: Credential) -> Sample:
    return Sample(f"Connection details\n{item.label}: {item.value}\nStatus: connected\n")


def screen(item: Credential) -> Sample:
    return Sample(f"Settings\nCredentials\n{item.label}\n{item.value}\nCopy\nDone\n")


def pair(item: Credential) -> Sample:
    return Sample(json.dumps({"name": item.name, "value": item.value}, indent=2))


def named_pair(item: Credential) -> Sample:
    return Sample(item.value, named=(Named(item.name, 0, len(item.value), Relation.SIBLING),))


def environment(item: Credential) -> Sample:
    return Sample(f"NODE_ENV=production\n{item.name.replace('-', '_').upper()}={item.value}\nDEBUG=false\n")


def yaml(item: Credential) -> Sample:
    return Sample(f'service:\n  host: db.internal\n  {item.name}: "{item.value}"\n  retries: 3\n')


def table(item: Credential) -> Sample:
    return Sample(f"Field\tValue\nWorkspace\tAcme\n{item.label}\t{item.value}\nRegion\teu-central-1\n")


def sentence(item: Credential) -> Sample:
    return Sample(f"Hi Lena, the {item.label.lower()} is {item.value} and it works since Monday.")


def covered(sample: Sample, value: str, floor: Confidence = Confidence.MEDIUM) -> bool:
    secret = essential(value)
    start = sample.text.index(secret)
    wanted = set(range(start, start + len(secret)))
    for match in default_detector().scan(sample).matches:
        if match.confidence >= floor:
            wanted -= set(range(match.start, match.end))
    return len(wanted) <= len(secret) * 0.1


@pytest.mark.parametrize(
    ("layout", "share"),
    [
        (inline, 0.97),
        (screen, 0.95),
        (pair, 0.95),
        (named_pair, 0.95),
        (environment, 0.95),
        (yaml, 0.95),
        (table, 0.90),
        (sentence, 0.90),
    ],
)
def test_credentials_are_found_in_every_layout(layout: Callable[[Credential], Sample], share: float) -> None:
    items = [item for seed in range(4) for item in credentials(Random(seed))]
    missed = [item.kind for item in items if not covered(layout(item), item.value)]
    assert len(missed) <= len(items) * (1 - share), sorted(set(missed))


@pytest.mark.parametrize("noisy", [False, True])
def test_interface_texts_alone_are_no_findings(noisy: bool) -> None:
    flagged = {
        line: [(match.rule_id, match.confidence.word) for match in found]
        for line in _benign()
        if (found := default_detector().scan(Sample(line, noisy=noisy)).matches)
    }
    assert flagged == {}


@pytest.mark.parametrize("noisy", [False, True])
def test_a_page_of_interface_texts_has_no_findings(noisy: bool) -> None:
    page = "\n".join(_benign())
    assert default_detector().scan(Sample(page, noisy=noisy)).matches == ()


def test_opaque_identifiers_under_identifier_labels_are_no_findings() -> None:
    random = Random(7)
    labels = (
        "Installation ID",
        "Request id",
        "Commit",
        "X-Request-Id",
        "webhookId",
        "Document",
        "credential_id",
    )
    for label in labels:
        for form in (UUID, "[0-9a-f]{40}", "[0-9a-f]{32}", "[0-9a-f]{64}"):
            value = generate(form, random)
            for line in (f"{label}: {value}", f'"{label}": "{value}"', f"{label}\n{value}\n"):
                found = default_detector().scan(Sample(line)).matches
                assert not [match for match in found if match.confidence >= Confidence.MEDIUM], label
