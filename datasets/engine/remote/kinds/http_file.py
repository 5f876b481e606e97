"""A file behind an address of the web, fetched as it is."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from pydantic import Field, field_validator, model_validator

from datasets.engine.csv_words import offered
from datasets.engine.remote.base import (
    Fetched,
    Listing,
    Misfit,
    Remote,
    Thing,
    Told,
    remotes,
    shown,
)
from datasets.engine.remote.kind_words import (
    BROKEN_OFF,
    TOO_LARGE,
    network_sentence,
    one_line,
    said_of,
)
from segplatform.kernel.errors import TooLarge, UserError
from segplatform.kernel.progress import Progress

CONNECT_SECONDS = 15
REDIRECTS = 5
PIECE = 2**20
PORTS = {"https": 443, "http": 80}
SIGN_IN = {
    "none": "None", "basic": "User and password", "bearer": "Token (Bearer)",
    "header": "A header of your own",
}  # fmt: skip
NO_LENGTH = (
    "{host} does not say how long the file is: where the connection broke off, the rows behind "
    "that are missing. Compare the number of rows with what you expect."
)
WEB_PAGE = (
    "{host} answers with a web page in place of a file, perhaps one to sign in or to download "
    "from. Enter the address of the file itself, and check the sign-in."
)
_HTML = (b"<!doctype html", b"<html")
_MOVED = (301, 302, 303, 307, 308)
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")
_NEVER = ("host", "content-length", "transfer-encoding", "connection", "upgrade")


class HttpSettings(Told):
    """Where the file is, and how one signs in."""

    url: str = Field(
        title="Address", min_length=8, max_length=4_000,
        description="Of the file itself, such as https://example.com/orders.csv. It is shown to "
        "everybody in the project.",
    )  # fmt: skip
    sign_in: Literal["none", "basic", "bearer", "header"] = Field(
        "none", title="Sign-in", description="What the server asks for.",
        json_schema_extra=offered(SIGN_IN),
    )  # fmt: skip
    user: str = Field(
        "", title="User", max_length=200, description="Only with user and password.",
        json_schema_extra=shown(sign_in="basic"),
    )  # fmt: skip
    header: str = Field(
        "", title="Header", max_length=60,
        description="Only with a header of your own, such as X-Api-Key.",
        json_schema_extra=shown(sign_in="header"),
    )  # fmt: skip

    @field_validator("url")
    @classmethod
    def _is_web(cls, url: str) -> str:
        _parts(url.strip())
        return url.strip()

    @model_validator(mode="after")
    def _is_whole(self) -> "HttpSettings":
        if self.sign_in == "basic" and (not self.user or ":" in self.user):
            raise Misfit("user", "User and password need a user, without a colon in its name")
        own = self.header.lower()
        if self.sign_in == "header" and (not _HEADER.fullmatch(own) or own in _NEVER):
            raise Misfit("header", "A header of your own needs its name, such as X-Api-Key")
        return self


class HttpSecrets(Told):
    """What proves who asks."""

    secret: str = Field(
        "", title="Password or token", max_length=4_000,
        description="Sent to this host only, never to one that it redirects to.",
        json_schema_extra=shown(sign_in="basic bearer header"),
    )  # fmt: skip

    @field_validator("secret")
    @classmethod
    def _is_one_line(cls, secret: str) -> str:
        if not secret.isprintable():
            raise ValueError("Use one line without control characters")
        return secret


class HttpItem(Told):
    """There is one file."""


@remotes.register
class HttpFile(Remote):
    key = "http_file"
    title = "File on the web"
    help = "A file behind an https address: CSV, Excel and every other format that can be imported."
    icon = "link"
    group = "web"
    order = 10
    Settings = HttpSettings
    Secrets = HttpSecrets
    Item = HttpItem
    settings: HttpSettings
    secrets: HttpSecrets

    def check(self) -> str:
        """Ask for the file and look at the head of the answer only."""
        with self._opened() as (response, url):
            if response.headers.get_content_type() == "text/html":
                raise UserError(said_of(WEB_PAGE, url.hostname or ""))
            size = _size(response)
            told = f", {size:,} bytes" if size is not None else ""
            return f"{url.hostname} answers: “{_name(response, url)}”{told}."

    def browse(self, place: str, search: str, limit: int) -> Listing:
        """List the one file."""
        with self._opened() as (response, url):
            size = _size(response)
            detail = f"{size:,} bytes" if size is not None else ""
            return Listing((Thing("file", _name(response, url), detail),))

    def title_of(self, item: Told) -> str:
        """Name the file."""
        return _last(urlsplit(self.settings.url)) or "File"

    def fetch(self, item: Told, target: Path, head: int | None, progress: Progress) -> Fetched:
        """Write the whole file, piece by piece."""
        with self._opened() as (response, url):
            size, taken, most = _size(response), 0, self.reach.max_bytes
            if (size or 0) > most:
                raise TooLarge(TOO_LARGE)
            with target.open("wb") as file:
                while piece := response.read(PIECE):
                    if not taken and piece[:200].lstrip().lower().startswith(_HTML):
                        raise UserError(said_of(WEB_PAGE, url.hostname or ""))
                    taken += len(piece)
                    if taken > most:
                        raise TooLarge(TOO_LARGE)
                    file.write(piece)
                    progress.step(taken / size if size else 0, f"Fetching, {taken:,} bytes")
            if size is not None and taken != size:
                raise UserError(said_of(BROKEN_OFF, url.hostname or ""))
            unsure = size is None and not response.chunked
            said = (NO_LENGTH.format(host=one_line(url.hostname or "", 100)),) if unsure else ()
            return Fetched(_name(response, url), warnings=said)

    @contextmanager
    def _opened(self) -> Iterator[tuple[HTTPResponse, SplitResult]]:
        """Follow redirects to the answer; each address is a connection that is judged anew."""
        url, first = _parts(self.settings.url), _origin(_parts(self.settings.url))
        try:
            for _ in range(REDIRECTS + 1):
                with closing(self._connection(url)) as connection:
                    own = _origin(url) == first
                    connection.request("GET", _target(url), headers=self._headers(own))
                    with closing(connection.getresponse()) as response:
                        if response.status not in _MOVED:
                            _require_file(response, url)
                            yield response, url
                            return
                        url = _moved(url, response)
        except HTTPException:
            raise UserError(said_of(BROKEN_OFF, url.hostname or "")) from None
        except OSError as error:
            if said := network_sentence(error, url.hostname or ""):
                raise UserError(said) from None
            raise
        raise UserError(f"The address redirects more than {REDIRECTS} times. Enter its last one.")

    def _connection(self, url: SplitResult) -> HTTPConnection:
        host, port = url.hostname or "", url.port or PORTS[url.scheme]
        if url.scheme == "https":
            return HTTPSConnection(host, port, timeout=CONNECT_SECONDS)
        if not self.reach.plain(host, port):
            raise UserError(
                f"{host} is asked over http, where everybody on the way can read and change the "
                "file. Use an https address, or ask the operator to allow this host "
                "(SEGPLATFORM_OUTGOING_ALLOW)."
            )
        return HTTPConnection(host, port, timeout=CONNECT_SECONDS)

    def _headers(self, own: bool) -> dict[str, str]:
        """Give what to send; credentials to the host alone that they are for."""
        headers = {"User-Agent": "Segplatform", "Accept-Encoding": "identity", "Accept": "*/*"}
        secret = self.secrets.secret
        if not own or self.settings.sign_in == "none":
            return headers
        if self.settings.sign_in == "header":
            return {**headers, self.settings.header: _latin(secret)}
        if self.settings.sign_in == "bearer":
            return {**headers, "Authorization": f"Bearer {_latin(secret)}"}
        from base64 import b64encode

        pair = b64encode(f"{self.settings.user}:{secret}".encode()).decode()
        return {**headers, "Authorization": f"Basic {pair}"}


def _parts(url: str) -> SplitResult:
    """Part an address; ``UserError`` for one that is none of the web."""
    try:
        parts = urlsplit(url)
        ok = parts.scheme in PORTS and parts.hostname and parts.port != 0
    except ValueError:
        ok = False
    if not ok or not url.isprintable() or any(c.isspace() or c == "\\" for c in url):
        raise ValueError("Enter an address that begins with https://")
    if "@" in parts.netloc:
        raise ValueError("Leave user and password out of the address; there are fields for them")
    return parts


def _moved(url: SplitResult, response: HTTPResponse) -> SplitResult:
    try:
        return _parts(urljoin(url.geturl(), response.headers.get("Location", "")))
    except ValueError:
        raise UserError(f"{url.hostname} redirects to what is no address of the web.") from None


def _target(url: SplitResult) -> str:
    path = quote(url.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(url.query, safe="/%:@!$&'()*+,;=~-._?")
    return f"{path}?{query}" if query else path


def _origin(url: SplitResult) -> tuple[str, str, int]:
    return url.scheme, (url.hostname or "").lower(), url.port or PORTS[url.scheme]


def _require_file(response: HTTPResponse, url: SplitResult) -> None:
    """Raise unless the answer is the file; what a server writes into an error is not shown."""
    host, status = url.hostname, response.status
    if status == 200:
        return
    if status in (401, 403):
        raise UserError(f"{host} refuses access ({status}). Check the sign-in.")
    if status in (404, 410):
        raise UserError(f"{host} has no such file ({status}). Check the address.")
    raise UserError(f"{host} answers with the error {status} in place of the file. Try later.")


def _size(response: HTTPResponse) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _name(response: HTTPResponse, url: SplitResult) -> str:
    """Say what the file is called: as the server says, else as the address does."""
    header = Message()
    header["Content-Disposition"] = response.headers.get("Content-Disposition", "")
    name = (header.get_filename() or "").replace("\\", "/").rpartition("/")[2]
    return one_line(name or _last(url) or "file", 200)


def _last(url: SplitResult) -> str:
    return one_line(unquote(url.path.rstrip("/").rpartition("/")[2]), 200)


def _latin(secret: str) -> str:
    try:
        return secret.encode("latin-1").decode("latin-1")
    except UnicodeError:
        raise UserError("The token has characters that cannot be sent in a header.") from None
