"""The form of a connection, made from what its kind declares: settings, and credentials apart."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.datastructures import MultiValueDict

from datasets.engine.remote.base import Remote
from datasets.forms.params import ParamField, param_fields, params_read, values_of

SETTINGS, SECRETS, FORGET = "settings", "secrets", "forget"


@dataclass(frozen=True)
class ConnectionSent:
    """What a form said; ``forget`` names credentials that are to be removed."""

    name: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, Any] = field(default_factory=dict)
    forget: tuple[str, ...] = ()


@dataclass(frozen=True)
class SecretField:
    """A credential: it can be typed, never read; ``stored`` says that there is one."""

    field: ParamField
    stored: bool


def connection_sent(kind: type[Remote], sent: "MultiValueDict[str, str]") -> ConnectionSent:
    """Read a form; an empty credential means: as it is."""
    return ConnectionSent(
        sent.get("name", ""),
        params_read(kind.Settings, _part(sent, SETTINGS)),
        params_read(kind.Secrets, _part(sent, SECRETS)),
        tuple(name for name in sent.getlist(FORGET) if name),
    )


def settings_fields(
    kind: type[Remote], options: Mapping[str, Any], errors: Mapping[str, str]
) -> list[ParamField]:
    """List the settings with what stands in them."""
    return param_fields(kind.Settings, values_of(options), [], errors, f"{SETTINGS}.")


def secret_fields(
    kind: type[Remote], stored: Collection[str], errors: Mapping[str, str]
) -> list[SecretField]:
    """List the credentials, each empty."""
    fields = param_fields(kind.Secrets, {}, [], errors, f"{SECRETS}.")
    return [SecretField(each, each.path.removeprefix(f"{SECRETS}.") in stored) for each in fields]


def name_field(name: str, errors: Mapping[str, str]) -> ParamField:
    """Give the field of a connection's own name."""
    return ParamField(
        name="name", path="name", label="Name", help="What this project calls it.", widget="text",
        values=[name], error=errors.get("name", ""), required=True, spec={"maxLength": 120},
    )  # fmt: skip


def query_field(kind: type[Remote], value: str, errors: Mapping[str, str]) -> ParamField | None:
    """Give the field for a question of one's own, where the kind takes one."""
    fields = param_fields(kind.Item, {"query": [value]} if value else {}, [], errors, "item.")
    return next((each for each in fields if each.path == "item.query"), None)


def _part(sent: "MultiValueDict[str, str]", part: str) -> dict[str, list[str]]:
    start = f"{part}-"
    return {key.removeprefix(start): sent.getlist(key) for key in sent if key.startswith(start)}
