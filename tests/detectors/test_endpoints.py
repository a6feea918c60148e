"""Hosts and addresses of private networks: a personal matter, told from versions and everybody's hosts."""

from __future__ import annotations

import pytest

from detectors.engine import default_detector, rule, rules
from detectors.model import BOUNDARY, Confidence, Kind, Named, Relation, Sample

ADDRESS = "10.20.30.40"


def found(text: str, *named: Named) -> list[str]:
    """The private hosts in ``text``, all of low confidence."""
    matches = default_detector().scan(Sample(text, named)).matches
    private = [match for match in matches if rule(match.rule_id).private_host]
    assert all(match.confidence is Confidence.LOW for match in private)
    return [text[match.start : match.end] for match in private]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (f"http://{ADDRESS}:8080/jobs", ADDRESS),
        (f"bind {ADDRESS}\n", ADDRESS),
        (f'"{ADDRESS}/24"', ADDRESS),
        ("gateway 192.168.1.1.", "192.168.1.1"),
        ("172.16.0.9-172.16.0.9", "172.16.0.9"),
        ("peer 100.64.7.9 lost", "100.64.7.9"),
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254"),
        ("http://metadata.google.internal/x", "metadata.google.internal"),
        ("connect to kafka/10.1.2.3:9092", "10.1.2.3"),
        ("http://[fd12:3456:789a::1]:8080/", "fd12:3456:789a::1"),
        ("DNS: DC01.CORP.LOCAL", "DC01.CORP.LOCAL"),
        ("http://orders.shop.svc.cluster.local:8080/", "orders.shop.svc.cluster.local"),
        ('{"host": "mail.acme.intranet"}', "mail.acme.intranet"),
        (f"build.corp{BOUNDARY}\n", "build.corp"),
        ("http://jenkins:8080/job", "jenkins"),
        ("redis://:@cache", "cache"),
        ("jdbc:postgresql://orders-db/shop", "orders-db"),
        (
            "postgres://app@shop.abc123.eu-west-1.rds.amazonaws.com:5432/x",
            "shop.abc123.eu-west-1.rds.amazonaws.com",
        ),
        ("Server=tcp:shop.database.windows.net,1433;", "shop.database.windows.net"),
        ("https://files.privatelink.blob.core.windows.net/a", "files.privatelink.blob.core.windows.net"),
        ("vm1.a1b2.internal.cloudapp.net", "vm1.a1b2.internal.cloudapp.net"),
        ("ec2-3-4-5-6.us-west-2.compute.amazonaws.com", "ec2-3-4-5-6.us-west-2.compute.amazonaws.com"),
        ("$ ssh -p 22 deploy@prod7.acme-shop.io", "prod7.acme-shop.io"),
        ("Host prod\n  HostName prod7.acme-shop.io\n", "prod7.acme-shop.io"),
        (r"copy \\files01\projects$\a.txt", r"files01\projects$"),
    ],
)
def test_what_belongs_to_a_private_network_is_listed(text: str, value: str) -> None:
    assert set(found(text)) == {value}


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:8080/ http://127.0.0.1:80 0.0.0.0:22 [::1]:80",
        "192.0.2.7 198.51.100.7 203.0.113.7 http://[2001:db8::7]/",
        "https://example.com/ https://www.example.org https://a.test/ http://example/",
        "https://api.stripe.com/v1 https://hooks.slack.com/x",
        f"version {ADDRESS}",
        f"Version={ADDRESS}, Culture=neutral",
        f'"version": "{ADDRESS}"',
        f"<FileVersion>{ADDRESS}</FileVersion>",
        f"tool-{ADDRESS}.tar.gz tool=={ADDRESS} v{ADDRESS} Chrome/{ADDRESS} ^{ADDRESS}",
        f"1.{ADDRESS} {ADDRESS}.5 {ADDRESS}-beta 1{ADDRESS}",
        "10.4.2 10.999.1.1 172.40.0.1 100.200.0.1 192.169.1.1",
        "host.docker.internal:3000 kubernetes.docker.internal localhost.local",
        "threading.local() self.local chrome.storage.local java.lang.Thread jdk.internal.reflect.X",
        "app.local.yml gws.local.categorical {{ $json.host1.internal }}",
        "https://{{ $json.host }}/ http://${HOST}:80 http://<host>/ http://host:port/ https://%s/ http://*:80",
        "http://your-server:8080/ https://your-company.local/",
        "file:///etc s3://bucket/x urn://x chrome://settings app://obsidian",
        "git clone ssh git@github.com ssh prod the ssh login of lena",
        r"C:\\Users\\lena\\x \\d+\w+ a\\b\c \n\\n \\host",
        "https://aws.amazon.com/rds https://sts.amazonaws.com/",
    ],
)
def test_what_is_everybodys_stays_unmentioned(text: str) -> None:
    assert found(text) == []


def test_a_name_may_say_that_it_is_a_version() -> None:
    assert found(ADDRESS, Named("serverVersion", 0, len(ADDRESS), Relation.KEY)) == []
    assert found(ADDRESS, Named("server", 0, len(ADDRESS), Relation.KEY)) == [ADDRESS]


def test_what_a_version_was_taken_for_is_told() -> None:
    suppressed = default_detector().scan(Sample(f"version {ADDRESS}")).suppressed
    assert [one.reason for one in suppressed] == ["behind the word “version”"]


def test_private_hosts_are_a_personal_matter() -> None:
    assert {info.kind for info in rules() if info.private_host} == {Kind.PERSONAL}
