"""What `segplatform check` says of connections: where they may lead, and who can read their key."""

import os
import stat

from django.conf import settings
from django.db import DatabaseError

from datasets.engine.remote.guard import ALLOW
from datasets.engine.remote.guard_rules import rules_of
from datasets.models import Connection
from datasets.services.connection_secrets import key_file, keys_usable

SHOWN = 10
NO_KEY = (
    "SEGPLATFORM_CONNECTIONS_KEY holds no usable key: set 32 random bytes in URL-safe base64, or "
    "unset it."
)
NO_KEY_FILE = "{path} holds no usable key: bring it back from a backup."


def outgoing_check() -> tuple[str, str]:
    """Say where connections may lead; give the state of a finding and what there is to say."""
    entries = [entry for each in settings.OUTGOING_ALLOW if (entry := each.strip())]
    try:
        rules = rules_of(entries)
    except ValueError as error:
        return "failed", f"{ALLOW} cannot be read: {error}. No connection is made: correct it."
    told = f"to the internet and {_listed(entries)}" if entries else "to the internet alone"
    if settings.OUTGOING_HTTP:
        return "note", (
            f"{told}; http, which everybody on the way can read, to every host: unset "
            f"SEGPLATFORM_OUTGOING_HTTP, and name in {ALLOW} the hosts that speak nothing else."
        )
    told += "; http to these alone" if entries else "; http to nobody"
    if wide := [entry for entry, rule in zip(entries, rules, strict=True) if rule.port is None]:
        return "note", (
            f"{told}; all ports are open to every editor at {_listed(wide)}: name the port, as "
            "10.0.0.5:5432."
        )
    return "ok", told


def connections_key_check() -> tuple[str, str]:
    """Look at who can read the key of stored credentials, and whether it is one."""
    path, own = key_file(), not settings.CONNECTIONS_KEYS
    if own and not path.exists():
        if _any_stored():
            return "failed", (
                f"{path} is missing: bring it back from a backup, or have the credentials of all "
                "connections typed again."
            )
        return "ok", "made with the first credentials"
    if own and not os.access(path, os.R_OK):
        return "failed", f"{path} cannot be read: change its owner."
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return "failed", f"{path} can be read by other users: run `chmod 600 {path}`."
    if not keys_usable():
        return "failed", (NO_KEY_FILE if own else NO_KEY).format(path=path)
    return "ok", "private" if own else "from the environment"


def _listed(entries: list[str]) -> str:
    more = len(entries) - SHOWN
    return ", ".join(entries[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def _any_stored() -> bool:
    try:
        return Connection.objects.exclude(secrets="").exists()
    except DatabaseError:  # which another line says
        return False
