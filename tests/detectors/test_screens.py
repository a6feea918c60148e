"""Credentials as screens show them, line by line: labels, values, buttons, cards, tables, in five languages.

Values are made at random; nothing here says what the format of one is, except for the generator.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from detectors.engine import default_detector
from detectors.model import Confidence, Sample
from detectors.samples import generate
from tests.support.credentials import PASSWORD, UUID, Credential, credentials, essential

MORE = (
    ("mailjet secret", "Secret Key", "[0-9a-f]{32}"),
    ("brevo", "API key", "xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    ("klaviyo", "Private API key", "pk_[0-9a-f]{34}"),
    ("activecampaign", "Key", "[0-9a-f]{72}"),
    ("monday", "API v2 Token", r"eyJhbGciOiJIUzI1NiJ9\.eyJ0aWQiOj[A-Za-z0-9]{90}\.[\w-]{43}"),
    ("todoist", "API token", "[0-9a-f]{40}"),
    ("linear", "Personal API key", "lin_api_[A-Za-z0-9]{40}"),
    ("jira", "API token", r"ATATT3xFfGF0[\w-]{170}=[0-9A-F]{8}"),
    ("github", "Personal access token", "ghp_[A-Za-z0-9]{36}"),
    ("gitlab", "Personal access token", r"glpat-[\w-]{20}"),
    ("digitalocean", "Token", "dop_v1_[0-9a-f]{64}"),
    ("hetzner", "API token", "[A-Za-z0-9]{64}"),
    ("vercel", "Access token", "[A-Za-z0-9]{24}"),
    ("netlify", "Personal access token", "nfp_[A-Za-z0-9]{36}"),
    ("heroku", "API Key", UUID),
    ("firebase", "Server key", r"AAAA[\w-]{7}:APA91b[\w-]{134}"),
    ("shopify", "Admin API access token", "shpat_[0-9a-f]{32}"),
    ("woocommerce", "Consumer secret", "cs_[0-9a-f]{40}"),
    ("square", "Access token", r"EAAA[\w-]{60}"),
    ("mollie", "Live API key", "live_[A-Za-z0-9]{30}"),
    ("paddle", "API key", "[0-9a-f]{50}"),
    (
        "calendly",
        "Personal access token",
        r"eyJraWQiOiIx[A-Za-z0-9]{40}\.eyJpc3MiOi[A-Za-z0-9]{120}\.[\w-]{86}",
    ),
    ("zoom", "Client Secret", "[A-Za-z0-9]{32}"),
    ("zoom hook", "Secret Token", r"[A-Za-z0-9][\w-]{20}[A-Za-z0-9]"),
    ("dropbox", "App secret", "[a-z0-9]{15}"),
    ("box", "Client Secret", "[A-Za-z0-9]{32}"),
    ("xero", "Client secret 1", r"[A-Za-z0-9][\w-]{46}[A-Za-z0-9]"),
    ("quickbooks", "Client Secret", "[A-Za-z0-9]{40}"),
    ("linkedin", "Primary Client Secret", r"WPL_AP1\.[A-Za-z0-9]{16}\.[A-Za-z0-9+/]{6}=="),
    ("facebook", "App secret", "[0-9a-f]{32}"),
    ("twitter", "API Key Secret", "[A-Za-z0-9]{50}"),
    ("deepl", "Authentication Key", f"{UUID}:fx"),
    ("pinecone", "API key", "pcsk_[A-Za-z0-9]{6}_[A-Za-z0-9]{60}"),
    ("huggingface", "User Access Token", "hf_[A-Za-z]{34}"),
    ("replicate", "API token", "r8_[A-Za-z0-9]{37}"),
    ("twitch", "Stream key", r"live_\d{9}_[A-Za-z0-9]{30}"),
    ("wi-fi", "Wi-Fi password", PASSWORD),
    ("imap", "IMAP password", PASSWORD),
    ("vpn", "Pre-shared key", "[A-Za-z0-9+/]{43}="),
    (
        "home assistant",
        "Long-lived access token",
        r"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\.eyJpc3MiOi[A-Za-z0-9]{80}\.[\w-]{43}",
    ),
)

TRANSLATED = """
API-Schlüssel | Geheimer Schlüssel | Client-Geheimnis | Zugriffstoken | Passwort | SMTP-Passwort
WLAN-Passwort | Kennwort | Clé API | Clé secrète | Secret client | Jeton d'accès | Mot de passe
Mot de passe SMTP | Jeton d’API | Clave de API | Clave secreta | Secreto de cliente | Token de acceso
Contraseña | Contraseña SMTP | Chave de API | Chave secreta | Segredo do cliente | Token de acesso
Senha | Senha do Wi-Fi
"""

BENIGN = """
Create API key | Delete token | Copy link | Regenerate secret | Show password | Hide password
Change password | Forgot password? | Two-factor authentication | Recovery options | Last used 3 days ago
Never used | Created by lena@example.com on Oct 2 | Expires in 30 days | Read and write | Full access
Restricted access | Webhook events | Delivery attempts: 3 | Signature header | API version 2026-10-01
Rate limit: 100 requests per minute | Key name | Token name | Secret name | Key ID | Workspace ID
Passwort ändern | Passwort vergessen? | Token erstellen | Schlüssel löschen | Zuletzt verwendet: gestern
Läuft nie ab | Mot de passe oublié ? | Créer une clé API | Dernière utilisation : hier | N'expire jamais
Copier le jeton | Modifier | ¿Olvidaste tu contraseña? | Crear clave de API | Último uso: ayer
No caduca | Copiar token | Cambiar contraseña | Esqueceu a senha? | Criar chave de API
Último uso: ontem | Nunca expira | Copiar token | Alterar senha
Keys are shown only once. Store them in a safe place. | Your secret will not be shown again.
Keep your token private | Anyone with this key can read your data. | Use test keys while you build.
Live mode | Test mode | View logs | Add endpoint
Password must contain 12 characters, one digit and one symbol | Passwords do not match
Password strength: strong | Secret scanning found no secrets | Manage access tokens
Personal access tokens (classic) | OAuth applications | Node version 22.11.0 | Build 4f2a91c
Plan: Team (12 of 25 seats) | Invoice INV-2026-00417 | Region eu-central-1
"""


def _parts(block: str) -> list[str]:
    return [part.strip() for line in block.strip().splitlines() for part in line.split("|")]


Layout = Callable[[Credential], str]


def buttons(item: Credential) -> str:
    return f"Settings\nDevelopers\n{item.label}\n{item.value}\nShow\nCopy\nRegenerate\nDone\n"


def button_beside(item: Credential) -> str:
    return f"Connection\nName\nProduction\n{item.label}\n{item.value} Copy\nSave changes\n"


def starred(item: Credential) -> str:
    return f"New credential\n{item.label} *\n{item.value}\nRequired\nCancel\nSave\n"


def hinted(item: Credential) -> str:
    return f"{item.label}\nKeep it safe, it is shown only once.\n{item.value}\nCopy\nClose\n"


def card(item: Credential) -> str:
    return f"Production\nCreated Oct 2, 2026 by Lena\n{item.label}: {item.value}\nLast used never\nRevoke\n"


def captioned(item: Credential) -> str:
    return f"Your new credential\n\n{item.value}\n{item.label}\nCreated just now\n\nDone\n"


def columns(item: Credential) -> str:
    return f"Field      Value\nRegion     eu-central-1\n{item.label}      {item.value}\nStatus     Active\n"


def cells(item: Credential) -> str:
    return f"Name\t{item.label}\tCreated\nProduction\t{item.value}\tOct 2, 2026\n"


LAYOUTS = (
    (buttons, 0.97),
    (button_beside, 0.95),
    (starred, 0.97),
    (hinted, 0.95),
    (card, 0.97),
    (captioned, 0.95),
    (columns, 0.95),
    (cells, 0.95),
)


def _kinds(random: Random) -> list[Credential]:
    more = [Credential(kind, label, "", generate(form, random)) for kind, label, form in MORE]
    return credentials(random) + more


def _uncovered(text: str, start: int, end: int, *, noisy: bool = False) -> float:
    """The part of the span that no finding of medium confidence or more covers."""
    matches = default_detector().scan(Sample(text, noisy=noisy)).matches
    spans = [(m.start, m.end) for m in matches if m.confidence >= Confidence.MEDIUM]
    bare = sum(not any(first <= at < last for first, last in spans) for at in range(start, end))
    return bare / (end - start)


def _covered(text: str, value: str, *, noisy: bool = False) -> bool:
    secret = essential(value)
    start = text.index(secret)
    return _uncovered(text, start, start + len(secret), noisy=noisy) <= 0.1


def test_there_are_enough_kinds() -> None:
    assert len({item.kind for item in _kinds(Random(0))}) >= 80
    assert len(_parts(BENIGN)) >= 60


@pytest.mark.parametrize("noisy", [False, True])
@pytest.mark.parametrize(("layout", "share"), LAYOUTS)
def test_credentials_on_screens_are_covered(layout: Layout, share: float, noisy: bool) -> None:
    items = [item for seed in (11, 12) for item in _kinds(Random(seed))]
    missed = [item.kind for item in items if not _covered(layout(item), item.value, noisy=noisy)]
    assert len(missed) <= len(items) * (1 - share), sorted(set(missed))


@pytest.mark.parametrize("label", _parts(TRANSLATED))
def test_labels_of_five_languages_are_understood(label: str) -> None:
    random = Random(label)
    password = any(word in label.lower() for word in ("passwor", "kennwort", "passe", "contrase", "senha"))
    form = PASSWORD if password else "[A-Za-z0-9]{32}"
    for layout, _ in LAYOUTS:
        item = Credential(label, label, "", generate(form, random))
        assert _covered(layout(item), item.value), layout.__name__


@pytest.mark.parametrize("noisy", [False, True])
def test_interface_texts_are_hardly_ever_flagged(noisy: bool) -> None:
    lines = _parts(BENIGN)
    pages = [*lines, "\n".join(lines), *("\n".join(pair) for pair in pairwise(lines))]
    flagged = [page for page in pages if _loud(page, noisy=noisy)]
    assert len(flagged) <= len(pages) * 0.03, flagged


def _loud(text: str, *, noisy: bool) -> bool:
    matches = default_detector().scan(Sample(text, noisy=noisy)).matches
    return any(match.confidence >= Confidence.MEDIUM for match in matches)


SWAPS = {"0": "O", "O": "0", "l": "I", "I": "l", "1": "l", "S": "5", "5": "S", "B": "8", "8": "B"}


def _confused(value: str, random: Random) -> str:
    places = [at for at, char in enumerate(value) if char in SWAPS]
    if not places:
        return value
    at = random.choice(places)
    return value[:at] + SWAPS[value[at]] + value[at + 1 :]


def _spaced(value: str, _random: Random) -> str:
    return value.replace("_", " ")


def _dashed(value: str, _random: Random) -> str:
    return value.replace("-", "—")


def _wrapped(value: str, random: Random) -> str:
    at = random.randrange(len(value) // 3, len(value) * 2 // 3)
    return f"{value[:at]}\n{value[at:]}"


def _shortened(value: str, _random: Random) -> str:
    return value[: max(12, len(value) * 2 // 3)] + "…"


@pytest.mark.parametrize(
    ("damage", "share"),
    [(_confused, 0.95), (_spaced, 0.90), (_dashed, 0.90), (_wrapped, 0.70), (_shortened, 0.85)],
)
def test_what_a_reader_damages_is_still_covered(damage: Callable[[str, Random], str], share: float) -> None:
    items = [item for seed in (21, 22) for item in _kinds(Random(seed))]
    damaged, missed = 0, []
    for item in items:
        random = Random(item.value)
        value = damage(item.value, random)
        if value == item.value or "://" in value or " " in item.value:
            continue
        damaged += 1
        text = buttons(replace(item, value=value))
        start = text.index(value)
        if _uncovered(text, start, start + len(value.rstrip("…")), noisy=True) > 0.1:
            missed.append(item.kind)
    assert damaged >= 10
    assert len(missed) <= damaged * (1 - share), (len(missed) / damaged, sorted(set(missed)))


def test_a_blank_page_would_fail() -> None:
    """The measure itself: a value that nothing announces is not covered."""
    value = generate("[0-9a-f]{32}", Random(1))
    assert not _covered(f"Document\n{value}\nCopy\n", value)
    assert re.fullmatch("[0-9a-f]{32}", value)
