"""Addresses that people enter for a service: http or https, a host, nothing that hides a secret."""

from urllib.parse import urlsplit

from datasets.engine.remote.base import Reach
from segplatform.kernel.errors import UserError


def address_checked(value: str, *, path: bool = False) -> str:
    """Return the address as it is used, or raise ``ValueError`` with what is wrong with it.

    An address with a user name would show a password wherever the address is shown.
    """
    value = value.strip()
    if not value:
        return value
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError("enter an address such as https://example.com") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError("enter an address that begins with https:// or http://")
    if not value.isprintable() or " " in value or "\\" in value:
        raise ValueError("enter an address without blanks and control characters")
    if parts.username is not None or parts.password is not None:
        raise ValueError("enter user name and password in their own fields, not in the address")
    if parts.fragment or (not path and (parts.query or parts.path.strip("/"))):
        raise ValueError("enter only scheme, host and port, such as https://example.com:9000")
    return value if path else value.rstrip("/")


def host_of(address: str) -> str:
    """Give the host of an address for a sentence."""
    return urlsplit(address).hostname or "the server"


def require_private(address: str, reach: Reach) -> None:
    """Refuse an http address unless the operator allows that host: keys would lie open."""
    parts = urlsplit(address)
    if parts.scheme == "http" and not reach.plain(parts.hostname or "", parts.port or 80):
        raise UserError(
            f"{parts.hostname} is asked over http, where everybody on the way can read along. Use "
            "an https address, or ask the operator to allow this host (SEGPLATFORM_OUTGOING_ALLOW)."
        )
