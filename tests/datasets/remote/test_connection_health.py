"""What `segplatform check` says of connections: where they lead, and their key."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from datasets.services.connection_health import connections_key_check, outgoing_check
from projects import hooks
from tests.factories import make_project
from tests.factories.connections import make_connection


@pytest.mark.parametrize(
    ("allow", "http", "state", "said"),
    [
        ([], False, "ok", "to the internet alone; http to nobody"),
        (["10.0.0.5:5432", "[fd00::5]:443"], False, "ok",
         "to the internet and 10.0.0.5:5432, [fd00::5]:443; http to these alone"),
        (["10.0.0.0/8", "db.internal:5432"], False, "note",
         "all ports are open to every editor at 10.0.0.0/8: name the port"),
        ([], True, "note", "to every host: unset SEGPLATFORM_OUTGOING_HTTP"),
        ([f"10.0.0.{n}:1" for n in range(12)], False, "ok", "10.0.0.9:1 and 2 more;"),
        (["10.0.0.0/99"], False, "failed",
         "SEGPLATFORM_OUTGOING_ALLOW cannot be read: “10.0.0.0/99” is no network"),
    ],
)  # fmt: skip
def test_it_says_where_connections_may_lead(
    settings: Any, allow: list[str], http: bool, state: str, said: str
) -> None:
    settings.OUTGOING_ALLOW, settings.OUTGOING_HTTP = allow, http
    found = outgoing_check()
    assert found[0] == state
    assert said in found[1]


@pytest.mark.django_db
def test_it_says_who_can_read_the_key(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR, key = tmp_path, tmp_path / "connections_key"
    assert connections_key_check() == ("ok", "made with the first credentials")
    assert not key.exists()
    make_connection(make_project())
    assert connections_key_check() == ("ok", "private")
    key.chmod(0o640)
    state, said = connections_key_check()
    assert (state, said) == (
        "failed", f"{key} can be read by other users: run `chmod 600 {key}`.",
    )  # fmt: skip
    key.chmod(0o600)
    key.write_text("x")
    assert "holds no usable key: bring it back" in connections_key_check()[1]
    key.unlink()
    assert "is missing: bring it back from a backup" in connections_key_check()[1]


def test_a_key_of_the_environment_is_looked_at_as_well(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.CONNECTIONS_KEYS = tmp_path, [Fernet.generate_key().decode()]
    assert connections_key_check() == ("ok", "from the environment")
    settings.CONNECTIONS_KEYS = [*settings.CONNECTIONS_KEYS, "short"]
    assert "SEGPLATFORM_CONNECTIONS_KEY holds no usable key" in connections_key_check()[1]


@pytest.mark.django_db
def test_both_are_lines_of_the_command(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    said = {
        name for name, _, _ in (check() for check in hooks.checks if "sandbox" not in str(check))
    }
    assert {"outgoing connections", "key of connections"} <= said
