"""What the page of the flow shows: its nodes in their order, the arrows, the node selected."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from datasets.services.flow import Flow, Node, flow
from datasets.services.states import FLOW
from datasets.web.flow_panel import Panel, panel_of
from projects.models import Job, Project, Role
from segplatform.kernel.errors import NotFound

BEHIND = ("out_of_date", "failed", "empty")
MISSING = "There is no such dataset, recipe or model in this flow."
View = Literal["", "drawing", "list"]


@dataclass(frozen=True)
class Row:
    """A node with those right before and right after it."""

    node: Node
    sources: list[Node]
    results: list[Node]

    @property
    def models(self) -> list[Node]:
        """Give the models that a recipe applies."""
        return [source for source in self.sources if source.kind == "model"]

    @property
    def datasets(self) -> list[Node]:
        """Give the datasets that a recipe reads, or that a model learned from."""
        return [source for source in self.sources if source.kind == "dataset"]

    @property
    def reason(self) -> str:
        """Say why, once: a recipe and what it makes have the same reason."""
        made = self.node.kind == "dataset" and self.sources
        return "" if made else self.node.reason

    @property
    def job(self) -> Job | None:
        """Give the job whose progress belongs in this row: of this recipe or import alone."""
        job = self.node.job
        made = self.node.kind == "dataset" and self.sources
        return job if job and job.is_active and job.name != FLOW and not made else None


def flow_view(text: str) -> View:
    """Read how the flow is wanted; "" leaves it to the width of the window."""
    return "list" if text == "list" else "drawing" if text == "drawing" else ""


def flow_context(project: Project, view: View = "", selected: str = "") -> dict[str, Any]:
    """Give the page's values; ``is_live`` while something runs, ``behind`` counts what to run.

    ``selected`` is the id of the node whose panel is open; ``NotFound`` if the flow has no such.
    """
    found = flow(project=project)
    rows = _rows(found)
    recipes = [node for node in found.nodes if node.kind == "recipe"]
    jobs = [node.job for node in found.nodes if node.job and node.job.is_active]
    return {
        "flow_rows": rows,
        "flow_edges": found.edges,
        "flow_view": view,
        "panel": _panel(project, rows, selected) if selected else None,
        "recipes": recipes,
        "datasets_count": sum(node.kind == "dataset" for node in found.nodes),
        "models_count": sum(node.kind == "model" for node in found.nodes),
        "flow_job": next((job for job in jobs if job.name == FLOW), None),
        "is_live": any(node.state == "running" for node in found.nodes),
        "behind": sum(node.state in BEHIND for node in recipes),
        "may_edit": project.membership.allows(Role.EDITOR),
    }


def _panel(project: Project, rows: list[Row], selected: str) -> Panel:
    try:
        wanted = str(UUID(selected))
    except ValueError:
        raise NotFound(MISSING) from None
    row = next((row for row in rows if row.node.id == wanted), None)
    if row is None:
        raise NotFound(MISSING)
    return panel_of(project, row.node, row.sources, row.results)


def _rows(found: Flow) -> list[Row]:
    nodes = {node.id: node for node in found.nodes}
    into: dict[str, list[Node]] = {name: [] for name in nodes}
    out: dict[str, list[Node]] = {name: [] for name in nodes}
    for start, end in found.edges:
        into[end].append(nodes[start])
        out[start].append(nodes[end])
    return [Row(node, into[node.id], out[node.id]) for node in found.nodes]
