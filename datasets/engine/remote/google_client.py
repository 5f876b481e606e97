"""A client of Google Cloud Storage that is led by nothing but the person's own words.

The text of a service account's key names addresses, too: where to get a token, which "universe".
They are not looked at, or a key that somebody else made could have ours sent anywhere. Other
kinds of keys (external accounts) name programs and addresses throughout and are refused.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasets.engine.remote.kind_address import host_of
from datasets.engine.remote.kind_files import require_size, size_words
from datasets.engine.remote.kind_trust import machine_authorities
from datasets.engine.remote.kind_words import must_pass, network_sentence
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import Progress

ENDPOINT = "https://storage.googleapis.com"
TOKEN_ADDRESS = "https://oauth2.googleapis.com/token"  # noqa: S105
SCOPE = "https://www.googleapis.com/auth/devstorage.read_only"
TIMEOUTS = (6, 60)
"""Seconds to connect, and between two pieces of an answer."""

RETRY_SECONDS = 10
_PARTS = ("client_email", "private_key", "private_key_id", "project_id")
SENTENCES = {
    401: "Google does not accept this key. Enter a new one, or none for a public bucket.",
    403: "This key may not read there. Give it the role “Storage Object Viewer” on the bucket.",
    404: "There is no such bucket, or this file is no longer there. Check the name.",
    429: "Google was asked too often. Try again later.",
}


def key_checked(text: str) -> str:
    """Return the key of a service account; ``ValueError`` if it is none."""
    if text.strip():
        _key_parts(text)
    return text


def _key_parts(text: str) -> dict[str, str]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("paste the whole JSON file of the key") from None
    if not isinstance(told, dict) or told.get("type") != "service_account":
        raise ValueError("paste the JSON key of a service account; other keys are not supported")
    parts = {name: told.get(name, "") for name in _PARTS}
    if not all(isinstance(value, str) for value in parts.values()) or not parts["private_key"]:
        raise ValueError("paste the whole JSON file of the key; its private key is missing")
    return parts


def google_client(key: str, project: str, endpoint: str) -> Any:
    """Make the client; without a key it asks as nobody, as for public buckets."""
    from google.auth.credentials import AnonymousCredentials
    from google.auth.transport.requests import AuthorizedSession, Request
    from google.cloud.storage import Client
    from requests import Session

    parts = _key_parts(key) if key.strip() else None
    tokens = Session()
    credentials: Any = _signed(parts) if parts else AnonymousCredentials()
    session: Any = AuthorizedSession(credentials, auth_request=Request(tokens))
    for each in (tokens, session):
        each.trust_env = False  # neither proxies nor .netrc
        each.verify = machine_authorities() or True
    if not endpoint.startswith("http:"):  # a redirect does not lead out of TLS
        session.adapters.pop("http://", None)
    return Client(
        project=project or (parts or {}).get("project_id") or "none",
        credentials=credentials,
        client_options={"api_endpoint": endpoint or ENDPOINT},
        _http=session,
    )


def _signed(parts: dict[str, str]) -> Any:
    from google.oauth2.service_account import Credentials

    told = {**parts, "type": "service_account", "token_uri": TOKEN_ADDRESS}
    try:
        return Credentials.from_service_account_info(told, scopes=[SCOPE])
    except Exception:
        # What is wrong with a private key is said by quoting it.
        raise UserError(
            "The private key in the key file cannot be read. Paste the file anew."
        ) from None


def google_sentence(error: Exception, endpoint: str) -> UserError:
    """Put an error of Google's libraries, or of the way to the server, into a sentence."""
    must_pass(error)
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.auth.exceptions import RefreshError

    host = host_of(endpoint or ENDPOINT)
    if isinstance(error, RetryError) and isinstance(error.cause, Exception):
        return google_sentence(error.cause, endpoint)
    if isinstance(error, GoogleAPICallError) and error.code:
        code = int(error.code)
        told = f"{host} answers with the error {code}. Check the address, or try again later."
        return UserError(SENTENCES.get(code, told))
    if isinstance(error, RefreshError):
        return UserError(SENTENCES[401])
    if said := network_sentence(error, host):
        return UserError(said)
    return UserError(f"{host} does not answer as Google's storage does. Check the address.")


class Watched:
    """A file that is written by a library; reports progress, and ends at its largest size."""

    def __init__(
        self, target: Path, most: int, progress: Progress, total: Callable[[], int | None]
    ) -> None:
        self._file, self._most = target.open("wb"), most
        self._progress, self._total, self._next = progress, total, 0

    def write(self, piece: bytes) -> int:
        """Write a piece."""
        end = self._file.tell() + len(piece)
        require_size(end, self._most)
        self._file.write(piece)
        if end >= self._next:
            self._next = end + 2**20
            total = self._total()
            share = min(end / total, 1.0) if total else 0.0
            self._progress.step(share, f"{size_words(end)} fetched")
        return len(piece)

    def tell(self) -> int:
        """Say how much there is: where a broken download goes on."""
        return self._file.tell()

    def seek(self, at: int, whence: int = 0) -> int:
        """Go to a place, as to begin anew."""
        return self._file.seek(at, whence)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
