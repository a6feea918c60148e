"""What is dismissed, what is doubted, and what must never be."""

from __future__ import annotations

import string
from random import Random

import pytest

from detectors.engine import default_detector
from detectors.filters import doubt_about
from detectors.model import Confidence, Sample
from detectors.randomness import looks_random
from detectors.samples import generate

STAND_INS = """
YOUR_API_KEY|your-api-key|<your token>|<API_KEY>|insert_key_here|changeme|REPLACE_ME|xxxxxxxxxxxx
XXXX-YYYY-ZZZZ-XXXX|********|••••••••••|sk_live_************|sk-…a1b2|abcd...wxyz|$TOKEN|${TOKEN}
${TOKEN:-x}|$(cat token)|{{ token }}|{{token}}|{{ $json["token"] }}|={{ $credentials.apiKey }}
${{ secrets.TOKEN }}|%TOKEN%|%(token)s|@parameters('token')|[parameters('token')]|!secret api_token
process.env.API_KEY|os.environ["API_KEY"]|getenv("API_KEY")|config.apiKey|request.form["password"]
self.password|getPassword()|Annotated[str|REDACTED|[REDACTED]|none|null|string|undefined
OPENAI_API_KEY|my-secret-token|api_key|password|y0ur app1 p4ss w0rd|example-token|test-token
0000000000000000|aaaaaaaaaaaaaaaa|1234567890|abcdefghijklmnop|qwertyuiop|op://vault/item/field
<%= token %>|#{token}|Bearer {{ x }}|secrets.TOKEN|this.token|&password|<password>|dummy|foobar
deine-api-schlüssel-hier|votre_clé_ici
"""

MAY_BE_REAL = """
hunter2|Sommer2024!|correcthorsebattery|r3alP4ssw0rd|Tr0ub4dor&3|pa$$-Word{9}|abc(d1f)Gh|kK4{x9}_Q|Passw0rd123
"""


def _values(block: str) -> list[str]:
    return [value for line in block.strip().splitlines() for value in line.split("|")]


@pytest.mark.parametrize("value", _values(STAND_INS))
def test_stand_ins_are_dismissed(value: str) -> None:
    doubt = doubt_about(value)
    assert doubt is not None
    assert doubt.certain, doubt.reason


@pytest.mark.parametrize("value", _values(MAY_BE_REAL))
def test_what_may_be_somebodys_is_not(value: str) -> None:
    doubt = doubt_about(value)
    assert doubt is None or not doubt.certain, doubt


WORDS = (
    "hook",
    "test",
    "your",
    "example",
    "Example",
    "fake",
    "key",
    "insert",
    "token",
    "sample",
    "here",
    "secret",
)


@pytest.mark.parametrize("word", WORDS)
def test_a_random_value_that_contains_a_word_stays_a_finding(word: str) -> None:
    random = Random(word)
    for _ in range(40):
        at = random.randrange(5, 35)
        noise = generate("[A-Za-z0-9!#%+]{40}", random)
        value = noise[:at] + word + noise[at:]
        matches = default_detector().scan(Sample(f'db_password = "{value}"')).matches
        assert [(match.start, match.end) for match in matches] == [(15, 15 + len(value))]


def test_random_passwords_are_hardly_ever_doubted() -> None:
    random = Random(1)
    alphabets = (string.ascii_letters + string.digits, string.ascii_letters + string.digits + "!#%+-_*?")
    values = [
        "".join(random.choices(a, k=n)) for a in alphabets for n in (10, 14, 20, 40) for _ in range(500)
    ]
    doubted = [value for value in values if doubt_about(value)]
    assert len(doubted) <= len(values) * 0.002


@pytest.mark.parametrize(
    "form", ["[A-Za-z0-9]{16}", "[0-9a-f]{32}", "[A-Z2-7]{24}", "[a-z0-9]{24}", r"[\w-]{40}"]
)
def test_generated_values_look_random(form: str) -> None:
    random = Random(2)
    values = [generate(form, random) for _ in range(1000)]
    assert sum(map(looks_random, values)) >= 985


@pytest.mark.parametrize("value", ["Eoore?907" + "TuK", "Mysu#4" + "Qane", "aUr9-" + "kolim"])
def test_a_short_word_inside_a_password_is_no_sign_of_a_stand_in(value: str) -> None:
    doubt = doubt_about(value)
    assert doubt is None or not doubt.certain


WRITTEN = """
nodeCredentialType|thisismypassword|getMasterUserPassword|application/json|2026-11-23T18:05:00Z|x86_64-linux-gnu
org.springframework.boot.autoconfigure|OPENAI_API_KEY|ctrl+shift+down|gpt-4o-mini-2024-07-18|us-east-1-prod-db-01
someRandomCamelCaseIdentifierName|/usr/lib/python3/dist-packages|segment2Passenger3OfferItemId|v1.2.3-beta.4
anthropic.claude-3-5-sonnet-20241022-v2:0|Sommerferien2024|https://docs.example.com/keys|lena@example.com
"""


@pytest.mark.parametrize("value", _values(WRITTEN))
def test_what_people_write_does_not(value: str) -> None:
    assert not looks_random(value)


@pytest.mark.parametrize("reference", ["{{ $json.token }}", "${TOKEN}", "${{ secrets.T }}"])
def test_a_mixed_value_is_judged_on_its_literal_rest(reference: str) -> None:
    literal = generate("[A-Za-z0-9]{32}", Random(3))
    text = f'{{"Authorization": "Bearer {literal}{reference}"}}'
    (match,) = default_detector().scan(Sample(text)).matches
    assert match.confidence >= Confidence.MEDIUM
    assert literal in text[match.start : match.end]
    assert default_detector().scan(Sample(f'{{"Authorization": "Bearer {reference}"}}')).matches == ()
