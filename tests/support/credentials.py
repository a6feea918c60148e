"""Credentials of many products, made at random, with the labels their screens show beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random

from detectors.samples import generate

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"
PASSWORD = r"[A-Z]{2}[a-z]{5}[!#%*?]\d{3}[A-Za-z0-9]{3}"


@dataclass(frozen=True, slots=True)
class Credential:
    """One random value, the label a settings page shows, and the header or variable it travels in."""

    kind: str
    label: str
    name: str
    value: str = field(repr=False)


_CATALOGUE = (
    ("make hook", "Webhook URL", "url", r"https://hook\.eu2\.make\.com/[a-z0-9]{32}"),
    ("n8n hook", "Production URL", "url", rf"https://acme\.app\.n8n\.cloud/webhook/{UUID}"),
    ("pipedream", "Endpoint", "url", r"https://e[a-z0-9]{15}\.m\.pipedream\.net"),
    (
        "slack hook",
        "Webhook URL",
        "url",
        r"https://hooks\.slack\.com/services/T\w{10}/B\w{10}/[A-Za-z0-9]{24}",
    ),
    ("discord hook", "Webhook URL", "url", r"https://discord\.com/api/webhooks/[1-9]\d{17}/[\w-]{68}"),
    ("slack signing secret", "Signing Secret", "SLACK_SIGNING_SECRET", "[0-9a-f]{32}"),
    ("slack bot", "Bot User OAuth Token", "SLACK_BOT_TOKEN", r"xoxb-\d{12}-\d{13}-[A-Za-z0-9]{24}"),
    ("stripe", "Secret key", "STRIPE_SECRET_KEY", "sk_live_[A-Za-z0-9]{24}"),
    ("stripe hook", "Signing secret", "STRIPE_WEBHOOK_SECRET", "whsec_[A-Za-z0-9]{32}"),
    ("twilio token", "Auth Token", "TWILIO_AUTH_TOKEN", "[0-9a-f]{32}"),
    ("sendgrid", "API Key", "SENDGRID_API_KEY", r"SG\.[\w-]{22}\.[\w-]{43}"),
    ("mailgun", "Private API key", "MAILGUN_API_KEY", "[0-9a-f]{32}"),
    ("mailchimp", "API key", "MAILCHIMP_API_KEY", "[0-9a-f]{32}-us14"),
    ("postmark", "Server API token", "X-Postmark-Server-Token", UUID),
    ("hubspot", "Access token", "HUBSPOT_ACCESS_TOKEN", f"pat-na1-{UUID}"),
    ("salesforce secret", "Consumer Secret", "SF_CONSUMER_SECRET", "[0-9A-F]{64}"),
    ("pipedrive", "Personal API token", "api_token", "[0-9a-f]{40}"),
    ("freshdesk", "Your API Key", "FRESHDESK_API_KEY", "[A-Za-z0-9]{20}"),
    ("zendesk", "API token", "ZENDESK_API_TOKEN", "[A-Za-z0-9]{40}"),
    ("intercom", "Access token", "INTERCOM_ACCESS_TOKEN", "dG9rO[A-Za-z0-9+/]{54}="),
    ("typeform", "Personal token", "TYPEFORM_TOKEN", "tfp_[A-Za-z0-9]{44}"),
    ("asana", "Personal access token", "ASANA_ACCESS_TOKEN", r"1/\d{16}:[0-9a-f]{32}"),
    ("clickup", "API Token", "CLICKUP_API_TOKEN", r"pk_\d{8}_[A-Z0-9]{32}"),
    ("trello", "API key", "TRELLO_API_KEY", "[0-9a-f]{32}"),
    ("airtable", "Personal access token", "AIRTABLE_API_KEY", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    ("notion", "Internal Integration Secret", "NOTION_TOKEN", r"ntn_\d{11}[A-Za-z0-9]{35}"),
    ("webflow", "API token", "WEBFLOW_API_TOKEN", "[0-9a-f]{64}"),
    ("cloudflare", "API Token", "CLOUDFLARE_API_TOKEN", r"[A-Za-z0-9][\w-]{38}[A-Za-z0-9]"),
    ("okta", "Token Value", "OKTA_API_TOKEN", r"00[\w-]{39}[A-Za-z0-9]"),
    ("datadog", "API Key", "DD-API-KEY", "[0-9a-f]{32}"),
    ("aws secret", "Secret access key", "AWS_SECRET_ACCESS_KEY", "[A-Za-z0-9/+]{40}"),
    ("azure client secret", "Value", "AZURE_CLIENT_SECRET", r"[A-Za-z0-9]{3}8Q~[\w-]{33}[A-Za-z0-9]"),
    ("azure storage", "Storage account key", "AZURE_STORAGE_KEY", "[A-Za-z0-9+/]{86}=="),
    ("google api", "API key", "GOOGLE_API_KEY", r"AIza[\w-]{35}"),
    ("google client secret", "Client secret", "GOOGLE_CLIENT_SECRET", r"GOCSPX-[\w-]{28}"),
    ("openai", "API key", "OPENAI_API_KEY", r"sk-proj-[\w-]{58}T3BlbkFJ[\w-]{58}"),
    ("anthropic", "API key", "x-api-key", r"sk-ant-api03-[\w-]{93}AA"),
    ("elevenlabs", "API Key", "xi-api-key", "[0-9a-f]{32}"),
    ("mistral", "API key", "MISTRAL_API_KEY", "[A-Za-z0-9]{32}"),
    ("supabase", "Service role secret", "SUPABASE_SERVICE_KEY", "sbp_[0-9a-f]{40}"),
    ("telegram bot", "Bot token", "TELEGRAM_BOT_TOKEN", r"[1-9]\d{9}:AA[\w-]{33}"),
    ("n8n encryption key", "Encryption key", "N8N_ENCRYPTION_KEY", "[A-Za-z0-9]{32}"),
    ("paypal secret", "Secret key", "PAYPAL_SECRET", r"E[\w-]{78}[A-Za-z0-9]"),
    ("wordpress", "Application Password", "WP_APP_PASSWORD", "(?:[A-Za-z0-9]{4} ){5}[A-Za-z0-9]{4}"),
    ("password", "Password", "DB_PASSWORD", PASSWORD),
    ("smtp password", "SMTP password", "SMTP_PASS", PASSWORD),
    ("session", "Session token", "SESSION_TOKEN", r"[A-Za-z0-9][\w-]{46}[A-Za-z0-9]"),
    ("totp", "Setup key", "TOTP_SECRET", "[A-Z2-7]{32}"),
    ("webhook secret", "Webhook secret", "WEBHOOK_SECRET", "[A-Za-z0-9]{32}"),
    ("client secret", "Client secret", "CLIENT_SECRET", "[A-Za-z0-9]{40}"),
    ("bearer", "Access token", "Authorization", r"[A-Za-z0-9][\w-]{62}[A-Za-z0-9]"),
)


def credentials(random: Random) -> list[Credential]:
    """One fresh credential of every kind."""
    return [Credential(kind, label, name, generate(form, random)) for kind, label, name, form in _CATALOGUE]


def essential(value: str) -> str:
    """What of a value makes it secret: of an address the part nobody can guess."""
    return max(re.split(r"[/.]", value), key=len) if "://" in value else value
