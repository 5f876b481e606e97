"""What docs/operations.md and its examples name is there, and the examples are sound."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from projects import hooks
from projects.services import metrics
from segplatform.cli import COMMANDS, split
from tests.e2e.server import ROOT

DOCS = ROOT / "docs"
EXAMPLES = DOCS / "examples"
TEXT = (DOCS / "operations.md").read_text()
ALL = TEXT + "".join(path.read_text() for path in EXAMPLES.iterdir())


def test_every_command_exists() -> None:
    named = re.findall(r"(?:`|^    |/bin/| )segplatform ([a-z]+(?: create)?)\b", TEXT, re.M)
    assert {"up", "check", "backup", "restore"} <= set(named)
    assert [words for words in named if not split(words.split())] == []
    assert set(COMMANDS) <= set(named)


def test_every_setting_is_in_the_table_of_settings() -> None:
    table = (DOCS / "settings.md").read_text()
    named = set(re.findall(r"\b(?:SEGPLATFORM_[A-Z_]+|ALLOWED_HOSTS|[A-Z]+_URL)\b", ALL))
    assert len(named) > 8
    assert [name for name in named if f"`{name}`" not in table] == []


@pytest.mark.django_db
def test_the_table_of_figures_names_all_and_no_other(queue_server: str) -> None:
    table = TEXT[TEXT.index("| figure") : TEXT.index("| `process_…`")]
    named = {name.partition("{")[0] for name in re.findall(r"`([a-z_]+(?:\{[a-z,]+\})?)`", table)}
    ours = {measure.name for measure in metrics.metrics_list()} - {"info"}
    assert hooks.measures
    requests = {"http_requests_total", "http_request_seconds"}
    words = {"segplatform_", "failed", "lost", "free", "total"}
    assert named - words - {"reconciled_seconds"} == (ours - {"reconciled_seconds"}) | requests


def test_the_proxies_decide_what_counts_as_their_word() -> None:
    for name in ("nginx.conf", "Caddyfile"):
        text = (EXAMPLES / name).read_text()
        for header in ("X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Request-ID"):
            assert header in text, (name, header)
        # GHSA-cpmr-mw4j-99r7: files by an alias of nginx lead out of their folder.
        words = {line.split()[0] for line in text.splitlines() if line.split()}
        assert not words & {"alias", "root", "file_server"}


def try_nginx(folder: Path) -> list[str]:
    site = (EXAMPLES / "nginx.conf").read_text()
    key, pem = folder / "seg.key", folder / "seg.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
    subprocess.run([*make, "-keyout", key, "-out", pem], check=True, capture_output=True)
    site = re.sub(r"certificate_key [^;]+", f"certificate_key {key}", site)
    site = re.sub(r"certificate /[^;]+", f"certificate {pem}", site)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    site += "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"events {{}} http {{ access_log off; {site} }} pid {folder}/pid;"
    )
    return ["nginx", "-t", "-q", "-e", "stderr", "-c", str(folder / "nginx.conf")]


def try_caddy(folder: Path) -> list[str]:
    file = str(EXAMPLES / "Caddyfile")
    return ["caddy", "validate", "--adapter", "caddyfile", "--config", file]


def try_systemd(folder: Path) -> list[str]:
    unit = folder / "segplatform.service"
    text = (EXAMPLES / "segplatform.service").read_text()
    unit.write_text(re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", text))
    return ["systemd-analyze", "verify", str(unit)]


@pytest.mark.parametrize("command", [try_nginx, try_caddy, try_systemd])
def test_their_own_programs_read_the_examples(
    command: Callable[[Path], list[str]], tmp_path: Path
) -> None:
    program = {try_nginx: "nginx", try_caddy: "caddy", try_systemd: "systemd-analyze"}[command]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not on this machine")
    done = subprocess.run(command(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
