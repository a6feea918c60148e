"""Text as OCR hands it over: confused, lost and split characters, wrapped rows, whole pages."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from random import Random

import pytest

from detectors.engine import default_detector
from detectors.model import Confidence, Sample
from detectors.rule_files import Rule, load_rules
from detectors.samples import generate, positives, value_of
from tests.support.credentials import PASSWORD, UUID

CONFUSED = dict(zip("0OlI1S5B8Z2", "OlIl1l5S8B2Z", strict=False)) | {
    "O": "0",
    "1": "l",
    "B": "8",
    "8": "B",
    "2": "Z",
}


def vendor_rules() -> list[Rule]:
    """Rules for tokens with a literal beginning, as long as screens show them."""
    return [
        rule
        for rule in load_rules()
        if rule.keywords
        and not (rule.public or rule.context or "secret" in rule.pattern.groupindex)
        and rule.info.provider != "any"
        and rule.confidence > Confidence.LOW
        and len(rule.shape.prefixes[0]) >= 3
        and 20 <= rule.shape.low <= 160
    ]


def tokens(seed: int) -> list[str]:
    # A random source for each rule: a new rule changes nothing for the others.
    made = [value_of(rule, Random(f"{rule.id} {seed}")) for rule in vendor_rules()]
    return [value for value in made if len(value) <= 160 and not set(value) & set(" \n")]


def confuse(value: str, random: Random) -> str:
    places = [at for at, char in enumerate(value) if char in CONFUSED]
    for at in random.sample(places, min(2, len(places))):
        value = value[:at] + CONFUSED[value[at]] + value[at + 1 :]
    return value


def separate(value: str, random: Random) -> str:
    return value.replace("_", " ").replace("-", "—").replace("rn", "m").replace(".", " .")


def drop(value: str, random: Random) -> str:
    at = random.randrange(8, len(value) - 1)
    return value[:at] + value[at + 1 :]


def double(value: str, random: Random) -> str:
    at = random.randrange(8, len(value) - 1)
    return value[:at] + value[at] + value[at:]


def split(value: str, random: Random) -> str:
    at = random.randrange(len(value) // 3, 2 * len(value) // 3)
    return value[:at] + " " + value[at:]


def wrap(value: str, random: Random) -> str:
    at = random.randrange(len(value) // 3, 2 * len(value) // 3)
    return value[:at] + "\n" + value[at:]


def cut(value: str, random: Random) -> str:
    return value[: max(18, len(value) * 2 // 3)] + random.choice(["…", "..."])


def keep(value: str, random: Random) -> str:
    return value


LAYOUTS: list[tuple[str, str]] = [
    ("", ""),
    ("API Key\n", "\nCopy"),
    ("X_CREDENTIAL=", "\nDEBUG=false"),
    ('conf = "', '"'),
]


@pytest.mark.parametrize(
    ("change", "share"),
    [
        (keep, 0.999),
        (confuse, 0.95),
        (separate, 0.90),
        (drop, 0.90),
        (double, 0.93),
        (split, 0.85),
        (wrap, 0.97),
        (cut, 0.90),
    ],
)
def test_damaged_tokens_are_covered(change: Callable[[str, Random], str], share: float) -> None:
    random = Random(1)
    total = covered = 0
    for number, token in enumerate(tokens(2)):
        value = change(token, random)
        before, after = LAYOUTS[number % len(LAYOUTS)]
        text = before + value + after
        start, end = len(before), len(before) + len(value.rstrip(".…"))
        soft = frozenset(at for at in range(start, end) if text[at] == "\n")
        wanted = {at for at in range(start, end) if not text[at].isspace()}
        for match in default_detector().scan(Sample(text, soft_breaks=soft, noisy=True)).matches:
            if match.confidence >= Confidence.MEDIUM:
                wanted -= set(range(match.start, match.end))
        total += 1
        covered += len(wanted) <= 0.1 * (end - start)
    assert total > 150
    assert covered >= total * share, f"{covered} of {total}"


@pytest.mark.parametrize("noisy", [False, True])
def test_wrapped_tokens_are_covered_to_their_last_row(noisy: bool) -> None:
    for value in tokens(3):
        rows = textwrap.wrap("TOKEN=" + value, 24)
        text = "\n".join([*rows, "NEXT=1", ""])
        breaks = frozenset(len("\n".join(rows[:n])) for n in range(1, len(rows)))
        matches = default_detector().scan(Sample(text, soft_breaks=breaks, noisy=noisy)).matches
        end = len("\n".join(rows))
        assert [m for m in matches if m.start <= 8 and m.end >= end - 2], f"{len(value)} characters"
        assert all("NEXT" not in text[m.start : m.end] for m in matches)


def test_a_complete_token_at_the_wrap_column_does_not_take_the_next_row() -> None:
    value = generate("ghp_[A-Za-z0-9]{36}", Random(4))
    text = f"TOKEN={value}\nNEXT_VALUE=staging\n"
    (match,) = default_detector().scan(Sample(text, soft_breaks=frozenset({text.index("\n")}))).matches
    assert text[match.start : match.end] == value


PEM = """-----BEGIN {kind} KEY-----
{body}
-----END {kind} KEY-----"""


@pytest.mark.parametrize("kind", ["PRIVATE", "RSA PRIVATE", "OPENSSH PRIVATE", "ENCRYPTED PRIVATE"])
@pytest.mark.parametrize("lose_end", [False, True])
@pytest.mark.parametrize("noisy", [False, True])
def test_key_blocks_are_covered_to_their_last_row(kind: str, lose_end: bool, noisy: bool) -> None:
    random = Random(kind)
    rows = [generate("[A-Za-z0-9+/]{64}", random) for _ in range(12)] + [
        generate("[A-Za-z0-9+/]{22}==", random)
    ]
    block = PEM.format(kind=kind, body="\n".join(rows))
    if lose_end:
        block = block[: block.index("\n-----END")]
    if noisy:
        block = block.replace("-----", "----").replace("BEGIN", "BEG1N")
    text = f"$ cat key.pem\n{block}\nlena@host:~$ ls\n"
    matches = default_detector().scan(Sample(text, noisy=noisy)).matches
    first, last = text.index(rows[0]), text.index(rows[-1]) + len(rows[-1])
    assert [m for m in matches if m.rule_id == "private-key-pem" and m.start <= first and m.end >= last]
    assert all("lena@host" not in text[m.start : m.end] for m in matches)


def test_a_public_key_and_an_empty_block_are_no_findings() -> None:
    body = "\n".join(generate("[A-Za-z0-9+/]{64}", Random(n)) for n in range(5))
    for text in (
        PEM.format(kind="PUBLIC", body=body),
        PEM.format(kind="PRIVATE", body="..."),
        PEM.format(kind="PRIVATE", body="xxx"),
    ):
        found = default_detector().scan(Sample(text)).matches
        assert not [m for m in found if m.confidence > Confidence.LOW]


@pytest.mark.parametrize("label", ["APl key", "Passw0rd", "Acce55 token", "S1gning secret", "AP1 KEY"])
def test_misread_labels_still_name_their_values(label: str) -> None:
    value = generate("[a-z0-9]{6}[A-Z]{2}[0-9]{4}[A-Za-z]{12}", Random(label))
    text = f"Settings\n{label}: {value}\nSave\n"
    (match,) = default_detector().scan(Sample(text, noisy=True)).matches
    assert text[match.start : match.end] == value


def page(random: Random) -> tuple[str, list[str], list[str]]:
    """A screen's text, its secrets, and what must stay readable."""
    make = {
        "password": generate(PASSWORD, random),
        "stripe": generate("sk_live_[A-Za-z0-9]{24}", random),
        "aws_id": generate("AKIA[A-Z2-7]{16}", random),
        "aws_secret": generate("[A-Za-z0-9/+]{40}", random),
        "github": generate("ghp_[A-Za-z0-9]{36}", random),
        "slack": generate(r"xoxb-\d{12}-\d{13}-[A-Za-z0-9]{24}", random),
        "hex32": generate("[0-9a-f]{32}", random),
        "hex64": generate("[0-9a-f]{64}", random),
        "whsec": generate("whsec_[A-Za-z0-9]{32}", random),
        "session": generate("[A-Za-z0-9]{32}", random),
        "bearer": generate(r"[A-Za-z0-9][\w-]{40}[A-Za-z0-9]", random),
        "login": generate(PASSWORD, random),
    }
    stay = {
        "sha40": generate("[0-9a-f]{40}", random),
        "sha7": generate("[0-9a-f]{7}", random),
        "uuid": generate(UUID, random),
        "uuid2": generate(UUID, random),
        "sha64": generate("[0-9a-f]{64}", random),
    }
    text = """deploy@stage-02:~/flows$ cat .env
NODE_ENV=production
DB_POSTGRESDB_PASSWORD={password}
STRIPE_SECRET_KEY={stripe}
AWS_ACCESS_KEY_ID={aws_id}
AWS_SECRET_ACCESS_KEY={aws_secret}
SENTRY_RELEASE={sha40}
deploy@stage-02:~/flows$ git push https://ci:{github}@github.com/acme/flows.git
   {sha7}..2f9c1d3  main -> main
# sha256 of the fixture: {sha64}
SLACK = "{slack}"
COMMIT = "{sha40}"
SMTP host smtp.example.net
API key {hex32}
Installation ID {uuid}
Signing secret
{whsec}
Last delivery
2026-10-02 09:14 200 OK id {sha7}
GET /v2/export?format=csv&access_token={hex64} HTTP/1.1
Cookie: sessionid={session}; theme=dark
Authorization: Bearer {bearer}
X-Request-Id: {uuid2}
The login for the test account is lena-test / {login}. Order SO-2026-118204, commit {sha40}.
Store it once; it is shown as sk_live_************************ afterwards.
export API_KEY=YOUR_API_KEY
Secret rotation policy: every 90 days. Token lifetime: 3600 seconds.
""".format(**make, **stay)
    return text, list(make.values()), list(stay.values())


@pytest.mark.parametrize("noisy", [False, True])
def test_a_page_shows_its_ids_and_hides_its_secrets(noisy: bool) -> None:
    for seed in range(8):
        text, secrets, stay = page(Random(seed))
        matches = default_detector().scan(Sample(text, noisy=noisy)).matches
        hidden = "".join("\0" * (m.end - m.start) if m.confidence > Confidence.LOW else "" for m in matches)
        assert hidden
        shown = list(text)
        for match in matches:
            if match.confidence > Confidence.LOW:
                shown[match.start : match.end] = "\0" * (match.end - match.start)
        left = "".join(shown)
        assert [secret for secret in secrets if secret in left] == []
        assert [
            value for value in (*stay, "sk_live_****", "YOUR_API_KEY", "SO-2026-118204") if value not in left
        ] == []


def test_clean_text_is_not_read_like_ocr() -> None:
    text = "the sk live session and re connecting to the pat and key of the day"
    assert default_detector().scan(Sample(text)).matches == ()
    assert default_detector().scan(Sample(text, noisy=True)).matches == ()


@pytest.mark.parametrize(
    "rule_id",
    ["discord-webhook-url", "make-webhook-url", "teams-webhook", "webex-webhook"],
)
@pytest.mark.parametrize("seed", range(4))
def test_a_split_address_loses_its_secret_part_and_keeps_its_host(rule_id: str, seed: int) -> None:
    rule = next(rule for rule in load_rules() if rule.id == rule_id)
    example = positives(rule, Random(seed))[0]
    address = example.text[example.text.index("http") : example.end]
    cut = len(address) - (example.end - example.start) // 2
    text = f"Address\n{address[:cut]} {address[cut:]}\nCopy"
    end = text.index("\nCopy")
    start = end - 1 - (example.end - example.start)
    sure = [
        m for m in default_detector().scan(Sample(text, noisy=True)).matches if m.confidence > Confidence.LOW
    ]
    covered = {at for m in sure for at in range(m.start, m.end)}
    host_end = text.index("/", text.index("://") + 3)
    assert not covered & set(range(host_end))
    assert len(covered & set(range(start, end))) >= 0.95 * (end - start)
