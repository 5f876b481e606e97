"""Credentials of connections at rest: encrypted (Fernet: AES-128-CBC with an HMAC, by
https://github.com/fernet/spec) with a key that lies outside the database."""

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from segplatform.kernel.errors import Conflict

NAME = "connections_key"
WRONG_KEY = (
    "The credentials of this connection cannot be read: they were stored with another key. Type "
    f"them again, or ask the operator to bring the key back ({NAME})."
)
NO_KEY = (
    "SEGPLATFORM_CONNECTIONS_KEY holds no usable key: ask the operator to set 32 random bytes in "
    "URL-safe base64, or to unset it."
)


def secrets_seal(*, values: dict[str, Any]) -> str:
    """Encrypt credentials to be stored; nothing ("") where there are none."""
    kept = {name: value for name, value in values.items() if value not in (None, "")}
    return _cipher().encrypt(json.dumps(kept).encode()).decode() if kept else ""


def secrets_open(*, sealed: str) -> dict[str, Any]:
    """Decrypt stored credentials, for a worker; ``Conflict`` where the key is not the right one."""
    if not sealed:
        return {}
    try:
        return dict(json.loads(_cipher().decrypt(sealed.encode())))
    except (InvalidToken, ValueError):
        raise Conflict(WRONG_KEY) from None


def secrets_renew(*, sealed: str) -> str:
    """Encrypt stored credentials with the newest key, if they are not, and can be read at all."""
    keys = settings.CONNECTIONS_KEYS
    if len(keys) < 2 or not sealed:
        return sealed
    try:
        Fernet(keys[0]).decrypt(sealed.encode())
    except ValueError:
        raise Conflict(NO_KEY) from None
    except InvalidToken:
        with suppress(InvalidToken):
            return _cipher().rotate(sealed.encode()).decode()
    return sealed


def key_file() -> Path:
    """Say where this installation keeps the key that it made."""
    return Path(settings.DATA_DIR) / NAME


def keys_usable() -> bool:
    """Say whether every key can be used; makes none."""
    try:
        for key in settings.CONNECTIONS_KEYS or [key_file().read_text(encoding="ascii").strip()]:
            Fernet(key)
    except ValueError:
        return False
    return True


def _cipher() -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in settings.CONNECTIONS_KEYS or [_own_key()]])
    except ValueError:
        raise Conflict(NO_KEY) from None


def _own_key() -> str:
    """Give this installation's key, made at first use (mode 0600), whole or not at all."""
    path = key_file()
    if not path.exists():
        fresh = path.with_name(f"{NAME}.{secrets.token_hex(8)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key())
        try:
            os.link(fresh, path)  # of two that are made at once, one stays
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii").strip()
