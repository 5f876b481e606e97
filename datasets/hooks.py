"""What higher apps add to the flow, filled in their ``AppConfig.ready()``."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from datasets.engine.recipes.base import Applied

if TYPE_CHECKING:
    from projects.models import Project


@dataclass(frozen=True)
class NodeAction:
    """A button in the row of a box, for editors: it leads to a page."""

    label: str
    url: str
    icon: str


@dataclass(frozen=True)
class ModelNode:
    """A trained model as a box of the flow; ``inputs`` are ids of the datasets it learned from."""

    id: str
    title: str
    subtitle: str
    url: str
    icon: str
    when: datetime | None
    inputs: list[str] = field(default_factory=list)
    action: NodeAction | None = None


@dataclass(frozen=True)
class ModelPart:
    """One segment of a model: ``color`` from 1 to 12 (0: noise), ``share`` of all, 0 to 1."""

    name: str
    color: int
    size: int
    share: float


@dataclass(frozen=True)
class ModelToken:
    """What a model is called now, and the ``Applied.token`` that it would be applied with."""

    name: str
    token: str


@dataclass(frozen=True)
class Advice:
    """What to do in a project that has no model yet: a page says it, a button leads there."""

    title: str
    text: str
    url: str
    action: str
    icon: str


class ModelSource(Protocol):
    """Where the models come from that one kind of recipe applies."""

    def apply(self, project: "Project", model_id: str) -> Applied:
        """Give a model to apply now; ``UserError`` where the project has none of this id."""

    def choices(self, project: "Project") -> list[tuple[str, str]]:
        """List the models of a project: ids and names, for a form."""

    def tokens(self, project: "Project") -> dict[str, ModelToken]:
        """Give the token of every model of a project, by id, in one query or two."""

    def nodes(self, project: "Project") -> list[ModelNode]:
        """List the boxes of the models in the flow; their ids are those of the models."""

    def parts(self, project: "Project", model_id: str) -> list[ModelPart]:
        """List what a model tells apart, the largest first; nothing where it has no such model."""

    def advice(self, project: "Project") -> Advice:
        """Say how the project gets its first model."""


@dataclass(frozen=True)
class ColumnUse:
    """Something that works with columns of a dataset and is no recipe; ``why`` is a sentence."""

    kind: str
    name: str
    url: str
    why: str


model_sources: dict[str, ModelSource] = {}
"""By the key of the recipe that applies its models."""

column_users: "list[Callable[[Project, Mapping[UUID, Collection[str]]], Iterable[ColumnUse]]]" = []
"""Each lists what would miss columns: ``users(project, {dataset: names of columns})``."""
