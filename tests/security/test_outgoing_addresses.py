"""Addresses that people enter for a source: http or https, one host, no credentials, no trick."""

import pytest
from pydantic import ValidationError

from datasets.engine.remote.base import Told, remotes

FIELDS = {
    "http_file": "url", "rest_api": "url", "s3": "endpoint", "google_storage": "endpoint",
    "azure_storage": "endpoint",
}  # fmt: skip
HOSTILE = [
    "gopher://127.0.0.1:6379/_FLUSHALL", "file:///etc/passwd", "ftp://example.com/a",
    "dict://127.0.0.1:11211/stat", "ldap://example.com/x", "unix:///run/docker.sock",
    "http+unix://%2Frun%2Fdocker.sock/x", "javascript:alert(1)", "data:text/csv,a", "jar:https://x!/",
    "//example.com/a.csv", "https:///a.csv", "https://me:pw@example.com/a", "https://me@example.com/a",
    "https://@example.com/a", "https://example.com\\@127.0.0.1/", "https://exam ple.com/",
    "https://example.com:0/a", "https://example.com:65536/a", "https://[::1/a",
    "https://example.com/\r\nX: y", "https://example.com\t/a", "https://exam\u202eple.com/a",
]  # fmt: skip


def test_every_kind_that_takes_an_address_is_looked_at() -> None:
    told = {kind.key: set(kind.Settings.model_fields) for kind in remotes.all()}
    assert {key for key, names in told.items() if names & {"url", "endpoint"}} == set(FIELDS)


def takes(settings: type[Told], told: dict[str, str]) -> bool:
    try:
        settings.model_validate(told)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("kind", FIELDS)
def test_only_an_address_of_the_web_is_taken(kind: str) -> None:
    settings, field = remotes.get(kind).Settings, FIELDS[kind]
    others = {"account": "shop"} if kind == "azure_storage" else {}
    settings.model_validate({field: "https://example.com:8443", **others})
    taken = [each for each in HOSTILE if takes(settings, {field: each, **others})]
    assert taken == []
