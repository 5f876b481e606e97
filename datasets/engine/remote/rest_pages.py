"""Page after page of a service; ended by an empty page, by no next one, or by a limit.

Links in headers: RFC 8288.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from datasets.engine.remote.rest_client import Answer, RestClient, require_answer, with_parameters
from datasets.engine.remote.rest_options import RestSettings
from datasets.engine.remote.rest_records import at_path, guessed_path, parsed, records_of
from segplatform.kernel.errors import UserError

NEXT_PATHS = (
    "next", "links.next", "_links.next.href", "paging.next", "pagination.next", "meta.next",
    "next_url", "nextLink", "@odata.nextLink", "info.next",
)  # fmt: skip
CURSOR_PATHS = (
    "next_cursor", "nextCursor", "cursor", "meta.next_cursor", "pagination.next_cursor",
    "response_metadata.next_cursor", "nextPageToken", "next_page_token", "paging.cursors.after",
)  # fmt: skip
_LINK = re.compile(r"<([^<>]*)>([^<>]*)")
_NEXT = re.compile(r";\s*rel\s*=\s*(?:\"[^\"]*\bnext\b[^\"]*\"|next\b)", re.IGNORECASE)
_TWICE = (
    "{host} gave the same page twice. Check how its pages are asked for: it may not know the "
    "parameter."
)


@dataclass
class Pages:
    """Walks through the pages of one path; ``ended`` says why it stopped before the end."""

    client: RestClient
    path: str
    ended: str = ""
    _offset: int = 0

    def records(self) -> Iterator[list[Any]]:
        """Yield the records of each page."""
        told, url = self._settings, self._first()
        at: str | None = told.records or None
        seen: set[bytes] = {url.encode()}
        for number in range(told.max_pages):
            answer = self.client.ask(url, told.method, told.body)
            if number and answer.status == 404 and told.paging in ("page", "offset"):
                return  # some services end so
            require_answer(answer, self.client.host)
            page = parsed(answer.body, self.client.host)
            at = guessed_path(page) if at is None else at
            records = records_of(page, at, self.client.host)
            if records:
                self._require_new(sha256(repr(records).encode(errors="replace")).digest(), seen)
            yield records
            following = self._next(url, number, page, answer, len(records))
            if not following:
                return
            url = following
            self._require_new(url.encode(), seen)
            self.client.pause()
        self.ended = f"It ended after {told.max_pages:,} pages, as said. There may be more."

    def _require_new(self, mark: bytes, seen: set[bytes]) -> None:
        """Raise where pages go round in a circle."""
        if mark in seen:
            raise UserError(_TWICE.format(host=self.client.host))
        seen.add(mark)

    @property
    def _settings(self) -> RestSettings:
        return self.client.settings

    def _first(self) -> str:
        told, parts = self._settings, urlsplit(self._settings.url)
        path, _, query = self.path.partition("?")
        if path:
            parts = parts._replace(path=f"{parts.path.rstrip('/')}/{path.lstrip('/')}")
        more = parse_qsl(query, keep_blank_values=True)
        if told.paging == "page":
            more.append((told.parameter or "page", str(told.first)))
        if told.paging == "offset":
            more.append((told.parameter or "offset", "0"))
        size = told.size_parameter or ("limit" if told.paging == "offset" else "")
        if size and told.paging != "none":
            more.append((size, str(told.size)))
        url = urlunsplit(parts)
        return with_parameters(url, more) if more else url

    def _next(self, url: str, number: int, page: Any, answer: Answer, count: int) -> str:
        """Give the address of the next page; "" where there is none."""
        told = self._settings
        if told.paging in ("page", "offset"):
            if not count:
                return ""
            self._offset += count
            at = told.first + number + 1 if told.paging == "page" else self._offset
            return with_parameters(url, [(told.parameter or told.paging, str(at))])
        if told.paging == "cursor":
            cursor = _found(page, told.at, CURSOR_PATHS)
            return with_parameters(url, [(told.parameter or "cursor", cursor)]) if cursor else ""
        link = ""
        if told.paging == "next":
            link = _found(page, told.at, NEXT_PATHS)
        if told.paging == "link":
            link = _linked(answer.headers.get("Link", ""))
        return self.client.own(answer.url, link) if link else ""


def _found(told: Any, path: str, usual: tuple[str, ...]) -> str:
    """Give the text at a path, or at the first of the usual ones with any."""
    for each in (path,) if path else usual:
        value = at_path(told, each)
        value = value.get("href") if isinstance(value, dict) else value
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value):
            return str(value)
    return ""


def _linked(header: str) -> str:
    for address, parameters in _LINK.findall(header[:20_000]):
        if _NEXT.search(parameters):
            return str(address).strip()
    return ""
