"""The caller's own tokens: list, make, delete."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Router, Schema, Status
from pydantic import AwareDatetime, Field

from projects.models import ApiToken
from projects.services.tokens import token_create, token_delete, token_list
from projects.web.api import ApiRequest, Limit, Offset, paginate
from projects.web.schemas import Text, errors
from segplatform.kernel.errors import Forbidden

router = Router(tags=["Tokens"])

Scope = Literal["read", "write"]


class TokenIn(Schema):
    """A new token."""

    name: Text = Field(min_length=1, max_length=80)
    scope: Scope = "read"
    expires: AwareDatetime | None = Field(None, description="with a time zone; null for never")


class TokenOut(Schema):
    """A token, without its secret."""

    id: UUID
    name: str
    hint: str = Field(description="its last characters")
    scope: Scope
    created: datetime
    expires: datetime | None
    last_used: datetime | None


class NewTokenOut(TokenOut):
    """A token that was just made: the only time that its secret is told."""

    secret: str


class TokenList(Schema):
    """One page of tokens."""

    items: list[TokenOut]
    count: int


@router.get("/tokens", response={200: TokenList, **errors()}, summary="List tokens")
def list_tokens(request: ApiRequest, limit: Limit = 100, offset: Offset = 0) -> dict[str, Any]:
    """List the caller's own tokens, newest first."""
    return paginate(token_list(user=request.user), limit, offset)


@router.post("/tokens", response={201: NewTokenOut, **errors(403)}, summary="Create a token")
def create_token(request: ApiRequest, payload: TokenIn) -> Status[dict[str, Any]]:
    """Create a token; one made with a token never outlives that one."""
    ends = request.token.expires if request.token else None
    if ends and (payload.expires is None or payload.expires > ends):
        raise Forbidden(f"Made with a token that expires, it must expire by {ends:%Y-%m-%d %H:%M}.")
    token, secret = token_create(user=request.user, **payload.model_dump())
    return Status(201, {**token_out(token), "secret": secret})


@router.delete(
    "/tokens/{uuid:token_id}", response={204: None, **errors(403, 404)}, summary="Delete a token"
)
def delete_token(request: ApiRequest, token_id: UUID) -> Status[None]:
    """Delete one of the caller's own tokens."""
    token_delete(user=request.user, token_id=token_id)
    return Status(204, None)


def token_out(token: ApiToken) -> dict[str, Any]:
    """Write a token for the API."""
    names = ("id", "name", "hint", "scope", "created", "expires", "last_used")
    return {name: getattr(token, name) for name in names}
