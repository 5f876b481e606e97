"""What every answer says to the browser, whoever made it: pages, files, errors, the API."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from projects.models import Project, User
from projects.views import home as home_module
from tests.factories.datasets import make_dataset
from tests.security.conftest import EMAIL, PASSWORD

ROOT = Path(__file__).parents[2]
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}
POLICY = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:", "blob:"],
    "connect-src": ["'self'"],
    "font-src": ["'self'"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "form-action": ["'self'"],
}


@pytest.fixture
def client(owner: User) -> Client:
    made = Client(raise_request_exception=False)
    made.force_login(owner)
    return made


def policy(response: Any) -> dict[str, list[str]]:
    """Read the content policy, without the nonce, which is another one each time."""
    found = {}
    for part in response["Content-Security-Policy"].split(";"):
        name, *values = part.split()
        found[name] = [value for value in values if not value.startswith("'nonce-")]
    return found


def check(response: Any, *, page: bool = True) -> None:
    for name, value in ALWAYS.items():
        assert response[name] == value, name
    for feature in ("camera", "geolocation", "microphone", "payment", "usb"):
        assert f"{feature}=()" in response["Permissions-Policy"]
    if page:
        assert policy(response) == POLICY
        assert response["X-Frame-Options"] == "DENY"


def test_pages_and_the_api_have_them_all(client: Client, project: Project) -> None:
    for path in ("/", f"/projects/{project.pk}/members/", "/api/v1/projects", "/api/v1/docs"):
        check(client.get(path, follow=True))
    check(Client().get("/accounts/login/"))


def test_errors_have_them_all(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    check(client.get("/nothing/here/"))
    check(client.post("/search/"))
    check(client.get("/", headers={"Host": "evil.example"}))
    monkeypatch.setattr(home_module, "project_list_for", lambda **_: 1 / 0)
    broken = client.get("/")
    assert broken.status_code == 500
    check(broken)


def test_files_have_what_concerns_files(client: Client, project: Project) -> None:
    script = client.get("/static/js/early.js")
    check(script, page=False)
    assert "Access-Control-Allow-Origin" not in script
    for close in script._resource_closers:  # close() would close the test's connection as well
        close()
    dataset = make_dataset(project)
    download = client.get(f"/projects/{project.pk}/datasets/{dataset.pk}/download/?format=csv")
    check(download)
    assert download["Content-Disposition"].startswith("attachment")


def test_only_figures_may_style_themselves_and_nothing_may_run_text(
    client: Client, project: Project
) -> None:
    dataset = make_dataset(project)
    base = f"/projects/{project.pk}/datasets/{dataset.pk}/"
    figures = policy(client.get(f"{base}charts/"))
    assert figures.pop("style-src-attr") == ["'unsafe-inline'"]
    assert figures == POLICY
    assert "unsafe" not in client.get(base)["Content-Security-Policy"]


def test_pages_with_data_are_kept_by_no_cache(client: Client, project: Project) -> None:
    for path in ("/", f"/projects/{project.pk}/members/", "/account/"):
        response = client.get(path, follow=True)
        assert "no-store" in response["Cache-Control"]
        assert "private" in response["Cache-Control"]
        assert {"Cookie", "HX-Request"} <= set(response["Vary"].split(", "))


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(owner: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
    client.get("/account/")
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        cookie = client.cookies[name]
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name
        assert cookie["domain"] == "", name


def start(tmp_path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Read the settings in a process of its own; print those of TLS."""
    names = (
        "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "DEBUG", "SECRET_KEY",
    )  # fmt: skip
    code = f"""
        import json
        from django.conf import settings
        print(json.dumps({{name: getattr(settings, name) for name in {names!r}}}))
    """
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SEGPLATFORM", "COV"))}
    return subprocess.run(
        [sys.executable, "-c", "\n".join(line[8:] for line in code.splitlines())],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={
            **clean, "DJANGO_SETTINGS_MODULE": "segplatform.settings",
            "SEGPLATFORM_DATA_DIR": str(tmp_path / "data"), **env,
        },
    )  # fmt: skip


def test_behind_tls_all_is_secure_and_the_key_is_our_own(tmp_path: Path) -> None:
    """CVE-2023-27524, CVE-2021-41192, GHSA-f475-x83m-rx5m, CVE-2024-3408: a key of one's own."""
    done = start(tmp_path, SEGPLATFORM_HTTPS="1")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert found["CSRF_COOKIE_NAME"] == "__Host-csrftoken"
    assert found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is True
    assert found["SECURE_SSL_REDIRECT"] is True
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["DEBUG"] is False
    key = tmp_path / "data" / "secret_key"
    assert key.read_text() == found["SECRET_KEY"] != settings.SECRET_KEY
    assert len(found["SECRET_KEY"]) >= 50
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "sample",
    ["changeme", "django-insecure-" + "x9$kq2!pLw7" * 4, "0" * 64, "CHANGE_ME_TO_A_COMPLEX_RANDOM"],
)
def test_a_key_from_a_manual_does_not_start(sample: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """CVE-2023-27524, CVE-2021-41192, GHSA-f475-x83m-rx5m: known keys forge sessions."""
    from django.core.exceptions import ImproperlyConfigured

    from segplatform.settings import secret_key

    monkeypatch.setenv("SECRET_KEY", sample)
    with pytest.raises(ImproperlyConfigured, match="can be guessed: unset it"):
        secret_key()
    monkeypatch.setenv("SECRET_KEY", "kV8s_3Qd0tYw1Lr9ZxC5uHn7Jm2Bg6Fa4Pe-TiRo")
    assert secret_key().startswith("kV8s")
