"""The form of a plug-in's parameters, made from their JSON Schema, and back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from datasets.engine.types import Column

Values = Mapping[str, Sequence[str]]
Choices = list[tuple[str, str]]
LISTS = {"columns"}


@dataclass
class ParamField:
    """One parameter as the page shows it; ``path`` names it in errors, ``name`` in the form."""

    name: str
    path: str
    label: str
    help: str
    widget: str
    values: list[str]
    error: str = ""
    choices: Choices = field(default_factory=list)
    required: bool = False
    is_optional: bool = False
    spec: Mapping[str, Any] = field(default_factory=dict)
    columns: Sequence[Column] = ()

    @property
    def value(self) -> str:
        """The first value, "" without one."""
        return self.values[0] if self.values else ""

    @property
    def minimum(self) -> Any:
        """The least number that fits, "" where any does."""
        return self.spec.get("minimum", "")

    @property
    def maximum(self) -> Any:
        """The greatest number that fits, "" where any does."""
        return self.spec.get("maximum", "")


def param_fields(
    model: type[BaseModel],
    values: Values,
    columns: Sequence[Column],
    errors: Mapping[str, str] | None = None,
    prefix: str = "",
    trained: Choices | None = None,
) -> list[ParamField]:
    """List the parameters of ``model`` with what stands in them.

    ``prefix`` ("steps.0.") comes before every path; the form's names have "-" for ".".
    ``trained`` are the trained models to choose from, for parameters that name one.
    """
    fields = [
        _field(name, spec, values, columns, errors or {}, prefix) for name, spec in _specs(model)
    ]
    for each in fields:
        if each.widget == "model":
            each.choices = _model_choices(trained or [], each.value)
    return fields


def params_read(model: type[BaseModel], sent: Values) -> dict[str, Any]:
    """Read what the form holds, for ``model`` to check; an empty field is left out."""
    found: dict[str, Any] = {}
    for name, spec in _specs(model):
        values = [value for value in sent.get(name, []) if value.strip()]
        kind = widget_of(spec)
        if kind == "checkbox":
            found[name] = bool(values)
        elif kind in LISTS:
            found[name] = values
        elif values:
            found[name] = values[0]
    return found


def values_of(params: Mapping[str, Any]) -> dict[str, list[str]]:
    """Write stored parameters as a form would send them."""
    return {name: _texts(value) for name, value in params.items()}


def is_blank(model: type[BaseModel], sent: Values) -> bool:
    """Say whether nothing was filled in yet."""
    return not any(value.strip() for name, _ in _specs(model) for value in sent.get(name, []))


def shown_names(model: type[BaseModel]) -> set[str]:
    """Name the parameters that the form has a field for."""
    return {name for name, _ in _specs(model)}


def widget_of(spec: Mapping[str, Any]) -> str:
    """Say which widget a parameter wants: its own wish, else what fits its type."""
    if "widget" in spec:
        return str(spec["widget"])
    if spec.get("type") == "boolean":
        return "checkbox"
    if "enum" in spec or "choices" in spec:
        return "select"
    if spec.get("type") in ("integer", "number"):
        return "number"
    if spec.get("type") == "string":
        return "date" if spec.get("format") == "date" else "text"
    return ""


def _specs(model: type[BaseModel]) -> Iterator[tuple[str, dict[str, Any]]]:
    schema = model.model_json_schema()
    required = set(schema.get("required", []))
    for name, raw in schema.get("properties", {}).items():
        spec = _flat(raw, schema.get("$defs", {})) | {"required": name in required}
        if widget_of(spec):  # nested settings have no field; the API sets them
            yield name, spec


def _flat(raw: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Resolve a reference, and take ``null`` out of a union."""
    spec = dict(raw)
    if "$ref" in spec:
        spec = {**definitions[spec.pop("$ref").rsplit("/", 1)[1]], **spec}
    parts = [part for part in spec.pop("anyOf", []) if part.get("type") != "null"]
    return {**_flat(parts[0], definitions), **spec} if parts else spec


def _field(
    name: str,
    spec: dict[str, Any],
    values: Values,
    columns: Sequence[Column],
    errors: Mapping[str, str],
    prefix: str,
) -> ParamField:
    path, kind = prefix + name, widget_of(spec)
    default = [] if name in values or values else _texts(spec.get("default"))
    return ParamField(
        name=path.replace(".", "-"),
        path=path,
        label=spec.get("title") or name.replace("_", " ").capitalize(),
        help=spec.get("description", ""),
        widget=kind,
        values=list(values.get(name, default)),
        error=errors.get(path, ""),
        choices=_choices(kind, spec, columns, list(values.get(name, default))),
        required=spec["required"],
        is_optional=not spec["required"] and spec.get("default") is None,
        spec=spec,
        columns=columns,
    )


def _choices(
    kind: str, spec: Mapping[str, Any], columns: Sequence[Column], values: Sequence[str]
) -> Choices:
    if kind in ("column", "columns"):
        return _column_choices(spec.get("types") or [], columns, values)
    if kind != "select":
        return []
    labels = spec.get("choices") or {}
    pairs = dict(labels) if labels else {v: _words(str(v)) for v in spec.get("enum", [])}
    return [(str(value), str(label)) for value, label in pairs.items()]


def _column_choices(
    types: Sequence[str], columns: Sequence[Column], values: Sequence[str]
) -> Choices:
    """Offer the columns of sensible types, and whatever is chosen, there or not."""
    fitting = [c.name for c in columns if not types or c.type in types or c.name in values]
    missing = [value for value in values if value and value not in fitting]
    return [(n, n) for n in fitting] + [(n, f"{n} (not in the input)") for n in missing]


def _model_choices(trained: Choices, value: str) -> Choices:
    """Offer the trained models, and the chosen one even where it is gone."""
    known = not value or value in dict(trained)
    return trained if known else [*trained, (value, "Not there any more")]


def _texts(value: Any) -> list[str]:
    if value is None or value is False:
        return []
    if value is True:
        return ["true"]
    return [str(part) for part in value] if isinstance(value, list) else [str(value)]


def _words(key: str) -> str:
    return key.replace("_", " ").capitalize()
