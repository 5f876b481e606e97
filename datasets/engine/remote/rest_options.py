"""What can be said of a service that answers with JSON, and of how it gives page after page."""

import json
import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from datasets.engine.csv_words import offered
from datasets.engine.remote.base import Misfit, Told, shown
from datasets.engine.remote.kind_address import address_checked
from datasets.engine.remote.newer import NewerItem

SIGN_IN = {
    "none": "None",
    "bearer": "Token (Bearer)",
    "header": "A header of its own",
    "basic": "User and password",
    "parameter": "A parameter of the address",
}
PAGING = {
    "none": "One answer holds all",
    "page": "By page number",
    "offset": "By offset and limit",
    "cursor": "By a cursor in the answer",
    "next": "By the address of the next page in the answer",
    "link": "By the Link header",
}
_PAGED = "page offset cursor next link"
METHODS = {"GET": "GET", "POST": "POST"}
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_|~-]{1,80}")
_NO_HEADER = "A header needs a name such as X-Api-Key; some names are not for people"
_NEVER = ("host", "content-length", "transfer-encoding", "connection", "upgrade", "accept-encoding")
_SECRET = ("authorization", "cookie", "proxy-authorization")


def pairs_of(text: str) -> list[tuple[str, str]]:
    """Read headers, one on each line; ``ValueError`` for a line that is none."""
    pairs = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, found, value = line.partition(":")
        if not found or not line.isprintable() or not line.isascii():
            raise ValueError("enter one header on each line, as Accept-Language: en")
        if not is_header(name.strip()):
            raise ValueError(_NO_HEADER)
        if name.strip().casefold() in _SECRET:
            raise ValueError("enter what proves who asks as the sign-in, where it is encrypted")
        pairs.append((name.strip(), value.strip()))
    return pairs


def path_checked(value: str) -> str:
    """Return a path below the address, perhaps with parameters; ``ValueError`` if it is none."""
    value = value.strip()
    path, _, query = value.partition("?")
    if "//" in path or "\\" in value or not value.isprintable() or {" ", "#"} & set(value):
        raise ValueError("enter a path such as orders?status=paid, without host and blanks")
    if {"..", "."} & set(path.split("/")) or "%2e" in path.lower() or "?" in query:
        raise ValueError("enter a path that does not lead upwards")
    if "{newer" in path:
        raise ValueError("enter {newer} as the value of a parameter, as orders?since={newer}")
    return value


class RestSettings(Told):
    """Where the service is, how one signs in, and how it gives its records."""

    url: str = Field(
        title="Address", min_length=8, max_length=4_000,
        description="Such as https://api.example.com/v1/. It is shown to everybody in the project.",
    )  # fmt: skip
    paths: str = Field(
        "", title="Paths", max_length=20_000,
        description="What can be fetched below the address, one on each line, such as "
        "orders?status=paid; empty for the address itself. Where a service can give newer records "
        "alone: orders?updated_since={newer}.",
        json_schema_extra={"rows": 4},
    )  # fmt: skip
    sign_in: Literal["none", "bearer", "header", "basic", "parameter"] = Field(
        "none", title="Sign-in", description="What the service asks for.",
        json_schema_extra=offered(SIGN_IN),
    )  # fmt: skip
    name: str = Field(
        "", title="Name of header or parameter", max_length=80,
        description="Only with a header or a parameter, such as X-Api-Key or api_key.",
        json_schema_extra=shown(sign_in="header parameter"),
    )  # fmt: skip
    user: str = Field(
        "", title="User", max_length=200, description="Only with user and password.",
        json_schema_extra=shown(sign_in="basic"),
    )  # fmt: skip
    records: str = Field(
        "", title="Records at", max_length=500,
        description="Where the list is in the answer, such as data.items; empty to find it.",
        json_schema_extra=shown(more=True),
    )  # fmt: skip
    paging: Literal["none", "page", "offset", "cursor", "next", "link"] = Field(
        "none", title="Pages", description="How the service gives more than one answer holds.",
        json_schema_extra=offered(PAGING),
    )  # fmt: skip
    parameter: str = Field(
        "", title="Parameter of the page", max_length=80,
        description="For the number, offset or cursor; empty: page, offset or cursor.",
        json_schema_extra=shown(paging="page offset cursor"),
    )  # fmt: skip
    first: int = Field(
        1, title="First page", ge=0, le=1_000_000, description="Mostly 1; some count from 0.",
        json_schema_extra=shown(paging="page"),
    )  # fmt: skip
    size_parameter: str = Field(
        "", title="Parameter of the size", max_length=80,
        description="Such as limit or per_page; empty: none is sent, except limit with an offset.",
        json_schema_extra=shown(paging=_PAGED),
    )  # fmt: skip
    size: int = Field(
        100, title="Records in a page", ge=1, le=100_000, description="How many are asked for.",
        json_schema_extra=shown(paging=_PAGED),
    )  # fmt: skip
    at: str = Field(
        "", title="Next page at", max_length=500,
        description="Where the cursor or the address is in the answer, as meta.next_cursor; "
        "empty to find it.",
        json_schema_extra=shown(paging="cursor next"),
    )  # fmt: skip
    method: Literal["GET", "POST"] = Field(
        "GET", title="Method", description="How it is asked.",
        json_schema_extra={**offered(METHODS), **shown(more=True)},
    )  # fmt: skip
    body: str = Field(
        "", title="Body", max_length=100_000, description="Only with POST: JSON.",
        json_schema_extra={"rows": 4, **shown(more=True, method="POST")},
    )  # fmt: skip
    headers: str = Field(
        "", title="Headers", max_length=10_000,
        description="Further ones without secrets, one on each line, as Accept-Language: en.",
        json_schema_extra={"rows": 3, **shown(more=True)},
    )  # fmt: skip
    pause: int = Field(
        0, title="Pause", ge=0, le=60_000,
        description="Milliseconds between two pages, where the service asks for it.",
        json_schema_extra=shown(more=True),
    )  # fmt: skip
    max_pages: int = Field(
        1_000, title="At most so many pages", ge=1, le=100_000,
        description="Then it ends with a warning.", json_schema_extra=shown(more=True),
    )  # fmt: skip
    max_rows: int = Field(
        1_000_000, title="At most so many records", ge=1, le=100_000_000,
        description="Then it ends with a warning.", json_schema_extra=shown(more=True),
    )  # fmt: skip

    @field_validator("url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return address_checked(value, path=True)

    @field_validator("paths")
    @classmethod
    def _are_paths(cls, value: str) -> str:
        return "\n".join(path_checked(line) for line in value.splitlines() if line.strip())

    @field_validator("headers")
    @classmethod
    def _are_headers(cls, value: str) -> str:
        pairs_of(value)
        return value

    @field_validator("body")
    @classmethod
    def _is_json(cls, value: str) -> str:
        try:
            json.loads(value or "null")
        except (ValueError, RecursionError):
            raise ValueError("enter valid JSON, or nothing") from None
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> "RestSettings":
        if self.sign_in == "basic" and (not self.user or ":" in self.user):
            raise Misfit("user", "User and password need a user, without a colon in its name")
        if self.sign_in == "header" and not is_header(self.name):
            raise Misfit("name", _NO_HEADER)
        if self.sign_in == "parameter" and not self.name.strip():
            raise Misfit("name", "Enter the name of the parameter, such as api_key")
        if self.body and self.method != "POST":
            raise Misfit("body", "A body needs the method POST")
        return self


class RestSecrets(Told):
    """What proves who asks."""

    secret: str = Field(
        "", title="Token or password", max_length=10_000,
        description="Sent to this host only, never to one that an answer leads to.",
        json_schema_extra=shown(sign_in="bearer header basic parameter"),
    )  # fmt: skip

    @field_validator("secret")
    @classmethod
    def _is_one_line(cls, secret: str) -> str:
        if not secret.isprintable() or not secret.isascii():
            raise ValueError("use one line of ASCII characters, as the service gave it")
        return secret


class RestItem(NewerItem):
    """What is asked for."""

    path: str = Field(
        "", title="Path", max_length=4_000,
        description="Follows the address of the connection, such as orders?status=paid; may stay "
        "empty.",
    )  # fmt: skip

    _path = field_validator("path")(path_checked)


def is_header(name: str) -> bool:
    """Say whether a header may have this name."""
    return bool(_HEADER.fullmatch(name)) and name.casefold() not in _NEVER
