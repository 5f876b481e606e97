"""What the fetching process is told, as one JSON value."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Act = Literal["check", "browse", "fetch"]
FILE = "fetched"
"""What the file is called in the scratch folder."""


class Request(BaseModel):
    """One thing to do with one connection.

    ``allow`` is the operator's list of what is not on the internet and may be reached all the
    same; ``plain`` lets any host be spoken to without TLS.
    """

    model_config = ConfigDict(extra="forbid")

    kind: str
    act: Act
    settings: dict[str, Any]
    secrets: dict[str, Any]
    scratch: str
    allow: list[str] = []
    plain: bool = False
    memory_bytes: int
    max_bytes: int
    place: str = ""
    search: str = ""
    limit: int = 100
    item: dict[str, Any] = {}
    head: int | None = None
