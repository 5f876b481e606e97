"""One request after another to one host, which alone learns the token; patient, but not for ever.

Retry-After: RFC 9110 §10.2.3. Neither redirects nor links lead to another host.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import IncompleteRead
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from datasets.engine.remote.base import Reach
from datasets.engine.remote.kind_address import address_checked, require_private
from datasets.engine.remote.kind_words import (
    BROKEN_OFF,
    must_pass,
    network_sentence,
    one_line,
    said_of,
)
from datasets.engine.remote.rest_options import RestSecrets, RestSettings, pairs_of
from segplatform.kernel.errors import TooLarge, UserError, causes
from segplatform.kernel.progress import Progress

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

CONNECT_SECONDS, READ_SECONDS = 10, 120
PAGE_BYTES = 32 * 2**20
TRIES = 5
LONGEST_WAIT = 120
"""Who asks for more patience than this, in seconds, is told to people instead."""

_REDIRECTS = 5
_LOOK = 0.2
_LATER = (429, 500, 502, 503, 504)
_MOVED = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Answer:
    """A page as it came, and the address that it came from."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class _Broken(UserError):
    """The connection ended before the answer did."""


class RestClient:
    """Asks one service; ``progress.step`` is called while it waits."""

    def __init__(
        self, settings: RestSettings, secrets: RestSecrets, reach: Reach, progress: Progress
    ) -> None:
        from urllib3 import PoolManager, Timeout

        self.settings, self.secrets, self.progress = settings, secrets, progress
        require_private(settings.url, reach)
        self.host = urlsplit(settings.url).hostname or ""
        self._at = (0.0, "")
        # No proxies, no .netrc: urllib3 looks at neither of its own accord.
        timeout = Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        self._pool = PoolManager(num_pools=1, timeout=timeout, retries=False)

    def step(self, fraction: float, message: str) -> None:
        """Report progress, and keep it for the time that is waited."""
        self._at = (fraction, message)
        self.progress.step(fraction, message)

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def ask(self, url: str, method: str = "GET", body: str = "", tries: int = TRIES) -> Answer:
        """Ask, wait and ask again where the service is busy; ``UserError`` where it stays so."""
        for attempt in range(1, tries + 1):
            try:
                answer = self._follow(url, method, body)
            except _Broken:  # in the middle of what can be asked again without harm
                if attempt == tries or method != "GET":
                    raise
                self._wait(float(2 ** (attempt - 1)))
                continue
            if answer.status not in _LATER or (answer.status == 500 and method == "POST"):
                return answer
            if attempt < tries:
                self._wait(self._patience(answer, attempt))
        return answer

    def pause(self) -> None:
        """Wait as long as the person wants between two pages."""
        self._wait(self.settings.pause / 1_000)

    def own(self, url: str, link: str) -> str:
        """Give a link of an answer as an address of this very service."""
        try:
            found = address_checked(urljoin(url, link), path=True)
        except ValueError:
            raise UserError(f"{self.host} gives a next page that is no address.") from None
        here, there = urlsplit(self.settings.url), urlsplit(found)
        if here.scheme == "https" and there.scheme == "http" and there.port in (None, 80):
            # What stands behind a proxy often does not know that it is asked over https.
            there = there._replace(scheme="https", netloc=there.netloc.removesuffix(":80"))
        if _origin(here) != _origin(there):
            raise UserError(
                f"{self.host} leads on to {one_line(there.netloc, 80)}, which would get the token. "
                "Enter that address in a connection of its own, if it is meant."
            )
        return urlunsplit(there)

    def _patience(self, answer: Answer, attempt: int) -> float:
        """Say how long to wait: as the service asks, else longer each time."""
        told = answer.headers.get("Retry-After", "").strip()
        seconds = float(2 ** (attempt - 1))
        if told.isdecimal() and len(told) < 9:
            seconds = float(told)
        elif told:
            try:
                until = parsedate_to_datetime(told)
                seconds = (until.astimezone(UTC) - datetime.now(UTC)).total_seconds()
            except (ValueError, TypeError, OverflowError):
                pass
        if seconds > LONGEST_WAIT:
            raise UserError(
                f"{self.host} asks to wait {seconds:,.0f} seconds. Try again then, with a pause "
                "between the pages."
            )
        return max(seconds, 0.0)

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.progress.step(*self._at)
            time.sleep(min(left, _LOOK))

    def _follow(self, url: str, method: str, body: str) -> Answer:
        for _ in range(_REDIRECTS + 1):
            answer = self._once(url, method, body)
            if answer.status not in _MOVED:
                return answer
            url = self.own(url, answer.headers.get("Location", ""))
            if answer.status in (301, 302, 303):
                method, body = "GET", ""
        raise UserError(f"{self.host} redirects more than {_REDIRECTS} times.")

    def _once(self, url: str, method: str, body: str) -> Answer:
        try:
            response = self._pool.request(
                method, self._signed(url), body=body.encode() if body else None,
                headers=self._headers(body), redirect=False, preload_content=False,
            )  # fmt: skip
            try:
                return Answer(url, response.status, dict(_spelled(response)), _body(response))
            finally:
                response.close()
        except UserError:
            raise
        except Exception as error:
            # Hostile answers make urllib3 and what it stands on raise more than its own errors.
            must_pass(error)
            said = network_sentence(error, self.host)
            broken = said_of(BROKEN_OFF, self.host)
            if said == broken or any(isinstance(each, IncompleteRead) for each in causes(error)):
                raise _Broken(broken) from None
            raise UserError(said or f"{self.host} does not answer as a web server does.") from None

    def _headers(self, body: str) -> dict[str, str]:
        settings, secret = self.settings, self.secrets.secret
        headers = {"User-Agent": "Segplatform", "Accept": "application/json"}
        headers |= {"Content-Type": "application/json"} if body else {}
        headers |= {"Accept-Encoding": "gzip"}
        headers |= dict(pairs_of(settings.headers))
        if settings.sign_in == "bearer":
            headers["Authorization"] = f"Bearer {secret}"
        if settings.sign_in == "header":
            headers[settings.name] = secret
        if settings.sign_in == "basic":
            from base64 import b64encode

            pair = b64encode(f"{settings.user}:{secret}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        return headers

    def _signed(self, url: str) -> str:
        if self.settings.sign_in != "parameter":
            return url
        return with_parameters(url, [(self.settings.name, self.secrets.secret)])


def with_parameters(url: str, more: list[tuple[str, str]]) -> str:
    """Add parameters to an address; those of the same name give way."""
    parts = urlsplit(url)
    names = {name for name, _ in more}
    kept = [p for p in parse_qsl(parts.query, keep_blank_values=True) if p[0] not in names]
    return urlunsplit(parts._replace(query=urlencode(kept + more)))


def require_answer(answer: Answer, host: str) -> None:
    """Raise unless it is a page; what a service writes into an error is not shown."""
    status = answer.status
    if 200 <= status < 300:
        return
    if status in (401, 403, 407):
        raise UserError(f"{host} refuses access ({status}). Check the sign-in and the token.")
    if status in (404, 410):
        raise UserError(f"{host} has nothing at this address ({status}). Check the path.")
    if status == 429:
        raise UserError(f"{host} was asked too often ({status}). Enter a longer pause.")
    if status >= 500:
        raise UserError(f"{host} answers with the error {status}. Try again later.")
    raise UserError(
        f"{host} does not accept the question ({status}). Check the method and the parameters."
    )


def _origin(parts: Any) -> tuple[str, str, int]:
    port = parts.port or {"https": 443, "http": 80}[parts.scheme]
    return parts.scheme, (parts.hostname or "").casefold(), port


def _spelled(response: "BaseHTTPResponse") -> list[tuple[str, str]]:
    """Give the few headers that are looked at."""
    names = ("Retry-After", "Location", "Link", "Content-Type")
    return [(name, response.headers.get(name, "")) for name in names]


def _body(response: "BaseHTTPResponse") -> bytes:
    """Read a page, unpacked, up to what a page may hold."""
    pieces, size = [], 0
    for piece in response.stream(2**16, decode_content=True):
        size += len(piece)
        if size > PAGE_BYTES:
            raise TooLarge(
                f"One answer is larger than {PAGE_BYTES // 2**20} MB. Ask for smaller pages, or "
                "fetch it as a file on the web."
            )
        pieces.append(piece)
    return b"".join(pieces)
