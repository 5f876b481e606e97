"""Connections: make, test, browse, fetch a thing as an upload. Credentials only ever go in."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Path, Query, Schema, Status
from pydantic import Field

from datasets.api.base import router
from datasets.models import Connection
from datasets.services.connection_jobs import (
    MOST,
    PAGE,
    connection_browse,
    connection_fetch_start,
    connection_try,
)
from datasets.services.connection_work import Door
from datasets.services.connections import (
    connection_create,
    connection_delete,
    connection_door,
    connection_find,
    connection_kinds,
    connection_list,
    connection_update,
    secret_names,
)
from projects.models import Job
from projects.services.projects import project_get
from projects.web.api import ApiRequest, Limit, Offset, paginate
from projects.web.schemas import JobAnswer, Text, errors

TAGS = ["Connections"]
BROWSE_SECONDS = 30.0  # a script has no page that could ask again
ConnectionId = Annotated[UUID, Path(description="id of the connection")]


class ConnectionKind(Schema):
    """Something that can be connected, and what has to be said of it."""

    key: str
    title: str
    help: str
    group: str = Field(description="database, cloud or web")
    settings: dict[str, Any] = Field(description="JSON Schema of the settings")
    secrets: dict[str, Any] = Field(description="JSON Schema of the credentials")
    item: dict[str, Any] = Field(description="JSON Schema of what can be fetched")


class ConnectionKinds(Schema):
    """Every kind of connection."""

    items: list[ConnectionKind]


class ConnectionIn(Schema):
    """A connection to make; the kind says what settings and credentials it takes."""

    kind: str
    name: Text
    settings: dict[str, Any] = Field(default_factory=dict)
    secrets: dict[str, Any] = Field(default_factory=dict)


class ConnectionChange(Schema):
    """What may change; what is not sent stays. Other settings ask for the credentials anew."""

    name: Text | None = None
    settings: dict[str, Any] | None = None
    secrets: dict[str, Any] | None = Field(None, description="null as a value removes one")


class ConnectionOut(Schema):
    """A stored connection; of its credentials only the names."""

    id: UUID
    project: UUID
    kind: str
    name: str
    settings: dict[str, Any]
    secrets: list[str] = Field(description="names of the credentials that are stored")
    created: datetime
    updated: datetime


class ConnectionList(Schema):
    """One page of connections."""

    items: list[ConnectionOut]
    count: int


class TestOut(Schema):
    """A connection that works."""

    said: str


class ThingOut(Schema):
    """Something in a source: a folder to look into, or what can be fetched."""

    kind: str = Field(description="table, file or folder")
    name: str
    detail: str
    item: dict[str, Any] = Field(description="what to fetch it by")
    place: str = Field(description="where to look for what is in it")


class ThingList(Schema):
    """What lies at one place."""

    things: list[ThingOut]
    more: bool


class BrowseQuery(Schema):
    """Where to look."""

    place: str = Field("", max_length=2000)
    search: str = Field("", max_length=200)
    limit: int = Field(PAGE, ge=1, le=MOST)


class FetchIn(Schema):
    """What to fetch: the ``item`` of something that was listed, or one of your own."""

    item: dict[str, Any] = Field(default_factory=dict)


@router.get(
    "/connection-kinds",
    response={200: ConnectionKinds, **errors()},
    tags=TAGS,
    summary="List kinds of connections",
)
def list_connection_kinds(request: ApiRequest) -> dict[str, Any]:
    """List what can be connected."""
    return {
        "items": [
            {
                "key": kind.key, "title": kind.title, "help": kind.help, "group": kind.group,
                "settings": kind.Settings.model_json_schema(),
                "secrets": kind.Secrets.model_json_schema(),
                "item": kind.Item.model_json_schema(),
            }
            for kind in connection_kinds()
        ]
    }  # fmt: skip


@router.get(
    "/projects/{uuid:project_id}/connections",
    response={200: ConnectionList, **errors(403, 404)},
    tags=TAGS,
    summary="List connections",
)
def list_connections(
    request: ApiRequest, project_id: UUID, limit: Limit = 100, offset: Offset = 0
) -> dict[str, Any]:
    """List the connections of a project, by name; editors may."""
    project = project_get(user=request.user, project_id=project_id, role="editor")
    return paginate(connection_list(project=project), limit, offset, connection_out)


@router.post(
    "/projects/{uuid:project_id}/connections",
    response={201: ConnectionOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Make a connection",
)
def make_connection(
    request: ApiRequest, project_id: UUID, payload: ConnectionIn
) -> Status[dict[str, Any]]:
    """Store a connection, its credentials encrypted; nothing is connected yet."""
    project = project_get(user=request.user, project_id=project_id, role="editor")
    door = connection_door(kind=payload.kind, options=payload.settings, secrets=payload.secrets)
    made = connection_create(project=project, user=request.user, name=payload.name, door=door)
    return Status(201, connection_out(made))


@router.get(
    "/connections/{uuid:connection_id}",
    response={200: ConnectionOut, **errors(403, 404)},
    tags=TAGS,
    summary="Get a connection",
)
def get_connection(request: ApiRequest, connection_id: ConnectionId) -> dict[str, Any]:
    """Read one connection, without its credentials."""
    return connection_out(found(request, connection_id))


@router.patch(
    "/connections/{uuid:connection_id}",
    response={200: ConnectionOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Change a connection",
)
def change_connection(
    request: ApiRequest, connection_id: ConnectionId, payload: ConnectionChange
) -> dict[str, Any]:
    """Rename a connection or change how it reaches."""
    here = found(request, connection_id)
    connection_update(connection=here, name=payload.name, door=changed_door(here, payload))
    return connection_out(here)


@router.delete(
    "/connections/{uuid:connection_id}",
    response={204: None, **errors(403, 404)},
    tags=TAGS,
    summary="Delete a connection",
)
def delete_connection(request: ApiRequest, connection_id: ConnectionId) -> Status[None]:
    """Delete a connection; datasets made from it stay; owners may."""
    connection_delete(connection=found(request, connection_id, "owner"))
    return Status(204, None)


@router.post(
    "/connections/{uuid:connection_id}/test",
    response={200: TestOut, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Test a connection",
)
def test_connection(request: ApiRequest, connection_id: ConnectionId) -> dict[str, str]:
    """Connect, and say what answered; an error says why not."""
    here = found(request, connection_id)
    said = connection_try(project=here.project, user=request.user, door=Door.of(here))
    return {"said": said}


@router.get(
    "/connections/{uuid:connection_id}/things",
    response={200: ThingList, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Browse a connection",
)
def browse_connection(
    request: ApiRequest, connection_id: ConnectionId, query: Query[BrowseQuery]
) -> dict[str, Any]:
    """List what lies at a place, the top by default."""
    return connection_browse(
        connection=found(request, connection_id), user=request.user, place=query.place,
        search=query.search, limit=query.limit, seconds=BROWSE_SECONDS,
    )  # fmt: skip


@router.post(
    "/connections/{uuid:connection_id}/fetch",
    response={202: JobAnswer, **errors(403, 404, 409)},
    tags=TAGS,
    summary="Fetch from a connection",
)
def fetch_connection(
    request: ApiRequest, connection_id: ConnectionId, payload: FetchIn
) -> Status[dict[str, Job]]:
    """Fetch a thing, of databases its first rows; the job's `result.upload` is to be imported."""
    here = found(request, connection_id)
    return Status(
        202, {"job": connection_fetch_start(connection=here, user=request.user, item=payload.item)}
    )


def found(request: ApiRequest, connection_id: UUID, role: str = "editor") -> Connection:
    """Give a connection of the person's projects."""
    return connection_find(user=request.user, connection_id=connection_id, role=role)


def changed_door(here: Connection, payload: ConnectionChange) -> Door | None:
    """Give the way as it is to be, None where only the name changes."""
    if payload.settings is None and payload.secrets is None:
        return None
    options = here.options if payload.settings is None else payload.settings
    sent = payload.secrets or {}
    forget = [name for name, value in sent.items() if value is None]
    return connection_door(
        kind=here.kind, options=options, secrets=sent, before=here, forget=forget
    )


def connection_out(here: Connection) -> dict[str, Any]:
    """Give a connection in the API's shape."""
    return {
        "id": here.pk,
        "project": here.project_id,
        "kind": here.kind,
        "name": here.name,
        "settings": here.options,
        "secrets": sorted(secret_names(connection=here)),
        "created": here.created,
        "updated": here.updated,
    }
