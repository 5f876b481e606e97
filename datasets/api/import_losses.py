"""What each type would lose of an upload, before it is imported."""

from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from datasets.api.base import router
from datasets.api.uploads import TAGS
from datasets.services.imports import upload_require
from datasets.services.losses import losses_ask
from datasets.services.uploads import upload_find
from projects.web.api import ApiRequest
from projects.web.schemas import errors
from segplatform.kernel.errors import UserError


class LossesIn(Schema):
    """How the file is read, and which of its columns to count."""

    columns: list[str] = Field(min_length=1, max_length=40, description="names in the file")
    options: dict[str, Any] = Field(default_factory=dict)


class LostExample(Schema):
    """A cell that would be lost."""

    row: int = Field(description="row in the file, from 1")
    text: str


class LostOut(Schema):
    """What one type would lose."""

    misses: int
    examples: list[LostExample] = Field(description="the first five different texts")


class ColumnLosses(Schema):
    """One column: how many of its cells hold a value, and what each type would lose of them."""

    values: int
    types: dict[str, LostOut]


class LossesOut(Schema):
    """What has been counted by now."""

    columns: dict[str, ColumnLosses]
    pending: bool = Field(description="ask again in a moment for the rest")


@router.post(
    "/uploads/{uuid:upload_id}/losses",
    response={200: LossesOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Count what types would lose",
)
def count_losses(request: ApiRequest, upload_id: UUID, payload: LossesIn) -> dict[str, Any]:
    """Count over the whole file which values no type but text would keep; nothing is stored.

    The first call starts it; ask again with the same body until nothing is `pending`.
    """
    upload = upload_find(user=request.user, upload_id=upload_id)
    upload_require(upload=upload)
    found = losses_ask(
        upload=upload, user=request.user, options=payload.options, columns=payload.columns
    )
    if found.error:
        raise UserError(found.error)
    known = {name: found.columns[name] for name in payload.columns if name in found.columns}
    return {
        "columns": {name: _out(lost) for name, lost in known.items() if lost},
        "pending": found.pending,
    }


def _out(lost: dict[str, Any]) -> dict[str, Any]:
    types = {
        kind: {
            "misses": one["misses"],
            "examples": [{"row": row, "text": text} for row, text in one["examples"]],
        }
        for kind, one in lost["types"].items()
    }
    return {"values": lost["values"], "types": types}
