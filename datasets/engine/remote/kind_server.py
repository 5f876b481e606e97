"""What is asked of every database server: where it is, who asks, how the way there is protected."""

from typing import Any, Literal

from pydantic import Field

from datasets.engine.csv_words import offered
from datasets.engine.remote.base import shown
from datasets.engine.remote.kind_words import TLS_WORDS

Tls = Literal["verify", "encrypt", "off"]


def host_field() -> Any:
    """Give the field of one host."""
    return Field(
        title="Host", description="Name or address of the server, such as db.example.com.",
        min_length=1, max_length=255,
    )  # fmt: skip


def port_field(usual: int) -> Any:
    """Give the field of the port."""
    return Field(usual, title="Port", description=f"Mostly {usual}.", ge=1, le=65_535)


def user_field(longest: int) -> Any:
    """Give the field of the user who asks."""
    return Field(
        title="User", description="A user of the database that may only read.",
        min_length=1, max_length=longest,
    )  # fmt: skip


def database_field() -> Any:
    """Give the field that narrows a connection to one of the server's databases."""
    return Field(
        "", title="Database", description="To see only this one; empty for all.", max_length=64
    )


def tls_field(words: dict[str, str] = TLS_WORDS) -> Any:
    """Give the choice of encryption."""
    return Field(
        "verify", title="Encryption", description="How the connection is protected.",
        json_schema_extra=offered(words),
    )  # fmt: skip


def authority_field() -> Any:
    """Give the field of the authority that is trusted in place of the machine's."""
    return Field(
        "", title="Certificate of the authority", max_length=50_000,
        description="Only where a company issues its own certificates: its text, "
        "from -----BEGIN CERTIFICATE----- on.",
        json_schema_extra={"rows": 4, **shown(more=True)},
    )  # fmt: skip


def password_field(longest: int) -> Any:
    """Give the secret of a user."""
    return Field("", title="Password", description="Of the user.", max_length=longest)
