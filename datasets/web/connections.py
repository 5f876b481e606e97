"""What the pages of connections show."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from datasets.engine.remote.base import Remote
from datasets.forms.connections import (
    ConnectionSent,
    SecretField,
    name_field,
    query_field,
    secret_fields,
    settings_fields,
)
from datasets.forms.params import ParamField
from datasets.models import Connection
from datasets.services.connection_jobs import MOST, PAGE, connection_browse
from datasets.services.connections import (
    GROUPS,
    connection_kind,
    connection_kinds,
    connection_list,
    secret_names,
)
from datasets.services.previews import PreviewPending
from projects.models import Job, Project, Role, User
from segplatform.kernel.errors import NotFound, UserError

ICONS = {"database": "database", "cloud": "cloud", "web": "globe"}
THING_ICONS = {"folder": "folder", "table": "table-2", "file": "file-text"}


@dataclass(frozen=True)
class KindShown:
    """A kind as pages show it: templates would call the class itself."""

    key: str
    title: str
    help: str
    icon: str

    @classmethod
    def of(cls, kind: type[Remote]) -> "KindShown":
        """Take what is shown of a kind."""
        return cls(kind.key, kind.title, kind.help, kind.icon)


@dataclass(frozen=True)
class FieldShown:
    """A field of the form; of a credential, whether one is stored."""

    field: ParamField
    secret: bool = False
    stored: bool = False

    @property
    def only(self) -> tuple[str, str] | None:
        """The setting that it hangs on and the choices of it, where it hangs on one."""
        return next(iter(self.field.spec.get("only", {}).items()), None)

    @property
    def said(self) -> bool:
        """Whether something of its own stands in it, or is wrong with it."""
        usual = self.field.spec.get("default")
        return bool(self.field.error) or self.stored or self.field.value != _text(usual)


def source_tiles() -> list[dict[str, Any]]:
    """List the groups of kinds, for the tiles of the page where an import starts."""
    kinds = connection_kinds()
    groups = [
        (key, title, [KindShown.of(k) for k in kinds if k.group == key])
        for key, title in GROUPS.items()
    ]
    return [
        {"key": key, "title": title, "icon": ICONS[key], "kinds": found,
         "names": ", ".join(kind.title for kind in found)}
        for key, title, found in groups if found
    ]  # fmt: skip


def connection_rows(project: Project) -> list[dict[str, Any]]:
    """List the connections of a project with what they lead to."""
    return [
        {"connection": each, "kind": _shown_kind(each), "place": place_of(each)}
        for each in connection_list(project=project)
    ]


def place_of(connection: Connection) -> str:
    """Say where a connection leads, from the settings that may be shown."""
    told = connection.options
    names = ("url", "base_url", "endpoint", "host", "account", "bucket", "container", "database")
    found = [str(told[name]) for name in names if told.get(name)]
    return " · ".join(found[:2])


def form_context(
    project: Project,
    kind: type[Remote],
    sent: ConnectionSent,
    before: Connection | None = None,
    error: UserError | None = None,
) -> dict[str, Any]:
    """Give the form as it stands; credentials are never among it."""
    errors = dict(error.fields) if error else {}
    fields = [name_field(sent.name, errors), *settings_fields(kind, sent.options, errors)]
    stored = secret_names(connection=before) if before else ()
    secrets = secret_fields(kind, stored, errors)
    return {
        "project": project,
        "kind": KindShown.of(kind),
        "connection": before,
        **_parts(fields, secrets),
        "fields": [*fields, *(each.field for each in secrets)],
        "error": str(error) if error else "",
        "typed_again": bool(error) and bool(sent.secrets),
        "may_delete": project.membership.allows(Role.OWNER),
        "section": "datasets",
    }


def _parts(fields: list[ParamField], secrets: list[SecretField]) -> dict[str, Any]:
    """Divide a form: ``main`` with the credentials behind the settings, ``more`` folded away but
    where something stands in it (``more_open``)."""
    both = [FieldShown(each) for each in fields]
    both += [FieldShown(each.field, True, each.stored) for each in secrets]
    more = [each for each in both if each.field.spec.get("more")]
    main = [each for each in both if not each.field.spec.get("more")]
    return {"main": main, "more": more, "more_open": any(each.said for each in more)}


def browse_context(
    connection: Connection, user: User, asked: dict[str, str], seconds: float
) -> dict[str, Any]:
    """Look around in a source: what is there, or why not, or that it takes longer."""
    place, search = asked.get("place", ""), asked.get("q", "")
    limit = int(asked["limit"]) if asked.get("limit", "").isdecimal() else PAGE
    context: dict[str, Any] = {
        "project": connection.project, "connection": connection, "place": place, "q": search,
        "here": _address(place, search, limit), "kind": _shown_kind(connection),
        "where": place_of(connection), "section": "datasets",
        "query": _query(connection, asked.get("query", "")), "trail": _trail(connection, place),
    }  # fmt: skip
    try:
        found = connection_browse(
            connection=connection, user=user, place=place, search=search, limit=limit,
            seconds=seconds,
        )  # fmt: skip
    except PreviewPending:
        return context | {"pending": True}
    except UserError as error:
        return context | {"error": str(error)}
    more = found["more"] and limit < MOST
    return context | {
        "things": [_shown(thing) for thing in found["things"]],
        "more": _address(place, search, min(limit * 5, MOST)) if more else "",
        "cut": found["more"] and not more,
    }


def fetching_context(connection: Connection, job: Job) -> dict[str, Any]:
    """Show a fetch; of one that failed also what was asked, to be asked again or changed."""
    item = job.args["item"]
    return {
        "connection": connection, "job": job, "section": "datasets",
        "item_text": json.dumps(item), "what": item_words(item),
        "query": _query(connection, item["query"]) if item.get("query") else None,
    }  # fmt: skip


def item_words(item: Mapping[str, Any]) -> str:
    """Say what is fetched, as a person chose it: "public · orders"; "" for a question."""
    parts = ("schema", "database", "bucket", "container", "table", "collection", "key", "path")
    return " · ".join(str(item[part]) for part in parts if item.get(part) and not item.get("query"))


def _text(value: Any) -> str:
    return "" if value is None or value is False else str(value)


def _shown(thing: dict[str, Any]) -> dict[str, Any]:
    return {
        **thing,
        "icon": THING_ICONS[thing["kind"]],
        "url": _address(thing["place"], "", PAGE) if thing["kind"] == "folder" else "",
        "item_text": json.dumps(thing["item"]),
    }


def _address(place: str, search: str, limit: int) -> str:
    asked = {"place": place, "q": search, "limit": "" if limit == PAGE else str(limit)}
    return "?" + urlencode({key: value for key, value in asked.items() if value})


def _trail(connection: Connection, place: str) -> list[dict[str, str]]:
    """List the ways back up: what each is called and its address, the top first."""
    kind = _kind(connection)
    if not kind or not place:
        return []
    told = connection.options
    names = ("bucket", "container", "database")
    top = next((str(told[name]) for name in names if told.get(name)), "Top")
    ways = [(top, ""), *kind.trail(told, place)]
    return [{"name": name, "url": _address(at, "", PAGE) or "?"} for name, at in ways]


def _kind(connection: Connection) -> type[Remote] | None:
    try:
        return connection_kind(key=connection.kind)
    except NotFound:
        return None


def _shown_kind(connection: Connection) -> KindShown | None:
    kind = _kind(connection)
    return KindShown.of(kind) if kind else None


def _query(connection: Connection, text: str) -> Any:
    kind = _kind(connection)
    return query_field(kind, text, {}) if kind else None
