"""Labels and their values in plain text, in every notation people and programs use."""

from __future__ import annotations

from random import Random

import pytest

from detectors.engine import default_detector
from detectors.model import Confidence, Named, Relation, Sample
from detectors.names import meaning_of
from detectors.samples import generate
from tests.support.credentials import PASSWORD

TOKEN = "[A-Za-z0-9]{32}"


def found(text: str, **more: object) -> list[tuple[str, Confidence]]:
    """What is covered at medium or more, and how sure."""
    result = default_detector().scan(Sample(text, **more))  # type: ignore[arg-type]
    return [
        (text[m.start : m.end], m.confidence) for m in result.matches if m.confidence >= Confidence.MEDIUM
    ]


PASSWORD_NOTATIONS = [
    "password: {}",
    "Password = {}",
    "PASSWORD={}",
    'DB_POSTGRESDB_PASSWORD="{}"',
    "export SMTP_PASS='{}'",
    '"password": "{}"',
    '"password" : "{}",',
    "{{'user': 'lena', 'password': '{}'}}",
    "password => '{}',",
    'let password := "{}";',
    "--password {} --verbose",
    "--password={}",
    "-Password {}",
    "<password>{}</password>",
    '<add key="SmtpPassword" value="{}" />',
    '<input name="password" value="{}">',
    "|| Password | {} |",
    "| Password | {} |",
    "Password\t{}\t2026",
    "Password      {}",
    "Password\n{}\nShow",
    "Password:\n\n{}\n",
    "SMTP password *\n{}",
    "- db_password: {}",
    "the password is {}",
    "The password for admin is {}.",
    "password for user 'lena' is \"{}\"",
    "Passwort: {}",
    "Das Kennwort lautet {}",
    "Mot de passe : {}",
    "Contraseña: {}",
    "Senha: {}",
    'if password == "{}":',
    'if ("{}" != password)',
    r"{{\"password\":\"{}\"}}",
    "Server=db;Uid=app;Password={};Encrypt=true",
    "password={}&user=lena",
    "user=lena, password={}, host=db",
    "login(user='lena', password='{}')",
    'setProperty("db.password", "{}")',
    "The login for the test account is lena / {}. Thanks",
    "Username: lena\nPassword: {}",
    "machine api.example.com login lena password {}",
    "mysql://app:{}@db.internal:3306/app",
    "define( 'DB_PASSWORD', '{}' );",
    "requirepass {}",
    "GRANT ALL ON app.* TO 'app'@'%' IDENTIFIED BY '{}';",
    "db.example.net:5432:app:lena:{}",
]


@pytest.mark.parametrize("notation", PASSWORD_NOTATIONS)
def test_passwords_are_found_whole_in_every_notation(notation: str) -> None:
    random = Random(notation)
    for _ in range(5):
        value = generate(PASSWORD, random).replace("*", "!").replace("?", "#")
        text = notation.replace("{{", "{").replace("}}", "}").replace("{}", value)
        covered = [part for part, _ in found(text)]
        assert covered in ([value], [f"app:{value}"]), text.replace(value, "<value>")


TOKEN_NOTATIONS = [
    "Authorization: Bearer {}",
    "authorization: Token {}",
    "Authorization: ApiKey {}",
    "Authorization: SSWS {}",
    "-H 'Authorization: Bearer {}'",
    '"Authorization": "Bearer {}"',
    "headers={{'Authorization': 'Bearer {}'}}",
    "X-Api-Key: {}",
    "x-api-key={}",
    '{{"name": "X-API-KEY", "value": "{}"}}',
    '{{"key":"apikey","value":"{}"}}',
    "https://api.example.net/v1?limit=5&access_token={}&x=1",
    "https://api.example.net/v1?api_key={}",
    "Cookie: theme=dark; sessionid={}; lang=de",
    "Set-Cookie: connect.sid={}; Path=/; HttpOnly",
    "clientSecret: {}",
    "SLACK_SIGNING_SECRET={}",
    "Signing secret\n{}\nReveal",
    "Your new key: {}",
    "API key\n{}\nCopy",
    "API key (v2): {}",
    'access_token = "{}"',
    "const apiKey = '{}';",
    "secret-key: {}",
    "webhook_secret={}",
    "Bearer {}",
    "API-Schlüssel: {}",
    "Clé API : {}",
    "Clave de API: {}",
    "Chave de API: {}",
    'env("API_TOKEN", "{}")',
    "apikey={}<br/>",
    r"token: \"{}\"",
    'const apiToken: string = "{}";',
    'api_token ?= "{}"',
    'API_TOKEN ||= "{}"',
    'apiToken += "{}"',
    "<apiToken>\n  {}\n</apiToken>",
    "api_token: |\n  {}\n",
    'setApiToken("{}")',
    "api_token,{}\n",
    "acme_key: {}",
    'variable "api_token" {{\n  type = string\n  default = "{}"\n}}',
    "client_secret&quot;: &quot;{}&quot;",
]


@pytest.mark.parametrize("notation", TOKEN_NOTATIONS)
def test_tokens_are_found_whole_in_every_notation(notation: str) -> None:
    random = Random(notation)
    for _ in range(5):
        value = generate(TOKEN, random)
        text = notation.replace("{{", "{").replace("}}", "}").replace("{}", value)
        assert [part for part, _ in found(text)] == [value], text.replace(value, "<value>")


HARMLESS = [
    "Password must contain at least 12 characters.",
    "Secret rotation policy: every 90 days",
    "Token lifetime: 3600 seconds",
    "token_type: Bearer",
    "tokenUrl: https://auth.example.net/token",
    '"nodeCredentialType": "stripeApi"',
    "sessionKey: chat_2026_export",
    "memoryKey = conversation_history_v2",
    "issueKey: PROJ-1482",
    "keyType: rsa2048",
    "max_tokens: 4096",
    "credential_id = 8c1f2a7d9e",
    "secretName: stripe-live-credentials",
    "secretRef:\n  name: database-credentials",
    "password_policy: strict",
    'passwordField = "user_pw_input"',
    "public_key: {hex64}",
    "key_id: {hex32}",
    "authentication_id: {hex64}",
    "csrf policy: strict-origin",
    "Postman-Token: {uuid}",
    "X-Request-Id: {uuid}",
    "commit {hex40}",
    "sha256:{hex64}",
    "integrity sha512-{b64}==",
    "x-hub-signature-256: sha256={hex64}",
    "the password is required",
    "password: str = None",
    "password = getPassword()",
    "password = request.form['password']",
    "token = process.env.API_TOKEN",
    "token: ${API_TOKEN}",
    "secret: !secret api_secret",
    "key achievements: growth in all regions",
    "basic html_content",
    "token authentication and secret management",
    "Order SO-2026-118204",
    "token: 0x{hex40}",
    "/etc/passwd",
    "User-Agent: okhttp/4.12.0",
    "password reset link sent to lena@example.com",
    "you can simply pass `allow_module_level=True`",
    'publicKeyToken="{hex32}"',
    "idempotency_key: {uuid}",
    "join(pwd, './data/set-1.csv')",
    "(?P<password>[^\\s/]*))?@)?",
    'Password="[StringPassword]" PersistanceType="LocalComputer"',
    'DisplayName="Convert password" sap2010:WorkflowViewState.IdRef="Assign_1"',
    'x,QS_Pw=function(a){QS_x(a,"transform","")},QS_z=1',
    'd&&(c.Authorization=d);this.C&&(c["X"])',
    "with password C<$pass>.",
    "$pw = $arg_hash->{SSL_passwd_cb}->(0)",
]


@pytest.mark.parametrize("line", HARMLESS)
def test_names_of_other_things_are_no_findings(line: str) -> None:
    random = Random(line)
    forms = {
        "{hex32}": "[0-9a-f]{32}",
        "{hex40}": "[0-9a-f]{40}",
        "{hex64}": "[0-9a-f]{64}",
        "{b64}": "[A-Za-z0-9+/]{86}",
        "{uuid}": "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}",
    }
    for mark, form in forms.items():
        line = line.replace(mark, generate(form, random))
    assert found(line) == []
    assert found(f"a: 1\n{line}\nb: 2", noisy=True) == []


@pytest.mark.parametrize(
    ("name", "relation"),
    [
        ("password", Relation.KEY),
        ("X-Api-Key", Relation.SIBLING),
        ("Authorization", Relation.HEADER),
        ("access_token", Relation.QUERY),
        ("client_secret", Relation.FORM),
        ("API key", Relation.SAME_LINE),
        ("Signing secret", Relation.RIGHT),
        ("Auth Token", Relation.BELOW),
        ("connect.sid", Relation.COOKIE),
    ],
)
def test_offered_names_are_judged(name: str, relation: Relation) -> None:
    value = generate(TOKEN, Random(name))
    lead = "Bearer " if name == "Authorization" else ""
    text = f"Cell one {lead}{value} and more"
    start = len("Cell one ")
    named = (Named(name, start, start + len(lead) + len(value), relation),)
    assert [part for part, _ in found(text, named=named)] == [value]
    other = (Named("Installation ID", start, start + len(value), relation),)
    assert found(text.replace(lead, ""), named=other) == []


def test_weak_passwords_in_a_structure_are_reported_low() -> None:
    text = "raspberry"
    sample = Sample(text, named=(Named("password", 0, len(text), Relation.KEY),))
    assert [m.confidence for m in default_detector().scan(sample).matches] == [Confidence.LOW]


def test_recovery_codes_are_found_row_by_row() -> None:
    random = Random(1)
    rows = [
        f"{generate('[0-9a-f]{5}-[0-9a-f]{5}', random)}  {generate('[0-9a-f]{5}-[0-9a-f]{5}', random)}"
        for _ in range(4)
    ]
    text = "Recovery codes\nKeep them in a safe place.\n\n" + "\n".join(rows) + "\nDownload\n"
    assert [part for part, _ in found(text)] == rows


def test_basic_credentials_are_decoded() -> None:
    import base64

    random = Random(2)
    for length in range(8, 14):  # with and without padding
        short = base64.b64encode(f"al:{generate(PASSWORD, random)[:length]}".encode()).decode()
        assert [part for part, _ in found(f"Authorization: Basic {short}")] == [short]
    real = base64.b64encode(f"lena:{generate(PASSWORD, random)}".encode()).decode()
    fake = base64.b64encode(b"you_email@domain.com:your_user_api_token").decode()
    assert [part for part, _ in found(f"Authorization: Basic {real}")] == [real]
    assert found(f"Authorization: Basic {fake}") == []


MEANINGS = [
    ("DB_POSTGRESDB_PASSWORD", "labelled-password"),
    ("clientSecret", "labelled-secret"),
    ("x-api-key", "labelled-api-key"),
    ("CLOUDANT_APIKEY", "labelled-api-key"),
    ("dbpassword", "labelled-password"),
    ("page_access_token", "labelled-token"),
    ("aws_secret_access_key", "labelled-key"),
    ("totpSecret", "setup-key"),
    ("ConnectionString", "connection-string"),
    ("password for admin", "labelled-password"),
    ("mot de passe", "labelled-password"),
    ("Geheimer Clientschlüssel", "labelled-secret"),
    *(
        (name, None)
        for name in (
            "token_type",
            "tokenUrl",
            "publicKey",
            "max_tokens",
            "key id",
            "tokenizer",
            "passwordless",
        )
    ),
    *(
        (name, None)
        for name in ("isSecret", "nextPageToken", "Passwort ändern", "secret_ref", "primary key", "x" * 500)
    ),
]


@pytest.mark.parametrize(("name", "kind"), MEANINGS)
def test_names_mean(name: str, kind: str | None) -> None:
    meaning = meaning_of(name)
    assert (meaning.kind if meaning else None) == kind


TABLES = [
    "Name\tUser\tPassword\tNotes\nShop\tlena\t{0}\tok\nMail\tops\t{1}\t-\n",
    "name,password,role\nlena,{0},admin\nops,{1},dev\n",
    "name;user;password\nShop;lena;{0}\nMail;ops;{1}\n",
    "| User | Password |\n|---|---|\n| lena | {0} |\n| ops | {1} |\n",
]


@pytest.mark.parametrize("table", TABLES)
def test_every_row_below_a_heading_is_covered(table: str) -> None:
    random = Random(table)
    values = [generate("[A-Z][a-z]{4}[0-9]{3}[A-Z]{2}[a-z]{4}", random) for _ in range(2)]
    assert [part for part, _ in found(table.format(*values))] == values


LOGINS = [
    "user = '{}'\npassword = '{}'\n",
    "USERNAME={}\nPASSWORD={}\n",
    'new NetworkCredential("{}", "{}")',
    "Server=db;User Id={};Password={};Encrypt=true",
    "psexec \\\\srv -u {} -p {} cmd",
    "Connect-VIServer -User {} -Password {}",
    "the password for user '{}' is '{}'",
]


@pytest.mark.parametrize("notation", LOGINS)
def test_a_user_name_beside_its_password_is_reported_low(notation: str) -> None:
    user = generate("[a-z]{5}[.][a-z]{5}", Random(notation))
    password = generate(PASSWORD, Random(notation)).replace("*", "!").replace("?", "#")
    text = notation.format(user, password)
    by_text = {
        text[m.start : m.end]: (m.rule_id, m.confidence)
        for m in default_detector().scan(Sample(text)).matches
    }
    assert by_text[user][1] == Confidence.LOW
    assert by_text[password][1] >= Confidence.MEDIUM
    alone = notation.format(user, "${DB_PASSWORD}")
    assert not [m for m in default_detector().scan(Sample(alone)).matches if m.rule_id == "login-name"]


MADE_UP = [("glpat-{}", "aBcDeFgHiJkLmNoPqRsT"), ("figd_{}", "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCd")]


@pytest.mark.parametrize(("form", "body"), MADE_UP)
def test_a_made_up_token_in_a_complete_format_is_found(form: str, body: str) -> None:
    """People try a tool out with such tokens."""
    token = form.format(body)
    assert [part for part, _ in found(f"token = '{token}'")] == [token]
    assert found(f"token = '{form.format('x' * len(body))}'") == []


WEAK = [
    ("password = 'centipede'", True),
    ("The default password is 'blooberry'", True),
    ("if password == 'Password123':", True),
    ('"password": "tr$buchet"', True),
    ('"password": "wachtwoord"', False),
    ("password = 'password_field'", False),
    ("password = 'thisismypassword'", False),
    ("password is required", False),
    ("dict.fromkeys(['username', 'password', 'repository'])", False),
    ("socks5h://<username>:<password>@proxy-host", False),
    ('password.encode("utf-8")', False),
]


@pytest.mark.parametrize(("line", "expected"), WEAK)
def test_weak_passwords_are_found_where_the_structure_is_firm(line: str, expected: bool) -> None:
    assert bool(found(line)) is expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("# This one is encrypted\nAWS_SECRET_ACCESS_KEY = {}", False),
        ("// verschlüsselt mit KMS\nclientSecret: {}", False),
        ("encryptedPassword: {}", False),
        ("# not encrypted yet\nAWS_SECRET_ACCESS_KEY = {}", True),
        ("encrypted = true\nAWS_SECRET_ACCESS_KEY = {}", True),
    ],
)
def test_what_is_said_to_be_encrypted_is_reported_low(lines: str, expected: bool) -> None:
    value = generate("[A-Za-z0-9+/]{62}==", Random(lines))
    text = lines.format(value)
    assert bool(found(text)) is expected
    assert default_detector().scan(Sample(text)).matches


def test_context_stands_in_another_value_or_in_a_name() -> None:
    key = generate("[1-9]-[A-Za-z0-9]{64}", Random(5))
    assert [part for part, _ in found(f"auth.login_with_api_key\x1e{key}")] == [key]
    named = (Named("truenas", 0, len(key), Relation.KEY),)
    assert [part for part, _ in found(key, named=named)] == [key]


def test_a_value_that_repeats_its_name_is_none() -> None:
    assert found("'linearize_pass1': 'linearizePass1'") == []
    assert found('api_key2: "API-KEY-2"') == []
