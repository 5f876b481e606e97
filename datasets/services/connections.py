"""Connections of a project: listed, made, changed, deleted. What is secret only ever goes in."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from pydantic import ValidationError

from datasets.engine.remote.base import Misfit, Remote, Told, remotes
from datasets.models import Connection
from datasets.services.connection_secrets import secrets_open, secrets_renew, secrets_seal
from datasets.services.connection_work import Door
from projects.models import Project, User
from projects.services.audit import audit_record
from projects.services.bins import Bin, mark_deleted
from projects.services.projects import project_get, project_touch
from projects.services.text import clean_name, name_free
from segplatform.kernel.errors import Conflict, NotFound, UserError

GROUPS = {"database": "Database", "cloud": "Cloud storage", "web": "Web"}
MISSING = "There is no such connection, or you are not a member of its project."
NO_KIND = "There is no such kind of connection."
AGAIN = "Type it again: it is only ever sent to where it was entered for."
SENTENCES = {
    "missing": "Fill this in.",
    "string_too_short": "Enter at least {min_length:,} characters.",
    "string_too_long": "Enter at most {max_length:,} characters.",
    "string_pattern_mismatch": "This has not the form that is asked for.",
    "int_parsing": "Enter a whole number.",
    "int_from_float": "Enter a whole number.",
    "int_parsing_size": "Enter a smaller number.",
    "greater_than_equal": "Enter {ge:,} or more.",
    "less_than_equal": "Enter {le:,} or less.",
    "literal_error": "Choose one of those that are offered.",
    "extra_forbidden": "There is no such field.",
}
"""What is said of a value that does not fit, by the kind of error
(https://docs.pydantic.dev/latest/errors/validation_errors/); others speak for themselves."""
Values = Mapping[str, Any]


def connection_kinds() -> list[type[Remote]]:
    """List the kinds of connections, by group."""
    order = list(GROUPS)
    return sorted(remotes.all(), key=lambda kind: order.index(kind.group))


def connection_kind(*, key: str) -> type[Remote]:
    """Return a kind by its key; raises ``NotFound``."""
    try:
        return remotes.get(key)
    except KeyError:
        raise NotFound(NO_KIND) from None


def connection_list(*, project: Project) -> QuerySet[Connection]:
    """List the connections of a project."""
    return Connection.objects.filter(project=project).select_related("created_by")


def connection_get(*, project: Project, connection_id: UUID) -> Connection:
    """Return a connection of this project; raises ``NotFound``."""
    found = connection_list(project=project).filter(pk=connection_id).first()
    if found is None:
        raise NotFound(MISSING)
    found.project = project
    return found


def connection_find(*, user: User, connection_id: UUID, role: str = "viewer") -> Connection:
    """Return a connection by its id alone, for the API; as ``dataset_find`` does."""
    project_id = (
        Connection.objects.filter(pk=connection_id).values_list("project", flat=True).first()
    )
    if project_id is None:
        raise NotFound(MISSING)
    try:
        project = project_get(user=user, project_id=project_id, role=role)
    except NotFound:
        raise NotFound(MISSING) from None
    return connection_get(project=project, connection_id=connection_id)


def connection_door(
    *,
    kind: str,
    options: Values,
    secrets: Values,
    before: Connection | None = None,
    forget: Iterable[str] = (),
) -> Door:
    """Check what was typed, with the credentials that stay as they are; nothing is stored.

    ``secrets`` are those typed now; of ``before`` the others stay, but for those to ``forget``.
    Raises ``UserError`` with fields "settings.…" and "secrets.…". Credentials stay only where
    every setting stays: else an editor could have them sent to a host of their own.
    """
    model = connection_kind(key=kind)
    told = _checked(model.Settings, options, "settings")
    typed = {name: value for name, value in secrets.items() if value not in (None, "")}
    dropped = set(forget)
    stored = _stored(before, bool(typed))
    kept = {
        name: value for name, value in stored.items() if name not in typed and name not in dropped
    }
    if before and kept and (told != _as_now(before) or kind != before.kind):
        fields = {f"secrets.{name}": AGAIN for name in kept}
        raise UserError("The settings differ, so the credentials have to be typed again.", fields)
    sealed = _checked(model.Secrets, {**kept, **typed}, "secrets")
    unchanged = before is not None and not typed and not dropped
    return Door(kind, told, before.secrets if before and unchanged else secrets_seal(values=sealed))


def connection_create(*, project: Project, user: User, name: str, door: Door) -> Connection:
    """Store a connection; raises ``Conflict`` for a name that is taken."""
    clean = clean_name(name)
    _name_require_free(project, clean)
    try:
        with transaction.atomic():
            made = Connection.objects.create(
                project=project, name=clean, kind=door.kind, options=dict(door.options),
                secrets=door.sealed, created_by=user,
            )  # fmt: skip
            audit_record(action="connection.create", thing=made, kind=door.kind)
    except IntegrityError:
        raise _taken(clean) from None
    project_touch(project=project)
    return made


def connection_update(
    *, connection: Connection, name: str | None = None, door: Door | None = None
) -> Connection:
    """Rename a connection, or change how it reaches; what is None stays."""
    if name is not None:
        connection.name = clean_name(name)
        _name_require_free(connection.project, connection.name, but=connection.pk)
    changed = {}
    if door is not None:
        changed = {
            "settings": connection.options != door.options,
            "credentials": connection.secrets != door.sealed,
        }
        connection.options, connection.secrets = dict(door.options), door.sealed
    try:
        with transaction.atomic():
            connection.save(update_fields=["name", "options", "secrets", "updated"])
            audit_record(action="connection.change", thing=connection, **changed)
    except IntegrityError:
        raise _taken(connection.name) from None
    project_touch(project=connection.project)
    return connection


def connection_delete(*, connection: Connection) -> None:
    """Delete a connection; it can be restored for some days. Datasets made from it stay."""
    with transaction.atomic():
        mark_deleted(thing=connection)
        audit_record(action="connection.delete", thing=connection)
    project_touch(project=connection.project)


def connections_renew() -> int:
    """Encrypt all credentials with the newest of several keys; return how many were not."""
    renewed = 0
    for found in Connection.every.exclude(secrets="").only("secrets"):
        if (fresh := secrets_renew(sealed=found.secrets)) != found.secrets:
            same = Connection.every.filter(pk=found.pk, secrets=found.secrets)
            renewed += same.update(secrets=fresh)
    return renewed


class ConnectionBin(Bin):
    """The deleted connections of a project."""

    kind, word, icon, url_name = "connection", "Connection", "plug", "connection"
    model = Connection

    def detail(self, thing: Connection) -> str:
        """Say what it leads to."""
        return dict(kinds_titled()).get(thing.kind, "")


def connection_name_free(*, project: Project, name: str) -> str:
    """Suggest a name that is free: the given one, or with a number behind it."""
    taken = connection_list(project=project).values_list("name", flat=True)
    return name_free(name, taken, default="Connection")


def kinds_titled() -> list[tuple[str, str]]:
    """List the kinds with their titles."""
    return [(kind.key, kind.title) for kind in remotes.all()]


def item_checked(*, kind: str, item: Values) -> dict[str, Any]:
    """Check what is to be fetched; ``UserError`` names what does not fit."""
    return _checked(connection_kind(key=kind).Item, item, "item")


def secret_names(*, connection: Connection) -> set[str]:
    """Name the credentials that are stored; none where they cannot be read."""
    return set(_stored(connection, typed=True))


def _as_now(before: Connection) -> dict[str, Any] | None:
    """Give stored settings with the fields that the kind has by now; None where they do not fit."""
    try:
        return _checked(connection_kind(key=before.kind).Settings, before.options, "settings")
    except UserError:
        return None


def _stored(before: Connection | None, typed: bool) -> dict[str, Any]:
    """Give what is stored; what cannot be read any more can still be replaced."""
    if before is None:
        return {}
    try:
        return secrets_open(sealed=before.secrets)
    except Conflict:
        if typed:
            return {}
        raise


def _checked(model: type[Told], values: Values, part: str) -> dict[str, Any]:
    """Check values by their model; raises ``UserError`` with a sentence for each field."""
    if "\\u0000" in json.dumps(dict(values)):
        raise UserError("The character NUL is not text.")
    try:
        return model.model_validate(dict(values)).model_dump(mode="json", by_alias=True)
    except ValidationError as error:
        fields = dict(_fault(part, each) for each in error.errors())
        whole = [text for path, text in fields.items() if path == part]
        raise UserError(whole[0] if whole else "Some fields need another value.", fields) from None


def _fault(part: str, told: Any) -> tuple[str, str]:
    """Give the field that does not fit, and a sentence for it."""
    more = told.get("ctx", {})
    at = (more["error"].field,) if isinstance(more.get("error"), Misfit) else told["loc"]
    empty = told["type"] == "string_too_short" and not str(told["input"]).strip()
    text = SENTENCES.get("missing" if empty else told["type"], "{text}.").format(
        text=str(told["msg"]).removeprefix("Value error, ").rstrip("."), **more
    )
    return ".".join([part, *map(str, at)]), text


def _name_require_free(project: Project, name: str, but: UUID | None = None) -> None:
    others = Connection.objects.filter(project=project, name__iexact=name)
    if (others.exclude(pk=but) if but else others).exists():
        raise _taken(name)


def _taken(name: str) -> Conflict:
    message = f"The project already has a connection “{name}”; choose another name."
    return Conflict(message, {"name": message})
